using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class FastSuspicionTests
{
    [Fact]
    public void A_primary_without_a_replica_that_restarts_within_a_second_serves_again_at_once()
    {
        TestNetwork network = Scene.Cluster(3, 0, s => s.NodeTimeoutMs = 15_000);
        network.Nodes[1].Crash();
        network.Run(800);
        Assert.False(Scene.View(network.Nodes[0], network.Nodes[1]).IsFailed);
        network.Nodes[1].Boot();
        Assert.InRange(network.RunUntil(() => Scene.Agrees(network, 3), 10_000), 0, 600);
    }

    [Fact]
    public void A_port_closed_for_one_node_alone_makes_nobody_fail()
    {
        TestNetwork network = Scene.Cluster();
        TestNode one = network.Nodes[0], target = network.Nodes[1];
        network.Rejects.Add((one.Index, target.Index));
        ClusterLink link = Scene.View(one, target).Link!;
        network.Close(one, link.Id);
        one.Machine.LinkDown(network.Time, link.Id);
        network.Run(20_000);
        foreach (TestNode node in network.Nodes) Assert.False(Scene.View(node, target).IsFailed);
        Assert.True(target.IsPrimary);
    }

    [Fact]
    public void Switched_off_a_killed_primary_is_waited_for_the_whole_timeout()
    {
        TestNetwork network = Scene.Cluster(settings: s => s.FastSuspicion = false);
        network.Nodes[1].Crash();
        Assert.InRange(network.RunUntil(() => Scene.Serves(network.Nodes[4]), 60_000), 1_900, 2_700);
    }

    [Fact]
    public void An_unreachable_machine_is_never_suspected_fast()
    {
        TestNetwork network = Scene.Cluster(settings: s => s.NodeTimeoutMs = 5_000);
        network.Isolate(network.Nodes[1]);
        network.Run(4_000);
        Assert.False(Scene.View(network.Nodes[0], network.Nodes[1]).IsSuspected);
        Assert.Equal(0, network.Nodes[0].Machine.Counters.FastSuspicions);
    }

    [Fact]
    public void A_fast_failure_is_undone_at_the_first_answer_when_no_vote_was_given()
    {
        TestNetwork network = Scene.Cluster(settings: s => s.NodeTimeoutMs = 15_000);
        network.Nodes[4].ReplicationStuck = true;
        TestNode primary = network.Nodes[1];
        network.Nodes[4].Settings.ReplicaNoFailover = false;
        network.Nodes[0].DiskDelayMs = network.Nodes[2].DiskDelayMs = 1;
        primary.Crash();
        Assert.True(network.RunUntil(() => Scene.View(network.Nodes[0], primary).IsFailed, 2_000) >= 0);
        network.Nodes[4].FallSilent();
        primary.Boot();
        Assert.InRange(network.RunUntil(() => !Scene.View(network.Nodes[0], primary).IsFailed, 20_000), 0, 1_000);
    }

    [Fact]
    public void After_a_restart_no_refusal_counts_until_a_healthy_link_was_seen()
    {
        TestNetwork network = Scene.Cluster(settings: s => s.NodeTimeoutMs = 10_000);
        network.Nodes[1].Crash();
        foreach (int i in new[] { 0, 2 }) network.Nodes[i].Crash();
        network.Run(50);
        foreach (int i in new[] { 0, 2 }) network.Nodes[i].Boot();
        network.Run(5_000);
        Assert.Equal(0, network.Nodes[0].Machine.Counters.FastSuspicions);
        Assert.Equal(0, network.Nodes[2].Machine.Counters.FastSuspicions);
    }
}
