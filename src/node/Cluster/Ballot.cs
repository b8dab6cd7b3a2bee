using System;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// How a primary with slots votes. The rules that make it safe: one vote an epoch, never for an epoch that is not the
/// newest, and the vote leaves only when that is on disk; and a primary that may have been replaced is no voter
/// (<see cref="WhyNotThisMajority"/>). The rest is to let the right one win quickly.
/// </summary>
internal sealed class Ballot(ClusterState state)
{
    private const int SiblingHeardMs = 1_000;
    private const int RightReplicaMs = 2_000;
    private const int OtherCandidateMs = 1_000;

    /// <summary>How many votes were given.</summary>
    public long Given { get; private set; }

    /// <summary>A replica asks for a vote.</summary>
    public void Asked(ClusterNode candidate, in BusPacket request)
    {
        if (!state.Myself.Votes || IsAnswered(candidate, request)) return;
        bool force = (request.MessageFlags & MessageFlags.ForceVote) != 0;
        string? refusal = WhyNotNow(request) ?? WhyNotThisOne(candidate, force) ?? WhyNotThisMajority(candidate) ?? WhyNotTheseSlots(request);
        if (refusal is not null)
        {
            state.Log(ClusterLogLevel.Warning, $"Failover auth denied to {ClusterState.Name(candidate)}: {refusal}");
            return;
        }

        ClusterNode primary = candidate.Primary!;
        bool again = primary.VotedFor == candidate.Id && state.Now - primary.VotedAt <= state.Settings.NodeTimeoutMs * 2;
        state.LastVoteEpoch = state.CurrentEpoch;
        primary.VotedAt = state.Now;
        primary.VotedFor = candidate.Id;
        Given++;
        state.Save(sync: true);
        state.Packets.SendVote(candidate, again);
        state.Notice($"Failover auth granted to {ClusterState.Name(candidate)} for epoch {state.CurrentEpoch}");
    }

    /// <summary>The same request, which came on the other link too.</summary>
    private bool IsAnswered(ClusterNode candidate, in BusPacket request) =>
        request.CurrentEpoch == state.LastVoteEpoch && candidate.Primary is { } primary && primary.VotedFor == candidate.Id && primary.VotedAt.Value != 0;

    private string? WhyNotNow(in BusPacket request)
    {
        if (request.CurrentEpoch < state.CurrentEpoch)
            return $"reqEpoch ({request.CurrentEpoch}) < curEpoch({state.CurrentEpoch})";
        return state.LastVoteEpoch == state.CurrentEpoch ? $"already voted for epoch {state.CurrentEpoch}" : null;
    }

    private string? WhyNotThisOne(ClusterNode candidate, bool force)
    {
        if (candidate.IsPrimary) return "it is a master node";
        if (candidate.Primary is not { } primary) return "I don't know its master";
        if (!primary.IsFailed && !force) return "its master is up";
        return WhyNotAgain(candidate, primary) ?? (force ? null : WhyAnotherIsBetter(candidate, primary));
    }

    /// <summary>
    /// Redis votes once in two node timeouts about a failed primary. Here the same candidate may ask again at once, with
    /// a new epoch (its first request may have failed to reach the others), and another one after a second.
    /// </summary>
    private string? WhyNotAgain(ClusterNode candidate, ClusterNode primary)
    {
        if (primary.VotedAt.Value == 0 || primary.VotedFor == candidate.Id) return null;
        long wait = Math.Min(OtherCandidateMs, state.Settings.NodeTimeoutMs * 2) - (state.Now - primary.VotedAt);
        return wait > 0 ? $"can't vote about this master before {wait} milliseconds" : null;
    }

    /// <summary>
    /// Who voted for a primary's successor and was then cut off does not know whether it has won: if it has, that primary is one voter
    /// too many, and two majorities could elect in the same epoch. If it is this node itself, it votes for nobody else. If it is another, this
    /// node votes only where a majority can be had without it.
    /// </summary>
    private string? WhyNotThisMajority(ClusterNode candidate)
    {
        if (MayBeReplaced(state.Myself, candidate)) return "I voted for a successor of my own and don't know whether it has won";
        int certain = 0;
        ClusterNode? doubtful = null;
        foreach (ClusterNode voter in state.Nodes.All)
        {
            if (!voter.Votes || voter.IsFailed || voter.IsSuspected) continue;
            if (MayBeReplaced(voter, candidate)) doubtful = voter;
            else certain++;
        }

        if (doubtful is null || certain >= state.Quorum) return null;
        return $"I voted for a successor of {ClusterState.Name(doubtful)} and don't know whether it has won, and the others are no majority";
    }

    /// <summary>
    /// Whether this node voted for a successor of that voter, and has not heard since then that the successor is a replica still. A request
    /// may be won for a second; after that the successor asks anew, if at all.
    /// </summary>
    private bool MayBeReplaced(ClusterNode voter, ClusterNode candidate)
    {
        if (voter.VotedAt.Value == 0 || voter.VotedFor == candidate.Id) return false;
        if (state.Nodes.Find(voter.VotedFor) is not { IsReplica: true } successor) return false;
        return successor.OffsetReceived - voter.VotedAt <= OtherCandidateMs && !OthersWouldKnow(voter.VotedAt);
    }

    // No request stands for longer than two node timeouts: whoever won has told the other voters by then.
    private bool OthersWouldKnow(MonotonicMs voted)
    {
        MonotonicMs over = voted + state.Settings.NodeTimeoutMs * 2;
        foreach (ClusterNode node in state.Nodes.All)
            if (node.Votes && !node.IsMyself && node.OffsetReceived <= over) return false;
        return true;
    }

    /// <summary>
    /// The right replica wins: one that is known to have less than a living sibling of the same history is refused, for
    /// two seconds a failure at most, so that a wrong belief about the sibling cannot leave the shard without a primary.
    /// </summary>
    private string? WhyAnotherIsBetter(ClusterNode candidate, ClusterNode primary)
    {
        if (state.Bugs.StaleReplicasAreElected || candidate.Badge is not { } badge) return null;
        if (!primary.IsFailed || state.Now - primary.FailedAt > RightReplicaMs) return null;
        foreach (ClusterNode sibling in primary.ReplicaList)
        {
            if (sibling == candidate || sibling.IsFailed || sibling.IsSuspected || !sibling.Is(Standing.MayStand)) continue;
            if (sibling.Badge?.History != badge.History || state.Now - sibling.BadgeReceived > SiblingHeardMs) continue;
            if (sibling.Offset > candidate.Offset)
                return $"its offset {candidate.Offset} is behind its sibling {sibling.Id} at {sibling.Offset}";
        }

        return null;
    }

    private string? WhyNotTheseSlots(in BusPacket request)
    {
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (!SlotSet.Has(request.Slots, slot) || state.Slots.IsUnclaimed(slot)) continue;
            ulong epoch = state.Slots.Owner(slot)!.ConfigEpoch;
            if (epoch > request.ConfigEpoch) return $"slot {slot} epoch ({epoch}) > reqEpoch ({request.ConfigEpoch})";
        }

        return null;
    }
}
