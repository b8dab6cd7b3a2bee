using System.Linq;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>Nodes as the tool shows them: a letter for the role, id and address, slots, who follows whom.</summary>
public static class NodePrinter
{
    /// <summary>A node as it is.</summary>
    public static string Text(ClusterNode node, CommandLineForm form, int indent = 0)
    {
        string spaces = new(' ', indent);
        NodeView view = node.View;
        string flags = string.Join(',', view.Flags.Where(f => f != "myself"));
        string text = $"{spaces}{(node.IsReplica ? 'S' : 'M')}: {view.Id} {node.Address}\n{spaces}   {Slots(view.Slots, form)} {flags}";
        if (node.IsReplica) return $"{text}\n{spaces}   replicates {view.MasterId}";
        return node.ReplicaCount > 0 ? $"{text}\n{spaces}   {node.ReplicaCount} additional replica(s)" : text;
    }

    /// <summary>A node as it is going to be.</summary>
    public static string Text(PlannedNode node, CommandLineForm form)
    {
        if (node.Master is not null) return $"S: {node.Id} {node.Host}:{node.Port}\n   replicates {node.Master.Id}";
        var slots = new SlotSet();
        for (int slot = node.FirstSlot; slot <= node.LastSlot; slot++) slots.Add(slot);
        return $"M: {node.Id} {node.Host}:{node.Port}\n   {Slots(slots, form)} master";
    }

    private static string Slots(SlotSet slots, CommandLineForm form) =>
        $"slots:{Layout.Text(slots, brackets: form == CommandLineForm.RedisCli)} ({slots.Count} slots)";
}
