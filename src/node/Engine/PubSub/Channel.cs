using System;
using System.Collections.Generic;

namespace Hexad.Engine;

/// <summary>What can be subscribed to.</summary>
internal enum ChannelKind
{
    /// <summary>A channel of the whole cluster (SUBSCRIBE).</summary>
    Channel,

    /// <summary>A pattern over the names of such channels (PSUBSCRIBE).</summary>
    Pattern,

    /// <summary>A channel of one shard, bound to the slot of its name (SSUBSCRIBE).</summary>
    Shard,
}

/// <summary>A channel or pattern that somebody has subscribed to.</summary>
internal sealed class Channel(byte[] name, int slot)
{
    public readonly byte[] Name = name;

    /// <summary>The slot of a shard's channel in cluster mode, else -1.</summary>
    public readonly int Slot = slot;

    /// <summary>In the order in which they subscribed.</summary>
    public readonly LinkedList<Session> Subscribers = [];
}

/// <summary>What one session has subscribed to.</summary>
internal sealed class Subscriptions
{
    private readonly Dictionary<Channel, LinkedListNode<Session>>[] _byKind = [[], [], []];

    /// <summary>The subscriptions of a kind, each with the session's place among the subscribers.</summary>
    public Dictionary<Channel, LinkedListNode<Session>> Of(ChannelKind kind) => _byKind[(int)kind];

    /// <summary>How many of a kind there are.</summary>
    public int Count(ChannelKind kind) => _byKind[(int)kind].Count;

    /// <summary>The number that (un)subscribing to a kind answers with: channels and patterns count together.</summary>
    public int AnsweredCount(ChannelKind kind) =>
        kind == ChannelKind.Shard ? Count(kind) : Count(ChannelKind.Channel) + Count(ChannelKind.Pattern);

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Count(ChannelKind.Channel) + Count(ChannelKind.Pattern) + Count(ChannelKind.Shard) == 0;
}

/// <summary>The channels of one kind by their names.</summary>
internal sealed class ChannelTable(NameComparer comparer)
{
    private readonly Dictionary<byte[], Channel> _byName = new(comparer);

    /// <summary>How many are subscribed to.</summary>
    public int Count => _byName.Count;

    /// <summary>All of them, in no order.</summary>
    public Dictionary<byte[], Channel>.ValueCollection All => _byName.Values;

    /// <summary>The channel of this name, or null when nobody has subscribed to it.</summary>
    public Channel? Find(ReadOnlySpan<byte> name) =>
        _byName.Count > 0 && _byName.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out Channel? channel) ? channel : null;

    /// <summary>Adds a channel that is not there.</summary>
    public Channel Add(ReadOnlySpan<byte> name, int slot)
    {
        var channel = new Channel(name.ToArray(), slot);
        _byName.Add(channel.Name, channel);
        return channel;
    }

    /// <summary>Takes away a channel that has no subscriber any more.</summary>
    public void Remove(Channel channel) => _byName.Remove(channel.Name);
}
