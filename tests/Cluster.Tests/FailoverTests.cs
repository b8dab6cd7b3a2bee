using System.Collections.Generic;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class FailoverTests
{
    [Theory]
    [InlineData(2_000)]
    [InlineData(15_000)]
    public void A_killed_primary_is_replaced_within_a_second_at_any_timeout(int timeoutMs)
    {
        TestNetwork network = Scene.Cluster(settings: s => s.NodeTimeoutMs = timeoutMs);
        network.Nodes[1].Crash();
        long took = network.RunUntil(() => Scene.Serves(network.Nodes[4]), 60_000);
        Assert.InRange(took, 0, 700);
        Assert.True(network.RunUntil(() => Scene.Agrees(network, 3), 5_000) >= 0);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(15_000)]
    public void A_silent_primary_is_replaced_within_its_timeout_and_700_ms(int timeoutMs)
    {
        for (int lag = 0; lag < 1000; lag += 170)
        {
            TestNetwork network = Scene.Cluster(settings: s => s.NodeTimeoutMs = timeoutMs);
            network.Run(lag);
            network.Nodes[1].FallSilent();
            long took = network.RunUntil(() => Scene.Serves(network.Nodes[4]), 60_000);
            Assert.InRange(took, timeoutMs - 300, timeoutMs + 600);
        }
    }

    [Fact]
    public void A_pause_shorter_than_the_timeout_changes_nothing()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[1].FallSilent();
        network.Run(1_700);
        network.Nodes[1].WakeUp();
        network.Run(10_000);
        Assert.True(network.Nodes[1].IsPrimary);
        Assert.True(Scene.Agrees(network, 3));
    }

    [Fact]
    public void The_old_primary_comes_back_as_a_replica_of_its_successor()
    {
        TestNetwork network = Scene.Cluster();
        TestNode old = network.Nodes[1], heir = network.Nodes[4];
        old.Crash();
        Assert.True(network.RunUntil(() => Scene.Serves(heir), 5_000) >= 0);
        old.Boot();
        Assert.True(network.RunUntil(() => old.ReplicatesFrom == heir.Id && Scene.Agrees(network, 3), 10_000) >= 0);
        network.Run(1_000);
        Assert.True(Scene.View(network.Nodes[0], old).IsReplica);
        Assert.False(Scene.View(network.Nodes[0], old).IsFailed);
    }

    [Fact]
    public void A_stopped_primary_that_goes_on_becomes_a_replica_of_its_successor()
    {
        TestNetwork network = Scene.Cluster();
        TestNode old = network.Nodes[1], heir = network.Nodes[4];
        old.FallSilent();
        Assert.True(network.RunUntil(() => Scene.Serves(heir), 5_000) >= 0);
        network.Run(2_000);
        old.WakeUp();
        Assert.True(network.RunUntil(() => old.ReplicatesFrom == heir.Id && Scene.Agrees(network, 3), 10_000) >= 0);
    }

    [Fact]
    public void Of_two_replicas_the_one_with_more_data_wins()
    {
        for (int behind = 0; behind < 2; behind++)
        {
            TestNetwork network = Scene.Cluster(3, 2);
            TestNode lagging = network.Nodes[behind == 0 ? 4 : 7], ahead = network.Nodes[behind == 0 ? 7 : 4];
            lagging.ReplicationStuck = true;
            network.Nodes[1].Write(50);
            network.Run(2_000);
            network.Nodes[1].Crash();
            Assert.InRange(network.RunUntil(() => Scene.Serves(ahead), 5_000), 0, 1_000);
            network.Run(5_000);
            Assert.False(lagging.IsPrimary);
            Assert.Equal(ahead.Id, lagging.ReplicatesFrom);
        }
    }

    [Fact]
    public void Equal_replicas_do_not_split_the_vote()
    {
        TestNetwork network = Scene.Cluster(3, 2);
        network.Nodes[1].Crash();
        long took = network.RunUntil(() => Scene.Serves(network.Nodes[4]) || Scene.Serves(network.Nodes[7]), 5_000);
        Assert.InRange(took, 0, 700);
        network.Run(3_000);
        Assert.True(Scene.Agrees(network, 3));
    }

    [Fact]
    public void Both_processes_of_one_machine_of_three_die_and_every_slot_is_served_again()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[2].Crash();
        network.Nodes[4].Crash();
        Assert.InRange(network.RunUntil(() => Scene.Serves(network.Nodes[5]), 60_000), 0, 1_500);
        network.Nodes[2].Boot();
        network.Nodes[4].Boot();
        Assert.True(network.RunUntil(() => Scene.Agrees(network, 3), 20_000) >= 0);
        Assert.False(network.Nodes[2].IsPrimary);
    }

    [Fact]
    public void Without_a_majority_nobody_is_elected()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[1].Crash();
        network.Nodes[2].Crash();
        network.Run(20_000);
        Assert.False(network.Nodes[4].IsPrimary);
        Assert.False(network.Nodes[5].IsPrimary);
        Assert.False(network.Nodes[0].Machine.IsHealthy);
    }

    [Fact]
    public void A_minority_stops_serving_and_its_primary_yields_when_the_net_heals()
    {
        TestNetwork network = Scene.Cluster();
        TestNode lonely = network.Nodes[1];
        network.Isolate(lonely);
        Assert.True(network.RunUntil(() => Scene.Serves(network.Nodes[4]), 10_000) >= 0);
        Assert.True(network.RunUntil(() => !lonely.Machine.IsHealthy, 10_000) >= 0);
        network.Heal();
        Assert.True(network.RunUntil(() => lonely.ReplicatesFrom == network.Nodes[4].Id && Scene.Agrees(network, 3), 20_000) >= 0);
    }

    [Fact]
    public void A_replica_that_never_had_data_does_not_stand()
    {
        TestNetwork network = Scene.Cluster();
        TestNode replica = network.Nodes[4];
        replica.HasData = false;
        replica.ReplicationStuck = true;
        network.Run(1_000);
        network.Nodes[1].Crash();
        network.Run(20_000);
        Assert.False(replica.IsPrimary);
    }

    [Fact]
    public void A_replica_without_data_that_has_not_heard_its_primary_since_its_start_does_not_stand()
    {
        TestNetwork network = Scene.Cluster();
        TestNode old = network.Nodes[1], successor = network.Nodes[4];
        old.Crash();
        Assert.True(network.RunUntil(() => successor.IsPrimary, 10_000) >= 0);
        network.Cut(old, successor);
        (old.HasData, old.Offset, old.ReplicationStuck) = (false, 0, true);
        old.Boot();
        Assert.True(network.RunUntil(() => old.ReplicatesFrom == successor.Id, 10_000) >= 0);
        successor.Crash();
        network.Run(20_000);
        Assert.False(old.IsPrimary);
    }

    [Fact]
    public void A_replica_without_data_does_not_replace_a_primary_that_is_back_though_empty()
    {
        TestNetwork network = Scene.Cluster();
        TestNode primary = network.Nodes[1], replica = network.Nodes[4];
        (replica.HasData, replica.ReplicationStuck) = (false, true);
        network.Run(1_000);
        primary.Crash();
        Assert.True(network.RunUntil(() => Scene.View(replica, primary).IsFailed, 10_000) >= 0);
        (primary.HasData, primary.Offset) = (false, 0);
        primary.Boot();
        network.Run(20_000);
        Assert.False(replica.IsPrimary);
        Assert.True(Scene.Serves(primary));
        primary.Crash();
        Assert.True(network.RunUntil(() => Scene.Serves(replica), 10_000) >= 0);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_primary_says_that_it_has_nothing_only_when_it_has_loaded_its_file(bool loads, bool saysSo)
    {
        var lone = new LoneMachine();
        Peer peer = lone.Meet(7001);
        lone.Replication = lone.Replication with { IsLoading = loads };
        lone.ForgetSent();
        peer.Ping();
        Assert.NotEmpty(lone.Sent);
        foreach ((_, byte[] bytes) in lone.Sent)
        {
            Assert.Equal(PacketFault.None, BusPacket.TryRead(bytes, out BusPacket packet));
            Assert.Equal(saysSo, (packet.Badge!.Value.Standing & Standing.Empty) != 0);
        }
    }

    [Fact]
    public void A_replica_told_never_to_stand_does_not()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[4].Settings.ReplicaNoFailover = true;
        network.Run(1_000);
        network.Nodes[1].Crash();
        network.Run(20_000);
        Assert.False(network.Nodes[4].IsPrimary);
    }

    [Fact]
    public void A_restart_of_all_nodes_at_once_fails_nobody_over()
    {
        TestNetwork network = Scene.Cluster();
        foreach (TestNode node in network.Nodes) node.Crash();
        network.Run(200);
        foreach (TestNode node in network.Nodes) node.Boot();
        Assert.InRange(network.RunUntil(() => Scene.Agrees(network, 3), 20_000), 0, 3_000);
        network.Run(10_000);
        for (int i = 0; i < 3; i++) Assert.True(network.Nodes[i].IsPrimary);
    }

    [Fact]
    public void The_clusters_epoch_never_belongs_to_two_primaries_for_long()
    {
        TestNetwork network = Scene.Cluster();
        for (int round = 0; round < 4; round++)
        {
            TestNode primary = network.Nodes.Find(Scene.Serves)!;
            primary.Crash();
            network.Run(8_000);
            primary.Boot();
            network.Run(8_000);
        }

        var epochs = new HashSet<ulong>();
        foreach (TestNode node in network.Nodes)
        {
            if (Scene.Serves(node)) Assert.True(epochs.Add(node.Machine.Myself.ConfigEpoch));
        }

        Assert.Equal(3, epochs.Count);
    }

    [Fact]
    public void A_vote_leaves_only_after_its_epoch_is_on_disk()
    {
        TestNetwork network = Scene.Cluster();
        network.Nodes[0].DiskDelayMs = 400;
        network.Nodes[2].DiskDelayMs = 400;
        network.Nodes[1].Crash();
        Assert.True(network.RunUntil(() => network.Nodes[0].Machine.Counters.Votes + network.Nodes[2].Machine.Counters.Votes > 0, 5_000) >= 0);
        network.Run(300);
        Assert.False(network.Nodes[4].IsPrimary);
        Assert.True(network.RunUntil(() => Scene.Serves(network.Nodes[4]), 5_000) >= 0);
        Assert.Contains($"lastVoteEpoch {network.Nodes[0].Machine.LastVoteEpoch}", network.Nodes[0].Disk);
    }
}
