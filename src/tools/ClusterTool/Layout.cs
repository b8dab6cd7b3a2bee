using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.ClusterTool;

/// <summary>Numbers and notations that every part of the tool shares.</summary>
public static class Layout
{
    /// <summary>How many slots there are.</summary>
    public const int SlotCount = SlotIndex.Count;

    /// <summary>How far above its port for clients a node listens for the others, unless it is told otherwise.</summary>
    public const int BusPortOffset = 10_000;

    /// <summary>The first and last slots of each run, ascending.</summary>
    public static List<(int First, int Last)> Ranges(SlotSet slots)
    {
        var ranges = new List<(int, int)>();
        int first = -1;
        for (int slot = 0; slot <= SlotCount; slot++)
        {
            bool has = slot < SlotCount && slots.Has(slot);
            if (has && first < 0) first = slot;
            if (has || first < 0) continue;
            ranges.Add((first, slot - 1));
            first = -1;
        }

        return ranges;
    }

    /// <summary>Slots as text: <c>[0-100],[102]</c> as redis-cli writes them, or <c>0-100,102</c> as redis-trib did.</summary>
    public static string Text(SlotSet slots, bool brackets)
    {
        var text = new StringBuilder();
        foreach ((int first, int last) in Ranges(slots))
        {
            if (text.Length > 0) text.Append(',');
            string range = first == last ? $"{first}" : $"{first}-{last}";
            text.Append(brackets ? $"[{range}]" : range);
        }

        return text.ToString();
    }

    /// <summary>
    /// What a node believes about who serves which slots, as one text: two nodes agree exactly if theirs are equal.
    /// </summary>
    public static string Signature(IEnumerable<NodeView> views)
    {
        var owners = new List<string>();
        foreach (NodeView view in views)
        {
            if (view.Slots.Count > 0) owners.Add($"{view.Id}:{Text(view.Slots, brackets: false)}");
        }

        owners.Sort(string.CompareOrdinal);
        return string.Join('|', owners);
    }
}
