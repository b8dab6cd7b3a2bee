using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Cluster;

/// <summary>One connection of the bus. Each pair of nodes has two: either opens one, and pings on its own.</summary>
public sealed class ClusterLink
{
    internal ClusterLink(long id, bool inbound, StepTime now) =>
        (Id, Inbound, CreatedAt, CreatedWall, Up) = (id, inbound, now.Monotonic, now.Wall, inbound);

    /// <summary>The name by which machine and host speak of it.</summary>
    public long Id { get; }

    /// <summary>Whether the other node opened it.</summary>
    public bool Inbound { get; }
    public UnixMs CreatedWall { get; }

    /// <summary>The node at the other end; null while an inbound link has not said who it is.</summary>
    public ClusterNode? Node { get; internal set; }

    /// <summary>Bytes that wait to be sent, as the host last reported.</summary>
    public long QueuedBytes { get; set; }

    /// <summary>Whether the connection stands.</summary>
    public bool Up { get; internal set; }

    internal MonotonicMs CreatedAt { get; }
    internal string PeerAddress { get; init; } = "";
    internal string LocalAddress { get; init; } = "";
    internal PacketStamp LastStamp { get; set; }
}

/// <summary>All links by their number. Numbers are never used twice, so that late news of a dead link finds nothing.</summary>
internal sealed class LinkTable
{
    private readonly Dictionary<long, ClusterLink> _links = [];
    private long _last;

    public ClusterLink? Find(long id) => _links.GetValueOrDefault(id);

    public ClusterLink Open(ClusterNode node, StepTime now)
    {
        Invariant.That(node.Link is null);
        var link = new ClusterLink(++_last, inbound: false, now) { Node = node };
        _links.Add(link.Id, link);
        node.Link = link;
        return link;
    }

    public ClusterLink Accept(StepTime now, string peerAddress, string localAddress)
    {
        var link = new ClusterLink(++_last, inbound: true, now) { PeerAddress = peerAddress, LocalAddress = localAddress };
        _links.Add(link.Id, link);
        return link;
    }

    /// <summary>
    /// Forgets the link. When a node has none left and does not number its packets, their order starts anew: it may have
    /// started again. A Hexad node says itself when it has.
    /// </summary>
    public void Remove(ClusterLink link)
    {
        _links.Remove(link.Id);
        if (link.Node is not { } node) return;
        if (node.Link == link) node.Link = null;
        if (node.InboundLink == link) node.InboundLink = null;
        if (node.Link is not { Up: true } && node.InboundLink is null && node.LastStamp.Sequence == 0) node.LastStamp = default;
    }
}
