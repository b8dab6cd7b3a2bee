using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// The nodes that are known, by id and in the order in which they became known, and the ids that shall stay forgotten.
/// </summary>
public sealed class NodeTable
{
    private readonly Dictionary<NodeId, ClusterNode> _byId = [];
    private readonly List<ClusterNode> _all = [];
    private readonly Dictionary<NodeId, UnixMs> _forgotten = [];

    /// <summary>All nodes, this one included.</summary>
    public IReadOnlyList<ClusterNode> All => _all;

    /// <summary>All nodes, for loops that neither add nor remove any: no enumerator, no call per node.</summary>
    internal ReadOnlySpan<ClusterNode> Each => CollectionsMarshal.AsSpan(_all);

    /// <summary>How many nodes are known.</summary>
    public int Count => _all.Count;

    /// <summary>The node with this id; null if unknown.</summary>
    public ClusterNode? Find(NodeId id) => id.IsNone ? null : _byId.GetValueOrDefault(id);

    /// <summary>The nodes of a shard, in the order in which they became known.</summary>
    public List<ClusterNode> Shard(HexId shard) => _all.FindAll(node => node.ShardId == shard && !node.InHandshake);

    internal void Add(ClusterNode node)
    {
        _byId.Add(node.Id, node);
        _all.Add(node);
    }

    internal void Rename(ClusterNode node, NodeId id)
    {
        _byId.Remove(node.Id);
        node.Id = id;
        _byId.Add(id, node);
    }

    /// <summary>Takes a node out, and every trace of it in the others. Its links and slots must be gone.</summary>
    internal void Remove(ClusterNode node)
    {
        Invariant.That(node.Slots.Count == 0);
        Invariant.That(node.Link is null && node.InboundLink is null);
        foreach (ClusterNode replica in node.ReplicaList) replica.Primary = null;
        node.ReplicaList.Clear();
        node.Primary?.RemoveReplica(node);
        node.Primary = null;
        foreach (ClusterNode other in _all) other.Reports.Remove(node);
        _byId.Remove(node.Id);
        _all.Remove(node);
    }

    /// <summary>A copy of the list, for loops that may take nodes out.</summary>
    internal ClusterNode[] Snapshot() => [.. _all];

    internal ClusterNode Random(Dice dice) => _all[dice.Below(_all.Count)];

    internal ClusterNode? HandshakeWith(string address, int port, int busPort, bool tls)
    {
        foreach (ClusterNode node in _all)
        {
            if (node.InHandshake && node.ClusterPort(tls) == port && node.BusPort == busPort &&
                string.Equals(node.Address, address, StringComparison.OrdinalIgnoreCase)) return node;
        }

        return null;
    }

    internal ulong MaxEpoch(ulong atLeast)
    {
        foreach (ClusterNode node in _all) atLeast = Math.Max(atLeast, node.ConfigEpoch);
        return atLeast;
    }

    internal void Forget(NodeId id, UnixMs until) => _forgotten[id] = until;

    internal bool IsForgotten(NodeId id, UnixMs now)
    {
        if (!_forgotten.TryGetValue(id, out UnixMs until)) return false;
        if (until > now) return true;
        _forgotten.Remove(id);
        return false;
    }

    internal void RememberAll() => _forgotten.Clear();

    internal void WriteForgotten(List<ExtensionData> extensions, UnixMs now)
    {
        foreach ((NodeId id, UnixMs until) in _forgotten)
        {
            if (until > now) extensions.Add(ExtensionData.Forgotten(id, (ulong)(until.Value - now.Value + 999) / 1000));
        }
    }
}
