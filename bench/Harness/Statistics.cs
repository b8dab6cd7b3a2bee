using System;
using System.Linq;

using Hexad.Core;

namespace Hexad.Harness;

/// <summary>A median with its spread, or a ratio with its confidence interval.</summary>
public readonly record struct Interval(double Low, double Middle, double High);

/// <summary>The few statistics that the report needs.</summary>
public static class Statistics
{
    private const int Resamples = 4000;

    /// <summary>The middle of the values.</summary>
    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// <summary>Smallest, median and largest.</summary>
    public static Interval Spread(double[] values) => new(values.Min(), Median(values), values.Max());

    /// <summary>
    /// The median of the ratios of pairs that ran one after the other, with its 95 % interval from resampling the
    /// pairs. Pairing takes the drift of the machine out.
    /// </summary>
    public static Interval PairedRatio(double[] above, double[] below)
    {
        double[] ratios = [.. above.Zip(below, static (a, b) => a / b)];
        var dice = new Dice(1);
        var medians = new double[Resamples];
        var sample = new double[ratios.Length];
        for (int i = 0; i < Resamples; i++)
        {
            for (int j = 0; j < sample.Length; j++) sample[j] = ratios[dice.Below(ratios.Length)];
            medians[i] = Median(sample);
        }

        Array.Sort(medians);
        return new Interval(medians[(int)(Resamples * 0.025)], Median(ratios), medians[(int)(Resamples * 0.975)]);
    }
}
