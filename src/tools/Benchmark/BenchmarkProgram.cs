// The load generator as a program: redis-benchmark's options and output, our own engine behind them.
//
//   arguments ─▶ Survey of the server ─▶ for each workload: threads of load ─▶ report
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;

using Hexad.Client;

namespace Hexad.Benchmark;

/// <summary>The program <c>hexad benchmark</c>.</summary>
public static class BenchmarkProgram
{
    private const string Version = "redis-benchmark 7.2.0 (hexad 0.1.0)";
    private const int ProgressMs = 250;

    /// <summary>Runs it and returns the exit code.</summary>
    public static int Run(string programName, string[] args) => Run(args, ToolConsole.OfProcess());

    /// <summary>Runs it on a console.</summary>
    public static int Run(string[] args, ToolConsole console)
    {
        BenchmarkArguments arguments = BenchmarkArguments.Parse(args, Version);
        if (arguments.Message is not null)
        {
            console.WriteLine(arguments.Message);
            console.Flush();
            return arguments.ExitCode;
        }

        try
        {
            return Measure(arguments, console);
        }
        catch (ConnectionException e)
        {
            console.WriteError($"Could not connect to Redis at {arguments.SocketPath ?? $"{arguments.Host}:{arguments.Port}"}: {e.Message}\n");
            return 1;
        }
        finally
        {
            console.Flush();
        }
    }

    private static int Measure(BenchmarkArguments arguments, ToolConsole console)
    {
        Survey survey = Survey.Of(arguments);
        if (survey.Problem is not null)
        {
            console.WriteError(survey.Problem + "\n");
            return 1;
        }

        foreach (string line in survey.Notes) console.WriteError(line + "\n");
        List<Workload> workloads = Workloads(arguments, console);
        if (arguments.Idle) return HoldIdle(arguments, survey, console);
        if (arguments.Csv) console.WriteLine(LoadReport.CsvHead);
        do
        {
            foreach (Workload workload in workloads)
                if (!RunOne(arguments, workload, survey, console)) return 1;
        }
        while (arguments.Loop);
        return 0;
    }

    private static List<Workload> Workloads(BenchmarkArguments arguments, ToolConsole console)
    {
        var value = new byte[arguments.DataSize];
        value.AsSpan().Fill((byte)'x');
        if (arguments.Command.Count == 0) return Workload.Standard(arguments.Tests, value, arguments.Cluster);
        List<byte[]> words = [.. arguments.Command];
        if (arguments.LastFromInput)
        {
            using var input = new System.IO.MemoryStream();
            console.Input.CopyTo(input);
            words.Add(input.ToArray());
        }

        string title = string.Join(' ', words.ConvertAll(Encoding.Latin1.GetString));
        return [Workload.Of(title, [.. words])];
    }

    private static bool RunOne(BenchmarkArguments arguments, Workload workload, Survey survey, ToolConsole console)
    {
        int count = Math.Min(Math.Max(1, arguments.Threads), arguments.Clients);
        var loads = new LoadThread[count];
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int clients = (arguments.Clients / count) + (i < arguments.Clients % count ? 1 : 0);
            long quota = (arguments.Requests / count) + (i < arguments.Requests % count ? 1 : 0);
            LoadThread load = loads[i] = new LoadThread(arguments, workload, survey.TargetsFrom(i), survey.Preamble, survey.Tags, clients, quota, arguments.Seed + (ulong)i);
            threads[i] = new Thread(load.Run) { IsBackground = true };
        }

        long start = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads) thread.Start();
        Watch(arguments, workload, loads, threads, start, console);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var latencies = new LatencyHistogram();
        long completed = 0;
        foreach (LoadThread load in loads)
        {
            if (load.Failure is not null)
            {
                console.WriteError((arguments.Csv ? "" : "\n") + load.Failure + "\n");
                return false;
            }

            latencies.Add(load.Latencies);
            completed += load.Completed;
        }

        Report(new LoadResult(workload.Title, latencies, seconds, completed), arguments, survey, console);
        foreach (LoadThread load in loads)
            if (load.Errors > 0) console.WriteError($"{load.Errors} replies were errors, the last: {load.LastError}\n");
        return true;
    }

    // Waits for the threads, with a line a quarter of a second that tells how far they are.
    private static void Watch(BenchmarkArguments arguments, Workload workload, LoadThread[] loads, Thread[] threads, long start, ToolConsole console)
    {
        long before = 0, beforeUs = 0;
        long at = start;
        long shownErrors = 0;
        int width = 0;
        foreach (Thread thread in threads)
        {
            while (!thread.Join(ProgressMs))
            {
                long completed = 0, sumUs = 0, errors = 0;
                string lastError = "";
                foreach (LoadThread load in loads)
                {
                    completed += load.Completed;
                    sumUs += load.SumUs;
                    errors += load.Errors;
                    if (load.Errors > 0) lastError = load.LastError;
                }

                if (arguments.ShowErrors && errors > shownErrors) console.WriteLine("Error from server: " + lastError);
                shownErrors = errors;
                if (arguments.Csv) continue;
                long now = Stopwatch.GetTimestamp();
                double span = Stopwatch.GetElapsedTime(at, now).TotalSeconds;
                double whole = Stopwatch.GetElapsedTime(start, now).TotalSeconds;
                string line = LoadReport.Progress(workload.Title, (completed - before) / span, completed / whole, Mean(sumUs - beforeUs, completed - before), Mean(sumUs, completed));
                console.Write("\r" + line.PadRight(width));
                console.Flush();
                width = Math.Max(width, line.Length);
                (before, beforeUs, at) = (completed, sumUs, now);
            }
        }

        if (width > 0) console.Write("\r" + new string(' ', width) + "\r");
    }

    private static double Mean(long sumUs, long count) => count == 0 ? 0 : sumUs / 1000.0 / count;

    private static void Report(LoadResult result, BenchmarkArguments arguments, Survey survey, ToolConsole console)
    {
        if (arguments.Csv) console.WriteLine(LoadReport.Csv(result));
        else if (arguments.Quiet) console.WriteLine(LoadReport.Quiet(result));
        else console.WriteLine(LoadReport.Full(result, arguments, survey.Settings, survey.Targets.Count) + "\n");
        console.Flush();
    }

    private static int HoldIdle(BenchmarkArguments arguments, Survey survey, ToolConsole console)
    {
        console.WriteLine($"Creating {arguments.Clients} idle connections and waiting forever (Ctrl+C when done)");
        console.Flush();
        var load = new LoadThread(arguments, Workload.Of("idle", "PING"u8.ToArray()), survey.Targets, new LoadPreamble([], 0), null, arguments.Clients, 0, arguments.Seed);
        load.HoldIdle();
        console.WriteError(load.Failure + "\n");
        return 1;
    }
}
