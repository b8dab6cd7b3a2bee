using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// The distribution of the time of PING as a row of coloured cells a second, one cell a range of latency, the brighter
/// the more samples fell into it. Needs a terminal with 256 colours.
/// </summary>
public sealed class LatencySpectrum(Connection connection, CliOptions options, ToolConsole console)
{
    private const int SampleEveryMs = 10;
    private const int LegendEvery = 20;
    private static readonly int[] Colours = [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 144, 143, 142, 184, 226, 214, 208, 202, 196];
    private static readonly int[] Greys = [0, 233, 234, 235, 237, 239, 241, 243, 245, 247, 249, 251, 253];

    // The upper bounds of the ranges in microseconds, and the letter of each; what is above the last is '?'.
    private static readonly long[] BoundsUs =
    [
        10, 125, 250, 500, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 20_000, 30_000, 40_000, 50_000, 100_000,
        200_000, 300_000, 400_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000, 30_000_000, 60_000_000,
    ];

    private const string Letters = ".-*#123456789ABCDEFGHIJKLMNOPQ?";
    private readonly long[] _counts = new long[BoundsUs.Length + 1];
    private readonly int[] _palette = options.Monochrome ? Greys : Colours;

    /// <summary>Measures until interrupted.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public int Run()
    {
        long intervalMs = options.IntervalUs > 0 ? options.IntervalUs / 1000 : 1000;
        long rowStart = Stopwatch.GetTimestamp();
        for (int rows = 0; ;)
        {
            long start = Stopwatch.GetTimestamp();
            connection.Call("PING");
            long us = (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            int at = Array.FindIndex(BoundsUs, bound => us <= bound);
            _counts[at < 0 ? ^1 : at]++;
            if (Stopwatch.GetElapsedTime(rowStart).TotalMilliseconds > intervalMs)
            {
                if (rows++ % LegendEvery == 0) PrintLegend();
                PrintRow();
                console.Flush();
                rowStart = Stopwatch.GetTimestamp();
            }

            Thread.Sleep(SampleEveryMs);
        }
    }

    private void PrintRow()
    {
        long total = _counts.Sum();
        console.Write("\x1b[38;5;0m");
        for (int i = 0; i < _counts.Length; i++)
        {
            int shade = (int)Math.Ceiling((double)_counts[i] / total * (_palette.Length - 1));
            console.Write($"\x1b[48;5;{_palette[shade]}m{Letters[i]}");
        }

        console.Write("\x1b[0m\n");
        Array.Clear(_counts);
    }

    private void PrintLegend()
    {
        console.Write(
            """
            ---------------------------------------------
            . - * #          .01 .125 .25 .5 milliseconds
            1,2,3,...,9      from 1 to 9     milliseconds
            A,B,C,D,E        10,20,30,40,50  milliseconds
            F,G,H,I,J        .1,.2,.3,.4,.5       seconds
            K,L,M,N,O,P,Q,?  1,2,4,8,16,30,60,>60 seconds

            """);
        console.Write("From 0 to 100%: ");
        foreach (int colour in _palette) console.Write($"\x1b[48;5;{colour}m ");
        console.Write("\x1b[0m\n---------------------------------------------\n");
    }
}
