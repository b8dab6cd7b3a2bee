using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Hexad.Client;
using Hexad.ClusterTool;

namespace Hexad.Up;

/// <summary>Starts and stops the instances of a local cluster, and makes a cluster of them where they are none yet.</summary>
public sealed class LocalCluster(IReadOnlyList<LocalNode> nodes, ClusterFolder folder, ToolConsole console)
{
    private const int StartTimeoutMs = 20_000;
    private const int StopTimeoutMs = 15_000;
    private const int LookEveryMs = 50;
    private const int ReunionTimeoutMs = 30_000;
    private const int FirstCopyTimeoutMs = 10_000;
    private const int LogTailLines = 5;

    /// <summary>The instances.</summary>
    public IReadOnlyList<LocalNode> Nodes => nodes;

    /// <summary>Starts every instance that does not run, and waits until all answer; false when one does not, which is explained.</summary>
    public bool Start(string program, string[] leading)
    {
        var started = new List<(LocalNode Node, int Pid)>();
        foreach (LocalNode node in nodes)
        {
            if (Answers(node))
            {
                if (folder.ReadPid(node) is { } own && ServerProcess.IsAlive(own)) continue;
                console.WriteError($"Port {node.Port} on {node.Host} is taken by another server. Choose other ports with --port, or stop it.\n");
                StopAll();
                return false;
            }

            if (ServerProcess.Start(program, [.. leading, folder.ConfigFile(node)], folder.OutputFile(node), out string fault) is not { } pid)
            {
                console.WriteError($"{program} could not be started: {fault}\n");
                return false;
            }

            console.WriteLine($"starting {node}  (pid {pid})");
            console.Flush();
            started.Add((node, pid));
        }

        foreach ((LocalNode node, int pid) in started)
        {
            if (WaitUntilReady(node, pid)) continue;
            StopAll();
            return false;
        }

        return true;
    }

    /// <summary>Makes the cluster, or waits for one that was made before to come together; false when that fails, which is said.</summary>
    public bool Form()
    {
        if (KnowEachOther()) return WaitForReunion();
        var log = new ClusterLog(console, CommandLineForm.RedisCli);
        var request = new ClusterRequest { Command = "create", Arguments = nodes.Select(n => n.ToString()).ToList(), Yes = true, Replicas = nodes.Count / nodes.Count(n => n.IsMaster) - 1 };
        var create = new CreateCommand(request, log) { Planner = Plan };
        if (create.Run() != 0) return false;
        AwaitReplicas();
        return true;
    }

    /// <summary>Stops all instances, replicas before masters, so that none takes over from another meanwhile.</summary>
    public bool StopAll()
    {
        // Roles may have changed since the plan was made: the instances themselves know.
        List<(LocalNode Node, bool IsMaster)> running = nodes.Where(Answers).Select(n => (n, IsMaster(n))).ToList();
        bool clean = true;
        foreach ((LocalNode node, bool _) in running.OrderBy(r => r.IsMaster)) clean &= Stop(node);
        foreach (LocalNode node in nodes)
        {
            // One that does not answer may still be there: hanging, or loading.
            if (folder.ReadPid(node) is not { } pid || !ServerProcess.IsAlive(pid)) continue;
            ServerProcess.Kill(pid);
            console.WriteLine($"killed   {node}  (pid {pid})");
        }

        return clean;
    }

    private bool WaitUntilReady(LocalNode node, int pid)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < StartTimeoutMs)
        {
            if (Answers(node)) return true;
            if (!ServerProcess.IsAlive(pid)) break;
            Thread.Sleep(LookEveryMs);
        }

        string reason = ServerProcess.IsAlive(pid) ? $"does not answer after {StartTimeoutMs / 1000} seconds" : "ended";
        console.WriteError($"{node} {reason}. It said last:\n");
        foreach (string line in folder.LogTail(node, LogTailLines)) console.WriteError($"  {line}\n");
        return false;
    }

    private bool KnowEachOther() =>
        Ask(nodes[0], "CLUSTER", "INFO") is { IsError: false } info && InfoText.Number(info.Text, "cluster_known_nodes") > 1
        && InfoText.Number(info.Text, "cluster_slots_assigned") == Layout.SlotCount && Followers() == nodes.Count(n => !n.IsMaster);

    private int Followers() => nodes.Count(n => !IsMaster(n));

    private bool WaitForReunion()
    {
        console.WriteLine("waiting for the instances to find each other again");
        console.Flush();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < ReunionTimeoutMs)
        {
            if (nodes.All(n => Ask(n, "CLUSTER", "INFO") is { IsError: false } info && InfoText.Field(info.Text, "cluster_state") == "ok")) return true;
            Thread.Sleep(LookEveryMs);
        }

        console.WriteError($"The cluster is not complete after {ReunionTimeoutMs / 1000} seconds. Look at it with: redis-cli --cluster check {nodes[0]}\n");
        return false;
    }

    /// <summary>Gives the replicas time for their first copy. Some servers wait before they send one, so this is no failure.</summary>
    private void AwaitReplicas()
    {
        console.WriteLine("waiting for the replicas to have their first copy");
        console.Flush();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < FirstCopyTimeoutMs)
        {
            if (nodes.All(n => n.IsMaster || Ask(n, "INFO", "replication") is { IsError: false } info && InfoText.Field(info.Text, "master_link_status") == "up")) return;
            Thread.Sleep(LookEveryMs);
        }
    }

    private CreationPlan Plan(IReadOnlyList<PlannedNode> planned)
    {
        // Planned nodes come in the order of ours, masters first in the order of their shards.
        int At(PlannedNode node) => planned.ToList().IndexOf(node);
        return CreationPlan.Of(planned, node => nodes[At(node)].IsMaster ? null : planned[nodes[At(node)].Shard]);
    }

    private bool Stop(LocalNode node)
    {
        int? pid = folder.ReadPid(node);
        console.WriteLine($"stopping {node}{(pid is null ? "" : $"  (pid {pid})")}");
        console.Flush();
        // A server that cannot save refuses to stop; it is asked again by signal, which it treats alike, and killed at the end.
        if (Ask(node, "SHUTDOWN") is { IsError: true } refusal)
        {
            console.WriteError($"{node}: {refusal.Text}\n");
            if (pid is { } asked) ServerProcess.Terminate(asked);
        }

        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < StopTimeoutMs)
        {
            if (pid is { } known ? !ServerProcess.IsAlive(known) : !Answers(node)) return true;
            Thread.Sleep(LookEveryMs);
        }

        return false;
    }

    private static bool IsMaster(LocalNode node) => Ask(node, "ROLE") is { Elements: [{ } role, ..] } && role.Text == "master";

    private static bool Answers(LocalNode node) => Ask(node, "PING") is not null;

    private static Reply? Ask(LocalNode node, params string[] command)
    {
        try
        {
            using Connection connection = Connection.Open(node.Endpoint, new ConnectOptions { ConnectTimeoutMs = 500, ReplyTimeoutMs = StopTimeoutMs });
            return connection.Call(command);
        }
        catch (ConnectionException)
        {
            return null;
        }
    }
}
