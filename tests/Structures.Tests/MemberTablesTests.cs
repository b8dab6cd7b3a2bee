using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Hexad.Core;
using Hexad.Memory;
using Xunit;

namespace Hexad.Structures.Tests;

public class MemberTablesTests
{
    [Fact]
    public void A_set_behaves_as_a_set_while_it_grows_and_shrinks() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var t = new TestMembers(seed, isHash: false);
                var model = new HashSet<string>();
                int names = 10 << t.Dice.Below(11);
                for (int i = 0; i < 4000; i++)
                {
                    bool mostlyAdd = i / 700 % 2 == 0;
                    string name = t.Name(names);
                    if (t.Dice.Below(10) < (mostlyAdd ? 9 : 1)) Assert.Equal(model.Add(name), t.Tables.Add(t.Root, Bytes(name)));
                    else Assert.Equal(model.Remove(name), t.Tables.Remove(t.Root, Bytes(name)));
                    if (t.Dice.Below(300) == 0) t.Tables.Validate(t.Root);
                    if (t.Dice.Below(300) == 0) t.RelocateSome();
                }

                t.Tables.Validate(t.Root);
                Assert.Equal(model.Order(StringComparer.Ordinal), t.Names().Order(StringComparer.Ordinal));
                foreach (string name in model) Assert.True(t.Tables.Contains(t.Root, Bytes(name)));
                t.FreeAll();
                Assert.Equal(0, t.Memory.UsedBytes);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public void A_hash_behaves_as_a_dictionary_whose_values_expire() =>
        Gen.ULong.Sample(
            seed =>
            {
                using var t = new TestMembers(seed, isHash: true);
                var model = new Dictionary<string, (string Value, long ExpiryMs)>();
                int names = 10 << t.Dice.Below(9);
                for (int i = 0; i < 4000; i++)
                {
                    string name = t.Name(names);
                    (string Value, long ExpiryMs) was = model.GetValueOrDefault(name);
                    switch (t.Dice.Below(6))
                    {
                        case 0 or 1:
                            string value = new('v', t.Dice.Below(t.Dice.Below(20) == 0 ? 6000 : 60));
                            long expiryMs = t.Dice.Below(3) - 1;
                            if (expiryMs == 1) expiryMs = 1 + t.Dice.Below(1000);
                            Assert.Equal(!model.ContainsKey(name), t.Tables.Set(t.Root, Bytes(name), Bytes(value), expiryMs));
                            model[name] = (value, expiryMs < 0 ? was.ExpiryMs : expiryMs);
                            break;
                        case 2 or 3:
                            long changed = Math.Max(0, t.Dice.Below(1500) - 500);
                            Assert.Equal(model.ContainsKey(name), t.Tables.SetExpiry(t.Root, Bytes(name), changed));
                            if (model.ContainsKey(name)) model[name] = (was.Value, changed);
                            break;
                        case 4:
                            Assert.Equal(model.Remove(name), t.Tables.Remove(t.Root, Bytes(name)));
                            break;
                        default:
                            Member first = t.Tables.FirstToExpire(t.Root);
                            List<long> times = [.. model.Values.Where(v => v.ExpiryMs != 0).Select(v => v.ExpiryMs)];
                            Assert.Equal(times.Count, t.Tables.ExpiringCountOf(t.Root));
                            Assert.Equal(times.Count > 0, first.Found);
                            if (first.Found) Assert.Equal(times.Min(), first.ExpiryMs);
                            break;
                    }

                    if (t.Dice.Below(300) == 0) t.Tables.Validate(t.Root);
                    if (t.Dice.Below(300) == 0) t.RelocateSome();
                }

                t.Tables.Validate(t.Root);
                Assert.Equal(model.Count, t.Tables.CountOf(t.Root));
                foreach (Member member in t.Tables.Walk(t.Root)) Assert.Equal(model[Text(member.Name)], (Text(member.Value), member.ExpiryMs));
                t.FreeAll();
                Assert.Equal(0, t.Memory.UsedBytes);
            },
            iter: 40,
            threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(900)]
    [InlineData(70_000)]
    public void A_copy_is_equal_and_shares_nothing(int count)
    {
        using var t = new TestMembers(3, isHash: true);
        for (int i = 0; i < count; i++) t.Tables.Set(t.Root, Bytes("f" + i), Bytes("v" + i), i % 3 == 0 ? 1 + i : 0);
        nint copy = t.Tables.Duplicate(t.Root);
        t.Tables.Validate(copy);
        Assert.Equal(t.Items(t.Root), t.Items(copy));
        t.FreeAll();
        t.Tables.Validate(copy);
        t.Root = copy;
        t.FreeAll();
        Assert.Equal(0, t.Memory.UsedBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public void A_random_member_is_chosen_evenly(int count)
    {
        const int Draws = 200;
        using var t = new TestMembers(9, isHash: false);
        for (int i = 0; i < count; i++) t.Tables.Add(t.Root, Bytes(i.ToString()));
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < count * Draws; i++)
        {
            string name = Text(t.Tables.Random(t.Root, t.Dice).Name);
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(count, counts.Count);
        double squares = counts.Values.Sum(drawn => (double)(drawn - Draws) * (drawn - Draws) / Draws);
        Assert.True(squares < count + 5 * Math.Sqrt(2.0 * count), $"chi square {squares:F0} of {count} members");
    }

    [Fact]
    public void A_guard_hears_of_a_member_before_it_changes_or_goes()
    {
        using var t = new TestMembers(3, isHash: true);
        t.Tables.Set(t.Root, "old"u8, "1"u8);
        t.Tables.Set(t.Root, "gone"u8, "2"u8);
        t.Tables.Set(t.Root, "kept"u8, "3"u8);
        var guard = new Guard(t.Tables, t.Root);
        t.Shared.Mark = 1;
        t.Shared.Guard = guard;
        t.Tables.Set(t.Root, "old"u8, "1 and longer than before"u8);
        t.Tables.Set(t.Root, "old"u8, "again"u8);
        t.Tables.Remove(t.Root, "gone"u8);
        t.Tables.Set(t.Root, "new"u8, "4"u8);
        t.Tables.Remove(t.Root, "new"u8);
        t.Tables.SetExpiry(t.Root, "kept"u8, 5);
        Assert.Equal(["old=1@0", "gone=2@0", "kept=3@0"], guard.Heard);
    }

    [Fact]
    public void Ten_thousand_units_at_a_time_free_a_large_hash_and_never_more()
    {
        const int Count = 200_000, Units = 10_000;
        using var t = new TestMembers(3, isHash: true);
        for (int i = 0; i < Count; i++) t.Tables.Set(t.Root, Bytes("f" + i), "v"u8, 1 + i % 100);
        int slices = 0;
        bool done;
        do
        {
            long before = t.Memory.UsedBytes;
            var budget = new SliceBudget(Units);
            done = t.Tables.FreeSlice(t.Root, ref budget);
            Assert.True(before - t.Memory.UsedBytes < Units * 64 + (2 << 20));
            slices++;
        }
        while (!done);
        Assert.True(slices > Count / Units);
        Assert.Equal(0, t.Memory.UsedBytes);
    }

    [Fact]
    public void A_member_of_sixteen_bytes_takes_less_than_45()
    {
        const int Count = 1_000_000;
        using var t = new TestMembers(3, isHash: false);
        for (int i = 0; i < Count; i++) t.Tables.Add(t.Root, Bytes(i.ToString("D16")));
        double each = t.Memory.UsedBytes / (double)Count;
        Assert.InRange(each, 30, 45);
        t.Tables.Validate(t.Root);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private sealed class Guard(MemberTables tables, nint root) : INodeGuard
    {
        public List<string> Heard { get; } = [];

        public unsafe void BeforeChange(nint node)
        {
            var items = new ElementBuffer();
            tables.CopyNode(root, node, items);
            var reader = new ElementReader(items.Bytes);
            Heard.Add($"{Text(reader.Bytes())}={Text(reader.Bytes())}@{reader.Int64()}");
            *(byte*)node = 1;
        }
    }

    private sealed class TestMembers : IDisposable
    {
        public TestMembers(ulong seed, bool isHash)
        {
            Dice = new Dice(seed);
            Shared = new CollectionMemory(Memory);
            Tables = new MemberTables(Shared, new KeyHasher(Dice));
            Root = Tables.Create(isHash);
        }

        public SlabAllocator Memory { get; } = new();
        public CollectionMemory Shared { get; }
        public Dice Dice { get; }
        public MemberTables Tables { get; }
        public nint Root { get; set; }

        public string Name(int names)
        {
            int number = Dice.Below(names);
            return number % 50 == 0 ? new string('n', 200 + number % 150) + number : number.ToString();
        }

        public List<string> Names()
        {
            var names = new List<string>();
            foreach (Member member in Tables.Walk(Root)) names.Add(Text(member.Name));
            return names;
        }

        public List<string> Items(nint root)
        {
            var buffer = new ElementBuffer();
            ulong cursor = 0;
            do cursor = Tables.CopyPage(root, cursor, buffer, 1000); while (cursor != 0);
            var items = new List<string>();
            for (var reader = new ElementReader(buffer.Bytes); !reader.IsAtEnd;) items.Add($"{Text(reader.Bytes())}={Text(reader.Bytes())}@{reader.Int64()}");
            Assert.Equal(buffer.Count, items.Count);
            Assert.Equal(Tables.ItemCountOf(root), items.Count);
            items.Sort(StringComparer.Ordinal);
            return items;
        }

        public void RelocateSome()
        {
            ulong cursor = 0;
            int steps = Dice.Below(20);
            do
            {
                var budget = new SliceBudget(50);
                nint root = Root;
                cursor = Tables.Relocate(ref root, cursor, ref budget);
                Root = root;
            }
            while (cursor != 0 && steps-- > 0);
        }

        public void FreeAll()
        {
            SliceBudget budget = SliceBudget.Unlimited;
            Assert.True(Tables.FreeSlice(Root, ref budget));
        }

        public void Dispose() => Memory.Dispose();
    }
}
