namespace Hexad.Structures;

/// <summary>A monotonic reading for budgets, in microseconds. Never used for semantics: those use the step's time.</summary>
public interface ITickSource
{
    /// <summary>Microseconds since some fixed point.</summary>
    long TicksUs();
}

/// <summary>
/// How much a slice of background work may do: so many units of work (an entry freed, a bucket moved), and, where a
/// tick source is given, until a reading of it. The clock is read once in 8 units. A slice of at least one unit is
/// always done, so that work ends however slow the clock says it is.
/// </summary>
public struct SliceBudget
{
    private const int UnitsPerReading = 8;

    private readonly ITickSource? _ticks;
    private readonly long _untilUs;
    private int _untilReading;
    private int _unitsLeft;

    /// <summary>A budget of <paramref name="units"/> units, whatever the time.</summary>
    public SliceBudget(int units) : this(units, null, 0)
    {
    }

    /// <summary>A budget of <paramref name="units"/> units or <paramref name="durationUs"/> microseconds, whichever ends first.</summary>
    public SliceBudget(int units, ITickSource? ticks, long durationUs)
    {
        _unitsLeft = units;
        _ticks = ticks;
        _untilUs = ticks is null ? 0 : ticks.TicksUs() + durationUs;
        _untilReading = UnitsPerReading;
    }

    /// <summary>No limit: the work is done whole.</summary>
    public static SliceBudget Unlimited => new(int.MaxValue);

    /// <summary>Whether nothing is left.</summary>
    public readonly bool IsSpent => _unitsLeft <= 0;

    /// <summary>Takes <paramref name="units"/> off and says whether anything is left.</summary>
    public bool Spend(int units = 1)
    {
        _unitsLeft = _unitsLeft == int.MaxValue ? int.MaxValue : _unitsLeft - units;
        if (_ticks is not null && (_untilReading -= units) <= 0)
        {
            _untilReading = UnitsPerReading;
            if (_ticks.TicksUs() >= _untilUs) _unitsLeft = 0;
        }

        return _unitsLeft > 0;
    }
}
