using System;
using System.Buffers.Binary;
using System.Numerics;
using Hexad.Core;

namespace Hexad.Wire.Bus;

/// <summary>
/// A set of hash slots, kept as it travels: 2048 bytes, slot s is bit s mod 8 of byte s / 8. The count is kept beside it.
/// </summary>
public sealed class SlotSet
{
    /// <summary>The length on the wire, in bytes.</summary>
    public const int Bytes = SlotIndex.Count / 8;

    private readonly byte[] _bits = new byte[Bytes];

    /// <summary>How many slots are in the set.</summary>
    public int Count { get; private set; }

    /// <summary>The set as it travels.</summary>
    public ReadOnlySpan<byte> Bits => _bits;

    /// <summary>Whether <paramref name="slot"/> is in the set.</summary>
    public bool Has(int slot) => Has(_bits, slot);

    /// <summary>Whether <paramref name="slot"/> is in a set as it travels.</summary>
    public static bool Has(ReadOnlySpan<byte> bits, int slot) => (bits[slot >> 3] & (1 << (slot & 7))) != 0;

    /// <summary>The first slot from <paramref name="from"/> on that is in the set, or that is not; 16384 when there is none.</summary>
    public int Next(int from, bool present)
    {
        while (from < SlotIndex.Count)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(_bits.AsSpan(from >> 6 << 3));
            word = (present ? word : ~word) >> (from & 63);
            if (word != 0) return from + BitOperations.TrailingZeroCount(word);
            from = (from | 63) + 1;
        }

        return SlotIndex.Count;
    }

    /// <summary>Whether a slot is in the set and among <paramref name="bits"/>, a set as it travels.</summary>
    public bool Overlaps(ReadOnlySpan<byte> bits)
    {
        for (int i = 0; i < Bytes; i++)
            if ((_bits[i] & bits[i]) != 0) return true;
        return false;
    }

    /// <summary>Puts a slot in; false if it was there.</summary>
    public bool Add(int slot)
    {
        if (Has(slot)) return false;
        _bits[slot >> 3] |= (byte)(1 << (slot & 7));
        Count++;
        return true;
    }

    /// <summary>Takes a slot out; false if it was not there.</summary>
    public bool Remove(int slot)
    {
        if (!Has(slot)) return false;
        _bits[slot >> 3] &= (byte)~(1 << (slot & 7));
        Count--;
        return true;
    }

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        Array.Clear(_bits);
        Count = 0;
    }

    /// <summary>Makes this set equal to one that came over the wire.</summary>
    public void Set(ReadOnlySpan<byte> bits)
    {
        bits[..Bytes].CopyTo(_bits);
        Count = CountOf(_bits);
    }

    /// <summary>Whether both hold the same slots.</summary>
    public bool Equals(ReadOnlySpan<byte> bits) => bits.SequenceEqual(_bits);

    /// <summary>How many slots a set as it travels holds.</summary>
    public static int CountOf(ReadOnlySpan<byte> bits)
    {
        int count = 0;
        for (int i = 0; i + 8 <= bits.Length; i += 8) count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(bits[i..]));
        return count;
    }
}
