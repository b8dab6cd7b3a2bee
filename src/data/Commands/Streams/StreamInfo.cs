// XINFO: what is known about a stream, its groups and their consumers.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

[Command("XINFO", arity: -2, Flags.None, Group.Stream, since: "5.0.0",
    Summary = "A container for commands that tell about streams.", Complexity = "Depends on subcommand.")]
internal static class StreamInfo
{
    private const long DefaultEntries = 10;

    [Command("XINFO|STREAM", arity: -3, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key [full-block:{FULL [COUNT count:integer]}]",
        Summary = "Tells what is known about a stream.", Complexity = "O(1), and O(N) for the shape of the index where N is the number of its nodes",
        History = ["6.0.0|FULL.", "7.0.0|max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag.", "7.2.0|active-time, and what seen-time means."])]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Stream(ref CommandContext call)
    {
        if (!TryFind(call, out EntryRef entry)) return;
        bool isFull = call.Count > 3;
        long most = DefaultEntries;
        if (isFull && (call.Count is not 4 and not 6 || !call.Says(3, "FULL"u8) || (call.Count == 6 && !call.Says(4, "COUNT"u8))))
        {
            call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
            return;
        }

        if (call.Count == 6 && !call.TryLong(5, out most)) return;
        if (most < 0) most = DefaultEntries;
        if (most == 0) most = long.MaxValue;
        Facts(call.Reply, entry.Root, isFull ? 9 : 10);
        if (isFull) Contents(call.Reply, entry.Root, most);
        else Ends(call.Reply, entry.Root);
    }

    [Command("XINFO|GROUPS", arity: 3, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key",
        Summary = "Tells what is known about the groups of a stream.", Complexity = "O(N) where N is the number of groups.",
        History = ["7.0.0|entries-read and lag."])]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Groups(ref CommandContext call)
    {
        if (!TryFind(call, out EntryRef entry)) return;
        ReplyWriter reply = call.Reply;
        reply.Array(StreamGroups.CountOf(entry.Root));
        for (int i = 0; i < StreamGroups.CountOf(entry.Root); i++)
        {
            StreamGroup group = StreamGroups.At(entry.Root, i);
            reply.Map(6);
            reply.Bulk("name"u8);
            reply.Bulk(group.Name);
            reply.Bulk("consumers"u8);
            reply.Integer(group.ConsumerCount);
            reply.Bulk("pending"u8);
            reply.Integer(group.PendingCount);
            Position(reply, entry.Root, group);
        }
    }

    [Command("XINFO|CONSUMERS", arity: 4, Flags.ReadOnly, Group.Stream, since: "5.0.0",
        syntax: "key:key group",
        Summary = "Tells what is known about the consumers of a group.", Complexity = "O(N) where N is the number of consumers.",
        History = ["7.2.0|inactive, and what idle means."],
        Tips = "nondeterministic_output")]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Consumers(ref CommandContext call)
    {
        if (!TryFind(call, out EntryRef entry)) return;
        StreamGroup group = StreamGroups.Find(entry.Root, call[3]);
        if (!group.Found)
        {
            call.Reply.Error(ErrorReplies.NoGroupOfKey(ErrorReplies.UpToZero(call[3]), ErrorReplies.UpToZero(call[2])));
            return;
        }

        long now = call.Now.Value;
        call.Reply.Array(group.ConsumerCount);
        for (int i = 0; i < group.ConsumerCount; i++)
        {
            StreamConsumer consumer = group.ConsumerAt(i);
            call.Reply.Map(4);
            call.Reply.Bulk("name"u8);
            call.Reply.Bulk(consumer.Name);
            call.Reply.Bulk("pending"u8);
            call.Reply.Integer(consumer.PendingCount);
            call.Reply.Bulk("idle"u8);
            call.Reply.Integer(Math.Max(0, now - consumer.SeenMs));
            call.Reply.Bulk("inactive"u8);
            call.Reply.Integer(consumer.ActiveMs == StreamConsumer.NeverActive ? StreamConsumer.NeverActive : now - consumer.ActiveMs);
        }
    }

    [Command("XINFO|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Stream, since: "5.0.0",
        Summary = "Tells what the subcommands are.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call) => HelpText.Write(call.Reply, "XINFO",
    [
        "CONSUMERS <key> <groupname>",
        "    Tell about the consumers of a group.",
        "GROUPS <key>",
        "    Tell about the groups of a stream.",
        "STREAM <key> [FULL [COUNT <count>]]",
        "    Tell about a stream.",
    ]);

    private static bool TryFind(in CommandContext call, out EntryRef entry)
    {
        entry = call.Find(call[2]);
        if (entry.Found) return call.Holds(entry, ObjectType.Stream);
        call.Reply.Error(ErrorReplies.NoSuchKey);
        return false;
    }

    private static void Facts(ReplyWriter reply, nint root, int pairs)
    {
        ref readonly StreamFacts facts = ref StreamTree.FactsOf(root);
        reply.Map(pairs);
        reply.Bulk("length"u8);
        reply.Integer(facts.Length);
        reply.Bulk("radix-tree-keys"u8);
        reply.Integer(StreamTree.NodeCountOf(root));
        reply.Bulk("radix-tree-nodes"u8);
        var shape = new RadixShape();
        StreamTree.VisitNodes(root, ref shape);
        reply.Integer(shape.NodeCount);
        reply.Bulk("last-generated-id"u8);
        StreamReplies.Id(reply, facts.LastId);
        reply.Bulk("max-deleted-entry-id"u8);
        StreamReplies.Id(reply, facts.MaxDeletedId);
        reply.Bulk("entries-added"u8);
        reply.Integer(facts.EntriesAdded);
        reply.Bulk("recorded-first-entry-id"u8);
        StreamReplies.Id(reply, facts.FirstId);
    }

    private static void Ends(ReplyWriter reply, nint root)
    {
        reply.Bulk("groups"u8);
        reply.Integer(StreamGroups.CountOf(root));
        reply.Bulk("first-entry"u8);
        Edge(reply, root, reverse: false);
        reply.Bulk("last-entry"u8);
        Edge(reply, root, reverse: true);
    }

    private static void Edge(ReplyWriter reply, nint root, bool reverse)
    {
        var reader = new StreamReader(root, StreamId.Zero, StreamId.Max, reverse);
        if (reader.MoveNext()) StreamReplies.Entry(reply, ref reader);
        else reply.Null();
    }

    private static void Contents(ReplyWriter reply, nint root, long most)
    {
        reply.Bulk("entries"u8);
        StreamReplies.Range(reply, root, StreamId.Zero, StreamId.Max, most, reverse: false);
        reply.Bulk("groups"u8);
        reply.Array(StreamGroups.CountOf(root));
        for (int i = 0; i < StreamGroups.CountOf(root); i++)
        {
            StreamGroup group = StreamGroups.At(root, i);
            reply.Map(7);
            reply.Bulk("name"u8);
            reply.Bulk(group.Name);
            Position(reply, root, group);
            reply.Bulk("pel-count"u8);
            reply.Integer(group.PendingCount);
            reply.Bulk("pending"u8);
            Pending(reply, group, default, most);
            reply.Bulk("consumers"u8);
            reply.Array(group.ConsumerCount);
            for (int j = 0; j < group.ConsumerCount; j++) Consumer(reply, group, group.ConsumerAt(j), most);
        }
    }

    private static void Position(ReplyWriter reply, nint root, StreamGroup group)
    {
        reply.Bulk("last-delivered-id"u8);
        StreamReplies.Id(reply, group.LastId);
        reply.Bulk("entries-read"u8);
        if (group.EntriesRead == StreamGroup.UnknownEntriesRead) reply.Null();
        else reply.Integer(group.EntriesRead);
        reply.Bulk("lag"u8);
        if (StreamCounters.TryLag(StreamTree.FactsOf(root), group, out long lag)) reply.Integer(lag);
        else reply.Null();
    }

    private static void Consumer(ReplyWriter reply, StreamGroup group, StreamConsumer consumer, long most)
    {
        reply.Map(5);
        reply.Bulk("name"u8);
        reply.Bulk(consumer.Name);
        reply.Bulk("seen-time"u8);
        reply.Integer(consumer.SeenMs);
        reply.Bulk("active-time"u8);
        reply.Integer(consumer.ActiveMs);
        reply.Bulk("pel-count"u8);
        reply.Integer(consumer.PendingCount);
        reply.Bulk("pending"u8);
        Pending(reply, group, consumer, most);
    }

    /// <summary>What is pending, in the whole group with whom it is pending for, or for one consumer without.</summary>
    private static void Pending(ReplyWriter reply, StreamGroup group, StreamConsumer consumer, long most)
    {
        long count = Math.Min(most, consumer.Found ? consumer.PendingCount : group.PendingCount);
        reply.Array(count);
        StreamId start = StreamId.Zero;
        for (; count > 0; count--)
        {
            bool found = consumer.Found ? group.TryPendingFrom(consumer, start, out StreamPending pending) : group.TryPendingFrom(start, out pending);
            Invariant.That(found);
            reply.Array(consumer.Found ? 3 : 4);
            StreamReplies.Id(reply, pending.Id);
            if (!consumer.Found) reply.Bulk(pending.Consumer.Name);
            reply.Integer(pending.DeliveredMs);
            reply.Integer(pending.Deliveries);
            pending.Id.TryNext(out start);
        }
    }
}
