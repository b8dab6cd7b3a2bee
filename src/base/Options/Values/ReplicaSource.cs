using System;
using System.Collections.Generic;
using System.Globalization;

namespace Hexad.Options;

/// <summary>The option replicaof: the master's host and port, or none.</summary>
public sealed class ReplicaSource : IOptionValue<ReplicaSource>
{
    private ReplicaSource(string? host, int port)
    {
        Host = host;
        Port = port;
    }

    /// <summary>No master.</summary>
    public static ReplicaSource None { get; } = new(null, 0);

    public string? Host { get; }

    public int Port { get; }

    /// <summary>What a REPLICAOF while the server runs leaves to be written to the file.</summary>
    public static ReplicaSource To(string host, int port) => new(host, port);

    public static string? TryParse(ReadOnlySpan<string> words, ReplicaSource? old, OptionSource source, out ReplicaSource value)
    {
        value = old ?? None;
        if (words.Length == 0 && old is null)
            return null;
        if (words.Length != 2)
            return OptionErrors.WrongCount;
        if (words[0].Equals("no", StringComparison.OrdinalIgnoreCase) && words[1].Equals("one", StringComparison.OrdinalIgnoreCase))
        {
            value = None;
            return null;
        }
        if (!int.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int port) || port is < 0 or > 65535)
            return OptionErrors.BadMasterPort;
        value = new ReplicaSource(words[0], port);
        return null;
    }

    public string Format() => Host is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{Host} {Port}");

    public IEnumerable<string> FileLines() => Host is null ? [] : [Format()];
}
