using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>What the node counts, for INFO. CONFIG RESETSTAT sets it back.</summary>
public sealed class Statistics
{
    public long ConnectionsReceived;
    public long ConnectionsRejected;
    public long CommandsProcessed;
    public long BytesIn;
    public long BytesOut;
    public long ExpiredKeys;
    public long EvictedKeys;
    public long QueryBufferDisconnections;
    public long OutputBufferDisconnections;
    public long ErrorReplies;

    /// <summary>Sets everything back to zero.</summary>
    public void Reset()
    {
        ConnectionsReceived = ConnectionsRejected = CommandsProcessed = BytesIn = BytesOut = ExpiredKeys = EvictedKeys = 0;
        QueryBufferDisconnections = OutputBufferDisconnections = ErrorReplies = 0;
        System.Array.Clear(ByCommand);
    }

    /// <summary>By <see cref="CommandRow.Id"/>.</summary>
    public readonly CommandCounters[] ByCommand = new CommandCounters[CommandTable.RowCount];
}

/// <summary>What is counted of one command.</summary>
public struct CommandCounters
{
    public long Calls;
    public long Nanoseconds;
    public long Rejected;
    public long Failed;
}
