using System;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>What a node of a list holds; the numbers are those of RDB files.</summary>
public enum ListNodeKind : byte
{
    /// <summary>One long element as it is.</summary>
    Plain = 1,

    /// <summary>A listpack.</summary>
    Packed = 2,
}

/// <summary>A node of a <see cref="ListChain"/>: its bytes in a block of their own, perhaps compressed. 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ListNode
{
    /// <summary>Which snapshot walk has told the node; see <see cref="CollectionMemory"/>.</summary>
    public byte Mark;
    public ListNodeKind Kind;
    public byte IsCompressed;

    /// <summary>How many elements there are; never 0 for a node in a list.</summary>
    public int Count;
    public ListNode* Previous;
    public ListNode* Next;

    /// <summary>
    /// The bytes as they stand. Those of a node at whose head elements come and go begin somewhere within the block (<see cref="Front"/>), so that
    /// a push or pop there moves six bytes and not the whole pack; any other change puts them back first.
    /// </summary>
    public Blob Bytes;

    private int _lengthOrFront;

    /// <summary>Ascends along the list: see <see cref="ListOrder"/>.</summary>
    public int Order;

    /// <summary>How many bytes a compressed node has when it is expanded.</summary>
    public int ExpandedLength
    {
        readonly get => _lengthOrFront;
        set => _lengthOrFront = value;
    }

    /// <summary>How many bytes of the block are free before its bytes; a compressed node has none.</summary>
    public int Front
    {
        readonly get => IsCompressed != 0 ? 0 : _lengthOrFront;
        private set => _lengthOrFront = value;
    }

    /// <summary>How many bytes the pack or the element has.</summary>
    public readonly int Length => IsCompressed != 0 ? ExpandedLength : Bytes.Length;

    /// <summary>Puts a node into a list, before or after another; with no other at the end or the start.</summary>
    public static void Chain(ListHead* list, ListNode* at, ListNode* node, bool after)
    {
        node->Previous = after ? at : at == null ? null : at->Previous;
        node->Next = after ? at == null ? null : at->Next : at;
        if (node->Previous != null) node->Previous->Next = node;
        else list->First = node;
        if (node->Next != null) node->Next->Previous = node;
        else list->Last = node;
        list->NodeCount++;
        list->Count += node->Count;
        ListOrder.Give(list, node);
    }

    /// <summary>Gives a node that grows at the edge room for more than it needs now, so that it is not moved with each element.</summary>
    public void Reserve(SlabAllocator slabs, int more, long fullBytes)
    {
        long needed = (long)Bytes.Length + more;
        if (needed > Bytes.Room) Bytes.Reserve(slabs, (int)Math.Max(needed, Math.Min(fullBytes, needed + needed / 2)));
    }

    /// <summary>Adds an element at the head of a packed node, which is not compressed, and is full with so many bytes.</summary>
    public void PushAtHead(SlabAllocator slabs, ReadOnlySpan<byte> text, long fullBytes)
    {
        if (!Listpack.TryPrependInFront(ref Bytes, Front, text, out int bytes))
        {
            OpenFront(slabs, bytes, fullBytes);
            Invariant.That(Listpack.TryPrependInFront(ref Bytes, Front, text, out bytes));
        }

        Front -= bytes;
        Count++;
    }

    /// <summary>Takes the element at one end away of a packed node, which is not compressed and has another.</summary>
    public void DropEnd(SlabAllocator slabs, bool atHead)
    {
        if (atHead) Front += Listpack.DropFirst(ref Bytes);
        else Listpack.DropLast(ref Bytes);
        Count--;
        if (Bytes.Length >= (Front + Bytes.Room) / 2) return;
        CloseFront();
        Bytes.Trim(slabs);
    }

    /// <summary>Puts the bytes at the start of their block, where they are for everybody who may change its size.</summary>
    public void CloseFront()
    {
        int front = Front;
        if (front > 0) Place(Bytes.Address - front, 0, front + Bytes.Room);
    }

    /// <summary>Frees the bytes' block.</summary>
    public void FreeBytes(SlabAllocator slabs)
    {
        if (Bytes.Address == 0) return;
        Bytes.MoveStart(-Front);
        _lengthOrFront = 0;
        Bytes.Free(slabs);
    }

    // All the room that there is, and at least so much, goes before the bytes.
    private void OpenFront(SlabAllocator slabs, int bytes, long fullBytes)
    {
        if (Front + Bytes.Room - Bytes.Length < bytes)
        {
            CloseFront();
            Reserve(slabs, bytes, fullBytes);
        }

        int room = Front + Bytes.Room;
        Place(Bytes.Address - Front, room - Bytes.Length, room);
    }

    private void Place(nint block, int front, int room)
    {
        int length = Bytes.Length;
        Buffer.MemoryCopy((void*)Bytes.Address, (void*)(block + front), length, length);
        Bytes = new Blob(block + front, length, room - front);
        Front = front;
    }

    /// <summary>A node has another address.</summary>
    public static void Rechain(ListHead* list, ListNode* node)
    {
        if (node->Previous != null) node->Previous->Next = node;
        else list->First = node;
        if (node->Next != null) node->Next->Previous = node;
        else list->Last = node;
    }

    /// <summary>
    /// Takes off, of a list that is being freed, the end whose bytes have the higher address: freed downwards, malloc gives its heap
    /// back bit by bit, and not all of it when the last block goes.
    /// </summary>
    public static ListNode* TakeUpperEnd(ListHead* list)
    {
        ListNode* first = list->First;
        ListNode* last = list->Last;
        if (first == last)
        {
            list->First = list->Last = null;
            return first;
        }

        if (first->Bytes.Address > last->Bytes.Address)
        {
            list->First = first->Next;
            return first;
        }

        list->Last = last->Previous;
        return last;
    }

    /// <summary>Takes a node out of a list.</summary>
    public static void Unchain(ListHead* list, ListNode* node)
    {
        if (node->Previous != null) node->Previous->Next = node->Next;
        else list->First = node->Next;
        if (node->Next != null) node->Next->Previous = node->Previous;
        else list->Last = node->Previous;
        list->NodeCount--;
        list->Count -= node->Count;
    }
}

/// <summary>Where an element of a list is. Gone with the next change of the list.</summary>
public readonly unsafe struct ListPlace
{
    internal ListPlace(ListNode* node, int index, int offset)
    {
        Node = node;
        Index = index;
        Offset = offset;
    }

    /// <summary>Whether there is such an element.</summary>
    public bool Exists => Node != null;

    internal ListNode* Node { get; }

    /// <summary>Which element of its node.</summary>
    internal int Index { get; }

    /// <summary>Where in the node's pack; 0 in a plain node.</summary>
    internal int Offset { get; }
}

/// <summary>Elements that stand in one node, one after the other.</summary>
public readonly ref struct ListRun
{
    /// <summary>The pack, or the element of a plain node.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Whether the node is one element as it is.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Where in the pack the first of them is.</summary>
    public int Offset { get; init; }

    /// <summary>How many there are.</summary>
    public int Count { get; init; }
}
