using System;
using System.Buffers;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Lists of any size: a chain of nodes that are listpacks of a few kilobytes, so that an element costs little more than
/// its bytes, and pushing, popping and cutting at both ends cost little whatever the length.
///
/// <code>
/// root [header | first, last | count, nodes, fill, depth]
///   │
///   └─ node ⇄ node ⇄ node ⇄ node          each with a block: a pack, or one long element as it is ("plain")
///      raw    lzf    lzf    raw           depth 1: all but one node at each end are compressed, if that gains something
/// </code>
///
/// Where nodes are split and merged follows Redis, since clients can count them: an element goes into a node unless the
/// fill says that it is full; else into its neighbour where it is at the edge; else the node is split, and nodes that fit
/// into one are merged. Elements of at least <see cref="PlainBytes"/> get nodes of their own.
///
/// Costs: ends O(1); an index walks nodes from the nearer end and then one pack; compressed nodes are expanded to be
/// read, which leaves them compressed.
///
/// Contract: as <see cref="CollectionMemory"/> says. Texts that are passed in must not lie in the list itself.
/// </summary>
public sealed unsafe class ListChain : ICollection
{
    private const int EntryEstimateBytes = 8;
    private const int LargestFill = 32767;
    private const int SmallestFill = -5;
    private const int LargestDepth = 65535;

    private readonly CollectionMemory _memory;
    private readonly SlabAllocator _slabs;
    private readonly NodePacker _packer;
    private readonly ListMover _mover;

    public ListChain(CollectionMemory memory)
    {
        _memory = memory;
        _slabs = memory.Slabs;
        _packer = new NodePacker(_slabs);
        _mover = new ListMover(_slabs, _packer);
    }

    /// <summary>From which length on elements get nodes of their own. (DEBUG QUICKLIST-PACKED-THRESHOLD changes it.)</summary>
    public long PlainBytes { get; set; } = Listpack.LongestBytes;

    /// <summary>A list without elements. The fill and depth of a list stay what they were when it was made.</summary>
    public nint Create(ListFill fill, int depth)
    {
        var list = (ListHead*)_slabs.AllocateZeroed((nuint)sizeof(ListHead));
        list->Header.RootBytes = (uint)sizeof(ListHead);
        list->Fill = Math.Clamp(fill.Option, SmallestFill, LargestFill);
        list->Depth = Math.Clamp(depth, 0, LargestDepth);
        return (nint)list;
    }

    /// <summary>Adds a node with this pack, whose block is the list's from now on, at the end; an empty pack is freed.</summary>
    public void AppendPack(nint root, Blob pack)
    {
        var list = (ListHead*)root;
        if (Listpack.IsEmpty(pack.Bytes)) pack.Free(_slabs);
        else Link(list, list->Last, NewNode(ListNodeKind.Packed, Listpack.Count(pack.Bytes), pack.Owned(_slabs)), after: true);
    }

    /// <summary>Adds a node with this one element (not empty) at the end.</summary>
    public void AppendPlain(nint root, ReadOnlySpan<byte> text)
    {
        var list = (ListHead*)root;
        Link(list, list->Last, NewNode(ListNodeKind.Plain, 1, Blob.Of(_slabs, text)), after: true);
    }

    /// <summary>
    /// The pack of a list that is one packed node within these limits, whose block is the caller's from now on, the list
    /// being empty; false, with nothing done, if it is not.
    /// </summary>
    public bool TryTakePack(nint root, long mostBytes, long mostElements, out Blob pack)
    {
        var list = (ListHead*)root;
        ListNode* node = list->First;
        pack = default;
        if (list->NodeCount != 1 || node->Kind != ListNodeKind.Packed || node->Length > mostBytes || list->Count > mostElements) return false;
        Change(node);
        pack = node->Bytes;
        node->Bytes = default;
        Unlink(list, node);
        return true;
    }

    /// <summary>Adds an element at one end.</summary>
    public void Push(nint root, bool atHead, ReadOnlySpan<byte> text)
    {
        var list = (ListHead*)root;
        ListNode* end = atHead ? list->First : list->Last;
        if (Allows(list, end, text.Length))
        {
            PutAtEdge(list, end, atHead, text);
            return;
        }

        if (end != null)
        {
            end->CloseFront();
            end->Bytes.Trim(_slabs);
        }

        Link(list, end, NewNode(text), after: !atHead);
    }

    /// <summary>The element with this index; -1 is the last, -2 the one before it.</summary>
    public ListPlace Seek(nint root, long index)
    {
        var list = (ListHead*)root;
        if (index < 0) index += list->Count;
        if ((ulong)index >= (ulong)list->Count) return default;
        ListNode* node = list->NodeOf(ref index);
        return new ListPlace(node, (int)index, node->Kind == ListNodeKind.Plain ? 0 : Listpack.Seek(_packer.Look(node), index));
    }

    /// <summary>The element at one end; none of an empty list.</summary>
    public ListPlace End(nint root, bool atHead) => atHead ? FirstOf(((ListHead*)root)->First) : LastOf(((ListHead*)root)->Last);

    /// <summary>The element after this one.</summary>
    public ListPlace Next(ListPlace place)
    {
        ListNode* node = place.Node;
        return place.Index + 1 < node->Count
            ? new ListPlace(node, place.Index + 1, Listpack.Next(_packer.Look(node), place.Offset))
            : FirstOf(node->Next);
    }

    /// <summary>The element before this one.</summary>
    public ListPlace Previous(ListPlace place)
    {
        ListNode* node = place.Node;
        return place.Index > 0
            ? new ListPlace(node, place.Index - 1, Listpack.Previous(_packer.Look(node), place.Offset))
            : LastOf(node->Previous);
    }

    /// <summary>The elements of a place's node from it on; gone with the next change of the list, or when another node is looked at.</summary>
    public ListRun RunFrom(ListPlace place) => new()
    {
        Bytes = _packer.Look(place.Node),
        IsPlain = place.Node->Kind == ListNodeKind.Plain,
        Offset = place.Offset,
        Count = place.Node->Count - place.Index,
    };

    /// <summary>The first element of the node after a place's.</summary>
    public static ListPlace NextNode(ListPlace place) => FirstOf(place.Node->Next);

    /// <summary>The element at a place; its bytes are gone with the next change of the list, or when one of another node is read.</summary>
    public ListpackElement Read(ListPlace place)
    {
        ReadOnlySpan<byte> bytes = _packer.Look(place.Node);
        return place.Node->Kind == ListNodeKind.Plain ? new ListpackElement(bytes) : Listpack.Read(bytes, place.Offset);
    }

    /// <summary>Puts an element beside the one at a place.</summary>
    public void Insert(nint root, ListPlace place, bool after, ReadOnlySpan<byte> text)
    {
        var list = (ListHead*)root;
        ListNode* node = place.Node;
        ListNode* neighbour = after ? node->Next : node->Previous;
        bool isAtEdge = node->Kind == ListNodeKind.Plain || place.Index == (after ? node->Count - 1 : 0);
        if (Allows(list, node, text.Length)) InsertInto(list, place, after, text);
        else if (isAtEdge && Allows(list, neighbour, text.Length)) PutAtEdge(list, neighbour, after, text);
        else if (isAtEdge) Link(list, node, NewNode(text), after);
        else InsertBetween(list, place, after, text);
    }

    /// <summary>Puts a text in the place of an element.</summary>
    public void Replace(nint root, ListPlace place, ReadOnlySpan<byte> text)
    {
        var list = (ListHead*)root;
        ListNode* node = place.Node;
        if (node->Kind == ListNodeKind.Plain)
        {
            if (!IsLong(text.Length)) Insert(root, place, after: true, text);
            else Link(list, node, NewNode(text), after: true);
            Unlink(list, node);
        }
        else if (!IsLong(text.Length) && Listpack.CanAdd(node->Length, text.Length + EntryEstimateBytes))
        {
            Change(node);
            Listpack.Replace(_slabs, ref node->Bytes, place.Offset, text);
            Settle(list, node);
        }
        else
        {
            ReplaceByNode(list, place, text);
        }
    }

    /// <summary>Removes the element at one end; there is one.</summary>
    public void DeleteEnd(nint root, bool atHead)
    {
        var list = (ListHead*)root;
        ListNode* node = atHead ? list->First : list->Last;
        if (node->Count == 1)
        {
            Unlink(list, node);
            return;
        }

        _memory.BeforeChange((nint)node);
        Open(node);
        node->DropEnd(_slabs, atHead);
        list->Count--;
        Settle(list, node);
    }

    /// <summary>Removes elements from this index on; there are so many.</summary>
    public void DeleteRange(nint root, long index, long count)
    {
        var list = (ListHead*)root;
        Invariant.That(index >= 0 && count >= 0 && index + count <= list->Count);
        if (count == 0) return;
        ListNode* node = list->NodeOf(ref index);
        while (count > 0)
        {
            ListNode* next = node->Next;
            long taken = Math.Min(count, node->Count - index);
            if (taken == node->Count) Unlink(list, node);
            else DeleteWithin(list, node, index, (int)taken);
            count -= taken;
            node = next;
            index = 0;
        }
    }

    /// <summary>Removes up to <paramref name="most"/> elements (0: all) with this text, from one end on; returns how many.</summary>
    public long Remove(nint root, ReadOnlySpan<byte> text, bool fromTail, long most)
    {
        var list = (ListHead*)root;
        long removed = 0;
        if (most == 0) most = long.MaxValue;
        ListNode* next;
        for (ListNode* node = fromTail ? list->Last : list->First; node != null && removed < most; node = next)
        {
            next = fromTail ? node->Previous : node->Next;
            removed += RemoveWithin(list, node, text, fromTail, most - removed);
        }

        return removed;
    }

    /// <summary>How many nodes there are.</summary>
    public int NodeCountOf(nint root) => ((ListHead*)root)->NodeCount;

    /// <summary>Fill and depth, as they were when the list was made.</summary>
    public (int Fill, int Depth) ShapeOf(nint root) => (((ListHead*)root)->Fill, ((ListHead*)root)->Depth);

    /// <summary>What DEBUG OBJECT tells of a list beside its nodes: the size of their bytes if none were compressed, and how many are.</summary>
    public (long Bytes, int Compressed) Sizes(nint root) => ((ListHead*)root)->Sizes();

    /// <inheritdoc/>
    public long CountOf(nint root) => ((ListHead*)root)->Count;

    /// <inheritdoc/>
    public long ItemCountOf(nint root) => ((ListHead*)root)->NodeCount;

    /// <inheritdoc/>
    public ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes)
    {
        ListNode* node = cursor == 0 ? ((ListHead*)root)->First : (ListNode*)cursor;
        while (node != null)
        {
            CopyNode(root, (nint)node, into);
            node = node->Next;
            if (into.Length >= targetBytes) break;
        }

        return (ulong)node;
    }

    /// <inheritdoc/>
    public NodeTelling BeginTelling(nint root) => new ListTelling(this, root);

    /// <summary>Adds the kind and bytes of one node.</summary>
    public void CopyNode(nint root, nint node, ElementBuffer into)
    {
        into.Add((byte)((ListNode*)node)->Kind);
        into.Add(_packer.Look((ListNode*)node));
        into.EndItem();
    }

    /// <inheritdoc/>
    public nint Duplicate(nint root)
    {
        var from = (ListHead*)root;
        var to = (ListHead*)Create(new ListFill(from->Fill), from->Depth);
        for (ListNode* node = from->First; node != null; node = node->Next)
        {
            ListNode* made = NewNode(node->Kind, node->Count, Blob.Of(_slabs, node->Bytes.Bytes));
            if (node->IsCompressed != 0) (made->IsCompressed, made->ExpandedLength) = (node->IsCompressed, node->ExpandedLength);
            ListNode.Chain(to, to->Last, made, after: true);
        }

        return (nint)to;
    }

    /// <inheritdoc/>
    public bool FreeSlice(nint root, ref SliceBudget budget)
    {
        var list = (ListHead*)root;
        _mover.ForgetList(root);
        while (list->First != null)
        {
            if (budget.IsSpent) return false;
            FreeNode(ListNode.TakeUpperEnd(list));
            budget.Spend(2);
        }

        if (budget.IsSpent) return false;
        _slabs.Free(root, (nuint)sizeof(ListHead));
        budget.Spend();
        return true;
    }

    /// <inheritdoc/>
    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget) => _mover.Relocate(ref root, cursor, ref budget);

    /// <inheritdoc/>
    public void Validate(nint root) => ListCheck.Validate((ListHead*)root, _packer);

    // ---- Finding ----

    private static ListPlace FirstOf(ListNode* node) =>
        node == null ? default : new ListPlace(node, 0, node->Kind == ListNodeKind.Plain ? 0 : Listpack.HeaderBytes);

    private ListPlace LastOf(ListNode* node) =>
        node == null ? default : new ListPlace(node, node->Count - 1, node->Kind == ListNodeKind.Plain ? 0 : Listpack.Last(_packer.Look(node)));

    // ---- Changing elements of one node ----

    private bool IsLong(int length) => length >= PlainBytes;

    /// <summary>Whether an element of this length may go into a node that is there.</summary>
    private bool Allows(ListHead* list, ListNode* node, int length) =>
        node != null && node->Kind == ListNodeKind.Packed && !IsLong(length)
        && !new ListFill(list->Fill).IsExceeded((long)node->Length + length + EntryEstimateBytes, node->Count + 1);

    /// <summary>To be called before the bytes of a node change.</summary>
    private void Change(ListNode* node)
    {
        _memory.BeforeChange((nint)node);
        Open(node);
        node->CloseFront();
    }

    private void Open(ListNode* node) => _packer.Expand(node);

    private void PutAtEdge(ListHead* list, ListNode* node, bool atHead, ReadOnlySpan<byte> text)
    {
        long fullBytes = new ListFill(list->Fill).MostNodeBytes;
        if (atHead)
        {
            _memory.BeforeChange((nint)node);
            Open(node);
            node->PushAtHead(_slabs, text, fullBytes);
        }
        else
        {
            Change(node);
            node->Reserve(_slabs, text.Length + EntryEstimateBytes, fullBytes);
            Listpack.Append(_slabs, ref node->Bytes, text);
            node->Count++;
        }

        list->Count++;
        Settle(list, node);
    }

    private void InsertInto(ListHead* list, ListPlace place, bool after, ReadOnlySpan<byte> text)
    {
        ListNode* node = place.Node;
        Change(node);
        if (after) Listpack.InsertAfter(_slabs, ref node->Bytes, place.Offset, text);
        else Listpack.InsertBefore(_slabs, ref node->Bytes, place.Offset, text);
        node->Count++;
        list->Count++;
        Settle(list, node);
    }

    private void DeleteWithin(ListHead* list, ListNode* node, long index, int count)
    {
        Change(node);
        Listpack.DeleteRange(_slabs, ref node->Bytes, index, count);
        node->Count -= count;
        list->Count -= count;
        Settle(list, node);
    }

    private long RemoveWithin(ListHead* list, ListNode* node, ReadOnlySpan<byte> text, bool fromTail, long most)
    {
        ReadOnlySpan<byte> bytes = _packer.Look(node);
        if (node->Kind == ListNodeKind.Plain)
        {
            if (!bytes.SequenceEqual(text)) return 0;
            Unlink(list, node);
            return 1;
        }

        int[] rented = ArrayPool<int>.Shared.Rent(node->Count);
        ReadOnlySpan<int> found = Listpack.FindAll(bytes, text, fromTail, most, rented);
        int kept = found.Length;
        if (kept == node->Count)
        {
            Unlink(list, node);
        }
        else if (kept > 0)
        {
            Change(node);
            Listpack.DeleteAll(_slabs, ref node->Bytes, found);
            node->Count -= kept;
            list->Count -= kept;
            Settle(list, node);
        }

        ArrayPool<int>.Shared.Return(rented);
        return kept;
    }

    // ---- Splitting and merging nodes ----

    /// <summary>Puts an element between two of a node that is full, or that may not take one so long.</summary>
    private void InsertBetween(ListHead* list, ListPlace place, bool after, ReadOnlySpan<byte> text)
    {
        ListNode* node = place.Node;
        ListNode* part = Split(list, place, after);
        if (IsLong(text.Length))
        {
            ListNode* made = NewNode(text);
            Link(list, node, made, after);
            Link(list, made, part, after);
            return;
        }

        if (after) Listpack.Prepend(_slabs, ref part->Bytes, text);
        else Listpack.Append(_slabs, ref part->Bytes, text);
        part->Count++;
        Link(list, node, part, after);
        MergeAround(list, node);
    }

    private void ReplaceByNode(ListHead* list, ListPlace place, ReadOnlySpan<byte> text)
    {
        ListNode* node = place.Node;
        ListNode* part = place.Index < node->Count - 1 ? Split(list, place, after: true) : null;
        ListNode* made = NewNode(text);
        Link(list, node, made, after: true);
        if (part != null) Link(list, made, part, after: true);
        if (node->Count == 1)
        {
            Unlink(list, node);
            return;
        }

        DeleteWithin(list, node, node->Count - 1, 1);
        MergeAround(list, made);
    }

    /// <summary>Takes the elements after or before a place, of which there are some, into a node of their own that is not in the list yet.</summary>
    private ListNode* Split(ListHead* list, ListPlace place, bool after)
    {
        ListNode* node = place.Node;
        Change(node);
        int kept = after ? place.Index + 1 : place.Index;
        int at = after ? Listpack.Next(node->Bytes.Bytes, place.Offset) : place.Offset;
        Blob second = Listpack.Split(_slabs, ref node->Bytes, at, kept);
        Blob taken = second;
        if (!after) (taken, node->Bytes) = (node->Bytes, second);
        int count = after ? node->Count - kept : kept;
        node->Count -= count;
        list->Count -= count;
        return NewNode(ListNodeKind.Packed, count, taken);
    }

    /// <summary>Merges the two nodes before a node, the two after it, and it with those beside it, where they fit into one.</summary>
    private void MergeAround(ListHead* list, ListNode* centre)
    {
        ListNode* before = centre->Previous;
        ListNode* behind = centre->Next;
        if (before != null && list->AllowsMerge(before->Previous, before)) Merge(list, before->Previous, before);
        if (behind != null && list->AllowsMerge(behind, behind->Next)) Merge(list, behind, behind->Next);
        if (list->AllowsMerge(centre->Previous, centre))
        {
            before = centre->Previous;
            Merge(list, before, centre);
            centre = before;
        }

        if (list->AllowsMerge(centre, centre->Next)) Merge(list, centre, centre->Next);
        Settle(list, centre);
        if (centre->Previous != null) Settle(list, centre->Previous);
        if (centre->Next != null) Settle(list, centre->Next);
    }

    private void Merge(ListHead* list, ListNode* first, ListNode* second)
    {
        Change(first);
        Change(second);
        Listpack.Merge(_slabs, ref first->Bytes, ref second->Bytes);
        first->Count += second->Count;
        list->Count += second->Count;
        Unlink(list, second);
        Settle(list, first);
    }

    // ---- Nodes ----

    private ListNode* NewNode(ReadOnlySpan<byte> text)
    {
        if (IsLong(text.Length) && text.Length > 0) return NewNode(ListNodeKind.Plain, 1, Blob.Of(_slabs, text));
        Blob pack = Listpack.Create(_slabs);
        Listpack.Append(_slabs, ref pack, text);
        return NewNode(ListNodeKind.Packed, 1, pack);
    }

    private ListNode* NewNode(ListNodeKind kind, int count, Blob bytes)
    {
        var node = (ListNode*)_slabs.AllocateZeroed((nuint)sizeof(ListNode));
        node->Mark = _memory.Mark;
        node->Kind = kind;
        node->Count = count;
        node->Bytes = bytes;
        return node;
    }

    private void Link(ListHead* list, ListNode* at, ListNode* node, bool after)
    {
        ListNode.Chain(list, at, node, after);
        if (at != null) Settle(list, at);
        Settle(list, node);
    }

    private void Unlink(ListHead* list, ListNode* node)
    {
        _memory.BeforeChange((nint)node);
        ListNode.Unchain(list, node);
        FreeNode(node);
        Settle(list, null);
    }

    private void FreeNode(ListNode* node)
    {
        _packer.Forget(node);
        _mover.ForgetNode(node);
        node->FreeBytes(_slabs);
        _slabs.Free((nint)node, (nuint)sizeof(ListNode));
    }

    /// <summary>Compresses a node, if there is one and it is deep enough, and the first that are; expands those that no longer are.</summary>
    private void Settle(ListHead* list, ListNode* node)
    {
        if (list->Depth == 0 || list->NodeCount < list->Depth * 2L) return;
        ListNode* front = list->First;
        ListNode* back = list->Last;
        bool isOuter = false;
        for (int depth = 0; depth < list->Depth; depth++)
        {
            Open(front);
            Open(back);
            isOuter |= front == node || back == node;
            if (front == back || front->Next == back) return;
            front = front->Next;
            back = back->Previous;
        }

        if (node != null && !isOuter) _packer.Compress(node);
        _packer.Compress(front);
        _packer.Compress(back);
    }
}
