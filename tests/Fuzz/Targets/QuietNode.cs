using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Fuzz.Targets;

/// <summary>A production node with one client and no world around it.</summary>
internal sealed class QuietNode : IHost
{
    private readonly List<Listener> _listeners = [];
    private readonly Queue<Work> _work = new();
    private readonly Link _link;
    private long _ticks;

    public QuietNode()
    {
        Node = new Node(new NodeOptions { EnableDebugCommand = ProtectedAction.Yes, ProtectedMode = false }, this, seed: 1);
        Node.Start(Now);
        foreach (Listener listener in _listeners.ToArray()) Node.ListenerOpened(Now, listener, null);
        while (_work.TryDequeue(out Work? work))
        {
            if (work is FileWork file) file.Fault = FileFault.NotFound;
            Node.WorkDone(Now, work);
        }

        _link = new Link(LinkKind.Client, Node.Segments)
        {
            Number = 1,
            Listener = _listeners[0],
            Remote = new Endpoint("127.0.0.1", 40000),
            Local = new Endpoint("127.0.0.1", 6379),
        };
        Node.LinkOpened(Now, _link);
    }

    public Node Node { get; }

    private static StepTime Now => new(1_800_000_000_000_000, 1_000_000_000);

    /// <summary>Runs one command and gives the bytes of its reply.</summary>
    public byte[] Run(params byte[][] words)
    {
        var request = new List<byte>(Encoding.ASCII.GetBytes($"*{words.Length}\r\n"));
        foreach (byte[] word in words)
        {
            request.AddRange(Encoding.ASCII.GetBytes($"${word.Length}\r\n"));
            request.AddRange(word);
            request.AddRange("\r\n"u8);
        }

        Node.Received(Now, _link, request.ToArray());
        Node.EndBatch(Now);
        byte[] reply = _link.Output.ToArray();
        _link.Output.Consume(_link.Output.Length);
        return reply;
    }

    public long Ticks() => _ticks += 1000;

    public void Pump()
    {
    }

    public void Log(LogLevel level, string text)
    {
    }

    public void Listen(Listener listener) => _listeners.Add(listener);

    public void StopListening(Listener listener) => _listeners.Remove(listener);

    public void Connect(Link link)
    {
    }

    public void Flush(Link link)
    {
    }

    public void Close(Link link, CloseMode mode)
    {
    }

    public void SetReading(Link link, bool reading)
    {
    }

    public void Submit(Work work) => _work.Enqueue(work);

    public void Exit(int code)
    {
    }

    public ProcessFacts Facts() => new(1, "", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 1000);
}
