// Conditions on the string that a key holds, and its digest: SET … IFEQ, DELEX, DELIFEQ, DIGEST.
//
//   IFEQ value    the string is this one           IFDEQ digest    the string has this digest
//   IFNE value    the string is another one        IFDNE digest    the string has another digest
//
// A digest is XXH3 with 64 bits and no seed over the bytes of the string, told as 16 lower-case hexadecimal digits. It
// spares a client from sending a long value back only to say which one it has seen.
using System;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>What came of a condition.</summary>
internal enum ConditionVerdict : byte
{
    Met,
    NotMet,
    /// <summary>It could not be judged, which was replied.</summary>
    Refused,
}

internal static class StringConditions
{
    private const int DigestLength = 16;

    [Command("DIGEST", arity: 2, Flags.ReadOnly | Flags.Fast, Group.String, since: "8.4.0",
        syntax: "key:key",
        Summary = "Tells the digest of a string.", Complexity = "O(N) where N is the length of the string.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Digest(ref CommandContext call)
    {
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Null();
            return;
        }

        if (!call.Holds(entry, ObjectType.String)) return;
        Span<byte> digest = stackalloc byte[DigestLength];
        WriteDigest(entry, digest);
        call.Reply.Bulk(digest);
    }

    [Command("DELEX", arity: -2, Flags.Write | Flags.Fast, Group.String, since: "8.4.0",
        syntax: "key:key [condition:(IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest:integer | IFDNE ifdne-digest:integer)]",
        Summary = "Removes a key, if its string is as said.", Complexity = "O(1) without a condition, O(N) with one where N is the length of the string.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete | KeyFlags.VariableFlags)]
    internal static void DelEx(ref CommandContext call)
    {
        if (call.Count is not (2 or 4))
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (call.Count == 2)
        {
            Remove(call);
            return;
        }

        StringOptions condition = Comparison(call, 2);
        if (!entry.IsString) call.Reply.Error(ErrorReplies.ConditionNeedsString);
        else if (condition == 0) call.Reply.Error(ErrorReplies.UnknownCondition);
        else RemoveIf(call, Judge(call, entry, condition, 3));
    }

    [Command("DELIFEQ", arity: 3, Flags.Write | Flags.Fast, Group.String, since: "9.0.0",
        syntax: "key:key value",
        Summary = "Removes a key if its string is the one given.", Complexity = "O(N) where N is the length of the string.")]
    [Key(1, KeyFlags.Remove | KeyFlags.Delete)]
    internal static void DelIfEqual(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found) call.Reply.Integer(0);
        else RemoveIf(call, Judge(call, entry, StringOptions.IfEqual, 2));
    }

    /// <summary>Which comparison the word at <paramref name="index"/> names; none: 0.</summary>
    internal static StringOptions Comparison(in CommandContext call, int index)
    {
        if (call.Says(index, "IFEQ"u8)) return StringOptions.IfEqual;
        if (call.Says(index, "IFNE"u8)) return StringOptions.IfNotEqual;
        if (call.Says(index, "IFDEQ"u8)) return StringOptions.IfDigestEqual;
        return call.Says(index, "IFDNE"u8) ? StringOptions.IfDigestNotEqual : 0;
    }

    /// <summary>
    /// Compares what a key holds with the word at <paramref name="index"/>. A key that is not there equals nothing. A value
    /// of another type, or a digest of another length, is refused; digits that are none only fail to match.
    /// </summary>
    internal static ConditionVerdict Judge(in CommandContext call, EntryRef entry, StringOptions condition, int index)
    {
        bool wantsEqual = (condition & (StringOptions.IfEqual | StringOptions.IfDigestEqual)) != 0;
        if (!entry.Found) return wantsEqual ? ConditionVerdict.NotMet : ConditionVerdict.Met;
        if (!call.Holds(entry, ObjectType.String)) return ConditionVerdict.Refused;
        bool isEqual;
        if ((condition & (StringOptions.IfEqual | StringOptions.IfNotEqual)) != 0)
        {
            Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
            isEqual = entry.GetString(scratch).SequenceEqual(call[index]);
        }
        else
        {
            if (call[index].Length != DigestLength)
            {
                call.Reply.Error(ErrorReplies.DigestLength);
                return ConditionVerdict.Refused;
            }

            Span<byte> digest = stackalloc byte[DigestLength];
            WriteDigest(entry, digest);
            isEqual = Ascii.EqualsIgnoreCase(call[index], digest);
        }

        return isEqual == wantsEqual ? ConditionVerdict.Met : ConditionVerdict.NotMet;
    }

    private static void RemoveIf(in CommandContext call, ConditionVerdict verdict)
    {
        if (verdict == ConditionVerdict.Met) Remove(call);
        else if (verdict == ConditionVerdict.NotMet) call.Reply.Integer(0);
    }

    // Whether to remove was decided here, and a replica may be older than the condition: it is told to remove.
    private static void Remove(in CommandContext call)
    {
        call.Db.Delete(call[1], call.Services.Options.LazyServerDelete ? FreeMode.Later : FreeMode.Now);
        call.Changed(call[1]);
        call.Notify(EventClass.Generic, "del", call[1]);
        call.Propagation.InsteadRemoval(call.Db.Index, call[1]);
        call.Reply.Integer(1);
    }

    private static void WriteDigest(EntryRef entry, Span<byte> digest)
    {
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        ulong hash = XxHash3.HashToUInt64(entry.GetString(scratch));
        bool written = Utf8Formatter.TryFormat(hash, digest, out int length, new System.Buffers.StandardFormat('x', DigestLength));
        Invariant.That(written && length == DigestLength);
    }
}
