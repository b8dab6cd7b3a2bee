// How the changes that reading makes to a consumer group are repeated elsewhere: not as the reads themselves, whose
// result depends on the moment, but as what they came to.
//
//   delivered      XCLAIM key group consumer 0 id TIME ms RETRYCOUNT n FORCE JUSTID LASTID id
//   read, NOACK    XGROUP SETID key group id ENTRIESREAD n
//   consumer made  XGROUP CREATECONSUMER key group consumer        (NOACK only: XCLAIM makes it by itself)
using System;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Says what changed in a group.</summary>
internal static class StreamPropagation
{
    /// <summary>An entry is pending for a consumer.</summary>
    public static void Claim(in CommandContext call, ReadOnlySpan<byte> key, StreamGroup group, in StreamPending pending)
    {
        Propagation also = call.Propagation;
        Span<byte> text = stackalloc byte[StreamId.LongestBytes];
        also.Also(call.Db.Index, 14);
        also.Add("XCLAIM"u8);
        also.Add(key);
        also.Add(group.Name);
        also.Add(pending.Consumer.Name);
        also.Add("0"u8);
        also.Add(pending.Id.Format(text));
        also.Add("TIME"u8);
        also.Add(pending.DeliveredMs);
        also.Add("RETRYCOUNT"u8);
        also.Add(pending.Deliveries);
        also.Add("FORCE"u8);
        also.Add("JUSTID"u8);
        also.Add("LASTID"u8);
        also.Add(group.LastId.Format(text));
    }

    /// <summary>A group has come to another id.</summary>
    public static void Position(in CommandContext call, ReadOnlySpan<byte> key, StreamGroup group)
    {
        Propagation also = call.Propagation;
        also.Also(call.Db.Index, 7);
        also.Add("XGROUP"u8);
        also.Add("SETID"u8);
        also.Add(key);
        also.Add(group.Name);
        also.Add(group.LastId.Format(stackalloc byte[StreamId.LongestBytes]));
        also.Add("ENTRIESREAD"u8);
        also.Add(group.EntriesRead);
    }

    /// <summary>A consumer was made.</summary>
    public static void Consumer(in CommandContext call, ReadOnlySpan<byte> key, StreamGroup group, StreamConsumer consumer)
    {
        Propagation also = call.Propagation;
        also.Also(call.Db.Index, 5);
        also.Add("XGROUP"u8);
        also.Add("CREATECONSUMER"u8);
        also.Add(key);
        also.Add(group.Name);
        also.Add(consumer.Name);
    }
}
