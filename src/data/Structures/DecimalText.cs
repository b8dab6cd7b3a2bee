using System;
using System.Buffers.Text;

namespace Hexad.Structures;

/// <summary>Integers as Redis writes them: decimal, a minus sign or none, no leading zeros. One text for each number.</summary>
public static class DecimalText
{
    /// <summary>The longest text: 19 digits and a sign.</summary>
    public const int LongestBytes = 20;

    /// <summary>Reads an integer; anything but its one text is refused, and so is what does not fit 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > LongestBytes) return false;
        bool negative = text[0] == '-';
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        if (digits.IsEmpty) return false;
        if (digits[0] == '0') return !negative && digits.Length == 1;
        if (digits.Length > 19) return false;
        ulong magnitude = 0;
        foreach (byte digit in digits)
        {
            uint number = (uint)digit - '0';
            if (number > 9) return false;
            magnitude = magnitude * 10 + number;
        }

        if (magnitude > (ulong)long.MaxValue + (negative ? 1UL : 0)) return false;
        value = negative ? (long)(0 - magnitude) : (long)magnitude;
        return true;
    }

    /// <summary>Writes an integer to <paramref name="text"/>, which has room for <see cref="LongestBytes"/>; returns what was written.</summary>
    public static ReadOnlySpan<byte> Format(long value, Span<byte> text)
    {
        Utf8Formatter.TryFormat(value, text, out int written);
        return text[..written];
    }

    /// <summary>How many bytes an integer's text has.</summary>
    public static int LengthOf(long value)
    {
        ulong magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        int length = value < 0 ? 2 : 1;
        for (ulong limit = 10; magnitude >= limit; limit *= 10)
        {
            length++;
            if (limit > ulong.MaxValue / 10) break;
        }

        return length;
    }
}
