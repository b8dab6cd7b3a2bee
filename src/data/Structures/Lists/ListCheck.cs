using Hexad.Core;

namespace Hexad.Structures;

/// <summary>Checks everything about a list that can be checked. For tests.</summary>
internal static unsafe class ListCheck
{
    /// <summary>Nodes in both directions, counts, packs, and which nodes are compressed.</summary>
    public static void Validate(ListHead* list, NodePacker packer)
    {
        (int nodes, long count) = (0, 0);
        ListNode* previous = null;
        for (ListNode* node = list->First; node != null; previous = node, node = node->Next, nodes++)
        {
            Invariant.That(node->Previous == previous);
            Invariant.That(previous == null || previous->Order < node->Order || (previous->Order == node->Order && list->IsCrowded != 0));
            Invariant.That(node->Count > 0);
            Invariant.That(node->Front >= 0 && (node->Front == 0 || node->Kind == ListNodeKind.Packed));
            count += node->Count;
            if (node->Kind == ListNodeKind.Plain)
            {
                Invariant.That(node->Count == 1);
                continue;
            }

            Invariant.That(Listpack.Validate(packer.Look(node), out int elements));
            Invariant.That(elements == node->Count);
            bool isOuter = nodes < list->Depth || nodes >= list->NodeCount - list->Depth;
            Invariant.That(node->IsCompressed == 0 || (list->Depth > 0 && !isOuter));
        }

        Invariant.That(list->Last == previous);
        Invariant.That(nodes == list->NodeCount);
        Invariant.That(count == list->Count);
    }
}
