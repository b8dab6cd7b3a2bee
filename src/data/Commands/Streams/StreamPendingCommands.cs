// XPENDING, XCLAIM, XAUTOCLAIM: entries that were given to consumers and not acknowledged are told, and given to others.
//
// Whoever claims an entry that was deleted meanwhile does not get it, and it is pending no longer.
using System;
using System.Collections.Generic;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class StreamPendingCommands
{
    private const long DefaultClaims = 100;
    private const long LooksPerClaim = 10;
    private const long GreatestClaims = long.MaxValue / 16;

    /// <summary>What XCLAIM is to note about the entries.</summary>
    private ref struct Claim
    {
        public int IdsEnd;
        public long MinIdleMs;
        public long DeliveredMs;
        public long Deliveries;
        public bool Forces;
        public bool JustIds;
        public StreamId LastId;
    }

    [Command("XPENDING", arity: -3, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key group [filters:{[IDLE min-idle-time:integer^6.2.0] start end count:integer [consumer]}]",
        Summary = "Tells what is pending in a group: a summary, or entry by entry.", Complexity = "O(N) where N is the number of entries told; O(M) for a summary where M is the number of consumers.",
        History = ["6.2.0|IDLE, and ids that are not to be told themselves."],
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Pending(ref CommandContext call)
    {
        if (call.Count != 3 && call.Count is < 6 or > 9)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        long most = 0, minIdleMs = 0;
        StreamId start = default, end = default;
        int at = 3;
        if (call.Count >= 6)
        {
            if (call.Says(3, "IDLE"u8))
            {
                if (!call.TryLong(4, out minIdleMs)) return;
                if (call.Count < 8)
                {
                    call.Reply.Error(ErrorReplies.Syntax);
                    return;
                }

                at = 5;
            }

            if (!call.TryLong(at + 2, out most) || !StreamIdText.TryStart(call, at, out start) || !StreamIdText.TryEnd(call, at + 1, out end)) return;
        }

        if (!StreamKey.TryFindGroup(call, out _, out StreamGroup group)) return;
        if (call.Count == 3) Summary(call.Reply, group);
        else TellPending(call, group, at + 3 < call.Count ? at + 3 : 0, start, end, most, minIdleMs);
    }

    [Command("XCLAIM", arity: -6, Flags.Write | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key group consumer min-idle-time id+ [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID lastid]",
        Summary = "Gives pending entries to another consumer.", Complexity = "O(log(N)) for each entry where N is the number of pending entries.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void ClaimIds(ref CommandContext call)
    {
        if (!StreamKey.TryFindGroup(call, out EntryRef entry, out StreamGroup group) || !TryOptions(call, out Claim claim)) return;
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        call.Propagation.Nothing();
        CollectionEdit edit = call.Db.Edit(ref entry);
        nint root = edit.Root;
        bool tellsPosition = claim.LastId > group.LastId;
        if (tellsPosition) groups.SetPosition(root, group, claim.LastId, group.EntriesRead);
        bool made = StreamConsumers.TryMake(call, root, group, call[3], out StreamConsumer consumer);
        groups.Touch(root, consumer, call.Now.Value, consumer.ActiveMs);
        long told = 0;
        call.Reply.BeginCounted();
        for (int i = 5; i < claim.IdsEnd; i++)
        {
            StreamIdText.TryParse(call[i], 0, out StreamId id);
            bool wasPending = group.TryFindPending(id, out StreamPending pending);
            if (!StreamTree.Contains(root, id))
            {
                if (!wasPending) continue;
                Forget(call, root, group, pending);
                tellsPosition = false;
            }
            else if (wasPending ? call.Now.Value - pending.DeliveredMs >= claim.MinIdleMs || claim.MinIdleMs == 0 : claim.Forces)
            {
                long deliveries = wasPending ? pending.Deliveries : 1;
                deliveries = claim.Deliveries >= 0 ? claim.Deliveries : claim.JustIds ? deliveries : deliveries + 1;
                Give(call, root, group, consumer, id, claim.DeliveredMs, deliveries);
                if (claim.JustIds) StreamReplies.Id(call.Reply, id);
                else StreamReplies.TryEntry(call.Reply, root, id);
                told++;
                tellsPosition = false;
            }
        }

        if (tellsPosition)
        {
            StreamPropagation.Position(call, call[1], group);
            call.Services.Changes++;
        }

        call.Reply.EndCountedArray(told);
        edit.Commit(ref entry);
        if (made) StreamConsumers.Made(call, call[1]);
    }

    [Command("XAUTOCLAIM", arity: -6, Flags.Write | Flags.Fast, Group.Stream, since: "6.2.0",
        syntax: "key:key group consumer min-idle-time start [COUNT count:integer] [JUSTID]",
        Summary = "Gives entries that have been pending for long to another consumer, a few at a time.", Complexity = "O(1) if COUNT is small.",
        History = ["7.0.0|Entries that were deleted are told in a third array and are pending no longer."],
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void ClaimIdle(ref CommandContext call)
    {
        if (!call.TryLong(4, out long minIdleMs, ErrorReplies.MinIdleOfXAutoClaim) || !StreamIdText.TryStart(call, 5, out StreamId start)) return;
        if (!TryAutoOptions(call, out long most, out bool justIds) || !StreamKey.TryFindGroup(call, out EntryRef entry, out StreamGroup group)) return;
        List<StreamId> claimed = call.Services.ClaimedIds, deleted = call.Services.DeletedIds;
        claimed.Clear();
        deleted.Clear();
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        long now = call.Now.Value;
        call.Propagation.Nothing();
        CollectionEdit edit = call.Db.Edit(ref entry);
        nint root = edit.Root;
        bool made = StreamConsumers.TryMake(call, root, group, call[3], out StreamConsumer consumer);
        groups.Touch(root, consumer, now, consumer.ActiveMs);
        bool hasMore = true;
        for (long looks = most * LooksPerClaim; looks > 0 && most > 0 && hasMore && group.TryPendingFrom(start, out StreamPending pending); looks--)
        {
            hasMore = pending.Id.TryNext(out start);
            if (!StreamTree.Contains(root, pending.Id))
            {
                Forget(call, root, group, pending);
                deleted.Add(pending.Id);
                most--;
            }
            else if (now - pending.DeliveredMs >= minIdleMs || minIdleMs <= 0)
            {
                Give(call, root, group, consumer, pending.Id, now, justIds ? pending.Deliveries : pending.Deliveries + 1);
                claimed.Add(pending.Id);
                most--;
            }
        }

        call.Reply.Array(3);
        StreamReplies.Id(call.Reply, hasMore && group.TryPendingFrom(start, out StreamPending next) ? next.Id : StreamId.Zero);
        call.Reply.Array(claimed.Count);
        foreach (StreamId id in claimed)
        {
            if (justIds) StreamReplies.Id(call.Reply, id);
            else StreamReplies.TryEntry(call.Reply, root, id);
        }

        call.Reply.Array(deleted.Count);
        foreach (StreamId id in deleted) StreamReplies.Id(call.Reply, id);
        edit.Commit(ref entry);
        if (made) StreamConsumers.Made(call, call[1]);
    }

    private static void Summary(ReplyWriter reply, StreamGroup group)
    {
        reply.Array(4);
        reply.Integer(group.PendingCount);
        if (group.PendingCount == 0)
        {
            reply.Null();
            reply.Null();
            reply.NullArray();
            return;
        }

        StreamReplies.Id(reply, group.FirstPending);
        StreamReplies.Id(reply, group.LastPending);
        int busy = 0;
        for (int i = 0; i < group.ConsumerCount; i++)
            if (group.ConsumerAt(i).PendingCount > 0) busy++;
        reply.Array(busy);
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            if (consumer.PendingCount == 0) continue;
            reply.Array(2);
            reply.Bulk(consumer.Name);
            reply.BulkInteger(consumer.PendingCount);
        }
    }

    private static void TellPending(in CommandContext call, StreamGroup group, int consumerAt, StreamId start, StreamId end, long most, long minIdleMs)
    {
        StreamConsumer consumer = consumerAt == 0 ? default : group.FindConsumer(call[consumerAt]);
        if (consumerAt != 0 && !consumer.Found)
        {
            call.Reply.Array(0);
            return;
        }

        long told = 0;
        bool hasMore = true;
        call.Reply.BeginCounted();
        while (told < most && hasMore && (consumer.Found ? group.TryPendingFrom(consumer, start, out StreamPending pending) : group.TryPendingFrom(start, out pending)))
        {
            if (pending.Id > end) break;
            hasMore = pending.Id.TryNext(out start);
            long idleMs = call.Now.Value - pending.DeliveredMs;
            if (minIdleMs != 0 && idleMs < minIdleMs) continue;
            told++;
            call.Reply.Array(4);
            StreamReplies.Id(call.Reply, pending.Id);
            call.Reply.Bulk(pending.Consumer.Name);
            call.Reply.Integer(Math.Max(0, idleMs));
            call.Reply.Integer(pending.Deliveries);
        }

        call.Reply.EndCountedArray(told);
    }

    private static bool TryOptions(in CommandContext call, out Claim claim)
    {
        claim = new Claim { DeliveredMs = -1, Deliveries = -1, IdsEnd = 5 };
        if (!call.TryLong(4, out claim.MinIdleMs, ErrorReplies.MinIdleOfXClaim)) return false;
        claim.MinIdleMs = Math.Max(0, claim.MinIdleMs);
        while (claim.IdsEnd < call.Count && StreamIdText.TryParse(call[claim.IdsEnd], 0, out _)) claim.IdsEnd++;
        long now = call.Now.Value;
        for (int i = claim.IdsEnd; i < call.Count; i++)
        {
            bool more = i + 1 < call.Count;
            if (call.Says(i, "FORCE"u8)) claim.Forces = true;
            else if (call.Says(i, "JUSTID"u8)) claim.JustIds = true;
            else if (more && call.Says(i, "IDLE"u8))
            {
                if (!call.TryLong(++i, out long idleMs, ErrorReplies.IdleOfXClaim)) return false;
                claim.DeliveredMs = unchecked(now - idleMs);
            }
            else if (more && call.Says(i, "TIME"u8))
            {
                if (!call.TryLong(++i, out claim.DeliveredMs, ErrorReplies.TimeOfXClaim)) return false;
            }
            else if (more && call.Says(i, "RETRYCOUNT"u8))
            {
                if (!call.TryLong(++i, out claim.Deliveries, ErrorReplies.RetryCountOfXClaim)) return false;
            }
            else if (more && call.Says(i, "LASTID"u8))
            {
                if (!StreamIdText.TryId(call, ++i, out claim.LastId)) return false;
            }
            else
            {
                call.Reply.Error(ErrorReplies.OptionOfXClaim(ErrorReplies.UpToZero(call[i])));
                return false;
            }
        }

        // A time that cannot be is taken for now: clients compute it from clocks of their own.
        if (claim.DeliveredMs < 0 || claim.DeliveredMs > now) claim.DeliveredMs = now;
        return true;
    }

    private static bool TryAutoOptions(in CommandContext call, out long most, out bool justIds)
    {
        (most, justIds) = (DefaultClaims, false);
        for (int i = 6; i < call.Count; i++)
        {
            if (i + 1 < call.Count && call.Says(i, "COUNT"u8))
            {
                if (!call.TryLong(++i, out most, ErrorReplies.UpperCountNotPositive)) return false;
                if (most is >= 1 and <= GreatestClaims) continue;
                call.Reply.Error(ErrorReplies.UpperCountNotPositive);
                return false;
            }

            if (!call.Says(i, "JUSTID"u8))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }

            justIds = true;
        }

        most = Math.Min(most, long.MaxValue / LooksPerClaim);
        return true;
    }

    /// <summary>An entry that is not there any more is no longer pending.</summary>
    private static void Forget(in CommandContext call, nint root, StreamGroup group, in StreamPending pending)
    {
        StreamPropagation.Claim(call, call[1], group, pending);
        call.Services.Databases.Collections.Streams.Groups.Acknowledge(root, group, pending.Id);
        call.Services.Changes++;
    }

    private static void Give(in CommandContext call, nint root, StreamGroup group, StreamConsumer consumer, StreamId id, long deliveredMs, long deliveries)
    {
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        groups.Deliver(root, group, consumer, id, deliveredMs, deliveries);
        groups.Touch(root, consumer, consumer.SeenMs, call.Now.Value);
        group.TryFindPending(id, out StreamPending pending);
        StreamPropagation.Claim(call, call[1], group, pending);
        call.Services.Changes++;
    }
}
