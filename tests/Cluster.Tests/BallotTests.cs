using System.Collections.Generic;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class BallotTests
{
    [Fact]
    public void One_vote_an_epoch()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        peers[2].CurrentEpoch = peers[3].CurrentEpoch = 8;
        peers[2].AskForVote();
        peers[3].AskForVote();
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
        Assert.Equal(8ul, lone.Machine.LastVoteEpoch);
    }

    [Fact]
    public void No_vote_for_an_old_epoch()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        peers[2].CurrentEpoch = lone.Machine.CurrentEpoch - 1;
        peers[2].AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
    }

    [Fact]
    public void No_vote_while_the_primary_is_up_unless_it_is_forced()
    {
        (LoneMachine lone, Peer[] peers) = Shard();
        peers[2].CurrentEpoch = 8;
        peers[2].AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
        peers[2].CurrentEpoch = 9;
        peers[2].AskForVote(MessageFlags.ForceVote);
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
    }

    [Fact]
    public void No_vote_against_a_greater_config_epoch_of_the_slots()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        peers[2].CurrentEpoch = 8;
        peers[2].ConfigEpoch = 1;
        peers[2].AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
    }

    [Fact]
    public void A_vote_waits_for_the_disk_and_so_does_all_that_follows()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        lone.SavesAtOnce = false;
        lone.ForgetSent();
        peers[2].CurrentEpoch = 8;
        peers[2].AskForVote();
        peers[3].Ping();
        Assert.Empty(lone.Sent);
        lone.SaveAll();
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
        BusPacket.TryRead(lone.Sent[0].Packet, out BusPacket first);
        Assert.Equal(PacketType.Vote, first.Type);
        Assert.Contains("lastVoteEpoch 8\n", lone.Saves[^1].Text);
    }

    [Fact]
    public void With_the_bug_injected_a_vote_leaves_at_once()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        lone.Bugs.VoteLeavesBeforeItsEpochIsStored = true;
        lone.SavesAtOnce = false;
        peers[2].CurrentEpoch = 8;
        peers[2].AskForVote();
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
        Assert.True(lone.Unsaved > 0);
    }

    [Fact]
    public void The_replica_that_has_less_than_a_living_sibling_is_refused_for_two_seconds()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        Peer behind = peers[2], ahead = peers[3];
        (behind.Offset, ahead.Offset) = (100, 200);
        ahead.Ping();
        behind.CurrentEpoch = 8;
        behind.AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
        lone.Pass(900);
        ahead.Ping();
        lone.Pass(900);
        ahead.Ping();
        lone.Pass(400);
        behind.CurrentEpoch = 9;
        behind.AskForVote();
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
    }

    [Theory]
    [InlineData("history")]
    [InlineData("standing")]
    [InlineData("silence")]
    [InlineData("force")]
    public void A_sibling_counts_only_on_the_same_history_when_it_may_stand_and_was_heard(string what)
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        Peer behind = peers[2], ahead = peers[3];
        (behind.Offset, ahead.Offset) = (100, 200);
        if (what == "history") ahead.History = 1;
        if (what == "standing") ahead.Standing = Standing.InSync;
        ahead.Ping();
        if (what == "silence") lone.Pass(1_200);
        behind.CurrentEpoch = 8;
        behind.AskForVote(what == "force" ? MessageFlags.ForceVote : MessageFlags.None);
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
    }

    [Fact]
    public void The_same_candidate_may_ask_again_at_once_and_another_after_a_second()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        peers[2].CurrentEpoch = 8;
        peers[2].AskForVote();
        peers[2].CurrentEpoch = 9;
        lone.ForgetSent();
        peers[2].AskForVote();
        Assert.NotEqual(0, lone.CountSent(PacketType.Vote));
        lone.ForgetSent();
        peers[3].CurrentEpoch = 10;
        peers[3].AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
        lone.Pass(1_100);
        peers[3].CurrentEpoch = 11;
        peers[3].AskForVote();
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
    }

    [Fact]
    public void Who_asks_again_gets_the_vote_on_both_links_since_one_may_be_dead_unnoticed()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        Peer candidate = peers[2];
        candidate.CurrentEpoch = 8;
        candidate.AskForVote();
        candidate.AskForVote();
        Assert.Equal([candidate.OurLink], LinksOfVotes(lone));
        lone.ForgetSent();
        candidate.CurrentEpoch = 9;
        candidate.AskForVote();
        Assert.Equal([candidate.OurLink, candidate.ItsLink], LinksOfVotes(lone));
    }

    private static List<long> LinksOfVotes(LoneMachine lone)
    {
        var links = new List<long>();
        foreach ((long link, byte[] bytes) in lone.Sent)
            if (BusPacket.TryRead(bytes, out BusPacket packet) == PacketFault.None && packet.Type == PacketType.Vote) links.Add(link);
        return links;
    }

    [Fact]
    public void Who_has_no_slots_or_is_a_replica_does_not_vote()
    {
        (LoneMachine lone, Peer[] peers) = FailedPrimary();
        lone.Machine.Operate(lone.Time, op => op.FlushSlots());
        peers[2].CurrentEpoch = 8;
        peers[2].AskForVote();
        Assert.Equal(0, lone.CountSent(PacketType.Vote));
    }

    [Theory]
    [InlineData("silent", 0)]
    [InlineData("heard", 1)]
    [InlineData("heard too soon", 0)]
    [InlineData("late", 0)]
    [InlineData("late, one other voter heard", 0)]
    [InlineData("late, all other voters heard", 1)]
    [InlineData("forgotten", 1)]
    [InlineData("it won, and gave the place back", 1)]
    [InlineData("again", 0)]
    public void Who_voted_for_its_own_successor_votes_for_nobody_else_until_it_knows_that_the_successor_has_not_won(string what, int votes)
    {
        (LoneMachine lone, Peer[] peers) = Shard();
        Peer successor = lone.Meet(7005), other = peers[2];
        successor.FollowMachine();
        successor.CurrentEpoch = 8;
        successor.AskForVote(MessageFlags.ForceVote);
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
        if (what == "again")
        {
            successor.CurrentEpoch = 9;
            successor.AskForVote(MessageFlags.ForceVote);
            Assert.Equal(3, lone.CountSent(PacketType.Vote));
        }

        if (what == "it won, and gave the place back")
        {
            BecomePrimary(successor, configEpoch: 8);
            Assert.True(lone.Machine.Myself.IsReplica);
            Assert.Null(lone.Machine.Operate(lone.Time, op => op.Failover(force: false, takeover: true)));
            successor.FollowMachine();
            Assert.True(successor.View.IsReplica && lone.Machine.Myself.Votes);
        }

        bool isLate = what.StartsWith("late", System.StringComparison.Ordinal);
        lone.Pass(isLate ? 30_100 : what == "heard too soon" ? 900 : 1_100);
        if (what.StartsWith("heard", System.StringComparison.Ordinal)) successor.Ping();
        if (isLate && what != "late") peers[0].Ping();
        if (what == "late, all other voters heard") peers[1].Ping();
        if (what == "forgotten") Assert.Null(lone.Machine.Operate(lone.Time, op => op.Forget(successor.Id.ToString())));
        lone.ForgetSent();
        other.CurrentEpoch = 10;
        other.AskForVote(MessageFlags.ForceVote);
        Assert.Equal(votes, lone.CountSent(PacketType.Vote));
    }

    [Theory]
    [InlineData("silent", 0)]
    [InlineData("the successor is heard, a replica still", 1)]
    [InlineData("the successor is heard too soon", 0)]
    [InlineData("the successor has won", 1)]
    [InlineData("the successor has won, gave the place back and died", 1)]
    [InlineData("the primary said that it was replaced, and got the place back", 1)]
    [InlineData("all others are heard when it is over", 1)]
    [InlineData("a majority without it", 1)]
    public void Who_voted_for_another_primarys_successor_does_not_count_on_that_primary_until_it_knows_who_has_won(string what, int votes)
    {
        (LoneMachine lone, Peer[] peers) = Shard();
        (Peer replaced, Peer failing, Peer candidate) = (peers[0], peers[1], peers[2]);
        Peer successor = lone.Meet(7005);
        successor.Follow(replaced);
        if (what == "a majority without it")
        {
            MeetPrimary(lone, 7006, configEpoch: 5, firstSlot: 30);
            MeetPrimary(lone, 7007, configEpoch: 4, firstSlot: 40);
        }

        successor.CurrentEpoch = 8;
        successor.AskForVote(MessageFlags.ForceVote);
        Assert.Equal(1, lone.CountSent(PacketType.Vote));
        if (what.StartsWith("the successor has won,", System.StringComparison.Ordinal)) BecomePrimary(successor, configEpoch: 8);
        if (what.StartsWith("the primary said", System.StringComparison.Ordinal))
        {
            replaced.Follow(successor);
            Assert.True(replaced.View.IsReplica);
        }

        if (what.Contains("place back", System.StringComparison.Ordinal))
        {
            BecomePrimary(replaced, configEpoch: 9);
            if (successor.View.IsPrimary) successor.Follow(replaced);
            Assert.True(successor.View.IsReplica && replaced.View is { Votes: true, Slots.Count: 10 });
        }

        lone.Pass(what == "all others are heard when it is over" ? 30_100 : what == "the successor is heard too soon" ? 900 : 1_100);
        if (what.StartsWith("the successor is heard", System.StringComparison.Ordinal)) successor.Ping();
        if (what == "the successor has won") BecomePrimary(successor, configEpoch: 8);

        replaced.Ping();
        failing.Ping();
        replaced.SayFailed(failing.Id);
        Assert.True(failing.View.IsFailed);
        lone.ForgetSent();
        candidate.CurrentEpoch = 10;
        candidate.AskForVote();
        Assert.Equal(votes, lone.CountSent(PacketType.Vote));
    }

    private static void BecomePrimary(Peer peer, ulong configEpoch)
    {
        (peer.Role, peer.Primary, peer.ConfigEpoch, peer.CurrentEpoch) = (NodeFlags.Primary, default, configEpoch, configEpoch);
        peer.Ping();
    }

    private static void MeetPrimary(LoneMachine lone, int port, ulong configEpoch, int firstSlot)
    {
        Peer primary = lone.Meet(port);
        (primary.CurrentEpoch, primary.ConfigEpoch) = (7, configEpoch);
        primary.Own(firstSlot, firstSlot + 9);
        primary.Ping();
    }

    /// <summary>This machine and peer 0 are primaries, peer 1 is a primary, peers 2 and 3 are its replicas.</summary>
    private static (LoneMachine Lone, Peer[] Peers) Shard()
    {
        var lone = new LoneMachine(change: s => s.NodeTimeoutMs = 15_000);
        lone.Machine.Operate(lone.Time, op => op.AddSlots([(0, 9)]));
        Peer[] peers = [lone.Meet(7001), lone.Meet(7002), lone.Meet(7003), lone.Meet(7004)];
        foreach (Peer peer in peers) peer.CurrentEpoch = 7;
        (peers[0].ConfigEpoch, peers[1].ConfigEpoch) = (6, 7);
        peers[0].Own(10, 19);
        peers[1].Own(20, 29);
        peers[0].Ping();
        peers[1].Ping();
        peers[2].Follow(peers[1]);
        peers[3].Follow(peers[1]);
        lone.ForgetSent();
        return (lone, peers);
    }

    private static (LoneMachine Lone, Peer[] Peers) FailedPrimary()
    {
        (LoneMachine lone, Peer[] peers) = Shard();
        peers[0].SayFailed(peers[1].Id);
        Assert.True(peers[1].View.IsFailed);
        lone.ForgetSent();
        return (lone, peers);
    }
}
