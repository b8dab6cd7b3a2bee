using System;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>The root block of a <see cref="SortedTree"/>: the table of members, the top node and how many levels lie between it and the leaves.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SortedRoot
{
    public CollectionHeader Header;
    public TableHeader Table;
    public nint Top;
    public long Height;
    public long FreePosition;

    /// <summary>Frees the last node of the lowest level, while the tree is being freed and nothing is read any more.</summary>
    public void FreeLastNode(SlabAllocator slabs)
    {
        SortedInner* parent = null;
        nint node = Top;
        long level = Height;
        for (; level > 0 && ((SortedInner*)node)->Count > 0; level--)
        {
            parent = (SortedInner*)node;
            node = (nint)parent->Children[parent->Count - 1];
        }

        slabs.Free(node, level == 0 ? (nuint)sizeof(SortedLeaf) : (nuint)sizeof(SortedInner));
        if (parent == null) Top = 0;
        else parent->Count--;
    }
}

/// <summary>
/// A way down a <see cref="SortedTree"/>: the nodes from above the leaf (level 1) up to the top, and which child of each was
/// taken; the leaf, and a place in it. The ways of finding one stand here too.
/// </summary>
internal unsafe struct SortedPath
{
    /// <summary>More levels than any tree has.</summary>
    public const int MostLevels = 12;

    public fixed long Nodes[MostLevels];
    public fixed int Indexes[MostLevels];
    public SortedLeaf* Leaf;
    public int Position;

    /// <summary>How many members stand before a bound.</summary>
    public static long Count<TBound>(nint root, TBound bound) where TBound : ISortedBound, allows ref struct
    {
        var own = (SortedRoot*)root;
        nint node = own->Top;
        if (node == 0) return 0;
        long count = 0;
        for (long level = own->Height; level > 0; level--)
        {
            var inner = (SortedInner*)node;
            int child = Math.Max(0, bound.CountBefore(inner->Scores, inner->Members, (int)inner->Count) - 1);
            count += inner->CountBefore(child);
            node = (nint)inner->Children[child];
        }

        var leaf = (SortedLeaf*)node;
        return count + bound.CountBefore(leaf->Scores, leaf->Members, leaf->Count);
    }

    /// <summary>To where a member with this score belongs: after those that are before it.</summary>
    public static void Descend(SortedRoot* root, double score, ReadOnlySpan<byte> member, SortedPath* path)
    {
        var bound = new ElementBound(score, member, inclusive: true);
        nint node = root->Top;
        for (int level = (int)root->Height; level > 0; level--)
        {
            var inner = (SortedInner*)node;
            int child = Math.Max(0, bound.CountBefore(inner->Scores, inner->Members, (int)inner->Count) - 1);
            path->Nodes[level] = node;
            path->Indexes[level] = child;
            node = (nint)inner->Children[child];
        }

        path->Leaf = (SortedLeaf*)node;
        path->Position = node == 0 ? 0 : bound.CountBefore(path->Leaf->Scores, path->Leaf->Members, path->Leaf->Count);
    }

    /// <summary>To a member that is there.</summary>
    public static void DescendTo(SortedRoot* root, SortedMember member, SortedPath* path)
    {
        Descend(root, member.Score, member.Bytes, path);
        path->Position--;
        Invariant.That(path->Position >= 0 && path->Leaf->Members[path->Position] == member.Block);
    }

    /// <summary>To the member at a rank.</summary>
    public static void Descend(SortedRoot* root, long rank, SortedPath* path)
    {
        Invariant.That((ulong)rank < (ulong)root->Table.Count);
        nint node = root->Top;
        for (int level = (int)root->Height; level > 0; level--)
        {
            var inner = (SortedInner*)node;
            int child = 0;
            while (rank >= inner->Counts[child]) rank -= inner->Counts[child++];
            path->Nodes[level] = node;
            path->Indexes[level] = child;
            node = (nint)inner->Children[child];
        }

        path->Leaf = (SortedLeaf*)node;
        path->Position = (int)rank;
    }

    /// <summary>Whether the path's member would stay where it is with another score.</summary>
    public static bool StaysBetweenNeighbours(SortedPath* path, double score, ReadOnlySpan<byte> member)
    {
        SortedLeaf* leaf = path->Leaf;
        int at = path->Position;
        if (at > 0 ? !IsBefore(leaf, at - 1, score, member) : leaf->Previous != null && !IsBefore(leaf->Previous, leaf->Previous->Count - 1, score, member)) return false;
        return at + 1 < leaf->Count ? !IsBefore(leaf, at + 1, score, member) : leaf->Next == null || !IsBefore(leaf->Next, 0, score, member);
    }

    /// <summary>Whether the member at a place of a leaf comes before another.</summary>
    public static bool IsBefore(SortedLeaf* leaf, int at, double score, ReadOnlySpan<byte> member)
    {
        double own = leaf->Scores[at];
        return own < score || (own == score && SortedMember.KeyOf((nint)leaf->Members[at]).SequenceCompareTo(member) < 0);
    }
}
