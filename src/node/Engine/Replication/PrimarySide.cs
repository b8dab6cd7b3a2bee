// The replicas of this node: how they join, what they get, when they are dropped.
//
//   REPLCONF… ─▶ PSYNC ─┬─ what it lacks is in the backlog ─▶ +CONTINUE ─▶ Online
//                       └─ else ─▶ waits ─▶ snapshot begins ─▶ +FULLRESYNC, snapshot ─▶ loads ─▶ Online
//
// A replica that is online has no output of its own: at the end of each batch its link gets the next part of the
// backlog, never more than a little ahead of what the socket takes.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Persistence.Rdb;
using Hexad.Replication;
using Hexad.Wire;

namespace Hexad.Engine;

/// <summary>Our replicas.</summary>
public sealed class PrimarySide
{
    private const long MostAhead = 256 * 1024;
    private const int CheckMs = 100;
    private readonly Node _node;
    private readonly ReplicationPart _replication;
    private readonly Dictionary<long, (Replica Replica, Session Session)> _bySession = [];
    private readonly List<SnapshotSpool> _spools = [];
    private MonotonicMs _nextPing;
    private long _lastSpool;
    private ReplicationOffset _lagMark = new(-1);

    internal PrimarySide(Node node, ReplicationPart replication)
    {
        _node = node;
        _replication = replication;
        node.Sessions.Ended += SessionEnded;
        node.WhenOptionChanges += _ => CountGood();
    }

    /// <summary>Those that asked for our stream.</summary>
    public ReplicaTable Table { get; } = new();

    /// <summary>Whether the stream has bytes that have not been offered to replicas.</summary>
    internal bool HasNews { get; set; }

    /// <summary>Whether one of them may not know what we propagate.</summary>
    internal bool AnyForeign { get; private set; }

    /// <summary>Whether a snapshot for those that wait may be possible now.</summary>
    internal bool MayBegin { get; set; }

    /// <summary>Since when we have had none.</summary>
    internal MonotonicMs NoReplicasSince { get; set; }

    internal MonotonicMs NextWake => Table.AnyWaits() ? _node.Now.Monotonic + CheckMs : new MonotonicMs(long.MaxValue);

    /// <summary>What is known of the replica behind a session, made when it first says something about itself.</summary>
    internal Replica Of(Session session)
    {
        if (_bySession.TryGetValue(session.Id, out (Replica Replica, Session Session) known)) return known.Replica;
        var replica = new Replica(session.Id) { Address = session.Link?.Remote.Address ?? "" };
        _bySession.Add(session.Id, (replica, session));
        return replica;
    }

    /// <summary>The replica behind a session, or null.</summary>
    internal Replica? Find(Session session) => _bySession.TryGetValue(session.Id, out (Replica Replica, Session Session) known) ? known.Replica : null;

    /// <summary>Tries to let a replica go on from byte <paramref name="asked"/> of history <paramref name="id"/>.</summary>
    internal bool TryContinue(Session session, ReadOnlySpan<byte> id, ReplicationOffset asked)
    {
        Replica replica = Of(session);
        ReplicationHistory history = _replication.History;
        _replication.OwnHistory();
        bool known = HexId.TryParse(id, out HexId parsed);
        if (!known || !history.Contains(new ReplicationId(parsed), asked))
        {
            if (id.StartsWith("?"u8)) Log($"Full resync requested by replica {Name(replica)}");
            else
            {
                Log($"Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '{Encoding.Latin1.GetString(id)}' from {asked}, " +
                    $"my replication IDs are '{history.Id}' and '{history.Id2.Value}', the latter up to {history.SecondOffset})");
                _node.Statistics.RefusedPartialSyncs++;
            }

            return false;
        }

        var from = new ReplicationOffset(asked.Value - 1);
        if (_replication.Backlog is not { } backlog || !backlog.Holds(from) || !ReplicaReach.KnowsAll(replica, backlog, from))
        {
            Log($"Unable to partial resync with replica {Name(replica)} for lack of backlog that it knows (Replica request was: {asked}).");
            _node.Statistics.RefusedPartialSyncs++;
            return false;
        }

        _node.Statistics.PartialSyncs++;
        Join(session, replica, ReplicaStage.Online);
        replica.Position = replica.Acknowledged = from;
        replica.AcknowledgedAt = _node.Now.Monotonic;
        session.Link!.Output.Write(Encoding.ASCII.GetBytes(replica.Has(ReplicaAbilities.SecondHistory) ? $"+CONTINUE {history.Id}\r\n" : "+CONTINUE\r\n"));
        Log($"Partial resynchronization request from {Name(replica)} accepted. Sending {backlog.End - from} bytes of backlog starting from offset {asked}.");
        Feed(replica, session);
        _node.Host.Flush(session.Link);
        CountGood();
        return true;
    }

    /// <summary>Puts a replica among those that wait for a snapshot.</summary>
    internal void AwaitSnapshot(Session session, bool old)
    {
        Replica replica = Of(session);
        if (old) replica.Abilities |= ReplicaAbilities.Old;
        _node.Statistics.FullSyncs++;
        Join(session, replica, ReplicaStage.WaitsForSnapshot);
        replica.WaitsSince = replica.ProgressAt = _node.Now.Monotonic;
        _replication.OwnHistory();
        if (_replication.Backlog is null)
        {
            _replication.History.Renew(_node.Dice);
            _replication.NeedBacklog();
            Log($"Replication backlog created, my new replication IDs are '{_replication.History.Id}' and '{_replication.History.Id2.Value}'");
        }

        MayBegin = true;
    }

    /// <summary>A replica says how far it is.</summary>
    internal void Acknowledge(Session session, ReplicationOffset offset)
    {
        if (Find(session) is not { } replica) return;
        if (offset > replica.Acknowledged) replica.Acknowledged = offset;
        replica.AcknowledgedAt = _node.Now.Monotonic;
        if (replica.Stage == ReplicaStage.Loads && replica.Has(ReplicaAbilities.EndMark)) GoOnline(replica, session);
        _replication.Waits.Acknowledged();
    }

    /// <summary>The snapshot has been handed to the replica's link as a whole.</summary>
    internal void SnapshotSent(Replica replica, Session session, bool marked)
    {
        Log($"Synchronization with replica {Name(replica)} succeeded");
        if (replica.Has(ReplicaAbilities.SnapshotOnly))
        {
            Log($"RDB transfer completed, rdb only replica ({Name(replica)}) should be disconnected asap");
            _node.Sessions.Close(session, CloseMode.AfterFlush);
            return;
        }

        replica.Stage = ReplicaStage.Loads;
        replica.AcknowledgedAt = _node.Now.Monotonic;
        // The end mark is found by looking at the last bytes only: nothing may follow it before the replica has seen it.
        if (!marked) GoOnline(replica, session);
    }

    /// <summary>Drops all replicas: they are to come again, since what we can give them has changed.</summary>
    internal void DropAll()
    {
        foreach (Replica replica in new List<Replica>(Table.All))
            if (_bySession.TryGetValue(replica.Number, out (Replica Replica, Session Session) known)) _node.Sessions.Close(known.Session, CloseMode.AfterFlush);
    }

    internal void Tick()
    {
        if (MayBegin || Table.AnyWaits()) BeginSnapshot();
    }

    internal void EndBatch()
    {
        if (MayBegin) BeginSnapshot();
        if (!HasNews) return;
        HasNews = false;
        foreach ((Replica replica, Session session) in _bySession.Values)
            if (replica.Stage == ReplicaStage.Online) Feed(replica, session);
        Trim();
    }

    /// <summary>Once a second: pings, line feeds, time-outs, limits, and the backlog's own end.</summary>
    internal void Cron()
    {
        MonotonicMs now = _node.Now.Monotonic;
        foreach ((Replica replica, Session session) in new List<(Replica, Session)>(_bySession.Values)) Check(replica, session, now);
        long periodMs = _node.Options.ReplPingPeriodSeconds * 1000L;
        if (Table.Count == 0)
        {
            // The first one who comes has just heard from us.
            _nextPing = now + periodMs;
        }
        else if (!_replication.IsReplica && now >= _nextPing)
        {
            _nextPing = now + periodMs;
            // A failover waits for an offset to stand still, and a file that is saved last must be the end of the history.
            if ((_node.Conditions & (uint)NodeConditions.Paused) == 0 && !_node.Shutdown.IsInProgress) _replication.Append("*1\r\n$4\r\nping\r\n"u8);
        }

        if (Table.Count > 0) NoReplicasSince = now;
        long ttlMs = _node.Options.BacklogTtlSeconds * 1000L;
        if (_replication.Backlog is not null && !_replication.IsReplica && ttlMs > 0 && now - NoReplicasSince > ttlMs)
        {
            _replication.DropBacklog();
            Log($"Replication backlog freed after {ttlMs / 1000} seconds without connected replicas.");
        }

        CountGood();
        Trim();
        _replication.Waits.Acknowledged();
    }

    /// <summary>Writes how many replicas there are, and a line about each.</summary>
    internal void WriteInfo(InfoText text)
    {
        NodeOptions options = _node.Options;
        MonotonicMs now = _node.Now.Monotonic;
        text.Line("connected_slaves", Table.Count);
        if (options.MinReplicasToWrite > 0 && options.MinReplicasMaxLagSeconds > 0)
            text.Line("min_slaves_good_slaves", Table.CountGood(now, options.MinReplicasMaxLagSeconds));
        int index = 0;
        foreach (Replica replica in Table.All)
        {
            text.Line($"slave{index++}",
                $"ip={replica.KnownAddress},port={replica.Port},state={replica.StateName},offset={replica.Acknowledged},lag={replica.LagSeconds(now)}");
        }
    }

    /// <summary>
    /// Whether a replica that is online lacks something that was written before this was asked for the first time. They
    /// are asked how far they are, which moves the stream on, but not what they must have.
    /// </summary>
    internal bool AnyLags()
    {
        if (_replication.IsReplica) return false;
        bool first = _lagMark.Value < 0;
        if (first) _lagMark = _replication.Offset;
        foreach (Replica replica in Table.All)
        {
            if (replica.Stage != ReplicaStage.Online || replica.Acknowledged >= _lagMark) continue;
            if (first) _replication.Waits.AskForAcknowledgements();
            return true;
        }

        _lagMark = new ReplicationOffset(-1);
        return false;
    }

    /// <summary>Whether enough good replicas are there is looked at again.</summary>
    internal void CountGood()
    {
        NodeOptions options = _node.Options;
        bool few = options.MinReplicasToWrite > 0 && options.MinReplicasMaxLagSeconds > 0 && !_replication.IsReplica
            && Table.CountGood(_node.Now.Monotonic, options.MinReplicasMaxLagSeconds) < options.MinReplicasToWrite;
        _node.Set(NodeConditions.FewReplicas, few);
    }

    private void Join(Session session, Replica replica, ReplicaStage stage)
    {
        replica.Stage = stage;
        session.Kind = SessionKind.Replica;
        session.Flags |= SessionFlags.Replica;
        Table.Add(replica);
        LookForForeign();
    }

    /// <summary>A part of the stream is about to be written: a replica that does not know all of it leaves before.</summary>
    internal void DropWhoDoesNotKnow(ReadOnlySpan<byte> stream)
    {
        foreach ((Replica replica, Session session) in new List<(Replica, Session)>(_bySession.Values))
        {
            if (!replica.IsCounted || !ReplicaReach.IsForeign(replica) || ReplicaReach.FirstUnknown(replica, stream) is not { } row) continue;
            Drop(session, $"Replica {Name(replica)}, {ReplicaReach.Describe(replica)}, is sent away: it does not know {row.FullName.ToUpperInvariant()} (since {row.Since}), which has been carried out");
        }
    }

    private void LookForForeign()
    {
        AnyForeign = false;
        foreach (Replica replica in Table.All) AnyForeign |= ReplicaReach.IsForeign(replica);
    }

    // Fields that expire have no form that it reads: with a snapshot of all else it would be a replica of other data.
    private void RefuseWhoCannotHold()
    {
        if (!_node.Databases.HasExpiringFields) return;
        foreach ((Replica replica, Session session) in new List<(Replica, Session)>(_bySession.Values))
        {
            if (replica.Stage != ReplicaStage.WaitsForSnapshot || replica.Has(ReplicaAbilities.WithoutData) || !ReplicaReach.IsForeign(replica)) continue;
            if (ReplicaReach.FormFor(replica, RdbForm.Lowest).HoldsExpiringFields) continue;
            Drop(session, $"Replica {Name(replica)}, {ReplicaReach.Describe(replica)}, is refused: it cannot hold hashes of which fields expire, and there are some");
        }
    }

    private void GoOnline(Replica replica, Session session)
    {
        replica.Stage = ReplicaStage.Online;
        replica.AcknowledgedAt = _node.Now.Monotonic;
        Log($"Streamed replica with online replica {Name(replica)}: it follows from offset {replica.Position}");
        Feed(replica, session);
        CountGood();
    }

    private void BeginSnapshot()
    {
        MayBegin = false;
        NodeOptions options = _node.Options;
        if (_node.Persistence.IsSnapshotting || _node.Persistence.IsLoading || !_node.Databases.CanStartWalk) return;
        if (!Table.ShouldStartSnapshot(_node.Now.Monotonic, _replication.ExpectedReplicas, options.DisklessSyncDelaySeconds, options.DisklessSyncMaxReplicas)) return;
        RefuseWhoCannotHold();
        var targets = new List<ISnapshotTarget>();
        var chosen = new List<(Replica, Session)>();
        bool? withData = null;
        RdbForm? form = null;
        foreach (Replica replica in Table.All)
        {
            if (replica.Stage != ReplicaStage.WaitsForSnapshot) continue;
            bool wantsData = !replica.Has(ReplicaAbilities.WithoutData);
            RdbForm reads = ReplicaReach.FormFor(replica, _node.Persistence.WantedForm);
            if (wantsData != (withData ??= wantsData) || reads != (form ??= reads)) continue;
            chosen.Add((replica, _bySession[replica.Number].Session));
        }

        if (chosen.Count == 0) return;
        // The stream that these replicas get after the snapshot begins with a SELECT of its own.
        if (!_replication.IsReplica) _replication.StreamDatabase = -1;
        SnapshotSpool? spool = null;
        foreach ((Replica replica, Session session) in chosen)
        {
            if (options.DisklessSync && replica.Has(ReplicaAbilities.EndMark)) targets.Add(new SnapshotToReplica(_node, replica, session));
            else (spool ??= NewSpool(targets)).Add(replica, session);
        }

        bool begun = _node.Persistence.TryBeginSnapshot(_replication.DescribeData(), form ?? RdbForm.Lowest, withData ?? true, targets);
        Invariant.That(begun);
        foreach ((Replica replica, Session session) in chosen)
        {
            replica.Stage = ReplicaStage.GetsSnapshot;
            replica.Position = _replication.Offset;
            if (!replica.Has(ReplicaAbilities.Old)) session.Link!.Output.Write(Encoding.ASCII.GetBytes($"+FULLRESYNC {_replication.History.Id} {_replication.Offset}\r\n"));
            _node.Host.Flush(session.Link!);
        }

        Log($"Starting BGSAVE for SYNC with target: {(options.DisklessSync ? "replicas sockets" : "disk")}");
    }

    private SnapshotSpool NewSpool(List<ISnapshotTarget> targets)
    {
        var spool = new SnapshotSpool(_node, ++_lastSpool, over => _spools.Remove(over));
        _spools.Add(spool);
        targets.Add(spool);
        return spool;
    }

    // Hands the link what the socket will take soon; the rest stays where it is, in the backlog.
    private void Feed(Replica replica, Session session)
    {
        Backlog backlog = _replication.Backlog!;
        OutputQueue output = session.Link!.Output;
        while (output.Length < MostAhead && replica.Position < backlog.End)
        {
            ReadOnlySpan<byte> part = backlog.From(replica.Position);
            part = part[..(int)Math.Min(part.Length, MostAhead)];
            output.Write(part);
            _node.Statistics.ReplicationBytesOut += part.Length;
            replica.Position += part.Length;
        }

        session.Link.WantsDrained = replica.Position < backlog.End;
        if (!output.IsEmpty) _node.Host.Flush(session.Link);
    }

    private void Trim() => _replication.Backlog?.Trim(Table.SlowestReader(_replication.Backlog.End));

    private void Check(Replica replica, Session session, MonotonicMs now)
    {
        long timeoutMs = _node.Options.ReplTimeoutSeconds * 1000L;
        // A replica that loads sends empty lines: as good as an acknowledgement here.
        MonotonicMs heardAt = session.LastActive > replica.AcknowledgedAt ? session.LastActive : replica.AcknowledgedAt;
        switch (replica.Stage)
        {
            case ReplicaStage.WaitsForSnapshot:
            case ReplicaStage.GetsSnapshot when replica.AwaitsWhole:
                session.Link!.Output.Write("\n"u8);
                _node.Host.Flush(session.Link);
                break;
            case ReplicaStage.GetsSnapshot when now - replica.ProgressAt > timeoutMs && !session.Link!.Output.IsEmpty:
                Drop(session, $"Disconnecting timedout replica (full sync): {Name(replica)}");
                return;
            case ReplicaStage.Online or ReplicaStage.Loads when !replica.Has(ReplicaAbilities.Old) && now - heardAt > timeoutMs:
                Drop(session, $"Disconnecting timedout replica (streaming sync): {Name(replica)}");
                return;
            case ReplicaStage.Online when _replication.IsReplica && !_replication.Replica.IsLinkUp:
                // No stream comes through us now: an empty line, which is no part of it, says that we are alive.
                session.Link!.Output.Write("\n"u8);
                _node.Host.Flush(session.Link);
                break;
        }

        CheckLimit(replica, session, now);
    }

    private void CheckLimit(Replica replica, Session session, MonotonicMs now)
    {
        if (!replica.Reads || _replication.Backlog is not { } backlog) return;
        OutputBufferLimit limit = _node.Options.ClientOutputBufferLimits.Replica;
        ulong waiting = (ulong)(backlog.End - replica.Position);
        // What is kept anyway costs nothing more.
        ulong kept = (ulong)backlog.Size;
        bool hard = limit.HardBytes > 0 && waiting > Math.Max(limit.HardBytes, kept);
        bool soft = limit.SoftBytes > 0 && waiting > Math.Max(limit.SoftBytes, kept);
        if (!soft) replica.OverSoftLimitSince = default;
        else if (replica.OverSoftLimitSince.Value == 0) replica.OverSoftLimitSince = now;
        if (!hard && !(soft && now - replica.OverSoftLimitSince > limit.SoftSeconds * 1000)) return;
        _node.Statistics.OutputBufferDisconnections++;
        Drop(session, $"Client id={session.Id} addr={session.Link?.Remote} scheduled to be closed ASAP for overcoming of output buffer limits.");
    }

    private void Drop(Session session, string why)
    {
        _node.Host.Log(LogLevel.Warning, why);
        _node.Sessions.Close(session, CloseMode.Now);
    }

    private void SessionEnded(Session session, bool ended)
    {
        if (!_bySession.TryGetValue(session.Id, out (Replica Replica, Session Session) known)) return;
        if (!ended)
        {
            known.Replica.ProgressAt = _node.Now.Monotonic;
            if (known.Replica.Stage == ReplicaStage.Online)
            {
                Feed(known.Replica, session);
                Trim();
            }
            else
            {
                _node.Persistence.Advance();
                TellSpools(session);
            }

            return;
        }

        _bySession.Remove(session.Id);
        TellSpools(session);
        if (!Table.Remove(known.Replica)) return;
        LookForForeign();
        Log($"Connection with replica {Name(known.Replica)} lost.");
        NoReplicasSince = _node.Now.Monotonic;
        CountGood();
    }

    private void TellSpools(Session session)
    {
        foreach (SnapshotSpool spool in _spools.ToArray()) spool.Changed(session);
    }

    private static string Name(Replica replica) => $"{replica.KnownAddress}:{replica.Port}";

    private void Log(string text) => _node.Host.Log(LogLevel.Notice, text);
}
