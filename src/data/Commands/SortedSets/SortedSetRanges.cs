// ZRANGE and its relatives: the members of a range, told or stored elsewhere.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What a range is given by.</summary>
internal enum RangeBy : byte
{
    /// <summary>Not said yet; rank if nothing says otherwise.</summary>
    Unsaid,
    Rank,
    Score,
    Lex,
}

internal static class SortedSetRanges
{
    [Command("ZRANGE", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "1.2.0",
        syntax: "key:key start stop [sortby:(BYSCORE | BYLEX)^6.2.0] [REV^6.2.0] [LIMIT limit:{offset:integer count:integer}^6.2.0] [WITHSCORES]",
        Summary = "Tells the members of a sorted set within a range of ranks, scores or bytes.",
        Complexity = "O(log(N)+M) for M members of N.",
        History = ["6.2.0|Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRange(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Unsaid, reverse: null));

    [Command("ZREVRANGE", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "1.2.0",
        syntax: "key:key start:integer stop:integer [WITHSCORES]",
        Summary = "Tells the members of a sorted set within a range of ranks, the last first.",
        Complexity = "O(log(N)+M) for M members of N.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`ZRANGE` with the `REV` argument")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRevRange(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Rank, reverse: true));

    [Command("ZRANGEBYSCORE", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "1.0.5",
        syntax: "key:key min:double max:double [WITHSCORES^2.0.0] [LIMIT limit:{offset:integer count:integer}]",
        Summary = "Tells the members of a sorted set within a range of scores.",
        Complexity = "O(log(N)+M) for M members of N.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`ZRANGE` with the `BYSCORE` argument",
        History = ["2.0.0|Added the `WITHSCORES` modifier."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRangeByScore(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Score, reverse: false));

    [Command("ZREVRANGEBYSCORE", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "2.2.0",
        syntax: "key:key max:double min:double [WITHSCORES] [LIMIT limit:{offset:integer count:integer}]",
        Summary = "Tells the members of a sorted set within a range of scores, the last first.",
        Complexity = "O(log(N)+M) for M members of N.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`ZRANGE` with the `REV` and `BYSCORE` arguments",
        History = ["2.1.6|`min` and `max` can be exclusive."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRevRangeByScore(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Score, reverse: true));

    [Command("ZRANGEBYLEX", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "2.8.9",
        syntax: "key:key min max [LIMIT limit:{offset:integer count:integer}]",
        Summary = "Tells the members of a sorted set within a range of bytes, where all scores are equal.",
        Complexity = "O(log(N)+M) for M members of N.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`ZRANGE` with the `BYLEX` argument")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRangeByLex(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Lex, reverse: false));

    [Command("ZREVRANGEBYLEX", arity: -4, Flags.ReadOnly, Group.SortedSet, since: "2.8.9",
        syntax: "key:key max min [LIMIT limit:{offset:integer count:integer}]",
        Summary = "Tells the members of a sorted set within a range of bytes, where all scores are equal, the last first.",
        Complexity = "O(log(N)+M) for M members of N.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`ZRANGE` with the `REV` and `BYLEX` arguments")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRevRangeByLex(ref CommandContext call) => Tell(ref call, new RangeRequest(source: 1, RangeBy.Lex, reverse: true));

    [Command("ZRANGESTORE", arity: -5, Flags.Write | Flags.DenyOom, Group.SortedSet, since: "6.2.0",
        syntax: "dst:key src:key min max [sortby:(BYSCORE | BYLEX)] [REV] [LIMIT limit:{offset:integer count:integer}]",
        Summary = "Stores the members of a sorted set within a range as another sorted set.",
        Complexity = "O(log(N)+M) for M members of N.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRangeStore(ref CommandContext call)
    {
        var request = new RangeRequest(source: 2, RangeBy.Unsaid, reverse: null);
        if (!request.TryRead(ref call, mayTellScores: false)) return;
        ScoredList found = call.Services.Scored;
        found.Clear();
        EntryRef entry = call.Find(call[2]);
        if (entry.Found)
        {
            if (!call.Holds(entry, ObjectType.SortedSet)) return;
            SortedSetView set = SortedSetReads.ViewOf(ref call, entry);
            Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
            SortedSetWalk walk = set.Walk(request.RanksIn(set), reverse: false, scratch);
            while (walk.MoveNext()) found.Add(walk.Member, walk.Score);
            Options.NodeOptions options = call.Services.Options;
            if (!request.IsByRank || found.Count <= options.ZsetMaxListpackEntries)
                found.PassThroughPack(options.ZsetMaxListpackEntries, options.ZsetMaxListpackValueBytes, request.Reverse);
        }

        call.Reply.Integer(found.StoreAs(ref call, call[1], "zrangestore"));
    }

    /// <summary>Begins the reply of so many members: pairs of member and score are arrays of their own in RESP3, in RESP2 they follow each other.</summary>
    internal static void ReplyCount(ref CommandContext call, long members, bool withScores) =>
        call.Reply.Array(withScores && !call.Reply.Resp3 ? members * 2 : members);

    /// <summary>One member of a reply that <see cref="ReplyCount"/> began.</summary>
    internal static void ReplyMember(ref CommandContext call, scoped ReadOnlySpan<byte> member, double score, bool withScores)
    {
        if (withScores && call.Reply.Resp3) call.Reply.Array(2);
        call.Reply.Bulk(member);
        if (withScores) call.Reply.Double(score);
    }

    private static void Tell(ref CommandContext call, RangeRequest request)
    {
        if (!request.TryRead(ref call, mayTellScores: true)) return;
        if (!SortedSetReads.TryFind(ref call, ReplyWhenMissing.EmptyArray, out SortedSetView set)) return;
        RankRange ranks = request.RanksIn(set);
        ReplyCount(ref call, ranks.Count, request.WithScores);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        SortedSetWalk walk = set.Walk(ranks, request.Reverse, scratch);
        while (walk.MoveNext()) ReplyMember(ref call, walk.Member, request.WithScores ? walk.Score : 0, request.WithScores);
    }
}

/// <summary>
/// The words of a range command: <c>source first second [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]</c>; with
/// REV the greater end of scores or bytes comes first.
/// </summary>
internal ref struct RangeRequest
{
    private readonly int _source;
    private RangeBy _by;
    private bool? _reverse;
    private long _offset;
    private long _limit;
    private long _start;
    private long _stop;
    private ScoreRange _scores;
    private LexRange _lex;

    /// <summary>A request whose source is the word at <paramref name="source"/>; what the command's name says already cannot be said again.</summary>
    public RangeRequest(int source, RangeBy by, bool? reverse)
    {
        _source = source;
        _by = by;
        _reverse = reverse;
        _limit = -1;
    }

    public readonly bool Reverse => _reverse == true;

    /// <summary>Whether the range is one of ranks, so that its length is known from the start.</summary>
    public readonly bool IsByRank => _by == RangeBy.Rank;

    public bool WithScores { get; private set; }

    /// <summary>Reads the words; if they are no request, replies so and returns false.</summary>
    public bool TryRead(ref CommandContext call, bool mayTellScores)
    {
        if (!TryReadOptions(ref call, mayTellScores)) return false;
        if (_by == RangeBy.Unsaid) _by = RangeBy.Rank;
        if (_limit != -1 && _by == RangeBy.Rank)
        {
            call.Reply.Error(ErrorReplies.RankRangeLimit);
            return false;
        }

        if (WithScores && _by == RangeBy.Lex)
        {
            call.Reply.Error(ErrorReplies.LexWithScores);
            return false;
        }

        return TryReadEnds(ref call);
    }

    /// <summary>The ranks of what is asked for, whichever way it is to be told.</summary>
    public readonly RankRange RanksIn(SortedSetView set)
    {
        switch (_by)
        {
            case RangeBy.Score:
                return Limited(set.Ranks(_scores), set.Count);
            case RangeBy.Lex:
                return set.Ranks(_lex, Reverse).Limited(_offset, _limit, Reverse);
            default:
                RankRange ranks = RankRange.Of(_start, _stop, set.Count);
                return Reverse && !ranks.IsEmpty ? ranks.Reversed(set.Count) : ranks;
        }
    }

    private readonly RankRange Limited(RankRange ranks, long count) => _offset > 0 && _offset >= count ? default : ranks.Limited(_offset, _limit, Reverse);

    private bool TryReadOptions(ref CommandContext call, bool mayTellScores)
    {
        for (int i = _source + 3; i < call.Count; i++)
        {
            if (mayTellScores && call.Says(i, "WITHSCORES"u8)) WithScores = true;
            else if (call.Says(i, "LIMIT"u8) && call.Count - i > 2)
            {
                if (!call.TryLong(i + 1, out _offset) || !call.TryLong(i + 2, out _limit)) return false;
                i += 2;
            }
            else if (_reverse is null && call.Says(i, "REV"u8)) _reverse = true;
            else if (_by == RangeBy.Unsaid && call.Says(i, "BYLEX"u8)) _by = RangeBy.Lex;
            else if (_by == RangeBy.Unsaid && call.Says(i, "BYSCORE"u8)) _by = RangeBy.Score;
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        return true;
    }

    private bool TryReadEnds(ref CommandContext call)
    {
        int min = Reverse ? _source + 2 : _source + 1, max = Reverse ? _source + 1 : _source + 2;
        switch (_by)
        {
            case RangeBy.Score:
                if (ScoreRange.TryRead(call[min], call[max], out _scores)) return true;
                call.Reply.Error(ErrorReplies.RangeNotAFloat);
                return false;
            case RangeBy.Lex:
                if (LexRange.TryRead(call[min], call[max], out _lex)) return true;
                call.Reply.Error(ErrorReplies.RangeNotText);
                return false;
            default:
                return call.TryLong(_source + 1, out _start) && call.TryLong(_source + 2, out _stop);
        }
    }
}
