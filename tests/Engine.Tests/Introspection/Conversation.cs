using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>One node, one client, and a host that keeps files in memory: words go in, reply bytes come out.</summary>
internal sealed class Conversation : IHost
{
    private readonly Link _link;
    private readonly List<Listener> _asked = [];
    private readonly Queue<Work> _work = new();
    private long _ticks;

    public Conversation(NodeOptions? options = null)
    {
        Node = new Node(options ?? new NodeOptions { ProtectedMode = false }, this, seed: 1);
        Node.Start(Now);
        Settle();
        _link = new Link(LinkKind.Client, Node.Segments) { Number = 1, Listener = Open[0], Remote = new Endpoint("127.0.0.1", 50000), Local = new Endpoint("127.0.0.1", 6379) };
        Node.LinkOpened(Now, _link);
    }

    public Node Node { get; }

    public Dictionary<string, string> Files { get; } = [];

    public HashSet<string> Folders { get; } = [];

    public List<Listener> Open { get; } = [];

    /// <summary>Ports that somebody else has.</summary>
    public HashSet<int> Taken { get; } = [];

    /// <summary>When set, replacing a file fails with these words.</summary>
    public string? WriteFault { get; set; }

    private static StepTime Now => new(1_700_000_000_000_000, 1_000_000_000);

    public string Call(params string[] words)
    {
        Send(words);
        Settle();
        return Read();
    }

    public void Send(params string[] words)
    {
        StringBuilder request = new($"*{words.Length}\r\n");
        foreach (string word in words) request.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        Node.Received(Now, _link, Encoding.UTF8.GetBytes(request.ToString()));
        Node.EndBatch(Now);
    }

    public string Read()
    {
        string reply = Encoding.UTF8.GetString(_link.Output.ToArray());
        _link.Output.Consume(_link.Output.Length);
        return reply;
    }

    public void Hang() => Node.LinkClosed(Now, _link, LinkFault.ClosedByPeer);

    /// <summary>Answers everything that the node has asked for.</summary>
    public void Settle()
    {
        while (_asked.Count > 0 || _work.Count > 0)
        {
            if (_asked.Count > 0)
            {
                Listener listener = _asked[0];
                _asked.RemoveAt(0);
                bool taken = Taken.Contains(listener.At.Port);
                if (!taken) Open.Add(listener);
                Node.ListenerOpened(Now, listener, taken ? "Address already in use" : null);
            }
            else
            {
                Work work = _work.Dequeue();
                Carry((FileWork)work);
                Node.WorkDone(Now, work);
            }
        }
        Node.EndBatch(Now);
    }

    public static string Data(string name)
    {
        using StreamReader reader = new(typeof(Conversation).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    long IHost.Ticks() => _ticks += 1000;

    void IHost.Pump() { }

    void IHost.Log(LogLevel level, string text) { }

    void IHost.Listen(Listener listener) => _asked.Add(listener);

    void IHost.StopListening(Listener listener) => Open.Remove(listener);

    void IHost.Connect(Link link) { }

    void IHost.Flush(Link link) { }

    void IHost.Close(Link link, CloseMode mode) { }

    void IHost.SetReading(Link link, bool reading) { }

    void IHost.Submit(Work work) => _work.Enqueue(work);

    void IHost.Exit(int code) => throw new InvalidOperationException("the node exits with " + code);

    ProcessFacts IHost.Facts() => default;

    private void Carry(FileWork work)
    {
        if (work.Verb == FileVerb.Read && Files.TryGetValue(work.Path, out string? text)) work.Result = Encoding.UTF8.GetBytes(text);
        else if (work.Verb == FileVerb.Read || (work.Verb == FileVerb.List && !Folders.Contains(work.Path))) (work.Fault, work.Error) = (FileFault.NotFound, "No such file or directory");
        else if (work.Verb == FileVerb.List) work.Names = [];
        else if (WriteFault is not null) (work.Fault, work.Error) = (FileFault.Denied, WriteFault);
        else Files[work.Path] = Encoding.UTF8.GetString(work.Bytes.Span);
    }
}
