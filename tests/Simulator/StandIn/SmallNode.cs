using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Load;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.Virtual;
using Hexad.Wire;

namespace Hexad.Simulator.StandIn;

/// <summary>
/// The production cluster machine on the seam with a store and a replication of a few lines around it: faster than the
/// whole node, and enough for what concerns the cluster alone.
/// </summary>
public sealed class SmallNode : ClusterOccupant, INode, IClusterEffects, IClusterNeighbours
{
    private const int TickMs = 20;
    private readonly Process _host;
    private readonly NodeSeat _seat;
    private readonly Dice _dice;
    private readonly ClusterMachine _machine;
    private readonly Dictionary<long, Link> _links = [];
    private readonly SortedDictionary<string, string> _data = new(StringComparer.Ordinal);
    private readonly List<Link> _replicas = [];
    private readonly List<(long Offset, byte[] Bytes)> _backlog = [];
    private StepTime _now;
    private MonotonicMs _nextTick;
    private MonotonicMs _lastPing;
    private bool _ready;
    private ReplicationId _history, _second;
    private long _offset, _secondUpTo;
    private bool _hasData;
    private (string Address, int Port) _primary;
    private Link? _primaryLink;
    private bool _primaryUp;
    private MonotonicMs _primaryHeard;
    private MonotonicMs _redialAt;
    private bool _paused;
    private long _full, _partial;

    public SmallNode(Process process, ulong seed, VirtualCluster cluster, NodeSeat seat)
    {
        (_host, _seat, _dice) = (process, seat, new Dice(seed));
        var settings = new ClusterSettings
        {
            NodeTimeoutMs = cluster.Plan.NodeTimeoutMs,
            FastSuspicion = cluster.Plan.FastSuspicion,
            RequireFullCoverage = cluster.Plan.FullCoverage,
            Port = seat.Port,
        };
        _machine = new ClusterMachine(settings, _dice, this, this);
        HexadOccupant.Inject(_machine, cluster.Plan.Bug);
        _history = new ReplicationId(_dice.Id());
    }

    public override INode Node => this;

    public override SegmentPool Segments { get; } = new();

    public override ClusterMachine? Cluster => _ready ? _machine : null;

    public override ReplicationStatus Replication => new(
        _history, new ReplicationOffset(_offset), _primaryUp, _primaryHeard.Value == 0 ? long.MaxValue / 4 : _now.Monotonic - _primaryHeard, _hasData);

    public override long FullResyncs => _full;

    public override long PartialResyncs => _partial;

    public override void Validate() => _machine.Validate();

    public MonotonicMs NextWake => _nextTick;

    // ---- inputs

    public void Start(StepTime now)
    {
        _now = now;
        _host.Submit(new FileWork { Lane = Lane.State, Verb = FileVerb.Read, Path = "nodes.conf", WhenDone = Loaded });
        _nextTick = new MonotonicMs(long.MaxValue);
    }

    private void Loaded(Work work)
    {
        var file = (FileWork)work;
        ConfigFault fault = _machine.Start(_now, Encoding.Latin1.GetString(file.Result), out string badLine);
        if (fault != ConfigFault.None)
        {
            _host.Log(LogLevel.Warning, $"nodes.conf: {fault} {badLine}");
            _host.Exit(1);
            return;
        }

        _ready = true;
        _hasData = false;
        _nextTick = _now.Monotonic;
        _host.Listen(new Listener { Kind = LinkKind.Client, At = new Endpoint("*", _seat.Port) });
        _host.Listen(new Listener { Kind = LinkKind.BusInbound, At = new Endpoint("*", _seat.Port + 10_000) });
    }

    public void ListenerOpened(StepTime now, Listener listener, string? error)
    {
        if (error is not null) _host.Exit(1);
    }

    public void LinkOpened(StepTime now, Link link)
    {
        _now = now;
        switch (link.Kind)
        {
            case LinkKind.BusInbound:
                var peer = new Peer { Id = _machine.Accept(now, link.Remote.Address, link.Local.Address) };
                link.Owner = peer;
                _links[peer.Id] = link;
                break;
            case LinkKind.BusOutbound:
                _machine.LinkUp(now, ((Peer)link.Owner!).Id);
                break;
            case LinkKind.Primary:
                Say(link, $"SYNC {_history} {_offset} {(_hasData ? 1 : 0)}");
                break;
            default:
                link.Owner = new Peer();
                break;
        }
    }

    public void Received(StepTime now, Link link, ReadOnlySpan<byte> bytes)
    {
        _now = now;
        var peer = (Peer)link.Owner!;
        if (link.Kind is LinkKind.BusInbound or LinkKind.BusOutbound)
        {
            peer.Add(bytes);
            while (peer.TryPacket(out byte[] packet))
                if (!_machine.Receive(now, peer.Id, packet)) return;
            return;
        }

        peer.Reader.Add(bytes);
        while (peer.Reader.TryTake(out Reply request))
        {
            string[] words = request.Text.Split(' ');
            if (link.Kind == LinkKind.Primary) FromPrimary(words);
            else FromClient(link, words);
        }
    }

    public void Drained(StepTime now, Link link)
    {
    }

    public void LinkClosed(StepTime now, Link link, LinkFault fault)
    {
        _now = now;
        _replicas.Remove(link);
        if (link == _primaryLink)
        {
            _primaryLink = null;
            _primaryUp = false;
            _redialAt = now.Monotonic + 500;
        }

        if (link.Kind is not (LinkKind.BusInbound or LinkKind.BusOutbound)) return;
        var peer = (Peer)link.Owner!;
        _links.Remove(peer.Id);
        if (peer.Up || link.Kind == LinkKind.BusInbound) _machine.LinkDown(now, peer.Id);
        else _machine.LinkRefused(now, peer.Id, fault == LinkFault.Refused ? LinkRefusal.Refused : LinkRefusal.Unreachable);
    }

    public void WorkDone(StepTime now, Work work)
    {
        _now = now;
        work.WhenDone?.Invoke(work);
    }

    public void Tick(StepTime now)
    {
        _now = now;
        _nextTick = now.Monotonic + TickMs;
        _machine.Tick(now);
        if (_machine.Myself.IsReplica && _primaryLink is null && _primary.Address is { Length: > 0 } && now.Monotonic >= _redialAt) DialPrimary();
        if (_machine.Myself.IsPrimary && now.Monotonic - _lastPing > 1000)
        {
            _lastPing = now.Monotonic;
            if (_replicas.Count > 0 && !_paused) Feed("PING");
        }
    }

    public void EndBatch(StepTime now)
    {
    }

    public void StopRequested(StepTime now, StopReason reason) => _host.Exit(0);

    // ---- clients and replication

    private void FromClient(Link link, string[] words)
    {
        if (words[0] == "SYNC")
        {
            AddReplica(link, words);
            return;
        }

        string? answer = words[0] switch
        {
            "CLUSTER" => Answer(_machine.Operate(_now, machine => Command(machine, words))),
            "GET" or "SET" => KeyCommand(words),
            _ => "-ERR unknown command",
        };
        if (answer is null) return;
        link.Output.Write(Encoding.Latin1.GetBytes(answer + "\r\n"));
        _host.Flush(link);
    }

    private static string Answer(string? error) => error is null ? "+OK" : error.StartsWith('-') ? error : "-" + error;

    private static string? Command(Cluster.Operator machine, string[] words) => words[1] switch
    {
        "MEET" => machine.Meet(words[2], int.Parse(words[3])),
        "ADDSLOTSRANGE" => machine.AddSlots([(int.Parse(words[2]), int.Parse(words[3]))]),
        "SET-CONFIG-EPOCH" => machine.SetConfigEpoch(long.Parse(words[2])),
        "REPLICATE" => machine.Replicate(words[2]),
        "FAILOVER" => machine.Failover(words.Length > 2 && words[2] == "FORCE", words.Length > 2 && words[2] == "TAKEOVER"),
        _ => "ERR what?",
    };

    private string? KeyCommand(string[] words)
    {
        SlotIndex slot = SlotIndex.Of(Encoding.Latin1.GetBytes(words[1]));
        if (_machine.Slots.Owner(slot.Value) is not { } owner) return "-CLUSTERDOWN Hash slot not served";
        if (!_machine.IsHealthy) return "-CLUSTERDOWN The cluster is down";
        if (!owner.IsMyself) return $"-MOVED {slot} {owner.Address}:{owner.Port}";
        if (words[0] == "GET") return _data.TryGetValue(words[1], out string? value) ? $"${value.Length}\r\n{value}" : "$-1";
        if (_paused) return "-TRYAGAIN writers are held back";
        _data[words[1]] = words[2];
        _hasData = true;
        Feed($"SET {words[1]} {words[2]}");
        return "+OK";
    }

    private void AddReplica(Link link, string[] words)
    {
        if (_machine.Myself.IsReplica && !_primaryUp)
        {
            _host.Close(link, CloseMode.Now);
            return;
        }

        long from = long.Parse(words[2]);
        bool same = words[1] == _history.ToString() || (words[1] == _second.ToString() && from <= _secondUpTo);
        bool kept = from == _offset || (_backlog.Count > 0 && _backlog[0].Offset <= from && from <= _offset);
        if (words[3] == "1" && same && kept)
        {
            Say(link, $"CONTINUE {_history}");
            foreach ((long offset, byte[] bytes) in _backlog)
                if (offset >= from) link.Output.Write(bytes);
        }
        else
        {
            Say(link, $"FULL {_history} {_offset} {_data.Count}");
            foreach ((string key, string value) in _data) Say(link, $"LOAD {key} {value}");
            Say(link, "LOADED");
        }

        _replicas.Add(link);
        _host.Flush(link);
    }

    private void Feed(string command)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(VirtualClient.Request(command.Split(' ')));
        _backlog.Add((_offset, bytes));
        if (_backlog.Count > 200) _backlog.RemoveRange(0, 100);
        _offset += bytes.Length;
        foreach (Link replica in _replicas)
        {
            replica.Output.Write(bytes);
            _host.Flush(replica);
        }
    }

    private void FromPrimary(string[] words)
    {
        _primaryHeard = _now.Monotonic;
        switch (words[0])
        {
            case "CONTINUE":
                _partial++;
                (_history, _second, _primaryUp) = (new ReplicationId(HexId.TryParse(words[1], out HexId id) ? id : default), default, true);
                break;
            case "FULL":
                _full++;
                _data.Clear();
                _backlog.Clear();
                (_history, _second) = (new ReplicationId(HexId.TryParse(words[1], out HexId history) ? history : default), default);
                _offset = long.Parse(words[2]);
                break;
            case "LOAD": _data[words[1]] = words[2]; break;
            case "LOADED": (_primaryUp, _hasData) = (true, true); break;
            default:
                if (words[0] == "SET") _data[words[1]] = words[2];
                Feed(string.Join(' ', words));
                break;
        }
    }

    private void Say(Link link, string text)
    {
        link.Output.Write(Encoding.Latin1.GetBytes(VirtualClient.Request(text.Split(' '))));
        _host.Flush(link);
    }

    private void DialPrimary()
    {
        _primaryLink = new Link(LinkKind.Primary, Segments) { Remote = new Endpoint(_primary.Address, _primary.Port), Owner = new Peer(), ConnectTimeoutMs = 5000, KeepAliveSeconds = 10 };
        _host.Connect(_primaryLink);
    }

    // ---- what the cluster machine wants

    void IClusterEffects.Connect(long link, string address, int port)
    {
        var made = new Link(LinkKind.BusOutbound, Segments) { Remote = new Endpoint(address, port), Owner = new Peer { Id = link } };
        _links[link] = made;
        _host.Connect(made);
    }

    void IClusterEffects.Close(long link)
    {
        if (_links.Remove(link, out Link? found)) _host.Close(found, CloseMode.Now);
    }

    void IClusterEffects.Send(long link, byte[] packet)
    {
        if (!_links.TryGetValue(link, out Link? found)) return;
        ((Peer)found.Owner!).Up = true;
        found.Output.Write(packet);
        _host.Flush(found);
    }

    void IClusterEffects.SaveConfig(long version, string text, bool sync) => _host.Submit(new FileWork
    {
        Lane = Lane.State,
        Verb = FileVerb.Replace,
        Path = "nodes.conf",
        Bytes = Encoding.Latin1.GetBytes(text),
        WhenDone = work =>
        {
            if (((FileWork)work).Fault == FileFault.None) _machine.ConfigSaved(_now, version);
            else _host.Exit(1);
        },
    });

    void IClusterEffects.ReplicateFrom(NodeId primary, string address, int port)
    {
        _primary = (address, port);
        DropReplicas();
        if (_primaryLink is not null) _host.Close(_primaryLink, CloseMode.Now);
        _primaryUp = false;
        if (_primaryHeard.Value == 0) _primaryHeard = _now.Monotonic;
        _paused = false;
        DialPrimary();
    }

    void IClusterEffects.BecomePrimary()
    {
        if (_primaryLink is not null) _host.Close(_primaryLink, CloseMode.Now);
        (_primaryLink, _primaryUp, _primary) = (null, false, default);
        (_second, _secondUpTo, _history) = (_history, _offset, new ReplicationId(_dice.Id()));
        DropReplicas();
    }

    private void DropReplicas()
    {
        foreach (Link replica in _replicas) _host.Close(replica, CloseMode.Now);
        _replicas.Clear();
    }

    void IClusterEffects.PauseWrites(MonotonicMs until) => _paused = true;

    void IClusterEffects.ResumeWrites() => _paused = false;

    void IClusterEffects.Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message, bool sharded)
    {
    }

    void IClusterEffects.DropSlots(IReadOnlyList<SlotIndex> slots)
    {
    }

    void IClusterEffects.DropAllData() => _data.Clear();

    void IClusterEffects.HealthChanged(bool ok)
    {
    }

    void IClusterEffects.Log(ClusterLogLevel level, string line) => _host.Log((LogLevel)level, line);

    ReplicationStatus IClusterNeighbours.Replication => Replication;

    long IClusterNeighbours.KeysIn(SlotIndex slot) => 0;

    bool IClusterNeighbours.HasNoKeys => _data.Count == 0;

    private sealed class Peer
    {
        private byte[] _bytes = new byte[4096];
        private int _length;

        public long Id { get; init; }

        public bool Up { get; set; }

        public ReplyReader Reader { get; } = new();

        public void Add(ReadOnlySpan<byte> bytes)
        {
            if (_length + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, (_length + bytes.Length) * 2);
            bytes.CopyTo(_bytes.AsSpan(_length));
            _length += bytes.Length;
        }

        public bool TryPacket(out byte[] packet)
        {
            packet = [];
            if (_length < 8) return false;
            int size = int.Parse(Convert.ToHexString(_bytes, 4, 4), NumberStyles.HexNumber);
            if (_length < size) return false;
            packet = _bytes[..size];
            _bytes.AsSpan(size, _length - size).CopyTo(_bytes);
            _length -= size;
            return true;
        }
    }
}
