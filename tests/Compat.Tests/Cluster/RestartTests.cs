using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Hexad.Processes;
using Xunit;

namespace Hexad.Compat.Tests.Cluster;

/// <summary>What a process that dies and is back in a moment does to a cluster of real processes.</summary>
public sealed class RestartTests
{
    private const int NodeTimeoutMs = 15_000;

    /// <summary>Redis keeps a node that was marked as failed out for twice the node timeout.</summary>
    private const int AtOnceMs = 3000;

    [Fact]
    public void A_primary_without_a_replica_that_is_killed_and_back_within_a_second_serves_its_slots_again_at_once()
    {
        using var cluster = new ProcessCluster();
        int port = FreePorts.Take(5);
        for (int i = 0; i < 5; i++) cluster.Add([SourceTree.Hexad, "server"], "127.0.0.1", port + i, NodeTimeoutMs);
        cluster.Start();
        cluster.Create([SourceTree.Hexad, "cli"], 3, replicas: 0);
        Follow(cluster.Nodes[3], cluster.Nodes[0]);
        Follow(cluster.Nodes[4], cluster.Nodes[1]);
        cluster.AwaitHealth();

        ServerProcess lone = cluster.Nodes[2];
        string key = Enumerable.Range(0, 1000).Select(static i => i.ToString(CultureInfo.InvariantCulture)).First(k => lone.Ask("SET", k, "before") == "OK");
        List<string> roles = Roles(cluster);
        lone.Kill();
        Patience.Throughout(500, () => !FailedSomewhere(cluster), "nobody has failed", cluster.Views);
        lone.Start();
        lone.AwaitAnswer();
        double ms = Patience.Until(() => lone.Ask("SET", key, "after") == "OK", "it takes a write again", AtOnceMs, cluster.Views);
        TestContext.Current.SendDiagnosticMessage($"a write {ms:F0} ms after the first answer");
        Patience.Until(() => cluster.Nodes.All(static n => n.Field("cluster_state", "CLUSTER", "INFO") == "ok"), "all say that the cluster is well", AtOnceMs, cluster.Views);
        foreach (ServerProcess other in cluster.Nodes.Where(n => n != lone))
            Assert.EndsWith(lone.Address, other.Ask("GET", key), StringComparison.Ordinal);
        cluster.AwaitHealth();
        Patience.Throughout(2000, () => Roles(cluster).SequenceEqual(roles), "everybody is what it was", cluster.Views);
    }

    private static void Follow(ServerProcess replica, ServerProcess primary)
    {
        string id = primary.Ask("CLUSTER", "MYID");
        Assert.Equal("OK", replica.Ask("CLUSTER", "MEET", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture)));
        Patience.Until(() => replica.Ask("CLUSTER", "REPLICATE", id) == "OK", "the replica knows its primary");
    }

    private static bool FailedSomewhere(ProcessCluster cluster) =>
        cluster.Nodes.Where(static n => n.Runs).Any(static n => n.Ask("CLUSTER", "NODES").Split('\n').Any(static l => l.Contains("fail ", StringComparison.Ordinal)));

    // Who is what, of whom, with which epoch and slots, as the first node sees it.
    private static List<string> Roles(ProcessCluster cluster) =>
    [
        .. cluster.Nodes[0].Ask("CLUSTER", "NODES").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => l.Split(' ')).Select(static w => string.Join(' ', [w[0], w[2], w[3], w[6], .. w[8..]])).Order(StringComparer.Ordinal),
    ];
}
