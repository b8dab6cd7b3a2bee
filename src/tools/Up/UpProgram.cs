using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using Hexad.Client;

namespace Hexad.Up;

/// <summary>What "up" was asked for.</summary>
public sealed record UpRequest(int Nodes, int Replicas, int Port, string Folder, int NodeTimeoutMs, bool Detach, string? Server);

/// <summary><c>hexad up</c> and <c>hexad down</c>: a whole cluster on this machine in one command.</summary>
public static class UpProgram
{
    private const string DefaultFolder = "hexad-cluster";

    /// <summary>Runs "up" or "down", whichever the program is called; the exit code.</summary>
    public static int Run(string programName, string[] args)
    {
        ToolConsole console = ToolConsole.OfProcess();
        try
        {
            int exitCode = programName.EndsWith("down", StringComparison.Ordinal) ? Down(args, console) : Up(args, console);
            console.Flush();
            return exitCode;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written, or nobody left to read our output.
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static int Up(string[] args, ToolConsole console)
    {
        var nodes = new Option<int>("--nodes") { Description = "How many instances", DefaultValueFactory = _ => 6 };
        var replicas = new Option<int>("--replicas") { Description = "How many replicas each master has", DefaultValueFactory = _ => 1 };
        var port = new Option<int>("--port") { Description = "The first port; each shard has one of its own, counting up", DefaultValueFactory = _ => 6379 };
        var folder = new Option<string>("--dir") { Description = "The folder of configuration, data and logs", DefaultValueFactory = _ => DefaultFolder };
        var timeout = new Option<int>("--node-timeout") { Description = "cluster-node-timeout in milliseconds", DefaultValueFactory = _ => 15_000 };
        var detach = new Option<bool>("--detach") { Description = "Leave the cluster running and return" };
        var server = new Option<string?>("--server") { Description = "Another server program to run instead of this one" };
        var command = new RootCommand("Starts a cluster on this machine: three loopback addresses stand for three machines.\nThe folder is kept: the same command starts the same cluster again.")
        {
            nodes, replicas, port, folder, timeout, detach, server,
        };
        command.SetAction(parsed => Up(
            new UpRequest(
                parsed.GetValue(nodes), parsed.GetValue(replicas), parsed.GetValue(port), Path.GetFullPath(parsed.GetValue(folder) ?? DefaultFolder),
                parsed.GetValue(timeout), parsed.GetValue(detach), parsed.GetValue(server)),
            console));
        return command.Parse(args).Invoke();
    }

    private static int Down(string[] args, ToolConsole console)
    {
        var folder = new Option<string>("--dir") { Description = "The folder of the cluster", DefaultValueFactory = _ => DefaultFolder };
        var command = new RootCommand("Stops a cluster that was started by \"hexad up\".") { folder };
        command.SetAction(parsed => Down(new ClusterFolder(Path.GetFullPath(parsed.GetValue(folder) ?? DefaultFolder)), console));
        return command.Parse(args).Invoke();
    }

    private static int Down(ClusterFolder folder, ToolConsole console)
    {
        if (folder.ReadList() is not { } nodes)
        {
            console.WriteError($"There is no cluster in {folder.Root}.\n");
            return 1;
        }

        return new LocalCluster(nodes, folder, console).StopAll() ? 0 : 1;
    }

    private static int Up(UpRequest request, ToolConsole console)
    {
        var folder = new ClusterFolder(request.Folder);
        IReadOnlyList<LocalNode>? nodes = folder.ReadList();
        if (nodes is null)
        {
            nodes = LocalPlan.Make(request.Nodes, request.Replicas, request.Port, out string fault);
            if (nodes is null)
            {
                console.WriteError(fault + "\n");
                return 1;
            }

            folder.Write(nodes, request.NodeTimeoutMs, pinSource: request.Server is not null);
        }
        else
        {
            console.WriteLine($"starting the cluster of {nodes.Count} nodes in {folder.Root} again");
        }

        // From here on Ctrl-C stops what was started, whatever is going on.
        using var stop = new ManualResetEventSlim();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        var cluster = new LocalCluster(nodes, folder, console);
        (string program, string[] leading) = request.Server is { } other ? (other, Array.Empty<string>()) : OwnServer();
        if (!cluster.Start(program, leading)) return 1;
        if (!cluster.Form())
        {
            cluster.StopAll();
            return 1;
        }

        return Serve(request, cluster, console, stop);
    }

    private static int Serve(UpRequest request, LocalCluster cluster, ToolConsole console, ManualResetEventSlim stop)
    {
        LocalNode first = cluster.Nodes[0];
        string connect = $"redis-cli -c -h {first.Host} -p {first.Port}";
        using var watch = new StatusWatch(cluster.Nodes, console);
        if (request.Detach && !stop.IsSet)
        {
            watch.Print();
            console.WriteLine($"connect with: {connect}");
            console.WriteLine($"stop with:    hexad down --dir {request.Folder}");
            return 0;
        }

        if (!stop.IsSet) watch.Run(stop, $"connect with: {connect}    Ctrl-C stops the cluster");
        return cluster.StopAll() ? 0 : 1;
    }

    private static void Stop(PosixSignalContext context, ManualResetEventSlim stop)
    {
        context.Cancel = true;
        stop.Set();
    }

    /// <summary>This program as a server; under "dotnet hexad.dll" the program is dotnet.</summary>
    private static (string Program, string[] Leading) OwnServer()
    {
        string self = Environment.ProcessPath ?? "hexad";
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? (self, [Path.Combine(AppContext.BaseDirectory, "hexad.dll"), "server"])
            : (self, ["server"]);
    }
}
