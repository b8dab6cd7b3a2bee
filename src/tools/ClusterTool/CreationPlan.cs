using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Core;

namespace Hexad.ClusterTool;

/// <summary>A node that becomes part of a new cluster.</summary>
public sealed class PlannedNode(string id, string host, int port)
{
    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>The machine it runs on.</summary>
    public string Host => host;

    /// <summary>Its port for clients.</summary>
    public int Port => port;

    /// <summary>The first slot it gets; above <see cref="LastSlot"/> for a replica.</summary>
    public int FirstSlot { get; internal set; }

    /// <summary>The last slot it gets.</summary>
    public int LastSlot { get; internal set; } = -1;

    /// <summary>The master it follows; null for a master.</summary>
    public PlannedNode? Master { get; internal set; }
}

/// <summary>
/// Who serves what in a new cluster. Masters are taken from the machines in turn, so that each machine gets its share;
/// slots are shared out evenly in the order of the masters; each master's replicas come from other machines where
/// that is possible. Nothing is done here: the plan is shown to somebody first.
/// </summary>
public sealed class CreationPlan
{
    private CreationPlan(IReadOnlyList<PlannedNode> nodes) => Nodes = nodes;

    /// <summary>All nodes, in the order they were given.</summary>
    public IReadOnlyList<PlannedNode> Nodes { get; }

    /// <summary>The masters, in the order of their slots.</summary>
    public IReadOnlyList<PlannedNode> Masters { get; private set; } = [];

    /// <summary>Who follows whom, in the order it was decided; before the anti-affinity was improved.</summary>
    public IReadOnlyList<(PlannedNode Replica, PlannedNode Master)> Assignments { get; private set; } = [];

    /// <summary>From which of <see cref="Assignments"/> on nodes were left over, beyond the replicas asked for.</summary>
    public int ExtraFrom { get; private set; }

    /// <summary>Whether replicas had to be swapped between masters.</summary>
    public bool WasOptimized { get; private set; }

    /// <summary>What is left of bad neighbourhood: 0 is none, see <see cref="AntiAffinity"/>.</summary>
    public int AffinityScore { get; private set; }

    /// <summary>How many masters so many nodes with so many replicas each make.</summary>
    public static int MasterCount(int nodes, int replicas) => nodes / (replicas + 1);

    /// <summary>Makes the plan; there must be enough nodes for three masters.</summary>
    public static CreationPlan Make(IReadOnlyList<PlannedNode> nodes, int replicas, Dice dice)
    {
        int masterCount = MasterCount(nodes.Count, replicas);
        Invariant.That(masterCount >= 3);
        List<PlannedNode> interleaved = Interleave(nodes);
        var plan = new CreationPlan(nodes) { Masters = interleaved.GetRange(0, masterCount) };
        ShareSlots(plan.Masters);
        plan.AssignReplicas(interleaved.GetRange(masterCount, interleaved.Count - masterCount), replicas);
        plan.WasOptimized = AntiAffinity.Score(nodes) > 0;
        plan.AffinityScore = plan.WasOptimized ? AntiAffinity.Optimize(nodes, dice) : 0;
        return plan;
    }

    /// <summary>A plan in which somebody has decided already who follows whom; only the slots are shared out.</summary>
    public static CreationPlan Of(IReadOnlyList<PlannedNode> nodes, Func<PlannedNode, PlannedNode?> masterOf)
    {
        foreach (PlannedNode node in nodes) node.Master = masterOf(node);
        List<(PlannedNode, PlannedNode)> assignments = nodes.Where(n => n.Master is not null).Select(n => (n, n.Master!)).ToList();
        var plan = new CreationPlan(nodes)
        {
            Masters = nodes.Where(n => n.Master is null).ToList(),
            Assignments = assignments,
            ExtraFrom = assignments.Count,
        };
        ShareSlots(plan.Masters);
        return plan;
    }

    /// <summary>Takes one node of each machine in turn, machines in the order they appear.</summary>
    private static List<PlannedNode> Interleave(IReadOnlyList<PlannedNode> nodes)
    {
        List<Queue<PlannedNode>> machines = nodes.GroupBy(n => n.Host).Select(g => new Queue<PlannedNode>(g)).ToList();
        var interleaved = new List<PlannedNode>();
        while (interleaved.Count < nodes.Count)
        {
            foreach (Queue<PlannedNode> machine in machines)
            {
                if (machine.TryDequeue(out PlannedNode? node)) interleaved.Add(node);
            }
        }

        return interleaved;
    }

    private static void ShareSlots(IReadOnlyList<PlannedNode> masters)
    {
        // As Redis: single precision, and the rounding of C, decide which master gets the odd slot.
        float perMaster = Layout.SlotCount / (float)masters.Count;
        float cursor = 0;
        int first = 0;
        for (int i = 0; i < masters.Count; i++, cursor += perMaster)
        {
            int last = (int)Math.Round(cursor + perMaster - 1, MidpointRounding.AwayFromZero);
            if (last >= Layout.SlotCount || i == masters.Count - 1) last = Layout.SlotCount - 1;
            last = Math.Max(last, first);
            (masters[i].FirstSlot, masters[i].LastSlot) = (first, last);
            first = last + 1;
        }
    }

    private void AssignReplicas(List<PlannedNode> free, int replicas)
    {
        var assignments = new List<(PlannedNode, PlannedNode)>();

        // Beginning with the second gives a better neighbourhood to start from: the first is on the first master's machine.
        if (free.Count > 0) free.Add(free[0]);
        if (free.Count > 0) free.RemoveAt(0);
        foreach (PlannedNode master in Masters)
        {
            for (int i = 0; i < replicas && free.Count > 0; i++) assignments.Add(Assign(master, free));
        }

        ExtraFrom = assignments.Count;
        while (free.Count > 0)
        {
            foreach (PlannedNode master in Masters)
            {
                if (free.Count > 0) assignments.Add(Assign(master, free));
            }
        }

        Assignments = assignments;
    }

    /// <summary>Gives a master the first free node of another machine, or the first of all.</summary>
    private static (PlannedNode Replica, PlannedNode Master) Assign(PlannedNode master, List<PlannedNode> free)
    {
        int at = Math.Max(0, free.FindIndex(n => n.Host != master.Host));
        PlannedNode replica = free[at];
        free.RemoveAt(at);
        replica.Master = master;
        return (replica, master);
    }
}
