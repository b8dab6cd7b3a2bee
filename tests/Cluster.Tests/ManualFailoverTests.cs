using Hexad.Core;
using Hexad.Wire.Bus;
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
    public void A_takeover_in_a_minority_yields_to_whom_the_majority_elected_in_the_same_epoch()
    {
        TestNetwork network = Scene.Cluster(primaries: 3, replicasEach: 2);
        TestNode old = network.Nodes[1], elected = network.Nodes[4], taker = network.Nodes[7];
        // By the order of ids the smaller one would win.
        if (elected.Id.CompareTo(taker.Id) < 0) (elected, taker) = (taker, elected);
        network.Isolate(taker);
        network.Run(5_000);
        old.Crash();
        Assert.True(network.RunUntil(() => Scene.Serves(elected), 10_000) >= 0);
        taker.Do(op => op.Failover(force: true, takeover: true));
        Assert.Equal(elected.Machine.Myself.ConfigEpoch, taker.Machine.Myself.ConfigEpoch);
        network.Heal();
        Assert.True(network.RunUntil(() => taker.ReplicatesFrom == elected.Id && Scene.Agrees(network, 3), 20_000) >= 0);
        Assert.True(Scene.Serves(elected));
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

    [Theory]
    [InlineData("the newest word", 1)]
    [InlineData("overtaken on the other link", 0)]
    [InlineData("of an older config epoch, to one that has just started", 0)]
    public void Only_the_newest_word_of_the_primary_hands_over(string what, int requests)
    {
        (LoneMachine lone, Peer primary, _) = Replica();
        if (what.StartsWith("of an older", System.StringComparison.Ordinal)) primary.ConfigEpoch--;
        byte[] word = HandOverWord(primary);
        if (what.StartsWith("overtaken", System.StringComparison.Ordinal)) primary.Ping();
        primary.Say(primary.ItsLink, word);
        Assert.Equal(requests, lone.CountSent(PacketType.VoteRequest) / 2);
        Assert.True(lone.Machine.Myself.IsReplica);
    }

    [Fact]
    public void A_replica_whose_data_has_made_way_for_a_snapshot_meanwhile_does_not_win()
    {
        (LoneMachine lone, Peer primary, Peer voter) = Replica();
        primary.Say(primary.ItsLink, HandOverWord(primary));
        Assert.NotEqual(0, lone.CountSent(PacketType.VoteRequest));
        ReplicationStatus full = lone.Replication;
        lone.Replication = full with { Offset = default, HasData = false };
        Votes();
        Assert.True(lone.Machine.Myself.IsReplica);
        lone.Replication = full;
        lone.Pass(1_000);
        Votes();
        Assert.True(lone.Machine.Myself.IsPrimary);

        void Votes()
        {
            foreach (Peer peer in new[] { primary, voter })
            {
                peer.CurrentEpoch = lone.Machine.CurrentEpoch;
                peer.Vote();
            }

            lone.Pass(20);
        }
    }

    [Fact]
    public void Who_did_not_vote_is_asked_again_on_both_links()
    {
        (LoneMachine lone, Peer primary, Peer voter) = Replica();
        primary.Say(primary.ItsLink, HandOverWord(primary));
        primary.CurrentEpoch = lone.Machine.CurrentEpoch;
        primary.Vote();
        lone.ForgetSent();
        lone.Pass(700);
        var links = new System.Collections.Generic.List<long>();
        foreach ((long link, byte[] bytes) in lone.Sent)
            if (BusPacket.TryRead(bytes, out BusPacket packet) == PacketFault.None && packet.Type == PacketType.VoteRequest) links.Add(link);
        links.Sort();
        long[] expected = [primary.OurLink, voter.OurLink, voter.ItsLink];
        System.Array.Sort(expected);
        Assert.Equal(expected, links);
    }

    /// <summary>The machine is a replica with data of one of two primaries.</summary>
    private static (LoneMachine Lone, Peer Primary, Peer Voter) Replica()
    {
        var lone = new LoneMachine(change: s => s.NodeTimeoutMs = 15_000)
        {
            Replication = new ReplicationStatus(default, new ReplicationOffset(100), PrimaryLinkUp: true, DataAgeMs: 0, HasData: true),
        };
        Peer primary = lone.Meet(7001), voter = lone.Meet(7002);
        (primary.CurrentEpoch, voter.CurrentEpoch) = (7, 7);
        (primary.ConfigEpoch, voter.ConfigEpoch) = (6, 7);
        primary.Offset = 90;
        primary.Own(0, 9);
        voter.Own(10, 19);
        primary.Ping();
        voter.Ping();
        Assert.Null(lone.Machine.Operate(lone.Time, op => op.Replicate(primary.Id.ToString())));
        lone.Settle();
        lone.ForgetSent();
        return (lone, primary, voter);
    }

    private static byte[] HandOverWord(Peer primary)
    {
        (primary.Standing, primary.Flags) = (Standing.TakeOver, MessageFlags.Paused);
        byte[] word = primary.PingBytes(PacketType.Ping);
        (primary.Standing, primary.Flags) = (Standing.None, MessageFlags.None);
        return word;
    }
}
