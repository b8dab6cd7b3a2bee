using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Hexad.Core;
using Hexad.Host.Native;
using Hexad.Wire;

namespace Hexad.Host.Sockets;

/// <summary>
/// Sockets on raw epoll. A socket's number is its file descriptor. Input is edge-triggered (decision 044): a connection
/// is reported when bytes come, and the next wait does not ask it again. A short read proves it empty, so a wake of n
/// ready clients costs one epoll_wait, n recv and n send. Listeners, connects, and connections that wait for
/// room are level-triggered.
/// <para>Unsafe contract: the event buffer lives as long as the object; the parts of an output queue are
/// pinned arrays that their queue keeps until they are consumed; every other pointer is pinned for its call.</para>
/// </summary>
public sealed unsafe class EpollSockets : SocketLayer
{
    private const int MaxEvents = 1024;
    private const int MaxParts = 64;
    private const int AddressBytes = 128;
    private const uint InputAlone = LibC.EpollIn | LibC.EpollUrgent | LibC.EpollPeerEnded | LibC.EpollEdge;

    private readonly LibC.EpollEvent[] _events = GC.AllocateArray<LibC.EpollEvent>(MaxEvents, pinned: true);
    private readonly int _epoll;
    private readonly int _wake;

    /// <summary>Opens the epoll instance and the event counter that <see cref="Wake"/> writes to.</summary>
    public EpollSockets()
    {
        _epoll = LibC.EpollCreate(LibC.EpollCloseOnExec);
        if (_epoll < 0) throw new InvalidOperationException("epoll_create1: " + LibC.Error.Text());
        _wake = LibC.EventFd(0, LibC.EventNonBlocking | LibC.EventCloseOnExec);
        if (_wake < 0) throw new InvalidOperationException("eventfd: " + LibC.Error.Text());
        Control(LibC.EpollAdd, _wake, LibC.EpollIn);
    }

    /// <inheritdoc/>
    public override int Listen(in SocketAddress address, int backlog)
    {
        int fd = Open(address);
        if (fd < 0) return fd;
        int yes = 1;
        if (address.Ip is not null) LibC.SetOption(fd, LibC.LevelSocket, LibC.OptionReuseAddress, &yes, sizeof(int));
        if (address.Ip?.AddressFamily == AddressFamily.InterNetworkV6) LibC.SetOption(fd, LibC.LevelIPv6, LibC.IPv6Only, &yes, sizeof(int));
        int failure = BindTo(fd, address);
        if (failure == 0 && LibC.Listen(fd, backlog) < 0) failure = -(int)LibC.Error;
        if (failure == 0) failure = Control(LibC.EpollAdd, fd, LibC.EpollIn);
        return failure == 0 ? fd : Abandon(fd, failure);
    }

    /// <inheritdoc/>
    public override int Accept(int listener, out SocketAddress peer)
    {
        byte* native = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        int fd = LibC.Accept(listener, native, &length, LibC.SocketNonBlocking | LibC.SocketCloseOnExec);
        if (fd < 0)
        {
            peer = default;
            SystemError error = LibC.Error;
            return error is SystemError.ConnectionAborted or SystemError.Interrupted ? WouldBlock : -(int)error;
        }

        peer = SocketAddress.Read(new ReadOnlySpan<byte>(native, (int)Math.Min(length, AddressBytes)));
        int failure = Control(LibC.EpollAdd, fd, InputAlone);
        return failure == 0 ? fd : Abandon(fd, failure);
    }

    /// <inheritdoc/>
    public override int Connect(in SocketAddress target, in SocketAddress source)
    {
        int fd = Open(target);
        if (fd < 0) return fd;
        if (!source.IsNone)
        {
            int yes = 1;
            LibC.SetOption(fd, LibC.LevelSocket, LibC.OptionReuseAddress, &yes, sizeof(int));
            int unbound = BindTo(fd, source);
            if (unbound < 0) return Abandon(fd, unbound);
        }

        byte* native = stackalloc byte[AddressBytes];
        int length = target.Write(new Span<byte>(native, AddressBytes));
        if (LibC.Connect(fd, native, (uint)length) < 0 && LibC.Error is not (SystemError.InProgress or SystemError.Interrupted))
            return Abandon(fd, -(int)LibC.Error);
        int failure = Control(LibC.EpollAdd, fd, LibC.EpollOut);
        return failure == 0 ? fd : Abandon(fd, failure);
    }

    /// <inheritdoc/>
    public override int Finish(int socket)
    {
        int error = 0;
        uint length = sizeof(int);
        if (LibC.GetOption(socket, LibC.LevelSocket, LibC.OptionError, &error, &length) < 0) return -(int)LibC.Error;
        if (error != 0) return -error;
        byte* native = stackalloc byte[AddressBytes];
        uint peer = AddressBytes;
        if (LibC.PeerName(socket, native, &peer) == 0) return 0;
        return LibC.Error == SystemError.NotConnected ? InProgress : -(int)LibC.Error;
    }

    /// <inheritdoc/>
    public override int Receive(int socket, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint got = LibC.Receive(socket, start, (nuint)buffer.Length, 0);
            return got >= 0 ? (int)got : Failure();
        }
    }

    /// <inheritdoc/>
    public override int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint sent = LibC.Send(socket, start, (nuint)bytes.Length, LibC.MessageNoSignal);
            return sent >= 0 ? (int)sent : Failure();
        }
    }

    /// <inheritdoc/>
    public override int Send(int socket, ReadOnlySpan<OutputPart> parts)
    {
        int count = Math.Min(parts.Length, MaxParts);
        LibC.Segment* segments = stackalloc LibC.Segment[MaxParts];
        for (int i = 0; i < count; i++)
        {
            ref byte first = ref MemoryMarshal.GetArrayDataReference(parts[i].Bytes);
            segments[i].Start = (byte*)Unsafe.AsPointer(ref first) + parts[i].Start;
            segments[i].Length = (nuint)parts[i].Length;
        }

        var message = new LibC.MessageHeader { Segments = segments, SegmentCount = (nuint)count };
        nint sent = LibC.SendMessage(socket, &message, LibC.MessageNoSignal);
        return sent >= 0 ? (int)sent : Failure();
    }

    /// <inheritdoc/>
    public override void Watch(int socket, bool input, bool output) =>
        Control(LibC.EpollModify, socket, input && !output ? InputAlone : (input ? LibC.EpollIn : 0) | (output ? LibC.EpollOut : 0));

    /// <inheritdoc/>
    public override void Tune(int socket, int keepAliveSeconds)
    {
        SetOption(socket, LibC.LevelTcp, LibC.TcpNoDelay, 1);
        SetOption(socket, LibC.LevelSocket, LibC.OptionKeepAlive, keepAliveSeconds > 0 ? 1 : 0);
        if (keepAliveSeconds <= 0) return;
        SetOption(socket, LibC.LevelTcp, LibC.TcpKeepIdle, keepAliveSeconds);
        SetOption(socket, LibC.LevelTcp, LibC.TcpKeepInterval, Math.Max(1, keepAliveSeconds / 3));
        SetOption(socket, LibC.LevelTcp, LibC.TcpKeepCount, 3);
    }

    /// <inheritdoc/>
    public override SocketAddress Local(int socket)
    {
        byte* native = stackalloc byte[AddressBytes];
        uint length = AddressBytes;
        return LibC.LocalName(socket, native, &length) < 0
            ? default
            : SocketAddress.Read(new ReadOnlySpan<byte>(native, (int)Math.Min(length, AddressBytes)));
    }

    /// <inheritdoc/>
    public override void Close(int socket) => LibC.Close(socket);

    /// <inheritdoc/>
    public override int Wait(int timeoutMs, Span<ReadySocket> ready)
    {
        WasWoken = false;
        int room = Math.Min(MaxEvents, ready.Length);
        LibC.EpollEvent[] events = _events;
        int count;
        fixed (LibC.EpollEvent* start = events) count = LibC.EpollWait(_epoll, start, room, timeoutMs);
        if (count < 0)
        {
            Invariant.That(LibC.Error == SystemError.Interrupted);
            return 0;
        }

        int filled = 0;
        for (int i = 0; i < count; i++)
        {
            uint what = events[i].Events;
            int socket = (int)events[i].Tag;
            if (socket == _wake)
            {
                ulong rung;
                LibC.Read(_wake, &rung, sizeof(ulong));
                WasWoken = true;
                continue;
            }

            ready[filled++] = new ReadySocket(socket, ReadinessOf(what));
        }

        return filled;
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        ulong one = 1;
        LibC.Write(_wake, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        LibC.Close(_wake);
        LibC.Close(_epoll);
    }

    private static Readiness ReadinessOf(uint what)
    {
        if (what == LibC.EpollIn) return Readiness.Input;
        if ((what & (LibC.EpollError | LibC.EpollHangUp)) != 0) return Readiness.Input | Readiness.Output | Readiness.More | Readiness.Failed;
        Readiness all = (what & LibC.EpollOut) != 0 ? Readiness.Output : Readiness.None;
        if ((what & LibC.EpollIn) != 0) all |= Readiness.Input;
        if ((what & (LibC.EpollPeerEnded | LibC.EpollUrgent)) != 0) all |= Readiness.Input | Readiness.More;
        return all;
    }

    private static int Failure()
    {
        SystemError error = LibC.ErrorAtOnce;
        return error == SystemError.Interrupted ? WouldBlock : -(int)error;
    }

    private static void SetOption(int socket, int level, int name, int value) =>
        LibC.SetOption(socket, level, name, &value, sizeof(int));

    private static int Open(in SocketAddress address)
    {
        int family = address.Ip is null ? LibC.FamilyUnix
            : address.Ip.AddressFamily == AddressFamily.InterNetworkV6 ? LibC.FamilyIPv6 : LibC.FamilyIPv4;
        int fd = LibC.Socket(family, LibC.SocketStream | LibC.SocketNonBlocking | LibC.SocketCloseOnExec, 0);
        return fd < 0 ? -(int)LibC.Error : fd;
    }

    private static int BindTo(int fd, in SocketAddress address)
    {
        byte* native = stackalloc byte[AddressBytes];
        int length = address.Write(new Span<byte>(native, AddressBytes));
        return LibC.Bind(fd, native, (uint)length) < 0 ? -(int)LibC.Error : 0;
    }

    private int Control(int operation, int fd, uint events)
    {
        var change = new LibC.EpollEvent { Events = events, Tag = (uint)fd };
        return LibC.EpollControl(_epoll, operation, fd, &change) < 0 ? -(int)LibC.Error : 0;
    }

    private static int Abandon(int fd, int failure)
    {
        LibC.Close(fd);
        return failure;
    }
}
