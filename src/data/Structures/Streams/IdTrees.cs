using System;
using System.Runtime.CompilerServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// Works on <see cref="IdTree"/>s: B+trees whose keys are stream ids. Ids mostly come in ascending order and go from
/// the front, and the tree is made for that: a full last leaf is not split, the next id begins a new one, so that leaves
/// are full; and the last leaf is at hand, so that an id at the end costs no descent through the tree.
///
/// <code>
///            inner [ -, 40, 70 ]            up to 64 children; an id bounds its child from below
///             /       |       \
///   leaf [ 3, 9 ] ⇄ [ 40 … ] ⇄ [ 70, 71 ]    up to 64 ids, each with its value; leaves are linked both ways
/// </code>
///
/// Nodes grow with what they hold (1, 2, 4 … 64 entries), so that a small tree is small. A leaf that falls below a quarter
/// is merged with a neighbour if both then fill at most half. Costs: logarithmic, a step to a neighbour constant.
///
/// For slices of work a place is a path: six bits for the index on each level, the leaf's lowest. It may be tried
/// again when the tree has changed, and then means a place near by.
///
/// Contract: a tree is changed by one call at a time, and every change ends all <see cref="IdPlace"/>s but the one it returns.
/// Checked against a sorted dictionary in IdTreeTests.
/// </summary>
internal sealed unsafe class IdTrees(CollectionMemory memory)
{
    /// <summary>The most entries of a node.</summary>
    public const int MostEntries = 64;

    /// <summary>How many bits a path takes at most.</summary>
    public const int PathBits = DigitBits * MostLevels;

    private const int DigitBits = 6;
    private const int MostLevels = 7;
    private const int InnerStride = StreamId.Bytes + 8;

    /// <summary>The nodes from the leaf (level 0) to the top, and in each the index by which the way goes down.</summary>
    private struct Way
    {
        public fixed long Nodes[MostLevels + 1];
        public fixed int Indexes[MostLevels + 1];
    }

    /// <summary>The smallest id's place.</summary>
    public static IdPlace First(in IdTree tree) => new(tree.First, 0);

    /// <summary>The greatest id's place.</summary>
    public static IdPlace Last(in IdTree tree) => tree.Last == 0 ? default : new IdPlace(tree.Last, IdNode.Of(tree.Last)->Count - 1);

    /// <summary>The place of an id.</summary>
    public static IdPlace Find(in IdTree tree, StreamId id)
    {
        IdPlace place = AtOrAfter(tree, id);
        return place.Found && place.Id == id ? place : default;
    }

    /// <summary>The place of the smallest id that is not below this one.</summary>
    public static IdPlace AtOrAfter(in IdTree tree, StreamId id)
    {
        if (tree.Top == 0) return default;
        nint leaf = LeafFor(tree, id);
        int at = IdNode.LowerBound(leaf, id);
        return at < IdNode.Of(leaf)->Count ? new IdPlace(leaf, at) : new IdPlace(IdNode.Of(leaf)->Next, 0);
    }

    /// <summary>The place of the greatest id that is not above this one.</summary>
    public static IdPlace AtOrBefore(in IdTree tree, StreamId id)
    {
        IdPlace last = Last(tree);
        if (!last.Found || last.Id <= id) return last;
        IdPlace place = AtOrAfter(tree, id);
        return place.Id == id ? place : place.Previous;
    }

    /// <summary>The place of an id, which is put in if it is not there; a new value is not set.</summary>
    public IdPlace Insert(ref IdTree tree, StreamId id, out bool existed)
    {
        existed = false;
        if (tree.Top == 0)
        {
            tree.Top = tree.First = tree.Last = Create(tree, 0, 1);
            tree.Height = 0;
            tree.Leaves = 1;
        }

        Descend(tree, id, out Way way);
        nint leaf = (nint)way.Nodes[0];
        int at = IdNode.LowerBound(leaf, id);
        if (at < IdNode.Of(leaf)->Count && *IdNode.KeyAt(leaf, at) == id)
        {
            existed = true;
            return new IdPlace(leaf, at);
        }

        BeforeChange(tree, leaf);
        tree.Count++;
        return InsertAt(ref tree, ref way, 0, at, id);
    }

    /// <summary>Takes an id out; false when it is not there.</summary>
    public bool Remove(ref IdTree tree, StreamId id)
    {
        if (tree.Top == 0) return false;
        Descend(tree, id, out Way way);
        nint leaf = (nint)way.Nodes[0];
        int at = IdNode.LowerBound(leaf, id);
        if (at == IdNode.Of(leaf)->Count || *IdNode.KeyAt(leaf, at) != id) return false;
        BeforeChange(tree, leaf);
        tree.Count--;
        RemoveAt(ref tree, ref way, 0, at);
        while (tree.Height > 0 && IdNode.Of(tree.Top)->Count == 1)
        {
            nint top = tree.Top;
            tree.Top = *IdNode.ChildAt(top, 0);
            tree.Height--;
            Free(top);
        }

        return true;
    }

    /// <summary>Frees the leaf with the greatest ids and the inner nodes that are empty then: for trees that are being freed.</summary>
    public void DropLastLeaf(ref IdTree tree)
    {
        nint leaf = tree.Last;
        tree.Count -= IdNode.Of(leaf)->Count;
        tree.Leaves--;
        tree.Last = IdNode.Of(leaf)->Previous;
        if (tree.Last == 0) tree.First = 0;
        else IdNode.Of(tree.Last)->Next = 0;
        Way way = default;
        nint node = tree.Top;
        for (int level = tree.Height; level >= 0; level--)
        {
            way.Nodes[level] = node;
            if (level > 0) node = *IdNode.ChildAt(node, IdNode.Of(node)->Count - 1);
        }

        Free(leaf);
        for (int level = 1; level <= tree.Height; level++)
        {
            node = (nint)way.Nodes[level];
            if (--IdNode.Of(node)->Count > 0) return;
            Free(node);
        }

        tree.Top = 0;
        tree.Height = 0;
    }

    /// <summary>Takes the greatest id out of a tree of addresses that is being freed, and returns its address.</summary>
    public nint TakeLast(ref IdTree tree)
    {
        nint value = *(nint*)Last(tree).Value;
        tree.Count--;
        if (--IdNode.Of(tree.Last)->Count == 0) DropLastLeaf(ref tree);
        return value;
    }

    /// <summary>Frees all nodes.</summary>
    public void Clear(ref IdTree tree)
    {
        while (tree.Top != 0)
        {
            BeforeChange(tree, tree.Last);
            DropLastLeaf(ref tree);
        }
    }

    /// <summary>A copy with nodes of its own; values are copied as they are.</summary>
    public IdTree Duplicate(in IdTree tree)
    {
        IdTree copy = tree;
        copy.Top = copy.First = copy.Last = 0;
        if (tree.Top != 0) copy.Top = CopyNode(ref copy, tree.Top, tree.Height);
        return copy;
    }

    /// <summary>The place that a path leads to, or the first one after it, with its path; false when there is none.</summary>
    public static bool TryFollow(in IdTree tree, ref ulong path, out IdPlace place)
    {
        place = default;
        if (tree.Top == 0) return false;
        while (path >> (DigitBits * (tree.Height + 1)) == 0)
        {
            nint node = tree.Top;
            for (int level = tree.Height; ; level--)
            {
                int digit = (int)(path >> (DigitBits * level)) & (MostEntries - 1);
                if (digit >= IdNode.Of(node)->Count)
                {
                    int above = DigitBits * (level + 1);
                    path = ((path >> above) + 1) << above;
                    break;
                }

                if (level == 0)
                {
                    place = new IdPlace(node, digit);
                    return true;
                }

                node = *IdNode.ChildAt(node, digit);
            }
        }

        return false;
    }

    /// <summary>The path of the next leaf's first place.</summary>
    public static ulong AfterLeaf(ulong path) => (path | (MostEntries - 1)) + 1;

    /// <summary>
    /// Moves the leaf that a path leads to to a fuller page where there is one, and the inner nodes above whose first leaf
    /// it is. Returns where the path leads then; no place when it leads beyond the end.
    /// </summary>
    public IdPlace Relocate(ref IdTree tree, ref ulong path)
    {
        if (!TryFollow(tree, ref path, out _)) return default;
        nint parent = 0, node = tree.Top;
        int at = 0;
        for (int level = tree.Height; ; level--)
        {
            bool isFirstBelow = (path & ((1UL << (DigitBits * level)) - 1)) == 0;
            if (isFirstBelow && memory.Slabs.TryRelocate(node, IdNode.BytesOf(IdNode.Of(node)->Room, IdNode.Of(node)->Stride), out nint moved))
            {
                node = moved;
                Moved(ref tree, parent, at, level, node);
            }

            int digit = (int)(path >> (DigitBits * level)) & (MostEntries - 1);
            if (level == 0) return new IdPlace(node, digit);
            parent = node;
            at = digit;
            node = *IdNode.ChildAt(node, digit);
        }
    }

    /// <summary>Checks order, bounds, links and counts. For tests.</summary>
    public static void Validate(in IdTree tree)
    {
        long count = 0;
        uint leaves = 0;
        nint previous = 0;
        if (tree.Top != 0) Check(tree, tree.Top, tree.Height, StreamId.Zero, StreamId.Max, ref count, ref leaves, ref previous);
        Invariant.That(count == tree.Count);
        Invariant.That(leaves == tree.Leaves);
        Invariant.That(previous == tree.Last);
        Invariant.That(tree.Top != 0 || (tree.First == 0 && tree.Height == 0));
    }

    private static nint LeafFor(in IdTree tree, StreamId id)
    {
        if (*IdNode.KeyAt(tree.Last, 0) <= id) return tree.Last;
        nint node = tree.Top;
        for (int level = tree.Height; level > 0; level--) node = *IdNode.ChildAt(node, IdNode.ChildFor(node, id));
        return node;
    }

    private static void Descend(in IdTree tree, StreamId id, out Way way)
    {
        Unsafe.SkipInit(out way);
        nint node = tree.Top;
        for (int level = tree.Height; ; level--)
        {
            way.Nodes[level] = node;
            if (level == 0) return;
            int at = IdNode.ChildFor(node, id);
            way.Indexes[level] = at;
            node = *IdNode.ChildAt(node, at);
        }
    }

    /// <summary>Puts an entry into a node of the way; its value is not set.</summary>
    private IdPlace InsertAt(ref IdTree tree, ref Way way, int level, int at, StreamId id)
    {
        nint node = (nint)way.Nodes[level];
        if (IdNode.Of(node)->Count == MostEntries)
        {
            node = Split(ref tree, ref way, level, id, ref at);
        }
        else if (IdNode.Of(node)->Count == IdNode.Of(node)->Room)
        {
            node = Resize(ref tree, ref way, level, Math.Min(MostEntries, IdNode.Of(node)->Room * 2));
        }

        IdNode* header = IdNode.Of(node);
        byte* place = (byte*)IdNode.KeyAt(node, at);
        long tail = (long)(header->Count - at) * header->Stride;
        Buffer.MemoryCopy(place, place + header->Stride, tail, tail);
        header->Count++;
        *(StreamId*)place = id;
        return new IdPlace(node, at);
    }

    /// <summary>Cuts a full node in two, so that an entry may be put in; returns into which of them, <paramref name="at"/> follows.</summary>
    private nint Split(ref IdTree tree, ref Way way, int level, StreamId id, ref int at)
    {
        const int RoomAtEnd = 4;
        nint node = (nint)way.Nodes[level];
        bool isAtEnd = at == MostEntries && (level > 0 || node == tree.Last);
        int stay = isAtEnd ? MostEntries : MostEntries / 2;
        nint right = Create(tree, level, isAtEnd ? RoomAtEnd : MostEntries);
        int stride = IdNode.Of(node)->Stride;
        int moving = MostEntries - stay;
        Buffer.MemoryCopy(IdNode.KeyAt(node, stay), IdNode.KeyAt(right, 0), moving * stride, moving * stride);
        IdNode.Of(node)->Count = (ushort)stay;
        IdNode.Of(right)->Count = (ushort)moving;
        if (level == 0) LinkAfter(ref tree, node, right);
        StreamId bound = isAtEnd ? id : *IdNode.KeyAt(right, 0);
        if (level == tree.Height)
        {
            Invariant.That(level + 1 < MostLevels);
            nint top = Create(tree, level + 1, 2);
            IdNode.Of(top)->Count = 1;
            *IdNode.KeyAt(top, 0) = StreamId.Zero;
            *IdNode.ChildAt(top, 0) = node;
            tree.Top = top;
            tree.Height++;
            way.Nodes[level + 1] = top;
            way.Indexes[level + 1] = 0;
        }

        IdPlace above = InsertAt(ref tree, ref way, level + 1, way.Indexes[level + 1] + 1, bound);
        *(nint*)above.Value = right;
        if (at <= stay && !isAtEnd) return node;
        at -= stay;
        return right;
    }

    private void RemoveAt(ref IdTree tree, ref Way way, int level, int at)
    {
        nint node = (nint)way.Nodes[level];
        IdNode* header = IdNode.Of(node);
        byte* place = (byte*)IdNode.KeyAt(node, at);
        long tail = (long)(header->Count - at - 1) * header->Stride;
        Buffer.MemoryCopy(place + header->Stride, place, tail, tail);
        header->Count--;
        if (header->Count == 0)
        {
            if (level == 0) Unlink(ref tree, node);
            Free(node);
            if (level == tree.Height)
            {
                tree.Top = 0;
                tree.Height = 0;
            }
            else RemoveAt(ref tree, ref way, level + 1, way.Indexes[level + 1]);
        }
        else if (header->Count < MostEntries / 4 && level < tree.Height && TryMerge(ref tree, ref way, level))
        {
        }
        else if (header->Room > 4 && header->Count <= header->Room / 4)
        {
            Resize(ref tree, ref way, level, header->Room / 2);
        }
    }

    /// <summary>Joins a node of the way with a neighbour under the same parent, if they fit well into one.</summary>
    private bool TryMerge(ref IdTree tree, ref Way way, int level)
    {
        nint parent = (nint)way.Nodes[level + 1];
        int index = way.Indexes[level + 1];
        int rightIndex = index + 1 < IdNode.Of(parent)->Count ? index + 1 : index;
        if (rightIndex == 0) return false;
        nint left = *IdNode.ChildAt(parent, rightIndex - 1), right = *IdNode.ChildAt(parent, rightIndex);
        int leftCount = IdNode.Of(left)->Count, rightCount = IdNode.Of(right)->Count;
        if (leftCount + rightCount > MostEntries / 2) return false;
        if (level == 0)
        {
            BeforeChange(tree, left);
            BeforeChange(tree, right);
        }

        way.Nodes[level] = left;
        way.Indexes[level + 1] = rightIndex - 1;
        if (IdNode.Of(left)->Room < leftCount + rightCount) left = Resize(ref tree, ref way, level, MostEntries / 2);
        if (level > 0) *IdNode.KeyAt(right, 0) = *IdNode.KeyAt(parent, rightIndex);
        long bytes = (long)rightCount * IdNode.Of(right)->Stride;
        Buffer.MemoryCopy(IdNode.KeyAt(right, 0), IdNode.KeyAt(left, leftCount), bytes, bytes);
        IdNode.Of(left)->Count = (ushort)(leftCount + rightCount);
        if (level == 0) Unlink(ref tree, right);
        Free(right);
        RemoveAt(ref tree, ref way, level + 1, rightIndex);
        return true;
    }

    private nint Create(in IdTree tree, int level, int room)
    {
        int stride = level == 0 ? StreamId.Bytes + tree.ValueBytes : InnerStride;
        nint node = memory.Slabs.Allocate(IdNode.BytesOf(room, stride));
        *IdNode.Of(node) = new IdNode
        {
            Mark = memory.Mark,
            Kind = level == 0 ? tree.Kind : StreamNodeKind.Plain,
            Room = (ushort)room,
            Stride = (ushort)stride,
            Tag = tree.Tag,
        };
        return node;
    }

    private nint Resize(ref IdTree tree, ref Way way, int level, int room)
    {
        nint node = (nint)way.Nodes[level];
        int stride = IdNode.Of(node)->Stride;
        nint moved = memory.Slabs.Reallocate(node, IdNode.BytesOf(IdNode.Of(node)->Room, stride), IdNode.BytesOf(room, stride));
        IdNode.Of(moved)->Room = (ushort)room;
        way.Nodes[level] = moved;
        bool isTop = level == tree.Height;
        Moved(ref tree, isTop ? 0 : (nint)way.Nodes[level + 1], isTop ? 0 : way.Indexes[level + 1], level, moved);
        return moved;
    }

    /// <summary>Puts a node's new address wherever the old one was.</summary>
    private static void Moved(ref IdTree tree, nint parent, int at, int level, nint node)
    {
        if (parent == 0) tree.Top = node;
        else *IdNode.ChildAt(parent, at) = node;
        if (level > 0) return;
        nint previous = IdNode.Of(node)->Previous, next = IdNode.Of(node)->Next;
        if (previous == 0) tree.First = node;
        else IdNode.Of(previous)->Next = node;
        if (next == 0) tree.Last = node;
        else IdNode.Of(next)->Previous = node;
    }

    private static void LinkAfter(ref IdTree tree, nint leaf, nint added)
    {
        tree.Leaves++;
        nint next = IdNode.Of(leaf)->Next;
        IdNode.Of(added)->Previous = leaf;
        IdNode.Of(added)->Next = next;
        IdNode.Of(leaf)->Next = added;
        if (next == 0) tree.Last = added;
        else IdNode.Of(next)->Previous = added;
    }

    private static void Unlink(ref IdTree tree, nint leaf)
    {
        tree.Leaves--;
        nint previous = IdNode.Of(leaf)->Previous, next = IdNode.Of(leaf)->Next;
        if (previous == 0) tree.First = next;
        else IdNode.Of(previous)->Next = next;
        if (next == 0) tree.Last = previous;
        else IdNode.Of(next)->Previous = previous;
    }

    private void BeforeChange(in IdTree tree, nint leaf)
    {
        if (tree.Kind == StreamNodeKind.Pending) memory.BeforeChange(leaf);
    }

    private void Free(nint node) => memory.Slabs.Free(node, IdNode.BytesOf(IdNode.Of(node)->Room, IdNode.Of(node)->Stride));

    private nint CopyNode(ref IdTree copy, nint node, int level)
    {
        IdNode* header = IdNode.Of(node);
        nint made = Create(copy, level, header->Room);
        IdNode.Of(made)->Count = header->Count;
        long bytes = (long)header->Count * header->Stride;
        Buffer.MemoryCopy(IdNode.KeyAt(node, 0), IdNode.KeyAt(made, 0), bytes, bytes);
        if (level > 0)
        {
            for (int i = 0; i < header->Count; i++) *IdNode.ChildAt(made, i) = CopyNode(ref copy, *IdNode.ChildAt(node, i), level - 1);
            return made;
        }

        IdNode.Of(made)->Previous = copy.Last;
        if (copy.Last == 0) copy.First = made;
        else IdNode.Of(copy.Last)->Next = made;
        copy.Last = made;
        return made;
    }

    private static void Check(in IdTree tree, nint node, int level, StreamId low, StreamId high, ref long count, ref uint leaves, ref nint previous)
    {
        IdNode* header = IdNode.Of(node);
        Invariant.That(header->Count > 0 && header->Count <= header->Room && header->Room <= MostEntries);
        Invariant.That(header->Stride == (level == 0 ? StreamId.Bytes + tree.ValueBytes : InnerStride));
        for (int i = 0; i < header->Count; i++)
        {
            StreamId key = *IdNode.KeyAt(node, i);
            if (i > 0) Invariant.That(*IdNode.KeyAt(node, i - 1) < key);
            if (level == 0 || i > 0) Invariant.That(key >= low && key <= high);
            if (level == 0) continue;
            StreamId bound = high;
            if (i + 1 < header->Count) IdNode.KeyAt(node, i + 1)->TryPrevious(out bound);
            Check(tree, *IdNode.ChildAt(node, i), level - 1, i == 0 ? low : key, bound, ref count, ref leaves, ref previous);
        }

        if (level > 0) return;
        Invariant.That(header->Kind == tree.Kind && header->Tag == tree.Tag);
        Invariant.That(header->Previous == previous);
        Invariant.That(previous == 0 ? tree.First == node : IdNode.Of(previous)->Next == node);
        previous = node;
        leaves++;
        count += header->Count;
    }
}
