using System;
using System.Collections.Generic;
using System.Linq;

namespace Hexad.Options;

/// <summary>The option bind: addresses to listen on. A leading '-' means that it may be missing; "*" and "::*" are all.</summary>
public sealed class BindAddresses : IOptionValue<BindAddresses>
{
    private const int Most = 16;

    private BindAddresses(string[] addresses) => Addresses = addresses;

    /// <summary>As they were written; none: nothing is listened on.</summary>
    public string[] Addresses { get; }

    public static string? TryParse(ReadOnlySpan<string> words, BindAddresses? old, OptionSource source, out BindAddresses value)
    {
        value = old ?? new BindAddresses([]);
        if (words.Length > Most)
            return OptionErrors.TooManyAddresses;
        value = new BindAddresses(words.Length == 1 && words[0].Length == 0 ? [] : words.ToArray());
        return null;
    }

    public string Format() => string.Join(' ', Addresses);

    public IEnumerable<string> FileLines() => [Addresses.Length == 0 ? "\"\"" : string.Join(' ', Addresses.Select(Word))];

    private static string Word(string address) => address.All(static c => char.IsAsciiLetterOrDigit(c) || "-.:*%_".Contains(c, StringComparison.Ordinal)) ? address : ConfigWords.Quote(address);
}
