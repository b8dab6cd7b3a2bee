using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>A master as the planning of moves sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slots">What it serves.</param>
/// <param name="Weight">Its share in a balanced cluster, relative to the others.</param>
public sealed record SlotHolder(string Id, SlotSet Slots, double Weight = 1);

/// <summary>Which slots to take from whom: from each source in proportion to what it has.</summary>
public static class ReshardPlan
{
    /// <summary>Slots to move, with the id of who has them. May be fewer than asked for where the shares are rounded down.</summary>
    public static List<(int Slot, string SourceId)> Make(IReadOnlyList<SlotHolder> sources, int count)
    {
        var moves = new List<(int, string)>();
        int total = sources.Sum(s => s.Slots.Count);
        if (total == 0) return moves;
        List<SlotHolder> sorted = sources.OrderByDescending(s => s.Slots.Count).ToList();
        for (int i = 0; i < sorted.Count; i++)
        {
            // The largest rounds up and the others down, so that the sum is what was asked for and not more.
            double share = (float)count / total * sorted[i].Slots.Count;
            int most = (int)(i == 0 ? Math.Ceiling(share) : Math.Floor(share));
            for (int slot = 0; slot < Layout.SlotCount && most > 0 && moves.Count < count; slot++)
            {
                if (!sorted[i].Slots.Has(slot)) continue;
                moves.Add((slot, sorted[i].Id));
                most--;
            }
        }

        return moves;
    }
}

/// <summary>One step of rebalancing: so many slots from one master to another.</summary>
public sealed record BalancingMove(string SourceId, string TargetId, int Count);

/// <summary>How to bring every master to its due share of the slots.</summary>
/// <param name="NeedsNothing">Every master is within the threshold.</param>
/// <param name="TotalWeight">The sum of the weights.</param>
/// <param name="Balances">How many slots each master has too many (or, negative, too few), least first.</param>
/// <param name="Moves">What to do, in order.</param>
public sealed record RebalancePlan(
    bool NeedsNothing, double TotalWeight, IReadOnlyList<(string Id, int Balance)> Balances, IReadOnlyList<BalancingMove> Moves)
{
    /// <summary>Makes the plan for masters that take part.</summary>
    public static RebalancePlan Make(IReadOnlyList<SlotHolder> masters, double thresholdPercent)
    {
        double totalWeight = masters.Sum(m => m.Weight);
        var balances = new int[masters.Count];
        bool needed = false;
        for (int i = 0; i < masters.Count; i++)
        {
            int has = masters[i].Slots.Count;
            int due = (int)(Layout.SlotCount / totalWeight * masters[i].Weight);
            balances[i] = has - due;
            if (thresholdPercent > 0) needed |= has > 0 ? Math.Abs(100 - (100.0 * due / has)) > thresholdPercent : due > 1;
        }

        if (!needed) return new RebalancePlan(true, totalWeight, [], []);

        // Rounding may leave more to give than to take: those who take, take the rest too.
        int surplus = balances.Sum();
        while (surplus > 0)
        {
            for (int i = 0; i < balances.Length && surplus > 0; i++)
            {
                if (balances[i] > 0) continue;
                balances[i]--;
                surplus--;
            }
        }

        int[] order = Enumerable.Range(0, masters.Count).OrderBy(i => balances[i]).ToArray();
        List<(string, int)> shown = order.Select(i => (masters[i].Id, balances[i])).ToList();
        return new RebalancePlan(false, totalWeight, shown, Match(masters, balances, order));
    }

    /// <summary>Lets those with most give to those with least, until one of the two is even.</summary>
    private static List<BalancingMove> Match(IReadOnlyList<SlotHolder> masters, int[] balances, int[] order)
    {
        var moves = new List<BalancingMove>();
        int taker = 0;
        int giver = order.Length - 1;
        while (taker < giver)
        {
            int count = Math.Min(Math.Abs(balances[order[taker]]), Math.Abs(balances[order[giver]]));
            if (count > 0) moves.Add(new BalancingMove(masters[order[giver]].Id, masters[order[taker]].Id, count));
            balances[order[taker]] += count;
            balances[order[giver]] -= count;
            if (balances[order[taker]] == 0) taker++;
            if (balances[order[giver]] == 0) giver--;
        }

        return moves;
    }
}
