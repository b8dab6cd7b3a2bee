using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class BucketTableTests
{
    [Fact]
    public void A_table_behaves_as_a_dictionary_while_it_grows_and_shrinks() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var table = new TestTable(seed);
                var model = new HashSet<string>();
                var dice = new Dice(seed + 1);
                int keys = 10 << dice.Below(11);
                for (int i = 0; i < 4000; i++)
                {
                    // Long runs of one kind, so that the table passes through many sizes.
                    bool mostlyAdd = i / 700 % 2 == 0;
                    string key = dice.Below(keys).ToString();
                    if (dice.Below(10) < (mostlyAdd ? 9 : 1)) Assert.Equal(model.Add(key), table.Add(key));
                    else Assert.Equal(model.Remove(key), table.Remove(key));
                    if (dice.Below(200) == 0) table.RehashSome(1 + dice.Below(50));
                    if (dice.Below(100) == 0) table.Tables.Validate(table.Table);
                    Assert.Equal(model.Count, table.Table.Count);
                }

                table.Tables.Validate(table.Table);
                foreach (string key in model) Assert.True(table.Contains(key));
                Assert.Equal(model.Order(), table.All().Order());
                foreach (string key in model) table.Remove(key);
                SliceBudget budget = SliceBudget.Unlimited;
                table.Tables.RehashSlice(ref budget);
                Assert.Equal(table.EmptyBytes, table.Memory.UsedBytes);
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void A_table_that_may_not_shrink_keeps_its_size_until_it_is_empty_or_may_again()
    {
        using var table = new TestTable(1);
        for (int i = 0; i < 3000; i++) table.Add("k" + i);
        SliceBudget budget = SliceBudget.Unlimited;
        table.Tables.RehashSlice(ref budget);
        long full = table.Memory.UsedBytes;
        table.Tables.Shrinks = false;
        for (int i = 1; i < 2990; i++) table.Remove("k" + i);
        table.Tables.RehashSlice(ref budget);
        table.Tables.Validate(table.Table);
        Assert.True(table.Contains("k0"));
        long sparse = table.Memory.UsedBytes;
        table.Tables.Shrinks = true;
        table.Remove("k0");
        table.Tables.RehashSlice(ref budget);
        table.Remove("k2999");
        table.Tables.RehashSlice(ref budget);
        table.Tables.Validate(table.Table);
        Assert.InRange(table.Memory.UsedBytes, table.EmptyBytes, sparse / 2);
        Assert.True(sparse < full);
        table.Tables.Shrinks = false;
        for (int i = 2990; i < 2999; i++) table.Remove("k" + i);
        table.Tables.RehashSlice(ref budget);
        Assert.Equal(table.EmptyBytes, table.Memory.UsedBytes);
    }

    [Fact]
    public void A_scan_tells_every_key_that_stays_whatever_happens_to_the_table() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var table = new TestTable(seed);
                var dice = new Dice(seed + 1);
                int stay = 1 + dice.Below(3000), come = 20 + dice.Below(12_000);
                for (int i = 0; i < stay; i++) table.Add("stay" + i);
                bool full = dice.Below(2) == 0;
                if (full) for (int i = 0; i < come; i++) table.Add("come" + i);
                var told = new HashSet<string>();
                ulong cursor = 0;
                int next = 0, steps = 0;
                do
                {
                    cursor = table.Scan(cursor, told);
                    for (int burst = dice.Below(60); burst > 0 && next < come; burst--, next++)
                    {
                        if (full) table.Remove("come" + next);
                        else table.Add("come" + next);
                    }

                    if (dice.Below(20) == 0) table.RehashSome(dice.Below(100));
                    Assert.True(++steps < 100_000);
                }
                while (cursor != 0);
                for (int i = 0; i < stay; i++) Assert.Contains("stay" + i, told);
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void A_scan_of_a_table_at_rest_tells_every_key_once()
    {
        using var table = new TestTable(5);
        for (int i = 0; i < 50_000; i++) table.Add(i.ToString());
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.True(table.Tables.RehashSlice(ref budget));
        Assert.Equal(50_000, table.All().Count);
        Assert.Equal(50_000, table.All().Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public void A_random_place_is_chosen_evenly(int keys)
    {
        const int Draws = 200;
        using var table = new TestTable(9);
        for (int i = 0; i < keys; i++) table.Add(i.ToString());
        var dice = new Dice(4);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < keys * Draws; i++)
        {
            string key = TestTable.Text(NativeTable.BlockAt(table.Tables.Random(table.Table, dice)));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(keys, counts.Count);
        double squares = counts.Values.Sum(count => (double)(count - Draws) * (count - Draws) / Draws);
        Assert.True(squares < keys + 5 * Math.Sqrt(2.0 * keys), $"chi square {squares:F0} of {keys} keys");
    }

    [Fact]
    public void A_random_place_is_chosen_evenly_while_the_table_grows()
    {
        const int Draws = 300;
        using var table = new TestTable(9);
        int keys = 0;
        while (!table.Table.IsRehashing) table.Add((keys++).ToString());
        for (int i = 0; i < 100; i++) table.Add((keys++).ToString());
        Assert.True(table.Table.IsRehashing);
        var dice = new Dice(4);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < keys * Draws; i++)
        {
            string key = TestTable.Text(NativeTable.BlockAt(table.Tables.Random(table.Table, dice)));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        double squares = Enumerable.Range(0, keys).Sum(i => Math.Pow(counts.GetValueOrDefault(i.ToString()) - Draws, 2) / Draws);
        Assert.True(squares < keys + 5 * Math.Sqrt(2.0 * keys), $"chi square {squares:F0} of {keys} keys");
    }

    [Fact]
    public void A_large_table_moves_a_bucket_with_each_write_and_frees_its_old_pages_on_the_way()
    {
        using var table = new TestTable(11);
        int keys = 0;
        while (!(table.Table.IsRehashing && table.Table.Count > 30_000)) table.Add((keys++).ToString());
        long before = table.Memory.UsedBytes;
        long most = before;
        while (table.Table.IsRehashing)
        {
            table.Add((keys++).ToString());
            most = Math.Max(most, table.Memory.UsedBytes);
        }

        // Old buckets: 8192 · 64 = 512 KB, new ones 1 MB. Had the old ones been kept to the end, the peak would be 512 KB above the end.
        Assert.True(most - table.Memory.UsedBytes < 3 * SlabAllocator.PageBytes, $"{before} {most} {table.Memory.UsedBytes}");
        table.Tables.Validate(table.Table);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(500)]
    [InlineData(60_000)]
    public void A_detached_table_is_freed_in_slices_even_in_the_middle_of_growing(int keys)
    {
        using var table = new TestTable(13);
        int added = 0;
        while (added < keys || (keys > 40_000 && !table.Table.IsRehashing)) table.Add((added++).ToString());
        NativeTable detached = table.Tables.CreateArray(1, jitter: false);
        BucketTables<Entry>.Detach(table.Table, detached);
        Assert.Equal(0, table.Table.Count);
        table.Add("new");
        long position = 0;
        var freer = new TestTable.Freer(table.Memory);
        SliceBudget budget;
        int slices = 0;
        do
        {
            budget = new SliceBudget(100);
            SliceBudget other = new(10);
            table.Tables.RehashSlice(ref other);
            slices++;
        }
        while (!table.Tables.FreeSlice(detached, ref position, ref budget, ref freer));
        Assert.True(slices >= added / 110);
        table.Tables.FreeArray(detached, 1);
        table.Remove("new");
        Assert.Equal(table.EmptyBytes, table.Memory.UsedBytes);
    }

    [Fact]
    public void Reserving_makes_room_without_later_growth()
    {
        using var table = new TestTable(17);
        table.Tables.Reserve(table.Table, 100_000);
        long before = table.Memory.UsedBytes;
        for (int i = 0; i < 100_000; i++)
        {
            table.Add(i.ToString());
            Assert.False(table.Table.IsRehashing);
        }

        Assert.True(table.Memory.UsedBytes > before);
        table.Tables.Validate(table.Table);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Reserving_an_absurd_number_takes_no_absurd_memory(long blocks)
    {
        using var table = new TestTable(17);
        table.Tables.Reserve(table.Table, blocks);
        Assert.InRange(table.Memory.UsedBytes, 0, 65 * 1024 * 1024);
        table.Add("k");
        table.Tables.Validate(table.Table);
    }

    private sealed class TestTable : IDisposable
    {
        public TestTable(ulong seed)
        {
            Tables = new BucketTables<Entry>(Memory, new KeyHasher(new Dice(seed)));
            Table = Tables.CreateArray(1, jitter: false);
            EmptyBytes = Memory.UsedBytes;
        }

        public SlabAllocator Memory { get; } = new();
        public BucketTables<Entry> Tables { get; }
        public NativeTable Table { get; }
        public long EmptyBytes { get; }

        public static string Text(nint block) => Encoding.ASCII.GetString(Entry.KeyOf(block));

        public bool Contains(string key) => Find(key, out _) != 0;

        public bool Add(string key)
        {
            if (Find(key, out ulong hash) != 0) return false;
            Entry entry = Entry.Create(Memory, Encoding.ASCII.GetBytes(key), expiry: false, outside: false, 0);
            nint place = Tables.Insert(Table, hash, entry.Block);
            Assert.Equal(entry.Block, NativeTable.BlockAt(place));
            return true;
        }

        public bool Remove(string key)
        {
            nint place = Find(key, out ulong hash);
            if (place == 0) return false;
            var entry = new Entry(NativeTable.BlockAt(place));
            Tables.Remove(Table, hash, place);
            entry.Free(Memory);
            return true;
        }

        public void RehashSome(int buckets)
        {
            var budget = new SliceBudget(buckets);
            Tables.RehashSlice(ref budget);
        }

        public ulong Scan(ulong cursor, ICollection<string> told)
        {
            var visitor = new Collector(told);
            return Tables.Scan(Table, cursor, ref visitor);
        }

        public List<string> All()
        {
            var all = new List<string>();
            ulong cursor = 0;
            do cursor = Scan(cursor, all); while (cursor != 0);
            return all;
        }

        public void Dispose() => Memory.Dispose();

        private nint Find(string key, out ulong hash)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(key);
            hash = Tables.HashOf(bytes);
            return Tables.Find(Table, hash, bytes);
        }

        public readonly struct Freer(SlabAllocator memory) : IPlaceVisitor
        {
            public void Visit(nint place) => new Entry(NativeTable.BlockAt(place)).Free(memory);
        }

        private readonly struct Collector(ICollection<string> told) : IPlaceVisitor
        {
            public void Visit(nint place) => told.Add(Text(NativeTable.BlockAt(place)));
        }
    }
}
