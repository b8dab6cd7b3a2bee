using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Commands.Tests;

/// <summary>One production node in this process, without sockets: bytes go in, reply bytes come out, time is set by hand.</summary>
public sealed class TestNode
{
    private long _monotonicUs = 1_000_000_000;
    private long _wallUs = 1_700_000_000_000_000;
    private long _links;

    public TestNode(Action<NodeOptions>? configure = null)
    {
        var options = new NodeOptions();
        configure?.Invoke(options);
        Host = new FakeHost();
        Node = new Node(options, Host, seed: 7);
        Node.Start(Now);
        foreach (Listener listener in Host.Listeners.ToArray()) Node.ListenerOpened(Now, listener, null);
        AnswerReads();
        Node.EndBatch(Now);
        Sink = new PropagationLog();
        Node.Sinks.Add(Sink);
    }

    public FakeHost Host { get; }

    public Node Node { get; }

    /// <summary>What the node would send to replicas and log.</summary>
    public PropagationLog Sink { get; }

    public StepTime Now => new(_wallUs, _monotonicUs);

    public long WallMs => _wallUs / 1000;

    // The node looks for a data file when it starts: there is none.
    private void AnswerReads()
    {
        foreach (Work work in Host.Submitted.ToArray())
        {
            if (work is not FileWork { Verb: FileVerb.Read } read) continue;
            read.Fault = FileFault.NotFound;
            Host.Submitted.Remove(work);
            Node.WorkDone(Now, work);
        }
    }

    public TestClient Connect(string address = "127.0.0.1")
    {
        var link = new Link(LinkKind.Client, Node.Segments)
        {
            Number = ++_links,
            Listener = Host.Listeners[0],
            Remote = new Endpoint(address, 40000 + (int)_links),
            Local = new Endpoint("127.0.0.1", 6379),
            Descriptor = 10 + (int)_links,
        };
        Node.LinkOpened(Now, link);
        Node.EndBatch(Now);
        return new TestClient(this, link);
    }

    /// <summary>Lets time pass and the node do what it does from time to time.</summary>
    public void Pass(long milliseconds)
    {
        for (long step = 0; step < milliseconds;)
        {
            long part = Math.Min(milliseconds - step, 20);
            step += part;
            _monotonicUs += part * 1000;
            _wallUs += part * 1000;
            Tick();
        }
    }

    /// <summary>Lets time pass for the clocks only: nothing periodic happens.</summary>
    public void Jump(long milliseconds)
    {
        _monotonicUs += milliseconds * 1000;
        _wallUs += milliseconds * 1000;
    }

    public void Tick()
    {
        Node.Tick(Now);
        Node.EndBatch(Now);
    }
}

/// <summary>A client of a <see cref="TestNode"/>.</summary>
public sealed class TestClient(TestNode node, Link link)
{
    public Link Link => link;

    public Session Session => (Session)link.Owner!;

    public bool IsClosed => node.Host.Closed.Exists(c => ReferenceEquals(c.Link, link));

    /// <summary>Sends bytes as they are and returns the bytes of all replies so far.</summary>
    public string Raw(string bytes)
    {
        Send(Encoding.Latin1.GetBytes(bytes));
        return Read();
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        node.Node.Received(node.Now, link, bytes);
        node.Node.EndBatch(node.Now);
    }

    /// <summary>Runs a command given as words separated by blanks and returns the reply's bytes.</summary>
    public string Run(string line) => Call(line.Split(' '));

    /// <summary>Runs a command and returns the reply's bytes.</summary>
    public string Call(params string[] words)
    {
        Send(Encode(words));
        return Read();
    }

    /// <summary>Takes what waits to be sent to the client.</summary>
    public string Read()
    {
        string text = Encoding.Latin1.GetString(link.Output.ToArray());
        link.Output.Consume(link.Output.Length);
        return text;
    }

    public void Disconnect()
    {
        node.Node.LinkClosed(node.Now, link, LinkFault.ClosedByPeer);
        node.Node.EndBatch(node.Now);
    }

    public static byte[] Encode(params string[] words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (string word in words) text.Append($"${word.Length}\r\n{word}\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }
}

/// <summary>Keeps every propagated command as a line of words, the database before it when it is not 0.</summary>
public sealed class PropagationLog : IPropagationSink
{
    public List<string> Lines { get; } = [];

    public bool IsWanted { get; set; } = true;

    public void Append(int database, in Arguments call, PropagationTarget target)
    {
        var words = new List<string>();
        for (int i = 0; i < call.Count; i++) words.Add(Encoding.Latin1.GetString(call[i]));
        Add(database, words);
    }

    public void Append(int database, ReadOnlySpan<byte> encoded, PropagationTarget target)
    {
        string[] parts = Encoding.Latin1.GetString(encoded).Split("\r\n");
        var words = new List<string>();
        for (int i = 2; i < parts.Length; i += 2) words.Add(parts[i]);
        Add(database, words);
    }

    /// <summary>The lines so far, which are then forgotten.</summary>
    public string Take()
    {
        string all = string.Join(" | ", Lines);
        Lines.Clear();
        return all;
    }

    private void Add(int database, List<string> words) => Lines.Add((database <= 0 ? "" : $"[{database}] ") + string.Join(' ', words));
}
