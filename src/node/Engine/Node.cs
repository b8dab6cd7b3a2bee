// One node: a deterministic, single-threaded state machine.
//
//   inputs (INode) ─▶ Session ─▶ Dispatcher ─▶ command ─▶ propagation ─▶ effects (IHost)
//
// It has no socket, file, clock, thread or chance of its own: bytes, completions and time come in through INode, and
// what it wants done goes out through IHost. Two nodes that get the same inputs and the same seed do the same.
using System;
using System.Collections.Generic;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Wire;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>One node.</summary>
public sealed class Node : INode, IKeyspaceEvents, IDisposable
{
    private readonly List<IPart> _parts = [];
    private readonly Cron _cron;
    private bool _clockStarted;

    /// <summary>A node that has not started.</summary>
    /// <param name="options">Its configuration; the node keeps it and CONFIG SET changes it.</param>
    /// <param name="host">What carries out its effects.</param>
    /// <param name="seed">Where all its chance comes from.</param>
    public Node(NodeOptions options, IHost host, ulong seed)
    {
        Options = options;
        Host = host;
        Dice = new Dice(seed);
        RunId = Dice.Id();
        Databases = new Databases(new KeyspaceSettings(options.ClusterEnabled ? 1 : options.Databases, options.ClusterEnabled), Dice, this);
        Services = new EngineServices(this, Databases, Dice);
        Dispatcher = new Dispatcher(this);
        Sessions = new SessionTable(this);
        Admission = new Admission(this);
        var nameDice = new Dice(~seed);
        KeyWaits = new KeyWaits(this, nameDice);
        Watches = new Watches(this, nameDice);
        Transactions = new Transactions(this);
        Pause = new ClientPause(this);
        Monitors = new Monitors(this);
        SlowLog = new SlowLog(this);
        Latency = new LatencyMonitor(this);
        Eviction = new Eviction(this);
        ReplicaExpiry = new ReplicaExpiry(this);
        Shutdown = new Shutdown(this);
        Listeners = new Listeners(this);
        _cron = new Cron(this);
        _parts.Add(Listeners);
        _parts.Add(_cron);
        _parts.Add(Shutdown);
        Persistence = new PersistencePart(this);
        Replication = new ReplicationPart(this);
        if (options.ClusterEnabled) JoinCluster();
        PubSub = new PubSubPart(this, nameDice);
        _parts.Add(Persistence);
        _parts.Add(Replication);
        _parts.Add(KeyWaits);
        _parts.Add(PubSub);
    }

    public NodeOptions Options { get; }

    public IHost Host { get; }

    public Dice Dice { get; }

    public Databases Databases { get; }

    public EngineServices Services { get; }

    public Dispatcher Dispatcher { get; }

    public SessionTable Sessions { get; }

    public Admission Admission { get; }

    /// <summary>MULTI and EXEC.</summary>
    internal Transactions Transactions { get; }

    /// <summary>Who watches which keys.</summary>
    internal Watches Watches { get; }

    /// <summary>Who listens to which channels.</summary>
    internal PubSubPart PubSub { get; }

    /// <summary>Clients that wait for keys.</summary>
    internal KeyWaits KeyWaits { get; }

    /// <summary>Who is held back, and for how long.</summary>
    public ClientPause Pause { get; }

    /// <summary>The node's part in the cluster; null outside cluster mode.</summary>
    public ClusterPart? Cluster { get; private set; }

    public Monitors Monitors { get; }

    public SlowLog SlowLog { get; }

    /// <summary>What took long, by kind of event.</summary>
    public LatencyMonitor Latency { get; }

    /// <summary>The last calls, for the report of a crash.</summary>
    internal RecentCalls Recent { get; } = new();

    public Eviction Eviction { get; }

    public Shutdown Shutdown { get; }

    /// <summary>Keys that end and that only a writable replica knows of.</summary>
    internal ReplicaExpiry ReplicaExpiry { get; }

    /// <summary>What parts of the node have to say in INFO.</summary>
    public InfoSources Info { get; } = new();

    /// <summary>
    /// Saves everything, empties the databases and loads what was saved (DEBUG RELOAD), or loads only; says how it went.
    /// Null until persistence has set it.
    /// </summary>
    public Action<bool, Action<bool>>? Reload { get; set; }

    /// <summary>Begins another replication history (DEBUG CHANGE-REPL-ID). Null until replication has set it.</summary>
    public Action? ChangeReplicationId { get; set; }

    /// <summary>What the node keeps on disk.</summary>
    public PersistencePart Persistence { get; }

    /// <summary>The node's primary, or its replicas.</summary>
    public ReplicationPart Replication { get; }

    public Statistics Statistics { get; } = new();

    /// <summary>Commands a second, of late.</summary>
    public Sampler OperationsFlow { get; } = new();

    /// <summary>Bytes a second from clients, of late.</summary>
    public Sampler InputFlow { get; } = new();

    /// <summary>Bytes a second to clients, of late.</summary>
    public Sampler OutputFlow { get; } = new();

    /// <summary>Turns of the loop a second, of late.</summary>
    public Sampler CyclesFlow { get; } = new();

    /// <summary>Microseconds a second that turns of the loop took, of late.</summary>
    public Sampler LoopTimeFlow { get; } = new();

    /// <summary>Bytes of the clients' buffers, when they were last counted.</summary>
    public long ClientBytes { get; private set; }

    /// <summary>The largest input buffer of a client, when they were last counted.</summary>
    public long LargestInput { get; private set; }

    /// <summary>The largest output of a client, when they were last counted.</summary>
    public long LargestOutput { get; private set; }

    /// <summary>How often a second periodic work is done now.</summary>
    public int Hz => _cron.Hz;

    /// <summary>Whether expired keys are removed without being asked for (DEBUG SET-ACTIVE-EXPIRE).</summary>
    public bool ActiveExpire { get; set; } = true;

    /// <summary>How long the running step has slept (DEBUG SLEEP): what is served after the command sees a time later by so much.</summary>
    internal long SleptMs { get; set; }

    /// <summary>Whether the checksums of payloads are looked at (DEBUG SET-SKIP-CHECKSUM-VALIDATION).</summary>
    public bool ChecksPayloads { get; set; } = true;

    /// <summary>Whether periodic work rests (DEBUG PAUSE-CRON).</summary>
    public bool IsCronPaused { get; set; }

    /// <summary>The memory that all links' outputs share.</summary>
    public SegmentPool Segments { get; } = new();

    /// <summary>A random identity of this run.</summary>
    public HexId RunId { get; }

    /// <summary>The time of the step that runs now.</summary>
    public StepTime Now { get; private set; }

    /// <summary>When the node started.</summary>
    public StepTime StartedAt { get; private set; }

    /// <summary>Where commands go that are to be repeated elsewhere.</summary>
    public List<IPropagationSink> Sinks { get; } = [];

    /// <summary>Knows which node serves a key; null outside cluster mode.</summary>
    public IRouter? Router { get; set; }

    /// <summary>What keeps ordinary commands from running unasked, as bits.</summary>
    internal uint Conditions { get; private set; }

    /// <summary>Calls that take so many nanoseconds are told to monitors and the slow log; none when it is the greatest number.</summary>
    internal long ObservedFromNs { get; private set; } = long.MaxValue;

    /// <summary>Whether nobody looks so closely at single calls that each must be timed alone.</summary>
    internal bool CallsMayShareTime { get; private set; }

    /// <summary>Whether the durations of calls are kept for INFO latencystats.</summary>
    internal bool TracksLatency { get; set; } = true;

    /// <inheritdoc/>
    public MonotonicMs NextWake
    {
        get
        {
            MonotonicMs next = Pause.NextWake;
            foreach (IPart part in _parts)
                if (part.NextWake < next) next = part.NextWake;
            return next;
        }
    }

    /// <summary>Sets or clears a condition.</summary>
    public void Set(NodeConditions condition, bool holds)
    {
        if (holds) Conditions |= (uint)condition;
        else Conditions &= ~(uint)condition;
        if (condition == NodeConditions.Replica && !holds) ReplicaExpiry.Clear();
    }

    /// <summary>Where clients are accepted.</summary>
    internal Listeners Listeners { get; }

    /// <summary>Told of each option that CONFIG SET has changed: for parts that keep something made of it.</summary>
    public event Action<OptionId>? WhenOptionChanges;

    /// <summary>An option has another value now.</summary>
    internal void OptionChanged(OptionId id)
    {
        OptionEffects.Apply(this);
        WhenOptionChanges?.Invoke(id);
    }

    /// <inheritdoc/>
    public void Start(StepTime now)
    {
        StartedAt = now;
        Begin(now);
        OptionEffects.Apply(this);
        foreach (IPart part in _parts) part.Start();
    }

    /// <inheritdoc/>
    public void ListenerOpened(StepTime now, Listener listener, string? error)
    {
        Begin(now);
        if (listener.Kind == LinkKind.BusInbound) Cluster!.ListenerOpened(listener, error);
        else Listeners.Opened(listener, error);
    }

    /// <inheritdoc/>
    public void LinkOpened(StepTime now, Link link)
    {
        Begin(now);
        if (link.Owner is { } owner) owner.Opened(link);
        else if (link.Kind == LinkKind.Client) Sessions.Accept(link);
        else if (link.Kind == LinkKind.BusInbound) Cluster!.Accepted(link);
        else Host.Close(link, CloseMode.Now);
    }

    /// <inheritdoc/>
    public void Received(StepTime now, Link link, ReadOnlySpan<byte> bytes)
    {
        Begin(now);
        Statistics.BytesIn += bytes.Length;
        Owner(link).Received(link, bytes);
    }

    /// <inheritdoc/>
    public void Drained(StepTime now, Link link)
    {
        Begin(now);
        Owner(link).Drained(link);
    }

    /// <inheritdoc/>
    public void LinkClosed(StepTime now, Link link, LinkFault fault)
    {
        Begin(now);
        Owner(link).Closed(link, fault);
    }

    /// <inheritdoc/>
    public void WorkDone(StepTime now, Work work)
    {
        Begin(now);
        work.WhenDone?.Invoke(work);
    }

    /// <inheritdoc/>
    public void Tick(StepTime now)
    {
        Begin(now);
        Pause.Tick();
        foreach (IPart part in _parts) part.Tick();
        Dispatcher.PropagateLoose();
    }

    /// <inheritdoc/>
    public void EndBatch(StepTime now)
    {
        KeyWaits.Serve();
        Sessions.ResumeDue();
        Replication.EndBatch();
        KeyWaits.Serve();
        if (_clockStarted) Dispatcher.Clock.EndTurn();
        _clockStarted = false;
    }

    /// <inheritdoc/>
    public void StopRequested(StepTime now, StopReason reason)
    {
        Begin(now);
        Host.Log(LogLevel.Warning, reason == StopReason.Interrupt ? "Received SIGINT scheduling shutdown..." : "Received SIGTERM scheduling shutdown...");
        Shutdown.Begin(null, reason == StopReason.Interrupt ? Options.ShutdownOnSigint.Ways : Options.ShutdownOnSigterm.Ways);
    }

    /// <inheritdoc/>
    public bool IsReplica => Replication.IsReplica;

    /// <inheritdoc/>
    public string CrashNotes()
    {
        string running = Dispatcher.Running is { } session
            ? $"running {session.LastCommand?.Name} for client id={session.Id} addr={session.PeerText}"
            : "no command was running";
        return running + "\n\nthe last calls, the latest first:\n" + Recent.Text() + "\n" + new InfoReport(this).Text([]);
    }

    /// <summary>Gives all memory back; the node may not be used afterwards.</summary>
    public void Dispose() => Databases.Dispose();

    /// <inheritdoc/>
    public void Expired(int database, ReadOnlySpan<byte> key)
    {
        Statistics.ExpiredKeys++;
        Removed(database, key, EventClass.Expired, "expired");
    }

    /// <inheritdoc/>
    public void FieldsExpired(int database, ReadOnlySpan<byte> key, KeyBuffer fields, bool keyRemoved)
    {
        Services.ExpiredFields += fields.Count;
        Propagation propagation = Services.Propagation;
        propagation.Also(database, 2 + fields.Count);
        propagation.Add("HDEL"u8);
        propagation.Add(key);
        for (int i = 0; i < fields.Count; i++) propagation.Add(fields[i]);
        Database db = Databases[database];
        Services.KeyChanged(db, key);
        if ((Services.NotifiedClasses & EventClass.Hash) != 0) Services.Notify(EventClass.Hash, "hexpired", key, db);
        if (keyRemoved && (Services.NotifiedClasses & EventClass.Generic) != 0) Services.Notify(EventClass.Generic, "del", key, db);
    }

    /// <inheritdoc/>
    public void Evicted(int database, ReadOnlySpan<byte> key)
    {
        Statistics.EvictedKeys++;
        Removed(database, key, EventClass.Evicted, "evicted");
    }

    /// <summary>A call has ended that monitors or the slow log may want.</summary>
    internal void Observe(Session session, CommandRow row, in Arguments call, ulong hidden, long tookNs)
    {
        if (Monitors.Any && !Dispatcher.IsRunningAgain && (row.Flags & (Flags.SkipMonitor | Flags.Admin)) == 0 && (session.Flags & SessionFlags.Primary) == 0)
            Monitors.Feed(session, call, hidden);
        if (Latency.IsOn) Latency.Add((row.Flags & Flags.Fast) != 0 ? "fast-command" : "command", tookNs);
        long slowUs = Options.SlowlogLogSlowerThanUs;
        if (slowUs >= 0 && tookNs / 1000 >= slowUs && (row.Flags & Flags.SkipSlowlog) == 0) SlowLog.Add(session, call, hidden, tookNs / 1000);
    }

    /// <summary>Monitors have come or gone, or the slow log's limit has changed.</summary>
    internal void UpdateObservation()
    {
        long slowUs = Options.SlowlogLogSlowerThanUs;
        long spikeMs = Options.LatencyMonitorThresholdMs;
        long slowNs = slowUs < 0 || slowUs > long.MaxValue / 1000 ? long.MaxValue : slowUs * 1000;
        long spikeNs = spikeMs <= 0 || spikeMs > long.MaxValue / 1_000_000 ? long.MaxValue : spikeMs * 1_000_000;
        ObservedFromNs = Monitors.Any ? long.MinValue : Math.Min(slowNs, spikeNs);
        CallsMayShareTime = ObservedFromNs >= CallClock.ShortestObservedNs && !Options.ClusterSlotStats;
    }

    /// <summary>How many clients there are, or how many replicas.</summary>
    internal int CountSessions(bool replicas)
    {
        int count = 0;
        foreach (Session session in Sessions.All)
            if ((session.Flags & SessionFlags.Replica) != 0 == replicas) count++;
        return count;
    }

    /// <summary>Adds up the clients' buffers.</summary>
    internal void CountClients()
    {
        (ClientBytes, LargestInput, LargestOutput) = (0, 0, 0);
        foreach (Session session in Sessions.All)
        {
            long output = session.Link?.Output.Capacity ?? 0;
            ClientBytes += session.PendingCapacity + output;
            session.CountOutput();
            LargestInput = Math.Max(LargestInput, session.PendingCapacity);
            LargestOutput = Math.Max(LargestOutput, session.Link?.Output.Length ?? 0);
        }
    }

    private void Removed(int database, ReadOnlySpan<byte> key, EventClass eventClass, string what)
    {
        Propagation propagation = Services.Propagation;
        propagation.Also(database, 2);
        propagation.Add(Options.LazyExpire ? "UNLINK"u8 : "DEL"u8);
        propagation.Add(key);
        Database db = Databases[database];
        Services.KeyChanged(db, key);
        if ((Services.NotifiedClasses & eventClass) != 0) Services.Notify(eventClass, what, key, db);
    }

    private void JoinCluster()
    {
        Cluster = new ClusterPart(this) { Replication = Replication };
        _parts.Add(Cluster);
        Router = Cluster.Router;
        Set(NodeConditions.Cluster, true);
    }

    private void Begin(StepTime now)
    {
        Now = now;
        Databases.Now = now.Wall;
        SleptMs = 0;
        if (_clockStarted) return;
        _clockStarted = true;
        Dispatcher.Clock.StartTurn();
    }

    private static ILinkOwner Owner(Link link)
    {
        Invariant.That(link.Owner is not null);
        return link.Owner;
    }
}
