using System;
using System.Text;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Cluster.Tests;

public sealed class GossipTests
{
    [Fact]
    public void A_majority_of_reports_makes_a_failure_and_one_report_does_not()
    {
        TestNetwork network = Scene.Cluster(5, 0);
        TestNode target = network.Nodes[4];
        foreach (TestNode cut in network.Nodes.GetRange(0, 2)) network.Cut(cut, target);
        network.Run(10_000);
        Assert.True(Scene.View(network.Nodes[0], target).IsSuspected);
        Assert.False(Scene.View(network.Nodes[2], target).IsFailed);
        Assert.True(network.Nodes[2].Machine.Operate(network.Time, op => op.CountFailureReports(target.Id.ToString())).Count == 2);
        network.Cut(network.Nodes[2], target);
        network.Run(5_000);
        Assert.True(Scene.View(network.Nodes[3], target).IsFailed);
    }

    [Fact]
    public void A_suspected_node_that_answers_is_well_again()
    {
        TestNetwork network = Scene.Cluster(3, 0);
        network.Cut(network.Nodes[0], network.Nodes[1]);
        network.Run(3_000);
        Assert.True(Scene.View(network.Nodes[0], network.Nodes[1]).IsSuspected);
        network.Heal();
        network.Run(3_000);
        Assert.False(Scene.View(network.Nodes[0], network.Nodes[1]).IsSuspected);
    }

    [Fact]
    public void A_failed_primary_without_a_successor_is_well_again_after_two_timeouts()
    {
        TestNetwork network = Scene.Cluster(3, 0);
        network.Nodes[1].FallSilent();
        network.Run(4_000);
        Assert.True(Scene.View(network.Nodes[0], network.Nodes[1]).IsFailed);
        network.Nodes[1].WakeUp();
        Assert.True(network.RunUntil(() => Scene.Agrees(network, 3), 10_000) >= 0);
    }

    [Fact]
    public void Hostnames_and_shards_are_known_everywhere()
    {
        TestNetwork network = Scene.Cluster(3, 1);
        network.Nodes[4].Settings.AnnounceHostname = "host-4.example.com";
        network.Nodes[4].Settings.AnnounceHumanName = "four";
        network.Run(5_000);
        foreach (TestNode node in network.Nodes)
        {
            Assert.Equal("host-4.example.com", Scene.View(node, network.Nodes[4]).Hostname);
            Assert.Equal("four", Scene.View(node, network.Nodes[4]).HumanName);
            Assert.Equal(Scene.View(node, network.Nodes[1]).ShardId, Scene.View(node, network.Nodes[4]).ShardId);
            Assert.NotEqual(Scene.View(node, network.Nodes[0]).ShardId, Scene.View(node, network.Nodes[1]).ShardId);
        }
    }

    [Fact]
    public void A_message_goes_to_all_and_a_sharded_one_to_the_shard()
    {
        TestNetwork network = Scene.Cluster(3, 1);
        network.Nodes[1].Machine.Publish(network.Time, "news"u8, "hello"u8, sharded: false);
        network.Nodes[1].Machine.Publish(network.Time, "shard"u8, "hello"u8, sharded: true);
        network.Run(10);
        for (int i = 0; i < 6; i++)
        {
            if (i != 1) Assert.Contains("news=hello", network.Nodes[i].Published);
            Assert.Equal(i == 4, network.Nodes[i].Published.Contains("shard=hello sharded"));
        }
    }

    [Fact]
    public void A_node_that_moved_is_found_at_its_new_address()
    {
        TestNetwork network = Scene.Cluster(3, 0);
        TestNode moved = network.Nodes[1];
        moved.Crash();
        moved.Settings.Port = 7100;
        moved.MoveTo(7100);
        moved.Boot();
        Assert.True(network.RunUntil(() => Scene.View(network.Nodes[0], moved).Port == 7100 && Scene.Agrees(network, 3), 20_000) >= 0);
    }

    [Fact]
    public void A_node_at_rest_wakes_ten_times_a_second_and_for_its_pings()
    {
        TestNetwork network = Scene.Cluster(3, 1);
        network.Run(5_000);
        int[] before = [.. network.Nodes.ConvertAll(node => node.Ticks)];
        network.Run(10_000);
        for (int i = 0; i < before.Length; i++)
            Assert.InRange(network.Nodes[i].Ticks - before[i], 80, network.Nodes[i].IsPrimary ? 220 : 130);
    }

    [Fact]
    public void A_link_with_too_much_in_it_is_closed_and_counted()
    {
        TestNetwork network = Scene.Cluster(3, 0, s => s.LinkSendBufferLimitBytes = 1_000_000);
        TestNode node = network.Nodes[0];
        ClusterLink link = Scene.View(node, network.Nodes[1]).Link!;
        link.QueuedBytes = 1_000_001;
        network.Run(120);
        Assert.Equal(1, node.Machine.Counters.BufferLimitExceeded);
        Assert.Contains("total_cluster_links_buffer_limit_exceeded:1\r\n", node.Machine.DescribeHealth());
        Assert.True(network.RunUntil(() => Scene.View(node, network.Nodes[1]).Link is { Up: true }, 1_000) >= 0);
    }

    [Fact]
    public void Messages_are_counted_by_type()
    {
        TestNetwork network = Scene.Cluster(3, 1);
        string info = network.Nodes[0].Machine.DescribeHealth();
        foreach (string field in new[] { "ping_sent", "pong_sent", "meet_sent", "ping_received", "pong_received" })
            Assert.Contains($"cluster_stats_messages_{field}:", info, StringComparison.Ordinal);
        Assert.DoesNotContain("auth-req", info, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_servers_get_no_extension_that_they_did_not_say_they_know()
    {
        var lone = new LoneMachine(change: s => (s.AnnounceHostname, s.AnnounceHumanName) = ("host.example.com", "me"));
        Peer old = lone.Meet(7001, hexad: false);
        lone.ForgetSent();
        old.Ping();
        BusPacket.TryRead(lone.Sent[0].Packet, out BusPacket packet);
        int count = 0;
        foreach (Extension extension in packet.Extensions)
        {
            Assert.Equal(ExtensionType.Hostname, extension.Type);
            count++;
        }

        Assert.Equal(1, count);
        old.Flags = MessageFlags.ExtensionData;
        old.Ping();
        lone.ForgetSent();
        old.Ping();
        BusPacket.TryRead(lone.Sent[0].Packet, out packet);
        var types = new StringBuilder();
        foreach (Extension extension in packet.Extensions) types.Append(extension.Type).Append(' ');
        Assert.Equal("Hostname HumanName ShardId ", types.ToString());
    }
}
