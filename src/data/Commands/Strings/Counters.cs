// Strings that are numbers.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class Counters
{
    [Command("INCR", arity: 2, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key",
        Summary = "Adds one to the integer that a key holds; a missing key counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void Incr(ref CommandContext call) => Add(ref call, 1);

    [Command("DECR", arity: 2, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key",
        Summary = "Takes one off the integer that a key holds; a missing key counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void Decr(ref CommandContext call) => Add(ref call, -1);

    [Command("INCRBY", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key increment:integer",
        Summary = "Adds a number to the integer that a key holds; a missing key counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void IncrBy(ref CommandContext call)
    {
        if (call.TryLong(2, out long amount)) Add(ref call, amount);
    }

    [Command("DECRBY", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "1.0.0",
        syntax: "key:key decrement:integer",
        Summary = "Takes a number off the integer that a key holds; a missing key counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void DecrBy(ref CommandContext call)
    {
        if (!call.TryLong(2, out long amount)) return;
        if (amount == long.MinValue) call.Reply.Error(ErrorReplies.DecrementOverflow);
        else Add(ref call, -amount);
    }

    [Command("INCRBYFLOAT", arity: 3, Flags.Write | Flags.DenyOom | Flags.Fast, Group.String, since: "2.6.0",
        syntax: "key:key increment:double",
        Summary = "Adds a number to the number that a key holds; a missing key counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void IncrByFloat(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.String)) return;
        ExtendedFloat value = ExtendedFloat.Zero;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        if ((entry.Found && !ExtendedFloat.TryParse(entry.GetString(scratch), out value)) || !ExtendedFloat.TryParse(call[2], out ExtendedFloat amount))
        {
            call.Reply.Error(ErrorReplies.NotAFloat);
            return;
        }

        ExtendedFloat sum = value.Plus(amount);
        if (!sum.IsFinite)
        {
            call.Reply.Error(ErrorReplies.NanOrInfinity);
            return;
        }

        byte[] text = sum.ToText();
        if (entry.Found) call.Db.Overwrite(ref entry, text, Lifetime.Keep, StringForm.Text);
        else
        {
            call.Db.SetString(call[1], text, Lifetime.Forever, StringForm.Text);
            call.Created(call[1], call.Db);
        }

        call.Changed(call[1]);
        call.Notify(EventClass.String, "incrbyfloat", call[1]);
        call.Reply.Bulk(text);

        // The sum and not the summand is repeated, so that no other machine's arithmetic can come to something else.
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, 4);
        instead.Add("SET"u8);
        instead.Add(call[1]);
        instead.Add(text);
        instead.Add("KEEPTTL"u8);
    }

    private static void Add(ref CommandContext call, long amount)
    {
        ReadOnlySpan<byte> key = call[1];
        EntryRef entry = call.FindForWrite(key);
        long value = 0;
        if (entry.Found)
        {
            if (!call.Holds(entry, ObjectType.String)) return;
            if (!entry.TryGetLong(out value))
            {
                call.Reply.Error(ErrorReplies.NotAnInteger);
                return;
            }
        }

        if (amount < 0 ? value < long.MinValue - amount : value > long.MaxValue - amount)
        {
            call.Reply.Error(ErrorReplies.Overflow);
            return;
        }

        long sum = value + amount;
        if (entry.Found) call.Db.Overwrite(ref entry, sum, Lifetime.Keep);
        else
        {
            call.Db.SetLong(key, sum);
            call.Created(key, call.Db);
        }

        call.Changed(key);
        call.Notify(EventClass.String, "incrby", key);
        call.Reply.Integer(sum);
    }
}
