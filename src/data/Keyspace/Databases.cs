using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// All databases of one node, and what they share: memory, hash seed, time, eviction settings, snapshot walks and
/// background work.
///
/// Before each command the engine sets <see cref="Now"/>, <see cref="Expired"/>, <see cref="NoTouch"/> and, in
/// cluster mode, <see cref="CommandSlot"/>; commands then work on a <see cref="Database"/>.
/// </summary>
public sealed class Databases : IDisposable
{
    /// <summary>An empty keyspace. The hash seed and all sampling come from <paramref name="dice"/>.</summary>
    public Databases(KeyspaceSettings settings, Dice dice, IKeyspaceEvents events) => throw new NotImplementedException();

    /// <summary>What this keyspace was made with.</summary>
    public KeyspaceSettings Settings => throw new NotImplementedException();

    /// <summary>The wall-clock time of the running command: what expiry and access times are judged by.</summary>
    public UnixMs Now { get; set; }

    /// <summary>What finding an expired key does; set by the engine for each command (see <see cref="ExpiredKeys"/>).</summary>
    public ExpiredKeys Expired { get; set; }

    /// <summary>Whether finding a key leaves its access time alone (CLIENT NO-TOUCH).</summary>
    public bool NoTouch { get; set; }

    /// <summary>
    /// In cluster mode the slot of all keys that the running command names, which the dispatcher has computed
    /// already, or -1 when each key's slot is to be computed. Without meaning outside cluster mode.
    /// </summary>
    public int CommandSlot { get; set; }

    /// <summary>The options of eviction.</summary>
    public EvictionSettings Eviction { get; } = new();

    /// <summary>How many databases there are.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>The database with this number, 0 to <see cref="Count"/> - 1.</summary>
    public Database this[int index] => throw new NotImplementedException();

    /// <summary>The keys of all databases.</summary>
    public long KeyCount => throw new NotImplementedException();

    /// <summary>Bytes allocated for keys, values, tables and indexes, exactly; what snapshot walks hold is not in it.</summary>
    public long UsedBytes => throw new NotImplementedException();

    /// <summary>Bytes that the process took from the system for <see cref="UsedBytes"/>: the difference is fragmentation and room kept.</summary>
    public long ReservedBytes => throw new NotImplementedException();

    /// <summary>Bytes that snapshot walks hold: old values that were handed over and not fetched yet, and tables that were flushed away under a walk.</summary>
    public long SnapshotHeldBytes => throw new NotImplementedException();

    /// <summary>How many keys wait to be freed (INFO <c>lazyfree_pending_objects</c>).</summary>
    public long PendingFreeCount => throw new NotImplementedException();

    /// <summary>Exchanges the contents of two databases (SWAPDB); snapshot walks still tell the keys under their old database.</summary>
    public void Swap(int first, int second) => throw new NotImplementedException();

    /// <summary>Empties all databases.</summary>
    public void Flush(FreeMode mode) => throw new NotImplementedException();

    /// <summary>Frees some of what waits to be freed; true when nothing is left.</summary>
    public bool FreeSlice(ref SliceBudget budget) => throw new NotImplementedException();

    /// <summary>Moves some buckets of tables that are growing or shrinking; true when none is.</summary>
    public bool RehashSlice(ref SliceBudget budget) => throw new NotImplementedException();

    /// <summary>
    /// Removes keys that are past their expiry, reporting each, until none is left or the budget is spent; returns
    /// how many were removed. Costs nothing for keys that are not due. One unit of budget is a key removed or an index place moved.
    /// Only for a primary.
    /// </summary>
    public int ActiveExpireSlice(ref SliceBudget budget) => throw new NotImplementedException();

    /// <summary>
    /// Removes the key that the eviction policy likes least among those sampled, and reports it; false when the policy
    /// allows no key to go. The caller compares <see cref="UsedBytes"/> with its limit and calls again.
    /// </summary>
    public bool EvictOne() => throw new NotImplementedException();

    /// <summary>Begins a snapshot of all databases as they are now. None may be running over any of their tables.</summary>
    public SnapshotWalk StartWalk() => throw new NotImplementedException();

    /// <summary>Begins a snapshot of one slot of database 0, in cluster mode. None may be running over that slot.</summary>
    public SnapshotWalk StartWalk(SlotIndex slot) => throw new NotImplementedException();

    /// <summary>Whether a walk over all databases can be started.</summary>
    public bool CanStartWalk => throw new NotImplementedException();

    /// <summary>Gives all memory back; the keyspace may not be used afterwards.</summary>
    public void Dispose() => throw new NotImplementedException();
}
