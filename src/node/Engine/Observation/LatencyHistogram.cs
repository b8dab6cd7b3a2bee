// How long calls of one command took: counts in buckets that grow with the value.
//
//   nanoseconds   0..31 | 32..63 | 64..127 | …   each power of two is cut into 32 equal buckets
//
// So every value is known to 3 %, one recording is an index and an addition, and the whole takes 4 KB.
using System;
using System.Numerics;

namespace Hexad.Engine;

/// <summary>A histogram of durations up to about a second; longer ones count as the longest.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;
    private const int Powers = 31 - SubBits;
    private readonly uint[] _counts = new uint[SubBuckets * Powers];

    /// <summary>How many durations were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Counts one duration.</summary>
    public void Record(long nanoseconds) => Record(nanoseconds, 1);

    /// <summary>Counts so many calls of one duration.</summary>
    public void Record(long nanoseconds, int calls)
    {
        Count += calls;
        _counts[IndexOf(nanoseconds)] += (uint)calls;
    }

    /// <summary>A duration that so many percent of the recorded ones do not exceed, in nanoseconds; 0 without any.</summary>
    public long Percentile(double percent)
    {
        if (Count == 0) return 0;
        long wanted = Math.Max(1, (long)(percent / 100.0 * Count + 0.5));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Highest(i);
        }

        return Highest(_counts.Length - 1);
    }

    /// <summary>How many of the recorded durations are at most so long.</summary>
    public long CountUpTo(long nanoseconds)
    {
        long sum = 0;
        for (int i = 0; i < _counts.Length && Highest(i) <= nanoseconds; i++) sum += _counts[i];
        return sum;
    }

    private static int IndexOf(long nanoseconds)
    {
        if (nanoseconds < SubBuckets) return (int)Math.Max(nanoseconds, 0);
        int power = BitOperations.Log2((ulong)nanoseconds) - SubBits;
        if (power + 1 >= Powers) return SubBuckets * Powers - 1;
        return (power + 1) * SubBuckets + (int)((nanoseconds >> power) - SubBuckets);
    }

    private static long Highest(int index)
    {
        int power = index / SubBuckets - 1;
        if (power < 0) return index;
        return ((long)(SubBuckets + index % SubBuckets + 1) << power) - 1;
    }
}
