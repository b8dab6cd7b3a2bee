// When keys end: the EXPIRE family sets it, the TTL family tells it, PERSIST takes it away.
//
// Whatever way a time was said, replicas and the log get the moment in milliseconds (PEXPIREAT). A moment that is
// past removes the key at once, and then a removal is what is repeated.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Commands;

internal static class Expirations
{
    [Flags]
    private enum Conditions : byte
    {
        None = 0,
        Nx = 1,
        Xx = 2,
        Gt = 4,
        Lt = 8,
    }

    [Command("EXPIRE", arity: -3, Flags.Write | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key seconds:integer [condition:(NX | XX | GT | LT)^7.0.0]",
        Summary = "Makes a key end after so many seconds.", Complexity = "O(1)",
        History = ["7.0.0|Added options: `NX`, `XX`, `GT` and `LT`."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void Expire(ref CommandContext call) => Set(ref call, seconds: true, absolute: false);

    [Command("PEXPIRE", arity: -3, Flags.Write | Flags.Fast, Group.Generic, since: "2.6.0",
        syntax: "key:key milliseconds:integer [condition:(NX | XX | GT | LT)^7.0.0]",
        Summary = "Makes a key end after so many milliseconds.", Complexity = "O(1)",
        History = ["7.0.0|Added options: `NX`, `XX`, `GT` and `LT`."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void PExpire(ref CommandContext call) => Set(ref call, seconds: false, absolute: false);

    [Command("EXPIREAT", arity: -3, Flags.Write | Flags.Fast, Group.Generic, since: "1.2.0",
        syntax: "key:key unix-time-seconds:unix-time [condition:(NX | XX | GT | LT)^7.0.0]",
        Summary = "Makes a key end at a time given in seconds since 1970.", Complexity = "O(1)",
        History = ["7.0.0|Added options: `NX`, `XX`, `GT` and `LT`."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void ExpireAt(ref CommandContext call) => Set(ref call, seconds: true, absolute: true);

    [Command("PEXPIREAT", arity: -3, Flags.Write | Flags.Fast, Group.Generic, since: "2.6.0",
        syntax: "key:key unix-time-milliseconds:unix-time [condition:(NX | XX | GT | LT)^7.0.0]",
        Summary = "Makes a key end at a time given in milliseconds since 1970.", Complexity = "O(1)",
        History = ["7.0.0|Added options: `NX`, `XX`, `GT` and `LT`."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void PExpireAt(ref CommandContext call) => Set(ref call, seconds: false, absolute: true);

    [Command("TTL", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells how many seconds a key has left.", Complexity = "O(1)",
        Tips = "nondeterministic_output", History = ["2.8.0|Added the -2 reply."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Ttl(ref CommandContext call) => Tell(ref call, seconds: true, absolute: false);

    [Command("PTTL", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "2.6.0",
        syntax: "key:key",
        Summary = "Tells how many milliseconds a key has left.", Complexity = "O(1)",
        Tips = "nondeterministic_output", History = ["2.8.0|Added the -2 reply."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void PTtl(ref CommandContext call) => Tell(ref call, seconds: false, absolute: false);

    [Command("EXPIRETIME", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "7.0.0",
        syntax: "key:key",
        Summary = "Tells when a key ends, in seconds since 1970.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void ExpireTime(ref CommandContext call) => Tell(ref call, seconds: true, absolute: true);

    [Command("PEXPIRETIME", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "7.0.0",
        syntax: "key:key",
        Summary = "Tells when a key ends, in milliseconds since 1970.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void PExpireTime(ref CommandContext call) => Tell(ref call, seconds: false, absolute: true);

    [Command("PERSIST", arity: 2, Flags.Write | Flags.Fast, Group.Generic, since: "2.2.0",
        syntax: "key:key",
        Summary = "Takes a key's expiry away.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void Persist(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found || !call.Db.Persist(ref entry))
        {
            call.Reply.Integer(0);
            return;
        }

        call.Changed(call[1]);
        call.Notify(EventClass.Generic, "persist", call[1]);
        call.Reply.Integer(1);
    }

    /// <summary>
    /// Makes the key of the call (word 1) end at <paramref name="when"/>: it is removed if that is past. Says what to
    /// repeat: a PEXPIREAT of <paramref name="words"/> words, those from word 3 on taken from the call.
    /// </summary>
    internal static void Apply(ref CommandContext call, ref EntryRef entry, UnixMs when, int words)
    {
        Propagation instead = call.Propagation;
        if (call.IsPast(when))
        {
            bool later = call.Services.Options.LazyExpire;
            call.Db.Delete(entry, later ? FreeMode.Later : FreeMode.Now);
            call.Changed(call[1]);
            call.Notify(EventClass.Generic, "del", call[1]);
            instead.InsteadRemoval(call.Db.Index, call[1], unlink: later);
            return;
        }

        call.Db.SetExpiry(ref entry, when);
        call.Changed(call[1]);
        call.Notify(EventClass.Generic, "expire", call[1]);
        instead.Instead(call.Db.Index, words);
        instead.Add("PEXPIREAT"u8);
        instead.Add(call[1]);
        instead.Add(when.Value);
        for (int i = 3; i < words; i++) instead.Add(call[i]);
    }

    private static void Set(ref CommandContext call, bool seconds, bool absolute)
    {
        if (!TryConditions(ref call, out Conditions conditions) || !call.TryLong(2, out long time)) return;
        long from = absolute ? 0 : call.Now.Value;
        if ((seconds && time is > long.MaxValue / 1000 or < long.MinValue / 1000) || (seconds ? time * 1000 : time) > long.MaxValue - from)
        {
            call.Reply.Error(ErrorReplies.InvalidExpire(call.Row.FullName));
            return;
        }

        var when = new UnixMs((seconds ? time * 1000 : time) + from);
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found || !Holds(conditions, entry, when))
        {
            call.Reply.Integer(0);
            return;
        }

        Apply(ref call, ref entry, when, call.Count);
        call.Reply.Integer(1);
    }

    private static bool Holds(Conditions conditions, EntryRef entry, UnixMs when)
    {
        bool expires = entry.TryGetExpiry(out UnixMs expiry);
        if ((conditions & Conditions.Nx) != 0 && expires) return false;
        if ((conditions & Conditions.Xx) != 0 && !expires) return false;
        if ((conditions & Conditions.Gt) != 0 && (!expires || when <= expiry)) return false;
        return (conditions & Conditions.Lt) == 0 || !expires || when < expiry;
    }

    private static bool TryConditions(ref CommandContext call, out Conditions conditions)
    {
        conditions = Conditions.None;
        for (int i = 3; i < call.Count; i++)
        {
            if (call.Says(i, "NX"u8)) conditions |= Conditions.Nx;
            else if (call.Says(i, "XX"u8)) conditions |= Conditions.Xx;
            else if (call.Says(i, "GT"u8)) conditions |= Conditions.Gt;
            else if (call.Says(i, "LT"u8)) conditions |= Conditions.Lt;
            else
            {
                call.Reply.Error(ErrorReplies.UnsupportedOption(call[i]));
                return false;
            }
        }

        if ((conditions & Conditions.Nx) != 0 && conditions != Conditions.Nx)
        {
            call.Reply.Error(ErrorReplies.ExpireConditions);
            return false;
        }

        if ((conditions & (Conditions.Gt | Conditions.Lt)) != (Conditions.Gt | Conditions.Lt)) return true;
        call.Reply.Error(ErrorReplies.ExpireGreaterAndLess);
        return false;
    }

    private static void Tell(ref CommandContext call, bool seconds, bool absolute)
    {
        EntryRef entry = call.Peek(call[1]);
        if (!entry.Found) call.Reply.Integer(-2);
        else if (!entry.TryGetExpiry(out UnixMs expiry)) call.Reply.Integer(-1);
        else
        {
            long time = absolute ? expiry.Value : Math.Max(expiry.Value - call.Now.Value, 0);
            call.Reply.Integer(seconds ? (time + 500) / 1000 : time);
        }
    }
}
