using Hexad.Core;
using Hexad.Structures;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class ExpiryTests
{
    [Fact]
    public void A_key_is_there_for_the_whole_millisecond_that_its_expiry_names()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(10)));
        keys.Pass(10);
        Assert.Equal("v", keys.Get("k"));
        keys.Pass(1);
        Assert.Null(keys.Get("k"));
    }

    [Fact]
    public void A_primary_removes_an_expired_key_that_it_finds_and_reports_it_once()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(10)), database: 2);
        keys.Pass(11);
        Assert.Null(keys.Get("k", 2));
        Assert.Null(keys.Get("k", 2));
        Assert.Equal(["2:k"], keys.Expired);
        Assert.Equal(0, keys.All[2].KeyCount);
        Assert.Equal(0, keys.All[2].VolatileCount);
    }

    [Fact]
    public void A_replica_hides_an_expired_key_and_keeps_it()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(10)));
        keys.Pass(11);
        keys.All.Expired = ExpiredKeys.Hide;
        Assert.Null(keys.Get("k"));
        Assert.False(keys.Db.Delete("k"u8));
        Assert.Equal(1, keys.Db.KeyCount);
        Assert.Empty(keys.Expired);
    }

    [Fact]
    public void What_applies_a_stream_finds_expired_keys_as_any_others()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(10)));
        keys.Pass(11);
        keys.All.Expired = ExpiredKeys.Ignore;
        Assert.Equal("v", keys.Get("k"));
        Assert.True(keys.Db.Delete("k"u8));
    }

    [Fact]
    public void Keeping_the_expiry_of_an_expired_key_does_not_bring_it_back()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v", Lifetime.Until(keys.After(10)));
        keys.Pass(11);
        EntryRef entry = keys.Set("k", "w", Lifetime.Keep);
        Assert.False(entry.HasExpiry);
        Assert.Equal(["0:k"], keys.Expired);
    }

    [Fact]
    public void Active_expiry_removes_what_is_due_and_nothing_else()
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 10_000; i++) keys.Set("k" + i, "v", i % 2 == 0 ? Lifetime.Until(keys.After(i)) : Lifetime.Forever, database: i % 3);
        keys.Pass(5001);
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.Equal(2501, keys.All.ActiveExpireSlice(ref budget));
        Assert.Equal(7499, keys.All.KeyCount);
        Assert.Equal(2501, keys.Expired.Count);
        keys.All.Validate();
    }

    [Fact]
    public void Active_expiry_goes_on_where_its_budget_ended()
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 1000; i++) keys.Set("k" + i, "v", Lifetime.Until(keys.After(1)), database: i % 3);
        keys.Pass(10);
        int slices = 0;
        for (; keys.All.KeyCount > 0; slices++)
        {
            Assert.True(slices < 1000);
            var budget = new SliceBudget(20);
            keys.All.ActiveExpireSlice(ref budget);
        }

        Assert.InRange(slices, 50, 300);
        Assert.Equal(1000, keys.Expired.Count);
    }

    [Fact]
    public void Keys_of_a_dropped_slot_are_not_reported_as_expired()
    {
        using TestKeyspace keys = Cluster();
        keys.Set("{a}1", "v", Lifetime.Until(keys.After(1)));
        keys.Set("{b}1", "v", Lifetime.Until(keys.After(1)));
        keys.Db.FlushSlot(SlotIndex.Of("{a}1"u8), FreeMode.Later);
        keys.Pass(10);
        SliceBudget budget = SliceBudget.Unlimited;
        Assert.Equal(1, keys.All.ActiveExpireSlice(ref budget));
        Assert.Equal(["0:{b}1"], keys.Expired);
        keys.FreeAll();
        keys.All.Validate();
    }

    [Fact]
    public void The_mean_time_to_live_is_near_the_truth()
    {
        using TestKeyspace keys = Standalone();
        for (int i = 0; i < 1000; i++) keys.Set("k" + i, "v", Lifetime.Until(keys.After(10_000)));
        Assert.InRange(keys.Db.AverageTtlMs, 9_900, 10_000);
        Assert.Equal(0, keys.All[1].AverageTtlMs);
    }
}
