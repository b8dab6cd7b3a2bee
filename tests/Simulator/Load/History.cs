using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Simulator.Load;

/// <summary>
/// How far a node's replication had come when bytes left it: travels with replies, so that the checker knows at which
/// offset an acknowledged write stands at the latest.
/// </summary>
/// <param name="Node">Who said it.</param>
/// <param name="History">Whose history the offset counts in.</param>
/// <param name="Offset">How far it had come.</param>
/// <param name="ConfigEpoch">The config epoch with which the node owned its slots then.</param>
public sealed record ReplicationMark(NodeId Node, ReplicationId History, ReplicationOffset Offset, ulong ConfigEpoch)
{
    /// <summary>The state that its data had.</summary>
    public Checks.DataState State => new(History, Offset);
}

/// <summary>A write that a client was told is done.</summary>
public readonly record struct AcknowledgedWrite(long Value, long InvokedUs, long AcknowledgedUs, ReplicationMark? Mark);

/// <summary>
/// What happened to one key. Only one client writes it, one write at a time, each with a greater value, so that the
/// value that is left in the end tells which writes were lost.
/// </summary>
public sealed class KeyHistory(string key)
{
    public string Key { get; } = key;

    public SlotIndex Slot { get; } = SlotIndex.Of(System.Text.Encoding.Latin1.GetBytes(key));

    /// <summary>The value of the last write that was sent, whether or not it was answered; 0: none.</summary>
    public long LastInvoked { get; set; }

    /// <summary>All writes that were acknowledged, in their order.</summary>
    public List<AcknowledgedWrite> Acknowledged { get; } = [];

    /// <summary>What was read at the very end; -1: not read yet, 0: nothing was there.</summary>
    public long Final { get; set; } = -1;
}
