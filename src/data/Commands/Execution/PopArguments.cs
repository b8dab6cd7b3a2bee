using System;

namespace Hexad.Commands;

/// <summary>
/// What LMPOP, ZMPOP and their kinds that wait are told: how many keys, the keys, from which end, how many at most.
///
/// <code>
/// numkeys key+ where [COUNT count]        where := LEFT | RIGHT, or MIN | MAX
/// </code>
/// </summary>
internal readonly record struct PopArguments(int FirstKey, int KeyCount, bool FromLast, long Count)
{
    /// <summary>Reads the words from the number of keys on; if they make no sense, replies so and returns false.</summary>
    /// <param name="call">The call.</param>
    /// <param name="numberAt">Where the number of keys stands.</param>
    /// <param name="first">The word for the first elements.</param>
    /// <param name="last">The word for the last ones.</param>
    /// <param name="arguments">What was read.</param>
    public static bool TryRead(in CommandContext call, int numberAt, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, out PopArguments arguments)
    {
        arguments = default;
        if (!TryPositive(call, numberAt, out long keys, ErrorReplies.NumKeysNotPositive)) return false;
        int where = (int)Math.Min(numberAt + 1 + Math.Min(keys, call.Count), call.Count);
        bool fromLast = where < call.Count && call.Says(where, last);
        if (!fromLast && (where == call.Count || !call.Says(where, first))) return IsWrong(call);
        long count = 1;
        int next = where + 1;
        if (next < call.Count)
        {
            if (!call.Says(next, "COUNT"u8) || next + 1 == call.Count) return IsWrong(call);
            if (!TryPositive(call, next + 1, out count, ErrorReplies.CountNotPositive)) return false;
            if (next + 2 < call.Count) return IsWrong(call);
        }

        arguments = new PopArguments(numberAt + 1, (int)keys, fromLast, count);
        return true;
    }

    private static bool IsWrong(in CommandContext call)
    {
        call.Reply.Error(ErrorReplies.Syntax);
        return false;
    }

    private static bool TryPositive(in CommandContext call, int index, out long value, ReadOnlySpan<byte> error)
    {
        if (!call.TryLong(index, out value, error)) return false;
        if (value > 0) return true;
        call.Reply.Error(error);
        return false;
    }
}
