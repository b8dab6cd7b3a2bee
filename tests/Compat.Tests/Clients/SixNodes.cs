using System;
using System.Linq;
using Hexad.Processes;

namespace Hexad.Compat.Tests.Clients;

/// <summary>A cluster of our own for clients to talk to: three primaries, three replicas, six processes on 127.0.0.1.</summary>
internal sealed class SixNodes : IDisposable
{
    private const int NodeTimeoutMs = 5000;
    private readonly ProcessCluster _cluster = ProcessCluster.OfSix([SourceTree.Hexad, "server"], [SourceTree.Hexad, "cli"], FreePorts.Take(6), NodeTimeoutMs);

    public SixNodes()
    {
        try
        {
            _cluster.AwaitHealth();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The ports of all six; the first three began as primaries.</summary>
    public int[] Ports => [.. _cluster.Nodes.Select(static n => n.Port)];

    /// <summary>Waits until everything that a primary has acknowledged so far is on its replica too.</summary>
    public void AwaitReplicated(int primary)
    {
        ServerProcess source = At(primary);
        long offset = long.Parse(source.Field("master_repl_offset", "INFO", "replication"));
        string id = source.Ask("CLUSTER", "MYID");
        ServerProcess replica = _cluster.Nodes.Single(n => n.Ask("CLUSTER", "NODES").Contains("myself,slave " + id, StringComparison.Ordinal));
        Patience.Until(() => long.TryParse(replica.Field("slave_repl_offset", "INFO", "replication"), out long has) && has >= offset, $"the replica of {primary} has what it had");
    }

    /// <summary>Kills the process on a port, as the kernel does when memory runs out.</summary>
    public void Kill(int port) => At(port).Kill();

    public void Dispose() => _cluster.Dispose();

    private ServerProcess At(int port) => _cluster.Nodes.Single(n => n.Port == port);
}
