using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// One cache line of a table: up to seven blocks, and a byte of the hash of each, compared all at once.
///
/// <code>
/// byte   0 … 6        7          8 … 63
///        hash bytes   meta       seven places
/// meta:  bits 0-2 how many blocks, bit 7: the seventh place is not a block but the next bucket
/// </code>
///
/// Blocks stand without holes. A bucket that has a next one is full (six blocks), and the last of such a chain has at
/// least two. Contract: buckets are aligned to 64; a place's bucket is its address without the low six bits.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct Bucket
{
    public const int Bytes = 64;
    public const int Places = 7;

    private const int ChainedCount = Places - 1;
    private const byte ChainedBit = 0x80;

    private ulong _tags;
    private fixed long _places[Places];

    /// <summary>How many blocks this bucket holds, those of the next ones not counted.</summary>
    public readonly int Count => (int)(_tags >> 56) & 7;

    public readonly bool IsChained => (long)_tags < 0;

    private byte Meta
    {
        readonly get => (byte)(_tags >> 56);
        set => _tags = _tags & 0x00FF_FFFF_FFFF_FFFF | (ulong)value << 56;
    }

    /// <summary>The byte of a hash that is kept: the top one, since the low bits choose the bucket.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte TagOf(ulong hash) => (byte)(hash >> 56);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint* PlaceAt(Bucket* bucket, int index) => (nint*)bucket + 1 + index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bucket* NextOf(Bucket* bucket) => *(Bucket**)PlaceAt(bucket, Places - 1);

    /// <summary>One bit for each place whose hash byte is this.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Matches(Bucket* bucket, byte tag)
    {
        ulong tags = bucket->_tags;
        uint equal = Vector128.Equals(Vector128.CreateScalarUnsafe(tags).AsByte(), Vector128.Create(tag)).ExtractMostSignificantBits();
        return equal & ((1u << ((int)(tags >> 56) & 7)) - 1);
    }

    public static byte TagAt(Bucket* bucket, int index) => ((byte*)bucket)[index];

    /// <summary>Adds a block to a bucket or the end of its chain; returns its place.</summary>
    public static nint* Add(Bucket* bucket, byte tag, nint block, SlabAllocator memory)
    {
        while (bucket->IsChained) bucket = NextOf(bucket);
        int count = bucket->Count;
        if (count == Places)
        {
            var next = (Bucket*)memory.AllocateLines(Bytes);
            next->Put(0, TagAt(bucket, Places - 1), *PlaceAt(bucket, Places - 1));
            next->Meta = 1;
            *PlaceAt(bucket, Places - 1) = (nint)next;
            bucket->Meta = ChainedBit | ChainedCount;
            bucket = next;
            count = 1;
        }

        bucket->Put(count, tag, block);
        bucket->Meta = (byte)(count + 1);
        return PlaceAt(bucket, count);
    }

    /// <summary>Takes the block at <paramref name="place"/> out of the chain that begins with <paramref name="head"/>; the last one fills the hole.</summary>
    public static void Remove(Bucket* head, nint place, SlabAllocator memory)
    {
        Bucket* before = null;
        Bucket* last = head;
        while (last->IsChained)
        {
            before = last;
            last = NextOf(last);
        }

        var holed = (Bucket*)(place & ~(nint)(Bytes - 1));
        int hole = (int)((nint*)place - (nint*)holed) - 1;
        int count = last->Count - 1;
        holed->Put(hole, TagAt(last, count), *PlaceAt(last, count));
        last->Meta = (byte)count;
        if (before == null || count > 1) return;
        before->Put(Places - 1, TagAt(last, 0), *PlaceAt(last, 0));
        before->Meta = Places;
        memory.FreeLines((nint)last, Bytes);
    }

    /// <summary>Starts fetching the blocks whose hash byte is this.</summary>
    public static void PrefetchBlocks(Bucket* bucket, byte tag)
    {
        for (uint match = Matches(bucket, tag); match != 0; match &= match - 1)
            Prefetch(*PlaceAt(bucket, BitOperations.TrailingZeroCount(match)));
    }

    /// <summary>Starts fetching all blocks.</summary>
    public static void PrefetchBlocks(Bucket* bucket)
    {
        for (int i = bucket->Count - 1; i >= 0; i--) Prefetch(*PlaceAt(bucket, i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(nint address)
    {
        if (Sse.IsSupported) Sse.Prefetch0((void*)address);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(int index, byte tag, nint block)
    {
        int shift = index * 8;
        _tags = _tags & ~(0xFFUL << shift) | (ulong)tag << shift;
        _places[index] = block;
    }

    /// <summary>Checks the form of a chain; returns how many blocks it has.</summary>
    public static int Validate(Bucket* bucket)
    {
        int total = 0;
        while (bucket->IsChained)
        {
            Invariant.That(bucket->Count == ChainedCount);
            total += ChainedCount;
            bucket = NextOf(bucket);
            Invariant.That(((nint)bucket & (Bytes - 1)) == 0);
            Invariant.That(bucket->Count >= (bucket->IsChained ? ChainedCount : 2));
        }

        return total + bucket->Count;
    }
}
