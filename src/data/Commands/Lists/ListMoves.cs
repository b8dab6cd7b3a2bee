// Commands that move an element from one list to another, or wait until they can; and those that wait for an element.
//
// A call that finds nothing blocks, and is run again from its beginning when one of its keys holds a list (KeyWait.cs).
// What it then took is repeated elsewhere as the command that does not wait.
using System;
using System.Buffers;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class ListMoves
{
    [Command("LMOVE", arity: 5, Flags.Write | Flags.DenyOom, Group.List, since: "6.2.0",
        syntax: "source:key destination:key wherefrom:(LEFT | RIGHT) whereto:(LEFT | RIGHT)",
        Summary = "Takes an element from an end of one list, puts it at an end of another and tells it.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void LMove(ref CommandContext call)
    {
        if (ListValue.TryEnd(call, 3, out bool fromHead) && ListValue.TryEnd(call, 4, out bool toHead)) MoveOrNull(ref call, fromHead, toHead);
    }

    [Command("RPOPLPUSH", arity: 3, Flags.Write | Flags.DenyOom, Group.List, since: "1.2.0",
        syntax: "source:key destination:key",
        Summary = "Takes an element from the tail of one list, puts it at the head of another and tells it.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`LMOVE` with the `RIGHT` and `LEFT` arguments")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void RPopLPush(ref CommandContext call) => MoveOrNull(ref call, fromHead: false, toHead: true);

    [Command("BLMOVE", arity: 6, Flags.Write | Flags.DenyOom | Flags.Blocking, Group.List, since: "6.2.0",
        syntax: "source:key destination:key wherefrom:(LEFT | RIGHT) whereto:(LEFT | RIGHT) timeout:double",
        Summary = "Takes an element from an end of one list, waiting for one if there is none, puts it at an end of another and tells it.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void BLMove(ref CommandContext call)
    {
        if (!ListValue.TryEnd(call, 3, out bool fromHead) || !ListValue.TryEnd(call, 4, out bool toHead)) return;
        if (!call.TryTimeoutSeconds(5, out long timeoutMs)) return;
        MoveOrWait(ref call, fromHead, toHead, timeoutMs, "LMOVE"u8, 5);
    }

    [Command("BRPOPLPUSH", arity: 4, Flags.Write | Flags.DenyOom | Flags.Blocking, Group.List, since: "2.2.0",
        syntax: "source:key destination:key timeout:double",
        Summary = "Takes an element from the tail of one list, waiting for one if there is none, puts it at the head of another and tells it.", Complexity = "O(1)",
        History = ["6.0.0|`timeout` is interpreted as a double instead of an integer."],
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`BLMOVE` with the `RIGHT` and `LEFT` arguments")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void BRPopLPush(ref CommandContext call)
    {
        if (call.TryTimeoutSeconds(3, out long timeoutMs)) MoveOrWait(ref call, fromHead: false, toHead: true, timeoutMs, "RPOPLPUSH"u8, 3);
    }

    [Command("BLPOP", arity: -3, Flags.Write | Flags.Blocking, Group.List, since: "2.0.0",
        syntax: "key:key+ timeout:double",
        Summary = "Takes an element from the head of the first of several lists that has one, waiting for one if none has.",
        Complexity = "O(N) where N is the number of provided keys.",
        History = ["6.0.0|`timeout` is interpreted as a double instead of an integer."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, Last = -2)]
    internal static void BLPop(ref CommandContext call) => PopOrWait(ref call, atHead: true);

    [Command("BRPOP", arity: -3, Flags.Write | Flags.Blocking, Group.List, since: "2.0.0",
        syntax: "key:key+ timeout:double",
        Summary = "Takes an element from the tail of the first of several lists that has one, waiting for one if none has.",
        Complexity = "O(N) where N is the number of provided keys.",
        History = ["6.0.0|`timeout` is interpreted as a double instead of an integer."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, Last = -2)]
    internal static void BRPop(ref CommandContext call) => PopOrWait(ref call, atHead: false);

    [Command("BLMPOP", arity: -5, Flags.Write | Flags.Blocking, Group.List, since: "7.0.0",
        syntax: "timeout:double numkeys:integer key:key+ where:(LEFT | RIGHT) [COUNT count:integer]",
        Summary = "Takes elements from the first of several lists that has some, waiting for some if none has.",
        Complexity = "O(N+M) where N is the number of provided keys and M is the number of elements returned.")]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete, KeyNum = 0, FirstKey = 1)]
    internal static void BLMPop(ref CommandContext call)
    {
        if (!ManyPop.TryRead(call, 2, out ManyPop pop) || !call.TryTimeoutSeconds(1, out long timeoutMs)) return;
        if (!pop.TryTake(call)) call.Block(ObjectType.List, pop.FirstKey, pop.KeyCount, timeoutMs);
    }

    private static void PopOrWait(ref CommandContext call, bool atHead)
    {
        int keys = call.Count - 2;
        if (!call.TryTimeoutSeconds(call.Count - 1, out long timeoutMs)) return;
        for (int i = 1; i <= keys; i++)
        {
            EntryRef entry = call.FindForWrite(call[i]);
            if (!call.Holds(entry, ObjectType.List)) return;
            if (!entry.Found) continue;
            call.Reply.Array(2);
            call.Reply.Bulk(call[i]);
            ListValue.ReplyEnd(call, entry, atHead, 1);
            ListValue.Take(call, call[i], entry, atHead, 1);
            ListValue.RepeatPop(call, call[i], atHead, null);
            return;
        }

        call.Block(ObjectType.List, 1, keys, timeoutMs);
    }

    private static void MoveOrNull(ref CommandContext call, bool fromHead, bool toHead)
    {
        EntryRef source = call.FindForWrite(call[1]);
        if (!call.Holds(source, ObjectType.List)) return;
        if (source.Found) Move(ref call, source, fromHead, toHead);
        else call.Reply.Null();
    }

    private static void MoveOrWait(ref CommandContext call, bool fromHead, bool toHead, long timeoutMs, ReadOnlySpan<byte> repeatedAs, int words)
    {
        EntryRef source = call.FindForWrite(call[1]);
        if (!call.Holds(source, ObjectType.List)) return;
        if (!source.Found)
        {
            // As Redis: who may not wait gets the null of LMOVE, who waited in vain that of arrays.
            if (call.MayBlock) call.Block(ObjectType.List, 1, 1, timeoutMs);
            else call.Reply.Null();
            return;
        }

        if (!Move(ref call, source, fromHead, toHead)) return;
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, words);
        instead.Add(repeatedAs);
        for (int i = 1; i < words; i++) instead.Add(call[i]);
    }

    /// <summary>Moves an element and replies it; false if the destination holds something else.</summary>
    private static bool Move(ref CommandContext call, EntryRef source, bool fromHead, bool toHead)
    {
        if (call[1].SequenceEqual(call[2]))
        {
            Turn(ref call, source, fromHead, toHead);
            return true;
        }

        EntryRef target = call.FindForWrite(call[2]);
        if (!call.Holds(target, ObjectType.List)) return false;
        source = call.Db.PeekRaw(call[1]); // The other look-up may have removed an expired key, which ends handles.
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ListView from = ListView.Of(call, source);
        ReadOnlySpan<byte> text = from.Read(from.Seek(fromHead ? 0 : -1)).WriteText(scratch);
        call.Reply.Bulk(text);

        ListEdit to = ListEdit.Begin(call, ref target);
        to.Grow(text.Length, 1);
        to.Push(toHead, text);
        to.CommitOrStore(call, ref target, call[2]);
        call.Services.KeyChanged(call.Db, call[2]);
        call.Notify(EventClass.List, toHead ? "lpush" : "rpush", call[2]);
        ListValue.Take(call, call[1], call.Db.PeekRaw(call[1]), fromHead, 1);
        return true;
    }

    /// <summary>Source and destination are the same list: its element goes from one end to the other.</summary>
    private static void Turn(ref CommandContext call, EntryRef entry, bool fromHead, bool toHead)
    {
        ListEdit list = ListEdit.Begin(call, ref entry);
        ListpackElement element = list.View.Read(list.View.Seek(fromHead ? 0 : -1));
        int length = element.Length;
        byte[] text = ArrayPool<byte>.Shared.Rent(Math.Max(length, DecimalText.LongestBytes));
        element.CopyTo(text);
        list.DeleteEnd(fromHead);
        list.Grow(length, 1);
        list.Push(toHead, text.AsSpan(0, length));
        list.Shrink();
        list.Commit(ref entry);
        call.Reply.Bulk(text.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(text);
        call.Notify(EventClass.List, toHead ? "lpush" : "rpush", call[1]);
        call.Notify(EventClass.List, fromHead ? "lpop" : "rpop", call[1]);
        call.Changed(call[1]);
    }
}
