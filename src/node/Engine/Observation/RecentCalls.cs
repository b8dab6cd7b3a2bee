using System.Globalization;
using System.Text;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>
/// Which calls ran last, and whose: two stores a call, so that the report of a crash can tell what led to it. No words of the
/// calls are kept, since they may be secrets or gone by then.
/// </summary>
internal sealed class RecentCalls
{
    private const int Kept = 32;
    private readonly CommandRow?[] _rows = new CommandRow?[Kept];
    private readonly long[] _sessions = new long[Kept];
    private int _next;

    /// <summary>A call begins.</summary>
    public void Note(CommandRow row, long session)
    {
        int place = _next++ & (Kept - 1);
        _rows[place] = row;
        _sessions[place] = session;
    }

    /// <summary>A line for each, the latest first.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        for (int i = 1; i <= Kept; i++)
        {
            int place = (_next - i) & (Kept - 1);
            if (_rows[place] is not { } row) break;
            text.Append(CultureInfo.InvariantCulture, $"  client id={_sessions[place]} {row.FullName}\n");
        }

        return text.ToString();
    }
}
