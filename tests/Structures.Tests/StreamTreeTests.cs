using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class StreamTreeTests
{
    [Fact]
    public void A_stream_behaves_as_a_list_of_entries_with_groups_beside_it() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var bench = new StreamBench(seed);
                for (int i = 0; i < 1500; i++)
                {
                    bench.Step();
                    if (bench.Dice.Below(60) == 0) bench.Compare();
                }

                bench.Compare();
                bench.CompareCopy();
                bench.CompareItems();
                bench.Free();
                Assert.Equal(0, bench.Memory.UsedBytes);
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void A_guard_gets_every_node_as_it_was()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using var bench = new StreamBench(seed);
            for (int i = 0; i < 400; i++) bench.Step();
            string before = bench.ItemsText(bench.CopyAll());
            bench.BeginWalk();
            for (int i = 0; i < 300; i++) bench.Step();
            Assert.Equal(before, bench.ItemsText(bench.EndWalk()));
            bench.Compare();
            bench.Free();
            Assert.Equal(0, bench.Memory.UsedBytes);
        }
    }

    [Fact]
    public void It_is_told_as_it_was_while_it_changes()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var bench = new StreamBench(seed);
            for (int i = 0; i < 400; i++) bench.Step();
            for (int walk = 0; walk < 3; walk++)
            {
                ElementBuffer before = bench.CopyAll();
                bench.BeginTelling();
                int steps = bench.Dice.Below(40);
                do
                {
                    for (int i = 0; i < steps; i++) bench.Step();
                }
                while (!bench.Tell(1 + bench.Dice.Below(before.Length / 2 + 1)));
                bench.CompareTold(before);
                bench.Compare();
            }

            bench.Free();
            Assert.Equal(0, bench.Memory.UsedBytes);
        }
    }

    [Fact]
    public void Entries_take_their_bytes_and_little_more()
    {
        using var bench = new StreamBench(1, new StreamNodeLimits(4096, 100));
        for (ulong i = 1; i <= 100_000; i++) bench.Add(new StreamId(1_700_000_000_000 + i, 0), ["field", "value-1234"]);
        Assert.InRange(bench.Memory.UsedBytes / 100_000.0, 18, 24);
        bench.Free();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0100")]
    [InlineData("0a00000003000101000100010")]
    public void Bytes_that_are_no_pack_are_refused(string hex) =>
        Assert.False(StreamTree.IsSound(Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0"), default, out _, out _));

    [Fact]
    public void A_pack_with_any_byte_changed_is_refused_or_read_within_its_bounds() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var bench = new StreamBench(seed);
                for (int i = 0; i < 40; i++) bench.Step();
                byte[] pack = bench.FirstPack();
                if (pack.Length == 0) return;
                for (int i = 0; i < 200; i++)
                {
                    byte[] changed = (byte[])pack.Clone();
                    for (int j = 1 + bench.Dice.Below(3); j > 0; j--) changed[bench.Dice.Below(changed.Length)] = (byte)bench.Dice.Below(256);
                    if (StreamTree.IsSound(changed, new StreamId(5, 5), out long live, out _)) bench.ReadBack(changed, live);
                }

                bench.Free();
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void Ids_are_compared_and_counted_as_numbers_of_128_bits()
    {
        Assert.True(new StreamId(1, ulong.MaxValue).TryNext(out StreamId next));
        Assert.Equal(new StreamId(2, 0), next);
        Assert.False(StreamId.Max.TryNext(out next));
        Assert.True(next.IsZero);
        Assert.True(new StreamId(2, 0).TryPrevious(out StreamId previous));
        Assert.Equal(new StreamId(1, ulong.MaxValue), previous);
        Assert.False(StreamId.Zero.TryPrevious(out _));
        Assert.Equal("18446744073709551615-18446744073709551615", Encoding.ASCII.GetString(StreamId.Max.Format(new byte[StreamId.LongestBytes])));
        Assert.False(StreamId.TryNumber("18446744073709551616"u8, out _));
        Assert.False(StreamId.TryNumber("01"u8, out _));
        Assert.True(StreamId.TryNumber("18446744073709551615"u8, out ulong greatest));
        Assert.Equal(ulong.MaxValue, greatest);
    }
}

/// <summary>The words of one entry.</summary>
internal readonly struct TestWords(byte[][] words) : IStreamWords
{
    public int Count => words.Length;

    public ReadOnlySpan<byte> this[int index] => words[index];
}
