// XLEN, XRANGE, XREVRANGE: what reads a stream and changes nothing.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class StreamReads
{
    [Command("XLEN", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key",
        Summary = "Tells how many entries a stream has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void Length(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found) call.Reply.Integer(0);
        else if (call.Holds(entry, ObjectType.Stream)) call.Reply.Integer(StreamTree.FactsOf(entry.Root).Length);
    }

    [Command("XRANGE", arity: -4, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key start end [COUNT count:integer]",
        Summary = "Tells the entries of a stream from one id to another.", Complexity = "O(N) where N is the number of entries told; finding the first takes O(log(M)) for M entries in the stream.",
        History = ["6.2.0|Ids that are not to be told themselves."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Range(ref CommandContext call) => Range(ref call, reverse: false);

    [Command("XREVRANGE", arity: -4, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key end start [COUNT count:integer]",
        Summary = "Tells the entries of a stream from one id back to another.", Complexity = "O(N) where N is the number of entries told; finding the last takes O(log(M)) for M entries in the stream.",
        History = ["6.2.0|Ids that are not to be told themselves."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ReverseRange(ref CommandContext call) => Range(ref call, reverse: true);

    private static void Range(ref CommandContext call, bool reverse)
    {
        if (!StreamIdText.TryStart(call, reverse ? 3 : 2, out StreamId start) || !StreamIdText.TryEnd(call, reverse ? 2 : 3, out StreamId end)) return;
        long most = long.MaxValue;
        for (int i = 4; i < call.Count; i += 2)
        {
            if (i + 1 == call.Count || !call.Says(i, "COUNT"u8))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }

            if (!call.TryLong(i + 1, out most)) return;
            most = Math.Max(0, most);
        }

        EntryRef entry = call.Find(call[1]);
        if (!entry.Found) call.Reply.Array(0);
        else if (!call.Holds(entry, ObjectType.Stream)) return;
        else if (most == 0) call.Reply.NullArray(); // As Redis: no entries wanted is no array.
        else StreamReplies.Range(call.Reply, entry.Root, start, end, most, reverse);
    }
}
