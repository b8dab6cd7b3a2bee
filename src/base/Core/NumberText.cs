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

    /// <summary>
    /// Writes a double for a reply, and wherever a score is kept as text: <c>inf</c>, <c>-inf</c>, <c>nan</c>, whole numbers up to
    /// 2^62 without a fraction, else the shortest digits that read back the same, in the form that Redis 7.2 gives them:
    /// seven zeros at most at the end of a larger whole number, an exponent without leading zeros. Returns the length, at most 32.
    /// </summary>
    public static int Double(double value, Span<byte> to)
    {
        if (double.IsNaN(value)) return Copy("nan"u8, to);
        if (double.IsPositiveInfinity(value)) return Copy("inf"u8, to);
        if (double.IsNegativeInfinity(value)) return Copy("-inf"u8, to);
        if (value == 0) return Copy(double.IsNegative(value) ? "-0"u8 : "0"u8, to);
        if (TryWhole(value, out long whole))
        {
            Utf8Formatter.TryFormat(whole, to, out int length);
            return length;
        }

        return Shortest(value, to);
    }

    /// <summary>Whether a double is a whole number of at most 2^62 either way.</summary>
    public static bool TryWhole(double value, out long whole)
    {
        const double Limit = long.MaxValue / 2;
        whole = 0;
        if (!(value >= -Limit && value <= Limit)) return false;
        whole = (long)value;
        return whole == value;
    }

    /// <summary>Writes a double as C's <c>%.17g</c> does: 17 significant digits, zeros at the end left out, which read back the same. Returns the length, at most 32.</summary>
    public static int DoubleOf17Digits(double value, Span<byte> to)
    {
        if (!double.IsFinite(value) || value == 0) return Double(value, to);
        Span<byte> text = stackalloc byte[40], digits = stackalloc byte[32];
        value.TryFormat(text, out int length, "E16", CultureInfo.InvariantCulture);
        int count = Digits(text[..length], digits, out int scale);
        int exponent = scale + count - 1, at = 0;
        if (value < 0) to[at++] = (byte)'-';
        if (exponent is >= -4 and < 17) return at + Plain(digits[..count], scale, to[at..]);
        return at + Scientific(digits[..count], exponent, 2, to[at..]);
    }

    private static int Shortest(double value, Span<byte> to)
    {
        Span<byte> text = stackalloc byte[40];
        value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[32];
        int count = Digits(text[..length], digits, out int scale);
        int at = 0;
        if (value < 0) to[at++] = (byte)'-';
        return at + Place(digits[..count], scale, value < 0, to[at..]);
    }

    /// <summary>The digits of a number's text without zeros at either end, and the power of ten that they are to be multiplied with.</summary>
    private static int Digits(ReadOnlySpan<byte> text, Span<byte> digits, out int scale)
    {
        int count = 0, fraction = 0;
        bool afterPoint = false;
        scale = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '.') afterPoint = true;
            else if (b == 'E')
            {
                scale = int.Parse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }
            else if (b != '-')
            {
                if (afterPoint) fraction++;
                if (count > 0 || b != '0') digits[count++] = b;
            }
        }

        scale -= fraction;
        for (; count > 1 && digits[count - 1] == '0'; count--) scale++;
        return count;
    }

    // As Redis 7.2: the rules of fpconv decide between plain digits and an exponent.
    private static int Place(ReadOnlySpan<byte> digits, int scale, bool negative, Span<byte> to)
    {
        int count = digits.Length, exponent = scale + count - 1, size = Math.Abs(exponent);
        if (scale >= 0 ? size < count + 7 : scale > -7 || size < 4) return Plain(digits, scale, to);
        return Scientific(digits[..Math.Min(count, negative ? 17 : 18)], exponent, 1, to);
    }

    private static int Plain(ReadOnlySpan<byte> digits, int scale, Span<byte> to)
    {
        int count = digits.Length, before = count + scale;
        if (scale >= 0)
        {
            digits.CopyTo(to);
            to.Slice(count, scale).Fill((byte)'0');
            return before;
        }

        if (before <= 0)
        {
            Copy("0."u8, to);
            to.Slice(2, -before).Fill((byte)'0');
            return 2 - before + Copy(digits, to[(2 - before)..]);
        }

        Copy(digits[..before], to);
        to[before] = (byte)'.';
        return 1 + before + Copy(digits[before..], to[(before + 1)..]);
    }

    private static int Scientific(ReadOnlySpan<byte> digits, int exponent, int exponentDigits, Span<byte> to)
    {
        int at = 0;
        to[at++] = digits[0];
        if (digits.Length > 1)
        {
            to[at++] = (byte)'.';
            at += Copy(digits[1..], to[at..]);
        }

        to[at++] = (byte)'e';
        to[at++] = (byte)(exponent < 0 ? '-' : '+');
        int size = Math.Abs(exponent);
        if (size < 10 && exponentDigits > 1) to[at++] = (byte)'0';
        Utf8Formatter.TryFormat(size, to[at..], out int written);
        return at + written;
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> to)
    {
        text.CopyTo(to);
        return text.Length;
    }
}
