using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Threading.Tasks;
using Hexad.Fuzz.Targets;

namespace Hexad.Fuzz;

/// <summary>
/// Throws bytes at everything that parses.
///
/// <code>
///   fuzz run TARGET SECONDS [CORPUS]   guided by what inputs reach; those that reach something new go to the folder CORPUS.
///                                      A file last-input-TARGET that is left over (length i32, bytes) is what ended the process
///   fuzz replay TARGET FILE…           runs these inputs
///   fuzz distil TARGET CORPUS FOLDER BYTES   copies those inputs of CORPUS that reach something new, shortest first, up to so many bytes
///   fuzz list                          names the targets
///   (anything else)                    the bounded tests, as every other test program
/// </code>
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["run", string name, string seconds, ..] when Find(name) is { } target:
                if (!Instrumentation.IsOn) return Instrumentation.RunAnew(arguments);
                return Run(target, double.Parse(seconds, CultureInfo.InvariantCulture), arguments.Length > 3 ? arguments[3] : null);
            case ["replay", string name, ..] when Find(name) is { } target:
                foreach (string file in arguments[2..]) target.Run(File.ReadAllBytes(file));
                return 0;
            case ["distil", string name, string corpus, string folder, string bytes] when Find(name) is { } target:
                if (!Instrumentation.IsOn) return Instrumentation.RunAnew(arguments);
                return Distil(target, corpus, folder, long.Parse(bytes, CultureInfo.InvariantCulture));
            case ["list"]:
                foreach (FuzzTarget target in FuzzTarget.All()) Console.WriteLine(target.Name);
                return 0;
            case ["run" or "replay" or "distil", ..]:
                Console.Error.WriteLine("no such target; fuzz list names them");
                return 2;
            default:
                return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
        }
    }

    private static FuzzTarget? Find(string name) => Array.Find(FuzzTarget.All(), target => target.Name == name);

    private static int Run(FuzzTarget target, double seconds, string? corpus)
    {
        ulong seed = (ulong)DateTime.UtcNow.Ticks;
        string last = $"last-input-{target.Name}";
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(last, FileMode.Create, null, sizeof(int) + Mutator.LongestInput);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor();
        var campaign = new Campaign(target, seed)
        {
            WhenNew = input => Keep(corpus, input),
            AtHand = input =>
            {
                view.Write(0, input.Length);
                view.WriteArray(sizeof(int), input, 0, Math.Min(input.Length, Mutator.LongestInput));
            },
            WhenBad = (input, what) => Report(target, input, what),
            WhenMinute = sofar => Tell(target, sofar),
        };
        Findings findings = campaign.Run(long.MaxValue, TimeSpan.FromSeconds(seconds));
        Tell(target, findings);
        File.Delete(last);

        return findings.Bad.Count == 0 ? 0 : 1;
    }

    private static int Distil(FuzzTarget target, string corpus, string folder, long mostBytes)
    {
        var inputs = new List<byte[]>();
        foreach (string file in Directory.GetFiles(corpus)) inputs.Add(File.ReadAllBytes(file));
        foreach (byte[] input in new Campaign(target, seed: 1).Distinct(inputs))
        {
            mostBytes -= input.Length;
            if (mostBytes < 0) break;
            Keep(folder, input);
        }

        return 0;
    }

    private static void Report(FuzzTarget target, byte[] input, string what)
    {
        string finding = $"finding-{target.Name}-{Name(input)}";
        File.WriteAllBytes(finding, input);
        Console.WriteLine($"{finding}: {what}");
    }

    private static void Tell(FuzzTarget target, Findings findings)
    {
        double minutes = Environment.CpuUsage.TotalTime.TotalMinutes;
        Console.WriteLine($"{target.Name}: {findings.Runs} runs, {findings.Corpus} inputs, {findings.Places} places reached, {findings.Bad.Count} findings, {minutes:F1} minutes of processor");
    }

    private static void Keep(string? folder, byte[] input)
    {
        if (folder is null) return;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, Name(input)), input);
    }

    private static string Name(byte[] input) => FuzzTarget.Fingerprint(input).ToString("x16", CultureInfo.InvariantCulture);
}
