using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// One node's part in the cluster: gossip, failure detection, elections, slots, nodes.conf. Deterministic and pure: what
/// comes in is a time stamp and a thing that happened, what goes out are calls of <see cref="IClusterEffects"/>.
///
/// A step: take the time and the replication status, do what the input asks, then, once, what it left to do: elect,
/// work out the cluster's health, tell replication where to go, save nodes.conf. Whatever must not be known before
/// nodes.conf is on disk waits in the outbox.
/// </summary>
public sealed class ClusterMachine
{
    private const int TellingMs = 100;
    private const int LeastTickMs = 20;
    private const int MostTickMs = 100;
    private const ulong MaxEpoch = 1UL << 62;

    private readonly ClusterState _state;
    private readonly SlotClaims _claims;
    private readonly FailureDetector _failures;
    private readonly GossipReader _gossip;
    private readonly Handshake _handshake;
    private readonly Election _election;
    private readonly Ballot _ballot;
    private readonly ClusterHealth _health;
    private readonly ReplicaMigration _migration;
    private readonly HandOver _handOver;
    private readonly Comeback _comeback;
    private readonly Operator _operator;
    private readonly long[] _received = new long[PacketTypes.Count];
    private bool _started;
    private Standing _toldStanding;
    private MonotonicMs _nextTelling;

    /// <summary>Makes a machine that has not started: call <see cref="Start"/> first.</summary>
    public ClusterMachine(ClusterSettings settings, Dice dice, IClusterEffects effects, IClusterNeighbours neighbours)
        : this(settings, dice, effects, neighbours, new InjectedBugs())
    {
    }

    internal ClusterMachine(
        ClusterSettings settings, Dice dice, IClusterEffects effects, IClusterNeighbours neighbours, InjectedBugs bugs)
    {
        _state = new ClusterState(settings, dice, effects, neighbours, bugs);
        _claims = new SlotClaims(_state);
        _failures = new FailureDetector(_state);
        _gossip = new GossipReader(_state, _failures, _claims);
        _handshake = new Handshake(_state, _failures, _gossip);
        _election = new Election(_state, _claims);
        _ballot = new Ballot(_state);
        _comeback = new Comeback(_state);
        _health = new ClusterHealth(_state, _comeback);
        _migration = new ReplicaMigration(_state, _claims);
        _handOver = new HandOver(_state);
        _operator = new Operator(_state, _claims, _election, _handshake);
    }

    public ClusterNode Myself => _state.Myself;
    public NodeTable Nodes => _state.Nodes;
    public SlotMap Slots => _state.Slots;
    public ulong CurrentEpoch => _state.CurrentEpoch;
    public ulong LastVoteEpoch => _state.LastVoteEpoch;

    /// <summary>Whether the cluster works in this node's eyes.</summary>
    public bool IsHealthy => _state.Healthy;

    /// <summary>Which version nodes.conf has; it is on disk once <see cref="ConfigSaved"/> was called with it.</summary>
    public long ConfigVersion => _state.Outbox.Version;

    /// <summary>This primary has just started, and a replica may have more than it: nobody may copy its data yet.</summary>
    public bool IsComingBack => _comeback.IsOpen;

    /// <summary>How many primaries have slots.</summary>
    public int Size => _state.Size;

    /// <summary>The bugs that a test puts in; none in production.</summary>
    internal InjectedBugs Bugs => _state.Bugs;

    /// <summary>Figures for the simulator and for tests.</summary>
    public ClusterCounters Counters => new(
        _election.Started, _ballot.Given, _claims.EpochCollisions, _claims.StalePackets,
        _failures.FastSuspicions, _failures.SlowSuspicions, _failures.BufferLimitExceeded);

    /// <summary>
    /// Begins with what nodes.conf says (null or empty: there is none, this is a new node). On a fault nothing may be done
    /// with the machine any more.
    /// </summary>
    public ConfigFault Start(StepTime time, string? config, out string badLine)
    {
        Invariant.That(!_started);
        _started = true;
        _state.Begin(time);
        badLine = "";
        if (string.IsNullOrEmpty(config))
        {
            _state.Myself = new ClusterNode(new NodeId(_state.Dice.Id()), NodeFlags.Myself | NodeFlags.Primary, _state.Now) { ShardId = _state.Dice.Id() };
            _state.Nodes.Add(_state.Myself);
            _state.Notice($"No cluster configuration found, I'm {_state.Myself.Id}");
            _state.Save(sync: true);
        }
        else
        {
            ConfigFault fault = ConfigFile.Load(config, _state, out badLine);
            if (fault != ConfigFault.None) return fault;
            _state.Notice($"Node configuration loaded, I'm {_state.Myself.Id}");
        }

        _state.Slots.Myself = _state.Myself;
        _state.Slots.Reroute();
        if (_state.Settings.AnnounceIp.Length > 0) _state.Myself.Address = _state.Settings.AnnounceIp;
        SettingsChanged();
        _state.HealthDue = true;
        _comeback.Begin();
        End();
        return ConfigFault.None;
    }

    /// <summary>When <see cref="Tick"/> is wanted next: at most a hundred milliseconds after the last one, at least twenty.</summary>
    public MonotonicMs NextTick { get; private set; }

    /// <summary>Time passes. Call it at <see cref="NextTick"/>, or before.</summary>
    public void Tick(StepTime time)
    {
        _state.Begin(time);
        SettingsChanged();
        _failures.Tick();
        ScheduleTick();
        _state.ManualFailover.Tick();
        if (_state.Myself.IsReplica)
        {
            _election.Step();
            _migration.Tick();
        }

        if (!_state.Healthy) _state.HealthDue = true;
        End();
    }

    /// <summary>A link that the machine asked for stands.</summary>
    public void LinkUp(StepTime time, long link)
    {
        if (_state.Links.Find(link) is not { Up: false } found) return;
        _state.Begin(time);
        _failures.LinkUp(found);
        End();
    }

    /// <summary>A link that the machine asked for did not come about.</summary>
    public void LinkRefused(StepTime time, long link, LinkRefusal refusal)
    {
        if (_state.Links.Find(link) is not { } found) return;
        _state.Begin(time);
        _failures.LinkLost(found, refusal);
        End();
    }

    /// <summary>A link broke, or the other side closed it.</summary>
    public void LinkDown(StepTime time, long link)
    {
        if (_state.Links.Find(link) is not { } found) return;
        _state.Begin(time);
        _failures.LinkLost(found, null);
        End();
    }

    /// <summary>Someone connected to the bus port; returns the number under which the link goes from now on.</summary>
    public long Accept(StepTime time, string peerAddress, string localAddress)
    {
        _state.Begin(time);
        return _state.Links.Accept(time, peerAddress, localAddress).Id;
    }

    /// <summary>The link with this number, while it exists: for its queue and for CLUSTER LINKS.</summary>
    public ClusterLink? FindLink(long link) => _state.Links.Find(link);

    /// <summary>A whole packet came on a link. False if the link cannot be followed any further and was closed.</summary>
    public bool Receive(StepTime time, long link, ReadOnlySpan<byte> bytes)
    {
        if (_state.Links.Find(link) is not { } found) return false;
        _state.Begin(time);
        PacketFault fault = BusPacket.TryRead(bytes, out BusPacket packet);
        bool hopeless = fault is PacketFault.BadSignature or PacketFault.BadLength;
        if (hopeless)
        {
            _state.Log(ClusterLogLevel.Warning, $"Bad message length or signature received on the Cluster bus from {found.PeerAddress}");
            _failures.LinkLost(found, null);
            _state.Effects.Close(link);
        }
        else if (fault == PacketFault.None)
        {
            _received[(int)packet.Type]++;
            Handle(found, packet);
        }

        End();
        return !hopeless && _state.Links.Find(link) is not null;
    }

    /// <summary>The config of this version is in place (and on disk, if that was asked for).</summary>
    public void ConfigSaved(StepTime time, long version)
    {
        _state.Begin(time);
        _state.Outbox.Saved(version);
        End();
    }

    /// <summary>Runs an operator's command as a step of its own.</summary>
    public TResult Operate<TResult>(StepTime time, Func<Operator, TResult> command)
    {
        _state.Begin(time);
        TResult result = command(_operator);
        End();
        return result;
    }

    /// <summary>Sends a published message to the other nodes, or to those of this shard.</summary>
    public void Publish(StepTime time, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
        _state.Begin(time);
        _state.Packets.SendPublish(channel, message, sharded);
        End();
    }

    /// <summary>The node was told to stop: hand over first, if there is something and someone.</summary>
    public HandOverState BeginHandOver(StepTime time)
    {
        _state.Begin(time);
        HandOverState result = _handOver.Begin();
        End();
        return result;
    }

    /// <summary>How the hand-over stands.</summary>
    public HandOverState HandOverState => _handOver.Look();

    /// <summary>The node shall not stop after all.</summary>
    public void AbortHandOver(StepTime time)
    {
        _state.Begin(time);
        _handOver.Abort();
        End();
    }

    /// <summary>The text of CLUSTER NODES.</summary>
    public string DescribeNodes(bool tls) => NodeText.All(_state, NodeFlags.None, config: false, tls);

    /// <summary>One line of CLUSTER NODES, for CLUSTER REPLICAS.</summary>
    public string DescribeNode(ClusterNode node, bool tls) => NodeText.One(_state, node, tls);

    /// <summary>The text of nodes.conf as it would be written now.</summary>
    public string DescribeConfig() => ConfigFile.Write(_state);

    /// <summary>The text of CLUSTER INFO.</summary>
    public string DescribeHealth() => InfoText.Write(_state, _state.Outbox.Sent, _received, _failures.BufferLimitExceeded);

    /// <summary>Checks what must always hold, everywhere: for tests and for the simulator.</summary>
    public void Validate()
    {
        _state.Slots.Validate();
        foreach (ClusterNode node in _state.Nodes.Each)
        {
            Invariant.That(node.Slots.Count == SlotSet.CountOf(node.Slots.Bits));
            Invariant.That(!(node.IsPrimary && node.IsReplica));
            Invariant.That(node.Primary is null || node.Primary.ReplicaList.Contains(node));
            Invariant.That(node.Link is null || _state.Links.Find(node.Link.Id) == node.Link);
            Invariant.That(node.InboundLink is null || _state.Links.Find(node.InboundLink.Id) == node.InboundLink);
            Invariant.That(node.ConfigEpoch <= _state.CurrentEpoch || !node.IsMyself);
        }

        Invariant.That(_state.Nodes.Find(_state.Myself.Id) == _state.Myself);
        Invariant.That(_state.LastVoteEpoch <= _state.CurrentEpoch);
    }

    private void Handle(ClusterLink link, in BusPacket packet)
    {
        // An epoch near the end of its range is a lie, and believing it would leave no room for the next one.
        if (!packet.IsLight && Math.Max(packet.CurrentEpoch, packet.ConfigEpoch) > MaxEpoch) return;
        if (!packet.IsLight && packet.Sender == _state.Myself.Id)
        {
            HandleOwn(link, packet);
            return;
        }

        ClusterNode? sender = FindSender(link, packet);
        if (link.Inbound && sender is not null && !packet.IsLight && packet.Sender != sender.Id)
        {
            // The node at the other end was reset and has a new id: it has to introduce itself again.
            _state.Close(link);
            return;
        }

        if (sender is not null) _failures.Heard(sender);
        if (sender is { InHandshake: false } && !packet.IsLight) TakeHeader(sender, packet);
        switch (packet.Type)
        {
            case PacketType.Ping or PacketType.Meet:
                HandlePing(link, sender, packet);
                break;
            case PacketType.Pong:
                HandleGossip(link, sender, packet);
                break;
            case PacketType.Fail when sender is not null:
                if (_state.Nodes.Find(packet.FailedNode) is { } failed)
                    _failures.FailReported(failed, sender, ((packet.Badge?.Standing ?? 0) & Standing.FastFailure) != 0);
                break;
            case PacketType.Publish or PacketType.PublishShard when sender is not null:
                _state.Effects.Publish(packet.Channel, packet.Message, packet.Type == PacketType.PublishShard);
                break;
            case PacketType.VoteRequest when sender is not null:
                _ballot.Asked(sender, packet);
                break;
            case PacketType.Vote when sender is not null:
                _election.Voted(sender, packet.CurrentEpoch);
                break;
            case PacketType.ManualFailoverStart when sender is not null && sender.Primary == _state.Myself:
                _state.ManualFailover.Begin(sender, handOver: false);
                _state.ManualFailover.PingSuccessor();
                break;
            case PacketType.Update when sender is not null:
                _claims.Updated(packet);
                break;
        }
    }

    /// <summary>This node was told to meet itself: it answers, and then sees that the answer is its own.</summary>
    private void HandleOwn(ClusterLink link, in BusPacket packet)
    {
        if (packet.Type is PacketType.Ping or PacketType.Meet) _state.Packets.SendGossip(link, PacketType.Pong);
        else if (link.Node is { InHandshake: true } node) _state.RemoveNode(node);
        else if (link is { Inbound: false, Node: not null }) _handshake.WrongNode(link);
    }

    /// <summary>Whom a packet comes from: whoever the link belongs to, else whoever it names, if we know that one.</summary>
    private ClusterNode? FindSender(ClusterLink link, in BusPacket packet)
    {
        if (link.Node is { InHandshake: false } owner) return owner;
        if (packet.IsLight) return null;
        ClusterNode? named = _state.Nodes.Find(packet.Sender);
        if (named is null || named.InHandshake || !link.Inbound) return named;
        if (named.InboundLink is { } older) _state.Close(older);
        named.InboundLink = link;
        link.Node = named;
        return named;
    }

    /// <summary>What every packet of a known node says: epochs, offset, standing.</summary>
    private void TakeHeader(ClusterNode sender, in BusPacket packet)
    {
        if (packet.Sender != sender.Id) return;
        _state.CurrentEpoch = Math.Max(_state.CurrentEpoch, Math.Max(packet.CurrentEpoch, packet.ConfigEpoch));
        if (packet.ConfigEpoch > sender.ConfigEpoch)
        {
            sender.ConfigEpoch = packet.ConfigEpoch;
            _state.Save(sync: true);
        }

        // What it had, and what it wanted, is told by its newest words only: one of these may have been overtaken on the other link, and
        // who has just started remembers none but the config epoch, which never falls.
        bool overtaken = packet.Badge is not null && PacketStamp.Of(packet).IsOlderThan(sender.LastStamp);
        if (overtaken || (packet.ClaimsPrimary && packet.ConfigEpoch < sender.ConfigEpoch)) return;
        sender.Offset = packet.Offset;
        sender.OffsetReceived = _state.Now;
        if (packet.Badge is { } badge) (sender.Badge, sender.BadgeReceived) = (badge, _state.Now);
        if ((packet.MessageFlags & MessageFlags.ExtensionData) != 0) sender.Set(NodeFlags.Extensions);
        if (_state.Myself.Primary != sender || (packet.MessageFlags & MessageFlags.Paused) == 0) return;
        bool takeOver = packet.Badge is { } own && (own.Standing & Standing.TakeOver) != 0;
        _state.ManualFailover.PausedAt(packet.Offset, takeOver);
    }

    private void HandlePing(ClusterLink link, ClusterNode? sender, in BusPacket packet)
    {
        bool meet = packet.Type == PacketType.Meet;
        _handshake.LearnOwnAddress(link, meet);
        if (sender is null && meet) _handshake.Met(link, packet);
        _state.Packets.SendGossip(link, PacketType.Pong);
        HandleGossip(link, sender, packet);
    }

    private void HandleGossip(ClusterLink link, ClusterNode? sender, in BusPacket packet)
    {
        if (!link.Inbound && link.Node is { } node)
        {
            if (node.InHandshake)
            {
                if (!_handshake.Answered(link, sender, packet)) return;
                sender = node;
                TakeHeader(node, packet);
            }
            else if (node.Id != packet.Sender)
            {
                _handshake.WrongNode(link);
                return;
            }
        }

        if (sender is not null) TakeFlags(sender, packet.Flags);
        if (sender is { InHandshake: false } && packet.Type == PacketType.Ping) _handshake.UpdateAddress(sender, link, packet);
        if (!link.Inbound && link.Node is { } answering && packet.Type == PacketType.Pong) _failures.Answered(answering);
        if (sender is null) return;
        _claims.Heard(sender, link, packet);
        _gossip.Read(sender, packet);
        _gossip.ReadExtensions(sender, packet);
    }

    private static void TakeFlags(ClusterNode sender, NodeFlags flags)
    {
        const NodeFlags own = NodeFlags.NoFailover | NodeFlags.LightHeaders;
        sender.Clear(own);
        sender.Set(flags & own);
    }

    /// <summary>This node's own row follows the settings.</summary>
    private void SettingsChanged()
    {
        ClusterSettings settings = _state.Settings;
        ClusterNode me = _state.Myself;
        (me.Port, me.TlsPort, me.BusPort) = (settings.AnnouncedPort, settings.AnnouncedTlsPort, settings.AnnouncedBusPort);
        if (settings.AnnounceIp.Length > 0) me.Address = settings.AnnounceIp;
        bool named = me.Hostname == settings.AnnounceHostname && me.HumanName == settings.AnnounceHumanName;
        bool flagged = (me.Flags & NodeFlags.NoFailover) != 0 == settings.ReplicaNoFailover;
        if (named && flagged) return;
        (me.Hostname, me.HumanName) = (settings.AnnounceHostname, settings.AnnounceHumanName);
        if (settings.ReplicaNoFailover) me.Set(NodeFlags.NoFailover);
        else me.Clear(NodeFlags.NoFailover);
        _state.Save();
        _state.HealthDue = true;
    }

    /// <summary>The end of every step: what several parts may have asked for is done once.</summary>
    private void End()
    {
        if (_state.ElectionDue) _election.Step();
        _comeback.Look();
        if (_state.HealthDue) _health.Update();
        FollowPrimary();
        TellStanding();
        _state.Outbox.SaveIfDue();
        HurryTick();
    }

    /// <summary>An idle node wakes ten times a second, and for its pings and time-outs when they are due.</summary>
    private void ScheduleTick()
    {
        MonotonicMs least = _state.Now + LeastTickMs, most = _state.Now + MostTickMs, due = _failures.NextDue;
        NextTick = due < least ? least : due > most ? most : due;
    }

    /// <summary>While roles are changing, what a tick looks at must not wait.</summary>
    private void HurryTick()
    {
        if (!_election.IsRunning && !_state.ManualFailover.IsRunning) return;
        MonotonicMs soon = _state.Now + LeastTickMs;
        if (soon < NextTick) NextTick = soon;
    }

    /// <summary>
    /// Whether a replica may stand, and how far it is when that changes, is worth a packet to everyone at once: fast
    /// suspicion and the choice of the right replica rest on it.
    /// </summary>
    private void TellStanding()
    {
        const Standing worthTelling = Standing.MayStand | Standing.InSync;
        Standing standing = _state.Packets.MyStanding() & worthTelling;
        if (standing == _toldStanding || _state.Now < _nextTelling) return;
        _toldStanding = standing;
        _nextTelling = _state.Now + TellingMs;
        _state.Packets.BroadcastPong();
    }

    /// <summary>Tells replication when the primary, or where it lives, is another than before.</summary>
    private void FollowPrimary()
    {
        ClusterNode? primary = _state.Myself.IsReplica ? _state.Myself.Primary : null;
        int port = primary?.ClusterPort(_state.Settings.TlsCluster) ?? 0;
        if (_state.Myself.IsReplica && (primary is null || primary.Address.Length == 0 || port == 0)) return;
        var target = primary is null ? default : (primary.Id, primary.Address, port);
        if (target == _state.ReplicationTarget || (primary is null && _state.ReplicationTarget.Port == 0)) return;
        _state.ReplicationTarget = target;
        if (primary is null) _state.Effects.BecomePrimary();
        else _state.Effects.ReplicateFrom(primary.Id, primary.Address, port);
    }
}

/// <summary>Figures of one machine since its start.</summary>
public readonly record struct ClusterCounters(
    long Elections, long Votes, long EpochCollisions, long StalePackets, long FastSuspicions, long SlowSuspicions, long BufferLimitExceeded);
