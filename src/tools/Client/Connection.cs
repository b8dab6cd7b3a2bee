using System;
using System.Buffers.Text;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hexad.Client;

/// <summary>Why a connection cannot be used any more.</summary>
public enum ConnectionFault
{
    /// <summary>It could not be made.</summary>
    Refused,

    /// <summary>The server ended it.</summary>
    Closed,

    /// <summary>The system reported an error.</summary>
    Broken,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>What came is not RESP.</summary>
    Protocol,
}

/// <summary>A connection failed; the message is the reason in words, as the system or the protocol gives it.</summary>
public sealed class ConnectionException(ConnectionFault fault, string message) : Exception(message)
{
    /// <summary>What kind of failure it was.</summary>
    public ConnectionFault Fault { get; } = fault;
}

/// <summary>How a connection is made.</summary>
public sealed record ConnectOptions
{
    /// <summary>The address that it leaves from; null leaves that to the system.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>How long making it may take, in milliseconds; 0 waits as long as the system does.</summary>
    public int ConnectTimeoutMs { get; init; }

    /// <summary>How long one reply may take, in milliseconds; 0 waits for ever.</summary>
    public int ReplyTimeoutMs { get; init; }
}

/// <summary>
/// A synchronous connection to a server, over TCP or a unix socket. Commands are written into a buffer and leave when
/// a reply is asked for, so pipelining is: several <see cref="Write(byte[][])"/>, then as many <see cref="Read"/>.
/// Pushes go to <see cref="OnPush"/> if there is a handler, else they come out of <see cref="Read"/> like replies.
/// One thread uses it; another one may only <see cref="Abort"/> it.
/// </summary>
public sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly ReplyReader _reader = new();
    private byte[] _output = new byte[4096];
    private int _outputLength;
    private volatile bool _aborted;

    private Connection(Socket socket, Endpoint endpoint)
    {
        _socket = socket;
        Endpoint = endpoint;
    }

    /// <summary>Where it leads.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>Receives RESP3 pushes; when null they are returned by <see cref="Read"/>.</summary>
    public Action<Reply>? OnPush { get; set; }

    /// <summary>Whether <see cref="Abort"/> was called.</summary>
    public bool IsAborted => _aborted;

    /// <summary>The address of our end, if it is a TCP connection.</summary>
    public IPEndPoint? Local => _socket.LocalEndPoint as IPEndPoint;

    /// <summary>Whether a reply or a part of one has come and was not read yet.</summary>
    public bool HasPendingBytes => _reader.PendingBytes > 0;

    /// <summary>How long one reply may take, in milliseconds; 0 waits for ever.</summary>
    public int ReplyTimeoutMs
    {
        get => _socket.ReceiveTimeout;
        set => _socket.ReceiveTimeout = _socket.SendTimeout = value;
    }

    /// <summary>Makes a connection.</summary>
    /// <exception cref="ConnectionException">It could not be made; the message says why.</exception>
    public static Connection Open(Endpoint endpoint, ConnectOptions? options = null)
    {
        options ??= new ConnectOptions();
        EndPoint[] addresses;
        try
        {
            addresses = endpoint.Resolve();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ConnectionException(ConnectionFault.Refused, e.Message);
        }

        ConnectionException? last = null;
        foreach (EndPoint address in addresses)
        {
            try
            {
                return new Connection(OpenSocket(address, options), endpoint);
            }
            catch (SocketException e)
            {
                last = new ConnectionException(
                    e.SocketErrorCode == SocketError.TimedOut ? ConnectionFault.TimedOut : ConnectionFault.Refused,
                    endpoint.SocketPath is { } path && !File.Exists(path) ? "No such file or directory" : Reason(e));
            }
        }

        throw last ?? new ConnectionException(ConnectionFault.Refused, "No address for this name");
    }

    /// <summary>Adds a command to what is to be sent.</summary>
    public void Write(params byte[][] arguments)
    {
        Header((byte)'*', arguments.Length);
        foreach (byte[] argument in arguments)
        {
            Header((byte)'$', argument.Length);
            Raw(argument);
            Raw("\r\n"u8);
        }
    }

    /// <summary>Adds a command to what is to be sent.</summary>
    public void Write(params string[] arguments) => Write(Array.ConvertAll(arguments, Encoding.UTF8.GetBytes));

    /// <summary>Adds bytes that are already in the protocol, or none of it.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _outputLength += bytes.Length;
    }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public void Flush()
    {
        if (_outputLength == 0) return;
        ReadOnlySpan<byte> rest = _output.AsSpan(0, _outputLength);
        _outputLength = 0;
        try
        {
            while (!rest.IsEmpty) rest = rest[_socket.Send(rest)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Sends what was written and waits for the next reply.</summary>
    /// <exception cref="ConnectionException">The connection failed, or nothing came in time.</exception>
    public Reply Read()
    {
        Flush();
        while (true)
        {
            if (TryReadBuffered(out Reply reply)) return reply;
            Fill();
        }
    }

    /// <summary>The next reply if it is already here, without waiting and without the system.</summary>
    /// <exception cref="ConnectionException">What came is not RESP.</exception>
    public bool TryReadBuffered(out Reply reply)
    {
        try
        {
            while (_reader.TryRead(out reply))
            {
                if (reply.Kind != ReplyKind.Push || OnPush is null) return true;
                OnPush(reply);
            }

            return false;
        }
        catch (ProtocolException e)
        {
            throw new ConnectionException(ConnectionFault.Protocol, e.Message);
        }
    }

    /// <summary>Waits up to a time for bytes from the server; true when there are some, or when the connection ended.</summary>
    public bool WaitReadable(int timeoutMs)
    {
        if (_aborted) return true;
        try
        {
            return _socket.Poll(timeoutMs < 0 ? -1 : timeoutMs * 1000, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Waits for the next bytes and keeps them for <see cref="TryReadBuffered"/> or <see cref="ReadRaw"/>.</summary>
    /// <exception cref="ConnectionException">The connection failed, or nothing came in time.</exception>
    public void Fill()
    {
        int count;
        try
        {
            count = _socket.Receive(_reader.Free(16 * 1024).Span);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }

        if (count == 0) throw new ConnectionException(ConnectionFault.Closed, "Server closed the connection");
        _reader.Filled(count);
    }

    /// <summary>Up to <paramref name="limit"/> bytes that are not replies; waits until there is at least one.</summary>
    /// <exception cref="ConnectionException">The connection failed, or nothing came in time.</exception>
    public ReadOnlySpan<byte> ReadRaw(int limit)
    {
        Flush();
        if (_reader.PendingBytes == 0) Fill();
        return _reader.TakeRaw(limit);
    }

    /// <summary>Sends as much as the system takes now, without waiting; how many bytes that were.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public int SendSome(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _socket.Blocking = false;
            int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) return 0;
            if (error != SocketError.Success) throw new SocketException((int)error);
            return sent;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Broken(e);
        }
        finally
        {
            if (!_aborted) _socket.Blocking = true;
        }
    }

    /// <summary>Sends a command and waits for its reply.</summary>
    /// <exception cref="ConnectionException">The connection failed, or nothing came in time.</exception>
    public Reply Call(params string[] arguments)
    {
        Write(arguments);
        return Read();
    }

    /// <summary>Sends a command and waits for its reply.</summary>
    /// <exception cref="ConnectionException">The connection failed, or nothing came in time.</exception>
    public Reply Call(params byte[][] arguments)
    {
        Write(arguments);
        return Read();
    }

    /// <summary>Ends a wait of the using thread: its read fails with <see cref="ConnectionFault.Closed"/>. Any thread may call this.</summary>
    public void Abort()
    {
        _aborted = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is down already, which is what was wanted.
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _socket.Dispose();

    private static Socket OpenSocket(EndPoint address, ConnectOptions options)
    {
        bool tcp = address is IPEndPoint;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, tcp ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (tcp)
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                if (options.Source is not null && options.Source.AddressFamily == address.AddressFamily) socket.Bind(new IPEndPoint(options.Source, 0));
            }

            if (options.ConnectTimeoutMs > 0) ConnectWithin(socket, address, options.ConnectTimeoutMs);
            else socket.Connect(address);
            if (options.ReplyTimeoutMs > 0) socket.ReceiveTimeout = socket.SendTimeout = options.ReplyTimeoutMs;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void ConnectWithin(Socket socket, EndPoint address, int timeoutMs)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(timeoutMs * 1000, SelectMode.SelectWrite)) throw new SocketException((int)SocketError.TimedOut);
            object? pending = socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error);
            if (pending is int code and not 0) throw new SocketException(code);
        }

        socket.Blocking = true;
    }

    private ConnectionException Broken(Exception e)
    {
        if (_aborted || e is not SocketException failure) return new ConnectionException(ConnectionFault.Closed, "Server closed the connection");
        return failure.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
            ? new ConnectionException(ConnectionFault.TimedOut, "Resource temporarily unavailable")
            : new ConnectionException(ConnectionFault.Broken, Reason(failure));
    }

    /// <summary>The system's words for an error, without what .NET appends to them (the address).</summary>
    private static string Reason(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "Connection refused",
        SocketError.ConnectionReset => "Connection reset by peer",
        SocketError.TimedOut => "Connection timed out",
        SocketError.HostUnreachable => "No route to host",
        SocketError.NetworkUnreachable => "Network is unreachable",
        SocketError.AddressNotAvailable => "Cannot assign requested address",
        _ => e.Message,
    };

    private void Header(byte prefix, int count)
    {
        Span<byte> room = Room(16);
        room[0] = prefix;
        Utf8Formatter.TryFormat(count, room[1..], out int digits);
        room[digits + 1] = (byte)'\r';
        room[digits + 2] = (byte)'\n';
        _outputLength += digits + 3;
    }

    private Span<byte> Room(int count)
    {
        if (_output.Length - _outputLength < count) Array.Resize(ref _output, Math.Max(_output.Length * 2, _outputLength + count));
        return _output.AsSpan(_outputLength);
    }
}
