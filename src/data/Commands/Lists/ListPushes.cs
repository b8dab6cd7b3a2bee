// Commands that put elements into a list.
using System;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class ListPushes
{
    private const string PushComplexity = "O(1) for each element added.";

    [Command("LPUSH", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.List, since: "1.0.0",
        syntax: "key:key element+",
        Summary = "Puts elements at the head of a list, one after the other, creating it if there is none.", Complexity = PushComplexity,
        History = ["2.4.0|Accepts multiple `element` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void LPush(ref CommandContext call) => Push(ref call, atHead: true, onlyIfThere: false);

    [Command("RPUSH", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.List, since: "1.0.0",
        syntax: "key:key element+",
        Summary = "Puts elements at the tail of a list, creating it if there is none.", Complexity = PushComplexity,
        History = ["2.4.0|Accepts multiple `element` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void RPush(ref CommandContext call) => Push(ref call, atHead: false, onlyIfThere: false);

    [Command("LPUSHX", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.List, since: "2.2.0",
        syntax: "key:key element+",
        Summary = "Puts elements at the head of a list that exists.", Complexity = PushComplexity,
        History = ["4.0.0|Accepts multiple `element` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void LPushX(ref CommandContext call) => Push(ref call, atHead: true, onlyIfThere: true);

    [Command("RPUSHX", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.List, since: "2.2.0",
        syntax: "key:key element+",
        Summary = "Puts elements at the tail of a list that exists.", Complexity = PushComplexity,
        History = ["4.0.0|Accepts multiple `element` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void RPushX(ref CommandContext call) => Push(ref call, atHead: false, onlyIfThere: true);

    [Command("LINSERT", arity: 5, Flags.Write | Flags.DenyOom, Group.List, since: "2.2.0",
        syntax: "key:key where:(BEFORE | AFTER) pivot element",
        Summary = "Puts an element beside the first one that equals another.",
        Complexity = "O(N) where N is the number of elements before the pivot.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void LInsert(ref CommandContext call)
    {
        bool after = call.Says(2, "AFTER"u8);
        if (!after && !call.Says(2, "BEFORE"u8))
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        ListSpot spot = ListView.Of(call, entry).Find(call[3], out long index);
        if (!spot.Exists)
        {
            call.Reply.Integer(-1);
            return;
        }

        ListEdit list = ListEdit.Begin(call, ref entry);
        if (list.Grow(call[4].Length, 1)) spot = list.View.Seek(index);
        list.Insert(spot, after, call[4]);
        long count = list.Count;
        list.Commit(ref entry);
        call.Changed(call[1]);
        call.Notify(EventClass.List, "linsert", call[1]);
        call.Reply.Integer(count);
    }

    [Command("LSET", arity: 4, Flags.Write | Flags.DenyOom, Group.List, since: "1.0.0",
        syntax: "key:key index:integer element",
        Summary = "Replaces the element with an index.",
        Complexity = "O(N) where N is the number of elements between the index and the nearer end.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void LSet(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        if (!call.Holds(entry, ObjectType.List) || !call.TryLong(2, out long index)) return;
        ListSpot spot = ListView.Of(call, entry).Seek(index);
        if (!spot.Exists)
        {
            call.Reply.Error(ErrorReplies.IndexOutOfRange);
            return;
        }

        ListEdit list = ListEdit.Begin(call, ref entry);
        if (list.Grow(call[3].Length, 1)) spot = list.View.Seek(index);
        list.Replace(spot, call[3]);
        list.Shrink();
        list.Commit(ref entry);
        call.Changed(call[1]);
        call.Notify(EventClass.List, "lset", call[1]);
        call.Reply.Ok();
    }

    private static void Push(ref CommandContext call, bool atHead, bool onlyIfThere)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (onlyIfThere && !entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        long bytes = 0;
        for (int i = 2; i < call.Count; i++) bytes += call[i].Length;
        ListEdit list = ListEdit.Begin(call, ref entry);
        list.Grow(bytes, call.Count - 2);
        for (int i = 2; i < call.Count; i++) list.Push(atHead, call[i]);
        long count = list.Count;
        list.CommitOrStore(call, ref entry, call[1]);
        call.Services.Changes += call.Count - 3;
        call.Changed(call[1]);
        call.Notify(EventClass.List, atHead ? "lpush" : "rpush", call[1]);
        call.Reply.Integer(count);
    }
}
