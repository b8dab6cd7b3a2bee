using System;
using Hexad.Commands;
using Hexad.Core;

namespace Hexad.Engine;

[Command("SLOWLOG", arity: -2, Flags.None, Group.Server, since: "2.2.12",
    Summary = "A container for commands about slow calls.", Complexity = "Depends on subcommand.")]
internal static class SlowlogCommands
{
    [Command("SLOWLOG|GET", arity: -2, Flags.Admin | Flags.Loading | Flags.Stale, Group.Server, since: "2.2.12",
        syntax: "[count:integer]",
        Summary = "Lists the latest slow calls.", Complexity = "O(N) where N is the number of calls told.",
        Tips = "request_policy:all_nodes nondeterministic_output",
        History = ["4.0.0|Added client IP address, port and name to the reply."])]
    internal static void Get(ref CommandContext call, Session session)
    {
        long count = 10;
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.WrongArity("slowlog|get"));
            return;
        }

        if (call.Count == 3)
        {
            if (!NumberText.TryInt64(call[2], out count) || count < -1)
            {
                call.Reply.Error("ERR count should be greater than or equal to -1"u8);
                return;
            }
        }

        SlowLog log = session.Node.SlowLog;
        if (count < 0 || count > log.Calls.Count) count = log.Calls.Count;
        call.Reply.Array(count);
        foreach (SlowCall slow in log.Calls)
        {
            if (count-- == 0) break;
            call.Reply.Array(6);
            call.Reply.Integer(slow.Id);
            call.Reply.Integer(slow.UnixSeconds);
            call.Reply.Integer(slow.Microseconds);
            call.Reply.Array(slow.Words.Length);
            foreach (byte[] word in slow.Words) call.Reply.Bulk(word);
            call.Reply.Bulk(slow.Peer);
            call.Reply.Bulk(slow.Name);
        }
    }

    [Command("SLOWLOG|LEN", arity: 2, Flags.Admin | Flags.Loading | Flags.Stale, Group.Server, since: "2.2.12",
        Summary = "Tells how many slow calls are kept.", Complexity = "O(1)",
        Tips = "request_policy:all_nodes response_policy:agg_sum nondeterministic_output")]
    internal static void Length(ref CommandContext call, Session session) => call.Reply.Integer(session.Node.SlowLog.Calls.Count);

    [Command("SLOWLOG|RESET", arity: 2, Flags.Admin | Flags.Loading | Flags.Stale, Group.Server, since: "2.2.12",
        Summary = "Forgets the slow calls.", Complexity = "O(N) where N is the number of calls kept.",
        Tips = "request_policy:all_nodes response_policy:all_succeeded")]
    internal static void Reset(ref CommandContext call, Session session)
    {
        session.Node.SlowLog.Clear();
        call.Reply.Ok();
    }

    [Command("SLOWLOG|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "6.2.0",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "SLOWLOG",
    [
        "GET [<count>]", "    The latest <count> slow calls (default: 10, -1 means all). Of each:",
        "    number, time, microseconds, words, client's address, client's name",
        "LEN", "    How many slow calls are kept.",
        "RESET", "    Forget them.",
    ]);
}
