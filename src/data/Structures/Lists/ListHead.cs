using System.Runtime.InteropServices;

namespace Hexad.Structures;

/// <summary>The root of a <see cref="ListChain"/>. 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ListHead
{
    public CollectionHeader Header;
    public ListNode* First;
    public ListNode* Last;
    public long Count;
    public int NodeCount;
    public int Fill;

    /// <summary>How many nodes at each end are not compressed; 0: none ever is.</summary>
    public int Depth;

    /// <summary>Whether nodes share numbers: see <see cref="ListOrder"/>.</summary>
    public int IsCrowded;

    /// <summary>The node of the element with this index, which is there; the index becomes the one within the node.</summary>
    public readonly ListNode* NodeOf(ref long index)
    {
        ListNode* node;
        if (index <= Count / 2)
        {
            for (node = First; index >= node->Count; node = node->Next) index -= node->Count;
            return node;
        }

        long after = Count - index;
        for (node = Last; after > node->Count; node = node->Previous) after -= node->Count;
        index = node->Count - after;
        return node;
    }

    /// <summary>Whether two neighbours, if there are two, fit into one node.</summary>
    public readonly bool AllowsMerge(ListNode* first, ListNode* second) =>
        first != null && second != null && first->Kind == ListNodeKind.Packed && second->Kind == ListNodeKind.Packed
        && !new ListFill(Fill).IsExceeded((long)first->Length + second->Length - Listpack.EmptyBytes, first->Count + second->Count);

    /// <summary>The size of all nodes' bytes if none were compressed, and how many are.</summary>
    public readonly (long Bytes, int Compressed) Sizes()
    {
        (long bytes, int compressed) = (0, 0);
        for (ListNode* node = First; node != null; node = node->Next)
        {
            bytes += node->Length;
            compressed += node->IsCompressed;
        }

        return (bytes, compressed);
    }
}
