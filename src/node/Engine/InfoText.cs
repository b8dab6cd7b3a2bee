using System;
using System.Globalization;
using System.Text;

namespace Hexad.Engine;

/// <summary>The text of INFO as it grows: sections of lines "name:value".</summary>
public sealed class InfoText
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a section.</summary>
    public void Section(string title)
    {
        if (_text.Length > 0) _text.Append("\r\n");
        _text.Append("# ").Append(title).Append("\r\n");
    }

    /// <summary>A line.</summary>
    public void Line(string name, string value) => _text.Append(name).Append(':').Append(value).Append("\r\n");

    /// <summary>A line with a whole number.</summary>
    public void Line(string name, long value) => Line(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A line with a truth: 1 or 0.</summary>
    public void Line(string name, bool value) => Line(name, value ? "1" : "0");

    /// <summary>A line with a number of two decimals.</summary>
    public void Fraction(string name, double value, string unit = "") =>
        Line(name, value.ToString("F2", CultureInfo.InvariantCulture) + unit);

    /// <summary>Two lines: a number of bytes, and the same for people under "name_human".</summary>
    public void Bytes(string name, long value)
    {
        Line(name, value);
        Line(name + "_human", Human(value));
    }

    /// <summary>A number of bytes for people: "1.50M".</summary>
    public static string Human(long bytes)
    {
        if (bytes < 1024) return string.Create(CultureInfo.InvariantCulture, $"{bytes}B");
        ReadOnlySpan<char> units = "KMGTP";
        double value = bytes / 1024.0;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:F2}{units[unit]}");
    }

    /// <summary>All lines so far.</summary>
    public override string ToString() => _text.ToString();
}
