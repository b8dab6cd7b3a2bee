using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

using Hexad.Host.Native;
using Hexad.Wire;

namespace Hexad.Host.Sockets;

/// <summary>
/// Sockets on <see cref="System.Net.Sockets"/> and its select, for systems without epoll (and for <c>--loop portable</c>).
/// A socket's number is its place in a table. Every wait looks at every socket, so it costs time in proportion to the
/// connections: right for a workstation with a few hundred of them, not for a server with ten thousand.
/// </summary>
public sealed class PortableSockets : SocketLayer
{
    private readonly List<Entry?> _entries = [];
    private readonly Stack<int> _free = [];
    private readonly List<Socket> _readers = [];
    private readonly List<Socket> _writers = [];
    private readonly Dictionary<Socket, int> _numbers = [];
    private readonly HashSet<int> _ready = [];
    private readonly Socket _wakeEnd;
    private readonly Socket _wakeStart;

    /// <summary>Opens the pair of datagram sockets that <see cref="Wake"/> uses.</summary>
    public PortableSockets()
    {
        _wakeEnd = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _wakeEnd.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeStart = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _wakeStart.Connect(_wakeEnd.LocalEndPoint!);
    }

    /// <inheritdoc/>
    public override int Listen(in SocketAddress address, int backlog)
    {
        Socket socket = Open(address);
        try
        {
            if (address.Ip?.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(EndPointOf(address));
            socket.Listen(backlog);
            return Add(socket, input: true, output: false);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return -(int)ErrorOf(e.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override int Accept(int listener, out SocketAddress peer)
    {
        peer = default;
        Socket socket = SocketOf(listener);
        try
        {
            if (!socket.Poll(0, SelectMode.SelectRead)) return WouldBlock;
            Socket accepted = socket.Accept();
            accepted.Blocking = false;
            peer = AddressOf(accepted.RemoteEndPoint);
            return Add(accepted, input: true, output: false);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionAborted ? WouldBlock : -(int)ErrorOf(e.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override int Connect(in SocketAddress target, in SocketAddress source)
    {
        Socket socket = Open(target);
        try
        {
            if (!source.IsNone) socket.Bind(EndPointOf(source));
            socket.Connect(EndPointOf(target));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return Add(socket, input: false, output: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return -(int)ErrorOf(e.SocketErrorCode);
        }

        return Add(socket, input: false, output: true);
    }

    /// <inheritdoc/>
    public override int Finish(int socket)
    {
        try
        {
            Socket connecting = SocketOf(socket);
            var error = (SocketError)(int)connecting.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != SocketError.Success) return -(int)ErrorOf(error);
            return connecting.Connected ? 0 : InProgress;
        }
        catch (SocketException e)
        {
            return -(int)ErrorOf(e.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override int Receive(int socket, Span<byte> buffer)
    {
        int got = SocketOf(socket).Receive(buffer, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? got : -(int)ErrorOf(error);
    }

    /// <inheritdoc/>
    public override int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        int sent = SocketOf(socket).Send(bytes, SocketFlags.None, out SocketError error);
        return sent > 0 || error == SocketError.Success ? sent : -(int)ErrorOf(error);
    }

    /// <inheritdoc/>
    public override int Send(int socket, ReadOnlySpan<OutputPart> parts)
    {
        int total = 0;
        foreach (OutputPart part in parts)
        {
            int sent = Send(socket, part.Bytes.AsSpan(part.Start, part.Length));
            if (sent < 0) return total > 0 ? total : sent;
            total += sent;
            if (sent < part.Length) break;
        }

        return total;
    }

    /// <inheritdoc/>
    public override void Watch(int socket, bool input, bool output)
    {
        Entry entry = _entries[socket]!;
        if (entry.Input != input) Change(_readers, entry.Socket, input);
        if (entry.Output != output) Change(_writers, entry.Socket, output);
        (entry.Input, entry.Output) = (input, output);
    }

    /// <inheritdoc/>
    public override void Tune(int socket, int keepAliveSeconds)
    {
        try
        {
            Socket tuned = SocketOf(socket);
            tuned.NoDelay = true;
            tuned.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, keepAliveSeconds > 0);
            if (keepAliveSeconds <= 0) return;
            tuned.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, keepAliveSeconds);
            tuned.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, keepAliveSeconds / 3));
            tuned.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        }
        catch (SocketException)
        {
            // The peer is gone already: the next read says so. Tuning is an advice, not a promise.
        }
    }

    /// <inheritdoc/>
    public override SocketAddress Local(int socket) => AddressOf(SocketOf(socket).LocalEndPoint);

    /// <inheritdoc/>
    public override void Close(int socket)
    {
        Entry entry = _entries[socket]!;
        Watch(socket, input: false, output: false);
        _numbers.Remove(entry.Socket);
        entry.Socket.Dispose();
        _entries[socket] = null;
        _free.Push(socket);
    }

    /// <inheritdoc/>
    public override int Wait(int timeoutMs, Span<ReadySocket> ready)
    {
        var readers = new List<Socket>(_readers) { _wakeEnd };
        var writers = new List<Socket>(_writers);
        Socket.Select(readers, writers, null, timeoutMs < 0 ? -1 : (int)Math.Min(timeoutMs * 1000L, int.MaxValue));
        _ready.Clear();
        WasWoken = false;
        foreach (Socket writer in writers) _ready.Add(_numbers[writer]);

        int filled = 0;
        foreach (Socket reader in readers)
        {
            if (ReferenceEquals(reader, _wakeEnd)) Drain();
            else if (filled < ready.Length) ready[filled++] = new ReadySocket(_numbers[reader], _ready.Remove(_numbers[reader]) ? Readiness.Input | Readiness.Output : Readiness.Input);
        }

        foreach (int number in _ready)
            if (filled < ready.Length) ready[filled++] = new ReadySocket(number, Readiness.Output);
        return filled;
    }

    /// <inheritdoc/>
    public override void Wake() => _wakeStart.Send([1], SocketFlags.None, out _);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wakeEnd.Dispose();
        _wakeStart.Dispose();
        foreach (Entry? entry in _entries) entry?.Socket.Dispose();
    }

    private void Drain()
    {
        Span<byte> rung = stackalloc byte[16];
        SocketError error;
        do _wakeEnd.Receive(rung, SocketFlags.None, out error);
        while (error == SocketError.Success);
        WasWoken = true;
    }

    private int Add(Socket socket, bool input, bool output)
    {
        if (!_free.TryPop(out int number))
        {
            number = _entries.Count;
            _entries.Add(null);
        }

        _entries[number] = new Entry(socket);
        _numbers[socket] = number;
        Watch(number, input, output);
        return number;
    }

    private Socket SocketOf(int socket) => _entries[socket]!.Socket;

    private static void Change(List<Socket> list, Socket socket, bool present)
    {
        if (present) list.Add(socket);
        else list.Remove(socket);
    }

    private static Socket Open(in SocketAddress address)
    {
        Socket socket = address.Ip is null
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(address.Ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Blocking = false;
        return socket;
    }

    private static EndPoint EndPointOf(in SocketAddress address) => address.Ip is null
        ? new UnixDomainSocketEndPoint(address.Path!)
        : new IPEndPoint(address.Ip, address.Port);

    private static SocketAddress AddressOf(EndPoint? end) => end switch
    {
        IPEndPoint ip => SocketAddress.Tcp(ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address, ip.Port),
        UnixDomainSocketEndPoint unix => SocketAddress.Unix(unix.ToString()),
        _ => default,
    };

    private static SystemError ErrorOf(SocketError error) => error switch
    {
        SocketError.Success => SystemError.None,
        SocketError.WouldBlock or SocketError.IOPending => SystemError.WouldBlock,
        SocketError.Interrupted => SystemError.WouldBlock,
        SocketError.InProgress or SocketError.AlreadyInProgress => SystemError.InProgress,
        SocketError.AccessDenied => SystemError.AccessDenied,
        SocketError.AddressAlreadyInUse => SystemError.AddressInUse,
        SocketError.AddressNotAvailable => SystemError.AddressNotAvailable,
        SocketError.AddressFamilyNotSupported => SystemError.FamilyNotSupported,
        SocketError.ConnectionRefused => SystemError.ConnectionRefused,
        SocketError.ConnectionReset => SystemError.ConnectionReset,
        SocketError.ConnectionAborted => SystemError.ConnectionAborted,
        SocketError.HostUnreachable => SystemError.HostUnreachable,
        SocketError.NetworkUnreachable or SocketError.NetworkDown => SystemError.NetworkUnreachable,
        SocketError.NotConnected => SystemError.NotConnected,
        SocketError.Shutdown => SystemError.BrokenPipe,
        SocketError.TimedOut => SystemError.TimedOut,
        SocketError.TooManyOpenSockets => SystemError.ProcessFileLimit,
        _ => SystemError.Invalid,
    };

    private sealed class Entry(Socket socket)
    {
        internal Socket Socket { get; } = socket;
        internal bool Input { get; set; }
        internal bool Output { get; set; }
    }
}
