using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Memory;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

/// <summary>Packed values that stand in their entries while they are small.</summary>
public class SmallValueTests
{
    [Theory]
    [InlineData(ObjectType.Hash, ObjectEncoding.Listpack)]
    [InlineData(ObjectType.Set, ObjectEncoding.Listpack)]
    [InlineData(ObjectType.SortedSet, ObjectEncoding.Listpack)]
    public void A_pack_reads_the_same_wherever_it_stands_while_it_grows_and_shrinks(ObjectType type, ObjectEncoding encoding)
    {
        using TestKeyspace keys = Standalone();
        using var beside = new SlabAllocator();
        SlabAllocator slabs = keys.All.Collections.Memory.Slabs;
        var dice = new Dice(3);
        Blob model = Listpack.Create(beside);
        keys.Db.Create(Bytes("k"), type, encoding, Listpack.Create(slabs));
        bool grows = true;
        var encounters = new HashSet<bool>();
        for (int i = 0; i < 3000; i++)
        {
            EntryRef entry = keys.Db.Find(Bytes("k"));
            if (dice.Below(20) == 0) keys.Db.SetExpiry(ref entry, keys.After(100_000));
            if (dice.Below(20) == 0) keys.Db.Persist(ref entry);
            CollectionEdit edit = keys.Db.Edit(ref entry);
            for (int changes = dice.Below(4); changes >= 0; changes--) Change(dice, grows, slabs, ref edit.Packed, beside, ref model);
            edit.Commit(ref entry);
            if (model.Length > 700) grows = false;
            if (model.Length < 50) grows = true;
            Assert.True(model.Bytes.SequenceEqual(keys.All.Collections.PackOf(entry)));
            Assert.True(model.Bytes.SequenceEqual(keys.All.Collections.PackOf(keys.Db.Find(Bytes("k")))));
            encounters.Add(keys.Db.MemoryUsage(entry) > 400);
            if (i % 100 == 0)
            {
                keys.Db.Copy(entry, keys.Db, Bytes("copy"));
                EntryRef moved = keys.Db.Move(keys.Db.Find(Bytes("copy")), keys.Db, Bytes("moved"));
                Assert.True(model.Bytes.SequenceEqual(keys.All.Collections.PackOf(moved)));
                keys.All.Validate();
            }
        }

        Assert.Equal(2, encounters.Count);
        keys.Set("k", "a string");
        Assert.Equal("a string", keys.Get("k"));
        keys.All.Validate();
        model.Free(beside);
    }

    [Fact]
    public void A_small_hash_takes_its_key_its_bytes_and_eight_more()
    {
        using TestKeyspace keys = Standalone();
        SlabAllocator slabs = keys.All.Collections.Memory.Slabs;
        Blob pack = Listpack.Create(slabs);
        for (int i = 0; i < 16; i++) Listpack.Append(slabs, ref pack, Bytes("text:" + i));
        keys.Set("other", "x");
        long before = keys.All.UsedBytes - pack.Charge;
        keys.Db.Create(Bytes("key"), ObjectType.Hash, ObjectEncoding.Listpack, pack);
        Assert.Equal(SlabAllocator.ChargeOf(8 + 3 + 10 * 7 + 6 * 8), keys.All.UsedBytes - before);
    }

    private static void Change(Dice dice, bool grows, SlabAllocator slabs, ref Blob pack, SlabAllocator beside, ref Blob model)
    {
        if (dice.Below(4) > 0 == grows || Listpack.IsEmpty(model.Bytes))
        {
            var text = new byte[dice.Below(30)];
            text.AsSpan().Fill((byte)('a' + dice.Below(26)));
            Listpack.Append(slabs, ref pack, text);
            Listpack.Append(beside, ref model, text);
            return;
        }

        int index = dice.Below(Listpack.Count(model.Bytes));
        Listpack.DeleteRange(slabs, ref pack, index, 1);
        Listpack.DeleteRange(beside, ref model, index, 1);
    }
}
