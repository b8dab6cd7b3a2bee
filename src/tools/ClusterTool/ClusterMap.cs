using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Client;

namespace Hexad.ClusterTool;

/// <summary>A cluster as it was found: every node that could be reached, beginning with the one that was asked.</summary>
public sealed class ClusterMap : IDisposable
{
    private readonly List<ClusterNode> _nodes = [];

    private ClusterMap()
    {
    }

    /// <summary>The nodes that were reached.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <summary>The nodes that are masters.</summary>
    public IEnumerable<ClusterNode> Masters => _nodes.Where(n => !n.IsReplica);

    /// <summary>How many masters are known that could not be reached.</summary>
    public int UnreachableMasters { get; private set; }

    /// <summary>Loads a cluster through one of its nodes; null when that cannot be had, which is said.</summary>
    public static ClusterMap? Load(Endpoint endpoint, ClusterLog log, Credentials credentials)
    {
        ClusterNode? start = ClusterNode.Load(endpoint, log, credentials);
        if (start is null) return null;
        var map = new ClusterMap();
        map._nodes.Add(start);
        foreach (NodeView view in start.Others)
        {
            if (map.TryAdd(view, log, credentials) || view.IsSlave) continue;
            map.UnreachableMasters++;
        }

        map.CountReplicas(log);
        return map;
    }

    /// <summary>A map of nodes that were connected before.</summary>
    public static ClusterMap Of(IEnumerable<ClusterNode> nodes)
    {
        var map = new ClusterMap();
        map._nodes.AddRange(nodes);
        return map;
    }

    /// <summary>The node of this id; null if there is none.</summary>
    public ClusterNode? Find(string id) => _nodes.Find(n => n.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first node whose id begins like this; null if there is none.</summary>
    public ClusterNode? FindAbbreviated(string start) => _nodes.Find(n => n.Id.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>The master that has the fewest replicas.</summary>
    public ClusterNode? LeastReplicated() => Masters.MinBy(m => m.ReplicaCount);

    /// <summary>Takes a node in that joins.</summary>
    public void Add(ClusterNode node) => _nodes.Add(node);

    public void Dispose()
    {
        foreach (ClusterNode node in _nodes) node.Dispose();
    }

    private bool TryAdd(NodeView view, ClusterLog log, Credentials credentials)
    {
        if (view.Host.Length == 0 || view.Port == 0) return false;
        ClusterNode? node = ClusterNode.Connect(new Endpoint(view.Host, view.Port), log, credentials);
        if (node is null) return false;
        if (!node.LoadView())
        {
            log.Bad($"[ERR] Unable to load info for node {node.Address}");
            node.Dispose();
            return false;
        }

        if (view.IsGone)
        {
            node.Dispose();
            return false;
        }

        _nodes.Add(node);
        return true;
    }

    private void CountReplicas(ClusterLog log)
    {
        foreach (ClusterNode node in _nodes)
        {
            if (node.View.MasterId is not { } id || !node.IsReplica) continue;
            if (Find(id) is { } master) master.ReplicaCount++;
            else log.Warn($"*** WARNING: {node.Address} claims to be slave of unknown node ID {id}.");
        }
    }
}
