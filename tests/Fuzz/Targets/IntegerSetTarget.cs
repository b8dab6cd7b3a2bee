using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Sets of integers: one that the check takes is what a naive reader reads, and what is found, put in and taken out
/// is what a sorted set has.
///
/// <code>
/// input    form u8 | rest      form 0: the rest is a whole set; 1 to 3: integers of 2, 4 or 8 bytes, 4 to 6: the same, to be put in order
/// </code>
/// </summary>
internal sealed class IntegerSetTarget : FuzzTarget
{
    private readonly FencedBytes _fence = new(128 * 1024);

    public override string Name => "intset";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        byte[] set = Made(bytes[0] % 7, bytes[1..]);
        SortedSet<long>? twin = Read(set);
        var dice = DiceOf(bytes);
        Must(IntegerSet.IsValid(_fence.Place(set, atEnd: dice.Below(2) == 0)) == twin is not null, "the check and the naive reader disagree");
        if (twin is null) return;
        Look(set, twin, dice);
        using var memory = new SlabAllocator();
        Blob blob = Blob.Of(memory, set);
        for (int i = 0; i < 8 && twin.Count > 0; i++)
        {
            long value = Value(twin, dice);
            if (dice.Below(2) == 0) Must(IntegerSet.Add(memory, ref blob, value) == twin.Add(value), "an integer was there, or was not");
            else Must(IntegerSet.Remove(memory, ref blob, value) == twin.Remove(value), "an integer was not there, or was");
            if (twin.Count == 0) break; // An empty set is not kept.
            Must(IntegerSet.IsValid(_fence.Place(blob.Bytes, atEnd: true)), "a change breaks it");
            Look(blob.Bytes.ToArray(), twin, dice);
        }

        blob.Free(memory);
        Must(memory.UsedBytes == 0, "memory is lost");
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        yield return [0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 5, 0];
        yield return [0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 0];
        yield return [1, 0xFE, 0xFF, 0, 0, 1, 0, 9, 0];
        yield return [2, 0, 0, 0, 0x80, 1, 0, 0, 0, 9, 0, 7, 0];
        yield return [3, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        yield return [6, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0, 0, 0, 0, 0, 0];
    }

    private static byte[] Made(int form, ReadOnlySpan<byte> rest)
    {
        if (form == 0) return rest.ToArray();
        int width = 1 << ((form - 1) % 3 + 1), count = rest.Length / width;
        byte[] integers = rest[..(count * width)].ToArray();
        if (form > 3)
        {
            var sorted = new SortedSet<long>();
            for (int i = 0; i < count; i++) sorted.Add(At(integers, width, i * width));
            integers = new byte[sorted.Count * width];
            count = 0;
            foreach (long value in sorted) BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(integers.AsSpan(count++ * width));
        }

        return [(byte)width, 0, 0, 0, .. BitConverter.GetBytes(count), .. integers];
    }

    private static SortedSet<long>? Read(byte[] set)
    {
        if (set.Length < 8) return null;
        uint width = BitConverter.ToUInt32(set, 0), count = BitConverter.ToUInt32(set, 4);
        if (width is not (2 or 4 or 8) || count == 0 || 8 + (long)count * width != set.Length) return null;
        var read = new SortedSet<long>();
        for (int at = 8; at < set.Length; at += (int)width)
        {
            long value = At(set, (int)width, at);
            if (read.Count > 0 && value <= read.Max) return null;
            read.Add(value);
        }

        return read;
    }

    private static long At(byte[] from, int width, int at) => width switch
    {
        2 => BitConverter.ToInt16(from, at),
        4 => BitConverter.ToInt32(from, at),
        _ => BitConverter.ToInt64(from, at),
    };

    private void Look(byte[] bytes, SortedSet<long> twin, Dice dice)
    {
        ReadOnlySpan<byte> set = _fence.Place(bytes, atEnd: dice.Below(2) == 0);
        Must(IntegerSet.CountOf(set) == twin.Count, "it is counted otherwise");
        int index = 0;
        foreach (long value in twin) Must(IntegerSet.At(set, index++) == value, "another integer has the rank");
        for (int i = 0; i < 8; i++)
        {
            long value = Value(twin, dice);
            Must(IntegerSet.Contains(set, value) == twin.Contains(value), "an integer is in it, or is not");
        }
    }

    private static long Value(SortedSet<long> twin, Dice dice)
    {
        long near = dice.Below(2) == 0 ? twin.Min : twin.Max;
        return dice.Below(6) switch
        {
            0 => near,
            1 => unchecked(near + 1),
            2 => unchecked(near - 1),
            3 => (long)dice.Next() >> dice.Below(64),
            4 => dice.Below(2) == 0 ? long.MinValue : long.MaxValue,
            _ => dice.Below(10) - 5,
        };
    }
}
