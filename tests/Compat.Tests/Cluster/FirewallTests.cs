using System;
using System.Globalization;
using System.Linq;
using Hexad.Processes;
using Xunit;

namespace Hexad.Compat.Tests.Cluster;

/// <summary>Real processes on six loopback addresses, and a real firewall between two of them.</summary>
public sealed class FirewallTests
{
    private const int NodeTimeoutMs = 2000;
    private const int Port = 7000;
    private const int BusPort = 17_000;

    [Theory]
    [InlineData(false, "tcp-reset")]
    [InlineData(false, "icmp-port-unreachable")]
    [InlineData(true, "tcp-reset")]
    public void A_bus_port_that_a_firewall_closes_for_one_node_alone_makes_nobody_fail(bool inBothDirections, string answer)
    {
        using NetworkNamespace network = NetworkNamespace.MakeOrSkip();
        using var cluster = new ProcessCluster();
        for (int i = 0; i < 6; i++) cluster.AddBehindSocket(network.Within(SourceTree.Hexad, "server"), Host(i), Port, NodeTimeoutMs);
        cluster.Start();
        cluster.Create(network.Within(SourceTree.Hexad, "cli"), 6, replicas: 1);
        cluster.AwaitHealth();
        string[] epochs = Epochs(cluster);

        Close(network, from: 0, to: 1, answer);
        if (inBothDirections) Close(network, from: 1, to: 0, answer);
        Patience.Until(() => IsCutOff(cluster.Nodes[0], cluster.Nodes[1]), "the firewall has cut the link", explanation: cluster.Views);
        string key = Enumerable.Range(0, 1000).Select(static i => i.ToString(CultureInfo.InvariantCulture)).First(k => cluster.Nodes[1].Ask("SET", k, "v") == "OK");
        Patience.Throughout(
            3 * NodeTimeoutMs,
            () => cluster.Nodes.All(static n => n.Field("cluster_state", "CLUSTER", "INFO") == "ok" && !n.Ask("CLUSTER", "NODES").Contains("fail ", StringComparison.Ordinal))
                && cluster.Nodes[1].Ask("SET", key, "w") == "OK",
            "all serve and nobody has failed", cluster.Views);
        Assert.Equal(epochs, Epochs(cluster));

        network.Firewall("-F", "INPUT");
        cluster.AwaitHealth();
        Assert.Equal(epochs, Epochs(cluster));
    }

    private static string Host(int index) => $"127.0.0.{index + 1}";

    // What one node sends to the other's bus port is refused, on standing connections too.
    private static void Close(NetworkNamespace network, int from, int to, string answer) => network.Firewall(
        "-A", "INPUT", "-p", "tcp", "-s", Host(from), "-d", Host(to), "--dport", BusPort.ToString(CultureInfo.InvariantCulture), "-j", "REJECT", "--reject-with", answer);

    private static bool IsCutOff(ServerProcess from, ServerProcess to) => from.Ask("CLUSTER", "NODES").Split('\n')
        .Any(l => l.Contains($" {to.Address}@", StringComparison.Ordinal) && l.Contains(" disconnected", StringComparison.Ordinal));

    private static string[] Epochs(ProcessCluster cluster) => [.. cluster.Nodes.Select(static n => n.Field("cluster_current_epoch", "CLUSTER", "INFO"))];
}
