using System;
using System.Linq;
using Hexad.Core;
using Xunit;
using static Hexad.Keyspace.Tests.TestKeyspace;

namespace Hexad.Keyspace.Tests;

public class EvictionTests
{
    [Fact]
    public void Without_a_policy_nothing_is_evicted()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v");
        Assert.False(keys.All.EvictOne());
    }

    [Theory]
    [InlineData(EvictionPolicy.AllKeysLru)]
    [InlineData(EvictionPolicy.AllKeysLfu)]
    [InlineData(EvictionPolicy.AllKeysRandom)]
    [InlineData(EvictionPolicy.VolatileLru)]
    [InlineData(EvictionPolicy.VolatileLfu)]
    [InlineData(EvictionPolicy.VolatileRandom)]
    [InlineData(EvictionPolicy.VolatileTtl)]
    public void Every_policy_evicts_until_nothing_that_it_allows_is_left(EvictionPolicy policy)
    {
        using TestKeyspace keys = Standalone();
        keys.All.Eviction.Policy = policy;
        for (int i = 0; i < 300; i++) keys.Set("k" + i, "v", i % 3 == 0 ? Lifetime.Until(keys.After(100_000 + i)) : Lifetime.Forever, database: i % 2);
        int evicted = 0;
        while (keys.All.EvictOne()) evicted++;
        bool isVolatile = policy.ToString().StartsWith("Volatile", StringComparison.Ordinal);
        Assert.Equal(isVolatile ? 100 : 300, evicted);
        Assert.Equal(evicted, keys.Evicted.Distinct().Count());
        Assert.Equal(300 - evicted, keys.All.KeyCount);
        keys.All.Validate();
    }

    [Fact]
    public void Slot_tables_are_evicted_from_as_well()
    {
        using TestKeyspace keys = Cluster();
        keys.All.Eviction.Policy = EvictionPolicy.AllKeysLru;
        for (int i = 0; i < 1000; i++) keys.Set("k" + i, "v");
        keys.All.CommandSlot = 5;
        for (int i = 0; i < 1000; i++) Assert.True(keys.All.EvictOne());
        Assert.Equal(0, keys.All.KeyCount);
    }

    [Fact]
    public void Lru_evicts_mostly_what_was_not_used_lately()
    {
        using TestKeyspace keys = Standalone();
        keys.All.Eviction.Policy = EvictionPolicy.AllKeysLru;
        for (int i = 0; i < 2000; i++) keys.Set("k" + i, "v");
        keys.Pass(100_000);
        for (int i = 1000; i < 2000; i++) keys.Get("k" + i);
        for (int i = 0; i < 500; i++) Assert.True(keys.All.EvictOne());
        Assert.InRange(keys.Evicted.Count(key => int.Parse(key.AsSpan(3)) < 1000), 480, 500);
    }

    [Fact]
    public void Lfu_evicts_mostly_what_is_used_seldom()
    {
        using TestKeyspace keys = Standalone();
        keys.All.Eviction.Policy = EvictionPolicy.AllKeysLfu;
        for (int i = 0; i < 2000; i++) keys.Set("k" + i, "v");
        for (int use = 0; use < 50; use++) for (int i = 1000; i < 2000; i++) keys.Get("k" + i);
        for (int i = 0; i < 500; i++) Assert.True(keys.All.EvictOne());
        Assert.InRange(keys.Evicted.Count(key => int.Parse(key.AsSpan(3)) < 1000), 480, 500);
    }

    [Fact]
    public void Ttl_evicts_what_would_expire_soonest()
    {
        using TestKeyspace keys = Standalone();
        keys.All.Eviction.Policy = EvictionPolicy.VolatileTtl;
        for (int i = 0; i < 2000; i++) keys.Set("k" + i, "v", Lifetime.Until(keys.After(1_000_000 + i * 10_000)));
        for (int i = 0; i < 200; i++) Assert.True(keys.All.EvictOne());
        Assert.InRange(keys.Evicted.Average(key => int.Parse(key.AsSpan(3))), 0, 600);
    }

    [Fact]
    public void Idle_time_counts_from_the_last_use_unless_the_client_asked_not_to_touch()
    {
        using TestKeyspace keys = Standalone();
        keys.Set("k", "v");
        keys.Pass(7_000);
        Assert.Equal(7, keys.Db.IdleSeconds(keys.Db.Peek("k"u8)));
        keys.All.NoTouch = true;
        keys.Get("k");
        Assert.Equal(7, keys.Db.IdleSeconds(keys.Db.Peek("k"u8)));
        keys.All.NoTouch = false;
        keys.Get("k");
        Assert.Equal(0, keys.Db.IdleSeconds(keys.Db.Peek("k"u8)));
        keys.Db.SetIdleSeconds(keys.Db.Peek("k"u8), 1000);
        Assert.Equal(1000, keys.Db.IdleSeconds(keys.Db.Peek("k"u8)));
    }

    [Fact]
    public void A_counter_of_use_begins_at_five_grows_slowly_and_decays_by_the_minute()
    {
        using TestKeyspace keys = Standalone();
        keys.All.Eviction.Policy = EvictionPolicy.AllKeysLfu;
        keys.Set("k", "v");
        Assert.Equal(5, keys.Db.Frequency(keys.Db.Peek("k"u8)));
        for (int i = 0; i < 1000; i++) keys.Get("k");
        int grown = keys.Db.Frequency(keys.Db.Peek("k"u8));
        Assert.InRange(grown, 10, 30);
        keys.Pass(3 * 60_000);
        Assert.Equal(grown - 3, keys.Db.Frequency(keys.Db.Peek("k"u8)));
        keys.Set("k", "w");
        Assert.InRange(keys.Db.Frequency(keys.Db.Peek("k"u8)), 5, grown);
        keys.Db.SetFrequency(keys.Db.Peek("k"u8), 200);
        Assert.Equal(200, keys.Db.Frequency(keys.Db.Peek("k"u8)));
    }
}
