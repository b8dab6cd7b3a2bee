using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class CollectionTests
{
    [Fact]
    public void A_packed_value_grows_becomes_a_collection_and_packed_again()
    {
        using TestKeyspace keys = Standalone();
        long empty = keys.All.UsedBytes;
        EntryRef entry = keys.Db.Create(Bytes("k"), Chain.Type, ObjectEncoding.Listpack, Blob.Of(keys.All.Collections.Memory.Slabs, Bytes("abc")));
        CollectionEdit grow = keys.Db.Edit(ref entry);
        Bytes(new string('x', 5000)).CopyTo(grow.Packed.Splice(keys.All.Collections.Memory.Slabs, 3, 0, 5000));
        grow.Commit(ref entry);
        keys.All.Validate();
        Assert.Equal(5003, keys.Db.Find(Bytes("k")).Packed.Length);

        CollectionEdit convert = keys.Db.Edit(ref entry);
        nint root = keys.Chains.Create();
        for (int i = 0; i < 100; i++) keys.Chains.Push(root, i);
        convert.Become(ObjectEncoding.HashTable, root);
        convert.Commit(ref entry);
        keys.All.Validate();
        Assert.Equal(100, keys.Chains.CountOf(keys.Db.Find(Bytes("k")).Root));

        CollectionEdit back = keys.Db.Edit(ref entry);
        back.Become(ObjectEncoding.Listpack, Blob.Of(keys.All.Collections.Memory.Slabs, Bytes("z")));
        back.Commit(ref entry);
        keys.All.Validate();
        Assert.Equal("z", Encoding.Latin1.GetString(keys.Db.Find(Bytes("k")).Packed));
        keys.Db.Delete(Bytes("k"));
        Assert.InRange(keys.All.UsedBytes - empty, 0, 256); // The table's first buckets stay.
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public void Whatever_takes_a_collection_away_gives_its_memory_back(int count)
    {
        using TestKeyspace keys = Standalone();
        keys.Set("other", "x");
        Fill(keys, "k", 1);
        keys.Db.Delete(Bytes("k"));
        keys.FreeAll();
        long before = keys.All.Collections.Memory.Slabs.UsedBytes;
        Fill(keys, "k", count);
        keys.Db.Delete(Bytes("k"));
        Settle(keys, before);
        Fill(keys, "k", count);
        keys.Set("k", "a string now");
        keys.Db.Delete(Bytes("k"));
        Settle(keys, before);
        Fill(keys, "k", count);
        keys.Set("k", new string('y', 1000));
        keys.Db.Delete(Bytes("k"));
        Settle(keys, before);
        EntryRef expiring = Fill(keys, "k", count);
        keys.Db.SetExpiry(ref expiring, keys.After(1));
        keys.Pass(5);
        Assert.Null(keys.Get("k"));
        keys.FreeAll();
        keys.All.Validate();
        Fill(keys, "k", count);
        keys.Db.Flush(FreeMode.Later);
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(0, keys.All.PendingFreeCount);
    }

    [Fact]
    public void A_large_collection_is_freed_in_slices_and_does_not_count_meanwhile()
    {
        using TestKeyspace keys = Standalone();
        long before = keys.All.UsedBytes;
        Fill(keys, "k", 50_000);
        keys.Db.Delete(Bytes("k"));
        Assert.InRange(keys.All.UsedBytes - before, 0, 256);
        Assert.Equal(1, keys.All.PendingFreeCount);
        int slices = 0;
        bool done;
        do
        {
            var budget = new SliceBudget(1000);
            done = keys.All.FreeSlice(ref budget);
            slices++;
            Assert.InRange(keys.All.UsedBytes - before, 0, 256);
        }
        while (!done);
        Assert.InRange(slices, 50, 52);
        Assert.Equal(0, keys.All.PendingFreeCount);
    }

    [Theory]
    [InlineData(10, FreeMode.Later, 0)]
    [InlineData(400, FreeMode.Now, 0)]
    [InlineData(400, FreeMode.Later, 1)]
    public void Whoever_asks_for_it_has_a_collection_freed_later_that_is_not_tiny(int count, FreeMode mode, long pending)
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, "k", count);
        keys.Db.Delete(Bytes("k"), mode);
        Assert.Equal(pending, keys.All.PendingFreeCount);
        keys.FreeAll();
        Assert.Equal(0, keys.All.PendingFreeCount);
        keys.All.Validate();
    }

    [Fact]
    public void A_copy_has_elements_of_its_own_and_a_renamed_key_keeps_them()
    {
        using TestKeyspace keys = Standalone();
        EntryRef first = Fill(keys, "a", 1000);
        keys.Db.Copy(first, keys.Db, Bytes("b"));
        EntryRef source = keys.Db.Find(Bytes("a"));
        CollectionEdit edit = keys.Db.Edit(ref source);
        Assert.Equal(999, keys.Chains.Pop(edit.Root));
        edit.Commit(ref source);
        keys.Db.Move(source, keys.All[1], Bytes("c"));
        Assert.Equal(1000, keys.Chains.CountOf(keys.Db.Find(Bytes("b")).Root));
        Assert.Equal(999, keys.Chains.CountOf(keys.All[1].Find(Bytes("c")).Root));
        keys.All.Validate();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void A_walk_tells_a_large_collection_as_it_was_whatever_happens_to_it(int stepsBefore)
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 50; i++) keys.Set("s" + i, "v");
        Fill(keys, "large", 30_000);
        Fill(keys, "small", 10);
        SnapshotWalk walk = keys.All.StartWalk();
        var told = new Dictionary<string, List<long>>();
        var open = new List<string>();
        var page = new SnapshotPage();
        for (int i = 0; i < stepsBefore; i++)
        {
            var one = new SliceBudget(1);
            if (!walk.NextPage(page, ref one)) break;
            Note(page, told, open);
        }

        foreach (string key in (string[])["large", "small"])
        {
            EntryRef entry = keys.Db.Find(Bytes(key));
            CollectionEdit edit = keys.Db.Edit(ref entry);
            for (int i = 0; i < 5; i++) keys.Chains.Pop(edit.Root);
            keys.Chains.Push(edit.Root, -1);
            keys.Chains.Negate(edit.Root, 7);
            edit.Commit(ref entry);
        }

        if (stepsBefore < 1000) Assert.InRange(walk.HeldBytes, 10_000, 100_000); // Of the large one what has changed, not all.
        for (int i = 0; i < Math.Min(3, stepsBefore); i++)
        {
            var one = new SliceBudget(1);
            if (walk.NextPage(page, ref one)) Note(page, told, open);
        }

        EntryRef renamed = keys.Db.Find(Bytes("large"));
        renamed = keys.Db.Move(renamed, keys.All[1], Bytes("elsewhere"));
        keys.Db.Copy(renamed, keys.Db, Bytes("twin"));
        renamed = keys.All[1].Find(Bytes("elsewhere"));
        CollectionEdit second = keys.All[1].Edit(ref renamed);
        keys.Chains.Negate(second.Root, 11);
        second.Commit(ref renamed);

        for (int i = 0; i < 50; i++) keys.Set("s" + i, "w");
        if (stepsBefore != 3) keys.All[1].Delete(Bytes("elsewhere"));
        SliceBudget budget = SliceBudget.Unlimited;
        while (walk.NextPage(page, ref budget)) Note(page, told, open);
        Assert.Equal(Numbers(30_000).Order(), told["large"].Order());
        Assert.Equal(Numbers(10), told["small"]);
        Assert.Equal(52, told.Count);
        Assert.True(walk.IsFinished);
        SnapshotWalk next = keys.All.StartWalk();
        var toldNext = new Dictionary<string, List<long>>();
        SliceBudget all = SliceBudget.Unlimited;
        while (next.NextPage(page, ref all)) Note(page, toldNext, open);
        Assert.Equal(29_996, toldNext["twin"].Count);
        Assert.Equal(stepsBefore == 3, toldNext.ContainsKey("elsewhere"));
        if (stepsBefore == 3) Assert.Equal(29_996, toldNext["elsewhere"].Count);
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
    }

    [Fact]
    public void A_walk_that_is_given_up_amid_a_large_collection_leaves_nothing_behind()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, "large", 30_000);
        for (int i = 0; i < 3; i++)
        {
            SnapshotWalk walk = keys.All.StartWalk();
            var two = new SliceBudget(2);
            walk.NextPage(new SnapshotPage(), ref two);
            walk.Cancel();
        }

        SnapshotWalk whole = keys.All.StartWalk();
        var told = new Dictionary<string, List<long>>();
        var page = new SnapshotPage();
        SliceBudget budget = SliceBudget.Unlimited;
        var open = new List<string>();
        while (whole.NextPage(page, ref budget)) Note(page, told, open);
        Assert.Equal(Numbers(30_000).Order(), told["large"].Order());
    }

    [Fact]
    public void The_first_write_to_a_large_list_takes_one_node_of_it_and_the_walk_tells_it_as_it_was()
    {
        using TestKeyspace keys = Standalone();
        ListChain lists = keys.All.Collections.Lists;
        CollectionEdit build = keys.Db.Build(ObjectType.List);
        build.Become(ObjectEncoding.Quicklist, lists.Create(new ListFill(-2), 0));
        for (int i = 0; i < 20_000; i++) lists.Push(build.Root, atHead: false, Bytes("element " + i));
        build.Store(Bytes("list"));
        SnapshotWalk walk = keys.All.StartWalk();
        EntryRef entry = keys.Db.Find(Bytes("list"));
        CollectionEdit edit = keys.Db.Edit(ref entry);
        lists.Replace(edit.Root, lists.Seek(edit.Root, 10_000), Bytes("other"));
        lists.Push(edit.Root, atHead: false, Bytes("last"));
        edit.Commit(ref entry);
        Assert.InRange(walk.HeldBytes, 8_000, 17_000);
        long used = keys.All.UsedBytes;
        keys.Db.Delete(Bytes("list"));
        Assert.InRange(keys.All.UsedBytes, 0, used / 10);
        var elements = new List<string>();
        var page = new SnapshotPage();
        SliceBudget budget = SliceBudget.Unlimited;
        while (walk.NextPage(page, ref budget))
        {
            foreach (SnapshotRecord record in page)
            {
                for (var reader = new ElementReader(record.Value); !reader.IsAtEnd;)
                {
                    Assert.Equal((byte)ListNodeKind.Packed, reader.Byte());
                    ReadOnlySpan<byte> pack = reader.Bytes();
                    for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at)) elements.Add(Encoding.ASCII.GetString(Listpack.Read(pack, at).Bytes));
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => "element " + i), elements);
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(i => (long)(count - 1 - i));

    private static EntryRef Fill(TestKeyspace keys, string key, int count)
    {
        CollectionEdit build = keys.Db.Build(Chain.Type);
        nint root = keys.Chains.Create();
        for (int i = 0; i < count; i++) keys.Chains.Push(root, i);
        build.Become(ObjectEncoding.HashTable, root);
        EntryRef made = build.Store(Bytes(key));
        keys.All.Validate();
        return made;
    }

    private static void Settle(TestKeyspace keys, long before)
    {
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(before, keys.All.Collections.Memory.Slabs.UsedBytes);
    }

    // Parts of one value must follow one another, with the first and the last marked.
    private static void Note(SnapshotPage page, Dictionary<string, List<long>> told, List<string> open)
    {
        foreach (SnapshotRecord record in page)
        {
            string key = Encoding.Latin1.GetString(record.Key);
            if (open.Count > 0) Assert.Equal(open[0], key);
            Assert.Equal(open.Count == 0, record.IsFirst);
            open.Clear();
            if (!record.IsLast) open.Add(key);
            if (record.IsFirst) told.Add(key, []);
            if (record.Type != Chain.Type) continue;
            var reader = new ElementReader(record.Value);
            while (!reader.IsAtEnd) told[key].Add(reader.Int64());
            if (record.IsLast) Assert.Equal(record.ItemCount, told[key].Count);
        }
    }
}
