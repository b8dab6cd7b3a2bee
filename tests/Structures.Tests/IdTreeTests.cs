using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public unsafe class IdTreeTests
{
    [Fact]
    public void A_tree_of_ids_behaves_as_a_sorted_dictionary() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var memory = new SlabAllocator();
                var trees = new IdTrees(new CollectionMemory(memory));
                var tree = new IdTree { ValueBytes = 8, Kind = StreamNodeKind.Plain };
                var model = new SortedDictionary<StreamId, long>();
                var dice = new Dice(seed);
                ulong next = 0;
                int shape = dice.Below(3);
                for (int i = 0; i < 3000; i++)
                {
                    bool adds = dice.Below(10) < (i / 600 % 2 == 0 ? 9 : 2);
                    if (adds)
                    {
                        StreamId id = shape == 0 ? new StreamId(++next, 0) : new StreamId((ulong)dice.Below(40), (ulong)dice.Below(200));
                        IdPlace place = trees.Insert(ref tree, id, out bool existed);
                        Assert.Equal(model.ContainsKey(id), existed);
                        *(long*)place.Value = i;
                        model[id] = i;
                    }
                    else if (model.Count > 0)
                    {
                        StreamId id = shape < 2 ? model.Keys.ElementAt(Math.Min(model.Count - 1, dice.Below(30))) : new StreamId((ulong)dice.Below(40), (ulong)dice.Below(200));
                        Assert.Equal(model.Remove(id), trees.Remove(ref tree, id));
                    }

                    if (dice.Below(100) != 0) continue;
                    IdTrees.Validate(tree);
                    Compare(tree, model, dice);
                }

                IdTree copy = trees.Duplicate(tree);
                IdTrees.Validate(copy);
                trees.Clear(ref tree);
                Compare(copy, model, dice);
                trees.Clear(ref copy);
                Assert.Equal(0, memory.UsedBytes);
            },
            iter: 25,
            threads: 1);

    [Fact]
    public void Ids_that_come_in_order_fill_their_leaves()
    {
        using var memory = new SlabAllocator();
        var trees = new IdTrees(new CollectionMemory(memory));
        var tree = new IdTree { Kind = StreamNodeKind.Plain };
        for (ulong i = 1; i <= 100_000; i++) trees.Insert(ref tree, new StreamId(i, 0), out _);
        IdTrees.Validate(tree);
        Assert.Equal(1 + 100_000u / IdTrees.MostEntries, tree.Leaves);
        Assert.InRange(memory.UsedBytes, 1_600_000, 1_900_000);
        trees.Clear(ref tree);
        Assert.Equal(0, memory.UsedBytes);
    }

    [Fact]
    public void A_round_of_relocation_reaches_every_leaf_and_breaks_nothing()
    {
        using var memory = new SlabAllocator();
        var trees = new IdTrees(new CollectionMemory(memory));
        var tree = new IdTree { Kind = StreamNodeKind.Plain, ValueBytes = 8 };
        var others = new List<IdTree>();
        for (int t = 0; t < 40; t++)
        {
            var other = new IdTree { Kind = StreamNodeKind.Plain, ValueBytes = 8 };
            for (ulong i = 1; i <= 200; i++)
            {
                trees.Insert(ref other, new StreamId(i, 0), out _);
                trees.Insert(ref tree, new StreamId((ulong)t, i), out _);
            }

            others.Add(other);
        }

        for (int t = 0; t < 40; t += 2)
        {
            IdTree other = others[t];
            trees.Clear(ref other);
        }

        ulong path = 0;
        int leaves = 0;
        while (trees.Relocate(ref tree, ref path).Found)
        {
            leaves++;
            path = IdTrees.AfterLeaf(path);
        }

        Assert.Equal(tree.Leaves, (uint)leaves);
        IdTrees.Validate(tree);
        Assert.Equal(8000, tree.Count);
        memory.Validate();
    }

    private static void Compare(in IdTree tree, SortedDictionary<StreamId, long> model, Dice dice)
    {
        Assert.Equal(model.Count, tree.Count);
        var told = new List<(StreamId, long)>();
        for (IdPlace place = IdTrees.First(tree); place.Found; place = place.Next) told.Add((place.Id, *(long*)place.Value));
        Assert.Equal(model.Select(pair => (pair.Key, pair.Value)), told);
        for (IdPlace place = IdTrees.Last(tree); place.Found; place = place.Previous)
        {
            Assert.Equal(told[^1], (place.Id, *(long*)place.Value));
            told.RemoveAt(told.Count - 1);
        }

        Assert.Empty(told);
        for (int i = 0; i < 20; i++)
        {
            var id = new StreamId((ulong)dice.Below(2500), (ulong)dice.Below(200));
            IdPlace after = IdTrees.AtOrAfter(tree, id), before = IdTrees.AtOrBefore(tree, id);
            var above = model.Keys.Where(key => key >= id).ToList();
            var below = model.Keys.Where(key => key <= id).ToList();
            Assert.Equal(above.Count > 0, after.Found);
            Assert.Equal(below.Count > 0, before.Found);
            if (after.Found) Assert.Equal(above[0], after.Id);
            if (before.Found) Assert.Equal(below[^1], before.Id);
            Assert.Equal(model.ContainsKey(id), IdTrees.Find(tree, id).Found);
        }
    }
}
