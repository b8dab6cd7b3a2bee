using System;

namespace Hexad.Structures;

/// <summary>
/// Numbers the nodes of a list so that they ascend: one at an end gets a number a step away from its neighbour's, one between two
/// nodes the middle. A list in one place of which many nodes were put, or that has wandered far from one end to the other,
/// runs out of numbers: it is crowded, neighbours share one, and it is numbered anew before the numbers are needed.
/// </summary>
internal static unsafe class ListOrder
{
    private const long Step = 1024;

    /// <summary>Gives a node that has just been put into a list its number.</summary>
    public static void Give(ListHead* list, ListNode* node)
    {
        ListNode* previous = node->Previous;
        ListNode* next = node->Next;
        long order = previous == null ? (next == null ? 0 : next->Order - Step)
            : next == null ? previous->Order + Step
            : ((long)previous->Order + next->Order) >> 1;
        bool isFree = order is >= int.MinValue and <= int.MaxValue && (previous == null || order > previous->Order);
        if (!isFree) list->IsCrowded = 1;
        node->Order = (int)Math.Clamp(order, int.MinValue, int.MaxValue);
    }

    /// <summary>Numbers the nodes anew if the list is crowded: all of them, in one pass.</summary>
    public static void Restore(ListHead* list)
    {
        if (list->IsCrowded == 0) return;
        long step = Math.Clamp(uint.MaxValue / (uint)list->NodeCount, 1, Step);
        long order = -(step * (list->NodeCount / 2));
        for (ListNode* node = list->First; node != null; node = node->Next, order += step) node->Order = (int)order;
        list->IsCrowded = 0;
    }
}
