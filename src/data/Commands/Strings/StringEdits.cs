// Commands that change a string in place or do something to its key while they tell it.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class StringEdits
{
    /// <summary>No string is longer, whatever proto-max-bulk-len says.</summary>
    internal const long LongestBytes = 512L << 20;

    [Command("APPEND", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "2.0.0",
        syntax: "key:key value",
        Summary = "Adds bytes at the end of a string, creating it if it is not there.",
        Complexity = "O(1). Growth doubles the room, so that the cost of many is spread.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void Append(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        int length;
        if (!entry.Found)
        {
            call.Db.SetString(call[1], call[2]);
            call.Created(call[1], call.Db);
            length = call[2].Length;
        }
        else
        {
            if (!call.Holds(entry, ObjectType.String) || !Fits(ref call, entry.StringLength, call[2].Length)) return;
            call.Db.Append(ref entry, call[2]);
            length = entry.StringLength;
        }

        call.Changed(call[1]);
        call.Notify(EventClass.String, "append", call[1]);
        call.Reply.Integer(length);
    }

    [Command("SETRANGE", arity: 4, Flags.Write | Flags.DenyOom, Group.String, since: "2.2.0",
        syntax: "key:key offset:integer value",
        Summary = "Writes bytes over a part of a string, creating it if it is not there.",
        Complexity = "O(1) for short values, O(M) where M is the length of the value.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void SetRange(ref CommandContext call)
    {
        if (!call.TryLong(2, out long offset)) return;
        if (offset < 0)
        {
            call.Reply.Error(ErrorReplies.OffsetOutOfRange);
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.String)) return;
        if (call[3].IsEmpty)
        {
            call.Reply.Integer(entry.Found ? entry.StringLength : 0);
            return;
        }

        if (!Fits(ref call, offset, call[3].Length)) return;
        if (!entry.Found)
        {
            entry = call.Db.SetString(call[1], default, Lifetime.Forever, StringForm.Raw);
            call.Created(call[1], call.Db);
        }

        call.Db.SetRange(ref entry, (int)offset, call[3]);
        int length = entry.StringLength;
        call.Changed(call[1]);
        call.Notify(EventClass.String, "setrange", call[1]);
        call.Reply.Integer(length);
    }

    [Command("GETDEL", arity: 2, Flags.Write | Flags.Fast, Group.String, since: "6.2.0",
        syntax: "key:key",
        Summary = "Tells the string that a key holds and removes the key.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void GetDel(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!StringReads.ReplyValue(ref call, entry) || !entry.Found) return;
        call.Db.Delete(entry);
        call.Changed(call[1]);
        call.Notify(EventClass.Generic, "del", call[1]);
        call.Propagation.InsteadRemoval(call.Db.Index, call[1]);
    }

    [Command("GETEX", arity: -2, Flags.Write | Flags.Fast, Group.String, since: "6.2.0",
        syntax: "key:key [expiration:(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)]",
        Summary = "Tells the string that a key holds and sets or removes the key's expiry.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void GetEx(ref CommandContext call)
    {
        if (!Expiration.TryRead(ref call, 2, StringOptions.OfGetEx, out Expiration expiration)) return;
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Null();
            return;
        }

        UnixMs when = default;
        if (!call.Holds(entry, ObjectType.String) || (expiration.HasTime && !expiration.TryTime(ref call, out when))) return;
        StringReads.ReplyValue(ref call, entry);
        if (expiration.HasTime) Expirations.Apply(ref call, ref entry, when, words: 3);
        else if (expiration.Has(StringOptions.Persist) && call.Db.Persist(ref entry))
        {
            call.Changed(call[1]);
            call.Notify(EventClass.Generic, "persist", call[1]);
            Propagation instead = call.Propagation;
            instead.Instead(call.Db.Index, 2);
            instead.Add("PERSIST"u8);
            instead.Add(call[1]);
        }
    }

    /// <summary>Whether a string of <paramref name="length"/> bytes may have <paramref name="more"/> after them; if not, replies so.</summary>
    internal static bool Fits(ref CommandContext call, long length, long more)
    {
        long most = Math.Min(call.Services.Options.ProtoMaxBulkBytes, LongestBytes);
        if (length <= most && length + more <= most) return true;
        call.Reply.Error(ErrorReplies.StringTooLong);
        return false;
    }
}
