using System;
using System.Globalization;
using System.Text;

namespace Hexad.Benchmark;

/// <summary>What is known of the server before a test, for the head of the report.</summary>
public sealed record ServerSettings(string Save, string AppendOnly);

/// <summary>The outcome of one test.</summary>
public sealed record LoadResult(string Title, LatencyHistogram Latencies, double Seconds, long Requests)
{
    /// <summary>Requests answered in a second.</summary>
    public double PerSecond => Seconds > 0 ? Requests / Seconds : 0;
}

/// <summary>Writes results in the forms that redis-benchmark's users and scripts read.</summary>
public static class LoadReport
{
    /// <summary>The first line of the comma-separated form.</summary>
    public const string CsvHead =
        "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"";

    /// <summary>One line of the comma-separated form.</summary>
    public static string Csv(LoadResult result)
    {
        LatencyHistogram l = result.Latencies;
        return $"\"{result.Title}\",\"{result.PerSecond:F2}\",\"{l.MeanUs / 1000:F3}\",\"{Ms(l.MinUs)}\",\"{Ms(l.PercentileUs(50))}\",\"{Ms(l.PercentileUs(95))}\",\"{Ms(l.PercentileUs(99))}\",\"{Ms(l.MaxUs)}\"";
    }

    /// <summary>The one line of <c>-q</c>.</summary>
    public static string Quiet(LoadResult result) =>
        $"{result.Title}: {result.PerSecond:F2} requests per second, p50={Ms(result.Latencies.PercentileUs(50))} msec";

    /// <summary>The line that shows how far a running test is.</summary>
    public static string Progress(string title, double nowPerSecond, double overallPerSecond, double nowMs, double overallMs) =>
        string.Create(CultureInfo.InvariantCulture, $"{title}: rps={nowPerSecond:F1} (overall: {overallPerSecond:F1}) avg_msec={nowMs:F3} (overall: {overallMs:F3})");

    /// <summary>The whole report of a test.</summary>
    public static string Full(LoadResult result, BenchmarkArguments arguments, ServerSettings? settings, int nodes)
    {
        var text = new StringBuilder();
        text.Append($"====== {result.Title} ======\n");
        text.Append($"  {result.Requests} requests completed in {result.Seconds:F2} seconds\n");
        text.Append($"  {arguments.Clients} parallel clients\n");
        text.Append($"  {arguments.DataSize} bytes payload\n");
        text.Append($"  keep alive: {(arguments.KeepAlive ? 1 : 0)}\n");
        if (arguments.Cluster)
        {
            text.Append($"  cluster mode: yes ({nodes} masters)\n");
        }
        else if (settings is not null)
        {
            text.Append($"  host configuration \"save\": {settings.Save}\n");
            text.Append($"  host configuration \"appendonly\": {settings.AppendOnly}\n");
        }

        text.Append($"  multi-thread: {(arguments.Threads > 0 ? "yes" : "no")}\n");
        if (arguments.Threads > 0) text.Append($"  threads: {arguments.Threads}\n");
        Percentiles(text, result.Latencies);
        Distribution(text, result.Latencies);
        Summary(text, result);
        return text.ToString();
    }

    // Each line goes half of the way that is left to 100 %.
    private static void Percentiles(StringBuilder text, LatencyHistogram latencies)
    {
        text.Append("\nLatency by percentile distribution:\n");
        Line(text, 0, latencies.MinUs, latencies);
        for (double left = 50; latencies.Count > 0; left /= 2)
        {
            double percent = 100 - left;
            long us = latencies.PercentileUs(percent);
            Line(text, percent, us, latencies);
            if (us >= latencies.MaxUs || left < 0.0001) break;
        }

        Line(text, 100, latencies.MaxUs, latencies);
    }

    // To 2.1 ms in steps of 0.1 ms, then in steps of 1 ms.
    private static void Distribution(StringBuilder text, LatencyHistogram latencies)
    {
        text.Append("\nCumulative distribution of latencies:\n");
        long us = 103;
        while (latencies.Count > 0)
        {
            long count = latencies.CountUpTo(us);
            Line(text, 100.0 * count / latencies.Count, us, latencies);
            if (count >= latencies.Count) break;
            us += us < 2_100 ? 100 : 1_000;
        }
    }

    private static void Summary(StringBuilder text, LoadResult result)
    {
        LatencyHistogram l = result.Latencies;
        text.Append($"\nSummary:\n  throughput summary: {result.PerSecond:F2} requests per second\n  latency summary (msec):\n");
        text.Append("          avg       min       p50       p95       p99       max\n");
        text.Append($"    {l.MeanUs / 1000,9:F3} {Ms(l.MinUs),9} {Ms(l.PercentileUs(50)),9} {Ms(l.PercentileUs(95)),9} {Ms(l.PercentileUs(99)),9} {Ms(l.MaxUs),9}\n");
    }

    private static void Line(StringBuilder text, double percent, long us, LatencyHistogram latencies) =>
        text.Append($"{percent:F3}% <= {Ms(us)} milliseconds (cumulative count {latencies.CountUpTo(us)})\n");

    private static string Ms(long us) => (us / 1000.0).ToString("F3", CultureInfo.InvariantCulture);
}
