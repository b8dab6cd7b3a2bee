using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// What is known about one node of the cluster, this one included. Times are monotonic; zero means never.
/// Invariants: a replica's <see cref="Primary"/> lists it in <see cref="Replicas"/>; <see cref="Slots"/> agrees with the
/// <see cref="SlotMap"/>; <see cref="Link"/> is the link that this node opened, <see cref="InboundLink"/> the other's.
/// </summary>
public sealed class ClusterNode
{
    internal ClusterNode(NodeId id, NodeFlags flags, MonotonicMs now) => (Id, Flags, CreatedAt) = (id, flags, now);

    public NodeId Id { get; internal set; }
    public HexId ShardId { get; internal set; }
    public NodeFlags Flags { get; internal set; }
    public ulong ConfigEpoch { get; internal set; }
    public SlotSet Slots { get; } = new();
    public ClusterNode? Primary { get; internal set; }
    public IReadOnlyList<ClusterNode> Replicas => ReplicaList;

    public string Address { get; internal set; } = "";
    public int Port { get; internal set; }
    public int TlsPort { get; internal set; }
    public int BusPort { get; internal set; }
    public string Hostname { get; internal set; } = "";
    public string HumanName { get; internal set; } = "";

    public ClusterLink? Link { get; internal set; }
    public ClusterLink? InboundLink { get; internal set; }

    /// <summary>When the ping that has no answer yet was sent; zero if all are answered.</summary>
    public MonotonicMs PingSent { get; internal set; }
    public MonotonicMs PongReceived { get; internal set; }

    /// <summary>How far its replication stream has come, as it last said.</summary>
    public ReplicationOffset Offset { get; internal set; }

    public bool IsMyself => (Flags & NodeFlags.Myself) != 0;
    public bool IsPrimary => (Flags & NodeFlags.Primary) != 0;
    public bool IsReplica => (Flags & NodeFlags.Replica) != 0;
    public bool IsSuspected => (Flags & NodeFlags.Suspected) != 0;
    public bool IsFailed => (Flags & NodeFlags.Failed) != 0;
    public bool InHandshake => (Flags & NodeFlags.Handshake) != 0;
    public bool HasAddress => (Flags & NodeFlags.NoAddress) == 0;

    /// <summary>Whether its word counts in failures and elections: a primary with slots.</summary>
    public bool Votes => IsPrimary && Slots.Count > 0;

    /// <summary>The node itself, or the primary at the end of its chain.</summary>
    public ClusterNode Root
    {
        get
        {
            ClusterNode node = this;
            for (int depth = 0; node.Primary is { } primary && depth < 8; depth++) node = primary;
            return node;
        }
    }

    internal List<ClusterNode> ReplicaList { get; } = [];
    internal FailureReports Reports { get; } = new();
    internal MonotonicMs CreatedAt { get; set; }
    internal MonotonicMs DataReceived { get; set; }
    internal MonotonicMs OffsetReceived { get; set; }
    internal MonotonicMs FailedAt { get; set; }
    internal MonotonicMs OrphanedAt { get; set; }
    internal MonotonicMs NextConnectAt { get; set; }
    internal ulong GossipedIn { get; set; }

    /// <summary>When this node last voted for a replica of that one, and for which; none once it is known who has won.</summary>
    internal MonotonicMs VotedAt { get; set; }
    internal NodeId VotedFor { get; set; }

    /// <summary>Fast suspicion: a PONG came on a link to this very address since our own start.</summary>
    internal bool HadHealthyLink { get; set; }
    internal MonotonicMs FirstRefusalAt { get; set; }
    internal bool SuspectedFast { get; set; }
    internal bool FailedFast { get; set; }

    /// <summary>What its last badge said; null if it is not a Hexad node, as far as known.</summary>
    internal HexadBadge? Badge { get; set; }
    internal MonotonicMs BadgeReceived { get; set; }
    internal PacketStamp LastStamp { get; set; }

    internal int ClusterPort(bool tls) => tls ? TlsPort : Port;

    internal bool Is(Standing standing) => Badge is { } badge && (badge.Standing & standing) != 0;

    internal void Set(NodeFlags flags) => Flags |= flags;

    internal void Clear(NodeFlags flags) => Flags &= ~flags;

    internal void AddReplica(ClusterNode replica)
    {
        if (ReplicaList.Contains(replica)) return;
        ReplicaList.Add(replica);
        Set(NodeFlags.MigrateTo);
    }

    internal void RemoveReplica(ClusterNode replica)
    {
        if (ReplicaList.Remove(replica) && ReplicaList.Count == 0) Clear(NodeFlags.MigrateTo);
    }

    internal int LivingReplicas()
    {
        int living = 0;
        foreach (ClusterNode replica in ReplicaList) living += replica.IsFailed ? 0 : 1;
        return living;
    }
}
