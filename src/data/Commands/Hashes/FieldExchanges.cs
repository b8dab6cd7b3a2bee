// HGETDEL, HGETEX and HSETEX: reading fields and taking them out, or reading or setting them together with their expiry (Redis 8.0).
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class FieldExchanges
{
    /// <summary>What was said before the fields of HSETEX.</summary>
    private struct SetOptions
    {
        public bool OnlyIfNone, OnlyIfAll, OnlyIfNoKey, OnlyIfKey, KeepsExpiry, HasTime, IsMsAbsolute;
        public long WhenMs;
        public int TimeAt;
        public int KeyConditionAt;
        public int FirstField;
    }

    [Command("HGETDEL", arity: -5, Flags.Write | Flags.Fast, Group.Hash, since: "8.0.0",
        syntax: "key:key FIELDS fields:{numfields:integer field+}",
        Summary = "Tells the values of fields and takes the fields out.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void HGetDel(ref CommandContext call)
    {
        const int FirstField = 4;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash) || !FieldArguments.TryFields(ref call, FirstField - 2, ErrorReplies.FieldCountNotPositive)) return;
        call.Reply.Array(call.Count - FirstField);
        if (!entry.Found)
        {
            ReplyNulls(ref call, FirstField);
            return;
        }

        CollectionEdit edit = HashWrites.Begin(ref call, ref entry, out HashBuilder hash);
        int removed = 0;
        for (int i = FirstField; i < call.Count; i++)
        {
            HashWrites.EndIfDue(ref call, ref hash, call[i]);
            if (!ReplyValue(ref call, hash.Value.Find(call[i]))) continue;
            hash.Remove(call[i]);
            removed++;
        }

        bool isEmpty = hash.Count == 0;
        HashWrites.Finish(ref call, ref edit, ref entry, hash);
        if (removed > 0)
        {
            call.Services.Changes += removed - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.Hash, "hdel", call[1]);
            Repeat(ref call, "HDEL"u8, FirstField);
        }

        if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
    }

    [Command("HGETEX", arity: -5, Flags.Write | Flags.Fast, Group.Hash, since: "8.0.0",
        syntax: "key:key [expiration:(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | PERSIST)] FIELDS fields:{numfields:integer field+}",
        Summary = "Tells the values of fields and changes when they expire.", Complexity = "O(N) where N is the number of specified fields")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void HGetEx(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        bool hasTime = FieldArguments.IsTime(ref call, 2, out bool seconds, out bool absolute), persists = call.Says(2, "PERSIST"u8);
        long whenMs = 0;
        if (hasTime && !FieldArguments.TryTime(ref call, 3, seconds, absolute, out whenMs)) return;
        int fieldsAt = hasTime ? 4 : persists ? 3 : 2;
        if (!FieldArguments.TryFields(ref call, fieldsAt, ErrorReplies.FieldCountNotPositive)) return;
        int first = fieldsAt + 2;
        call.Reply.Array(call.Count - first);
        if (!entry.Found)
        {
            ReplyNulls(ref call, first);
            return;
        }

        CollectionEdit edit = HashWrites.Begin(ref call, ref entry, out HashBuilder hash);
        int updates = 0, deletions = 0;
        for (int i = first; i < call.Count; i++)
        {
            HashWrites.EndIfDue(ref call, ref hash, call[i]);
            HashField field = hash.Value.Find(call[i]);
            bool expires = field.ExpiryMs != 0;
            if (!ReplyValue(ref call, field)) continue;
            if (persists && expires) hash.SetExpiry(call[i], 0);
            bool deletes = hasTime && FieldExpirations.SetOrDelete(ref call, ref hash, call[i], whenMs) == FieldExpirations.Deleted;
            deletions += deletes ? 1 : 0;
            updates += !deletes && (hasTime || (persists && expires)) ? 1 : 0;
        }

        bool isEmpty = hash.Count == 0;
        HashWrites.Finish(ref call, ref edit, ref entry, hash);
        ConcludeGet(ref call, updates, deletions, persists, isEmpty);
        if (updates == 0) call.Propagation.Nothing();
        else if (persists) Repeat(ref call, "HPERSIST"u8, fieldsAt);
        else Repeat(ref call, "HPEXPIREAT"u8, fieldsAt, whenMs);
    }

    [Command("HSETEX", arity: -6, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "8.0.0",
        syntax: "key:key [key-condition:(NX | XX)^9.0.0] [condition:(FNX | FXX)] [expiration:(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL)] FIELDS fields:{numfields:integer data:{field value}+}",
        Summary = "Gives fields of a hash values and says when they expire.", Complexity = "O(N) where N is the number of fields being set.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HSetEx(ref CommandContext call)
    {
        if (!TryOptions(ref call, out SetOptions options)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        if (!IsMet(ref call, entry, options))
        {
            call.Reply.Integer(0);
            return;
        }

        CollectionEdit edit = HashWrites.Begin(ref call, ref entry, out HashBuilder hash);
        hash.Expect(ref call, options.FirstField);
        bool isPast = options.HasTime && call.IsPast(new UnixMs(options.WhenMs));
        for (int i = options.FirstField; i < call.Count; i += 2)
        {
            HashWrites.EndIfDue(ref call, ref hash, call[i]);
            if (!isPast) hash.Set(call[i], call[i + 1], options.HasTime ? options.WhenMs : options.KeepsExpiry ? HashBuilder.KeepExpiry : 0);
            else if (hash.Remove(call[i])) HashWrites.RepeatRemoval(ref call, call[i]);
        }

        bool isEmpty = hash.Count == 0;
        HashWrites.Finish(ref call, ref edit, ref entry, hash);
        call.Services.Changes += (call.Count - options.FirstField) / 2 - 1;
        call.Changed(call[1]);
        call.Notify(EventClass.Hash, "hset", call[1]);
        if (options.HasTime) call.Notify(EventClass.Hash, isPast ? "hdel" : "hexpire", call[1]);
        if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
        if (isPast) call.Propagation.Nothing();
        else if ((options.HasTime && !options.IsMsAbsolute) || options.KeyConditionAt > 0) RepeatSet(ref call, options);
        call.Reply.Integer(1);
    }

    private static bool ReplyValue(scoped ref CommandContext call, HashField field)
    {
        if (field.Found) call.Reply.Bulk(field.Value);
        else call.Reply.Null();
        return field.Found;
    }

    private static void ReplyNulls(ref CommandContext call, int first)
    {
        for (int i = first; i < call.Count; i++) call.Reply.Null();
    }

    private static void ConcludeGet(ref CommandContext call, int updates, int deletions, bool persists, bool isEmpty)
    {
        if (updates + deletions > 0)
        {
            call.Services.Changes += updates + deletions - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.Hash, updates == 0 ? "hdel" : persists ? "hpersist" : "hexpire", call[1]);
        }

        if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
    }

    /// <summary>Says that another command is to be repeated instead: name, key, perhaps a time, and the words from <paramref name="from"/> on.</summary>
    private static void Repeat(ref CommandContext call, ReadOnlySpan<byte> name, int from, long? whenMs = null)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, (whenMs is null ? 2 : 3) + call.Count - from);
        instead.Add(name);
        instead.Add(call[1]);
        if (whenMs is { } when) instead.Add(when);
        for (int i = from; i < call.Count; i++) instead.Add(call[i]);
    }

    // With the moment for the time, and without the condition on the key, which has been met and which Redis does not know.
    private static void RepeatSet(ref CommandContext call, in SetOptions options)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, call.Count - (options.KeyConditionAt > 0 ? 1 : 0));
        for (int i = 0; i < call.Count; i++)
        {
            if (options.HasTime && i == options.TimeAt - 1) instead.Add("PXAT"u8);
            else if (options.HasTime && i == options.TimeAt) instead.Add(options.WhenMs);
            else if (i == 0 || i != options.KeyConditionAt) instead.Add(call[i]);
        }
    }

    private static bool TryOptions(ref CommandContext call, out SetOptions options)
    {
        options = default;
        for (int i = 2; i < call.Count; i++)
        {
            if (call.Says(i, "FIELDS"u8)) return TryPairs(ref call, i, ref options);
            bool isTime = FieldArguments.IsTime(ref call, i, out bool seconds, out bool absolute), keeps = call.Says(i, "KEEPTTL"u8);
            bool none = call.Says(i, "FNX"u8), all = call.Says(i, "FXX"u8);
            bool noKey = call.Says(i, "NX"u8), key = call.Says(i, "XX"u8);
            if ((isTime || keeps) && (options.HasTime || options.KeepsExpiry)) call.Reply.Error(ErrorReplies.OneExpiryOnly);
            else if ((none || all) && (options.OnlyIfNone || options.OnlyIfAll)) call.Reply.Error(ErrorReplies.OneConditionOnly);
            else if (isTime && i + 1 == call.Count) call.Reply.Error(ErrorReplies.MissingExpireTime);
            else if ((noKey || key) && options.KeyConditionAt > 0) call.Reply.Error(ErrorReplies.Syntax);
            else if (!isTime && !keeps && !none && !all && !noKey && !key) call.Reply.Error(ErrorReplies.UnknownArgument(call[i]));
            else
            {
                options.OnlyIfNone |= none;
                options.OnlyIfAll |= all;
                options.KeepsExpiry |= keeps;
                options.OnlyIfNoKey |= noKey;
                options.OnlyIfKey |= key;
                if (noKey || key) options.KeyConditionAt = i;
                if (!isTime) continue;
                options.HasTime = true;
                options.IsMsAbsolute = absolute && !seconds;
                options.TimeAt = ++i;
                if (FieldArguments.TryTime(ref call, i, seconds, absolute, out options.WhenMs)) continue;
            }

            return false;
        }

        call.Reply.Error(ErrorReplies.FieldsMissing);
        return false;
    }

    private static bool TryPairs(ref CommandContext call, int at, ref SetOptions options)
    {
        options.FirstField = at + 2;
        int words = call.Count - options.FirstField;
        if (words < 2) call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
        else if (!NumberText.TryInt64(call[at + 1], out long count) || count is < 1 or > int.MaxValue) call.Reply.Error(ErrorReplies.InvalidFieldCount);
        else if (words % 2 != 0 || count != words / 2) call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
        else return true;
        return false;
    }

    private static bool IsMet(ref CommandContext call, EntryRef entry, SetOptions options)
    {
        if ((options.OnlyIfNoKey && entry.Found) || (options.OnlyIfKey && !entry.Found)) return false;
        if (!options.OnlyIfNone && !options.OnlyIfAll) return true;
        for (int i = options.FirstField; i < call.Count; i += 2)
            if ((entry.Found && HashReads.ValueOf(ref call, entry).Find(call[i]).Found) != options.OnlyIfAll) return false;
        return true;
    }
}
