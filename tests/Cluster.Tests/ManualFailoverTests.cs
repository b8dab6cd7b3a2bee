using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class ManualFailoverTests
{
    [Fact]
    public void A_manual_failover_swaps_roles_and_loses_nothing()
    {
        TestNetwork network = Scene.Cluster();
        TestNode primary = network.Nodes[1], replica = network.Nodes[4];
        primary.Write(77);
        long offset = primary.Offset;
        Assert.Null(replica.Do(op => op.Failover(force: false, takeover: false)));
        Assert.InRange(network.RunUntil(() => Scene.Serves(replica) && primary.ReplicatesFrom == replica.Id, 5_000), 0, 500);
        Assert.True(replica.Offset >= offset);
        Assert.False(primary.WritesPaused);
    }

    [Fact]
    public void Writers_are_held_back_from_the_moment_of_the_request()
    {
        TestNetwork network = Scene.Cluster();
        TestNode primary = network.Nodes[1], replica = network.Nodes[4];
        replica.ReplicationStuck = true;
        primary.Write(10);
        replica.Do(op => op.Failover(force: false, takeover: false));
        Assert.InRange(network.RunUntil(() => primary.WritesPaused, 1_000), 0, 10);
        network.Run(2_000);
        Assert.False(replica.IsPrimary);
        replica.ReplicationStuck = false;
        Assert.True(network.RunUntil(() => Scene.Serves(replica), 1_000) >= 0);
    }

    [Fact]
    public void A_replica_that_cannot_catch_up_in_five_seconds_gives_up_and_writers_go_on()
    {
        TestNetwork network = Scene.Cluster();
        TestNode primary = network.Nodes[1], replica = network.Nodes[4];
        replica.ReplicationStuck = true;
        primary.Write(10);
        replica.Do(op => op.Failover(force: false, takeover: false));
        network.Run(6_000);
        Assert.True(primary.IsPrimary);
        Assert.False(primary.WritesPaused);
    }

    [Fact]
    public void FORCE_works_when_the_primary_is_down()
    {
        TestNetwork network = Scene.Cluster(settings: s => s.FastSuspicion = false);
        TestNode replica = network.Nodes[4];
        network.Nodes[1].Crash();
        network.Run(50);
        Assert.Equal("Master is down or failed, please use CLUSTER FAILOVER FORCE", replica.Do(op => op.Failover(false, false)));
        Assert.Null(replica.Do(op => op.Failover(force: true, takeover: false)));
        Assert.InRange(network.RunUntil(() => Scene.Serves(replica), 5_000), 0, 1_000);
    }

    [Fact]
    public void TAKEOVER_works_without_a_majority()
    {
        TestNetwork network = Scene.Cluster();
        TestNode replica = network.Nodes[4];
        foreach (int i in new[] { 0, 1, 2 }) network.Nodes[i].Crash();
        network.Run(50);
        Assert.Null(replica.Do(op => op.Failover(force: true, takeover: true)));
        Assert.True(replica.IsPrimary);
        Assert.True(replica.Machine.Myself.Slots.Count > 5_000);
    }

    [Fact]
    public void A_node_that_is_told_to_stop_hands_over_first()
    {
        TestNetwork network = Scene.Cluster();
        TestNode primary = network.Nodes[1], replica = network.Nodes[4];
        primary.Write(5);
        Assert.Equal(HandOverState.Running, primary.Machine.BeginHandOver(network.Time));
        Assert.InRange(network.RunUntil(() => primary.Machine.HandOverState == HandOverState.Done, 5_000), 0, 500);
        Assert.True(Scene.Serves(replica));
        Assert.Equal(primary.Offset, replica.Offset);
    }

    [Fact]
    public void Nothing_is_handed_over_to_a_replica_that_stops_itself()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[4].Machine.BeginHandOver(network.Time);
        network.Run(3_000);
        Assert.Equal(HandOverState.NotNeeded, network.Nodes[1].Machine.BeginHandOver(network.Time));
    }

    [Fact]
    public void Nothing_is_handed_over_without_a_majority()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[0].Crash();
        network.Nodes[2].Crash();
        network.Nodes[3].Crash();
        network.Nodes[5].Crash();
        network.Run(4_000);
        Assert.Equal(HandOverState.NotNeeded, network.Nodes[1].Machine.BeginHandOver(network.Time));
    }

    [Fact]
    public void FAILOVER_belongs_to_replicas()
    {
        TestNetwork network = Scene.Cluster();
        Assert.Equal("You should send CLUSTER FAILOVER to a replica", network.Nodes[0].Do(op => op.Failover(false, false)));
    }
}
