using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class SnapshotTests
{
    [Fact]
    public void A_flush_under_a_walk_takes_nothing_from_it()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, 1000, "old");
        SnapshotWalk walk = keys.All.StartWalk();
        Take(walk, 10);
        keys.All.Flush(FreeMode.Now);
        Fill(keys, 1000, "new");
        List<string> rest = Drain(walk);
        Assert.DoesNotContain(rest, record => record.Contains("new"));
        Assert.Equal(1000, walk.KeysDone);
        keys.FreeAll();
        keys.All.Validate();
    }

    [Fact]
    public void What_is_flushed_away_under_a_walk_counts_as_held_by_it_and_not_as_used()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, 1000, new string('x', 1000));
        long used = keys.All.UsedBytes;
        SnapshotWalk walk = keys.All.StartWalk();
        keys.Db.Flush(FreeMode.Later);
        Assert.InRange(keys.All.UsedBytes, 0, used / 10);
        Assert.InRange(keys.All.SnapshotHeldBytes, 1_000_000, used);
        Assert.Equal(1000, Drain(walk).Count);
        keys.FreeAll();
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
        Assert.Equal(0, keys.All.PendingFreeCount);
    }

    [Fact]
    public void Old_values_wait_outside_the_memory_that_is_counted()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", new string('x', 10_000));
        SnapshotWalk walk = keys.All.StartWalk();
        keys.Set("k", "1");
        Assert.InRange(walk.HeldBytes, 10_000, 11_000);
        Assert.InRange(keys.All.UsedBytes, 0, 2_000);
        Assert.Equal(["0:k=" + new string('x', 10_000)], Drain(walk));
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
    }

    [Fact]
    public void A_swap_of_databases_under_a_walk_leaves_keys_under_their_old_number()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("a", "1", database: 0);
        keys.Set("b", "2", database: 1);
        SnapshotWalk walk = keys.All.StartWalk();
        keys.All.Swap(0, 1);
        keys.Set("b", "3", database: 0);
        keys.All[1].Delete("a"u8);
        Assert.Equal(["0:a=1", "1:b=2"], Drain(walk).Order());
        Assert.Equal(1, walk.SizeOf(0).Keys);
    }

    [Fact]
    public void A_moved_key_is_told_once_under_its_old_name()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("a", "1");
        SnapshotWalk walk = keys.All.StartWalk();
        keys.Db.Move(keys.Db.Find("a"u8), keys.All[2], "z"u8);
        Assert.Equal(["0:a=1"], Drain(walk));
        Assert.Equal("1", keys.Get("z", 2));
    }

    [Fact]
    public void A_walk_of_one_slot_runs_beside_one_of_the_whole_node()
    {
        using TestKeyspace keys = Cluster();
        for (int i = 0; i < 200; i++) keys.Set($"{{a}}{i}", "old");
        for (int i = 0; i < 200; i++) keys.Set($"{{b}}{i}", "old");
        SlotIndex a = SlotIndex.Of("a"u8);
        SnapshotWalk whole = keys.All.StartWalk();
        for (int i = 0; i < 100; i++) keys.Set($"{{a}}{i}", "new");
        SnapshotWalk slot = keys.All.StartWalk(a);
        for (int i = 50; i < 150; i++) keys.Set($"{{a}}{i}", "newer");
        keys.Db.FlushSlot(a, FreeMode.Now);
        List<string> all = Drain(whole), ofSlot = Drain(slot);
        Assert.Equal(400, all.Count);
        Assert.All(all, record => Assert.EndsWith("=old", record));
        Assert.Equal(200, ofSlot.Count);
        Assert.Equal(100, ofSlot.Count(record => record.EndsWith("=new", System.StringComparison.Ordinal)));
        Assert.Equal(200, slot.KeyCount);
        Assert.True(keys.All.CanStartWalk);
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(0, keys.All.SnapshotHeldBytes);
    }

    [Fact]
    public void A_slot_that_was_dropped_and_filled_again_under_a_walk_is_told_as_it_was()
    {
        using TestKeyspace keys = Cluster();
        for (int i = 0; i < 200; i++) keys.Set($"{{a}}{i}", "old");
        SnapshotWalk walk = keys.All.StartWalk();
        Take(walk, 30);
        keys.Db.FlushSlot(SlotIndex.Of("a"u8), FreeMode.Later);
        for (int i = 0; i < 300; i++) keys.Set($"{{a}}{i}", "new");
        Drain(walk);
        Assert.Equal(200, walk.KeysDone);
        keys.FreeAll();
        keys.All.Validate();
        Assert.Equal(300, keys.Db.KeyCount);
    }

    [Fact]
    public void Any_number_of_walks_may_be_given_up()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, 300, "v");
        for (int i = 0; i < 600; i++)
        {
            SnapshotWalk given = keys.All.StartWalk();
            Take(given, i % 40);
            keys.Set("key" + i % 300, "w");
            given.Cancel();
            Assert.True(given.IsFinished);
        }

        Assert.Equal(300, Drain(keys.All.StartWalk()).Count);
    }

    [Fact]
    public void Many_walks_in_a_row_each_tell_everything()
    {
        using TestKeyspace keys = Standalone();
        Fill(keys, 50, "v");
        for (int i = 0; i < 600; i++) Assert.Equal(50, Drain(keys.All.StartWalk()).Count);
    }

    [Fact]
    public void An_expiry_under_a_walk_hands_the_key_over_first()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(5)));
        SnapshotWalk walk = keys.All.StartWalk();
        keys.Pass(10);
        Assert.Null(keys.Get("k"));
        Assert.Equal(["0:k=v"], Drain(walk));
    }

    [Fact]
    public void A_record_carries_type_expiry_and_access()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "77", Lifetime.Until(keys.After(5000)));
        keys.Pass(3000);
        SnapshotWalk walk = keys.All.StartWalk();
        var page = new SnapshotPage();
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.True(walk.NextPage(page, ref budget));
        foreach (SnapshotRecord record in page)
        {
            Assert.Equal(ObjectType.String, record.Type);
            Assert.Equal(ObjectEncoding.Int, record.Encoding);
            Assert.Equal(keys.After(2000), record.Expiry);
            Assert.Equal(3u, record.IdleSeconds);
        }

        Assert.False(walk.NextPage(page, ref budget));
    }

    private static void Fill(TestKeyspace keys, int count, string value)
    {
        for (int i = 0; i < count; i++) keys.Set("key" + i, value);
    }

    private static void Take(SnapshotWalk walk, int units)
    {
        var budget = new SliceBudget(units);
        walk.NextPage(new SnapshotPage(), ref budget);
    }

    private static List<string> Drain(SnapshotWalk walk)
    {
        var told = new List<string>();
        var page = new SnapshotPage();
        bool more;
        do
        {
            var budget = new SliceBudget(100);
            more = walk.NextPage(page, ref budget);
            foreach (SnapshotRecord record in page)
            {
                string value = record.Encoding == ObjectEncoding.Int ? System.BitConverter.ToInt64(record.Value).ToString() : Encoding.Latin1.GetString(record.Value);
                told.Add($"{record.Database}:{Encoding.Latin1.GetString(record.Key)}={value}");
            }
        }
        while (more);
        return told;
    }
}
