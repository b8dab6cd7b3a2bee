using System;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>
/// Measures how long calls take: a reading of the clock ends one call and begins the next.
///
/// A reading costs a fifth of what a short call takes in all, so short calls of one command that follow each other in a batch
/// share one (decision 045). While somebody looks at single calls (a monitor, a slow log or latency monitor that begins below
/// a millisecond, CLUSTER SLOT-STATS), each is timed alone.
/// </summary>
internal sealed class CallClock(Node node)
{
    /// <summary>Calls are timed together only while nobody wants to be told of calls that take less than this, in ns.</summary>
    internal const long ShortestObservedNs = 1_000_000;

    private const int MostWords = 4;
    private const int LongestRequestBytes = 256;
    private const int LongestReplyBytes = 256;
    private const int HeldUp = 4;
    private CommandRow? _sharing;
    private int _waiting;
    private long _turnBegan;
    private long _commandsBefore;

    /// <summary>When the clock was last read, in ns of a clock of no known beginning.</summary>
    public long LastReading { get; private set; }

    /// <summary>
    /// Whether a call of this row, of so many words and bytes, may be timed together with a next one of the same row: it does
    /// little work on a key and waits for nothing.
    /// </summary>
    public bool MayShare(CommandRow row, int words, int bytes) =>
        node.CallsMayShareTime && words <= MostWords && bytes <= LongestRequestBytes
        && (row.Flags & (Flags.Fast | Flags.Short)) != 0 && (row.Flags & (Flags.Blocking | Flags.PubSub)) == 0 && row.FirstKey > 0;

    /// <summary>Whether a reply of so many bytes is that of a short call.</summary>
    public static bool IsShort(long replyBytes) => replyBytes <= LongestReplyBytes;

    /// <summary>A turn of the loop begins: the time that passed before it belongs to no command.</summary>
    public void StartTurn()
    {
        _turnBegan = LastReading = node.Host.Ticks();
        _commandsBefore = node.Statistics.CommandsProcessed;
    }

    /// <summary>The turn has ended: its time counts as one turn of the loop.</summary>
    public void EndTurn()
    {
        if (_waiting > 0) Settle();
        Statistics statistics = node.Statistics;
        long took = node.Host.Ticks() - _turnBegan;
        statistics.EventLoopCycles++;
        statistics.EventLoopNs += took;
        statistics.LongestEventLoopNs = Math.Max(statistics.LongestEventLoopNs, took);
        statistics.MostCommandsInCycle = Math.Max(statistics.MostCommandsInCycle, statistics.CommandsProcessed - _commandsBefore);
    }

    /// <summary>A call begins: calls of another command that were to share its reading do not.</summary>
    public void Begin(CommandRow row)
    {
        if (_waiting > 0 && !ReferenceEquals(_sharing, row)) Settle();
    }

    /// <summary>A call of this row has ended, and one of the same row follows that is to share its reading.</summary>
    public void Defer(CommandRow row)
    {
        if (!ReferenceEquals(_sharing, row)) _sharing = row;
        _waiting++;
    }

    /// <summary>A call has ended: how many ns it took, with those that waited for this reading.</summary>
    public long Read()
    {
        long now = node.Host.Ticks();
        long took = now - LastReading;
        LastReading = now;
        return took;
    }

    /// <summary>The time of the call that <see cref="Read"/> ended belongs to this row, in equal shares with the calls that waited.</summary>
    public void Count(CommandRow row, long took)
    {
        Count(row, took, _waiting + 1);
        _waiting = 0;
    }

    private void Settle()
    {
        Count(_sharing!, Read(), _waiting);
        _waiting = 0;
    }

    private void Count(CommandRow row, long took, int calls)
    {
        Statistics statistics = node.Statistics;
        ref CommandCounters counters = ref statistics.ByCommand[row.Id];
        if (node.TracksLatency)
        {
            LatencyHistogram histogram = statistics.Latencies[row.Id] ??= new LatencyHistogram();
            if (calls == 1) histogram.Record(took);
            else Record(histogram, took, calls, counters);
        }

        counters.Nanoseconds += took;
        statistics.EventLoopCommandNs += took;
    }

    // Equal shares; but when the calls took far longer than is usual, something held up one of them.
    private static void Record(LatencyHistogram histogram, long took, int calls, in CommandCounters counters)
    {
        long share = took / calls;
        long usual = counters.Nanoseconds / Math.Max(1, counters.Calls - calls);
        if (usual == 0 || share / HeldUp < usual)
        {
            histogram.Record(share, calls);
            return;
        }

        histogram.Record(usual, calls - 1);
        histogram.Record(took - usual * (calls - 1));
    }
}
