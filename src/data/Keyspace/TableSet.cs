using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// The contents of one database: its tables (one, or one for each slot), its index of expiries and its counts. SWAPDB
/// exchanges the sets of two databases; FLUSHDB takes the set away and gives the database a new one, in constant time.
///
/// <code>
/// slot → header[slot] → buckets → entries        _groupKeys[slot / 128]: keys of 128 slots together
///                                                expiries: one index for all slots
/// </code>
///
/// A random key of many slots is found by its rank: first the group, then the slot. Two short sums cost a hundred
/// nanoseconds, while a write pays one addition, where a Fenwick tree would pay fourteen.
///
/// Every change of an entry that a snapshot walk has not reached goes through <see cref="Preserve"/> first.
/// </summary>
internal sealed class TableSet
{
    private const int GroupSlots = 128;

    private readonly long[] _groupKeys;
    private Dictionary<int, SnapshotWalk>? _slotWalks;

    public TableSet(BucketTables<Entry> tables, SlabAllocator memory, MemberTables members, int tableCount)
    {
        Tables = tables;
        Memory = memory;
        Members = members;
        TableCount = tableCount;
        First = tables.CreateArray(tableCount, jitter: tableCount > 1);
        Expiries = new ExpiryIndex(memory);
        _groupKeys = new long[(tableCount + GroupSlots - 1) / GroupSlots];
    }

    public BucketTables<Entry> Tables { get; }
    public SlabAllocator Memory { get; }
    public MemberTables Members { get; }
    public NativeTable First { get; }
    public int TableCount { get; }
    public ExpiryIndex Expiries { get; }

    /// <summary>The hashes of which fields expire, from the first one on.</summary>
    public FieldExpiries? Fields { get; private set; }

    public long KeyCount { get; private set; }
    public long VolatileCount { get; private set; }

    /// <summary>Bytes of the entries and their outside values, those of detached slots included until they are freed; tables and index are not in it.</summary>
    public long EntryBytes { get; private set; }

    /// <summary>How many slots were taken out and are not freed yet.</summary>
    public int DetachedSlots { get; set; }

    /// <summary>The walk over all tables of this set, if one runs.</summary>
    public SnapshotWalk? WholeWalk { get; set; }

    /// <summary>The number that this set's database had when <see cref="WholeWalk"/> began.</summary>
    public int WalkDatabase { get; set; }

    /// <summary>Whether the set has been flushed away.</summary>
    public bool IsDetached { get; set; }

    /// <summary>The bytes for which a walk answers since the set was flushed away under it.</summary>
    public long KeptBytes { get; set; }

    /// <summary>Whether the set has been given to the free queue.</summary>
    public bool IsReleased { get; set; }

    /// <summary>Whether any walk runs over any of these tables.</summary>
    public bool IsWalked => WholeWalk is not null || _slotWalks is { Count: > 0 };

    public NativeTable Table(int slot) => First.At(slot);

    /// <summary>Adds an entry whose key is not there; it gets the table's epoch and, if it has an expiry, is indexed.</summary>
    public nint Insert(int slot, ulong hash, Entry entry)
    {
        NativeTable table = First.At(slot);
        entry.Epoch = table.Epoch;
        nint place = Tables.Insert(table, hash, entry.Block);
        KeyCount++;
        EntryBytes += entry.Charge;
        _groupKeys[slot / GroupSlots]++;
        if (entry.HasExpiry) Index(slot, entry);
        TrackFields(entry);
        return place;
    }

    /// <summary>Takes an entry out of table and index, for the caller to free; a walk that has not reached it is handed its value.</summary>
    public void Unlink(int slot, ulong hash, nint place, Entry entry)
    {
        Preserve(slot, entry);
        if (entry.HasExpiry) Unindex(slot, entry);
        ForgetFields(entry);
        Tables.Remove(First.At(slot), hash, place);
        KeyCount--;
        EntryBytes -= entry.Charge;
        _groupKeys[slot / GroupSlots]--;
    }

    /// <summary>Notes when the first field of an entry expires, if it is a hash; called when that may have changed.</summary>
    public void TrackFields(Entry entry)
    {
        if (entry.Type != ObjectType.Hash) return;
        long firstMs = FirstFieldExpiryOf(entry);
        if (firstMs == 0 && Fields is null) return;
        (Fields ??= new FieldExpiries(Tables, Memory)).Set(entry.Key, firstMs);
    }

    /// <summary>An entry is no hash any more, or goes.</summary>
    public void ForgetFields(Entry entry)
    {
        if (Fields is not null && entry.Type == ObjectType.Hash) Fields.Set(entry.Key, 0);
    }

    /// <summary>Frees what is noted of fields, of a set that was flushed away; true when it is done.</summary>
    public bool ReleaseFields(ref SliceBudget budget)
    {
        if (!Fields!.FreeSlice(ref budget)) return false;
        Fields = null;
        return true;
    }

    /// <summary>Notes that an entry has become larger or smaller.</summary>
    public void Resized(long changeBytes) => EntryBytes += changeBytes;

    /// <summary>Puts an entry that has an expiry into the index.</summary>
    public void Index(int slot, Entry entry)
    {
        Expiries.Add(entry);
        VolatileCount++;
        NativeTable table = First.At(slot);
        table.VolatileCount++;
    }

    /// <summary>Takes an entry out of the index, before its expiry changes or goes.</summary>
    public void Unindex(int slot, Entry entry)
    {
        Expiries.Remove(entry);
        VolatileCount--;
        NativeTable table = First.At(slot);
        table.VolatileCount--;
    }

    /// <summary>Called before an entry changes or goes: if a walk has still to tell it, the walk gets its value now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Preserve(int slot, Entry entry)
    {
        NativeTable table = First.At(slot);
        if (!table.IsWalked) return;
        if (entry.Epoch != table.Epoch) WalkAt(slot)!.Capture(this, slot, entry);
    }

    /// <summary>The walk that runs over a slot's table, if one does.</summary>
    public SnapshotWalk? WalkAt(int slot) => _slotWalks is not null && _slotWalks.TryGetValue(slot, out SnapshotWalk? walk) ? walk : WholeWalk;

    public void BeginSlotWalk(int slot, SnapshotWalk walk) => (_slotWalks ??= []).Add(slot, walk);

    public void EndSlotWalk(int slot) => _slotWalks!.Remove(slot);

    /// <summary>Takes a whole slot out, buckets and all, into a table of its own; its entries stay in the index until they are freed or found there.</summary>
    public NativeTable DetachSlot(int slot)
    {
        NativeTable table = First.At(slot);
        DetachedSlots++;
        KeyCount -= table.Count;
        _groupKeys[slot / GroupSlots] -= table.Count;
        VolatileCount -= table.VolatileCount;
        NativeTable detached = Tables.CreateArray(1, jitter: false);
        BucketTables<Entry>.Detach(table, detached);
        return detached;
    }

    /// <summary>An entry of a detached slot is about to be freed.</summary>
    public void Forget(Entry entry)
    {
        if (entry.IsIndexed) Expiries.Remove(entry);
        EntryBytes -= entry.Charge;
    }

    /// <summary>The slot that the key of this rank, 0 to <see cref="KeyCount"/> - 1, is in.</summary>
    public int SlotOfRank(long rank)
    {
        if (TableCount == 1) return 0;
        int group = 0;
        for (; rank >= _groupKeys[group]; group++) rank -= _groupKeys[group];
        int slot = group * GroupSlots;
        for (; rank >= First.At(slot).Count; slot++) rank -= First.At(slot).Count;
        return slot;
    }

    /// <summary>The first slot from this one on that has keys, or -1.</summary>
    public int NextSlot(int slot)
    {
        while (slot < TableCount)
        {
            if (slot % GroupSlots == 0 && _groupKeys[slot / GroupSlots] == 0) slot += GroupSlots;
            else if (First.At(slot).Count == 0) slot++;
            else return slot;
        }

        return -1;
    }

    public void Validate()
    {
        long keys = 0, volatiles = 0, bytes = 0;
        for (int slot = 0; slot < TableCount; slot++)
        {
            NativeTable table = First.At(slot);
            if (table.Count == 0 && table.VolatileCount == 0) continue;
            Tables.Validate(table);
            keys += table.Count;
            volatiles += table.VolatileCount;
            bytes += EntryBytesOf(table);
        }

        long grouped = 0;
        foreach (long group in _groupKeys) grouped += group;
        Fields?.Validate();
        Invariant.That(keys == KeyCount);
        Invariant.That(grouped == KeyCount);
        Invariant.That(volatiles == VolatileCount);
        Invariant.That(bytes == EntryBytes || (DetachedSlots > 0 && bytes < EntryBytes));
        Invariant.That(Expiries.Count >= VolatileCount);
        Expiries.Validate();
    }

    private long FirstFieldExpiryOf(Entry entry)
    {
        if (entry.Encoding == ObjectEncoding.ListpackWithExpiry) return ExpiringPack.FirstExpiryOf(entry.Value);
        return entry.IsCollection && Members.FirstToExpire(entry.Root) is { Found: true } first ? first.ExpiryMs : 0;
    }

    private long EntryBytesOf(NativeTable table)
    {
        var summer = new Summer(this);
        ulong cursor = 0;
        do cursor = Tables.Scan(table, cursor, ref summer); while (cursor != 0);
        return summer.Bytes;
    }

    private struct Summer(TableSet set) : IPlaceVisitor
    {
        public long Bytes;

        public void Visit(nint place)
        {
            var entry = new Entry(NativeTable.BlockAt(place));
            Bytes += entry.Charge;
            if (entry.Type == ObjectType.Hash) Invariant.That((set.Fields?.Of(entry.Key) ?? 0) == set.FirstFieldExpiryOf(entry));
        }
    }
}
