using System.Collections.Generic;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>The structured answers of CLUSTER: SLOTS, SHARDS, LINKS.</summary>
internal static class ClusterReplies
{
    /// <summary>CLUSTER SLOTS: for each run of slots first, last, primary, available replicas.</summary>
    public static void Slots(Node node, ReplyWriter reply)
    {
        ClusterMachine machine = node.Cluster!.Machine;
        reply.BeginCounted();
        long runs = 0;
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (machine.Slots.Owner(slot) is not { } owner) continue;
            int first = slot;
            while (slot + 1 < SlotIndex.Count && machine.Slots.Owner(slot + 1) == owner) slot++;
            Run(node, reply, owner, first, slot);
            runs++;
        }

        reply.EndCountedArray(runs);
    }

    /// <summary>CLUSTER SHARDS: for each shard its slots, as pairs of first and last, and its nodes.</summary>
    public static void Shards(Node node, ReplyWriter reply)
    {
        ClusterMachine machine = node.Cluster!.Machine;
        List<List<ClusterNode>> shards = ShardsOf(machine);
        reply.Array(shards.Count);
        foreach (List<ClusterNode> shard in shards)
        {
            reply.Map(2);
            reply.Bulk("slots"u8);
            List<int> ranges = RangesOf(shard[0].Root);
            reply.Array(ranges.Count);
            foreach (int edge in ranges) reply.Integer(edge);
            reply.Bulk("nodes"u8);
            reply.Array(shard.Count);
            foreach (ClusterNode member in shard) Member(node, reply, member);
        }
    }

    /// <summary>CLUSTER LINKS: every link to or from a known node.</summary>
    public static void Links(Node node, ReplyWriter reply)
    {
        reply.BeginCounted();
        long links = 0;
        foreach (ClusterNode known in node.Cluster!.Machine.Nodes.All)
        {
            links += Link(reply, known, known.Link) + Link(reply, known, known.InboundLink);
        }

        reply.EndCountedArray(links);
    }

    private static void Run(Node node, ReplyWriter reply, ClusterNode owner, int first, int last)
    {
        long replicas = 0;
        foreach (ClusterNode replica in owner.Replicas) replicas += IsAvailable(node, replica) ? 1 : 0;
        reply.Array(3 + replicas);
        reply.Integer(first);
        reply.Integer(last);
        Place(node, reply, owner);
        foreach (ClusterNode replica in owner.Replicas)
        {
            if (IsAvailable(node, replica)) Place(node, reply, replica);
        }
    }

    /// <summary>Endpoint, port, id, and a map of what else is known about where the node lives.</summary>
    private static void Place(Node node, ReplyWriter reply, ClusterNode at)
    {
        EndpointType type = node.Options.ClusterEndpointType;
        reply.Array(4);
        if (type == EndpointType.UnknownEndpoint) reply.Null();
        else reply.Bulk(node.Cluster!.Router.Endpoint(at));
        reply.Integer(node.Cluster!.Router.Port(at));
        reply.Bulk(at.Id.ToString());
        bool address = type != EndpointType.Ip;
        bool hostname = type != EndpointType.HostName && at.Hostname.Length > 0;
        reply.Map((address ? 1 : 0) + (hostname ? 1 : 0));
        if (address) Pair(reply, "ip", at.Address);
        if (hostname) Pair(reply, "hostname", at.Hostname);
    }

    private static void Member(Node node, ReplyWriter reply, ClusterNode member)
    {
        long offset = OffsetOf(node, member);
        reply.Map(6 + (member.Port != 0 ? 1 : 0) + (member.TlsPort != 0 ? 1 : 0) + (member.Hostname.Length > 0 ? 1 : 0));
        Pair(reply, "id", member.Id.ToString());
        if (member.Port != 0) Pair(reply, "port", member.Port);
        if (member.TlsPort != 0) Pair(reply, "tls-port", member.TlsPort);
        Pair(reply, "ip", member.Address);
        Pair(reply, "endpoint", node.Cluster!.Router.Endpoint(member));
        if (member.Hostname.Length > 0) Pair(reply, "hostname", member.Hostname);
        Pair(reply, "role", member.IsReplica ? "replica" : "master");
        Pair(reply, "replication-offset", offset);
        Pair(reply, "health", member.IsFailed ? "fail" : member.IsReplica && offset == 0 ? "loading" : "online");
    }

    private static long Link(ReplyWriter reply, ClusterNode known, ClusterLink? link)
    {
        if (link is null) return 0;
        reply.Map(6);
        Pair(reply, "direction", link.Inbound ? "from" : "to");
        Pair(reply, "node", known.Id.ToString());
        Pair(reply, "create-time", link.CreatedWall.Value);
        Pair(reply, "events", !link.Up ? "" : link.QueuedBytes > 0 ? "rw" : "r");
        Pair(reply, "send-buffer-allocated", link.QueuedBytes);
        Pair(reply, "send-buffer-used", link.QueuedBytes);
        return 1;
    }

    private static bool IsAvailable(Node node, ClusterNode replica) => !replica.IsFailed && OffsetOf(node, replica) != 0;

    private static long OffsetOf(Node node, ClusterNode at) =>
        at.IsMyself ? node.Cluster!.Replication?.Status.Offset.Value ?? 0 : at.Offset.Value;

    private static List<List<ClusterNode>> ShardsOf(ClusterMachine machine)
    {
        var shards = new List<List<ClusterNode>>();
        var byId = new Dictionary<HexId, List<ClusterNode>>();
        foreach (ClusterNode known in machine.Nodes.All)
        {
            if (known.InHandshake) continue;
            if (!byId.TryGetValue(known.ShardId, out List<ClusterNode>? shard))
            {
                shard = [];
                byId.Add(known.ShardId, shard);
                shards.Add(shard);
            }

            shard.Add(known);
        }

        return shards;
    }

    private static List<int> RangesOf(ClusterNode owner)
    {
        var ranges = new List<int>();
        for (int slot = 0; slot < SlotIndex.Count && owner.Slots.Count > 0; slot++)
        {
            if (!owner.Slots.Has(slot)) continue;
            ranges.Add(slot);
            while (slot + 1 < SlotIndex.Count && owner.Slots.Has(slot + 1)) slot++;
            ranges.Add(slot);
        }

        return ranges;
    }

    private static void Pair(ReplyWriter reply, string name, string value)
    {
        reply.Bulk(name);
        reply.Bulk(value);
    }

    private static void Pair(ReplyWriter reply, string name, long value)
    {
        reply.Bulk(name);
        reply.Integer(value);
    }
}
