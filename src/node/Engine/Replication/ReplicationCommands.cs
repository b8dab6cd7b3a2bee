using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>The commands of replication: those of operators, and those of replicas.</summary>
internal static class ReplicationCommands
{
    [Command("REPLICAOF", arity: 3, Flags.Admin | Flags.NoScript | Flags.Stale | Flags.NoAsyncLoading, Group.Server, since: "5.0.0",
        syntax: "args:(host-port:{host port:integer} | no-one:{NO ONE})",
        Summary = "Makes this server a replica of another, or a primary again.", Complexity = "O(1)")]
    internal static void ReplicaOf(ref CommandContext call, Session session)
    {
        Node node = session.Node;
        if (node.Options.ClusterEnabled)
        {
            call.Reply.Error("ERR REPLICAOF not allowed in cluster mode."u8);
            return;
        }

        ReplicationPart replication = node.Replication;
        if (replication.Failover.IsOn)
        {
            call.Reply.Error("ERR REPLICAOF not allowed while failing over."u8);
            return;
        }

        if (Ascii.EqualsIgnoreCase(call[1], "NO") && Ascii.EqualsIgnoreCase(call[2], "ONE"))
        {
            if (replication.IsReplica)
            {
                replication.Lead();
                node.Host.Log(Seam.LogLevel.Notice, $"MASTER MODE enabled (user request from 'id={session.Id} addr={session.Link?.Remote}')");
            }

            call.Reply.Ok();
            return;
        }

        if ((session.Flags & SessionFlags.Replica) != 0)
        {
            call.Reply.Error("ERR Command is not valid when client is a replica."u8);
            return;
        }

        if (!NumberText.TryInt64(call[2], out long port) || port is < 0 or > 65535)
        {
            call.Reply.Error("ERR Invalid master port"u8);
            return;
        }

        string host = Encoding.UTF8.GetString(call[1]);
        if (replication.IsReplica && replication.Replica.Port == port && replication.Replica.Host.Equals(host, StringComparison.OrdinalIgnoreCase))
        {
            node.Host.Log(Seam.LogLevel.Notice, "REPLICAOF would result into synchronization with the master we are already connected with. No operation performed.");
            call.Reply.Simple("OK Already connected to specified master"u8);
            return;
        }

        node.Host.Log(Seam.LogLevel.Notice, $"REPLICAOF {host}:{port} enabled (user request from 'id={session.Id} addr={session.Link?.Remote}')");
        replication.Follow(host, (int)port);
        call.Reply.Ok();
    }

    [Command("SLAVEOF", arity: 3, Flags.Admin | Flags.NoScript | Flags.Stale | Flags.NoAsyncLoading, Group.Server, since: "1.0.0",
        syntax: "args:(host-port:{host port:integer} | no-one:{NO ONE})", Doc = DocFlags.Deprecated, DeprecatedSince = "5.0.0",
        ReplacedBy = "`REPLICAOF`", Summary = "Makes this server a replica of another, or a primary again.", Complexity = "O(1)")]
    internal static void SlaveOf(ref CommandContext call, Session session) => ReplicaOf(ref call, session);

    [Command("PSYNC", arity: -3, Flags.Admin | Flags.NoScript | Flags.NoAsyncLoading | Flags.NoMulti, Group.Server, since: "2.8.0",
        syntax: "replicationid offset:integer", Summary = "Asks for the stream of writes from a place on, or with a snapshot.")]
    internal static void PartialSync(ref CommandContext call, Session session)
    {
        if (call.Count > 3 && Ascii.EqualsIgnoreCase(call[3], "FAILOVER") && !MayTakeOver(ref call, session)) return;
        if (!MaySync(ref call, session)) return;
        if (!NumberText.TryInt64(call[2], out long offset))
        {
            call.Reply.Error(ErrorReplies.NotAnInteger);
            return;
        }

        PrimarySide primary = session.Node.Replication.Primary;
        if (!primary.TryContinue(session, call[1], new ReplicationOffset(offset))) primary.AwaitSnapshot(session, old: false);
    }

    [Command("SYNC", arity: 1, Flags.Admin | Flags.NoScript | Flags.NoAsyncLoading | Flags.NoMulti, Group.Server, since: "1.0.0",
        Summary = "Asks for a snapshot and the stream of writes, as old replicas do.")]
    internal static void Sync(ref CommandContext call, Session session)
    {
        if (MaySync(ref call, session)) session.Node.Replication.Primary.AwaitSnapshot(session, old: true);
    }

    [Command("REPLCONF", arity: -1, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale | Flags.AllowBusy, Group.Server, since: "3.0.0",
        Doc = DocFlags.SysCmd, Summary = "Tells what a replica is like, what it wants, and how far it is.", Complexity = "O(1)")]
    internal static void Configure(ref CommandContext call, Session session)
    {
        if ((call.Count & 1) == 0)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        for (int i = 1; i < call.Count; i += 2)
            if (!Configure(ref call, session, call[i], call[i + 1])) return;
        call.Reply.Ok();
    }

    [Command("ROLE", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast, Group.Server, since: "2.8.12",
        Categories = Acl.Admin | Acl.Dangerous, Summary = "Tells whether this server is a primary or a replica, and of whom.", Complexity = "O(1)")]
    internal static void Role(ref CommandContext call, Session session)
    {
        ReplicationPart replication = session.Node.Replication;
        if (replication.IsReplica)
        {
            call.Reply.Array(5);
            call.Reply.Bulk("slave"u8);
            call.Reply.Bulk(replication.Replica.Host);
            call.Reply.Integer(replication.Replica.Port);
            call.Reply.Bulk(replication.Replica.RoleName);
            call.Reply.Integer(replication.Replica.IsLinkUp ? replication.Offset.Value : -1);
            return;
        }

        call.Reply.Array(3);
        call.Reply.Bulk("master"u8);
        call.Reply.Integer(replication.Offset.Value);
        int online = 0;
        foreach (Replica replica in replication.Primary.Table.All)
            if (replica.Stage is ReplicaStage.Online) online++;
        call.Reply.Array(online);
        foreach (Replica replica in replication.Primary.Table.All)
        {
            if (replica.Stage is not ReplicaStage.Online) continue;
            call.Reply.Array(3);
            call.Reply.Bulk(replica.KnownAddress);
            call.Reply.BulkInteger(replica.Port);
            call.Reply.BulkInteger(replica.Acknowledged.Value);
        }
    }

    [Command("WAIT", arity: 3, Flags.Blocking, Group.Generic, since: "3.0.0", syntax: "numreplicas:integer timeout:integer",
        Categories = Acl.Connection, Tips = "request_policy:all_shards response_policy:agg_min",
        Summary = "Waits until so many replicas have what this connection wrote.", Complexity = "O(1)")]
    internal static void Wait(ref CommandContext call, Session session)
    {
        ReplicationPart replication = session.Node.Replication;
        if (replication.IsReplica)
        {
            call.Reply.Error("ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated."u8);
            return;
        }

        if (!NumberText.TryInt64(call[1], out long replicas))
        {
            call.Reply.Error(ErrorReplies.NotAnInteger);
            return;
        }

        if (!NumberText.TryInt64(call[2], out long timeoutMs))
        {
            call.Reply.Error("ERR timeout is not an integer or out of range"u8);
            return;
        }

        if (timeoutMs < 0)
        {
            call.Reply.Error("ERR timeout is negative"u8);
            return;
        }

        var offset = new ReplicationOffset(session.WrittenTo);
        int acknowledged = replication.Primary.Table.CountAcknowledged(offset);
        if (acknowledged >= replicas || session.Link is null || !call.MayBlock)
        {
            call.Reply.Integer(acknowledged);
            return;
        }

        MonotonicMs now = session.Node.Now.Monotonic;
        MonotonicMs until = timeoutMs == 0 || timeoutMs > long.MaxValue - now.Value ? new MonotonicMs(long.MaxValue) : now + timeoutMs;
        replication.Waits.Add(session, offset, (int)Math.Clamp(replicas, 0, int.MaxValue), until);
    }

    [Command("FAILOVER", arity: -1, Flags.Admin | Flags.NoScript | Flags.Stale, Group.Server, since: "6.2.0",
        syntax: "[TO target:{host port:integer [FORCE]}] [ABORT] [TIMEOUT milliseconds:integer]",
        Summary = "Gives the role of a primary to one of its replicas.", Complexity = "O(1)")]
    internal static void Failover(ref CommandContext call, Session session)
    {
        PlannedFailover failover = session.Node.Replication.Failover;
        if (session.Node.Options.ClusterEnabled)
        {
            call.Reply.Error("ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead."u8);
        }
        else if (call.Count == 2 && Ascii.EqualsIgnoreCase(call[1], "ABORT"))
        {
            if (!failover.IsOn)
            {
                call.Reply.Error("ERR No failover in progress."u8);
                return;
            }

            failover.Abort("Failover manually aborted");
            call.Reply.Ok();
        }
        else if (TryFailoverOptions(ref call, out string host, out int port, out bool force, out long timeoutMs))
        {
            string? refusal = FailoverRefusal(session.Node.Replication, host, port, force, timeoutMs);
            if (refusal is not null)
            {
                call.Reply.Error(refusal);
                return;
            }

            failover.Begin(host, port, force, timeoutMs);
            call.Reply.Ok();
        }
    }

    private static bool TryFailoverOptions(ref CommandContext call, out string host, out int port, out bool force, out long timeoutMs)
    {
        (host, port, force, timeoutMs) = ("", 0, false, 0);
        for (int i = 1; i < call.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(call[i], "TIMEOUT") && i + 1 < call.Count && timeoutMs == 0)
            {
                if (!NumberText.TryInt64(call[++i], out timeoutMs)) return Refuse(ref call, ErrorReplies.NotAnInteger);
                if (timeoutMs <= 0) return Refuse(ref call, "ERR FAILOVER timeout must be greater than 0"u8);
            }
            else if (Ascii.EqualsIgnoreCase(call[i], "TO") && i + 2 < call.Count && host.Length == 0)
            {
                if (!NumberText.TryInt64(call[i + 2], out long number)) return Refuse(ref call, ErrorReplies.NotAnInteger);
                (host, port) = (Encoding.UTF8.GetString(call[i + 1]), (int)Math.Clamp(number, 0, 65536));
                i += 2;
            }
            else if (Ascii.EqualsIgnoreCase(call[i], "FORCE") && !force)
            {
                force = true;
            }
            else
            {
                return Refuse(ref call, ErrorReplies.Syntax);
            }
        }

        return true;
    }

    private static string? FailoverRefusal(ReplicationPart replication, string host, int port, bool force, long timeoutMs)
    {
        if (replication.Failover.IsOn) return "ERR FAILOVER already in progress.";
        if (replication.IsReplica) return "ERR FAILOVER is not valid when server is a replica.";
        if (replication.Primary.Table.Count == 0) return "ERR FAILOVER requires connected replicas.";
        if (force && (timeoutMs == 0 || host.Length == 0)) return "ERR FAILOVER with force option requires both a timeout and target HOST and IP.";
        if (host.Length == 0) return null;
        foreach (Replica replica in replication.Primary.Table.All)
        {
            if (replica.KnownAddress == host && replica.Port == port)
                return replica.Stage == ReplicaStage.Online ? null : "ERR FAILOVER target replica is not online.";
        }

        return "ERR FAILOVER target HOST and PORT is not a replica.";
    }

    /// <summary>Our primary asks us to lead from here on.</summary>
    private static bool MayTakeOver(ref CommandContext call, Session session)
    {
        Node node = session.Node;
        node.Host.Log(Seam.LogLevel.Warning, $"Failover request received for replid {Encoding.Latin1.GetString(call[1])}.");
        if (!node.Replication.IsReplica) return Refuse(ref call, "ERR PSYNC FAILOVER can't be sent to a master."u8);
        if (!HexId.TryParse(call[1], out HexId id) || new ReplicationId(id) != node.Replication.History.Id)
            return Refuse(ref call, "ERR PSYNC FAILOVER replid must match my replid."u8);
        node.Replication.Lead();
        node.Host.Log(Seam.LogLevel.Notice, $"MASTER MODE enabled (failover request from 'id={session.Id} addr={session.Link?.Remote}')");
        return true;
    }

    private static bool MaySync(ref CommandContext call, Session session)
    {
        ReplicationPart replication = session.Node.Replication;
        if ((session.Flags & SessionFlags.Replica) != 0 || session.Link is null) return false;
        if (replication.Failover.IsOn)
        {
            call.Reply.Error("NOMASTERLINK Can't SYNC while failing over"u8);
            return false;
        }

        if (session.Node.Cluster is { IsStarted: true, Machine.IsComingBack: true })
        {
            call.Reply.Error("NOMASTERLINK Can't SYNC while it is not known whether a replica has more than I have"u8);
            return false;
        }

        if (replication.IsReplica && !replication.Replica.IsLinkUp)
        {
            call.Reply.Error("NOMASTERLINK Can't SYNC while not connected with my master"u8);
            return false;
        }

        if (!session.Link.Output.IsEmpty)
        {
            call.Reply.Error("ERR SYNC and PSYNC are invalid with pending output"u8);
            return false;
        }

        Replica replica = replication.Primary.Of(session);
        if (!replica.Has(ReplicaAbilities.WithoutData) || replica.Has(ReplicaAbilities.EndMark)) return true;
        call.Reply.Error("ERR Filtered replica requires EOF capability"u8);
        return false;
    }

    /// <summary>One pair of REPLCONF; false when nothing more is to be said.</summary>
    private static bool Configure(ref CommandContext call, Session session, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ReplicationPart replication = session.Node.Replication;
        if (Ascii.EqualsIgnoreCase(name, "ack"))
        {
            // No reply: replicas acknowledge all the time.
            if ((session.Flags & SessionFlags.Replica) != 0 && NumberText.TryInt64(value, out long acknowledged)) replication.Primary.Acknowledge(session, new ReplicationOffset(acknowledged));
            return false;
        }

        if (Ascii.EqualsIgnoreCase(name, "getack"))
        {
            if (session.Kind == SessionKind.Primary) replication.Replica.Acknowledge();
            return false;
        }

        Replica replica = replication.Primary.Of(session);
        if (Ascii.EqualsIgnoreCase(name, "listening-port"))
        {
            if (!NumberText.TryInt64(value, out long port)) return Refuse(ref call, ErrorReplies.NotAnInteger);
            replica.Port = (int)Math.Clamp(port, 0, int.MaxValue);
        }
        else if (Ascii.EqualsIgnoreCase(name, "ip-address"))
        {
            if (value.Length >= 256) return Refuse(ref call, Encoding.ASCII.GetBytes($"ERR REPLCONF ip-address provided by replica instance is too long: {value.Length} bytes"));
            replica.AnnouncedAddress = Encoding.Latin1.GetString(value);
        }
        else if (Ascii.EqualsIgnoreCase(name, "capa"))
        {
            if (Ascii.EqualsIgnoreCase(value, "eof")) replica.Abilities |= ReplicaAbilities.EndMark;
            else if (Ascii.EqualsIgnoreCase(value, "psync2")) replica.Abilities |= ReplicaAbilities.SecondHistory;
            else if (Ascii.EqualsIgnoreCase(value, "hexad")) replica.Abilities |= ReplicaAbilities.Hexad;
        }
        else if (Ascii.EqualsIgnoreCase(name, "version"))
        {
            replica.Version = Encoding.Latin1.GetString(value);
        }
        else if (Ascii.EqualsIgnoreCase(name, "rdb-only"))
        {
            if (!NumberText.TryInt64(value, out long only) || only is < 0 or > 1) return Refuse(ref call, "ERR value is out of range, value must between 0 and 1"u8);
            Mark(replica, ReplicaAbilities.SnapshotOnly, only == 1);
        }
        else if (Ascii.EqualsIgnoreCase(name, "rdb-filter-only"))
        {
            // "functions" is the only part that can be named, and we have none: either way no keys are wanted.
            if (!value.IsEmpty && !Ascii.EqualsIgnoreCase(value, "functions"))
                return Refuse(ref call, Encoding.Latin1.GetBytes($"ERR Unsupported rdb-filter-only option: {Encoding.Latin1.GetString(value)}"));
            Mark(replica, ReplicaAbilities.WithoutData, true);
        }
        else
        {
            return Refuse(ref call, Encoding.Latin1.GetBytes($"ERR Unrecognized REPLCONF option: {Encoding.Latin1.GetString(name)}"));
        }

        return true;
    }

    private static void Mark(Replica replica, ReplicaAbilities ability, bool on) =>
        replica.Abilities = on ? replica.Abilities | ability : replica.Abilities & ~ability;

    private static bool Refuse(ref CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
