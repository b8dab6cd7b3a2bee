using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// A primary that starts again has what its file had. If it was killed, that is less than what its replicas have, and if it
/// served at once and they followed, acknowledged writes that are alive on a replica would be gone. So it hears its
/// replicas first, and hands over to the one that has most if that is more than it has itself.
///
///     start ──▶ loading, hearing the replicas, two seconds at most ──▶ nobody has more ───────────────▶ serves
///                                                                 └──▶ one has more: hands over ──▶ its replica
///                                                                                └── not done in five seconds ──▶ serves
///
/// Until then it serves nobody, and no replica gets a copy of its data. A primary without replicas has nothing to wait for.
/// Replicas that are no Hexad nodes cannot be asked to take over; they are heard and no more.
/// </summary>
internal sealed class Comeback(ClusterState state)
{
    private const int HearingMs = 2_000;

    private MonotonicMs _since;
    private bool _handsOver;

    /// <summary>Whether it has not been decided yet who goes on.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The node starts, with what nodes.conf says.</summary>
    public void Begin()
    {
        _since = state.Now;
        IsOpen = state.Myself.Votes && state.Myself.ReplicaList.Count > 0;
    }

    /// <summary>Looks whether it can be decided now.</summary>
    public void Look()
    {
        if (!IsOpen) return;
        if (!state.Myself.Votes) Close();
        else if (_handsOver) CloseIfGivenUp();
        else if (!state.Replication.IsLoading && (AllHeard() || state.Now - _since >= HearingMs)) Decide();
    }

    private bool AllHeard()
    {
        foreach (ClusterNode replica in state.Myself.ReplicaList)
            if (!replica.HadHealthyLink) return false;
        return true;
    }

    private void Decide()
    {
        if (BestReplica() is not { } better)
        {
            Close();
            return;
        }

        _handsOver = true;
        state.Notice($"I started with offset {state.Replication.Offset}, and replica {ClusterState.Name(better)} is at {better.Offset}: handing over to it.");
        state.ManualFailover.Begin(better, handOver: true);
        state.ManualFailover.PingSuccessor();
    }

    private void CloseIfGivenUp()
    {
        if (state.ManualFailover.IsRunning) return;
        state.Log(ClusterLogLevel.Warning, $"No replica has taken over: I go on with offset {state.Replication.Offset}.");
        Close();
    }

    private void Close()
    {
        IsOpen = false;
        state.HealthDue = true;
    }

    private ClusterNode? BestReplica()
    {
        ClusterNode? best = null;
        foreach (ClusterNode replica in state.Myself.ReplicaList)
        {
            bool fit = replica is { HadHealthyLink: true, IsFailed: false, Link.Up: true }
                && replica.Is(Standing.MayStand) && !replica.Is(Standing.Empty) && !replica.Is(Standing.Stopping);
            if (fit && replica.Offset > (best?.Offset ?? state.Replication.Offset)) best = replica;
        }

        return best;
    }
}
