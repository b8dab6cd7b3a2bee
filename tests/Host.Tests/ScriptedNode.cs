using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Host.Log;
using Hexad.Host.Loop;
using Hexad.Host.Process;
using Hexad.Host.Sockets;
using Hexad.Wire;

using Xunit;

namespace Hexad.Host.Tests;

/// <summary>
/// A node that does what a test says: it listens, echoes unless told otherwise, and writes down what it was given.
/// It runs on a thread of its own over the real loop; the test talks to it through sockets and reads its notes.
/// </summary>
internal sealed class ScriptedNode : INode, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NodeLoop _loop;
    private readonly Thread _thread;
    private readonly BlockingCollection<string> _notes = [];
    private readonly List<Listener> _listeners;
    private Exception? _crash;
    private int _exitCode = -1;

    internal ScriptedNode(string ground, params Listener[] listeners)
    {
        SocketLayer sockets = ground == "epoll" ? new EpollSockets() : new PortableSockets();
        _loop = new NodeLoop(sockets, new NoLog(), () => "/tmp", new HostFacts(ground, "", 0), e => _crash = e);
        _listeners = [.. listeners];
        _thread = new Thread(Run) { IsBackground = true };
    }

    internal static TheoryData<string> Grounds => ["epoll", "portable"];

    internal SegmentPool Pool { get; } = new();
    internal IHost Host => _loop;
    internal int ExitCode => _exitCode;

    /// <summary>What to do with bytes; echo when not set.</summary>
    internal Action<ScriptedNode, Link, byte[]>? OnReceived { get; set; }
    internal Action<ScriptedNode, Link>? OnOpened { get; set; }
    internal Action<ScriptedNode, Link>? OnDrained { get; set; }
    internal Action<ScriptedNode>? OnTick { get; set; }
    internal bool TakesNotesOfBytes { get; set; }
    internal MonotonicMs Wake { get; set; } = new(long.MaxValue);

    internal ScriptedNode Start(int expectedListeners = -1)
    {
        _thread.Start();
        for (int i = expectedListeners < 0 ? _listeners.Count : expectedListeners; i > 0; i--) Assert.StartsWith("listening", Next());
        return this;
    }

    internal static Listener Tcp(string address, int port, int backlog = 511) =>
        new() { Kind = LinkKind.Client, At = new Endpoint(address, port), Backlog = backlog };

    internal void Do(Action<ScriptedNode> action) => _loop.Post((_, _) => action(this));

    /// <summary>Holds the loop while a test acts, so that the next wait finds all of it at once.</summary>
    internal void InOneWake(Action acts)
    {
        // Nothing here may be disposed of: the loop can still be on its way to it when the test has gone on.
        var held = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        Do(_ =>
        {
            held.SetResult();
            done.Task.Wait(Patience);
        });
        Assert.True(held.Task.Wait(Patience), "The loop was not held");
        acts();
        done.SetResult();
    }

    internal void Stop() => _loop.RequestStop(StopReason.Terminate);

    internal void Note(string note) => _notes.Add(note);

    /// <summary>The next note, waited for.</summary>
    internal string Next()
    {
        Assert.True(_notes.TryTake(out string? note, Patience), "The node was given nothing more. " + _crash);
        return note!;
    }

    internal static Socket Client(string address, int port, string? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        if (from is not null) socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(from), 0));
        socket.Connect(address, port);
        return socket;
    }

    internal static byte[] Read(Socket socket, int count)
    {
        var bytes = new byte[count];
        int at = 0;
        while (at < count)
        {
            int got = socket.Receive(bytes, at, count - at, SocketFlags.None);
            Assert.True(got > 0, $"The stream ended after {at} of {count} bytes");
            at += got;
        }

        return bytes;
    }

    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            Do(node => node.Host.Exit(0));
            Assert.True(_thread.Join(Patience), "The loop did not end");
        }

        Assert.Null(_crash);
        _notes.Dispose();
    }

    internal void Join() => Assert.True(_thread.Join(Patience), "The loop did not end");

    void INode.Start(StepTime now)
    {
        foreach (Listener listener in _listeners) Host.Listen(listener);
    }

    void INode.ListenerOpened(StepTime now, Listener listener, string? error) => Note(error is null ? "listening" : "not listening: " + error);

    void INode.LinkOpened(StepTime now, Link link)
    {
        if (OnOpened is not null) OnOpened(this, link);
    }

    void INode.Received(StepTime now, Link link, ReadOnlySpan<byte> bytes)
    {
        if (TakesNotesOfBytes) Note($"got {bytes.Length}");
        if (OnReceived is not null)
        {
            OnReceived(this, link, bytes.ToArray());
            return;
        }

        link.Output.Write(bytes);
        Host.Flush(link);
    }

    void INode.Drained(StepTime now, Link link) => OnDrained?.Invoke(this, link);
    void INode.LinkClosed(StepTime now, Link link, LinkFault fault) => Note("closed " + fault);

    void INode.WorkDone(StepTime now, Work work)
    {
        work.WhenDone?.Invoke(work);
        Note(work is FileWork file ? $"done {file.Verb} {file.Fault}" : "done");
    }

    void INode.Tick(StepTime now)
    {
        Wake = new MonotonicMs(long.MaxValue);
        OnTick?.Invoke(this);
    }

    void INode.EndBatch(StepTime now)
    {
    }

    void INode.StopRequested(StepTime now, StopReason reason)
    {
        Note("stop " + reason);
        Host.Exit(7);
    }

    MonotonicMs INode.NextWake => Wake;

    private void Run()
    {
        try
        {
            _exitCode = _loop.Run(this, Pool);
        }
        catch (Exception e)
        {
            _crash = e;
            Note("crashed: " + e);
        }
        finally
        {
            _loop.Dispose();
        }
    }

    private sealed class NoLog : ILogSink
    {
        public void Write(LogLevel level, LogRole role, string text)
        {
        }
    }
}
