using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// A primary whose replicas have all failed is given one by the primary that has the most: of that one's replicas, the
/// one with the smallest id moves, after five seconds in which nothing changed.
/// </summary>
internal sealed class ReplicaMigration(ClusterState state, SlotClaims claims)
{
    private const int DelayMs = 5_000;

    /// <summary>Moves this replica if it is the one.</summary>
    public void Tick()
    {
        if (!state.Settings.AllowReplicaMigration || !state.Healthy) return;
        if (state.Myself is not { IsReplica: true, Primary: { } mine }) return;
        int most = 0;
        bool orphans = false;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!node.IsPrimary || node.IsFailed || node.InHandshake) continue;
            most = System.Math.Max(most, node.LivingReplicas());
            orphans |= IsOrphan(node);
            if (!IsOrphan(node)) node.OrphanedAt = default;
        }

        if (!orphans || most < 2 || mine.LivingReplicas() != most || GoodReplicas(mine) <= state.Settings.MigrationBarrier) return;
        ClusterNode? target = OldestOrphan();
        if (target is null || state.Now - target.OrphanedAt <= DelayMs || !IsFirstCandidate(most)) return;
        state.Notice($"Migrating to orphaned master {target.Id}");
        claims.SetMyPrimary(target);
    }

    private static bool IsOrphan(ClusterNode node) =>
        node is { IsPrimary: true, IsFailed: false } && node.Slots.Count > 0 &&
        (node.Flags & NodeFlags.MigrateTo) != 0 && node.LivingReplicas() == 0;

    private static int GoodReplicas(ClusterNode primary)
    {
        int good = 0;
        foreach (ClusterNode replica in primary.ReplicaList) good += replica.IsFailed || replica.IsSuspected ? 0 : 1;
        return good;
    }

    private ClusterNode? OldestOrphan()
    {
        ClusterNode? oldest = null;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!IsOrphan(node)) continue;
            if (node.OrphanedAt.Value == 0) node.OrphanedAt = state.Now;
            if (oldest is null || node.OrphanedAt < oldest.OrphanedAt) oldest = node;
        }

        return oldest;
    }

    private bool IsFirstCandidate(int most)
    {
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!node.IsPrimary || node.LivingReplicas() != most) continue;
            foreach (ClusterNode replica in node.ReplicaList)
            {
                if (!replica.IsFailed && replica.Id.CompareTo(state.Myself.Id) < 0) return false;
            }
        }

        return true;
    }
}
