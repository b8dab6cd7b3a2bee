using System;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class DefragTests
{
    [Fact]
    public void Defragmentation_gives_back_most_of_what_rewrites_with_other_sizes_left_unused()
    {
        const int Keys = 60_000;
        using TestKeyspace keys = Standalone();
        var dice = new Dice(5);
        for (int i = 0; i < Keys; i++) keys.Set("key:" + i, new string('a', 32), i % 9 == 0 ? Lifetime.Until(keys.After(100_000)) : Lifetime.Forever);
        for (int i = 0; i < Keys; i++) keys.Set("key:" + dice.Below(Keys), new string('b', dice.Below(90)), Lifetime.Keep);
        SliceBudget all = SliceBudget.Unlimited;
        keys.All.RehashSlice(ref all);
        long used = keys.All.UsedBytes, before = keys.All.ReservedBytes;
        Assert.True(before > used * 115 / 100, $"{used} used of {before}");
        SliceBudget budget;
        do budget = new SliceBudget(1000); while (!keys.All.DefragSlice(ref budget));

        Assert.Equal(used, keys.All.UsedBytes);
        Assert.True(keys.All.ReservedBytes < used * 114 / 100 + 2_000_000, $"{used} used of {before} before and {keys.All.ReservedBytes} after");
        keys.All.Validate();
    }
}
