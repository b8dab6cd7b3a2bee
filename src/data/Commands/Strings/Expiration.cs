// The expiration that SET, MSETEX, GETEX, SETEX and PSETEX take, and the options of the first three.
//
//   options := { NX | XX | IFEQ value | IFNE value | IFDEQ digest | IFDNE digest | GET | KEEPTTL | PERSIST
//              | EX s | PX ms | EXAT s | PXAT ms }
//
// They may come in any order, GET more than once, the others so that they do not contradict each other. Each command
// allows some of them.
using System;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>What was said after the value of SET or the key of GETEX.</summary>
[Flags]
internal enum StringOptions : ushort
{
    None = 0,
    Nx = 1 << 0,
    Xx = 1 << 1,
    Get = 1 << 2,
    KeepTtl = 1 << 3,
    Persist = 1 << 4,
    /// <summary>A time was given: seconds, else milliseconds.</summary>
    Seconds = 1 << 5,
    Milliseconds = 1 << 6,
    /// <summary>The time is counted from 1970, else from now.</summary>
    Absolute = 1 << 7,
    AnyTime = Seconds | Milliseconds,
    /// <summary>A condition on the value that is there: IFEQ, IFNE, IFDEQ, IFDNE.</summary>
    IfEqual = 1 << 8,
    IfNotEqual = 1 << 9,
    IfDigestEqual = 1 << 10,
    IfDigestNotEqual = 1 << 11,
    AnyComparison = IfEqual | IfNotEqual | IfDigestEqual | IfDigestNotEqual,
    AnyCondition = Nx | Xx | AnyComparison,

    OfSet = AnyCondition | Get | KeepTtl | AnyTime,
    OfMSetEx = Nx | Xx | KeepTtl | AnyTime,
    OfGetEx = Persist | AnyTime,
}

/// <summary>The options of SET, MSETEX and GETEX, read; the time and what is compared are still words of the call.</summary>
internal readonly record struct Expiration(StringOptions Options, int TimeIndex, int ComparedIndex)
{
    public bool Has(StringOptions option) => (Options & option) != 0;

    public bool HasTime => (Options & StringOptions.AnyTime) != 0;

    /// <summary>Reads the options from word <paramref name="from"/> on; false, with the reply written, when they are not allowed.</summary>
    public static bool TryRead(ref CommandContext call, int from, StringOptions allowed, out Expiration expiration)
    {
        StringOptions options = 0;
        int timeIndex = 0, comparedIndex = 0;
        for (int i = from; i < call.Count; i++)
        {
            StringOptions option = Option(ref call, i);
            bool takesTime = (option & StringOptions.AnyTime) != 0;
            bool compares = (option & StringOptions.AnyComparison) != 0;
            if ((option & allowed) == 0 || Contradicts(options, option) || ((takesTime || compares) && i + 1 == call.Count))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                expiration = default;
                return false;
            }

            options |= option;
            if (takesTime) timeIndex = ++i;
            if (compares) comparedIndex = ++i;
        }

        expiration = new Expiration(options, timeIndex, comparedIndex);
        return true;
    }

    /// <summary>The time as milliseconds since 1970; false, with the reply written, when it is no number or not a time to come.</summary>
    public bool TryTime(ref CommandContext call, out UnixMs when) =>
        TryTime(ref call, TimeIndex, Has(StringOptions.Seconds), Has(StringOptions.Absolute), out when);

    /// <inheritdoc cref="TryTime(ref CommandContext, out UnixMs)"/>
    public static bool TryTime(ref CommandContext call, int index, bool seconds, bool absolute, out UnixMs when)
    {
        when = default;
        if (!call.TryLong(index, out long time)) return false;
        long from = absolute ? 0 : call.Now.Value;
        if (time <= 0 || (seconds && time > long.MaxValue / 1000) || (seconds ? time * 1000 : time) > long.MaxValue - from)
        {
            call.Reply.Error(ErrorReplies.InvalidExpire(call.Row.FullName));
            return false;
        }

        when = new UnixMs((seconds ? time * 1000 : time) + from);
        return true;
    }

    private static StringOptions Option(ref CommandContext call, int index)
    {
        ReadOnlySpan<byte> word = call[index];
        if (word.Length is < 2 or > 7) return 0;
        if (call.Says(index, "EX"u8)) return StringOptions.Seconds;
        if (call.Says(index, "PX"u8)) return StringOptions.Milliseconds;
        if (call.Says(index, "EXAT"u8)) return StringOptions.Seconds | StringOptions.Absolute;
        if (call.Says(index, "PXAT"u8)) return StringOptions.Milliseconds | StringOptions.Absolute;
        if (call.Says(index, "NX"u8)) return StringOptions.Nx;
        if (call.Says(index, "XX"u8)) return StringOptions.Xx;
        if (call.Says(index, "GET"u8)) return StringOptions.Get;
        if (call.Says(index, "KEEPTTL"u8)) return StringOptions.KeepTtl;
        return call.Says(index, "PERSIST"u8) ? StringOptions.Persist : StringConditions.Comparison(call, index);
    }

    // As Redis: the same option may be said twice, the last time counts.
    private static bool Contradicts(StringOptions before, StringOptions option)
    {
        const StringOptions Time = StringOptions.AnyTime | StringOptions.Absolute;
        if ((option & StringOptions.AnyTime) == 0) return (before & Excluded(option)) != 0;
        if ((before & (StringOptions.KeepTtl | StringOptions.Persist)) != 0) return true;
        return (before & Time) != 0 && (before & Time) != option;
    }

    private static StringOptions Excluded(StringOptions option) => option switch
    {
        StringOptions.Nx => StringOptions.AnyCondition & ~StringOptions.Nx,
        StringOptions.Xx => StringOptions.AnyCondition & ~StringOptions.Xx,
        _ when (option & StringOptions.AnyComparison) != 0 => StringOptions.AnyCondition,
        StringOptions.KeepTtl or StringOptions.Persist => StringOptions.AnyTime,
        _ => 0,
    };
}
