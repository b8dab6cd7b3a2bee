using System.Text;
using Xunit;

namespace Hexad.Engine.Tests.Cluster;

public sealed class StartTests
{
    [Fact]
    public void A_node_that_restarts_knows_who_it_is_and_whom_it_knew()
    {
        NodeNet net = NetScene.Three();
        NetHost host = net.Hosts[1];
        string id = NetScene.Id(host);
        host.Kill();
        net.Run(50);
        host.Boot();
        net.Run(1_500);
        Assert.Equal(id, NetScene.Id(host));
        Assert.True(NetScene.Machine(host).IsHealthy);
        Assert.Equal(3, NetScene.Machine(host).Nodes.Count);
    }

    [Theory]
    [InlineData("CLUSTER ADDSLOTSRANGE 0 9", "")]
    [InlineData("CLUSTER DELSLOTS 5 6", "CLUSTER ADDSLOTSRANGE 0 9")]
    [InlineData("CLUSTER FLUSHSLOTS", "CLUSTER ADDSLOTSRANGE 0 9")]
    [InlineData("CLUSTER SETSLOT 7 STABLE", "CLUSTER ADDSLOTSRANGE 0 9")]
    [InlineData("CLUSTER SET-CONFIG-EPOCH 7", "")]
    [InlineData("CLUSTER BUMPEPOCH", "")]
    public void What_an_operator_was_told_holds_after_a_crash_in_the_same_moment(string line, string before)
    {
        (NodeNet net, NetHost host, NetClient client) = NetScene.Fresh();
        if (before.Length > 0) Assert.Equal("+OK\r\n", client.Run(before));
        Assert.StartsWith("+", client.Run(line), System.StringComparison.Ordinal);
        int slots = NetScene.Machine(host).Myself.Slots.Count;
        ulong epoch = NetScene.Machine(host).Myself.ConfigEpoch;
        host.Kill();
        net.Run(20);
        host.Boot();
        net.Run(20);
        Assert.Equal((slots, epoch), (NetScene.Machine(host).Myself.Slots.Count, NetScene.Machine(host).Myself.ConfigEpoch));
    }

    [Fact]
    public void A_torn_nodes_conf_stops_the_start_with_the_reason()
    {
        (NodeNet net, NetHost host, _) = NetScene.Fresh();
        byte[] whole = host.Disk["nodes.conf"];
        for (int length = 1; length < whole.Length; length += 3)
        {
            host.Kill();
            host.Disk["nodes.conf"] = whole[..length];
            host.Boot();
            net.Run(20);
            Assert.Equal(1, host.ExitCode);
            Assert.Contains(host.Lines, line => line.Contains("corrupted cluster config file nodes.conf", System.StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_second_node_on_one_file_stops_with_the_reason()
    {
        (NodeNet net, NetHost first, _) = NetScene.Fresh();
        NetHost second = net.Add(7002, sharesDiskWith: first);
        net.Run(20);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(second.Lines, line => line.Contains("already used by a different Redis Cluster node", System.StringComparison.Ordinal));
        Assert.Null(first.ExitCode);
    }

    [Fact]
    public void Nobody_is_answered_by_a_node_that_ends_because_its_bus_port_is_taken()
    {
        var net = new NodeNet();
        net.TakenPorts.Add(17001);
        NetHost host = net.Add(7001);
        net.Run(20);
        Assert.Equal(1, host.ExitCode);
        Assert.Contains(host.Lines, line => line.Contains("Failed listening on port 17001 (cluster)", System.StringComparison.Ordinal));
        Assert.DoesNotContain(host.Lines, line => line.Contains("Ready to accept", System.StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_too_high_for_the_bus_stops_the_start()
    {
        var net = new NodeNet();
        NetHost host = net.Add(60000);
        net.Run(20);
        Assert.Equal(1, host.ExitCode);
        Assert.Contains(host.Lines, line => line.Contains("55535", System.StringComparison.Ordinal));
    }

    [Fact]
    public void Rubbish_on_the_bus_port_closes_the_link_and_harms_nobody()
    {
        NodeNet net = NetScene.Three();
        NetHost host = net.Hosts[0];
        foreach (string rubbish in new[] { "GET / HTTP/1.1\r\n\r\n", "RCmb\0\0\0\u0001", "RCmb\u00FF\u00FF\u00FF\u00FFxxxx" })
        {
            NetClient stranger = host.ConnectToBus();
            stranger.Send(Encoding.Latin1.GetBytes(rubbish));
            Assert.True(stranger.IsClosed);
        }

        net.Run(1_000);
        Assert.True(NetScene.Machine(host).IsHealthy);
    }
}
