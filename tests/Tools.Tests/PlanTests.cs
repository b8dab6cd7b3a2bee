using System.Collections.Generic;
using System.Linq;
using Hexad.ClusterTool;
using Hexad.Core;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Tools.Tests;

public sealed class PlanTests
{
    [Fact]
    public void The_guides_six_nodes_get_the_guides_places()
    {
        CreationPlan plan = Make(1, "1:6379", "2:6380", "3:6381", "1:6381", "2:6379", "3:6380");
        Assert.Equal(["1:6379 0-5460", "2:6380 5461-10922", "3:6381 10923-16383"], plan.Masters.Select(m => $"{m.Id} {m.FirstSlot}-{m.LastSlot}"));
        Assert.Equal(["2:6379 of 1:6379", "3:6380 of 2:6380", "1:6381 of 3:6381"], Followers(plan));
        Assert.False(plan.WasOptimized);
    }

    [Fact]
    public void Masters_come_from_the_machines_in_turn()
    {
        CreationPlan plan = Make(1, "1:1", "1:2", "2:1", "2:2", "3:1", "3:2");
        Assert.Equal(["1:1", "2:1", "3:1"], plan.Masters.Select(m => m.Id));
        Assert.Equal(0, AntiAffinity.Score(plan.Nodes));
    }

    [Theory]
    [InlineData(3, "0-5460 5461-10922 10923-16383")]
    [InlineData(4, "0-4095 4096-8191 8192-12287 12288-16383")]
    [InlineData(5, "0-3276 3277-6553 6554-9829 9830-13106 13107-16383")]
    [InlineData(6, "0-2730 2731-5460 5461-8191 8192-10922 10923-13652 13653-16383")]
    public void Slots_are_shared_out_as_redis_cli_does(int masters, string slots)
    {
        CreationPlan plan = Make(0, Enumerable.Range(1, masters).Select(i => $"{i}:1").ToArray());
        Assert.Equal(slots, string.Join(' ', plan.Masters.Select(m => $"{m.FirstSlot}-{m.LastSlot}")));
    }

    [Fact]
    public void Every_slot_is_given_out_once_whatever_the_number_of_masters()
    {
        for (int masters = 3; masters < 200; masters++)
        {
            CreationPlan plan = Make(0, Enumerable.Range(1, masters).Select(i => $"{i}:1").ToArray());
            int next = 0;
            foreach (PlannedNode master in plan.Masters)
            {
                Assert.Equal(next, master.FirstSlot);
                next = master.LastSlot + 1;
            }

            Assert.Equal(Layout.SlotCount, next);
        }
    }

    [Fact]
    public void Nodes_left_over_become_extra_replicas()
    {
        CreationPlan plan = Make(1, "1:1", "2:1", "3:1", "1:2", "2:2", "3:2", "4:1");
        Assert.Equal(3, plan.ExtraFrom);
        Assert.Equal(4, plan.Assignments.Count);
    }

    [Fact]
    public void A_replica_on_its_masters_machine_is_swapped_away_where_that_is_possible()
    {
        CreationPlan plan = Make(2, "1:1", "1:2", "1:3", "1:4", "2:1", "2:2", "2:3", "2:4", "3:1", "3:2", "3:3", "3:4");
        Assert.Equal(0, AntiAffinity.Score(plan.Nodes));
        CreationPlan alone = Make(1, "1:1", "1:2", "1:3", "1:4", "1:5", "1:6");
        Assert.True(alone.WasOptimized && AntiAffinity.SharesWithMaster(alone.AffinityScore));
    }

    [Fact]
    public void The_same_nodes_give_the_same_plan_so_that_a_run_can_be_continued()
    {
        string[] nodes = ["1:1", "1:2", "1:3", "2:1", "2:2", "3:1", "3:2", "3:3", "4:1"];
        Assert.Equal(Followers(Make(2, nodes)), Followers(Make(2, nodes)));
    }

    [Fact]
    public void Resharding_takes_from_each_in_proportion_and_never_more_than_asked()
    {
        List<SlotHolder> sources = [Holder("a", 0, 999), Holder("b", 1000, 2999), Holder("c", 3000, 3000)];
        List<(int Slot, string SourceId)> moves = ReshardPlan.Make(sources, 300);
        Assert.Equal(200, moves.Count(m => m.SourceId == "b"));
        Assert.Equal(99, moves.Count(m => m.SourceId == "a"));
        Assert.Equal(1000, moves[0].Slot);
        Assert.Empty(ReshardPlan.Make([Holder("a", 1, 0)], 5));
    }

    [Fact]
    public void Rebalancing_brings_everybody_to_the_due_share()
    {
        List<SlotHolder> masters = [Holder("a", 0, 9999), Holder("b", 10_000, 16_383), Holder("c", 1, 0)];
        RebalancePlan plan = RebalancePlan.Make(masters, 2);
        Dictionary<string, int> has = masters.ToDictionary(m => m.Id, m => m.Slots.Count);
        foreach (BalancingMove move in plan.Moves)
        {
            has[move.SourceId] -= move.Count;
            has[move.TargetId] += move.Count;
        }

        Assert.All(has.Values, count => Assert.InRange(count, 5461, 5462));
    }

    [Fact]
    public void Within_the_threshold_nothing_is_moved()
    {
        Assert.True(RebalancePlan.Make([Holder("a", 0, 8200), Holder("b", 8201, 16_383)], 2).NeedsNothing);
        Assert.False(RebalancePlan.Make([Holder("a", 0, 8200) with { Weight = 2 }, Holder("b", 8201, 16_383)], 2).NeedsNothing);
    }

    private static CreationPlan Make(int replicas, params string[] nodes) =>
        CreationPlan.Make(nodes.Select(n => new PlannedNode(n, n.Split(':')[0], int.Parse(n.Split(':')[1]))).ToList(), replicas, new Dice(1));

    private static List<string> Followers(CreationPlan plan) =>
        plan.Assignments.Select(a => $"{a.Replica.Id} of {a.Replica.Master!.Id}").ToList();

    private static SlotHolder Holder(string id, int first, int last)
    {
        var slots = new SlotSet();
        for (int slot = first; slot <= last; slot++) slots.Add(slot);
        return new SlotHolder(id, slots);
    }
}
