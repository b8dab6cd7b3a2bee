using System;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using Hexad.Fuzz.Targets;

namespace Hexad.Fuzz;

/// <summary>
/// Throws bytes at everything that parses.
///
/// <code>
///   fuzz run TARGET SECONDS [CORPUS]   guided by what inputs reach; those that reach something new go to the folder CORPUS
///   fuzz replay TARGET FILE…           runs these inputs
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
                if (!Instrumentation.IsOn && Instrumentation.RunAnew(arguments) is { } code) return code;
                return Run(target, double.Parse(seconds, CultureInfo.InvariantCulture), arguments.Length > 3 ? arguments[3] : null);
            case ["replay", string name, ..] when Find(name) is { } target:
                foreach (string file in arguments[2..]) target.Run(File.ReadAllBytes(file));
                return 0;
            case ["list"]:
                foreach (FuzzTarget target in FuzzTarget.All()) Console.WriteLine(target.Name);
                return 0;
            case ["run" or "replay", ..]:
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
        var campaign = new Campaign(target, seed) { WhenNew = input => Keep(corpus, input) };
        Findings findings = campaign.Run(long.MaxValue, TimeSpan.FromSeconds(seconds));
        Console.WriteLine($"{target.Name}: {findings.Runs} runs, {findings.Corpus} inputs, {findings.Places} places reached, {findings.Bad.Count} findings");
        foreach ((byte[] input, string what) in findings.Bad)
        {
            string file = $"finding-{target.Name}-{Name(input)}";
            File.WriteAllBytes(file, input);
            Console.WriteLine($"{file}: {what}");
        }

        return findings.Bad.Count == 0 ? 0 : 1;
    }

    private static void Keep(string? folder, byte[] input)
    {
        if (folder is null) return;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, Name(input)), input);
    }

    private static string Name(byte[] input) => Core.Crc64.Of(input).ToString("x16", CultureInfo.InvariantCulture);
}
