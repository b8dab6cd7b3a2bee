using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Hexad.Options;

/// <summary>The option latency-tracking-info-percentiles: which percentiles INFO shows.</summary>
public sealed class Percentiles : IOptionValue<Percentiles>
{
    private Percentiles(double[] values) => Values = values;

    public double[] Values { get; }

    public static string? TryParse(ReadOnlySpan<string> words, Percentiles? old, OptionSource source, out Percentiles value)
    {
        value = old ?? new Percentiles([]);
        if (words.Length == 1 && words[0].Length == 0)
            words = [];
        double[] values = new double[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float & ~NumberStyles.AllowTrailingWhite & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out values[i]) || double.IsNaN(values[i]))
                return OptionErrors.BadPercentiles;
            if (values[i] is < 0.0 or > 100.0)
                return OptionErrors.PercentileRange;
        }
        value = new Percentiles(values);
        return null;
    }

    public string Format() => string.Join(' ', Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)));

    public IEnumerable<string> FileLines() => [Values.Length == 0 ? "\"\"" : Format()];
}
