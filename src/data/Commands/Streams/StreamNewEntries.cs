// XREAD and XREADGROUP: what came into streams after an id, or after what a group was given, waited for if need be.
//
// "$" means what comes from now on: a call that waits is kept with the id that it meant when it came. "+" means the last
// entry that is there, and where there is none the first that comes (Redis 7.4, Valkey 8).
// With ">" a group gets new entries, which are then pending for the consumer; with an id it tells the consumer again
// what is pending for it. With CLAIM it first takes over what has been pending for long, whoever it was given to, the
// longest first; a call that waits is run again when the next one has been. None of this is propagated as it came: see
// StreamPropagation.cs.
using System;
using System.Collections.Generic;
using Hexad.Keyspace;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class StreamNewEntries
{
    /// <summary>The options of a call, and where its keys and ids stand.</summary>
    private ref struct Plan
    {
        public bool IsGroup;
        public bool Waits;
        public bool NoAcknowledgement;
        public bool Claims;
        public long MinIdleMs;
        public long TimeoutMs;
        public long Most;
        public int GroupAt;
        public int KeysAt;
        public int Streams;
    }

    [Command("XREAD", arity: -4, Flags.ReadOnly | Flags.Blocking, Group.Stream, since: "5.0.0",
        syntax: "[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS streams:{key:key+ id+}",
        Summary = "Tells the entries of streams after an id each, and waits for some if there are none.", Complexity = "O(N) for each stream where N is the number of entries told.",
        History = ["7.4.0|The id +."])]
    [Key("STREAMS", KeyFlags.ReadOnly | KeyFlags.Access, StartFrom = 1, Last = -1, Limit = 2)]
    internal static void Read(ref CommandContext call) => Read(call, isGroup: false);

    [Command("XREADGROUP", arity: -7, Flags.Write | Flags.Blocking, Group.Stream, since: "5.0.0",
        syntax: "GROUP group-block:{group consumer} [COUNT count:integer] [BLOCK milliseconds:integer] [CLAIM min-idle-time:integer] [NOACK] STREAMS streams:{key:key+ id+}",
        Summary = "Gives a consumer new entries of its group, or tells it again what is pending for it.", Complexity = "O(M) for each stream where M is the number of entries told; O(log(N)) more for each where N is the number of pending entries, O(N) with CLAIM.",
        History = ["8.4.0|CLAIM."])]
    [Key("STREAMS", KeyFlags.ReadOnly | KeyFlags.Access, StartFrom = 4, Last = -1, Limit = 2)]
    internal static void ReadGroup(ref CommandContext call)
    {
        call.Propagation.Nothing();
        Read(call, isGroup: true);
    }

    private static void Read(in CommandContext call, bool isGroup)
    {
        var plan = new Plan { IsGroup = isGroup };
        if (!TryOptions(call, ref plan)) return;
        for (int i = 0; i < plan.Streams; i++)
            if (!TryStream(call, plan, i)) return;
        long served = 0, againInMs = long.MaxValue;
        for (int i = 0; i < plan.Streams; i++)
        {
            EntryRef entry = call.Find(call[plan.KeysAt + i]);
            if (!entry.Found) continue;
            if (isGroup ? GiveGroup(call, plan, i, ref entry, isFirst: served == 0, ref againInMs) : TellNew(call, plan, i, entry.Root, isFirst: served == 0)) served++;
        }

        if (served > 0) call.Reply.EndCountedPairs(served);
        else if (plan.Waits) Wait(call, plan, againInMs);
        else call.Reply.NullArray();
    }

    private static bool TryOptions(in CommandContext call, ref Plan plan)
    {
        for (int i = 1; i < call.Count && plan.KeysAt == 0; i++)
        {
            int more = call.Count - i - 1;
            if (more > 0 && call.Says(i, "BLOCK"u8))
            {
                plan.Waits = true;
                if (!call.TryTimeoutMs(++i, out plan.TimeoutMs)) return false;
            }
            else if (more > 0 && call.Says(i, "COUNT"u8))
            {
                if (!call.TryLong(++i, out plan.Most)) return false;
            }
            else if (more > 0 && call.Says(i, "STREAMS"u8))
            {
                if (more % 2 != 0) return Refuse(call, ErrorReplies.UnbalancedStreams(call.Row.FullName, plan.IsGroup ? '>' : '$'));
                plan.KeysAt = i + 1;
                plan.Streams = more / 2;
            }
            else if (more > 1 && call.Says(i, "GROUP"u8))
            {
                if (!plan.IsGroup) return Refuse(call, ErrorReplies.GroupOfXRead);
                plan.GroupAt = i + 1;
                i += 2;
            }
            else if (more > 0 && call.Says(i, "CLAIM"u8))
            {
                if (!plan.IsGroup) return Refuse(call, ErrorReplies.ClaimOfXRead);
                plan.Claims = true;
                if (!call.TryLong(++i, out plan.MinIdleMs, ErrorReplies.MinIdleNotAnInteger)) return false;
                if (plan.MinIdleMs < 0) return Refuse(call, ErrorReplies.MinIdleNegative);
            }
            else if (call.Says(i, "NOACK"u8))
            {
                if (!plan.IsGroup) return Refuse(call, ErrorReplies.NoAckOfXRead);
                plan.NoAcknowledgement = true;
            }
            else return Refuse(call, ErrorReplies.Syntax);
        }

        if (plan.Most <= 0) plan.Most = long.MaxValue;
        if (plan.KeysAt == 0) return Refuse(call, ErrorReplies.Syntax);
        return !plan.IsGroup || plan.GroupAt > 0 || Refuse(call, ErrorReplies.MissingGroup);
    }

    /// <summary>Whether key, group and id of a stream are right; if not, replies so.</summary>
    private static bool TryStream(in CommandContext call, in Plan plan, int index)
    {
        ReadOnlySpan<byte> key = call[plan.KeysAt + index], id = call[plan.KeysAt + plan.Streams + index];
        EntryRef entry = call.Find(key);
        if (entry.Found && !call.Holds(entry, ObjectType.Stream)) return false;
        if (plan.IsGroup && (!entry.Found || !StreamGroups.Find(entry.Root, call[plan.GroupAt]).Found))
            return Refuse(call, ErrorReplies.NoGroupToRead(ErrorReplies.UpToZero(key), ErrorReplies.UpToZero(call[plan.GroupAt])));
        if (id.SequenceEqual("$"u8)) return !plan.IsGroup || Refuse(call, ErrorReplies.DollarOfGroup);
        if (id.SequenceEqual("+"u8)) return !plan.IsGroup || Refuse(call, ErrorReplies.PlusOfGroup);
        if (id.SequenceEqual(">"u8)) return plan.IsGroup || Refuse(call, ErrorReplies.GreaterOfXRead);
        return StreamIdText.TryId(call, plan.KeysAt + plan.Streams + index, out _);
    }

    /// <summary>The id after which a stream is read, the greatest for new entries of a group.</summary>
    private static StreamId After(in CommandContext call, in Plan plan, int index, nint root)
    {
        ReadOnlySpan<byte> text = call[plan.KeysAt + plan.Streams + index];
        if (text.SequenceEqual(">"u8)) return StreamId.Max;
        if (text.SequenceEqual("$"u8)) return root == 0 ? StreamId.Zero : StreamTree.FactsOf(root).LastId;
        if (text.SequenceEqual("+"u8))
        {
            if (root != 0 && StreamTree.LastIdOf(root).TryPrevious(out StreamId beforeLast)) return beforeLast;
            return StreamId.Zero;
        }

        StreamIdText.TryParse(text, 0, out StreamId id);
        return id;
    }

    private static bool TellNew(in CommandContext call, in Plan plan, int index, nint root, bool isFirst)
    {
        StreamId after = After(call, plan, index, root);
        if (StreamTree.FactsOf(root).Length == 0 || StreamTree.LastIdOf(root) <= after) return false;
        after.TryNext(out StreamId start);
        Begin(call, plan, index, isFirst);
        long count = StreamReplies.Count(root, start, plan.Most);
        call.Reply.Array(count);
        var reader = new StreamReader(root, start, StreamId.Max);
        for (; count > 0 && reader.MoveNext(); count--) StreamReplies.Entry(call.Reply, ref reader);
        return true;
    }

    private static bool GiveGroup(in CommandContext call, in Plan plan, int index, ref EntryRef entry, bool isFirst, ref long againInMs)
    {
        ReadOnlySpan<byte> key = call[plan.KeysAt + index];
        CollectionEdit edit = call.Db.Edit(ref entry);
        nint root = edit.Root;
        StreamGroup group = StreamGroups.Find(root, call[plan.GroupAt]);
        StreamId after = After(call, plan, index, root);
        bool isHistory = after != StreamId.Max;
        bool hasNew = StreamTree.FactsOf(root).Length > 0 && StreamTree.LastIdOf(root) > group.LastId;
        List<StreamPending> claimable = call.Services.Claimable;
        claimable.Clear();
        if (plan.Claims && !isHistory) SelectClaimable(call, plan, root, group, claimable, ref againInMs);
        bool isServed = isHistory || hasNew || claimable.Count > 0;
        bool made = StreamConsumers.TryMake(call, root, group, call[plan.GroupAt + 1], out StreamConsumer consumer);
        if (made && plan.NoAcknowledgement) StreamPropagation.Consumer(call, key, group, consumer);
        call.Services.Databases.Collections.Streams.Groups.Touch(root, consumer, call.Now.Value, consumer.ActiveMs);
        if (isServed)
        {
            Begin(call, plan, index, isFirst);
            (isHistory ? after : group.LastId).TryNext(out StreamId start);
            if (isHistory) TellPending(call, plan, root, group, consumer, start);
            else
            {
                long count = hasNew ? StreamReplies.Count(root, start, plan.Most - claimable.Count) : 0;
                call.Reply.Array(claimable.Count + count);
                GiveClaimable(call, key, root, group, consumer, claimable);
                if (count > 0) GiveNew(call, plan, key, root, group, consumer, start, count);
            }

            call.Services.Changes++;
        }

        edit.Commit(ref entry);
        if (made) StreamConsumers.Made(call, key);
        return isServed;
    }

    private static void Begin(in CommandContext call, in Plan plan, int index, bool isFirst)
    {
        if (isFirst) call.Reply.BeginCounted();
        call.Reply.Pair();
        call.Reply.Bulk(call[plan.KeysAt + index]);
    }

    private static void TellPending(in CommandContext call, in Plan plan, nint root, StreamGroup group, StreamConsumer consumer, StreamId start)
    {
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        call.Reply.Array(consumer.CountPendingFrom(start, plan.Most));
        for (long left = plan.Most; left > 0 && group.TryPendingFrom(consumer, start, out StreamPending pending); left--)
        {
            if (StreamReplies.TryEntry(call.Reply, root, pending.Id))
            {
                groups.Deliver(root, group, consumer, pending.Id, call.Now.Value, pending.Deliveries + 1);
            }
            else
            {
                call.Reply.Array(2);
                StreamReplies.Id(call.Reply, pending.Id);
                call.Reply.NullArray();
            }

            if (!pending.Id.TryNext(out start)) return;
        }
    }

    /// <summary>Selects what has been pending for long enough and is still there, the longest first, and tells in how long there may be more.</summary>
    private static void SelectClaimable(in CommandContext call, in Plan plan, nint root, StreamGroup group, List<StreamPending> claimable, ref long againInMs)
    {
        long now = call.Now.Value;
        long next = group.SelectDeliveredBy(now - plan.MinIdleMs, claimable);
        if (next != long.MaxValue && plan.MinIdleMs <= long.MaxValue - Math.Max(0, next)) againInMs = Math.Min(againInMs, Math.Max(1, next + plan.MinIdleMs - now));
        claimable.RemoveAll(pending => !StreamTree.Contains(root, pending.Id));
        claimable.Sort(static (a, b) => a.DeliveredMs != b.DeliveredMs ? a.DeliveredMs.CompareTo(b.DeliveredMs) : a.Id.CompareTo(b.Id));
        if (claimable.Count > plan.Most) claimable.RemoveRange((int)plan.Most, claimable.Count - (int)plan.Most);
    }

    private static void GiveClaimable(in CommandContext call, ReadOnlySpan<byte> key, nint root, StreamGroup group, StreamConsumer consumer, List<StreamPending> claimable)
    {
        if (claimable.Count == 0) return;
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        long now = call.Now.Value;
        foreach (StreamPending pending in claimable)
        {
            StreamReplies.TryEntry(call.Reply, root, pending.Id, more: 2);
            call.Reply.Integer(now - pending.DeliveredMs);
            call.Reply.Integer(pending.Deliveries);
            groups.Deliver(root, group, consumer, pending.Id, now, pending.Deliveries + 1);
            group.TryFindPending(pending.Id, out StreamPending given);
            StreamPropagation.Claim(call, key, group, given);
        }

        groups.Touch(root, consumer, now, now);
    }

    private static void GiveNew(in CommandContext call, in Plan plan, ReadOnlySpan<byte> key, nint root, StreamGroup group, StreamConsumer consumer, StreamId start, long count)
    {
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        ref readonly StreamFacts facts = ref StreamTree.FactsOf(root);
        long now = call.Now.Value;
        var reader = new StreamReader(root, start, StreamId.Max);
        for (long left = count; left > 0 && reader.MoveNext(); left--)
        {
            groups.SetPosition(root, group, reader.Id, StreamCounters.AfterReading(facts, reader.Id, group.EntriesRead));
            StreamReplies.Entry(call.Reply, ref reader, more: plan.Claims ? 2 : 0);
            if (plan.Claims)
            {
                // As Redis: what comes for the first time has not been idle, and was given to nobody.
                call.Reply.Integer(0);
                call.Reply.Integer(0);
            }

            if (plan.NoAcknowledgement) continue;
            groups.Deliver(root, group, consumer, reader.Id, now, 1);
            group.TryFindPending(reader.Id, out StreamPending pending);
            StreamPropagation.Claim(call, key, group, pending);
        }

        if (plan.NoAcknowledgement) StreamPropagation.Position(call, key, group);
        else if (count > 0) groups.Touch(root, consumer, now, now);
    }

    /// <summary>Waits for any of the streams, with the ids that <c>$</c> and <c>+</c> stand for now.</summary>
    private static void Wait(in CommandContext call, in Plan plan, long againInMs)
    {
        var ranges = new ArgumentRange[call.Count];
        int length = 0;
        for (int i = 0; i < call.Count; i++) length += Math.Max(call[i].Length, StreamId.LongestBytes);
        var bytes = new byte[length];
        int at = 0;
        for (int i = 0; i < call.Count; i++)
        {
            ReadOnlySpan<byte> word = call[i];
            int stream = i - plan.KeysAt - plan.Streams;
            if (stream >= 0 && (word.SequenceEqual("$"u8) || word.SequenceEqual("+"u8)))
            {
                EntryRef entry = call.Db.Peek(call[plan.KeysAt + stream]);
                word = After(call, plan, stream, entry.Found ? entry.Root : 0).Format(bytes.AsSpan(at));
            }
            else word.CopyTo(bytes.AsSpan(at));

            ranges[i] = new ArgumentRange(at, word.Length);
            at += word.Length;
        }

        var kept = new CommandContext(call.Services, call.Row, new Arguments(bytes, ranges), call.Reply, call.Db);
        kept.Block(ObjectType.Stream, plan.KeysAt, plan.Streams, plan.TimeoutMs, alsoWithoutKey: plan.IsGroup, againInMs);
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
