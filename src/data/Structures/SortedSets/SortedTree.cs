using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Sorted sets of any size: members in order of score, those of equal score in order of their bytes, each also to be
/// found by its bytes.
///
/// <code>
/// root ─▶ hash table ─▶ member blocks (score, bytes) ◀──┐        see BucketTables, SortedMember
///      └▶ tree ─▶ inner (63 children: first, count) ─▶ leaf (62 members: score, block) ⇄ leaf ⇄ leaf
/// </code>
///
/// The tree is a B+tree. An inner node knows of each child its first member exactly and how many members are below it,
/// so that a rank is found on the way down by adding, and a member by its rank by subtracting. Scores stand in the
/// leaves too: a search reads a member's own block only when scores are equal. A full node is cut in two halves, but at
/// the right end only the new element goes to the new node, so that members that come in order fill their nodes.
/// Neighbours under one parent are joined when together they are three quarters full at most.
///
/// Costs: the member and 9 bytes in its block, 11 to 22 in the table, 17 to 24 in the leaf: about 72 for a member of 16
/// bytes. Adding, removing and ranks touch the table's bucket, the block and three or four nodes at a million members.
///
/// The nodes in the sense of <see cref="CollectionMemory"/> are the leaves.
/// </summary>
public sealed unsafe class SortedTree : ICollection, IUnorderedNodes
{
    private const int JoinedLeaf = SortedLeaf.Capacity * 3 / 4;
    private const int JoinedInner = SortedInner.Capacity * 3 / 4;

    private readonly CollectionMemory _memory;
    private readonly SlabAllocator _slabs;
    private readonly BucketTables<SortedMember> _tables;

    /// <summary>Sorted sets in this memory, under this hash key.</summary>
    public SortedTree(CollectionMemory memory, KeyHasher hasher)
    {
        _memory = memory;
        _slabs = memory.Slabs;
        _tables = new BucketTables<SortedMember>(memory.Slabs, hasher);
    }

    /// <summary>The tables in which members are found: for moving the buckets of those that grow in idle time.</summary>
    public BucketTables<SortedMember> Tables => _tables;

    // ---- Making, finding ----

    /// <summary>An empty set.</summary>
    public nint Create()
    {
        var root = (SortedRoot*)_slabs.AllocateZeroed((nuint)sizeof(SortedRoot));
        root->Header.RootBytes = (uint)sizeof(SortedRoot);
        return (nint)root;
    }

    /// <summary>Makes the table of an empty set large enough for so many members; a hint.</summary>
    public void Reserve(nint root, long count) => _tables.Reserve(TableOf(root), count);

    /// <inheritdoc/>
    public long CountOf(nint root) => ((SortedRoot*)root)->Table.Count;

    /// <summary>Looks for a member.</summary>
    public SortedPlace Find(nint root, ReadOnlySpan<byte> member)
    {
        ulong hash = _tables.HashOf(member);
        return new SortedPlace(hash, _tables.Find(TableOf(root), hash, member));
    }

    /// <summary>How many members stand before one that is there.</summary>
    public long RankOf(nint root, SortedPlace place)
    {
        SortedMember member = place.Member;
        return SortedPath.Count(root, new ElementBound(member.Score, member.Bytes, inclusive: false));
    }

    /// <summary>How many members have a score below <paramref name="score"/>, or with <paramref name="inclusive"/> one that is not above it.</summary>
    public long CountBelow(nint root, double score, bool inclusive) => SortedPath.Count(root, new ScoreBound(score, inclusive));

    /// <summary>How many members come before <paramref name="member"/> (with <paramref name="inclusive"/> it is counted too). All scores must be equal.</summary>
    public long CountBelow(nint root, ReadOnlySpan<byte> member, bool inclusive) => SortedPath.Count(root, new MemberBound(member, inclusive));

    /// <summary>The member at a rank, which must be one; the way to the others goes over the cursor.</summary>
    public SortedCursor At(nint root, long rank)
    {
        SortedPath path;
        SortedPath.Descend((SortedRoot*)root, rank, &path);
        return new SortedCursor(path.Leaf, path.Position);
    }

    /// <summary>One step over the members by their hashes, as <see cref="BucketTables{TKeys}.Scan"/>: none that stays is left out while others come and go.</summary>
    public ulong Scan<TVisitor>(nint root, ulong cursor, ref TVisitor visitor) where TVisitor : IPlaceVisitor, allows ref struct =>
        _tables.Scan(TableOf(root), cursor, ref visitor);

    /// <summary>The member that a place holds which <see cref="Scan"/> visits.</summary>
    public static SortedMember MemberAt(nint place) => new(NativeTable.BlockAt(place));

    // ---- Changing ----

    /// <summary>Adds a member that <paramref name="place"/> says is not there. The score is a number.</summary>
    public void Insert(nint root, SortedPlace place, ReadOnlySpan<byte> member, double score)
    {
        Invariant.That(!place.Found && !double.IsNaN(score));
        var own = (SortedRoot*)root;
        SortedMember made = SortedMember.Create(_slabs, member, score);
        SortedPath path;
        SortedPath.Descend(own, score, member, &path);
        InsertAt(own, &path, score, made.Block);
        _tables.Insert(TableOf(root), place.Hash, made.Block);
    }

    /// <summary>Gives a member that is there another score.</summary>
    public void ChangeScore(nint root, SortedPlace place, double score)
    {
        Invariant.That(!double.IsNaN(score));
        var own = (SortedRoot*)root;
        SortedMember member = place.Member;
        SortedPath path;
        SortedPath.DescendTo(own, member, &path);
        _memory.BeforeChange((nint)path.Leaf);
        if (SortedPath.StaysBetweenNeighbours(&path, score, member.Bytes))
        {
            path.Leaf->Scores[path.Position] = score;
            if (path.Position == 0) Raise(own, &path, 0);
        }
        else
        {
            RemoveAt(own, &path, 1);
            SortedPath.Descend(own, score, member.Bytes, &path);
            InsertAt(own, &path, score, member.Block);
        }

        member.Score = score;
    }

    /// <summary>Removes a member that is there.</summary>
    public void Remove(nint root, SortedPlace place)
    {
        var own = (SortedRoot*)root;
        SortedMember member = place.Member;
        SortedPath path;
        SortedPath.DescendTo(own, member, &path);
        _memory.BeforeChange((nint)path.Leaf);
        RemoveAt(own, &path, 1);
        _tables.Remove(TableOf(root), place.Hash, place.Place);
        member.Free(_slabs);
    }

    /// <summary>Removes <paramref name="count"/> members from a rank on.</summary>
    public void RemoveRange(nint root, long rank, long count)
    {
        var own = (SortedRoot*)root;
        Invariant.That(rank >= 0 && count >= 0 && rank + count <= own->Table.Count);
        nint* gone = stackalloc nint[SortedLeaf.Capacity];
        while (count > 0)
        {
            SortedPath path;
            SortedPath.Descend(own, rank, &path);
            int run = (int)Math.Min(count, path.Leaf->Count - path.Position);
            _memory.BeforeChange((nint)path.Leaf);
            for (int i = 0; i < run; i++) gone[i] = (nint)path.Leaf->Members[path.Position + i];
            RemoveAt(own, &path, run);
            for (int i = 0; i < run; i++) Forget(own, new SortedMember(gone[i]));
            count -= run;
        }
    }

    // ---- What every structure offers ----

    /// <inheritdoc/>
    public long ItemCountOf(nint root) => CountOf(root);

    /// <inheritdoc/>
    public ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes)
    {
        // The cursor is the rank of the first member of the next leaf.
        var own = (SortedRoot*)root;
        if (own->Table.Count <= (long)cursor) return 0;
        SortedPath path;
        SortedPath.Descend(own, (long)cursor, &path);
        int start = into.Length;
        for (SortedLeaf* leaf = path.Leaf; leaf != null; leaf = leaf->Next)
        {
            CopyNode(root, (nint)leaf, into);
            cursor += leaf->Count;
            if (leaf->Next != null && into.Length - start >= targetBytes) return cursor;
        }

        return 0;
    }

    /// <inheritdoc/>
    public NodeTelling BeginTelling(nint root) => new UnorderedTelling(this, root);

    /// <inheritdoc/>
    public bool CopyUntold(nint root, UntoldPlace place, ElementBuffer into, int targetBytes)
    {
        // The place is the first member of the next leaf as it was. All leaves that are not told lie at it or behind:
        // one that has changed since has been told, and splitting and joining keep the order.
        var own = (SortedRoot*)root;
        if (own->Table.Count == 0) return true;
        SortedPath path;
        if (place.Member is null) SortedPath.Descend(own, 0, &path);
        else SortedPath.Descend(own, place.Score, place.Member, &path);
        int start = into.Length;
        for (SortedLeaf* leaf = path.Leaf; leaf != null; leaf = leaf->Next)
        {
            if (into.Length - start >= targetBytes)
            {
                place.Score = leaf->Scores[0];
                place.Member = SortedMember.KeyOf((nint)leaf->Members[0]).ToArray();
                return false;
            }

            if (leaf->Mark == own->Header.Mark) continue;
            leaf->Mark = own->Header.Mark;
            CopyNode(root, (nint)leaf, into);
        }

        return true;
    }

    /// <inheritdoc/>
    public void CopyNode(nint root, nint node, ElementBuffer into)
    {
        var leaf = (SortedLeaf*)node;
        for (int i = 0; i < leaf->Count; i++)
        {
            into.Add(SortedMember.KeyOf((nint)leaf->Members[i]));
            into.Add(leaf->Scores[i]);
            into.EndItem();
        }
    }

    /// <inheritdoc/>
    public nint Duplicate(nint root)
    {
        nint copy = Create();
        long count = CountOf(root);
        Reserve(copy, count);
        if (count == 0) return copy;
        SortedCursor from = At(root, 0);
        do Insert(copy, new SortedPlace(_tables.HashOf(from.Member), 0), from.Member, from.Score); while (from.MoveNext());
        return copy;
    }

    /// <inheritdoc/>
    public bool FreeSlice(nint root, ref SliceBudget budget)
    {
        var own = (SortedRoot*)root;
        var freer = new Freer(_slabs);
        if (!_tables.FreeSlice(TableOf(root), ref own->FreePosition, ref budget, ref freer)) return false;
        while (own->Top != 0)
        {
            if (budget.IsSpent) return false;
            own->FreeLastNode(_slabs);
            budget.Spend();
        }

        _slabs.Free(root, (nuint)sizeof(SortedRoot));
        return true;
    }

    /// <inheritdoc/>
    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget)
    {
        if (cursor == 0 && _slabs.TryRelocate(root, (nuint)sizeof(SortedRoot), out nint moved))
        {
            root = moved;
            TableHeader* table = &((SortedRoot*)root)->Table;
            if (table->Rehash != null) table->Rehash->Owner = table;
        }

        var own = (SortedRoot*)root;
        do
        {
            if (own->Table.Count <= (long)cursor) return 0;
            SortedPath path;
            SortedPath.Descend(own, (long)cursor, &path);
            cursor += (ulong)(path.Leaf->Count - path.Position);
            budget.Spend(path.Leaf->Count - path.Position);
            for (; path.Position < path.Leaf->Count; path.Position++) RelocateMember(own, path.Leaf, path.Position);
            RelocateNodes(own, &path);
        }
        while (!budget.IsSpent);
        return own->Table.Count <= (long)cursor ? 0 : cursor;
    }

    /// <inheritdoc/>
    public void Validate(nint root)
    {
        var own = (SortedRoot*)root;
        _tables.Validate(TableOf(root));
        Invariant.That(own->Header.RootBytes == sizeof(SortedRoot));
        Invariant.That((own->Top == 0) == (own->Table.Count == 0));
        if (own->Top == 0) return;
        SortedLeaf* last = null;
        long count = ValidateNode(root, own->Top, (int)own->Height, isTop: true, ref last);
        Invariant.That(count == own->Table.Count && last->Next == null);
    }

    /// <summary>The leaves in order. For tests.</summary>
    internal List<nint> Leaves(nint root)
    {
        var leaves = new List<nint>();
        if (CountOf(root) == 0) return leaves;
        SortedPath path;
        SortedPath.Descend((SortedRoot*)root, 0, &path);
        for (SortedLeaf* leaf = path.Leaf; leaf != null; leaf = leaf->Next) leaves.Add((nint)leaf);
        return leaves;
    }

    private static NativeTable TableOf(nint root) => new(&((SortedRoot*)root)->Table);

    // ---- Growing ----

    private SortedLeaf* CreateLeaf()
    {
        var leaf = (SortedLeaf*)_slabs.Allocate((nuint)sizeof(SortedLeaf));
        leaf->Mark = _memory.Mark;
        leaf->Count = 0;
        leaf->Previous = leaf->Next = null;
        return leaf;
    }

    private void InsertAt(SortedRoot* root, SortedPath* path, double score, nint member)
    {
        SortedLeaf* leaf = path->Leaf;
        int at = path->Position;
        if (leaf == null)
        {
            leaf = CreateLeaf();
            leaf->Insert(0, score, member);
            root->Top = (nint)leaf;
            return;
        }

        _memory.BeforeChange((nint)leaf);
        if (leaf->Count < SortedLeaf.Capacity)
        {
            leaf->Insert(at, score, member);
            Raise(root, path, 1);
            return;
        }

        SortedLeaf* right = SplitLeaf(leaf, at);
        if (at < leaf->Count || (at == leaf->Count && at < SortedLeaf.Capacity)) leaf->Insert(at, score, member);
        else right->Insert(at - leaf->Count, score, member);
        SplitUp(root, path, right);
    }

    /// <summary>Cuts a full leaf: in the middle, or where the new member is the last or first of all, there.</summary>
    private SortedLeaf* SplitLeaf(SortedLeaf* leaf, int at)
    {
        SortedLeaf* right = CreateLeaf();
        int cut = SortedLeaf.Capacity / 2;
        if (at == SortedLeaf.Capacity && leaf->Next == null) cut = at;
        else if (at == 0 && leaf->Previous == null) cut = 0;
        leaf->MoveTail(cut, right);
        right->Previous = leaf;
        right->Next = leaf->Next;
        if (right->Next != null) right->Next->Previous = right;
        leaf->Next = right;
        return right;
    }

    /// <summary>Says in the nodes above the leaf that it has <paramref name="added"/> more members and perhaps another first one.</summary>
    private static void Raise(SortedRoot* root, SortedPath* path, long added) => Raise(root, path, 1, (nint)path->Leaf, added);

    private static void Raise(SortedRoot* root, SortedPath* path, int fromLevel, nint child, long added)
    {
        for (int level = fromLevel; level <= root->Height; level++)
        {
            var inner = (SortedInner*)path->Nodes[level];
            int index = path->Indexes[level];
            inner->Set(index, child, isLeaf: level == 1, inner->Counts[index] + added);
            child = (nint)inner;
        }
    }

    /// <summary>Puts a new leaf beside the path's leaf into the nodes above, which may be cut in their turn.</summary>
    private void SplitUp(SortedRoot* root, SortedPath* path, SortedLeaf* newLeaf)
    {
        nint left = (nint)path->Leaf, right = (nint)newLeaf;
        long leftCount = path->Leaf->Count, rightCount = newLeaf->Count;
        for (int level = 1; level <= root->Height; level++)
        {
            var inner = (SortedInner*)path->Nodes[level];
            int index = path->Indexes[level] + 1;
            inner->Set(index - 1, left, isLeaf: level == 1, leftCount);
            if (inner->Count < SortedInner.Capacity)
            {
                inner->Insert(index, right, isLeaf: level == 1, rightCount);
                Raise(root, path, level + 1, (nint)inner, 1);
                return;
            }

            var target = (SortedInner*)_slabs.Allocate((nuint)sizeof(SortedInner));
            target->Count = 0;
            int cut = index == SortedInner.Capacity ? index : SortedInner.Capacity / 2;
            inner->MoveTail(cut, target);
            if (index <= cut && cut < SortedInner.Capacity) inner->Insert(index, right, isLeaf: level == 1, rightCount);
            else target->Insert(index - cut, right, isLeaf: level == 1, rightCount);
            (left, leftCount) = ((nint)inner, inner->CountBefore((int)inner->Count));
            (right, rightCount) = ((nint)target, target->CountBefore((int)target->Count));
        }

        var top = (SortedInner*)_slabs.Allocate((nuint)sizeof(SortedInner));
        top->Count = 0;
        bool overLeaves = root->Height == 0;
        top->Insert(0, left, overLeaves, leftCount);
        top->Insert(1, right, overLeaves, rightCount);
        root->Top = (nint)top;
        Invariant.That(++root->Height < SortedPath.MostLevels);
    }

    // ---- Shrinking ----

    /// <summary>Takes members out of the path's leaf, from its position on; the leaf has been preserved, the members stay.</summary>
    private void RemoveAt(SortedRoot* root, SortedPath* path, int count)
    {
        path->Leaf->RemoveRange(path->Position, count);
        nint child = (nint)path->Leaf;
        bool isEmpty = path->Leaf->Count == 0;
        for (int level = 1; level <= root->Height; level++)
        {
            bool isLeaf = level == 1;
            var inner = (SortedInner*)path->Nodes[level];
            int index = path->Indexes[level];
            if (isEmpty)
            {
                FreeNode(child, isLeaf);
                inner->RemoveAt(index);
            }
            else
            {
                inner->Set(index, child, isLeaf, inner->Counts[index] - count);
                if (index + 1 < inner->Count && AreSparse(inner, index, isLeaf)) Join(inner, index, isLeaf);
                else if (index > 0 && AreSparse(inner, index - 1, isLeaf)) Join(inner, index - 1, isLeaf);
            }

            child = (nint)inner;
            isEmpty = inner->Count == 0;
        }

        ShrinkTop(root);
    }

    private void ShrinkTop(SortedRoot* root)
    {
        while (root->Height > 0 && ((SortedInner*)root->Top)->Count <= 1)
        {
            var top = (SortedInner*)root->Top;
            root->Top = top->Count == 0 ? 0 : (nint)top->Children[0];
            root->Height = top->Count == 0 ? 0 : root->Height - 1;
            _slabs.Free((nint)top, (nuint)sizeof(SortedInner));
        }

        if (root->Height > 0 || root->Top == 0 || ((SortedLeaf*)root->Top)->Count > 0) return;
        FreeNode(root->Top, isLeaf: true);
        root->Top = 0;
    }

    private static bool AreSparse(SortedInner* inner, int left, bool areLeaves) =>
        areLeaves
            ? inner->Counts[left] + inner->Counts[left + 1] <= JoinedLeaf
            : ((SortedInner*)inner->Children[left])->Count + ((SortedInner*)inner->Children[left + 1])->Count <= JoinedInner;

    private void Join(SortedInner* inner, int left, bool areLeaves)
    {
        nint target = (nint)inner->Children[left], source = (nint)inner->Children[left + 1];
        if (areLeaves)
        {
            _memory.BeforeChange(target);
            _memory.BeforeChange(source);
            ((SortedLeaf*)source)->MoveTail(0, (SortedLeaf*)target);
        }
        else
        {
            ((SortedInner*)source)->MoveTail(0, (SortedInner*)target);
        }

        FreeNode(source, areLeaves);
        inner->Counts[left] += inner->Counts[left + 1];
        inner->RemoveAt(left + 1);
    }

    private void FreeNode(nint node, bool isLeaf)
    {
        if (!isLeaf)
        {
            _slabs.Free(node, (nuint)sizeof(SortedInner));
            return;
        }

        var leaf = (SortedLeaf*)node;
        if (leaf->Previous != null) leaf->Previous->Next = leaf->Next;
        if (leaf->Next != null) leaf->Next->Previous = leaf->Previous;
        _slabs.Free(node, (nuint)sizeof(SortedLeaf));
    }

    private void Forget(SortedRoot* root, SortedMember member)
    {
        ulong hash = _tables.HashOf(member.Bytes);
        NativeTable table = TableOf((nint)root);
        _tables.Remove(table, hash, _tables.Find(table, hash, member.Bytes));
        member.Free(_slabs);
    }

    // ---- Moving blocks ----

    private void RelocateMember(SortedRoot* root, SortedLeaf* leaf, int at)
    {
        var member = new SortedMember((nint)leaf->Members[at]);
        nuint bytes = member.BlockBytes;
        NativeTable table = TableOf((nint)root);
        nint place = _tables.Find(table, _tables.HashOf(member.Bytes), member.Bytes);
        if (!_slabs.TryRelocate(member.Block, bytes, out nint moved)) return;
        leaf->Members[at] = moved;
        NativeTable.Replace(place, moved);
    }

    /// <summary>Moves the leaf of a path and the nodes above it; members may have moved before, so the firsts are said anew.</summary>
    private void RelocateNodes(SortedRoot* root, SortedPath* path)
    {
        nint child = (nint)path->Leaf;
        if (_slabs.TryRelocate(child, (nuint)sizeof(SortedLeaf), out nint moved))
        {
            child = moved;
            var leaf = (SortedLeaf*)moved;
            if (leaf->Previous != null) leaf->Previous->Next = leaf;
            if (leaf->Next != null) leaf->Next->Previous = leaf;
        }

        for (int level = 1; level <= root->Height; level++)
        {
            _slabs.TryRelocate((nint)path->Nodes[level], (nuint)sizeof(SortedInner), out nint node);
            var inner = (SortedInner*)node;
            int index = path->Indexes[level];
            inner->Set(index, child, isLeaf: level == 1, inner->Counts[index]);
            child = node;
        }

        root->Top = child;
    }

    // ---- Checking ----

    private long ValidateNode(nint root, nint node, int level, bool isTop, ref SortedLeaf* last)
    {
        if (level == 0) return ValidateLeaf(root, (SortedLeaf*)node, ref last);
        var inner = (SortedInner*)node;
        Invariant.That(inner->Count >= (isTop ? 2 : 1) && inner->Count <= SortedInner.Capacity);
        long total = 0;
        for (int i = 0; i < inner->Count; i++)
        {
            nint child = (nint)inner->Children[i];
            long first = level == 1 ? ((SortedLeaf*)child)->Members[0] : ((SortedInner*)child)->Members[0];
            double score = level == 1 ? ((SortedLeaf*)child)->Scores[0] : ((SortedInner*)child)->Scores[0];
            Invariant.That(inner->Members[i] == first && inner->Scores[i].Equals(score));
            long count = ValidateNode(root, child, level - 1, isTop: false, ref last);
            Invariant.That(count == inner->Counts[i]);
            total += count;
        }

        return total;
    }

    private long ValidateLeaf(nint root, SortedLeaf* leaf, ref SortedLeaf* last)
    {
        Invariant.That(leaf->Count is > 0 and <= SortedLeaf.Capacity);
        Invariant.That(leaf->Previous == last && (last == null || last->Next == leaf));
        for (int i = 0; i < leaf->Count; i++)
        {
            var member = new SortedMember((nint)leaf->Members[i]);
            Invariant.That(member.Score.Equals(leaf->Scores[i]));
            SortedPlace place = Find(root, member.Bytes);
            Invariant.That(place.Found && place.Member.Block == member.Block);
            if (i > 0) Invariant.That(SortedPath.IsBefore(leaf, i - 1, member.Score, member.Bytes));
            else if (last != null) Invariant.That(SortedPath.IsBefore(last, last->Count - 1, member.Score, member.Bytes));
        }

        last = leaf;
        return leaf->Count;
    }

    private readonly struct Freer(SlabAllocator slabs) : IPlaceVisitor
    {
        public void Visit(nint place) => MemberAt(place).Free(slabs);
    }
}
