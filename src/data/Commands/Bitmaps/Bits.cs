// Strings as arrays of bits; bit 0 is the highest bit of the first byte.
using System;
using System.Buffers.Binary;
using System.Numerics;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class Bits
{
    /// <summary>The bits from <c>First</c> to <c>Last</c>, both included; none when First is greater.</summary>
    private readonly record struct BitRange(long First, long Last);

    [Command("SETBIT", arity: 4, Flags.Write | Flags.DenyOom, Group.Bitmap, since: "2.2.0",
        syntax: "key:key offset:integer value:integer",
        Summary = "Sets or clears a bit of a string, growing it as needed.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void SetBit(ref CommandContext call)
    {
        if (!TryOffset(ref call, 2, width: 0, out long offset) || !call.TryLong(3, out long bit, ErrorReplies.BitNotInteger)) return;
        if (bit is not (0 or 1))
        {
            call.Reply.Error(ErrorReplies.BitNotInteger);
            return;
        }

        if (!TryTarget(ref call, offset, out EntryRef entry, out int length, out bool grown)) return;
        Span<byte> bytes = call.Db.Writable(ref entry, length, (int)(offset >> 3), 1);
        ref byte place = ref bytes[(int)(offset >> 3)];
        int shift = 7 - (int)(offset & 7);
        int old = (place >> shift) & 1;
        place = (byte)((place & ~(1 << shift)) | ((int)bit << shift));
        if (grown || old != bit)
        {
            call.Changed(call[1]);
            call.Notify(EventClass.String, "setbit", call[1]);
        }

        call.Reply.Integer(old);
    }

    [Command("GETBIT", arity: 3, Flags.ReadOnly | Flags.Fast, Group.Bitmap, since: "2.2.0",
        syntax: "key:key offset:integer",
        Summary = "Tells a bit of a string.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void GetBit(ref CommandContext call)
    {
        if (!TryOffset(ref call, 2, width: 0, out long offset)) return;
        EntryRef entry = call.Find(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.String)) return;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        ReadOnlySpan<byte> bytes = entry.Found ? entry.GetString(scratch) : default;
        long index = offset >> 3;
        call.Reply.Integer(index < bytes.Length ? (bytes[(int)index] >> (7 - (int)(offset & 7))) & 1 : 0);
    }

    [Command("BITCOUNT", arity: -2, Flags.ReadOnly, Group.Bitmap, since: "2.6.0",
        syntax: "key:key [range:{start:integer end:integer [unit:(BYTE | BIT)^7.0.0]}]",
        Summary = "Counts the bits of a string that are set.", Complexity = "O(N)",
        History = ["7.0.0|Added the `BYTE|BIT` option."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void BitCount(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!call.Holds(entry, ObjectType.String)) return;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        ReadOnlySpan<byte> bytes = entry.GetString(scratch);
        var range = new BitRange(0, bytes.Length * 8L - 1);
        if (call.Count is 3 or > 5)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        if (call.Count > 3)
        {
            if (!call.TryLong(2, out long start) || !call.TryLong(3, out long end)) return;
            if (start < 0 && end < 0 && start > end)
            {
                call.Reply.Integer(0);
                return;
            }

            if (!TryUnit(ref call, 4, out bool inBits)) return;
            range = Resolve(start, end, bytes.Length, inBits);
        }

        call.Reply.Integer(Count(bytes, range));
    }

    [Command("BITPOS", arity: -3, Flags.ReadOnly, Group.Bitmap, since: "2.8.7",
        syntax: "key:key bit:integer [range:{start:integer [end-unit-block:{end:integer [unit:(BYTE | BIT)^7.0.0]}]}]",
        Summary = "Finds the first bit of a string that is set or clear.", Complexity = "O(N)",
        History = ["7.0.0|Added the `BYTE|BIT` option."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void BitPos(ref CommandContext call)
    {
        if (!call.TryLong(2, out long bit)) return;
        if (bit is not (0 or 1))
        {
            call.Reply.Error(ErrorReplies.BitArgument);
            return;
        }

        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(bit == 1 ? -1 : 0);
            return;
        }

        if (!call.Holds(entry, ObjectType.String)) return;
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        ReadOnlySpan<byte> bytes = entry.GetString(scratch);
        long start = 0;
        long end = long.MaxValue;
        bool inBits = false;
        if (call.Count > 6)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        if (call.Count > 3 && !call.TryLong(3, out start)) return;
        if (!TryUnit(ref call, 5, out inBits) || (call.Count > 4 && !call.TryLong(4, out end))) return;
        BitRange range = Resolve(start, end, bytes.Length, inBits);
        long found = range.First > range.Last ? -1 : First(bytes, range, bit == 1);

        // A string without an end said goes on with zeros for ever.
        bool afterEnd = found < 0 && bit == 0 && call.Count <= 4 && range.First <= range.Last;
        call.Reply.Integer(afterEnd ? bytes.Length * 8L : found);
    }

    /// <summary>Reads a bit's offset; with a <paramref name="width"/>, "#3" is three widths on. If it is none, replies so.</summary>
    internal static bool TryOffset(ref CommandContext call, int index, int width, out long offset)
    {
        ReadOnlySpan<byte> word = call[index];
        bool scaled = width > 0 && word.Length > 0 && word[0] == '#';
        long most = Math.Min(call.Services.Options.ProtoMaxBulkBytes, StringEdits.LongestBytes);
        bool valid = NumberText.TryInt64(scaled ? word[1..] : word, out offset) && offset >= 0 && offset <= long.MaxValue / 64;
        if (valid && scaled) offset *= width;
        if (valid && offset >> 3 < most) return true;
        call.Reply.Error(ErrorReplies.BitOffset);
        return false;
    }

    /// <summary>
    /// The string at word 1, made if it is not there, and how long it has to be to hold the bit; false, with the reply
    /// written, when the key holds no string.
    /// </summary>
    internal static bool TryTarget(ref CommandContext call, long lastBit, out EntryRef entry, out int length, out bool grows)
    {
        length = (int)(lastBit >> 3) + 1;
        grows = false;
        entry = call.FindForWrite(call[1]);
        if (entry.Found && !call.Holds(entry, ObjectType.String)) return false;
        if (!entry.Found)
        {
            entry = call.Db.SetString(call[1], default, Lifetime.Forever, StringForm.Raw);
            call.Created(call[1], call.Db);
        }

        grows = entry.StringLength < length;
        length = Math.Max(length, entry.StringLength);
        return true;
    }

    private static bool TryUnit(ref CommandContext call, int index, out bool inBits)
    {
        inBits = false;
        if (call.Count <= index) return true;
        inBits = call.Says(index, "BIT"u8);
        if (inBits || call.Says(index, "BYTE"u8)) return true;
        call.Reply.Error(ErrorReplies.Syntax);
        return false;
    }

    private static BitRange Resolve(long start, long end, int length, bool inBits)
    {
        long total = inBits ? length * 8L : length;
        if (start < 0) start = Math.Max(total + start, 0);
        if (end < 0) end = Math.Max(total + end, 0);
        end = Math.Min(end, total - 1);
        if (start > end) return new BitRange(1, 0);
        return inBits ? new BitRange(start, end) : new BitRange(start * 8, end * 8 + 7);
    }

    private static long Count(ReadOnlySpan<byte> bytes, BitRange range)
    {
        if (range.First > range.Last) return 0;
        int first = (int)(range.First >> 3);
        int last = (int)(range.Last >> 3);
        int headMask = 0xFF >> (int)(range.First & 7);
        int tailMask = (0xFF00 >> (int)((range.Last & 7) + 1)) & 0xFF;
        if (first == last) return BitOperations.PopCount((uint)(bytes[first] & headMask & tailMask));
        long count = BitOperations.PopCount((uint)(bytes[first] & headMask)) + BitOperations.PopCount((uint)(bytes[last] & tailMask));
        ReadOnlySpan<byte> middle = bytes[(first + 1)..last];
        for (; middle.Length >= 8; middle = middle[8..]) count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(middle));
        foreach (byte b in middle) count += BitOperations.PopCount(b);
        return count;
    }

    private static long First(ReadOnlySpan<byte> bytes, BitRange range, bool set)
    {
        for (long at = range.First; at <= range.Last;)
        {
            byte b = set ? bytes[(int)(at >> 3)] : (byte)~bytes[(int)(at >> 3)];
            int inByte = (int)(at & 7);
            if (b == 0 && inByte == 0)
            {
                int skip = bytes[(int)(at >> 3)..].IndexOfAnyExcept(set ? (byte)0 : (byte)0xFF);
                if (skip < 0) return -1;
                at += skip * 8L;
                continue;
            }

            int leading = BitOperations.LeadingZeroCount((uint)(byte)(b << inByte) << 24);
            if (leading < 8) return at + leading <= range.Last ? at + leading : -1;
            at = (at | 7) + 1;
        }

        return -1;
    }
}
