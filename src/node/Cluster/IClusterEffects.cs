using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Cluster;

/// <summary>How loud a log line is.</summary>
public enum ClusterLogLevel
{
    Debug,
    Verbose,
    Notice,
    Warning,
}

/// <summary>
/// What the machine wants done outside. Called during a step, in order; the receiver may act at once or after the step,
/// but must not call the machine from within.
/// </summary>
public interface IClusterEffects
{
    /// <summary>Connect from the node's own address; answer with LinkUp, LinkRefused or LinkDown.</summary>
    void Connect(long link, string address, int port);

    /// <summary>Close the link; no answer is expected.</summary>
    void Close(long link);

    /// <summary>Send these bytes on the link, after what was sent before.</summary>
    void Send(long link, byte[] packet);

    /// <summary>
    /// Put this text in place of nodes.conf, whole or not at all; with <paramref name="sync"/> also through to the disk.
    /// Answer with ConfigSaved. What must not leave before is held back by the machine.
    /// </summary>
    void SaveConfig(long version, string text, bool sync);

    /// <summary>Replicate from there: a new primary, or a new address of the same one.</summary>
    void ReplicateFrom(NodeId primary, string address, int port);

    /// <summary>Stop replicating and serve.</summary>
    void BecomePrimary();

    /// <summary>Hold back all writers, expiry and eviction until then at the latest: from now on the replication offset stands still.</summary>
    void PauseWrites(MonotonicMs until);

    /// <summary>Let the writers go on.</summary>
    void ResumeWrites();

    /// <summary>Hand a message that came over the bus to the subscribers.</summary>
    void Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded);

    /// <summary>These slots belong to someone else now: delete their keys.</summary>
    void DropSlots(IReadOnlyList<SlotIndex> slots);

    /// <summary>Delete all data (CLUSTER RESET of a replica).</summary>
    void DropAllData();

    /// <summary>The cluster went down or came up in this node's eyes.</summary>
    void HealthChanged(bool ok);

    /// <summary>A line for the log.</summary>
    void Log(ClusterLogLevel level, string line);
}

/// <summary>How this node's replication stands, read at the start of every step.</summary>
/// <param name="History">The replication id; none before there is one.</param>
/// <param name="Offset">How far the stream has come: produced by a primary, applied by a replica.</param>
/// <param name="PrimaryLinkUp">For a replica: the link is up and past the first synchronisation.</param>
/// <param name="DataAgeMs">For a replica: how long ago the primary was last heard, or lost.</param>
/// <param name="HasData">For a replica: it has synchronised once, or loaded a data set.</param>
/// <param name="IsLoading">The data set of the start is still being loaded: the offset is not known yet.</param>
public readonly record struct ReplicationStatus(
    ReplicationId History, ReplicationOffset Offset, bool PrimaryLinkUp, long DataAgeMs, bool HasData, bool IsLoading = false);

/// <summary>What the machine may ask about the rest of the node.</summary>
public interface IClusterNeighbours
{
    /// <summary>How replication stands now.</summary>
    ReplicationStatus Replication { get; }

    /// <summary>How many keys a slot holds.</summary>
    long KeysIn(SlotIndex slot);

    /// <summary>Whether the node holds no key at all.</summary>
    bool HasNoKeys { get; }
}

/// <summary>Why a connection did not come about.</summary>
public enum LinkRefusal
{
    /// <summary>The machine is there and says that nobody listens.</summary>
    Refused,

    /// <summary>No route, no answer, anything else: says nothing about the process.</summary>
    Unreachable,
}
