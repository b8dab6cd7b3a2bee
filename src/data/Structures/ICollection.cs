using System;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// What every structure offers to the keyspace beside its own operations: being copied for a snapshot, freed and
/// defragmented in slices. A collection is known by the address of its root block, which begins with a
/// <see cref="CollectionHeader"/> and stays where it is while the collection lives, but for <see cref="Relocate"/>.
/// </summary>
public interface ICollection
{
    /// <summary>How many elements there are: members, fields, list elements, stream entries.</summary>
    long CountOf(nint root);

    /// <summary>How many items <see cref="CopyPage"/> will tell in all: elements, or nodes for lists and streams.</summary>
    long ItemCountOf(nint root);

    /// <summary>
    /// Adds the items of the next few nodes from <paramref name="cursor"/> (0 at first) on to <paramref name="into"/>,
    /// at least one node and until about <paramref name="targetBytes"/> bytes are there; returns the next cursor, 0 at
    /// the end. Between calls the collection does not change. Lists tell in order.
    /// </summary>
    ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes);

    /// <summary>Begins to tell the collection node by node while it changes; all of its nodes have another mark than <see cref="CollectionHeader.Mark"/>.</summary>
    NodeTelling BeginTelling(nint root);

    /// <summary>A copy with blocks of its own; its header is the keyspace's to fill but for the size of the root.</summary>
    nint Duplicate(nint root);

    /// <summary>Frees some blocks, one unit of budget for each; true when the root, too, is freed. In between only this is called.</summary>
    bool FreeSlice(nint root, ref SliceBudget budget);

    /// <summary>
    /// Moves the blocks of the next few nodes from <paramref name="cursor"/> on to fuller pages where there are such,
    /// the root at the start of a round; returns the next cursor, 0 at the end. The collection may change between calls:
    /// a node may then be left out, and nothing worse.
    /// </summary>
    ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget);

    /// <summary>Checks everything about the structure that can be checked. For tests.</summary>
    void Validate(nint root);
}
