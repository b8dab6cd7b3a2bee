using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>Clients that wait until enough replicas have what they wrote (WAIT).</summary>
internal sealed class WaitTable(Node node, ReplicationPart replication) : ISessionWait
{
    private readonly List<Waiter> _waiters = [];
    private bool _askForAcknowledgements;
    private bool _askInPause;

    private readonly record struct Waiter(Session Session, ReplicationOffset Offset, int Replicas, MonotonicMs Until);

    /// <summary>When the first of them has waited long enough.</summary>
    public MonotonicMs NextWake { get; private set; } = new(long.MaxValue);

    /// <summary>Lets a session wait; it is answered with the number of replicas that have it by then.</summary>
    public void Add(Session session, ReplicationOffset offset, int replicas, MonotonicMs until)
    {
        session.Flags |= SessionFlags.Blocked;
        session.WaitsFor = this;
        _waiters.Add(new Waiter(session, offset, replicas, until));
        if (until < NextWake) NextWake = until;
        _askForAcknowledgements = true;
    }

    /// <inheritdoc/>
    public void Unblock(Session session, bool withError)
    {
        int index = _waiters.FindIndex(w => ReferenceEquals(w.Session, session));
        Waiter waiter = _waiters[index];
        _waiters.RemoveAt(index);
        session.WaitsFor = null;
        int acknowledged = replication.Primary.Table.CountAcknowledged(waiter.Offset);
        if (withError) Waiting.Answer(session, static reply => reply.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"u8));
        else Waiting.Answer(session, reply => reply.Integer(acknowledged));
    }

    /// <summary>Asks the replicas, at the end of this batch, how far they are, even while writers are held back.</summary>
    public void AskForAcknowledgements() => _askForAcknowledgements = _askInPause = true;

    /// <summary>Somebody acknowledged something: looks who has waited enough.</summary>
    public void Acknowledged() => Answer(false);

    /// <summary>Answers those whose time is over.</summary>
    public void Tick()
    {
        if (node.Now.Monotonic >= NextWake) Answer(false);
    }

    /// <summary>Asks the replicas how far they are, once for all that began to wait in this batch.</summary>
    public void EndBatch()
    {
        // While writers are held back a replica may take over at this very place of the stream: a question that comes
        // after it would be a byte that only we have, and cost us a full resync. Who waits is asked for when the pause ends.
        if (!_askForAcknowledgements || (!_askInPause && (node.Conditions & (uint)NodeConditions.Paused) != 0)) return;
        _askForAcknowledgements = _askInPause = false;
        if (replication.Backlog is not null && !replication.IsReplica) replication.Append("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n"u8);
    }

    /// <summary>We are a replica now: nobody will acknowledge anything to us.</summary>
    public void RoleChanged() => Answer(true);

    private void Answer(bool all)
    {
        if (_waiters.Count == 0) return;
        NextWake = new MonotonicMs(long.MaxValue);
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            Waiter waiter = _waiters[i];
            int acknowledged = replication.Primary.Table.CountAcknowledged(waiter.Offset);
            if (all || waiter.Session.IsClosing || acknowledged >= waiter.Replicas || node.Now.Monotonic >= waiter.Until)
            {
                _waiters.RemoveAt(i);
                waiter.Session.WaitsFor = null;
                if (all)
                {
                    // As Redis: who waited for what a primary does is to look for one elsewhere.
                    Waiting.Answer(waiter.Session, static reply => reply.Error("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"u8));
                    node.Sessions.Close(waiter.Session, CloseMode.AfterFlush);
                }
                else Waiting.Answer(waiter.Session, reply => reply.Integer(acknowledged));
            }
            else if (waiter.Until < NextWake)
            {
                NextWake = waiter.Until;
            }
        }
    }
}
