using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Memory;
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
    private readonly Database[] _databases;
    private readonly FreeQueue _freeQueue;
    private readonly EvictionPool _pool;
    private readonly List<SnapshotWalk> _walks = [];
    private readonly FieldRemoval _fieldRemoval;
    private readonly LargeMoves _moves;
    private int _expireNext;
    private long _detachedSetBytes;
    private bool _isEditing;
    private int _defragDatabase;
    private ulong _defragCursor;

    /// <summary>An empty keyspace. The hash seed and all sampling come from <paramref name="dice"/>.</summary>
    public Databases(KeyspaceSettings settings, Dice dice, IKeyspaceEvents events)
    {
        Invariant.That(settings.DatabaseCount >= 1);
        Invariant.That(!settings.ClusterMode || settings.DatabaseCount == 1);
        Settings = settings;
        Dice = dice;
        Events = events;
        Memory = new SlabAllocator(settings.HugePages);
        var hasher = new KeyHasher(dice);
        Tables = new BucketTables<Entry>(Memory, hasher);
        Clock = new AccessClock(Eviction, dice);
        Collections = new Collections(Memory, hasher);
        _freeQueue = new FreeQueue(Tables, this);
        _pool = new EvictionPool(this);
        _fieldRemoval = new FieldRemoval(this);
        _moves = new LargeMoves(this);
        _databases = new Database[settings.DatabaseCount];
        for (int i = 0; i < _databases.Length; i++) _databases[i] = new Database(this, i);
    }

    /// <summary>The structures of collections.</summary>
    public Collections Collections { get; }

    /// <summary>What this keyspace was made with.</summary>
    public KeyspaceSettings Settings { get; }

    /// <summary>The wall-clock time of the running command: what expiry and access times are judged by.</summary>
    public UnixMs Now
    {
        get => Clock.Now;
        set => Clock.Now = value;
    }

    /// <summary>What finding an expired key does; set by the engine for each command (see <see cref="ExpiredKeys"/>).</summary>
    public ExpiredKeys Expired { get; set; }

    /// <summary>Whether finding a key leaves its access time alone (CLIENT NO-TOUCH).</summary>
    public bool NoTouch { get; set; }

    /// <summary>
    /// In cluster mode the slot of all keys that the running command names, which the dispatcher has computed
    /// already, or -1 when each key's slot is to be computed. Without meaning outside cluster mode.
    /// </summary>
    public int CommandSlot { get; set; } = -1;

    /// <summary>The options of eviction.</summary>
    public EvictionSettings Eviction { get; } = new();

    /// <summary>How many databases there are.</summary>
    public int Count => _databases.Length;

    /// <summary>The database with this number, 0 to <see cref="Count"/> - 1.</summary>
    public Database this[int index] => _databases[index];

    /// <summary>The keys of all databases.</summary>
    public long KeyCount
    {
        get
        {
            long count = 0;
            foreach (Database database in _databases) count += database.KeyCount;
            return count;
        }
    }

    /// <summary>Bytes allocated for keys, values, tables and indexes, exactly; what snapshot walks hold is not in it, nor are collections that are being freed.</summary>
    public long UsedBytes => Memory.UsedBytes - DetachedForWalksBytes - _freeQueue.PendingCollectionBytes;

    /// <summary>Bytes that the process took from the system for <see cref="UsedBytes"/>: the difference is fragmentation and room kept.</summary>
    public long ReservedBytes => Memory.ReservedBytes;

    /// <summary>
    /// Bytes that snapshot walks hold: old values that were handed over and not fetched yet, and the entries of
    /// databases and slots that were flushed away and are kept for a walk alone (of a slot the estimate by its keys).
    /// </summary>
    public long SnapshotHeldBytes
    {
        get
        {
            long bytes = DetachedForWalksBytes;
            foreach (SnapshotWalk walk in _walks) bytes += walk.HeldBytes;
            return bytes;
        }
    }

    /// <summary>How many keys wait to be freed (INFO <c>lazyfree_pending_objects</c>).</summary>
    public long PendingFreeCount => _freeQueue.PendingCount;

    /// <summary>Exchanges the contents of two databases (SWAPDB); snapshot walks still tell the keys under their old database.</summary>
    public void Swap(int first, int second) =>
        (_databases[first].Set, _databases[second].Set) = (_databases[second].Set, _databases[first].Set);

    /// <summary>Empties all databases.</summary>
    public void Flush(FreeMode mode)
    {
        foreach (Database database in _databases) database.Flush(mode);
    }

    /// <summary>
    /// As many empty databases beside these, in the same memory: other data may be loaded into them while these serve.
    /// They end in <see cref="TakeOver"/> or <see cref="DropBeside"/>.
    /// </summary>
    public Database[] MakeBeside()
    {
        var beside = new Database[_databases.Length];
        for (int i = 0; i < beside.Length; i++) beside[i] = new Database(this, i);
        return beside;
    }

    /// <summary>Puts what was loaded beside in place of what is here, which is freed.</summary>
    public void TakeOver(Database[] beside, FreeMode mode)
    {
        Invariant.That(beside.Length == _databases.Length);
        for (int i = 0; i < beside.Length; i++) (_databases[i].Set, beside[i].Set) = (beside[i].Set, _databases[i].Set);
        DropBeside(beside, mode);
    }

    /// <summary>Frees databases that were made beside these.</summary>
    public void DropBeside(Database[] beside, FreeMode mode)
    {
        foreach (Database database in beside) Discard(database.Set, mode);
    }

    /// <summary>Whether fields of any hash expire.</summary>
    public bool HasExpiringFields
    {
        get
        {
            foreach (Database database in _databases)
            {
                if (database.Set.Fields is { Count: > 0 }) return true;
            }

            return false;
        }
    }

    /// <summary>Frees some of what waits to be freed; true when nothing is left.</summary>
    public bool FreeSlice(ref SliceBudget budget) => _freeQueue.FreeSlice(ref budget);

    /// <summary>Whether the tables of keys get smaller when keys go (DEBUG DICT-RESIZING).</summary>
    public bool TablesShrink
    {
        get => Tables.Shrinks;
        set => Tables.Shrinks = value;
    }

    /// <summary>Moves some buckets of tables that are growing or shrinking; true when none is.</summary>
    public bool RehashSlice(ref SliceBudget budget) => Tables.RehashSlice(ref budget);

    /// <summary>
    /// Moves entries out of pages that are emptier than others of their size, so that the emptied pages can be given
    /// back (active defragmentation). Goes on where the last slice ended; true when it has been once through all
    /// databases since it last said so. One unit of budget is an entry or a node looked at. Handles are invalid afterwards.
    /// </summary>
    public bool DefragSlice(ref SliceBudget budget)
    {
        while (!budget.IsSpent)
        {
            if (!_moves.Slice(ref budget)) return false;
            _defragCursor = _databases[_defragDatabase].Defrag(_defragCursor, ref budget);
            if (_defragCursor != 0) continue;
            _defragDatabase = (_defragDatabase + 1) % _databases.Length;
            if (_defragDatabase == 0) return _moves.Slice(ref budget);
        }

        return false;
    }

    /// <summary>
    /// Removes keys that are past their expiry, reporting each, until none is left or the budget is spent; returns
    /// how many were removed. Costs nothing for keys that are not due. One unit of budget is a key removed or an index place moved.
    /// Only for a primary.
    /// </summary>
    public int ActiveExpireSlice(ref SliceBudget budget)
    {
        int removed = 0;
        for (int i = 0; i < _databases.Length && !budget.IsSpent; i++)
        {
            Database database = _databases[_expireNext];
            while (!budget.IsSpent)
            {
                Entry due = database.Set.Expiries.FirstDue(Now.Value - 1, ref budget);
                if (due.Block == 0) break;
                budget.Spend();
                EntryRef found = database.HandleOf(due);
                if (found.Found) database.RemoveExpired(found);
                else database.Set.Expiries.Remove(due);
                removed += found.Found ? 1 : 0;
            }

            removed += _fieldRemoval.Slice(database, ref budget);
            if (!budget.IsSpent) _expireNext = (_expireNext + 1) % _databases.Length;
        }

        return removed;
    }

    /// <summary>
    /// Removes the key that the eviction policy likes least among those sampled, and reports it; false when the policy
    /// allows no key to go. The caller compares <see cref="UsedBytes"/> with its limit and calls again.
    /// </summary>
    public bool EvictOne() => _pool.EvictOne();

    /// <summary>Begins a snapshot of all databases as they are now. None may be running over any of their tables.</summary>
    public SnapshotWalk StartWalk()
    {
        Invariant.That(CanStartWalk);
        var walk = new SnapshotWalk(this);
        _walks.Add(walk);
        walk.BeginAll();
        return walk;
    }

    /// <summary>
    /// Begins a snapshot of one slot of database 0, in cluster mode. No other walk over that slot alone may be running;
    /// one over all databases hands the slot over first, by copying it whole.
    /// </summary>
    public SnapshotWalk StartWalk(SlotIndex slot)
    {
        Invariant.That(Settings.ClusterMode);
        var walk = new SnapshotWalk(this);
        _walks.Add(walk);
        walk.BeginSlot(slot.Value);
        return walk;
    }

    /// <summary>Whether a walk over all databases can be started.</summary>
    public bool CanStartWalk
    {
        get
        {
            foreach (Database database in _databases)
            {
                if (database.Set.IsWalked) return false;
            }

            return true;
        }
    }

    /// <summary>Gives all memory back; the keyspace may not be used afterwards.</summary>
    public void Dispose()
    {
        while (_walks.Count > 0) _walks[^1].Cancel();
        Flush(FreeMode.Now);
        foreach (Database database in _databases) Discard(database.Set, FreeMode.Now);
        Memory.Dispose();
    }

    /// <summary>Checks every structure of every database. For tests and the simulator: it looks at every key.</summary>
    public void Validate()
    {
        Memory.Validate();
        foreach (Database database in _databases) database.Set.Validate();
    }

    internal Dice Dice { get; }
    internal IKeyspaceEvents Events { get; }
    internal SlabAllocator Memory { get; }
    internal BucketTables<Entry> Tables { get; }
    internal AccessClock Clock { get; }

    internal TableSet CreateSet() => new(Tables, Memory, Collections.Members, Settings.ClusterMode ? SlotIndex.Count : 1);

    internal void BeginEdit()
    {
        Invariant.That(!_isEditing);
        _isEditing = true;
    }

    internal void EndEdit()
    {
        Invariant.That(_isEditing);
        _isEditing = false;
        Collections.Memory.Guard = null;
        Collections.Memory.Mark = 0; // That of a collection that is made.
    }

    /// <summary>A collection is about to change: a walk that has still to tell it hears of each node, or tells the rest now.</summary>
    internal void GuardEdit(nint root)
    {
        Collections.Memory.Mark = Collections.HeaderOf(root).Mark;
        if (TellingOf(root, out _) is not CollectionTelling telling) return;
        if (telling.IsByNode) Collections.Memory.Guard = telling;
        else FinishTelling(root);
    }

    /// <summary>If a walk has still to tell this collection, or the rest of it, it does so now.</summary>
    internal void FinishTelling(nint root)
    {
        foreach (SnapshotWalk walk in _walks) walk.Finish(root);
    }

    /// <summary>A large value that no key has any more has been told, or will not be.</summary>
    internal void FreeOrphan(LargeTelling telling) => telling.Free(_freeQueue);

    /// <summary>Bytes of a string are about to be written: a walk that has still to tell them takes them first.</summary>
    internal void BeforeWriting(Entry entry, long from, long count)
    {
        if (_walks.Count > 0 && TellingOf(entry) is { } telling) telling.BeforeWriting(from, count);
    }

    /// <summary>Makes an outside string longer or shorter; a walk that has still to tell it follows its block.</summary>
    internal void ResizeOutside(Entry entry, int length)
    {
        SnapshotWalk? walk = null;
        var telling = _walks.Count > 0 && entry.IsOutside ? TellingOf(entry.LargeAddress, out walk) as StringTelling : null;
        entry.ResizeOutside(Memory, length);
        if (telling is not null) walk!.Moved(telling, entry.Blob);
    }

    /// <summary>Frees the block of an outside string, or leaves it to a walk that has still to tell it.</summary>
    internal void FreeOutside(Entry entry)
    {
        if (_walks.Count > 0 && TellingOf(entry.LargeAddress, out SnapshotWalk? walk) is { } telling) walk!.Orphan(telling);
        else entry.FreeOutside(Memory);
    }

    /// <summary>The telling of a long string, if a walk has still to tell it or the rest of it.</summary>
    internal StringTelling? TellingOf(Entry entry) => entry.IsOutside ? TellingOf(entry.LargeAddress, out _) as StringTelling : null;

    private LargeTelling? TellingOf(nint address, out SnapshotWalk? teller)
    {
        foreach (SnapshotWalk walk in _walks)
        {
            teller = walk;
            if (walk.TellingOf(address) is { } telling) return telling;
        }

        teller = null;
        return null;
    }

    /// <summary>
    /// Frees an entry that has been taken out of its tables; a long string in slices if it may be, a large collection
    /// always: no command waits for millions of elements to be freed.
    /// </summary>
    internal void Free(Entry entry, FreeMode mode)
    {
        if (entry.IsCollection)
        {
            (ObjectType type, nint root) = (entry.Type, entry.Root);
            entry.FreeBlock(Memory);
            FreeCollection(type, root, mode);
        }
        else if (_walks.Count > 0 && TellingOf(entry) is not null)
        {
            FreeOutside(entry);
            entry.FreeBlock(Memory);
        }
        else if (mode == FreeMode.Later && entry.IsOutside && entry.ValueLength > FreeQueue.LongBytes) _freeQueue.Add(entry.FreeAndTakeOutside(Memory));
        else entry.Free(Memory);
    }

    /// <summary>Frees a collection that no entry has any more.</summary>
    internal void FreeCollection(ObjectType type, nint root, FreeMode mode = FreeMode.Now)
    {
        if (TellingOf(root, out SnapshotWalk? walk) is { } telling) walk!.Orphan(telling);
        else _freeQueue.FreeCollection(type, root, mode);
    }

    /// <summary>Gives an entry that was made from another a collection of its own.</summary>
    internal void DuplicateCollection(Entry source, Entry copied)
    {
        // The nodes have the mark of their originals, which may be half told, or of new ones.
        CollectionHeader original = source.Header;
        Collections.Memory.Mark = original.Mark;
        long before = Memory.UsedBytes;
        copied.Root = Collections.Of(source.Type).Duplicate(source.Root);
        ref CollectionHeader header = ref copied.Header;
        header.ChargeBytes = Memory.UsedBytes - before;
        header.Mark = original.Mark;
        header.AbandonedWalks = (byte)Math.Min(byte.MaxValue, original.AbandonedWalks + 1);
        Collections.Memory.Mark = 0;
    }

    /// <summary>Moves the blocks of a collection to fuller pages where there are such: of a large one later, in slices.</summary>
    internal void RelocateCollection(int database, Entry entry)
    {
        const int AtOnceBytes = 16 * 1024;
        if (entry.Header.ChargeBytes > AtOnceBytes)
        {
            _moves.Add(database, entry);
            return;
        }

        if (!MayMove(entry.Root)) return;
        SliceBudget budget = SliceBudget.Unlimited;
        nint root = entry.Root;
        ulong cursor = 0;
        do cursor = Collections.Of(entry.Type).Relocate(ref root, cursor, ref budget); while (cursor != 0);
        entry.Root = root;
    }

    /// <summary>Whether blocks of a collection may move: not while a walk tells it, which knows it and its nodes by their addresses.</summary>
    internal bool MayMove(nint root) => TellingOf(root, out _) is null;

    /// <summary>Frees a set that no database has any more, or leaves it to the walks that run over it.</summary>
    internal void Discard(TableSet set, FreeMode mode)
    {
        set.IsDetached = true;
        if (set.IsWalked) _detachedSetBytes += set.KeptBytes = set.EntryBytes;
        Release(set);
        if (mode == FreeMode.Now) FreeAll();
    }

    /// <summary>Frees the table of one slot, or leaves it to the walk that runs over it.</summary>
    internal void DiscardSlot(TableSet set, int slot, FreeMode mode)
    {
        SnapshotWalk? walk = set.Table(slot).IsWalked ? set.WalkAt(slot) : null;
        long entryBytes = set.EntryBytes * set.Table(slot).Count / set.KeyCount;
        NativeTable table = set.DetachSlot(slot);
        if (walk is not null) walk.Adopt(set, slot, table, entryBytes);
        else _freeQueue.Add(table, set);
        if (mode == FreeMode.Now) FreeAll();
    }

    /// <summary>Frees a set that was flushed away when no walk needs it any more.</summary>
    internal void Release(TableSet set)
    {
        if (!set.IsDetached || set.IsWalked || set.IsReleased) return;
        set.IsReleased = true;
        _detachedSetBytes -= set.KeptBytes;
        _freeQueue.Add(set);
    }

    /// <summary>A walk has no use any more for a table that it adopted.</summary>
    internal void Release(NativeTable table, TableSet set) => _freeQueue.Add(table, set);

    internal void Forget(SnapshotWalk walk) => _walks.Remove(walk);

    private long DetachedForWalksBytes
    {
        get
        {
            long bytes = _detachedSetBytes;
            foreach (SnapshotWalk walk in _walks) bytes += walk.DetachedBytes;
            return bytes;
        }
    }

    private void FreeAll()
    {
        SliceBudget budget = SliceBudget.Unlimited;
        _freeQueue.FreeSlice(ref budget);
    }
}
