using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Client;
using Hexad.ClusterTool;

namespace Hexad.Up;

/// <summary>One line of the table: an instance as it is now.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Id">The first digits of its id.</param>
/// <param name="Role">master, replica, or what is wrong with it.</param>
/// <param name="Detail">The slots of a master; whom a replica follows.</param>
/// <param name="Keys">How many keys it has; empty when it does not answer.</param>
/// <param name="Lag">How many bytes of the stream a replica is behind its master, and how long ago it was heard.</param>
/// <param name="OpsPerSecond">How many commands it serves each second.</param>
/// <param name="Memory">How much memory it uses.</param>
/// <param name="IsWell">Whether it answers and is where it should be.</param>
public sealed record StatusRow(
    string Address, string Id, string Role, string Detail, string Keys, string Lag, string OpsPerSecond, string Memory, bool IsWell);

/// <summary>What one instance said: its reports, or nothing.</summary>
public sealed record NodeAnswers(LocalNode Node, string? ClusterNodes, string? Info);

/// <summary>The state of a whole cluster, made from what its instances say. Pure, so that it can be tested on texts.</summary>
public sealed record ClusterStatus(string Summary, bool IsWell, IReadOnlyList<StatusRow> Rows)
{
    private const int IdLength = 8;

    /// <summary>Puts the answers together.</summary>
    public static ClusterStatus Of(IReadOnlyList<NodeAnswers> answers)
    {
        var selves = new Dictionary<LocalNode, NodeView>();
        List<NodeView>? eyes = null;
        foreach (NodeAnswers one in answers)
        {
            if (one.ClusterNodes is null || !NodeView.TryParse(one.ClusterNodes, out List<NodeView> views)) continue;
            eyes ??= views;
            if (views.Find(v => v.IsMyself) is { } me) selves[one.Node] = me;
        }

        List<StatusRow> rows = answers.Select(a => Row(a, answers, selves, eyes ?? [])).ToList();
        int served = selves.Values.Where(v => !v.IsSlave).Sum(v => v.Slots.Count);
        int masters = selves.Values.Count(v => !v.IsSlave && v.Slots.Count > 0);
        bool well = served == Layout.SlotCount && rows.TrueForAll(r => r.IsWell);
        string summary = $"{rows.Count(r => r.IsWell)} of {rows.Count} nodes well, {masters} masters serve {served} of {Layout.SlotCount} slots";
        return new ClusterStatus(summary, well, rows);
    }

    private static StatusRow Row(NodeAnswers one, IReadOnlyList<NodeAnswers> all, Dictionary<LocalNode, NodeView> selves, List<NodeView> eyes)
    {
        string address = one.Node.ToString();
        if (one.Info is not { } info || !selves.TryGetValue(one.Node, out NodeView? me))
        {
            NodeView? seen = eyes.Find(v => v.Host == one.Node.Host && v.Port == one.Node.Port);
            string state = seen is null ? "down" : seen.Has("fail") ? "down, failed" : seen.Has("fail?") ? "down, suspected" : "down";
            return new StatusRow(address, seen?.Id[..IdLength] ?? "", state, "", "", "", "", "", IsWell: false);
        }

        string id = me.Id[..IdLength];
        string keys = Keys(info).ToString();
        string ops = InfoText.Field(info, "instantaneous_ops_per_sec") ?? "";
        string memory = InfoText.Field(info, "used_memory_human") ?? "";
        if (!me.IsSlave) return new StatusRow(address, id, "master", Layout.Text(me.Slots, brackets: false), keys, "", ops, memory, me.Slots.Count > 0);
        LocalNode? master = selves.FirstOrDefault(s => s.Value.Id == me.MasterId).Key;
        bool linked = InfoText.Field(info, "master_link_status") == "up";
        string lag = linked ? Lag(info, all.FirstOrDefault(a => a.Node == master)?.Info) : "link down";
        return new StatusRow(address, id, "replica", $"of {master?.ToString() ?? Name(me.MasterId, eyes)}", keys, lag, ops, memory, linked);
    }

    /// <summary>The address of a node that does not answer itself, as another one knows it.</summary>
    private static string Name(string? id, List<NodeView> eyes) =>
        eyes.Find(v => v.Id == id) is { } seen ? $"{seen.Host}:{seen.Port}" : id?[..IdLength] ?? "nobody";

    private static string Lag(string info, string? masterInfo)
    {
        if (masterInfo is null) return "";
        long behind = Math.Max(0, InfoText.Number(masterInfo, "master_repl_offset") - InfoText.Number(info, "slave_repl_offset"));
        return $"{behind} B, {InfoText.Number(info, "master_last_io_seconds_ago")} s";
    }

    private static long Keys(string info)
    {
        // db0:keys=1,expires=0,avg_ttl=0
        string? field = InfoText.Field(info, "db0");
        return field is null || !field.StartsWith("keys=", StringComparison.Ordinal) ? 0 : CNumber.Integer(field["keys=".Length..]);
    }
}
