// Commands that only look at a list.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class ListReads
{
    [Command("LLEN", arity: 2, Flags.ReadOnly | Flags.Fast, Group.List, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells how many elements a list has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void LLen(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (call.Holds(entry, ObjectType.List)) call.Reply.Integer(entry.Found ? ListView.Of(call, entry).Count : 0);
    }

    [Command("LINDEX", arity: 3, Flags.ReadOnly, Group.List, since: "1.0.0",
        syntax: "key:key index:integer",
        Summary = "Tells the element with an index.",
        Complexity = "O(N) where N is the number of elements between the index and the nearer end.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void LIndex(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (!entry.Found)
        {
            call.Reply.Null();
            return;
        }

        if (!call.TryLong(2, out long index)) return;
        ListView list = ListView.Of(call, entry);
        ListSpot spot = list.Seek(index);
        if (spot.Exists) ListView.Put(call.Reply, list.Read(spot));
        else call.Reply.Null();
    }

    [Command("LRANGE", arity: 4, Flags.ReadOnly, Group.List, since: "1.0.0",
        syntax: "key:key start:integer stop:integer",
        Summary = "Tells the elements from one index to another.",
        Complexity = "O(S+N) where S is the distance of the start from the nearer end and N is the number of elements in the range.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void LRange(ref CommandContext call)
    {
        if (!call.TryLong(2, out long start) || !call.TryLong(3, out long stop)) return;
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (!entry.Found)
        {
            call.Reply.Array(0);
            return;
        }

        ListView list = ListView.Of(call, entry);
        (start, long count) = Clip(list.Count, start, stop);
        call.Reply.Array(count);
        list.Reply(call.Reply, start, count);
    }

    [Command("LPOS", arity: -3, Flags.ReadOnly, Group.List, since: "6.0.6",
        syntax: "key:key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]",
        Summary = "Tells at which indexes an element stands.",
        Complexity = "O(N) where N is the number of elements that are looked at, at most MAXLEN.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void LPos(ref CommandContext call)
    {
        if (!TryPositionOptions(ref call, out long rank, out long count, out long most)) return;
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.List)) return;
        if (entry.Found) ReplyPositions(ref call, ListView.Of(call, entry), rank, count, most);
        else if (count >= 0) call.Reply.Array(0);
        else call.Reply.Null();
    }

    /// <summary>The part of a list of this length that is meant by two indexes, of which negative ones count from the end.</summary>
    internal static (long Start, long Count) Clip(long length, long start, long stop)
    {
        if (start < 0) start = Math.Max(0, start + length);
        if (stop < 0) stop += length;
        stop = Math.Min(stop, length - 1);
        return start > stop || start >= length ? (0, 0) : (start, stop - start + 1);
    }

    private static bool TryPositionOptions(ref CommandContext call, out long rank, out long count, out long most)
    {
        (rank, count, most) = (1, -1, 0);
        for (int i = 3; i < call.Count; i += 2)
        {
            bool hasValue = i + 1 < call.Count;
            if (hasValue && call.Says(i, "RANK"u8))
            {
                if (!TryRank(ref call, i + 1, out rank)) return false;
            }
            else if (hasValue && call.Says(i, "COUNT"u8))
            {
                if (!TryNotNegative(ref call, i + 1, out count, ErrorReplies.LposCount)) return false;
            }
            else if (hasValue && call.Says(i, "MAXLEN"u8))
            {
                if (!TryNotNegative(ref call, i + 1, out most, ErrorReplies.LposMaxlen)) return false;
            }
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        return true;
    }

    private static bool TryRank(ref CommandContext call, int index, out long rank)
    {
        if (!call.TryLong(index, out rank)) return false;
        if (rank is not (0 or long.MinValue)) return true;
        call.Reply.Error(rank == 0 ? ErrorReplies.LposRank : ErrorReplies.LongRange);
        return false;
    }

    private static bool TryNotNegative(ref CommandContext call, int index, out long value, ReadOnlySpan<byte> error)
    {
        if (!call.TryLong(index, out value, error)) return false;
        if (value >= 0) return true;
        call.Reply.Error(error);
        return false;
    }

    /// <summary>Replies the index of one match, or with a <paramref name="count"/> (0: all) of several.</summary>
    private static void ReplyPositions(ref CommandContext call, scoped ListView list, long rank, long count, long most)
    {
        var needle = new ListNeedle(call[2]);
        bool backwards = rank < 0;
        long passed = 0, found = 0, toSkip = Math.Abs(rank) - 1, length = list.Count;
        if (count >= 0) call.Reply.BeginCounted();
        for (ListSpot spot = list.Seek(backwards ? -1 : 0); spot.Exists && (most == 0 || passed < most); spot = backwards ? list.Previous(spot) : list.Next(spot), passed++)
        {
            if (!needle.Is(list.Read(spot)) || toSkip-- > 0) continue;
            call.Reply.Integer(backwards ? length - passed - 1 : passed);
            found++;
            if (count != 0 && found >= count) break;
        }

        if (count >= 0) call.Reply.EndCountedArray(found);
        else if (found == 0) call.Reply.Null();
    }
}
