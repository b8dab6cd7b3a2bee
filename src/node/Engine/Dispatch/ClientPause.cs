using System.Collections.Generic;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;

namespace Hexad.Engine;

/// <summary>Why clients are held back; each reason ends for itself.</summary>
public enum PauseReason
{
    /// <summary>CLIENT PAUSE.</summary>
    Command,

    /// <summary>A failover: the replication offset must stand still.</summary>
    Failover,
}

/// <summary>Which commands are held back.</summary>
public enum PauseScope
{
    None,

    /// <summary>Those that may change data or be replicated.</summary>
    Writes,

    /// <summary>All.</summary>
    Everything,
}

/// <summary>
/// Holds clients back. A request that may not run now stays the next one of its session, and the session reads no
/// further until the pause ends; then it goes on as if nothing had been. While writers are held no key expires either:
/// expired keys are hidden, as on a replica, since removing them would move the replication stream.
/// </summary>
public sealed class ClientPause
{
    private readonly Node _node;
    private readonly (PauseScope Scope, MonotonicMs Until)[] _pauses = new (PauseScope, MonotonicMs)[2];
    private List<Session> _waiting = [];
    private PauseScope _scope;

    internal ClientPause(Node node) => _node = node;

    /// <summary>What is held back now.</summary>
    public PauseScope Scope => _scope;

    /// <summary>When the longest pause ends; far away when there is none.</summary>
    internal MonotonicMs NextWake
    {
        get
        {
            long next = long.MaxValue;
            if (_scope == PauseScope.None) return new MonotonicMs(next);
            foreach ((PauseScope scope, MonotonicMs until) in _pauses)
            {
                if (scope != PauseScope.None && until.Value < next) next = until.Value;
            }

            return new MonotonicMs(next);
        }
    }

    /// <summary>Begins a pause, or changes it. As Redis: one that is on is never shortened or weakened by the same reason.</summary>
    public void Begin(PauseReason reason, PauseScope scope, MonotonicMs until)
    {
        ref (PauseScope Scope, MonotonicMs Until) pause = ref _pauses[(int)reason];
        if (pause.Scope != PauseScope.None && pause.Until > until) until = pause.Until;
        if (pause.Scope > scope) scope = pause.Scope;
        pause = (scope, until);
        Apply();
    }

    /// <summary>Ends a pause; sessions that nothing holds any more go on.</summary>
    public void End(PauseReason reason)
    {
        _pauses[(int)reason] = default;
        Apply();
    }

    /// <summary>Ends the pauses whose time is over.</summary>
    internal void Tick()
    {
        for (int i = 0; i < _pauses.Length; i++)
        {
            if (_pauses[i].Scope != PauseScope.None && _pauses[i].Until <= _node.Now.Monotonic) End((PauseReason)i);
        }
    }

    /// <summary>Whether this call has to wait; if so, the session is remembered and stopped.</summary>
    internal bool Holds(Session session, Flags flags)
    {
        if (_scope == PauseScope.None) return false;
        if (session.Kind != SessionKind.Client || _node.Dispatcher.Depth > 0) return false;
        bool moves = (flags & (Flags.Write | Flags.MayReplicate)) != 0;
        if (_scope == PauseScope.Writes && !moves) return false;
        session.Flags |= SessionFlags.Blocked;
        _waiting.Add(session);
        return true;
    }

    private void Apply()
    {
        PauseScope scope = PauseScope.None;
        foreach ((PauseScope one, _) in _pauses) scope = one > scope ? one : scope;
        bool weaker = scope < _scope;
        _scope = scope;
        _node.Set(NodeConditions.Paused, scope != PauseScope.None);
        bool isPrimary = (_node.Conditions & (uint)NodeConditions.Replica) == 0;
        if (isPrimary) _node.Databases.Expired = scope == PauseScope.None ? ExpiredKeys.Remove : ExpiredKeys.Hide;
        if (!weaker) return;
        List<Session> waiting = _waiting;
        _waiting = [];
        foreach (Session session in waiting)
        {
            if (session.IsClosing) continue;
            session.Flags &= ~SessionFlags.Blocked;
            session.Resume();
        }

        _node.KeyWaits.Serve();
    }
}
