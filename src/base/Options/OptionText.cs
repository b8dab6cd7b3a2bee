// Text to value and back, for every kind of option: the part that all options share.
//
// A setting is refused with a reason and then changes nothing. Numbers are strict as Redis's are: no blanks, no plus
// sign, no leading zeroes.
using System;
using System.Collections.Generic;
using System.Globalization;
using Hexad.Core;

namespace Hexad.Options;

/// <summary>Called by the generated half of <see cref="NodeOptions"/>.</summary>
internal static class OptionText
{
    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref bool value)
    {
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        bool yes = words[0].Equals("yes", StringComparison.OrdinalIgnoreCase);
        if (!yes && !words[0].Equals("no", StringComparison.OrdinalIgnoreCase))
            return OptionErrors.NotYesOrNo;
        value = yes;
        return null;
    }

    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref int value)
    {
        string? error = Number(words, row, out long number);
        if (error is null)
            value = (int)number;
        return error;
    }

    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref uint value)
    {
        string? error = Number(words, row, out long number);
        if (error is null)
            value = (uint)number;
        return error;
    }

    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref long value)
    {
        string? error = Number(words, row, out long number);
        if (error is null)
            value = number;
        return error;
    }

    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref ulong value)
    {
        string? error = Number(words, row, out long number);
        if (error is null)
            value = (ulong)number;
        return error;
    }

    public static string? Set(ReadOnlySpan<string> words, OptionRow row, ref string value)
    {
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        string? error = OptionChecks.Run(row.Check, words[0]);
        if (error is null)
            value = words[0];
        return error;
    }

    /// <summary>A text that may be absent: setting it to nothing takes it away.</summary>
    public static string? SetNullable(ReadOnlySpan<string> words, OptionRow row, ref string? value)
    {
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        string? error = OptionChecks.Run(row.Check, words[0]);
        if (error is null)
            value = words[0].Length == 0 ? null : words[0];
        return error;
    }

    public static string? Set<T>(ReadOnlySpan<string> words, OptionSource source, ref T value)
        where T : class, IOptionValue<T>
    {
        string? error = T.TryParse(words, value, source, out T parsed);
        if (error is null)
            value = parsed;
        return error;
    }

    /// <summary>The value of one of the row's words.</summary>
    public static string? Word(ReadOnlySpan<string> words, OptionRow row, out long value)
    {
        value = 0;
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        for (int i = 0; i < row.Words.Length; i++)
        {
            if (!row.Words[i].Equals(words[0], StringComparison.OrdinalIgnoreCase))
                continue;
            value = row.WordValues[i];
            return null;
        }
        return OptionErrors.NotOneOf(row.Words);
    }

    public static string Of(bool value) => value ? "yes" : "no";

    public static string Of(long value, OptionRow row) => row.Unit switch
    {
        OptionUnit.Octal => Convert.ToString(value, 8),
        OptionUnit.MemoryOrPercent when value < 0 => (-value).ToString(CultureInfo.InvariantCulture) + "%",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    public static string Of(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(string? value) => value ?? "";

    public static string OfWord(long value, OptionRow row)
    {
        int index = Array.IndexOf(row.WordValues, value);
        Invariant.That(index >= 0);
        return row.Words[index];
    }

    /// <summary>Parses a default that is declared as text; it is right, or the build's tests fail.</summary>
    public static T Default<T>(params string[] words)
        where T : class, IOptionValue<T>
    {
        string? error = T.TryParse(words, null, OptionSource.FileFirst, out T value);
        Invariant.That(error is null);
        return value;
    }

    /// <summary>A decimal integer without blanks, plus sign or leading zeroes.</summary>
    public static bool TryInteger(string text, out long value)
    {
        value = 0;
        int first = text.StartsWith('-') ? 1 : 0;
        if (text.Length == first || (text[first] == '0' && text.Length > 1))
            return false;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && text[0] != '+';
    }

    /// <summary>Bytes with an optional unit: b, k (1000), kb (1024), m, mb, g, gb.</summary>
    public static bool TryMemory(string text, out ulong bytes)
    {
        bytes = 0;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        ulong unit = text[digits..].ToLowerInvariant() switch
        {
            "" or "b" => 1,
            "k" => 1_000,
            "kb" => 1 << 10,
            "m" => 1_000_000,
            "mb" => 1 << 20,
            "g" => 1_000_000_000,
            "gb" => 1 << 30,
            _ => 0,
        };
        // As Redis: a unit without digits, and the empty text, are zero bytes.
        if (unit == 0 || digits > 127)
            return false;
        if (digits > 0 && !ulong.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out bytes))
            bytes = ulong.MaxValue;
        bytes = unchecked(bytes * unit);
        return true;
    }

    private static string? Number(ReadOnlySpan<string> words, OptionRow row, out long value)
    {
        value = 0;
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        string? error = ReadNumber(words[0], row.Unit, out value);
        return error ?? OutOfRange(row, value);
    }

    private static string? ReadNumber(string text, OptionUnit unit, out long value)
    {
        switch (unit)
        {
            case OptionUnit.Plain:
                return TryInteger(text, out value) ? null : OptionErrors.NotAnInteger;
            case OptionUnit.Octal:
                return TryOctal(text, out value) ? null : OptionErrors.NotOctal;
        }
        if (TryMemory(text, out ulong bytes))
        {
            value = (long)bytes;
            return null;
        }
        value = 0;
        if (unit == OptionUnit.Memory)
            return OptionErrors.NotMemory;
        if (text.Length < 2 || text[^1] != '%' || !TryInteger(text[..^1], out value) || value < 0)
            return OptionErrors.NotMemoryOrPercent;
        value = -value;
        return null;
    }

    private static string? OutOfRange(OptionRow row, long value)
    {
        if (row.Unit == OptionUnit.MemoryOrPercent && value < 0)
            return value < row.Min ? OptionErrors.PercentTooGreat(-row.Min) : null;
        bool unsigned = row.Max > long.MaxValue;
        bool inside = unsigned ? (ulong)value >= (ulong)row.Min : value >= row.Min && (value < 0 || (ulong)value <= row.Max);
        if (inside)
            return null;
        return row.Unit == OptionUnit.Octal
            ? OptionErrors.NotBetween(Convert.ToString(row.Min, 8), Convert.ToString((long)row.Max, 8))
            : OptionErrors.NotBetween(row.Min.ToString(CultureInfo.InvariantCulture), row.Max.ToString(CultureInfo.InvariantCulture));
    }

    private static bool TryOctal(string text, out long value)
    {
        value = 0;
        int first = text.StartsWith('-') ? 1 : 0;
        for (int i = first; i < text.Length; i++)
        {
            if (text[i] is < '0' or > '7' || value > long.MaxValue >> 3)
                return false;
            value = (value << 3) | (uint)(text[i] - '0');
        }
        if (first == 1)
            value = -value;
        return true;
    }
}
