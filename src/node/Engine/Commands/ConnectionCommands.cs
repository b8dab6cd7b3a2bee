using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>Commands about the connection itself.</summary>
internal static class ConnectionCommands
{
    [Command("PING", arity: -1, Flags.Fast, Group.Connection, since: "1.0.0", syntax: "[message]",
        Tips = "request_policy:all_shards response_policy:all_succeeded",
        Summary = "Answers PONG, or the message.", Complexity = "O(1)")]
    internal static void Ping(ref CommandContext call, Session session)
    {
        if (call.Count > 2) call.Reply.Error(ErrorReplies.WrongArity("ping"));
        else if (call.Count == 2) call.Reply.Bulk(call[1]);
        else call.Reply.Simple("PONG"u8);
    }
}
