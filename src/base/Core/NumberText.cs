using System;
using System.Buffers.Text;
using System.Globalization;

namespace Hexad.Core;

/// <summary>
/// Numbers as clients write and read them. Integers are strict: no sign but '-', no leading zeros, no spaces, nothing
/// that does not fit 64 bits (string2ll of the Redis protocol's users). Doubles are written in the shortest form that
/// reads back the same, whole numbers without a fraction.
/// </summary>
public static class NumberText
{
    /// <summary>Reads a strict decimal 64-bit integer that takes up the whole of <paramref name="text"/>.</summary>
    public static bool TryInt64(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 20) return false;
        bool negative = text[0] == '-';
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        if (digits.Length == 0) return false;
        if (digits[0] == '0') return text.Length == 1;
        ulong sum = 0;
        foreach (byte d in digits)
        {
            uint digit = (uint)(d - '0');
            if (digit > 9) return false;
            if (sum > (ulong.MaxValue - digit) / 10) return false;
            sum = sum * 10 + digit;
        }

        if (negative ? sum > 1UL << 63 : sum > long.MaxValue) return false;
        value = negative ? (long)(0 - sum) : (long)sum;
        return true;
    }

    /// <summary>Writes a double for a reply: <c>inf</c>, <c>-inf</c>, <c>nan</c>, whole numbers without a fraction, else the
    /// shortest digits that read back the same with an exponent as C's %g writes it. Returns the length, at most 32.</summary>
    public static int Double(double value, Span<byte> to)
    {
        if (double.IsNaN(value)) return Copy("nan"u8, to);
        if (double.IsPositiveInfinity(value)) return Copy("inf"u8, to);
        if (double.IsNegativeInfinity(value)) return Copy("-inf"u8, to);
        if (value == 0) return Copy(double.IsNegative(value) ? "-0"u8 : "0"u8, to);
        if (value == Math.Floor(value) && Math.Abs(value) < 1e17)
        {
            Utf8Formatter.TryFormat((long)value, to, out int whole);
            return whole;
        }

        return Shortest(value, to);
    }

    // R gives "1E-07" and "1.5E+20"; C writes 1e-07 and 1.5e+20, and switches to an exponent at the same places as %.17g.
    private static int Shortest(double value, Span<byte> to)
    {
        Span<byte> text = stackalloc byte[40];
        value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        int at = 0;
        int mark = text[..length].IndexOf((byte)'E');
        ReadOnlySpan<byte> mantissa = mark < 0 ? text[..length] : text[..mark];
        if (mark < 0) return Copy(mantissa, to);
        int exponent = int.Parse(text[(mark + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is >= -4 and < 17) return Plain(mantissa, exponent, to);
        at += Copy(mantissa, to);
        to[at++] = (byte)'e';
        to[at++] = (byte)(exponent < 0 ? '-' : '+');
        exponent = Math.Abs(exponent);
        if (exponent < 10) to[at++] = (byte)'0';
        Utf8Formatter.TryFormat(exponent, to[at..], out int digits);
        return at + digits;
    }

    private static int Plain(ReadOnlySpan<byte> mantissa, int exponent, Span<byte> to)
    {
        int at = 0;
        if (mantissa[0] == '-')
        {
            to[at++] = (byte)'-';
            mantissa = mantissa[1..];
        }

        Span<byte> digits = stackalloc byte[24];
        int count = 0;
        foreach (byte b in mantissa)
            if (b != '.') digits[count++] = b;
        if (exponent < 0)
        {
            at += Copy("0."u8, to[at..]);
            for (int i = -1; i > exponent; i--) to[at++] = (byte)'0';
            return at + Copy(digits[..count], to[at..]);
        }

        for (int i = 0; i <= exponent; i++) to[at++] = i < count ? digits[i] : (byte)'0';
        if (count > exponent + 1)
        {
            to[at++] = (byte)'.';
            at += Copy(digits[(exponent + 1)..count], to[at..]);
        }

        return at;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> to)
    {
        text.CopyTo(to);
        return text.Length;
    }
}
