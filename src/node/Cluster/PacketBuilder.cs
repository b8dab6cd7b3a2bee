using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// Makes and sends this node's packets: the header that says how it stands, and the gossip about others.
/// As Redis: a PING carries a tenth of the nodes, at least three, picked at random, and every suspected one.
/// </summary>
internal sealed class PacketBuilder(ClusterState state)
{
    private const int MinimumGossip = 3;

    private readonly List<GossipEntry> _gossip = [];
    private readonly List<ExtensionData> _extensions = [];
    private ulong _sequence;
    private ulong _gossipRound;

    /// <summary>Sends PING, PONG or MEET.</summary>
    public void SendGossip(ClusterLink? link, PacketType type, Standing add = Standing.None)
    {
        if (link is not { Up: true }) return;
        if (!link.Inbound && type == PacketType.Ping && link.Node is { PingSent.Value: 0 } node) node.PingSent = state.Now;
        FillGossip();
        FillExtensions(link.Node);
        state.Outbox.Send(link, type, PacketWriter.Gossip(type, Header(add: add), _gossip, _extensions));
    }

    /// <summary>Sends an unasked PONG on every link: news that nobody should wait for.</summary>
    public void BroadcastPong()
    {
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!node.IsMyself && !node.InHandshake) SendGossip(node.Link, PacketType.Pong);
        }
    }

    public void BroadcastFail(ClusterNode failed)
    {
        Standing add = failed.FailedFast ? Standing.FastFailure : Standing.None;
        Broadcast(PacketType.Fail, PacketWriter.Fail(Header(add: add), failed.Id));
    }

    /// <summary>Asks all for their vote; those in <paramref name="silent"/>, who did not answer the last time, on both links.</summary>
    public void BroadcastVoteRequest(bool force, IReadOnlyList<ClusterNode> silent)
    {
        MessageFlags flags = force ? MessageFlags.ForceVote : MessageFlags.None;
        Broadcast(PacketType.VoteRequest, PacketWriter.Bare(PacketType.VoteRequest, Header(flags)));
        foreach (ClusterNode voter in silent)
            state.Outbox.Send(voter.InboundLink, PacketType.VoteRequest, PacketWriter.Bare(PacketType.VoteRequest, Header(flags)));
    }

    /// <summary>Votes. Who asks again may not have got our last vote, since our link to it may be dead unnoticed: it gets this one on its own link too.</summary>
    public void SendVote(ClusterNode candidate, bool again)
    {
        state.Outbox.Send(candidate.Link, PacketType.Vote, PacketWriter.Bare(PacketType.Vote, Header()));
        if (again) state.Outbox.Send(candidate.InboundLink, PacketType.Vote, PacketWriter.Bare(PacketType.Vote, Header()));
    }

    public void SendManualFailoverStart(ClusterNode primary) =>
        state.Outbox.Send(primary.Link, PacketType.ManualFailoverStart, PacketWriter.Bare(PacketType.ManualFailoverStart, Header()));

    /// <summary>Tells a node who owns slots that it takes for its own or for someone else's.</summary>
    public void SendUpdate(ClusterLink? link, ClusterNode owner)
    {
        Span<byte> slots = stackalloc byte[SlotSet.Bytes];
        state.Slots.WriteClaimed(owner, slots);
        state.Outbox.Send(link, PacketType.Update, PacketWriter.Update(Header(), owner.Id, owner.ConfigEpoch, slots));
    }

    /// <summary>Sends a published message to all nodes, or only to those of this node's shard.</summary>
    public void SendPublish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
        PacketType type = sharded ? PacketType.PublishShard : PacketType.Publish;
        byte[]? full = null, light = null;
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (node.IsMyself || node.InHandshake || (sharded && node.ShardId != state.Myself.ShardId)) continue;
            byte[] packet = (node.Flags & NodeFlags.LightHeaders) != 0
                ? light ??= PacketWriter.LightPublish(type, channel, message)
                : full ??= PacketWriter.Publish(type, Header(), channel, message);
            state.Outbox.Send(node.Link, type, packet);
        }
    }

    private void Broadcast(PacketType type, byte[] packet)
    {
        foreach (ClusterNode node in state.Nodes.Each)
        {
            if (!node.IsMyself && !node.InHandshake) state.Outbox.Send(node.Link, type, packet);
        }
    }

    private PacketHeader Header(MessageFlags flags = MessageFlags.None, Standing add = Standing.None)
    {
        ClusterNode me = state.Myself;
        ClusterNode owner = me is { IsReplica: true, Primary: { } primary } ? primary : me;
        ClusterSettings settings = state.Settings;
        bool tls = settings.TlsCluster;
        flags |= MessageFlags.ExtensionData;
        if (me.IsPrimary && state.ManualFailover.IsRunning) flags |= MessageFlags.Paused;
        return new PacketHeader
        {
            Sender = me.Id,
            Primary = me.Primary?.Id ?? default,
            Slots = owner.Slots.Bits,
            CurrentEpoch = state.CurrentEpoch,
            ConfigEpoch = owner.ConfigEpoch,
            Offset = state.Replication.Offset,
            Address = settings.AnnounceIp,
            Port = (ushort)(tls ? settings.AnnouncedTlsPort : settings.AnnouncedPort),
            OtherPort = (ushort)(tls ? settings.AnnouncedPort : settings.AnnouncedTlsPort),
            BusPort = (ushort)settings.AnnouncedBusPort,
            Flags = me.Flags | NodeFlags.LightHeaders | NodeFlags.Extensions,
            MessageFlags = flags,
            ClusterDown = !state.Healthy,
            Badge = new HexadBadge(MyStanding() | add, HistoryOf(state.Replication.History), state.Incarnation, ++_sequence),
        };
    }

    /// <summary>The part of a replication id that fits into a badge.</summary>
    internal static ulong HistoryOf(ReplicationId id)
    {
        Span<byte> text = stackalloc byte[HexId.TextLength];
        id.Value.Write(text);
        ulong history = 0;
        foreach (byte digit in text[..16]) history = (history << 4) | (uint)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        return history;
    }

    /// <summary>How this node stands, for its badge.</summary>
    public Standing MyStanding()
    {
        Standing standing = state.Stopping ? Standing.Stopping : Standing.None;
        if (state.Myself.IsPrimary)
            return standing | (HasNothing() ? Standing.Empty : Standing.None) | (state.IsElected ? Standing.Elected : Standing.None);
        if (!state.Replication.HasData) standing |= Standing.Empty;
        if (state.Replication.PrimaryLinkUp) standing |= Standing.InSync;
        if (Election.MayStand(state)) standing |= Standing.MayStand;
        return standing;
    }

    // A primary that is still loading its file does not know yet.
    private bool HasNothing() => state.Neighbours.HasNoKeys && !state.Replication.IsLoading;

    private void FillGossip()
    {
        _gossip.Clear();
        _gossipRound++;
        NodeTable nodes = state.Nodes;
        int fresh = nodes.Count - 2;
        int wanted = Math.Min(Math.Max(MinimumGossip, nodes.Count / 10), fresh);
        for (int tries = wanted * 3; tries > 0 && fresh > 0 && _gossip.Count < wanted; tries--)
        {
            ClusterNode node = nodes.Random(state.Dice);
            if (node.IsMyself || node.IsSuspected) continue;
            bool useless = node.InHandshake || !node.HasAddress || (node.Link is null && node.Slots.Count == 0);
            if (useless) fresh--;
            if (useless || node.GossipedIn == _gossipRound) continue;
            node.GossipedIn = _gossipRound;
            fresh--;
            _gossip.Add(EntryOf(node));
        }

        foreach (ClusterNode node in nodes.Each)
        {
            if (node is { IsSuspected: true, InHandshake: false, HasAddress: true }) _gossip.Add(EntryOf(node));
        }
    }

    private GossipEntry EntryOf(ClusterNode node)
    {
        bool tls = state.Settings.TlsCluster;
        return new GossipEntry(
            node.Id,
            (uint)(state.WallMs(node.PingSent) / 1000),
            (uint)(state.WallMs(node.PongReceived) / 1000),
            node.Address,
            (ushort)(tls ? node.TlsPort : node.Port),
            (ushort)(tls ? node.Port : node.TlsPort),
            (ushort)node.BusPort,
            node.Flags);
    }

    /// <summary>
    /// Host names go to everyone, as Redis 7.0 knows only them; the rest only to nodes that said that they know
    /// extensions, since Redis 7.0 logs a warning for each one it does not know.
    /// </summary>
    private void FillExtensions(ClusterNode? to)
    {
        _extensions.Clear();
        ClusterNode me = state.Myself;
        if (me.Hostname.Length > 0) _extensions.Add(ExtensionData.Hostname(me.Hostname));
        if (to is null || (to.Flags & NodeFlags.Extensions) == 0) return;
        if (me.HumanName.Length > 0) _extensions.Add(ExtensionData.HumanName(me.HumanName));
        state.Nodes.WriteForgotten(_extensions, state.Time.Wall);
        _extensions.Add(ExtensionData.Shard(me.ShardId));
    }
}
