// Joins replication to the seam: which role we have, the one history and its backlog, and the two sides.
//
//   primary:  command ─▶ propagation ─▶ BacklogSink ─▶ backlog ─▶ PrimarySide ─▶ replicas' links
//   replica:  link ─▶ ReplicaSide ─▶ applied ─▶ backlog ─▶ PrimarySide ─▶ replicas of our own
//
// Both sides are always there: a replica has replicas of its own, and a primary was one or may become one.
using System;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Persistence.Rdb;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>Replication of one node.</summary>
public sealed class ReplicationPart : IPart, IClusterReplication
{
    private const int CronMs = 1000;
    private readonly Node _node;
    private MonotonicMs _nextCron;
    private bool _historyIsFromFile;

    internal ReplicationPart(Node node)
    {
        _node = node;
        History = new ReplicationHistory(node.Dice);
        Primary = new PrimarySide(node, this);
        Replica = new ReplicaSide(node, this);
        Waits = new WaitTable(node, this);
        Failover = new PlannedFailover(node, this);
        node.Sinks.Add(new BacklogSink(this));
        node.Persistence.WhenReady = Ready;
        node.Info.Replication = WriteInfo;
        node.Info.BacklogBytes = () => Backlog?.Capacity ?? 0;
        node.Shutdown.ReplicasLag = Primary.AnyLags;
        node.ChangeReplicationId = () => History.Renew(node.Dice);
    }

    /// <summary>Which stream our data is a state of.</summary>
    public ReplicationHistory History { get; }

    /// <summary>The end of that stream, or null while nobody needs it.</summary>
    public Backlog? Backlog { get; private set; }

    /// <summary>Our replicas.</summary>
    public PrimarySide Primary { get; }

    /// <summary>Our primary.</summary>
    public ReplicaSide Replica { get; }

    /// <summary>Clients that wait for replicas.</summary>
    internal WaitTable Waits { get; }

    /// <summary>The hand-over of our role, if one is under way.</summary>
    public PlannedFailover Failover { get; }

    /// <summary>Whether we follow a primary.</summary>
    public bool IsReplica { get; private set; }

    /// <summary>The database that the stream has selected, or -1: the next command must select its own.</summary>
    public int StreamDatabase { get; internal set; } = -1;

    /// <summary>How many replicas are known to exist, online or not; the cluster knows. 0: nobody knows of any.</summary>
    public int ExpectedReplicas { get; set; }

    /// <summary>How many bytes of the stream our data holds.</summary>
    public ReplicationOffset Offset => History.Offset;

    /// <summary>Whether our data is a state of a history that somebody else may know: not that of a node that has just begun.</summary>
    internal bool HasPast => Backlog is not null && (History.Offset.Value > 0 || _historyIsFromFile || Replica.HasSynchronised);

    /// <summary>How it stands, for the cluster.</summary>
    public ReplicationStatus Status => new(
        History.Id, History.Offset, IsReplica && Replica.IsLinkUp, IsReplica ? Replica.AgeMs : 0, Replica.HasSynchronised || _node.Persistence.HasLoaded,
        !_node.Persistence.IsReady);

    /// <inheritdoc/>
    public MonotonicMs NextWake
    {
        get
        {
            MonotonicMs next = Replica.NextWake < Waits.NextWake ? Replica.NextWake : Waits.NextWake;
            if (Primary.NextWake < next) next = Primary.NextWake;
            if (Failover.NextWake < next) next = Failover.NextWake;
            return _nextCron < next ? _nextCron : next;
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        _nextCron = _node.Now.Monotonic + CronMs;
        if (_node.Options.ReplicaOf.Host is { } host) Follow(host, _node.Options.ReplicaOf.Port);
    }

    /// <inheritdoc/>
    public void Tick()
    {
        Replica.Tick();
        Waits.Tick();
        Failover.Tick();
        if (_node.Now.Monotonic >= _nextCron)
        {
            _nextCron = _node.Now.Monotonic + CronMs;
            Cron();
        }

        Primary.Tick();
    }

    /// <summary>All inputs that were ready together have been given: outputs leave next.</summary>
    internal void EndBatch()
    {
        Replica.EndBatch();
        Waits.EndBatch();
        Primary.EndBatch();
    }

    /// <summary>Replicate from there: a new primary, or a new address of the same one. Our data is replaced or continued.</summary>
    public void Follow(string address, int port)
    {
        if (IsReplica && Replica.Host == address && Replica.Port == port) return;
        bool wasPrimary = !IsReplica;
        IsReplica = true;
        if (!_node.Options.ClusterEnabled) _node.Options.ReplicaOf = ReplicaSource.To(address, port);
        _node.Databases.Expired = ExpiredKeys.Hide;
        _node.Set(NodeConditions.Replica, true);
        _node.Set(NodeConditions.FewReplicas, false);
        if (wasPrimary)
        {
            Waits.RoleChanged();
            _node.KeyWaits.RoleChanged();
            NeedBacklog();
        }

        Primary.DropAll();
        Replica.Follow(address, port);
    }

    /// <summary>Stop replicating: this node is a primary now. Its data and its history stay.</summary>
    public void Lead()
    {
        if (!IsReplica) return;
        Replica.Stop();
        IsReplica = false;
        if (!_node.Options.ClusterEnabled) _node.Options.ReplicaOf = ReplicaSource.None;
        _node.Databases.Expired = ExpiredKeys.Remove;
        _node.Set(NodeConditions.Replica, false);
        _node.Set(NodeConditions.Stale, false);
        _historyIsFromFile = false;
        History.Branch(_node.Dice);
        NeedBacklog();
        // Our replicas must hear of the new id; they go on with the old one, so this is quick.
        Primary.DropAll();
        StreamDatabase = -1;
        Primary.NoReplicasSince = _node.Now.Monotonic;
        _node.Host.Log(Seam.LogLevel.Notice,
            $"Setting secondary replication ID to {History.Id2}, valid up to offset: {History.SecondOffset}. New replication ID is {History.Id}");
    }

    /// <summary>Makes sure that there is a backlog; true when it had to be made.</summary>
    internal bool NeedBacklog()
    {
        if (Backlog is not null) return false;
        Backlog = new Backlog(History.Offset, _node.Options.BacklogSizeBytes);
        return true;
    }

    /// <summary>Forgets the backlog and begins a history that nobody else shares.</summary>
    internal void DropBacklog()
    {
        Backlog = null;
        History.Renew(_node.Dice);
    }

    /// <summary>All our data came from this place of this history: what was before is of no use to anybody.</summary>
    internal void Adopt(ReplicationId id, ReplicationOffset offset)
    {
        _historyIsFromFile = false;
        History.Adopt(id, offset);
        Backlog = new Backlog(offset, _node.Options.BacklogSizeBytes);
    }

    /// <summary>
    /// Our data made way for a snapshot that is not loaded yet. Until it is, we hold nothing, and must not be taken for
    /// what we were: neither by a primary that is asked to go on from there, nor by those who vote.
    /// </summary>
    internal void DataIsGone()
    {
        _historyIsFromFile = false;
        Backlog = null;
        History.Adopt(new ReplicationId(_node.Dice.Id()), default);
        Replica.DataIsGone();
        _node.Persistence.DataIsGone();
    }

    /// <summary>Adds bytes to the stream.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (Primary.AnyForeign) Primary.DropWhoDoesNotKnow(bytes);
        Backlog!.Append(bytes);
        History.Advance(bytes.Length);
        Primary.HasNews = true;
    }

    /// <summary>
    /// Before a primary writes anything of its own, or tells anybody its id: a history that came out of a file belongs
    /// to the node that wrote the file, and goes on under a new name.
    /// </summary>
    internal void OwnHistory()
    {
        if (!_historyIsFromFile || IsReplica) return;
        _historyIsFromFile = false;
        History.Branch(_node.Dice);
        StreamDatabase = -1;
    }

    /// <summary>What an RDB file of this moment says about itself.</summary>
    internal RdbFacts DescribeData() => new()
    {
        ServerVersion = Identity.RedisVersionText,
        CreatedAtSeconds = _node.Now.Wall.Value / 1000,
        UsedMemoryBytes = _node.Databases.UsedBytes,
        ReplicationId = Backlog is null ? default : History.Id,
        ReplicationOffset = History.Offset,
        StreamDatabase = Math.Max(0, IsReplica ? Replica.StreamDatabase : StreamDatabase),
    };

    /// <summary>A snapshot is over, and another may begin.</summary>
    internal void SnapshotOver() => Primary.MayBegin = true;

    /// <summary>The lines of INFO replication.</summary>
    private void WriteInfo(InfoText text)
    {
        text.Line("role", IsReplica ? "slave" : "master");
        if (IsReplica) Replica.WriteInfo(text);
        Primary.WriteInfo(text);
        text.Line("master_failover_state", Failover.StateName);
        text.Line("master_replid", History.Id.ToString());
        text.Line("master_replid2", History.Id2.ToString());
        text.Line("master_repl_offset", History.Offset.Value);
        text.Line("second_repl_offset", History.SecondOffset.Value);
        text.Line("repl_backlog_active", Backlog is not null);
        text.Line("repl_backlog_size", _node.Options.BacklogSizeBytes);
        text.Line("repl_backlog_first_byte_offset", Backlog is null ? 0 : Backlog.Start.Value + 1);
        text.Line("repl_backlog_histlen", Backlog?.Length ?? 0);
    }

    private void Cron()
    {
        if (Backlog is { } backlog) backlog.Size = _node.Options.BacklogSizeBytes;
        Replica.Cron();
        Primary.Cron();
    }

    // A file that says which place of which history it is lets us go on from there, as a replica or as a primary.
    private void Ready(RdbFacts? facts)
    {
        if (facts is { HasReplication: true } && Backlog is null or { Length: 0 } && !Replica.HasSynchronised)
        {
            Adopt(facts!.ReplicationId, facts.ReplicationOffset);
            _historyIsFromFile = true;
            Replica.StreamDatabase = facts.StreamDatabase;
            Primary.NoReplicasSince = _node.Now.Monotonic;
        }

        Replica.DataIsReady();
    }
}
