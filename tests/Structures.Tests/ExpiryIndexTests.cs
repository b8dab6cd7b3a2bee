using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class ExpiryIndexTests
{
    [Fact]
    public void What_is_due_is_what_a_sorted_list_says() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var memory = new SlabAllocator();
                var index = new ExpiryIndex(memory);
                var dice = new Dice(seed);
                var live = new Dictionary<nint, Entry>();
                long now = 1_700_000_000_000;
                for (int i = 0; i < 1500; i++)
                {
                    switch (dice.Below(8))
                    {
                        case <= 3: Add(memory, index, live, now + (1L << dice.Below(34)) - dice.Below(100) + dice.Below(1000)); break;
                        case 4: RemoveAny(memory, index, live, dice); break;
                        case 5: MoveAny(memory, index, live, dice); break;
                        case 6: now += 1L << dice.Below(20); break;
                        default: Expire(memory, index, live, now, dice.Below(2) == 0 ? 10 : int.MaxValue); break;
                    }

                    if (dice.Below(20) == 0) index.Validate();
                    Assert.Equal(live.Count, index.Count);
                }

                if (live.Count > 0) Assert.True(live.ContainsKey(index.Sample(dice).Block));
                if (live.Count > 0) Assert.True(live.ContainsKey(index.SampleSoonest(dice).Block));
                foreach (Entry entry in live.Values) entry.Free(memory);
                index.Clear();
                Assert.Equal(0, memory.UsedBytes);
            },
            iter: 150,
            threads: 1);

    [Fact]
    public void A_clock_that_steps_back_makes_nothing_due_early()
    {
        using var memory = new SlabAllocator();
        var index = new ExpiryIndex(memory);
        var live = new Dictionary<nint, Entry>();
        Add(memory, index, live, 10_000);
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.Equal(0, index.FirstDue(9_999, ref budget).Block);
        Add(memory, index, live, 9_000);
        Assert.Equal(0, index.FirstDue(8_000, ref budget).Block);
        Assert.NotEqual(0, index.FirstDue(9_000, ref budget).Block);
        index.Validate();
    }

    private static void Add(SlabAllocator memory, ExpiryIndex index, Dictionary<nint, Entry> live, long expiryMs)
    {
        Entry entry = Entry.Create(memory, "key"u8, expiry: true, outside: false, 8);
        entry.ExpiryMs = expiryMs;
        index.Add(entry);
        live.Add(entry.Block, entry);
    }

    private static void RemoveAny(SlabAllocator memory, ExpiryIndex index, Dictionary<nint, Entry> live, Dice dice)
    {
        if (live.Count == 0) return;
        Entry entry = live.Values.OrderBy(e => e.Block).ElementAt(dice.Below(live.Count));
        index.Remove(entry);
        live.Remove(entry.Block);
        entry.Free(memory);
    }

    private static void MoveAny(SlabAllocator memory, ExpiryIndex index, Dictionary<nint, Entry> live, Dice dice)
    {
        if (live.Count == 0) return;
        Entry entry = live.Values.OrderBy(e => e.Block).ElementAt(dice.Below(live.Count));
        live.Remove(entry.Block);
        Entry moved = entry.Reshape(memory, expiry: true, outside: false, 200);
        if (moved.Block != entry.Block) index.Replace(moved);
        live.Add(moved.Block, moved);
    }

    private static void Expire(SlabAllocator memory, ExpiryIndex index, Dictionary<nint, Entry> live, long nowMs, int units)
    {
        var budget = new SliceBudget(units);
        while (true)
        {
            Entry due = index.FirstDue(nowMs, ref budget);
            if (due.Block == 0) break;
            Assert.True(due.ExpiryMs <= nowMs);
            index.Remove(due);
            live.Remove(due.Block);
            due.Free(memory);
        }

        if (!budget.IsSpent) Assert.All(live.Values, entry => Assert.True(entry.ExpiryMs > nowMs));
    }
}
