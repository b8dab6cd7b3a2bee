using System;
using System.Collections.Generic;
using System.Globalization;

namespace Hexad.Options;

/// <summary>The option oom-score-adj-values: how ready the kernel should be to kill a master, a replica, a saving process.</summary>
public sealed class OomScores : IOptionValue<OomScores>
{
    private OomScores(int master, int replica, int saving)
    {
        Master = master;
        Replica = replica;
        Saving = saving;
    }

    public int Master { get; }

    public int Replica { get; }

    public int Saving { get; }

    public static string? TryParse(ReadOnlySpan<string> words, OomScores? old, OptionSource source, out OomScores value)
    {
        value = old ?? new OomScores(0, 0, 0);
        if (words.Length != 3)
            return OptionErrors.WrongCount;
        Span<int> scores = stackalloc int[3];
        for (int i = 0; i < 3; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out scores[i]) || scores[i] is < -2000 or > 2000)
                return OptionErrors.BadOomScore;
        }
        value = new OomScores(scores[0], scores[1], scores[2]);
        return null;
    }

    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{Master} {Replica} {Saving}");

    public IEnumerable<string> FileLines() => [Format()];
}
