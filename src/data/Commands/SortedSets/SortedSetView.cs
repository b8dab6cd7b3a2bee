// A sorted set to read, whichever way it is kept: a listpack of member and score in turn, in order of score, or a SortedTree.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A sorted set to read. Valid until the keyspace changes.</summary>
internal readonly ref struct SortedSetView
{
    private readonly SortedTree _tree;
    private readonly nint _root;
    private readonly ReadOnlySpan<byte> _pack;

    public SortedSetView(SortedTree tree, EntryRef entry)
    {
        Invariant.That(entry.Type == ObjectType.SortedSet);
        _tree = tree;
        if (entry.IsCollection) _root = entry.Root;
        else _pack = entry.Packed;
    }

    public SortedSetView(SortedTree tree, nint root)
    {
        _tree = tree;
        _root = root;
    }

    public SortedSetView(SortedTree tree, ReadOnlySpan<byte> pack)
    {
        _tree = tree;
        _pack = pack;
    }

    private bool IsPacked => _root == 0;

    /// <summary>How many members there are.</summary>
    public long Count => IsPacked ? Listpack.Count(_pack) / 2 : _tree.CountOf(_root);

    /// <summary>The score of a member, if it is there.</summary>
    public bool TryScore(ReadOnlySpan<byte> member, out double score)
    {
        score = 0;
        if (IsPacked)
        {
            int at = Listpack.Find(_pack, Listpack.First(_pack), member, skip: 1);
            if (at == Listpack.None) return false;
            score = PackedScore.Read(_pack, Listpack.Next(_pack, at));
            return true;
        }

        SortedPlace place = _tree.Find(_root, member);
        if (place.Found) score = place.Score;
        return place.Found;
    }

    /// <summary>How many members stand before a member, and its score, if it is there.</summary>
    public bool TryRank(ReadOnlySpan<byte> member, out long rank, out double score)
    {
        rank = 0;
        score = 0;
        if (!IsPacked)
        {
            SortedPlace place = _tree.Find(_root, member);
            if (!place.Found) return false;
            score = place.Score;
            rank = _tree.RankOf(_root, place);
            return true;
        }

        for (int at = Listpack.First(_pack); at != Listpack.None; rank++)
        {
            bool equal = Listpack.Read(_pack, at, out int scoreAt).Equals(member);
            if (equal)
            {
                score = PackedScore.Read(_pack, scoreAt);
                return true;
            }

            at = Listpack.Next(_pack, scoreAt);
        }

        return false;
    }

    /// <summary>The ranks of the members within a range of scores.</summary>
    public RankRange Ranks(ScoreRange range)
    {
        if (!IsPacked)
        {
            long start = _tree.CountBelow(_root, range.Min, inclusive: range.MinExclusive);
            return new RankRange(start, _tree.CountBelow(_root, range.Max, inclusive: !range.MaxExclusive));
        }

        long first = 0, end = 0;
        for (int at = Listpack.First(_pack); at != Listpack.None; end++)
        {
            int scoreAt = Listpack.Next(_pack, at);
            double score = PackedScore.Read(_pack, scoreAt);
            if (range.EndsBefore(score)) break;
            if (range.StartsAfter(score)) first = end + 1;
            at = Listpack.Next(_pack, scoreAt);
        }

        return new RankRange(first, end);
    }

    /// <summary>The ranks of the members within a range of bytes, as they are found from the end at which <paramref name="reverse"/> begins.</summary>
    public RankRange Ranks(LexRange range, bool reverse = false)
    {
        if (range.IsEmpty) return default;
        if (IsPacked) return PackedRanks(range, reverse);
        long start = range.Min.Infinity switch
        {
            < 0 => 0,
            > 0 => Count,
            _ => _tree.CountBelow(_root, range.Min.Text, inclusive: range.Min.Exclusive),
        };
        long end = range.Max.Infinity switch
        {
            < 0 => 0,
            > 0 => Count,
            _ => _tree.CountBelow(_root, range.Max.Text, inclusive: !range.Max.Exclusive),
        };
        return new RankRange(start, Math.Max(start, end));
    }

    /// <summary>Goes over the members of a range, from its end on with <paramref name="reverse"/>. <paramref name="scratch"/> has room for <see cref="DecimalText.LongestBytes"/>.</summary>
    public SortedSetWalk Walk(RankRange range, bool reverse, Span<byte> scratch)
    {
        if (range.IsEmpty) return default;
        long first = reverse ? range.End - 1 : range.Start;
        return IsPacked
            ? new SortedSetWalk(_pack, Listpack.Seek(_pack, first * 2), range.Count, reverse, scratch)
            : new SortedSetWalk(_tree.At(_root, first), range.Count, reverse);
    }

    /// <summary>Goes over all members in order.</summary>
    public SortedSetWalk Walk(Span<byte> scratch) => Walk(new RankRange(0, Count), reverse: false, scratch);

    /// <summary>
    /// One step of ZSCAN: tells the members of the next few places to <paramref name="visitor"/>, all of a packed set, and
    /// returns the next cursor, 0 at the end.
    /// </summary>
    public ulong Scan<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : IPlaceVisitor, allows ref struct =>
        _tree.Scan(_root, cursor, ref visitor);

    // As Redis: with unequal scores the answer depends on where the search begins; it is the same as there.
    private RankRange PackedRanks(LexRange range, bool reverse)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        int last = Listpack.Seek(_pack, -2), first = Listpack.First(_pack);
        if (first == Listpack.None) return default;
        if (range.StartsAfter(Listpack.Read(_pack, last).WriteText(scratch)) || range.EndsBefore(Listpack.Read(_pack, first).WriteText(scratch))) return default;
        long count = Count, begin = -1, taken = 0;
        long rank = reverse ? count - 1 : 0;
        for (int at = reverse ? last : first; at != Listpack.None; rank += reverse ? -1 : 1)
        {
            ReadOnlySpan<byte> member = Listpack.Read(_pack, at).WriteText(scratch);
            bool before = reverse ? range.EndsBefore(member) : range.StartsAfter(member);
            bool beyond = reverse ? range.StartsAfter(member) : range.EndsBefore(member);
            if (begin < 0 && !before) begin = rank;
            if (begin >= 0 && beyond) break;
            if (begin >= 0) taken++;
            at = reverse ? Before(at) : Listpack.Next(_pack, Listpack.Next(_pack, at));
        }

        if (begin < 0) return default;
        return reverse ? new RankRange(begin - taken + 1, begin + 1) : new RankRange(begin, begin + taken);
    }

    private int Before(int at)
    {
        int score = Listpack.Previous(_pack, at);
        return score == Listpack.None ? Listpack.None : Listpack.Previous(_pack, score);
    }
}

/// <summary>
/// Goes over members of a sorted set, one after the other. <see cref="Member"/> is valid until the next step.
/// </summary>
internal ref struct SortedSetWalk
{
    private readonly ReadOnlySpan<byte> _pack;
    private readonly Span<byte> _scratch;
    private readonly bool _reverse;
    private readonly bool _packed;
    private SortedCursor _cursor;
    private int _at;
    private long _left;
    private bool _started;

    public SortedSetWalk(SortedCursor first, long count, bool reverse)
    {
        _cursor = first;
        _left = count;
        _reverse = reverse;
    }

    public SortedSetWalk(ReadOnlySpan<byte> pack, int first, long count, bool reverse, Span<byte> scratch)
    {
        _pack = pack;
        _at = first;
        _left = count;
        _reverse = reverse;
        _scratch = scratch;
        _packed = true;
    }

    /// <summary>The member's bytes.</summary>
    public readonly ReadOnlySpan<byte> Member => _packed ? Listpack.Read(_pack, _at).WriteText(_scratch) : _cursor.Member;

    /// <summary>Its score.</summary>
    public readonly double Score => _packed ? PackedScore.Read(_pack, Listpack.Next(_pack, _at)) : _cursor.Score;

    /// <summary>Goes to the first, then to the next member; false when there is none.</summary>
    public bool MoveNext()
    {
        if (_left == 0) return false;
        _left--;
        if (!_started)
        {
            _started = true;
            return true;
        }

        if (_packed) _at = _reverse ? Listpack.Previous(_pack, Listpack.Previous(_pack, _at)) : Listpack.Next(_pack, Listpack.Next(_pack, _at));
        else if (_reverse) _cursor.MovePrevious();
        else _cursor.MoveNext();
        return true;
    }
}
