using System;
using Hexad.Core;

namespace Hexad.Cluster;

/// <summary>
/// Whether the cluster works in this node's eyes: all slots are served (if full coverage is required) and a majority of
/// the primaries can be reached. A primary that comes back waits a moment before it takes writes again, so that the
/// others can tell it if it was replaced.
/// </summary>
internal sealed class ClusterHealth(ClusterState state, Comeback comeback)
{
    private const int WritableDelayMs = 2_000;
    private const int MinRejoinMs = 500;
    private const int MaxRejoinMs = 5_000;

    private MonotonicMs _firstCall;
    private MonotonicMs _minoritySince;

    /// <summary>Works it out anew.</summary>
    public void Update()
    {
        state.HealthDue = false;
        if (_firstCall.Value == 0) _firstCall = state.Now;
        (int size, int reachable) = CountVoters();
        state.Size = size;
        bool majority = reachable >= size / 2 + 1;
        // Where nobody has slots yet there is no minority to have been in: a new cluster serves as soon as it is joined.
        if (!majority && size > 0) _minoritySince = state.Now;
        bool healthy = majority && (!state.Settings.RequireFullCoverage || IsCovered());
        if (healthy == state.Healthy) return;
        if (healthy && state.Myself.IsPrimary && (IsStarting() || IsRejoining() || comeback.IsOpen)) return;
        state.Healthy = healthy;
        state.Log(healthy ? ClusterLogLevel.Notice : ClusterLogLevel.Warning, $"Cluster state changed: {(healthy ? "ok" : "fail")}");
        state.Effects.HealthChanged(healthy);
    }

    private (int Size, int Reachable) CountVoters()
    {
        int size = 0, reachable = 0;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!node.Votes) continue;
            size++;
            if (!node.IsFailed && !node.IsSuspected) reachable++;
        }

        return (size, reachable);
    }

    private bool IsCovered()
    {
        if (state.Slots.Assigned < SlotIndex.Count) return false;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (node.IsFailed && node.Slots.Count > 0) return false;
        }

        return true;
    }

    /// <summary>
    /// As Redis, two seconds after the start; but less when everyone who could know better has answered: a majority of
    /// the primaries, and all those replicas of ours from which alone a successor could have come.
    /// </summary>
    private bool IsStarting()
    {
        if (state.Now - _firstCall >= WritableDelayMs) return false;
        if (state.Myself.Slots.Count == 0) return true;
        int heard = 1;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (node.IsMyself) continue;
            bool answered = node.HadHealthyLink;
            if (node.Primary == state.Myself && !answered) return true;
            if (node.Votes && answered) heard++;
        }

        return heard < state.Quorum || state.Nodes.Count == 1;
    }

    private bool IsRejoining()
    {
        if (_minoritySince.Value == 0) return false;
        return state.Now - _minoritySince < Math.Clamp(state.Settings.NodeTimeoutMs, MinRejoinMs, MaxRejoinMs);
    }
}
