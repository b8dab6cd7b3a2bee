using System.Text;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>The text of CLUSTER INFO: the fields of Redis 7.2, in its order, a line each that ends with CR LF.</summary>
internal static class InfoText
{
    public static string Write(ClusterState state, long[] sent, long[] received, long bufferLimitExceeded)
    {
        (int ok, int suspected, int failed) = CountSlots(state);
        ClusterNode me = state.Myself;
        ulong myEpoch = me is { IsReplica: true, Primary: { } primary } ? primary.ConfigEpoch : me.ConfigEpoch;
        var text = new StringBuilder();
        Line(text, "cluster_state", state.Healthy ? "ok" : "fail");
        Line(text, "cluster_slots_assigned", state.Slots.Assigned);
        Line(text, "cluster_slots_ok", ok);
        Line(text, "cluster_slots_pfail", suspected);
        Line(text, "cluster_slots_fail", failed);
        Line(text, "cluster_known_nodes", state.Nodes.Count);
        Line(text, "cluster_size", state.Size);
        Line(text, "cluster_current_epoch", state.CurrentEpoch);
        Line(text, "cluster_my_epoch", myEpoch);
        Messages(text, "sent", sent);
        Messages(text, "received", received);
        Line(text, "total_cluster_links_buffer_limit_exceeded", bufferLimitExceeded);
        return text.ToString();
    }

    private static (int Ok, int Suspected, int Failed) CountSlots(ClusterState state)
    {
        int ok = 0, suspected = 0, failed = 0;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (node.IsFailed) failed += node.Slots.Count;
            else if (node.IsSuspected) suspected += node.Slots.Count;
            else ok += node.Slots.Count;
        }

        return (ok, suspected, failed);
    }

    private static void Messages(StringBuilder text, string direction, long[] counts)
    {
        long total = 0;
        for (int type = 0; type < counts.Length; type++)
        {
            if (counts[type] == 0) continue;
            total += counts[type];
            Line(text, $"cluster_stats_messages_{PacketTypes.CounterName((PacketType)type)}_{direction}", counts[type]);
        }

        Line(text, $"cluster_stats_messages_{direction}", total);
    }

    private static void Line<T>(StringBuilder text, string name, T value) => text.Append(name).Append(':').Append(value).Append("\r\n");
}
