using System;
using System.Diagnostics;
using System.Threading;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// Times PING a hundred times a second. At a terminal the figures are drawn again and again on one line; elsewhere they
/// are printed once, after a second or the interval. With history a new line begins every 15 seconds.
/// </summary>
public sealed class LatencyMode(Connection connection, CliOptions options, ToolConsole console)
{
    private const int SampleEveryMs = 10;
    private const int HistoryLineMs = 15_000;
    private const int OnceMs = 1000;

    private double _minMs;
    private double _maxMs;
    private double _totalMs;
    private long _count;

    /// <summary>Measures until interrupted, or once; the exit code.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public int Run()
    {
        bool history = options.Mode == CliMode.LatencyHistory;
        long intervalMs = options.IntervalUs > 0 ? options.IntervalUs / 1000 : history ? HistoryLineMs : OnceMs;
        bool terminal = options.Output == OutputMode.Standard;
        long lineStart = Stopwatch.GetTimestamp();
        while (true)
        {
            Sample();
            if (terminal) console.Write("\x1b[0G\x1b[2K");
            double elapsedMs = Stopwatch.GetElapsedTime(lineStart).TotalMilliseconds;
            if (terminal || history) Print();
            if (!terminal && !history && elapsedMs > intervalMs)
            {
                Print();
                return 0;
            }

            if (history && elapsedMs > intervalMs)
            {
                console.WriteLine($" -- {elapsedMs / 1000:F2} seconds range");
                lineStart = Stopwatch.GetTimestamp();
                (_minMs, _maxMs, _totalMs, _count) = (0, 0, 0, 0);
            }

            console.Flush();
            Thread.Sleep(SampleEveryMs);
        }
    }

    private void Sample()
    {
        long start = Stopwatch.GetTimestamp();
        connection.Call("PING");
        double ms = Math.Floor(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        _minMs = _count == 0 ? ms : Math.Min(_minMs, ms);
        _maxMs = Math.Max(_maxMs, ms);
        _totalMs += ms;
        _count++;
    }

    private void Print()
    {
        double averageMs = _totalMs / _count;
        console.Write(options.Output switch
        {
            OutputMode.Standard => $"min: {_minMs}, max: {_maxMs}, avg: {averageMs:F2} ({_count} samples)",
            OutputMode.Csv => $"{_minMs},{_maxMs},{averageMs:F2},{_count}\n",
            OutputMode.Raw => $"{_minMs} {_maxMs} {averageMs:F2} {_count}\n",
            OutputMode.Json => $"{{\"min\": {_minMs}, \"max\": {_maxMs}, \"avg\": {averageMs:F2}, \"count\": {_count}}}\n",
            _ => "",
        });
    }
}
