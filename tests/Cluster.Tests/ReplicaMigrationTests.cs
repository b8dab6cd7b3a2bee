using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class ReplicaMigrationTests
{
    [Fact]
    public void A_primary_that_lost_its_replicas_is_given_one()
    {
        TestNetwork network = Scene.Cluster(3, 2);
        TestNode orphan = network.Nodes[1];
        network.Nodes[4].Crash();
        network.Nodes[7].Crash();
        Assert.True(network.RunUntil(() => network.Nodes.Exists(n => n.IsUp && n.ReplicatesFrom == orphan.Id), 30_000) >= 5_000);
        network.Run(10_000);
        Assert.Single(network.Nodes, n => n.IsUp && n.ReplicatesFrom == orphan.Id);
    }

    [Fact]
    public void A_primary_keeps_as_many_replicas_as_the_barrier_says()
    {
        TestNetwork network = Scene.Cluster(3, 2, s => s.MigrationBarrier = 2);
        network.Nodes[4].Crash();
        network.Nodes[7].Crash();
        network.Run(30_000);
        Assert.DoesNotContain(network.Nodes, n => n.IsUp && n.ReplicatesFrom == network.Nodes[1].Id);
    }

    [Fact]
    public void Nobody_moves_when_it_is_not_allowed()
    {
        TestNetwork network = Scene.Cluster(3, 2, s => s.AllowReplicaMigration = false);
        network.Nodes[4].Crash();
        network.Nodes[7].Crash();
        network.Run(30_000);
        Assert.DoesNotContain(network.Nodes, n => n.IsUp && n.ReplicatesFrom == network.Nodes[1].Id);
    }
}
