using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Wire;

namespace Hexad.Engine;

/// <summary>All sessions of a node: how they begin, how they end, and who must be told.</summary>
public sealed class SessionTable(Node node)
{
    private readonly Dictionary<long, Session> _byId = [];
    private readonly List<Session> _resuming = [];
    private long _lastId;

    /// <summary>The sessions that have a link, in no order.</summary>
    public Dictionary<long, Session>.ValueCollection All => _byId.Values;

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>The session with this id, or null.</summary>
    public Session? Find(long id) => _byId.GetValueOrDefault(id);

    /// <summary>All sessions that have a link, in an array that stays as it is while sessions end.</summary>
    public Session[] ToArray() => [.. _byId.Values];

    /// <summary>The same, the oldest first.</summary>
    public Session[] ByAge()
    {
        Session[] sessions = ToArray();
        Array.Sort(sessions, static (a, b) => a.Id.CompareTo(b.Id));
        return sessions;
    }

    /// <summary>How many sessions wait, held back by a pause or blocked.</summary>
    public int BlockedCount
    {
        get
        {
            int count = 0;
            foreach (Session session in _byId.Values)
                if ((session.Flags & SessionFlags.Blocked) != 0) count++;
            return count;
        }
    }

    /// <summary>Where requests that came in two reads are put together.</summary>
    internal JoinRoom JoinRoom { get; } = new();

    /// <summary>Output longer than this is looked at after each command.</summary>
    internal long WatchedOutputBytes { get; private set; } = long.MaxValue;

    /// <summary>A client has connected.</summary>
    public void Accept(Link link)
    {
        node.Statistics.ConnectionsReceived++;
        if (_byId.Count >= node.Options.MaxClients)
        {
            node.Statistics.ConnectionsRejected++;
            link.Output.Write("-ERR max number of clients reached\r\n"u8);
            link.Owner = Gone.Instance;
            node.Host.Flush(link);
            node.Host.Close(link, CloseMode.AfterFlush);
            return;
        }

        Session session = Add(link, SessionKind.Client);
        session.Resp3 = node.Options.ClientDefaultResp == 3;
        if (link.Listener!.IsUnix) session.Flags |= SessionFlags.Unix;
        link.KeepAliveSeconds = node.Options.TcpKeepaliveSeconds;
        node.Admission.Greet(session);
    }

    /// <summary>Makes a session for a link that the node already has.</summary>
    public Session Add(Link link, SessionKind kind)
    {
        var session = new Session(node, ++_lastId, link, kind);
        link.Owner = session;
        _byId.Add(session.Id, session);
        return session;
    }

    /// <summary>Makes a session of the node's own, without a link.</summary>
    public Session AddInternal() => new(node, ++_lastId, null, SessionKind.Internal) { Flags = SessionFlags.Internal };

    /// <summary>Ends a session; its replies so far still leave when <paramref name="mode"/> says so.</summary>
    public void Close(Session session, CloseMode mode)
    {
        if (session.IsClosing) return;
        Forget(session);
        if (session.Link is null) return;
        if (mode == CloseMode.AfterFlush) node.Host.Flush(session.Link);
        node.Host.Close(session.Link, mode);
    }

    /// <summary>The link of a session is gone.</summary>
    public void Remove(Session session)
    {
        if (!session.IsClosing) Forget(session);
    }

    /// <summary>The output of a session has run empty.</summary>
    public void Drained(Session session) => Ended?.Invoke(session, false);

    /// <summary>Told when a session ends (true) or its output has run empty (false): for those who keep something about it.</summary>
    public event Action<Session, bool>? Ended;

    /// <summary>The client sent something that is no request: say so, and end it.</summary>
    public void ProtocolError(Session session, string fault, ReadOnlySpan<byte> bytes)
    {
        if (session.Kind != SessionKind.Client)
            node.Host.Log(LogLevel.Warning, $"Protocol error ({fault}) from {session.Kind} {session.Link?.Remote}: \"{Printable(bytes)}\"");
        else
            node.Host.Log(LogLevel.Verbose, $"Protocol error ({fault}) from client: id={session.Id} addr={session.Link?.Remote}. Query buffer: '{Printable(bytes)}'");
        if (session.Link is not null) node.Dispatcher.ReplyTo(session).Error("ERR Protocol error: " + fault);
        Close(session, CloseMode.AfterFlush);
    }

    /// <summary>The client's unread input passed <c>client-query-buffer-limit</c>: end it.</summary>
    public void QueryBufferExceeded(Session session)
    {
        node.Statistics.QueryBufferDisconnections++;
        node.Host.Log(LogLevel.Warning, $"Closing client that reached max query buffer length: id={session.Id} addr={session.Link?.Remote} qbuf={session.PendingBytes}");
        Close(session, CloseMode.Now);
    }

    /// <summary>Lets a session go on when the batch ends, because a command runs now.</summary>
    internal void ResumeSoon(Session session) => _resuming.Add(session);

    /// <summary>The batch ends: those that may go on do.</summary>
    internal void ResumeDue()
    {
        while (_resuming.Count > 0)
        {
            Session[] sessions = [.. _resuming];
            _resuming.Clear();
            foreach (Session session in sessions) session.Resume();
        }
    }

    /// <summary>Reads the limits of output again: the option has changed, or the node starts.</summary>
    public void ReadOutputLimits()
    {
        OutputBufferLimits limits = node.Options.ClientOutputBufferLimits;
        ulong least = ulong.MaxValue;
        foreach (OutputBufferLimit limit in (ReadOnlySpan<OutputBufferLimit>)[limits.Normal, limits.Replica, limits.PubSub])
        {
            if (limit.HardBytes > 0) least = Math.Min(least, limit.HardBytes);
            if (limit.SoftBytes > 0) least = Math.Min(least, limit.SoftBytes);
        }

        WatchedOutputBytes = least > long.MaxValue ? long.MaxValue : (long)least;
    }

    /// <summary>Ends a session whose output is over its class's limit.</summary>
    public void CheckOutput(Session session)
    {
        if (session.Link is null || session.IsClosing) return;
        OutputBufferLimits limits = node.Options.ClientOutputBufferLimits;
        SessionClass sessionClass = SessionClasses.Of(session);
        if (sessionClass == SessionClass.Master) return;
        OutputBufferLimit limit = sessionClass == SessionClass.Normal ? limits.Normal : sessionClass == SessionClass.Replica ? limits.Replica : limits.PubSub;
        ulong length = (ulong)session.Link.Output.Length;
        bool overSoft = limit.SoftBytes > 0 && length >= limit.SoftBytes;
        if (!overSoft) session.OverSoftLimitSince = default;
        else if (session.OverSoftLimitSince.Value == 0) session.OverSoftLimitSince = node.Now.Monotonic;
        bool tooLong = overSoft && node.Now.Monotonic - session.OverSoftLimitSince > limit.SoftSeconds * 1000;
        if (!tooLong && (limit.HardBytes == 0 || length < limit.HardBytes)) return;
        node.Statistics.OutputBufferDisconnections++;
        node.Host.Log(LogLevel.Warning, $"Client {SessionText.Of(session)} scheduled to be closed ASAP for overcoming of output buffer limits.");
        Close(session, CloseMode.Now);
    }

    /// <summary>Ends sessions that have said nothing for too long, or whose output has been too long for too long.</summary>
    public void CheckAll()
    {
        long idleMs = node.Options.ClientTimeoutSeconds * 1000L;
        foreach (Session session in ToArray())
        {
            CheckOutput(session);
            const SessionFlags Patient = SessionFlags.Replica | SessionFlags.Primary | SessionFlags.Blocked | SessionFlags.Monitor | SessionFlags.PubSub;
            if (idleMs == 0 || session.IsClosing || (session.Flags & Patient) != 0 || node.Now.Monotonic - session.LastActive <= idleMs) continue;
            node.Host.Log(LogLevel.Verbose, "Closing idle client");
            Close(session, CloseMode.Now);
        }
    }

    /// <summary>
    /// Ends the clients whose buffers take most until all together keep to <c>maxmemory-clients</c>. Primary, replicas and
    /// those that said CLIENT NO-EVICT are neither counted nor ended.
    /// </summary>
    public void EvictGreedy()
    {
        long limit = node.Options.MaxMemoryClientsBytes;
        if (limit < 0) limit = (long)(node.Options.MaxMemoryBytes / 100 * (ulong)-limit);
        if (limit == 0) return;
        var counted = new List<Session>();
        long sum = 0;
        foreach (Session session in _byId.Values)
        {
            if ((session.Flags & (SessionFlags.Primary | SessionFlags.Replica | SessionFlags.NoEvict)) != 0) continue;
            counted.Add(session);
            sum += SessionText.MemoryOf(session);
        }

        if (sum <= limit) return;
        counted.Sort(static (a, b) => SessionText.MemoryOf(b).CompareTo(SessionText.MemoryOf(a)));
        for (int i = 0; i < counted.Count && sum > limit; i++)
        {
            sum -= SessionText.MemoryOf(counted[i]);
            node.Statistics.EvictedClients++;
            node.Host.Log(LogLevel.Notice, $"Evicting client: {SessionText.Of(counted[i])}");
            Close(counted[i], CloseMode.Now);
        }
    }

    private void Forget(Session session)
    {
        if ((session.Flags & SessionFlags.Monitor) != 0) node.Monitors.Remove(session);
        session.Flags |= SessionFlags.Closing;
        session.CountOutput();
        _byId.Remove(session.Id);
        Ended?.Invoke(session, true);
        if (session.Link is not null) session.Link.Owner = Gone.Instance;
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes[..Math.Min(bytes.Length, 128)]) text.Append(b is >= 32 and < 127 ? (char)b : '.');
        return text.ToString();
    }

    /// <summary>Owns the links of sessions that have ended: what still comes from them is nobody's.</summary>
    private sealed class Gone : ILinkOwner
    {
        public static readonly Gone Instance = new();

        public void Opened(Link link) { }

        public void Received(Link link, ReadOnlySpan<byte> bytes) { }

        public void Drained(Link link) { }

        public void Closed(Link link, LinkFault fault) { }
    }
}
