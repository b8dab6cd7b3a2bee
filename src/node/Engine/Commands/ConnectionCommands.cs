// Commands about the connection itself: who speaks, in which protocol, to which database.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class ConnectionCommands
{
    [Command("PING", arity: -1, Flags.Fast, Group.Connection, since: "1.0.0",
        syntax: "[message]",
        Summary = "Answers, so that the client knows that the server lives.", Complexity = "O(1)",
        Tips = "request_policy:all_shards response_policy:all_succeeded")]
    internal static void Ping(ref CommandContext call, Session session)
    {
        if (call.Count > 2) call.Reply.Error(ErrorReplies.WrongArity("ping"));
        else if ((session.Flags & SessionFlags.PubSub) != 0 && !session.Resp3)
        {
            // As Redis: who listens in RESP2 gets something that looks like a message.
            call.Reply.Array(2);
            call.Reply.Bulk("pong"u8);
            call.Reply.Bulk(call.Count == 2 ? call[1] : default);
        }
        else if (call.Count == 2) call.Reply.Bulk(call[1]);
        else call.Reply.Simple("PONG"u8);
    }

    [Command("ECHO", arity: 2, Flags.Loading | Flags.Stale | Flags.Fast, Group.Connection, since: "1.0.0",
        syntax: "message",
        Summary = "Answers with the message.", Complexity = "O(1)")]
    internal static void Echo(ref CommandContext call, Session session) => call.Reply.Bulk(call[1]);

    [Command("QUIT", arity: -1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.NoAuth | Flags.AllowBusy, Group.Connection, since: "1.0.0",
        Summary = "Ends the connection.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "7.2.0", ReplacedBy = "just closing the connection")]
    internal static void Quit(ref CommandContext call, Session session)
    {
        call.Reply.Ok();
        session.Node.Sessions.Close(session, CloseMode.AfterFlush);
    }

    [Command("RESET", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.NoAuth | Flags.AllowBusy, Group.Connection, since: "6.2.0",
        Summary = "Makes the connection as it was when it began.", Complexity = "O(1)")]
    internal static void Reset(ref CommandContext call, Session session)
    {
        if ((session.Flags & (SessionFlags.Replica | SessionFlags.Primary)) != 0)
        {
            call.Reply.Error("ERR can only reset normal client connections"u8);
            return;
        }

        Node node = session.Node;
        if ((session.Flags & SessionFlags.Monitor) != 0) node.Monitors.Remove(session);
        node.Transactions.Discard(session);
        node.PubSub.Forget(session);
        session.Flags &= SessionFlags.Closing | SessionFlags.Unix | SessionFlags.Internal;
        if (node.Admission.RequiresPassword) session.Flags |= SessionFlags.Unauthenticated;
        session.Db = node.Databases[0];
        session.Name = "";
        session.Resp3 = false;
        node.Dispatcher.ReplyTo(session).Simple("RESET"u8);
    }

    [Command("SELECT", arity: 2, Flags.Loading | Flags.Stale | Flags.Fast, Group.Connection, since: "1.0.0",
        syntax: "index:integer",
        Summary = "Chooses the database for what follows.", Complexity = "O(1)")]
    internal static void Select(ref CommandContext call, Session session)
    {
        if (!call.TryLong(1, out long index)) return;
        if (index is < int.MinValue or > int.MaxValue) call.Reply.Error(ErrorReplies.IntegerOutOfRange);
        else if (session.Node.Options.ClusterEnabled && index != 0) call.Reply.Error(ErrorReplies.SelectInCluster);
        else if (index < 0 || index >= session.Node.Databases.Count) call.Reply.Error(ErrorReplies.DbIndexOutOfRange);
        else
        {
            session.Db = session.Node.Databases[(int)index];
            call.Reply.Ok();
        }
    }

    [Command("AUTH", arity: -2, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.NoAuth | Flags.AllowBusy, Group.Connection, since: "1.0.0",
        syntax: "[username^6.0.0] password",
        Summary = "Says who the client is.", Complexity = "O(N) where N is the number of passwords of the user.",
        History = ["6.0.0|Added ACL style (username and password)."])]
    internal static void Auth(ref CommandContext call, Session session)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        Admission admission = session.Node.Admission;
        session.Node.Dispatcher.Hide(1);
        if (call.Count == 3) session.Node.Dispatcher.Hide(2);
        else if (!admission.RequiresPassword)
        {
            call.Reply.Error(NoPasswordSet);
            return;
        }

        ReadOnlySpan<byte> user = call.Count == 3 ? call[1] : "default"u8;
        if (admission.Authenticate(session, user, call[call.Count - 1])) call.Reply.Ok();
        else call.Reply.Error(WrongPassword);
    }

    [Command("HELLO", arity: -1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.NoAuth | Flags.AllowBusy, Group.Connection, since: "6.0.0",
        syntax: "[arguments:{protover:integer [AUTH auth:{username password}] [SETNAME clientname]}]",
        Summary = "Chooses the protocol and tells about the server.", Complexity = "O(1)",
        History = ["6.2.0|`protover` made optional; when called without arguments the command reports the current connection's context."])]
    internal static void Hello(ref CommandContext call, Session session)
    {
        long version = session.Resp3 ? 3 : 2;
        if (call.Count >= 2)
        {
            if (!call.TryLong(1, out version, "ERR Protocol version is not an integer or out of range"u8)) return;
            if (version is < 2 or > 3)
            {
                call.Reply.Error("NOPROTO unsupported protocol version"u8);
                return;
            }
        }

        int credentials = 0;
        string? name = null;
        for (int i = 2; i < call.Count; i++)
        {
            if (call.Says(i, "AUTH"u8) && i + 2 < call.Count)
            {
                session.Node.Dispatcher.Hide(i + 1);
                session.Node.Dispatcher.Hide(i + 2);
                credentials = i + 1;
                i += 2;
            }
            else if (call.Says(i, "SETNAME"u8) && i + 1 < call.Count)
            {
                if (!ClientCommands.IsNameValid(call[++i]))
                {
                    call.Reply.Error(ClientCommands.InvalidName);
                    return;
                }

                name = Encoding.UTF8.GetString(call[i]);
            }
            else
            {
                call.Reply.Error([.. "ERR Syntax error in HELLO option '"u8, .. call[i], (byte)'\'']);
                return;
            }
        }

        if (credentials > 0 && !session.Node.Admission.Authenticate(session, call[credentials], call[credentials + 1]))
        {
            call.Reply.Error(WrongPassword);
            return;
        }

        if ((session.Flags & SessionFlags.Unauthenticated) != 0)
        {
            call.Reply.Error(HelloNeedsAuth);
            return;
        }

        if (name is not null) session.Name = name;
        session.Resp3 = version == 3;
        Describe(session.Node.Dispatcher.ReplyTo(session), session);
    }

    private static void Describe(ReplyWriter reply, Session session)
    {
        reply.Map(7);
        reply.Bulk("server"u8);
        reply.Bulk("redis"u8);
        reply.Bulk("version"u8);
        reply.Bulk(Identity.RedisVersion);
        reply.Bulk("proto"u8);
        reply.Integer(session.Resp3 ? 3 : 2);
        reply.Bulk("id"u8);
        reply.Integer(session.Id);
        reply.Bulk("mode"u8);
        reply.Bulk(session.Node.Options.ClusterEnabled ? "cluster"u8 : "standalone"u8);
        reply.Bulk("role"u8);
        reply.Bulk((session.Node.Conditions & (uint)NodeConditions.Replica) != 0 ? "replica"u8 : "master"u8);
        reply.Bulk("modules"u8);
        reply.Array(0);
    }

    private static ReadOnlySpan<byte> WrongPassword => "WRONGPASS invalid username-password pair or user is disabled."u8;

    private static ReadOnlySpan<byte> NoPasswordSet =>
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"u8;

    private static ReadOnlySpan<byte> HelloNeedsAuth =>
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time"u8;
}
