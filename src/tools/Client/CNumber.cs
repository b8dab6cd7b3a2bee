using System;
using System.Globalization;

namespace Hexad.Client;

/// <summary>Numbers on the command line, read as C reads them: what is no digit ends the number, and nothing is 0.</summary>
public static class CNumber
{
    /// <summary>The integer at the start of a text.</summary>
    public static long Integer(string text)
    {
        int at = 0;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        int start = at;
        if (at < text.Length && text[at] is '-' or '+') at++;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return long.TryParse(text[start..at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
    }

    /// <summary>The integer at the start of a text, as C's int.</summary>
    public static int Int32(string text) => (int)Integer(text);

    /// <summary>The decimal number at the start of a text.</summary>
    public static double Real(string text)
    {
        for (int length = text.Length; length > 0; length--)
        {
            if (double.TryParse(text.AsSpan(0, length), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) return value;
        }

        return 0;
    }
}
