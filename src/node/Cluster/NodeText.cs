using System.Text;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// A node as a line of text, in CLUSTER NODES and in nodes.conf:
///
///     id ip:port@busport[,hostname[,aux=value]...] flags primary ping-sent pong-received config-epoch link-state slot...
///
/// The aux fields stand in nodes.conf only, as Redis 7.2 writes them.
/// </summary>
internal static class NodeText
{
    private static readonly (NodeFlags Flag, string Name)[] Names =
    [
        (NodeFlags.Myself, "myself"),
        (NodeFlags.Primary, "master"),
        (NodeFlags.Replica, "slave"),
        (NodeFlags.Suspected, "fail?"),
        (NodeFlags.Failed, "fail"),
        (NodeFlags.Handshake, "handshake"),
        (NodeFlags.NoAddress, "noaddr"),
        (NodeFlags.NoFailover, "nofailover"),
    ];

    /// <summary>All nodes that have none of the flags in <paramref name="without"/>, a line each.</summary>
    public static string All(ClusterState state, NodeFlags without, bool config, bool tls)
    {
        var text = new StringBuilder();
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if ((node.Flags & without) == 0) AppendNode(text, state, node, config, tls).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One node, without the end of the line.</summary>
    public static string One(ClusterState state, ClusterNode node, bool tls) =>
        AppendNode(new StringBuilder(), state, node, config: false, tls).ToString();

    /// <summary>The flag with this name; false if there is none.</summary>
    public static bool TryFlag(string name, out NodeFlags flag)
    {
        flag = NodeFlags.None;
        if (name == "noflags") return true;
        foreach ((NodeFlags candidate, string known) in Names)
        {
            if (!string.Equals(name, known, System.StringComparison.OrdinalIgnoreCase)) continue;
            flag = candidate;
            return true;
        }

        return false;
    }

    private static StringBuilder AppendNode(StringBuilder text, ClusterState state, ClusterNode node, bool config, bool tls)
    {
        text.Append(node.Id).Append(' ').Append(node.Address).Append(':').Append(node.ClusterPort(tls)).Append('@').Append(node.BusPort);
        if (node.Hostname.Length > 0) text.Append(',').Append(node.Hostname);
        if (config) AppendAux(text, node, tls);
        text.Append(' ');
        AppendFlags(text, node.Flags).Append(' ');
        if (node.Primary is { } primary) text.Append(primary.Id);
        else text.Append('-');
        ulong epoch = node is { IsReplica: true, Primary: { } owner } ? owner.ConfigEpoch : node.ConfigEpoch;
        text.Append(' ').Append(state.WallMs(node.PingSent)).Append(' ').Append(state.WallMs(node.PongReceived)).Append(' ').Append(epoch);
        text.Append(node.IsMyself || node.Link is { Up: true } ? " connected" : " disconnected");
        AppendSlots(text, node);
        if (node.IsMyself) AppendMoves(text, state);
        return text;
    }

    private static void AppendAux(StringBuilder text, ClusterNode node, bool tls)
    {
        if (node.Hostname.Length == 0) text.Append(',');
        if (tls) text.Append(",tcp-port=").Append(node.Port);
        else text.Append(",tls-port=").Append(node.TlsPort);
        if (node.HumanName.Length > 0) text.Append(",nodename=").Append(node.HumanName);
        text.Append(",shard-id=").Append(node.ShardId);
    }

    private static StringBuilder AppendFlags(StringBuilder text, NodeFlags flags)
    {
        bool first = true;
        foreach ((NodeFlags flag, string name) in Names)
        {
            if ((flags & flag) == 0) continue;
            if (!first) text.Append(',');
            text.Append(name);
            first = false;
        }

        return first ? text.Append("noflags") : text;
    }

    private static void AppendSlots(StringBuilder text, ClusterNode node)
    {
        if (node.Slots.Count == 0) return;
        for (int start = node.Slots.Next(0, present: true); start < SlotIndex.Count;)
        {
            int end = node.Slots.Next(start, present: false);
            text.Append(' ').Append(start);
            if (end - 1 > start) text.Append('-').Append(end - 1);
            start = node.Slots.Next(end, present: true);
        }
    }

    private static void AppendMoves(StringBuilder text, ClusterState state)
    {
        if (!state.Slots.IsMoving) return;
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (state.Slots.MigratingTo(slot) is { } target) text.Append(" [").Append(slot).Append("->-").Append(target.Id).Append(']');
            else if (state.Slots.ImportingFrom(slot) is { } source) text.Append(" [").Append(slot).Append("-<-").Append(source.Id).Append(']');
        }
    }
}
