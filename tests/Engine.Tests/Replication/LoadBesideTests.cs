using System;
using Hexad.Engine.Tests.Cluster;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

/// <summary>repl-diskless-load swapdb: what a replica has stays, and is served, until the new is whole.</summary>
public sealed class LoadBesideTests
{
    private readonly Family _family = new();
    private readonly NetHost _primary;
    private readonly NetHost _replica;

    public LoadBesideTests()
    {
        _primary = _family.Add(6379, options => options.BacklogSizeBytes = 16_384);
        for (int i = 0; i < 5000; i++) _family.Run(_primary, $"SET key:{i} {i}");
        _replica = _family.Add(6380, options => options.DisklessLoad = DisklessLoad.SwapDatabase);
    }

    [Fact]
    public void Data_of_another_history_is_kept_though_not_served_and_then_exchanged()
    {
        _family.Run(_replica, "SET mine old");
        _family.Run(_replica, "REPLICAOF 127.0.0.1 6379");
        Assert.NotEqual(-1, _family.Net.RunUntil(() => _replica.Node.Persistence.IsLoading, 5000));
        Assert.StartsWith("-LOADING", _replica.Connect().Run("GET mine"), StringComparison.Ordinal);
        Assert.Equal(1, _replica.Node.Databases.KeyCount);
        _family.AwaitUp(_replica);
        _family.AwaitSame(_replica, _primary);
        Assert.Contains(_replica.Lines, line => line.Contains("Swapping active DB with loaded DB", StringComparison.Ordinal));
        _replica.Node.Databases.Validate();
    }

    [Fact]
    public void Data_of_the_same_history_is_served_meanwhile()
    {
        _family.Follow(_replica, _primary);
        _family.Run(_primary, "SET was here");
        _family.AwaitSame(_replica, _primary);
        LoseTrack();
        Assert.NotEqual(-1, _family.Net.RunUntil(() => _replica.Node.Persistence.IsLoading, 60_000));
        NetClient reader = _replica.Connect();
        Assert.Equal("$4\r\nhere\r\n", reader.Run("GET was"));
        Assert.Contains("async_loading:1", reader.Run("INFO persistence"), StringComparison.Ordinal);
        Assert.StartsWith("-LOADING", reader.Run("BGSAVE"), StringComparison.Ordinal);
        _family.AwaitUp(_replica);
        _family.AwaitSame(_replica, _primary);
        Assert.Equal(2, _primary.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void A_snapshot_that_never_gets_whole_takes_nothing_away()
    {
        _family.Follow(_replica, _primary);
        _family.AwaitSame(_replica, _primary);
        string before = Family.Data(_replica);
        LoseTrack();
        Assert.NotEqual(-1, _family.Net.RunUntil(() => _replica.Node.Persistence.IsLoading, 60_000));
        _primary.Kill();
        _family.Net.Run(200);
        Assert.False(_replica.Node.Persistence.IsLoading);
        Assert.Equal(before, Family.Data(_replica));
        _replica.Node.Databases.Validate();
    }

    // The link breaks and more is written than the backlog holds.
    private void LoseTrack()
    {
        _primary.Connect().Run("CLIENT KILL TYPE replica");
        for (int i = 0; i < 100; i++) _primary.Connect().Run($"SET large:{i} {new string('x', 1000)}");
    }
}
