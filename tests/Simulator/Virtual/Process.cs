using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Simulator.Virtual;

/// <summary>How a process stands.</summary>
public enum ProcessState
{
    Running,

    /// <summary>Stopped like by SIGSTOP: its kernel goes on accepting and buffering for it.</summary>
    Paused,

    /// <summary>It ended by itself, was killed, or its machine lost power.</summary>
    Ended,
}

/// <summary>
/// A process on a virtual machine with one node in it: the simulator's <see cref="IHost"/>. What comes in waits until the
/// process runs; then everything that waits is given to the node as one batch, and the node's effects are carried out
/// in their order. A batch takes virtual CPU time, during which more may gather.
/// </summary>
public sealed class Process : IHost, IStation, IScheduled
{
    private const int RunEvent = 0, WakeEvent = 1;
    private readonly World _world;
    private readonly Queue<Input> _inputs = new();
    private readonly List<Effect> _effects = [];
    private readonly HashSet<Link> _links = [];
    private readonly List<Link> _order = [];
    private readonly HashSet<Link> _forgotten = [];
    private readonly Occupant _occupant;
    private readonly DiskQueue _disk;
    private readonly Dictionary<Endpoint, byte[]> _sentBefore = [];
    private long _ticksNs;
    private long _busyUntilUs;
    private long _runAtUs = long.MaxValue;
    private long _wakeAtUs = long.MaxValue;
    private long _lastNumber;
    private int? _exitCode;
    private bool _inBatch;

    /// <summary>Starts a node in a process of its own.</summary>
    public Process(World world, Machine machine, string name, string folder, OccupantMaker make)
    {
        Invariant.That(machine.IsOn);
        (_world, Machine, Name, Folder) = (world, machine, name, folder);
        machine.Processes.Add(this);
        machine.Disk.MakeFolder(folder);
        _disk = new DiskQueue(world, this);
        _ticksNs = world.NowUs * 1000;
        _occupant = make(this, world.ChanceOfProcesses.Next());
        _inputs.Enqueue(new Input(InputKind.Start, null, null, default));
        RunAt(world.NowUs);
    }

    public Machine Machine { get; }

    /// <summary>What the run calls it.</summary>
    public string Name { get; }

    /// <summary>Its working folder.</summary>
    public string Folder { get; }

    public ProcessState State { get; private set; } = ProcessState.Running;

    /// <summary>The node and what is known of it.</summary>
    public Occupant Occupant => _occupant;

    /// <summary>The code it ended with by itself; null while it runs or when it was killed.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Whether work that it submitted is being done.</summary>
    public bool IsWriting => State != ProcessState.Ended && !_disk.IsIdle;

    /// <summary>What it listens on.</summary>
    public List<Listener> Listeners { get; } = [];

    /// <summary>All links that stand or are being opened, in the order of their making.</summary>
    public IReadOnlyList<Link> Links => _order;

    /// <summary>What the watcher keeps about it.</summary>
    public object? Notes { get; set; }

    /// <summary>The last lines of its log.</summary>
    public Queue<string> LastLog { get; } = new();

    // ---- what happens to the process

    /// <summary>Stops it as SIGSTOP does.</summary>
    public void Pause()
    {
        if (State != ProcessState.Running) return;
        State = ProcessState.Paused;
        _world.Counters.Count(Counter.Pauses);
    }

    /// <summary>Lets it go on.</summary>
    public void Resume()
    {
        if (State != ProcessState.Paused) return;
        State = ProcessState.Running;
        RunAt(_world.NowUs);
    }

    /// <summary>Kills it as SIGKILL does: its kernel closes its connections.</summary>
    public void Kill()
    {
        if (State == ProcessState.Ended) return;
        _world.Counters.Count(Counter.ProcessCrashes);
        End(killed: true);
    }

    /// <summary>Asks it to end, as SIGTERM does.</summary>
    public void Terminate()
    {
        if (State == ProcessState.Ended) return;
        _world.Counters.Count(Counter.GracefulStops);
        Give(new Input(InputKind.Stop, null, null, default));
    }

    /// <summary>Lets it have a batch although nothing came in: effects that were asked for from outside are carried out.</summary>
    public void Nudge() => RunAt(_world.NowUs);

    /// <summary>The machine lost its power.</summary>
    internal void Vanish()
    {
        foreach (Link link in _order) (link.HostState as Socket)?.Vanish();
        Forget();
        _disk.PowerFailure();
        Machine.Processes.Remove(this);
    }

    /// <summary>The run is over: it ends without being counted as a fault.</summary>
    public void Discard()
    {
        if (State != ProcessState.Ended) End(killed: true);
    }

    private void End(bool killed)
    {
        foreach (Link link in _order) (link.HostState as Socket)?.Close();
        Forget();
        if (killed) _disk.ProcessKilled();
        Machine.CloseAllOf(this);
        Machine.Disk.Unlock(this);
        Machine.Processes.Remove(this);
    }

    private void Forget()
    {
        _world.Watcher?.Ending(this);
        State = ProcessState.Ended;
        _links.Clear();
        _order.Clear();
        _inputs.Clear();
        _effects.Clear();
        if (!_inBatch) _occupant.Free();
    }

    // ---- inputs

    internal void Accepted(Socket socket, Listener listener) => Give(new Input(InputKind.Accept, socket, listener, default));

    void IStation.Opened(Socket socket) => Give(new Input(InputKind.Opened, socket, null, default));

    void IStation.Readable(Socket socket)
    {
        if (socket.Tag is LinkTag { ReadQueued: false } tag)
        {
            tag.ReadQueued = true;
            Give(new Input(InputKind.Readable, socket, null, default));
        }
    }

    void IStation.Writable(Socket socket)
    {
        if (State != ProcessState.Ended && socket.Tag is LinkTag tag && _links.Contains(tag.Link)) Transmit(tag.Link, socket);
    }

    void IStation.Failed(Socket socket, LinkFault fault) => Give(new Input(InputKind.Closed, socket, null, fault));

    internal void WorkFinished(Work work) => Give(new Input(InputKind.Work, work, null, default));

    private void Give(in Input input)
    {
        if (State == ProcessState.Ended) return;
        _inputs.Enqueue(input);
        RunAt(_world.NowUs);
    }

    private void RunAt(long atUs)
    {
        atUs = Math.Max(atUs, _busyUntilUs);
        if (atUs >= _runAtUs || _inBatch) return;
        _runAtUs = atUs;
        _world.At(atUs, this, RunEvent, atUs);
    }

    public void Fire(int kind, long argument)
    {
        if (State == ProcessState.Ended) return;
        if (argument != (kind == RunEvent ? _runAtUs : _wakeAtUs)) return;
        if (kind == RunEvent) _runAtUs = long.MaxValue;
        else _wakeAtUs = long.MaxValue;
        if (State != ProcessState.Running) return;
        if (_busyUntilUs > _world.NowUs) RunAt(_world.NowUs);
        else Batch();
    }

    // ---- a batch

    private void Batch()
    {
        StepTime now = Machine.Clock;
        _ticksNs = Math.Max(_ticksNs, _world.NowUs * 1000);
        _inBatch = true;
        try
        {
            DeliverInputs(now);
            if (_occupant.Node.NextWake <= now.Monotonic) _occupant.Node.Tick(now);
            _occupant.Node.EndBatch(now);
        }
        catch (Exception thrown)
        {
            _inBatch = false;
            if (_world.Watcher is null) throw;
            _world.Watcher.NodeThrew(this, thrown);
            if (State != ProcessState.Ended) Kill();
            return;
        }

        CarryOut();
        _world.Watcher?.Stepped(this);
        _inBatch = false;
        if (State == ProcessState.Ended)
        {
            _occupant.Free();
            return;
        }

        Dice dice = _world.ChanceOfProcesses;
        _busyUntilUs = _world.NowUs + 5 + (dice.Below(64) == 0 ? dice.Below(5_000) : dice.Below(40));
        if (_inputs.Count > 0) RunAt(_busyUntilUs);
        else if (_exitCode is { } code && _disk.IsIdle) Exited(code);
        if (State != ProcessState.Ended) ScheduleWake();
    }

    private void ScheduleWake()
    {
        MonotonicMs next = _occupant.Node.NextWake;
        if (next.Value > long.MaxValue / 4000) return;
        long atUs = Math.Max(Math.Max(Machine.WorldTimeUs(next), _world.NowUs + 1), _busyUntilUs);
        if (atUs >= _wakeAtUs) return;
        _wakeAtUs = atUs;
        _world.At(atUs, this, WakeEvent, atUs);
    }

    private void DeliverInputs(StepTime now)
    {
        while (State == ProcessState.Running && _inputs.TryDequeue(out Input input))
        {
            _world.Trace.Add(_world.NowUs);
            _world.Trace.Add(((long)Machine.Index << 8) | (long)input.Kind);
            Deliver(now, input);
        }
    }

    private void Deliver(StepTime now, in Input input)
    {
        INode node = _occupant.Node;
        switch (input.Kind)
        {
            case InputKind.Start: node.Start(now); break;
            case InputKind.Stop: node.StopRequested(now, StopReason.Terminate); break;
            case InputKind.Work: node.WorkDone(now, (Work)input.What!); break;
            case InputKind.Listener: node.ListenerOpened(now, (Listener)input.What!, (string?)input.Extra); break;
            case InputKind.Accept: Accept(now, (Socket)input.What!, (Listener)input.Extra!); break;
            case InputKind.Opened: LinkOpened(now, (Socket)input.What!); break;
            case InputKind.Readable: Read(now, (Socket)input.What!); break;
            case InputKind.Closed: LinkClosed(now, (Socket)input.What!, input.Fault); break;
            case InputKind.Drained: LinkDrained(now, (Link)input.What!); break;
            default: Invariant.Unreachable("an input of no kind"); break;
        }
    }

    private void Accept(StepTime now, Socket socket, Listener listener)
    {
        var link = new Link(listener.Kind, _occupant.Segments)
        {
            Number = ++_lastNumber,
            Listener = listener,
            Local = socket.Local,
            Remote = socket.Remote,
            HostState = socket,
            Descriptor = 10 + (int)(_lastNumber % 1000),
        };
        socket.Tag = new LinkTag(link);
        Remember(link);
        _occupant.Node.LinkOpened(now, link);
        socket.KeepAliveSeconds = link.KeepAliveSeconds;
        socket.KeepAlive();
        if (socket.Incoming!.HasUnread || socket.IsAtEnd) ((IStation)this).Readable(socket);
        else if (!socket.IsOpen && Knows(link)) LinkClosed(now, socket, LinkFault.Reset);
    }

    private void LinkOpened(StepTime now, Socket socket)
    {
        Link link = ((LinkTag)socket.Tag!).Link;
        if (!Knows(link)) return;
        link.Local = socket.Local;
        _occupant.Node.LinkOpened(now, link);
        if (!link.Output.IsEmpty) Flush(link);
    }

    private void Read(StepTime now, Socket socket)
    {
        var tag = (LinkTag)socket.Tag!;
        tag.ReadQueued = false;
        if (!Knows(tag.Link) || !tag.Reading) return;
        if (socket.TryPeek(out ReadOnlySpan<byte> bytes, out _))
        {
            Dice dice = _world.ChanceOfProcesses;
            int size = bytes.Length;
            if (size > 1 && dice.Below(64) == 0)
            {
                size = 1 + dice.Below(size - 1);
                _world.Counters.Count(Counter.FragmentedReads);
            }

            _world.Trace.Add(bytes[..size]);
            if (IsBus(tag.Link)) (tag.BusIn ??= new BusTap(_world, this, outgoing: false)).Passing(socket, bytes[..size]);
            _occupant.Node.Received(now, tag.Link, bytes[..size]);
            if (socket.Incoming!.HasUnread) socket.Consume(size);
            if (socket.Incoming.HasUnread || socket.IsAtEnd) ((IStation)this).Readable(socket);
        }
        else if (socket.IsAtEnd)
        {
            LinkClosed(now, socket, LinkFault.ClosedByPeer);
        }
    }

    private void LinkClosed(StepTime now, Socket socket, LinkFault fault)
    {
        Link link = ((LinkTag)socket.Tag!).Link;
        bool knows = Knows(link);
        if (!Drop(link)) return;
        socket.Close();
        if (!knows || ((LinkTag)socket.Tag!).Closing) return;
        _occupant.Node.LinkClosed(now, link, fault);
    }

    private void LinkDrained(StepTime now, Link link)
    {
        if (!Knows(link) || !link.WantsDrained || !link.Output.IsEmpty) return;
        link.WantsDrained = false;
        _occupant.Node.Drained(now, link);
    }

    // ---- what the node asks for

    public long Ticks() => _ticksNs += 250;

    public void Pump()
    {
        if (!_inBatch || State != ProcessState.Running) return;
        _ticksNs += 20_000;
        CarryOut();
        int waiting = _inputs.Count;
        while (waiting-- > 0 && _inputs.TryPeek(out Input input))
        {
            // Only bytes and links: work and the end of the process wait for the step to end.
            _inputs.Dequeue();
            if (input.Kind is InputKind.Readable or InputKind.Accept or InputKind.Opened or InputKind.Closed) Deliver(Machine.Clock, input);
            else _inputs.Enqueue(input);
        }
    }

    public void Log(LogLevel level, string text)
    {
        if (LastLog.Count == 200) LastLog.Dequeue();
        LastLog.Enqueue($"{_world.NowUs / 1000,9} {text}");
        _world.LogSink?.Invoke(_world.NowUs / 1000, this, level, text);
    }

    public void Listen(Listener listener) => _effects.Add(new Effect(EffectKind.Listen, listener, 0));

    public void StopListening(Listener listener) => _effects.Add(new Effect(EffectKind.StopListening, listener, 0));

    public void Connect(Link link)
    {
        Remember(link);
        _effects.Add(new Effect(EffectKind.Connect, link, 0));
    }

    public void Flush(Link link)
    {
        if (link.HostState is not Socket { Tag: LinkTag { FlushQueued: false } tag }) return;
        tag.FlushQueued = true;
        _effects.Add(new Effect(EffectKind.Flush, link, 0));
    }

    public void Close(Link link, CloseMode mode)
    {
        _forgotten.Add(link);
        _effects.Add(new Effect(EffectKind.Close, link, (int)mode));
    }

    public void SetReading(Link link, bool reading) => _effects.Add(new Effect(EffectKind.SetReading, link, reading ? 1 : 0));

    public void Submit(Work work) => _effects.Add(new Effect(EffectKind.Submit, work, 0));

    public void Exit(int code) => _exitCode = code;

    public ProcessFacts Facts() => new(
        1000 + Machine.Index, "Hexad simulator x86_64", "virtual", "/usr/bin/hexad", Folder + "/node.conf",
        8 << 20, 8 << 20, 1L << 33, 0.1, 0.1, 0.1, 0.1, 1 << 20, 10_032);

    private void CarryOut()
    {
        for (int i = 0; i < _effects.Count; i++)
        {
            Effect effect = _effects[i];
            CarryOut(effect);
        }

        _effects.Clear();
        _forgotten.Clear();
    }

    private void CarryOut(in Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.Listen: OpenListener((Listener)effect.What); break;
            case EffectKind.StopListening:
                Machine.Close((Listener)effect.What);
                Listeners.Remove((Listener)effect.What);
                break;
            case EffectKind.Connect: Dial((Link)effect.What); break;
            case EffectKind.Flush: FlushNow((Link)effect.What); break;
            case EffectKind.Close: CloseNow((Link)effect.What, (CloseMode)effect.Number); break;
            case EffectKind.SetReading: SetReadingNow((Link)effect.What, effect.Number == 1); break;
            case EffectKind.Submit: _disk.Add((Work)effect.What); break;
            default: Invariant.Unreachable("an effect of no kind"); break;
        }
    }

    private void OpenListener(Listener listener)
    {
        string? error = Machine.Open(this, listener);
        if (error is null) Listeners.Add(listener);
        Give(new Input(InputKind.Listener, listener, error, default));
    }

    private void Dial(Link link)
    {
        if (!_links.Contains(link)) return;
        var socket = new Socket(_world, this) { KeepAliveSeconds = link.KeepAliveSeconds };
        socket.Tag = new LinkTag(link);
        link.HostState = socket;
        socket.Dial(link.Remote, link.ConnectTimeoutMs);
    }

    private void FlushNow(Link link)
    {
        if (link.HostState is not Socket { Tag: LinkTag tag } socket) return;
        tag.FlushQueued = false;
        if (_links.Contains(link)) Transmit(link, socket);
    }

    private void Transmit(Link link, Socket socket)
    {
        if (!socket.IsOpen) return;
        var tag = (LinkTag)socket.Tag!;
        socket.Mark = _occupant.Mark;
        while (!link.Output.IsEmpty)
        {
            ReadOnlySpan<byte> part = link.Output.FirstPart;
            int size = Math.Min(part.Length, socket.Room);
            if (size == 0)
            {
                socket.Outgoing!.WaitForRoom();
                return;
            }

            if (tag.BusOut is null && link.Kind == LinkKind.BusOutbound) RepeatOldMessage(socket);
            if (IsBus(link)) (tag.BusOut ??= new BusTap(_world, this, outgoing: true)).Passing(socket, part[..size]);
            socket.Send(part[..size]);
            link.Output.Consume(size);
        }

        if (tag.Closing) Finish(link, socket);
        else if (link.WantsDrained) Give(new Input(InputKind.Drained, link, null, default));
    }

    /// <summary>Keeps one message in eight of those for each peer, for <see cref="RepeatOldMessage"/>.</summary>
    internal void Remember(Socket socket, ReadOnlySpan<byte> message)
    {
        if (_world.Network.DuplicatePermille > 0 && (_world.ChanceOfNetwork.Next() & 7) == 0) _sentBefore[socket.Remote] = message.ToArray();
    }

    /// <summary>On a new link, sometimes, first comes again what the peer had on an older one: whole, as nodes cannot know what arrived.</summary>
    private void RepeatOldMessage(Socket socket)
    {
        if (!_sentBefore.TryGetValue(socket.Remote, out byte[]? old) || _world.ChanceOfNetwork.Below(1000) >= _world.Network.DuplicatePermille) return;
        if (socket.Room < old.Length) return;
        socket.Send(old);
        _world.Counters.Count(Counter.DuplicatedMessages);
    }

    private static bool IsBus(Link link) => link.Kind is LinkKind.BusInbound or LinkKind.BusOutbound;

    private void CloseNow(Link link, CloseMode mode)
    {
        if (!_links.Contains(link)) return;
        if (link.HostState is not Socket socket)
        {
            Drop(link);
            return;
        }

        if (mode == CloseMode.AfterFlush && socket.IsOpen && !link.Output.IsEmpty)
        {
            var tag = (LinkTag)socket.Tag!;
            tag.Closing = true;
            tag.Reading = false;
            Transmit(link, socket);
            return;
        }

        Finish(link, socket);
    }

    private void Finish(Link link, Socket socket)
    {
        socket.Close();
        Drop(link);
        link.Output.Clear();
    }

    private void SetReadingNow(Link link, bool reading)
    {
        if (link.HostState is not Socket { Tag: LinkTag tag } socket || !_links.Contains(link)) return;
        tag.Reading = reading;
        if (reading && socket.Incoming is { } incoming && (incoming.HasUnread || incoming.IsAtEnd)) ((IStation)this).Readable(socket);
    }

    internal void DiskIsIdle()
    {
        if (_exitCode is not null && State == ProcessState.Running) RunAt(_world.NowUs);
    }

    private void Exited(int code)
    {
        ExitCode = code;
        End(killed: false);
    }

    private void Remember(Link link)
    {
        if (_links.Add(link)) _order.Add(link);
    }

    /// <summary>Whether the node may still hear of a link: it stands, and the node has not closed it in this very batch.</summary>
    private bool Knows(Link link) => _links.Contains(link) && !_forgotten.Contains(link);

    private bool Drop(Link link)
    {
        if (!_links.Remove(link)) return false;
        _order.Remove(link);
        return true;
    }

    /// <summary>An absolute path for one that may be relative to the working folder.</summary>
    internal string Absolute(string path) => path.StartsWith('/') ? path : Path.Combine(Folder, path);

    private enum InputKind
    {
        Start,
        Stop,
        Work,
        Listener,
        Accept,
        Opened,
        Readable,
        Closed,
        Drained,
    }

    private enum EffectKind
    {
        Listen,
        StopListening,
        Connect,
        Flush,
        Close,
        SetReading,
        Submit,
    }

    private readonly record struct Input(InputKind Kind, object? What, object? Extra, LinkFault Fault);

    private readonly record struct Effect(EffectKind Kind, object What, int Number);

    private sealed class LinkTag(Link link)
    {
        public readonly Link Link = link;
        public bool ReadQueued;
        public bool FlushQueued;
        public bool Closing;
        public bool Reading = true;
        public BusTap? BusOut;
        public BusTap? BusIn;
    }
}
