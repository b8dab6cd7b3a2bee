using System;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Cluster;

/// <summary>Clusters of production nodes for tests.</summary>
internal static class NetScene
{
    public static (NodeNet Net, NetHost Host, NetClient Client) Fresh(Action<NodeOptions>? change = null)
    {
        var net = new NodeNet();
        NetHost host = net.Add(7001, change);
        net.Run(100);
        return (net, host, host.Connect());
    }

    /// <summary>Three primaries with a third of the slots each.</summary>
    public static NodeNet Three(Action<NodeOptions>? change = null)
    {
        var net = new NodeNet();
        for (int i = 0; i < 3; i++) net.Add(7001 + i, change);
        net.Run(100);
        string[] ranges = ["0 5460", "5461 10922", "10923 16383"];
        for (int i = 0; i < 3; i++)
        {
            NetClient client = net.Hosts[i].Connect();
            Assert.Equal("+OK\r\n", client.Run($"CLUSTER ADDSLOTSRANGE {ranges[i]}"));
            Assert.Equal("+OK\r\n", client.Run($"CLUSTER SET-CONFIG-EPOCH {i + 1}"));
        }

        NetClient first = net.Hosts[0].Connect();
        for (int i = 1; i < 3; i++) Assert.Equal("+OK\r\n", first.Run($"CLUSTER MEET 127.0.0.1 {7001 + i}"));
        Assert.True(net.RunUntil(() => net.Hosts.TrueForAll(h => Machine(h).IsHealthy && Machine(h).Nodes.Count == 3), 20_000) >= 0);
        return net;
    }

    public static ClusterMachine Machine(NetHost host) => host.Node.Cluster!.Machine;

    public static string Id(NetHost host) => Machine(host).Myself.Id.ToString();

    /// <summary>A key whose slot belongs to that node.</summary>
    public static string KeyOf(NetHost host)
    {
        for (int i = 0; ; i++)
        {
            string key = $"key{i}";
            if (Machine(host).Slots.Owner(SlotIndex.Of(System.Text.Encoding.ASCII.GetBytes(key)).Value) == Machine(host).Myself) return key;
        }
    }
}
