using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

using Hexad.Core;
using Hexad.Host.Sockets;

namespace Hexad.Benchmark;

/// <summary>Where a share of the load goes: an address, and in a cluster the slots that it serves.</summary>
public sealed record LoadTarget(SocketAddress Address, string Name, ushort[] Slots);

/// <summary>What each connection says before the load, and how many replies that makes.</summary>
public sealed record LoadPreamble(byte[] Bytes, int Replies);

/// <summary>
/// One thread of load: a number of connections on one event loop, each sending a batch and waiting for its replies.
/// Made to cost less than the server it measures: edge-triggered epoll, one send and one receive a batch, replies
/// counted and not built, nothing allocated while it runs.
/// </summary>
public sealed class LoadThread
{
    private const int BufferBytes = 256 * 1024;
    private readonly BenchmarkArguments _arguments;
    private readonly Workload _workload;
    private readonly IReadOnlyList<LoadTarget> _targets;
    private readonly LoadPreamble _preamble;
    private readonly byte[][]? _tags;
    private readonly Dice _dice;
    private readonly SocketLayer _sockets = OperatingSystem.IsLinux() ? new EpollSockets() : new PortableSockets();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private readonly ReadySocket[] _ready = new ReadySocket[1024];
    private readonly int _clients;
    private readonly long _quota;
    private LoadClient?[] _bySocket = new LoadClient?[1024];
    private long _issued;
    private long _completed;
    private long _sumUs;
    private int _live;

    /// <summary>A share of the load of <paramref name="clients"/> connections and <paramref name="quota"/> requests.</summary>
    public LoadThread(BenchmarkArguments arguments, Workload workload, IReadOnlyList<LoadTarget> targets, LoadPreamble preamble, byte[][]? tags, int clients, long quota, ulong seed)
    {
        _arguments = arguments;
        _workload = workload;
        _targets = targets;
        _preamble = preamble;
        _tags = tags;
        _clients = clients;
        _quota = quota;
        _dice = new Dice(seed);
    }

    /// <summary>The latencies of all requests; to be read when the thread has ended.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>How many requests have been answered; may be read while the thread runs.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>The sum of their latencies in microseconds; may be read while the thread runs.</summary>
    public long SumUs => Volatile.Read(ref _sumUs);

    /// <summary>How many replies were errors.</summary>
    public long Errors { get; private set; }

    /// <summary>The last of them.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Why the thread gave up, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether the thread is to end early; may be set by another thread.</summary>
    public volatile bool Stop;

    /// <summary>Runs the whole share.</summary>
    public void Run()
    {
        for (int i = 0; i < _clients && Failure is null; i++)
            Connect(new LoadClient(_targets[i % _targets.Count], _workload, _arguments.Pipeline, _preamble));
        while (_live > 0 && Failure is null && !Stop)
        {
            int count = _sockets.Wait(250, _ready);
            long now = Stopwatch.GetTimestamp();
            for (int i = 0; i < count && Failure is null; i++)
            {
                LoadClient? client = _bySocket[_ready[i].Socket];
                if (client is null) continue;
                if (_ready[i].Output) Writable(client);
                if (_ready[i].Input && client.Socket == _ready[i].Socket && client.IsConnected) Readable(client, _ready[i].What, now);
            }
        }

        foreach (LoadClient? client in _bySocket)
            if (client is not null) _sockets.Close(client.Socket);
        _sockets.Dispose();
    }

    /// <summary>Only opens the connections and holds them until <see cref="Stop"/>.</summary>
    public void HoldIdle()
    {
        for (int i = 0; i < _clients && Failure is null; i++)
            Connect(new LoadClient(_targets[i % _targets.Count], _workload, 1, _preamble));
        while (!Stop && Failure is null)
        {
            int count = _sockets.Wait(250, _ready);
            for (int i = 0; i < count; i++)
            {
                LoadClient? client = _bySocket[_ready[i].Socket];
                if (client is null) continue;
                if (_ready[i].Output && _sockets.Finish(client.Socket) == 0) _sockets.Watch(client.Socket, input: true, output: false);
                if (_ready[i].Input && _sockets.Receive(client.Socket, _buffer) == 0) Failure = "Server closed the connection";
            }
        }
    }

    private void Connect(LoadClient client)
    {
        int socket = _sockets.Connect(client.Target.Address, default);
        if (socket < 0)
        {
            Refused(client, -socket);
            return;
        }

        client.Socket = socket;
        client.IsConnected = false;
        if (socket >= _bySocket.Length) Array.Resize(ref _bySocket, Math.Max(socket + 1, _bySocket.Length * 2));
        _bySocket[socket] = client;
        _live++;
    }

    private void Writable(LoadClient client)
    {
        if (!client.IsConnected)
        {
            int outcome = _sockets.Finish(client.Socket);
            if (outcome == SocketLayer.InProgress) return;
            if (outcome < 0)
            {
                Refused(client, -outcome);
                return;
            }

            client.IsConnected = true;
            _sockets.Tune(client.Socket, 0);
            client.BeginConnection();
            _sockets.Watch(client.Socket, input: true, output: false);
            Issue(client);
            return;
        }

        Send(client);
    }

    private void Readable(LoadClient client, Readiness what, long now)
    {
        int got = _sockets.Receive(client.Socket, _buffer);
        if (got == SocketLayer.WouldBlock) return;
        if (got <= 0)
        {
            Failure = got == 0 ? "Server closed the connection" : "Error reading from the server: " + new System.ComponentModel.Win32Exception(-got).Message;
            return;
        }

        if (got == BufferBytes || (what & Readiness.More) != 0) _sockets.Watch(client.Socket, input: true, client.WatchesOutput);
        int replies = client.Replies.Feed(_buffer.AsSpan(0, got));
        if (client.Replies.Malformed)
        {
            Failure = "The server sent something that is not RESP";
            return;
        }

        if (client.Replies.Errors != client.ErrorsSeen) NoteErrors(client);
        client.Waiting -= replies;
        if (client.Waiting > 0) return;
        long us = (now - client.StartedAt) / (Stopwatch.Frequency / 1_000_000);
        Latencies.Record(us, _arguments.Pipeline);
        Volatile.Write(ref _sumUs, _sumUs + (us * _arguments.Pipeline));
        Volatile.Write(ref _completed, _completed + _arguments.Pipeline);
        if (_arguments.KeepAlive)
        {
            Issue(client);
            return;
        }

        Drop(client);
        if (_issued < _quota) Connect(client);
    }

    private void Issue(LoadClient client)
    {
        if (_issued >= _quota)
        {
            Drop(client);
            return;
        }

        _issued += _arguments.Pipeline;
        client.Prepare(_arguments.RandomRange, _dice, _tags);
        client.StartedAt = Stopwatch.GetTimestamp();
        Send(client);
    }

    private void Send(LoadClient client)
    {
        while (client.Unsent.Length > 0)
        {
            int sent = _sockets.Send(client.Socket, client.Unsent);
            if (sent == SocketLayer.WouldBlock)
            {
                if (!client.WatchesOutput) _sockets.Watch(client.Socket, input: true, output: client.WatchesOutput = true);
                return;
            }

            if (sent < 0)
            {
                Failure = "Error writing to the server: " + new System.ComponentModel.Win32Exception(-sent).Message;
                return;
            }

            client.Consume(sent);
        }

        if (client.WatchesOutput) _sockets.Watch(client.Socket, input: true, output: client.WatchesOutput = false);
    }

    private void Drop(LoadClient client)
    {
        _bySocket[client.Socket] = null;
        _sockets.Close(client.Socket);
        client.Socket = -1;
        _live--;
    }

    private void NoteErrors(LoadClient client)
    {
        Errors += client.Replies.Errors - client.ErrorsSeen;
        client.ErrorsSeen = client.Replies.Errors;
        LastError = client.Replies.LastError;
    }

    private void Refused(LoadClient client, int error) =>
        Failure = $"Could not connect to Redis at {client.Target.Name}: {new System.ComponentModel.Win32Exception(error).Message}";
}
