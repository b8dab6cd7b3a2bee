using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class SortedTreeTests
{
    [Fact]
    public void A_tree_behaves_as_a_sorted_list_whatever_is_done_to_it() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var pair = new Twin(seed);
                var dice = new Dice(seed + 1);
                int members = 10 << dice.Below(10), scores = 1 << dice.Below(12);
                for (int i = 0; i < 4000; i++)
                {
                    bool mostlyAdd = i / 900 % 2 == 0;
                    string member = Name(dice.Below(members));
                    double score = dice.Below(scores) - scores / 2;
                    if (dice.Below(10) < (mostlyAdd ? 8 : 1)) pair.Put(member, score);
                    else if (dice.Below(40) == 0) pair.RemoveRange(dice.Fraction(), dice.Fraction() * dice.Fraction());
                    else pair.Remove(member);
                    if (dice.Below(50) == 0) pair.CheckQuestions(dice, scores, members);
                    if (dice.Below(200) == 0) pair.CheckAll();
                }

                pair.CheckAll();
                pair.FreeAndCheckNothingIsLeft();
            },
            iter: 40,
            threads: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Members_that_come_in_order_fill_their_leaves(int direction)
    {
        using var pair = new Twin(3);
        for (int i = 0; i < 20_000; i++) pair.Put(Name(i), direction * i);
        pair.CheckAll();
        Assert.True(pair.Memory.UsedBytes < 20_000 * 80, $"{pair.Memory.UsedBytes / 20_000.0} bytes a member");
        pair.FreeAndCheckNothingIsLeft();
    }

    [Fact]
    public void Members_by_chance_take_less_than_four_fifths_of_what_they_take_in_redis()
    {
        using var pair = new Twin(3, keepModel: false);
        var dice = new Dice(5);
        const int Members = 200_000, RedisBytes = 110;
        for (int i = 0; i < Members; i++) pair.Put($"member:{dice.Below(999_999_999):D9}", dice.Fraction());
        Assert.True(pair.Memory.UsedBytes < pair.Tree.CountOf(pair.Root) * RedisBytes * 0.8, $"{pair.Memory.UsedBytes / (double)pair.Tree.CountOf(pair.Root)} bytes a member");
        pair.Tree.Validate(pair.Root);
        pair.FreeAndCheckNothingIsLeft();
    }

    [Fact]
    public void Long_members_infinite_scores_and_both_zeros_have_their_places()
    {
        using var pair = new Twin(3);
        for (int i = 0; i < 600; i += 7) pair.Put(new string('x', i), i % 3 == 0 ? double.PositiveInfinity : i % 3 == 1 ? double.NegativeInfinity : 0.0);
        pair.Put("a", -0.0);
        pair.Put("zz", 0.0);
        pair.Put("", double.MaxValue);
        pair.CheckAll();
        pair.Put("a", 0.0);
        pair.CheckAll();
    }

    [Fact]
    public void Pages_tell_all_members_in_order()
    {
        using var pair = new Twin(9);
        var dice = new Dice(1);
        for (int i = 0; i < 5000; i++) pair.Put(Name(i), dice.Below(100));
        var buffer = new ElementBuffer();
        var told = new List<(double, string)>();
        ulong cursor = 0;
        int pages = 0;
        do
        {
            buffer.Clear();
            cursor = pair.Tree.CopyPage(pair.Root, cursor, buffer, 10_000);
            Assert.InRange(buffer.Length, 1, 20_000);
            told.AddRange(Read(buffer));
            pages++;
        }
        while (cursor != 0);
        Assert.Equal(pair.Tree.ItemCountOf(pair.Root), told.Count);
        Assert.Equal(pair.Ordered(), told);
        Assert.True(pages > 5);
    }

    [Fact]
    public void Every_change_is_announced_before_a_leaf_that_was_not_told_changes() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var pair = new Twin(seed);
                var dice = new Dice(seed + 1);
                int members = 50 << dice.Below(6);
                for (int i = 0; i < members; i++) pair.Put(Name(i), dice.Below(50));
                List<(double, string)> before = pair.Ordered();
                var guard = new TellingGuard(pair);
                pair.Collections.Mark++;
                pair.Collections.Guard = guard;
                for (int i = 0; i < 300; i++)
                {
                    string member = Name(dice.Below(members * 2));
                    if (dice.Below(2) == 0) pair.Put(member, dice.Below(50));
                    else if (dice.Below(30) == 0) pair.RemoveRange(dice.Fraction(), dice.Fraction() * 0.1);
                    else pair.Remove(member);
                }

                // What was not announced has not changed: together it is what there was.
                guard.TellTheRest();
                Assert.Equal(before.Order(Twin.Comparer), guard.Told.Order(Twin.Comparer));
                pair.CheckAll();
            },
            iter: 30,
            threads: 1);

    [Fact]
    public void A_copy_has_blocks_of_its_own()
    {
        using var pair = new Twin(9);
        for (int i = 0; i < 3000; i++) pair.Put(Name(i), i % 17);
        nint copy = pair.Tree.Duplicate(pair.Root);
        List<(double, string)> before = pair.Ordered();
        pair.RemoveRange(0, 1);
        pair.Tree.Validate(copy);
        Assert.Equal(before, pair.Members(copy));
        Twin.Free(pair.Tree, copy);
        pair.FreeAndCheckNothingIsLeft();
    }

    [Fact]
    public void A_large_set_is_freed_in_slices()
    {
        using var pair = new Twin(9, keepModel: false);
        for (int i = 0; i < 100_000; i++) pair.Put(Name(i), i * 7919 % 100_003);
        int slices = 0;
        while (true)
        {
            var budget = new SliceBudget(100);
            slices++;
            if (pair.Tree.FreeSlice(pair.Root, ref budget)) break;
        }

        Assert.True(slices > 900, $"{slices}");
        Assert.Equal(0, pair.Memory.UsedBytes);
    }

    [Fact]
    public void Blocks_move_together_after_most_members_have_gone()
    {
        using var pair = new Twin(9);
        var dice = new Dice(2);
        for (int i = 0; i < 30_000; i++) pair.Put(Name(i), dice.Below(1000));
        for (int i = 0; i < 30_000; i++) if (i % 8 != 0) pair.Remove(Name(i));
        long reserved = pair.Memory.ReservedBytes;
        for (int round = 0; round < 3; round++)
        {
            ulong cursor = 0;
            do
            {
                var budget = new SliceBudget(50);
                cursor = pair.Relocate(cursor, ref budget);
                pair.Put(Name(dice.Below(30_000)), dice.Below(1000));
            }
            while (cursor != 0);
            pair.CheckAll();
        }

        Assert.True(pair.Memory.ReservedBytes <= reserved);
    }

    private static string Name(int i) => "m" + i;

    private static List<(double, string)> Read(ElementBuffer buffer)
    {
        var told = new List<(double, string)>();
        var reader = new ElementReader(buffer.Bytes);
        while (!reader.IsAtEnd)
        {
            string member = Encoding.Latin1.GetString(reader.Bytes());
            told.Add((reader.Double(), member));
        }

        Assert.Equal(buffer.Count, told.Count);
        return told;
    }

    /// <summary>Copies each leaf that is announced, once, as a snapshot walk does.</summary>
    private sealed class TellingGuard(Twin pair) : INodeGuard
    {
        private readonly ElementBuffer _buffer = new();

        public List<(double, string)> Told { get; } = [];

        public unsafe void BeforeChange(nint node)
        {
            Assert.NotEqual(pair.Collections.Mark, *(byte*)node);
            *(byte*)node = pair.Collections.Mark;
            _buffer.Clear();
            pair.Tree.CopyNode(pair.Root, node, _buffer);
            Told.AddRange(Read(_buffer));
        }

        public void TellTheRest()
        {
            foreach (nint leaf in pair.Tree.Leaves(pair.Root)) pair.Collections.BeforeChange(leaf);
        }
    }

    /// <summary>A tree and the same in a dictionary.</summary>
    private sealed class Twin : IDisposable
    {
        private readonly Dictionary<string, double> _model = [];
        private readonly bool _keepModel;
        private nint _root;

        public Twin(ulong seed, bool keepModel = true)
        {
            _keepModel = keepModel;
            Collections = new CollectionMemory(Memory);
            Tree = new SortedTree(Collections, new KeyHasher(new Dice(seed)));
            _root = Tree.Create();
        }

        public static IComparer<(double Score, string Member)> Comparer { get; } = Comparer<(double Score, string Member)>.Create(
            static (a, b) => a.Score < b.Score ? -1 : a.Score > b.Score ? 1 : string.CompareOrdinal(a.Member, b.Member));

        public SlabAllocator Memory { get; } = new();
        public CollectionMemory Collections { get; }
        public SortedTree Tree { get; }
        public nint Root => _root;

        public static void Free(SortedTree tree, nint root)
        {
            SliceBudget budget = SliceBudget.Unlimited;
            Assert.True(tree.FreeSlice(root, ref budget));
        }

        public void Put(string member, double score)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(member);
            SortedPlace place = Tree.Find(_root, bytes);
            if (_keepModel) Assert.Equal(_model.ContainsKey(member), place.Found);
            if (place.Found) Tree.ChangeScore(_root, place, score);
            else Tree.Insert(_root, place, bytes, score);
            if (_keepModel) _model[member] = score;
        }

        public void Remove(string member)
        {
            SortedPlace place = Tree.Find(_root, Encoding.Latin1.GetBytes(member));
            Assert.Equal(_model.Remove(member), place.Found);
            if (place.Found) Tree.Remove(_root, place);
        }

        public void RemoveRange(double from, double share)
        {
            List<(double, string)> all = Ordered();
            int start = (int)(from * all.Count), count = (int)(share * (all.Count - start));
            Tree.RemoveRange(_root, start, count);
            foreach ((double _, string member) in all.GetRange(start, count)) _model.Remove(member);
        }

        public ulong Relocate(ulong cursor, ref SliceBudget budget) => Tree.Relocate(ref _root, cursor, ref budget);

        public List<(double, string)> Ordered() => [.. _model.Select(static pair => (pair.Value, pair.Key)).Order(Comparer)];

        public List<(double, string)> Members(nint root)
        {
            var all = new List<(double, string)>();
            if (Tree.CountOf(root) == 0) return all;
            SortedCursor cursor = Tree.At(root, 0);
            do all.Add((cursor.Score, Encoding.Latin1.GetString(cursor.Member))); while (cursor.MoveNext());
            return all;
        }

        public void CheckAll()
        {
            Tree.Validate(_root);
            List<(double, string)> all = Ordered();
            Assert.Equal(all.Count, Tree.CountOf(_root));
            Assert.Equal(all, Members(_root));
        }

        public void CheckQuestions(Dice dice, int scores, int members)
        {
            List<(double Score, string Member)> all = Ordered();
            double score = dice.Below(scores) - scores / 2;
            Assert.Equal(all.Count(x => x.Score < score), Tree.CountBelow(_root, score, inclusive: false));
            Assert.Equal(all.Count(x => x.Score <= score), Tree.CountBelow(_root, score, inclusive: true));
            if (scores == 1)
            {
                string bound = Name(dice.Below(members));
                byte[] bytes = Encoding.Latin1.GetBytes(bound);
                Assert.Equal(all.Count(x => string.CompareOrdinal(x.Member, bound) < 0), Tree.CountBelow(_root, bytes, inclusive: false));
                Assert.Equal(all.Count(x => string.CompareOrdinal(x.Member, bound) <= 0), Tree.CountBelow(_root, bytes, inclusive: true));
            }

            if (all.Count == 0) return;
            int rank = dice.Below(all.Count);
            SortedPlace place = Tree.Find(_root, Encoding.Latin1.GetBytes(all[rank].Member));
            Assert.Equal(rank, Tree.RankOf(_root, place));
            Assert.Equal(all[rank].Score, place.Score);
            SortedCursor at = Tree.At(_root, rank);
            for (int i = rank; i >= 0 && i > rank - 100; i--)
            {
                Assert.Equal(all[i].Member, Encoding.Latin1.GetString(at.Member));
                Assert.Equal(i > 0, at.MovePrevious());
            }
        }

        public void FreeAndCheckNothingIsLeft()
        {
            Free(Tree, _root);
            Assert.Equal(0, Memory.UsedBytes);
            Memory.Validate();
        }

        public void Dispose() => Memory.Dispose();
    }
}
