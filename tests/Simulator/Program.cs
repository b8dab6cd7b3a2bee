using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator;

/// <summary>
/// The simulator as a program:
///
///     run      --seed N --schedules M [--jobs J] [--report R] [--verbose] [--log] [--twice]
///     find-bug NAME [--seed N] [--schedules M] [--jobs J]
///
/// <c>run</c> plays schedules of consecutive seeds and ends with 0 when none found a violation. <c>find-bug</c> puts a
/// bug into the nodes and ends with 0 when a schedule found it. <c>--report</c> says after
/// every R schedules what there is so far, so that a long run that is cut short is worth something. <c>--log</c> shows what the nodes log, <c>--twice</c> plays
/// each schedule twice and compares.
/// </summary>
public static class Program
{
    private const int Usage = 2;

    public static int Main(string[] arguments)
    {
        Choices choices;
        try
        {
            choices = new Choices(arguments);
        }
        catch (FormatException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return Usage;
        }

        return new Campaign(choices, Console.Out).Play();
    }
}

/// <summary>What the command line asks for.</summary>
public sealed class Choices
{
    public Choices(string[] arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "run": break;
                case "find-bug":
                    Bug = Named(Next(arguments, ref i));
                    Schedules = 1000;
                    break;
                case "--seed": Seed = Number(arguments, ref i); break;
                case "--schedules": Schedules = (int)Number(arguments, ref i); break;
                case "--jobs": Jobs = (int)Number(arguments, ref i); break;
                case "--report": ReportEvery = (int)Number(arguments, ref i); break;
                case "--verbose": Verbose = true; break;
                case "--log": Log = true; break;
                case "--twice": Twice = true; break;
                default: throw new FormatException($"the simulator knows no \"{arguments[i]}\"");
            }
        }
    }

    public ulong Seed { get; init; } = 1;

    public int Schedules { get; init; } = 1;

    public int Jobs { get; init; } = 1;

    /// <summary>After how many schedules the counts so far are shown; 0: only in the end.</summary>
    public int ReportEvery { get; init; }

    public InjectedBug Bug { get; init; }

    public bool Verbose { get; init; }

    public bool Log { get; init; }

    public bool Twice { get; init; }

    private static InjectedBug Named(string name)
    {
        foreach (InjectedBug bug in Enum.GetValues<InjectedBug>())
            if (bug != InjectedBug.None && string.Equals(bug.ToString(), name.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) return bug;
        throw new FormatException($"there is no bug \"{name}\"; there are: vote-before-stored, stale-packet-accepted, stale-replica-elected, epoch-reused, torn-config-trusted");
    }

    private static string Next(string[] arguments, ref int at) =>
        ++at < arguments.Length ? arguments[at] : throw new FormatException($"a value is missing after {arguments[at - 1]}");

    private static ulong Number(string[] arguments, ref int at)
    {
        string text = Next(arguments, ref at);
        return ulong.TryParse(text, out ulong value) ? value : throw new FormatException($"\"{text}\" is no number");
    }
}

/// <summary>Many schedules, one after the other on each of some threads, and their counts added up.</summary>
public sealed class Campaign(Choices choices, TextWriter output)
{
    private readonly Lock _lock = new();
    private readonly Counters _total = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<ulong> _failed = [];
    private int _next;
    private int _done;
    private long _events;

    /// <summary>Plays them; 0 when all is as it should be.</summary>
    public int Play()
    {
        var threads = new List<Thread>();
        for (int i = 1; i < choices.Jobs; i++)
        {
            var thread = new Thread(Work);
            thread.Start();
            threads.Add(thread);
        }

        Work();
        foreach (Thread thread in threads) thread.Join();
        WriteTotals();
        if (choices.Bug == InjectedBug.None)
        {
            foreach (ulong seed in _failed) output.WriteLine($"again: make sim SEED={seed}");
            return _failed.Count == 0 ? 0 : 1;
        }

        output.WriteLine(_failed.Count == 0 ? $"{choices.Bug} was NOT found" : $"{choices.Bug} was found after {_done} schedules, with seed {_failed[0]}");
        return _failed.Count > 0 ? 0 : 1;
    }

    private void WriteTotals()
    {
        double seconds = _watch.Elapsed.TotalSeconds;
        output.WriteLine(_total);
        output.WriteLine($"{_done} schedules, {_failed.Count} with violations, {_events} events, {seconds:F1} s, {seconds * 1000 / Math.Max(1, _done):F0} ms a schedule");
        output.Flush();
    }

    private void Work()
    {
        while (true)
        {
            int number = Interlocked.Increment(ref _next) - 1;
            bool found;
            lock (_lock) found = choices.Bug != InjectedBug.None && _failed.Count > 0;
            if (found || number >= choices.Schedules) return;
            ScheduleResult result = PlayOne(choices.Seed + (ulong)number);
            lock (_lock) Report(result);
        }
    }

    private ScheduleResult PlayOne(ulong seed)
    {
        Schedule schedule = Make(seed);
        if (choices.Log)
            schedule.Cluster.World.LogSink = (ms, process, level, text) => output.WriteLine($"{ms,8} {process.Name} {level,-7} {text}");
        ScheduleResult result = schedule.Run();
        if (!choices.Twice) return result;
        ScheduleResult again = Make(seed).Run();
        return again.Trace == result.Trace && again.Events == result.Events
            ? result
            : result with { Violations = [.. result.Violations, $"the same seed gave {result.Trace:x16} and then {again.Trace:x16}"] };
    }

    private Schedule Make(ulong seed) => new(seed, choices.Bug);

    private void Report(ScheduleResult result)
    {
        _done++;
        _events += result.Events;
        _total.Add(result.Counters);
        if (choices.Verbose || (result.Violations.Count > 0 && choices.Bug == InjectedBug.None))
        {
            output.WriteLine($"seed {result.Seed}: trace {result.Trace:x16}, {result.VirtualUs / 1_000_000} s, {result.Events} events, {result.Faults} faults, {result.Plan}");
            output.Write(result.Story);
        }

        if (result.Violations.Count > 0) _failed.Add(result.Seed);
        foreach (string violation in result.Violations) output.WriteLine($"seed {result.Seed}: VIOLATION {violation}");
        if (choices.ReportEvery > 0 && _done % choices.ReportEvery == 0 && _done < choices.Schedules) WriteTotals();
    }
}
