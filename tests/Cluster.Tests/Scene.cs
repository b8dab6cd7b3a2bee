using System;
using System.Collections.Generic;
using Hexad.Core;
using Xunit;

namespace Hexad.Cluster.Tests;

/// <summary>Clusters as tests need them: so many primaries with equal shares of the slots, so many replicas each.</summary>
internal static class Scene
{
    /// <summary>Primaries come first, then the first replica of each, then the second ones.</summary>
    public static TestNetwork Cluster(int primaries = 3, int replicasEach = 1, Action<ClusterSettings>? settings = null)
    {
        var network = new TestNetwork();
        for (int i = 0; i < primaries * (1 + replicasEach); i++) network.Add(settings);
        List<TestNode> nodes = network.Nodes;
        for (int i = 0; i < primaries; i++)
        {
            int first = i * SlotIndex.Count / primaries, last = (i + 1) * SlotIndex.Count / primaries - 1;
            Assert.Null(nodes[i].Do(op => op.AddSlots([(first, last)])));
            Assert.Null(nodes[i].Do(op => op.SetConfigEpoch(i + 1)));
        }

        for (int i = 1; i < nodes.Count; i++) Assert.Null(nodes[0].Do(op => op.Meet(TestNode.Address, nodes[i].Port)));
        Assert.True(network.RunUntil(() => nodes.TrueForAll(node => KnowsAll(node, nodes.Count)), 20_000) >= 0, "the nodes did not all meet");
        for (int i = primaries; i < nodes.Count; i++)
        {
            string primary = nodes[i % primaries].Id.ToString();
            Assert.Null(nodes[i].Do(op => op.Replicate(primary)));
        }

        Assert.True(network.RunUntil(() => Agrees(network, primaries), 30_000) >= 0, "the cluster did not come up");
        for (int i = 0; i < primaries; i++) nodes[i].Write(100);
        network.Run(3_000);
        return network;
    }

    /// <summary>All living nodes are healthy and see the same owner of every slot.</summary>
    public static bool Agrees(TestNetwork network, int primaries)
    {
        TestNode? first = network.Nodes.Find(node => node.IsUp);
        return network.Nodes.TrueForAll(node => !node.IsUp || (node.Machine.IsHealthy && node.Machine.Size == primaries && SameOwners(first!, node)));
    }

    public static bool SameOwners(TestNode a, TestNode b)
    {
        for (int slot = 0; slot < SlotIndex.Count; slot += 64)
        {
            if (a.Machine.Slots.Owner(slot)?.Id != b.Machine.Slots.Owner(slot)?.Id) return false;
        }

        return true;
    }

    /// <summary>What one node thinks of another.</summary>
    public static ClusterNode View(TestNode viewer, TestNode node) => viewer.Machine.Nodes.Find(node.Id)!;

    /// <summary>Whether someone that lives serves every slot of a healthy cluster.</summary>
    public static bool Serves(TestNode node) => node is { IsUp: true, IsSilent: false } && node.IsPrimary && node.Machine.IsHealthy && node.Machine.Myself.Slots.Count > 0;

    private static bool KnowsAll(TestNode node, int count)
    {
        if (node.Machine.Nodes.Count != count) return false;
        foreach (ClusterNode known in node.Machine.Nodes.All)
        {
            if (known.InHandshake || (!known.IsMyself && known.Link is not { Up: true })) return false;
        }

        return true;
    }
}
