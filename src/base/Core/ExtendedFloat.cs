// A number with the 64-bit significand of x87's extended precision: what INCRBYFLOAT adds, so that its sums have the
// digits that clients know from servers whose long double is that type.
//
//   value = mantissa · 2^exponent      |mantissa| < 2^64, rounded half to even
//
// Reading, adding and writing go through exact integers; they allocate, which INCRBYFLOAT can afford.
using System;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hexad.Core;

/// <summary>A number of 80-bit extended precision, or an infinity.</summary>
public readonly struct ExtendedFloat
{
    private const int Precision = 64;
    private const int LeastExponent = -16445;
    private const int MostBits = 16384;
    private const int LongestText = 5 * 1024;
    private const int LargestDecimalExponent = 5200;
    private const int WrittenDecimals = 17;
    private readonly BigInteger _mantissa;
    private readonly int _exponent;
    private readonly bool _infinite;

    private ExtendedFloat(BigInteger mantissa, int exponent, bool infinite)
    {
        _mantissa = mantissa;
        _exponent = exponent;
        _infinite = infinite;
    }

    /// <summary>0.</summary>
    public static ExtendedFloat Zero => default;

    /// <summary>Whether it is a number and not an infinity.</summary>
    public bool IsFinite => !_infinite;

    /// <summary>
    /// Reads what C's strtold reads (decimal or hexadecimal with an optional exponent, "inf", "infinity") when it takes
    /// up the whole text. False for anything else, for "nan", and for numbers too large or too small to be told from
    /// infinity and zero.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ExtendedFloat value)
    {
        value = default;
        if (text.Length is 0 or >= LongestText) return false;
        bool negative = text[0] == '-';
        if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (Ascii.EqualsIgnoreCase(text, "inf"u8) || Ascii.EqualsIgnoreCase(text, "infinity"u8))
        {
            value = new ExtendedFloat(BigInteger.Zero, 0, true);
            return true;
        }

        bool hexadecimal = text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
        if (!TryDigits(hexadecimal ? text[2..] : text, hexadecimal, out BigInteger digits, out int exponent)) return false;
        if (negative) digits = -digits;
        value = hexadecimal ? Round(digits, exponent, false) : FromDecimal(digits, exponent);
        return !value._infinite && (digits.IsZero || !value._mantissa.IsZero);
    }

    /// <summary>The sum, rounded; infinite when it is too large or either is.</summary>
    public ExtendedFloat Plus(ExtendedFloat other)
    {
        if (_infinite || other._infinite) return new ExtendedFloat(BigInteger.Zero, 0, true);
        int exponent = Math.Min(_exponent, other._exponent);
        return Round((_mantissa << (_exponent - exponent)) + (other._mantissa << (other._exponent - exponent)), exponent, false);
    }

    /// <summary>The least whole number that is not below a thousand times this one (seconds as milliseconds); false if it is beyond 64 bits.</summary>
    public bool TryThousandfoldCeiling(out long value)
    {
        value = 0;
        if (_infinite) return false;
        ExtendedFloat product = Round(_mantissa * 1000, _exponent, false);
        if (product._infinite || product._exponent > 64) return false;
        BigInteger whole = product._exponent >= 0 ? product._mantissa << product._exponent : -((-product._mantissa) >> -product._exponent);
        if (whole > long.MaxValue) return false;
        value = whole < long.MinValue ? long.MinValue : (long)whole;
        return true;
    }

    /// <summary>The number with 17 decimals (C's <c>%.17Lf</c>), without the zeros at their end, in ASCII.</summary>
    public byte[] ToText()
    {
        Invariant.That(IsFinite);
        BigInteger scaled = BigInteger.Abs(_mantissa) * BigInteger.Pow(10, WrittenDecimals);
        scaled = _exponent >= 0 ? scaled << _exponent : ShiftHalfEven(scaled, -_exponent, false);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(WrittenDecimals + 1, '0');
        string whole = digits[..^WrittenDecimals];
        string decimals = digits[^WrittenDecimals..].TrimEnd('0');
        string text = decimals.Length > 0 ? whole + "." + decimals : whole;
        return Encoding.ASCII.GetBytes(_mantissa.Sign < 0 && !scaled.IsZero ? "-" + text : text);
    }

    // digits := {d} ["." {d}] [("e" | "p") [sign] d {d}], at least one digit before the exponent
    private static bool TryDigits(ReadOnlySpan<byte> text, bool hexadecimal, out BigInteger digits, out int exponent)
    {
        var kept = new StringBuilder("0");
        digits = default;
        exponent = 0;
        bool afterPoint = false;
        int at = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] == '.' && !afterPoint) afterPoint = true;
            else if (hexadecimal ? char.IsAsciiHexDigit((char)text[at]) : char.IsAsciiDigit((char)text[at]))
            {
                kept.Append((char)text[at]);
                if (afterPoint) exponent -= hexadecimal ? 4 : 1;
            }
            else break;
        }

        if (kept.Length == 1) return false;
        digits = BigInteger.Parse(kept.ToString(), hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
        if (at == text.Length) return true;
        if ((text[at] | 0x20) != (hexadecimal ? 'p' : 'e')) return false;
        return TryExponent(text[(at + 1)..], ref exponent);
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        bool negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+') text = text[1..];
        if (text.IsEmpty) return false;
        int said = 0;
        foreach (byte b in text)
        {
            if (!char.IsAsciiDigit((char)b)) return false;
            said = Math.Min(said * 10 + (b - '0'), 1_000_000);
        }

        exponent += negative ? -said : said;
        return true;
    }

    private static ExtendedFloat FromDecimal(BigInteger digits, int exponent)
    {
        if (digits.IsZero) return Zero;
        if (exponent > LargestDecimalExponent) return new ExtendedFloat(BigInteger.Zero, 0, true);
        if (exponent >= 0) return Round(digits * BigInteger.Pow(10, exponent), 0, false);
        if (exponent < -2 * LargestDecimalExponent) return Zero;
        BigInteger divisor = BigInteger.Pow(10, -exponent);
        int shift = (int)Math.Max(0, divisor.GetBitLength() - BigInteger.Abs(digits).GetBitLength() + Precision + 2);
        BigInteger quotient = BigInteger.DivRem(digits << shift, divisor, out BigInteger remainder);
        return Round(quotient, -shift, !remainder.IsZero);
    }

    // "inexact" says that the value is a little further from zero than the mantissa says.
    private static ExtendedFloat Round(BigInteger mantissa, int exponent, bool inexact)
    {
        BigInteger magnitude = BigInteger.Abs(mantissa);
        int drop = (int)Math.Max(magnitude.GetBitLength() - Precision, LeastExponent - (long)exponent);
        if (drop > 0)
        {
            magnitude = ShiftHalfEven(magnitude, drop, inexact);
            exponent += drop;
        }

        if (magnitude.IsZero) return Zero;
        bool infinite = magnitude.GetBitLength() + exponent > MostBits;
        return infinite ? new ExtendedFloat(BigInteger.Zero, 0, true) : new ExtendedFloat(mantissa.Sign < 0 ? -magnitude : magnitude, exponent, false);
    }

    private static BigInteger ShiftHalfEven(BigInteger magnitude, int bits, bool inexact)
    {
        BigInteger kept = magnitude >> bits;
        BigInteger rest = magnitude - (kept << bits);
        int compared = rest.CompareTo(BigInteger.One << (bits - 1));
        bool up = compared > 0 || (compared == 0 && (inexact || !kept.IsEven));
        return up ? kept + 1 : kept;
    }
}
