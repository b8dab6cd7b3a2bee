// When fields of a hash expire: HEXPIRE, HTTL, HPERSIST and their like (Redis 7.4).
//
// What is repeated elsewhere is absolute: HPEXPIREAT with the fields that were changed, and HDEL for a field whose time is past already.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class FieldExpirations
{
    /// <summary>Replies for one field.</summary>
    internal const int NoSuchField = -2, NoExpiry = -1, NotMet = 0, Done = 1, Deleted = 2;

    private enum Condition
    {
        None,
        Nx,
        Xx,
        Gt,
        Lt,
    }

    [Command("HEXPIRE", arity: -6, Flags.Write | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key seconds:integer [condition:(NX | XX | GT | LT)] FIELDS fields:{numfields:integer field+}",
        Summary = "Lets fields of a hash expire after some seconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HExpire(ref CommandContext call) => Expire(ref call, seconds: true, absolute: false);

    [Command("HPEXPIRE", arity: -6, Flags.Write | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key milliseconds:integer [condition:(NX | XX | GT | LT)] FIELDS fields:{numfields:integer field+}",
        Summary = "Lets fields of a hash expire after some milliseconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HPExpire(ref CommandContext call) => Expire(ref call, seconds: false, absolute: false);

    [Command("HEXPIREAT", arity: -6, Flags.Write | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key unix-time-seconds:unix-time [condition:(NX | XX | GT | LT)] FIELDS fields:{numfields:integer field+}",
        Summary = "Lets fields of a hash expire at a time in seconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HExpireAt(ref CommandContext call) => Expire(ref call, seconds: true, absolute: true);

    [Command("HPEXPIREAT", arity: -6, Flags.Write | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key unix-time-milliseconds:unix-time [condition:(NX | XX | GT | LT)] FIELDS fields:{numfields:integer field+}",
        Summary = "Lets fields of a hash expire at a time in milliseconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HPExpireAt(ref CommandContext call) => Expire(ref call, seconds: false, absolute: true);

    [Command("HTTL", arity: -5, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Tells how many seconds fields have left.", Complexity = "O(N) where N is the number of specified fields",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HTtl(ref CommandContext call) => Tell(ref call, call.Now.Value, seconds: true);

    [Command("HPTTL", arity: -5, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Tells how many milliseconds fields have left.", Complexity = "O(N) where N is the number of specified fields",
        Tips = "nondeterministic_output")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HPTtl(ref CommandContext call) => Tell(ref call, call.Now.Value, seconds: false);

    [Command("HEXPIRETIME", arity: -5, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Tells when fields expire, in seconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HExpireTime(ref CommandContext call) => Tell(ref call, 0, seconds: true);

    [Command("HPEXPIRETIME", arity: -5, Flags.ReadOnly | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Tells when fields expire, in milliseconds.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void HPExpireTime(ref CommandContext call) => Tell(ref call, 0, seconds: false);

    [Command("HPERSIST", arity: -5, Flags.Write | Flags.Fast, Group.Hash, since: "7.4.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Takes the expiry of fields away.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HPersist(ref CommandContext call)
    {
        const int FirstField = 4;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash) || !FieldArguments.TryFields(ref call, FirstField - 2, ErrorReplies.FieldCountNotPositive)) return;
        call.Reply.Array(call.Count - FirstField);
        if (!entry.Found)
        {
            for (int i = FirstField; i < call.Count; i++) call.Reply.Integer(NoSuchField);
            return;
        }

        CollectionEdit edit = HashWrites.Begin(ref call, ref entry, out HashBuilder hash);
        bool changed = false;
        for (int i = FirstField; i < call.Count; i++)
        {
            HashField field = hash.Value.Find(call[i]);
            bool expires = field.ExpiryMs != 0;
            call.Reply.Integer(!field.Found ? NoSuchField : expires ? Done : NoExpiry);
            changed |= expires;
            if (expires) hash.SetExpiry(call[i], 0);
        }

        HashWrites.Finish(ref call, ref edit, ref entry, hash);
        if (!changed) return;
        call.Changed(call[1]);
        call.Notify(EventClass.Hash, "hpersist", call[1]);
    }

    /// <summary>
    /// Lets a field that is there expire, or removes it, saying so, if the time is past (for a primary; a replica waits to be told).
    /// </summary>
    internal static int SetOrDelete(scoped ref CommandContext call, ref HashBuilder hash, scoped ReadOnlySpan<byte> field, long whenMs)
    {
        if (!call.IsPast(new UnixMs(whenMs)))
        {
            hash.SetExpiry(field, whenMs);
            return Done;
        }

        hash.Remove(field);
        HashWrites.RepeatRemoval(ref call, field);
        return Deleted;
    }

    private static void Expire(ref CommandContext call, bool seconds, bool absolute)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash) || !FieldArguments.TryTime(ref call, 2, seconds, absolute, out long whenMs)) return;
        Condition condition = ConditionOf(ref call);
        int fieldsAt = condition == Condition.None ? 3 : 4;
        if (!FieldArguments.TryFields(ref call, fieldsAt, ErrorReplies.NumFieldsNotPositive)) return;
        int first = fieldsAt + 2;
        call.Reply.Array(call.Count - first);
        if (!entry.Found)
        {
            for (int i = first; i < call.Count; i++) call.Reply.Integer(NoSuchField);
            return;
        }

        CollectionEdit edit = HashWrites.Begin(ref call, ref entry, out HashBuilder hash);
        var updated = new bool[call.Count];
        int updates = 0, deletions = 0;
        for (int i = first; i < call.Count; i++)
        {
            HashWrites.EndIfDue(ref call, ref hash, call[i]);
            int result = ExpireOne(ref call, ref hash, call[i], condition, whenMs);
            call.Reply.Integer(result);
            updated[i] = result == Done;
            updates += result == Done ? 1 : 0;
            deletions += result == Deleted ? 1 : 0;
        }

        bool isEmpty = hash.Count == 0;
        HashWrites.Finish(ref call, ref edit, ref entry, hash);
        Conclude(ref call, updates, deletions, isEmpty);
        if (updates > 0) RepeatExpiry(ref call, condition, whenMs, first, updated, updates);
        else call.Propagation.Nothing();
    }

    private static void Conclude(ref CommandContext call, int updates, int deletions, bool isEmpty)
    {
        if (updates + deletions > 0)
        {
            call.Services.Changes += updates + deletions - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.Hash, deletions > 0 ? "hdel" : "hexpire", call[1]);
        }

        if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
    }

    private static Condition ConditionOf(ref CommandContext call)
    {
        if (call.Says(3, "NX"u8)) return Condition.Nx;
        if (call.Says(3, "XX"u8)) return Condition.Xx;
        if (call.Says(3, "GT"u8)) return Condition.Gt;
        return call.Says(3, "LT"u8) ? Condition.Lt : Condition.None;
    }

    // As Redis: a field that never expires counts as one that expires later than any other for LT, but GT never changes it.
    private static int ExpireOne(scoped ref CommandContext call, ref HashBuilder hash, scoped ReadOnlySpan<byte> name, Condition condition, long whenMs)
    {
        HashField field = hash.Value.Find(name);
        if (!field.Found) return NoSuchField;
        long beforeMs = field.ExpiryMs;
        bool met = condition switch
        {
            Condition.Nx => beforeMs == 0,
            Condition.Xx => beforeMs != 0,
            Condition.Gt => beforeMs != 0 && beforeMs < whenMs,
            Condition.Lt => beforeMs == 0 || beforeMs > whenMs,
            _ => true,
        };
        return met ? SetOrDelete(ref call, ref hash, name, whenMs) : NotMet;
    }

    private static void RepeatExpiry(ref CommandContext call, Condition condition, long whenMs, int first, bool[] updated, int updates)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, (condition == Condition.None ? 5 : 6) + updates);
        instead.Add("HPEXPIREAT"u8);
        instead.Add(call[1]);
        instead.Add(whenMs);
        if (condition != Condition.None) instead.Add(call[3]);
        instead.Add("FIELDS"u8);
        instead.Add(updates);
        for (int i = first; i < call.Count; i++)
            if (updated[i]) instead.Add(call[i]);
    }

    private static void Tell(ref CommandContext call, long fromMs, bool seconds)
    {
        const int FirstField = 4;
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Hash) || !FieldArguments.TryFields(ref call, FirstField - 2, ErrorReplies.FieldCountNotPositive)) return;
        call.Reply.Array(call.Count - FirstField);
        for (int i = FirstField; i < call.Count; i++)
        {
            HashField field = entry.Found ? HashReads.ValueOf(ref call, entry).Find(call[i]) : default;
            if (!field.Found) call.Reply.Integer(NoSuchField);
            else if (field.ExpiryMs == 0) call.Reply.Integer(NoExpiry);
            else call.Reply.Integer(seconds ? (field.ExpiryMs + 999 - fromMs) / 1000 : field.ExpiryMs - fromMs);
        }
    }
}
