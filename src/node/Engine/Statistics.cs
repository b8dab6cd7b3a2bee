using System.Collections.Generic;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>What the node counts, for INFO. CONFIG RESETSTAT sets it back with <see cref="Reset"/>.</summary>
public sealed class Statistics
{
    private const int MostErrorCodes = 128;

    public long ConnectionsReceived;
    public long ConnectionsRejected;
    public long CommandsProcessed;
    public long BytesIn;
    public long BytesOut;
    public long ReplicationBytesIn;
    public long ReplicationBytesOut;
    public long ReadsProcessed;
    public long ExpiredKeys;
    public long ExpireTimeCapReached;
    public long ExpireCycleUs;
    public long EvictedKeys;
    public long EvictionExceededUs;
    public long LazyFreedObjects;
    public long QueryBufferDisconnections;
    public long OutputBufferDisconnections;
    public long ErrorReplies;
    public long UnexpectedErrorReplies;
    public long FullSyncs;
    public long PartialSyncs;
    public long RefusedPartialSyncs;
    public long EventLoopCycles;
    public long EventLoopNs;
    public long EventLoopCommandNs;
    public long LongestEventLoopNs;
    public long MostCommandsInCycle;
    public long CronUs;
    public long DefragUs;
    public int DefragPercent;
    public long EvictedClients;
    public long PeakMemoryBytes;

    /// <summary>By <see cref="CommandRow.Id"/>.</summary>
    public readonly CommandCounters[] ByCommand = new CommandCounters[CommandTable.RowCount];

    /// <summary>By <see cref="CommandRow.Id"/>: how long calls took; none for a command that was not called.</summary>
    public readonly LatencyHistogram?[] Latencies = new LatencyHistogram?[CommandTable.RowCount];

    /// <summary>How often error replies began with a code, by code.</summary>
    public SortedDictionary<string, long> ErrorsByCode { get; } = new(System.StringComparer.Ordinal);

    /// <summary>Whether so many different codes were seen that no more are told apart.</summary>
    public bool ErrorCodesOverflowed { get; private set; }

    /// <summary>Counts an error reply under its first word.</summary>
    public void CountError(string code)
    {
        ErrorReplies++;
        if (ErrorCodesOverflowed) return;
        if (ErrorsByCode.TryGetValue(code, out long count)) ErrorsByCode[code] = count + 1;
        else if (ErrorsByCode.Count < MostErrorCodes) ErrorsByCode.Add(code, 1);
        else
        {
            ErrorCodesOverflowed = true;
            ErrorsByCode.Clear();
            ErrorsByCode.Add("ERRORSTATS_OVERFLOW", 1);
        }
    }

    /// <summary>Sets everything back that CONFIG RESETSTAT sets back; what the keyspace services count is reset by the caller.</summary>
    public void Reset()
    {
        ConnectionsReceived = ConnectionsRejected = CommandsProcessed = BytesIn = BytesOut = ReplicationBytesIn = ReplicationBytesOut = 0;
        ReadsProcessed = ExpiredKeys = ExpireTimeCapReached = ExpireCycleUs = EvictedKeys = EvictionExceededUs = LazyFreedObjects = 0;
        QueryBufferDisconnections = OutputBufferDisconnections = ErrorReplies = UnexpectedErrorReplies = FullSyncs = PartialSyncs = RefusedPartialSyncs = 0;
        EventLoopCycles = EventLoopNs = EventLoopCommandNs = LongestEventLoopNs = MostCommandsInCycle = CronUs = DefragUs = EvictedClients = PeakMemoryBytes = 0;
        System.Array.Clear(ByCommand);
        System.Array.Clear(Latencies);
        ErrorsByCode.Clear();
        ErrorCodesOverflowed = false;
    }
}

/// <summary>What is counted of one command.</summary>
public struct CommandCounters
{
    public long Calls;
    public long Nanoseconds;
    public long Rejected;
    public long Failed;
}
