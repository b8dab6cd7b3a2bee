using System;
using System.Globalization;
using System.Text;

namespace Hexad.Core;

/// <summary>
/// Doubles as clients write them and C's strtod reads them: decimal or hexadecimal digits with an optional fraction and
/// exponent, "inf", "infinity", "nan" in any case, blanks and a sign before.
/// </summary>
public static class FloatText
{
    private const int LongestExponentDigits = 6;
    private const int LongestNumberBytes = 4096;

    /// <summary>
    /// Reads a number that takes up the whole text, as scores and increments are read: no blank before it, not "nan",
    /// and not too large or too small to be told from infinity and zero.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        if (text.Length < 16 && NumberText.TryInt64(text, out long whole))
        {
            value = whole;
            return true;
        }

        value = 0;
        if (text.IsEmpty || IsBlank(text[0])) return false;
        int length = Read(text, out value, out bool outOfRange);
        return length == text.Length && !outOfRange && !double.IsNaN(value);
    }

    /// <summary>
    /// Reads the bound of a range: as <see cref="TryParse"/>, but blanks may come before, nothing at all is 0, and what
    /// follows a zero byte is not looked at.
    /// </summary>
    // As Redis, which trusts strtod and looks for the end of a C string.
    public static bool TryParseBound(ReadOnlySpan<byte> text, out double value)
    {
        int end = text.IndexOf((byte)0);
        if (end >= 0) text = text[..end];
        int length = Read(text, out value, out _);
        if (length == 0) value = 0;
        return length == text.Length && !double.IsNaN(value);
    }

    // The length of what was read, 0 if it is no number.
    private static int Read(ReadOnlySpan<byte> text, out double value, out bool outOfRange)
    {
        value = 0;
        outOfRange = false;
        int at = 0;
        while (at < text.Length && IsBlank(text[at])) at++;
        int start = at;
        bool negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is (byte)'-' or (byte)'+') at++;
        int length = ReadWord(text[at..], out value);
        if (length == 0)
        {
            bool hexadecimal = text.Length - at > 2 && text[at] == '0' && (text[at + 1] | 0x20) == 'x' && IsHexStart(text[(at + 2)..]);
            length = hexadecimal ? 2 + ReadHexadecimal(text[(at + 2)..], out value) : ReadDecimal(text[at..], out value);
            if (length == 0) return 0;
            outOfRange = double.IsInfinity(value) || (value == 0 && HasSignificantDigit(text.Slice(at, length), hexadecimal));
        }

        if (negative) value = -value;
        return start + (at - start) + length;
    }

    private static int ReadWord(ReadOnlySpan<byte> text, out double value)
    {
        value = double.PositiveInfinity;
        if (text.Length >= 8 && Ascii.EqualsIgnoreCase(text[..8], "infinity"u8)) return 8;
        if (text.Length >= 3 && Ascii.EqualsIgnoreCase(text[..3], "inf"u8)) return 3;
        value = double.NaN;
        if (text.Length >= 3 && Ascii.EqualsIgnoreCase(text[..3], "nan"u8)) return 3;
        value = 0;
        return 0;
    }

    // digits := {d} ["." {d}] ["e" [sign] d {d}], at least one digit before the exponent
    private static int ReadDecimal(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        int at = 0, digits = 0;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++) digits++;
        if (at < text.Length && text[at] == '.')
            for (at++; at < text.Length && char.IsAsciiDigit((char)text[at]); at++) digits++;
        if (digits == 0) return 0;
        at += ReadExponent(text[at..], (byte)'e', out _);
        return at <= LongestNumberBytes && double.TryParse(text[..at], NumberStyles.Float, CultureInfo.InvariantCulture, out value) ? at : 0;
    }

    private static int ReadHexadecimal(ReadOnlySpan<byte> text, out double value)
    {
        ulong mantissa = 0;
        int exponent = 0, at = 0;
        bool afterPoint = false;
        for (; at < text.Length; at++)
        {
            if (text[at] == '.' && !afterPoint)
            {
                afterPoint = true;
                continue;
            }

            if (!char.IsAsciiHexDigit((char)text[at])) break;
            uint digit = text[at] <= '9' ? (uint)(text[at] - '0') : (uint)((text[at] | 0x20) - 'a' + 10);
            if (mantissa >> 60 == 0)
            {
                mantissa = mantissa << 4 | digit;
                if (afterPoint) exponent -= 4;
            }
            else
            {
                // Digits beyond 64 bits only say whether the number lies above the middle.
                if (digit != 0) mantissa |= 1;
                if (!afterPoint) exponent += 4;
            }
        }

        at += ReadExponent(text[at..], (byte)'p', out int power);
        value = Math.ScaleB((double)mantissa, exponent + power);
        return at;
    }

    private static int ReadExponent(ReadOnlySpan<byte> text, byte letter, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty || (text[0] | 0x20) != letter) return 0;
        int at = 1;
        bool negative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is (byte)'-' or (byte)'+') at++;
        int first = at, digits = 0;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]); at++)
        {
            if (digits > 0 || text[at] != '0') digits++;
            if (digits <= LongestExponentDigits) exponent = exponent * 10 + text[at] - '0';
        }

        if (negative) exponent = -exponent;
        return at == first ? 0 : at;
    }

    private static bool IsHexStart(ReadOnlySpan<byte> text) =>
        char.IsAsciiHexDigit((char)text[0]) || (text.Length > 1 && text[0] == '.' && char.IsAsciiHexDigit((char)text[1]));

    private static bool HasSignificantDigit(ReadOnlySpan<byte> number, bool hexadecimal)
    {
        foreach (byte b in hexadecimal ? number[2..] : number)
        {
            if ((b | 0x20) == (hexadecimal ? 'p' : 'e')) return false;
            if (b is not ((byte)'0' or (byte)'.')) return true;
        }

        return false;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or >= 9 and <= 13;
}
