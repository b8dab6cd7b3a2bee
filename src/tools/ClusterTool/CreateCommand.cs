using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Hexad.Client;
using Hexad.Core;

namespace Hexad.ClusterTool;

/// <summary>
/// Makes a cluster of nodes that are alone: plans, shows, asks, then gives out slots and epochs, introduces everybody to
/// the first node, waits until all know each other, and lets the replicas follow their masters. When it was interrupted
/// it can be run again with the same nodes: what is done already is left as it is.
/// </summary>
public sealed class CreateCommand(ClusterRequest request, ClusterLog log)
{
    private const int ReplicateTries = 50;
    private const int ReplicatePauseMs = 200;
    private readonly List<ClusterNode> _nodes = [];

    /// <summary>Decides who does what; null leaves that to <see cref="CreationPlan.Make"/>.</summary>
    public Func<IReadOnlyList<PlannedNode>, CreationPlan>? Planner { get; init; }

    /// <summary>Runs; the exit code.</summary>
    public int Run()
    {
        try
        {
            if (log.Form == CommandLineForm.RedisTrib) log.Step(">>> Creating cluster");
            if (!TryConnectAll() || Plan() is not { } plan) return 1;
            Show(plan);
            if (!Question.Confirm(log, "Can I set the above configuration?", request.Yes)) return 1;
            return Carry(plan) ? 0 : 1;
        }
        finally
        {
            foreach (ClusterNode node in _nodes) node.Dispose();
        }
    }

    private bool TryConnectAll()
    {
        var addresses = new HashSet<string>();
        foreach (string text in request.Arguments)
        {
            if (!Endpoint.TryParse(text, out Endpoint endpoint))
            {
                log.Refuse($"Invalid address format: {text}");
                return false;
            }

            if (ClusterNode.Load(endpoint, log, request.Credentials) is not { } node) return false;
            _nodes.Add(node);
            if (addresses.Add(node.Id)) continue;
            log.Bad($"[ERR] Node {node.Address} was given twice.");
            return false;
        }

        return _nodes.All(IsFree);
    }

    /// <summary>
    /// Whether a node is alone and empty, or half-way into exactly this cluster: it knows nobody but the nodes given, and
    /// the cluster does not stand yet.
    /// </summary>
    private bool IsFree(ClusterNode node)
    {
        if (!node.Ask(out Reply size, "DBSIZE")) return false;
        bool knowsStrangers = node.Others.Any(o => !_nodes.Exists(n => n.Id == o.Id || (n.Endpoint.Port == o.Port && o.InHandshake)));
        bool stands = node.Others.Count > 0 && node.Others.Append(node.View).Sum(v => v.Slots.Count) == Layout.SlotCount
            && _nodes.TrueForAll(n => n.IsReplica || n.Slots.Count > 0);
        if (size.Integer == 0 && !knowsStrangers && !stands) return true;
        log.Bad($"[ERR] Node {node.Address} is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.");
        return false;
    }

    private CreationPlan? Plan()
    {
        int masters = CreationPlan.MasterCount(_nodes.Count, request.Replicas);
        if (masters < 3)
        {
            log.Bad("*** ERROR: Invalid configuration for cluster creation.\n*** Redis Cluster requires at least 3 master nodes.\n" +
                $"*** This is not possible with {_nodes.Count} nodes and {request.Replicas} replicas per node.\n" +
                $"*** At least {3 * (request.Replicas + 1)} nodes are required.");
            return null;
        }

        log.Step($">>> Performing hash slots allocation on {_nodes.Count} nodes...");
        List<PlannedNode> planned = _nodes.Select(n => new PlannedNode(n.Id, n.Endpoint.Host, n.Endpoint.Port)).ToList();

        // The same nodes give the same plan each time, so that an interrupted run is continued and not contradicted.
        return Planner is not null ? Planner(planned) : CreationPlan.Make(planned, request.Replicas, new Dice(1));
    }

    private void Show(CreationPlan plan)
    {
        if (log.Form == CommandLineForm.RedisTrib)
        {
            log.Line($"Using {plan.Masters.Count} masters:");
            foreach (PlannedNode master in plan.Masters) log.Line($"{master.Host}:{master.Port}");
        }
        else
        {
            for (int i = 0; i < plan.Masters.Count; i++) log.Line($"Master[{i}] -> Slots {plan.Masters[i].FirstSlot} - {plan.Masters[i].LastSlot}");
        }

        for (int i = 0; i < plan.Assignments.Count; i++)
        {
            if (i == plan.ExtraFrom) log.Line("Adding extra replicas...");
            (PlannedNode replica, PlannedNode master) = plan.Assignments[i];
            log.Line($"Adding replica {replica.Host}:{replica.Port} to {master.Host}:{master.Port}");
        }

        if (plan.WasOptimized)
        {
            log.Step(">>> Trying to optimize slaves allocation for anti-affinity");
            if (plan.AffinityScore == 0) log.Good("[OK] Perfect anti-affinity obtained!");
            else if (AntiAffinity.SharesWithMaster(plan.AffinityScore)) log.Warn("[WARNING] Some slaves are in the same host as their master");
            else log.Warn("[WARNING] Some slaves of the same master are in the same host");
        }

        foreach (PlannedNode node in plan.Nodes) log.Line(NodePrinter.Text(node, log.Form));
    }

    private bool Carry(CreationPlan plan)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (plan.Nodes[i].Master is null && !GiveSlots(_nodes[i], plan.Nodes[i])) return false;
        }

        log.Step(">>> Nodes configuration updated");
        log.Step(">>> Assign a different config epoch to each node");

        // A node that has an epoch already refuses, which is as good.
        for (int i = 0; i < _nodes.Count; i++) _nodes[i].TryAsk(out _, out _, "CLUSTER", "SET-CONFIG-EPOCH", (i + 1).ToString());
        log.Step(">>> Sending CLUSTER MEET messages to join the cluster");
        if (_nodes[0].ResolveHost() is not { } firstHost) return false;
        for (int i = 1; i < _nodes.Count; i++)
        {
            if (!_nodes[i].Meet(_nodes[0], firstHost)) return false;
        }

        if (!new JoinWait(_nodes, log).Run()) return false;
        for (int i = 0; i < _nodes.Count; i++)
        {
            if (plan.Nodes[i].Master is { } master && !Follow(_nodes[i], master.Id)) return false;
        }

        using ClusterMap? map = ClusterMap.Load(_nodes[0].Endpoint, log, request.Credentials);
        return map is not null && new ClusterCheck(map, log, request).Run(quiet: false);
    }

    private static bool GiveSlots(ClusterNode node, PlannedNode planned)
    {
        var add = new List<string> { "CLUSTER", "ADDSLOTS" };
        var drop = new List<string> { "CLUSTER", "DELSLOTS" };
        for (int slot = 0; slot < Layout.SlotCount; slot++)
        {
            bool wanted = slot >= planned.FirstSlot && slot <= planned.LastSlot;
            if (wanted == node.Slots.Has(slot)) continue;
            (wanted ? add : drop).Add(slot.ToString());
        }

        return (drop.Count == 2 || node.Do([.. drop])) && (add.Count == 2 || node.Do([.. add]));
    }

    /// <summary>Lets a node follow a master; a node that has only just heard of it may need a moment.</summary>
    private bool Follow(ClusterNode node, string masterId)
    {
        string fault = "";
        for (int tries = 0; tries < ReplicateTries; tries++)
        {
            if (node.TryAsk(out _, out fault, "CLUSTER", "REPLICATE", masterId)) return true;
            if (!fault.Contains("Unknown node", StringComparison.Ordinal)) break;
            Thread.Sleep(ReplicatePauseMs);
        }

        log.Bad($"Node {node.Address} replied with error:\n{fault}");
        return false;
    }
}
