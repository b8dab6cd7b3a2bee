using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Native hash tables of blocks that carry their own key: the operations on all tables that share memory and hash key.
///
/// <code>
/// header (32 bytes) → buckets (64 bytes each, 7 blocks; see Bucket)          up to 1024 buckets, in one piece
///                   → directory → pages of 1024 buckets (64 KB)              beyond
/// </code>
///
/// A table grows at about six blocks a bucket and shrinks below one. Up to 64 buckets are moved at once (a few
/// microseconds); larger tables move one bucket with each write, in order of the bucket's index: the smaller of the
/// two bucket arrays has index i moved when i is less than the rehash index. So a look-up needs one array only: the
/// new one if <c>(hash &amp; smaller mask) &lt; rehash index</c>, else the old one. New pages are made when the index
/// reaches them and old ones given back when it has passed: no growth step costs more than clearing two pages.
///
/// Costs: 64 bytes per 3 to 6 blocks and a chained bucket now and then, 11 to 22 bytes a block; a look-up touches
/// the header, one bucket (1.2 on average when nearly full) and the block.
///
/// Scanning goes by the bits of the bucket index from the top down (as in Redis's dictScan, by Pieter Noordhuis), so
/// that buckets that have been visited are not visited again when the table doubles, and none is left out when it halves.
///
/// Contract: a place is valid until the next insertion or removal in its table; blocks are not owned; keys are unique
/// (the caller has looked). One thread only. Checked against a dictionary in BucketTableTests.
/// </summary>
/// <typeparam name="TKeys">How to find the key of a block.</typeparam>
public sealed unsafe class BucketTables<TKeys> where TKeys : IBlockKeys
{
    internal const int PageBits = 10;
    internal const int AtOnceBits = 6;
    private const int MiddleJitter = 8;
    private const int MostReservedBits = 20;

    private readonly SlabAllocator _memory;
    private readonly KeyHasher _hasher;
    private RehashState* _rehashing;

    /// <summary>Tables in this memory, under this hash key.</summary>
    public BucketTables(SlabAllocator memory, KeyHasher hasher) => (_memory, _hasher) = (memory, hasher);

    /// <summary>How many tables are growing or shrinking piece by piece.</summary>
    public int RehashingCount { get; private set; }

    /// <summary>Whether tables get smaller when blocks go (DEBUG DICT-RESIZING); an empty one keeps nothing in any case, and one that did not shrink does when the next block goes.</summary>
    public bool Shrinks { get; set; } = true;

    /// <summary>The hash that a key has in these tables.</summary>
    public ulong HashOf(ReadOnlySpan<byte> key) => _hasher.Hash(key);

    /// <summary>An array of empty tables. With <paramref name="jitter"/> neighbours grow at different fillings, so that tables that fill alike do not grow at once.</summary>
    public NativeTable CreateArray(int count, bool jitter)
    {
        var headers = (TableHeader*)_memory.AllocateZeroed((nuint)count * (nuint)sizeof(TableHeader));
        for (int i = 0; i < count; i++)
        {
            int steps = jitter ? (int)((uint)i * 2654435769 >> 28) : MiddleJitter;
            headers[i].Flags = (byte)(steps << TableHeader.JitterShift);
        }

        return new NativeTable(headers);
    }

    /// <summary>Gives an array of empty tables back.</summary>
    public void FreeArray(NativeTable first, int count)
    {
        for (int i = 0; i < count; i++) Invariant.That(first.Header[i].Buckets == null);
        _memory.Free((nint)first.Header, (nuint)count * (nuint)sizeof(TableHeader));
    }

    /// <summary>Moves a table's contents to another header, which is empty; the first is empty afterwards.</summary>
    public static void Detach(NativeTable from, NativeTable to)
    {
        Invariant.That(to.Header->Buckets == null);
        byte jitter = (byte)(from.Header->Flags & ~TableHeader.FlagWalked);
        *to.Header = *from.Header;
        if (to.Header->Rehash != null) to.Header->Rehash->Owner = to.Header;
        *from.Header = new TableHeader { Flags = jitter, Epoch = to.Header->Epoch };
    }

    /// <summary>Starts fetching the bucket that a hash belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBucket(NativeTable table, ulong hash)
    {
        if (table.Header->Count != 0) Bucket.Prefetch((nint)Locate(table.Header, hash));
    }

    /// <summary>Starts fetching the blocks that may have this hash; their bucket has been fetched by now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchBlock(NativeTable table, ulong hash)
    {
        if (table.Header->Count != 0) Bucket.PrefetchBlocks(Locate(table.Header, hash), Bucket.TagOf(hash));
    }

    /// <summary>The place of the block with this key, or 0.</summary>
    public nint Find(NativeTable table, ulong hash, ReadOnlySpan<byte> key)
    {
        if (table.Header->Count == 0) return 0;
        Bucket* bucket = Locate(table.Header, hash);
        byte tag = Bucket.TagOf(hash);
        while (true)
        {
            for (uint match = Bucket.Matches(bucket, tag); match != 0; match &= match - 1)
            {
                nint* place = Bucket.PlaceAt(bucket, BitOperations.TrailingZeroCount(match));
                if (TKeys.KeyOf(*place).SequenceEqual(key)) return (nint)place;
            }

            if (!bucket->IsChained) return 0;
            bucket = Bucket.NextOf(bucket);
        }
    }

    /// <summary>Adds a block whose key is not in the table yet; returns its place.</summary>
    public nint Insert(NativeTable table, ulong hash, nint block)
    {
        TableHeader* header = table.Header;
        if (header->Rehash != null) Step(header);
        else if (header->Buckets == null) header->Buckets = AllocateBuckets(header->Bits = 0);
        else if (header->Count >= GrowAt(header)) StartResize(header, header->Bits + 1);
        header->Count++;
        return (nint)Bucket.Add(Locate(header, hash), Bucket.TagOf(hash), block, _memory);
    }

    /// <summary>Takes the block at a place, whose key has this hash, out of the table.</summary>
    public void Remove(NativeTable table, ulong hash, nint place)
    {
        TableHeader* header = table.Header;
        Bucket.Remove(Locate(header, hash), place, _memory);
        header->Count--;
        if (header->Rehash != null) Step(header);
        else if (header->Count == 0) FreeBuckets(header);
        else if (Shrinks && header->Count < (1L << header->Bits) && header->Bits > 0) StartResize(header, header->Bits - 1);
    }

    /// <summary>
    /// Makes an empty table as large as so many blocks need, but no larger than 64 MB: the number comes from a file or a
    /// peer, and is not to be believed. Beyond that the table grows by itself.
    /// </summary>
    public void Reserve(NativeTable table, long blocks)
    {
        TableHeader* header = table.Header;
        int bits = BitOperations.Log2((ulong)Math.Max(1, blocks / 6)) + 1;
        if (header->Rehash != null || header->Count != 0 || bits <= header->Bits) return;
        FreeBuckets(header);
        bits = Math.Min(bits, MostReservedBits);
        header->Bits = (byte)bits;
        header->Buckets = AllocateBuckets(header->Bits);
        for (long i = 0; bits > PageBits && i < 1L << bits; i += 1L << PageBits) EnsurePage(header->Buckets, bits, i);
    }

    /// <summary>Moves buckets of tables that are growing or shrinking; true when none is left. One unit of budget is a bucket.</summary>
    public bool RehashSlice(ref SliceBudget budget)
    {
        while (_rehashing != null && !budget.IsSpent)
        {
            Step(_rehashing->Owner);
            budget.Spend();
        }

        return _rehashing == null;
    }

    /// <summary>Visits the blocks of the bucket (and its like in the other array) that the cursor names; returns the next cursor, 0 at the end.</summary>
    public ulong Scan<TVisitor>(NativeTable table, ulong cursor, ref TVisitor visitor) where TVisitor : IPlaceVisitor, allows ref struct
    {
        TableHeader* header = table.Header;
        if (header->Count == 0) return 0;
        RehashState* state = header->Rehash;
        if (state == null)
        {
            ulong mask = MaskOf(header->Bits);
            VisitChain(BucketAt(header->Buckets, header->Bits, cursor & mask), ref visitor);
            return NextCursor(cursor, mask);
        }

        ulong small = MaskOf(Math.Min(header->Bits, state->OldBits));
        bool moved = (cursor & small) < (ulong)state->Index;
        byte* buckets = moved ? header->Buckets : state->OldBuckets;
        int bits = moved ? header->Bits : state->OldBits;
        ulong low = cursor & small, own = MaskOf(bits);
        do
        {
            VisitChain(BucketAt(buckets, bits, cursor & own), ref visitor);
            cursor = NextCursor(cursor, own);
        }
        while (cursor != 0 && (cursor & small) == low);
        return cursor;
    }

    /// <summary>Starts fetching what a scan at this cursor will visit: the bucket, or with <paramref name="blocks"/> the blocks in it.</summary>
    public void PrefetchScan(NativeTable table, ulong cursor, bool blocks)
    {
        if (table.Header->Count == 0) return;
        Bucket* bucket = Locate(table.Header, cursor);
        if (blocks) Bucket.PrefetchBlocks(bucket);
        else Bucket.Prefetch((nint)bucket);
    }

    /// <summary>The cursor after this one in a table that is not rehashing: for prefetching ahead.</summary>
    public static ulong CursorAfter(NativeTable table, ulong cursor) => NextCursor(cursor, MaskOf(table.Header->Bits));

    /// <summary>A place chosen with equal chance for each, or 0 if the table is empty.</summary>
    public nint Random(NativeTable table, Dice dice)
    {
        const int FullChance = 16, Tries = 256;
        TableHeader* header = table.Header;
        if (header->Count == 0) return 0;
        RehashState* state = header->Rehash;
        int most = state == null ? header->Bits : Math.Max(header->Bits, state->OldBits);
        for (int i = 0; i < Tries; i++)
        {
            // A bucket of the smaller array stands for two of the larger: it is chosen twice as often, so half of the choices are refused.
            ulong choice = dice.Next() & MaskOf(most);
            Bucket* bucket = Locate(header, choice, out int bits);
            int chosen = dice.Below(FullChance << (most - bits));
            if (chosen < ChainCount(bucket)) return (nint)PlaceInChain(bucket, chosen);
        }

        ulong cursor = dice.Next();
        var sampler = new Sampler(dice);
        do cursor = Scan(table, cursor, ref sampler); while (sampler.Seen == 0);
        return sampler.Chosen;
    }

    /// <summary>
    /// Empties a detached table piece by piece: visits (and so gives up) the blocks of one bucket after the other and
    /// frees the buckets. <paramref name="position"/> begins at 0. True when the table is empty.
    /// One unit of budget is a bucket or a block. Nothing else may be done to the table from the first call on.
    /// </summary>
    public bool FreeSlice<TVisitor>(NativeTable table, ref long position, ref SliceBudget budget, ref TVisitor visitor)
        where TVisitor : IPlaceVisitor, allows ref struct
    {
        TableHeader* header = table.Header;
        if (header->Buckets == null) return true;
        RehashState* state = header->Rehash;
        if (state != null) Unlist(state);
        int smallBits = state == null ? header->Bits : Math.Min(header->Bits, state->OldBits);
        for (; position < 1L << smallBits; position++)
        {
            if (budget.IsSpent) return false;
            int units = 1;
            if (state == null || position < state->Index) units += DrainLike(header->Buckets, header->Bits, smallBits, position, ref visitor);
            else units += DrainLike(state->OldBuckets, state->OldBits, smallBits, position, ref visitor);
            header->Count -= units - 1;
            budget.Spend(units);
        }

        Invariant.That(header->Count == 0);
        if (state != null) FinishRehash(header);
        FreeBuckets(header);
        header->Volatile = 0;
        return true;
    }

    /// <summary>Checks the form of the table, and that each block is where its key belongs.</summary>
    public void Validate(NativeTable table)
    {
        TableHeader* header = table.Header;
        if (header->Buckets == null)
        {
            Invariant.That(header->Count == 0);
            return;
        }

        RehashState* state = header->Rehash;
        long count = ValidateArray(header, header->Buckets, header->Bits);
        if (state != null)
        {
            Invariant.That(state->Owner == header);
            Invariant.That(state->Index < 1L << Math.Min(header->Bits, state->OldBits));
            count += ValidateArray(header, state->OldBuckets, state->OldBits);
        }

        Invariant.That(count == header->Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Bucket* Locate(TableHeader* header, ulong hash)
    {
        if (header->Rehash != null) return Locate(header, hash, out _);
        return BucketAt(header->Buckets, header->Bits, hash & MaskOf(header->Bits));
    }

    private static Bucket* Locate(TableHeader* header, ulong hash, out int bits)
    {
        RehashState* state = header->Rehash;
        bits = header->Bits;
        if (state == null || (hash & MaskOf(Math.Min(bits, state->OldBits))) < (ulong)state->Index)
            return BucketAt(header->Buckets, bits, hash & MaskOf(bits));
        bits = state->OldBits;
        return BucketAt(state->OldBuckets, bits, hash & MaskOf(bits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Bucket* BucketAt(byte* buckets, int bits, ulong index) =>
        bits <= PageBits
            ? (Bucket*)buckets + index
            : ((Bucket**)buckets)[index >> PageBits] + (index & ((1 << PageBits) - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MaskOf(int bits) => (1UL << bits) - 1;

    /// <summary>At six blocks a bucket on average; between 5.25 and 6.66 with jitter. A single bucket is used to its end.</summary>
    private static long GrowAt(TableHeader* header) =>
        header->Bits == 0 ? Bucket.Places : (168L + 3 * (header->Flags >> TableHeader.JitterShift)) << header->Bits >> 5;

    private static ulong NextCursor(ulong cursor, ulong mask)
    {
        cursor = Reverse(cursor | ~mask) + 1;
        return Reverse(cursor);
    }

    private static ulong Reverse(ulong bits)
    {
        bits = bits >> 1 & 0x5555555555555555 | (bits & 0x5555555555555555) << 1;
        bits = bits >> 2 & 0x3333333333333333 | (bits & 0x3333333333333333) << 2;
        bits = bits >> 4 & 0x0F0F0F0F0F0F0F0F | (bits & 0x0F0F0F0F0F0F0F0F) << 4;
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bits);
    }

    private void StartResize(TableHeader* header, int newBits)
    {
        var state = (RehashState*)_memory.AllocateZeroed((nuint)sizeof(RehashState));
        state->OldBuckets = header->Buckets;
        state->OldBits = header->Bits;
        state->Owner = header;
        state->Next = _rehashing;
        if (_rehashing != null) _rehashing->Previous = state;
        _rehashing = state;
        RehashingCount++;
        header->Bits = (byte)newBits;
        header->Buckets = AllocateBuckets(newBits);
        header->Rehash = state;
        if (Math.Min(newBits, state->OldBits) <= AtOnceBits)
        {
            while (header->Rehash != null) Step(header);
        }
    }

    /// <summary>Moves what stands under the next index of the smaller array.</summary>
    private void Step(TableHeader* header)
    {
        RehashState* state = header->Rehash;
        int small = Math.Min(header->Bits, state->OldBits);
        long low = state->Index, high = low | 1L << small;
        EnsurePage(header->Buckets, header->Bits, low);
        if (header->Bits > small)
        {
            EnsurePage(header->Buckets, header->Bits, high);
            PrefetchStep(state, low);
            MoveUp(BucketAt(state->OldBuckets, state->OldBits, (ulong)low), header);
        }
        else
        {
            Bucket* target = BucketAt(header->Buckets, header->Bits, (ulong)low);
            MoveDown(BucketAt(state->OldBuckets, state->OldBits, (ulong)low), target);
            MoveDown(BucketAt(state->OldBuckets, state->OldBits, (ulong)high), target);
            LeavePage(state->OldBuckets, state->OldBits, high);
        }

        LeavePage(state->OldBuckets, state->OldBits, low);
        if (++state->Index == 1L << small) FinishRehash(header);
        if (header->Count == 0 && header->Rehash == null) FreeBuckets(header);
    }

    private const long MaskOfPage = (1 << PageBits) - 1;

    private static void PrefetchStep(RehashState* state, long low)
    {
        long end = 1L << state->OldBits;
        if (low + 2 < end) Bucket.Prefetch((nint)BucketAt(state->OldBuckets, state->OldBits, (ulong)low + 2));
        if (low + 1 < end) Bucket.PrefetchBlocks(BucketAt(state->OldBuckets, state->OldBits, (ulong)low + 1));
    }

    private void MoveUp(Bucket* source, TableHeader* header)
    {
        ulong mask = MaskOf(header->Bits);
        bool first = true;
        for (Bucket* next; source != null; source = next, first = false)
        {
            next = source->IsChained ? Bucket.NextOf(source) : null;
            for (int i = 0; i < source->Count; i++)
            {
                nint block = *Bucket.PlaceAt(source, i);
                ulong hash = _hasher.Hash(TKeys.KeyOf(block));
                Bucket.Add(BucketAt(header->Buckets, header->Bits, hash & mask), Bucket.TagAt(source, i), block, _memory);
            }

            if (!first) _memory.FreeLines((nint)source, Bucket.Bytes);
        }
    }

    private void MoveDown(Bucket* source, Bucket* target)
    {
        bool first = true;
        for (Bucket* next; source != null; source = next, first = false)
        {
            next = source->IsChained ? Bucket.NextOf(source) : null;
            for (int i = 0; i < source->Count; i++) Bucket.Add(target, Bucket.TagAt(source, i), *Bucket.PlaceAt(source, i), _memory);
            if (!first) _memory.FreeLines((nint)source, Bucket.Bytes);
        }
    }

    private void FinishRehash(TableHeader* header)
    {
        RehashState* state = header->Rehash;
        FreeArray(state->OldBuckets, state->OldBits);
        Unlist(state);
        _memory.Free((nint)state, (nuint)sizeof(RehashState));
        header->Rehash = null;
    }

    /// <summary>Takes a table out of the list of those that <see cref="RehashSlice"/> works on.</summary>
    private void Unlist(RehashState* state)
    {
        if (state->Owner == null) return;
        if (state->Previous != null) state->Previous->Next = state->Next;
        else _rehashing = state->Next;
        if (state->Next != null) state->Next->Previous = state->Previous;
        state->Owner = null;
        RehashingCount--;
    }

    private byte* AllocateBuckets(int bits) =>
        bits <= PageBits
            ? (byte*)_memory.AllocateLines((nuint)Bucket.Bytes << bits)
            : (byte*)_memory.AllocateZeroed((nuint)sizeof(nint) << (bits - PageBits));

    private void EnsurePage(byte* buckets, int bits, long index)
    {
        if (bits <= PageBits || ((nint*)buckets)[index >> PageBits] != 0) return;
        nint page = _memory.AllocatePage();
        System.Runtime.InteropServices.NativeMemory.Clear((void*)page, SlabAllocator.PageBytes);
        ((nint*)buckets)[index >> PageBits] = page;
    }

    /// <summary>Gives the page of a bucket back when it was the page's last one.</summary>
    private void LeavePage(byte* buckets, int bits, long index)
    {
        if (bits <= PageBits || (index & MaskOfPage) != MaskOfPage) return;
        ref nint page = ref ((nint*)buckets)[index >> PageBits];
        _memory.FreePage(page);
        page = 0;
    }

    private void FreeBuckets(TableHeader* header)
    {
        if (header->Buckets != null) FreeArray(header->Buckets, header->Bits);
        header->Buckets = null;
        header->Bits = 0;
    }

    private void FreeArray(byte* buckets, int bits)
    {
        if (bits <= PageBits)
        {
            _memory.FreeLines((nint)buckets, (nuint)Bucket.Bytes << bits);
            return;
        }

        for (long i = 0; i < 1L << (bits - PageBits); i++)
        {
            if (((nint*)buckets)[i] != 0) _memory.FreePage(((nint*)buckets)[i]);
        }

        _memory.Free((nint)buckets, (nuint)sizeof(nint) << (bits - PageBits));
    }

    private int DrainLike<TVisitor>(byte* buckets, int bits, int smallBits, long low, ref TVisitor visitor) where TVisitor : IPlaceVisitor, allows ref struct
    {
        int count = 0;
        for (long index = low; index < 1L << bits; index += 1L << smallBits)
        {
            Bucket* bucket = BucketAt(buckets, bits, (ulong)index);
            count += VisitChain(bucket, ref visitor);
            for (Bucket* rest = bucket->IsChained ? Bucket.NextOf(bucket) : null; rest != null;)
            {
                Bucket* next = rest->IsChained ? Bucket.NextOf(rest) : null;
                _memory.FreeLines((nint)rest, Bucket.Bytes);
                rest = next;
            }

            LeavePage(buckets, bits, index);
        }

        return count;
    }

    private static int VisitChain<TVisitor>(Bucket* bucket, ref TVisitor visitor) where TVisitor : IPlaceVisitor, allows ref struct
    {
        int visited = 0;
        while (true)
        {
            int count = bucket->Count;
            for (int i = 0; i < count; i++) visitor.Visit((nint)Bucket.PlaceAt(bucket, i));
            visited += count;
            if (!bucket->IsChained) return visited;
            bucket = Bucket.NextOf(bucket);
        }
    }

    private static int ChainCount(Bucket* bucket)
    {
        int count = bucket->Count;
        while (bucket->IsChained)
        {
            bucket = Bucket.NextOf(bucket);
            count += bucket->Count;
        }

        return count;
    }

    private static nint* PlaceInChain(Bucket* bucket, int index)
    {
        while (index >= bucket->Count)
        {
            index -= bucket->Count;
            bucket = Bucket.NextOf(bucket);
        }

        return Bucket.PlaceAt(bucket, index);
    }

    private long ValidateArray(TableHeader* header, byte* buckets, int bits)
    {
        long count = 0;
        for (long i = 0; i < 1L << bits; i++)
        {
            if (bits > PageBits && ((nint*)buckets)[i >> PageBits] == 0) continue;
            Bucket* bucket = BucketAt(buckets, bits, (ulong)i);
            bool away = header->Rehash != null && IsGone(header, buckets, i);
            Invariant.That(((nint)bucket & (Bucket.Bytes - 1)) == 0);
            if (away) continue;
            count += Bucket.Validate(bucket);
            for (int j = 0; j < ChainCount(bucket); j++)
            {
                ulong hash = _hasher.Hash(TKeys.KeyOf(*PlaceInChain(bucket, j)));
                Invariant.That((hash & MaskOf(bits)) == (ulong)i);
                Invariant.That(Locate(header, hash) == bucket);
            }
        }

        return count;
    }

    /// <summary>Whether a bucket's contents stand in the other array: moved away from the old one, or not yet moved to the new one.</summary>
    private static bool IsGone(TableHeader* header, byte* buckets, long index)
    {
        RehashState* state = header->Rehash;
        long low = index & (long)MaskOf(Math.Min(header->Bits, state->OldBits));
        return buckets == header->Buckets ? low >= state->Index : low < state->Index;
    }

    /// <summary>Chooses one of the places seen, with equal chance.</summary>
    private struct Sampler(Dice dice) : IPlaceVisitor
    {
        public int Seen;
        public nint Chosen;

        public void Visit(nint place)
        {
            if (dice.Below(++Seen) == 0) Chosen = place;
        }
    }
}
