using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Hexad.Options;

/// <summary>A client is closed at once above the hard limit, and above the soft one when that lasts. 0 is no limit.</summary>
public readonly record struct OutputBufferLimit(ulong HardBytes, ulong SoftBytes, long SoftSeconds);

/// <summary>The option client-output-buffer-limit: one limit for each class of client. Classes not named keep theirs.</summary>
public sealed class OutputBufferLimits : IOptionValue<OutputBufferLimits>
{
    // As Redis: CONFIG GET says "slave", and files are written so too.
    private static readonly string[] classNames = ["normal", "slave", "pubsub"];
    private readonly OutputBufferLimit[] limits;

    private OutputBufferLimits(OutputBufferLimit[] limits) => this.limits = limits;

    public OutputBufferLimit Normal => limits[0];

    public OutputBufferLimit Replica => limits[1];

    public OutputBufferLimit PubSub => limits[2];

    public static string? TryParse(ReadOnlySpan<string> words, OutputBufferLimits? old, OptionSource source, out OutputBufferLimits value)
    {
        value = old ?? new OutputBufferLimits(new OutputBufferLimit[classNames.Length]);
        if (words.Length % 4 != 0)
            return OptionErrors.BadLimitCount;
        OutputBufferLimit[] limits = value.limits.ToArray();
        for (int i = 0; i < words.Length; i += 4)
        {
            string name = words[i].ToLowerInvariant();
            int index = Array.IndexOf(classNames, name == "replica" ? "slave" : name);
            if (index < 0)
                return OptionErrors.BadLimitClass;
            if (!OptionText.TryMemory(words[i + 1], out ulong hard) || !OptionText.TryMemory(words[i + 2], out ulong soft)
                || !long.TryParse(words[i + 3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) || seconds < 0)
                return OptionErrors.BadLimit;
            limits[index] = new OutputBufferLimit(hard, soft, seconds);
        }
        value = new OutputBufferLimits(limits);
        return null;
    }

    public string Format() => string.Join(' ', classNames.Select((name, i) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {limits[i].HardBytes} {limits[i].SoftBytes} {limits[i].SoftSeconds}")));

    public IEnumerable<string> FileLines() => classNames.Select((name, i) => string.Create(CultureInfo.InvariantCulture,
        $"{(name == "slave" ? "replica" : name)} {MemoryText.Of(limits[i].HardBytes)} {MemoryText.Of(limits[i].SoftBytes)} {limits[i].SoftSeconds}"));
}
