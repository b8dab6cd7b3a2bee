using Hexad.Cluster;
using Hexad.Simulator.Load;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Checks;

/// <summary>A cluster node as the checkers see it: its view of the cluster, and how its replication stands.</summary>
public abstract class ClusterOccupant : Occupant
{
    private ReplicationMark? _mark;

    /// <summary>The node's part in the cluster; null as long as it has not read its files.</summary>
    public abstract ClusterMachine? Cluster { get; }

    /// <summary>How its replication stands.</summary>
    public abstract ReplicationStatus Replication { get; }

    /// <summary>Whether what was on disk at the start has been loaded.</summary>
    public abstract bool HasLoaded { get; }

    /// <summary>The state that its history came out of, as it says itself; none when it came out of nothing.</summary>
    public abstract DataState Origin { get; }

    /// <summary>How often it gave a replica a whole copy of its data since it started.</summary>
    public abstract long FullResyncs { get; }

    /// <summary>How often it let a replica go on where it had stopped.</summary>
    public abstract long PartialResyncs { get; }

    /// <summary>How many keys it holds.</summary>
    public abstract long KeyCount { get; }

    /// <summary>Whole-structure checks of the node's data and of its memory accounting; slow.</summary>
    public abstract void Validate();

    /// <inheritdoc/>
    public override object? Mark
    {
        get
        {
            if (Cluster is not { } cluster) return null;
            ReplicationStatus now = Replication;
            if (_mark is null || _mark.Offset != now.Offset || _mark.History != now.History || _mark.ConfigEpoch != cluster.Myself.ConfigEpoch)
                _mark = new ReplicationMark(cluster.Myself.Id, now.History, now.Offset, cluster.Myself.ConfigEpoch);
            return _mark;
        }
    }
}
