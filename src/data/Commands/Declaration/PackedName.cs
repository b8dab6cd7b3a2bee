// A command's name as three machine words, so that finding a command is a hash and one compare.
//
//   name        g  e  t  e  x                      up to 24 bytes, folded to lower case
//   words       [78 65 74 65 67 …] [0] [0]         little endian, padded with zeroes; the length is kept apart
//
// The hash multiplies the mixed words by a seed that the generator searched until no two names of a table meet, and
// takes the upper bits. Cost: a few loads, about ten integer operations a word for the folding, one multiplication.
// Compiled into the generator too: both must hash alike.
using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hexad.Commands;

/// <summary>The three words and the length of a name.</summary>
public readonly struct PackedName
{
    /// <summary>The longest name that fits, in bytes.</summary>
    public const int LongestBytes = 24;

    /// <summary>Names up to this length are one word, which most are.</summary>
    public const int ShortBytes = 8;

    public readonly ulong First;
    public readonly ulong Second;
    public readonly ulong Third;

    private PackedName(ulong first, ulong second, ulong third)
    {
        First = first;
        Second = second;
        Third = third;
    }

    /// <summary>Packs and folds a name of 1 to <see cref="LongestBytes"/> bytes; the caller has checked the length.</summary>
    public static PackedName Of(ReadOnlySpan<byte> name)
    {
        int length = name.Length;
        if (length <= ShortBytes)
            return new PackedName(OfShort(name), 0, 0);
        ulong tail = BinaryPrimitives.ReadUInt64LittleEndian(name.Slice(length - 8));
        ulong first = Fold(BinaryPrimitives.ReadUInt64LittleEndian(name));
        if (length <= 16)
            return new PackedName(first, Fold(tail >> (8 * (16 - length))), 0);
        ulong second = Fold(BinaryPrimitives.ReadUInt64LittleEndian(name.Slice(8)));
        return new PackedName(first, second, Fold(tail >> (8 * (24 - length))));
    }

    /// <summary>The only word that is not zero of a name of 1 to <see cref="ShortBytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfShort(ReadOnlySpan<byte> name) => Fold(Short(name));

    /// <summary>As <see cref="Slot(ulong, int)"/>, for a name of one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SlotOfShort(ulong first, ulong seed, int shift) => (int)(((first ^ (first >> 29)) * seed) >> shift);

    /// <summary>The slot of this name in a table with this seed, of 2^(64-shift) slots.</summary>
    public int Slot(ulong seed, int shift)
    {
        ulong mixed = First ^ ((Second << 23) | (Second >> 41)) ^ ((Third << 47) | (Third >> 17));
        return SlotOfShort(mixed, seed, shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Short(ReadOnlySpan<byte> name)
    {
        int length = name.Length;
        if (length == 8)
            return BinaryPrimitives.ReadUInt64LittleEndian(name);
        if (length >= 4)
        {
            ulong low = BinaryPrimitives.ReadUInt32LittleEndian(name);
            ulong high = BinaryPrimitives.ReadUInt32LittleEndian(name.Slice(length - 4));
            return low | (high << (8 * (length - 4)));
        }
        ulong word = 0;
        for (int i = 0; i < length; i++)
            word |= (ulong)name[i] << (8 * i);
        return word;
    }

    /// <summary>Lowers the letters A to Z in all eight bytes at once and leaves every other byte alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong word)
    {
        const ulong each = 0x0101010101010101;
        ulong low = word & (0x7f * each);
        ulong aboveZ = low + ((0x7f - 'Z') * each);
        ulong fromA = low + ((0x80 - 'A') * each);
        ulong upper = (fromA ^ aboveZ) & ~word & (0x80 * each);
        return word | (upper >> 2);
    }
}
