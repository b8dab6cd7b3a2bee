// One client as the node sees it: its bytes on the way in, its place in a conversation, its settings.
//
//   link bytes ─▶ RequestParser ─▶ batch of up to 16 requests ─▶ Dispatcher, one after the other ─▶ link.Output
//
// Bytes that make whole requests are parsed where the host read them and never copied; only what is left over, the
// beginning of a request whose end has not come, is kept in a buffer of the session's own. A session that may not
// go on (it blocks, or the node is suspended) keeps everything from its next request on in that buffer.
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Whose requests a session carries.</summary>
public enum SessionKind
{
    /// <summary>A client's.</summary>
    Client,

    /// <summary>Our primary's: its stream of writes, which gets no replies.</summary>
    Primary,

    /// <summary>A replica's: a client that asked for our stream.</summary>
    Replica,

    /// <summary>The node's own: a file being loaded, a script.</summary>
    Internal,
}

/// <summary>What makes a session other than an ordinary one. An ordinary session has none, and then the dispatcher looks no further.</summary>
[Flags]
public enum SessionFlags : uint
{
    None = 0,
    /// <summary>Must authenticate first.</summary>
    Unauthenticated = 1 << 0,
    /// <summary>READONLY was said: reads of our primary's slots are served here.</summary>
    ReadOnly = 1 << 1,
    /// <summary>ASKING was said: the next command may touch a slot that is being imported.</summary>
    Asking = 1 << 2,
    /// <summary>MONITOR was said.</summary>
    Monitor = 1 << 3,
    /// <summary>CLIENT REPLY OFF.</summary>
    ReplyOff = 1 << 4,
    /// <summary>CLIENT REPLY SKIP was said just now: the next command gets no reply.</summary>
    ReplySkipNext = 1 << 5,
    /// <summary>This command gets no reply.</summary>
    ReplySkip = 1 << 6,
    /// <summary>CLIENT NO-EVICT on.</summary>
    NoEvict = 1 << 7,
    /// <summary>CLIENT NO-TOUCH on.</summary>
    NoTouch = 1 << 8,
    /// <summary>Waits for something and executes nothing until then.</summary>
    Blocked = 1 << 9,
    /// <summary>Carries the stream of our primary.</summary>
    Primary = 1 << 10,
    /// <summary>Is a replica of ours.</summary>
    Replica = 1 << 11,
    /// <summary>Belongs to the node itself.</summary>
    Internal = 1 << 12,
    /// <summary>Ends when its replies have left.</summary>
    Closing = 1 << 13,
    /// <summary>Came through the unix socket.</summary>
    Unix = 1 << 14,
    /// <summary>MULTI was said: calls are queued.</summary>
    Multi = 1 << 15,
    /// <summary>A watched key changed: EXEC will answer with null.</summary>
    DirtyWatch = 1 << 16,
    /// <summary>A call was refused since MULTI: EXEC will fail.</summary>
    DirtyExec = 1 << 17,
    /// <summary>Has subscribed to something.</summary>
    PubSub = 1 << 18,
}

/// <summary>What a blocked session waits for.</summary>
public interface ISessionWait
{
    /// <summary>Ends the wait as if its time were up, or with an error that says so (CLIENT UNBLOCK), and lets the session go on.</summary>
    void Unblock(Session session, bool withError);
}

/// <summary>One client.</summary>
public sealed class Session : ILinkOwner
{
    private readonly Node _node;
    private readonly RequestParser _parser = new();
    private byte[] _pending = [];
    private int _pendingStart;
    private int _pendingEnd;
    private bool _consuming;
    private long _countedOutput;

    internal Session(Node node, long id, Link? link, SessionKind kind)
    {
        _node = node;
        Id = id;
        Link = link;
        Kind = kind;
        Db = node.Databases[0];
        CreatedAt = LastActive = node.Now.Monotonic;
    }

    /// <summary>A number that no other session of this node ever had.</summary>
    public long Id { get; }

    /// <summary>The connection; null for the node's own sessions.</summary>
    public Link? Link { get; }

    /// <summary>The node.</summary>
    public Node Node => _node;

    /// <summary>Whose requests it carries.</summary>
    public SessionKind Kind { get; set; }

    /// <summary>What makes it other than an ordinary one.</summary>
    public SessionFlags Flags { get; set; }

    /// <summary>The database it has selected.</summary>
    public Database Db { get; set; }

    /// <summary>Whether it speaks RESP3.</summary>
    public bool Resp3 { get; set; }

    /// <summary>The name that CLIENT SETNAME gave it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What CLIENT SETINFO LIB-NAME said.</summary>
    public string LibraryName { get; set; } = "";

    /// <summary>What CLIENT SETINFO LIB-VER said.</summary>
    public string LibraryVersion { get; set; } = "";

    /// <summary>When it connected.</summary>
    public MonotonicMs CreatedAt { get; }

    /// <summary>When it last sent something.</summary>
    public MonotonicMs LastActive { get; set; }

    /// <summary>Where the replication stream stood after the last of its writes that went there (WAIT).</summary>
    public long WrittenTo { get; set; }

    /// <summary>The command that it ran last.</summary>
    public Commands.CommandRow? LastCommand { get; set; }

    /// <summary>What it waits for while it is blocked, or null.</summary>
    public ISessionWait? WaitsFor { get; set; }

    /// <summary>What it has queued since MULTI; null outside of a transaction.</summary>
    internal Transaction? Transaction { get; set; }

    /// <summary>A transaction that goes on when the answer of one of its calls is there.</summary>
    internal Transaction? Stopped { get; set; }

    /// <summary>What it has subscribed to, or null.</summary>
    internal Subscriptions? Subscriptions { get; set; }

    /// <summary>The keys that it watches, or null.</summary>
    internal List<WatchedKey>? Watched { get; set; }

    /// <summary>Since when its output has been over the soft limit of its class; 0: it is not.</summary>
    internal MonotonicMs OverSoftLimitSince { get; set; }

    /// <summary>The client's address and port, as CLIENT LIST shows it.</summary>
    public string PeerText => Link is null ? "" : (Flags & SessionFlags.Unix) != 0 ? _node.Options.UnixSocket + ":0" : Link.Remote.ToString();

    /// <summary>Our address and port on the connection.</summary>
    public string LocalText => Link is null ? "" : (Flags & SessionFlags.Unix) != 0 ? _node.Options.UnixSocket + ":0" : Link.Local.ToString();

    /// <summary>Adds what has been sent since the last time to the node's count of bytes.</summary>
    internal void CountOutput()
    {
        if (Link is null) return;
        _node.Statistics.BytesOut += Link.Output.Sent - _countedOutput;
        _countedOutput = Link.Output.Sent;
    }

    /// <summary>Room in its input buffer that is not used.</summary>
    public int RoomLeft => _pending.Length - PendingBytes;

    /// <summary>How many bytes wait in its own input buffer.</summary>
    public int PendingBytes => _pendingEnd - _pendingStart;

    /// <summary>How much memory its own input buffer takes.</summary>
    public int PendingCapacity => _pending.Length;

    /// <summary>Whether it has ended or is about to: it executes nothing more.</summary>
    public bool IsClosing => (Flags & SessionFlags.Closing) != 0;

    /// <summary>Whether it may execute a request now.</summary>
    private bool MayGoOn => (Flags & (SessionFlags.Blocked | SessionFlags.Closing)) == 0;

    /// <inheritdoc/>
    public void Opened(Link link) => Invariant.Unreachable("a session's link is accepted, not opened");

    /// <inheritdoc/>
    public void Received(Link link, ReadOnlySpan<byte> bytes) => Receive(bytes);

    /// <inheritdoc/>
    public void Drained(Link link) => _node.Sessions.Drained(this);

    /// <inheritdoc/>
    public void Closed(Link link, LinkFault fault) => _node.Sessions.Remove(this);

    /// <summary>Takes bytes that the client sent and executes every request that is complete.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (IsClosing) return;
        LastActive = _node.Now.Monotonic;
        if (PendingBytes == 0 && !_consuming && MayGoOn)
        {
            KeepRest(bytes, Consume(bytes));
        }
        else if (!TryConsumeJoined(bytes))
        {
            Keep(bytes);
            Resume();
        }
    }

    /// <summary>Goes on with what waits in the buffer: after a block or a suspension has ended.</summary>
    public void Resume()
    {
        if (_consuming || (PendingBytes == 0 && Stopped is null) || !MayGoOn) return;
        if (_node.Dispatcher.Depth > 0)
        {
            // A command runs that let this session go on: the two may not be mixed.
            _node.Sessions.ResumeSoon(this);
            return;
        }

        if (Stopped is { } transaction)
        {
            Stopped = null;
            _node.Dispatcher.GoOn(this, transaction);
            if (PendingBytes == 0 || !MayGoOn) return;
        }

        int used = Consume(_pending.AsSpan(_pendingStart, PendingBytes));
        _pendingStart += used;
        if (_pendingStart == _pendingEnd || IsClosing) DropPending();
    }

    /// <summary>The running command will be answered in a later step: nothing more is executed until then.</summary>
    internal void Wait() => Flags |= SessionFlags.Blocked;

    /// <summary>The answer may be written now. False when the client is gone: then there is nothing more to do.</summary>
    internal bool EndWait()
    {
        if (IsClosing) return false;
        Flags &= ~SessionFlags.Blocked;
        return true;
    }

    /// <summary>The answer is written: send it, and go on with what the client has sent meanwhile.</summary>
    internal void ResumeAfterWait()
    {
        if (Link is not null) _node.Host.Flush(Link);
        Resume();
    }

    /// <summary>
    /// Executes what is complete in the bytes that waited and the new <paramref name="bytes"/>, and keeps only what is left
    /// over. A request that began at the end of one read and ends in the next is put together in the node's own room, so
    /// that no session needs a buffer as long as a whole read. False, and nothing has been done: it may not go on, or that
    /// would copy much for little (a long request that comes in small pieces), or there is not that much room.
    /// </summary>
    private bool TryConsumeJoined(ReadOnlySpan<byte> bytes)
    {
        int waited = PendingBytes;
        int length = waited + bytes.Length;
        if (_consuming || !MayGoOn || Stopped is not null || _node.Dispatcher.Depth > 0) return false;
        if (bytes.Length < waited || _parser.AwaitedLength > length) return false;
        if (!_node.Sessions.JoinRoom.TryTake(length, out Span<byte> joined)) return false;
        _pending.AsSpan(_pendingStart, waited).CopyTo(joined);
        bytes.CopyTo(joined[waited..]);
        DropPending();
        KeepRest(joined, Consume(joined));
        _node.Sessions.JoinRoom.GiveBack();
        return true;
    }

    private void KeepRest(ReadOnlySpan<byte> bytes, int used)
    {
        if (used < bytes.Length && !IsClosing) Keep(bytes[used..]);
    }

    /// <summary>Executes the whole requests at the front of <paramref name="bytes"/>; returns how many bytes they took.</summary>
    private int Consume(ReadOnlySpan<byte> bytes)
    {
        _consuming = true;
        int total = 0;
        while (true)
        {
            var limits = new RequestLimits
            {
                MaxBulkLength = _node.Options.ProtoMaxBulkBytes,
                Unauthenticated = (Flags & SessionFlags.Unauthenticated) != 0,
            };
            ParseOutcome outcome = _parser.Parse(bytes, limits);
            int used = Execute(bytes);
            total += used;
            bytes = bytes[used..];
            if (!MayGoOn) break;
            if (outcome == ParseOutcome.NeedMore) break;
            if (outcome == ParseOutcome.Malformed)
            {
                _node.Sessions.ProtocolError(this, _parser.Fault, bytes);
                break;
            }
        }

        _consuming = false;
        return total;
    }

    /// <summary>Executes the parsed requests in order; returns where the last executed one ends.</summary>
    private int Execute(ReadOnlySpan<byte> bytes)
    {
        int count = _parser.Count;
        if (count == 0) return 0;
        long batch = count > 1 ? _node.Dispatcher.Lookahead.Look(Db, _parser, bytes) : 0;
        int end = 0;
        for (int i = 0; i < count; i++)
        {
            if (!_node.Dispatcher.Execute(this, _parser.Request(i, bytes), _parser.EndOf(i) - end, batch, i))
            {
                _parser.Reset();
                return end;
            }

            end = _parser.EndOf(i);
            if (i == count - 1) break;
            if (MayGoOn) continue;
            _parser.Reset();
            return end;
        }

        _parser.Shift(end);
        return end;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (PendingBytes == 0) _pendingStart = _pendingEnd = 0;
        if (_pending.Length - _pendingEnd < bytes.Length) MakeRoom(bytes.Length);
        bytes.CopyTo(_pending.AsSpan(_pendingEnd));
        _pendingEnd += bytes.Length;
        if (PendingBytes > _node.Options.ClientQueryBufferLimitBytes && Kind == SessionKind.Client) _node.Sessions.QueryBufferExceeded(this);
    }

    private void MakeRoom(int size)
    {
        int held = PendingBytes;
        long wanted = Math.Max(held + (long)size, Math.Min(_parser.AwaitedLength + 2, int.MaxValue - 64) + 1024);
        if (wanted < _pending.Length && _pendingStart > 0)
        {
            _pending.AsSpan(_pendingStart, held).CopyTo(_pending);
        }
        else
        {
            long doubled = Math.Min(Math.Max(wanted, _pending.Length * 2L), Array.MaxLength);
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(doubled, held + (long)size));
            _pending.AsSpan(_pendingStart, held).CopyTo(larger);
            _pending = larger;
        }

        _pendingStart = 0;
        _pendingEnd = held;
    }

    private void DropPending()
    {
        _pendingStart = _pendingEnd = 0;
        if (_pending.Length > 64 * 1024) _pending = [];
    }
}
