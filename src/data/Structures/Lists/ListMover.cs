using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>Moves the blocks of a list to fuller pages, some nodes at a time; between two slices the list may change.</summary>
internal sealed unsafe class ListMover(SlabAllocator slabs, NodePacker packer)
{
    // The list whose blocks are being moved, and the node that is next.
    private nint _root;
    private ListNode* _next;

    /// <summary>See <see cref="ICollection.Relocate"/>.</summary>
    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget)
    {
        if (cursor != 0 && root != _root) return 0;
        if (cursor == 0)
        {
            slabs.TryRelocate(root, (nuint)sizeof(ListHead), out root);
            _root = root;
            _next = ((ListHead*)root)->First;
        }

        var list = (ListHead*)root;
        while (_next != null)
        {
            ListNode* node = _next;
            packer.Forget(node);
            node->CloseFront();
            node->Bytes.Relocate(slabs);
            if (slabs.TryRelocate((nint)node, (nuint)sizeof(ListNode), out nint moved))
            {
                node = (ListNode*)moved;
                ListNode.Rechain(list, node);
            }

            _next = node->Next;
            if (!budget.Spend(2) && _next != null) return 1;
        }

        _root = 0;
        return 0;
    }

    /// <summary>A list goes away.</summary>
    public void ForgetList(nint root)
    {
        if (root != _root) return;
        _root = 0;
        _next = null;
    }

    /// <summary>A node goes away.</summary>
    public void ForgetNode(ListNode* node)
    {
        if (node == _next) _next = node->Next;
    }
}
