// CLIENT: what is known of connections, and what can be done to them.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

[Command("CLIENT", arity: -2, Flags.None, Group.Connection, since: "2.4.0",
    Summary = "A container for commands about connections.", Complexity = "Depends on subcommand.")]
internal static class ClientCommands
{
    [Command("CLIENT|ID", arity: 2, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "5.0.0",
        Summary = "Tells the number of the connection.", Complexity = "O(1)")]
    internal static void Id(ref CommandContext call, Session session) => call.Reply.Integer(session.Id);

    [Command("CLIENT|INFO", arity: 2, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "6.2.0",
        Summary = "Tells what is known of the connection.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    internal static void Info(ref CommandContext call, Session session) => call.Reply.Verbatim(Encoding.UTF8.GetBytes(SessionText.Of(session) + "\n"), "txt"u8);

    [Command("CLIENT|LIST", arity: -2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "2.4.0",
        syntax: "[TYPE client-type:(NORMAL | MASTER | REPLICA | PUBSUB)^5.0.0] [ID client-id:integer^6.2.0+] [USER username^8.1.0] [ADDR addr=ip:port^8.1.0] [LADDR laddr=ip:port^8.1.0] [SKIPME skipme:(YES | NO)^8.1.0] [MAXAGE maxage:integer^8.1.0] [NAME name^9.0.0] [IDLE idle:integer^9.0.0] [FLAGS flags^9.0.0] [LIB-NAME lib-name^9.0.0] [LIB-VER lib-ver^9.0.0] [DB db:integer^9.0.0] [IP ip^9.0.0] [NOT-TYPE not-client-type:(NORMAL | MASTER | REPLICA | PUBSUB)^9.0.0] [NOT-ID not-client-id:integer^9.0.0+] [NOT-USER not-username^9.0.0] [NOT-ADDR not-addr=ip:port^9.0.0] [NOT-LADDR not-laddr=ip:port^9.0.0] [NOT-NAME not-name^9.0.0] [NOT-FLAGS not-flags^9.0.0] [NOT-LIB-NAME not-lib-name^9.0.0] [NOT-LIB-VER not-lib-ver^9.0.0] [NOT-DB not-db:integer^9.0.0] [NOT-IP not-ip^9.0.0]",
        Summary = "Lists connections.", Complexity = "O(N) where N is the number of connections.",
        History =
        [
            "2.8.12|Connections have numbers.", "5.0.0|TYPE.", "6.0.0|The user is told.", "6.2.0|ID; argv-mem, tot-mem, laddr and redir are told.",
            "7.0.0|resp, multi-mem, rbs and rbp are told.", "7.0.3|ssub is told.", "7.2.0|lib-name and lib-ver are told.", "9.0.0|The filters of CLIENT KILL, and many more.",
        ],
        Tips = "nondeterministic_output")]
    internal static void List(ref CommandContext call, Session session)
    {
        var sessions = new List<Session>();
        if (call.Count == 2) sessions.AddRange(session.Node.Sessions.ByAge());
        else if (call.Count > 3 && call.Says(2, "ID"u8) && IsOnlyIds(call))
        {
            for (int i = 3; i < call.Count; i++)
            {
                if (!call.TryLong(i, out long id, "ERR Invalid client ID"u8)) return;
                if (session.Node.Sessions.Find(id) is { } found) sessions.Add(found);
            }
        }
        else
        {
            if (ClientFilter.Read(call, 2, skipMe: false) is not { } filter) return;
            foreach (Session other in session.Node.Sessions.ByAge())
                if (filter.Matches(other) && !(filter.SkipMe && ReferenceEquals(other, session))) sessions.Add(other);
        }

        var text = new StringBuilder();
        foreach (Session other in sessions) SessionText.Append(text, other).Append('\n');
        call.Reply.Verbatim(Encoding.UTF8.GetBytes(text.ToString()), "txt"u8);
    }

    [Command("CLIENT|SETNAME", arity: 3, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "2.6.9",
        syntax: "connection-name",
        Summary = "Gives the connection a name.", Complexity = "O(1)",
        Tips = "request_policy:all_nodes response_policy:all_succeeded")]
    internal static void SetName(ref CommandContext call, Session session)
    {
        if (!IsNameValid(call[2]))
        {
            call.Reply.Error(InvalidName);
            return;
        }

        session.Name = Encoding.UTF8.GetString(call[2]);
        call.Reply.Ok();
    }

    [Command("CLIENT|GETNAME", arity: 2, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "2.6.9",
        Summary = "Tells the connection's name.", Complexity = "O(1)")]
    internal static void GetName(ref CommandContext call, Session session)
    {
        if (session.Name.Length == 0) call.Reply.Null();
        else call.Reply.Bulk(session.Name);
    }

    [Command("CLIENT|SETINFO", arity: 4, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "7.2.0",
        syntax: "attr:(LIB-NAME libname | LIB-VER libver)",
        Summary = "Says which library the client uses.", Complexity = "O(1)",
        Tips = "request_policy:all_nodes response_policy:all_succeeded")]
    internal static void SetInfo(ref CommandContext call, Session session)
    {
        bool isName = call.Says(2, "LIB-NAME"u8);
        if (!isName && !call.Says(2, "LIB-VER"u8)) call.Reply.Error([.. "ERR Unrecognized option '"u8, .. call[2], (byte)'\'']);
        else if (!IsNameValid(call[3])) call.Reply.Error([.. "ERR "u8, .. call[2], .. " cannot contain spaces, newlines or special characters."u8]);
        else
        {
            string value = Encoding.UTF8.GetString(call[3]);
            if (isName) session.LibraryName = value;
            else session.LibraryVersion = value;
            call.Reply.Ok();
        }
    }

    [Command("CLIENT|REPLY", arity: 3, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "3.2.0",
        syntax: "action:(ON | OFF | SKIP)",
        Summary = "Chooses whether the connection gets replies.", Complexity = "O(1)")]
    internal static void Reply(ref CommandContext call, Session session)
    {
        if (call.Says(2, "ON"u8))
        {
            session.Flags &= ~(SessionFlags.ReplyOff | SessionFlags.ReplySkip);
            session.Node.Dispatcher.ReplyTo(session).Ok();
        }
        else if (call.Says(2, "OFF"u8)) session.Flags |= SessionFlags.ReplyOff;
        else if (!call.Says(2, "SKIP"u8)) call.Reply.Error(ErrorReplies.Syntax);
        else if ((session.Flags & SessionFlags.ReplyOff) == 0) session.Flags |= SessionFlags.ReplySkipNext;
    }

    [Command("CLIENT|NO-EVICT", arity: 3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "7.0.0",
        syntax: "enabled:(ON | OFF)",
        Summary = "Chooses whether the connection may be closed for want of memory.", Complexity = "O(1)")]
    internal static void NoEvict(ref CommandContext call, Session session) => Switch(ref call, session, SessionFlags.NoEvict);

    [Command("CLIENT|NO-TOUCH", arity: 3, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "7.2.0",
        syntax: "enabled:(ON | OFF)",
        Summary = "Chooses whether the connection's commands mark keys as used.", Complexity = "O(1)")]
    internal static void NoTouch(ref CommandContext call, Session session) => Switch(ref call, session, SessionFlags.NoTouch);

    [Command("CLIENT|KILL", arity: -3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "2.4.0",
        syntax: "filter:(old-format=ip:port~2.8.12 | new-format:([ID client-id:integer^2.8.12] | [TYPE client-type:(NORMAL | MASTER^3.2.0 | SLAVE | REPLICA^5.0.0 | PUBSUB)^2.8.12] | [USER username] | [ADDR addr=ip:port] | [LADDR laddr=ip:port^6.2.0] | [SKIPME skipme:(YES | NO)] | [MAXAGE maxage:integer^7.4.0] | [NAME name^9.0.0] | [IDLE idle:integer^9.0.0] | [FLAGS flags^9.0.0] | [LIB-NAME lib-name^9.0.0] | [LIB-VER lib-ver^9.0.0] | [DB db:integer^9.0.0] | [IP ip^9.0.0] | [NOT-TYPE not-client-type:(NORMAL | MASTER | SLAVE | REPLICA | PUBSUB)^9.0.0] | [NOT-ID not-client-id:integer^9.0.0+] | [NOT-USER not-username^9.0.0] | [NOT-ADDR not-addr=ip:port^9.0.0] | [NOT-LADDR not-laddr=ip:port^9.0.0] | [NOT-NAME not-name^9.0.0] | [NOT-FLAGS not-flags^9.0.0] | [NOT-LIB-NAME not-lib-name^9.0.0] | [NOT-LIB-VER not-lib-ver^9.0.0] | [NOT-DB not-db:integer^9.0.0] | [NOT-IP not-ip^9.0.0])+)",
        Summary = "Closes connections.", Complexity = "O(N) where N is the number of connections.",
        History =
        [
            "2.8.12|Filters.", "2.8.12|ID.", "3.2.0|TYPE knows masters.", "5.0.0|TYPE knows replicas by that name.", "6.2.0|LADDR.", "7.4.0|MAXAGE.", "9.0.0|Many more filters.",
        ])]
    internal static void Kill(ref CommandContext call, Session session)
    {
        ClientFilter? filter = call.Count == 3 ? ClientFilter.OfAddress(Encoding.UTF8.GetString(call[2])) : ClientFilter.Read(call, 2, skipMe: true);
        if (filter is null) return;
        int killed = 0;
        bool killsItself = false;
        foreach (Session other in session.Node.Sessions.ToArray())
        {
            bool itself = ReferenceEquals(other, session);
            if (!filter.Matches(other) || (itself && filter.SkipMe)) continue;
            killed++;
            if (itself) killsItself = true;
            else session.Node.Sessions.Close(other, CloseMode.Now);
        }

        if (call.Count > 3) call.Reply.Integer(killed);
        else if (killed > 0) call.Reply.Ok();
        else call.Reply.Error("ERR No such client"u8);
        if (killsItself) session.Node.Sessions.Close(session, CloseMode.AfterFlush);
    }

    [Command("CLIENT|PAUSE", arity: -3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "3.0.0",
        syntax: "timeout:integer [mode:(WRITE | ALL)^6.2.0]",
        Summary = "Holds clients' commands back for a while.", Complexity = "O(1)",
        History = ["6.2.0|WRITE and ALL."])]
    internal static void Pause(ref CommandContext call, Session session)
    {
        bool all = true;
        if (call.Count > 4)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        if (call.Count == 4)
        {
            all = call.Says(3, "ALL"u8);
            if (!all && !call.Says(3, "WRITE"u8))
            {
                call.Reply.Error("ERR CLIENT PAUSE mode must be WRITE or ALL"u8);
                return;
            }
        }

        if (!call.TryLong(2, out long milliseconds, "ERR timeout is not an integer or out of range"u8)) return;
        Node node = session.Node;
        if (milliseconds < 0) call.Reply.Error("ERR timeout is negative"u8);
        else if (milliseconds > long.MaxValue - node.Now.Monotonic.Value) call.Reply.Error("ERR timeout is out of range"u8);
        else
        {
            node.Pause.Begin(PauseReason.Command, all ? PauseScope.Everything : PauseScope.Writes, node.Now.Monotonic + milliseconds);
            call.Reply.Ok();
        }
    }

    [Command("CLIENT|UNPAUSE", arity: 2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "6.2.0",
        Summary = "Ends CLIENT PAUSE.", Complexity = "O(N) where N is the number of held back connections.")]
    internal static void Unpause(ref CommandContext call, Session session)
    {
        call.Reply.Ok();
        session.Node.Pause.End(PauseReason.Command);
    }

    [Command("CLIENT|UNBLOCK", arity: -3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "5.0.0",
        syntax: "client-id:integer [unblock-type:(TIMEOUT | ERROR)]",
        Summary = "Ends the wait of a blocked connection.", Complexity = "O(log N) where N is the number of connections.")]
    internal static void Unblock(ref CommandContext call, Session session)
    {
        bool withError = call.Count == 4 && call.Says(3, "ERROR"u8);
        if (call.Count > 4)
        {
            call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
            return;
        }

        if (call.Count == 4 && !withError && !call.Says(3, "TIMEOUT"u8))
        {
            call.Reply.Error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"u8);
            return;
        }

        if (!call.TryLong(2, out long id)) return;
        Session? target = session.Node.Sessions.Find(id);
        if (target?.WaitsFor is not { } wait)
        {
            call.Reply.Integer(0);
            return;
        }

        call.Reply.Integer(1);
        wait.Unblock(target, withError);
    }

    [Command("CLIENT|GETREDIR", arity: 2, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "6.0.0",
        Summary = "Tells which connection invalidation messages are redirected to.", Complexity = "O(1)")]
    internal static void GetRedirection(ref CommandContext call, Session session) => call.Reply.Integer(-1);

    [Command("CLIENT|TRACKINGINFO", arity: 2, Flags.NoScript | Flags.Loading | Flags.Stale, Group.Connection, since: "6.2.0",
        Summary = "Tells about the connection's tracking of keys.", Complexity = "O(1)")]
    internal static void TrackingInfo(ref CommandContext call, Session session)
    {
        call.Reply.Map(3);
        call.Reply.Bulk("flags"u8);
        call.Reply.Set(1);
        call.Reply.Bulk("off"u8);
        call.Reply.Bulk("redirect"u8);
        call.Reply.Integer(-1);
        call.Reply.Bulk("prefixes"u8);
        call.Reply.Array(0);
    }

    [Command("CLIENT|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Connection, since: "5.0.0",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "CLIENT",
    [
        "GETNAME", "    The name of this connection.",
        "GETREDIR", "    The connection that invalidation messages go to.",
        "ID", "    The number of this connection.",
        "INFO", "    What is known of this connection.",
        "KILL <ip:port>", "    Close the connection from that address.",
        "KILL <option> <value> [<option> <value> [...]]", "    Close connections. Options are:",
        "    * ADDR <ip:port>", "      Those from that address.",
        "    * LADDR <ip:port>", "      Those to that address.",
        "    * ID <client-id>", "      The one with that number.",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)", "      Those of that class.",
        "    * USER <username>", "      Those of that user.",
        "    * SKIPME (YES|NO)", "      Whether to spare this one (default: yes).",
        "    * MAXAGE <seconds>, IDLE <seconds>", "      Those that are that old, or idle for so long.",
        "    * NAME, LIB-NAME, LIB-VER, IP, DB, FLAGS", "      Those of which that is true.",
        "    * NOT-... (all but SKIPME, MAXAGE and IDLE)", "      Those of which it is not.",
        "LIST [options ...]", "    What is known of all connections. Options are:",
        "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)", "      Those of that class.",
        "    * ID <client-id> [<client-id> ...]", "      Those with these numbers.",
        "    * And all others of KILL.",
        "NO-EVICT (ON|OFF)", "    Spare this connection when memory is short.",
        "NO-TOUCH (ON|OFF)", "    Let this connection's commands leave the use of keys as it is.",
        "PAUSE <timeout> [WRITE|ALL]", "    Hold commands back for so many milliseconds.",
        "REPLY (ON|OFF|SKIP)", "    Whether this connection gets replies.",
        "SETINFO <option> <value>", "    Say what is used: LIB-NAME or LIB-VER.",
        "SETNAME <name>", "    Give this connection a name.",
        "TRACKINGINFO", "    About the tracking of keys for this connection.",
        "UNBLOCK <client-id> [TIMEOUT|ERROR]", "    End the wait of a blocked connection.",
        "UNPAUSE", "    End CLIENT PAUSE.",
    ]);

    /// <summary>Whether a name has only visible ASCII characters in it.</summary>
    internal static bool IsNameValid(ReadOnlySpan<byte> name) => !name.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    /// <summary>What is said of another name.</summary>
    internal static ReadOnlySpan<byte> InvalidName => "ERR Client names cannot contain spaces, newlines or special characters."u8;

    private static void Switch(ref CommandContext call, Session session, SessionFlags flag)
    {
        if (call.Says(2, "ON"u8)) session.Flags |= flag;
        else if (call.Says(2, "OFF"u8)) session.Flags &= ~flag;
        else
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        call.Reply.Ok();
    }

    // What is no number may be another filter if a word follows it.
    private static bool IsOnlyIds(in CommandContext call)
    {
        for (int i = 4; i + 1 < call.Count; i++)
            if (!NumberText.TryInt64(call[i], out _)) return false;
        return true;
    }
}
