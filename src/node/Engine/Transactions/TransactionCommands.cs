// Commands that make several calls one.
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class TransactionCommands
{
    [Command("MULTI", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.AllowBusy, Group.Transactions, since: "1.2.0",
        Summary = "Begins a transaction: what follows is queued.", Complexity = "O(1)")]
    internal static void Multi(ref CommandContext call, Session session)
    {
        if ((session.Flags & SessionFlags.Multi) != 0)
        {
            call.Reply.Error("ERR MULTI calls can not be nested"u8);
            return;
        }

        Transactions.Begin(session);
        call.Reply.Ok();
    }

    [Command("EXEC", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.SkipSlowlog, Group.Transactions, since: "1.2.0",
        Summary = "Runs all that was queued.", Complexity = "Depends on the queued commands.")]
    internal static void Exec(ref CommandContext call, Session session)
    {
        if ((session.Flags & SessionFlags.Multi) == 0) call.Reply.Error("ERR EXEC without MULTI"u8);
        else session.Node.Transactions.Execute(session, call.Reply);
        call.Propagation.Nothing();
    }

    [Command("DISCARD", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.AllowBusy, Group.Transactions, since: "2.0.0",
        Summary = "Forgets all that was queued.", Complexity = "O(N) where N is the number of queued commands.")]
    internal static void Discard(ref CommandContext call, Session session)
    {
        if ((session.Flags & SessionFlags.Multi) == 0)
        {
            call.Reply.Error("ERR DISCARD without MULTI"u8);
            return;
        }

        session.Node.Transactions.Discard(session);
        call.Reply.Ok();
    }

    [Command("WATCH", arity: -2, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.AllowBusy, Group.Transactions, since: "2.2.0",
        syntax: "key:key+", Summary = "Lets the next EXEC fail if one of the keys changes before it.", Complexity = "O(1) for each key.")]
    [Key(1, KeyFlags.ReadOnly, Last = -1)]
    internal static void Watch(ref CommandContext call, Session session)
    {
        if ((session.Flags & SessionFlags.Multi) != 0)
        {
            call.Reply.Error("ERR WATCH inside MULTI is not allowed"u8);
            return;
        }

        // Whose EXEC fails already need not watch.
        for (int i = 1; i < call.Count && (session.Flags & SessionFlags.DirtyWatch) == 0; i++) session.Node.Watches.Add(session, call[i]);
        call.Reply.Ok();
    }

    [Command("UNWATCH", arity: 1, Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Fast | Flags.AllowBusy, Group.Transactions, since: "2.2.0",
        Summary = "Forgets all watched keys.", Complexity = "O(1)")]
    internal static void Unwatch(ref CommandContext call, Session session)
    {
        session.Node.Watches.Forget(session);
        session.Flags &= ~SessionFlags.DirtyWatch;
        call.Reply.Ok();
    }
}
