// Commands of publishers and subscribers.
using System;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class PubSubCommands
{
    [Command("SUBSCRIBE", arity: -2, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.0.0",
        syntax: "channel+", Summary = "Listens to channels.", Complexity = "O(N) where N is the number of channels.")]
    internal static void Subscribe(ref CommandContext call, Session session) => Subscribe(ref call, session, ChannelKind.Channel);

    [Command("PSUBSCRIBE", arity: -2, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.0.0",
        syntax: "pattern:pattern+", Summary = "Listens to the channels whose names match patterns.", Complexity = "O(N) where N is the number of patterns.")]
    internal static void PatternSubscribe(ref CommandContext call, Session session) => Subscribe(ref call, session, ChannelKind.Pattern);

    [Command("SSUBSCRIBE", arity: -2, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "7.0.0",
        syntax: "shardchannel+", Summary = "Listens to channels of the shard.", Complexity = "O(N) where N is the number of channels.")]
    [Key(1, KeyFlags.NotKey, Last = -1)]
    internal static void ShardSubscribe(ref CommandContext call, Session session)
    {
        if (call.MayBlock) Subscribe(ref call, session, ChannelKind.Shard);
        else call.Reply.Error("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"u8);
    }

    [Command("UNSUBSCRIBE", arity: -1, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.0.0",
        syntax: "[channel+]", Summary = "Listens no more to channels, or to any.", Complexity = "O(N) where N is the number of channels.")]
    internal static void Unsubscribe(ref CommandContext call, Session session) => Unsubscribe(ref call, session, ChannelKind.Channel);

    [Command("PUNSUBSCRIBE", arity: -1, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.0.0",
        syntax: "[pattern:pattern+]", Summary = "Listens no more to patterns, or to any.", Complexity = "O(N) where N is the number of patterns.")]
    internal static void PatternUnsubscribe(ref CommandContext call, Session session) => Unsubscribe(ref call, session, ChannelKind.Pattern);

    [Command("SUNSUBSCRIBE", arity: -1, Flags.PubSub | Flags.NoScript | Flags.Loading | Flags.Stale, Group.PubSub, since: "7.0.0",
        syntax: "[shardchannel+]", Summary = "Listens no more to channels of the shard, or to any.", Complexity = "O(N) where N is the number of channels.")]
    [Key(1, KeyFlags.NotKey, Last = -1)]
    internal static void ShardUnsubscribe(ref CommandContext call, Session session) => Unsubscribe(ref call, session, ChannelKind.Shard);

    [Command("PUBLISH", arity: 3, Flags.PubSub | Flags.Loading | Flags.Stale | Flags.Fast | Flags.MayReplicate, Group.PubSub, since: "2.0.0",
        syntax: "channel message", Summary = "Sends a message to a channel.",
        Complexity = "O(N+M) where N is the number of the channel's subscribers and M the number of patterns.")]
    internal static void Publish(ref CommandContext call, Session session) => Publish(ref call, session, sharded: false);

    [Command("SPUBLISH", arity: 3, Flags.PubSub | Flags.Loading | Flags.Stale | Flags.Fast | Flags.MayReplicate, Group.PubSub, since: "7.0.0",
        syntax: "shardchannel message", Summary = "Sends a message to a channel of the shard.",
        Complexity = "O(N) where N is the number of the channel's subscribers.")]
    [Key(1, KeyFlags.NotKey)]
    internal static void ShardPublish(ref CommandContext call, Session session) => Publish(ref call, session, sharded: true);

    private static void Subscribe(ref CommandContext call, Session session, ChannelKind kind)
    {
        // What says that one listens is as much out of turn as the messages are: it comes even if replies are switched off.
        for (int i = 1; i < call.Count; i++) session.Node.PubSub.Subscribe(session, kind, call[i], session.Node.Dispatcher.PushTo(session));
    }

    private static void Unsubscribe(ref CommandContext call, Session session, ChannelKind kind)
    {
        ReplyWriter reply = session.Node.Dispatcher.PushTo(session);
        if (call.Count == 1) session.Node.PubSub.UnsubscribeAll(session, kind, reply);
        for (int i = 1; i < call.Count; i++) session.Node.PubSub.Unsubscribe(session, kind, call[i], reply);
    }

    private static void Publish(ref CommandContext call, Session session, bool sharded)
    {
        int receivers = session.Node.PubSub.Publish(call[1], call[2], sharded);
        if (session.Node.Cluster is null)
        {
            call.Propagation.Instead(call.Db.Index, 3, PropagationTarget.Replicas);
            for (int i = 0; i < 3; i++) call.Propagation.Add(call[i]);
        }

        call.Reply.Integer(receivers);
    }
}

/// <summary>PUBSUB: what is subscribed to.</summary>
[Command("PUBSUB", arity: -2, Flags.None, Group.PubSub, since: "2.8.0",
    Summary = "A container for commands about channels.", Complexity = "Depends on subcommand.")]
internal static class PubSubIntrospection
{
    [Command("PUBSUB|CHANNELS", arity: -2, Flags.PubSub | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.8.0",
        syntax: "[pattern:pattern]", Summary = "Lists the channels that have subscribers.", Complexity = "O(N) where N is the number of channels.")]
    internal static void Channels(ref CommandContext call, Session session) => List(ref call, session, ChannelKind.Channel);

    [Command("PUBSUB|SHARDCHANNELS", arity: -2, Flags.PubSub | Flags.Loading | Flags.Stale, Group.PubSub, since: "7.0.0",
        syntax: "[pattern:pattern]", Summary = "Lists the channels of the shard that have subscribers.", Complexity = "O(N) where N is the number of channels.")]
    internal static void ShardChannels(ref CommandContext call, Session session) => List(ref call, session, ChannelKind.Shard);

    [Command("PUBSUB|NUMSUB", arity: -2, Flags.PubSub | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.8.0",
        syntax: "[channel+]", Summary = "Counts the subscribers of channels.", Complexity = "O(N) where N is the number of asked channels.")]
    internal static void Subscribers(ref CommandContext call, Session session) => Count(ref call, session, ChannelKind.Channel);

    [Command("PUBSUB|SHARDNUMSUB", arity: -2, Flags.PubSub | Flags.Loading | Flags.Stale, Group.PubSub, since: "7.0.0",
        syntax: "[shardchannel+]", Summary = "Counts the subscribers of channels of the shard.", Complexity = "O(N) where N is the number of asked channels.")]
    internal static void ShardSubscribers(ref CommandContext call, Session session) => Count(ref call, session, ChannelKind.Shard);

    [Command("PUBSUB|NUMPAT", arity: 2, Flags.PubSub | Flags.Loading | Flags.Stale, Group.PubSub, since: "2.8.0",
        Summary = "Counts the patterns that have subscribers.", Complexity = "O(1)")]
    internal static void Patterns(ref CommandContext call, Session session) => call.Reply.Integer(session.Node.PubSub.Table(ChannelKind.Pattern).Count);

    [Command("PUBSUB|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.PubSub, since: "6.2.0",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "PUBSUB",
    [
        "CHANNELS [<pattern>]", "    Channels with subscribers (default: all of them).",
        "NUMPAT", "    How many patterns have subscribers.",
        "NUMSUB [<channel> ...]", "    How many subscribers each channel has, those of patterns not counted.",
        "SHARDCHANNELS [<pattern>]", "    Channels of the shard with subscribers (default: all of them).",
        "SHARDNUMSUB [<shardchannel> ...]", "    How many subscribers each channel of the shard has.",
    ]);

    private static void List(ref CommandContext call, Session session, ChannelKind kind)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
            return;
        }

        int count = 0;
        call.Reply.BeginCounted();
        foreach (Channel channel in session.Node.PubSub.Table(kind).All)
        {
            if (call.Count == 3 && !Glob.Matches(call[2], channel.Name)) continue;
            call.Reply.Bulk(channel.Name);
            count++;
        }

        call.Reply.EndCountedArray(count);
    }

    private static void Count(ref CommandContext call, Session session, ChannelKind kind)
    {
        call.Reply.Array((call.Count - 2) * 2);
        for (int i = 2; i < call.Count; i++)
        {
            call.Reply.Bulk(call[i]);
            call.Reply.Integer(session.Node.PubSub.Table(kind).Find(call[i])?.Subscribers.Count ?? 0);
        }
    }
}
