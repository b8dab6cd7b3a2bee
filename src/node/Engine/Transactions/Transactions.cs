// MULTI … EXEC: what is queued, what refuses it, and how it runs.
//
//   MULTI ─▶ each call is checked as if it ran now ─▶ +QUEUED, or an error that spoils the transaction
//   EXEC  ─▶ checked as the union of its calls ─▶ a watched key changed? null ─▶ spoilt? EXECABORT ─▶ all calls, one after the other
//
// All that the calls want repeated elsewhere is collected and leaves as one transaction; clients that wait for keys are
// served when EXEC has ended. A call that is answered in a later step (it waits for a file) stops EXEC, which goes on
// in place when the answer is there.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>The transactions of a node's sessions.</summary>
internal sealed class Transactions(Node node)
{
    private readonly CommandRow _exec = Row("exec"u8), _discard = Row("discard"u8), _multi = Row("multi"u8);
    private readonly CommandRow _watch = Row("watch"u8), _quit = Row("quit"u8), _reset = Row("reset"u8);

    /// <summary>Whether this is EXEC.</summary>
    public bool IsExec(CommandRow row) => ReferenceEquals(row, _exec);

    /// <summary>Whether a call of a session within MULTI is queued and not run.</summary>
    public bool Queues(CommandRow row) =>
        !ReferenceEquals(row, _exec) && !ReferenceEquals(row, _discard) && !ReferenceEquals(row, _multi) && !ReferenceEquals(row, _watch) &&
        !ReferenceEquals(row, _quit) && !ReferenceEquals(row, _reset);

    /// <summary>Whether memory may be short and the command runs all the same within MULTI: what ends the transaction.</summary>
    public bool MayRunShortOfMemory(CommandRow row) =>
        ReferenceEquals(row, _exec) || ReferenceEquals(row, _discard) || ReferenceEquals(row, _quit) || ReferenceEquals(row, _reset);

    /// <summary>MULTI.</summary>
    public static void Begin(Session session)
    {
        session.Flags |= SessionFlags.Multi;
        session.Transaction = new Transaction();
    }

    /// <summary>Queues a call, unless the transaction is lost already.</summary>
    public void Queue(Session session, CommandRow row, in Arguments call)
    {
        if ((session.Flags & (SessionFlags.DirtyWatch | SessionFlags.DirtyExec)) != 0) return;
        session.Transaction!.Add(row, new KeptCall(call, node.Dispatcher.RunningBytes));
    }

    /// <summary>
    /// A call of the session was refused with this error. Within MULTI the transaction is spoilt by it; EXEC itself
    /// ends the transaction and names the error. Returns the error to reply.
    /// </summary>
    public string Refused(Session session, CommandRow? row, string error, bool isRedirection)
    {
        if (row is not null && IsExec(row))
        {
            Discard(session);
            if (isRedirection) return error;
            return "EXECABORT Transaction discarded because of: " + (error.StartsWith("ERR ", StringComparison.Ordinal) ? error[4..] : error);
        }

        if ((session.Flags & SessionFlags.Multi) != 0) session.Flags |= SessionFlags.DirtyExec;
        return error;
    }

    /// <summary>Forgets what is queued and watched.</summary>
    public void Discard(Session session)
    {
        session.Transaction = null;
        session.Flags &= ~(SessionFlags.Multi | SessionFlags.DirtyExec | SessionFlags.DirtyWatch);
        node.Watches.Forget(session);
    }

    /// <summary>EXEC of a session within MULTI.</summary>
    public void Execute(Session session, ReplyWriter reply)
    {
        Transaction transaction = session.Transaction!;
        if (node.Watches.AnyExpired(session)) session.Flags |= SessionFlags.DirtyWatch;
        if ((session.Flags & SessionFlags.DirtyExec) != 0) reply.Error("EXECABORT Transaction discarded because of previous errors."u8);
        else if ((session.Flags & SessionFlags.DirtyWatch) != 0) reply.NullArray();
        else
        {
            node.Watches.Forget(session);
            reply.Array(transaction.Calls.Count);
            GoOn(session, transaction);
            return;
        }

        Discard(session);
    }

    /// <summary>Runs the calls that are left. Stops after one that is answered later: <see cref="Session.Resume"/> comes back here.</summary>
    public void GoOn(Session session, Transaction transaction)
    {
        bool mayBlock = node.Services.MayBlock;
        node.Services.MayBlock = false;
        while (transaction.Next < transaction.Calls.Count && (session.Flags & SessionFlags.Blocked) == 0)
        {
            (CommandRow row, KeptCall call) = transaction.Calls[transaction.Next++];
            node.Databases.CommandSlot = -1;
            node.Dispatcher.Call(session, row, call.Words, node.Dispatcher.ReplyTo(session));
        }

        node.Services.MayBlock = mayBlock;
        if ((session.Flags & SessionFlags.Blocked) != 0) session.Stopped = transaction;
        else Discard(session);
    }

    private static CommandRow Row(ReadOnlySpan<byte> name) => CommandTable.Find(name)!;
}
