using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Hexad.Processes;

namespace Hexad.Guide;

/// <summary>
/// The guide's six instances on three loopback machines, and what one can say about them. Masters are a, b, c on machines
/// 1, 2, 3; each has its replica on the machine that follows.
/// </summary>
public sealed class GuideCluster : IDisposable
{
    public GuideCluster(string server, string folder, int firstPort)
    {
        for (int shard = 0; shard < 3; shard++) Masters.Add(Make(shard, shard));
        for (int shard = 0; shard < 3; shard++) Replicas.Add(Make(shard, (shard + 1) % 3));

        Instance Make(int shard, int machine)
        {
            string host = $"127.0.0.{machine + 1}";
            return new Instance(server, host, firstPort + shard, Path.Combine(folder, $"{host}-{firstPort + shard}"));
        }
    }

    /// <summary>The first masters of a, b, c.</summary>
    public List<Instance> Masters { get; } = [];

    /// <summary>The first replicas of a, b, c.</summary>
    public List<Instance> Replicas { get; } = [];

    /// <summary>All six.</summary>
    public IEnumerable<Instance> All => Masters.Concat(Replicas);

    /// <summary>The two instances on a machine, 1 to 3.</summary>
    public IEnumerable<Instance> Machine(int number) => All.Where(i => i.Host == $"127.0.0.{number}").ToList();

    /// <summary>Starts one and waits until it answers.</summary>
    public void Start(Instance node, Operator person)
    {
        node.Start();
        Patience.Until(() => person.Ask(node, "PING") == "PONG", $"{node.Address} answers", 15_000, () => node.Log);
    }

    /// <summary>Starts all that do not run.</summary>
    public void StartAll(Operator person)
    {
        List<Instance> down = All.Where(i => !i.Runs).ToList();
        foreach (Instance node in down) node.Start();
        foreach (Instance node in down) Patience.Until(() => person.Ask(node, "PING") == "PONG", $"{node.Address} answers", 15_000, () => node.Log);
    }

    /// <summary>What a node says about another, or about itself: the line of CLUSTER NODES, split.</summary>
    public static string[] Line(Operator person, Instance asked, Instance about) =>
        person.Ask(asked, "CLUSTER", "NODES").Split('\n').Select(l => l.Trim().Split(' '))
            .FirstOrDefault(w => w.Length > 7 && w[1].StartsWith(about.Address + "@", StringComparison.Ordinal)) ?? ["", "", "unknown", "-"];

    /// <summary>Waits until everybody agrees that all is served and every copy is in step.</summary>
    public void Healthy(Operator person, int limitMs = 60_000) => Patience.Until(
        () => All.All(i =>
            person.Ask(i, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)
            && !person.Ask(i, "CLUSTER", "NODES").Contains("fail", StringComparison.Ordinal)
            && person.Ask(i, "INFO", "replication") is var info
            && (info.Contains("role:master", StringComparison.Ordinal) || info.Contains("master_link_status:up", StringComparison.Ordinal))),
        "the cluster is healthy", limitMs,
        () => string.Join("\n\n", All.Select(i => $"{i.Address}\n{person.Ask(i, "CLUSTER", "NODES")}\n{person.Ask(i, "INFO", "replication")}")));

    /// <summary>Whether a node is a master by its own word.</summary>
    public static bool IsMaster(Operator person, Instance node) => person.Ask(node, "ROLE").StartsWith("master", StringComparison.Ordinal);

    public void Dispose()
    {
        foreach (Instance node in All) node.Dispose();
    }
}
