using System.Diagnostics;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// How long the system lets a program wait that never asks it for anything: computes, looks at the clock, and reports
/// the longest step. It needs no server.
/// </summary>
public static class IntrinsicLatency
{
    /// <summary>Measures for the time asked for; the exit code.</summary>
    public static int Run(CliOptions options, ToolConsole console)
    {
        long start = Stopwatch.GetTimestamp();
        double longestUs = 0;
        long runs = 0;
        uint mixed = 1;
        double elapsedUs;
        do
        {
            long before = Stopwatch.GetTimestamp();
            for (int i = 0; i < 1000; i++) mixed = (mixed * 1_664_525) + 1_013_904_223;
            double us = System.Math.Floor(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
            runs++;
            if (us > longestUs)
            {
                longestUs = us;
                console.WriteLine($"Max latency so far: {longestUs:F0} microseconds.");
                console.Flush();
            }

            elapsedUs = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        while (elapsedUs < options.IntrinsicSeconds * 1e6 || mixed == 0);

        double averageUs = elapsedUs / runs;
        console.WriteLine($"\n{runs} total runs (avg latency: {averageUs:F4} microseconds / {averageUs * 1000:F2} nanoseconds per run).");
        console.WriteLine($"Worst run took {longestUs / averageUs:F0}x longer than the average latency.");
        return 0;
    }
}
