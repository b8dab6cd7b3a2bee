using System.Collections.Generic;
using System.Linq;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>
/// Repairs what a check found: slots half-way between nodes, slots that nobody serves, slots that several claim. What
/// could lose data is done only after somebody said yes.
/// </summary>
public sealed class SlotFixer(ClusterMap map, ClusterLog log, ClusterRequest request)
{
    private readonly SlotMover _mover = new(map, log, request) { Fixing = true };

    /// <summary>Closes a slot that is open somewhere; whether that worked.</summary>
    public bool CloseSlot(int slot)
    {
        if (!MayFix("open slots")) return false;
        log.Step($">>> Fixing open slot {slot}");
        List<ClusterNode> owners = map.Masters.Where(m => m.Slots.Has(slot)).ToList();
        foreach (ClusterNode node in map.Masters.Where(m => !m.Slots.Has(slot)))
        {
            long keys = node.CountKeys(slot);
            if (keys < 0) return false;
            if (keys == 0) continue;
            log.Warn($"*** Found keys about slot {slot} in non-owner node {node.Address}!");
            owners.Add(node);
        }

        ClusterNode? owner = owners.Count == 1 ? owners[0] : null;
        List<ClusterNode> migrating = map.Masters.Where(m => m.View.Migrating.Any(s => s.Slot == slot)).ToList();
        List<ClusterNode> importing = map.Masters
            .Where(m => !migrating.Contains(m) && (m.View.Importing.Any(s => s.Slot == slot) || (m != owner && owners.Contains(m) && !m.Slots.Has(slot))))
            .ToList();
        if (migrating.Count > 0) log.Line($"Set as migrating in: {Names(migrating)}");
        if (importing.Count > 0) log.Line($"Set as importing in: {Names(importing)}");
        owner ??= ChooseOwner(slot, migrating, importing);
        return owner is not null && MakeOnlyOwner(slot, owner, owners, migrating, importing) && Settle(slot, owner, migrating, importing);
    }

    /// <summary>Gives every slot that nobody serves to somebody; whether the cluster is covered then.</summary>
    public bool Cover(SlotSet covered)
    {
        if (!MayFix("slots coverage")) return false;
        log.Step(">>> Fixing slots coverage...");
        var holders = new SortedDictionary<int, List<ClusterNode>>();
        for (int slot = 0; slot < Layout.SlotCount; slot++)
        {
            if (covered.Has(slot)) continue;
            var nodes = new List<ClusterNode>();
            foreach (ClusterNode master in map.Masters)
            {
                long keys = master.CountKeys(slot);
                if (keys < 0) return false;
                if (keys > 0) nodes.Add(master);
            }

            holders[slot] = nodes;
        }

        return CoverEmpty(Slots(holders, 0, 0)) && CoverHeld(holders) && CoverScattered(holders);
    }

    /// <summary>Lets one of several owners of a slot have it, the one with most keys; whether that worked.</summary>
    public bool SettleOwner(int slot, List<ClusterNode> owners)
    {
        log.Step($">>> Fixing multiple owners for slot {slot}...");
        ClusterNode owner = MostKeys(owners, slot) ?? owners[0];
        log.Step($">>> Setting slot {slot} owner: {owner.Address}");
        if (!TakeOver(owner, slot, stable: false)) return false;
        foreach (ClusterNode node in map.Masters.Where(m => m != owner))
        {
            long keys = node.CountKeys(slot);
            if (keys < 0) return false;
            Drop(node, slot);
            if (!node.SetSlot(slot, "NODE", owner)) return false;
            if (keys > 0 && !_mover.MoveCold(node, owner, slot)) return false;
        }

        return true;
    }

    private bool MayFix(string what)
    {
        if (map.UnreachableMasters == 0 || request.FixWithUnreachableMasters) return true;
        log.Warn($"*** Fixing {what} with {map.UnreachableMasters} unreachable masters is dangerous: their slots count as not served here and would be " +
            "given to others, and what they hold would be lost. To do it all the same use the --cluster-fix-with-unreachable-masters option.");
        return false;
    }

    private ClusterNode? ChooseOwner(int slot, List<ClusterNode> migrating, List<ClusterNode> importing)
    {
        log.Step(">>> No single clear owner for the slot, selecting an owner by # of keys...");
        if (MostKeys(map.Masters, slot) is not { } owner)
        {
            log.Bad("[ERR] Can't select a slot owner. Impossible to fix.");
            return null;
        }

        log.Warn($"*** Configuring {owner.Address} as the slot owner");
        if (!owner.SetStable(slot) || !TakeOver(owner, slot, stable: false)) return null;
        owner.Slots.Add(slot);
        migrating.Remove(owner);
        importing.Remove(owner);
        return owner;
    }

    /// <summary>Whoever else claims the slot gives the claim up and takes part as one who has keys of it.</summary>
    private static bool MakeOnlyOwner(int slot, ClusterNode owner, List<ClusterNode> owners, List<ClusterNode> migrating, List<ClusterNode> importing)
    {
        if (owners.Count < 2) return true;
        foreach (ClusterNode node in owners.Where(n => n != owner))
        {
            Drop(node, slot);
            node.Slots.Remove(slot);
            if (!node.SetSlot(slot, "NODE", owner) || !node.SetSlot(slot, "IMPORTING", owner)) return false;
            if (!importing.Contains(node)) importing.Add(node);
            migrating.Remove(node);
        }

        return true;
    }

    private bool Settle(int slot, ClusterNode owner, List<ClusterNode> migrating, List<ClusterNode> importing)
    {
        switch (migrating.Count, importing.Count)
        {
            case (1, 1):
                log.Step($">>> Case 1: Moving slot {slot} from {migrating[0].Address} to {importing[0].Address}");
                return _mover.Move(migrating[0], importing[0], slot, announce: true);
            case (0, > 0):
                log.Step($">>> Case 2: Moving all the {slot} slot keys to its owner {owner.Address}");
                return GatherAt(slot, owner, importing);
            case (1, > 1) when importing.TrueForAll(n => n.CountKeys(slot) == 0):
                return FinishOrAbandon(slot, migrating[0], importing);
            case (1, 0) when owner == migrating[0] || migrating[0].CountKeys(slot) == 0:
                log.Step($">>> Case 4: Closing slot {slot} on {migrating[0].Address}");
                return migrating[0].SetStable(slot);
            default:
                log.Bad($"[ERR] This slot cannot be fixed automatically. It is migrating in {Names(migrating)}, importing in {Names(importing)}, owner is {owner.Address}");
                return false;
        }
    }

    private bool GatherAt(int slot, ClusterNode owner, List<ClusterNode> importing)
    {
        foreach (ClusterNode node in importing.Where(n => n != owner))
        {
            if (!_mover.MoveCold(node, owner, slot)) return false;
            log.Step($">>> Setting {slot} as STABLE in {node.Address}");
            if (!node.SetStable(slot)) return false;
        }

        return map.Masters.All(m => m == owner || m.SetSlot(slot, "NODE", owner));
    }

    private bool FinishOrAbandon(int slot, ClusterNode source, List<ClusterNode> importing)
    {
        string targetId = source.View.Migrating.First(s => s.Slot == slot).Id;
        if (importing.Find(n => n.Id == targetId) is { } target)
        {
            log.Step($">>> Case 3: Moving slot {slot} from {source.Address} to {target.Address} and closing it on all the other importing nodes.");
            return _mover.Move(source, target, slot, announce: true) && importing.TrueForAll(n => n == target || n.SetStable(slot));
        }

        log.Step($">>> Case 3: Closing slot {slot} on both migrating and importing nodes.");
        return source.SetStable(slot) && importing.TrueForAll(n => n.SetStable(slot));
    }

    private bool CoverEmpty(List<int> slots)
    {
        if (slots.Count == 0) return true;
        log.Line("The following uncovered slots have no keys across the cluster:");
        if (!Agree(slots, "Fix these slots by covering with a random node?")) return false;
        List<ClusterNode> masters = map.Masters.ToList();
        for (int i = 0; i < slots.Count; i++)
        {
            // Spread over all masters rather than at random, so that the result is even.
            if (!CoverWith(slots[i], masters[(int)((long)i * masters.Count / slots.Count)])) return false;
        }

        return true;
    }

    private bool CoverHeld(SortedDictionary<int, List<ClusterNode>> holders)
    {
        List<int> slots = Slots(holders, 1, 1);
        if (slots.Count == 0) return true;
        log.Line("The following uncovered slots have keys in just one node:");
        return Agree(slots, "Fix these slots by covering with those nodes?") && slots.TrueForAll(s => CoverWith(s, holders[s][0]));
    }

    private bool CoverScattered(SortedDictionary<int, List<ClusterNode>> holders)
    {
        List<int> slots = Slots(holders, 2, int.MaxValue);
        if (slots.Count == 0) return true;
        log.Line("The following uncovered slots have keys in multiple nodes:");
        if (!Agree(slots, "Fix these slots by moving keys into a single node?")) return false;
        foreach (int slot in slots)
        {
            if (MostKeys(holders[slot], slot) is not { } target) return false;
            log.Step($">>> Covering slot {slot} moving keys to {target.Address}");
            if (!TakeOver(target, slot, stable: true)) return false;
            target.Slots.Add(slot);
            foreach (ClusterNode source in holders[slot].Where(n => n != target))
            {
                // While it imports, the source serves the keys to MIGRATE instead of pointing elsewhere.
                bool moved = source.SetSlot(slot, "NODE", target) && source.SetSlot(slot, "IMPORTING", target)
                    && _mover.MoveCold(source, target, slot) && source.SetStable(slot);
                if (!moved) return false;
            }
        }

        return true;
    }

    private bool CoverWith(int slot, ClusterNode node)
    {
        log.Step($">>> Covering slot {slot} with {node.Address}");
        if (!TakeOver(node, slot, stable: false)) return false;
        node.Slots.Add(slot);
        return true;
    }

    private bool Agree(List<int> slots, string question)
    {
        var set = new SlotSet();
        foreach (int slot in slots) set.Add(slot);
        log.Line(Layout.Text(set, brackets: true));
        return Question.Confirm(log, question, yes: false);
    }

    private static List<int> Slots(SortedDictionary<int, List<ClusterNode>> holders, int least, int most) =>
        holders.Where(h => h.Value.Count >= least && h.Value.Count <= most).Select(h => h.Key).ToList();

    /// <summary>Makes a node the owner of a slot, with a new epoch so that its word counts.</summary>
    private static bool TakeOver(ClusterNode node, int slot, bool stable)
    {
        Drop(node, slot);
        if (!node.Do("CLUSTER", "ADDSLOTS", slot.ToString())) return false;
        if (stable) node.SetStable(slot);
        return node.Do("CLUSTER", "BUMPEPOCH");
    }

    /// <summary>Takes a slot off what a node believes; that it believed nothing is no error.</summary>
    private static void Drop(ClusterNode node, int slot) => node.TryAsk(out _, out _, "CLUSTER", "DELSLOTS", slot.ToString());

    private static ClusterNode? MostKeys(IEnumerable<ClusterNode> nodes, int slot) => nodes.MaxBy(n => n.CountKeys(slot));

    private static string Names(IEnumerable<ClusterNode> nodes) => string.Join(',', nodes.Select(n => n.Address));
}
