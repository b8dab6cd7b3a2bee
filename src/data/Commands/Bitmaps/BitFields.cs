// BITFIELD: a string as a row of integers of any width, at any bit.
//
//   operation := GET type offset | SET type offset value | INCRBY type offset increment | OVERFLOW (WRAP | SAT | FAIL)
//   type      := "i" 1..64 | "u" 1..63
//
// All operations are read and checked before the first is carried out. OVERFLOW counts for those after it.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class BitFields
{
    private enum Verb : byte
    {
        Get,
        Set,
        Add,
    }

    private enum Overflow : byte
    {
        Wrap,
        Saturate,
        Fail,
    }

    private readonly record struct Field(bool Signed, int Width, long Offset)
    {
        public Int128 Least => Signed ? -(Int128.One << (Width - 1)) : 0;

        public Int128 Greatest => (Int128.One << (Signed ? Width - 1 : Width)) - 1;
    }

    private readonly record struct Step(Verb Verb, Field Field, Overflow Overflow, long Operand);

    [Command("BITFIELD", arity: -2, Flags.Write | Flags.DenyOom, Group.Bitmap, since: "3.2.0",
        syntax: "key:key [operation:(GET get-block:{encoding offset:integer} | write:{[OVERFLOW overflow-block:(WRAP | SAT | FAIL)] write-operation:(SET set-block:{encoding offset:integer value:integer} | INCRBY incrby-block:{encoding offset:integer increment:integer})})+]",
        Summary = "Reads and changes integers of any width within a string.", Complexity = "O(1) for each operation.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags)]
    internal static void BitField(ref CommandContext call)
    {
        if (TrySteps(ref call, out Step[] steps, out long lastWritten)) Carry(ref call, steps, lastWritten);
    }

    [Command("BITFIELD_RO", arity: -2, Flags.ReadOnly | Flags.Fast, Group.Bitmap, since: "6.0.0",
        syntax: "key:key [GET get-block:{encoding offset:integer}++]",
        Summary = "Reads integers of any width within a string.", Complexity = "O(1) for each operation.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void BitFieldReadOnly(ref CommandContext call)
    {
        if (!TrySteps(ref call, out Step[] steps, out long lastWritten)) return;
        if (lastWritten >= 0) call.Reply.Error(ErrorReplies.BitFieldReadOnly);
        else Carry(ref call, steps, lastWritten);
    }

    private static bool TrySteps(ref CommandContext call, out Step[] steps, out long lastWritten)
    {
        lastWritten = -1;
        steps = new Step[(call.Count - 2) / 3 + 1];
        int count = 0;
        var overflow = Overflow.Wrap;
        for (int i = 2; i < call.Count;)
        {
            int left = call.Count - i - 1;
            if (left >= 1 && call.Says(i, "OVERFLOW"u8))
            {
                if (!TryOverflow(ref call, i + 1, out overflow)) return false;
                i += 2;
                continue;
            }

            Verb verb;
            if (left >= 2 && call.Says(i, "GET"u8)) verb = Verb.Get;
            else if (left >= 3 && call.Says(i, "SET"u8)) verb = Verb.Set;
            else if (left >= 3 && call.Says(i, "INCRBY"u8)) verb = Verb.Add;
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }

            long operand = 0;
            if (!TryField(ref call, i + 1, out Field field) || (verb != Verb.Get && !call.TryLong(i + 3, out operand))) return false;
            if (verb != Verb.Get) lastWritten = Math.Max(lastWritten, field.Offset + field.Width - 1);
            steps[count++] = new Step(verb, field, overflow, operand);
            i += verb == Verb.Get ? 3 : 4;
        }

        Array.Resize(ref steps, count);
        return true;
    }

    private static bool TryField(ref CommandContext call, int index, out Field field)
    {
        field = default;
        ReadOnlySpan<byte> type = call[index];
        bool signed = type.Length > 0 && (type[0] | 0x20) == 'i';
        bool unsigned = type.Length > 0 && (type[0] | 0x20) == 'u';
        if (!(signed || unsigned) || !NumberText.TryInt64(type[1..], out long width) || width < 1 || width > (signed ? 64 : 63))
        {
            call.Reply.Error(ErrorReplies.BitFieldType);
            return false;
        }

        if (!Bits.TryOffset(ref call, index + 1, (int)width, out long offset)) return false;
        field = new Field(signed, (int)width, offset);
        return true;
    }

    private static bool TryOverflow(ref CommandContext call, int index, out Overflow overflow)
    {
        overflow = Overflow.Wrap;
        if (call.Says(index, "WRAP"u8)) return true;
        overflow = Overflow.Saturate;
        if (call.Says(index, "SAT"u8)) return true;
        overflow = Overflow.Fail;
        if (call.Says(index, "FAIL"u8)) return true;
        call.Reply.Error(ErrorReplies.BitFieldOverflow);
        return false;
    }

    private static void Carry(ref CommandContext call, Step[] steps, long lastWritten)
    {
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        scoped Span<byte> writable = default;
        scoped ReadOnlySpan<byte> bytes;
        EntryRef entry;
        bool grown = false;
        if (lastWritten >= 0)
        {
            if (!Bits.TryTarget(ref call, lastWritten, out entry, out int length, out grown)) return;
            writable = call.Db.Writable(ref entry, length, 0, 0); // Each write says for itself where.
            bytes = writable;
        }
        else
        {
            entry = call.Find(call[1]);
            if (entry.Found && !call.Holds(entry, ObjectType.String)) return;
            bytes = entry.Found ? entry.GetString(scratch) : default;
        }

        int changes = 0;
        call.Reply.Array(steps.Length);
        foreach (Step step in steps)
        {
            Int128 old = Read(bytes, step.Field);
            if (step.Verb == Verb.Get)
            {
                call.Reply.Integer((long)old);
                continue;
            }

            Int128 wanted = step.Verb == Verb.Set ? Operand(step) : old + step.Operand;
            if (!TryFit(step, wanted, out Int128 value))
            {
                call.Reply.Null();
                continue;
            }

            call.Db.BeforeWriting(entry, (int)(step.Field.Offset >> 3), sizeof(long) + 1);
            Write(writable, step.Field, value);
            call.Reply.Integer((long)(step.Verb == Verb.Set ? old : value));
            if (grown || value != old) changes++;
        }

        if (changes == 0) return;
        call.Services.Changes += changes - 1;
        call.Changed(call[1]);
        call.Notify(EventClass.String, "setbit", call[1]);
    }

    // As Redis: a negative value set in an unsigned field counts as the 64-bit pattern that it is.
    private static Int128 Operand(Step step) => step.Field.Signed ? step.Operand : (ulong)step.Operand;

    private static bool TryFit(Step step, Int128 wanted, out Int128 value)
    {
        Field field = step.Field;
        value = wanted;
        if (wanted >= field.Least && wanted <= field.Greatest) return true;
        if (step.Overflow == Overflow.Fail) return false;
        if (step.Overflow == Overflow.Saturate) value = wanted < field.Least ? field.Least : field.Greatest;
        else
        {
            Int128 span = Int128.One << field.Width;
            value = wanted & (span - 1);
            if (value > field.Greatest) value -= span;
        }

        return true;
    }

    private static Int128 Read(ReadOnlySpan<byte> bytes, Field field)
    {
        Int128 value = 0;
        for (long bit = field.Offset; bit < field.Offset + field.Width; bit++)
        {
            long index = bit >> 3;
            int set = index < bytes.Length ? (bytes[(int)index] >> (7 - (int)(bit & 7))) & 1 : 0;
            value = (value << 1) | (Int128)set;
        }

        return value > field.Greatest ? value - (Int128.One << field.Width) : value;
    }

    private static void Write(Span<byte> bytes, Field field, Int128 value)
    {
        for (int i = 0; i < field.Width; i++)
        {
            long bit = field.Offset + field.Width - 1 - i;
            int shift = 7 - (int)(bit & 7);
            ref byte place = ref bytes[(int)(bit >> 3)];
            place = (byte)((place & ~(1 << shift)) | ((int)((value >> i) & 1) << shift));
        }
    }
}
