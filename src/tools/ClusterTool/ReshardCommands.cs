using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>Commands that move slots between masters: reshard, which somebody directs, and rebalance, which evens out.</summary>
public sealed class ReshardCommands(ClusterRequest request, ClusterLog log)
{
    /// <summary>reshard host:port — moves a number of slots to one master; the exit code.</summary>
    public int Reshard(Endpoint endpoint)
    {
        using ClusterMap? map = Sound(endpoint, "*** Please fix your cluster problems before resharding", quiet: false);
        if (map is null) return 1;
        if (AskCount() is not { } count || AskTarget(map) is not { } target) return 1;
        if (AskSources(map, target) is not { } sources) return 1;
        if (sources.Count == 0)
        {
            log.Refuse("*** No source nodes given, operation aborted.");
            return 1;
        }

        log.Line($"\nReady to move {count} slots.\n  Source nodes:");
        foreach (ClusterNode source in sources) log.Line(NodePrinter.Text(source, log.Form, 4));
        log.Line("  Destination node:");
        log.Line(NodePrinter.Text(target, log.Form, 4));
        List<(int Slot, string SourceId)> moves = ReshardPlan.Make(sources.ConvertAll(s => new SlotHolder(s.Id, s.Slots)), count);
        log.Line("  Resharding plan:");
        foreach ((int slot, string source) in moves) log.Line($"    Moving slot {slot} from {source}");
        if (!request.Yes && Question.Ask(log, "Do you want to proceed with the proposed reshard plan (yes/no)? ") != "yes") return 1;
        var mover = new SlotMover(map, log, request);
        foreach (ClusterNode node in map.Nodes) node.BePatient(2 * request.TimeoutMs);
        return moves.TrueForAll(m => mover.Move(map.Find(m.SourceId)!, target, m.Slot, announce: true)) ? 0 : 1;
    }

    /// <summary>rebalance host:port — brings every master to its share; the exit code.</summary>
    public int Rebalance(Endpoint endpoint)
    {
        using ClusterMap? map = Sound(endpoint, "*** Please fix your cluster problems before rebalancing", quiet: true);
        if (map is null || !TryWeights(map, out Dictionary<string, double> weights)) return 1;
        List<SlotHolder> masters = map.Masters
            .Where(m => request.UseEmptyMasters || m.Slots.Count > 0)
            .Select(m => new SlotHolder(m.Id, m.Slots, weights.GetValueOrDefault(m.Id, 1)))
            .ToList();
        RebalancePlan plan = RebalancePlan.Make(masters, request.ThresholdPercent);
        if (plan.NeedsNothing)
        {
            log.Warn($"*** No rebalancing needed! All nodes are within the {request.ThresholdPercent:F2}% threshold.");
            return 0;
        }

        log.Step($">>> Rebalancing across {masters.Count} nodes. Total weight = {plan.TotalWeight:F2}");
        if (request.Verbose)
        {
            foreach ((string id, int balance) in plan.Balances) log.Line($"{map.Find(id)!.Address} balance is {balance} slots");
        }

        foreach (ClusterNode node in map.Nodes) node.BePatient(2 * request.TimeoutMs);
        return plan.Moves.All(move => Carry(map, move)) ? 0 : 1;
    }

    private bool Carry(ClusterMap map, BalancingMove move)
    {
        ClusterNode source = map.Find(move.SourceId)!;
        ClusterNode target = map.Find(move.TargetId)!;
        log.Line($"Moving {move.Count} slots from {source.Address} to {target.Address}");
        var mover = new SlotMover(map, log, request);
        foreach ((int slot, _) in ReshardPlan.Make([new SlotHolder(source.Id, source.Slots)], move.Count))
        {
            if (!request.Simulate && !mover.Move(source, target, slot, announce: false)) return false;
            log.Part("#");
        }

        log.Line("");
        return true;
    }

    /// <summary>The cluster, if it is sound; null with the reason said otherwise.</summary>
    private ClusterMap? Sound(Endpoint endpoint, string refusal, bool quiet)
    {
        ClusterMap? map = ClusterMap.Load(endpoint, log, request.Credentials);
        if (map is null) return null;
        if (new ClusterCheck(map, log, request).Run(quiet)) return map;
        log.Refuse(refusal);
        map.Dispose();
        return null;
    }

    private int? AskCount()
    {
        int count = request.Slots;
        while (count is <= 0 or > Layout.SlotCount)
        {
            if (Question.Ask(log, $"How many slots do you want to move (from 1 to {Layout.SlotCount})? ") is not { } answer) return null;
            count = CNumber.Int32(answer);
        }

        return count;
    }

    private ClusterNode? AskTarget(ClusterMap map)
    {
        string? id = request.To;
        while (string.IsNullOrEmpty(id))
        {
            id = Question.Ask(log, "What is the receiving node ID? ");
            if (id is null) return null;
        }

        return Master(map, id);
    }

    /// <summary>Who gives slots away; null when somebody named a node that cannot.</summary>
    private List<ClusterNode>? AskSources(ClusterMap map, ClusterNode target)
    {
        var sources = new List<ClusterNode>();
        if (request.From is { } given)
        {
            foreach (string id in given.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (id == "all") return All(map, target);
                if (!TryAddSource(map, target, id, sources)) return null;
            }

            return sources;
        }

        log.Line("Please enter all the source node IDs.\n  Type 'all' to use all the nodes as source nodes for the hash slots.\n" +
            "  Type 'done' once you entered all the source nodes IDs.");
        while (true)
        {
            string answer = Question.Ask(log, $"Source node #{sources.Count + 1}: ") ?? "done";
            if (answer == "done") return sources;
            if (answer == "all") return All(map, target);
            if (answer.Length > 0 && !TryAddSource(map, target, answer, sources)) return null;
        }
    }

    private static List<ClusterNode> All(ClusterMap map, ClusterNode target) => map.Masters.Where(m => m != target).ToList();

    private bool TryAddSource(ClusterMap map, ClusterNode target, string id, List<ClusterNode> sources)
    {
        if (Master(map, id) is not { } source) return false;
        if (source == target) log.Bad("*** It is not possible to use the target node as source node.");
        else if (!sources.Contains(source)) sources.Add(source);
        return true;
    }

    private ClusterNode? Master(ClusterMap map, string id)
    {
        ClusterNode? node = map.Find(id);
        if (node is { IsReplica: false }) return node;
        log.Bad($"*** The specified node ({id}) is not known or not a master, please retry.");
        return null;
    }

    private bool TryWeights(ClusterMap map, out Dictionary<string, double> weights)
    {
        weights = [];
        foreach (string text in request.Weights)
        {
            int equals = text.IndexOf('=');
            if (equals < 0)
            {
                log.Bad($"*** invalid input {text}");
                return false;
            }

            if (map.FindAbbreviated(text[..equals]) is not { IsReplica: false } node)
            {
                log.Bad($"*** No such master node {text[..equals]}");
                return false;
            }

            weights[node.Id] = CNumber.Real(text[(equals + 1)..]);
        }

        return true;
    }
}
