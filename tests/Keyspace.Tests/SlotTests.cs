using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Core;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class SlotTests
{
    [Fact]
    public void Counts_and_keys_of_a_slot_are_those_of_its_keys()
    {
        using TestKeyspace keys = Cluster();
        for (int i = 0; i < 100; i++) keys.Set($"{{a}}{i}", "v");
        for (int i = 0; i < 50; i++) keys.Set($"{{b}}{i}", "v");
        SlotIndex a = SlotIndex.Of("a"u8);
        Assert.Equal(100, keys.Db.CountInSlot(a));
        var buffer = new KeyBuffer();
        keys.Db.KeysInSlot(a, 1000, buffer);
        Assert.Equal(100, buffer.Count);
        Assert.Equal(100, Texts(buffer).Distinct().Count());
        buffer.Clear();
        keys.Db.KeysInSlot(a, 10, buffer);
        Assert.Equal(10, buffer.Count);
        keys.Db.FlushSlot(a, FreeMode.Now);
        Assert.Equal(0, keys.Db.CountInSlot(a));
        Assert.Equal(50, keys.Db.KeyCount);
    }

    [Fact]
    public void A_handle_keeps_every_slot_and_place_apart()
    {
        using TestKeyspace keys = Cluster();
        var slots = new HashSet<int>();
        for (int i = 0; slots.Count < SlotIndex.Count; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes("key" + i);
            if (!slots.Add(SlotIndex.Of(key).Value)) continue;
            keys.Set("key" + i, "v");
            EntryRef found = keys.Db.Find(key);
            Assert.Equal((true, SlotIndex.Of(key).Value), (found.Found, found.Slot));
            Assert.Equal(found.Entry.Block, Structures.NativeTable.BlockAt(found.Place));
        }

        Assert.False(keys.Db.Find("none"u8).Found);
        Assert.Throws<InvariantFailedException>(static () => new EntryRef((nint)1 << 48, 0));
    }

    [Fact]
    public void A_scan_of_slot_tables_tells_every_key_and_ends()
    {
        using TestKeyspace keys = Cluster();
        for (int i = 0; i < 20_000; i++) keys.Set("key" + i, "v");
        var told = new HashSet<string>();
        var buffer = new KeyBuffer();
        ulong cursor = 0;
        do
        {
            cursor = keys.Db.Scan(cursor, buffer);
            told.UnionWith(Texts(buffer));
            buffer.Clear();
        }
        while (cursor != 0);
        Assert.Equal(20_000, told.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cursor_that_nobody_gave_out_does_no_harm(bool cluster)
    {
        using TestKeyspace keys = cluster ? Cluster() : Standalone();
        for (int i = 0; i < 3000; i++) keys.Set("key" + i, "v");
        var dice = new Dice(3);
        var buffer = new KeyBuffer();
        for (int i = 0; i < 1000; i++) keys.Db.Scan(dice.Next() >> dice.Below(64), buffer);
        for (int i = 0; i < buffer.Count; i++) Assert.StartsWith("key", Encoding.Latin1.GetString(buffer[i]));
    }

    [Fact]
    public void A_random_key_is_chosen_evenly_among_slots_of_different_size()
    {
        using TestKeyspace keys = Cluster();
        for (int i = 0; i < 900; i++) keys.Set($"{{big}}{i}", "v");
        for (int i = 0; i < 100; i++) keys.Set($"k{i}", "v");
        int big = Enumerable.Range(0, 10_000).Count(_ => Encoding.Latin1.GetString(keys.Db.Random().Key).StartsWith("{big}", System.StringComparison.Ordinal));
        Assert.InRange(big, 8_800, 9_200);
    }

    [Fact]
    public void A_random_key_is_not_an_expired_one()
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 100; i++) keys.Set($"k{i}", "v", Lifetime.Until(keys.After(1)));
        keys.Set("alive", "v");
        keys.Pass(10);
        for (int i = 0; i < 20; i++) Assert.Equal("alive", Encoding.Latin1.GetString(keys.Db.Random().Key));
        keys.Db.Delete("alive"u8);
        Assert.False(keys.Db.Random().Found);
        Assert.Equal(0, keys.Db.KeyCount);
    }

    [Fact]
    public void An_empty_cluster_takes_half_a_megabyte()
    {
        using TestKeyspace keys = Cluster();
        Assert.InRange(keys.All.UsedBytes, 0, SlotIndex.Count * 32 + 1024);
    }

    private static IEnumerable<string> Texts(KeyBuffer buffer) => Enumerable.Range(0, buffer.Count).Select(i => Encoding.Latin1.GetString(buffer[i]));
}
