using System;
using Hexad.Core;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Load;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.Virtual;
using Xunit;

namespace Hexad.Simulation.Tests;

/// <summary>
/// What excuses a lost write, and what does not: a restarted primary may have less than it had, but not less than what
/// it knew to be on its disk. In all of these a whole shard (nodes 0 and 3) dies, so that nobody is elected.
/// </summary>
public sealed class LossJudgementTests
{
    private const long Second = 1_000_000;

    private static VirtualCluster MadeWithClients(ulong seed)
    {
        var cluster = new VirtualCluster(seed, new ClusterPlan { NodeTimeoutMs = 5_000, ClientPauseUs = 20_000 });
        Assert.True(cluster.Create(), string.Join("\n", cluster.Verdict.Violations));
        cluster.StartClients();
        cluster.World.RunFor(10 * Second);
        return cluster;
    }

    private static void Save(VirtualCluster cluster)
    {
        Assert.Equal("Background saving started", cluster.Operator.Ask(cluster.Seats[0].Address, "BGSAVE")?.Text);
        cluster.World.RunFor(2 * Second);
        Assert.NotNull(cluster.Seats[0].Machine.Disk.LastKept(Dump(cluster)));
    }

    private static string Dump(VirtualCluster cluster) => cluster.Seats[0].Folder + "/dump.rdb";

    private static void KillShard(VirtualCluster cluster)
    {
        cluster.Seats[3].Process!.Kill();
        cluster.Seats[0].Process!.Kill();
        cluster.World.RunFor(Second);
    }

    private static void StartShard(VirtualCluster cluster)
    {
        cluster.StartMissing();
        Assert.True(cluster.World.RunUntil(() => cluster.IsConverged() && cluster.AllInSync(), 60 * Second), cluster.WhyNot());
    }

    [Fact]
    public void What_was_written_after_the_last_save_may_go_with_a_restart_and_what_was_saved_may_not()
    {
        VirtualCluster cluster = MadeWithClients(1);
        Save(cluster);
        cluster.World.RunFor(5 * Second);
        KillShard(cluster);
        StartShard(cluster);
        cluster.JudgeLosses();
        cluster.End();
        Assert.Empty(cluster.Verdict.Violations);
        Assert.True(cluster.World.Counters[Counter.LostWithRestart] > 0);
        Assert.Equal(0, cluster.World.Counters[Counter.LostThoughReplicated]);
    }

    [Fact]
    public void A_restart_does_not_excuse_the_loss_of_a_write_that_its_file_held()
    {
        VirtualCluster cluster = MadeWithClients(2);
        foreach (VirtualClient client in cluster.Clients) client.ReadAll();
        Save(cluster);
        KillShard(cluster);
        StartShard(cluster);
        Assert.Equal("OK", cluster.Operator.Ask(cluster.Seats[0].Address, "FLUSHALL")?.Text);
        foreach (VirtualClient client in cluster.Clients)
            foreach (KeyHistory key in client.Keys)
                if (key.Slot.Value < SlotIndex.Count / 3) cluster.Inspector.Losses.Judge(Gone(key), cluster.Inspector.Views.Promotions);
        Assert.Contains(cluster.Verdict.Violations, violation => violation.Contains("is lost: 0 is left", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_older_than_the_last_save_is_a_violation()
    {
        VirtualCluster cluster = MadeWithClients(3);
        Save(cluster);
        byte[] older = cluster.Seats[0].Machine.Disk.Peek(Dump(cluster))!;
        cluster.World.RunFor(5 * Second);
        Save(cluster);
        KillShard(cluster);
        cluster.Seats[0].Machine.Disk.Place(Dump(cluster), older);
        StartShard(cluster);
        Assert.Contains(cluster.Verdict.Violations, violation => violation.Contains("n0 saved offset", StringComparison.Ordinal));
    }

    [Fact]
    public void A_state_holds_another_when_it_came_out_of_it_or_of_what_came_after_it()
    {
        var dice = new Dice(1);
        ReplicationId a = new(dice.Id()), b = new(dice.Id()), c = new(dice.Id()), alone = new(dice.Id());
        var lineage = new Lineage();
        lineage.Seen(a, default);
        lineage.Seen(b, At(a, 500));
        lineage.Seen(c, At(b, 700));
        lineage.Seen(alone, default);
        Assert.True(lineage.Holds(At(a, 900), At(a, 900)));
        Assert.False(lineage.Holds(At(a, 899), At(a, 900)));
        Assert.True(lineage.Holds(At(c, 700), At(b, 700)));
        Assert.False(lineage.Holds(At(c, 900), At(b, 701)));
        Assert.True(lineage.Holds(At(c, 700), At(a, 500)));
        Assert.False(lineage.Holds(At(c, 900), At(a, 501)));
        Assert.False(lineage.Holds(At(a, 900), At(b, 600)));
        Assert.False(lineage.Holds(At(alone, 900), At(a, 1)));
    }

    private static DataState At(ReplicationId history, long offset) => new(history, new ReplicationOffset(offset));

    private static KeyHistory Gone(KeyHistory key)
    {
        key.Final = 0;
        return key;
    }
}
