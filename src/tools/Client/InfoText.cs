using System;

namespace Hexad.Client;

/// <summary>Reads fields out of a report of lines <c>name:value</c>, as INFO and CLUSTER INFO give it.</summary>
public static class InfoText
{
    /// <summary>The value of a field; null when the report does not have it.</summary>
    public static string? Field(string report, string name)
    {
        foreach (ReadOnlySpan<char> line in report.AsSpan().EnumerateLines())
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
                return line[(name.Length + 1)..].ToString();
        }

        return null;
    }

    /// <summary>The number that a field begins with; 0 when the report does not have it.</summary>
    public static long Number(string report, string name) => Field(report, name) is { } value ? CNumber.Integer(value) : 0;
}
