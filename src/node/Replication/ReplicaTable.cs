using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>All replicas of one primary, in the order in which they came, and the questions that are asked of all of them.</summary>
public sealed class ReplicaTable
{
    private readonly List<Replica> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Replica> All => _all;

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>Adds one.</summary>
    public void Add(Replica replica)
    {
        Invariant.That(!_all.Contains(replica));
        _all.Add(replica);
    }

    /// <summary>Removes one; false when it was not there.</summary>
    public bool Remove(Replica replica) => _all.Remove(replica);

    /// <summary>Whether anyone waits for a snapshot.</summary>
    public bool AnyWaits()
    {
        foreach (Replica replica in _all)
            if (replica.Stage == ReplicaStage.WaitsForSnapshot) return true;
        return false;
    }

    /// <summary>The place of the replica that is furthest behind in the stream, or <paramref name="end"/> without any.</summary>
    public ReplicationOffset SlowestReader(ReplicationOffset end)
    {
        foreach (Replica replica in _all)
            if (replica.Reads && replica.Position < end) end = replica.Position;
        return end;
    }

    /// <summary>How many are online and have acknowledged within the last <paramref name="maxLagSeconds"/> (min-replicas-max-lag).</summary>
    public int CountGood(MonotonicMs now, int maxLagSeconds)
    {
        int good = 0;
        foreach (Replica replica in _all)
            if (replica.Stage == ReplicaStage.Online && replica.LagSeconds(now) <= maxLagSeconds) good++;
        return good;
    }

    /// <summary>How many have acknowledged at least so many bytes (WAIT).</summary>
    public int CountAcknowledged(ReplicationOffset offset)
    {
        int count = 0;
        foreach (Replica replica in _all)
            if (replica.Stage == ReplicaStage.Online && replica.Acknowledged >= offset) count++;
        return count;
    }

    /// <summary>
    /// Whether a snapshot for those that wait should begin now. It should when all who are expected have come, when as
    /// many wait as the operator wants to wait for, or when one has waited for the whole delay. Nobody is expected
    /// unless we know better: a first replica is not kept waiting for others that may never come.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="expected">How many replicas are known to be coming, those that are here included.</param>
    /// <param name="delaySeconds">Option <c>repl-diskless-sync-delay</c>.</param>
    /// <param name="enough">Option <c>repl-diskless-sync-max-replicas</c>; 0: no such number.</param>
    public bool ShouldStartSnapshot(MonotonicMs now, int expected, int delaySeconds, int enough)
    {
        int waiting = 0;
        long longestMs = 0;
        foreach (Replica replica in _all)
        {
            if (replica.Stage != ReplicaStage.WaitsForSnapshot) continue;
            waiting++;
            longestMs = Math.Max(longestMs, now - replica.WaitsSince);
        }

        if (waiting == 0) return false;
        return _all.Count >= expected || (enough > 0 && waiting >= enough) || longestMs >= delaySeconds * 1000L;
    }
}
