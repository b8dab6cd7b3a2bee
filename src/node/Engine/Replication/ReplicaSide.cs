// Our side of following a primary.
//
//   Waits ─▶ Connecting ─▶ Handshake ─┬─ +CONTINUE ───────────────────────▶ Connected
//     ▲                               └─ +FULLRESYNC ─▶ Transfer ─▶ Loading ─▶ Connected
//     └── link lost, time-out, fault ◀──────────────────────────────────────────┘
//
// Our data stays until the whole of the new has come, unless there is none, or the operator wants it loaded straight
// from the link. What the stream says counts, and is passed on, unit by unit, when it has been applied.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Replication;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>How far we are with our primary.</summary>
public enum FollowStage
{
    /// <summary>We follow nobody.</summary>
    None,

    /// <summary>The next attempt is due soon.</summary>
    Waits,

    /// <summary>The connection is being made.</summary>
    Connecting,

    /// <summary>We introduce ourselves.</summary>
    Handshake,

    /// <summary>A snapshot comes in.</summary>
    Transfer,

    /// <summary>The snapshot has come and is being loaded.</summary>
    Loading,

    /// <summary>We follow the stream.</summary>
    Connected,
}

/// <summary>Our primary.</summary>
public sealed class ReplicaSide : ILinkOwner, IStreamTarget
{
    private const int FirstRetryMs = 250;
    private const int RetryMs = 1000;
    private const int FastRetries = 8;
    private readonly Node _node;
    private readonly ReplicationPart _replication;
    private Session? _ownSession;
    private Link? _link;
    private Handshake? _handshake;
    private SnapshotIntake? _intake;
    private StreamApplier? _applier;
    private MonotonicMs _retryAt = new(long.MaxValue);
    private MonotonicMs _lastInteraction;
    private MonotonicMs _downSince;
    private int _attempts;
    private long _lastLinkNumber;
    private readonly StreamErrors _errors;
    private bool _primaryIsOld;

    internal ReplicaSide(Node node, ReplicationPart replication)
    {
        _node = node;
        _replication = replication;
        _errors = new StreamErrors(node);
        node.Sessions.Ended += SessionEnded;
        node.WhenOptionChanges += _ => SetStale();
    }

    /// <summary>How far we are.</summary>
    public FollowStage Stage { get; private set; }

    /// <summary>Where our primary is.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Where our primary listens.</summary>
    public int Port { get; private set; }

    /// <summary>Whether we follow its stream at this moment.</summary>
    public bool IsLinkUp => Stage == FollowStage.Connected;

    /// <summary>Whether we have been in step with a primary since we started.</summary>
    public bool HasSynchronised { get; private set; }

    /// <summary>What we had from a primary made way for a snapshot that is not loaded yet.</summary>
    internal void DataIsGone() => HasSynchronised = false;

    /// <summary>The database that the stream has selected.</summary>
    public int StreamDatabase
    {
        get => CommandSession.Db.Index;
        internal set => CommandSession.Db = _node.Databases[value >= 0 && value < _node.Databases.Count ? value : 0];
    }

    /// <summary>How long ago the primary was heard, or, with the link down, lost; far if never.</summary>
    public long AgeMs => _node.Now.Monotonic - (IsLinkUp ? _lastInteraction : _downSince);

    internal MonotonicMs NextWake => Stage == FollowStage.Waits ? _retryAt : new MonotonicMs(long.MaxValue);

    /// <inheritdoc/>
    public bool MayApply => !_errors.HasPanicked && (CommandSession.Flags & SessionFlags.Blocked) == 0;

    private NodeOptions Options => _node.Options;

    // Carries the primary's commands; made when it is first needed, and anew for each link, as whose client it is listed.
    private Session CommandSession => _ownSession ??= AsPrimary(_node.Sessions.AddInternal());

    /// <summary>Follows another primary, or the same one elsewhere.</summary>
    internal void Follow(string host, int port)
    {
        Disconnect();
        Host = host;
        Port = port;
        _attempts = 0;
        if (Stage is FollowStage.None || _downSince.Value == 0) _downSince = _node.Now.Monotonic;
        Stage = FollowStage.Waits;
        _retryAt = _node.Now.Monotonic;
        SetStale();
    }

    /// <summary>Follows nobody any more.</summary>
    internal void Stop()
    {
        Disconnect();
        Stage = FollowStage.None;
        Host = "";
        Port = 0;
    }

    /// <summary>The data of our own file is loaded, or there is none: the first attempt may begin.</summary>
    internal void DataIsReady()
    {
        if (Stage == FollowStage.Waits) Connect();
    }

    internal void Tick()
    {
        if (Stage == FollowStage.Waits && _node.Now.Monotonic >= _retryAt) Connect();
        if (IsLinkUp) _applier!.Resume();
    }

    internal void EndBatch()
    {
        if (IsLinkUp && _applier!.Pending > 0) _applier.Resume();
        // A new primary is asked at once, not at the next tick.
        if (Stage == FollowStage.Waits && _attempts == 0) Connect();
    }

    /// <summary>Once a second: time-outs and acknowledgement.</summary>
    internal void Cron()
    {
        SetStale();
        long timeoutMs = Options.ReplTimeoutSeconds * 1000L;
        bool silent = _node.Now.Monotonic - _lastInteraction > timeoutMs;
        switch (Stage)
        {
            case FollowStage.Connecting or FollowStage.Handshake when silent:
                Fail("Timeout connecting to the MASTER...");
                break;
            case FollowStage.Transfer when silent:
                Fail("Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.");
                break;
            case FollowStage.Connected when silent:
                Fail("MASTER timeout: no data nor PING received...");
                break;
            case FollowStage.Connected:
                Acknowledge();
                break;
            case FollowStage.Transfer or FollowStage.Loading when _link is not null:
                // Tells the primary that we are alive while we cannot acknowledge.
                _link.Output.Write("\n"u8);
                _node.Host.Flush(_link);
                break;
        }
    }

    /// <summary>Tells the primary how far we are.</summary>
    internal void Acknowledge()
    {
        if (_link is null || !IsLinkUp || _primaryIsOld) return;
        string offset = _replication.Offset.ToString();
        _link.Output.Write(Encoding.ASCII.GetBytes($"*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n${offset.Length}\r\n{offset}\r\n"));
        _node.Host.Flush(_link);
    }

    /// <inheritdoc/>
    public void Opened(Link link)
    {
        Log("Non blocking connect for SYNC fired the event.");
        Stage = FollowStage.Handshake;
        _lastInteraction = _node.Now.Monotonic;
        link.KeepAliveSeconds = Options.TcpKeepaliveSeconds;
        ReplicationHistory history = _replication.History;
        bool canContinue = _replication.HasPast;
        int port = Options.ReplicaAnnouncePort != 0 ? Options.ReplicaAnnouncePort : Options.Port;
        _handshake = new Handshake(new Introduction(
            Options.MasterUser ?? "", Options.MasterAuth ?? "", port, Options.ReplicaAnnounceIp ?? "",
            canContinue ? history.Id : default, history.Offset + 1, _replication.Failover.Asks));
        _handshake.Begin();
        SendHandshake();
    }

    /// <inheritdoc/>
    public void Received(Link link, ReadOnlySpan<byte> bytes)
    {
        _lastInteraction = _node.Now.Monotonic;
        _node.Statistics.ReplicationBytesIn += bytes.Length;
        while (bytes.Length > 0 && ReferenceEquals(link, _link))
        {
            int used = bytes.Length;
            switch (Stage)
            {
                case FollowStage.Handshake:
                    Introduce(bytes, out used);
                    break;
                case FollowStage.Transfer:
                    _intake!.Receive(bytes, out used);
                    break;
                case FollowStage.Connected:
                    Stream(bytes);
                    break;
            }

            bytes = bytes[used..];
        }
    }

    /// <inheritdoc/>
    public void Drained(Link link)
    {
    }

    /// <inheritdoc/>
    public void Closed(Link link, LinkFault fault)
    {
        if (!ReferenceEquals(link, _link)) return;
        _link = null;
        Fail(Stage switch
        {
            FollowStage.Connecting => $"Error condition on socket for SYNC: {fault}",
            FollowStage.Transfer => "I/O error trying to sync with MASTER: connection lost",
            FollowStage.Connected => "Connection with master lost.",
            _ => $"The connection with MASTER ended in the middle of the handshake: {fault}",
        });
    }

    /// <inheritdoc/>
    public void Apply(in Arguments call, int size)
    {
        if (call.Count == 2 && Ascii.EqualsIgnoreCase(call[0], "SELECT") && NumberText.TryInt64(call[1], out long database))
        {
            StreamDatabase = (int)Math.Clamp(database, 0, _node.Databases.Count - 1);
            return;
        }

        Session session = CommandSession;
        session.LastActive = _node.Now.Monotonic;
        if (_errors.MayWrite(call)) _errors.Watch(session, call, size);
    }

    /// <inheritdoc/>
    public void BeginTransaction() => _node.KeyWaits.IsHeld = true;

    /// <inheritdoc/>
    public void Applied(ReadOnlySpan<byte> unit)
    {
        _replication.Append(unit);
        if (!_node.KeyWaits.IsHeld) return;
        _node.KeyWaits.IsHeld = false;
        _node.KeyWaits.Serve();
    }

    /// <summary>What ROLE calls the stage.</summary>
    internal string RoleName => Stage switch
    {
        FollowStage.Waits => "connect",
        FollowStage.Connecting => "connecting",
        FollowStage.Handshake => "handshake",
        FollowStage.Transfer or FollowStage.Loading => "sync",
        FollowStage.Connected => "connected",
        _ => "none",
    };

    /// <summary>Writes what INFO replication tells of our primary.</summary>
    internal void WriteInfo(InfoText text)
    {
        MonotonicMs now = _node.Now.Monotonic;
        bool transfers = Stage is FollowStage.Transfer or FollowStage.Loading;
        text.Line("master_host", Host);
        text.Line("master_port", Port);
        text.Line("master_link_status", IsLinkUp ? "up" : "down");
        text.Line("master_last_io_seconds_ago", IsLinkUp ? (now - _lastInteraction) / 1000 : -1);
        text.Line("master_sync_in_progress", transfers);
        text.Line("slave_read_repl_offset", _replication.Offset.Value + (_applier?.Pending ?? 0));
        text.Line("slave_repl_offset", _replication.Offset.Value);
        if (transfers && _intake is { } intake)
        {
            long total = intake.TotalBytes;
            text.Line("master_sync_total_bytes", total);
            text.Line("master_sync_read_bytes", intake.ReceivedBytes);
            text.Line("master_sync_left_bytes", total - intake.ReceivedBytes);
            text.Fraction("master_sync_perc", total == 0 ? 0 : intake.ReceivedBytes * 100.0 / total);
            text.Line("master_sync_last_io_seconds_ago", (now - _lastInteraction) / 1000);
        }

        if (!IsLinkUp) text.Line("master_link_down_since_seconds", _downSince.Value == 0 ? -1 : (now - _downSince) / 1000);
        text.Line("slave_priority", Options.ReplicaPriority);
        text.Line("slave_read_only", Options.ReplicaReadOnly);
        text.Line("replica_announced", Options.ReplicaAnnounced);
    }

    /// <summary>The snapshot is loaded: the stream follows.</summary>
    internal void SnapshotLoaded(ReplicationId history, ReplicationOffset offset, int streamDatabase)
    {
        _intake = null;
        Log("MASTER <-> REPLICA sync: Finished with success");
        _replication.Adopt(history, offset);
        StreamDatabase = streamDatabase;
        Joined();
    }

    /// <summary>The snapshot could not be taken over.</summary>
    internal void SnapshotFailed(string why) => Fail(why);

    /// <summary>The whole snapshot has come; what it holds is being loaded.</summary>
    internal void SnapshotReceived() => Stage = FollowStage.Loading;

    /// <summary>Back-pressure: stops reading while the loader has enough to do.</summary>
    internal void SetReading(bool reading)
    {
        if (_link is not null) _node.Host.SetReading(_link, reading);
    }

    private void Connect()
    {
        if (!_node.Persistence.IsReady) return;
        _attempts++;
        _lastInteraction = _node.Now.Monotonic;
        Log($"Connecting to MASTER {Host}:{Port}");
        Stage = FollowStage.Connecting;
        _link = new Link(LinkKind.Primary, _node.Segments)
        {
            Number = ++_lastLinkNumber,
            Remote = new Endpoint(Host, Port),
            Local = Source(),
            ConnectTimeoutMs = Options.ReplTimeoutSeconds * 1000,
            Owner = this,
        };
        _node.Host.Connect(_link);
        Log("MASTER <-> REPLICA sync started");
    }

    // A node that is bound to one address is known by it: what it sends has to come from there.
    private Endpoint Source()
    {
        if (!string.IsNullOrEmpty(Options.BindSourceAddress)) return new Endpoint(Options.BindSourceAddress, 0);
        string[] bind = Options.Bind.Addresses;
        if (bind.Length != 1) return Endpoint.None;
        string address = bind[0].TrimStart('-');
        return address is "*" or "::*" or "0.0.0.0" or "::" ? Endpoint.None : new Endpoint(address, 0);
    }

    private void Introduce(ReadOnlySpan<byte> bytes, out int used)
    {
        HandshakeOutcome outcome = _handshake!.Receive(bytes, out used);
        foreach (string remark in _handshake.Remarks) Log(remark);
        _handshake.Remarks.Clear();
        SendHandshake();
        switch (outcome)
        {
            case HandshakeOutcome.Continues:
                Continue(_handshake);
                break;
            case HandshakeOutcome.SendsSnapshot:
                BeginTransfer(_handshake);
                break;
            case HandshakeOutcome.TryLater or HandshakeOutcome.Failed:
                Fail(_handshake.Fault);
                _replication.Failover.Abort("Failover target rejected psync request");
                break;
        }

        if (_replication.Failover.Asks && (outcome is HandshakeOutcome.Continues or HandshakeOutcome.SendsSnapshot)) _replication.Failover.Accepted();
    }

    private void Continue(Handshake handshake)
    {
        Log("Successful partial resynchronization with master.");
        ReplicationId before = _replication.History.Id;
        if (!handshake.History.IsNone && handshake.History != before)
        {
            _replication.History.ContinueAs(handshake.History);
            Log($"Master replication ID changed to {handshake.History}");
            _replication.Primary.DropAll();
        }

        _primaryIsOld = false;
        Joined();
    }

    private void BeginTransfer(Handshake handshake)
    {
        _primaryIsOld = handshake.IsOld;
        Log(handshake.IsOld ? "Retrying with SYNC..." : $"Full resync from master: {handshake.History}:{handshake.Offset}");
        // What our replicas hold has nothing to do with what we shall hold.
        _replication.Primary.DropAll();
        Stage = FollowStage.Transfer;
        _intake = new SnapshotIntake(_node, this, handshake.History, handshake.Offset);
    }

    private void Joined()
    {
        _handshake = null;
        _applier = new StreamApplier(this);
        Keyspace.Database selected = CommandSession.Db;
        _ownSession = AsPrimary(_node.Sessions.Add(_link!, SessionKind.Primary));
        _ownSession.Db = selected;
        // What comes over the link still comes to us first.
        _link!.Owner = this;
        Stage = FollowStage.Connected;
        HasSynchronised = true;
        _attempts = 0;
        _downSince = default;
        _lastInteraction = _node.Now.Monotonic;
        SetStale();
        Acknowledge();
    }

    private void Stream(ReadOnlySpan<byte> bytes)
    {
        // Empty lines between commands say that a primary which is a replica itself is alive; they are no part of the stream.
        if (_applier!.Pending == 0)
            while (bytes.Length > 0 && bytes[0] == '\n') bytes = bytes[1..];
        _applier.Receive(bytes);
        if (_applier.Fault.Length > 0) Fail($"Protocol error ({_applier.Fault}) from our master");
    }

    private static Session AsPrimary(Session session)
    {
        session.Kind = SessionKind.Primary;
        session.Flags = SessionFlags.Primary;
        return session;
    }

    // CLIENT KILL: whoever closes the session closes the link too.
    private void SessionEnded(Session session, bool ended)
    {
        if (!ended || !ReferenceEquals(session, _ownSession) || !ReferenceEquals(session.Link, _link)) return;
        _link = null;
        Fail("Connection with master lost.");
    }

    private void SendHandshake()
    {
        byte[] bytes = _handshake!.TakeToSend();
        if (bytes.Length == 0 || _link is null) return;
        _link.Output.Write(bytes);
        _node.Host.Flush(_link);
    }

    private void Fail(string why)
    {
        bool wasUp = IsLinkUp;
        if (why.Length > 0) _node.Host.Log(wasUp ? LogLevel.Notice : LogLevel.Warning, why);
        Disconnect();
        if (wasUp || _downSince.Value == 0) _downSince = _node.Now.Monotonic;
        Stage = FollowStage.Waits;
        _retryAt = _node.Now.Monotonic + (_attempts == 0 ? 0 : _attempts <= FastRetries ? FirstRetryMs : RetryMs);
        if (_attempts == 0) _attempts = 1;
        SetStale();
    }

    private void Disconnect()
    {
        if (IsLinkUp) _downSince = _node.Now.Monotonic;
        Link? link = _link;
        _link = null;
        EndSession();
        if (link is not null) _node.Host.Close(link, CloseMode.Now);

        _intake?.Cancel();
        _intake = null;
        _handshake = null;
        // What had come of a unit that is not whole is asked for again.
        _applier = null;
    }

    // The stream goes on where it was, over whatever link: the database that it has selected stays selected.
    private void EndSession()
    {
        if (_ownSession?.Link is null) return;
        Session listed = _ownSession;
        _ownSession = AsPrimary(_node.Sessions.AddInternal());
        _ownSession.Db = listed.Db;
        _node.Sessions.Remove(listed);
    }

    private void SetStale() => _node.Set(NodeConditions.Stale, Stage != FollowStage.None && !IsLinkUp && !Options.ReplicaServeStaleData);

    private void Log(string text) => _node.Host.Log(LogLevel.Notice, text);
}
