using System;
using System.Numerics;

namespace Hexad.Benchmark;

/// <summary>
/// Counts latencies in microseconds with a precision of better than 0.1 %: below 2048 each microsecond has a bucket of
/// its own, above it every power of two is cut into 1024 buckets. Recording is a shift and an increment.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 11;
    private const int Half = 1 << (SubBits - 1);
    private const long LargestUs = 3_000_000_000;
    private readonly long[] _counts = new long[IndexOf(LargestUs) + 1];
    private double _sumUs;

    /// <summary>How many latencies were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest recorded latency, 0 without any.</summary>
    public long MinUs { get; private set; }

    /// <summary>The largest recorded latency.</summary>
    public long MaxUs { get; private set; }

    /// <summary>The mean, 0 without any.</summary>
    public double MeanUs => Count == 0 ? 0 : _sumUs / Count;

    /// <summary>Records a latency <paramref name="times"/> times; beyond fifty minutes it counts as fifty minutes.</summary>
    public void Record(long us, int times = 1)
    {
        us = Math.Clamp(us, 0, LargestUs);
        _counts[IndexOf(us)] += times;
        if (Count == 0 || us < MinUs) MinUs = us;
        if (us > MaxUs) MaxUs = us;
        Count += times;
        _sumUs += (double)us * times;
    }

    /// <summary>Adds everything that <paramref name="other"/> recorded.</summary>
    public void Add(LatencyHistogram other)
    {
        if (other.Count == 0) return;
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        MinUs = Count == 0 ? other.MinUs : Math.Min(MinUs, other.MinUs);
        MaxUs = Math.Max(MaxUs, other.MaxUs);
        Count += other.Count;
        _sumUs += other._sumUs;
    }

    /// <summary>The latency that <paramref name="percent"/> percent of all did not exceed; 0 without any.</summary>
    public long PercentileUs(double percent)
    {
        if (Count == 0) return 0;
        long wanted = Math.Max(1, (long)Math.Ceiling(percent / 100 * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Math.Min(UpperOf(i), MaxUs);
        }

        return MaxUs;
    }

    /// <summary>How many latencies were at most <paramref name="us"/>, to the precision of the buckets.</summary>
    public long CountUpTo(long us)
    {
        long seen = 0;
        int last = IndexOf(Math.Clamp(us, 0, LargestUs));
        for (int i = 0; i <= last; i++) seen += _counts[i];
        return seen;
    }

    private static int IndexOf(long us)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)us | 1) - (SubBits - 1));
        return (shift * Half) + (int)(us >> shift);
    }

    private static long UpperOf(int index)
    {
        int shift = Math.Max(0, (index / Half) - 1);
        return ((long)(index - (shift * Half) + 1) << shift) - 1;
    }
}
