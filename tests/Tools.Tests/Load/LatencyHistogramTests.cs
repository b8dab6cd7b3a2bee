using System;
using System.Linq;

using Hexad.Benchmark;
using Hexad.Core;

using Xunit;

namespace Hexad.Tools.Tests.Load;

public class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_agree_with_a_sorted_list_to_a_thousandth()
    {
        var dice = new Dice(7);
        var histogram = new LatencyHistogram();
        long[] values = [.. Enumerable.Range(0, 20_000).Select(_ => dice.Below(1L << (1 + dice.Below(29))))];
        foreach (long value in values) histogram.Record(value);
        Array.Sort(values);
        foreach (double percent in (double[])[0.01, 10, 50, 90, 99, 99.9, 100])
        {
            long exact = values[Math.Max(0, (int)Math.Ceiling(percent / 100 * values.Length) - 1)];
            Assert.InRange(histogram.PercentileUs(percent), exact, exact + Math.Max(1, exact / 1000));
        }

        Assert.Equal(values[0], histogram.MinUs);
        Assert.Equal(values[^1], histogram.MaxUs);
        Assert.Equal(values.Average(), histogram.MeanUs, 3);
    }

    [Fact]
    public void Adding_two_is_as_if_one_had_recorded_all()
    {
        var first = new LatencyHistogram();
        var second = new LatencyHistogram();
        var both = new LatencyHistogram();
        for (int i = 0; i < 5000; i++)
        {
            (i % 3 == 0 ? first : second).Record(i * 37);
            both.Record(i * 37);
        }

        first.Add(second);
        Assert.Equal(both.Count, first.Count);
        Assert.Equal(both.MinUs, first.MinUs);
        Assert.Equal(both.PercentileUs(75), first.PercentileUs(75));
        Assert.Equal(both.CountUpTo(50_000), first.CountUpTo(50_000));
    }

    [Fact]
    public void A_batch_counts_as_often_as_it_has_requests()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(100, 16);
        histogram.Record(300, 16);
        Assert.Equal(32, histogram.Count);
        Assert.Equal(200, histogram.MeanUs);
        Assert.Equal(16, histogram.CountUpTo(100));
    }
}
