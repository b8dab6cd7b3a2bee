// The node's part in the cluster: joins the machine of Hexad.Cluster to the seam.
//
//   start:  lock ─▶ read nodes.conf ─▶ machine.Start ─▶ listen on the bus port
//   then:   bus links ─▶ BusLink ─▶ machine ─▶ BusEffects ─▶ links, nodes.conf, replication, keyspace
//
// It decides nothing about the cluster. What it adds is where things are: options, files, links, keys.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Cluster;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>How replication stands, and what the cluster tells it; the part that joins replication to the seam implements it.</summary>
public interface IClusterReplication
{
    /// <summary>How it stands at this moment.</summary>
    ReplicationStatus Status { get; }

    /// <summary>Replicate from there: a new primary, or a new address of the same one.</summary>
    void Follow(string address, int port);

    /// <summary>Stop replicating: this node is a primary now.</summary>
    void Lead();

    /// <summary>How many replicas of this node the cluster knows of: whom a synchronisation may wait for.</summary>
    int ExpectedReplicas { set; }
}

/// <summary>The node's part in the cluster; there is one in cluster mode only.</summary>
public sealed class ClusterPart : IPart, IClusterNeighbours
{
    private const int StoppingTickMs = 20;
    private const int EarlyTickMs = 80;

    private readonly Node _node;
    private readonly ClusterSettings _settings = new();
    private readonly BusEffects _effects;
    private readonly List<(long Version, Action<Session> Then, Session Session)> _awaitingSave = [];
    private MonotonicMs _nextLook = new(long.MaxValue);
    private MonotonicMs _lastTick;
    private Action? _afterHandOver;
    private bool _isStopping;
    private int _listenersAwaited;

    internal ClusterPart(Node node)
    {
        _node = node;
        _effects = new BusEffects(node, this);
        Machine = new ClusterMachine(_settings, new Dice(node.Dice.Next()), _effects, this);
        Router = new SlotRouter(node, this);
    }

    /// <summary>The machine; of use once <see cref="IsStarted"/>.</summary>
    public ClusterMachine Machine { get; }

    /// <summary>Whether nodes.conf has been read and the machine runs.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Sends clients where their keys are.</summary>
    public SlotRouter Router { get; }

    /// <summary>What each slot costs, if it is counted.</summary>
    internal SlotStatistics SlotUse { get; } = new();

    /// <summary>Replication; set by its part.</summary>
    public IClusterReplication? Replication
    {
        get;
        set
        {
            field = value;
            _effects.TellReplication();
        }
    }

    /// <summary>Told when a bus message has to be handed to this node's subscribers: channel, message, whether sharded.</summary>
    public PublishedHandler? Published { get; set; }

    /// <inheritdoc/>
    public MonotonicMs NextWake => !IsStarted ? _nextLook : _nextLook < Machine.NextTick ? _nextLook : Machine.NextTick;

    /// <inheritdoc/>
    public void Start()
    {
        ReadSettings();
        _node.Shutdown.HandOver = then =>
        {
            if (!HandOver(then)) then();
        };
        if (_settings.RealBusPort is <= 0 or > 65535)
        {
            Stop("Redis port number too high. Cluster communication port is 10,000 port numbers higher than your Redis port. " +
                "Your Redis port number must be 55535 or less.");
            return;
        }

        // The lock is on a file of its own: nodes.conf is replaced by renaming, and a lock would go away with the old one.
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.State,
            Verb = FileVerb.Lock,
            Path = ConfigPath + ".lock",
            WhenDone = work => Locked((FileWork)work),
        });
    }

    /// <inheritdoc/>
    public void Tick()
    {
        // A wake that comes for something else a little before is used, so that an idle node wakes once and not twice.
        MonotonicMs now = _node.Now.Monotonic;
        if (!IsStarted || (now < NextWake && now - _lastTick < EarlyTickMs)) return;
        _lastTick = now;
        _nextLook = _isStopping ? now + StoppingTickMs : new MonotonicMs(long.MaxValue);
        ReadSettings();
        _effects.ReportQueues();
        Machine.Tick(_node.Now);
        if (Replication is { } replication) replication.ExpectedReplicas = Machine.Myself.Replicas.Count;
        LookAtHandOver();
    }

    /// <summary>
    /// The node was told to stop: if a replica can take over, lets it, and calls <paramref name="then"/> when it has, or has
    /// not in time. False if there is nothing to wait for.
    /// </summary>
    public bool HandOver(Action then)
    {
        if (!IsStarted) return false;
        _isStopping = true;
        _nextLook = _node.Now.Monotonic + StoppingTickMs;
        if (Machine.BeginHandOver(_node.Now) != HandOverState.Running) return false;
        _afterHandOver = then;
        return true;
    }

    /// <summary>The node shall not stop after all.</summary>
    public void AbortHandOver()
    {
        _afterHandOver = null;
        _isStopping = false;
        if (IsStarted) Machine.AbortHandOver(_node.Now);
    }

    /// <summary>Sends a published message to the other nodes, or to those of this shard.</summary>
    public void Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
        if (IsStarted) Machine.Publish(_node.Now, channel, message, sharded);
    }

    /// <summary>Someone connected to the bus port.</summary>
    internal void Accepted(Link link)
    {
        if (IsStarted) _effects.Accepted(link);
        else _node.Host.Close(link, CloseMode.Now);
    }

    /// <summary>The bus listens, or cannot.</summary>
    internal void ListenerOpened(Listener listener, string? error)
    {
        if (error is null || listener.Optional)
        {
            if (--_listenersAwaited == 0) _node.Listeners.Open();
            return;
        }

        _node.Host.Log(LogLevel.Warning, $"Could not create server TCP listening socket {listener.At}: {error}");
        Stop($"Failed listening on port {listener.At.Port} (cluster), aborting.");
    }

    /// <summary>
    /// Runs an operator's command; an error that it returns goes to the client, else OK, which leaves when nodes.conf with
    /// what was changed is on disk: what an operator was told holds after a crash.
    /// </summary>
    internal void Operate(ref CommandContext call, Session session, Func<Operator, string?> command)
    {
        long before = Machine.ConfigVersion;
        string? error = Machine.Operate(_node.Now, command);
        if (error is not null) call.Reply.Error("ERR " + error);
        else if (Machine.ConfigVersion == before || !call.MayBlock) call.Reply.Ok();
        else AnswerWhenSaved(session, Machine.ConfigVersion, static s => s.Node.Dispatcher.ReplyTo(s).Ok());
    }

    /// <summary>Saves nodes.conf, and answers the session when it is on disk; until then the session waits.</summary>
    internal void SaveFor(Session session, Action<Session> then)
    {
        AnswerWhenSaved(session, Machine.Operate(_node.Now, static op => op.SaveConfig()), then);
    }

    /// <summary>Lets a session wait for its answer until nodes.conf of this version is on disk.</summary>
    internal void AnswerWhenSaved(Session session, long version, Action<Session> then)
    {
        session.Wait();
        _awaitingSave.Add((version, then, session));
    }

    /// <summary>The file of this version is on disk.</summary>
    internal void Saved(long version)
    {
        Machine.ConfigSaved(_node.Now, version);
        for (int i = _awaitingSave.Count - 1; i >= 0; i--)
        {
            if (_awaitingSave[i].Version > version) continue;
            (_, Action<Session> then, Session session) = _awaitingSave[i];
            _awaitingSave.RemoveAt(i);
            if (!session.EndWait()) continue;
            then(session);
            session.ResumeAfterWait();
        }
    }

    /// <summary>Where nodes.conf is.</summary>
    internal string ConfigPath => _node.Options.ClusterConfigFile;

    /// <summary>
    /// The address that this node's own connections leave from: what bind-source-addr says, else the one address of bind,
    /// so that others see where it lives.
    /// </summary>
    internal Endpoint SourceAddress => SourceOf(_node);

    /// <inheritdoc cref="SourceAddress"/>
    public static Endpoint SourceOf(Node node)
    {
        if (!string.IsNullOrEmpty(node.Options.BindSourceAddress)) return new Endpoint(node.Options.BindSourceAddress, 0);
        string[] bind = node.Options.Bind.Addresses;
        bool one = bind.Length == 1 && bind[0].TrimStart('-') is not ("*" or "::*" or "0.0.0.0" or "::" or "");
        return one ? new Endpoint(bind[0].TrimStart('-'), 0) : Endpoint.None;
    }

    ReplicationStatus IClusterNeighbours.Replication => Replication?.Status ?? default;

    long IClusterNeighbours.KeysIn(SlotIndex slot) => _node.Databases[0].CountInSlot(slot);

    bool IClusterNeighbours.HasNoKeys => _node.Databases[0].KeyCount == 0;

    private void LookAtHandOver()
    {
        if (_isStopping && !_node.Shutdown.IsInProgress)
        {
            AbortHandOver();
            return;
        }

        if (_afterHandOver is not { } then || Machine.HandOverState == HandOverState.Running) return;
        _node.Host.Log(LogLevel.Notice, Machine.HandOverState == HandOverState.Done
            ? "A replica has taken over."
            : "No replica has taken over in time.");
        _afterHandOver = null;
        then();
    }

    private void Locked(FileWork work)
    {
        if (work.Fault == FileFault.Locked)
        {
            Stop($"Sorry, the cluster configuration file {ConfigPath} is already used by a different Redis Cluster node. " +
                "Please make sure that different nodes use different cluster configuration files.");
            return;
        }

        if (work.Fault != FileFault.None)
        {
            Stop($"Can't open {work.Path} in order to acquire a lock: {work.Error}");
            return;
        }

        _node.Host.Submit(new FileWork
        {
            Lane = Lane.State,
            Verb = FileVerb.Read,
            Path = ConfigPath,
            WhenDone = done => Read((FileWork)done),
        });
    }

    private void Read(FileWork work)
    {
        if (work.Fault is not (FileFault.None or FileFault.NotFound))
        {
            Stop($"Loading the cluster node config from {ConfigPath}: {work.Error}");
            return;
        }

        ConfigFault fault = Machine.Start(_node.Now, Encoding.Latin1.GetString(work.Result), out string badLine);
        if (fault != ConfigFault.None)
        {
            string what = fault switch
            {
                ConfigFault.Torn => "its last line, the one with the epochs, is missing or cut",
                ConfigFault.NoMyself => "no line, or more than one, says \"myself\"",
                _ => $"\"{badLine}\"",
            };
            Stop($"Unrecoverable error: corrupted cluster config file {ConfigPath}: {what}.");
            return;
        }

        IsStarted = true;
        _nextLook = _node.Now.Monotonic;
        _node.Persistence.Load();
        string[] addresses = _node.Options.Bind.Addresses;
        _listenersAwaited = addresses.Length;
        foreach (string address in addresses) Listen(address);
        if (addresses.Length == 0) _node.Listeners.Open();
    }

    /// <summary>As Redis: keys that were loaded for a slot that is nobody's make it this node's.</summary>
    internal void DataLoaded()
    {
        if (!Machine.Myself.IsPrimary || _node.Databases[0].KeyCount == 0) return;
        var mine = new List<(int, int)>();
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (Machine.Slots.Owner(slot) is null && _node.Databases[0].CountInSlot(new SlotIndex((ushort)slot)) > 0) mine.Add((slot, slot));
        }

        if (mine.Count > 0) Machine.Operate(_node.Now, op => op.AddSlots(mine));
    }

    private void Listen(string address)
    {
        bool optional = address.StartsWith('-');
        _node.Host.Listen(new Listener
        {
            Kind = LinkKind.BusInbound,
            At = new Endpoint(optional ? address[1..] : address, _settings.RealBusPort),
            Backlog = _node.Options.TcpBacklog,
            Optional = optional,
        });
    }

    private void Stop(string why)
    {
        _node.Host.Log(LogLevel.Warning, why);
        _node.Host.Exit(1);
    }

    private void ReadSettings()
    {
        Options.NodeOptions options = _node.Options;
        _settings.NodeTimeoutMs = Math.Max(1, options.ClusterNodeTimeoutMs);
        _settings.ReplicaValidityFactor = options.ClusterReplicaValidityFactor;
        _settings.ReplicaPingPeriodMs = options.ReplPingPeriodSeconds * 1000L;
        _settings.MigrationBarrier = options.ClusterMigrationBarrier;
        _settings.AllowReplicaMigration = options.ClusterAllowReplicaMigration;
        _settings.RequireFullCoverage = options.ClusterRequireFullCoverage;
        _settings.ReplicaNoFailover = options.ClusterReplicaNoFailover;
        _settings.FastSuspicion = options.ClusterFastSuspicion;
        _settings.LinkSendBufferLimitBytes = (long)Math.Min(options.ClusterLinkSendBufferLimitBytes, long.MaxValue);
        _settings.TlsCluster = options.TlsCluster;
        _settings.Port = options.Port;
        _settings.TlsPort = options.TlsPort;
        _settings.BusPort = options.ClusterPort;
        _settings.AnnounceIp = options.ClusterAnnounceIp ?? "";
        _settings.AnnounceHostname = options.ClusterAnnounceHostname ?? "";
        _settings.AnnounceHumanName = options.ClusterAnnounceHumanName ?? "";
        _settings.AnnouncePort = options.ClusterAnnouncePort;
        _settings.AnnounceTlsPort = options.ClusterAnnounceTlsPort;
        _settings.AnnounceBusPort = options.ClusterAnnounceBusPort;
    }
}

/// <summary>Takes a message that came over the bus.</summary>
public delegate void PublishedHandler(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded);
