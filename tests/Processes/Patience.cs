using System;
using System.Diagnostics;
using System.Threading;

namespace Hexad.Processes;

/// <summary>Waiting for what other processes do.</summary>
public static class Patience
{
    /// <summary>How long most things may take on a machine that has much else to do.</summary>
    public const int UsualMs = 60_000;

    private const int LookEveryMs = 20;

    /// <summary>Looks again and again until something is so; gives the milliseconds that it took.</summary>
    /// <exception cref="TimeoutException">It was not so within the limit; with the explanation.</exception>
    public static double Until(Func<bool> isSo, string what, int limitMs = UsualMs, Func<string>? explanation = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > limitMs)
                throw new TimeoutException($"Waited {limitMs} ms in vain until {what}\n{explanation?.Invoke()}");
            Thread.Sleep(LookEveryMs);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Looks again and again for a while whether something stays so.</summary>
    /// <exception cref="InvalidOperationException">It was not so once; with the explanation.</exception>
    public static void Throughout(int durationMs, Func<bool> isSo, string what, Func<string>? explanation = null)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            if (!isSo()) throw new InvalidOperationException($"After {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms it was no longer so that {what}\n{explanation?.Invoke()}");
            Thread.Sleep(LookEveryMs);
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < durationMs);
    }
}
