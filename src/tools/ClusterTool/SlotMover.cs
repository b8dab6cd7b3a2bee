using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>
/// Moves a slot with its keys from one master to another, the way that every server since 3.0 knows: the target
/// imports, the source migrates, MIGRATE carries the keys over in batches, then everybody hears of the new owner, the
/// target first, so that the slot is never without one.
/// </summary>
public sealed class SlotMover(ClusterMap map, ClusterLog log, ClusterRequest request)
{
    private const string ZeroDigest = "0000000000000000000000000000000000000000";

    /// <summary>Whether repairing is what is going on: then a slot that nobody serves is given to the target.</summary>
    public bool Fixing { get; init; }

    /// <summary>Moves a slot and notes the new owner; false when it failed, which is said.</summary>
    public bool Move(ClusterNode source, ClusterNode target, int slot, bool announce)
    {
        if (announce) log.Part($"Moving slot {slot} from {source.Address} to {target.Address}: ");
        if (!target.SetSlot(slot, "IMPORTING", source) || !source.SetSlot(slot, "MIGRATING", target)) return false;
        bool moved = MoveKeys(source, target, slot, showDots: announce);
        if (announce) log.Line("");
        if (!moved || !target.SetSlot(slot, "NODE", target) || !TellSource(source, target, slot)) return false;
        foreach (ClusterNode other in map.Masters)
        {
            if (other != source && other != target && !other.SetSlot(slot, "NODE", target)) return false;
        }

        source.Slots.Remove(slot);
        target.Slots.Add(slot);
        return true;
    }

    /// <summary>Moves the keys of a slot and leaves its owner alone.</summary>
    public bool MoveCold(ClusterNode source, ClusterNode target, int slot)
    {
        log.Part($"Moving slot {slot} from {source.Address} to {target.Address}: ");
        bool moved = MoveKeys(source, target, slot, showDots: true);
        log.Line("");
        return moved;
    }

    /// <summary>A source that gave its last slot away may have become a replica meanwhile; that is no error.</summary>
    private bool TellSource(ClusterNode source, ClusterNode target, int slot)
    {
        if (source.TryAsk(out _, out string fault, "CLUSTER", "SETSLOT", slot.ToString(), "NODE", target.Id)) return true;
        if (fault.StartsWith("ERR Please use SETSLOT only with masters.", StringComparison.Ordinal)) return true;
        log.Bad($"Node {source.Address} replied with error:\n{fault}");
        return false;
    }

    private bool MoveKeys(ClusterNode source, ClusterNode target, int slot, bool showDots)
    {
        while (true)
        {
            if (!source.Ask(out Reply page, "CLUSTER", "GETKEYSINSLOT", slot.ToString(), request.Pipeline.ToString())) return false;
            if (page.Elements.Count == 0) return true;
            byte[][] keys = page.Elements.Select(k => k.Bytes).ToArray();
            if (!Migrate(source, target, slot, keys)) return false;
            if (showDots) log.Part(new string('.', keys.Length));
        }
    }

    private bool Migrate(ClusterNode source, ClusterNode target, int slot, byte[][] keys)
    {
        if (source.Call(Command(target, keys, replace: false)) is not { } reply) return false;
        if (!reply.IsError) return true;
        bool busy = reply.Text.Contains("BUSYKEY", StringComparison.Ordinal);
        bool unserved = !busy && !IsServed(source, slot);
        if (!busy && !unserved)
        {
            log.Bad($"\nNode {source.Address} replied with error:\n{reply.Text}");
            return false;
        }

        if (unserved && Fixing)
        {
            log.Warn($"*** Slot was not served, setting owner to node {target.Address}.");
            source.SetSlot(slot, "NODE", target);
        }

        if (busy && !MayReplace(source, target, keys)) return false;
        if (source.Call(Command(target, keys, replace: busy)) is not { } again) return false;
        if (!again.IsError) return true;
        log.Bad($"\nNode {source.Address} replied with error:\n{again.Text}");
        return false;
    }

    // MIGRATE host port "" db timeout [REPLACE] [AUTH password | AUTH2 user password] KEYS key …
    private byte[][] Command(ClusterNode target, byte[][] keys, bool replace)
    {
        var words = new List<string> { "MIGRATE", target.Endpoint.Host, target.Endpoint.Port.ToString(), "", "0", request.TimeoutMs.ToString() };
        if (replace) words.Add("REPLACE");
        words.AddRange(AuthWords(request.Credentials));
        words.Add("KEYS");
        return [.. words.Select(Encoding.UTF8.GetBytes), .. keys];
    }

    /// <summary>How MIGRATE logs in at its target.</summary>
    public static string[] AuthWords(Credentials credentials) => credentials switch
    {
        { Password: null } => [],
        { User: null } => ["AUTH", credentials.Password],
        _ => ["AUTH2", credentials.User, credentials.Password],
    };

    private static bool IsServed(ClusterNode node, int slot) =>
        node.AskViews() is { } views && views.Any(v => v.Slots.Has(slot));

    /// <summary>Keys that exist at the target may be overwritten when that was asked for, or when they are equal.</summary>
    private bool MayReplace(ClusterNode source, ClusterNode target, byte[][] keys)
    {
        log.Warn("\n*** Target key exists");
        if (!request.Replace)
        {
            log.Warn("*** Checking key values on both nodes...");
            byte[][] digest = ["DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), .. keys];
            if (source.Call(digest) is not { IsError: false } ours || target.Call(digest) is not { IsError: false } theirs)
            {
                log.Bad("*** Value check failed!");
                return false;
            }

            List<string> different = [];
            for (int i = 0; i < keys.Length && i < ours.Elements.Count && i < theirs.Elements.Count; i++)
            {
                (string a, string b) = (ours.Elements[i].Text, theirs.Elements[i].Text);
                if (a != ZeroDigest && b != ZeroDigest && a != b) different.Add(Encoding.UTF8.GetString(keys[i]));
            }

            if (different.Count > 0)
            {
                log.Bad($"*** Found {different.Count} key(s) in both source node and target node having different values.\n" +
                    $"    Source node: {source.Address}\n    Target node: {target.Address}\n    Keys(s):");
                foreach (string key in different) log.Bad($"    - {key}");
                log.Bad("Please fix the above key(s) manually and try again or relaunch the command \nwith --cluster-replace option to force key overriding.");
                return false;
            }
        }

        log.Warn("*** Replacing target keys...");
        return true;
    }
}
