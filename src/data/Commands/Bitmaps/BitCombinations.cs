// BITOP: strings combined bit by bit.
//
//   AND OR XOR        of all sources        DIFF    in the first, and in none of the others
//   NOT               of the only source    DIFF1   in one of the others at least, and not in the first
//   ONE               in exactly one        ANDOR   in the first, and in one of the others at least
//
// A source that is shorter than the longest one is taken as if zero bytes followed. The result is as long as the longest
// source. What is stored is a plain string, so replicas are told the call as it came.
using System;
using System.Numerics;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class BitCombinations
{
    private enum Operation : byte
    {
        And,
        Or,
        Xor,
        Not,
        Diff,
        Diff1,
        AndOr,
        One,
    }

    /// <summary>How two bytes, or as many as a register holds, become one.</summary>
    private interface IFold
    {
        static abstract byte Of(byte left, byte right);

        static abstract Vector<byte> Of(Vector<byte> left, Vector<byte> right);
    }

    private readonly struct And : IFold
    {
        public static byte Of(byte left, byte right) => (byte)(left & right);

        public static Vector<byte> Of(Vector<byte> left, Vector<byte> right) => left & right;
    }

    private readonly struct Or : IFold
    {
        public static byte Of(byte left, byte right) => (byte)(left | right);

        public static Vector<byte> Of(Vector<byte> left, Vector<byte> right) => left | right;
    }

    private readonly struct Xor : IFold
    {
        public static byte Of(byte left, byte right) => (byte)(left ^ right);

        public static Vector<byte> Of(Vector<byte> left, Vector<byte> right) => left ^ right;
    }

    private readonly struct Without : IFold
    {
        public static byte Of(byte left, byte right) => (byte)(left & ~right);

        public static Vector<byte> Of(Vector<byte> left, Vector<byte> right) => Vector.AndNot(left, right);
    }

    [Command("BITOP", arity: -4, Flags.Write | Flags.DenyOom, Group.Bitmap, since: "2.6.0",
        syntax: "operation:(AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE) destkey:key key:key+",
        Summary = "Combines strings bit by bit and stores the result.", Complexity = "O(N)",
        History = ["8.2.0|DIFF, DIFF1, ANDOR and ONE."])]
    [Key(2, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(3, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void BitOp(ref CommandContext call)
    {
        if (!TryOperation(call, out Operation operation)) return;
        int longest = 0;
        for (int i = 3; i < call.Count; i++)
        {
            EntryRef entry = call.Find(call[i]);
            if (!entry.Found) continue;
            if (!call.Holds(entry, ObjectType.String)) return;
            longest = Math.Max(longest, entry.StringLength);
        }

        if (longest > 0)
        {
            byte[] result = Combine(call, operation, longest);
            if (!call.FindForWrite(call[2]).Found) call.Created(call[2], call.Db);
            call.Db.SetString(call[2], result, Lifetime.Forever, StringForm.Raw);
            call.Changed(call[2]);
            call.Notify(EventClass.String, "set", call[2]);
        }
        else if (call.Db.Delete(call[2]))
        {
            call.Changed(call[2]);
            call.Notify(EventClass.Generic, "del", call[2]);
        }

        call.Reply.Integer(longest);
    }

    private static bool TryOperation(in CommandContext call, out Operation operation)
    {
        operation = Operation.And;
        if (call.Says(1, "AND"u8)) return true;
        operation = Operation.Or;
        if (call.Says(1, "OR"u8)) return true;
        operation = Operation.Xor;
        if (call.Says(1, "XOR"u8)) return true;
        operation = Operation.One;
        if (call.Says(1, "ONE"u8)) return true;
        operation = Operation.Not;
        if (call.Says(1, "NOT"u8)) return call.Count == 4 || Refuse(call, ErrorReplies.BitOpNot);
        operation = Operation.Diff;
        if (call.Says(1, "DIFF"u8)) return HasTwoSources(call, "DIFF");
        operation = Operation.Diff1;
        if (call.Says(1, "DIFF1"u8)) return HasTwoSources(call, "DIFF1");
        operation = Operation.AndOr;
        return call.Says(1, "ANDOR"u8) ? HasTwoSources(call, "ANDOR") : Refuse(call, ErrorReplies.Syntax);
    }

    private static bool HasTwoSources(in CommandContext call, string operation)
    {
        if (call.Count >= 5) return true;
        call.Reply.Error(ErrorReplies.BitOpSources(operation));
        return false;
    }

    private static bool Refuse(in CommandContext call, ReadOnlySpan<byte> error)
    {
        call.Reply.Error(error);
        return false;
    }

    private static byte[] Combine(in CommandContext call, Operation operation, int longest)
    {
        byte[] result = new byte[longest];
        if (operation == Operation.One)
        {
            KeepSingles(call, result);
            return result;
        }

        bool firstIsApart = operation is Operation.Diff or Operation.Diff1 or Operation.AndOr;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        for (int i = firstIsApart ? 4 : 3; i < call.Count; i++)
        {
            ReadOnlySpan<byte> source = Source(call, i, scratch);
            if (operation == Operation.And && i > 3)
            {
                Fold<And>(result, source);
                result.AsSpan(source.Length).Clear();
            }
            else if (operation == Operation.Xor) Fold<Xor>(result, source);
            else Fold<Or>(result, source);
        }

        if (operation == Operation.Not) Invert(result);
        if (firstIsApart) JoinFirst(result, Source(call, 3, scratch), operation);
        return result;
    }

    /// <summary>Joins the first source to what is in one of the others at least.</summary>
    private static void JoinFirst(Span<byte> others, ReadOnlySpan<byte> first, Operation operation)
    {
        if (operation == Operation.Diff1)
        {
            Fold<Without>(others, first);
            return;
        }

        if (operation == Operation.Diff) Invert(others);
        Fold<And>(others, first);
        others[first.Length..].Clear();
    }

    // A bit that was met a second time is marked and stays out, however often it is met again.
    private static void KeepSingles(in CommandContext call, Span<byte> result)
    {
        byte[] repeated = new byte[result.Length], both = new byte[result.Length];
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        for (int i = 3; i < call.Count; i++)
        {
            ReadOnlySpan<byte> source = Source(call, i, scratch);
            source.CopyTo(both);
            Fold<And>(both.AsSpan(0, source.Length), result[..source.Length]);
            Fold<Or>(repeated, both.AsSpan(0, source.Length));
            Fold<Or>(result, source);
        }

        Fold<Without>(result, repeated);
    }

    private static ReadOnlySpan<byte> Source(in CommandContext call, int index, Span<byte> scratch)
    {
        EntryRef entry = call.Db.Peek(call[index]);
        return entry.Found ? entry.GetString(scratch) : default;
    }

    /// <summary>Folds the source into the target's beginning; the target is at least as long.</summary>
    private static void Fold<TFold>(Span<byte> target, ReadOnlySpan<byte> source)
        where TFold : struct, IFold
    {
        int i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            TFold.Of(new Vector<byte>(target[i..]), new Vector<byte>(source[i..])).CopyTo(target[i..]);
        for (; i < source.Length; i++) target[i] = TFold.Of(target[i], source[i]);
    }

    private static void Invert(Span<byte> bytes)
    {
        int i = 0;
        for (; i <= bytes.Length - Vector<byte>.Count; i += Vector<byte>.Count) Vector.OnesComplement(new Vector<byte>(bytes[i..])).CopyTo(bytes[i..]);
        for (; i < bytes.Length; i++) bytes[i] = (byte)~bytes[i];
    }
}
