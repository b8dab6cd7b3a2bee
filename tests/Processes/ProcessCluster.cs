using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Hexad.Client;

namespace Hexad.Processes;

/// <summary>Several servers in cluster mode, each a process, in one folder that goes with them.</summary>
public sealed class ProcessCluster : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-cluster-").FullName;
    private readonly List<ServerProcess> _nodes = [];

    /// <summary>The nodes, in the order in which they were added.</summary>
    public IReadOnlyList<ServerProcess> Nodes => _nodes;

    /// <summary>Six on 127.0.0.1, three primaries and their replicas, made this moment: their links may not stand yet.</summary>
    /// <param name="program">The words that start a server.</param>
    /// <param name="client">The words that start the client that has the cluster tool.</param>
    public static ProcessCluster OfSix(string[] program, string[] client, int firstPort, int nodeTimeoutMs)
    {
        var cluster = new ProcessCluster();
        try
        {
            for (int i = 0; i < 6; i++) cluster.Add(program, "127.0.0.1", firstPort + i, nodeTimeoutMs);
            cluster.Start();
            cluster.Create(client, 6, replicas: 1);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Adds a node that does not run yet.</summary>
    public ServerProcess Add(string[] program, string host, int port, int nodeTimeoutMs)
    {
        ServerProcess node = ServerProcess.At(program, FolderOf(host, port), host, port, InCluster(nodeTimeoutMs));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Adds a node that does not run yet and is asked over a unix socket, since its address is in another network.</summary>
    public ServerProcess AddBehindSocket(string[] program, string host, int port, int nodeTimeoutMs)
    {
        string folder = FolderOf(host, port), socket = Path.Combine(folder, "socket");
        var node = new ServerProcess(
            [.. program, .. ServerProcess.Options(folder, host, port), .. InCluster(nodeTimeoutMs), "--unixsocket", socket],
            folder, new Endpoint(host, port, socket));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts all that do not run and waits until they answer.</summary>
    public void Start()
    {
        List<ServerProcess> down = _nodes.FindAll(static n => !n.Runs);
        foreach (ServerProcess node in down) node.Start();
        foreach (ServerProcess node in down) node.AwaitAnswer();
    }

    /// <summary>Makes a cluster of the first <paramref name="count"/> nodes with a cluster tool.</summary>
    /// <param name="client">The words that start the client that has the tool.</param>
    public void Create(string[] client, int count, int replicas)
    {
        string[] words =
        [
            .. client[1..], "--cluster", "create", .. _nodes.Take(count).Select(static n => n.Address),
            "--cluster-replicas", replicas.ToString(CultureInfo.InvariantCulture), "--cluster-yes",
        ];
        Outcome created = Shell.Run(client[0], words);
        if (created.Code != 0) throw new InvalidOperationException($"The cluster could not be made: {created}");
    }

    /// <summary>Waits until all say that all is well and every replica is in step.</summary>
    public void AwaitHealth() => Patience.Until(() => _nodes.TrueForAll(IsWell), "the cluster is healthy", explanation: Views);

    /// <summary>What every node says about all.</summary>
    public string Views()
    {
        var text = new StringBuilder();
        foreach (ServerProcess node in _nodes) text.Append(CultureInfo.InvariantCulture, $"{node.Address}\n{node.Ask("CLUSTER", "NODES")}\n");
        return text.ToString();
    }

    public void Dispose()
    {
        foreach (ServerProcess node in _nodes) node.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] InCluster(int nodeTimeoutMs) =>
        ["--save", "", "--cluster-enabled", "yes", "--cluster-node-timeout", nodeTimeoutMs.ToString(CultureInfo.InvariantCulture)];

    private string FolderOf(string host, int port) => Path.Combine(_folder, $"{host}-{port}");

    private bool IsWell(ServerProcess node) =>
        node.Field("cluster_state", "CLUSTER", "INFO") == "ok"
        && node.Field("cluster_known_nodes", "CLUSTER", "INFO") == _nodes.Count.ToString(CultureInfo.InvariantCulture)
        && !node.Ask("CLUSTER", "NODES").Contains("fail", StringComparison.Ordinal)
        && (node.Field("role", "INFO", "replication") == "master" || node.Field("master_link_status", "INFO", "replication") == "up");
}
