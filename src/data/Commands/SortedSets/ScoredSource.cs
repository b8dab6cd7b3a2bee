// What ZUNION, ZINTER and ZDIFF read: a sorted set, or a set, whose members then all have score 1.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A sorted set or a set, or nothing, to read as members with scores.</summary>
internal readonly ref struct ScoredSource
{
    private const double ScoreInSet = 1;

    private readonly EntryRef _entry;
    private readonly Collections _collections;

    public ScoredSource(Collections collections, EntryRef entry)
    {
        _collections = collections;
        _entry = entry;
    }

    private bool IsSortedSet => _entry.Type == ObjectType.SortedSet;

    private SortedSetView View => new(_collections.SortedSets, _entry);

    /// <summary>How many members there are.</summary>
    public long Count
    {
        get
        {
            if (!_entry.Found) return 0;
            if (IsSortedSet) return View.Count;
            return _entry.Encoding switch
            {
                ObjectEncoding.IntegerSet => IntegerSet.CountOf(_entry.Packed),
                ObjectEncoding.Listpack => Listpack.Count(_entry.Packed),
                _ => _collections.Members.CountOf(_entry.Root),
            };
        }
    }

    /// <summary>The score of a member, if it is there.</summary>
    public bool TryScore(ReadOnlySpan<byte> member, out double score)
    {
        score = ScoreInSet;
        if (!_entry.Found) return false;
        if (IsSortedSet) return View.TryScore(member, out score);
        return _entry.Encoding switch
        {
            ObjectEncoding.IntegerSet => DecimalText.TryParse(member, out long integer) && IntegerSet.Contains(_entry.Packed, integer),
            ObjectEncoding.Listpack => Listpack.Find(_entry.Packed, Listpack.First(_entry.Packed), member, skip: 0) != Listpack.None,
            _ => _collections.Members.Contains(_entry.Root, member),
        };
    }

    /// <summary>Goes over all members; there is at least one. <paramref name="scratch"/> has room for <see cref="DecimalText.LongestBytes"/>.</summary>
    public ScoredWalk Walk(Span<byte> scratch)
    {
        if (IsSortedSet) return new ScoredWalk(View.Walk(scratch));
        return _entry.Encoding switch
        {
            ObjectEncoding.IntegerSet or ObjectEncoding.Listpack => new ScoredWalk(_entry.Packed, _entry.Encoding == ObjectEncoding.IntegerSet, scratch),
            _ => new ScoredWalk(_collections.Members.Walk(_entry.Root)),
        };
    }

    /// <summary>Goes over the members of a source, one after the other.</summary>
    internal ref struct ScoredWalk
    {
        private enum Kind : byte
        {
            SortedSet,
            Integers,
            Pack,
            Table,
        }

        private readonly Kind _kind;
        private readonly ReadOnlySpan<byte> _packed;
        private readonly Span<byte> _scratch;
        private SortedSetWalk _sorted;
        private MemberWalk _members;
        private int _at;

        public ScoredWalk(SortedSetWalk sorted) => _sorted = sorted;

        public ScoredWalk(MemberWalk members)
        {
            _kind = Kind.Table;
            _members = members;
        }

        public ScoredWalk(ReadOnlySpan<byte> packed, bool integers, Span<byte> scratch)
        {
            _kind = integers ? Kind.Integers : Kind.Pack;
            _packed = packed;
            _scratch = scratch;
            _at = Listpack.None;
        }

        /// <summary>The member's bytes, valid until the next step.</summary>
        public readonly ReadOnlySpan<byte> Member => _kind switch
        {
            Kind.SortedSet => _sorted.Member,
            Kind.Integers => DecimalText.Format(IntegerSet.At(_packed, _at), _scratch),
            Kind.Pack => Listpack.Read(_packed, _at).WriteText(_scratch),
            _ => _members.Current.Name,
        };

        /// <summary>Its score.</summary>
        public readonly double Score => _kind == Kind.SortedSet ? _sorted.Score : ScoreInSet;

        /// <summary>Goes to the first, then to the next member; false when there is none.</summary>
        public bool MoveNext()
        {
            switch (_kind)
            {
                case Kind.SortedSet:
                    return _sorted.MoveNext();
                case Kind.Integers:
                    return ++_at < IntegerSet.CountOf(_packed);
                case Kind.Pack:
                    _at = _at == Listpack.None ? Listpack.First(_packed) : Listpack.Next(_packed, _at);
                    return _at != Listpack.None;
                default:
                    return _members.MoveNext();
            }
        }
    }
}
