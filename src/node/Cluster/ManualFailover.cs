using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// An orderly change of roles while both live (CLUSTER FAILOVER, and the hand-over of a primary that is to stop).
///
///     replica                              primary
///     MFSTART ───────────────────────────▶ holds its writers back
///             ◀─────── PING, flag PAUSED,  the offset stands still
///     applies the stream up to it
///     asks for votes, flag FORCEACK ─────▶ (and all others)
///     wins, takes the slots, PONG ───────▶ becomes its replica
///
/// All of it must be done in five seconds; the writers are held back for at most ten.
/// A primary that stops begins at the second line, with TAKEOVER in the PING's badge; so does one that has started again
/// with less than the replica has, which then has nothing to wait for.
/// </summary>
internal sealed class ManualFailover(ClusterState state)
{
    public const int TimeoutMs = 5_000;
    private const int RepeatMs = 100;

    private MonotonicMs _end;
    private MonotonicMs _nextPing;
    private ReplicationOffset? _target;
    private bool _handOver;
    private bool _started;
    private bool _hadData;

    /// <summary>On the primary: the replica that takes over.</summary>
    public ClusterNode? Successor { get; private set; }

    /// <summary>Whether one is going on, on either side.</summary>
    public bool IsRunning => _end.Value != 0;

    /// <summary>
    /// On the replica: it may ask for votes now, and count them. Not while its data has made way for a snapshot: it would
    /// win with nothing.
    /// </summary>
    public bool CanStart => _started && (state.Replication.HasData || !_hadData) && (_target is not { } target || state.Replication.Offset >= target);

    /// <summary>On the replica: CLUSTER FAILOVER, after its checks. FORCE does not wait for the primary.</summary>
    public void Request(ClusterNode primary, bool force)
    {
        Open();
        if (force)
        {
            state.Notice("Forced failover user request accepted.");
            _started = true;
            state.ElectionDue = true;
        }
        else
        {
            state.Notice("Manual failover user request accepted.");
            state.Packets.SendManualFailoverStart(primary);
        }
    }

    /// <summary>On the primary: a replica asked for it, or it was picked by a hand-over.</summary>
    public void Begin(ClusterNode successor, bool handOver)
    {
        Open();
        _handOver = handOver;
        Successor = successor;
        state.Effects.PauseWrites(state.Now + 2 * TimeoutMs);
        if (!handOver) state.Notice($"Manual failover requested by replica {ClusterState.Name(successor)}.");
    }

    /// <summary>On the primary: says again and again that the offset stands still.</summary>
    public void PingSuccessor()
    {
        _nextPing = state.Now + RepeatMs;
        state.Packets.SendGossip(Successor?.Link, PacketType.Ping, _handOver ? Standing.TakeOver : Standing.None);
    }

    /// <summary>On the replica: a packet of the primary with the flag PAUSED.</summary>
    public void PausedAt(ReplicationOffset offset, bool takeOver)
    {
        if (!IsRunning && takeOver)
        {
            state.Notice("My primary hands over to me.");
            Open();
        }

        if (!IsRunning || _target is not null) return;
        _target = offset;
        state.Notice($"Received replication offset for paused master manual failover: {offset}");
        Check();
    }

    /// <summary>Once a step: the time limit, the offset, the repeated ping.</summary>
    public void Tick()
    {
        if (!IsRunning) return;
        if (_end < state.Now)
        {
            state.Log(ClusterLogLevel.Warning, "Manual failover timed out.");
            Reset();
            return;
        }

        if (Successor is not null && state.Myself.IsPrimary && state.Now >= _nextPing) PingSuccessor();
        Check();
    }

    /// <summary>Ends it, however it stands.</summary>
    public void Reset()
    {
        if (Successor is not null) state.Effects.ResumeWrites();
        _end = default;
        _nextPing = default;
        _target = null;
        _handOver = false;
        Successor = null;
        _started = false;
        _hadData = false;
    }

    public void NodeRemoved(ClusterNode node)
    {
        if (Successor == node) Reset();
    }

    private void Open()
    {
        Reset();
        _end = state.Now + TimeoutMs;
        _hadData = state.Replication.HasData;
    }

    private void Check()
    {
        if (_started || !state.Myself.IsReplica || _target is not { } target || state.Replication.Offset < target) return;
        _started = true;
        state.ElectionDue = true;
        state.Notice("All master replication stream processed, manual failover can start.");
    }
}
