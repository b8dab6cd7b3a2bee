using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// A small set of integers in one block, in the bytes of Redis's intset: sorted, each as wide as the widest needs.
///
/// <code>
/// width u32 (2, 4 or 8) | count u32 | count integers, ascending      all with the little end first
/// </code>
///
/// Costs: a look-up is a binary search; adding and removing move what stands behind, at most 4 KB at the default limit
/// of 512. An integer that needs more width than the others is smaller or larger than all of them, so that widening is
/// one pass from the end with the newcomer at the end or the beginning. It never becomes narrower (as in Redis).
///
/// Contract: the reading methods trust their bytes, which this class has written or <see cref="IsValid"/> has
/// checked. Tested against a sorted set in IntegerSetTests.
/// </summary>
public static class IntegerSet
{
    /// <summary>Bytes before the first integer.</summary>
    public const int HeaderBytes = 8;

    private const int NarrowBytes = 2, MiddleBytes = 4, WideBytes = 8;

    /// <summary>An empty set.</summary>
    public static Blob Create(SlabAllocator memory)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        WriteHeader(header, NarrowBytes, 0);
        return Blob.Of(memory, header);
    }

    /// <summary>How many integers there are.</summary>
    public static int CountOf(ReadOnlySpan<byte> set) => BinaryPrimitives.ReadInt32LittleEndian(set[4..]);

    /// <summary>The integer of rank <paramref name="index"/>, from the smallest (0) on.</summary>
    public static long At(ReadOnlySpan<byte> set, int index) => Read(set, WidthOf(set), index);

    /// <summary>Whether the integer is in the set.</summary>
    public static bool Contains(ReadOnlySpan<byte> set, long value) => Needs(value) <= WidthOf(set) && Find(set, value) >= 0;

    /// <summary>Puts an integer in; false when it was there.</summary>
    public static bool Add(SlabAllocator memory, ref Blob set, long value)
    {
        int width = WidthOf(set.Bytes), count = CountOf(set.Bytes);
        if (Needs(value) > width)
        {
            Widen(memory, ref set, Needs(value), atStart: value < 0);
            Write(set.Bytes, Needs(value), value < 0 ? 0 : count, value);
            return true;
        }

        int at = Find(set.Bytes, value);
        if (at >= 0) return false;
        set.Splice(memory, HeaderBytes + ~at * width, 0, width);
        WriteHeader(set.Bytes, width, count + 1);
        Write(set.Bytes, width, ~at, value);
        return true;
    }

    /// <summary>Takes an integer out; false when it was not there.</summary>
    public static bool Remove(SlabAllocator memory, ref Blob set, long value)
    {
        int width = WidthOf(set.Bytes);
        int at = Needs(value) > width ? -1 : Find(set.Bytes, value);
        if (at < 0) return false;
        WriteHeader(set.Bytes, width, CountOf(set.Bytes) - 1);
        set.Splice(memory, HeaderBytes + at * width, width, 0);
        return true;
    }

    /// <summary>
    /// Whether bytes that came from outside are a set of integers: length and width right, and the integers strictly
    /// ascending. Reads nothing outside of them, whatever they say. (Redis checks the order only where it is told to be
    /// thorough; a search in unordered bytes would find nothing.)
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> set)
    {
        if (set.Length < HeaderBytes) return false;
        uint width = BinaryPrimitives.ReadUInt32LittleEndian(set), count = BinaryPrimitives.ReadUInt32LittleEndian(set[4..]);
        if (width is not (NarrowBytes or MiddleBytes or WideBytes)) return false;
        if (count == 0 || (ulong)count * width != (ulong)(set.Length - HeaderBytes)) return false;
        for (int i = 1; i < count; i++)
        {
            if (Read(set, (int)width, i - 1) >= Read(set, (int)width, i)) return false;
        }

        return true;
    }

    /// <summary>How many bytes a set of <paramref name="count"/> integers takes of which <paramref name="value"/> needs the most.</summary>
    public static long SizeWith(int count, long value) => HeaderBytes + (long)count * Needs(value);

    private static int Needs(long value) => value is < int.MinValue or > int.MaxValue ? WideBytes : value is < short.MinValue or > short.MaxValue ? MiddleBytes : NarrowBytes;

    private static int WidthOf(ReadOnlySpan<byte> set) => set[0];

    /// <summary>Where the integer is, or the complement of where it belongs.</summary>
    private static int Find(ReadOnlySpan<byte> set, long value)
    {
        int width = WidthOf(set), low = 0, high = CountOf(set) - 1;
        if (high < 0) return ~0;
        if (value > Read(set, width, high)) return ~(high + 1);
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            long found = Read(set, width, middle);
            if (found == value) return middle;
            if (found < value) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Gives every integer more width and makes room for one more at an end.</summary>
    private static void Widen(SlabAllocator memory, ref Blob set, int width, bool atStart)
    {
        int oldWidth = WidthOf(set.Bytes), count = CountOf(set.Bytes);
        int shift = atStart ? 1 : 0;
        set.Splice(memory, set.Length, 0, (count + 1) * width - count * oldWidth);
        Span<byte> bytes = set.Bytes;
        for (int i = count - 1; i >= 0; i--) Write(bytes, width, i + shift, Read(bytes, oldWidth, i));
        WriteHeader(bytes, width, count + 1);
    }

    private static void WriteHeader(Span<byte> set, int width, int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(set, width);
        BinaryPrimitives.WriteInt32LittleEndian(set[4..], count);
    }

    private static long Read(ReadOnlySpan<byte> set, int width, int index)
    {
        ReadOnlySpan<byte> from = set[(HeaderBytes + index * width)..];
        return width switch
        {
            NarrowBytes => BinaryPrimitives.ReadInt16LittleEndian(from),
            MiddleBytes => BinaryPrimitives.ReadInt32LittleEndian(from),
            _ => BinaryPrimitives.ReadInt64LittleEndian(from),
        };
    }

    private static void Write(Span<byte> set, int width, int index, long value)
    {
        Span<byte> to = set[(HeaderBytes + index * width)..];
        if (width == NarrowBytes) BinaryPrimitives.WriteInt16LittleEndian(to, (short)value);
        else if (width == MiddleBytes) BinaryPrimitives.WriteInt32LittleEndian(to, (int)value);
        else BinaryPrimitives.WriteInt64LittleEndian(to, value);
    }
}
