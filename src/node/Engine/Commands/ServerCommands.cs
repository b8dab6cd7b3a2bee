// Commands about the server as a whole.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Options;

namespace Hexad.Engine;

internal static class ServerCommands
{
    [Command("INFO", arity: -1, Flags.Loading | Flags.Stale, Group.Server, since: "1.0.0",
        syntax: "[section+]",
        Summary = "Tells what the server knows of itself.", Complexity = "O(1)",
        Categories = Acl.Dangerous,
        Tips = "nondeterministic_output request_policy:all_shards response_policy:special",
        History = ["7.0.0|Added support for taking multiple section arguments."])]
    internal static void Info(ref CommandContext call, Session session)
    {
        var sections = new List<string>();
        for (int i = 1; i < call.Count; i++) sections.Add(Encoding.UTF8.GetString(call[i]));
        call.Reply.Verbatim(Encoding.UTF8.GetBytes(new InfoReport(session.Node).Text(sections)), "txt"u8);
    }

    [Command("TIME", arity: 1, Flags.Loading | Flags.Stale | Flags.Fast, Group.Server, since: "2.6.0",
        Summary = "Tells the server's time.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    internal static void Time(ref CommandContext call, Session session)
    {
        long wallUs = session.Node.Now.WallUs;
        call.Reply.Array(2);
        call.Reply.BulkInteger(wallUs / 1_000_000);
        call.Reply.BulkInteger(wallUs % 1_000_000);
    }

    [Command("MONITOR", arity: 1, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "1.0.0",
        Summary = "Shows every call as it comes.", Complexity = "O(1)")]
    internal static void Monitor(ref CommandContext call, Session session)
    {
        if (!call.MayBlock)
        {
            call.Reply.Error("ERR MONITOR isn't allowed for DENY BLOCKING client"u8);
            return;
        }

        if ((session.Flags & (SessionFlags.Monitor | SessionFlags.Replica)) != 0) return;
        call.Reply.Ok();
        session.Node.Monitors.Add(session);
    }

    [Command("SHUTDOWN", arity: -1, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale | Flags.NoMulti | Flags.AllowBusy, Group.Server, since: "1.0.0",
        syntax: "[save-selector:(NOSAVE | SAVE)] [NOW^7.0.0] [FORCE^7.0.0] [ABORT^7.0.0]",
        Summary = "Saves if so configured and ends the server.", Complexity = "O(N) when saving, where N is the number of keys.",
        History = ["7.0.0|Added the `NOW`, `FORCE` and `ABORT` modifiers."])]
    internal static void ShutDown(ref CommandContext call, Session session)
    {
        var ways = ShutdownWays.Default;
        bool abort = false;
        for (int i = 1; i < call.Count; i++)
        {
            if (call.Says(i, "NOSAVE"u8)) ways |= ShutdownWays.NoSave;
            else if (call.Says(i, "SAVE"u8)) ways |= ShutdownWays.Save;
            else if (call.Says(i, "NOW"u8)) ways |= ShutdownWays.Now;
            else if (call.Says(i, "FORCE"u8)) ways |= ShutdownWays.Force;
            else if (call.Says(i, "ABORT"u8)) abort = true;
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }
        }

        const ShutdownWays Both = ShutdownWays.Save | ShutdownWays.NoSave;
        if ((ways & Both) == Both || (abort && ways != ShutdownWays.Default)) call.Reply.Error(ErrorReplies.Syntax);
        else if (!abort)
        {
            session.Node.Host.Log(Seam.LogLevel.Warning, "User requested shutdown...");
            session.Node.Shutdown.Begin(session, ways);
        }
        else if (session.Node.Shutdown.Abort()) session.Node.Dispatcher.ReplyTo(session).Ok();
        else call.Reply.Error("ERR No shutdown in progress."u8);
    }

    [Command("LOLWUT", arity: -1, Flags.ReadOnly | Flags.Fast, Group.Server, since: "5.0.0",
        syntax: "[VERSION version:integer]",
        Summary = "Draws something, and tells the version.", Complexity = "O(1)")]
    internal static void Lolwut(ref CommandContext call, Session session)
    {
        if (call.Count > 1 && call.Says(1, "VERSION"u8) && (call.Count < 3 || !NumberText.TryInt64(call[2], out _)))
        {
            call.Reply.Error(call.Count < 3 ? ErrorReplies.Syntax : ErrorReplies.NotAnInteger);
            return;
        }

        call.Reply.Verbatim(Encoding.UTF8.GetBytes(Honeycomb.Draw(session.Node.Dice) + $"Redis ver. {Identity.RedisVersionText}, Hexad {Identity.Version}\n"), "txt"u8);
    }
}
