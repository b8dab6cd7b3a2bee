// HRANDFIELD: fields chosen by chance, each with the same chance. How several different ones are chosen: see RandomMembers.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class RandomFields
{
    [Command("HRANDFIELD", arity: -2, Flags.ReadOnly, Group.Hash, since: "6.2.0",
        syntax: "key:key [options:{count:integer [WITHVALUES]}]",
        Summary = "Tells fields of a hash chosen by chance.",
        Complexity = "O(N) where N is the number of fields returned.",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HRandField(ref CommandContext call)
    {
        bool withValues = call.Count == 4;
        long count = 0;
        if (call.Count > 2 && !TryCount(ref call, out count)) return;
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        if (call.Count == 2)
        {
            if (entry.Found) call.Reply.Bulk(Any(call.Services, HashReads.ValueOf(ref call, entry)).Name);
            else call.Reply.Null();
        }
        else if (!entry.Found || count == 0) call.Reply.Array(0);
        else if (count < 0) ReplyAny(ref call, HashReads.ValueOf(ref call, entry), -count, withValues);
        else ReplyDifferent(ref call, HashReads.ValueOf(ref call, entry), count, withValues);
    }

    private static bool TryCount(ref CommandContext call, out long count)
    {
        if (!RandomMembers.TryCount(ref call, 2, out count)) return false;
        bool fits = call.Count < 4 || (count >= -(long.MaxValue / 2) && count <= long.MaxValue / 2);
        if (call.Count > 4 || (call.Count == 4 && !call.Says(3, "WITHVALUES"u8))) call.Reply.Error(ErrorReplies.Syntax);
        else if (!fits) call.Reply.Error(ErrorReplies.OutOfRange);
        else return true;
        return false;
    }

    private static HashField Any(CommandServices services, HashValue hash)
    {
        Dice dice = services.Dice;
        if (hash.Encoding == ObjectEncoding.HashTable) return HashValue.Of(services.Databases.Collections.Members.Random(hash.Root, dice));
        int width = hash.Encoding == ObjectEncoding.Listpack ? 2 : 3;
        int at = Listpack.Seek(hash.Packed, dice.Below(hash.Count) * width);
        ListpackElement name = Listpack.Read(hash.Packed, at, out at);
        return new HashField(name, Listpack.Read(hash.Packed, at), 0);
    }

    private static void Begin(ref CommandContext call, long count, bool withValues) =>
        call.Reply.Array(withValues && !call.Reply.Resp3 ? count * 2 : count);

    private static void Reply(ref CommandContext call, scoped HashField field, bool withValues)
    {
        if (withValues && call.Reply.Resp3) call.Reply.Array(2);
        call.Reply.Bulk(field.Name);
        if (withValues) call.Reply.Bulk(field.Value);
    }

    private static void ReplyAny(ref CommandContext call, scoped HashValue hash, long count, bool withValues)
    {
        Begin(ref call, count, withValues);
        for (; count > 0; count--) Reply(ref call, Any(call.Services, hash), withValues);
    }

    private static void ReplyDifferent(ref CommandContext call, scoped HashValue hash, long count, bool withValues)
    {
        long left = hash.Count, wanted = Math.Min(count, left);
        Begin(ref call, wanted, withValues);
        if (wanted == 1)
        {
            Reply(ref call, Any(call.Services, hash), withValues);
            return;
        }

        if (hash.Encoding == ObjectEncoding.HashTable && !RandomMembers.IsManyOf(wanted, left))
        {
            foreach (nint block in RandomMembers.Draw(call.Services, hash.Root, wanted)) Reply(ref call, HashValue.Of(new Member(block)), withValues);
            return;
        }

        foreach (HashField field in hash)
        {
            if (!RandomMembers.IsChosen(call.Services.Dice, wanted, left--)) continue;
            Reply(ref call, field, withValues);
            if (--wanted == 0) return;
        }
    }
}
