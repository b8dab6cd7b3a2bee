using System;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class ListChainTests
{
    [Fact]
    public void It_does_what_a_list_of_strings_does() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var slabs = new SlabAllocator();
                var dice = new Dice(seed);
                int[] fills = [1, 2, 5, 128, -1, -2];
                var chain = new ListChain(new CollectionMemory(slabs)) { PlainBytes = dice.Below(2) == 0 ? 100 : Listpack.LongestBytes };
                nint root = chain.Create(new ListFill(fills[dice.Below(fills.Length)]), dice.Below(3));
                var twin = new List<byte[]>();
                for (int i = 0; i < 250; i++)
                {
                    Change(chain, root, twin, dice);
                    if (i % 10 == 0) AssertSame(chain, root, twin, dice);
                }

                if (dice.Below(2) == 0) AssertCopyIsSame(chain, root, twin, dice);
                Free(chain, root);
                Assert.Equal(0, slabs.UsedBytes);
            },
            iter: 400,
            threads: 1);

    [Fact]
    public void Nodes_between_the_ends_are_compressed_and_still_read()
    {
        using var slabs = new SlabAllocator();
        var chain = new ListChain(new CollectionMemory(slabs));
        nint root = chain.Create(new ListFill(-1), 1);
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 200));
        for (int i = 0; i < 200; i++) chain.Push(root, atHead: false, text);
        chain.Validate(root);
        (long bytes, int compressed) = chain.Sizes(root);
        Assert.True(bytes > 40_000);
        Assert.Equal(chain.NodeCountOf(root) - 2, compressed);
        int count = 0;
        for (ListPlace place = chain.Seek(root, 0); place.Exists; place = chain.Next(place), count++) Assert.True(chain.Read(place).Equals(text));
        Assert.Equal(200, count);
        Assert.Equal(compressed, chain.Sizes(root).Compressed);
        chain.DeleteRange(root, 0, 190);
        chain.Validate(root);
        Assert.Equal(0, chain.Sizes(root).Compressed);
        Free(chain, root);
    }

    [Fact]
    public void Pushes_and_pops_at_the_ends_of_a_long_node_change_nothing_else()
    {
        using var slabs = new SlabAllocator();
        var chain = new ListChain(new CollectionMemory(slabs));
        var dice = new Dice(7);
        nint root = chain.Create(new ListFill(-2), 0);
        var twin = new List<byte[]>();
        for (int i = 0; i < 20_000; i++)
        {
            bool atHead = dice.Below(8) != 0, grows = i % 2000 < 1200;
            if (grows || twin.Count == 0)
            {
                byte[] text = Element(dice);
                chain.Push(root, atHead, text);
                twin.Insert(atHead ? 0 : twin.Count, text);
            }
            else
            {
                chain.DeleteEnd(root, atHead);
                twin.RemoveAt(atHead ? 0 : twin.Count - 1);
            }

            if (i % 50 != 0) continue;
            AssertSame(chain, root, twin, dice);
            ulong cursor = 0;
            do cursor = Move(chain, ref root, cursor); while (cursor != 0);
        }

        Free(chain, root);
        Assert.Equal(0, slabs.UsedBytes);

        static ulong Move(ListChain chain, ref nint root, ulong cursor)
        {
            SliceBudget budget = SliceBudget.Unlimited;
            return chain.Relocate(ref root, cursor, ref budget);
        }
    }

    [Fact]
    public void An_element_above_the_threshold_stands_alone_and_the_others_come_together_again()
    {
        using var slabs = new SlabAllocator();
        var chain = new ListChain(new CollectionMemory(slabs)) { PlainBytes = 5 };
        nint root = chain.Create(new ListFill(-2), 0);
        for (int i = 0; i < 4; i++) chain.Push(root, atHead: false, "abc"u8);
        Assert.Equal(1, chain.NodeCountOf(root));
        chain.Replace(root, chain.Seek(root, 1), "longer"u8);
        Assert.Equal(3, chain.NodeCountOf(root));
        chain.Replace(root, chain.Seek(root, 1), "no"u8);
        chain.Validate(root);
        Assert.Equal(2, chain.NodeCountOf(root));
        Assert.False(chain.TryTakePack(root, 8192, long.MaxValue, out _));
        chain.DeleteRange(root, 1, 3);
        Assert.False(chain.TryTakePack(root, 8, long.MaxValue, out _));
        Assert.True(chain.TryTakePack(root, 8192, 1, out Blob pack));
        Assert.Equal(1, Listpack.Count(pack.Bytes));
        pack.Free(slabs);
        Free(chain, root);
        Assert.Equal(0, slabs.UsedBytes);
    }

    [Fact]
    public void A_node_is_announced_before_it_changes()
    {
        using var slabs = new SlabAllocator();
        var memory = new CollectionMemory(slabs);
        var chain = new ListChain(memory);
        nint root = chain.Create(new ListFill(3), 0);
        for (int i = 0; i < 30; i++) chain.Push(root, atHead: false, Encoding.ASCII.GetBytes("element " + i));
        var guard = new Guard(chain, root);
        memory.Mark = 1;
        memory.Guard = guard;
        chain.Push(root, atHead: false, "new"u8);
        Assert.Empty(guard.Told);
        chain.Push(root, atHead: true, "new"u8);
        Assert.Empty(guard.Told);
        chain.DeleteRange(root, 2, 1);
        Assert.Equal(["element 0,element 1,element 2"], guard.Told);
        chain.Insert(root, chain.Seek(root, 5), after: true, "between"u8);
        chain.Replace(root, chain.Seek(root, 5), "other"u8);
        Assert.Equal(2, guard.Told.Count);
        memory.Guard = null;
        Free(chain, root);
    }

    [Fact]
    public unsafe void It_is_told_in_order_as_it_was_while_it_changes()
    {
        for (ulong seed = 1; seed <= 25; seed++)
        {
            using var slabs = new SlabAllocator();
            var memory = new CollectionMemory(slabs);
            var dice = new Dice(seed);
            int[] fills = [1, 2, 5, -1];
            var chain = new ListChain(memory) { PlainBytes = dice.Below(2) == 0 ? 100 : Listpack.LongestBytes };
            nint root = chain.Create(new ListFill(fills[dice.Below(fills.Length)]), dice.Below(3));
            var twin = new List<byte[]>();
            for (int i = 0; i < 300; i++) Change(chain, root, twin, dice);
            for (int walk = 0; walk < 4; walk++)
            {
                List<byte[]> before = [.. twin];
                memory.Mark = ++((CollectionHeader*)root)->Mark;
                NodeTelling telling = chain.BeginTelling(root);
                memory.Guard = new TellingGuard(telling);
                var told = new ElementBuffer();
                int steps = dice.Below(30);
                do
                {
                    for (int i = 0; i < steps; i++) Change(chain, root, twin, dice);
                }
                while (!telling.Copy(told, 1 + dice.Below(2000)));
                memory.Guard = null;
                Assert.Equal(before, Texts(told));
                Assert.Equal(0, telling.HeldBytes);
                AssertSame(chain, root, twin, dice);
            }

            Free(chain, root);
            Assert.Equal(0, slabs.UsedBytes);
        }
    }

    [Fact]
    public unsafe void A_list_that_ran_out_of_numbers_between_two_nodes_is_told_in_order_all_the_same()
    {
        using var slabs = new SlabAllocator();
        var chain = new ListChain(new CollectionMemory(slabs));
        nint root = chain.Create(new ListFill(1), 0);
        chain.Push(root, atHead: false, "last"u8);
        var expected = new List<byte[]>();
        for (int i = 0; i < 100; i++)
        {
            expected.Add(Encoding.ASCII.GetBytes("number " + i));
            chain.Insert(root, chain.Seek(root, -1), after: false, expected[i]);
        }

        chain.Push(root, atHead: true, "first"u8);
        chain.Validate(root);
        Assert.Equal(1, ((ListHead*)root)->IsCrowded);
        ((CollectionHeader*)root)->Mark++;
        NodeTelling telling = chain.BeginTelling(root);
        chain.Validate(root);
        Assert.Equal(0, ((ListHead*)root)->IsCrowded);
        for (int i = 0; i < 102; i += 3) telling.Take((nint)chain.Seek(root, i).Node);
        Assert.True(telling.HeldBytes > 0);
        var told = new ElementBuffer();
        while (!telling.Copy(told, 10)) continue;
        Assert.Equal(expected, Texts(told)[1..^1]);
        Free(chain, root);
    }

    [Fact]
    public void A_long_list_is_freed_in_slices()
    {
        using var slabs = new SlabAllocator();
        var chain = new ListChain(new CollectionMemory(slabs));
        nint root = chain.Create(new ListFill(-1), 0);
        for (int i = 0; i < 50_000; i++) chain.Push(root, atHead: false, "some element"u8);
        int slices = 0;
        for (bool done = false; !done; slices++)
        {
            var budget = new SliceBudget(20);
            done = chain.FreeSlice(root, ref budget);
        }

        Assert.True(slices > 10);
        Assert.Equal(0, slabs.UsedBytes);
    }

    [Theory]
    [InlineData(0, long.MaxValue, 1)]
    [InlineData(128, long.MaxValue, 128)]
    [InlineData(-1, 4096, long.MaxValue)]
    [InlineData(-2, 8192, long.MaxValue)]
    [InlineData(-5, 65536, long.MaxValue)]
    [InlineData(-6, 65536, long.MaxValue)]
    [InlineData(int.MinValue, 65536, long.MaxValue)]
    public void The_option_says_elements_or_a_class_of_bytes(int option, long bytes, long elements)
    {
        var fill = new ListFill(option);
        Assert.Equal((bytes, elements), (fill.MostBytes, fill.MostElements));
        Assert.False(fill.IsExceeded(bytes == long.MaxValue ? 8192 : bytes, Math.Min(elements, 1_000_000)));
        Assert.True(fill.IsExceeded((bytes == long.MaxValue ? 8192 : bytes) + 1, 1));
    }

    private sealed class TellingGuard(NodeTelling telling) : INodeGuard
    {
        public void BeforeChange(nint node) => telling.Take(node);
    }

    private sealed class Guard(ListChain chain, nint root) : INodeGuard
    {
        public List<string> Told { get; } = [];

        public unsafe void BeforeChange(nint node)
        {
            var buffer = new ElementBuffer();
            chain.CopyNode(root, node, buffer);
            Told.Add(string.Join(',', Texts(buffer).ConvertAll(Encoding.ASCII.GetString)));
            *(byte*)node = 1;
        }
    }

    private static void Change(ListChain chain, nint root, List<byte[]> twin, Dice dice)
    {
        byte[] text = Element(dice);
        int index = twin.Count == 0 ? 0 : dice.Below(twin.Count);
        switch (dice.Below(twin.Count == 0 ? 4 : 16))
        {
            case <= 1:
                chain.Push(root, atHead: true, text);
                twin.Insert(0, text);
                break;
            case <= 3:
                chain.Push(root, atHead: false, text);
                twin.Add(text);
                break;
            case 4 or 5:
                chain.Insert(root, chain.Seek(root, index), after: true, text);
                twin.Insert(index + 1, text);
                break;
            case 6 or 7:
                chain.Insert(root, chain.Seek(root, index - twin.Count), after: false, text);
                twin.Insert(index, text);
                break;
            case 8 or 9:
                chain.Replace(root, chain.Seek(root, index), text);
                twin[index] = text;
                break;
            case >= 10 and <= 13:
                bool atHead = dice.Below(2) == 0;
                chain.DeleteEnd(root, atHead);
                twin.RemoveAt(atHead ? 0 : twin.Count - 1);
                break;
            case 14:
                int count = Math.Min(twin.Count - index, dice.Below(6));
                chain.DeleteRange(root, index, count);
                twin.RemoveRange(index, count);
                break;
            default:
                RemoveSome(chain, root, twin, twin[index], dice);
                break;
        }

        Assert.Equal(twin.Count, chain.CountOf(root));
    }

    private static void RemoveSome(ListChain chain, nint root, List<byte[]> twin, byte[] text, Dice dice)
    {
        bool fromTail = dice.Below(2) == 0;
        int most = dice.Below(4), removed = 0;
        for (int i = fromTail ? twin.Count - 1 : 0; i >= 0 && i < twin.Count && (most == 0 || removed < most); i += fromTail ? -1 : 1)
        {
            if (!twin[i].AsSpan().SequenceEqual(text)) continue;
            twin.RemoveAt(i);
            removed++;
            if (!fromTail) i--;
        }

        Assert.Equal(removed, chain.Remove(root, text, fromTail, most));
    }

    private static void AssertSame(ListChain chain, nint root, List<byte[]> twin, Dice dice)
    {
        chain.Validate(root);
        int i = 0;
        for (ListPlace place = chain.Seek(root, 0); place.Exists; place = chain.Next(place), i++) Assert.True(chain.Read(place).Equals(twin[i]));
        Assert.Equal(twin.Count, i);
        for (ListPlace place = chain.Seek(root, -1); place.Exists; place = chain.Previous(place), i--) Assert.True(chain.Read(place).Equals(twin[i - 1]));
        Assert.Equal(0, i);
        for (int j = 0; j < 5 && twin.Count > 0; j++)
        {
            int index = dice.Below(twin.Count);
            Assert.True(chain.Read(chain.Seek(root, index)).Equals(twin[index]));
        }

        Assert.False(chain.Seek(root, twin.Count).Exists);
        Assert.False(chain.Seek(root, -twin.Count - 1).Exists);
    }

    private static void AssertCopyIsSame(ListChain chain, nint root, List<byte[]> twin, Dice dice)
    {
        nint copy = chain.Duplicate(root);
        AssertSame(chain, copy, twin, dice);
        SliceBudget budget = SliceBudget.Unlimited;
        chain.Relocate(ref copy, 0, ref budget);
        AssertSame(chain, copy, twin, dice);
        var buffer = new ElementBuffer();
        ulong cursor = 0;
        do cursor = chain.CopyPage(copy, cursor, buffer, dice.Below(2000)); while (cursor != 0);
        Assert.Equal(chain.ItemCountOf(copy), buffer.Count);
        Assert.Equal(twin, Texts(buffer));
        Free(chain, copy);
    }

    private static List<byte[]> Texts(ElementBuffer buffer)
    {
        var texts = new List<byte[]>();
        var reader = new ElementReader(buffer.Bytes);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        while (!reader.IsAtEnd)
        {
            bool isPlain = reader.Byte() == (byte)ListNodeKind.Plain;
            ReadOnlySpan<byte> bytes = reader.Bytes();
            if (isPlain) texts.Add(bytes.ToArray());
            for (int at = isPlain ? Listpack.None : Listpack.First(bytes); at != Listpack.None; at = Listpack.Next(bytes, at))
                texts.Add(Listpack.Read(bytes, at).WriteText(scratch).ToArray());
        }

        return texts;
    }

    private static void Free(ListChain chain, nint root)
    {
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.True(chain.FreeSlice(root, ref budget));
    }

    private static byte[] Element(Dice dice) => dice.Below(8) switch
    {
        0 => Encoding.ASCII.GetBytes(dice.Below(5).ToString()),
        1 => Encoding.ASCII.GetBytes(dice.Below(1_000_000).ToString()),
        2 => new byte[90 + dice.Below(20)],
        3 => new byte[dice.Below(3000)],
        4 => dice.Below(20) == 0 ? new byte[9000] : "x"u8.ToArray(),
        _ => Encoding.ASCII.GetBytes("element " + dice.Below(6)),
    };
}
