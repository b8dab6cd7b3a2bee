using System;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// What others say about others: who does not answer, where someone lives now, who there is. And what they say about
/// themselves beyond the header: names, shard, whom they forgot.
/// </summary>
internal sealed class GossipReader(ClusterState state, FailureDetector failures, SlotClaims claims)
{
    private const int ClockSlackMs = 500;

    private const NodeFlags TakenFromGossip = NodeFlags.Primary | NodeFlags.Replica | NodeFlags.Suspected | NodeFlags.Failed |
        NodeFlags.NoFailover | NodeFlags.MigrateTo | NodeFlags.Extensions | NodeFlags.LightHeaders;

    /// <summary>The gossip of a packet; <paramref name="sender"/> may still be in its handshake.</summary>
    public void Read(ClusterNode? sender, in BusPacket packet)
    {
        for (int i = 0; i < packet.GossipCount; i++)
        {
            GossipEntry entry = packet.Gossip(i);
            if (entry.Node.IsNone) continue;
            if (state.Nodes.Find(entry.Node) is { } node)
            {
                if (!node.IsMyself) ReadKnown(sender, node, entry);
            }
            else if (sender is not null)
            {
                Meet(entry);
            }
        }
    }

    /// <summary>The extensions of a packet of a known node.</summary>
    public void ReadExtensions(ClusterNode sender, in BusPacket packet)
    {
        string hostname = "", humanName = "";
        HexId shard = sender.Root.ShardId;
        foreach (Extension extension in packet.Extensions)
        {
            switch (extension.Type)
            {
                case ExtensionType.Hostname:
                    hostname = extension.Text;
                    break;
                case ExtensionType.HumanName:
                    humanName = extension.Text;
                    break;
                case ExtensionType.ShardId:
                    shard = extension.Id;
                    break;
                case ExtensionType.ForgottenNode:
                    Forget(new NodeId(extension.Id), extension.ForgetSeconds);
                    break;
            }
        }

        if (state.Nodes.Find(sender.Id) != sender) return;
        if (sender.Hostname != hostname || sender.HumanName != humanName)
        {
            (sender.Hostname, sender.HumanName) = (hostname, humanName);
            state.Save();
        }

        claims.SetShard(sender, shard);
    }

    private void ReadKnown(ClusterNode? sender, ClusterNode node, in GossipEntry entry)
    {
        bool bad = (entry.Flags & (NodeFlags.Suspected | NodeFlags.Failed)) != 0;
        if (sender is { IsPrimary: true } && sender != node) Report(sender, node, bad);
        if (bad) return;

        if (node.PingSent.Value == 0 && node.Reports.Count(state.Now, state.Settings.NodeTimeoutMs) == 0)
        {
            long pongMs = entry.PongReceivedSeconds * 1000L;
            MonotonicMs pong = state.FromWallMs(pongMs);
            bool usable = pongMs > 0 && pongMs <= state.Time.Wall.Value + ClockSlackMs && !PingsOften(node);
            if (usable && pong > node.PongReceived) node.PongReceived = pong;
        }

        if ((node.IsFailed || node.IsSuspected) && (entry.Flags & NodeFlags.NoAddress) == 0) TakeAddress(node, entry);
    }

    /// <summary>Voters ping each other on their own clock; hearsay must not stretch it.</summary>
    private bool PingsOften(ClusterNode node) => node.Votes && state.Myself.Votes;

    private void Report(ClusterNode sender, ClusterNode node, bool bad)
    {
        if (!bad)
        {
            if (node.Reports.Remove(sender))
                state.Log(ClusterLogLevel.Verbose, $"Node {ClusterState.Name(sender)} reported node {ClusterState.Name(node)} is back online.");
            return;
        }

        if (node.Reports.Add(sender, state.Now))
            state.Log(ClusterLogLevel.Verbose, $"Node {ClusterState.Name(sender)} reported node {ClusterState.Name(node)} as not reachable.");
        failures.FailIfMajority(node);
    }

    /// <summary>A node that we cannot reach lives elsewhere, says one that can.</summary>
    private void TakeAddress(ClusterNode node, in GossipEntry entry)
    {
        (int port, int tlsPort) = Ports(entry.Port, entry.OtherPort);
        bool same = node.BusPort == entry.BusPort && node.Port == port && node.TlsPort == tlsPort &&
            string.Equals(node.Address, entry.Address, StringComparison.OrdinalIgnoreCase);
        if (same || entry.Address.Length == 0) return;
        state.Close(node.Link);
        (node.Address, node.Port, node.TlsPort, node.BusPort) = (entry.Address, port, tlsPort, entry.BusPort);
        node.HadHealthyLink = false;
        node.Clear(NodeFlags.NoAddress);
        state.Save();
    }

    private void Meet(in GossipEntry entry)
    {
        if ((entry.Flags & NodeFlags.NoAddress) != 0 || state.Nodes.IsForgotten(entry.Node, state.Time.Wall)) return;
        if (entry.Address.Length == 0 || entry.BusPort == 0) return;
        (int port, int tlsPort) = Ports(entry.Port, entry.OtherPort);
        var node = new ClusterNode(entry.Node, OneRole(entry.Flags & TakenFromGossip), state.Now)
        {
            Address = entry.Address,
            Port = port,
            TlsPort = tlsPort,
            BusPort = entry.BusPort,
            ShardId = state.Dice.Id(),
            DataReceived = state.Now,
        };
        if (node.IsFailed) node.FailedAt = state.Now;
        state.Nodes.Add(node);
        failures.Connect(node);
        state.Save();
    }

    /// <summary>Who says that it is both is taken for a primary; its next packet says what it is.</summary>
    internal static NodeFlags OneRole(NodeFlags flags) =>
        (flags & NodeFlags.Primary) != 0 ? flags & ~NodeFlags.Replica : flags;

    private void Forget(NodeId id, ulong seconds)
    {
        if (state.Nodes.Find(id) is not { IsMyself: false } node || state.Myself.Primary == node) return;
        state.Nodes.Forget(id, new UnixMs(state.Time.Wall.Value + (long)Math.Min(seconds, 3600) * 1000));
        state.RemoveNode(node);
        state.HealthDue = true;
        state.Save();
    }

    internal (int Port, int TlsPort) Ports(int first, int other) => state.Settings.TlsCluster ? (other, first) : (first, other);
}
