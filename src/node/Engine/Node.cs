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
public sealed class Node : INode, IKeyspaceEvents
{
    private readonly List<IPart> _parts = [];
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
        Pause = new ClientPause(this);
        Listeners = new Listeners(this);
        _parts.Add(Listeners);
        _parts.Add(new Cron(this));
        if (options.ClusterEnabled) JoinCluster();
    }

    public NodeOptions Options { get; }

    public IHost Host { get; }

    public Dice Dice { get; }

    public Databases Databases { get; }

    public EngineServices Services { get; }

    public Dispatcher Dispatcher { get; }

    public SessionTable Sessions { get; }

    public Admission Admission { get; }

    /// <summary>Who is held back, and for how long.</summary>
    public ClientPause Pause { get; }

    /// <summary>The node's part in the cluster; null outside cluster mode.</summary>
    public ClusterPart? Cluster { get; private set; }

    public Statistics Statistics { get; } = new();

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

    /// <summary>Whether somebody wants to hear of every call (MONITOR, SLOWLOG with a limit of 0).</summary>
    internal bool WatchesCalls { get; set; }

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
    }

    /// <summary>Where clients are accepted.</summary>
    internal Listeners Listeners { get; }

    /// <summary>Told of each option that CONFIG SET has changed: for parts that keep something made of it.</summary>
    public event Action<OptionId>? WhenOptionChanges;

    /// <summary>An option has another value now.</summary>
    internal void OptionChanged(OptionId id)
    {
        if (id == OptionId.NotifyKeyspaceEvents) Services.NotifiedClasses = (EventClass)Options.NotifyKeyspaceEvents.Classes;
        if (id == OptionId.MaxMemoryBytes) Set(NodeConditions.MemoryLimited, Options.MaxMemoryBytes > 0);
        WhenOptionChanges?.Invoke(id);
    }

    /// <summary>Whether a session must wait although it is not blocked itself.</summary>
    internal bool IsHeld(Session session) => false;

    /// <inheritdoc/>
    public void Start(StepTime now)
    {
        StartedAt = now;
        Begin(now);
        OptionChanged(OptionId.NotifyKeyspaceEvents);
        OptionChanged(OptionId.MaxMemoryBytes);
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
        if (link.Owner is ILinkOwner owner) owner.Opened(link);
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
        foreach (IPart part in _parts) part.EndBatch();
        _clockStarted = false;
    }

    /// <inheritdoc/>
    public void StopRequested(StepTime now, StopReason reason)
    {
        Begin(now);
        Host.Log(LogLevel.Warning, reason == StopReason.Interrupt ? "Received SIGINT scheduling shutdown..." : "Received SIGTERM scheduling shutdown...");
        Host.Log(LogLevel.Warning, "Redis is now ready to exit, bye bye...");
        Host.Exit(0);
    }

    /// <inheritdoc/>
    public void Expired(int database, ReadOnlySpan<byte> key)
    {
        Statistics.ExpiredKeys++;
        Removed(database, key, EventClass.Expired, "expired");
    }

    /// <inheritdoc/>
    public void Evicted(int database, ReadOnlySpan<byte> key)
    {
        Statistics.EvictedKeys++;
        Removed(database, key, EventClass.Evicted, "evicted");
    }

    /// <summary>Somebody wants to hear of every call.</summary>
    internal void Observe(Session session, CommandRow row, in Arguments call, long tookNs)
    {
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
        Cluster = new ClusterPart(this);
        _parts.Add(Cluster);
        Router = Cluster.Router;
        Set(NodeConditions.Cluster, true);
    }

    private void Begin(StepTime now)
    {
        Now = now;
        Databases.Now = now.Wall;
        if (_clockStarted) return;
        _clockStarted = true;
        Dispatcher.StartClock();
    }

    private static ILinkOwner Owner(Link link)
    {
        Invariant.That(link.Owner is ILinkOwner);
        return (ILinkOwner)link.Owner;
    }
}
