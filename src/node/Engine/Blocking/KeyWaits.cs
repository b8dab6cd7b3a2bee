// Clients that wait for keys: who they are, which keys are ready, and how the clients are served.
//
//   command finds nothing ─▶ Block ─▶ one place in the queue of each of its keys, and one deadline
//   any command changes a key ─▶ KeyChanged ─▶ the key's queue, if it has one, is ready
//   the command has ended ─▶ Serve: ready queues in order, clients in order ─▶ their calls run again
//
//   db 0:  "jobs"  ─▶ [client 7] [client 9]      client 9 stands in both queues,
//          "mail"  ─▶ [client 9]                 and leaves both when it is served
//
// A served call that finds nothing after all takes its places again, at the ends of the queues, with the deadline that it
// had: everybody else in the queue is asked in the same round, so the order stays what it was.
// Nothing here costs anything while nobody waits: KeyChanged is not called then.
using System;
using System.Collections.Generic;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>The sessions that wait for keys.</summary>
internal sealed class KeyWaits : IPart, ISessionWait
{
    private const int ClusterCheckMs = 100;
    private readonly Node _node;
    private readonly NameComparer _comparer;
    private readonly Dictionary<byte[], Queue>?[] _byKey;
    private readonly Dictionary<Session, Waiter> _waiters = [];
    private readonly SortedSet<(MonotonicMs Until, long Id)> _deadlines = [];
    private readonly SortedSet<(MonotonicMs When, long Id)> _again = [];
    private readonly List<Queue> _ready = [];
    private int _readyServed;
    private Waiter? _runsAgain;
    private bool _serving;
    private MonotonicMs _nextClusterCheck;

    public KeyWaits(Node node, Dice dice)
    {
        _node = node;
        _comparer = new NameComparer(dice);
        _byKey = new Dictionary<byte[], Queue>?[node.Databases.Count];
        node.Sessions.Ended += (session, ended) =>
        {
            if (ended && _waiters.TryGetValue(session, out Waiter? waiter)) Leave(waiter);
        };
    }

    /// <summary>Whether anybody waits.</summary>
    public bool Any => _waiters.Count > 0;

    /// <summary>Whether a transaction of our primary is being applied: nobody is served in the midst of it.</summary>
    public bool IsHeld { get; set; }

    /// <summary>How many wait with a deadline.</summary>
    public int DeadlineCount => _deadlines.Count;

    /// <summary>How many keys somebody waits for, and for how many somebody also wants to know when they go away.</summary>
    public (int All, int WithoutKey) CountKeys()
    {
        int all = 0, withoutKey = 0;
        foreach (Dictionary<byte[], Queue>? queues in _byKey)
        {
            if (queues is null) continue;
            all += queues.Count;
            foreach (Queue queue in queues.Values)
                if (queue.WithoutKey > 0) withoutKey++;
        }

        return (all, withoutKey);
    }

    /// <inheritdoc/>
    public MonotonicMs NextWake
    {
        get
        {
            if (_waiters.Count == 0) return new MonotonicMs(long.MaxValue);
            MonotonicMs next = _deadlines.Count > 0 ? _deadlines.Min.Until : new MonotonicMs(long.MaxValue);
            if (_again.Count > 0 && _again.Min.When < next && _node.Pause.Scope == PauseScope.None) next = _again.Min.When;
            return _node.Cluster is not null && _nextClusterCheck < next ? _nextClusterCheck : next;
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
    }

    /// <summary>Answers those whose time is over, runs those again that wanted to be run now, and in cluster mode answers those whose slot went away.</summary>
    public void Tick()
    {
        MonotonicMs now = _node.Now.Monotonic;
        while (_deadlines.Count > 0 && _deadlines.Min.Until <= now)
        {
            Session session = _node.Sessions.Find(_deadlines.Min.Id)!;
            Unblock(session, withError: false);
        }

        RunDue(now);
        if (_node.Cluster is null || _waiters.Count == 0 || now < _nextClusterCheck) return;
        _nextClusterCheck = now + ClusterCheckMs;
        foreach (Waiter waiter in Snapshot())
        {
            if (!IsWaiting(waiter)) continue;
            string? redirection = _node.Cluster.Router.BlockedRedirection(waiter.Session, waiter.Row, waiter.Queues[0].Queue.Key);
            if (redirection is not null) Refuse(waiter, redirection);
        }
    }

    // Each is run once: one that blocks again names a later moment.
    private void RunDue(MonotonicMs now)
    {
        for (int left = _again.Count; left > 0 && _again.Count > 0 && _again.Min.When <= now; left--)
        {
            if (_serving || _node.Dispatcher.Depth > 0 || _node.Pause.Scope != PauseScope.None) return;
            RunAgain(_waiters[_node.Sessions.Find(_again.Min.Id)!]);
        }
    }

    /// <summary>The running call waits for keys: it is kept, and its session does nothing until it is served.</summary>
    public void Block(Session session, in CommandContext call, in KeyWait wait)
    {
        Invariant.That(wait.KeyCount > 0 && !_waiters.ContainsKey(session));
        Waiter? before = _runsAgain is { } again && ReferenceEquals(again.Session, session) ? again : null;
        var waiter = new Waiter(session, call.Row, before?.Call ?? new KeptCall(call.Arguments, _node.Dispatcher.RunningBytes), wait.Type, wait.AlsoWithoutKey)
        {
            Until = before?.Until ?? (wait.TimeoutMs == 0 ? new MonotonicMs(long.MaxValue) : _node.Now.Monotonic + Math.Min(wait.TimeoutMs, long.MaxValue / 2)),
        };
        for (int i = 0; i < wait.KeyCount; i++) Join(waiter, call.Db, call.Arguments[wait.FirstKey + i]);
        if (waiter.Until.Value != long.MaxValue) _deadlines.Add((waiter.Until, session.Id));
        if (wait.AgainInMs <= long.MaxValue / 2)
        {
            waiter.AgainAt = _node.Now.Monotonic + wait.AgainInMs;
            _again.Add((waiter.AgainAt, session.Id));
        }

        _waiters.Add(session, waiter);
        session.WaitsFor = this;
        session.Flags |= SessionFlags.Blocked;
    }

    /// <summary>A key changed, came or went: those who wait for it are served when the running command has ended.</summary>
    public void KeyChanged(Database db, ReadOnlySpan<byte> key)
    {
        if (_byKey[db.Index] is not { } queues) return;
        if (queues.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out Queue? queue)) MakeReady(queue);
    }

    /// <summary>The keys of a database, or of all when it is null, are others now.</summary>
    public void DatabaseChanged(Database? db)
    {
        for (int i = 0; i < _byKey.Length; i++)
        {
            if (_byKey[i] is not { } queues || (db is not null && db.Index != i)) continue;
            foreach (Queue queue in queues.Values) MakeReady(queue);
        }
    }

    /// <summary>Serves whoever waits for keys that became ready, unless a command runs or clients are held back: then later.</summary>
    public void Serve()
    {
        if (_ready.Count == 0 || _serving || IsHeld || _node.Dispatcher.Depth > 0 || _node.Pause.Scope != PauseScope.None) return;
        _serving = true;
        if (_node.SleptMs > 0) _node.Databases.Now = new UnixMs(_node.Now.Wall.Value + _node.SleptMs);
        while (_readyServed < _ready.Count)
        {
            Queue queue = _ready[_readyServed++];
            queue.IsReady = false;
            Serve(queue);
        }

        _ready.Clear();
        _readyServed = 0;
        _serving = false;
    }

    /// <inheritdoc/>
    public void Unblock(Session session, bool withError)
    {
        Waiter waiter = _waiters[session];
        Leave(waiter);
        _node.Dispatcher.CountUnblocked(waiter.Row, withError);
        if (withError) Waiting.Answer(session, static reply => reply.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"u8));
        else Waiting.Answer(session, static reply => reply.NullArray());
    }

    /// <summary>We are a replica now: what they wait for will not happen here. As Redis: they are told so, and their connections end.</summary>
    public void RoleChanged()
    {
        foreach (Waiter waiter in Snapshot())
        {
            if (!IsWaiting(waiter)) continue;
            Refuse(waiter, "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)");
            _node.Sessions.Close(waiter.Session, CloseMode.AfterFlush);
        }
    }

    private Waiter[] Snapshot()
    {
        var all = new Waiter[_waiters.Count];
        _waiters.Values.CopyTo(all, 0);
        Array.Sort(all, static (a, b) => a.Session.Id.CompareTo(b.Session.Id));
        return all;
    }

    // Who is answered goes on at once, and may end the wait of another.
    private bool IsWaiting(Waiter waiter) => _waiters.TryGetValue(waiter.Session, out Waiter? known) && ReferenceEquals(known, waiter);

    private void Refuse(Waiter waiter, string error)
    {
        Leave(waiter);
        _node.Dispatcher.CountUnblocked(waiter.Row, failed: true);
        Waiting.Answer(waiter.Session, reply => reply.Error(error));
    }

    private void Serve(Queue queue)
    {
        int left = queue.Waiters.Count;
        LinkedListNode<Waiter>? place = queue.Waiters.First;
        while (place is not null && left-- > 0)
        {
            LinkedListNode<Waiter>? next = place.Next;
            Waiter waiter = place.Value;
            _node.Databases.CommandSlot = -1;
            EntryRef entry = queue.Db.PeekRaw(queue.Key);
            bool isThere = entry.Found && !queue.Db.IsExpired(entry);
            if (!isThere && queue.WithoutKey == 0) return;
            if (waiter.AlsoWithoutKey || (isThere && entry.Type == waiter.Type)) RunAgain(waiter);
            if (next is { List: null })
            {
                // The call that ran has ended the next one's session, by a message too many: begin anew.
                MakeReady(queue);
                return;
            }

            place = next;
        }
    }

    private void RunAgain(Waiter waiter)
    {
        Leave(waiter);
        Session session = waiter.Session;
        session.Flags &= ~SessionFlags.Blocked;
        _runsAgain = waiter;
        int readyBefore = _ready.Count;
        _node.Dispatcher.RunAgain(session, waiter.Row, waiter.Call);
        _runsAgain = null;
        if ((session.Flags & SessionFlags.Blocked) == 0) _node.Sessions.ResumeSoon(session);
        else ForgetReady(readyBefore);
    }

    // What a call changed that took nothing (XREADGROUP makes a consumer) serves nobody, itself least of all: without this
    // two of them would wake each other for ever.
    private void ForgetReady(int from)
    {
        for (int i = from; i < _ready.Count; i++) _ready[i].IsReady = false;
        _ready.RemoveRange(from, _ready.Count - from);
    }

    private void Join(Waiter waiter, Database db, ReadOnlySpan<byte> key)
    {
        Dictionary<byte[], Queue> queues = _byKey[db.Index] ??= new Dictionary<byte[], Queue>(_comparer);
        if (!queues.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out Queue? queue))
        {
            queue = new Queue(db, key.ToArray());
            queues.Add(queue.Key, queue);
        }

        // A key that is named twice counts once.
        if (queue.Waiters.Last is { } last && ReferenceEquals(last.Value, waiter)) return;
        waiter.Queues.Add((queue, queue.Waiters.AddLast(waiter)));
        if (waiter.AlsoWithoutKey) queue.WithoutKey++;
    }

    private void Leave(Waiter waiter)
    {
        _waiters.Remove(waiter.Session);
        _deadlines.Remove((waiter.Until, waiter.Session.Id));
        _again.Remove((waiter.AgainAt, waiter.Session.Id));
        waiter.Session.WaitsFor = null;
        foreach ((Queue queue, LinkedListNode<Waiter> place) in waiter.Queues)
        {
            queue.Waiters.Remove(place);
            if (waiter.AlsoWithoutKey) queue.WithoutKey--;
            if (queue.Waiters.Count == 0) _byKey[queue.Db.Index]!.Remove(queue.Key);
        }
    }

    private void MakeReady(Queue queue)
    {
        if (queue.IsReady) return;
        queue.IsReady = true;
        _ready.Add(queue);
    }

    /// <summary>Those who wait for one key, the longest first.</summary>
    private sealed class Queue(Database db, byte[] key)
    {
        public readonly Database Db = db;
        public readonly byte[] Key = key;
        public readonly LinkedList<Waiter> Waiters = [];
        public bool IsReady;
        public int WithoutKey;
    }

    /// <summary>One session that waits, and the call that runs again.</summary>
    private sealed class Waiter(Session session, CommandRow row, KeptCall call, ObjectType type, bool alsoWithoutKey)
    {
        public readonly Session Session = session;
        public readonly CommandRow Row = row;
        public readonly KeptCall Call = call;
        public readonly ObjectType Type = type;
        public readonly bool AlsoWithoutKey = alsoWithoutKey;
        public readonly List<(Queue Queue, LinkedListNode<Waiter> Place)> Queues = [];
        public MonotonicMs Until;
        public MonotonicMs AgainAt;
    }
}
