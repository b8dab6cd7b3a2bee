// SORT: the elements of a list, set or sorted set in the order of their numbers or texts, or of what keys that are
// made of them hold; or what such keys hold in their place.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SortCommands
{
    private const string Complexity = "O(N+M*log(M)) where N is the number of elements and M the number of returned elements; O(N) when they are not sorted.";

    [Command("SORT", arity: -2, Flags.Write | Flags.DenyOom, Group.Generic, since: "1.0.0",
        syntax: "key:key [BY by-pattern:pattern@1=pattern] [LIMIT limit:{offset:integer count:integer}] [GET get-pattern:pattern@1=pattern++] [order:(ASC | DESC)] [sorting:ALPHA] [STORE destination:key@2]",
        Summary = "Tells the elements of a list, set or sorted set in order, or stores them.", Complexity = Complexity,
        Categories = Acl.Set | Acl.SortedSet | Acl.List | Acl.Dangerous)]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key(KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key(KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void Sort(ref CommandContext call) => Sort(ref call, mayStore: true);

    [Command("SORT_RO", arity: -2, Flags.ReadOnly, Group.Generic, since: "7.0.0",
        syntax: "key:key [BY by-pattern:pattern@1=pattern] [LIMIT limit:{offset:integer count:integer}] [GET get-pattern:pattern@1=pattern++] [order:(ASC | DESC)] [sorting:ALPHA]",
        Summary = "Tells the elements of a list, set or sorted set in order.", Complexity = Complexity,
        Categories = Acl.Set | Acl.SortedSet | Acl.List | Acl.Dangerous)]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key(KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SortRo(ref CommandContext call) => Sort(ref call, mayStore: false);

    private static void Sort(ref CommandContext call, bool mayStore)
    {
        if (!SortOptions.TryRead(ref call, mayStore, out SortOptions options)) return;
        EntryRef entry = call.Find(call[1]);
        if (entry.Found && entry.Type is not (ObjectType.List or ObjectType.Set or ObjectType.SortedSet))
        {
            call.Reply.Error(ErrorReplies.WrongType);
            return;
        }

        // As Redis: what is stored must be the same on every replica, and a set has no order of its own.
        if (!options.Sorts && options.Store > 0 && entry.Found && entry.Type == ObjectType.Set)
        {
            options.Sorts = options.Alpha = true;
            options.By = 0;
        }

        SortRows rows = call.Services.Sorted;
        rows.Clear();
        (int start, int end) = entry.Found ? Load(call, entry, options, rows) : (0, 0);
        if (options.Sorts && !Arrange(call, options, rows)) call.Reply.Error(ErrorReplies.SortNotNumbers);
        else if (options.Store > 0) Store(ref call, options, rows, start, end);
        else Tell(ref call, options, rows, start, end);
        rows.Clear();
    }

    /// <summary>Copies the elements; returns which of the rows are wanted in the end.</summary>
    private static (int Start, int End) Load(in CommandContext call, EntryRef entry, in SortOptions options, SortRows rows)
    {
        Collections collections = call.Services.Databases.Collections;
        switch (entry.Type)
        {
            case ObjectType.List:
                return LoadList(ListView.Of(call, entry), options, rows);
            case ObjectType.Set:
                foreach (ListpackElement member in new SetValue(entry, collections.Members)) rows.Add(member);
                return Limit(rows.Count, options);
            default:
                return LoadSortedSet(new SortedSetView(collections.SortedSets, entry), options, rows);
        }
    }

    private static (int Start, int End) LoadList(ListView list, in SortOptions options, SortRows rows)
    {
        int count = checked((int)list.Count);
        (int start, int end) = Limit(count, options);
        bool onlyRange = !options.Sorts;
        bool backwards = onlyRange && options.Descending;
        (int first, int taken) = onlyRange ? (start, end - start) : (0, count);
        ListSpot spot = taken > 0 ? list.Seek(backwards ? count - first - 1 : first) : default;
        for (int i = 0; i < taken; i++)
        {
            rows.Add(list.Read(spot));
            if (i + 1 < taken) spot = backwards ? list.Previous(spot) : list.Next(spot);
        }

        return onlyRange ? (0, taken) : (start, end);
    }

    private static (int Start, int End) LoadSortedSet(SortedSetView set, in SortOptions options, SortRows rows)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        int count = checked((int)set.Count);
        (int start, int end) = Limit(count, options);
        bool onlyRange = !options.Sorts;
        bool backwards = onlyRange && options.Descending;
        RankRange ranks = !onlyRange ? new RankRange(0, count) : backwards ? new RankRange(count - end, count - start) : new RankRange(start, end);
        SortedSetWalk walk = set.Walk(ranks, backwards, scratch);
        while (walk.MoveNext()) rows.Add(walk.Member);
        return onlyRange ? (0, end - start) : (start, end);
    }

    private static (int Start, int End) Limit(int count, in SortOptions options)
    {
        int start = (int)Math.Clamp(options.Offset, 0, count);
        long taken = options.Limit < 0 ? count : options.Limit;
        return (start, (int)Math.Min(count, start + Math.Min(taken, count)));
    }

    /// <summary>Puts the rows in order; false if one was to be a number and is none.</summary>
    private static bool Arrange(in CommandContext call, in SortOptions options, SortRows rows)
    {
        var pattern = new KeyPattern(options.By > 0 ? call[options.By] : "#"u8);
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        byte[] key = [];
        bool areNumbers = true;
        for (int i = 0; i < rows.Count && (options.By > 0 || !options.Alpha); i++)
        {
            if (!pattern.TryFind(call, rows.ElementAt(i), scratch, ref key, out ReadOnlySpan<byte> by)) continue;
            if (options.Alpha) rows.SetBy(i, by);
            else if (TryNumber(by, out double score)) rows.SetScore(i, score);
            else areNumbers = false;
        }

        if (!areNumbers) return false;
        if (options.Alpha) rows.SortByText(options.Descending, options.By > 0, wholly: options.Store > 0);
        else rows.SortByScore(options.Descending);
        return true;
    }

    // As Redis, which trusts strtod: blanks before the number and no text at all are fine, a number beyond all doubles is not.
    private static bool TryNumber(ReadOnlySpan<byte> text, out double number) =>
        FloatText.TryParse(text, out number) || (FloatText.TryParseBound(text, out number) && double.IsFinite(number));

    private static void Tell(ref CommandContext call, in SortOptions options, SortRows rows, int start, int end)
    {
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        byte[] key = [];
        call.Reply.Array((long)(end - start) * Math.Max(options.Gets, 1));
        for (int i = start; i < end; i++)
        {
            if (options.Gets == 0) call.Reply.Bulk(rows.ElementAt(i));
            for (int get = SortOptions.NextGet(call, 0); get > 0; get = SortOptions.NextGet(call, get))
            {
                if (new KeyPattern(call[get]).TryFind(call, rows.ElementAt(i), scratch, ref key, out ReadOnlySpan<byte> found)) call.Reply.Bulk(found);
                else call.Reply.Null();
            }
        }
    }

    private static void Store(ref CommandContext call, in SortOptions options, SortRows rows, int start, int end)
    {
        ReadOnlySpan<byte> target = call[options.Store];
        long count = (long)(end - start) * Math.Max(options.Gets, 1);
        if (count == 0)
        {
            EntryRef old = call.Db.Peek(target);
            if (old.Found)
            {
                ListValue.Drop(call, target, old);
                call.Changed(target);
            }

            call.Reply.Integer(0);
            return;
        }

        if (options.Gets > 0) Replace(call, rows, ref start, ref end);
        EntryRef before = call.Db.Peek(target);
        bool isNew = !before.Found;
        if (!isNew) call.Db.Delete(before);
        ListEdit list = ListEdit.BeginChain(call);
        for (int i = start; i < end; i++) list.Push(atHead: false, rows.ElementAt(i));
        list.Settle();
        list.Store(target);
        if (isNew) call.Created(target, call.Db);
        call.Services.Changes += count - 1;
        call.Changed(target);
        call.Notify(EventClass.List, "sortstore", target);
        call.Reply.Integer(count);
    }

    /// <summary>Adds what is got in the place of the wanted rows behind them: nothing may be looked up while a list is built.</summary>
    private static void Replace(in CommandContext call, SortRows rows, ref int start, ref int end)
    {
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        byte[] key = [];
        int first = rows.Count;
        for (int i = start; i < end; i++)
        {
            for (int get = SortOptions.NextGet(call, 0); get > 0; get = SortOptions.NextGet(call, get))
            {
                bool has = new KeyPattern(call[get]).TryFind(call, rows.ElementAt(i), scratch, ref key, out ReadOnlySpan<byte> found);
                rows.Add(has ? found : default);
            }
        }

        (start, end) = (first, rows.Count);
    }
}
