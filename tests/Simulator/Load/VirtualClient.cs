using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Load;

/// <summary>
/// A client of the cluster as the good libraries are: it remembers which node serves which slot, follows MOVED and ASK,
/// tries again elsewhere when a node is down, and knows that a write without an answer may have happened. One request
/// is under way at a time.
/// </summary>
public sealed class VirtualClient : IStation, IScheduled
{
    private const int NextEvent = 0, TimeoutEvent = 1;
    private const int MostRedirections = 8;
    private readonly World _world;
    private readonly Dice _dice;
    private readonly Endpoint[] _seeds;
    private readonly Endpoint[] _slots = new Endpoint[SlotIndex.Count];
    private readonly Dictionary<Endpoint, Connection> _connections = [];
    private readonly Action<string> _violation;
    private readonly long _pauseUs;
    private readonly List<KeyHistory> _active = [];
    private long _generation;
    private KeyHistory? _key;
    private bool _writing;
    private bool _asking;
    private long _invokedUs;
    private int _redirections;
    private int _finalKey = -1;
    private Connection? _waitingOn;
    private Reply _lastReply;

    public VirtualClient(World world, Machine machine, int number, int keys, Endpoint[] seeds, long pauseUs, Action<string> violation)
    {
        (_world, Machine, _seeds, _pauseUs, _violation) = (world, machine, seeds, pauseUs, violation);
        _dice = new Dice(world.ChanceOfClients.Next());
        for (int i = 0; i < keys; i++)
        {
            _active.Add(new KeyHistory($"client{number}:key{i}"));
            Keys.Add(_active[i]);
        }
    }

    public Machine Machine { get; }

    /// <summary>
    /// The keys that this client alone writes or wrote. A key with a write of unknown outcome is never written again: that
    /// write may still be on its way, and would make a later one look lost.
    /// </summary>
    public List<KeyHistory> Keys { get; } = [];

    /// <summary>Whether all keys have been read for the last time.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>How long requests may take before the client gives up on a node, in microseconds.</summary>
    public long TimeoutUs { get; init; } = 1_500_000;

    /// <summary>Begins to send requests.</summary>
    public void Start() => _world.At(_world.NowUs + _dice.Below(1_000_000), this, NextEvent, _generation);

    /// <summary>From now on it only reads each key once more, until it has an answer for each.</summary>
    public void ReadAll()
    {
        Abandon();
        _finalKey = 0;
        Later(1000);
    }

    public void Fire(int kind, long argument)
    {
        if (argument != _generation || IsFinished) return;
        if (kind == TimeoutEvent) GiveUp();
        else if (_key is null) Begin();
        else Send(Where(_key.Slot));
    }

    /// <summary>What it is doing, for a violation's text.</summary>
    public override string ToString() =>
        $"{(_key is null ? "idle" : _writing ? "writing " + _key.Key : "reading " + _key.Key)}, waiting for {_waitingOn?.To.ToString() ?? "nobody"}, last heard: {_lastReply}";

    // ---- requests

    private void Begin()
    {
        _redirections = 0;
        _asking = false;
        if (_finalKey >= 0)
        {
            if (_finalKey == Keys.Count)
            {
                IsFinished = true;
                return;
            }

            _key = Keys[_finalKey];
            _writing = false;
        }
        else
        {
            _key = _active[_dice.Below(_active.Count)];
            _writing = _dice.Below(4) != 0;
            if (_writing) _key.LastInvoked++;
        }

        _invokedUs = _world.NowUs;
        Send(Where(_key.Slot));
    }

    private Endpoint Where(SlotIndex slot) => _slots[slot.Value].IsNone ? Seed() : _slots[slot.Value];

    private Endpoint Seed() => _seeds[_dice.Below(_seeds.Length)];

    private void Send(Endpoint to)
    {
        _world.At(_world.NowUs + TimeoutUs, this, TimeoutEvent, ++_generation);
        if (!_connections.TryGetValue(to, out Connection? connection))
        {
            connection = new Connection(new Socket(_world, this), to);
            connection.Socket.Tag = connection;
            _connections.Add(to, connection);
            connection.Socket.Dial(to, (int)(TimeoutUs / 1000));
        }

        _waitingOn = connection;
        if (connection.Socket.IsOpen) Write(connection);
    }

    private void Write(Connection connection)
    {
        string key = _key!.Key;
        string request = _writing ? Request("SET", key, $"{_key.LastInvoked}") : Request("GET", key);
        if (_asking) request = Request("ASKING") + request;
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        if (connection.Socket.Room < bytes.Length) return;
        connection.Socket.Send(bytes);
        connection.Skip = _asking ? 1 : 0;
    }

    /// <summary>A request as RESP writes it.</summary>
    public static string Request(params string[] words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (string word in words) text.Append($"${word.Length}\r\n{word}\r\n");
        return text.ToString();
    }

    private void Answered(Reply reply, ReplicationMark? mark, Endpoint from)
    {
        _lastReply = reply;
        if (reply.Sign == '-')
        {
            Refused(reply, from);
            return;
        }

        KeyHistory key = _key!;
        if (_writing)
        {
            if (reply.Text != "OK") _violation($"SET {key.Key} answered {reply.Text}");
            key.Acknowledged.Add(new AcknowledgedWrite(key.LastInvoked, _invokedUs, _world.NowUs, mark));
            _world.Counters.Count(Counter.WritesAcknowledged);
        }
        else
        {
            Read(key, reply);
        }

        Done();
    }

    private void Read(KeyHistory key, Reply reply)
    {
        _world.Counters.Count(Counter.ReadsAnswered);
        long value = 0;
        if (reply.Sign != '_' && (!long.TryParse(reply.Text, out value) || value < 1 || value > key.LastInvoked))
            _violation($"GET {key.Key} answered {reply.Text}, which nobody wrote (last write sent: {key.LastInvoked})");
        if (_finalKey < 0) return;
        key.Final = value;
        _finalKey++;
    }

    private void Refused(Reply reply, Endpoint from)
    {
        string[] words = reply.Text.Split(' ');
        if (words[0] is "MOVED" or "ASK" && words.Length == 3 && _redirections++ < MostRedirections)
        {
            _world.Counters.Count(Counter.Redirections);
            int colon = words[2].LastIndexOf(':');
            var to = new Endpoint(words[2][..colon], int.Parse(words[2][(colon + 1)..]));
            if (to.Address.Length == 0) to = to with { Address = from.Address };
            _asking = words[0] == "ASK";
            if (!_asking) _slots[int.Parse(words[1])] = to;
            Send(to);
            return;
        }

        if (words[0] is "CLUSTERDOWN") _world.Counters.Count(Counter.ClusterDownReplies);
        else if (words[0] is not ("MOVED" or "ASK" or "TRYAGAIN" or "LOADING" or "MASTERDOWN" or "READONLY" or "NOREPLICAS" or "MISCONF"))
            _violation($"{(_writing ? "SET" : "GET")} {_key!.Key} answered -{reply.Text}");

        // Nothing was written; the same request goes out again, somewhere else after a while.
        _slots[_key!.Slot.Value] = Endpoint.None;
        _redirections = 0;
        _asking = false;
        _waitingOn = null;
        if (_writing && _world.NowUs - _invokedUs > 20 * TimeoutUs) Done();
        else Later(50_000 + _dice.Below(200_000));
    }

    /// <summary>No answer: nobody knows whether it was done.</summary>
    private void GiveUp()
    {
        if (_key is null) return;
        _world.Counters.Count(Counter.UnknownOutcomes);
        if (_waitingOn is { } connection) Drop(connection);
        _slots[_key.Slot.Value] = Endpoint.None;
        if (_writing) Retire(_key);
        Done();
    }

    private void Retire(KeyHistory key)
    {
        int at = _active.IndexOf(key);
        int mark = key.Key.IndexOf('#');
        string name = mark < 0 ? key.Key : key.Key[..mark];
        _active[at] = new KeyHistory($"{name}#{Keys.Count}");
        Keys.Add(_active[at]);
    }

    private void Done()
    {
        _key = null;
        _waitingOn = null;
        Later(_finalKey >= 0 ? 200 : _dice.Below(8) == 0 ? _dice.Below(_pauseUs * 6) : _dice.Below(_pauseUs));
    }

    private void Abandon()
    {
        if (_key is not null && _writing) Retire(_key);
        if (_waitingOn is { } connection) Drop(connection);
        _key = null;
        _waitingOn = null;
    }

    private void Later(long us) => _world.At(_world.NowUs + us, this, NextEvent, ++_generation);

    private void Drop(Connection connection)
    {
        _connections.Remove(connection.To);
        connection.Socket.Close();
    }

    // ---- the network

    void IStation.Opened(Socket socket)
    {
        if (socket.Tag == _waitingOn && _key is not null) Write(_waitingOn!);
    }

    void IStation.Readable(Socket socket)
    {
        var connection = (Connection)socket.Tag!;
        while (socket.TryPeek(out ReadOnlySpan<byte> bytes, out object? mark))
        {
            connection.Reader.Add(bytes);
            socket.Consume(bytes.Length);
            while (connection.Reader.TryTake(out Reply reply))
            {
                if (connection.Skip-- > 0) continue;
                if (connection == _waitingOn && _key is not null) Answered(reply, mark as ReplicationMark, connection.To);
            }
        }

        if (socket.IsAtEnd) Lost(connection);
    }

    void IStation.Writable(Socket socket)
    {
    }

    void IStation.Failed(Socket socket, LinkFault fault) => Lost((Connection)socket.Tag!);

    private void Lost(Connection connection)
    {
        Drop(connection);
        if (connection != _waitingOn || _key is null) return;
        _slots[_key.Slot.Value] = Endpoint.None;
        GiveUp();
    }

    private sealed class Connection(Socket socket, Endpoint to)
    {
        public readonly Socket Socket = socket;
        public readonly Endpoint To = to;
        public readonly ReplyReader Reader = new();
        public int Skip;
    }
}
