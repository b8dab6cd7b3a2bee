// The words that SCAN, SSCAN, HSCAN and ZSCAN have in common: a cursor, MATCH and COUNT.
using System;
using System.Buffers.Text;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>What one step of a scan of a collection is asked for.</summary>
internal ref struct ScanArguments
{
    /// <summary>Where to go on.</summary>
    public ulong Cursor;

    /// <summary>About how many elements to look at, at least one.</summary>
    public long Count;

    /// <summary>HSCAN and ZSCAN: only the names of fields, only the members.</summary>
    public bool NamesOnly;

    private ReadOnlySpan<byte> _pattern;
    private bool _matchesAll;

    /// <summary>Whether an element may be told.</summary>
    public readonly bool Matches(ReadOnlySpan<byte> text) => _matchesAll || Glob.Matches(_pattern, text);

    /// <summary>How many buckets may be looked at: many are empty when a large table has become nearly so.</summary>
    public readonly long Steps => Count > long.MaxValue / 10 ? long.MaxValue : Count * 10;

    /// <summary>Reads the cursor; if it is none, replies so and returns false.</summary>
    public static bool TryCursor(scoped ref CommandContext call, int index, out ScanArguments scan)
    {
        scan = new ScanArguments { Count = 10, _matchesAll = true };
        if (TryCursor(call[index], out scan.Cursor)) return true;
        call.Reply.Error(ErrorReplies.InvalidCursor);
        return false;
    }

    /// <summary>
    /// Reads the options from the word at <paramref name="from"/> on; if they are wrong, replies so and returns false.
    /// With <paramref name="namesOnly"/>, that word asks for the names of elements without what belongs to them.
    /// </summary>
    public static bool TryOptions(scoped ref CommandContext call, int from, ref ScanArguments scan, ReadOnlySpan<byte> namesOnly = default)
    {
        for (int i = from; i < call.Count; i++)
        {
            bool more = i + 1 < call.Count;
            if (more && call.Says(i, "COUNT"u8))
            {
                if (!call.TryLong(++i, out scan.Count)) return false;
                if (scan.Count >= 1) continue;
            }
            else if (more && call.Says(i, "MATCH"u8))
            {
                scan._pattern = call[++i];
                scan._matchesAll = Glob.IsAll(scan._pattern);
                continue;
            }
            else if (!namesOnly.IsEmpty && call.Says(i, namesOnly))
            {
                scan.NamesOnly = true;
                continue;
            }

            call.Reply.Error(ErrorReplies.Syntax);
            return false;
        }

        return true;
    }

    /// <summary>The reply when there is no such key.</summary>
    public static void ReplyNothing(ReplyWriter reply)
    {
        reply.Array(2);
        reply.Bulk("0"u8);
        reply.Array(0);
    }

    /// <summary>Begins a reply whose elements follow; the caller counts them and ends it.</summary>
    public static void BeginReply(ReplyWriter reply, ulong cursor)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(cursor, digits, out int length);
        reply.Array(2);
        reply.Bulk(digits[..length]);
    }

    // As Redis, which reads it with strtoul: an empty word is 0, and a sign may stand before the digits.
    internal static bool TryCursor(ReadOnlySpan<byte> word, out ulong cursor)
    {
        cursor = 0;
        if (word.IsEmpty) return true;
        bool negative = word[0] == '-';
        if (word[0] is (byte)'-' or (byte)'+') word = word[1..];
        if (word.IsEmpty) return false;
        foreach (byte b in word)
        {
            uint digit = (uint)(b - '0');
            if (digit > 9 || cursor > (ulong.MaxValue - digit) / 10) return false;
            cursor = cursor * 10 + digit;
        }

        if (negative) cursor = 0 - cursor;
        return true;
    }
}
