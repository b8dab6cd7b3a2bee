// Ids of stream entries as clients write them:
//
//   ms-seq    ms (the sequence is then the smallest or greatest, as the command has it)    ms-* (XADD only)
//   -  +      the smallest and the greatest id, where a range is meant
//   (id       the ids after, or before, this one
using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Reads ids out of the words of a call.</summary>
internal static class StreamIdText
{
    private const int LongestBytes = 127;

    /// <summary>Reads an id; <c>-</c> and <c>+</c> are none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, ulong missingSeq, out StreamId id) => TryParse(text, missingSeq, mayLackSeq: false, out id, out _);

    /// <summary>Reads an id that may have <c>*</c> for its sequence.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, ulong missingSeq, bool mayLackSeq, out StreamId id, out bool hasSeq)
    {
        id = default;
        hasSeq = true;
        if (text.Length > LongestBytes) return false;
        text = ErrorReplies.UpToZero(text);
        int hyphen = text.IndexOf((byte)'-');
        if (!TryNumber(hyphen < 0 ? text : text[..hyphen], out ulong ms)) return false;
        ulong seq = missingSeq;
        if (hyphen >= 0)
        {
            ReadOnlySpan<byte> rest = text[(hyphen + 1)..];
            if (mayLackSeq && rest.SequenceEqual("*"u8))
            {
                seq = 0;
                hasSeq = false;
            }
            else if (!TryNumber(rest, out seq)) return false;
        }

        id = new StreamId(ms, seq);
        return true;
    }

    /// <summary>Reads the word at <paramref name="index"/> as an id; if it is none, replies so and returns false.</summary>
    public static bool TryId(in CommandContext call, int index, out StreamId id)
    {
        if (TryParse(call[index], 0, out id)) return true;
        call.Reply.Error(ErrorReplies.InvalidStreamId);
        return false;
    }

    /// <summary>Whether the words from <paramref name="index"/> on are ids; if not, replies so.</summary>
    public static bool AreIds(in CommandContext call, int index)
    {
        for (int i = index; i < call.Count; i++)
            if (!TryId(call, i, out _)) return false;
        return true;
    }

    /// <summary>Reads the word at <paramref name="index"/> as the start of a range; if it is none, replies so and returns false.</summary>
    public static bool TryStart(in CommandContext call, int index, out StreamId id)
    {
        if (!TryBound(call, index, 0, out id, out bool excluded)) return false;
        if (!excluded || id.TryNext(out id)) return true;
        call.Reply.Error(ErrorReplies.InvalidStartId);
        return false;
    }

    /// <summary>Reads the word at <paramref name="index"/> as the end of a range; if it is none, replies so and returns false.</summary>
    public static bool TryEnd(in CommandContext call, int index, out StreamId id)
    {
        if (!TryBound(call, index, ulong.MaxValue, out id, out bool excluded)) return false;
        if (!excluded || id.TryPrevious(out id)) return true;
        call.Reply.Error(ErrorReplies.InvalidEndId);
        return false;
    }

    /// <summary>Reads an id that may also be <c>-</c> or <c>+</c>; if it is none, replies so and returns false.</summary>
    public static bool TryIdOrEdge(in CommandContext call, int index, ulong missingSeq, out StreamId id)
    {
        ReadOnlySpan<byte> text = call[index];
        id = StreamId.Zero;
        if (text.SequenceEqual("-"u8)) return true;
        id = StreamId.Max;
        if (text.SequenceEqual("+"u8)) return true;
        if (TryParse(text, missingSeq, out id)) return true;
        call.Reply.Error(ErrorReplies.InvalidStreamId);
        return false;
    }

    private static bool TryBound(in CommandContext call, int index, ulong missingSeq, out StreamId id, out bool excluded)
    {
        ReadOnlySpan<byte> text = call[index];
        excluded = text.Length > 1 && text[0] == '(';
        if (!excluded) return TryIdOrEdge(call, index, missingSeq, out id);
        if (TryParse(text[1..], missingSeq, out id)) return true;
        call.Reply.Error(ErrorReplies.InvalidStreamId);
        return false;
    }

    // As Redis: what is no strict number is read once more as C's strtoull reads it, with blanks, a sign and zeros before it.
    private static bool TryNumber(ReadOnlySpan<byte> text, out ulong value)
    {
        if (NumberText.TryInt64(text, out long strict))
        {
            value = (ulong)strict;
            return strict >= 0;
        }

        value = 0;
        while (text.Length > 0 && text[0] is (byte)' ' or >= 9 and <= 13) text = text[1..];
        bool negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.IsEmpty) return false;
        foreach (byte b in text)
        {
            uint digit = (uint)b - '0';
            if (digit > 9 || value > (ulong.MaxValue - digit) / 10) return false;
            value = value * 10 + digit;
        }

        if (negative) value = unchecked(0 - value);
        return true;
    }
}
