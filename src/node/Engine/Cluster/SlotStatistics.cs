// What each slot cost since it came here, or since CONFIG RESETSTAT: for CLUSTER SLOT-STATS.
//
// Counted when cluster-slot-stats-enabled is on. A call counts for the slot of its keys, once: EXEC with all its calls,
// a call that waited when it is served. Bytes in are those of the request, bytes out those of its reply.
using System;
using Hexad.Core;

namespace Hexad.Engine;

/// <summary>What CLUSTER SLOT-STATS tells of a slot.</summary>
internal enum SlotMetric : byte
{
    KeyCount,
    CpuMicroseconds,
    BytesIn,
    BytesOut,
}

/// <summary>Counters of every slot.</summary>
internal sealed class SlotStatistics
{
    private struct Counters
    {
        public long Nanoseconds;
        public long BytesIn;
        public long BytesOut;
    }

    // 400 kB, for those who want to know.
    private Counters[]? _bySlot;

    /// <summary>Counts a call; <paramref name="slot"/> is -1 when it had no keys.</summary>
    public void Add(int slot, long nanoseconds, long bytesIn, long bytesOut)
    {
        if (slot < 0) return;
        ref Counters counters = ref (_bySlot ??= new Counters[SlotIndex.Count])[slot];
        counters.Nanoseconds += nanoseconds;
        counters.BytesIn += bytesIn;
        counters.BytesOut += Math.Max(0, bytesOut);
    }

    /// <summary>A counter of a slot; keys are counted elsewhere.</summary>
    public long Of(SlotMetric metric, int slot) => _bySlot is null ? 0 : metric switch
    {
        SlotMetric.CpuMicroseconds => _bySlot[slot].Nanoseconds / 1000,
        SlotMetric.BytesIn => _bySlot[slot].BytesIn,
        SlotMetric.BytesOut => _bySlot[slot].BytesOut,
        _ => 0,
    };

    /// <summary>A slot begins anew: it went to another shard.</summary>
    public void Reset(int slot)
    {
        if (_bySlot is not null) _bySlot[slot] = default;
    }

    /// <summary>All slots begin anew.</summary>
    public void Reset() => _bySlot = null;
}
