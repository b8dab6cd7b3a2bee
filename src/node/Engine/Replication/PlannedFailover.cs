// FAILOVER: a primary gives its role to one of its replicas, with nothing lost.
//
//   writers held ─▶ a replica has all ─▶ we follow it, and our PSYNC asks it to lead ─▶ +CONTINUE ─▶ writers go on (and are told READONLY)
//                         │                                    │
//                    time is over ─▶ given up, or forced    refused ─▶ given up: we lead again
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>A hand-over that an operator asked for, outside of cluster mode.</summary>
public sealed class PlannedFailover
{
    private const int LookEveryMs = 10;

    private enum Stage
    {
        None,
        WaitsForReplica,
        Asks,
    }

    private readonly Node _node;
    private readonly ReplicationPart _replication;
    private MonotonicMs _until;
    private string _host = "";
    private int _port;
    private bool _forced;
    private Stage _stage;

    internal PlannedFailover(Node node, ReplicationPart replication) => (_node, _replication) = (node, replication);

    /// <summary>Whether one is under way.</summary>
    public bool IsOn => _stage != Stage.None;

    /// <summary>Whether our next PSYNC asks its receiver to lead.</summary>
    internal bool Asks => _stage == Stage.Asks;

    /// <summary>What INFO calls the state.</summary>
    internal string StateName => _stage switch
    {
        Stage.WaitsForReplica => "waiting-for-sync",
        Stage.Asks => "failover-in-progress",
        _ => "no-failover",
    };

    internal MonotonicMs NextWake => _stage == Stage.WaitsForReplica ? _node.Now.Monotonic + LookEveryMs : new MonotonicMs(long.MaxValue);

    /// <summary>Begins: to one replica, or, with an empty <paramref name="host"/>, to the first that has everything.</summary>
    internal void Begin(string host, int port, bool forced, long timeoutMs)
    {
        (_host, _port, _forced) = (host, port, forced);
        _until = timeoutMs > 0 ? _node.Now.Monotonic + timeoutMs : new MonotonicMs(long.MaxValue);
        _stage = Stage.WaitsForReplica;
        Log(host.Length > 0 ? $"FAILOVER requested to {host}:{port}." : "FAILOVER requested to any replica.");
        _node.Pause.Begin(PauseReason.Failover, PauseScope.Writes, new MonotonicMs(long.MaxValue));
    }

    internal void Tick()
    {
        if (_stage != Stage.WaitsForReplica) return;
        if (_node.Now.Monotonic >= _until)
        {
            if (!_forced)
            {
                Abort("Replica never caught up before timeout");
                return;
            }

            Log($"FAILOVER to {_host}:{_port} time out exceeded, failing over.");
            Ask();
            return;
        }

        foreach (Replica replica in _replication.Primary.Table.All)
        {
            bool meant = _host.Length == 0 || (replica.KnownAddress == _host && replica.Port == _port);
            if (!meant || replica.Stage != ReplicaStage.Online || replica.Acknowledged < _replication.Offset) continue;
            (_host, _port) = (replica.KnownAddress, replica.Port);
            Log($"Failover target {_host}:{_port} is synced, failing over.");
            Ask();
            return;
        }
    }

    /// <summary>The replica has answered our PSYNC: it leads now.</summary>
    internal void Accepted() => Clear();

    /// <summary>Gives it up; if we follow the replica already, we lead again.</summary>
    internal void Abort(string why)
    {
        if (!IsOn) return;
        Log(_host.Length > 0 ? $"FAILOVER to {_host}:{_port} aborted: {why}" : $"FAILOVER to any replica aborted: {why}");
        bool asked = Asks;
        _stage = Stage.None;
        if (asked) _replication.Lead();
        Clear();
    }

    private void Ask()
    {
        _stage = Stage.Asks;
        _replication.Follow(_host, _port);
    }

    private void Clear()
    {
        _stage = Stage.None;
        _node.Pause.End(PauseReason.Failover);
    }

    private void Log(string text) => _node.Host.Log(LogLevel.Notice, text);
}
