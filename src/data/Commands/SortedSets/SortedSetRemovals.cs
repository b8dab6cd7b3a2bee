// Commands that remove the members of a range, and those that take the first or last members of the first set that has any.
using System;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SortedSetRemovals
{
    private const long Single = -1;

    [Command("ZREMRANGEBYRANK", arity: 4, Flags.Write, Group.SortedSet, since: "2.0.0",
        syntax: "key:key start:integer stop:integer",
        Summary = "Removes the members of a sorted set within a range of ranks.",
        Complexity = "O(log(N)+M) for M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void ZRemRangeByRank(ref CommandContext call)
    {
        if (!call.TryLong(2, out long start) || !call.TryLong(3, out long stop) || !TryFind(ref call, out EntryRef entry)) return;
        RankRange ranks = RankRange.Of(start, stop, SortedSetReads.ViewOf(ref call, entry).Count);
        Remove(ref call, entry, ranks, "zremrangebyrank");
    }

    [Command("ZREMRANGEBYSCORE", arity: 4, Flags.Write, Group.SortedSet, since: "1.2.0",
        syntax: "key:key min:double max:double",
        Summary = "Removes the members of a sorted set within a range of scores.",
        Complexity = "O(log(N)+M) for M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void ZRemRangeByScore(ref CommandContext call)
    {
        if (!ScoreRange.TryRead(call[2], call[3], out ScoreRange range)) call.Reply.Error(ErrorReplies.RangeNotAFloat);
        else if (TryFind(ref call, out EntryRef entry)) Remove(ref call, entry, SortedSetReads.ViewOf(ref call, entry).Ranks(range), "zremrangebyscore");
    }

    [Command("ZREMRANGEBYLEX", arity: 4, Flags.Write, Group.SortedSet, since: "2.8.9",
        syntax: "key:key min max",
        Summary = "Removes the members of a sorted set within a range of bytes, where all scores are equal.",
        Complexity = "O(log(N)+M) for M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void ZRemRangeByLex(ref CommandContext call)
    {
        if (!LexRange.TryRead(call[2], call[3], out LexRange range)) call.Reply.Error(ErrorReplies.RangeNotText);
        else if (TryFind(ref call, out EntryRef entry)) Remove(ref call, entry, SortedSetReads.ViewOf(ref call, entry).Ranks(range), "zremrangebylex");
    }

    [Command("ZPOPMIN", arity: -2, Flags.Write | Flags.Fast, Group.SortedSet, since: "5.0.0",
        syntax: "key:key [count:integer]",
        Summary = "Takes the members with the lowest scores out of a sorted set and tells them.",
        Complexity = "O(log(N)*M) for M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void ZPopMin(ref CommandContext call) => Pop(ref call, fromEnd: false);

    [Command("ZPOPMAX", arity: -2, Flags.Write | Flags.Fast, Group.SortedSet, since: "5.0.0",
        syntax: "key:key [count:integer]",
        Summary = "Takes the members with the highest scores out of a sorted set and tells them.",
        Complexity = "O(log(N)*M) for M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void ZPopMax(ref CommandContext call) => Pop(ref call, fromEnd: true);

    [Command("BZPOPMIN", arity: -3, Flags.Write | Flags.Blocking | Flags.Fast, Group.SortedSet, since: "5.0.0",
        syntax: "key:key+ timeout:double",
        Summary = "Takes the member with the lowest score out of the first sorted set that has one; waits if none has.",
        Complexity = "O(log(N)) where N is how many members the sorted set has.",
        History = ["6.0.0|`timeout` is interpreted as a double instead of an integer."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, Last = -2)]
    internal static void BZPopMin(ref CommandContext call) => BlockingPop(ref call, fromEnd: false);

    [Command("BZPOPMAX", arity: -3, Flags.Write | Flags.Blocking | Flags.Fast, Group.SortedSet, since: "5.0.0",
        syntax: "key:key+ timeout:double",
        Summary = "Takes the member with the highest score out of the first sorted set that has one; waits if none has.",
        Complexity = "O(log(N)) where N is how many members the sorted set has.",
        History = ["6.0.0|`timeout` is interpreted as a double instead of an integer."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, Last = -2)]
    internal static void BZPopMax(ref CommandContext call) => BlockingPop(ref call, fromEnd: true);

    [Command("ZMPOP", arity: -4, Flags.Write, Group.SortedSet, since: "7.0.0",
        syntax: "numkeys:integer key:key+ where:(MIN | MAX) [COUNT count:integer]",
        Summary = "Takes members from one end of the first sorted set that has any.",
        Complexity = "O(K) + O(M*log(N)) for K keys and M members of N.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, KeyNum = 0, FirstKey = 1)]
    internal static void ZMPop(ref CommandContext call)
    {
        if (!PopArguments.TryRead(call, 1, "MIN"u8, "MAX"u8, out PopArguments said)) return;
        if (!TryFirst(ref call, 2, said.KeyCount, out int key, out EntryRef entry)) return;
        if (entry.Found) Take(ref call, entry, new PopRequest(key, said.FromLast, said.Count, WithKey: true, Nested: true, Rewrite: true));
        else call.Reply.NullArray();
    }

    [Command("BZMPOP", arity: -5, Flags.Write | Flags.Blocking, Group.SortedSet, since: "7.0.0",
        syntax: "timeout:double numkeys:integer key:key+ where:(MIN | MAX) [COUNT count:integer]",
        Summary = "Takes members from one end of the first sorted set that has any; waits if none has.",
        Complexity = "O(K) + O(M*log(N)) for K keys and M members of N.")]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, KeyNum = 0, FirstKey = 1)]
    internal static void BZMPop(ref CommandContext call)
    {
        if (!PopArguments.TryRead(call, 2, "MIN"u8, "MAX"u8, out PopArguments said)) return;
        if (!call.TryTimeoutSeconds(1, out long timeoutMs) || !TryFirst(ref call, 3, said.KeyCount, out int key, out EntryRef entry)) return;
        if (entry.Found) Take(ref call, entry, new PopRequest(key, said.FromLast, said.Count, WithKey: true, Nested: true, Rewrite: true));
        else call.Block(ObjectType.SortedSet, 3, said.KeyCount, timeoutMs);
    }

    /// <summary>What is to be taken from which key, and how it is told.</summary>
    private readonly record struct PopRequest(int Key, bool FromEnd, long Count, bool WithKey, bool Nested, bool Rewrite);

    private static bool TryFind(ref CommandContext call, out EntryRef entry)
    {
        entry = call.FindForWrite(call[1]);
        return SortedSetReads.IsThere(ref call, entry, ReplyWhenMissing.Zero);
    }

    private static void Remove(ref CommandContext call, EntryRef entry, RankRange ranks, string eventName)
    {
        if (!ranks.IsEmpty)
        {
            long left = RemoveRanks(ref call, ref entry, ranks);
            SortedSetWrites.Removed(ref call, call[1], entry, left, ranks.Count, eventName);
        }

        call.Reply.Integer(ranks.Count);
    }

    private static long RemoveRanks(ref CommandContext call, ref EntryRef entry, RankRange ranks)
    {
        SortedSetEdit edit = SortedSetEdit.Of(call.Services, call.Db, ref entry);
        edit.Remove(ranks);
        long left = edit.Count;
        edit.Commit(ref entry);
        return left;
    }

    private static void Pop(ref CommandContext call, bool fromEnd)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        long count = Single;
        if (call.Count == 3)
        {
            if (!call.TryLong(2, out count, ErrorReplies.MustBePositive)) return;
            if (count < 0)
            {
                call.Reply.Error(ErrorReplies.MustBePositive);
                return;
            }
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!SortedSetReads.IsThere(ref call, entry, ReplyWhenMissing.EmptyArray)) return;
        if (count == 0) call.Reply.Array(0);
        else Take(ref call, entry, new PopRequest(1, fromEnd, count, WithKey: false, Nested: call.Reply.Resp3 && count != Single, Rewrite: false));
    }

    private static void BlockingPop(ref CommandContext call, bool fromEnd)
    {
        if (!call.TryTimeoutSeconds(call.Count - 1, out long timeoutMs) || !TryFirst(ref call, 1, call.Count - 2, out int key, out EntryRef entry)) return;
        if (entry.Found) Take(ref call, entry, new PopRequest(key, fromEnd, Single, WithKey: true, Nested: false, Rewrite: true));
        else call.Block(ObjectType.SortedSet, 1, call.Count - 2, timeoutMs);
    }

    /// <summary>The first of so many keys that is there (not found if none is); false, and replied, if it is no sorted set.</summary>
    private static bool TryFirst(ref CommandContext call, int firstKey, int keys, out int key, out EntryRef entry)
    {
        entry = default;
        for (key = firstKey; key < firstKey + keys; key++)
        {
            entry = call.FindForWrite(call[key]);
            if (entry.Found) return call.Holds(entry, ObjectType.SortedSet);
        }

        return true;
    }

    private static void Take(ref CommandContext call, EntryRef entry, PopRequest request)
    {
        SortedSetView set = SortedSetReads.ViewOf(ref call, entry);
        long all = set.Count, taken = request.Count == Single ? 1 : Math.Min(request.Count, all);
        RankRange ranks = request.FromEnd ? new RankRange(all - taken, all) : new RankRange(0, taken);
        if (request.WithKey)
        {
            call.Reply.Array(request.Nested ? 2 : 3);
            call.Reply.Bulk(call[request.Key]);
        }

        if (request.Nested) call.Reply.Array(taken);
        else if (!request.WithKey) call.Reply.Array(taken * 2);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        SortedSetWalk walk = set.Walk(ranks, request.FromEnd, scratch);
        while (walk.MoveNext())
        {
            if (request.Nested) call.Reply.Array(2);
            call.Reply.Bulk(walk.Member);
            call.Reply.Double(walk.Score);
        }

        long left = RemoveRanks(ref call, ref entry, ranks);
        SortedSetWrites.Removed(ref call, call[request.Key], entry, left, taken, request.FromEnd ? "zpopmax" : "zpopmin");
        if (request.Rewrite) Propagate(ref call, request, taken);
    }

    private static void Propagate(ref CommandContext call, PopRequest request, long taken)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, request.Count == Single ? 2 : 3);
        instead.Add(request.FromEnd ? "ZPOPMAX"u8 : "ZPOPMIN"u8);
        instead.Add(call[request.Key]);
        if (request.Count != Single) instead.Add(taken);
    }
}
