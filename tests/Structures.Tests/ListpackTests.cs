using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class ListpackTests
{
    [Fact]
    public void It_does_what_a_list_of_strings_does() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var memory = new SlabAllocator();
                var dice = new Dice(seed);
                Blob pack = Listpack.Create(memory);
                var twin = new List<byte[]>();
                for (int i = 0; i < 120; i++)
                {
                    Change(memory, ref pack, twin, dice);
                    AssertSame(twin, pack.Bytes);
                }

                pack.Free(memory);
                Assert.Equal(0, memory.UsedBytes);
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void Packs_of_real_servers_are_read_and_written_byte_for_byte()
    {
        using var memory = new SlabAllocator();
        int packs = 0;
        foreach ((byte[][] nodes, byte[][] elements) in RealPacks())
        {
            var read = new List<byte[]>();
            foreach (byte[] node in nodes)
            {
                if (node[0] == 'P')
                {
                    read.Add(node[1..]);
                    continue;
                }

                ReadOnlySpan<byte> pack = node.AsSpan(1);
                Assert.True(Listpack.Validate(pack, out int count));
                Assert.Equal(count, Listpack.Count(pack));
                Blob copy = Listpack.Create(memory);
                for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
                {
                    byte[] text = TextAt(pack, at);
                    read.Add(text);
                    Listpack.Append(memory, ref copy, text);
                }

                Assert.True(pack.SequenceEqual(copy.Bytes));
                copy.Free(memory);
                packs++;
            }

            Assert.Equal(elements, read);
        }

        Assert.True(packs > 10);
    }

    [Fact]
    public void More_elements_than_the_header_counts_are_counted_one_by_one()
    {
        using var memory = new SlabAllocator();
        Blob pack = Listpack.Create(memory);
        for (int i = 0; i < 65_534; i++) Listpack.Append(memory, ref pack, i & 127);
        Assert.Equal(65_534, Listpack.Count(pack.Bytes));
        Assert.Equal(0xFE, pack.Bytes[4]);
        for (int i = 65_534; i < 70_000; i++) Listpack.Append(memory, ref pack, i & 127);
        Assert.Equal(70_000, Listpack.Count(pack.Bytes));
        Assert.True(Listpack.Validate(pack.Bytes, out int count));
        Assert.Equal(70_000, count);
        Assert.Equal(69_000 & 127, Listpack.Read(pack.Bytes, Listpack.Seek(pack.Bytes, 69_000)).Integer);
        Assert.Equal(69_999 & 127, Listpack.Read(pack.Bytes, Listpack.Seek(pack.Bytes, -1)).Integer);
        Assert.Equal(Listpack.None, Listpack.Seek(pack.Bytes, 70_000));
        Assert.Equal(Listpack.None, Listpack.Seek(pack.Bytes, -70_001));
        Listpack.DeleteRange(memory, ref pack, -69_990, 69_980);
        Assert.Equal(20, Listpack.Count(pack.Bytes));
        pack.Free(memory);
    }

    [Fact]
    public void An_integer_kept_as_text_by_somebody_else_is_found()
    {
        byte[] pack = [11, 0, 0, 0, 1, 0, 0x82, (byte)'4', (byte)'2', 3, 0xFF];
        Assert.True(Listpack.Validate(pack));
        Assert.Equal(6, Listpack.Find(pack, 6, "42"u8, 0));
        Assert.True(Listpack.Read(pack, 6).TryInteger(out long integer));
        Assert.Equal(42, integer);
    }

    [Fact]
    public void What_Validate_accepts_can_be_walked_and_what_is_cut_or_changed_is_refused_or_sound() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var memory = new SlabAllocator();
                var dice = new Dice(seed);
                Blob pack = Listpack.Create(memory);
                for (int i = dice.Below(12); i >= 0; i--) Listpack.Append(memory, ref pack, Element(dice));
                byte[] bytes = pack.Bytes.ToArray();
                pack.Free(memory);
                for (int cut = 0; cut < Math.Min(bytes.Length, 300); cut++) Assert.False(Listpack.Validate(bytes.AsSpan(0, cut)));
                for (int i = 0; i < 50; i++) Assert.True(IsRefusedOrSound(Mutate(bytes, dice)));
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void A_wrong_count_and_a_wrong_back_length_are_refused()
    {
        byte[] right = [11, 0, 0, 0, 2, 0, 1, 1, 2, 1, 0xFF];
        Assert.True(Listpack.Validate(right));
        Assert.False(Listpack.Validate([11, 0, 0, 0, 3, 0, 1, 1, 2, 1, 0xFF]));
        Assert.False(Listpack.Validate([11, 0, 0, 0, 2, 0, 1, 2, 2, 1, 0xFF]));
        Assert.False(Listpack.Validate([12, 0, 0, 0, 2, 0, 1, 1, 2, 1, 0xFF]));
        Assert.False(Listpack.Validate([11, 0, 0, 0, 2, 0, 1, 1, 0xFF, 1, 0xFF]));
        Assert.False(Listpack.Validate([11, 0, 0, 0, 1, 0, 0xF0, 0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.True(Listpack.Validate([11, 0, 0, 0, 0xFF, 0xFF, 1, 1, 2, 1, 0xFF], out int counted));
        Assert.Equal(2, counted);
    }

    private static void Change(SlabAllocator memory, ref Blob pack, List<byte[]> twin, Dice dice)
    {
        byte[] element = Element(dice);
        int index = twin.Count == 0 ? 0 : dice.Below(twin.Count);
        int at = Listpack.Seek(pack.Bytes, index);
        Assert.Equal(twin.Count == 0, at == Listpack.None);
        int kind = dice.Below(twin.Count == 0 ? 2 : 12);
        switch (kind)
        {
            case 0:
                Listpack.Append(memory, ref pack, element);
                twin.Add(element);
                break;
            case 1:
                Listpack.Prepend(memory, ref pack, element);
                twin.Insert(0, element);
                break;
            case 2 or 3:
                Listpack.InsertBefore(memory, ref pack, at, element);
                twin.Insert(index, element);
                break;
            case 4:
                int inserted = Listpack.InsertAfter(memory, ref pack, at, element);
                Assert.Equal(element, TextAt(pack.Bytes, inserted));
                twin.Insert(index + 1, element);
                break;
            case 5 or 6:
                Listpack.Replace(memory, ref pack, at, element);
                twin[index] = element;
                break;
            case 7:
                int next = Listpack.Delete(memory, ref pack, at);
                twin.RemoveAt(index);
                if (index < twin.Count) Assert.Equal(twin[index], TextAt(pack.Bytes, next));
                else Assert.Equal(Listpack.None, next);
                break;
            case 8:
                int run = 1 + dice.Below(3);
                Listpack.DeleteRange(memory, ref pack, dice.Below(2) == 0 ? index : index - twin.Count, run);
                twin.RemoveRange(index, Math.Min(run, twin.Count - index));
                break;
            case 9:
                DeleteSome(memory, ref pack, twin, dice);
                break;
            default:
                SplitAndMerge(memory, ref pack, twin, index, at);
                break;
        }
    }

    private static void DeleteSome(SlabAllocator memory, ref Blob pack, List<byte[]> twin, Dice dice)
    {
        var offsets = new List<int>();
        var kept = new List<byte[]>();
        int at = Listpack.First(pack.Bytes);
        foreach (byte[] text in twin)
        {
            if (dice.Below(5) == 0) offsets.Add(at);
            else kept.Add(text);
            at = Listpack.Next(pack.Bytes, at);
        }

        Listpack.DeleteAll(memory, ref pack, offsets.ToArray());
        twin.Clear();
        twin.AddRange(kept);
    }

    private static void SplitAndMerge(SlabAllocator memory, ref Blob pack, List<byte[]> twin, int index, int at)
    {
        Blob second = Listpack.Split(memory, ref pack, at, index);
        AssertSame(twin.GetRange(0, index), pack.Bytes);
        AssertSame(twin.GetRange(index, twin.Count - index), second.Bytes);
        Listpack.Merge(memory, ref pack, ref second);
    }

    private static void AssertSame(List<byte[]> twin, ReadOnlySpan<byte> pack)
    {
        Assert.True(Listpack.Validate(pack, out int count));
        Assert.Equal(twin.Count, count);
        Assert.Equal(twin.Count, Listpack.Count(pack));
        int at = Listpack.First(pack), bytes = Listpack.EmptyBytes;
        Span<byte> text = stackalloc byte[DecimalText.LongestBytes];
        foreach (byte[] expected in twin)
        {
            ListpackElement element = Listpack.Read(pack, at, out int next);
            Assert.True(element.WriteText(text).SequenceEqual(expected));
            Assert.True(element.Equals(expected));
            Assert.Equal(expected.Length, element.Length);
            Assert.Equal(DecimalText.TryParse(expected, out _), element.IsInteger);
            Assert.Equal(Listpack.EntryBytes(expected), Listpack.EntryBytesAt(pack, at));
            bytes += Listpack.EntryBytesAt(pack, at);
            Assert.Equal(next, Listpack.Next(pack, at));
            if (next != Listpack.None) Assert.Equal(at, Listpack.Previous(pack, next));
            else Assert.Equal(at, Listpack.Last(pack));
            at = next;
        }

        Assert.Equal(Listpack.None, at);
        Assert.Equal(bytes, pack.Length);
        for (int skip = 0; skip < 3 && twin.Count > 0; skip++)
        {
            byte[] wanted = twin[twin.Count / 2];
            int expected = Enumerable.Range(0, twin.Count).Where(i => i % (skip + 1) == 0 && twin[i].AsSpan().SequenceEqual(wanted)).FirstOrDefault(-1);
            Assert.Equal(expected < 0 ? Listpack.None : Listpack.Seek(pack, expected), Listpack.Find(pack, Listpack.First(pack), wanted, skip));
        }

        Assert.Equal(Listpack.None, Listpack.Find(pack, Listpack.First(pack), "not there"u8, 0));
    }

    private static byte[] Element(Dice dice) => dice.Below(12) switch
    {
        0 => [],
        1 => Encoding.ASCII.GetBytes(dice.Below(200).ToString()),
        2 => Encoding.ASCII.GetBytes((dice.Below(20_000) - 10_000).ToString()),
        3 => Encoding.ASCII.GetBytes((((long)dice.Below(int.MaxValue) << 33 | (uint)dice.Below(int.MaxValue)) >> dice.Below(63)).ToString()),
        4 => Encoding.ASCII.GetBytes((-((long)dice.Below(int.MaxValue) << 32) >> dice.Below(63)).ToString()),
        5 => new byte[60 + dice.Below(8)],
        6 => new byte[120 + dice.Below(10)],
        7 => new byte[4090 + dice.Below(10)],
        8 => dice.Below(10) == 0 ? new byte[16_370 + dice.Below(16)] : "x"u8.ToArray(),
        9 => "007"u8.ToArray(),
        _ => Encoding.ASCII.GetBytes("member:" + dice.Below(20)),
    };

    private static byte[] Mutate(byte[] bytes, Dice dice)
    {
        byte[] mutant = bytes.ToArray();
        for (int i = dice.Below(3); i >= 0; i--)
        {
            int at = dice.Below(2) == 0 ? dice.Below(mutant.Length) : dice.Below(Math.Min(mutant.Length, 40));
            mutant[at] = dice.Below(3) switch { 0 => (byte)dice.Below(256), 1 => (byte)(0xF0 + dice.Below(16)), _ => (byte)(mutant[at] ^ 1 << dice.Below(8)) };
        }

        return mutant;
    }

    private static bool IsRefusedOrSound(byte[] bytes)
    {
        if (!Listpack.Validate(bytes, out int count)) return true;
        int forward = 0, backward = 0;
        for (int at = Listpack.First(bytes); at != Listpack.None; at = Listpack.Next(bytes, at), forward++) TextAt(bytes, at);
        for (int at = Listpack.Last(bytes); at != Listpack.None; at = Listpack.Previous(bytes, at)) backward++;
        return forward == count && backward == count && Listpack.Find(bytes, Listpack.First(bytes), "nothing like it"u8, 1) == Listpack.None;
    }

    private static byte[] TextAt(ReadOnlySpan<byte> pack, int at)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        return Listpack.Read(pack, at).WriteText(scratch).ToArray();
    }

    // server | key | L pack or P plain element … | elements: all in hex
    private static IEnumerable<(byte[][] Nodes, byte[][] Elements)> RealPacks()
    {
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "packs.txt")))
        {
            string[] parts = line.Split('|');
            yield return (
                parts[2].Split(' ').Select(node => (byte[])[(byte)node[0], .. Convert.FromHexString(node[1..])]).ToArray(),
                parts[3].Split(',').Select(Convert.FromHexString).ToArray());
        }
    }
}
