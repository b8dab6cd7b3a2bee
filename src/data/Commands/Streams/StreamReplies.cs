// How streams are told to clients.
using System;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>Writes ids and entries.</summary>
internal static class StreamReplies
{
    /// <summary>An id as a bulk string.</summary>
    public static void Id(ReplyWriter reply, StreamId id) => reply.Bulk(id.Format(stackalloc byte[StreamId.LongestBytes]));

    /// <summary>The entry at which a reader stands: its id, and an array of fields and values; the caller adds <paramref name="more"/> elements.</summary>
    public static void Entry(ReplyWriter reply, ref StreamReader reader, int more = 0)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        reply.Array(2 + more);
        Id(reply, reader.Id);
        reply.Array(reader.FieldCount * 2);
        for (long left = reader.FieldCount; left > 0; left--)
        {
            reader.ReadField(out ListpackElement field, out ListpackElement value);
            reply.Bulk(field.WriteText(scratch));
            reply.Bulk(value.WriteText(scratch));
        }
    }

    /// <summary>One entry; false, and nothing written, when it is not there.</summary>
    public static bool TryEntry(ReplyWriter reply, nint root, StreamId id, int more = 0)
    {
        var reader = new StreamReader(root, id, id);
        if (!reader.MoveNext()) return false;
        Entry(reply, ref reader, more);
        return true;
    }

    /// <summary>An array of the entries of a range, at most <paramref name="most"/>.</summary>
    public static void Range(ReplyWriter reply, nint root, StreamId start, StreamId end, long most, bool reverse)
    {
        long count = 0;
        var reader = new StreamReader(root, start, end, reverse);
        reply.BeginCounted();
        while (count < most && reader.MoveNext())
        {
            Entry(reply, ref reader);
            count++;
        }

        reply.EndCountedArray(count);
    }

    /// <summary>How many entries there are from an id on, looking at <paramref name="most"/> at most.</summary>
    public static long Count(nint root, StreamId start, long most)
    {
        if (start <= StreamTree.FactsOf(root).FirstId) return Math.Min(most, StreamTree.FactsOf(root).Length);
        long count = 0;
        var reader = new StreamReader(root, start, StreamId.Max);
        while (count < most && reader.MoveNext()) count++;
        return count;
    }
}
