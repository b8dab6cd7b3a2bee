// Words that the commands on expiring fields have in common: FIELDS n field …, and a time.
using System;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>Reads what follows the key of HEXPIRE and its like.</summary>
internal static class FieldArguments
{
    /// <summary>The latest time at which a field can expire: what real servers can keep.</summary>
    public const long LatestMs = (1L << 46) - 1;

    /// <summary>
    /// Reads "FIELDS count field…" from the word at <paramref name="at"/> on, to the end of the call; if it is not that,
    /// replies so and returns false. The fields begin two words further.
    /// </summary>
    public static bool TryFields(ref CommandContext call, int at, ReadOnlySpan<byte> wrongCount)
    {
        if (at + 1 >= call.Count || !call.Says(at, "FIELDS"u8)) call.Reply.Error(ErrorReplies.FieldsMissing);
        else if (!NumberText.TryInt64(call[at + 1], out long count) || count < 1) call.Reply.Error(wrongCount);
        else if (count != call.Count - at - 2) call.Reply.Error(ErrorReplies.FieldsMismatch);
        else return true;
        return false;
    }

    /// <summary>Reads a time at which fields shall expire, as Unix milliseconds; if it is none, replies so and returns false.</summary>
    public static bool TryTime(ref CommandContext call, int at, bool seconds, bool absolute, out long whenMs)
    {
        if (!call.TryLong(at, out whenMs)) return false;
        long fromMs = absolute ? 0 : call.Now.Value;
        if (whenMs < 0)
        {
            call.Reply.Error(ErrorReplies.ExpireNegative);
            return false;
        }

        if ((seconds && whenMs > LatestMs / 1000) || (seconds ? whenMs * 1000 : whenMs) > LatestMs - fromMs)
        {
            call.Reply.Error(ErrorReplies.InvalidExpire(call.Row.FullName));
            return false;
        }

        whenMs = (seconds ? whenMs * 1000 : whenMs) + fromMs;
        return true;
    }

    /// <summary>Whether the word says EX, PX, EXAT or PXAT, and which.</summary>
    public static bool IsTime(ref CommandContext call, int at, out bool seconds, out bool absolute)
    {
        absolute = call.Says(at, "EXAT"u8) || call.Says(at, "PXAT"u8);
        seconds = call.Says(at, "EX"u8) || call.Says(at, "EXAT"u8);
        return seconds || absolute || call.Says(at, "PX"u8);
    }
}
