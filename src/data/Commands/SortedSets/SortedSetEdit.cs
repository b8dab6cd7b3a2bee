// A sorted set that is being changed, whichever way it is kept: it goes over from listpack to tree by itself where the
// options say so, and never back, as in Redis.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Memory;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What ZADD is to heed.</summary>
[Flags]
internal enum AddOptions : byte
{
    None = 0,
    IfMissing = 1,
    IfThere = 2,
    IfGreater = 4,
    IfLess = 8,
    Increment = 16,
}

/// <summary>What came of adding one member.</summary>
internal enum AddOutcome : byte
{
    /// <summary>The options forbade it.</summary>
    Nothing,
    Added,
    Updated,
    /// <summary>It is there with that score.</summary>
    Same,
    NotANumber,
}

/// <summary>A sorted set that is being changed or built; see <see cref="CollectionEdit"/> for what may stand in between.</summary>
internal ref struct SortedSetEdit
{
    private readonly SortedTree _tree;
    private readonly SlabAllocator _memory;
    private readonly long _packedEntries;
    private readonly long _packedBytes;
    private CollectionEdit _edit;

    private SortedSetEdit(CommandServices services, CollectionEdit edit)
    {
        _tree = services.Databases.Collections.SortedSets;
        _memory = services.Databases.Collections.Memory.Slabs;
        _packedEntries = services.Options.ZsetMaxListpackEntries;
        _packedBytes = services.Options.ZsetMaxListpackValueBytes;
        _edit = edit;
    }

    /// <summary>Begins to change a sorted set that is there.</summary>
    public static SortedSetEdit Of(CommandServices services, Database db, scoped ref EntryRef entry) => new(services, db.Edit(ref entry));

    /// <summary>Begins a new one, for about so many members of which the longest has so many bytes.</summary>
    public static SortedSetEdit Build(CommandServices services, Database db, long count, int longestBytes)
    {
        var made = new SortedSetEdit(services, db.Build(ObjectType.SortedSet));
        if (count <= made._packedEntries && longestBytes <= made._packedBytes)
        {
            made._edit.Become(ObjectEncoding.Listpack, Listpack.Create(made._memory));
        }
        else
        {
            nint root = made._tree.Create();
            made._tree.Reserve(root, count);
            made._edit.Become(ObjectEncoding.SkipList, root);
        }

        return made;
    }

    /// <summary>
    /// Adds a part of a sorted set that comes from elsewhere: a listpack that has been checked, or members with scores in any order.
    /// Whichever way it came, it is kept as the options say.
    /// </summary>
    public static LoadOutcome Load(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        SlabAllocator memory = services.Databases.Collections.Memory.Slabs;
        bool packed = part.Encoding == ObjectEncoding.Listpack;
        if (packed) edit.Become(ObjectEncoding.Listpack, Blob.Of(memory, part.Bytes));
        else if (part.IsFirst) edit.Become(ObjectEncoding.Listpack, Listpack.Create(memory));
        var own = new SortedSetEdit(services, edit);
        LoadOutcome outcome = LoadOutcome.Loaded;
        if (packed) own.Expect(own.Count);
        else outcome = own.AddItems(part);
        edit = own._edit;
        return outcome;
    }

    private readonly bool IsPacked => _edit.Root == 0;

    /// <summary>How many members there are.</summary>
    public long Count => View.Count;

    /// <summary>The set as it is now, to read.</summary>
    public SortedSetView View => IsPacked ? new SortedSetView(_tree, _edit.Packed.Bytes) : new SortedSetView(_tree, _edit.Root);

    /// <summary>Ends the change; an empty set is the caller's to delete.</summary>
    public void Commit(scoped ref EntryRef entry) => _edit.Commit(ref entry);

    /// <summary>Puts what was built under a key that is not there.</summary>
    public EntryRef Store(scoped ReadOnlySpan<byte> key) => _edit.Store(key);

    /// <summary>Says that so many members may come: a packed set that could not hold so many is made a tree at once.</summary>
    public void Expect(long more)
    {
        if (IsPacked && more > _packedEntries) Unpack(more);
    }

    /// <summary>Adds a member or changes its score, as the options allow; <paramref name="score"/> is its score afterwards if anything was done.</summary>
    public AddOutcome Add(scoped ReadOnlySpan<byte> member, ref double score, AddOptions options)
    {
        if (double.IsNaN(score)) return AddOutcome.NotANumber;
        if (IsPacked)
        {
            int at = Listpack.Find(_edit.Packed.Bytes, Listpack.First(_edit.Packed.Bytes), member, skip: 1);
            if (at != Listpack.None)
            {
                AddOutcome outcome = Decide(PackedScore.Read(_edit.Packed.Bytes, Listpack.Next(_edit.Packed.Bytes, at)), ref score, options);
                if (outcome != AddOutcome.Updated) return outcome;
                Listpack.DeleteRun(_memory, ref _edit.Packed, at, 2);
                Pack(member, score);
                return outcome;
            }

            if ((options & AddOptions.IfThere) != 0) return AddOutcome.Nothing;
            if (Count + 1 <= _packedEntries && member.Length <= _packedBytes && Listpack.CanAdd(_edit.Packed.Length, member.Length))
            {
                Pack(member, score);
                return AddOutcome.Added;
            }

            Unpack(Count + 1);
        }

        SortedPlace place = _tree.Find(_edit.Root, member);
        if (!place.Found)
        {
            if ((options & AddOptions.IfThere) != 0) return AddOutcome.Nothing;
            _tree.Insert(_edit.Root, place, member, score);
            return AddOutcome.Added;
        }

        AddOutcome decided = Decide(place.Score, ref score, options);
        if (decided == AddOutcome.Updated) _tree.ChangeScore(_edit.Root, place, score);
        return decided;
    }

    /// <summary>Adds a member that comes after all others.</summary>
    public void Append(scoped ReadOnlySpan<byte> member, double score)
    {
        if (IsPacked && (Count >= _packedEntries || member.Length > _packedBytes || !Listpack.CanAdd(_edit.Packed.Length, member.Length))) Unpack(Count + 1);
        if (IsPacked) PutAt(Listpack.None, member, score);
        else _tree.Insert(_edit.Root, _tree.Find(_edit.Root, member), member, score);
    }

    /// <summary>Removes a member; false when it is not there.</summary>
    public bool Remove(scoped ReadOnlySpan<byte> member)
    {
        if (IsPacked)
        {
            int at = Listpack.Find(_edit.Packed.Bytes, Listpack.First(_edit.Packed.Bytes), member, skip: 1);
            if (at == Listpack.None) return false;
            Listpack.DeleteRun(_memory, ref _edit.Packed, at, 2);
            return true;
        }

        SortedPlace place = _tree.Find(_edit.Root, member);
        if (place.Found) _tree.Remove(_edit.Root, place);
        return place.Found;
    }

    /// <summary>Removes the members of a range of ranks.</summary>
    public void Remove(RankRange range)
    {
        if (range.IsEmpty) return;
        if (IsPacked) Listpack.DeleteRange(_memory, ref _edit.Packed, range.Start * 2, range.Count * 2);
        else _tree.RemoveRange(_edit.Root, range.Start, range.Count);
    }

    private LoadOutcome AddItems(in ValuePart part)
    {
        if (part.IsFirst) Expect(part.ItemCount);
        for (var reader = new ElementReader(part.Bytes); !reader.IsAtEnd;)
        {
            ReadOnlySpan<byte> member = reader.Bytes();
            double score = reader.Double();
            if (Add(member, ref score, AddOptions.IfMissing) != AddOutcome.Added) return LoadOutcome.Inconsistent;
        }

        return LoadOutcome.Loaded;
    }

    private static AddOutcome Decide(double current, ref double score, AddOptions options)
    {
        if ((options & AddOptions.IfMissing) != 0) return AddOutcome.Nothing;
        double wanted = (options & AddOptions.Increment) != 0 ? current + score : score;
        if (double.IsNaN(wanted)) return AddOutcome.NotANumber;
        if (((options & AddOptions.IfLess) != 0 && wanted >= current) || ((options & AddOptions.IfGreater) != 0 && wanted <= current)) return AddOutcome.Nothing;
        score = wanted;
        return wanted == current ? AddOutcome.Same : AddOutcome.Updated;
    }

    private void Pack(scoped ReadOnlySpan<byte> member, double score)
    {
        ReadOnlySpan<byte> pack = _edit.Packed.Bytes;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        int at = Listpack.First(pack);
        while (at != Listpack.None)
        {
            int scoreAt = Listpack.Next(pack, at);
            double there = PackedScore.Read(pack, scoreAt);
            if (there > score || (there == score && Listpack.Read(pack, at).WriteText(scratch).SequenceCompareTo(member) > 0)) break;
            at = Listpack.Next(pack, scoreAt);
        }

        PutAt(at, member, score);
    }

    /// <summary>Puts a pair before the member at <paramref name="at"/>, or at the end.</summary>
    private void PutAt(int at, scoped ReadOnlySpan<byte> member, double score)
    {
        if (at == Listpack.None)
        {
            Listpack.Append(_memory, ref _edit.Packed, member);
            at = Listpack.Last(_edit.Packed.Bytes);
        }
        else
        {
            Listpack.InsertBefore(_memory, ref _edit.Packed, at, member);
        }

        if (NumberText.TryWhole(score, out long whole))
        {
            Listpack.InsertAfter(_memory, ref _edit.Packed, at, whole);
            return;
        }

        Span<byte> text = stackalloc byte[PackedScore.LongestBytes];
        int length = NumberText.Double(score, text);
        Listpack.InsertAfter(_memory, ref _edit.Packed, at, text[..length]);
    }

    private void Unpack(long expected)
    {
        nint root = _tree.Create();
        _tree.Reserve(root, expected);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        SortedSetWalk walk = View.Walk(scratch);
        while (walk.MoveNext()) _tree.Insert(root, _tree.Find(root, walk.Member), walk.Member, walk.Score);
        _edit.Become(ObjectEncoding.SkipList, root);
    }
}
