using System.Collections.Generic;
using System.Linq;
using Hexad.Client;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>Looks whether a cluster is sound: all agree, no slot is half-way between nodes, every slot is served.</summary>
public sealed class ClusterCheck(ClusterMap map, ClusterLog log, ClusterRequest request)
{
    /// <summary>Repairs what is found, where somebody asked for that.</summary>
    public SlotFixer? Fixer { get; init; }

    /// <summary>Prints keys, slots and replicas of each master; false when one does not say.</summary>
    public bool ShowSummary()
    {
        long keys = 0;
        int masters = 0;
        foreach (ClusterNode master in map.Masters)
        {
            if (!master.Ask(out Reply size, "DBSIZE")) return false;
            int replicas = map.Nodes.Count(n => n.IsReplica && n.View.MasterId == master.Id);
            log.Line($"{master.Address} ({master.Id[..8]}...) -> {size.Integer} keys | {master.Slots.Count} slots | {replicas} slaves.");
            keys += size.Integer;
            masters++;
        }

        log.Good($"[OK] {keys} keys in {masters} masters.");
        log.Line($"{keys / (float)Layout.SlotCount:F2} keys per slot on average.");
        return true;
    }

    /// <summary>Checks, and repairs if there is a fixer; whether the cluster is sound at the end.</summary>
    public bool Run(bool quiet)
    {
        log.Step($">>> Performing Cluster Check (using node {map.Nodes[0].Address})");
        if (!quiet)
        {
            foreach (ClusterNode node in map.Nodes) log.Line(NodePrinter.Text(node, log.Form));
        }

        bool sound = CheckAgreement();
        sound &= CheckOpenSlots();
        sound &= CheckCoverage();
        if (request.SearchMultipleOwners) sound &= CheckOwners();
        return sound;
    }

    private bool CheckAgreement()
    {
        string? first = null;
        foreach (ClusterNode node in map.Nodes)
        {
            string? signature = node.AskViews() is { } views ? Layout.Signature(views) : null;
            first ??= signature;
            if (signature is not null && signature == first) continue;
            log.Bad("[ERR] Nodes don't agree about configuration!");
            return false;
        }

        log.Good("[OK] All nodes agree about slots configuration.");
        return true;
    }

    private bool CheckOpenSlots()
    {
        log.Step(">>> Check for open slots...");
        var open = new SortedSet<int>();
        foreach (ClusterNode node in map.Nodes)
        {
            ReportOpen(node, "migrating", node.View.Migrating, open);
            ReportOpen(node, "importing", node.View.Importing, open);
        }

        if (open.Count == 0) return true;
        log.Bad($"[WARNING] The following slots are open: {string.Join(',', open)}.");
        return Fixer is not null && open.All(Fixer.CloseSlot);
    }

    private void ReportOpen(ClusterNode node, string state, IReadOnlyList<(int Slot, string Id)> slots, SortedSet<int> open)
    {
        if (slots.Count == 0) return;
        log.Bad($"[WARNING] Node {node.Address} has slots in {state} state {string.Join(',', slots.Select(s => s.Slot))}.");
        foreach ((int slot, _) in slots) open.Add(slot);
    }

    private bool CheckCoverage()
    {
        log.Step(">>> Check slots coverage...");
        var covered = new SlotSet();
        foreach (ClusterNode node in map.Nodes)
        {
            for (int slot = 0; slot < Layout.SlotCount; slot++)
            {
                if (node.Slots.Has(slot)) covered.Add(slot);
            }
        }

        if (covered.Count == Layout.SlotCount)
        {
            log.Good($"[OK] All {Layout.SlotCount} slots covered.");
            return true;
        }

        log.Bad($"[ERR] Not all {Layout.SlotCount} slots are covered by nodes.\n");
        return Fixer is not null && Fixer.Cover(covered);
    }

    private bool CheckOwners()
    {
        log.Step(">>> Check for multiple slot owners...");
        int contested = 0;
        for (int slot = 0; slot < Layout.SlotCount; slot++)
        {
            // Whoever has keys of a slot counts as an owner, too.
            List<ClusterNode> owners = map.Masters.Where(m => m.Slots.Has(slot) || m.CountKeys(slot) > 0).ToList();
            if (owners.Count < 2) continue;
            log.Bad($"[WARNING] Slot {slot} has {owners.Count} owners:");
            foreach (ClusterNode owner in owners) log.Bad($"    {owner.Address}");
            if (Fixer is not null && Fixer.SettleOwner(slot, owners)) continue;
            contested++;
            if (Fixer is null) continue;
            log.Bad($"Failed to fix multiple owners for slot {slot}");
            break;
        }

        if (contested == 0) log.Good("[OK] No multiple owners found.");
        return contested == 0;
    }
}
