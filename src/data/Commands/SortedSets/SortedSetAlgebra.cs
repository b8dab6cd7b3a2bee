// Unions, intersections and differences of sorted sets and sets, told, counted or stored.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SortedSetAlgebra
{
    private enum Operation : byte
    {
        Union,
        Intersection,
        Difference,
    }

    private enum Aggregate : byte
    {
        Sum,
        Min,
        Max,
    }

    [Command("ZUNION", arity: -3, Flags.ReadOnly, Group.SortedSet, since: "6.2.0",
        syntax: "numkeys:integer key:key+ [WEIGHTS weight:integer+] [AGGREGATE aggregate:(SUM | MIN | MAX)] [WITHSCORES]",
        Summary = "Tells the members of any of several sorted sets.",
        Complexity = "O(N)+O(M*log(M)) where N is how many members the sets have and M how many the answer has.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZUnion(ref CommandContext call) => Tell(ref call, Operation.Union);

    [Command("ZINTER", arity: -3, Flags.ReadOnly, Group.SortedSet, since: "6.2.0",
        syntax: "numkeys:integer key:key+ [WEIGHTS weight:integer+] [AGGREGATE aggregate:(SUM | MIN | MAX)] [WITHSCORES]",
        Summary = "Tells the members that several sorted sets have in common.",
        Complexity = "O(N*K)+O(M*log(M)) where N is the size of the smallest set, K how many sets there are, M the size of the answer.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZInter(ref CommandContext call) => Tell(ref call, Operation.Intersection);

    [Command("ZDIFF", arity: -3, Flags.ReadOnly, Group.SortedSet, since: "6.2.0",
        syntax: "numkeys:integer key:key+ [WITHSCORES]",
        Summary = "Tells the members of the first of several sorted sets that no other has.",
        Complexity = "O(L + (N-K)log(N)) where L is how many members all sets have, N the first has and K the answer has.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZDiff(ref CommandContext call) => Tell(ref call, Operation.Difference);

    [Command("ZUNIONSTORE", arity: -4, Flags.Write | Flags.DenyOom, Group.SortedSet, since: "2.0.0",
        syntax: "destination:key numkeys:integer key:key+ [WEIGHTS weight:integer+] [AGGREGATE aggregate:(SUM | MIN | MAX)]",
        Summary = "Stores the members of any of several sorted sets as a sorted set.",
        Complexity = "O(N)+O(M*log(M)) where N is how many members the sets have and M how many the answer has.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZUnionStore(ref CommandContext call) => Store(ref call, Operation.Union, "zunionstore");

    [Command("ZINTERSTORE", arity: -4, Flags.Write | Flags.DenyOom, Group.SortedSet, since: "2.0.0",
        syntax: "destination:key numkeys:integer key:key+ [WEIGHTS weight:integer+] [AGGREGATE aggregate:(SUM | MIN | MAX)]",
        Summary = "Stores the members that several sorted sets have in common as a sorted set.",
        Complexity = "O(N*K)+O(M*log(M)) where N is the size of the smallest set, K how many sets there are, M the size of the answer.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZInterStore(ref CommandContext call) => Store(ref call, Operation.Intersection, "zinterstore");

    [Command("ZDIFFSTORE", arity: -4, Flags.Write | Flags.DenyOom, Group.SortedSet, since: "6.2.0",
        syntax: "destination:key numkeys:integer key:key+",
        Summary = "Stores the members of the first of several sorted sets that no other has as a sorted set.",
        Complexity = "O(L + (N-K)log(N)) where L is how many members all sets have, N the first has and K the answer has.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZDiffStore(ref CommandContext call) => Store(ref call, Operation.Difference, "zdiffstore");

    [Command("ZINTERCARD", arity: -3, Flags.ReadOnly, Group.SortedSet, since: "7.0.0",
        syntax: "numkeys:integer key:key+ [LIMIT limit:integer]",
        Summary = "Tells how many members several sorted sets have in common.",
        Complexity = "O(N*K) where N is the size of the smallest set and K how many sets there are.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void ZInterCard(ref CommandContext call)
    {
        var request = new Request(Operation.Intersection, numKeysAt: 1, mayTellScores: false, countsOnly: true);
        if (!request.TryRead(ref call)) return;
        Source[] sources = request.Sources;
        Array.Sort(sources, static (a, b) => a.Count != b.Count ? a.Count.CompareTo(b.Count) : a.Index.CompareTo(b.Index));
        long count = 0;
        Collections collections = call.Services.Databases.Collections;
        if (sources[0].Count > 0)
        {
            Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
            ScoredSource.ScoredWalk walk = sources[0].Open(collections).Walk(scratch);
            while (walk.MoveNext())
            {
                if (IsInAll(collections, sources, walk.Member) && ++count == request.Limit) break;
            }
        }

        call.Reply.Integer(count);
    }

    /// <summary>One input: a sorted set, a set, or nothing, and what its scores are multiplied with.</summary>
    private struct Source
    {
        public EntryRef Entry;
        public double Weight;
        public long Count;
        public int Index;

        public readonly ScoredSource Open(Collections collections) => new(collections, Entry);

        public readonly double Weigh(double score)
        {
            double weighed = score * Weight;
            return double.IsNaN(weighed) ? 0 : weighed;
        }
    }

    /// <summary>The words of the call from numkeys on.</summary>
    private struct Request(Operation operation, int numKeysAt, bool mayTellScores, bool countsOnly)
    {
        public Source[] Sources = [];
        public Aggregate Aggregate;
        public bool WithScores;
        public long Limit;

        public bool TryRead(ref CommandContext call)
        {
            if (!call.TryLong(numKeysAt, out long keys)) return false;
            if (keys < 1)
            {
                call.Reply.Error(ErrorReplies.NoInputKey(call.Row.FullName));
                return false;
            }

            if (keys > call.Count - (numKeysAt + 1))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }

            return TryReadSources(ref call, (int)keys) && TryReadOptions(ref call, numKeysAt + 1 + (int)keys);
        }

        // Looking a key up may remove it and so move others: all are looked up once before any is kept.
        private bool TryReadSources(ref CommandContext call, int keys)
        {
            for (int i = 0; i < keys; i++)
            {
                EntryRef entry = call.Find(call[numKeysAt + 1 + i]);
                if (!entry.Found || entry.Type is ObjectType.SortedSet or ObjectType.Set) continue;
                call.Reply.Error(ErrorReplies.WrongType);
                return false;
            }

            Sources = new Source[keys];
            for (int i = 0; i < keys; i++)
            {
                EntryRef entry = call.Db.Peek(call[numKeysAt + 1 + i]);
                Sources[i] = new Source { Entry = entry, Weight = 1, Index = i };
                Sources[i].Count = Sources[i].Open(call.Services.Databases.Collections).Count;
            }

            return true;
        }

        private bool TryReadOptions(ref CommandContext call, int at)
        {
            bool aggregates = operation != Operation.Difference && !countsOnly;
            while (at < call.Count)
            {
                int left = call.Count - at;
                if (aggregates && left > Sources.Length && call.Says(at, "WEIGHTS"u8))
                {
                    if (!TryReadWeights(ref call, at + 1)) return false;
                    at += 1 + Sources.Length;
                }
                else if (aggregates && left >= 2 && call.Says(at, "AGGREGATE"u8) && TryAggregate(ref call, at + 1)) at += 2;
                else if (mayTellScores && call.Says(at, "WITHSCORES"u8))
                {
                    WithScores = true;
                    at++;
                }
                else if (countsOnly && left >= 2 && call.Says(at, "LIMIT"u8))
                {
                    if (!call.TryLong(at + 1, out Limit, ErrorReplies.LimitNegative)) return false;
                    if (Limit < 0)
                    {
                        call.Reply.Error(ErrorReplies.LimitNegative);
                        return false;
                    }

                    at += 2;
                }
                else
                {
                    call.Reply.Error(ErrorReplies.Syntax);
                    return false;
                }
            }

            return true;
        }

        private readonly bool TryReadWeights(ref CommandContext call, int at)
        {
            for (int i = 0; i < Sources.Length; i++)
            {
                if (FloatText.TryParse(call[at + i], out Sources[i].Weight)) continue;
                call.Reply.Error(ErrorReplies.WeightNotAFloat);
                return false;
            }

            return true;
        }

        private bool TryAggregate(ref CommandContext call, int at)
        {
            if (call.Says(at, "SUM"u8)) Aggregate = Aggregate.Sum;
            else if (call.Says(at, "MIN"u8)) Aggregate = Aggregate.Min;
            else if (call.Says(at, "MAX"u8)) Aggregate = Aggregate.Max;
            else return false;
            return true;
        }
    }

    private static void Tell(ref CommandContext call, Operation operation)
    {
        var request = new Request(operation, numKeysAt: 1, mayTellScores: true, countsOnly: false);
        if (!request.TryRead(ref call)) return;
        ScoredList found = Compute(ref call, operation, request);
        SortedSetRanges.ReplyCount(ref call, found.Count, request.WithScores);
        for (int i = 0; i < found.Count; i++) SortedSetRanges.ReplyMember(ref call, found.MemberAt(i), found.ScoreAt(i), request.WithScores);
        found.Clear();
    }

    private static void Store(ref CommandContext call, Operation operation, string eventName)
    {
        var request = new Request(operation, numKeysAt: 2, mayTellScores: false, countsOnly: false);
        if (!request.TryRead(ref call)) return;
        ScoredList found = Compute(ref call, operation, request);
        call.Reply.Integer(found.StoreAs(ref call, call[1], eventName));
        found.Clear();
    }

    private static ScoredList Compute(ref CommandContext call, Operation operation, in Request request)
    {
        Collections collections = call.Services.Databases.Collections;
        ScoredList found = call.Services.Scored;
        found.Clear();
        Source[] sources = request.Sources;
        // The order decides how sums are rounded.
        if (operation != Operation.Difference) Array.Sort(sources, static (a, b) => a.Count != b.Count ? a.Count.CompareTo(b.Count) : a.Index.CompareTo(b.Index));
        switch (operation)
        {
            case Operation.Union:
                Unite(collections, sources, request.Aggregate, found);
                break;
            case Operation.Intersection:
                Intersect(collections, sources, request.Aggregate, found);
                break;
            default:
                Subtract(collections, sources, found);
                break;
        }

        found.Sort();
        return found;
    }

    private static void Unite(Collections collections, Source[] sources, Aggregate aggregate, ScoredList found)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        foreach (Source source in sources)
        {
            if (source.Count == 0) continue;
            ScoredSource.ScoredWalk walk = source.Open(collections).Walk(scratch);
            while (walk.MoveNext())
            {
                double score = source.Weigh(walk.Score);
                int index = found.FindOrAdd(walk.Member, score, out bool added);
                if (!added) Combine(ref found.ScoreAt(index), score, aggregate);
            }
        }
    }

    private static void Intersect(Collections collections, Source[] sources, Aggregate aggregate, ScoredList found)
    {
        if (sources[0].Count == 0) return;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ScoredSource.ScoredWalk walk = sources[0].Open(collections).Walk(scratch);
        while (walk.MoveNext())
        {
            ReadOnlySpan<byte> member = walk.Member;
            double score = sources[0].Weigh(walk.Score);
            int i = 1;
            for (; i < sources.Length && sources[i].Open(collections).TryScore(member, out double other); i++)
                Combine(ref score, other * sources[i].Weight, aggregate);
            if (i == sources.Length) found.Add(member, score);
        }
    }

    private static bool IsInAll(Collections collections, Source[] sources, ReadOnlySpan<byte> member)
    {
        for (int i = 1; i < sources.Length; i++)
            if (!sources[i].Open(collections).TryScore(member, out _)) return false;
        return true;
    }

    private static void Subtract(Collections collections, Source[] sources, ScoredList found)
    {
        if (sources[0].Count == 0) return;
        long all = 0;
        foreach (Source source in sources) all += source.Count;
        bool lookUp = sources[0].Count * sources.Length / 2 <= all;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ScoredSource.ScoredWalk first = sources[0].Open(collections).Walk(scratch);
        while (first.MoveNext())
        {
            if (!lookUp) found.FindOrAdd(first.Member, first.Score, out _);
            else if (!IsInAny(collections, sources, first.Member)) found.Add(first.Member, first.Score);
        }

        if (lookUp) return;
        for (int i = 1; i < sources.Length; i++)
        {
            if (sources[i].Count == 0) continue;
            ScoredSource.ScoredWalk walk = sources[i].Open(collections).Walk(scratch);
            while (walk.MoveNext()) found.Remove(walk.Member);
        }
    }

    private static bool IsInAny(Collections collections, Source[] sources, ReadOnlySpan<byte> member)
    {
        for (int i = 1; i < sources.Length; i++)
            if (sources[i].Open(collections).TryScore(member, out _)) return true;
        return false;
    }

    private static void Combine(ref double target, double score, Aggregate aggregate)
    {
        switch (aggregate)
        {
            case Aggregate.Sum:
                target += score;
                // As Redis: infinities that cancel each other come to 0.
                if (double.IsNaN(target)) target = 0;
                break;
            case Aggregate.Min:
                target = score < target ? score : target;
                break;
            default:
                target = score > target ? score : target;
                break;
        }
    }
}
