using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

using Hexad.Engine.Seam;
using Hexad.Host.Files;
using Hexad.Host.Native;
using Hexad.Options;

namespace Hexad.Host.Process;

/// <summary>
/// The program <c>hexad server</c>, known as <c>redis-server</c>: reads its arguments and configurations, goes into the
/// background if asked, and runs each node on a thread of its own until all have ended.
/// </summary>
public static class ServerProgram
{
    private const int NodeStackBytes = 8 << 20;

    /// <summary>Runs the program; its exit code.</summary>
    /// <param name="programName">The name it was started under, for the help.</param>
    /// <param name="arguments">The arguments after that.</param>
    public static int Run(string programName, string[] arguments)
    {
        if (arguments.Length > 0 && Immediate(programName, arguments) is { } code) return code;
        bool portable = TakeLoop(ref arguments);
        ServerArguments parsed = ServerArguments.Parse(arguments);
        string? input = parsed.StandardInput ? Console.In.ReadToEnd() : null;

        var loaded = new List<ConfigLoader>();
        string?[] files = parsed.Files;
        if (files.Length == 0) files = [null];
        foreach (string? file in files)
        {
            ConfigLoader one = ConfigLoader.Load(new ConfigSources
            {
                Path = file,
                StandardInput = input,
                CommandLine = parsed.Lines,
                Read = ConfigFiles.Read,
                Version = Versions.Redis,
                CommandExists = Engine.CommandNames.IsCommand,
            });
            if (one.Error is not null) return Refuse(one.Error);
            loaded.Add(one);
        }

        bool background = loaded.Any(one => one.Options is { Daemonize: true, Supervised: Supervision.No });
        if (background && !Daemon.IsDaemon)
        {
            foreach (ConfigLoader one in loaded)
            {
                using var probe = new NodeProcess(one.Options, portable, isDaemon: true, fileLimit: 0);
                if (probe.Check() is { } refused) return Refuse(refused + "\n");
            }

            return Daemon.TryStart(input, out string error) ? 0 : Refuse($"Can't start in the background: {error}\n");
        }

        return RunNodes(programName, loaded, portable, background);
    }

    private static int RunNodes(string programName, List<ConfigLoader> loaded, bool portable, bool isDaemon)
    {
        long wanted = loaded.Sum(one => (long)one.Options.MaxClients + NodeProcess.OtherDescriptors);
        long share = HostFacts.RaiseFileLimit(wanted) / loaded.Count;
        ProcessTitle? title = loaded.Count == 1 && loaded[0].Options.SetProcessTitle ? new ProcessTitle(programName) : null;
        NodeProcess[] nodes = [.. loaded.Select(one => new NodeProcess(one.Options, portable, isDaemon, share) { Title = title })];
        foreach (NodeProcess node in nodes)
            if (node.Check() is { } refused) return Refuse(refused + "\n");
        for (int i = 0; i < nodes.Length; i++)
            foreach (string warning in loaded[i].Warnings) nodes[i].Warn(warning);

        void Stop(StopReason reason)
        {
            foreach (NodeProcess node in nodes) node.RequestStop(reason);
        }

        void Insist()
        {
            foreach (NodeProcess node in nodes) node.Insist();
            LibC.ExitNow(1);
        }

        using var signals = new Signals(Stop, Insist);
        int worst = 0;
        Thread[] threads = [.. nodes.Select(node => new Thread(() =>
        {
            int code = node.Run(isDaemon);
            // Alone, the end of the process does that faster.
            if (nodes.Length > 1) node.Release();
            if (code == 0) return;
            // They were started together: when one cannot go on, the operator wants to know, not to find out later.
            Interlocked.CompareExchange(ref worst, code, 0);
            Stop(StopReason.Terminate);
        }, NodeStackBytes) { Name = node.Name })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return worst;
    }

    /// <summary>What needs no node: version, help, checks; null when the arguments are none of these.</summary>
    private static int? Immediate(string programName, string[] arguments)
    {
        switch (arguments[0])
        {
            case "-v" or "--version":
                Console.WriteLine($"Redis server v={Versions.Redis} sha=00000000:0 malloc=native bits=64 build=hexad-{Versions.Hexad}");
                return 0;
            case "-h" or "--help":
                Console.Error.WriteLine(Usage(programName));
                // As Redis: help is asked for on the error stream and ends with 1.
                return 1;
            case "--test-memory":
                return Refuse("A memory test is not part of Hexad: a managed program cannot own the machine's memory. Use memtester or memtest86+.\n");
            case "--check-system":
                return SystemCheck.Run();
            case "--sentinel":
                return Refuse("Sentinel mode is not part of Hexad: a cluster fails over by itself.\n");
            default:
                return null;
        }
    }

    private static bool TakeLoop(ref string[] arguments)
    {
        int at = Array.IndexOf(arguments, "--loop");
        if (at < 0 || at + 1 >= arguments.Length) return false;
        bool portable = arguments[at + 1] == "portable";
        arguments = [.. arguments[..at], .. arguments[(at + 2)..]];
        return portable;
    }

    private static int Refuse(string text)
    {
        Console.Error.Write(text);
        return 1;
    }

    private static string Usage(string name) => $"""
        Usage: {name} [FILE]... [--option value...]... [-]
               {name} -                       reads the configuration from standard input
               {name} --version
               {name} --help
               {name} --check-system          looks for settings of the system that harm a server

        Every FILE is the configuration of a node of its own; all run in this process, each on its own thread.
        Options given here come after the files and apply to each node.
          --loop epoll|portable               the event loop; portable is slower and needs no epoll

        Examples:
               {name}                         a node with the defaults, on port 6379
               {name} /etc/hexad/6379.conf
               {name} a.conf c.conf           two nodes in one process
               {name} --port 7777 --replicaof 127.0.0.1 8888
               echo 'maxmemory 128mb' | {name} -
        """;
}
