// What becomes of groups' references to entries that are deleted, and XDELEX and XACKDEL, which ask for it by name.
//
//   KEEPREF   the entry goes, and stays pending where it is pending      (as XDEL and XTRIM always did)
//   DELREF    the entry goes, and is pending nowhere any more
//   ACKED     the entry goes only if no group still wants it: every group was given it, and nobody has it pending
//
// Replicas are told what it came to in words that are older than these: XDEL, XTRIM and XACK. See Repeat….
using System;
using System.Collections.Generic;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What becomes of references to an entry that is deleted.</summary>
internal enum StreamReferencePolicy : byte
{
    NotSaid,
    Keep,
    Delete,
    Acknowledged,
}

internal static class StreamReferences
{
    private const long Gone = 1, Stays = 2, NoSuchId = -1;

    /// <summary>The words behind the key, or the key and the group: a policy and ids.</summary>
    private ref struct Plan
    {
        public StreamReferencePolicy Policy;
        public int IdsAt;
        public int IdCount;
    }

    [Command("XDELEX", arity: -5, Flags.Write | Flags.Fast, Group.Stream, since: "8.2.0",
        syntax: "key:key [condition:(KEEPREF | DELREF | ACKED)] IDS ids:{numids:integer id+}",
        Summary = "Deletes entries of a stream, minding the groups that refer to them.", Complexity = "O(G*log(N)) for each entry where G is the number of groups and N the number of pending entries.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void Delete(ref CommandContext call)
    {
        if (!TryPlan(call, 2, out Plan plan)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.Stream)) return;
        call.Reply.Array(plan.IdCount);
        if (!entry.Found)
        {
            for (int i = 0; i < plan.IdCount; i++) call.Reply.Integer(NoSuchId);
            return;
        }

        call.Propagation.Nothing();
        CollectionEdit edit = call.Db.Edit(ref entry);
        var deletion = new StreamDeletion(call, edit.Root);
        List<StreamId> dropped = call.Services.ClaimedIds;
        dropped.Clear();
        for (int i = 0; i < plan.IdCount; i++)
        {
            StreamIdText.TryParse(call[plan.IdsAt + i], 0, out StreamId id);
            dropped.Add(id);
            // As Redis: what no group was ever made for has been acknowledged by none.
            bool isWanted = plan.Policy == StreamReferencePolicy.Acknowledged && (!StreamGroups.HadAny(edit.Root) || IsWanted(edit.Root, id));
            call.Reply.Integer(isWanted ? Stays : deletion.Delete(id) ? Gone : NoSuchId);
        }

        long references = plan.Policy == StreamReferencePolicy.Delete ? Drop(call, edit.Root, dropped) : 0;
        deletion.End();
        edit.Commit(ref entry);
        call.Services.Changes += references;
        deletion.Tell();
    }

    [Command("XACKDEL", arity: -6, Flags.Write | Flags.Fast, Group.Stream, since: "8.2.0",
        syntax: "key:key group [condition:(KEEPREF | DELREF | ACKED)] IDS ids:{numids:integer id+}",
        Summary = "Tells a group that entries have been dealt with, and deletes them, minding the other groups.", Complexity = "O(G*log(N)) for each entry where G is the number of groups and N the number of pending entries.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update | KeyFlags.Delete)]
    internal static void AcknowledgeAndDelete(ref CommandContext call)
    {
        if (!TryPlan(call, 3, out Plan plan)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.Stream)) return;
        call.Reply.Array(plan.IdCount);
        StreamGroup group = entry.Found ? StreamGroups.Find(entry.Root, call[2]) : default;
        if (!group.Found)
        {
            for (int i = 0; i < plan.IdCount; i++) call.Reply.Integer(NoSuchId);
            return;
        }

        call.Propagation.Nothing();
        CollectionEdit edit = call.Db.Edit(ref entry);
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        var deletion = new StreamDeletion(call, edit.Root);
        List<StreamId> acknowledged = call.Services.ClaimedIds;
        acknowledged.Clear();
        for (int i = 0; i < plan.IdCount; i++)
        {
            StreamIdText.TryParse(call[plan.IdsAt + i], 0, out StreamId id);
            if (!groups.Acknowledge(edit.Root, group, id))
            {
                call.Reply.Integer(NoSuchId);
                continue;
            }

            acknowledged.Add(id);
            bool isWanted = plan.Policy == StreamReferencePolicy.Acknowledged && IsWanted(edit.Root, id);
            if (!isWanted) deletion.Delete(id);
            call.Reply.Integer(isWanted ? Stays : Gone);
        }

        call.Services.Changes += acknowledged.Count;
        RepeatAcknowledgement(call, call[1], group, acknowledged);
        if (plan.Policy == StreamReferencePolicy.Delete) call.Services.Changes += Drop(call, edit.Root, acknowledged);
        deletion.End();
        edit.Commit(ref entry);
        deletion.Tell();
    }

    /// <summary>Which policy the word at <paramref name="index"/> names, if it names one.</summary>
    internal static StreamReferencePolicy PolicyOf(in CommandContext call, int index)
    {
        if (call.Says(index, "KEEPREF"u8)) return StreamReferencePolicy.Keep;
        if (call.Says(index, "DELREF"u8)) return StreamReferencePolicy.Delete;
        return call.Says(index, "ACKED"u8) ? StreamReferencePolicy.Acknowledged : StreamReferencePolicy.NotSaid;
    }

    /// <summary>Whether some group has an entry still to be given to it, or to be acknowledged.</summary>
    internal static bool IsWanted(nint root, StreamId id)
    {
        for (int i = 0; i < StreamGroups.CountOf(root); i++)
        {
            StreamGroup group = StreamGroups.At(root, i);
            if (id > group.LastId || group.TryFindPending(id, out _)) return true;
        }

        return false;
    }

    /// <summary>Lets entries be pending nowhere any more, and repeats it; returns how many references went.</summary>
    internal static long Drop(in CommandContext call, nint root, List<StreamId> ids)
    {
        StreamGroups groups = call.Services.Databases.Collections.Streams.Groups;
        long dropped = 0;
        var ofGroup = new List<StreamId>();
        for (int i = 0; i < StreamGroups.CountOf(root); i++)
        {
            StreamGroup group = StreamGroups.At(root, i);
            ofGroup.Clear();
            foreach (StreamId id in ids)
                if (groups.Acknowledge(root, group, id)) ofGroup.Add(id);
            RepeatAcknowledgement(call, call[1], group, ofGroup);
            dropped += ofGroup.Count;
        }

        return dropped;
    }

    private static bool TryPlan(in CommandContext call, int from, out Plan plan)
    {
        plan = default;
        for (int i = from; i < call.Count;)
        {
            StreamReferencePolicy policy = PolicyOf(call, i);
            if (policy != StreamReferencePolicy.NotSaid && plan.Policy == StreamReferencePolicy.NotSaid)
            {
                plan.Policy = policy;
                i++;
            }
            else if (call.Says(i, "IDS"u8) && i + 1 < call.Count)
            {
                if (!call.TryLong(i + 1, out long count, ErrorReplies.IdCountNotPositive)) return false;
                if (count < 1) return Refuse(call, ErrorReplies.IdCountNotPositive);
                if (count > call.Count - i - 2) return Refuse(call, ErrorReplies.IdCountMismatch);
                (plan.IdsAt, plan.IdCount) = (i + 2, (int)count);
                i = plan.IdsAt + plan.IdCount;
            }
            else return Refuse(call, ErrorReplies.Syntax);
        }

        if (plan.IdCount == 0) return Refuse(call, ErrorReplies.Syntax);
        for (int i = 0; i < plan.IdCount; i++)
            if (!StreamIdText.TryId(call, plan.IdsAt + i, out _)) return false;
        return true;
    }

    private static void RepeatAcknowledgement(in CommandContext call, ReadOnlySpan<byte> key, StreamGroup group, List<StreamId> ids)
    {
        if (ids.Count == 0) return;
        Propagation also = call.Propagation;
        also.Also(call.Db.Index, ids.Count + 3);
        also.Add("XACK"u8);
        also.Add(key);
        also.Add(group.Name);
        Span<byte> text = stackalloc byte[StreamId.LongestBytes];
        foreach (StreamId id in ids) also.Add(id.Format(text));
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }
}
