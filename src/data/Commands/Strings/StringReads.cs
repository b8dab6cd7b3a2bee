// Commands that read strings and change nothing.
using System;
using System.Runtime.CompilerServices;
using Hexad.Keyspace;

namespace Hexad.Commands;

internal static class StringReads
{
    [Command("GET", arity: 2, Flags.ReadOnly | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells the string that a key holds.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Get(ref CommandContext call) => ReplyValue(ref call, call.Find(call[1]));

    [Command("MGET", arity: -2, Flags.ReadOnly | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Tells the strings that several keys hold.", Complexity = "O(N) where N is the number of keys to retrieve.",
        Tips = "request_policy:multi_shard")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void MGet(ref CommandContext call)
    {
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        call.Reply.Array(call.Count - 1);
        for (int i = 1; i < call.Count; i++)
        {
            EntryRef entry = call.Find(call[i]);
            if (entry.Found && entry.IsString) call.Reply.Bulk(entry.GetString(scratch));
            else call.Reply.Null();
        }
    }

    [Command("STRLEN", arity: 2, Flags.ReadOnly | Flags.Fast, Group.String, since: "2.2.0",
        syntax: "key:key",
        Summary = "Tells how many bytes a string has.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void StrLen(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found) call.Reply.Integer(0);
        else if (!entry.IsString) call.Reply.Error(ErrorReplies.WrongType);
        else call.Reply.Integer(entry.StringLength);
    }

    [Command("GETRANGE", arity: 4, Flags.ReadOnly, Group.String, since: "2.4.0",
        syntax: "key:key start:integer end:integer",
        Summary = "Tells a part of a string.", Complexity = "O(N) where N is the length of the part.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void GetRange(ref CommandContext call)
    {
        if (!call.TryLong(2, out long start) || !call.TryLong(3, out long end)) return;
        EntryRef entry = call.Find(call[1]);
        if (entry.Found && !entry.IsString)
        {
            call.Reply.Error(ErrorReplies.WrongType);
            return;
        }

        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        ReadOnlySpan<byte> text = entry.Found ? entry.GetString(scratch) : default;
        long length = text.Length;
        bool backwards = start < 0 && end < 0 && start > end;
        if (start < 0) start = Math.Max(length + start, 0);
        if (end < 0) end = Math.Max(length + end, 0);
        end = Math.Min(end, length - 1);
        if (backwards || start > end) call.Reply.Bulk(default(ReadOnlySpan<byte>));
        else call.Reply.Bulk(text[(int)start..((int)end + 1)]);
    }

    [Command("SUBSTR", arity: 4, Flags.ReadOnly, Group.String, since: "1.0.0",
        syntax: "key:key start:integer end:integer",
        Summary = "Tells a part of a string.", Complexity = "O(N) where N is the length of the part.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "2.0.0", ReplacedBy = "`GETRANGE`")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SubStr(ref CommandContext call) => GetRange(ref call);

    /// <summary>Replies with the string of an entry, null without one, or that it is no string: then it returns false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool ReplyValue(ref CommandContext call, EntryRef entry)
    {
        if (!entry.Found)
        {
            call.Reply.Null();
            return true;
        }

        if (!entry.IsString)
        {
            call.Reply.Error(ErrorReplies.WrongType);
            return false;
        }

        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        call.Reply.Bulk(entry.GetString(scratch));
        return true;
    }
}
