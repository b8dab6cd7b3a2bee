using System;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>Called for members that a scan tells.</summary>
public interface IMemberVisitor
{
    /// <summary>Sees one member, which is not to be changed meanwhile.</summary>
    void Visit(Member member);
}

/// <summary>
/// Sets and hashes of any size: native hash tables of <see cref="Member"/> blocks.
///
/// <code>
/// root (96 bytes)
///   CollectionHeader  16
///   table header      32  → buckets → members          see BucketTables
///   expiry heap       24  → members, soonest first     see ExpiryHeap; only in a hash of which fields expire
///   free position      8
///   is it a hash?      1
/// </code>
///
/// A table grows and shrinks by one bucket with each change and never in between, so that the memory of a collection
/// is booked to the commands that changed it. A node, for snapshots, is a member.
///
/// Costs for a member of 16 bytes: a block of 24 and 11 to 22 in the buckets (Redis: 45 in all); adding, finding, removing and
/// choosing at random take constant time.
///
/// Contract: what is put in is not part of these collections (a name to look for or to remove may be). A <see cref="Member"/> is valid until the next change of its
/// collection. Tested against a dictionary in MemberTablesTests.
/// </summary>
public sealed unsafe class MemberTables : ICollection, IUnorderedNodes
{
    private readonly CollectionMemory _memory;
    private readonly BucketTables<Member> _tables;

    [StructLayout(LayoutKind.Sequential)]
    private struct Root
    {
        public CollectionHeader Header;
        public TableHeader Table;
        public ExpiryHeap Heap;
        public long FreePosition;
        public byte IsHash;
    }

    /// <summary>Tables in this memory, under this hash key.</summary>
    public MemberTables(CollectionMemory memory, KeyHasher hasher)
    {
        _memory = memory;
        _tables = new BucketTables<Member>(memory.Slabs, hasher);
    }

    /// <summary>An empty set, or an empty hash; with room for so many members if that is known.</summary>
    public nint Create(bool isHash, long members = 0)
    {
        const int MiddleJitter = 8;
        var root = (Root*)_memory.Slabs.AllocateZeroed((nuint)sizeof(Root));
        root->Header.RootBytes = (uint)sizeof(Root);
        root->Header.Mark = _memory.Mark;
        root->Table.Flags = MiddleJitter << TableHeader.JitterShift;
        root->IsHash = isHash ? (byte)1 : (byte)0;
        if (members > 0) _tables.Reserve(TableOf((nint)root), members);
        return (nint)root;
    }

    /// <inheritdoc/>
    public long CountOf(nint root) => At(root)->Table.Count;

    /// <inheritdoc/>
    public long ItemCountOf(nint root) => CountOf(root);

    /// <summary>The member with this name, if there is one, expired or not.</summary>
    public Member Find(nint root, ReadOnlySpan<byte> name)
    {
        if (CountOf(root) == 0) return default;
        nint place = _tables.Find(TableOf(root), _tables.HashOf(name), name);
        return place == 0 ? default : new Member(NativeTable.BlockAt(place));
    }

    /// <summary>Whether there is such a member.</summary>
    public bool Contains(nint root, ReadOnlySpan<byte> name) => Find(root, name).Found;

    /// <summary>Puts a member into a set; false when it was there.</summary>
    public bool Add(nint root, ReadOnlySpan<byte> member)
    {
        NativeTable table = TableOf(root);
        ulong hash = _tables.HashOf(member);
        if (_tables.Find(table, hash, member) != 0) return false;
        _tables.Insert(table, hash, Member.Create(_memory, member).Block);
        return true;
    }

    /// <summary>Gives a field of a hash a value, and an expiry (0: none, -1: the one that it has); true when the field is new.</summary>
    public bool Set(nint root, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value, long expiryMs = 0)
    {
        NativeTable table = TableOf(root);
        ulong hash = _tables.HashOf(field);
        nint place = _tables.Find(table, hash, field);
        if (place != 0)
        {
            Overwrite(root, place, value, expiryMs);
            return false;
        }

        Member made = Member.Create(_memory, field, value, true, Math.Max(expiryMs, 0));
        if (made.HasExpiry) At(root)->Heap.Add(made, _memory.Slabs);
        _tables.Insert(table, hash, made.Block);
        return true;
    }

    /// <summary>Gives a field of a hash an expiry, or with 0 takes it away; false when there is no such field.</summary>
    public bool SetExpiry(nint root, ReadOnlySpan<byte> field, long expiryMs)
    {
        nint place = _tables.Find(TableOf(root), _tables.HashOf(field), field);
        if (place == 0) return false;
        var member = new Member(NativeTable.BlockAt(place));
        _memory.BeforeChange(member.Block);
        if (member.HasExpiry && expiryMs != 0)
        {
            member.SetExpiry(expiryMs);
            At(root)->Heap.Changed(member);
        }
        else if (member.HasExpiry || expiryMs != 0)
        {
            Rebuild(root, place, member, member.Value, expiryMs);
        }

        return true;
    }

    /// <summary>Takes a member out; false when there is none of that name.</summary>
    public bool Remove(nint root, ReadOnlySpan<byte> name)
    {
        ulong hash = _tables.HashOf(name);
        nint place = CountOf(root) == 0 ? 0 : _tables.Find(TableOf(root), hash, name);
        if (place == 0) return false;
        var member = new Member(NativeTable.BlockAt(place));
        _memory.BeforeChange(member.Block);
        _tables.Remove(TableOf(root), hash, place);
        if (member.HasExpiry) At(root)->Heap.Remove(member, _memory.Slabs);
        member.Free(_memory.Slabs);
        return true;
    }

    /// <summary>How many fields expire.</summary>
    public long ExpiringCountOf(nint root) => At(root)->Heap.Count;

    /// <summary>The field that expires first; none if nothing does.</summary>
    public Member FirstToExpire(nint root) => At(root)->Heap.First;

    /// <summary>A member chosen with equal chance for each; none if there is none.</summary>
    public Member Random(nint root, Dice dice)
    {
        nint place = _tables.Random(TableOf(root), dice);
        return place == 0 ? default : new Member(NativeTable.BlockAt(place));
    }

    /// <summary>All members in no order; the collection must not change meanwhile.</summary>
    public MemberWalk Walk(nint root) => new(new PlaceWalk(&At(root)->Table));

    /// <summary>
    /// One step of SSCAN and HSCAN: visits the members of the bucket that the cursor names and returns the next cursor, 0 at the end.
    /// A member that is there from the first to the last step is told at least once, whatever else happens in between.
    /// </summary>
    public ulong Scan<TVisitor>(nint root, ulong cursor, ref TVisitor visitor) where TVisitor : IMemberVisitor
    {
        var adapter = new VisitorAdapter<TVisitor>(ref visitor);
        return _tables.Scan(TableOf(root), cursor, ref adapter);
    }

    /// <inheritdoc/>
    public ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes)
    {
        var copier = new Copier(into, At(root)->IsHash != 0);
        int before = into.Length;
        do cursor = _tables.Scan(TableOf(root), cursor, ref copier);
        while (cursor != 0 && into.Length - before < targetBytes);
        return cursor;
    }

    /// <inheritdoc/>
    public NodeTelling BeginTelling(nint root) => new UnorderedTelling(this, root);

    /// <inheritdoc/>
    public bool CopyUntold(nint root, UntoldPlace place, ElementBuffer into, int targetBytes)
    {
        var copier = new UntoldCopier(into, At(root)->IsHash != 0, At(root)->Header.Mark);
        int before = into.Length;
        do place.Cursor = _tables.Scan(TableOf(root), place.Cursor, ref copier);
        while (place.Cursor != 0 && into.Length - before < targetBytes);
        return place.Cursor == 0;
    }

    /// <inheritdoc/>
    public void CopyNode(nint root, nint node, ElementBuffer into) => Copy(new Member(node), At(root)->IsHash != 0, into);

    /// <inheritdoc/>
    public nint Duplicate(nint root)
    {
        nint made = Create(At(root)->IsHash != 0, CountOf(root));
        NativeTable table = TableOf(made);
        foreach (Member member in Walk(root))
        {
            Member copy = member.Duplicate(_memory);
            if (copy.HasExpiry) At(made)->Heap.Add(copy, _memory.Slabs);
            _tables.Insert(table, _tables.HashOf(copy.Name), copy.Block);
        }

        return made;
    }

    /// <inheritdoc/>
    public bool FreeSlice(nint root, ref SliceBudget budget)
    {
        Root* freed = At(root);
        if (!freed->Heap.FreeSlice(_memory.Slabs, ref budget)) return false;
        var freer = new Freer(_memory.Slabs);
        if (!_tables.FreeSlice(TableOf(root), ref freed->FreePosition, ref budget, ref freer)) return false;
        _memory.Slabs.Free(root, freed->Header.RootBytes);
        return true;
    }

    /// <inheritdoc/>
    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget)
    {
        if (cursor == 0 && _memory.Slabs.TryRelocate(root, At(root)->Header.RootBytes, out root) && At(root)->Table.Rehash != null)
            At(root)->Table.Rehash->Owner = &At(root)->Table;
        var mover = new Mover(_memory.Slabs, At(root));
        do
        {
            mover.Seen = 0;
            cursor = _tables.Scan(TableOf(root), cursor, ref mover);
            budget.Spend(1 + mover.Seen);
        }
        while (cursor != 0 && !budget.IsSpent);
        return cursor;
    }

    /// <inheritdoc/>
    public void Validate(nint root)
    {
        Root* valid = At(root);
        Invariant.That(valid->Header.RootBytes == sizeof(Root));
        _tables.Validate(TableOf(root));
        valid->Heap.Validate();
        long count = 0, expiring = 0;
        foreach (Member member in Walk(root))
        {
            Invariant.That(member.HasValue == (valid->IsHash != 0));
            Invariant.That(Find(root, member.Name).Block == member.Block);
            count++;
            expiring += member.HasExpiry ? 1 : 0;
        }

        Invariant.That(count == CountOf(root));
        Invariant.That(expiring == valid->Heap.Count);
        Invariant.That(expiring == 0 || valid->IsHash != 0);
    }

    private static Root* At(nint root) => (Root*)root;

    private static NativeTable TableOf(nint root) => new(&At(root)->Table);

    private void Overwrite(nint root, nint place, ReadOnlySpan<byte> value, long expiryMs)
    {
        var member = new Member(NativeTable.BlockAt(place));
        _memory.BeforeChange(member.Block);
        if (expiryMs < 0) expiryMs = member.ExpiryMs;
        if (expiryMs != member.ExpiryMs || !member.TryReplaceValue(value)) Rebuild(root, place, member, value, expiryMs);
    }

    /// <summary>Puts a new block where one was; <paramref name="value"/> may be the old one's.</summary>
    private void Rebuild(nint root, nint place, Member old, ReadOnlySpan<byte> value, long expiryMs)
    {
        Member made = Member.Create(_memory, old.Name, value, true, expiryMs);
        if (old.HasExpiry) At(root)->Heap.Remove(old, _memory.Slabs);
        if (made.HasExpiry) At(root)->Heap.Add(made, _memory.Slabs);
        NativeTable.Replace(place, made.Block);
        old.Free(_memory.Slabs);
    }

    private static void Copy(Member member, bool isHash, ElementBuffer into)
    {
        into.Add(member.Name);
        if (isHash)
        {
            into.Add(member.Value);
            into.Add(member.ExpiryMs);
        }

        into.EndItem();
    }

    private readonly struct Copier(ElementBuffer into, bool isHash) : IPlaceVisitor
    {
        public void Visit(nint place) => Copy(new Member(NativeTable.BlockAt(place)), isHash, into);
    }

    private readonly struct UntoldCopier(ElementBuffer into, bool isHash, byte mark) : IPlaceVisitor
    {
        public void Visit(nint place)
        {
            byte* block = (byte*)NativeTable.BlockAt(place);
            if (*block == mark) return;
            *block = mark;
            Copy(new Member((nint)block), isHash, into);
        }
    }

    private readonly struct Freer(SlabAllocator memory) : IPlaceVisitor
    {
        public void Visit(nint place) => new Member(NativeTable.BlockAt(place)).Free(memory);
    }

    private struct Mover(SlabAllocator memory, Root* root) : IPlaceVisitor
    {
        public int Seen;

        public void Visit(nint place)
        {
            Seen++;
            var member = new Member(NativeTable.BlockAt(place));
            if (!memory.TryRelocate(member.Block, member.Bytes, out nint moved)) return;
            NativeTable.Replace(place, moved);
            if (new Member(moved) is { HasExpiry: true } expiring) root->Heap.Replace(expiring);
        }
    }

    private readonly ref struct VisitorAdapter<TVisitor>(ref TVisitor visitor) : IPlaceVisitor where TVisitor : IMemberVisitor
    {
        private readonly ref TVisitor _visitor = ref visitor;

        public void Visit(nint place) => _visitor.Visit(new Member(NativeTable.BlockAt(place)));
    }
}

/// <summary>All members of one collection: <c>foreach (Member member in tables.Walk(root))</c>.</summary>
public struct MemberWalk(PlaceWalk places)
{
    private PlaceWalk _places = places;

    /// <summary>The walk itself.</summary>
    public readonly MemberWalk GetEnumerator() => this;

    /// <summary>The member at hand.</summary>
    public readonly Member Current => new(NativeTable.BlockAt(_places.Current));

    /// <summary>Goes to the next member; false when there is none.</summary>
    public bool MoveNext() => _places.MoveNext();
}
