using System;

namespace Hexad.Engine;

/// <summary>Keeps the node's memory under <c>maxmemory</c> by removing keys, a slice at a time.</summary>
public sealed class Eviction(Node node)
{
    private const int KeysPerReading = 16;

    /// <summary>Bytes that count against the limit: keyspace and clients.</summary>
    public long UsedBytes => node.Databases.UsedBytes + node.ClientBytes;

    /// <summary>Whether a slice ended before enough was removed: the next one follows in the next millisecond.</summary>
    public bool IsPending { get; private set; }

    /// <summary>The limit may be another now: if too much is used, room is made in the next millisecond and not only before the next command.</summary>
    public void LimitChanged()
    {
        ulong limit = node.Options.MaxMemoryBytes;
        IsPending = limit > 0 && (ulong)UsedBytes > limit;
    }

    /// <summary>
    /// Removes keys until the limit is kept or the time for it is up (<c>maxmemory-eviction-tenacity</c>). False when the
    /// policy lets no key go and too much is used still.
    /// </summary>
    public bool MakeRoom()
    {
        IsPending = false;
        ulong limit = node.Options.MaxMemoryBytes;
        if (limit == 0 || (ulong)UsedBytes <= limit || !MayEvict) return true;
        long start = node.Host.Ticks();
        bool enough = Evict(limit, start + SliceUs * 1000);
        if (node.Latency.IsOn) node.Latency.Add("eviction-cycle", node.Host.Ticks() - start);
        return enough;
    }

    private bool Evict(ulong limit, long until)
    {
        for (int removed = 1; (ulong)UsedBytes > limit; removed++)
        {
            if (!node.Databases.EvictOne()) return false;
            if (removed % KeysPerReading != 0 || node.Host.Ticks() < until) continue;
            IsPending = (ulong)UsedBytes > limit;
            return true;
        }

        return true;
    }

    // A replica follows its primary; while writers are held back nothing may change.
    private bool MayEvict =>
        node.Pause.Scope == PauseScope.None && ((node.Conditions & (uint)NodeConditions.Replica) == 0 || !node.Options.ReplicaIgnoreMaxMemory);

    private long SliceUs
    {
        get
        {
            int tenacity = node.Options.EvictionTenacity;
            if (tenacity >= 100) return long.MaxValue / 4000;
            return tenacity <= 10 ? 50L * tenacity : (long)(500 * Math.Pow(1.15, tenacity - 10));
        }
    }
}
