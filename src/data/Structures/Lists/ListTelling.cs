using System.Collections.Generic;

namespace Hexad.Structures;

/// <summary>
/// A list on its way into a snapshot. Nodes keep a number that ascends along the list (<see cref="ListOrder"/>), so that what was taken of a
/// node comes between the nodes that stood before and behind it, whatever has become of the list since.
/// </summary>
internal sealed unsafe class ListTelling : NodeTelling
{
    private readonly ListChain _chain;
    private readonly nint _root;
    private readonly PriorityQueue<byte[], int> _taken = new();
    private readonly ElementBuffer _scratch = new();
    private ListNode* _next;
    private long _heldBytes;

    public ListTelling(ListChain chain, nint root)
    {
        _chain = chain;
        _root = root;
        ListOrder.Restore((ListHead*)root);
        _next = ((ListHead*)root)->First;
    }

    public override long HeldBytes => _heldBytes;

    private byte Mark => ((CollectionHeader*)_root)->Mark;

    public override bool Copy(ElementBuffer into, int targetBytes)
    {
        for (int start = into.Length; into.Length - start < targetBytes;)
        {
            if (_taken.TryPeek(out byte[]? taken, out int order) && (_next == null || order < _next->Order))
            {
                _taken.Dequeue();
                _heldBytes -= taken.Length;
                into.AddRaw(taken);
                into.EndItem();
                continue;
            }

            if (_next == null) return true;
            _next->Mark = Mark;
            _chain.CopyNode(_root, (nint)_next, into);
            Advance();
        }

        return _next == null && _taken.Count == 0;
    }

    public override void Take(nint node)
    {
        var taken = (ListNode*)node;
        _scratch.Clear();
        _chain.CopyNode(_root, node, _scratch);
        _taken.Enqueue(_scratch.Bytes.ToArray(), taken->Order);
        _heldBytes += _scratch.Length;
        taken->Mark = Mark;
        if (taken == _next) Advance();
    }

    // What lies between has been put there since: it has the mark.
    private void Advance()
    {
        do _next = _next->Next; while (_next != null && _next->Mark == Mark);
    }
}
