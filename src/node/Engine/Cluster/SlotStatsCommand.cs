// CLUSTER SLOT-STATS: what the slots of this shard hold and cost.
//
//   SLOTSRANGE start end                       by slot
//   ORDERBY metric [LIMIT n] [ASC | DESC]      by metric, then by slot
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class SlotStatsCommand
{
    private static readonly (string Name, SlotMetric Metric)[] metrics =
    [
        ("key-count", SlotMetric.KeyCount), ("cpu-usec", SlotMetric.CpuMicroseconds),
        ("network-bytes-in", SlotMetric.BytesIn), ("network-bytes-out", SlotMetric.BytesOut),
    ];

    private ref struct Order
    {
        public SlotMetric Metric;
        public long Most;
        public bool IsAscending;
    }

    [Command("CLUSTER|SLOT-STATS", arity: -4, Flags.Loading | Flags.Stale, Group.Cluster, since: "8.2.0",
        syntax: "filter:(SLOTSRANGE slotsrange:{start-slot:integer end-slot:integer} | ORDERBY orderby:{metric [LIMIT limit:integer] [order:(ASC | DESC)]})",
        Tips = "nondeterministic_output request_policy:all_shards",
        Summary = "Tells what the slots of this shard hold and cost.", Complexity = "O(N) where N is the number of slots, O(N*log(N)) with ORDERBY.")]
    internal static void SlotStats(ref CommandContext call, Session session)
    {
        if (session.Node.Cluster is not { } part)
        {
            call.Reply.Error(ErrorReplies.ClusterDisabled);
            return;
        }

        if (!part.IsStarted) call.Reply.Error("ERR The cluster is not up yet"u8);
        else if (call.Count == 5 && call.Says(2, "SLOTSRANGE"u8)) TellRange(call, part, session.Node);
        else if (call.Says(2, "ORDERBY"u8)) TellOrdered(call, part, session.Node);
        else call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
    }

    private static void TellRange(in CommandContext call, ClusterPart part, Node node)
    {
        if (!TrySlot(call, 3, out int start) || !TrySlot(call, 4, out int end)) return;
        if (start > end)
        {
            call.Reply.Error(Encoding.ASCII.GetBytes($"ERR Start slot number {start} is greater than end slot number {end}"));
            return;
        }

        List<int> slots = SlotsOfShard(part, start, end);
        call.Reply.Array(slots.Count);
        foreach (int slot in slots) Tell(call.Reply, part, node, slot);
    }

    private static void TellOrdered(in CommandContext call, ClusterPart part, Node node)
    {
        if (!TryOrder(call, node, out Order order)) return;
        SlotMetric metric = order.Metric;
        var ranked = new List<(long Value, int Slot)>();
        foreach (int slot in SlotsOfShard(part, 0, SlotIndex.Count - 1)) ranked.Add((Value(part, node, metric, slot), slot));
        int sign = order.IsAscending ? 1 : -1;
        ranked.Sort((a, b) => a.Value != b.Value ? sign * a.Value.CompareTo(b.Value) : a.Slot.CompareTo(b.Slot));
        int count = (int)Math.Min(order.Most, ranked.Count);
        call.Reply.Array(count);
        for (int i = 0; i < count; i++) Tell(call.Reply, part, node, ranked[i].Slot);
    }

    private static bool TryOrder(in CommandContext call, Node node, out Order order)
    {
        order = new Order { Most = SlotIndex.Count };
        int found = -1;
        for (int i = 0; i < metrics.Length; i++)
            if (call.Says(3, Encoding.ASCII.GetBytes(metrics[i].Name))) found = i;
        // What is not counted is no metric.
        if (found < 0 || (found > 0 && !node.Options.ClusterSlotStats)) return Refuse(call, "ERR Unrecognized sort metric for ORDERBY."u8);
        order.Metric = metrics[found].Metric;
        bool hasLimit = false, hasDirection = false;
        for (int i = 4; i < call.Count; i++)
        {
            bool ascending = call.Says(i, "ASC"u8);
            if (call.Says(i, "LIMIT"u8) && i + 1 < call.Count)
            {
                if (hasLimit) return Refuse(call, TwoFilters);
                hasLimit = true;
                if (!NumberText.TryInt64(call[++i], out order.Most) || order.Most is < 1 or > SlotIndex.Count)
                    return Refuse(call, "ERR Limit has to lie in between 1 and 16384 (maximum number of slots)."u8);
            }
            else if (ascending || call.Says(i, "DESC"u8))
            {
                if (hasDirection) return Refuse(call, TwoFilters);
                hasDirection = true;
                order.IsAscending = ascending;
            }
            else return Refuse(call, ErrorReplies.Syntax);
        }

        return true;
    }

    private static ReadOnlySpan<byte> TwoFilters => "ERR Multiple filters of the same type are disallowed."u8;

    private static bool TrySlot(in CommandContext call, int index, out int slot)
    {
        slot = 0;
        if (!NumberText.TryInt64(call[index], out long value) || value is < 0 or >= SlotIndex.Count) return Refuse(call, "ERR Invalid or out of range slot"u8);
        slot = (int)value;
        return true;
    }

    private static List<int> SlotsOfShard(ClusterPart part, int start, int end)
    {
        var slots = new List<int>();
        for (int slot = start; slot <= end; slot++)
        {
            if (part.Router.IsOfShard(slot)) slots.Add(slot);
            else part.SlotUse.Reset(slot);
        }

        return slots;
    }

    private static long Value(ClusterPart part, Node node, SlotMetric metric, int slot) =>
        metric == SlotMetric.KeyCount ? node.Databases[0].CountInSlot(new SlotIndex((ushort)slot)) : part.SlotUse.Of(metric, slot);

    private static void Tell(ReplyWriter reply, ClusterPart part, Node node, int slot)
    {
        int told = node.Options.ClusterSlotStats ? metrics.Length : 1;
        reply.Array(2);
        reply.Integer(slot);
        reply.Map(told);
        for (int i = 0; i < told; i++)
        {
            reply.Bulk(metrics[i].Name);
            reply.Integer(Value(part, node, metrics[i].Metric, slot));
        }
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
