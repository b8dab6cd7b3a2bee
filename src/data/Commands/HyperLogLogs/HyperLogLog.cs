// HyperLogLog sketches in the bytes of Redis: how many different elements were added, to 0.81 %, in at most 12 KB.
//
//   "HYLL" | form u8 (0 dense, 1 sparse) | three zeros | cardinality u64, top bit: it must be counted anew | registers
//
//   dense    16384 registers of 6 bits, from the lowest bit of the first byte on
//   sparse   00llllll            1 to 64 registers of 0
//            01llllll llllllll   1 to 16384 registers of 0
//            1vvvvvll            1 to 4 registers of a value from 1 to 32
//
// A hash of 64 bits chooses a register by its 14 low bits; the register keeps the longest run of zeros that was seen
// in the others, plus one. The estimate is that of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog
// sketches" (2017).
//
// What stands in a key may have been written by SET: everything is checked before it is read.
using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Hexad.Commands;

/// <summary>Reading sketches, and changing dense ones in place.</summary>
internal static class HyperLogLog
{
    public const int HeaderBytes = 16;
    public const int Registers = 1 << IndexBits;
    public const int DenseBytes = HeaderBytes + Registers * RegisterBits / 8;
    public const int GreatestRegister = (1 << RegisterBits) - 1;

    private const int IndexBits = 14;
    private const int HashBits = 64 - IndexBits;
    private const int RegisterBits = 6;
    private const int FormAt = 4;
    private const int CardinalityAt = 8;
    private const byte Dense = 0, Sparse = 1;
    private const byte Stale = 0x80;

    /// <summary>Whether some bytes begin as a sketch and, if dense, have its length.</summary>
    public static bool IsSketch(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes && bytes.StartsWith("HYLL"u8) && bytes[FormAt] <= Sparse && (bytes[FormAt] == Sparse || bytes.Length == DenseBytes);

    /// <summary>Whether a sketch is in the dense form.</summary>
    public static bool IsDense(ReadOnlySpan<byte> sketch) => sketch[FormAt] == Dense;

    /// <summary>Writes the first bytes of a sketch, cardinality 0.</summary>
    public static void WriteHeader(Span<byte> sketch, bool dense)
    {
        sketch[..HeaderBytes].Clear();
        "HYLL"u8.CopyTo(sketch);
        sketch[FormAt] = dense ? Dense : Sparse;
    }

    /// <summary>The cardinality that was counted last, if nothing has changed since.</summary>
    public static bool TryCachedCount(ReadOnlySpan<byte> sketch, out ulong count)
    {
        count = BinaryPrimitives.ReadUInt64LittleEndian(sketch[CardinalityAt..]);
        return (sketch[HeaderBytes - 1] & Stale) == 0;
    }

    /// <summary>Keeps a cardinality.</summary>
    public static void CacheCount(Span<byte> sketch, ulong count) => BinaryPrimitives.WriteUInt64LittleEndian(sketch[CardinalityAt..], count);

    /// <summary>Says that the kept cardinality is no longer right.</summary>
    public static void ForgetCount(Span<byte> sketch) => sketch[HeaderBytes - 1] |= Stale;

    /// <summary>The register that an element belongs to, and the value that it gives it: 1 to 51.</summary>
    public static (int Register, int Value) PlaceOf(ReadOnlySpan<byte> element)
    {
        const uint Seed = 0xADC83B19;
        ulong hash = Murmur(element, Seed);
        return ((int)(hash & (Registers - 1)), BitOperations.TrailingZeroCount(hash >> IndexBits | 1UL << HashBits) + 1);
    }

    /// <summary>A register of a dense sketch.</summary>
    public static int RegisterAt(ReadOnlySpan<byte> sketch, int register)
    {
        int bit = register * RegisterBits, at = HeaderBytes + bit / 8, shift = bit & 7;
        int pair = sketch[at] | (shift > 8 - RegisterBits ? sketch[at + 1] << 8 : 0);
        return pair >> shift & GreatestRegister;
    }

    /// <summary>Sets a register of a dense sketch.</summary>
    public static void SetRegister(Span<byte> sketch, int register, int value)
    {
        int bit = register * RegisterBits, at = HeaderBytes + bit / 8, shift = bit & 7;
        sketch[at] = (byte)(sketch[at] & ~(GreatestRegister << shift) | value << shift);
        if (shift > 8 - RegisterBits) sketch[at + 1] = (byte)(sketch[at + 1] & ~(GreatestRegister >> (8 - shift)) | value >> (8 - shift));
    }

    /// <summary>Estimates how many different elements were added; false if the sketch is damaged.</summary>
    public static bool TryCount(ReadOnlySpan<byte> sketch, out ulong count)
    {
        Span<int> histogram = stackalloc int[GreatestRegister + 1];
        histogram.Clear();
        count = 0;
        if (IsDense(sketch))
        {
            for (int i = 0; i < Registers; i++) histogram[RegisterAt(sketch, i)]++;
        }
        else
        {
            var runs = new SparseRuns(sketch[HeaderBytes..]);
            while (runs.MoveNext()) histogram[runs.Value] += runs.Length;
            if (!runs.IsWhole) return false;
        }

        count = Estimate(histogram);
        return true;
    }

    /// <summary>Estimates how many different elements were added to a sketch with these registers, one byte each.</summary>
    public static ulong Count(ReadOnlySpan<byte> registers)
    {
        Span<int> histogram = stackalloc int[GreatestRegister + 1];
        histogram.Clear();
        foreach (byte value in registers) histogram[value]++;
        return Estimate(histogram);
    }

    /// <summary>Raises registers, one byte each, to those of a sketch; false if that is damaged.</summary>
    public static bool TryMerge(ReadOnlySpan<byte> sketch, Span<byte> registers)
    {
        if (IsDense(sketch))
        {
            for (int i = 0; i < Registers; i++) registers[i] = (byte)Math.Max(registers[i], RegisterAt(sketch, i));
            return true;
        }

        var runs = new SparseRuns(sketch[HeaderBytes..]);
        while (runs.MoveNext())
        {
            if (runs.Value == 0) continue;
            if (runs.First + runs.Length > Registers) return false;
            foreach (ref byte register in registers.Slice(runs.First, runs.Length)) register = Math.Max(register, (byte)runs.Value);
        }

        return runs.IsWhole;
    }

    private static ulong Estimate(ReadOnlySpan<int> histogram)
    {
        const double HalfOverLn2 = 0.721347520444481703680, M = Registers;
        double z = M * Tau((M - histogram[HashBits + 1]) / M);
        for (int i = HashBits; i >= 1; i--)
        {
            z += histogram[i];
            z *= 0.5;
        }

        z += M * Sigma(histogram[0] / M);
        return (ulong)Math.Round(HalfOverLn2 * M * M / z, MidpointRounding.AwayFromZero);
    }

    private static double Sigma(double x)
    {
        if (x == 1) return double.PositiveInfinity;
        double y = 1, z = x, before;
        do
        {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        }
        while (before != z);
        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1) return 0;
        double y = 1, z = 1 - x, before;
        do
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= Math.Pow(1 - x, 2) * y;
        }
        while (before != z);
        return z / 3;
    }

    // MurmurHash64A by Austin Appleby, in the public domain.
    private static ulong Murmur(ReadOnlySpan<byte> bytes, uint seed)
    {
        const ulong M = 0xC6A4A7935BD1E995;
        const int R = 47;
        ulong hash = seed ^ (ulong)bytes.Length * M;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) * M;
            word = (word ^ word >> R) * M;
            hash = (hash ^ word) * M;
        }

        if (!bytes.IsEmpty)
        {
            ulong rest = 0;
            for (int i = bytes.Length - 1; i >= 0; i--) rest = rest << 8 | bytes[i];
            hash = (hash ^ rest) * M;
        }

        hash = (hash ^ hash >> R) * M;
        return hash ^ hash >> R;
    }
}

/// <summary>Goes over the runs of a sparse sketch, which may be damaged: up to the last register, or on to the last byte.</summary>
internal ref struct SparseRuns(ReadOnlySpan<byte> bytes, bool goesBeyond = false)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;

    /// <summary>Where the run stands.</summary>
    public int At { get; private set; }

    /// <summary>How many bytes it takes.</summary>
    public readonly int Bytes => _next - At;

    /// <summary>The first register of the run.</summary>
    public int First { get; private set; }

    /// <summary>How many registers it has.</summary>
    public int Length { get; private set; }

    /// <summary>Their value.</summary>
    public int Value { get; private set; }

    /// <summary>Whether it is a run of zeros that takes two bytes.</summary>
    public readonly bool IsLong => Bytes == 2;

    /// <summary>After the last run: whether there were exactly all registers.</summary>
    public readonly bool IsWhole => _next == _bytes.Length && First + Length == HyperLogLog.Registers;

    /// <summary>Goes to the first, then to the next run; false at the end, where one is cut off, and beyond the last register.</summary>
    public bool MoveNext()
    {
        if (_next == _bytes.Length || (!goesBeyond && First + Length >= HyperLogLog.Registers)) return false;
        byte head = _bytes[_next];
        bool isLong = (head & 0xC0) == 0x40;
        if (isLong && _next + 1 == _bytes.Length) return false;
        At = _next;
        First += Length;
        Value = (head & 0x80) != 0 ? (head >> 2 & 0x1F) + 1 : 0;
        Length = Value > 0 ? (head & 3) + 1 : isLong ? ((head & 0x3F) << 8 | _bytes[_next + 1]) + 1 : (head & 0x3F) + 1;
        _next += isLong ? 2 : 1;
        return true;
    }
}
