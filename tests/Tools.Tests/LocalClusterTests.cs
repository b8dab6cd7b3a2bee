using System.Collections.Generic;
using System.Linq;
using Hexad.Up;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class LocalClusterTests
{
    [Fact]
    public void Six_nodes_stand_where_the_guide_puts_them()
    {
        IReadOnlyList<LocalNode> plan = LocalPlan.Make(6, 1, 6379, out _)!;
        Assert.Equal(
            [
                "127.0.0.1:6379 shard 0 master", "127.0.0.2:6380 shard 1 master", "127.0.0.3:6381 shard 2 master",
                "127.0.0.2:6379 shard 0 replica", "127.0.0.3:6380 shard 1 replica", "127.0.0.1:6381 shard 2 replica",
            ],
            plan.Select(n => $"{n} shard {n.Shard} {(n.IsMaster ? "master" : "replica")}"));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(9, 2)]
    [InlineData(7, 1)]
    [InlineData(20, 4)]
    [InlineData(23, 5)]
    public void No_two_instances_share_an_address_and_no_copy_its_masters_machine(int nodes, int replicas)
    {
        IReadOnlyList<LocalNode> plan = LocalPlan.Make(nodes, replicas, 7000, out _)!;
        Assert.Equal(nodes, plan.Select(n => n.ToString()).Distinct().Count());
        Assert.All(plan.GroupBy(n => n.Shard), shard => Assert.Equal(shard.Count(), shard.Select(n => n.Host).Distinct().Count()));
        Assert.All(plan.GroupBy(n => n.Shard), shard => Assert.Single(shard, n => n.IsMaster));
    }

    [Theory]
    [InlineData(5, 1, 6379)]
    [InlineData(6, -1, 6379)]
    [InlineData(6, 1, 60000)]
    [InlineData(6, 1, 0)]
    public void Numbers_that_do_not_fit_are_refused_with_a_reason(int nodes, int replicas, int port)
    {
        Assert.Null(LocalPlan.Make(nodes, replicas, port, out string fault));
        Assert.NotEmpty(fault);
    }

    [Fact]
    public void The_table_says_who_serves_what_and_how_far_behind_a_replica_is()
    {
        ClusterStatus status = ClusterStatus.Of([Master(), Replica("up")]);
        Assert.True(status.IsWell);
        Assert.Equal("2 of 2 nodes well, 1 masters serve 16384 of 16384 slots", status.Summary);
        Assert.Equal(("master", "0-16383", "7"), (status.Rows[0].Role, status.Rows[0].Detail, status.Rows[0].Keys));
        Assert.Equal(("replica", "of 127.0.0.1:6379", "14 B, 2 s"), (status.Rows[1].Role, status.Rows[1].Detail, status.Rows[1].Lag));
    }

    [Fact]
    public void A_broken_link_and_a_dead_node_are_not_well()
    {
        ClusterStatus broken = ClusterStatus.Of([Master(), Replica("down")]);
        Assert.False(broken.IsWell);
        Assert.Equal("link down", broken.Rows[1].Lag);
        ClusterStatus dead = ClusterStatus.Of([Master() with { ClusterNodes = null, Info = null }, Replica("down")]);
        Assert.Equal(("down, failed", "of 127.0.0.1:6379"), (dead.Rows[0].Role, dead.Rows[1].Detail));
        Assert.Equal("0 of 2 nodes well, 0 masters serve 0 of 16384 slots", dead.Summary);
    }

    private static NodeAnswers Master() => new(
        new LocalNode("127.0.0.1", 6379, 0, true),
        "aaaaaaaaaa 127.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-16383\nbbbbbbbbbb 127.0.0.2:6379@16379 slave aaaaaaaaaa 0 0 1 connected\n",
        "used_memory_human:1.00M\r\nmaster_repl_offset:114\r\ninstantaneous_ops_per_sec:3\r\ndb0:keys=7,expires=0,avg_ttl=0\r\n");

    private static NodeAnswers Replica(string link) => new(
        new LocalNode("127.0.0.2", 6379, 0, false),
        "aaaaaaaaaa 127.0.0.1:6379@16379 master,fail - 0 0 1 connected 0-16383\nbbbbbbbbbb 127.0.0.2:6379@16379 myself,slave aaaaaaaaaa 0 0 1 connected\n",
        $"master_link_status:{link}\r\nslave_repl_offset:100\r\nmaster_last_io_seconds_ago:2\r\n");
}
