using System;
using System.Collections.Generic;
using System.IO;

using Hexad.Benchmark;
using Hexad.Cli;
using Hexad.ClusterTool;
using Hexad.Host.Process;
using Hexad.Options;
using Hexad.Up;

namespace Hexad;

/// <summary>
/// The one executable: every program of a Redis Cluster installation, chosen by the first argument or by the name that
/// it is started under (<c>redis-cli</c>, <c>redis-trib.rb</c>, …), which is how <c>make install</c> links it. The names
/// that begin with <c>valkey-</c> are known as well.
/// </summary>
internal static class Program
{
    private const string Usage = """
        Usage: hexad PROGRAM [argument…]

          server [CONF]… [--option value]…   runs a node for each configuration file   (redis-server)
          cli [option]… [command]…           talks to a server: interactive, or one command (redis-cli)
          trib COMMAND [option]… [node]…     makes, checks and changes a cluster         (redis-trib, redis-trib.rb)
          benchmark [option]… [command]…     loads a server and measures it             (redis-benchmark)
          check-rdb FILE                     says whether a snapshot file can be loaded (redis-check-rdb)
          up [option]…                       starts a whole cluster on this machine; up --help says more
          down [option]…                     stops it

        Each answers --help. Started under the name in brackets, hexad is that program.
        """;

    private static int Main(string[] arguments)
    {
        string name = StartedAs();
        if (Find(name) is { } byName) return byName.Run(name, arguments);
        if (arguments.Length == 0) return Explain(1);
        string[] rest = arguments[1..];
        if (Find(arguments[0]) is { } byWord) return byWord.Run(arguments[0], rest);
        switch (arguments[0])
        {
            case "names":
                foreach (SubProgram program in Programs)
                    foreach (string other in program.OtherNames) Console.WriteLine(other);
                return 0;
            case "sample-config":
                Console.Write(SampleConfig.Write());
                return 0;
            case "--version" or "-v" or "version":
                return Find("server")!.Run("hexad", ["--version"]);
            case "check-aof":
                Console.Error.WriteLine("hexad: this version writes no append-only file, so there is no check-aof yet");
                return 1;
            case "--help" or "-h" or "help":
                return Explain(0);
            default:
                Console.Error.WriteLine($"hexad: there is no program '{arguments[0]}'");
                return Explain(1);
        }
    }

    private static readonly IReadOnlyList<SubProgram> Programs =
    [
        new("server", ["redis-server"], ServerProgram.Run),
        new("cli", ["redis-cli"], CliProgram.Run),
        new("trib", ["redis-trib", "redis-trib.rb"], TribProgram.Run),
        new("benchmark", ["redis-benchmark"], BenchmarkProgram.Run),
        new("check-rdb", ["redis-check-rdb"], CheckRdb.Run),
        new("up", [], UpProgram.Run),
        new("down", [], UpProgram.Run),
    ];

    private static SubProgram? Find(string name)
    {
        const string OtherFlavour = "valkey-";
        if (name.StartsWith(OtherFlavour, StringComparison.Ordinal)) name = "redis-" + name[OtherFlavour.Length..];
        foreach (SubProgram program in Programs)
            if (program.Word == name || Array.IndexOf(program.OtherNames, name) >= 0) return program;
        return null;
    }

    private static int Explain(int code)
    {
        (code == 0 ? Console.Out : Console.Error).WriteLine(Usage);
        return code;
    }

    /// <summary>The name that the shell used; under the runtime the argument list has the library's name instead.</summary>
    private static string StartedAs()
    {
        try
        {
            string line = File.ReadAllText("/proc/self/cmdline");
            int end = line.IndexOf('\0');
            return Path.GetFileName(end < 0 ? line : line[..end]);
        }
        catch (IOException)
        {
            return Path.GetFileNameWithoutExtension(Environment.GetCommandLineArgs()[0]);
        }
    }

    private sealed record SubProgram(string Word, string[] OtherNames, Func<string, string[], int> Run);
}
