// The way to an ordered end, for SHUTDOWN, SIGTERM and SIGINT alike:
//
//   hand over (cluster) ─▶ wait for replicas ─▶ save ─▶ exit 0
//
// Writers are held back while replicas catch up. What fails on the way stops the shut-down, unless it is forced; with
// NOW nothing is waited for. Who knows how to hand over, whether replicas lag and how to save sets the three hooks.
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>The shut-down of a node.</summary>
public sealed class Shutdown(Node node) : IPart
{
    private enum Phase
    {
        None,
        HandingOver,
        WaitingForReplicas,
        Saving,
        Ended,
    }

    private const int LookEveryMs = 10;
    private readonly List<Session> _waiting = [];
    private Phase _phase;
    private ShutdownWays _ways;
    private MonotonicMs _deadline;
    private int _attempt;

    /// <summary>Passes our slots to a replica, if there is one that can take them, and says when that is over, done or not.</summary>
    public Action<Action>? HandOver { get; set; }

    /// <summary>Whether a replica has not got everything yet.</summary>
    public Func<bool>? ReplicasLag { get; set; }

    /// <summary>Saves the data and says whether that worked.</summary>
    public Action<Action<bool>>? Save { get; set; }

    /// <summary>Whether one is under way.</summary>
    public bool IsInProgress => _phase != Phase.None;

    /// <summary>When the wait for replicas ends at the latest; meaningful while <see cref="IsInProgress"/>.</summary>
    public long LeftMs => Math.Max(0, _deadline - node.Now.Monotonic);

    /// <inheritdoc/>
    public MonotonicMs NextWake =>
        _phase is Phase.HandingOver or Phase.WaitingForReplicas ? node.Now.Monotonic + LookEveryMs : new MonotonicMs(long.MaxValue);

    /// <summary>Begins, or joins what has begun; <paramref name="session"/> gets no answer unless it fails.</summary>
    public void Begin(Session? session, ShutdownWays ways)
    {
        if (session is not null)
        {
            session.Flags |= SessionFlags.Blocked;
            _waiting.Add(session);
        }

        if (IsInProgress) return;
        _ways = ways;
        _attempt++;
        _deadline = node.Now.Monotonic + node.Options.ShutdownTimeoutSeconds * 1000L;
        bool patient = (ways & ShutdownWays.Now) == 0;
        if (patient && HandOver is not null && node.Options.AutoFailoverOnShutdown)
        {
            _phase = Phase.HandingOver;
            int attempt = _attempt;
            HandOver(() =>
            {
                if (_phase == Phase.HandingOver && attempt == _attempt) WaitForReplicas();
            });
            return;
        }

        WaitForReplicas();
    }

    /// <summary>Stops what is under way; false when nothing is. Those that wait for it are told that it failed.</summary>
    public bool Abort()
    {
        if (_phase is Phase.None or Phase.Ended) return false;
        node.Host.Log(LogLevel.Notice, "Shutdown manually aborted.");
        Fail();
        return true;
    }

    /// <inheritdoc/>
    public void Start()
    {
    }

    /// <inheritdoc/>
    public void Tick()
    {
        bool late = node.Now.Monotonic >= _deadline;
        if (_phase == Phase.HandingOver && late) WaitForReplicas();
        else if (_phase == Phase.WaitingForReplicas && (late || ReplicasLag?.Invoke() != true)) SaveAndEnd();
    }

    private void WaitForReplicas()
    {
        bool patient = (_ways & ShutdownWays.Now) == 0 && node.Options.ShutdownTimeoutSeconds > 0;
        if (!patient || ReplicasLag?.Invoke() != true)
        {
            SaveAndEnd();
            return;
        }

        _phase = Phase.WaitingForReplicas;
        node.Pause.Begin(PauseReason.Failover, PauseScope.Writes, new MonotonicMs(long.MaxValue));
        node.Host.Log(LogLevel.Notice, "Waiting for replicas before shutting down.");
    }

    private void SaveAndEnd()
    {
        _phase = Phase.Saving;
        bool saves = (_ways & ShutdownWays.Save) != 0 || ((_ways & ShutdownWays.NoSave) == 0 && node.Options.Save.Rules.Length > 0);
        if ((node.Conditions & (uint)NodeConditions.Loading) != 0) saves = false;
        if (!saves || Save is null)
        {
            End();
            return;
        }

        node.Host.Log(LogLevel.Notice, "Saving the final RDB snapshot before exiting.");
        // What is written from now on would be in no file: an acknowledged write that is lost, and a replica ahead of us.
        node.Pause.Begin(PauseReason.Failover, PauseScope.Writes, new MonotonicMs(long.MaxValue));
        int attempt = _attempt;
        Save(saved =>
        {
            if (_phase != Phase.Saving || attempt != _attempt) return;
            if (saved) End();
            else if ((_ways & ShutdownWays.Force) != 0)
            {
                node.Host.Log(LogLevel.Warning, "Error trying to save the DB. Exit anyway.");
                End();
            }
            else
            {
                node.Host.Log(LogLevel.Warning, "Error trying to save the DB, can't exit.");
                Fail();
            }
        });
    }

    private void End()
    {
        _phase = Phase.Ended;
        node.Host.Log(LogLevel.Warning, "Redis is now ready to exit, bye bye...");
        node.Host.Exit(0);
    }

    private void Fail()
    {
        _phase = Phase.None;
        node.Pause.End(PauseReason.Failover);
        Session[] sessions = [.. _waiting];
        _waiting.Clear();
        foreach (Session session in sessions)
        {
            if (session.IsClosing) continue;
            session.Flags &= ~SessionFlags.Blocked;
            node.Dispatcher.ReplyTo(session).Error("ERR Errors trying to SHUTDOWN. Check logs."u8);
            if (session.Link is not null) node.Host.Flush(session.Link);
            session.Resume();
        }
    }
}
