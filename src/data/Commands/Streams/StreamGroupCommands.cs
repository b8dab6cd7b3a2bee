// XGROUP and XACK: consumer groups are made, set, removed; entries are acknowledged.
using System;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

[Command("XGROUP", arity: -2, Flags.None, Group.Stream, since: "5.0.0",
    Summary = "A container for commands about consumer groups.", Complexity = "Depends on subcommand.")]
internal static class StreamGroupCommands
{
    [Command("XGROUP|CREATE", arity: -5, Flags.Write | Flags.DenyOom, Group.Stream, since: "5.0.0",
        syntax: "key:key group id-selector:(id | new-id:'$') [MKSTREAM] [ENTRIESREAD entriesread:integer=entries-read]",
        Summary = "Makes a consumer group.", Complexity = "O(1)",
        History = ["7.0.0|ENTRIESREAD."])]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void Create(ref CommandContext call)
    {
        if (!TryOptions(call, mayMake: true, out bool makes, out long entriesRead)) return;
        EntryRef entry = call.FindForWrite(call[2]);
        if (entry.Found ? !call.Holds(entry, ObjectType.Stream) : !makes && NeedsKey(call)) return;
        if (call.Count > 8)
        {
            call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
            return;
        }

        StreamId id = entry.Found ? StreamTree.FactsOf(entry.Root).LastId : StreamId.Zero;
        if (!call[4].SequenceEqual("$"u8) && !StreamIdText.TryId(call, 4, out id)) return;
        bool isNew = !entry.Found;
        CollectionEdit edit = StreamKey.EditOrBuild(call, ref entry);
        bool added = call.Services.Databases.Collections.Streams.Groups.TryAdd(edit.Root, call[3], id, entriesRead, out _);
        if (isNew) edit.Store(call[2]);
        else edit.Commit(ref entry);
        if (isNew)
        {
            call.Created(call[2], call.Db);
            call.Services.KeyChanged(call.Db, call[2]);
        }

        if (!added)
        {
            call.Reply.Error(ErrorReplies.GroupExists);
            return;
        }

        call.Services.Changes++;
        call.Notify(EventClass.Stream, "xgroup-create", call[2]);
        call.Reply.Ok();
    }

    [Command("XGROUP|SETID", arity: -5, Flags.Write, Group.Stream, since: "5.0.0",
        syntax: "key:key group id-selector:(id | new-id:'$') [ENTRIESREAD entriesread:integer=entries-read]",
        Summary = "Sets the last id that was delivered to a group.", Complexity = "O(1)",
        History = ["7.0.0|ENTRIESREAD."])]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void SetId(ref CommandContext call)
    {
        if (!TryOptions(call, mayMake: false, out _, out long entriesRead) || !TryGroup(call, needsGroup: true, out EntryRef entry, out StreamGroup group)) return;
        if (call.Count != 5 && call.Count != 7)
        {
            call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
            return;
        }

        StreamId id = StreamTree.FactsOf(entry.Root).LastId;
        if (!call[4].SequenceEqual("$"u8) && !StreamIdText.TryIdOrEdge(call, 4, 0, out id)) return;
        CollectionEdit edit = call.Db.Edit(ref entry);
        call.Services.Databases.Collections.Streams.Groups.SetPosition(edit.Root, group, id, entriesRead);
        edit.Commit(ref entry);
        call.Services.Changes++;
        call.Notify(EventClass.Stream, "xgroup-setid", call[2]);
        call.Reply.Ok();
    }

    [Command("XGROUP|DESTROY", arity: 4, Flags.Write, Group.Stream, since: "5.0.0",
        syntax: "key:key group",
        Summary = "Removes a consumer group with all that is pending in it.", Complexity = "O(N) where N is the number of pending entries.")]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void Destroy(ref CommandContext call)
    {
        if (!TryGroup(call, needsGroup: false, out EntryRef entry, out StreamGroup group)) return;
        if (!group.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        CollectionEdit edit = call.Db.Edit(ref entry);
        call.Services.Databases.Collections.Streams.Groups.Remove(edit.Root, group);
        edit.Commit(ref entry);

        // As Redis: whoever waits for entries of the group hears that it is gone, but who watches the key does not.
        call.Services.Changes++;
        call.Services.KeyReady(call.Db, call[2]);
        call.Notify(EventClass.Stream, "xgroup-destroy", call[2]);
        call.Reply.Integer(1);
    }

    [Command("XGROUP|CREATECONSUMER", arity: 5, Flags.Write | Flags.DenyOom, Group.Stream, since: "6.2.0",
        syntax: "key:key group consumer",
        Summary = "Makes a consumer in a group.", Complexity = "O(1)")]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void CreateConsumer(ref CommandContext call)
    {
        if (!TryGroup(call, needsGroup: true, out EntryRef entry, out StreamGroup group)) return;
        CollectionEdit edit = call.Db.Edit(ref entry);
        bool made = StreamConsumers.TryMake(call, edit.Root, group, call[4], out _);
        edit.Commit(ref entry);
        if (made) StreamConsumers.Made(call, call[2]);
        call.Reply.Integer(made ? 1 : 0);
    }

    [Command("XGROUP|DELCONSUMER", arity: 5, Flags.Write, Group.Stream, since: "5.0.0",
        syntax: "key:key group consumer",
        Summary = "Removes a consumer and tells how many entries were pending for it.", Complexity = "O(N) where N is the number of entries that are pending for it.")]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void DeleteConsumer(ref CommandContext call)
    {
        if (!TryGroup(call, needsGroup: true, out EntryRef entry, out StreamGroup group)) return;
        StreamConsumer consumer = group.FindConsumer(call[4]);
        if (!consumer.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        long pending = consumer.PendingCount;
        CollectionEdit edit = call.Db.Edit(ref entry);
        call.Services.Databases.Collections.Streams.Groups.RemoveConsumer(edit.Root, group, consumer);
        edit.Commit(ref entry);
        call.Services.Changes++;
        call.Notify(EventClass.Stream, "xgroup-delconsumer", call[2]);
        call.Reply.Integer(pending);
    }

    [Command("XGROUP|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Stream, since: "5.0.0",
        Summary = "Tells what the subcommands are.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call) => HelpText.Write(call.Reply, "XGROUP",
    [
        "CREATE <key> <groupname> <id|$> [option]",
        "    Make a group that begins after <id>. Options:",
        "    * MKSTREAM",
        "      Make an empty stream if there is none.",
        "    * ENTRIESREAD entries_read",
        "      Say how many entries the group has read (for internal use).",
        "CREATECONSUMER <key> <groupname> <consumer>",
        "    Make a consumer in a group.",
        "DELCONSUMER <key> <groupname> <consumer>",
        "    Remove a consumer.",
        "DESTROY <key> <groupname>",
        "    Remove a group.",
        "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
        "    Set the group's last id and how many entries it has read.",
    ]);

    [Command("XACK", arity: -4, Flags.Write | Flags.Fast, Group.Stream, since: "5.0.0",
        syntax: "key:key group id+",
        Summary = "Tells a group that entries have been dealt with: they are no longer pending.", Complexity = "O(log(N)) for each entry where N is the number of pending entries.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void Acknowledge(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.Stream)) return;
        StreamGroup group = entry.Found ? StreamGroups.Find(entry.Root, call[2]) : default;
        if (!group.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!StreamIdText.AreIds(call, 3)) return;
        CollectionEdit edit = call.Db.Edit(ref entry);
        long acknowledged = 0;
        for (int i = 3; i < call.Count; i++)
        {
            StreamIdText.TryParse(call[i], 0, out StreamId id);
            if (call.Services.Databases.Collections.Streams.Groups.Acknowledge(edit.Root, group, id)) acknowledged++;
        }

        edit.Commit(ref entry);
        call.Services.Changes += acknowledged;
        call.Reply.Integer(acknowledged);
    }

    private static bool TryOptions(in CommandContext call, bool mayMake, out bool makes, out long entriesRead)
    {
        (makes, entriesRead) = (false, StreamGroup.UnknownEntriesRead);
        for (int i = 5; i < call.Count; i++)
        {
            if (mayMake && call.Says(i, "MKSTREAM"u8)) makes = true;
            else if (i + 1 < call.Count && call.Says(i, "ENTRIESREAD"u8))
            {
                if (!call.TryLong(++i, out entriesRead)) return false;
                if (entriesRead >= StreamGroup.UnknownEntriesRead) continue;
                call.Reply.Error(ErrorReplies.NegativeEntriesRead);
                return false;
            }
            else
            {
                call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds the stream under word 2 and the group of word 3; if one is missing that must be there, replies so.</summary>
    private static bool TryGroup(in CommandContext call, bool needsGroup, out EntryRef entry, out StreamGroup group)
    {
        group = default;
        entry = call.FindForWrite(call[2]);
        if (entry.Found ? !call.Holds(entry, ObjectType.Stream) : NeedsKey(call)) return false;
        group = StreamGroups.Find(entry.Root, call[3]);
        if (group.Found || !needsGroup) return true;
        call.Reply.Error(ErrorReplies.NoGroupOfKey(ErrorReplies.UpToZero(call[3]), ErrorReplies.UpToZero(call[2])));
        return false;
    }

    private static bool NeedsKey(in CommandContext call)
    {
        call.Reply.Error(ErrorReplies.GroupNeedsKey);
        return true;
    }
}
