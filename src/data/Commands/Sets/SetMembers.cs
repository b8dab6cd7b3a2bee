// Commands that put members into a set, take them out, ask for them and list them.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class SetMembers
{
    [Command("SADD", arity: -3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "key:key member+",
        Summary = "Puts members into a set, creating it if it is not there.",
        Complexity = "O(1) for each member, so O(N) for N of them.",
        History = ["2.4.0|Accepts multiple `member` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void SAdd(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        int members = call.Count - 2, added = 0;
        CollectionEdit edit = entry.Found ? call.Db.Edit(ref entry) : call.Db.Build(ObjectType.Set);
        SetBuilder set = entry.Found ? new SetBuilder(call.Services, edit) : new SetBuilder(call.Services, call[2], members);
        if (entry.Found) set.Expect(members);
        for (int i = 2; i < call.Count; i++) added += set.Add(call[i]) ? 1 : 0;
        Finish(ref call, ref edit, ref entry, set, call[1]);
        call.Services.Changes += added - Math.Min(added, 1);
        if (added > 0)
        {
            call.Changed(call[1]);
            call.Notify(EventClass.Set, "sadd", call[1]);
        }

        call.Reply.Integer(added);
    }

    [Command("SREM", arity: -3, Flags.Write | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "key:key member+",
        Summary = "Takes members out of a set; one that becomes empty goes away.",
        Complexity = "O(N) where N is the number of members to be removed.",
        History = ["2.4.0|Accepts multiple `member` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void SRem(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found || !call.Holds(entry, ObjectType.Set))
        {
            if (!entry.Found) call.Reply.Integer(0);
            return;
        }

        CollectionEdit edit = call.Db.Edit(ref entry);
        var set = new SetBuilder(call.Services, edit);
        int removed = 0;
        for (int i = 2; i < call.Count && set.Count > 0; i++) removed += set.Remove(call[i]) ? 1 : 0;
        bool isEmpty = set.Count == 0;
        Finish(ref call, ref edit, ref entry, set, call[1]);
        if (isEmpty) call.Db.Delete(entry);
        if (removed > 0)
        {
            call.Services.Changes += removed - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.Set, "srem", call[1]);
            if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
        }

        call.Reply.Integer(removed);
    }

    [Command("SMOVE", arity: 4, Flags.Write | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "source:key destination:key member",
        Summary = "Takes a member out of one set and puts it into another.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void SMove(ref CommandContext call)
    {
        if (!call.FindForWrite(call[1]).Found)
        {
            call.Reply.Integer(0);
            return;
        }

        EntryRef target = call.FindForWrite(call[2]);
        EntryRef source = call.FindForWrite(call[1]); // Again, since the target may just have expired.
        if (!call.Holds(source, ObjectType.Set) || !call.Holds(target, ObjectType.Set)) return;
        bool isMember = ValueOf(ref call, source).Contains(call[3]);
        if (!isMember || call[1].SequenceEqual(call[2]))
        {
            call.Reply.Integer(isMember ? 1 : 0);
            return;
        }

        Take(ref call, source);
        call.Changed(call[1]);
        target = call.FindForWrite(call[2]);
        CollectionEdit edit = target.Found ? call.Db.Edit(ref target) : call.Db.Build(ObjectType.Set);
        SetBuilder set = target.Found ? new SetBuilder(call.Services, edit) : new SetBuilder(call.Services, call[3], 1);
        bool added = set.Add(call[3]);
        Finish(ref call, ref edit, ref target, set, call[2]);
        if (added)
        {
            call.Changed(call[2]);
            call.Notify(EventClass.Set, "sadd", call[2]);
        }

        call.Reply.Integer(1);
    }

    [Command("SISMEMBER", arity: 3, Flags.ReadOnly | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "key:key member",
        Summary = "Tells whether something is a member of a set.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void SIsMember(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        call.Reply.Integer(entry.Found && ValueOf(ref call, entry).Contains(call[2]) ? 1 : 0);
    }

    [Command("SMISMEMBER", arity: -3, Flags.ReadOnly | Flags.Fast, Group.Set, since: "6.2.0",
        syntax: "key:key member+",
        Summary = "Tells of several things whether they are members of a set.",
        Complexity = "O(N) where N is the number of things asked for.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SMIsMember(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++) call.Reply.Integer(entry.Found && ValueOf(ref call, entry).Contains(call[i]) ? 1 : 0);
    }

    [Command("SCARD", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells how many members a set has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void SCard(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (call.Holds(entry, ObjectType.Set)) call.Reply.Integer(entry.Found ? ValueOf(ref call, entry).Count : 0);
    }

    [Command("SMEMBERS", arity: 2, Flags.ReadOnly, Group.Set, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells all members of a set.", Complexity = "O(N) where N is the number of members.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SMembers(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        if (entry.Found) ReplyAll(call.Reply, ValueOf(ref call, entry));
        else call.Reply.Set(0);
    }

    [Command("SSCAN", arity: -3, Flags.ReadOnly, Group.Set, since: "2.8.0",
        syntax: "key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
        Summary = "Goes over the members of a set, a few at a call.",
        Complexity = "O(1) for a call, O(N) for a whole round over N members.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SScan(ref CommandContext call)
    {
        if (!ScanArguments.TryCursor(ref call, 2, out ScanArguments scan)) return;
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found || !call.Holds(entry, ObjectType.Set))
        {
            if (!entry.Found) ScanArguments.ReplyNothing(call.Reply);
            return;
        }

        if (!ScanArguments.TryOptions(ref call, 3, ref scan)) return;
        if (entry.IsCollection) ScanTable(ref call, entry.Root, scan);
        else ScanPacked(ref call, ValueOf(ref call, entry), scan);
    }

    /// <summary>The set of an entry, to be read.</summary>
    internal static SetValue ValueOf(scoped ref CommandContext call, EntryRef entry) => new(entry, call.Services.Databases.Collections.Members);

    /// <summary>Replies with all members.</summary>
    internal static void ReplyAll(ReplyWriter reply, SetValue set)
    {
        reply.Set(set.Count);
        foreach (ListpackElement member in set) reply.Bulk(member);
    }

    /// <summary>Ends an edit: a set that was there is kept, a new one stored under its key.</summary>
    internal static void Finish(scoped ref CommandContext call, scoped ref CollectionEdit edit, ref EntryRef entry, SetBuilder set, scoped ReadOnlySpan<byte> key)
    {
        set.Into(ref edit);
        if (entry.Found)
        {
            edit.Commit(ref entry);
            return;
        }

        edit.Store(key);
        call.Created(key, call.Db);
    }

    /// <summary>Takes the member of a SMOVE out of its set.</summary>
    private static void Take(ref CommandContext call, EntryRef source)
    {
        CollectionEdit edit = call.Db.Edit(ref source);
        var set = new SetBuilder(call.Services, edit);
        set.Remove(call[3]);
        bool isEmpty = set.Count == 0;
        Finish(ref call, ref edit, ref source, set, call[1]);
        call.Notify(EventClass.Set, "srem", call[1]);
        if (!isEmpty) return;
        call.Db.Delete(source);
        call.Notify(EventClass.Generic, "del", call[1]);
    }

    private static void ScanPacked(ref CommandContext call, scoped SetValue set, scoped ScanArguments scan)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ScanArguments.BeginReply(call.Reply, 0);
        call.Reply.BeginCounted();
        int count = 0;
        foreach (ListpackElement member in set)
        {
            ReadOnlySpan<byte> text = member.WriteText(scratch);
            if (!scan.Matches(text)) continue;
            call.Reply.Bulk(text);
            count++;
        }

        call.Reply.EndCountedArray(count);
    }

    private static void ScanTable(ref CommandContext call, nint root, scoped ScanArguments scan)
    {
        MemberTables members = call.Services.Databases.Collections.Members;
        ScannedMembers scanned = call.Services.ScannedMembers;
        ulong cursor = scan.Cursor;
        long steps = scan.Steps;
        scanned.Clear();
        do cursor = members.Scan(root, cursor, ref scanned.Visitor);
        while (cursor != 0 && steps-- > 0 && scanned.Count < scan.Count);
        ScanArguments.BeginReply(call.Reply, cursor);
        call.Reply.BeginCounted();
        int count = 0;
        foreach (Member member in scanned.All)
        {
            if (!scan.Matches(member.Name)) continue;
            call.Reply.Bulk(member.Name);
            count++;
        }

        call.Reply.EndCountedArray(count);
    }
}
