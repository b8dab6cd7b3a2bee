// Commands that take elements out of a list.
using System;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class ListPops
{
    [Command("LPOP", arity: -2, Flags.Write | Flags.Fast, Group.List, since: "1.0.0",
        syntax: "key:key [count:integer^6.2.0]",
        Summary = "Takes elements from the head of a list and tells them.", Complexity = "O(N) where N is the number of elements returned.",
        History = ["6.2.0|Added the `count` argument."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void LPop(ref CommandContext call) => Pop(ref call, atHead: true);

    [Command("RPOP", arity: -2, Flags.Write | Flags.Fast, Group.List, since: "1.0.0",
        syntax: "key:key [count:integer^6.2.0]",
        Summary = "Takes elements from the tail of a list and tells them.", Complexity = "O(N) where N is the number of elements returned.",
        History = ["6.2.0|Added the `count` argument."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void RPop(ref CommandContext call) => Pop(ref call, atHead: false);

    [Command("LMPOP", arity: -4, Flags.Write, Group.List, since: "7.0.0",
        syntax: "numkeys:integer key:key+ where:(LEFT | RIGHT) [COUNT count:integer]",
        Summary = "Takes elements from the first of several lists that has some.",
        Complexity = "O(N+M) where N is the number of provided keys and M is the number of elements returned.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, KeyNum = 0, FirstKey = 1)]
    internal static void LMPop(ref CommandContext call)
    {
        if (!ManyPop.TryRead(call, 1, out ManyPop pop)) return;
        if (!pop.TryTake(call)) call.Reply.NullArray();
    }

    [Command("LTRIM", arity: 4, Flags.Write, Group.List, since: "1.0.0",
        syntax: "key:key start:integer stop:integer",
        Summary = "Keeps the elements from one index to another and removes the others.",
        Complexity = "O(N) where N is the number of elements to be removed by the operation.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void LTrim(ref CommandContext call)
    {
        if (!call.TryLong(2, out long start) || !call.TryLong(3, out long stop)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (entry.Found) Trim(ref call, entry, start, stop);
        call.Reply.Ok();
    }

    [Command("LREM", arity: 4, Flags.Write, Group.List, since: "1.0.0",
        syntax: "key:key count:integer element",
        Summary = "Removes elements that equal another, from the head or, with a negative count, from the tail on.",
        Complexity = "O(N) where N is the length of the list.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void LRem(ref CommandContext call)
    {
        if (!call.TryLong(2, out long most)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        ListEdit list = ListEdit.Begin(call, ref entry);
        long removed = list.Remove(call[3], fromTail: most < 0, most == long.MinValue ? 0 : Math.Abs(most));
        bool isEmpty = list.Count == 0;
        if (removed > 0 && !isEmpty) list.Shrink();
        list.Commit(ref entry);
        if (removed > 0)
        {
            call.Services.Changes += removed - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.List, "lrem", call[1]);
        }

        if (isEmpty) ListValue.Drop(call, call[1], entry);
        call.Reply.Integer(removed);
    }

    private static void Pop(ref CommandContext call, bool atHead)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return;
        }

        long count = 1;
        bool isOne = call.Count == 2;
        if (!isOne)
        {
            if (!call.TryLong(2, out count, ErrorReplies.MustBePositive)) return;
            if (count < 0)
            {
                call.Reply.Error(ErrorReplies.MustBePositive);
                return;
            }
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (!entry.Found)
        {
            if (isOne) call.Reply.Null();
            else call.Reply.NullArray();
            return;
        }

        if (!isOne)
        {
            count = Math.Min(count, ListView.Of(call, entry).Count);
            call.Reply.Array(count);
            if (count == 0) return;
        }

        ListValue.ReplyEnd(call, entry, atHead, count);
        ListValue.Take(call, call[1], entry, atHead, count);
    }

    private static void Trim(ref CommandContext call, EntryRef entry, long start, long stop)
    {
        ListEdit list = ListEdit.Begin(call, ref entry);
        long length = list.Count;
        (start, long kept) = ListReads.Clip(length, start, stop);
        list.DeleteRange(start + kept, length - start - kept);
        list.DeleteRange(0, start);
        if (kept > 0) list.Shrink();
        list.Commit(ref entry);
        call.Notify(EventClass.List, "ltrim", call[1]);
        if (kept == 0) ListValue.Drop(call, call[1], entry);
        call.Services.KeyChanged(call.Db, call[1]);
        call.Services.Changes += length - kept;
    }
}

/// <summary>What LMPOP and BLMPOP want: up to so many elements from one end of the first of some lists that has any.</summary>
internal readonly ref struct ManyPop
{
    private readonly PopArguments _said;

    private ManyPop(PopArguments said) => _said = said;

    public int FirstKey => _said.FirstKey;

    public int KeyCount => _said.KeyCount;

    /// <summary>Reads the words from the number of keys on; if they make no sense, replies so and returns false.</summary>
    public static bool TryRead(in CommandContext call, int numberAt, out ManyPop pop)
    {
        bool read = PopArguments.TryRead(call, numberAt, "LEFT"u8, "RIGHT"u8, out PopArguments said);
        pop = new ManyPop(said);
        return read;
    }

    /// <summary>Takes what there is and replies it; false, with nothing replied, if no key holds a list.</summary>
    public bool TryTake(in CommandContext call)
    {
        for (int i = FirstKey; i < FirstKey + KeyCount; i++)
        {
            EntryRef entry = call.FindForWrite(call[i]);
            if (!call.Holds(entry, ObjectType.List)) return true;
            if (!entry.Found) continue;
            long count = Math.Min(_said.Count, ListView.Of(call, entry).Count);
            call.Reply.Array(2);
            call.Reply.Bulk(call[i]);
            call.Reply.Array(count);
            ListValue.ReplyEnd(call, entry, !_said.FromLast, count);
            ListValue.Take(call, call[i], entry, !_said.FromLast, count);
            ListValue.RepeatPop(call, call[i], !_said.FromLast, count);
            return true;
        }

        return false;
    }
}
