// Commands that read hashes and change nothing.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class HashReads
{
    [Flags]
    private enum Parts
    {
        Names = 1,
        Values = 2,
        Both = Names | Values,
    }

    [Command("HGET", arity: 3, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field",
        Summary = "Tells the value of a field.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HGet(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (call.Holds(entry, ObjectType.Hash)) ReplyValue(ref call, entry, call[2]);
    }

    [Command("HMGET", arity: -3, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field+",
        Summary = "Tells the values of several fields.", Complexity = "O(N) where N is the number of fields being requested.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HMGet(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++) ReplyValue(ref call, entry, call[i]);
    }

    [Command("HLEN", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key",
        Summary = "Tells how many fields a hash has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void HLen(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (call.Holds(entry, ObjectType.Hash)) call.Reply.Integer(entry.Found ? ValueOf(ref call, entry).Count : 0);
    }

    [Command("HSTRLEN", arity: 3, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "3.2.0",
        syntax: "key:key field",
        Summary = "Tells how long the value of a field is.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void HStrLen(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        HashField field = entry.Found ? ValueOf(ref call, entry).Find(call[2]) : default;
        call.Reply.Integer(field.Found ? field.Value.Length : 0);
    }

    [Command("HEXISTS", arity: 3, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field",
        Summary = "Tells whether a hash has a field.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void HExists(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (call.Holds(entry, ObjectType.Hash)) call.Reply.Integer(entry.Found && ValueOf(ref call, entry).Find(call[2]).Found ? 1 : 0);
    }

    [Command("HKEYS", arity: 2, Flags.ReadOnly, Group.Hash, since: "2.0.0",
        syntax: "key:key",
        Summary = "Tells the names of all fields.", Complexity = "O(N) where N is the size of the hash.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HKeys(ref CommandContext call) => ReplyAll(ref call, Parts.Names);

    [Command("HVALS", arity: 2, Flags.ReadOnly, Group.Hash, since: "2.0.0",
        syntax: "key:key",
        Summary = "Tells the values of all fields.", Complexity = "O(N) where N is the size of the hash.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HVals(ref CommandContext call) => ReplyAll(ref call, Parts.Values);

    [Command("HGETALL", arity: 2, Flags.ReadOnly, Group.Hash, since: "2.0.0",
        syntax: "key:key",
        Summary = "Tells all fields with their values.", Complexity = "O(N) where N is the size of the hash.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HGetAll(ref CommandContext call) => ReplyAll(ref call, Parts.Both);

    [Command("HSCAN", arity: -3, Flags.ReadOnly, Group.Hash, since: "2.8.0",
        syntax: "key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]",
        Summary = "Goes over the fields of a hash, a few at a call.",
        Complexity = "O(1) for a call, O(N) for a whole round over N fields.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HScan(ref CommandContext call)
    {
        if (!ScanArguments.TryCursor(ref call, 2, out ScanArguments scan)) return;
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found || !call.Holds(entry, ObjectType.Hash))
        {
            if (!entry.Found) ScanArguments.ReplyNothing(call.Reply);
            return;
        }

        if (!ScanArguments.TryOptions(ref call, 3, ref scan, "NOVALUES"u8)) return;
        if (entry.IsCollection) ScanTable(ref call, ValueOf(ref call, entry), scan);
        else ScanPacked(ref call, ValueOf(ref call, entry), scan);
    }

    /// <summary>The hash of an entry, to be read.</summary>
    internal static HashValue ValueOf(scoped ref CommandContext call, EntryRef entry) => new(entry, call.Services.Databases);

    private static void ReplyValue(ref CommandContext call, EntryRef entry, scoped ReadOnlySpan<byte> name)
    {
        HashField field = entry.Found ? ValueOf(ref call, entry).Find(name) : default;
        if (field.Found) call.Reply.Bulk(field.Value);
        else call.Reply.Null();
    }

    private static void ReplyAll(ref CommandContext call, Parts parts)
    {
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        bool both = parts == Parts.Both;
        if (!entry.Found)
        {
            if (both) call.Reply.Map(0);
            else call.Reply.Array(0);
            return;
        }

        HashValue hash = ValueOf(ref call, entry);
        bool mayExpire = hash.MayExpire;
        if (mayExpire) call.Reply.BeginCounted();
        else if (both) call.Reply.Map(hash.Count);
        else call.Reply.Array(hash.Count);
        long count = 0;
        foreach (HashField field in hash)
        {
            if (mayExpire && hash.IsGone(field.ExpiryMs)) continue;
            count++;
            if ((parts & Parts.Names) != 0) call.Reply.Bulk(field.Name);
            if ((parts & Parts.Values) != 0) call.Reply.Bulk(field.Value);
        }

        if (!mayExpire) return;
        if (both) call.Reply.EndCountedMap(count);
        else call.Reply.EndCountedArray(count);
    }

    private static void ScanPacked(ref CommandContext call, scoped HashValue hash, scoped ScanArguments scan)
    {
        ScanArguments.BeginReply(call.Reply, 0);
        call.Reply.BeginCounted();
        int count = 0;
        foreach (HashField field in hash) count += ReplyScanned(ref call, hash, field, scan);
        call.Reply.EndCountedArray(count);
    }

    private static void ScanTable(ref CommandContext call, scoped HashValue hash, scoped ScanArguments scan)
    {
        MemberTables members = call.Services.Databases.Collections.Members;
        ScannedMembers scanned = call.Services.ScannedMembers;
        ulong cursor = scan.Cursor;
        long steps = scan.Steps;
        scanned.Clear();
        do cursor = members.Scan(hash.Root, cursor, ref scanned.Visitor);
        while (cursor != 0 && steps-- > 0 && scanned.Count < scan.Count);
        ScanArguments.BeginReply(call.Reply, cursor);
        call.Reply.BeginCounted();
        int count = 0;
        foreach (Member member in scanned.All) count += ReplyScanned(ref call, hash, HashValue.Of(member), scan);
        call.Reply.EndCountedArray(count);
    }

    /// <summary>Tells a field that was come upon, if it is to be told; returns how many elements that were.</summary>
    private static int ReplyScanned(ref CommandContext call, scoped HashValue hash, scoped HashField field, scoped ScanArguments scan)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ReadOnlySpan<byte> name = field.Name.WriteText(scratch);
        if (hash.IsGone(field.ExpiryMs) || !scan.Matches(name)) return 0;
        call.Reply.Bulk(name);
        if (scan.NamesOnly) return 1;
        call.Reply.Bulk(field.Value);
        return 2;
    }
}
