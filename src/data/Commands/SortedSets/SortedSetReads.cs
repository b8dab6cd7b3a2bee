// Commands that ask a sorted set about single members and about numbers of members.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What a command says of a key that is not there.</summary>
internal enum ReplyWhenMissing : byte
{
    Zero,
    Null,
    NullArray,
    EmptyArray,
}

internal static class SortedSetReads
{
    [Command("ZCARD", arity: 2, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "1.2.0",
        syntax: "key:key",
        Summary = "Tells how many members a sorted set has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void ZCard(ref CommandContext call)
    {
        if (TryFind(ref call, ReplyWhenMissing.Zero, out SortedSetView set)) call.Reply.Integer(set.Count);
    }

    [Command("ZSCORE", arity: 3, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "1.2.0",
        syntax: "key:key member",
        Summary = "Tells the score of a member of a sorted set.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZScore(ref CommandContext call)
    {
        if (TryFind(ref call, ReplyWhenMissing.Null, out SortedSetView set)) ReplyScore(ref call, set, call[2]);
    }

    [Command("ZMSCORE", arity: -3, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "6.2.0",
        syntax: "key:key member+",
        Summary = "Tells the scores of several members of a sorted set.", Complexity = "O(N) where N is how many members are asked for.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZMScore(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.SortedSet)) return;
        SortedSetView set = entry.Found ? ViewOf(ref call, entry) : default;
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++)
        {
            if (entry.Found) ReplyScore(ref call, set, call[i]);
            else call.Reply.Null();
        }
    }

    [Command("ZRANK", arity: -3, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "2.0.0",
        syntax: "key:key member [WITHSCORE]",
        Summary = "Tells how many members of a sorted set have a lower place than one.", Complexity = "O(log(N))",
        History = ["7.2.0|Added the optional `WITHSCORE` argument."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRank(ref CommandContext call) => ReplyRank(ref call, reverse: false);

    [Command("ZREVRANK", arity: -3, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "2.0.0",
        syntax: "key:key member [WITHSCORE]",
        Summary = "Tells how many members of a sorted set have a higher place than one.", Complexity = "O(log(N))",
        History = ["7.2.0|Added the optional `WITHSCORE` argument."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRevRank(ref CommandContext call) => ReplyRank(ref call, reverse: true);

    [Command("ZCOUNT", arity: 4, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "2.0.0",
        syntax: "key:key min:double max:double",
        Summary = "Tells how many members of a sorted set have scores within a range.", Complexity = "O(log(N))")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZCount(ref CommandContext call)
    {
        if (!ScoreRange.TryRead(call[2], call[3], out ScoreRange range)) call.Reply.Error(ErrorReplies.RangeNotAFloat);
        else if (TryFind(ref call, ReplyWhenMissing.Zero, out SortedSetView set)) call.Reply.Integer(set.Ranks(range).Count);
    }

    [Command("ZLEXCOUNT", arity: 4, Flags.ReadOnly | Flags.Fast, Group.SortedSet, since: "2.8.9",
        syntax: "key:key min max",
        Summary = "Tells how many members of a sorted set lie within a range of bytes.", Complexity = "O(log(N))")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZLexCount(ref CommandContext call)
    {
        if (!LexRange.TryRead(call[2], call[3], out LexRange range)) call.Reply.Error(ErrorReplies.RangeNotText);
        else if (TryFind(ref call, ReplyWhenMissing.Zero, out SortedSetView set)) call.Reply.Integer(set.Ranks(range).Count);
    }

    /// <summary>Finds the sorted set that word 1 names, to read it; if there is none, or it is something else, replies so.</summary>
    internal static bool TryFind(ref CommandContext call, ReplyWhenMissing missing, out SortedSetView set)
    {
        EntryRef entry = call.Find(call[1]);
        bool there = IsThere(ref call, entry, missing);
        set = there ? ViewOf(ref call, entry) : default;
        return there;
    }

    internal static SortedSetView ViewOf(ref CommandContext call, EntryRef entry) => new(call.Services.Databases.Collections.SortedSets, entry);

    /// <summary>Whether an entry was found and is a sorted set; if not, replies so.</summary>
    internal static bool IsThere(ref CommandContext call, EntryRef entry, ReplyWhenMissing missing)
    {
        if (entry.Found) return call.Holds(entry, ObjectType.SortedSet);
        switch (missing)
        {
            case ReplyWhenMissing.Zero:
                call.Reply.Integer(0);
                break;
            case ReplyWhenMissing.Null:
                call.Reply.Null();
                break;
            case ReplyWhenMissing.NullArray:
                call.Reply.NullArray();
                break;
            default:
                call.Reply.Array(0);
                break;
        }

        return false;
    }

    private static void ReplyScore(ref CommandContext call, scoped SortedSetView set, scoped ReadOnlySpan<byte> member)
    {
        if (set.TryScore(member, out double score)) call.Reply.Double(score);
        else call.Reply.Null();
    }

    private static void ReplyRank(ref CommandContext call, bool reverse)
    {
        if (call.Count > 4)
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return;
        }

        bool withScore = call.Count > 3;
        if (withScore && !call.Says(3, "WITHSCORE"u8))
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        ReplyWhenMissing missing = withScore ? ReplyWhenMissing.NullArray : ReplyWhenMissing.Null;
        if (!TryFind(ref call, missing, out SortedSetView set)) return;
        if (!set.TryRank(call[2], out long rank, out double score))
        {
            if (withScore) call.Reply.NullArray();
            else call.Reply.Null();
            return;
        }

        if (reverse) rank = set.Count - 1 - rank;
        if (withScore) call.Reply.Array(2);
        call.Reply.Integer(rank);
        if (withScore) call.Reply.Double(score);
    }
}
