// Publish and subscribe: who listens to what, and how a message reaches all who do.
//
//   PUBLISH ─▶ this node's subscribers ─┬─▶ the cluster's bus ─▶ every node's subscribers (SPUBLISH: the shard's)
//                                       └─▶ outside of cluster mode: the replicas, in the stream of writes
//
// A message is encoded once for all who get the same bytes; RESP3 differs from RESP2 in the first byte only. Messages go
// straight into the subscriber's output, past the reply that may be switched off. A message for the very client whose
// command causes it (RESP3 allows both) comes behind the reply of that command, or it would stand in the middle of it.
using System;
using System.Buffers.Text;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Wire;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>The channels of a node and their subscribers.</summary>
internal sealed class PubSubPart : IPart
{
    private const int SlotCheckMs = 100;
    private readonly Node _node;
    private readonly ChannelTable[] _tables;
    private readonly Dictionary<int, HashSet<Channel>> _shardChannelsBySlot = [];
    private readonly ReplyWriter _writer;
    private readonly OutputQueue _behind;
    private readonly List<Session> _tooLong = [];
    private byte[] _message = new byte[256];
    private int _length;
    private MonotonicMs _nextSlotCheck;

    public PubSubPart(Node node, Dice dice)
    {
        _node = node;
        var comparer = new NameComparer(dice);
        _tables = [new ChannelTable(comparer), new ChannelTable(comparer), new ChannelTable(comparer)];
        _behind = new OutputQueue(node.Segments);
        _writer = new ReplyWriter(_behind, node.Segments);
        node.Sessions.Ended += (session, ended) =>
        {
            if (ended) Forget(session);
        };
        if (node.Cluster is not { } cluster) return;
        cluster.Published = Deliver;
        cluster.Machine.Slots.Released = DropSlot;
    }

    /// <summary>The channels of a kind.</summary>
    public ChannelTable Table(ChannelKind kind) => _tables[(int)kind];

    /// <inheritdoc/>
    public MonotonicMs NextWake => _shardChannelsBySlot.Count > 0 ? _nextSlotCheck : new MonotonicMs(long.MaxValue);

    /// <inheritdoc/>
    public void Start()
    {
    }

    /// <summary>Looks whether the shard's channels are still those of this node's shard: a replica may have gone to another.</summary>
    public void Tick()
    {
        if (_shardChannelsBySlot.Count == 0 || _node.Now.Monotonic < _nextSlotCheck) return;
        _nextSlotCheck = _node.Now.Monotonic + SlotCheckMs;
        List<int>? lost = null;
        foreach (int slot in _shardChannelsBySlot.Keys)
            if (!_node.Cluster!.Router.IsOfShard(slot)) (lost ??= []).Add(slot);
        if (lost is null) return;
        foreach (int slot in lost) DropSlot(slot);
    }

    /// <summary>Subscribes a session and says so; having subscribed already changes nothing.</summary>
    public void Subscribe(Session session, ChannelKind kind, ReadOnlySpan<byte> name, ReplyWriter reply)
    {
        ChannelTable table = Table(kind);
        Channel? channel = table.Find(name);
        if (channel is null)
        {
            int slot = kind == ChannelKind.Shard && _node.Cluster is not null ? SlotIndex.Of(name).Value : -1;
            channel = table.Add(name, slot);
            if (slot >= 0) AddToSlot(channel);
        }

        Subscriptions subscriptions = session.Subscriptions ??= new Subscriptions();
        if (!subscriptions.Of(kind).ContainsKey(channel)) subscriptions.Of(kind).Add(channel, channel.Subscribers.AddLast(session));
        session.Flags |= SessionFlags.PubSub;
        Tell(reply, SubscribeWord(kind), channel.Name, subscriptions.AnsweredCount(kind));
    }

    /// <summary>Ends a subscription, if there is one, and says so.</summary>
    public void Unsubscribe(Session session, ChannelKind kind, ReadOnlySpan<byte> name, ReplyWriter reply)
    {
        if (session.Subscriptions is { } subscriptions && Table(kind).Find(name) is { } channel && subscriptions.Of(kind).TryGetValue(channel, out LinkedListNode<Session>? place))
        {
            subscriptions.Of(kind).Remove(channel);
            Leave(kind, channel, place);
            if (subscriptions.IsEmpty) session.Flags &= ~SessionFlags.PubSub;
        }

        Tell(reply, UnsubscribeWord(kind), name, session.Subscriptions?.AnsweredCount(kind) ?? 0);
    }

    /// <summary>Ends all subscriptions of a kind, and says so for each, or once that there were none.</summary>
    public void UnsubscribeAll(Session session, ChannelKind kind, ReplyWriter reply)
    {
        int before = session.Subscriptions?.Count(kind) ?? 0;
        if (before == 0)
        {
            reply.Push(3);
            reply.Bulk(UnsubscribeWord(kind));
            reply.Null();
            reply.Integer(session.Subscriptions?.AnsweredCount(kind) ?? 0);
            return;
        }

        foreach (Channel channel in new List<Channel>(session.Subscriptions!.Of(kind).Keys)) Unsubscribe(session, kind, channel.Name, reply);
    }

    /// <summary>Ends all subscriptions of a session without a word.</summary>
    public void Forget(Session session)
    {
        if (session.Subscriptions is not { } subscriptions) return;
        foreach (ChannelKind kind in (ReadOnlySpan<ChannelKind>)[ChannelKind.Channel, ChannelKind.Pattern, ChannelKind.Shard])
        {
            foreach ((Channel channel, LinkedListNode<Session> place) in subscriptions.Of(kind)) Leave(kind, channel, place);
            subscriptions.Of(kind).Clear();
        }

        session.Subscriptions = null;
        session.Flags &= ~SessionFlags.PubSub;
    }

    /// <summary>Publishes a message to everybody who may have subscribed, here and on other nodes; returns how many got it here.</summary>
    public int Publish(ReadOnlySpan<byte> name, ReadOnlySpan<byte> message, bool sharded)
    {
        int receivers = Send(name, message, sharded);
        _node.Cluster?.Publish(name, message, sharded);
        return receivers;
    }

    /// <summary>Gives a message to the subscribers of this node; returns how many got it.</summary>
    public int Send(ReadOnlySpan<byte> name, ReadOnlySpan<byte> message, bool sharded)
    {
        int receivers = 0;
        if (Table(sharded ? ChannelKind.Shard : ChannelKind.Channel).Find(name) is { } channel)
        {
            Encode(sharded ? "smessage"u8 : "message"u8, default, name, message);
            receivers += SendEncoded(channel);
        }

        ChannelTable patterns = Table(ChannelKind.Pattern);
        if (!sharded && patterns.Count > 0)
        {
            foreach (Channel pattern in patterns.All)
            {
                if (!Glob.Matches(pattern.Name, name)) continue;
                Encode("pmessage"u8, pattern.Name, name, message);
                receivers += SendEncoded(pattern);
            }
        }

        CloseTooLong();
        return receivers;
    }

    /// <summary>A command of the session has ended: what was published to itself meanwhile follows its reply.</summary>
    public void CommandEnded(Session session)
    {
        if (_behind.IsEmpty) return;
        if (session.Link is { } link && !session.IsClosing)
        {
            link.Output.TakeAll(_behind);
            _node.Host.Flush(link);
        }
        else
        {
            _behind.Clear();
        }
    }

    /// <summary>
    /// A slot changes hands: its channels have no subscribers here any more, and they are told, so that they look for the
    /// new owner. As Redis: within a shard too, by a failover.
    /// </summary>
    public void DropSlot(int slot)
    {
        if (!_shardChannelsBySlot.Remove(slot, out HashSet<Channel>? channels)) return;
        foreach (Channel channel in channels)
        {
            foreach (Session session in new List<Session>(channel.Subscribers))
            {
                Subscriptions subscriptions = session.Subscriptions!;
                subscriptions.Of(ChannelKind.Shard).Remove(channel);
                if (subscriptions.IsEmpty) session.Flags &= ~SessionFlags.PubSub;
                ReplyWriter writer = Turn(session);
                Tell(writer, "sunsubscribe"u8, channel.Name, subscriptions.Count(ChannelKind.Shard));
                Sent(session);
            }

            Table(ChannelKind.Shard).Remove(channel);
        }

        CloseTooLong();
    }

    private void Deliver(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded) => Send(channel, message, sharded);

    private void Leave(ChannelKind kind, Channel channel, LinkedListNode<Session> place)
    {
        channel.Subscribers.Remove(place);
        if (channel.Subscribers.Count > 0) return;
        Table(kind).Remove(channel);
        if (channel.Slot < 0 || !_shardChannelsBySlot.TryGetValue(channel.Slot, out HashSet<Channel>? channels)) return;
        channels.Remove(channel);
        if (channels.Count == 0) _shardChannelsBySlot.Remove(channel.Slot);
    }

    private void AddToSlot(Channel channel)
    {
        if (!_shardChannelsBySlot.TryGetValue(channel.Slot, out HashSet<Channel>? channels)) _shardChannelsBySlot.Add(channel.Slot, channels = []);
        channels.Add(channel);
    }

    private int SendEncoded(Channel channel)
    {
        ReadOnlySpan<byte> message = _message.AsSpan(0, _length);
        foreach (Session session in channel.Subscribers)
        {
            _message[0] = session.Resp3 ? (byte)'>' : (byte)'*';
            Turn(session).Raw(message);
            Sent(session);
        }

        return channel.Subscribers.Count;
    }

    // The writer for a session: its output, or what will follow the reply of the command that it runs.
    private ReplyWriter Turn(Session session)
    {
        _writer.TurnTo(IsRunning(session) ? _behind : session.Link!.Output, session.Resp3);
        return _writer;
    }

    private void Sent(Session session)
    {
        if (IsRunning(session)) return;
        Link link = session.Link!;
        _node.Host.Flush(link);
        if (link.Output.Length >= _node.Sessions.WatchedOutputBytes) _tooLong.Add(session);
    }

    private bool IsRunning(Session session) => _node.Dispatcher.Depth > 0 && ReferenceEquals(_node.Dispatcher.Outermost, session);

    // Ending a session changes the tables, so it waits until they have been walked over.
    private void CloseTooLong()
    {
        if (_tooLong.Count == 0) return;
        foreach (Session session in _tooLong) _node.Sessions.CheckOutput(session);
        _tooLong.Clear();
    }

    private static void Tell(ReplyWriter reply, ReadOnlySpan<byte> what, ReadOnlySpan<byte> name, int count)
    {
        reply.Push(3);
        reply.Bulk(what);
        reply.Bulk(name);
        reply.Integer(count);
    }

    private void Encode(ReadOnlySpan<byte> what, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> name, ReadOnlySpan<byte> message)
    {
        bool hasPattern = what.Length > 0 && what[0] == 'p';
        _length = 0;
        Room(4);
        (hasPattern ? "*4\r\n"u8 : "*3\r\n"u8).CopyTo(_message);
        _length = 4;
        Word(what);
        if (hasPattern) Word(pattern);
        Word(name);
        Word(message);
    }

    private void Word(ReadOnlySpan<byte> word)
    {
        Room(word.Length + 16);
        _message[_length++] = (byte)'$';
        Utf8Formatter.TryFormat(word.Length, _message.AsSpan(_length), out int digits);
        _length += digits;
        "\r\n"u8.CopyTo(_message.AsSpan(_length));
        word.CopyTo(_message.AsSpan(_length + 2));
        "\r\n"u8.CopyTo(_message.AsSpan(_length + 2 + word.Length));
        _length += word.Length + 4;
    }

    private void Room(int size)
    {
        const int Kept = 1 << 20;
        if (_length == 0 && _message.Length > Kept) _message = new byte[256];
        if (_message.Length - _length < size) Array.Resize(ref _message, Math.Max(_message.Length * 2, checked(_length + size)));
    }

    private static ReadOnlySpan<byte> SubscribeWord(ChannelKind kind) =>
        kind == ChannelKind.Channel ? "subscribe"u8 : kind == ChannelKind.Pattern ? "psubscribe"u8 : "ssubscribe"u8;

    private static ReadOnlySpan<byte> UnsubscribeWord(ChannelKind kind) =>
        kind == ChannelKind.Channel ? "unsubscribe"u8 : kind == ChannelKind.Pattern ? "punsubscribe"u8 : "sunsubscribe"u8;
}
