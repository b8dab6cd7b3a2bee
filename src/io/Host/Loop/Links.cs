using System;
using System.Collections.Generic;
using System.Text;

using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Host.Native;
using Hexad.Host.Sockets;
using Hexad.Wire;

namespace Hexad.Host.Loop;

/// <summary>
/// The sockets of one node: listeners, links in and out, and what is to be sent.
/// <para>Effects are carried out when they are asked for, but what they lead to is queued as a <see cref="Report"/> and told
/// in a later step; only sending waits for the end of the batch, so that all replies of a wake leave in one call per
/// link. A wake with n ready clients costs one wait, n receives and n sends, and allocates nothing.</para>
/// <para>A link is watched for input while the node reads from it, and for room only after a send was short.</para>
/// </summary>
internal sealed class Links(SocketLayer sockets, INode node, SegmentPool pool, Func<string, string> absolutePath) : IDisposable
{
    private const int ReceiveBytes = 64 * 1024;
    private const int ReceivesAtOnce = 4;
    private const int AcceptsAtOnce = 1000;
    private const int PartsAtOnce = 64;
    private const int LastFlushMs = 30_000;
    private const int AcceptPauseMs = 100;
    private const int LongestUnixPath = 107;

    private readonly SocketLayer _sockets = sockets;
    private readonly INode _node = node;
    private readonly SegmentPool _pool = pool;
    private readonly Func<string, string> _absolutePath = absolutePath;
    private readonly List<LinkState> _toFlush = [];
    private readonly List<LinkState> _timed = [];
    private readonly Queue<Report> _reports = [];
    private readonly List<byte[]> _buffers = [];
    private readonly OutputPart[] _parts = new OutputPart[PartsAtOnce];
    private LinkState?[] _bySocket = new LinkState?[64];
    private long _wake;
    private long _lastNumber;
    private int _open;

    /// <summary>Whether something waits to be told to the node.</summary>
    internal bool HasReports => _reports.Count > 0;

    /// <summary>Whether output waits that the peers have not taken yet.</summary>
    internal bool HasOutput
    {
        get
        {
            foreach (LinkState? state in _bySocket)
                if (state is { Phase: LinkPhase.Open or LinkPhase.Ending, Link.Output.IsEmpty: false }) return true;
            return false;
        }
    }

    /// <summary>How many links stand or are being opened.</summary>
    internal int Count => _open;

    /// <summary>A number for a link that no other of this node has; the node draws numbers for its own links from here too.</summary>
    internal long NextNumber() => ++_lastNumber;

    internal void Listen(Listener listener)
    {
        int socket = TryAddress(listener.At, listener.IsUnix, out SocketAddress address)
            ? _sockets.Listen(address, listener.Backlog)
            : -(int)(listener.IsUnix ? SystemError.NameTooLong : SystemError.AddressNotAvailable);
        if (socket < 0)
        {
            _reports.Enqueue(new Report(ReportKind.ListenerOpened, null, listener, null, default, ((SystemError)(-socket)).Text()));
            return;
        }

        if (listener.IsUnix && UnixSocketFile.Dress(address.Path!, listener) is { } refused)
        {
            _sockets.Close(socket);
            LibC.Unlink(address.Path!);
            _reports.Enqueue(new Report(ReportKind.ListenerOpened, null, listener, null, default, refused));
            return;
        }

        var state = new LinkState { Socket = socket, Listener = listener, BornInWake = _wake, Phase = LinkPhase.Listening };
        listener.HostState = state;
        Place(state);
        _reports.Enqueue(new Report(ReportKind.ListenerOpened, state, listener, null, default, null));
    }

    internal void StopListening(Listener listener)
    {
        if (listener.HostState is not LinkState { Phase: LinkPhase.Listening } state) return;
        Drop(state);
        if (listener.IsUnix) LibC.Unlink(_absolutePath(listener.At.Address));
    }

    internal void Connect(Link link, long nowMs)
    {
        int socket = -(int)SystemError.AddressNotAvailable;
        if (TryAddress(link.Remote, false, out SocketAddress target))
        {
            SocketAddress source = default;
            if (!link.Local.IsNone && TryAddress(link.Local, false, out SocketAddress wanted)
                && wanted.Ip!.AddressFamily == target.Ip!.AddressFamily) source = wanted;
            socket = _sockets.Connect(target, source);
        }

        if (socket < 0)
        {
            var failed = new LinkState { Socket = -1, Link = link, Phase = LinkPhase.Dead };
            link.HostState = failed;
            _reports.Enqueue(new Report(ReportKind.LinkClosed, failed, null, link, FaultOf(-socket), null));
            return;
        }

        var state = new LinkState { Socket = socket, Link = link, BornInWake = _wake, Phase = LinkPhase.Connecting };
        link.HostState = state;
        link.Descriptor = socket;
        Place(state);
        _open++;
        if (link.ConnectTimeoutMs > 0) SetDeadline(state, nowMs + link.ConnectTimeoutMs);
    }

    internal void QueueFlush(Link link)
    {
        if (link.HostState is not LinkState { IsFlushQueued: false, Phase: LinkPhase.Open or LinkPhase.Ending } state) return;
        state.IsFlushQueued = true;
        _toFlush.Add(state);
    }

    internal void Close(Link link, CloseMode mode, long nowMs)
    {
        if (link.HostState is not LinkState state) return;
        state.Forgotten = true;
        if (state.Phase is LinkPhase.Dead or LinkPhase.Ending) return;
        if (mode == CloseMode.Now || state.Phase == LinkPhase.Connecting || link.Output.IsEmpty)
        {
            Drop(state);
            return;
        }

        state.Phase = LinkPhase.Ending;
        state.Reading = false;
        _sockets.Watch(state.Socket, input: false, output: state.AwaitsRoom);
        SetDeadline(state, nowMs + LastFlushMs);
        QueueFlush(link);
    }

    internal void SetReading(Link link, bool reading)
    {
        if (link.HostState is not LinkState { Phase: LinkPhase.Open } state || state.Reading == reading) return;
        state.Reading = reading;
        _sockets.Watch(state.Socket, reading, state.AwaitsRoom);
    }

    /// <summary>Waits for sockets that are ready, at most so long, and lists them.</summary>
    internal void Wait(ReadyList ready, int timeoutMs)
    {
        ready.Count = _sockets.Wait(timeoutMs, ready.Sockets);
        ready.Next = 0;
        ready.Accepts = false;
        ready.Wake = ++_wake;
    }

    /// <summary>
    /// Gives the node what the listed sockets have: bytes, new links, ends. <paramref name="depth"/> is 0 from the loop and 1 from
    /// inside a step, so that the bytes of the outer call stay untouched.
    /// </summary>
    internal void Handle(ReadyList ready, StepTime now, int depth)
    {
        Serve(ready, now, depth);
        if (!ready.Accepts) return;
        for (int i = 0; i < ready.Count; i++)
            if (StateOf(ready.Sockets[i], ready.Wake) is { Phase: LinkPhase.Listening } listening) Accept(listening, now);
    }

    /// <summary>
    /// The part of <see cref="Handle"/> for links. From inside a step it takes up the loop's own list where that stands:
    /// what is listed there is not reported again.
    /// </summary>
    internal void Serve(ReadyList ready, StepTime now, int depth)
    {
        while (ready.Next < ready.Count)
        {
            ReadySocket one = ready.Sockets[ready.Next++];
            LinkState? state = StateOf(one, ready.Wake);
            if (state is null) continue;
            switch (state.Phase)
            {
                case LinkPhase.Listening:
                    ready.Accepts = true;
                    break;
                case LinkPhase.Connecting:
                    FinishConnect(state, now);
                    break;
                default:
                    if (one.Output && state.AwaitsRoom && !state.IsFlushQueued) QueueFlush(state.Link!);
                    if (state.Reading ? one.Input : (one.What & Readiness.Failed) != 0) Receive(state, now, one.What, depth);
                    break;
            }
        }
    }

    /// <summary>Tells the node what was queued before this call.</summary>
    internal void TellReports(StepTime now)
    {
        for (int count = _reports.Count; count > 0; count--)
        {
            Report report = _reports.Dequeue();
            if (report.State is { Forgotten: true }) continue;
            switch (report.Kind)
            {
                case ReportKind.ListenerOpened:
                    _node.ListenerOpened(now, report.Listener!, report.Error);
                    break;
                case ReportKind.LinkClosed:
                    _node.LinkClosed(now, report.Link!, report.Fault);
                    break;
                default:
                    if (report.Link!.WantsDrained && report.Link.Output.IsEmpty && report.State!.Phase == LinkPhase.Open)
                    {
                        report.Link.WantsDrained = false;
                        _node.Drained(now, report.Link);
                    }

                    break;
            }
        }
    }

    /// <summary>Sends what waits on every link that asked for it.</summary>
    internal void Flush()
    {
        for (int i = 0; i < _toFlush.Count; i++)
        {
            LinkState state = _toFlush[i];
            state.IsFlushQueued = false;
            if (state.Phase is LinkPhase.Open or LinkPhase.Ending) Send(state);
        }

        _toFlush.Clear();
    }

    /// <summary>Gives up connects and last flushes whose time is over, and takes up listeners that paused.</summary>
    internal void Expire(long nowMs)
    {
        for (int i = _timed.Count - 1; i >= 0; i--)
        {
            LinkState state = _timed[i];
            bool over = state.DeadlineMs <= nowMs;
            switch (state.Phase)
            {
                case LinkPhase.Connecting when over:
                    Fail(state, LinkFault.TimedOut);
                    break;
                case LinkPhase.Ending when over:
                    Drop(state);
                    break;
                case LinkPhase.Listening when over:
                    _sockets.Watch(state.Socket, input: true, output: false);
                    break;
                case LinkPhase.Connecting or LinkPhase.Ending or LinkPhase.Listening:
                    continue;
                default:
                    break;
            }

            _timed.RemoveAt(i);
        }
    }

    /// <summary>The earliest time at which <see cref="Expire"/> has something to do, or the end of time.</summary>
    internal long NextDeadlineMs
    {
        get
        {
            long first = long.MaxValue;
            foreach (LinkState state in _timed) first = Math.Min(first, state.DeadlineMs);
            return first;
        }
    }

    /// <summary>Closes every socket; unix sockets leave their folder.</summary>
    public void Dispose()
    {
        foreach (LinkState? state in _bySocket)
        {
            if (state is null) continue;
            if (state.Listener is { IsUnix: true } unix) LibC.Unlink(_absolutePath(unix.At.Address));
            Drop(state);
        }
    }

    private void FinishConnect(LinkState state, StepTime now)
    {
        Link link = state.Link!;
        int result = _sockets.Finish(state.Socket);
        if (result == SocketLayer.InProgress) return;
        if (result < 0)
        {
            Unplace(state);
            _node.LinkClosed(now, link, FaultOf(-result));
            return;
        }

        state.Phase = LinkPhase.Open;
        _sockets.Tune(state.Socket, link.KeepAliveSeconds);
        _sockets.Watch(state.Socket, input: true, output: false);
        link.Local = EndpointOf(_sockets.Local(state.Socket));
        _node.LinkOpened(now, link);
        if (!link.Output.IsEmpty) QueueFlush(link);
    }

    private void Accept(LinkState listening, StepTime now)
    {
        Listener listener = listening.Listener!;
        for (int i = 0; i < AcceptsAtOnce && listening.Phase == LinkPhase.Listening; i++)
        {
            int socket = _sockets.Accept(listening.Socket, out SocketAddress peer);
            if (socket == SocketLayer.WouldBlock) return;
            if (socket < 0)
            {
                // Out of descriptors: the kernel would report the listener for ever, so let it rest a moment.
                _sockets.Watch(listening.Socket, input: false, output: false);
                SetDeadline(listening, now.Monotonic.Value + AcceptPauseMs);
                return;
            }

            var link = new Link(listener.Kind, _pool)
            {
                Number = NextNumber(),
                Listener = listener,
                Remote = listener.IsUnix ? listener.At : EndpointOf(peer),
                Local = listener.IsUnix ? listener.At : EndpointOf(_sockets.Local(socket)),
                Descriptor = socket,
            };
            var state = new LinkState { Socket = socket, Link = link, BornInWake = _wake, Phase = LinkPhase.Open };
            link.HostState = state;
            Place(state);
            _open++;
            _node.LinkOpened(now, link);
            if (!listener.IsUnix && state.Phase is LinkPhase.Open) _sockets.Tune(socket, link.KeepAliveSeconds);
        }
    }

    // What stands at the socket, unless another has got its number since it was listed.
    private LinkState? StateOf(ReadySocket one, long wake) =>
        (uint)one.Socket < (uint)_bySocket.Length && _bySocket[one.Socket] is { } state && state.BornInWake < wake ? state : null;

    private void Receive(LinkState state, StepTime now, Readiness what, int depth)
    {
        Link link = state.Link!;
        if (!state.Reading)
        {
            // Reset by the other side.
            if (state.Phase == LinkPhase.Ending) Drop(state);
            else if (state.Phase == LinkPhase.Open) EndNow(state, now, LinkFault.Reset);
            return;
        }

        while (_buffers.Count <= depth) _buffers.Add(GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true));
        byte[] buffer = _buffers[depth];
        for (int i = 0; i < ReceivesAtOnce && state is { Phase: LinkPhase.Open, Reading: true }; i++)
        {
            int got = _sockets.Receive(state.Socket, buffer);
            if (got > 0)
            {
                _node.Received(now, link, buffer.AsSpan(0, got));
                if (got == buffer.Length) continue;
                if ((what & Readiness.More) == 0) return;
                break;
            }

            if (got == SocketLayer.WouldBlock) return;
            if (i > 0) break;
            if (got == 0) EndNow(state, now, LinkFault.ClosedByPeer);
            else EndNow(state, now, FaultOf(-got));
            return;
        }

        // There is more to read, or the end: the next wake brings it, after the replies to what came have left.
        if (state is { Phase: LinkPhase.Open, Reading: true }) _sockets.Watch(state.Socket, input: true, state.AwaitsRoom);
    }

    private void Send(LinkState state)
    {
        Link link = state.Link!;
        OutputQueue output = link.Output;
        while (!output.IsEmpty)
        {
            int sent, offered;
            ReadOnlySpan<byte> first = output.FirstPart;
            if (first.Length == output.Length)
            {
                offered = first.Length;
                sent = _sockets.Send(state.Socket, first);
            }
            else
            {
                int count = output.Parts(_parts);
                offered = 0;
                for (int i = 0; i < count; i++) offered += _parts[i].Length;
                sent = _sockets.Send(state.Socket, _parts.AsSpan(0, count));
            }

            if (sent < 0 && sent != SocketLayer.WouldBlock)
            {
                if (state.Forgotten) Drop(state);
                else Fail(state, FaultOf(-sent));
                return;
            }

            if (sent > 0) output.Consume(sent);
            if (sent < offered)
            {
                AwaitRoom(state, true);
                return;
            }
        }

        AwaitRoom(state, false);
        if (state.Phase == LinkPhase.Ending) Drop(state);
        else if (link.WantsDrained) _reports.Enqueue(new Report(ReportKind.Drained, state, null, link, default, null));
    }

    private void AwaitRoom(LinkState state, bool room)
    {
        if (state.AwaitsRoom == room) return;
        state.AwaitsRoom = room;
        _sockets.Watch(state.Socket, state.Reading, room);
    }

    private void EndNow(LinkState state, StepTime now, LinkFault fault)
    {
        Link link = state.Link!;
        Unplace(state);
        _node.LinkClosed(now, link, fault);
    }

    private void Fail(LinkState state, LinkFault fault)
    {
        Unplace(state);
        _reports.Enqueue(new Report(ReportKind.LinkClosed, state, null, state.Link, fault, null));
    }

    private void Drop(LinkState state)
    {
        state.Forgotten = true;
        Unplace(state);
    }

    private void Place(LinkState state)
    {
        if (state.Socket >= _bySocket.Length) Array.Resize(ref _bySocket, Math.Max(state.Socket + 1, _bySocket.Length * 2));
        Invariant.That(_bySocket[state.Socket] is null);
        _bySocket[state.Socket] = state;
    }

    private void Unplace(LinkState state)
    {
        if (state.Phase == LinkPhase.Dead) return;
        Invariant.That(ReferenceEquals(_bySocket[state.Socket], state));
        if (state.Link is not null)
        {
            _open--;
            state.Link.Output.Clear();
            state.Link.Descriptor = -1;
        }

        _bySocket[state.Socket] = null;
        _sockets.Close(state.Socket);
        state.Phase = LinkPhase.Dead;
    }

    private void SetDeadline(LinkState state, long atMs)
    {
        state.DeadlineMs = atMs;
        _timed.Remove(state);
        _timed.Add(state);
    }

    private bool TryAddress(Endpoint at, bool isUnix, out SocketAddress address)
    {
        if (!isUnix) return SocketAddress.TryResolve(at.Address, at.Port, out address);
        string path = _absolutePath(at.Address);
        address = SocketAddress.Unix(path);
        if (Encoding.UTF8.GetByteCount(path) > LongestUnixPath) return false;
        // As Redis: a socket that an earlier server left behind is taken over.
        LibC.Unlink(path);
        return true;
    }

    private static Endpoint EndpointOf(in SocketAddress address) =>
        address.Ip is null ? new Endpoint(address.Path ?? "", 0) : new Endpoint(address.Ip.ToString(), address.Port);

    private static LinkFault FaultOf(int error) => (SystemError)error switch
    {
        SystemError.ConnectionRefused => LinkFault.Refused,
        SystemError.ConnectionReset or SystemError.BrokenPipe or SystemError.ConnectionAborted => LinkFault.Reset,
        SystemError.TimedOut => LinkFault.TimedOut,
        SystemError.HostUnreachable or SystemError.NetworkUnreachable or SystemError.AccessDenied => LinkFault.Unreachable,
        SystemError.AddressNotAvailable or SystemError.FamilyNotSupported or SystemError.Invalid or SystemError.AddressInUse => LinkFault.BadAddress,
        _ => LinkFault.Other,
    };
}
