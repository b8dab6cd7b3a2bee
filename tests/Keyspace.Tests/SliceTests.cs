using System;
using System.Text;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

/// <summary>How much one step of work on large values does, counted in bytes and units, not in time.</summary>
public class SliceTests
{
    private const int Count = 40_000;
    private const int Units = 64;

    private struct Words : IStreamWords
    {
        public readonly int Count => 2;

        public readonly ReadOnlySpan<byte> this[int index] => index == 0 ? "field"u8 : "value-1234"u8;
    }

    [Theory]
    [InlineData(ObjectType.Set)]
    [InlineData(ObjectType.Hash)]
    [InlineData(ObjectType.SortedSet)]
    [InlineData(ObjectType.List)]
    [InlineData(ObjectType.Stream)]
    [InlineData(ObjectType.String)]
    public void A_slice_frees_no_more_than_it_may(ObjectType type)
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, type, "k");
        long before = keys.All.Collections.Memory.Slabs.UsedBytes;
        keys.Db.Delete(Bytes("k"), FreeMode.Later);
        long most = type == ObjectType.String ? (1 << 20) + 100 : Units * 10_000;
        Assert.InRange(before - keys.All.Collections.Memory.Slabs.UsedBytes, 0, 1000);
        int slices = 0;
        for (bool done = false; !done; slices++)
        {
            long used = keys.All.Collections.Memory.Slabs.UsedBytes;
            var budget = new SliceBudget(Units);
            done = keys.All.FreeSlice(ref budget);
            Assert.InRange(used - keys.All.Collections.Memory.Slabs.UsedBytes, 0, most);
        }

        Assert.InRange(slices, 3, Count);
        Assert.InRange(keys.All.UsedBytes, 0, 10_000);
        keys.All.Validate();
    }

    [Theory]
    [InlineData(ObjectType.Set)]
    [InlineData(ObjectType.Hash)]
    [InlineData(ObjectType.SortedSet)]
    [InlineData(ObjectType.Stream)]
    [InlineData(ObjectType.List)]
    public void A_large_collection_is_moved_in_slices_and_may_change_between_them(ObjectType type)
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 5; i++) keys.Set("other" + i, "x");
        Fill(keys, type, "k", "gone");
        keys.Db.Delete(Bytes("gone"));
        keys.FreeAll();
        long count = CountOf(keys, type), reserved = keys.All.ReservedBytes, used = keys.All.UsedBytes;
        int slices = 0;
        for (bool done = false; !done; slices++)
        {
            if (slices % 10 == 3) Change(keys, type, "k", slices);
            if (slices == 5) keys.Db.Move(keys.Db.Find(Bytes("k")), keys.Db, Bytes("elsewhere"));
            if (slices == 8) keys.Db.Move(keys.Db.Find(Bytes("elsewhere")), keys.Db, Bytes("k"));
            var budget = new SliceBudget(Units);
            done = keys.All.DefragSlice(ref budget);
            Assert.InRange(slices, 0, 100_000);
        }

        EntryRef renamed = keys.Db.Find(Bytes("elsewhere"));
        if (renamed.Found) keys.Db.Move(renamed, keys.Db, Bytes("k"));
        // Once more, for it may have been left out when its name had gone.
        slices = 0;
        for (bool done = false; !done; slices++)
        {
            var budget = new SliceBudget(Units);
            done = keys.All.DefragSlice(ref budget);
        }

        Assert.True(slices > (type is ObjectType.List or ObjectType.Stream ? 2 : 10), $"{slices} slices");
        Assert.InRange(keys.All.UsedBytes, used, used + 100_000);
        if (type != ObjectType.List) Assert.True(keys.All.ReservedBytes <= reserved, $"{reserved} before, {keys.All.ReservedBytes} after");
        Assert.InRange(CountOf(keys, type), count, count + 10_000);
        ICollection structure = keys.All.Collections.Of(type);
        structure.Validate(keys.Db.Find(Bytes("k")).Root);
        keys.All.Validate();
    }

    [Fact]
    public void A_collection_that_a_walk_tells_stays_where_it_is()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, ObjectType.List, "k", "gone");
        keys.Db.Delete(Bytes("gone"));
        keys.FreeAll();
        SnapshotWalk walk = keys.All.StartWalk();
        Change(keys, ObjectType.List, "k", 1);
        nint root = keys.Db.Find(Bytes("k")).Root;
        SliceBudget all = SliceBudget.Unlimited;
        keys.All.DefragSlice(ref all);
        Assert.Equal(root, keys.Db.Find(Bytes("k")).Root);
        walk.Cancel();
        keys.All.Validate();
    }

    [Theory]
    [InlineData(ObjectType.Set)]
    [InlineData(ObjectType.Hash)]
    [InlineData(ObjectType.SortedSet)]
    public void A_growing_table_takes_no_more_than_a_few_pages_at_once(ObjectType type)
    {
        using TestKeyspace keys = Standalone();
        Start(keys, type, "k");
        long longest = 0;
        for (int i = 0; i < 200_000; i++)
        {
            long used = keys.All.UsedBytes;
            Change(keys, type, "k", i);
            longest = Math.Max(longest, keys.All.UsedBytes - used);
        }

        Assert.InRange(longest, 1000, 200_000);
    }

    private static long CountOf(TestKeyspace keys, ObjectType type) => keys.All.Collections.Of(type).CountOf(keys.Db.Find(Bytes("k")).Root);

    private static void Fill(TestKeyspace keys, ObjectType type, params string[] names)
    {
        if (type == ObjectType.String)
        {
            keys.Set(names[0], new string('x', 20 << 20));
            return;
        }

        foreach (string name in names) Start(keys, type, name);
        for (int i = 0; i < Count; i++)
            foreach (string name in names) Change(keys, type, name, i);
    }

    private static void Start(TestKeyspace keys, ObjectType type, string name)
    {
        Collections collections = keys.All.Collections;
        CollectionEdit edit = keys.Db.Build(type);
        (ObjectEncoding encoding, nint root) = type switch
        {
            ObjectType.Set => (ObjectEncoding.HashTable, collections.Members.Create(isHash: false, 0)),
            ObjectType.Hash => (ObjectEncoding.HashTable, collections.Members.Create(isHash: true, 0)),
            ObjectType.SortedSet => (ObjectEncoding.SkipList, collections.SortedSets.Create()),
            ObjectType.List => (ObjectEncoding.Quicklist, collections.Lists.Create(new ListFill(-2), 0)),
            _ => (ObjectEncoding.Stream, collections.Streams.Create()),
        };
        edit.Become(encoding, root);
        edit.Store(Bytes(name));
    }

    private static void Change(TestKeyspace keys, ObjectType type, string name, int i)
    {
        EntryRef entry = keys.Db.Find(Bytes(name));
        if (!entry.Found) return;
        Collections collections = keys.All.Collections;
        CollectionEdit edit = keys.Db.Edit(ref entry);
        byte[] text = Encoding.ASCII.GetBytes($"member:{i}");
        switch (type)
        {
            case ObjectType.Set:
                collections.Members.Add(edit.Root, text);
                break;
            case ObjectType.Hash:
                collections.Members.Set(edit.Root, text, "a value"u8, i % 3 == 0 ? keys.After(1_000_000).Value : 0);
                break;
            case ObjectType.SortedSet:
                SortedPlace place = collections.SortedSets.Find(edit.Root, text);
                if (!place.Found) collections.SortedSets.Insert(edit.Root, place, text, i * 7919 % 10_007);
                break;
            case ObjectType.List:
                collections.Lists.Push(edit.Root, atHead: i % 2 == 0, text);
                break;
            default:
                var words = default(Words);
                StreamTree.FactsOf(edit.Root).LastId.TryNext(out StreamId next);
                collections.Streams.Append(edit.Root, next, ref words, new StreamNodeLimits(4096, 100));
                break;
        }

        edit.Commit(ref entry);
    }
}
