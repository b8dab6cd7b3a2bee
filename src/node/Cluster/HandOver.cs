using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>How the hand-over of a node that is to stop stands.</summary>
public enum HandOverState
{
    /// <summary>There is nothing to hand over, or nobody to take it: stop now.</summary>
    NotNeeded,

    /// <summary>A replica is taking over: wait.</summary>
    Running,

    /// <summary>A replica has the slots: stop now.</summary>
    Done,

    /// <summary>Nobody took over in time: stop all the same.</summary>
    Failed,
}

/// <summary>
/// A primary that is told to stop gives its slots to a replica first (auto-failover-on-shutdown). It picks the replica
/// that has most, among the Hexad ones that are in sync, heard of within two seconds and not stopping themselves, and
/// only while a majority can be reached: without one the replica could not win.
/// </summary>
internal sealed class HandOver(ClusterState state)
{
    private const int HeardMs = 2_000;

    private bool _running;

    /// <summary>The node was told to stop.</summary>
    public HandOverState Begin()
    {
        state.Stopping = true;
        if (!state.Myself.Votes || !state.Healthy || BestReplica() is not { } successor) return HandOverState.NotNeeded;
        _running = true;
        state.Notice($"Handing over to replica {ClusterState.Name(successor)} before I stop.");
        state.ManualFailover.Begin(successor, handOver: true);
        state.ManualFailover.PingSuccessor();
        return HandOverState.Running;
    }

    /// <summary>Looks again.</summary>
    public HandOverState Look()
    {
        if (!_running) return HandOverState.NotNeeded;
        if (state.Myself.Slots.Count == 0) return HandOverState.Done;
        return state.ManualFailover.IsRunning ? HandOverState.Running : HandOverState.Failed;
    }

    /// <summary>The stop was called off (SHUTDOWN ABORT).</summary>
    public void Abort()
    {
        state.Stopping = false;
        if (_running) state.ManualFailover.Reset();
        _running = false;
    }

    private ClusterNode? BestReplica()
    {
        ClusterNode? best = null;
        foreach (ClusterNode replica in state.Myself.ReplicaList)
        {
            bool fit = replica is { IsFailed: false, IsSuspected: false, Link.Up: true }
                && replica.Is(Standing.InSync) && !replica.Is(Standing.Stopping)
                && (replica.Flags & NodeFlags.NoFailover) == 0
                && state.Now - replica.BadgeReceived <= HeardMs + state.Settings.NodeTimeoutMs / 2;
            if (fit && (best is null || replica.Offset > best.Offset)) best = replica;
        }

        return best;
    }
}
