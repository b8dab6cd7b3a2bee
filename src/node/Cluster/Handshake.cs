using System.Net;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// How two nodes get to know each other. Whoever is told to meet an address makes up an id, connects and sends MEET;
/// whoever gets MEET from a stranger does the same with PING. The answer carries the true id, and the strangers are
/// nodes of one cluster from then on. Nobody else's PING introduces anyone.
/// </summary>
internal sealed class Handshake(ClusterState state, FailureDetector failures, GossipReader gossip)
{
    /// <summary>CLUSTER MEET. False if the address is none; a handshake that is going on already is no error.</summary>
    public bool Start(string address, long port, long busPort)
    {
        if (!IPAddress.TryParse(address, out IPAddress? parsed) || !IsFullAddress(address)) return false;
        if (port is <= 0 or > 65535 || busPort is <= 0 or > 65535) return false;
        string normal = parsed.ToString();
        if (state.Nodes.HandshakeWith(normal, (int)port, (int)busPort, state.Settings.TlsCluster) is not null) return true;
        Add(normal, (int)port, 0, (int)busPort, NodeFlags.Handshake | NodeFlags.Meet);
        return true;
    }

    /// <summary>MEET from a stranger.</summary>
    public void Met(ClusterLink link, in BusPacket packet)
    {
        string address = packet.Address.Length > 0 ? packet.Address : link.PeerAddress;
        if (address.Length == 0 || packet.BusPort == 0) return;
        if (state.Nodes.HandshakeWith(address, packet.Port, packet.BusPort, state.Settings.TlsCluster) is null)
        {
            Add(address, packet.Port, packet.OtherPort, packet.BusPort, NodeFlags.Handshake);
            state.Save();
        }

        gossip.Read(null, packet);
    }

    /// <summary>This node learns its own address from where others reach it.</summary>
    public void LearnOwnAddress(ClusterLink link, bool met)
    {
        ClusterNode me = state.Myself;
        if (!link.Inbound || state.Settings.AnnounceIp.Length > 0 || (!met && me.Address.Length > 0)) return;
        if (link.LocalAddress.Length == 0 || link.LocalAddress == me.Address) return;
        me.Address = link.LocalAddress;
        state.Notice($"IP address for this node updated to {me.Address}");
        state.Save();
    }

    /// <summary>
    /// The answer of a node in handshake, on the link that we opened. False if the node is gone afterwards: it was one
    /// that we know already.
    /// </summary>
    public bool Answered(ClusterLink link, ClusterNode? known, in BusPacket packet)
    {
        ClusterNode node = link.Node!;
        if (known is not null || packet.Sender.IsNone || state.Nodes.Find(packet.Sender) is not null)
        {
            if (known is not null) UpdateAddress(known, link, packet);
            state.RemoveNode(node);
            return false;
        }

        state.Nodes.Rename(node, packet.Sender);
        node.Clear(NodeFlags.Handshake | NodeFlags.Meet);
        node.Set(GossipReader.OneRole(packet.Flags & (NodeFlags.Primary | NodeFlags.Replica)));
        node.DataReceived = state.Now;
        state.Log(ClusterLogLevel.Debug, $"Handshake with node {node.Id} completed.");
        state.Save();
        return true;
    }

    /// <summary>The node at the end of our link is not the one that lived there: that one's address is unknown now.</summary>
    public void WrongNode(ClusterLink link)
    {
        ClusterNode node = link.Node!;
        node.Set(NodeFlags.NoAddress);
        (node.Address, node.Port, node.TlsPort, node.BusPort) = ("", 0, 0, 0);
        state.Close(link);
        state.Save();
    }

    /// <summary>A known node speaks from another address than the one that we have.</summary>
    public void UpdateAddress(ClusterNode node, ClusterLink link, in BusPacket packet)
    {
        if (link == node.Link) return;
        string address = packet.Address.Length > 0 ? packet.Address : link.PeerAddress;
        if (address.Length == 0) address = link.Node?.Address ?? "";
        (int port, int tlsPort) = gossip.Ports(packet.Port, packet.OtherPort);
        if (address.Length == 0 || packet.BusPort == 0) return;
        if (node.Address == address && node.Port == port && node.TlsPort == tlsPort && node.BusPort == packet.BusPort) return;

        (node.Address, node.Port, node.TlsPort, node.BusPort) = (address, port, tlsPort, packet.BusPort);
        node.HadHealthyLink = false;
        state.Close(node.Link);
        node.Clear(NodeFlags.NoAddress);
        node.NextConnectAt = default;
        state.Notice($"Address updated for node {ClusterState.Name(node)}, now {address}:{node.ClusterPort(state.Settings.TlsCluster)}");
        state.HealthDue = true;
        state.Save();
    }

    private void Add(string address, int port, int otherPort, int busPort, NodeFlags flags)
    {
        (int plain, int tls) = gossip.Ports(port, otherPort);
        var node = new ClusterNode(new NodeId(state.Dice.Id()), flags, state.Now)
        {
            Address = address,
            Port = plain,
            TlsPort = tls,
            BusPort = busPort,
            ShardId = state.Dice.Id(),
        };
        state.Nodes.Add(node);
        failures.Connect(node);
    }

    /// <summary>"127.1" and "1" parse as addresses too, but inet_pton takes only four parts, and so does Redis.</summary>
    private static bool IsFullAddress(string text) => text.Contains(':') || text.Split('.').Length == 4;
}
