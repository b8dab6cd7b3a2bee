// A session as CLIENT LIST, CLIENT INFO and the log show it: one line of name=value pairs.
using System.Globalization;
using System.Text;

namespace Hexad.Engine;

/// <summary>Writes sessions as text.</summary>
public static class SessionText
{
    // What a session costs beside its buffers, so that tot-mem has a floor.
    private const int ObjectBytes = 512;

    /// <summary>The memory that a session takes with its buffers.</summary>
    public static long MemoryOf(Session session) => ObjectBytes + session.PendingCapacity + (session.Link?.Output.Capacity ?? 0);

    /// <summary>The line of a session, without a line break.</summary>
    public static string Of(Session session) => Append(new StringBuilder(), session).ToString();

    /// <summary>Appends the line of a session.</summary>
    public static StringBuilder Append(StringBuilder text, Session session)
    {
        Node node = session.Node;
        bool runs = ReferenceEquals(node.Dispatcher.Running, session);
        long output = session.Link?.Output.Length ?? 0;
        long outputRoom = session.Link?.Output.Capacity ?? 0;
        int used = runs ? node.Dispatcher.RunningBytes : session.PendingBytes;
        int room = runs ? session.RoomLeft : session.PendingCapacity - session.PendingBytes;
        int argumentBytes = runs ? node.Dispatcher.RunningBytes : 0;
        long total = ObjectBytes + used + room + outputRoom + argumentBytes + (session.Transaction?.MemoryBytes ?? 0);
        return text.Append(CultureInfo.InvariantCulture, $"id={session.Id} addr={session.PeerText} laddr={session.LocalText}")
            .Append(CultureInfo.InvariantCulture, $" fd={session.Link?.Descriptor ?? -1} name={session.Name}")
            .Append(CultureInfo.InvariantCulture, $" age={(node.Now.Monotonic - session.CreatedAt) / 1000} idle={(node.Now.Monotonic - session.LastActive) / 1000}")
            .Append(CultureInfo.InvariantCulture, $" flags={Flags(session)} db={session.Db.Index} {Subscribed(session)} multi={session.Transaction?.Calls.Count ?? -1}")
            .Append(CultureInfo.InvariantCulture, $" qbuf={used} qbuf-free={room} argv-mem={argumentBytes} multi-mem={session.Transaction?.MemoryBytes ?? 0}")
            .Append(CultureInfo.InvariantCulture, $" rbs={outputRoom} rbp={outputRoom} obl={output} oll=0 omem={(output > 0 && !runs ? outputRoom : 0)} tot-mem={total}")
            .Append(CultureInfo.InvariantCulture, $" events=r{(output > 0 && !runs ? "w" : "")} cmd={session.LastCommand?.FullName ?? "NULL"}")
            .Append(CultureInfo.InvariantCulture, $" user={User(session)} redir=-1 resp={(session.Resp3 ? 3 : 2)}")
            .Append(CultureInfo.InvariantCulture, $" lib-name={session.LibraryName} lib-ver={session.LibraryVersion}");
    }

    private static string Subscribed(Session session) => session.Subscriptions is { } subscriptions
        ? string.Create(CultureInfo.InvariantCulture, $"sub={subscriptions.Count(ChannelKind.Channel)} psub={subscriptions.Count(ChannelKind.Pattern)} ssub={subscriptions.Count(ChannelKind.Shard)}")
        : "sub=0 psub=0 ssub=0";

    private static string User(Session session) => (session.Flags & (SessionFlags.Primary | SessionFlags.Internal)) != 0 ? "(superuser)" : "default";

    /// <summary>The letters of a session's flags, "N" without any.</summary>
    internal static string Flags(Session session)
    {
        var text = new StringBuilder();
        SessionFlags flags = session.Flags;
        void Letter(SessionFlags flag, char letter)
        {
            if ((flags & flag) != 0) text.Append(letter);
        }

        Letter(SessionFlags.Monitor, 'O');
        Letter(SessionFlags.Replica, 'S');
        Letter(SessionFlags.Primary, 'M');
        Letter(SessionFlags.PubSub, 'P');
        Letter(SessionFlags.Multi, 'x');
        Letter(SessionFlags.Blocked, 'b');
        Letter(SessionFlags.DirtyWatch, 'd');
        Letter(SessionFlags.Closing, 'c');
        Letter(SessionFlags.Unix, 'U');
        Letter(SessionFlags.ReadOnly, 'r');
        Letter(SessionFlags.NoEvict, 'e');
        Letter(SessionFlags.NoTouch, 'T');
        return text.Length == 0 ? "N" : text.ToString();
    }
}
