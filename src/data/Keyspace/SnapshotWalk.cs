using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// A snapshot of databases, or of one slot, as they were when the walk began, handed out page by page while
/// commands go on changing them. Each key that was there then is told exactly once, with its value of then.
///
/// How: when a walk begins, the epoch of each of its tables goes up by one, so that all its entries carry an older one.
/// Whoever is told gets the new epoch: by the walk as it passes, or earlier, by a command that is about to change or
/// remove the entry, which hands the old value over first (<see cref="Capture"/>). New entries have the new
/// epoch from the start. So "has it been told" is one comparison of two bytes, and no order matters: a table may grow,
/// shrink or be flushed away under the walk, since the scan's guarantee is enough. When the walk ends, all entries have
/// the table's epoch again; after walks that were given up there may be several older ones, which is why a table
/// counts those and has its entries brought up to date before the byte could come round.
/// </summary>
public sealed class SnapshotWalk
{
    private const int PageTargetBytes = 256 * 1024;
    private const int HeldPageBytes = 4 * 1024 * 1024;
    private const int MostAbandonedWalks = 250;
    private const int LargeCollectionBytes = 64 * 1024;
    private const int PartBytes = 64 * 1024;

    private readonly Databases _all;
    private readonly List<Part> _parts = [];
    private readonly Queue<Adopted> _adopted = new();
    private readonly Queue<SnapshotPage> _held = new();
    private readonly Queue<SnapshotPage> _urgent = new();
    private readonly Queue<LargeTelling> _large = new();
    private readonly Dictionary<nint, LargeTelling> _largeByAddress = [];
    private readonly ElementBuffer _items = new();
    private readonly (long Keys, long Volatile)[] _sizes;
    private SnapshotPage _holding = new();
    private int _part;
    private int _slot;
    private ulong _cursor;
    private ulong _adoptedCursor;
    private bool _adoptedIsCurrent;
    private bool _endsTable;
    private long _fullHeldBytes;

    /// <summary>The tables of one set that the walk goes over: slots <see cref="First"/> up to, not including, <see cref="End"/>.</summary>
    private readonly record struct Part(TableSet Set, int Database, int First, int End);

    /// <summary>A table that was taken out of its set under the walk, which owns it now.</summary>
    private readonly record struct Adopted(TableSet Set, int Database, int Slot, NativeTable Table, long Bytes);

    internal SnapshotWalk(Databases all)
    {
        _all = all;
        _sizes = new (long Keys, long Volatile)[all.Count];
    }

    /// <summary>Whether all has been handed out, or the walk was cancelled.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Bytes of old values that wait to be fetched, because keys were changed before the walk reached them.</summary>
    public long HeldBytes
    {
        get
        {
            long bytes = _fullHeldBytes + _holding.Length;
            foreach (LargeTelling telling in _largeByAddress.Values) bytes += telling.HeldBytes;
            return bytes;
        }
    }

    /// <summary>Bytes of entries in slots that were dropped under the walk, and of large values without a key, which are kept for it alone.</summary>
    internal long DetachedBytes { get; set; }

    /// <summary>How many keys the snapshot has in all.</summary>
    public long KeyCount { get; private set; }

    /// <summary>How many of them have been told so far, whether fetched yet or not.</summary>
    public long KeysDone { get; private set; }

    /// <summary>How many keys database <paramref name="database"/> had at the start, and how many of them with an expiry (RDB's RESIZEDB).</summary>
    public (long Keys, long Volatile) SizeOf(int database) => _sizes[database];

    /// <summary>
    /// Fills <paramref name="page"/>, which is cleared first, with the next records; false when there is nothing left
    /// (the walk is then over). One unit of budget is a record or a bucket looked at; a page ends at about 256 KB.
    /// It may come out empty while there is more.
    /// </summary>
    public bool NextPage(SnapshotPage page, ref SliceBudget budget)
    {
        page.Clear();
        if (IsFinished) return false;
        if (TakeUrgent(page) || (!IsAmidLarge && TakeHeld(page))) return true;
        while (!budget.IsSpent && page.Length < PageTargetBytes)
        {
            if (!Advance(page, ref budget))
            {
                if (page.Count > 0) return true;
                End();
                return false;
            }
        }

        return true;
    }

    /// <summary>Ends the walk without handing out the rest.</summary>
    public void Cancel()
    {
        if (IsFinished) return;
        for (; _part < _parts.Count; _part++, _slot = -1)
        {
            Part part = _parts[_part];
            for (int slot = Math.Max(_slot, part.First); slot < part.End; slot++)
            {
                if (IsOurs(part.Set, slot)) EndTable(part.Set, slot, abandoned: true);
            }
        }

        while (_adopted.TryDequeue(out Adopted adopted)) Drop(adopted, abandoned: true);
        End();
    }

    internal void BeginAll()
    {
        for (int i = 0; i < _all.Count; i++)
        {
            TableSet set = _all[i].Set;
            set.WholeWalk = this;
            set.WalkDatabase = i;
            Begin(new Part(set, i, 0, set.TableCount));
            _sizes[i] = (set.KeyCount, set.VolatileCount);
            KeyCount += set.KeyCount;
        }

        _slot = -1;
    }

    internal void BeginSlot(int slot)
    {
        TableSet set = _all[0].Set;
        if (set.Table(slot).IsWalked) set.WalkAt(slot)!.HandOver(set, slot);
        set.BeginSlotWalk(slot, this);
        Begin(new Part(set, 0, slot, slot + 1));
        _sizes[0] = (set.Table(slot).Count, set.Table(slot).VolatileCount);
        KeyCount = set.Table(slot).Count;
        _slot = -1;
    }

    /// <summary>The large value with this address that the walk has begun to tell or is about to, if there is one.</summary>
    internal LargeTelling? TellingOf(nint address) => _largeByAddress.GetValueOrDefault(address);

    /// <summary>A long string's block has moved.</summary>
    internal void Moved(StringTelling telling, Blob block)
    {
        _largeByAddress.Remove(telling.Address);
        telling.Moved(block);
        _largeByAddress.Add(telling.Address, telling);
    }

    /// <summary>A large value has lost its key.</summary>
    internal void Orphan(LargeTelling telling)
    {
        telling.IsOrphan = true;
        DetachedBytes += telling.ValueBytes;
    }

    /// <summary>Takes the value of an entry that is about to change or go, which the walk has not told yet: a large one piece by piece, as the pieces change.</summary>
    internal void Capture(TableSet set, int slot, Entry entry)
    {
        entry.Epoch = set.Table(slot).Epoch;
        Tell(_holding, DatabaseOf(set), slot, entry);
        RotateHeld();
    }

    /// <summary>Tells the rest of a large collection at once, because it is about to change or go.</summary>
    internal void Finish(nint address)
    {
        if (!_largeByAddress.TryGetValue(address, out LargeTelling? telling)) return;
        if (telling.HasBegun) FinishBegun(telling);
        else TellHeld(telling);
        EndTelling(telling);
    }

    /// <summary>Goes on with a table that was taken out of its set, and frees it in the end.</summary>
    internal void Adopt(TableSet set, int slot, NativeTable table, long entryBytes)
    {
        _adopted.Enqueue(new Adopted(set, DatabaseOf(set), slot, table, entryBytes));
        DetachedBytes += entryBytes;
        if (set.WholeWalk != this) set.EndSlotWalk(slot);
    }

    private int DatabaseOf(TableSet set) => set.WholeWalk == this ? set.WalkDatabase : 0;

    private void Begin(Part part)
    {
        _parts.Add(part);
        for (int slot = part.First; slot < part.End; slot++)
        {
            NativeTable table = part.Set.Table(slot);
            if (table.AbandonedWalks >= MostAbandonedWalks) BringUpToDate(part.Set, table);
            table.BeginWalk();
        }
    }

    private static void BringUpToDate(TableSet set, NativeTable table)
    {
        var marker = new Marker(table.Epoch);
        ulong cursor = 0;
        do cursor = set.Tables.Scan(table, cursor, ref marker); while (cursor != 0);
        table.ForgetAbandonedWalks();
    }

    /// <summary>Tells the rest of a slot at once, so that another walk may have it.</summary>
    private void HandOver(TableSet set, int slot)
    {
        Invariant.That(set.WholeWalk == this);
        NativeTable table = set.Table(slot);
        var teller = new Teller(this, null, set.WalkDatabase, slot, table.Epoch);
        ulong cursor = 0;
        do cursor = set.Tables.Scan(table, cursor, ref teller); while (cursor != 0);
        foreach (LargeTelling telling in new List<LargeTelling>(_largeByAddress.Values))
        {
            if (telling.Facts.Slot == slot) Finish(telling.Address);
        }

        if (_endsTable && !_adoptedIsCurrent && _parts[_part].Set == set && _slot == slot) _endsTable = false;
        EndTable(set, slot, abandoned: false);
    }

    // The parts of one value follow one another: nothing else may come in between.
    private bool IsAmidLarge => FirstLarge() is { HasBegun: true };

    private LargeTelling? FirstLarge()
    {
        while (_large.TryPeek(out LargeTelling? first))
        {
            if (!first.IsOver) return first;
            _large.Dequeue();
        }

        return null;
    }

    private void EndTelling(LargeTelling telling, bool abandoned = false)
    {
        telling.IsOver = true;
        _largeByAddress.Remove(telling.Address);
        if (telling.IsOrphan) DetachedBytes -= telling.ValueBytes;
        telling.End(abandoned);
        if (telling.IsOrphan) _all.FreeOrphan(telling);
    }

    private bool TakeUrgent(SnapshotPage page)
    {
        if (!_urgent.TryDequeue(out SnapshotPage? rest)) return false;
        _fullHeldBytes -= rest.Length;
        page.Swap(rest);
        return true;
    }

    private bool TakeHeld(SnapshotPage page)
    {
        if (_held.TryDequeue(out SnapshotPage? full))
        {
            _fullHeldBytes -= full.Length;
            page.Swap(full);
            return true;
        }

        if (_holding.Count == 0) return false;
        page.Swap(_holding);
        return true;
    }

    private bool IsOurs(TableSet set, int slot) => set.Table(slot).IsWalked && set.WalkAt(slot) == this;

    /// <summary>Looks at one more bucket; false when there is none.</summary>
    private bool Advance(SnapshotPage page, ref SliceBudget budget)
    {
        if (FirstLarge() is { } telling)
        {
            budget.Spend(1 + PartBytes / 1024);
            if (!TellPart(telling, page)) return true;
            EndTelling(telling);
            return true;
        }

        if (_endsTable)
        {
            EndCurrent();
            return true;
        }

        _adoptedIsCurrent = _adopted.TryPeek(out Adopted adopted);
        if (_adoptedIsCurrent)
        {
            if (Scan(page, adopted.Set, adopted.Database, adopted.Slot, adopted.Table, ref _adoptedCursor, ref budget)) _endsTable = true; // When its large collections have been told.
            return true;
        }

        if (!FindTable(ref budget)) return _part < _parts.Count;
        Part part = _parts[_part];
        if (Scan(page, part.Set, part.Database, _slot, part.Set.Table(_slot), ref _cursor, ref budget)) _endsTable = true; // When its large collections have been told.
        return true;
    }

    private void EndCurrent()
    {
        _endsTable = false;
        if (_adoptedIsCurrent) Drop(_adopted.Dequeue(), abandoned: false);
        else if (IsOurs(_parts[_part].Set, _slot)) EndTable(_parts[_part].Set, _slot, abandoned: false); // It may have been taken out meanwhile.
    }

    /// <summary>Goes to the next table that is still ours; false when there is none, or the budget was spent on looking.</summary>
    private bool FindTable(ref SliceBudget budget)
    {
        const int LooksPerUnit = 64;
        for (int looks = 1; _part < _parts.Count; looks++)
        {
            Part part = _parts[_part];
            if (_slot < part.First) _slot = part.First;
            if (_slot >= part.End)
            {
                _part++;
                _slot = -1;
                continue;
            }

            if (IsOurs(part.Set, _slot))
            {
                if (part.Set.Table(_slot).Count > 0) return true;
                EndTable(part.Set, _slot, abandoned: false);
            }

            _slot++;
            _cursor = 0;
            if (looks % LooksPerUnit == 0 && !budget.Spend()) return false;
        }

        return false;
    }

    /// <summary>Tells the entries of one bucket that have not been told; true when the table is at its end.</summary>
    private bool Scan(SnapshotPage page, TableSet set, int database, int slot, NativeTable table, ref ulong cursor, ref SliceBudget budget)
    {
        ulong next = BucketTables<Entry>.CursorAfter(table, cursor);
        set.Tables.PrefetchScan(table, next, blocks: true);
        set.Tables.PrefetchScan(table, BucketTables<Entry>.CursorAfter(table, next), blocks: false);
        long before = KeysDone;
        var teller = new Teller(this, page, database, slot, table.Epoch);
        cursor = set.Tables.Scan(table, cursor, ref teller);
        budget.Spend(1 + (int)(KeysDone - before));
        return cursor == 0;
    }

    /// <summary>Tells an entry, or, of a large value, notes that it is to be told next.</summary>
    private void Tell(SnapshotPage page, int database, int slot, Entry entry)
    {
        KeysDone++;
        SnapshotFacts facts = FactsOf(database, slot, entry);
        if (IsLarge(entry))
        {
            byte[] key = entry.Key.ToArray();
            LargeTelling telling = entry.IsCollection ? new CollectionTelling(_all.Collections, facts, key, entry.Root) : new StringTelling(facts, key, entry.Blob);
            _large.Enqueue(telling);
            _largeByAddress.Add(telling.Address, telling);
        }
        else if (!entry.IsCollection)
        {
            page.Add(facts, entry.Key, _all.Collections.PackOf(entry));
        }
        else
        {
            CopyItems(entry.Type, entry.Root);
            page.Add(facts, entry.Key, _items.Bytes);
        }
    }

    /// <summary>Tells all of an entry to the pages that wait.</summary>
    private void TellWhole(int database, int slot, Entry entry)
    {
        Tell(_holding, database, slot, entry);
        if (IsLarge(entry)) Finish(entry.LargeAddress);
        RotateHeld();
    }

    private SnapshotFacts FactsOf(int database, int slot, Entry entry)
    {
        uint access = _all.Eviction.IsLfu ? _all.Clock.Decayed(entry) : _all.Clock.IdleSeconds(entry);
        long items = entry.IsCollection ? _all.Collections.Of(entry.Type).ItemCountOf(entry.Root) : 1;
        return new SnapshotFacts(database, slot, entry.Type, _all.Collections.ToldEncodingOf(entry), access, entry.HasExpiry, entry.HasExpiry ? entry.ExpiryMs : 0, items);
    }

    private void CopyItems(ObjectType type, nint root)
    {
        _items.Clear();
        ICollection structure = _all.Collections.Of(type);
        ulong cursor = 0;
        do cursor = structure.CopyPage(root, cursor, _items, int.MaxValue); while (cursor != 0);
    }

    /// <summary>Tells the next part of a large collection; true when it was the last.</summary>
    private bool TellPart(LargeTelling telling, SnapshotPage page)
    {
        _items.Clear();
        bool isLast = telling.Copy(_items, PartBytes);
        byte parts = (byte)((telling.HasBegun ? SnapshotPage.Continues : 0) | (isLast ? 0 : SnapshotPage.HasMore));
        page.Add(telling.Facts, telling.Key, _items.Bytes, parts);
        telling.HasBegun = true;
        return isLast;
    }

    private static bool IsLarge(Entry entry) =>
        entry.IsCollection ? entry.Header.ChargeBytes > LargeCollectionBytes : entry.IsLongString(StringTelling.LongBytes);

    private void TellHeld(LargeTelling telling)
    {
        while (!TellPart(telling, _holding)) RotateHeld();
    }

    // What has been fetched of it ends in the middle, so that the rest must be fetched next.
    private void FinishBegun(LargeTelling telling)
    {
        bool isLast;
        do
        {
            var rest = new SnapshotPage();
            do isLast = TellPart(telling, rest); while (!isLast && rest.Length < HeldPageBytes);
            _fullHeldBytes += rest.Length;
            _urgent.Enqueue(rest);
        }
        while (!isLast);
    }

    private void RotateHeld()
    {
        if (_holding.Length < HeldPageBytes) return;
        _fullHeldBytes += _holding.Length;
        _held.Enqueue(_holding);
        _holding = new SnapshotPage();
    }

    private void EndTable(TableSet set, int slot, bool abandoned)
    {
        set.Table(slot).EndWalk(abandoned);
        if (set.WholeWalk != this) set.EndSlotWalk(slot);
    }

    private void Drop(Adopted adopted, bool abandoned)
    {
        DetachedBytes -= adopted.Bytes;
        adopted.Table.EndWalk(abandoned);
        _all.Release(adopted.Table, adopted.Set);
    }

    private void End()
    {
        IsFinished = true;
        foreach (LargeTelling telling in new List<LargeTelling>(_largeByAddress.Values)) EndTelling(telling, abandoned: true);
        _large.Clear();
        foreach (Part part in _parts)
        {
            if (part.Set.WholeWalk == this) part.Set.WholeWalk = null;
            _all.Release(part.Set);
        }

        _held.Clear();
        _urgent.Clear();
        _fullHeldBytes = 0;
        _holding = new SnapshotPage();
        _all.Forget(this);
    }

    /// <summary>Tells each entry that carries an older epoch, to a page or (with none) to those that wait, and gives it the new one.</summary>
    private readonly struct Teller(SnapshotWalk walk, SnapshotPage? page, int database, int slot, byte epoch) : IPlaceVisitor
    {
        public void Visit(nint place)
        {
            var entry = new Entry(NativeTable.BlockAt(place));
            if (entry.Epoch == epoch) return;
            entry.Epoch = epoch;
            if (page is null) walk.TellWhole(database, slot, entry);
            else walk.Tell(page, database, slot, entry);
        }
    }

    /// <summary>Gives every entry the table's epoch.</summary>
    private readonly struct Marker(byte epoch) : IPlaceVisitor
    {
        public void Visit(nint place)
        {
            var entry = new Entry(NativeTable.BlockAt(place));
            entry.Epoch = epoch;
        }
    }
}
