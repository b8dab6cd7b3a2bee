using System.Collections.Generic;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// Tables that nobody looks at any more, freed a few buckets at a time: whole sets after FLUSHDB, single tables after
/// a slot was dropped. Large collections, a few blocks at a time. And long strings, a megabyte at a time: giving 512 MB
/// back in one call takes some 15 ms.
/// </summary>
internal sealed class FreeQueue(BucketTables<Entry> tables, Databases all)
{
    /// <summary>Collections that take more than this are worth slicing.</summary>
    public const int LargeCollectionBytes = 64 * 1024;

    /// <summary>Collections that take more than this are freed later by whoever asks for that (UNLINK and the lazyfree options), and count as freed so.</summary>
    public const int LaterCollectionBytes = 4 * 1024;

    /// <summary>Strings longer than this are worth slicing.</summary>
    public const int LongBytes = 2 * 1024 * 1024;

    private const int PieceBytes = 1024 * 1024;
    private const int UnitsPerPiece = 100;

    private readonly Queue<Waiting> _queue = new();
    private readonly Stack<(nint Block, nuint Bytes)> _long = new();
    private readonly Stack<(ICollection Structure, nint Root)> _collections = new();
    private long _position;
    private int _slot;

    private readonly record struct Waiting(TableSet Set, NativeTable Single, bool IsSingle);

    /// <summary>How many keys wait.</summary>
    public long PendingCount { get; private set; }

    /// <summary>Bytes of the collections among them.</summary>
    public long PendingCollectionBytes { get; private set; }

    /// <summary>Frees a collection, at once if it is small for how it was asked for.</summary>
    public void FreeCollection(ObjectType type, nint root, FreeMode mode = FreeMode.Now)
    {
        ICollection structure = all.Collections.Of(type);
        long bytes = all.Collections.HeaderOf(root).ChargeBytes;
        if (bytes > (mode == FreeMode.Later ? LaterCollectionBytes : LargeCollectionBytes))
        {
            PendingCount++;
            PendingCollectionBytes += bytes;
            _collections.Push((structure, root));
            return;
        }

        SliceBudget budget = SliceBudget.Unlimited;
        structure.FreeSlice(root, ref budget);
    }

    /// <summary>Takes over the block of a long string.</summary>
    public void Add((nint Block, nuint Bytes) longBlock)
    {
        PendingCount++;
        _long.Push(longBlock);
    }

    /// <summary>Takes over a set that was flushed away.</summary>
    public void Add(TableSet set)
    {
        PendingCount += set.KeyCount;
        set.Expiries.Clear();
        _queue.Enqueue(new Waiting(set, default, false));
    }

    /// <summary>Takes over a table that was taken out of a set; where the set lives on, its entries are taken out of the set's index as they go.</summary>
    public void Add(NativeTable single, TableSet set)
    {
        PendingCount += single.Count;
        _queue.Enqueue(new Waiting(set, single, true));
    }

    /// <summary>Frees some; true when nothing is left.</summary>
    public bool FreeSlice(ref SliceBudget budget)
    {
        while (_long.Count > 0)
        {
            if (budget.IsSpent) return false;
            budget.Spend(UnitsPerPiece);
            ShortenLong();
        }

        if (!FreeCollections(ref budget)) return false;
        while (_queue.TryPeek(out Waiting waiting))
        {
            if (!(waiting.IsSingle ? FreeSingle(waiting, ref budget) : FreeSet(waiting.Set, ref budget))) return false;
            _queue.Dequeue();
        }

        return FreeCollections(ref budget);
    }

    private bool FreeCollections(ref SliceBudget budget)
    {
        while (_collections.TryPeek(out (ICollection Structure, nint Root) first))
        {
            if (budget.IsSpent) return false;
            long before = all.Memory.UsedBytes;
            bool done = first.Structure.FreeSlice(first.Root, ref budget);
            PendingCollectionBytes -= before - all.Memory.UsedBytes;
            if (!done) return false;
            _collections.Pop();
            PendingCount--;
        }

        return true;
    }

    private void ShortenLong()
    {
        (nint block, nuint bytes) = _long.Pop();
        if (bytes > PieceBytes)
        {
            _long.Push((all.Memory.Reallocate(block, bytes, bytes - PieceBytes), bytes - PieceBytes));
            return;
        }

        all.Memory.Free(block, bytes);
        PendingCount--;
    }

    private bool FreeSet(TableSet set, ref SliceBudget budget)
    {
        if (set.Fields is not null && !set.ReleaseFields(ref budget)) return false;
        for (; _slot < set.TableCount; _slot++)
        {
            if (!FreeTable(set.Table(_slot), null, ref budget)) return false;
        }

        _slot = 0;
        tables.FreeArray(set.First, set.TableCount);
        return true;
    }

    private bool FreeSingle(Waiting waiting, ref SliceBudget budget)
    {
        if (!FreeTable(waiting.Single, waiting.Set.IsDetached ? null : waiting.Set, ref budget)) return false;
        tables.FreeArray(waiting.Single, 1);
        waiting.Set.DetachedSlots--;
        return true;
    }

    private bool FreeTable(NativeTable table, TableSet? owner, ref SliceBudget budget)
    {
        var freer = new Freer(all, owner);
        long before = table.Count;
        bool done = tables.FreeSlice(table, ref _position, ref budget, ref freer);
        PendingCount -= before - table.Count;
        if (done) _position = 0;
        return done;
    }

    /// <summary>Frees entries; where the set that they were in lives on, they leave its index and its count of bytes.</summary>
    private readonly struct Freer(Databases all, TableSet? owner) : IPlaceVisitor
    {
        public void Visit(nint place)
        {
            var entry = new Entry(NativeTable.BlockAt(place));
            owner?.Forget(entry);
            all.Free(entry, FreeMode.Now);
        }
    }
}
