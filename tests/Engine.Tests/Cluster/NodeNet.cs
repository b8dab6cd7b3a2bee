using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine.Tests.Cluster;

/// <summary>Several production nodes in one process: virtual time, links in memory, a disk each. Deterministic.</summary>
public sealed class NodeNet
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

    public List<NetHost> Hosts { get; } = [];

    /// <summary>Ports that somebody else listens on.</summary>
    public HashSet<int> TakenPorts { get; } = [];
    public long NowMs { get; private set; } = 1_000_000;
    public StepTime Time => new((1_800_000_000_000 + NowMs) * 1000, NowMs * 1000);

    public NetHost Add(int port, Action<NodeOptions>? change = null, NetHost? sharesDiskWith = null)
    {
        var host = new NetHost(this, port, change) { Disk = sharesDiskWith?.Disk ?? [] };
        Hosts.Add(host);
        host.Boot();
        return host;
    }

    public void At(long delayMs, Action action) => _events.Enqueue(action, (NowMs + delayMs, _order++));

    public void Run(long ms)
    {
        long end = NowMs + ms;
        while (_events.TryPeek(out Action? action, out (long At, long Order) when) && when.At <= end)
        {
            _events.Dequeue();
            NowMs = when.At;
            action();
        }

        NowMs = end;
    }

    public long RunUntil(Func<bool> done, long limitMs)
    {
        long start = NowMs;
        for (; NowMs - start <= limitMs; Run(1))
        {
            if (done()) return NowMs - start;
        }

        return -1;
    }
}

/// <summary>The host of one node of a <see cref="NodeNet"/>.</summary>
public sealed class NetHost(NodeNet net, int port, Action<NodeOptions>? change) : IHost
{
    private const int TickMs = 20;

    private readonly Dictionary<Link, (NetHost Host, Link Link)> _ends = [];
    private readonly List<Listener> _listeners = [];
    private int _life;
    private long _numbers;
    private long _readings;

    public int Port => port;
    public Node Node { get; private set; } = null!;
    public Dictionary<string, byte[]> Disk { get; init; } = [];
    public HashSet<string> HeldLocks { get; } = [];

    /// <summary>When set, writing to files fails with these words.</summary>
    public string? WriteFault { get; set; }

    public List<string> Lines { get; } = [];
    public int? ExitCode { get; private set; }
    public bool IsUp { get; private set; }

    /// <summary>Nanoseconds that pass between two readings of the clock, besides what the net lets pass.</summary>
    public long TickNs { get; set; }

    public void Boot()
    {
        int life = ++_life;
        _listeners.Clear();
        _ends.Clear();
        HeldLocks.Clear();
        ExitCode = null;
        IsUp = true;
        var options = new NodeOptions { Port = port, ClusterEnabled = true, ClusterNodeTimeoutMs = 2_000 };
        change?.Invoke(options);
        Node = new Node(options, this, (ulong)(port * 31 + life));
        Step(() => Node.Start(net.Time));
        Tick(life);
    }

    public void Kill()
    {
        IsUp = false;
        _life++;
        foreach ((Link link, (NetHost host, Link other)) in new List<KeyValuePair<Link, (NetHost, Link)>>(_ends)) host.LoseLater(other, LinkFault.Reset, link);
        _ends.Clear();
    }

    /// <summary>A client, and what it gets back for one command.</summary>
    public NetClient Connect() => Connect(LinkKind.Client);

    /// <summary>A stranger on the bus port.</summary>
    public NetClient ConnectToBus() => Connect(LinkKind.BusInbound);

    public List<Link> Closed { get; } = [];

    private NetClient Connect(LinkKind kind)
    {
        Listener listener = _listeners.Find(l => l.Kind == kind)!;
        var link = new Link(kind, Node.Segments)
        {
            Number = ++_numbers,
            Listener = listener,
            Remote = new Endpoint("127.0.0.1", 50000),
            Local = new Endpoint("127.0.0.1", port),
        };
        Step(() => Node.LinkOpened(net.Time, link));
        return new NetClient(net, this, link);
    }

    public void Step(Action input)
    {
        if (!IsUp) return;
        input();
        Node.EndBatch(net.Time);
    }

    long IHost.Ticks() => net.NowMs * 1_000_000 + TickNs * _readings++;

    void IHost.Pump()
    {
    }

    void IHost.Log(LogLevel level, string text) => Lines.Add($"{level} {text}");

    void IHost.Listen(Listener listener)
    {
        _listeners.Add(listener);
        Later(() => Node.ListenerOpened(net.Time, listener, net.TakenPorts.Contains(listener.At.Port) ? "Address already in use" : null));
    }

    void IHost.StopListening(Listener listener) => _listeners.Remove(listener);

    void IHost.Connect(Link link)
    {
        NetHost? to = net.Hosts.Find(host => host.IsUp && host._listeners.Exists(l => l.At.Port == link.Remote.Port));
        Later(() =>
        {
            if (to is not { IsUp: true })
            {
                Node.LinkClosed(net.Time, link, LinkFault.Refused);
                return;
            }

            Listener listener = to._listeners.Find(l => l.At.Port == link.Remote.Port)!;
            var other = new Link(listener.Kind, to.Node.Segments)
            {
                Number = ++to._numbers,
                Listener = listener,
                Remote = new Endpoint("127.0.0.1", 60000 + (int)to._numbers),
                Local = new Endpoint("127.0.0.1", listener.At.Port),
            };
            _ends[link] = (to, other);
            to._ends[other] = (this, link);
            to.Step(() => to.Node.LinkOpened(net.Time, other));
            Node.LinkOpened(net.Time, link);
        });
    }

    void IHost.Flush(Link link)
    {
        if (!_ends.TryGetValue(link, out (NetHost Host, Link Link) end) || link.Output.IsEmpty) return;
        byte[] bytes = link.Output.ToArray();
        link.Output.Consume(link.Output.Length);
        net.At(1, () => end.Host.Step(() =>
        {
            if (end.Host._ends.ContainsKey(end.Link)) end.Host.Node.Received(net.Time, end.Link, bytes);
        }));
        if (!link.WantsDrained) return;
        link.WantsDrained = false;
        Later(() =>
        {
            if (_ends.ContainsKey(link)) Node.Drained(net.Time, link);
        });
    }

    void IHost.Close(Link link, CloseMode mode)
    {
        Closed.Add(link);
        if (_ends.Remove(link, out (NetHost Host, Link Link) end)) end.Host.LoseLater(end.Link, LinkFault.ClosedByPeer, link);
    }

    void IHost.SetReading(Link link, bool reading)
    {
    }

    void IHost.Submit(Work work) => Later(() =>
    {
        if (work is FileWork file) Do(file);
        else ((Computation)work).Run();
        Node.WorkDone(net.Time, work);
    });

    void IHost.Exit(int code)
    {
        ExitCode = code;
        net.At(1, Kill);
    }

    ProcessFacts IHost.Facts() => new(1, "", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private void LoseLater(Link link, LinkFault fault, Link from) => net.At(1, () =>
    {
        if (_ends.Remove(link)) Step(() => Node.LinkClosed(net.Time, link, fault));
        _ = from;
    });

    private void Later(Action input)
    {
        int life = _life;
        net.At(1, () =>
        {
            if (life == _life) Step(input);
        });
    }

    private void Tick(int life)
    {
        if (life != _life || !IsUp) return;
        Step(() => Node.Tick(net.Time));
        net.At(TickMs, () => Tick(life));
    }

    private void Do(FileWork file)
    {
        switch (file.Verb)
        {
            case FileVerb.Replace:
                Disk[file.Path] = file.Bytes.ToArray();
                break;
            case FileVerb.Lock:
                bool taken = net.Hosts.Exists(other => other != this && other.IsUp && other.HeldLocks.Contains(file.Path) && ReferenceEquals(other.Disk, Disk));
                if (taken || !HeldLocks.Add(file.Path)) file.Fault = FileFault.Locked;
                break;
            case FileVerb.Truncate or FileVerb.Append or FileVerb.Rename when WriteFault is not null:
                (file.Fault, file.Error) = (FileFault.NoSpace, WriteFault);
                break;
            case FileVerb.Truncate:
                Disk[file.Path] = [];
                break;
            case FileVerb.Append:
                Disk[file.Path] = [.. Disk[file.Path], .. file.Bytes.Span];
                break;
            case FileVerb.Rename:
                Disk[file.OtherPath] = Disk[file.Path];
                Disk.Remove(file.Path);
                break;
            case FileVerb.Delete:
                Disk.Remove(file.Path);
                break;
            case FileVerb.Read when Disk.TryGetValue(file.Path, out byte[]? bytes):
                file.Size = bytes.Length;
                int from = (int)System.Math.Min(file.Offset, bytes.Length);
                file.Result = bytes.AsSpan(from, System.Math.Min(file.MaxBytes, bytes.Length - from)).ToArray();
                break;
            case FileVerb.Read:
                file.Fault = FileFault.NotFound;
                break;
        }
    }
}

/// <summary>A client of one node: sends a command, reads the bytes of its reply.</summary>
public sealed class NetClient(NodeNet net, NetHost host, Link link)
{
    /// <summary>Runs a command given as words between blanks; the reply's bytes, or an empty text while there is none.</summary>
    public string Run(string line)
    {
        string[] words = line.Split(' ');
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (string word in words) text.Append($"${word.Length}\r\n{word}\r\n");
        host.Step(() => host.Node.Received(net.Time, link, Encoding.Latin1.GetBytes(text.ToString())));
        string reply = Read();
        // What changes nodes.conf is answered when that is on disk.
        for (int i = 0; i < 20 && reply.Length == 0 && line.StartsWith("CLUSTER ", StringComparison.Ordinal) && line != "CLUSTER SAVECONFIG"; i++)
        {
            net.Run(1);
            reply = Read();
        }

        return reply;
    }

    public bool IsClosed => host.Closed.Contains(link);

    public void Send(byte[] bytes) => host.Step(() => host.Node.Received(net.Time, link, bytes));

    public string Read()
    {
        string reply = Encoding.Latin1.GetString(link.Output.ToArray());
        link.Output.Consume(link.Output.Length);
        return reply;
    }

    public void SpeakResp3() => ((Session)link.Owner!).Resp3 = true;
}
