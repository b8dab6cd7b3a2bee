using System;
using System.Collections.Generic;
using Hexad.Engine.Seam;
using Hexad.Engine.Tests.Cluster;
using Xunit;

namespace Hexad.Engine.Tests.Replication;

/// <summary>Nodes that stop in order and come back: they go on where they were, wherever that can be.</summary>
public sealed class RestartTests
{
    private readonly NodeNet _net = NetScene.Three();
    private readonly NetHost _first;
    private readonly NetHost _second;
    private readonly List<NetClient> _clients = [];
    private int _writes;

    public RestartTests()
    {
        _first = _net.Hosts[0];
        _second = _net.Add(7004);
        _net.Run(100);
        _second.Connect().Run("CLUSTER MEET 127.0.0.1 7001");
        Assert.NotEqual(-1, _net.RunUntil(() => NetScene.Machine(_second).Nodes.Count == 4, 20_000));
        Assert.Equal("+OK\r\n", _second.Connect().Run($"CLUSTER REPLICATE {NetScene.Id(_first)}"));
        AwaitUp(_second);
        foreach (NetHost host in _net.Hosts) _clients.Add(host.Connect());
        Write(2_000);
    }

    [Fact]
    public void The_old_primary_of_a_failover_that_restarts_goes_on_where_it_was()
    {
        Assert.Equal("+OK\r\n", _second.Connect().Run("CLUSTER FAILOVER"));
        Write(3_000);
        AwaitUp(_first);
        Restart(_first);
        AwaitUp(_first);
        AssertNoFullResync(_first, _second);
    }

    [Fact]
    public void A_primary_that_hands_over_and_restarts_goes_on_where_it_was()
    {
        Restart(_first);
        AwaitUp(_first);
        AssertNoFullResync(_first, _second);
        Write(1_000);
        Restart(_second);
        AwaitUp(_second);
        Assert.Equal(0, _first.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void A_replica_that_restarts_goes_on_where_it_was()
    {
        long before = _first.Node.Statistics.FullSyncs;
        Restart(_second);
        AwaitUp(_second);
        Assert.Equal(before, _first.Node.Statistics.FullSyncs);
    }

    [Fact]
    public void No_write_is_answered_while_the_last_file_is_being_saved()
    {
        NetHost alone = _net.Hosts[1];
        NetClient client = alone.Connect();
        string key = NetScene.KeyOf(alone);
        alone.Step(() => alone.Node.StopRequested(_net.Time, StopReason.Terminate));
        int answered = 0;
        for (int i = 1; alone.IsUp; i++)
        {
            if (client.Run($"SET {key} {i}") == "+OK\r\n") answered = i;
            _net.Run(1);
        }

        alone.Boot();
        _net.RunUntil(() => alone.Node.Persistence.IsReady && NetScene.Machine(alone).IsHealthy, 20_000);
        string reply = alone.Connect().Run($"GET {key}");
        Assert.Contains(answered == 0 ? "$-1\r\n" : $"\r\n{answered}\r\n", reply, StringComparison.Ordinal);
    }

    private void AssertNoFullResync(NetHost replica, NetHost primary)
    {
        Write(500);
        Assert.True(primary.Node.Replication.IsReplica is false && replica.Node.Replication.IsReplica);
        Assert.Equal((0, true), (primary.Node.Statistics.FullSyncs, primary.Node.Statistics.PartialSyncs > 0));
        Assert.NotEqual(-1, _net.RunUntil(() => replica.Node.Replication.Offset == primary.Node.Replication.Offset, 5_000));
        Assert.Equal(Family.Data(primary), Family.Data(replica));
    }

    private void AwaitUp(NetHost replica) => Assert.NotEqual(-1, _net.RunUntil(() => replica.IsUp && replica.Node.Replication.Replica.IsLinkUp, 20_000));

    /// <summary>Stops a node as SIGTERM does, while clients write, and starts it again.</summary>
    private void Restart(NetHost host)
    {
        host.Step(() => host.Node.StopRequested(_net.Time, StopReason.Terminate));
        for (int i = 0; i < 20_000 && host.IsUp; i++) Write(1);
        Assert.False(host.IsUp);
        Write(2_500);
        host.Boot();
        Write(50);
        _clients[_net.Hosts.IndexOf(host)] = host.Connect();
    }

    /// <summary>Clients of all nodes write keys, some of which end soon, and wait for replicas now and then.</summary>
    private void Write(int ms)
    {
        for (int i = 0; i < ms; i++)
        {
            foreach (NetClient client in _clients)
            {
                if (++_writes % 7 == 0) client.Run($"SET key{_writes} {i} PX {_writes % 300 + 1}");
                else if (_writes % 13 == 0) client.Run("WAIT 1 10");
                else client.Run($"SET key{_writes % 1000} {_writes}");
            }

            _net.Run(1);
        }
    }
}
