using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>Hears of a node of a collection before it changes: a snapshot walk that has not told it yet takes its elements first.</summary>
public interface INodeGuard
{
    /// <summary>The elements of <paramref name="node"/> are about to change, to move to another node, or to go.</summary>
    void BeforeChange(nint node);
}

/// <summary>
/// The first bytes of every collection's root block, whatever its structure: what the keyspace itself needs to know.
/// The structure's own fields follow.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
public struct CollectionHeader
{
    /// <summary>How many bytes it takes.</summary>
    public const int Bytes = 16;

    /// <summary>Bytes that all blocks of the collection, the root included, add to the memory in use. The keyspace keeps it.</summary>
    public long ChargeBytes;

    /// <summary>The size of the root block as it was asked for.</summary>
    public uint RootBytes;

    /// <summary>The mark that nodes carry which the last or running snapshot walk has told, or which are new since. The keyspace keeps it.</summary>
    public byte Mark;

    /// <summary>How many walks in a row were given up: so many older marks may be found among the nodes. The keyspace keeps it.</summary>
    public byte AbandonedWalks;
}

/// <summary>
/// What the structures of one node's collections share: the allocator, and while a command changes a collection, that
/// collection's mark and guard, which the keyspace sets (see Database.Edit).
///
/// The rule for structures: a node is a block that holds elements (a list node, a leaf, a member of a hash table), and
/// <b>its first byte is its mark</b>. A new node gets <see cref="Mark"/>. Before elements of a node change, move to
/// another node or go, the structure calls <see cref="BeforeChange"/>. That is all that snapshots without fork need.
/// </summary>
public sealed unsafe class CollectionMemory(SlabAllocator slabs)
{
    /// <summary>Where blocks come from.</summary>
    public SlabAllocator Slabs => slabs;

    /// <summary>The mark of new nodes.</summary>
    public byte Mark { get; set; }

    /// <summary>Who wants to know of changes; nobody unless a walk has still to tell the collection at hand.</summary>
    public INodeGuard? Guard { get; set; }

    /// <summary>To be called before elements of a node change, move to another node or go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeforeChange(nint node)
    {
        if (Guard is not null && *(byte*)node != Mark) Guard.BeforeChange(node);
    }
}
