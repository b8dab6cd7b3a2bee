// SET and its relatives: commands that give a key a new string, whatever it held before.
//
// A relative expiry is propagated as the moment that it came to (SET key value PXAT ms), so that a replica that
// applies it later, or a log that is read tomorrow, ends the key at the same time.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Commands;

internal static class StringWrites
{
    [Command("SET", arity: -3, Flags.Write | Flags.DenyOom | Flags.Short, Group.String, since: "1.0.0",
        syntax: "key:key value [condition:(NX | XX | IFEQ ifeq-value^8.4.0 | IFNE ifne-value^8.4.0 | IFDEQ ifdeq-digest:integer^8.4.0 | IFDNE ifdne-digest:integer^8.4.0)^2.6.12] [GET^6.2.0] [expiration:(EX seconds:integer^2.6.12 | PX milliseconds:integer^2.6.12 | EXAT unix-time-seconds:unix-time^6.2.0 | PXAT unix-time-milliseconds:unix-time^6.2.0 | KEEPTTL^6.0.0)]",
        Summary = "Stores a string under a key, creating it or replacing what it held.", Complexity = "O(1); with a comparison, O(N) where N is the length of the string that was there.",
        History = ["2.6.12|EX, PX, NX and XX.", "6.0.0|KEEPTTL.", "6.2.0|GET, EXAT and PXAT.", "7.0.0|GET goes with NX.", "8.4.0|IFEQ, IFNE, IFDEQ and IFDNE."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags)]
    internal static void Set(ref CommandContext call)
    {
        if (call.Count == 3)
        {
            Store(ref call, call[1], call[2], Lifetime.Forever);
            call.Services.Changes++;
            call.Services.KeyChanged(call.Db, call[1]);
            call.Reply.Ok();
            return;
        }

        if (Expiration.TryRead(ref call, 3, StringOptions.OfSet, out Expiration expiration)) SetWithOptions(ref call, expiration);
    }

    [Command("SETNX", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key value",
        Summary = "Stores a string under a key that does not exist.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `NX` argument")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Insert)]
    internal static void SetNx(ref CommandContext call)
    {
        if (call.FindForWrite(call[1]).Found)
        {
            call.Reply.Integer(0);
            return;
        }

        Store(ref call, call[1], call[2], Lifetime.Forever);
        call.Changed(call[1]);
        call.Reply.Integer(1);
    }

    [Command("SETEX", arity: 4, Flags.Write | Flags.DenyOom | Flags.Short, Group.String, since: "2.0.0",
        syntax: "key:key seconds:integer value",
        Summary = "Stores a string under a key that ends after so many seconds.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `EX` argument")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void SetEx(ref CommandContext call) => SetForAWhile(ref call, seconds: true);

    [Command("PSETEX", arity: 4, Flags.Write | Flags.DenyOom | Flags.Short, Group.String, since: "2.6.0",
        syntax: "key:key milliseconds:integer value",
        Summary = "Stores a string under a key that ends after so many milliseconds.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "2.6.12", ReplacedBy = "`SET` with the `PX` argument")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void PSetEx(ref CommandContext call) => SetForAWhile(ref call, seconds: false);

    [Command("GETSET", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key value",
        Summary = "Stores a string under a key and tells the one it held.", Complexity = "O(1)",
        Doc = DocFlags.Deprecated, DeprecatedSince = "6.2.0", ReplacedBy = "`SET` with the `!GET` argument")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void GetSet(ref CommandContext call)
    {
        if (!StringReads.ReplyValue(ref call, call.Find(call[1]))) return;
        Store(ref call, call[1], call[2], Lifetime.Forever);
        call.Changed(call[1]);
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, 3);
        instead.Add("SET"u8);
        instead.Add(call[1]);
        instead.Add(call[2]);
    }

    [Command("MSET", arity: -3, Flags.Write | Flags.DenyOom, Group.String, since: "1.0.1",
        syntax: "data:{key:key value}+",
        Summary = "Stores several strings under several keys at once.", Complexity = "O(N) where N is the number of keys to set.",
        Tips = "request_policy:multi_shard response_policy:all_succeeded")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update, Last = -1, Step = 2)]
    internal static void MSet(ref CommandContext call)
    {
        if (IsInPairs(ref call)) StoreAll(ref call);
        else return;
        call.Reply.Ok();
    }

    [Command("MSETNX", arity: -3, Flags.Write | Flags.DenyOom, Group.String, since: "1.0.1",
        syntax: "data:{key:key value}+",
        Summary = "Stores several strings under several keys if none of the keys exists.", Complexity = "O(N) where N is the number of keys to set.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Insert, Last = -1, Step = 2)]
    internal static void MSetNx(ref CommandContext call)
    {
        if (!IsInPairs(ref call)) return;
        for (int i = 1; i < call.Count; i += 2)
        {
            if (!call.FindForWrite(call[i]).Found) continue;
            call.Reply.Integer(0);
            return;
        }

        StoreAll(ref call);
        call.Reply.Integer(1);
    }

    [Command("MSETEX", arity: -4, Flags.Write | Flags.DenyOom, Group.String, since: "8.4.0",
        syntax: "numkeys:integer data:{key:key value}+ [condition:(NX | XX)] [expiration:(EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL)]",
        Summary = "Stores several strings under several keys at once, all with the same expiry.", Complexity = "O(N) where N is the number of keys to set.",
        Tips = "request_policy:multi_shard response_policy:all_succeeded")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update, KeyNum = 0, FirstKey = 1, Step = 2)]
    internal static void MSetEx(ref CommandContext call)
    {
        if (!call.TryLong(1, out long pairs, ErrorReplies.InvalidNumKeys)) return;
        if (pairs is < 1 or > int.MaxValue || 2 + (pairs * 2) > call.Count)
        {
            call.Reply.Error(pairs is < 1 or > int.MaxValue ? ErrorReplies.InvalidNumKeys : ErrorReplies.WrongPairs);
            return;
        }

        int end = 2 + ((int)pairs * 2);
        if (!Expiration.TryRead(ref call, end, StringOptions.OfMSetEx, out Expiration expiration)) return;
        UnixMs when = default;
        if (expiration.HasTime && !expiration.TryTime(ref call, out when)) return;
        for (int i = 2; i < end && expiration.Has(StringOptions.AnyCondition); i += 2)
        {
            if (call.FindForWrite(call[i]).Found == expiration.Has(StringOptions.Xx)) continue;
            call.Reply.Integer(0);
            return;
        }

        for (int i = 2; i < end; i += 2) StoreOne(ref call, i, expiration, when);
        call.Reply.Integer(1);
    }

    /// <summary>Stores a string, telling those who listen for "new" and "set".</summary>
    internal static void Store(ref CommandContext call, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Lifetime lifetime)
    {
        if (call.Services.NotifiedClasses == EventClass.None)
        {
            call.Db.SetString(key, value, lifetime, known: call.HashOf(key));
            return;
        }

        // Looking first lets an expired key end as expired before the new one begins.
        EntryRef entry = call.FindForWrite(key);
        if (entry.Found) call.Db.Overwrite(ref entry, value, lifetime);
        else
        {
            call.Db.SetString(key, value, lifetime);
            call.Created(key, call.Db);
        }

        call.Notify(EventClass.String, "set", key);
    }

    private static void SetWithOptions(ref CommandContext call, Expiration expiration)
    {
        UnixMs when = default;
        if (expiration.HasTime && !expiration.TryTime(ref call, out when)) return;
        bool tells = expiration.Has(StringOptions.Get);
        EntryRef entry = tells ? call.Find(call[1]) : call.FindForWrite(call[1]);
        if (tells && !StringReads.ReplyValue(ref call, entry)) return;
        if ((expiration.Has(StringOptions.Nx) && entry.Found) || (expiration.Has(StringOptions.Xx) && !entry.Found))
        {
            if (!tells) call.Reply.Null();
            return;
        }

        if (expiration.Has(StringOptions.AnyComparison))
        {
            ConditionVerdict verdict = StringConditions.Judge(call, entry, expiration.Options, expiration.ComparedIndex);
            if (verdict == ConditionVerdict.NotMet && !tells) call.Reply.Null();
            if (verdict != ConditionVerdict.Met) return;
        }

        Lifetime lifetime = expiration.HasTime ? Lifetime.Until(when)
            : expiration.Has(StringOptions.KeepTtl) ? Lifetime.Keep
            : Lifetime.Forever;
        Store(ref call, call[1], call[2], lifetime);
        call.Changed(call[1]);
        if (expiration.HasTime)
        {
            call.Notify(EventClass.Generic, "expire", call[1]);
            if (!expiration.Has(StringOptions.Milliseconds) || !expiration.Has(StringOptions.Absolute)) RepeatWithMoment(ref call, call[1], call[2], when);
        }
        else if (tells && !expiration.Has(StringOptions.AnyComparison)) RepeatWithoutGet(ref call);
        else if (expiration.Has(StringOptions.AnyComparison)) RepeatPlainly(ref call, call[1], call[2], expiration.Has(StringOptions.KeepTtl));

        if (!tells) call.Reply.Ok();
    }

    // A replica may be older than MSETEX, so each pair is repeated as a SET; the dispatcher keeps them together.
    private static void StoreOne(ref CommandContext call, int at, Expiration expiration, UnixMs when)
    {
        bool keepsTtl = expiration.Has(StringOptions.KeepTtl);
        Store(ref call, call[at], call[at + 1], expiration.HasTime ? Lifetime.Until(when) : keepsTtl ? Lifetime.Keep : Lifetime.Forever);
        call.Changed(call[at]);
        if (!expiration.HasTime)
        {
            RepeatPlainly(ref call, call[at], call[at + 1], keepsTtl);
            return;
        }

        call.Notify(EventClass.Generic, "expire", call[at]);
        RepeatWithMoment(ref call, call[at], call[at + 1], when);
    }

    private static void SetForAWhile(ref CommandContext call, bool seconds)
    {
        if (!Expiration.TryTime(ref call, 2, seconds, absolute: false, out UnixMs when)) return;
        Store(ref call, call[1], call[3], Lifetime.Until(when));
        call.Changed(call[1]);
        call.Notify(EventClass.Generic, "expire", call[1]);
        RepeatWithMoment(ref call, call[1], call[3], when);
        call.Reply.Ok();
    }

    private static void RepeatWithMoment(ref CommandContext call, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, UnixMs when)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, 5);
        instead.Add("SET"u8);
        instead.Add(key);
        instead.Add(value);
        instead.Add("PXAT"u8);
        instead.Add(when.Value);
    }

    private static void RepeatWithoutGet(ref CommandContext call)
    {
        int kept = 3;
        for (int i = 3; i < call.Count; i++)
            if (!call.Says(i, "GET"u8)) kept++;
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, kept);
        for (int i = 0; i < call.Count; i++)
            if (i < 3 || !call.Says(i, "GET"u8)) instead.Add(call[i]);
    }

    /// <summary>What a replica needs: whether to store was decided here, and a replica may be older than the condition.</summary>
    private static void RepeatPlainly(ref CommandContext call, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool keepsTtl)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, keepsTtl ? 4 : 3);
        instead.Add("SET"u8);
        instead.Add(key);
        instead.Add(value);
        if (keepsTtl) instead.Add("KEEPTTL"u8);
    }

    private static bool IsInPairs(ref CommandContext call)
    {
        if (call.Count % 2 == 1) return true;
        call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
        return false;
    }

    private static void StoreAll(ref CommandContext call)
    {
        for (int i = 1; i < call.Count; i += 2)
        {
            Store(ref call, call[i], call[i + 1], Lifetime.Forever);
            call.Changed(call[i]);
        }
    }
}
