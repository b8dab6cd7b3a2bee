using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Keyspace.Tests;

/// <summary>The plainest collection that there can be: numbers in a chain of blocks, the newest first.</summary>
internal sealed unsafe class Chain(CollectionMemory memory) : ICollection, IUnorderedNodes
{
    /// <summary>A number of a type that no real structure has.</summary>
    public const ObjectType Type = (ObjectType)5;

    [StructLayout(LayoutKind.Sequential)]
    private struct Head
    {
        public CollectionHeader Header;
        public Node* First;
        public long Count;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public long Mark;
        public Node* Next;
        public long Value;
    }

    public nint Create()
    {
        var head = (Head*)memory.Slabs.AllocateZeroed((nuint)sizeof(Head));
        head->Header.RootBytes = (uint)sizeof(Head);
        return (nint)head;
    }

    public void Push(nint root, long value)
    {
        var head = (Head*)root;
        var node = (Node*)memory.Slabs.Allocate((nuint)sizeof(Node));
        *node = new Node { Mark = memory.Mark, Next = head->First, Value = value };
        head->First = node;
        head->Count++;
    }

    public long Pop(nint root)
    {
        var head = (Head*)root;
        Node* node = head->First;
        memory.BeforeChange((nint)node);
        long value = node->Value;
        head->First = node->Next;
        head->Count--;
        memory.Slabs.Free((nint)node, (nuint)sizeof(Node));
        return value;
    }

    public void Negate(nint root, long every)
    {
        for (Node* node = ((Head*)root)->First; node != null; node = node->Next)
        {
            if (node->Value % every != 0) continue;
            memory.BeforeChange((nint)node);
            node->Value = -node->Value - 1;
        }
    }

    public List<long> Values(nint root)
    {
        var values = new List<long>();
        for (Node* node = ((Head*)root)->First; node != null; node = node->Next) values.Add(node->Value);
        return values;
    }

    public long CountOf(nint root) => ((Head*)root)->Count;

    public long ItemCountOf(nint root) => CountOf(root);

    public ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes)
    {
        Node* node = cursor == 0 ? ((Head*)root)->First : (Node*)cursor;
        for (; node != null; node = node->Next)
        {
            CopyNode(root, (nint)node, into);
            if (into.Length >= targetBytes) return (ulong)node->Next;
        }

        return 0;
    }

    public NodeTelling BeginTelling(nint root) => new UnorderedTelling(this, root);

    public bool CopyUntold(nint root, UntoldPlace place, ElementBuffer into, int targetBytes)
    {
        byte mark = ((Head*)root)->Header.Mark;
        int before = into.Length;
        for (Node* node = ((Head*)root)->First; node != null; node = node->Next)
        {
            if ((byte)node->Mark == mark) continue;
            if (into.Length - before >= targetBytes) return false;
            node->Mark = mark;
            CopyNode(root, (nint)node, into);
        }

        return true;
    }

    public void CopyNode(nint root, nint node, ElementBuffer into)
    {
        into.Add(((Node*)node)->Value);
        into.EndItem();
    }

    public nint Duplicate(nint root)
    {
        nint made = Create();
        List<long> values = Values(root);
        for (int i = values.Count - 1; i >= 0; i--) Push(made, values[i]);
        return made;
    }

    public bool FreeSlice(nint root, ref SliceBudget budget)
    {
        var head = (Head*)root;
        while (head->First != null)
        {
            Node* node = head->First;
            head->First = node->Next;
            memory.Slabs.Free((nint)node, (nuint)sizeof(Node));
            if (!budget.Spend()) return false;
        }

        memory.Slabs.Free(root, (nuint)sizeof(Head));
        return true;
    }

    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget)
    {
        memory.Slabs.TryRelocate(root, (nuint)sizeof(Head), out root);
        for (Node** link = &((Head*)root)->First; *link != null; link = &(*link)->Next)
        {
            memory.Slabs.TryRelocate((nint)(*link), (nuint)sizeof(Node), out nint moved);
            *link = (Node*)moved;
        }

        return 0;
    }

    public void Validate(nint root) => Invariant.That(Values(root).Count == CountOf(root));
}
