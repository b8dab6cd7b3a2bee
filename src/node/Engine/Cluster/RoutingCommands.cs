using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>What a client says about where it wants to be served.</summary>
internal static class RoutingCommands
{
    [Command("ASKING", arity: 1, Flags.Fast, Group.Cluster, since: "3.0.0", Categories = Acl.Connection,
        Summary = "Says that the next command follows an ASK redirection.", Complexity = "O(1)")]
    internal static void Asking(ref CommandContext call, Session session)
    {
        if (Refuses(ref call, session)) return;
        session.Flags |= SessionFlags.Asking;
        call.Reply.Ok();
    }

    [Command("READONLY", arity: 1, Flags.Loading | Flags.Stale | Flags.Fast, Group.Cluster, since: "3.0.0", Categories = Acl.Connection,
        Summary = "Lets this replica serve the connection's reads.", Complexity = "O(1)")]
    internal static void ReadOnly(ref CommandContext call, Session session)
    {
        if (Refuses(ref call, session)) return;
        session.Flags |= SessionFlags.ReadOnly;
        call.Reply.Ok();
    }

    [Command("READWRITE", arity: 1, Flags.Loading | Flags.Stale | Flags.Fast, Group.Cluster, since: "3.0.0", Categories = Acl.Connection,
        Summary = "Sends the connection's reads to the primary again.", Complexity = "O(1)")]
    internal static void ReadWrite(ref CommandContext call, Session session)
    {
        if (Refuses(ref call, session)) return;
        session.Flags &= ~SessionFlags.ReadOnly;
        call.Reply.Ok();
    }

    private static bool Refuses(ref CommandContext call, Session session)
    {
        if (session.Node.Cluster is not null) return false;
        call.Reply.Error(ErrorReplies.ClusterDisabled);
        return true;
    }
}
