// From a request to its command: look it up, ask whether it may run now, run it, and see to what follows from it.
//
//   Execute ─▶ Find ─▶ Refusal? ─▶ Call ─▶ Propagate
//
// An ordinary session on a node in ordinary state passes with two compares (session flags, node conditions);
// everything else is decided in Gatekeeper, which returns the error or null.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Wire;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Carries requests to their commands.</summary>
public sealed class Dispatcher
{
    private readonly Node _node;
    private readonly ReplyWriter _reply;
    private readonly OutputQueue _nowhere;
    private readonly Gatekeeper _gatekeeper;
    private readonly PropagationWriter _propagation;
    private Session? _running;
    private bool _sharesTime;
    private ulong _hidden;
    private long _errorsCounted;

    internal Dispatcher(Node node)
    {
        _node = node;
        _nowhere = new OutputQueue(node.Segments);
        _reply = new ReplyWriter(_nowhere, node.Segments);
        Names = new CommandNames(node.Options);
        Lookahead = new Lookahead(Names);
        _gatekeeper = new Gatekeeper(node, Names);
        _propagation = new PropagationWriter(node);
        Clock = new CallClock(node);
    }

    /// <summary>The names under which commands answer.</summary>
    public CommandNames Names { get; }

    /// <summary>What is known of a batch of requests before the first of them runs.</summary>
    internal Lookahead Lookahead { get; }

    /// <summary>How long calls take.</summary>
    internal CallClock Clock { get; }

    /// <summary>How deep the node is in commands: a script's calls count.</summary>
    public int Depth { get; private set; }

    /// <summary>The session whose command runs now, or null.</summary>
    public Session? Running => Depth == 0 ? null : _running;

    /// <summary>The session whose command runs now and that is within no other, or the last one.</summary>
    internal Session? Outermost { get; private set; }

    /// <summary>The call that runs now came in a request of so many bytes.</summary>
    public int RunningBytes { get; private set; }

    /// <summary>The writer, turned to a session.</summary>
    public ReplyWriter ReplyTo(Session session)
    {
        OutputQueue target = session.Link is null || (session.Flags & (SessionFlags.ReplyOff | SessionFlags.ReplySkip | SessionFlags.Primary | SessionFlags.Closing)) != 0
            ? _nowhere
            : session.Link.Output;
        if (!ReferenceEquals(_reply.Target, target) || _reply.Resp3 != session.Resp3) _reply.TurnTo(target, session.Resp3);
        return _reply;
    }

    /// <summary>The writer, turned to a session for what comes even if replies are switched off.</summary>
    internal ReplyWriter PushTo(Session session)
    {
        if (session.Link is null) return ReplyTo(session);
        if (!ReferenceEquals(_reply.Target, session.Link.Output) || _reply.Resp3 != session.Resp3) _reply.TurnTo(session.Link.Output, session.Resp3);
        return _reply;
    }

    /// <summary>
    /// Executes one request of <paramref name="size"/> bytes and writes its reply. False if the request may not run yet:
    /// then nothing has happened, and it stays the session's next one. A request that <see cref="Lookahead"/> looked at is named by
    /// the number of its batch and its index there.
    /// </summary>
    public bool Execute(Session session, in Arguments call, int size, long batch = 0, int index = 0)
    {
        if ((session.Flags & SessionFlags.ReplySkipNext) != 0) session.Flags = (session.Flags & ~SessionFlags.ReplySkipNext) | SessionFlags.ReplySkip;
        ReplyWriter reply = ReplyTo(session);
        RunningBytes = size;
        Keyspace.KeyHash key = default;
        bool known = Lookahead.Has(batch);
        CommandRow? row = known ? CommandNames.Within(Lookahead.At(index, out key), call) : Names.Find(call);
        if (row is null || !row.Accepts(call.Count))
        {
            RefuseCall(session, row, reply, call);
            return true;
        }

        _sharesTime = known && Lookahead.IsFollowedBy(row, index) && Clock.MayShare(row, call.Count, size);
        _node.Databases.CommandSlot = -1;
        if (((uint)session.Flags | _node.Conditions) != 0 || (row.Flags & Flags.Protected) != 0) return ExecuteGuarded(session, row, call, reply, key);
        Call(session, row, call, reply, key);
        Send(session);
        _node.KeyWaits.Serve();
        return true;
    }

    /// <summary>A call that was kept runs again, from its beginning: what it waited for may be there.</summary>
    internal void RunAgain(Session session, CommandRow row, KeptCall kept)
    {
        ReplyWriter reply = ReplyTo(session);
        RunningBytes = kept.Size;
        _sharesTime = false;
        _node.Databases.CommandSlot = -1;
        IsRunningAgain = true;
        ExecuteGuarded(session, row, kept.Words, reply);
        IsRunningAgain = false;
    }

    /// <summary>Whether the running call ran before and had to wait: it is one call for whoever counts or monitors.</summary>
    internal bool IsRunningAgain { get; private set; }

    /// <summary>A call that waited has ended without running again.</summary>
    internal void CountUnblocked(CommandRow row, bool failed)
    {
        ref CommandCounters counters = ref _node.Statistics.ByCommand[row.Id];
        counters.Calls++;
        if (failed) counters.Failed++;
        _node.Statistics.CommandsProcessed++;
    }

    /// <summary>The words of the running call that are secrets are not shown to monitors and in the slow log.</summary>
    public void Hide(int index)
    {
        if (index < 64) _hidden |= 1UL << index;
    }

    /// <summary>The row of a call by the commands' own names, whatever rename-command made of them here.</summary>
    public static CommandRow? Find(in Arguments call)
    {
        CommandRow? row = CommandTable.Find(call[0]);
        return row?.Subcommands is null || call.Count == 1 ? row : row.Subcommands.Find(call[1]);
    }

    /// <summary>Runs a command that may run, and propagates what it did. <paramref name="key"/> is the hash of its first key, where it has been computed.</summary>
    public void Call(Session session, CommandRow row, in Arguments call, ReplyWriter reply, Keyspace.KeyHash key = default)
    {
        EngineServices services = _node.Services;
        Session? outer = Running;
        if (!ReferenceEquals(_running, session)) _running = session;
        if (Depth == 0)
        {
            if (!ReferenceEquals(Outermost, session)) Outermost = session;
            if (!ReferenceEquals(session.LastCommand, row)) session.LastCommand = row;
        }

        _node.Recent.Note(row, session.Id);
        Clock.Begin(row);
        Depth++;
        long changes = services.Changes;
        long errors = reply.Errors;
        long written = reply.Target.Length;
        var context = new CommandContext(services, row, call, reply, session.Db);
        Keyspace.KeyHash outerKey = services.FirstKey;
        services.FirstKey = key;
        CommandTable.Invoke(row, ref context, session);
        services.FirstKey = outerKey;
        Depth--;
        if (outer is not null) _running = outer;
        if (_sharesTime && CallClock.IsShort(reply.Target.Length - written))
        {
            Clock.Defer(row);
            Count(row, reply, errors);
        }
        else
        {
            Clocked(session, row, call, reply, errors);
        }

        if (Depth == 0)
        {
            _propagation.AfterCall(session, row, call, services.Changes != changes);
            _node.PubSub.CommandEnded(session);
        }
        else _propagation.AfterInnerCall(session, call, services.Changes != changes);
        if (!_nowhere.IsEmpty) _nowhere.Clear();
    }

    /// <summary>Propagates what was collected outside of a command (expiry, eviction), without making a transaction of it.</summary>
    public void PropagateLoose() => _propagation.AfterLoose();

    /// <summary>EXEC goes on after a call that was answered in a later step.</summary>
    internal void GoOn(Session session, Transaction transaction)
    {
        Session? outer = Running;
        _running = session;
        Depth++;
        _node.Transactions.GoOn(session, transaction);
        Depth--;
        if (outer is not null) _running = outer;
        _propagation.AfterLoose();
        _node.PubSub.CommandEnded(session);
        Send(session);
        _node.KeyWaits.Serve();
    }

    // What has to be seen to around a call of a session or node in no ordinary state.
    private bool ExecuteGuarded(Session session, CommandRow row, in Arguments call, ReplyWriter reply, Keyspace.KeyHash key = default)
    {
        string? refusal = _gatekeeper.Refusal(session, row, call, out bool isRedirection);
        if (session.IsClosing) return true;
        if (refusal is not null)
        {
            Refuse(session, row, reply, _node.Transactions.Refused(session, row, refusal, isRedirection));
            session.Flags &= ~SessionFlags.ReplySkip;
            return true;
        }

        if (_node.Pause.Holds(session, _gatekeeper.Effective(session, row))) return false;
        reply = ReplyTo(session);
        if ((session.Flags & SessionFlags.Multi) != 0 && _node.Transactions.Queues(row))
        {
            session.LastCommand = row;
            _node.Transactions.Queue(session, row, call);
            reply.Simple("QUEUED"u8);
            if (_node.Options.ClusterSlotStats) _node.Cluster?.SlotUse.Add(_node.Databases.CommandSlot, 0, RunningBytes, 0);
            session.Flags &= ~SessionFlags.ReplySkip;
            Send(session);
            if (!_nowhere.IsEmpty) _nowhere.Clear();
            return true;
        }

        Keyspace.Databases databases = _node.Databases;
        Keyspace.ExpiredKeys expired = databases.Expired;
        if ((session.Flags & SessionFlags.Primary) != 0) databases.Expired = Keyspace.ExpiredKeys.Ignore;
        _node.Services.MayBlock = (session.Flags & (SessionFlags.Primary | SessionFlags.Internal)) == 0;
        databases.NoTouch = (session.Flags & SessionFlags.NoTouch) != 0 && row.Name != "touch";
        if (_node.Options.ClusterSlotStats && _node.Cluster is { } cluster) CallCounted(session, row, call, reply, key, cluster);
        else Call(session, row, call, reply, key);
        databases.NoTouch = false;
        _node.Services.MayBlock = true;
        if ((session.Flags & SessionFlags.Primary) != 0) databases.Expired = expired;
        session.Flags &= ~SessionFlags.ReplySkip;
        Send(session);
        _node.KeyWaits.Serve();
        return true;
    }

    private void CallCounted(Session session, CommandRow row, in Arguments call, ReplyWriter reply, Keyspace.KeyHash key, ClusterPart cluster)
    {
        int slot = _node.Databases.CommandSlot;
        long start = Clock.LastReading, before = session.Link?.Output.Length ?? 0;
        Call(session, row, call, reply, key);
        if (WaitsForKeys(session)) return;
        if (row.Name == "exec") slot = cluster.Router.TransactionSlot;
        cluster.SlotUse.Add(slot, Clock.LastReading - start, RunningBytes, (session.Link?.Output.Length ?? 0) - before);
    }

    private void Send(Session session)
    {
        if (session.Link is not { } link || link.Output.IsEmpty || session.IsClosing) return;
        _node.Host.Flush(link);
        if (link.Output.Length >= _node.Sessions.WatchedOutputBytes) _node.Sessions.CheckOutput(session);
    }

    // A call has ended, and with it what its reading of the clock measures.
    private void Clocked(Session session, CommandRow row, in Arguments call, ReplyWriter reply, long errorsBefore)
    {
        long took = Clock.Read();
        // A call that waits for keys counts when it ends.
        bool waits = WaitsForKeys(session);
        if (!waits)
        {
            Count(row, reply, errorsBefore);
            Clock.Count(row, took);
        }

        if (took >= _node.ObservedFromNs) _node.Observe(session, row, call, _hidden, waits ? long.MinValue : took);
        _hidden = 0;
    }

    private bool WaitsForKeys(Session session) => (session.Flags & SessionFlags.Blocked) != 0 && ReferenceEquals(session.WaitsFor, _node.KeyWaits);

    private void Count(CommandRow row, ReplyWriter reply, long errorsBefore)
    {
        Statistics statistics = _node.Statistics;
        ref CommandCounters counters = ref statistics.ByCommand[row.Id];
        counters.Calls++;
        statistics.CommandsProcessed++;
        // An error of a call within this one has been counted there.
        if (reply.Errors == Math.Max(errorsBefore, _errorsCounted)) return;
        counters.Failed++;
        statistics.CountError(reply.LastErrorCode);
        _errorsCounted = reply.Errors;
    }

    // A request that is no command, or has too few or too many words.
    private void RefuseCall(Session session, CommandRow? row, ReplyWriter reply, in Arguments call)
    {
        if (row is null && Gatekeeper.IsForeignProtocol(call[0]))
        {
            _node.Host.Log(LogLevel.Warning, $"Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection from {session.PeerText} aborted.");
            _node.Sessions.Close(session, CloseMode.Now);
            return;
        }

        string error = row is null ? _gatekeeper.Unknown(call) : ErrorReplies.WrongArity(row.FullName);
        Refuse(session, row, reply, _node.Transactions.Refused(session, row, error, isRedirection: false));
        session.Flags &= ~SessionFlags.ReplySkip;
    }

    private void Refuse(Session session, CommandRow? row, ReplyWriter reply, string text)
    {
        if (row is not null) _node.Statistics.ByCommand[row.Id].Rejected++;
        reply.Error(Encoding.Latin1.GetBytes(text));
        _errorsCounted = reply.Errors;
        _node.Statistics.CountError(reply.LastErrorCode);
        Send(session);
        if (!_nowhere.IsEmpty) _nowhere.Clear();
    }
}
