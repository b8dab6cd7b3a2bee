using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;
using Hexad.Cluster;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// CLUSTER: what the cluster looks like, and what an operator does to it. Texts of errors as clients of Redis 7.2 know
/// them; what is checked, and done, stands in <see cref="Operator"/>.
/// </summary>
[Command("CLUSTER", arity: -2, Flags.None, Group.Cluster, since: "3.0.0", Summary = "A container for Redis Cluster commands.", Complexity = "Depends on subcommand.")]
internal static class ClusterCommands
{
    private static ReadOnlySpan<byte> BadSlot => "ERR Invalid or out of range slot"u8;

    [Command("CLUSTER|ADDSLOTS", arity: -3, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "slot:integer+",
        Summary = "Assigns slots to this node.", Complexity = "O(N) where N is the number of slots.")]
    internal static void AddSlots(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part) && TrySlots(ref call, out var slots)) part.Operate(ref call, session, op => op.AddSlots(slots));
    }

    [Command("CLUSTER|ADDSLOTSRANGE", arity: -4, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "7.0.0", syntax: "range:{start-slot:integer end-slot:integer}+",
        Summary = "Assigns ranges of slots to this node.", Complexity = "O(N) where N is the number of slots in the ranges.")]
    internal static void AddSlotsRange(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part) && TryRanges(ref call, out var slots)) part.Operate(ref call, session, op => op.AddSlots(slots));
    }

    [Command("CLUSTER|DELSLOTS", arity: -3, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "slot:integer+",
        Summary = "Makes this node see slots as unassigned.", Complexity = "O(N) where N is the number of slots.")]
    internal static void DelSlots(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part) && TrySlots(ref call, out var slots)) part.Operate(ref call, session, op => op.RemoveSlots(slots));
    }

    [Command("CLUSTER|DELSLOTSRANGE", arity: -4, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "7.0.0", syntax: "range:{start-slot:integer end-slot:integer}+",
        Summary = "Makes this node see ranges of slots as unassigned.", Complexity = "O(N) where N is the number of slots in the ranges.")]
    internal static void DelSlotsRange(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part) && TryRanges(ref call, out var slots)) part.Operate(ref call, session, op => op.RemoveSlots(slots));
    }

    [Command("CLUSTER|FLUSHSLOTS", arity: 2, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0",
        Summary = "Takes all slots from this node.", Complexity = "O(1)")]
    internal static void FlushSlots(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part)) part.Operate(ref call, session, static op => op.FlushSlots());
    }

    [Command("CLUSTER|BUMPEPOCH", arity: 2, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", Tips = "nondeterministic_output",
        Summary = "Gives this node the greatest config epoch.", Complexity = "O(1)")]
    internal static void BumpEpoch(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        (bool bumped, ulong epoch) = part.Machine.Operate(session.Node.Now, static op => op.BumpEpoch());
        byte[] text = Encoding.ASCII.GetBytes($"{(bumped ? "BUMPED" : "STILL")} {epoch}");
        if (bumped && call.MayBlock) part.AnswerWhenSaved(session, part.Machine.ConfigVersion, s => s.Node.Dispatcher.ReplyTo(s).Simple(text));
        else call.Reply.Simple(text);
    }

    [Command("CLUSTER|COUNT-FAILURE-REPORTS", arity: 3, Flags.Admin | Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "node-id", Tips = "nondeterministic_output",
        Summary = "Says how many nodes report a node as failing.", Complexity = "O(N) where N is the number of reports.")]
    internal static void CountFailureReports(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        string id = Text(call[2]);
        (int? count, string? error) = part.Machine.Operate(session.Node.Now, op => op.CountFailureReports(id));
        if (count is { } reports) call.Reply.Integer(reports);
        else call.Reply.Error("ERR " + error);
    }

    [Command("CLUSTER|COUNTKEYSINSLOT", arity: 3, Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "slot:integer",
        Summary = "Says how many keys this node has in a slot.", Complexity = "O(1)")]
    internal static void CountKeysInSlot(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out _) || !TryInteger(ref call, 2, out long slot)) return;
        if (slot is < 0 or >= SlotIndex.Count) call.Reply.Error("ERR Invalid slot"u8);
        else call.Reply.Integer(session.Node.Databases[0].CountInSlot(new SlotIndex((ushort)slot)));
    }

    [Command("CLUSTER|GETKEYSINSLOT", arity: 4, Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "slot:integer count:integer", Tips = "nondeterministic_output",
        Summary = "Lists keys that this node has in a slot.", Complexity = "O(N) where N is the number of keys asked for.")]
    internal static void GetKeysInSlot(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out _) || !TryInteger(ref call, 2, out long slot) || !TryInteger(ref call, 3, out long most)) return;
        if (slot is < 0 or >= SlotIndex.Count || most < 0)
        {
            call.Reply.Error("ERR Invalid slot or number of keys"u8);
            return;
        }

        var keys = new KeyBuffer();
        session.Node.Databases[0].KeysInSlot(new SlotIndex((ushort)slot), (int)Math.Min(most, int.MaxValue), keys);
        call.Reply.Array(keys.Count);
        for (int i = 0; i < keys.Count; i++) call.Reply.Bulk(keys[i]);
    }

    [Command("CLUSTER|FAILOVER", arity: -2, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "[options:(FORCE | TAKEOVER)]",
        Summary = "Makes this replica the primary of its shard.", Complexity = "O(1)")]
    internal static void Failover(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        bool takeover = call.Count == 3 && Ascii.EqualsIgnoreCase(call[2], "takeover");
        bool force = call.Count == 3 && Ascii.EqualsIgnoreCase(call[2], "force");
        if (call.Count > 3) call.Reply.Error(ErrorReplies.WrongArity("cluster|failover"));
        else if (call.Count == 3 && !force && !takeover) call.Reply.Error(ErrorReplies.Syntax);
        else part.Operate(ref call, session, op => op.Failover(force || takeover, takeover));
    }

    [Command("CLUSTER|FORGET", arity: 3, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "node-id",
        Summary = "Removes a node from the cluster.", Complexity = "O(1)")]
    internal static void Forget(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        string id = Text(call[2]);
        part.Operate(ref call, session, op => op.Forget(id));
    }

    [Command("CLUSTER|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Cluster, since: "5.0.0", Summary = "Lists the sub-commands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session)
    {
        call.Reply.Array(ClusterHelp.Lines.Length);
        foreach (string line in ClusterHelp.Lines) call.Reply.Simple(Encoding.ASCII.GetBytes(line));
    }

    [Command("CLUSTER|INFO", arity: 2, Flags.Stale, Group.Cluster, since: "3.0.0", Tips = "nondeterministic_output",
        Summary = "Says how this node and the cluster are.", Complexity = "O(1)")]
    internal static void Info(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part)) call.Reply.Verbatim(Encoding.Latin1.GetBytes(part.Machine.DescribeHealth()), "txt"u8);
    }

    [Command("CLUSTER|KEYSLOT", arity: 3, Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "key",
        Summary = "Says which slot a key is in.", Complexity = "O(N) where N is the number of bytes in the key.")]
    internal static void KeySlot(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out _)) call.Reply.Integer(SlotIndex.Of(call[2]).Value);
    }

    [Command("CLUSTER|LINKS", arity: 2, Flags.Stale, Group.Cluster, since: "7.0.0", Tips = "nondeterministic_output",
        Summary = "Lists the bus links to and from other nodes.", Complexity = "O(N) where N is the number of nodes.")]
    internal static void Links(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out _)) ClusterReplies.Links(session.Node, call.Reply);
    }

    [Command("CLUSTER|MEET", arity: -4, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "ip port:integer [cluster-bus-port:integer^4.0.0]",
        Summary = "Introduces another node to this one.", Complexity = "O(1)",
        History = ["4.0.0|The bus port can be said."])]
    internal static void Meet(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        string address = Text(call[2]), portText = Text(call[3]);
        long busPort = 0;
        if (call.Count > 5) call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
        else if (!TryNumber(call[3], out long port)) call.Reply.Error(Encoding.Latin1.GetBytes($"ERR Invalid base port specified: {portText}"));
        else if (call.Count == 5 && !TryNumber(call[4], out busPort)) call.Reply.Error(Encoding.Latin1.GetBytes($"ERR Invalid bus port specified: {Text(call[4])}"));
        else
        {
            long? bus = call.Count == 5 ? busPort : null;
            part.Operate(ref call, session, op => op.Meet(address, port, bus));
        }
    }

    [Command("CLUSTER|MYID", arity: 2, Flags.Stale, Group.Cluster, since: "3.0.0", Summary = "Says this node's id.", Complexity = "O(1)")]
    internal static void MyId(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part)) call.Reply.Bulk(part.Machine.Myself.Id.ToString());
    }

    [Command("CLUSTER|MYSHARDID", arity: 2, Flags.Stale, Group.Cluster, since: "7.2.0", Tips = "nondeterministic_output",
        Summary = "Says the id of this node's shard.", Complexity = "O(1)")]
    internal static void MyShardId(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part)) call.Reply.Bulk(part.Machine.Myself.ShardId.ToString());
    }

    [Command("CLUSTER|NODES", arity: 2, Flags.Stale, Group.Cluster, since: "3.0.0", Tips = "nondeterministic_output",
        Summary = "Lists the nodes, a line each.", Complexity = "O(N) where N is the number of nodes.")]
    internal static void Nodes(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        call.Reply.Verbatim(Encoding.Latin1.GetBytes(part.Machine.DescribeNodes(session.Node.Options.TlsCluster)), "txt"u8);
    }

    [Command("CLUSTER|REPLICAS", arity: 3, Flags.Admin | Flags.Stale, Group.Cluster, since: "5.0.0", syntax: "node-id", Tips = "nondeterministic_output",
        Summary = "Lists the replicas of a primary.", Complexity = "O(N) where N is the number of replicas.")]
    internal static void Replicas(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        string id = Text(call[2]);
        ClusterNode? primary = part.Machine.Operate(session.Node.Now, op => op.Find(id));
        if (primary is null) call.Reply.Error(Encoding.Latin1.GetBytes($"ERR Unknown node {id}"));
        else if (primary.IsReplica) call.Reply.Error("ERR The specified node is not a master"u8);
        else
        {
            call.Reply.Array(primary.Replicas.Count);
            foreach (ClusterNode replica in primary.Replicas)
                call.Reply.Bulk(Encoding.Latin1.GetBytes(part.Machine.DescribeNode(replica, session.Node.Options.TlsCluster)));
        }
    }

    [Command("CLUSTER|SLAVES", arity: 3, Flags.Admin | Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "node-id", Tips = "nondeterministic_output",
        Doc = DocFlags.Deprecated, DeprecatedSince = "5.0.0", ReplacedBy = "`CLUSTER REPLICAS`",
        Summary = "Lists the replicas of a primary.", Complexity = "O(N) where N is the number of replicas.")]
    internal static void Slaves(ref CommandContext call, Session session) => Replicas(ref call, session);

    [Command("CLUSTER|REPLICATE", arity: 3, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "node-id",
        Summary = "Makes this node a replica of a primary.", Complexity = "O(1)")]
    internal static void Replicate(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        string id = Text(call[2]);
        part.Operate(ref call, session, op => op.Replicate(id));
    }

    [Command("CLUSTER|RESET", arity: -2, Flags.Admin | Flags.NoScript | Flags.Stale, Group.Cluster, since: "3.0.0", syntax: "[reset-type:(HARD | SOFT)]",
        Summary = "Makes this node forget the cluster.", Complexity = "O(N) where N is the number of known nodes.")]
    internal static void Reset(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        bool hard = call.Count == 3 && Ascii.EqualsIgnoreCase(call[2], "hard");
        bool soft = call.Count == 3 && Ascii.EqualsIgnoreCase(call[2], "soft");
        if (call.Count > 3 || (call.Count == 3 && !hard && !soft)) call.Reply.Error(ErrorReplies.Syntax);
        else part.Operate(ref call, session, op => op.Reset(hard));
    }

    [Command("CLUSTER|SAVECONFIG", arity: 2, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0",
        Summary = "Saves nodes.conf.", Complexity = "O(1)")]
    internal static void SaveConfig(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part)) part.SaveFor(session, static s => s.Node.Dispatcher.ReplyTo(s).Ok());
    }

    [Command("CLUSTER|SET-CONFIG-EPOCH", arity: 3, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0", syntax: "config-epoch:integer",
        Summary = "Gives a new node its config epoch.", Complexity = "O(1)")]
    internal static void SetConfigEpoch(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out ClusterPart part) && TryInteger(ref call, 2, out long epoch)) part.Operate(ref call, session, op => op.SetConfigEpoch(epoch));
    }

    [Command("CLUSTER|SETSLOT", arity: -4, Flags.Admin | Flags.Stale | Flags.NoAsyncLoading, Group.Cluster, since: "3.0.0",
        syntax: "slot:integer subcommand:(IMPORTING importing=node-id | MIGRATING migrating=node-id | NODE node=node-id | STABLE)",
        Summary = "Says what happens with a slot.", Complexity = "O(1)")]
    internal static void SetSlot(ref CommandContext call, Session session)
    {
        if (!IsReady(ref call, session, out ClusterPart part)) return;
        if (part.Machine.Myself.IsReplica)
        {
            call.Reply.Error("ERR Please use SETSLOT only with masters."u8);
            return;
        }

        if (!TrySlot(call[2], out int slot))
        {
            call.Reply.Error(BadSlot);
            return;
        }

        string action = Text(call[3]).ToUpperInvariant();
        string id = call.Count == 5 ? Text(call[4]) : "";
        Func<Operator, string?>? command = (action, call.Count) switch
        {
            ("MIGRATING", 5) => op => op.SetSlotMigrating(slot, id),
            ("IMPORTING", 5) => op => op.SetSlotImporting(slot, id),
            ("NODE", 5) => op => op.SetSlotNode(slot, id),
            ("STABLE", 4) => op => op.SetSlotStable(slot),
            _ => null,
        };
        if (command is null) call.Reply.Error("ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP"u8);
        else part.Operate(ref call, session, command);
    }

    [Command("CLUSTER|SHARDS", arity: 2, Flags.Loading | Flags.Stale, Group.Cluster, since: "7.0.0", Tips = "nondeterministic_output",
        Summary = "Lists the shards: their slots and nodes.", Complexity = "O(N) where N is the number of nodes.")]
    internal static void Shards(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out _)) ClusterReplies.Shards(session.Node, call.Reply);
    }

    [Command("CLUSTER|SLOTS", arity: 2, Flags.Loading | Flags.Stale, Group.Cluster, since: "3.0.0", Tips = "nondeterministic_output",
        Doc = DocFlags.Deprecated, DeprecatedSince = "7.0.0", ReplacedBy = "`CLUSTER SHARDS`",
        Summary = "Lists which nodes serve which slots.", Complexity = "O(N) where N is the number of nodes.",
        History = ["4.0.0|Node ids.", "7.0.0|What else is known of a node's addresses."])]
    internal static void Slots(ref CommandContext call, Session session)
    {
        if (IsReady(ref call, session, out _)) ClusterReplies.Slots(session.Node, call.Reply);
    }

    /// <summary>Whether this is a node of a cluster, and its nodes.conf has been read.</summary>
    internal static bool IsReady(ref CommandContext call, Session session, out ClusterPart part)
    {
        part = session.Node.Cluster!;
        if (part is null) call.Reply.Error(ErrorReplies.ClusterDisabled);
        else if (!part.IsStarted) call.Reply.Error(ErrorReplies.Loading);
        return part is { IsStarted: true };
    }

    private static bool TrySlots(ref CommandContext call, out List<(int First, int Last)> slots)
    {
        slots = new List<(int, int)>(call.Count);
        for (int i = 2; i < call.Count; i++)
        {
            if (!TrySlot(call[i], out int slot))
            {
                call.Reply.Error(BadSlot);
                return false;
            }

            slots.Add((slot, slot));
        }

        return true;
    }

    private static bool TryRanges(ref CommandContext call, out List<(int First, int Last)> ranges)
    {
        ranges = new List<(int, int)>(call.Count / 2);
        if (call.Count % 2 == 1)
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return false;
        }

        for (int i = 2; i < call.Count; i += 2)
        {
            if (!TrySlot(call[i], out int first) || !TrySlot(call[i + 1], out int last))
            {
                call.Reply.Error(BadSlot);
                return false;
            }

            ranges.Add((first, last));
        }

        return true;
    }

    private static bool TrySlot(ReadOnlySpan<byte> text, out int slot)
    {
        bool good = TryNumber(text, out long value) && value is >= 0 and < SlotIndex.Count;
        slot = good ? (int)value : 0;
        return good;
    }

    private static bool TryInteger(ref CommandContext call, int index, out long value)
    {
        if (TryNumber(call[index], out value)) return true;
        call.Reply.Error(ErrorReplies.NotAnInteger);
        return false;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out int used) && used == text.Length && text[0] != '+';

    private static string Text(ReadOnlySpan<byte> word) => Encoding.Latin1.GetString(word);
}
