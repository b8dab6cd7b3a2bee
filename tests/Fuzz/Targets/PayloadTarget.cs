using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Persistence.Rdb;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// RESTORE with any payload, on a whole node: what it takes must be a value that can be looked at, dumped, restored from
/// that dump and deleted, and the memory is whole afterwards.
/// </summary>
internal sealed class PayloadTarget : FuzzTarget, IDisposable
{
    private const int RunsPerNode = 500;
    private QuietNode? _node;
    private int _runs;

    public override string Name => "payload";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (_runs++ % RunsPerNode == 0) Dispose();
        _node ??= new QuietNode();
        _node.Run("FLUSHALL"u8.ToArray());
        byte[] key = "key"u8.ToArray();
        byte[] zero = "0"u8.ToArray();
        if (!Is(_node.Run("RESTORE"u8.ToArray(), key, zero, Sealed(bytes)), "+OK\r\n")) return;
        byte[] digest = _node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), key);
        byte[] dumped = _node.Run("DUMP"u8.ToArray(), key);
        int head = Array.IndexOf(dumped, (byte)'\n') + 1;
        Must(Is(_node.Run("RESTORE"u8.ToArray(), "copy"u8.ToArray(), zero, dumped[head..^2]), "+OK\r\n"), "what we dump is not taken back");
        Must(_node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), "copy"u8.ToArray()).AsSpan().SequenceEqual(digest), "what we dump is another value");
        _node.Node.Databases.Validate();
        Must(Is(_node.Run("DEL"u8.ToArray(), key, "copy"u8.ToArray()), ":2\r\n"), "a restored key cannot be deleted");
        _node.Node.Databases.Validate();
    }

    public void Dispose()
    {
        _node?.Node.Dispose();
        _node = null;
    }

    // A value of each type and representation, as a node of ours dumps it.
    protected override IEnumerable<byte[]> OwnSeeds()
    {
        var node = new QuietNode();
        foreach (string line in (string[])
        [
            "SET k 12345", "SET k hello", "APPEND k xyz", "SET k " + new string('a', 200),
            "RPUSH k a b 3 dddd", "RPUSH k " + string.Join(' ', System.Linq.Enumerable.Range(0, 900)),
            "SADD k 1 2 70000", "SADD k a b 3", "SADD k " + string.Join(' ', System.Linq.Enumerable.Range(0, 600)) + " x",
            "HSET k f 1 g 2", "HSET k f " + new string('v', 100), "ZADD k 1 a 2.5 b inf c", "ZADD k 1 " + new string('m', 100),
        ])
        {
            if (!line.StartsWith("APPEND", StringComparison.Ordinal)) node.Run("FLUSHALL"u8.ToArray());
            node.Run(Array.ConvertAll(line.Split(' '), Encoding.Latin1.GetBytes));
            byte[] dumped = node.Run("DUMP"u8.ToArray(), "k"u8.ToArray());
            int head = Array.IndexOf(dumped, (byte)'\n') + 1;
            if (dumped.Length > head + 2) yield return dumped[head..^2];
        }

        node.Node.Dispose();
    }

    // The checksum is not what is tested here: any bytes get the right one.
    private static byte[] Sealed(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 11) return bytes.ToArray();
        byte[] payload = bytes.ToArray();
        DumpPayload.Seal(payload);
        return payload;
    }

    private static bool Is(byte[] reply, string expected) => reply.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(expected));
}

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
