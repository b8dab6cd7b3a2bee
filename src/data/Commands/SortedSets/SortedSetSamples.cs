// ZRANDMEMBER and ZSCAN: members by chance, and all of them a few at a call.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SortedSetSamples
{
    [Command("ZRANDMEMBER", arity: -2, Flags.ReadOnly, Group.SortedSet, since: "6.2.0",
        syntax: "key:key [options:{count:integer [WITHSCORES]}]",
        Summary = "Tells members of a sorted set chosen by chance.",
        Complexity = "O(M*log(N)) for M members of N.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZRandMember(ref CommandContext call)
    {
        if (call.Count > 2)
        {
            TellSeveral(ref call);
            return;
        }

        if (!SortedSetReads.TryFind(ref call, ReplyWhenMissing.Null, out SortedSetView set)) return;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        SortedSetWalk walk = set.Walk(RandomRank(ref call, set), reverse: false, scratch);
        walk.MoveNext();
        call.Reply.Bulk(walk.Member);
    }

    [Command("ZSCAN", arity: -3, Flags.ReadOnly, Group.SortedSet, since: "2.8.0",
        syntax: "key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOSCORES]",
        Summary = "Goes over the members of a sorted set and their scores, a few at a call.",
        Complexity = "O(1) for a call, O(N) for a whole round over N members.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ZScan(ref CommandContext call)
    {
        if (!ScanArguments.TryCursor(ref call, 2, out ScanArguments scan)) return;
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            ScanArguments.ReplyNothing(call.Reply);
            return;
        }

        if (!call.Holds(entry, ObjectType.SortedSet) || !ScanArguments.TryOptions(ref call, 3, ref scan, "NOSCORES"u8)) return;
        SortedSetView set = SortedSetReads.ViewOf(ref call, entry);
        if (entry.IsCollection) TellScanned(ref call, set, scan);
        else TellPacked(ref call, set, scan);
    }

    // The cursor is told before the members, but known only after them.
    private static void TellScanned(ref CommandContext call, scoped SortedSetView set, scoped ScanArguments scan)
    {
        ScoredList scanned = call.Services.Scored;
        scanned.Clear();
        var collector = new Collector(scanned);
        long steps = scan.Steps;
        ulong cursor = scan.Cursor;
        do cursor = set.Scan(cursor, ref collector);
        while (cursor != 0 && steps-- > 0 && scanned.Count < scan.Count);
        ScanArguments.BeginReply(call.Reply, cursor);
        call.Reply.BeginCounted();
        int count = 0;
        Span<byte> text = stackalloc byte[PackedScore.LongestBytes];
        for (int i = 0; i < scanned.Count; i++)
        {
            if (!scan.Matches(scanned.MemberAt(i))) continue;
            count++;
            call.Reply.Bulk(scanned.MemberAt(i));
            if (scan.NamesOnly) continue;
            // As Redis: ZSCAN alone writes 17 digits, and not of packed sets.
            call.Reply.Bulk(text[..NumberText.DoubleOf17Digits(scanned.ScoreAt(i), text)]);
            count++;
        }

        call.Reply.EndCountedArray(count);
        scanned.Clear();
    }

    private static void TellPacked(ref CommandContext call, scoped SortedSetView set, scoped ScanArguments scan)
    {
        ScanArguments.BeginReply(call.Reply, 0);
        call.Reply.BeginCounted();
        int count = 0;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes], text = stackalloc byte[PackedScore.LongestBytes];
        SortedSetWalk walk = set.Walk(scratch);
        while (walk.MoveNext())
        {
            if (!scan.Matches(walk.Member)) continue;
            count++;
            call.Reply.Bulk(walk.Member);
            if (scan.NamesOnly) continue;
            call.Reply.Bulk(text[..NumberText.Double(walk.Score, text)]);
            count++;
        }

        call.Reply.EndCountedArray(count);
    }

    private static RankRange RandomRank(ref CommandContext call, scoped SortedSetView set)
    {
        long rank = call.Services.Dice.Below(set.Count);
        return new RankRange(rank, rank + 1);
    }

    private static void TellSeveral(ref CommandContext call)
    {
        if (!call.TryLong(2, out long count)) return;
        if (count == long.MinValue)
        {
            call.Reply.Error(ErrorReplies.LongRange);
            return;
        }

        bool withScores = call.Count == 4 && call.Says(3, "WITHSCORES"u8);
        if (call.Count > 3 && !withScores)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        if (withScores && (count < -long.MaxValue / 2 || count > long.MaxValue / 2))
        {
            call.Reply.Error(ErrorReplies.OutOfRange);
            return;
        }

        if (!SortedSetReads.TryFind(ref call, ReplyWhenMissing.EmptyArray, out SortedSetView set)) return;
        if (count < 0) TellWithRepetition(ref call, set, -count, withScores);
        else TellDistinct(ref call, set, Math.Min(count, set.Count), withScores);
    }

    private static void TellWithRepetition(ref CommandContext call, scoped SortedSetView set, long count, bool withScores)
    {
        SortedSetRanges.ReplyCount(ref call, count, withScores);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        for (long i = 0; i < count; i++)
        {
            SortedSetWalk walk = set.Walk(RandomRank(ref call, set), reverse: false, scratch);
            walk.MoveNext();
            SortedSetRanges.ReplyMember(ref call, walk.Member, walk.Score, withScores);
        }
    }

    // One walk over all ranks up to a quarter of them, else ranks by chance until enough are different.
    private static void TellDistinct(ref CommandContext call, scoped SortedSetView set, long count, bool withScores)
    {
        const int SparseShare = 4;
        SortedSetRanges.ReplyCount(ref call, count, withScores);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        long all = set.Count;
        if (count * SparseShare >= all)
        {
            // As Redis: a whole set is told from its end.
            SortedSetWalk walk = set.Walk(new RankRange(0, all), reverse: true, scratch);
            for (long left = all, wanted = count; wanted > 0 && walk.MoveNext(); left--)
            {
                if (call.Services.Dice.Below(left) >= wanted) continue;
                SortedSetRanges.ReplyMember(ref call, walk.Member, walk.Score, withScores);
                wanted--;
            }

            return;
        }

        var chosen = new System.Collections.Generic.HashSet<long>();
        while (chosen.Count < count)
        {
            RankRange rank = RandomRank(ref call, set);
            if (!chosen.Add(rank.Start)) continue;
            SortedSetWalk one = set.Walk(rank, reverse: false, scratch);
            one.MoveNext();
            SortedSetRanges.ReplyMember(ref call, one.Member, one.Score, withScores);
        }
    }

    private readonly struct Collector(ScoredList into) : IPlaceVisitor
    {
        public void Visit(nint place) => into.Add(SortedTree.MemberAt(place).Bytes, SortedTree.MemberAt(place).Score);
    }
}
