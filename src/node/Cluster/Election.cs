using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// How a replica becomes the primary.
///
///     idle ── primary failed ──▶ comparing ── all siblings answered, or 100 ms ──▶ waiting for its rank
///                                                                                        │ rank 0: at once
///      won ◀── majority ── asking ◀──────────────────────────────────────────────────────┘
///                            │  ▲
///                            └──┘ 500 ms without a majority: a new epoch
///
/// The rank is how many siblings have more of the data. A manual failover goes straight to asking. Safety does not rest
/// on any of the delays: a voter votes once an epoch, and its vote leaves only when that is on disk.
/// </summary>
internal sealed class Election(ClusterState state, SlotClaims claims)
{
    private const int CompareMs = 100;
    private const int RankDelayMs = 500;
    private const int RetryMs = 500;
    private const int RetryJitterMs = 100;
    private const int RelogMs = 10_000;

    private enum Phase
    {
        Idle,
        Comparing,
        Waiting,
        Asking,
    }

    private readonly HashSet<NodeId> _votes = [];
    private Phase _phase;
    private MonotonicMs _since;
    private MonotonicMs _standAt;
    private int _rank;
    private int _attempts;
    private long _retryAfterMs;
    private ulong _epoch;
    private string _lastReason = "";
    private MonotonicMs _lastReasonAt;

    /// <summary>How many elections this node began: for counters of the simulator.</summary>
    public long Started { get; private set; }

    /// <summary>Whether one is going on.</summary>
    public bool IsRunning => _phase != Phase.Idle;

    /// <summary>Whether this replica's data would let it stand if its primary failed now.</summary>
    public static bool MayStand(ClusterState state)
    {
        if (state.Settings.ReplicaNoFailover || state.Stopping || !state.Myself.IsReplica) return false;
        return DataIsFresh(state) && !IsTooEmpty(state);
    }

    /// <summary>Looks where the election stands and goes on if it can.</summary>
    public void Step()
    {
        state.ElectionDue = false;
        if (!IsNeeded(out bool manual))
        {
            Stop();
            return;
        }

        if (!manual && !IsFit()) return;
        switch (_phase)
        {
            case Phase.Idle when manual:
                Ask(force: true);
                break;
            case Phase.Idle:
                Compare();
                break;
            case Phase.Comparing when manual || state.Now - _since >= CompareMs || AllSiblingsAnswered():
                Rank(manual);
                break;
            case Phase.Waiting:
                Wait(manual);
                break;
            case Phase.Asking:
                Count(manual);
                break;
        }
    }

    /// <summary>A vote came. It counts once a voter, for the epoch that we asked with, from nodes that may vote.</summary>
    public void Voted(ClusterNode voter, ulong epoch)
    {
        if (_phase != Phase.Asking || !voter.Votes || epoch != _epoch) return;
        _votes.Add(voter.Id);
        state.ElectionDue = true;
    }

    /// <summary>Takes the primary's place: after an election, or because the operator says so.</summary>
    public void ReplacePrimary()
    {
        ClusterNode me = state.Myself;
        Invariant.That(me is { IsReplica: true, Primary: not null });
        ClusterNode old = me.Primary;
        claims.MakePrimary(me);
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (state.Slots.Owner(slot) != old) continue;
            state.Slots.Release(slot);
            state.Slots.Assign(slot, me);
        }

        state.Slots.Reroute();
        state.ManualFailover.Reset();
        Stop();
        state.HealthDue = true;
        state.Save(sync: true);
        state.Packets.BroadcastPong();
    }

    /// <summary>Forgets everything about the election that was going on.</summary>
    public void Stop()
    {
        _phase = Phase.Idle;
        _attempts = 0;
        _votes.Clear();
    }

    private bool IsNeeded(out bool manual)
    {
        manual = state.ManualFailover is { IsRunning: true, CanStart: true };
        return state.Myself is { IsReplica: true, Primary: { } primary }
            && primary.Slots.Count > 0
            && (primary.IsFailed || manual)
            && (!state.Settings.ReplicaNoFailover || manual);
    }

    private bool IsFit()
    {
        string? reason = null;
        if (!DataIsFresh(state))
        {
            reason = "Disconnected from master for longer than allowed. " +
                "Please check the 'cluster-replica-validity-factor' configuration option.";
        }
        else if (!state.Bugs.StaleReplicasAreElected && IsTooEmpty(state))
        {
            reason = "I never had the data of my master.";
        }
        else if (state.Stopping)
        {
            reason = "I was told to stop.";
        }

        if (reason is null) return true;
        Explain(reason);
        return false;
    }

    /// <summary>As Redis: the data may be as old as a ping period and the node timeout times the validity factor.</summary>
    private static bool DataIsFresh(ClusterState state)
    {
        ClusterSettings settings = state.Settings;
        if (settings.ReplicaValidityFactor == 0) return true;
        long age = state.Replication.DataAgeMs;
        if (age > settings.NodeTimeoutMs) age -= settings.NodeTimeoutMs;
        return age <= settings.ReplicaPingPeriodMs + settings.NodeTimeoutMs * settings.ReplicaValidityFactor;
    }

    /// <summary>
    /// A replica that never had data would make the shard's data vanish, unless there was none: and only the primary itself
    /// can have said that. If it said so after it was taken for failed, it is back, and nothing is won by replacing it.
    /// </summary>
    private static bool IsTooEmpty(ClusterState state)
    {
        if (state.Replication.HasData) return false;
        if (state.Myself.Primary is not { } primary) return false;
        bool primaryWasEmpty = primary.OffsetReceived.Value != 0 && primary.Offset.Value == 0 && (primary.Badge is null || primary.Is(Standing.Empty));
        return !primaryWasEmpty || IsBack(state, primary);
    }

    private static bool IsBack(ClusterState state, ClusterNode primary)
        => primary.IsFailed && primary.OffsetReceived > primary.FailedAt && state.Now - primary.OffsetReceived <= state.Settings.NodeTimeoutMs;

    private void Compare()
    {
        _phase = Phase.Comparing;
        _since = state.Now;
        Started++;
        state.Packets.BroadcastPong();
        foreach (ClusterNode sibling in state.Myself.Primary!.ReplicaList)
        {
            if (!sibling.IsMyself) state.Packets.SendGossip(sibling.Link, PacketType.Ping);
        }

        if (AllSiblingsAnswered()) Rank(manual: false);
    }

    private bool AllSiblingsAnswered()
    {
        foreach (ClusterNode sibling in state.Myself.Primary!.ReplicaList)
        {
            if (sibling.IsMyself || sibling.IsFailed || sibling.IsSuspected || sibling.Link is not { Up: true }) continue;
            if (sibling.OffsetReceived < _since) return false;
        }

        return true;
    }

    private void Rank(bool manual)
    {
        _rank = manual ? 0 : MyRank();
        _standAt = state.Now + _rank * RankDelayMs;
        _phase = Phase.Waiting;
        state.Notice($"Start of election delayed for {_rank * RankDelayMs} milliseconds (rank #{_rank}, offset {state.Replication.Offset}).");
        Wait(manual);
    }

    private void Wait(bool manual)
    {
        int rank = manual ? 0 : MyRank();
        if (rank > _rank)
        {
            _standAt += (rank - _rank) * RankDelayMs;
            state.Notice($"Replica rank updated to #{rank}, added {(rank - _rank) * RankDelayMs} milliseconds of delay.");
            _rank = rank;
        }

        if (manual || state.Now >= _standAt) Ask(force: manual);
        else Explain("Waiting the delay before I can start a new failover.");
    }

    /// <summary>How many siblings that may stand have more, or the same and the smaller id.</summary>
    private int MyRank()
    {
        if (state.Bugs.StaleReplicasAreElected) return 0;
        int rank = 0;
        ClusterNode me = state.Myself;
        foreach (ClusterNode sibling in me.Primary!.ReplicaList)
        {
            if (sibling.IsMyself || sibling.IsFailed || sibling.IsSuspected) continue;
            if ((sibling.Flags & NodeFlags.NoFailover) != 0) continue;
            if (sibling.Badge is not null && !sibling.Is(Standing.MayStand)) continue;
            int order = sibling.Offset.CompareTo(state.Replication.Offset);
            if (order > 0 || (order == 0 && sibling.Badge is not null && sibling.Id.CompareTo(me.Id) < 0)) rank++;
        }

        return rank;
    }

    private void Ask(bool force)
    {
        ClusterNode primary = state.Myself.Primary!;
        if (!state.Bugs.EpochsAreReused) state.CurrentEpoch++;
        _epoch = state.CurrentEpoch;
        List<ClusterNode> silent = _attempts > 0 ? SilentVoters() : [];
        _votes.Clear();
        _phase = Phase.Asking;
        _since = state.Now;
        _attempts++;
        _retryAfterMs = RetryDelayMs();
        if (_attempts > 1 || force) Started++;
        state.Notice($"Starting a failover election for epoch {_epoch}.");
        state.Save(sync: true);
        state.HealthDue = true;
        if (primary.IsFailed && state.Now - primary.FailedAt <= state.Settings.NodeTimeoutMs * 2) state.Packets.BroadcastFail(primary);
        state.Packets.BroadcastVoteRequest(force, silent);
    }

    /// <summary>Who may vote, lives as far as we know, and did not: perhaps our link to it is dead and it does not get what we ask.</summary>
    private List<ClusterNode> SilentVoters()
    {
        var silent = new List<ClusterNode>();
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (node.Votes && !node.IsMyself && !node.IsFailed && !_votes.Contains(node.Id)) silent.Add(node);
        }

        return silent;
    }

    private void Count(bool manual)
    {
        if (_votes.Count >= state.Quorum)
        {
            Win();
            return;
        }

        if (state.Now - _since < _retryAfterMs) return;
        Explain("Waiting for votes, but majority still not reached.");
        state.Notice($"Needed quorum: {state.Quorum}. Number of votes received so far: {_votes.Count}");
        Rank(manual);
    }

    /// <summary>Half a second at first, so that a lost request costs little; later as long as Redis waits.</summary>
    private long RetryDelayMs()
    {
        long ceilingMs = Math.Max(4_000, state.Settings.NodeTimeoutMs * 4);
        long delayMs = _attempts <= 4 ? RetryMs : Math.Min(ceilingMs, (long)RetryMs << Math.Min(10, _attempts - 4));
        return delayMs + state.Dice.Below(RetryJitterMs);
    }

    private void Win()
    {
        state.Notice("Failover election won: I'm the new master.");
        if (state.Myself.ConfigEpoch < _epoch || state.Bugs.EpochsAreReused)
        {
            state.Myself.ConfigEpoch = state.ElectedEpoch = _epoch;
            state.Notice($"configEpoch set to {_epoch} after successful failover");
        }

        ReplacePrimary();
    }

    private void Explain(string reason)
    {
        if (reason == _lastReason && state.Now - _lastReasonAt < RelogMs) return;
        bool early = state.Myself.Primary is { IsFailed: true } primary
            && state.Now - primary.FailedAt < state.Settings.NodeTimeoutMs + 5_000;
        _lastReason = reason;
        if (early && reason.StartsWith("Waiting", StringComparison.Ordinal)) return;
        _lastReasonAt = state.Now;
        state.Notice($"Currently unable to failover: {reason}");
    }
}
