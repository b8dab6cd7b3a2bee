using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class IntegerSetTests
{
    [Fact]
    public void It_behaves_as_a_sorted_set_while_it_becomes_wider() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var memory = new SlabAllocator();
                var dice = new Dice(seed);
                var model = new SortedSet<long>();
                Blob set = IntegerSet.Create(memory);
                int shift = 8 + dice.Below(8);
                for (int i = 0; i < 600; i++)
                {
                    if (i % 200 == 199) shift = Math.Min(62, shift + 20);
                    long value = dice.Below(1L << shift) - (1L << (shift - 1));
                    if (dice.Below(3) > 0) Assert.Equal(model.Add(value), IntegerSet.Add(memory, ref set, value));
                    else
                    {
                        if (model.Count > 0 && dice.Below(2) == 0) value = model.ElementAt(dice.Below(model.Count));
                        Assert.Equal(model.Remove(value), IntegerSet.Remove(memory, ref set, value));
                    }

                    Assert.Equal(model.Contains(value), IntegerSet.Contains(set.Bytes, value));
                    Assert.Equal(model.Count, IntegerSet.CountOf(set.Bytes));
                    Assert.Equal(model.Count > 0, IntegerSet.IsValid(set.Bytes));
                }

                for (int i = 0; i < model.Count; i++) Assert.Equal(model.ElementAt(i), IntegerSet.At(set.Bytes, i));
                set.Free(memory);
                Assert.Equal(0, memory.UsedBytes);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void Its_bytes_are_those_of_Redis()
    {
        using var memory = new SlabAllocator();
        Blob set = IntegerSet.Create(memory);
        foreach (long value in new long[] { 5, -1, 300 }) IntegerSet.Add(memory, ref set, value);
        Assert.Equal("0200000003000000FFFF05002C01", Convert.ToHexString(set.Bytes));
        IntegerSet.Add(memory, ref set, 70_000);
        Assert.Equal("0400000004000000FFFFFFFF050000002C01000070110100", Convert.ToHexString(set.Bytes));
        IntegerSet.Add(memory, ref set, long.MinValue);
        Assert.Equal("0800000005000000" + "0000000000000080" + "FFFFFFFFFFFFFFFF", Convert.ToHexString(set.Bytes[..24]));
        IntegerSet.Remove(memory, ref set, long.MinValue);
        Assert.Equal(8, set.Bytes[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02000000")]
    [InlineData("0200000000000000")]
    [InlineData("0300000001000000010000")]
    [InlineData("02000000020000000100")]
    [InlineData("020000000100000001000200")]
    [InlineData("020000000200000005000500")]
    [InlineData("020000000200000006000500")]
    [InlineData("02000000FFFFFFFF0100")]
    [InlineData("0800000000000080")]
    public void Bytes_that_are_no_set_are_refused(string hex) => Assert.False(IntegerSet.IsValid(Convert.FromHexString(hex)));

    [Fact]
    public void Any_bytes_are_judged_without_reading_beyond_them() =>
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            if (!IntegerSet.IsValid(bytes)) return;
            for (int i = 0; i < IntegerSet.CountOf(bytes); i++) Assert.True(IntegerSet.Contains(bytes, IntegerSet.At(bytes, i)));
        });
}
