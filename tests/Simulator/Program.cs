using System;
using System.Diagnostics;
using Hexad.Simulator.Schedules;
using Hexad.Simulator.StandIn;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator;

/// <summary>The simulator as a program.</summary>
public static class Program
{
    public static int Main(string[] arguments)
    {
        ulong seed = 1;
        int schedules = 1;
        bool small = false, verbose = false, log = false;
        var bug = InjectedBug.None;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "run": break;
                case "--seed": seed = ulong.Parse(arguments[++i]); break;
                case "--schedules": schedules = int.Parse(arguments[++i]); break;
                case "--bug": bug = Enum.Parse<InjectedBug>(arguments[++i]); break;
                case "--small": small = true; break;
                case "--verbose": verbose = true; break;
                case "--log": log = true; break;
                default:
                    Console.Error.WriteLine($"hexad simulator: what is {arguments[i]}?");
                    return 2;
            }
        }

        var total = new Counters();
        int failed = 0;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < schedules; i++)
        {
            var schedule = new Schedule(seed + (ulong)i, small ? static (cluster, seat) => (process, chance) => new SmallNode(process, chance, cluster, seat) : HexadOccupant.Maker, bug);
            if (log) schedule.Cluster.World.LogSink = (ms, process, level, text) => Console.WriteLine($"{ms,8} {process.Name} {text}");
            ScheduleResult result = schedule.Run();
            total.Add(result.Counters);
            if (verbose || result.Violations.Count > 0)
            {
                Console.WriteLine($"seed {result.Seed}: trace {result.Trace:x16}, {result.VirtualUs / 1_000_000} s, {result.Events} events, {result.Faults} faults, {result.Plan}");
                Console.Write(result.Story);
            }

            foreach (string violation in result.Violations) Console.WriteLine($"seed {result.Seed}: VIOLATION {violation}");
            if (result.Violations.Count > 0) failed++;
        }

        Console.WriteLine(total);
        Console.WriteLine($"{schedules} schedules, {failed} failed, {watch.Elapsed.TotalSeconds:F1} s, {watch.Elapsed.TotalMilliseconds / schedules:F0} ms each");
        return failed == 0 ? 0 : 1;
    }
}
