using System;

namespace Hexad.Core;

/// <summary>Wall-clock milliseconds since 1970-01-01 UTC: what EXPIREAT and the RDB format use.</summary>
public readonly record struct UnixMs(long Value) : IComparable<UnixMs>
{
    /// <summary>Orders by time.</summary>
    public int CompareTo(UnixMs other) => Value.CompareTo(other.Value);
    public static bool operator <(UnixMs a, UnixMs b) => a.Value < b.Value;
    public static bool operator >(UnixMs a, UnixMs b) => a.Value > b.Value;
    public static bool operator <=(UnixMs a, UnixMs b) => a.Value <= b.Value;
    public static bool operator >=(UnixMs a, UnixMs b) => a.Value >= b.Value;
    public override string ToString() => Value.ToString();
}

/// <summary>Milliseconds of a clock that never steps back; its zero means nothing. For time-outs and intervals.</summary>
public readonly record struct MonotonicMs(long Value) : IComparable<MonotonicMs>
{
    /// <summary>Orders by time.</summary>
    public int CompareTo(MonotonicMs other) => Value.CompareTo(other.Value);
    public static bool operator <(MonotonicMs a, MonotonicMs b) => a.Value < b.Value;
    public static bool operator >(MonotonicMs a, MonotonicMs b) => a.Value > b.Value;
    public static bool operator <=(MonotonicMs a, MonotonicMs b) => a.Value <= b.Value;
    public static bool operator >=(MonotonicMs a, MonotonicMs b) => a.Value >= b.Value;
    public static long operator -(MonotonicMs a, MonotonicMs b) => a.Value - b.Value;
    public static MonotonicMs operator +(MonotonicMs a, long ms) => new(a.Value + ms);
    public override string ToString() => Value.ToString();
}

/// <summary>The time stamp of one step: both clocks, read once by the host before the step, in microseconds.</summary>
public readonly record struct StepTime(long WallUs, long MonotonicUs)
{
    /// <summary>Wall-clock time in milliseconds.</summary>
    public UnixMs Wall => new(WallUs / 1000);

    /// <summary>Monotonic time in milliseconds.</summary>
    public MonotonicMs Monotonic => new(MonotonicUs / 1000);
}
