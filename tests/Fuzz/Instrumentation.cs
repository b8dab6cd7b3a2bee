using System;
using System.Diagnostics;
using System.IO;
using SharpFuzz;

namespace Hexad.Fuzz;

/// <summary>
/// Lets the program run on copies of the assemblies under test into which SharpFuzz has written a counter for each branch: the
/// copies stand in a folder beside the program, one for each run, and the program starts itself anew there.
/// </summary>
internal static class Instrumentation
{
    private const string Mark = "HEXAD_FUZZ_INSTRUMENTED";
    private static readonly string[] Assemblies =
    [
        "Hexad.Wire.dll", "Hexad.Options.dll", "Hexad.Structures.dll", "Hexad.Keyspace.dll", "Hexad.Commands.dll", "Hexad.Cluster.dll", "Hexad.Persistence.dll",
    ];

    /// <summary>Whether this process runs on instrumented copies.</summary>
    public static bool IsOn => Environment.GetEnvironmentVariable(Mark) is not null;

    /// <summary>Starts the program anew on instrumented copies; its exit code.</summary>
    public static int RunAnew(string[] arguments)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, $"instrumented-{Environment.ProcessId}");
        try
        {
            Copy(AppContext.BaseDirectory, folder);
            foreach (string assembly in Assemblies)
                foreach (string type in Fuzzer.Instrument(Path.Combine(folder, assembly), static _ => true, SharpFuzz.Options.Value)) _ = type;
            var start = new ProcessStartInfo(Path.Combine(folder, Path.GetFileName(Environment.ProcessPath!)), arguments);
            start.Environment[Mark] = "1";
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Exception e) when (e is InstrumentationException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Without counters a run would mutate the seeds alone and find next to nothing.
            Console.Error.WriteLine("cannot instrument: " + e.Message);
            return 1;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string name in (string[])["seeds", "corpus"])
        {
            string folder = Path.Combine(from, name);
            if (!Directory.Exists(folder)) continue;
            foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            {
                string target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
