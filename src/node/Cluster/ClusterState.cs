using System;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// What all parts of the machine share: the tables, the epochs, the time of the step, and what the step has still to do
/// at its end. It decides nothing.
/// </summary>
internal sealed class ClusterState
{
    public ClusterState(ClusterSettings settings, Dice dice, IClusterEffects effects, IClusterNeighbours neighbours, InjectedBugs bugs)
    {
        (Settings, Dice, Effects, Neighbours, Bugs) = (settings, dice, effects, neighbours, bugs);
        Incarnation = (uint)dice.Next();
        Outbox = new Outbox(this);
        Packets = new PacketBuilder(this);
        ManualFailover = new ManualFailover(this);
        Myself = new ClusterNode(default, NodeFlags.Myself | NodeFlags.Primary, default);
    }

    public ClusterSettings Settings { get; }
    public Dice Dice { get; }
    public IClusterEffects Effects { get; }
    public IClusterNeighbours Neighbours { get; }
    public InjectedBugs Bugs { get; }
    public NodeTable Nodes { get; } = new();
    public SlotMap Slots { get; } = new();
    public LinkTable Links { get; } = new();
    public Outbox Outbox { get; }
    public PacketBuilder Packets { get; }
    public ManualFailover ManualFailover { get; }

    public ClusterNode Myself { get; set; }
    public ulong CurrentEpoch { get; set; }

    /// <summary>The epoch in which this node was last elected since its start; 0 if it was not.</summary>
    public ulong ElectedEpoch { get; set; }

    /// <summary>Whether a majority gave this primary its config epoch; one that it took itself counts less.</summary>
    public bool IsElected => ElectedEpoch != 0 && ElectedEpoch == Myself.ConfigEpoch;

    public ulong LastVoteEpoch { get; set; }

    /// <summary>Whether the cluster works in this node's eyes.</summary>
    public bool Healthy { get; set; }

    /// <summary>How many primaries have slots.</summary>
    public int Size { get; set; } = 1;

    /// <summary>The node was told to stop: nothing may be handed to it any more.</summary>
    public bool Stopping { get; set; }

    /// <summary>Random at each start; with the sequence it orders this node's packets.</summary>
    public uint Incarnation { get; }

    public StepTime Time { get; private set; }
    public MonotonicMs Now => Time.Monotonic;
    public ReplicationStatus Replication { get; private set; }

    public int Quorum => Size / 2 + 1;

    /// <summary>The config has to be saved at the end of the step; with sync, later packets wait for it.</summary>
    public bool SaveDue { get; private set; }
    public bool SyncDue { get; private set; }
    public bool HealthDue { get; set; }
    public bool ElectionDue { get; set; }

    /// <summary>Where this node was last told to replicate from; none if it was told to be a primary.</summary>
    public (NodeId Primary, string Address, int Port) ReplicationTarget { get; set; }

    public void Begin(StepTime time)
    {
        Time = time;
        Replication = Neighbours.Replication;
    }

    public void Save(bool sync = false)
    {
        SaveDue = true;
        SyncDue |= sync;
    }

    public void SaveDone() => (SaveDue, SyncDue) = (false, false);

    public void Log(ClusterLogLevel level, string line) => Effects.Log(level, line);

    public void Notice(string line) => Effects.Log(ClusterLogLevel.Notice, line);

    /// <summary>A monotonic time as wall-clock milliseconds, 0 for never: for texts and packets.</summary>
    public long WallMs(MonotonicMs at) => at.Value == 0 ? 0 : Time.Wall.Value - (Now - at);

    /// <summary>A wall-clock time of another node on this node's monotonic clock; never in the future, at least 1.</summary>
    public MonotonicMs FromWallMs(long wallMs) => new(Math.Clamp(Now.Value - (Time.Wall.Value - wallMs), 1, Math.Max(1, Now.Value)));

    /// <summary>Closes a link and forgets it.</summary>
    public void Close(ClusterLink? link)
    {
        if (link is null) return;
        Links.Remove(link);
        Effects.Close(link.Id);
    }

    /// <summary>Takes a node out of everything.</summary>
    public void RemoveNode(ClusterNode node)
    {
        Invariant.That(!node.IsMyself);
        Slots.ForgetMovesWith(node);
        Slots.ReleaseAll(node);
        Close(node.Link);
        Close(node.InboundLink);
        bool wasMyPrimary = Myself.Primary == node;
        Nodes.Remove(node);
        if (wasMyPrimary) Slots.Reroute();
        ManualFailover.NodeRemoved(node);
    }

    /// <summary>A primary with slots in a cluster that has replicas may be given one.</summary>
    public void MarkMigrationTarget(ClusterNode owner)
    {
        if (owner.Slots.Count == 0 || (owner.Flags & NodeFlags.MigrateTo) != 0 || !owner.IsPrimary) return;
        foreach (ClusterNode node in Nodes.All)
        {
            if (node.ReplicaList.Count == 0) continue;
            owner.Set(NodeFlags.MigrateTo);
            return;
        }
    }

    /// <summary>The names of a node in a log line.</summary>
    public static string Name(ClusterNode node) => $"{node.Id} ({node.HumanName})";
}
