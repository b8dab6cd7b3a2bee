using System;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What commands on lists have in common: finding one, taking elements from an end.</summary>
internal static class ListValue
{
    /// <summary>Reads LEFT or RIGHT; if the word is neither, replies so and returns false.</summary>
    public static bool TryEnd(in CommandContext call, int index, out bool isHead)
    {
        isHead = call.Says(index, "LEFT"u8);
        if (isHead || call.Says(index, "RIGHT"u8)) return true;
        call.Reply.Error(ErrorReplies.Syntax);
        return false;
    }

    /// <summary>Replies <paramref name="count"/> elements, which are there, in the order in which they are taken from an end; the header is the caller's.</summary>
    public static void ReplyEnd(in CommandContext call, EntryRef entry, bool atHead, long count)
    {
        ListView list = ListView.Of(call, entry);
        if (count == 1) ListView.Put(call.Reply, list.Read(list.End(atHead)));
        else if (atHead) list.Reply(call.Reply, 0, count);
        else list.ReplyBackwards(call.Reply, count);
    }

    /// <summary>Takes <paramref name="count"/> elements, which are there, from one end, and the key away with the last; tells those who listen.</summary>
    public static void Take(in CommandContext call, ReadOnlySpan<byte> key, EntryRef entry, bool atHead, long count)
    {
        long before = ListView.Of(call, entry).Count;
        bool isLast = before == count;
        if (!isLast)
        {
            ListEdit edit = ListEdit.Begin(call, ref entry);
            if (count == 1) edit.DeleteEnd(atHead);
            else edit.DeleteRange(atHead ? 0 : before - count, count);
            edit.Shrink();
            edit.Commit(ref entry);
        }

        call.Notify(EventClass.List, atHead ? "lpop" : "rpop", key);
        if (isLast) Drop(call, key, entry);
        call.Services.Changes += count - 1;
        call.Changed(key);
    }

    /// <summary>Removes a key whose last element went, and tells those who listen.</summary>
    public static void Drop(in CommandContext call, ReadOnlySpan<byte> key, EntryRef entry)
    {
        call.Db.Delete(entry);
        call.Notify(EventClass.Generic, "del", key);
    }

    /// <summary>Says that what a blocking or many-keyed pop came to is to be repeated as LPOP or RPOP.</summary>
    public static void RepeatPop(in CommandContext call, ReadOnlySpan<byte> key, bool atHead, long? count)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, count is null ? 2 : 3);
        instead.Add(atHead ? "LPOP"u8 : "RPOP"u8);
        instead.Add(key);
        if (count is not null) instead.Add(count.Value);
    }
}
