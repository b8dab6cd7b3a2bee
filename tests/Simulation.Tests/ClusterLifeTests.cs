using System;
using Hexad.Simulator.Load;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.Virtual;
using Xunit;

namespace Hexad.Simulation.Tests;

/// <summary>
/// A cluster's life on the guide's table: three machines, two nodes each; nodes 0, 1 and 2 are the primaries a, b and c on
/// machines 1, 2 and 3, nodes 3, 4 and 5 their replicas on machines 2, 3 and 1.
/// </summary>
public sealed class ClusterLifeTests
{
    private const long Second = 1_000_000;
    private const long Millisecond = 1_000;

    private static VirtualCluster Made(ulong seed, ClusterPlan? plan = null)
    {
        var cluster = new VirtualCluster(seed, plan ?? new ClusterPlan { NodeTimeoutMs = 15_000 });
        Assert.True(cluster.Create(), string.Join("\n", cluster.Verdict.Violations));
        return cluster;
    }

    private static void EndsClean(VirtualCluster cluster)
    {
        cluster.End();
        Assert.Empty(cluster.Verdict.Violations);
    }

    private static string Ask(VirtualCluster cluster, int seat, params string[] words) =>
        cluster.Operator.Ask(cluster.Seats[seat].Address, words) is { } reply ? reply.Text : "no answer";

    /// <summary>How long until every slot is served, in milliseconds.</summary>
    private static long ServedAfterMs(VirtualCluster cluster, long withinUs)
    {
        long from = cluster.World.NowUs;
        Assert.True(cluster.World.RunUntil(cluster.IsServed, withinUs), $"not served within {withinUs / Millisecond} ms");
        return (cluster.World.NowUs - from) / Millisecond;
    }

    [Fact]
    public void Six_nodes_become_a_cluster_that_all_of_them_see_alike()
    {
        VirtualCluster cluster = Made(1);
        Assert.Null(cluster.WhyNot());
        Assert.True(cluster.IsServed());
        Assert.Contains("cluster_state:ok", Ask(cluster, 4, "CLUSTER", "INFO"));
        Assert.Contains("cluster_known_nodes:6", Ask(cluster, 5, "CLUSTER", "INFO"));
        EndsClean(cluster);
    }

    [Fact]
    public void A_key_is_written_and_read_where_it_lives_and_MOVED_leads_there()
    {
        VirtualCluster cluster = Made(2);
        Assert.Equal("MOVED 6852 10.0.0.2:7001", Ask(cluster, 0, "SET", "JOHN", "Adams"));
        Assert.Equal("OK", Ask(cluster, 1, "SET", "JOHN", "Adams"));
        Assert.Equal("Adams", Ask(cluster, 1, "GET", "JOHN"));
        Assert.Equal("MOVED 2237 10.0.0.1:7000", Ask(cluster, 2, "GET", "JAMES"));
        Assert.Equal("MOVED 15768 10.0.0.3:7002", Ask(cluster, 3, "GET", "ANDREW"));
        EndsClean(cluster);
    }

    [Fact]
    public void A_machine_dies_its_replica_answers_and_the_old_primary_comes_back_as_a_replica_with_the_data()
    {
        VirtualCluster cluster = Made(3);
        Assert.Equal("OK", Ask(cluster, 2, "SET", "foo", "bar"));
        cluster.World.RunFor(Second);
        cluster.Seats[2].Process!.Kill();
        cluster.Seats[4].Process!.Kill();
        ServedAfterMs(cluster, 2 * Second);
        Assert.Equal("bar", Ask(cluster, 5, "GET", "foo"));
        cluster.World.RunFor(5 * Second);
        cluster.StartMissing();
        Assert.True(cluster.World.RunUntil(() => cluster.IsConverged() && cluster.AllInSync(), 60 * Second), cluster.WhyNot());
        Assert.True(cluster.Seats[2].View!.Myself.IsReplica);
        Assert.Equal(cluster.Seats[5].View!.Myself.Id, cluster.Seats[2].View!.Myself.Primary!.Id);
        EndsClean(cluster);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(15_000)]
    public void A_killed_primary_is_replaced_within_a_second_at_any_node_timeout(int timeoutMs)
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            VirtualCluster cluster = Made(seed, new ClusterPlan { NodeTimeoutMs = timeoutMs });
            cluster.World.RunFor(10 * Second + cluster.World.ChanceOfFaults.Below(Second));
            cluster.Seats[(int)(seed % 3)].Process!.Kill();
            Assert.InRange(ServedAfterMs(cluster, 30 * Second), 1, 1000);
            EndsClean(cluster);
        }
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(15_000)]
    public void A_silent_primary_is_replaced_within_the_node_timeout_and_700_ms(int timeoutMs)
    {
        for (ulong seed = 0; seed < 5; seed++)
        {
            VirtualCluster cluster = Made(seed, new ClusterPlan { NodeTimeoutMs = timeoutMs });
            cluster.World.RunFor(30 * Second + cluster.World.ChanceOfFaults.Below(Second));
            cluster.Seats[(int)(seed % 3)].Process!.Pause();
            Assert.InRange(ServedAfterMs(cluster, 60 * Second), 1, timeoutMs + 700);
            EndsClean(cluster);
        }
    }

    [Fact]
    public void A_primary_killed_three_seconds_after_the_start_is_replaced_with_its_keys()
    {
        VirtualCluster cluster = Made(4);
        Assert.Equal("OK", Ask(cluster, 0, "SET", "JAMES", "1"));
        cluster.World.RunFor(3 * Second);
        cluster.Seats[0].Process!.Kill();
        ServedAfterMs(cluster, 2 * Second);
        Assert.Equal("1", Ask(cluster, 3, "GET", "JAMES"));
        EndsClean(cluster);
    }

    [Fact]
    public void All_six_start_again_at_once_and_serve_the_same_slots()
    {
        VirtualCluster cluster = Made(5);
        cluster.World.RunFor(5 * Second);
        foreach (NodeSeat seat in cluster.Seats) seat.Process!.Kill();
        cluster.World.RunFor(Second);
        cluster.StartMissing();
        Assert.True(cluster.World.RunUntil(cluster.IsConverged, 60 * Second), cluster.WhyNot());
        EndsClean(cluster);
    }

    [Fact]
    public void A_primary_without_a_replica_that_starts_again_within_a_second_serves_again_at_once()
    {
        VirtualCluster cluster = Made(6, new ClusterPlan { Primaries = 3, ReplicasEach = 0, NodeTimeoutMs = 15_000 });
        cluster.World.RunFor(10 * Second);
        cluster.Seats[1].Process!.Kill();
        cluster.World.RunFor(700 * Millisecond);
        cluster.StartMissing();
        Assert.InRange(ServedAfterMs(cluster, 60 * Second), 0, 1500);
        EndsClean(cluster);
    }

    [Fact]
    public void A_killed_primary_that_starts_again_at_once_hands_over_to_the_replica_that_has_more()
    {
        for (ulong seed = 20; seed < 24; seed++)
        {
            VirtualCluster cluster = Made(seed, new ClusterPlan { NodeTimeoutMs = 15_000, ClientPauseUs = 10_000 });
            cluster.StartClients();
            cluster.World.RunFor(5 * Second);
            cluster.Seats[0].Process!.Kill();
            cluster.World.RunFor(20 * Millisecond);
            cluster.StartMissing();
            Assert.InRange(ServedAfterMs(cluster, 60 * Second), 0, 3000);
            Assert.True(cluster.World.RunUntil(() => cluster.IsConverged() && cluster.AllInSync(), 60 * Second), cluster.WhyNot());
            Assert.True(cluster.Seats[0].View!.Myself.IsReplica);
            Assert.Equal(0, cluster.World.Counters[Counter.LostThoughReplicated]);
            cluster.JudgeLosses();
            Assert.Equal(0, cluster.World.Counters[Counter.LostWithRestart]);
            Assert.Equal(0, cluster.World.Counters[Counter.LostThoughReplicated]);
            EndsClean(cluster);
        }
    }

    [Fact]
    public void A_primary_that_starts_again_with_all_that_its_replicas_have_stays_primary()
    {
        VirtualCluster cluster = Made(24, new ClusterPlan { NodeTimeoutMs = 15_000 });
        Assert.Equal("OK", Ask(cluster, 1, "SET", "JOHN", "Adams"));
        Assert.Equal("Background saving started", Ask(cluster, 1, "BGSAVE"));
        // Not long enough for the ping that goes down the stream every ten seconds.
        cluster.World.RunFor(200 * Millisecond);
        cluster.Seats[1].Process!.Kill();
        cluster.World.RunFor(20 * Millisecond);
        cluster.StartMissing();
        Assert.InRange(ServedAfterMs(cluster, 60 * Second), 0, 2500);
        Assert.True(cluster.World.RunUntil(() => cluster.IsConverged() && cluster.AllInSync(), 60 * Second), cluster.WhyNot());
        Assert.True(cluster.Seats[1].View!.Myself.IsPrimary);
        Assert.Equal("Adams", Ask(cluster, 1, "GET", "JOHN"));
        EndsClean(cluster);
    }

    [Fact]
    public void A_primary_that_comes_back_without_data_is_not_elected_in_the_place_of_its_successor()
    {
        VirtualCluster cluster = Made(25, new ClusterPlan { Machines = 6, NodeTimeoutMs = 2_000 });
        Assert.Equal("OK", Ask(cluster, 0, "SET", "JAMES", "1"));
        cluster.World.RunFor(Second);
        NodeSeat old = cluster.Seats[0], successor = cluster.Seats[3];
        old.Process!.Kill();
        ServedAfterMs(cluster, 5 * Second);
        cluster.World.RunFor(2 * Second);
        foreach (Machine machine in cluster.World.Machines)
        {
            cluster.World.Network.Cut(machine, successor.Machine, 1);
            cluster.World.Network.Cut(successor.Machine, machine, 1);
        }

        cluster.StartMissing();
        cluster.World.RunFor(60 * Second);
        Assert.True(old.View!.Myself.IsReplica);
        foreach (Machine machine in cluster.World.Machines)
        {
            cluster.World.Network.Cut(machine, successor.Machine, -1);
            cluster.World.Network.Cut(successor.Machine, machine, -1);
        }

        Assert.True(cluster.World.RunUntil(() => cluster.IsConverged() && cluster.AllInSync(), 60 * Second), cluster.WhyNot());
        // With the data that it has from its successor by then it may well be elected: the others believed the successor dead.
        Assert.Equal("1", Ask(cluster, successor.View!.Myself.IsPrimary ? 3 : 0, "GET", "JAMES"));
        EndsClean(cluster);
    }

    [Fact]
    public void A_firewall_that_rejects_one_port_for_one_machine_makes_nobody_fail()
    {
        VirtualCluster cluster = Made(7, new ClusterPlan { Machines = 6, NodeTimeoutMs = 5_000 });
        cluster.World.RunFor(10 * Second);
        NodeSeat behind = cluster.Seats[0];
        cluster.World.Network.Rejects.Add(new RejectRule(cluster.World.Machines[1], behind.Machine, behind.Port + 10_000));
        for (int i = 0; i < 600; i++)
        {
            cluster.World.RunFor(100 * Millisecond);
            foreach (NodeSeat seat in cluster.Seats) Assert.False(seat.View!.Nodes.Find(behind.View!.Myself.Id)!.IsFailed);
        }

        Assert.Empty(cluster.Inspector.Views.Promotions);
        EndsClean(cluster);
    }

    [Fact]
    public void A_manual_failover_loses_no_write()
    {
        VirtualCluster cluster = Made(8, new ClusterPlan { NodeTimeoutMs = 5_000, ClientPauseUs = 20_000 });
        cluster.StartClients();
        cluster.World.RunFor(5 * Second);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("OK", Ask(cluster, 3 + i, "CLUSTER", "FAILOVER"));
            cluster.World.RunFor(5 * Second);
            Assert.True(cluster.Seats[3 + i].View!.Myself.IsPrimary);
        }

        cluster.JudgeLosses();
        Assert.Equal(0, cluster.World.Counters[Counter.LostWritesExcused]);
        EndsClean(cluster);
    }

    [Fact]
    public void A_node_that_is_asked_to_stop_hands_over_first_and_no_write_is_lost()
    {
        VirtualCluster cluster = Made(9, new ClusterPlan { NodeTimeoutMs = 15_000, ClientPauseUs = 20_000 });
        cluster.StartClients();
        cluster.World.RunFor(5 * Second);
        Process stopping = cluster.Seats[1].Process!;
        stopping.Terminate();
        Assert.True(cluster.World.RunUntil(() => stopping.State == ProcessState.Ended, 15 * Second));
        Assert.Equal(0, stopping.ExitCode);
        Assert.InRange(ServedAfterMs(cluster, 5 * Second), 0, 1000);
        cluster.JudgeLosses();
        Assert.Equal(0, cluster.World.Counters[Counter.LostWritesExcused]);
        EndsClean(cluster);
    }

    [Fact]
    public void A_flood_of_messages_that_the_paths_do_not_take_makes_nobody_suspect_anybody()
    {
        VirtualCluster cluster = Made(12, new ClusterPlan { NodeTimeoutMs = 6_000 });
        cluster.World.RunFor(5 * Second);
        (long suspicions, long elections) before = Troubles(cluster);
        SetPaths(cluster, nanosecondsPerByte: 8_000);
        string message = new('m', 20_000);
        for (int i = 0; i < 800; i++)
        {
            cluster.Operator.Send(cluster.Seats[0].Address, null, "PUBLISH", "news", message);
            cluster.World.RunFor(10 * Millisecond);
        }

        cluster.World.RunFor(15 * Second);
        Assert.Equal(before, Troubles(cluster));
        SetPaths(cluster, nanosecondsPerByte: 10);
        cluster.World.RunFor(20 * Second);
        Assert.Equal(before, Troubles(cluster));
        EndsClean(cluster);
    }

    private static (long Suspicions, long Elections) Troubles(VirtualCluster cluster)
    {
        (long suspicions, long elections) = (0, 0);
        foreach (NodeSeat seat in cluster.Seats)
        {
            suspicions += seat.View!.Counters.FastSuspicions + seat.View.Counters.SlowSuspicions;
            elections += seat.View.Counters.Elections;
        }

        return (suspicions, elections);
    }

    private static void SetPaths(VirtualCluster cluster, int nanosecondsPerByte)
    {
        foreach (NodeSeat from in cluster.Seats)
        {
            foreach (NodeSeat to in cluster.Seats)
                if (from.Machine != to.Machine) cluster.World.Network.Path(from.Machine, to.Machine).NanosecondsPerByte = nanosecondsPerByte;
        }
    }

    [Fact]
    public void A_node_refuses_a_torn_nodes_conf_whatever_is_missing()
    {
        VirtualCluster cluster = Made(10);
        NodeSeat seat = cluster.Seats[0];
        seat.Process!.Kill();
        string path = seat.Folder + "/nodes.conf";
        byte[] whole = seat.Machine.Disk.Peek(path)!;
        for (int length = 1; length < whole.Length; length += 97)
        {
            seat.Machine.Disk.Place(path, whole.AsSpan(0, length));
            cluster.Start(seat);
            cluster.World.RunFor(Second);
            Assert.Equal(1, seat.Process!.ExitCode);
        }

        seat.Machine.Disk.Place(path, whole);
        cluster.Start(seat);
        Assert.True(cluster.World.RunUntil(cluster.IsConverged, 60 * Second), cluster.WhyNot());
        EndsClean(cluster);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_snapshot_that_could_not_be_written_whole_leaves_the_one_before(bool syncFails)
    {
        VirtualCluster cluster = Made(11);
        NodeSeat seat = cluster.Seats[1];
        string path = seat.Folder + "/dump.rdb";
        Assert.Equal("OK", Ask(cluster, 1, "SET", "JOHN", "Adams"));
        Assert.Equal("Background saving started", Ask(cluster, 1, "BGSAVE"));
        cluster.World.RunFor(5 * Second);
        byte[] before = seat.Machine.Disk.Peek(path)!;
        Assert.Equal("OK", Ask(cluster, 1, "SET", "JOHN", new string('A', 100_000)));
        if (syncFails) seat.Machine.Disk.SyncErrorPermille = 1000;
        else seat.Machine.Disk.CapacityBytes = seat.Machine.Disk.UsedBytes + 100;
        Assert.Equal("Background saving started", Ask(cluster, 1, "BGSAVE"));
        cluster.World.RunFor(5 * Second);
        Assert.Contains("rdb_last_bgsave_status:err", Ask(cluster, 1, "INFO", "persistence"));
        Assert.Equal(before, seat.Machine.Disk.Peek(path));
        seat.Machine.PowerFailure();
        Assert.Equal(before, seat.Machine.Disk.Peek(path));
        EndsClean(cluster);
    }
}
