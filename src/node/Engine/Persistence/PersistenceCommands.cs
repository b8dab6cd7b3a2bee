using System;
using System.Text;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>SAVE and its family.</summary>
internal static class PersistenceCommands
{
    [Command("SAVE", arity: 1, Flags.Admin | Flags.NoScript | Flags.NoAsyncLoading | Flags.NoMulti, Group.Server, since: "1.0.0",
        Summary = "Saves the data to disk and answers when that is done.", Complexity = "O(N) where N is the total number of keys in all databases")]
    internal static void Save(ref CommandContext call, Session session)
    {
        // Others are served meanwhile: what is saved is the data of this moment all the same.
        PersistencePart persistence = session.Node.Persistence;
        if (persistence.IsSnapshotting || !persistence.BeginSave(fault => Answer(session, fault)))
        {
            call.Reply.Error("ERR Background save already in progress");
            return;
        }

        session.Flags |= SessionFlags.Blocked;
    }

    [Command("BGSAVE", arity: -1, Flags.Admin | Flags.NoScript | Flags.NoAsyncLoading, Group.Server, since: "1.0.0",
        syntax: "[SCHEDULE^3.2.2]", Summary = "Saves the data to disk in the background.", Complexity = "O(1)",
        History = ["3.2.2|SCHEDULE."])]
    internal static void BackgroundSave(ref CommandContext call, Session session)
    {
        PersistencePart persistence = session.Node.Persistence;
        bool schedule = call.Count == 2 && Ascii.EqualsIgnoreCase(call[1], "SCHEDULE");
        if (call.Count > 2 || (call.Count == 2 && !schedule))
        {
            call.Reply.Error(ErrorReplies.Syntax);
        }
        else if (persistence.IsSaving && !schedule)
        {
            call.Reply.Error("ERR Background save already in progress");
        }
        else if (persistence.IsSnapshotting || persistence.IsSaving || persistence.IsLoading)
        {
            if (schedule)
            {
                persistence.ScheduleSave();
                call.Reply.Simple("Background saving scheduled"u8);
            }
            else
            {
                call.Reply.Error("ERR Background save already in progress");
            }
        }
        else if (persistence.BeginSave())
        {
            call.Reply.Simple("Background saving started"u8);
        }
        else
        {
            call.Reply.Error("ERR A snapshot of a slot is in progress: can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.");
        }
    }

    [Command("LASTSAVE", arity: 1, Flags.Loading | Flags.Stale | Flags.Fast, Group.Server, since: "1.0.0",
        Categories = Acl.Admin | Acl.Dangerous, Tips = "nondeterministic_output",
        Summary = "Tells when the data was last saved, in seconds since 1970.", Complexity = "O(1)")]
    internal static void LastSave(ref CommandContext call, Session session) =>
        call.Reply.Integer(session.Node.Persistence.LastSave.Value / 1000);

    private static void Answer(Session session, string? fault) =>
        Waiting.Answer(session, reply =>
        {
            if (fault is null) reply.Ok();
            else reply.Error("ERR " + fault);
        });
}

/// <summary>Answers sessions that were blocked.</summary>
internal static class Waiting
{
    /// <summary>Writes a blocked session's reply and lets it go on.</summary>
    public static void Answer(Session session, Action<ReplyWriter> write)
    {
        if (session.IsClosing) return;
        Node node = session.Node;
        session.Flags &= ~SessionFlags.Blocked;
        write(node.Dispatcher.ReplyTo(session));
        // A command that runs now and ended this wait goes on writing its own reply.
        if (node.Dispatcher.Running is { } running) node.Dispatcher.ReplyTo(running);
        if (session.Link is { } link) node.Host.Flush(link);
        session.Resume();
    }
}
