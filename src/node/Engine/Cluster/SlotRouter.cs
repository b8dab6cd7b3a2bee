using System;
using Hexad.Cluster;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// Decides whether a call may be served here, and if not, where. On the common path, one key in a slot of this node
/// that nothing is done with, it costs the hash of the key and one look-up.
/// </summary>
public sealed class SlotRouter(Node node, ClusterPart part) : IRouter
{
    private const string CrossSlot = "CROSSSLOT Keys in request don't hash to the same slot";
    private const string TryAgain = "TRYAGAIN Multiple keys request during rehashing of slot";
    private const string Down = "CLUSTERDOWN The cluster is down";
    private const string DownReadsOnly = "CLUSTERDOWN The cluster is down and only accepts read commands";
    private const string NotServed = "CLUSTERDOWN Hash slot not served";

    /// <inheritdoc/>
    public string? Redirection(Session session, CommandRow row, in Arguments call)
    {
        int first = row.FirstKey;
        if (first == 0 && row.Keys.Length == 0) return null;
        if (!part.IsStarted) return Down;
        ClusterMachine machine = part.Machine;
        bool single = row.Keys.Length <= 1 && first > 0 && row.LastKey == first && first < call.Count;
        if (!single) return Look(session, row, call);
        SlotIndex slot = SlotIndex.Of(call[first]);
        if (!machine.Slots.IsMine(slot) || !machine.IsHealthy) return Look(session, row, call);
        node.Databases.CommandSlot = slot.Value;
        return null;
    }

    /// <summary>The whole look: all keys, and everything that may be the matter with their slot.</summary>
    private string? Look(Session session, CommandRow row, in Arguments call)
    {
        var keys = new CallKeys(row, call);
        int slot = -1, firstKey = 0;
        bool several = false;
        SlotMap slots = part.Machine.Slots;
        while (keys.MoveNext())
        {
            int here = SlotIndex.Of(call[keys.Position]).Value;
            if (slot < 0)
            {
                (slot, firstKey) = (here, keys.Position);
                if (slots.Owner(slot) is null) return NotServed;
            }
            else if (here != slot)
            {
                return CrossSlot;
            }
            else
            {
                several |= !call[keys.Position].SequenceEqual(call[firstKey]);
            }
        }

        if (slot < 0) return null;
        string? refusal = Refusal(session, row, call, slot, several);
        if (refusal is null) node.Databases.CommandSlot = slot;
        return refusal;
    }

    private string? Refusal(Session session, CommandRow row, in Arguments call, int slot, bool several)
    {
        ClusterMachine machine = part.Machine;
        ClusterNode me = machine.Myself, owner = machine.Slots.Owner(slot)!;
        bool isWrite = (row.Flags & Flags.Write) != 0;
        bool isShardChannel = row.Keys.Length > 0 && (row.Keys[0].Flags & KeyFlags.NotKey) != 0;
        if (!machine.IsHealthy)
        {
            if (isShardChannel && !node.Options.ClusterAllowShardPubSubWhenDown) return Down;
            if (!isShardChannel && !node.Options.ClusterAllowReadsWhenDown) return Down;
            if (!isShardChannel && isWrite) return DownReadsOnly;
        }

        ClusterNode? target = owner == me ? machine.Slots.MigratingTo(slot) : null;
        bool importing = target is null && machine.Slots.ImportingFrom(slot) is not null;
        if ((target is not null || importing) && !isShardChannel)
        {
            (int existing, int missing) = CountKeys(row, call);
            if (row.Name == "migrate") return null;
            if (target is not null && missing > 0) return existing > 0 ? TryAgain : Ask(slot, target);
            bool asking = (session.Flags & SessionFlags.Asking) != 0 || (row.Flags & Flags.Asking) != 0;
            if (importing && asking) return several && missing > 0 ? TryAgain : null;
        }

        if (owner == me) return null;
        bool mayRead = (session.Flags & SessionFlags.ReadOnly) != 0 || isShardChannel;
        if (mayRead && !isWrite && me.IsReplica && me.Primary == owner) return null;
        return Moved(slot, owner);
    }

    /// <summary>The error that ends the wait of a client for this key, or null while the key may still be served here.</summary>
    internal string? BlockedRedirection(Session session, CommandRow row, ReadOnlySpan<byte> key)
    {
        ClusterMachine machine = part.Machine;
        bool reads = (row.Flags & Flags.ReadOnly) != 0;
        if (!machine.IsHealthy && !(reads && node.Options.ClusterAllowReadsWhenDown)) return Down;
        int slot = SlotIndex.Of(key).Value;
        ClusterNode me = machine.Myself;
        ClusterNode? owner = machine.Slots.Owner(slot);
        if (owner == me || machine.Slots.ImportingFrom(slot) is not null) return null;
        if (owner is null) return NotServed;
        bool mayRead = reads && (session.Flags & SessionFlags.ReadOnly) != 0 && me.IsReplica && me.Primary == owner;
        return mayRead ? null : Moved(slot, owner);
    }

    /// <summary>MOVED slot endpoint:port.</summary>
    public string Moved(int slot, ClusterNode owner) => $"MOVED {slot} {Endpoint(owner)}:{Port(owner)}";

    private string Ask(int slot, ClusterNode target) => $"ASK {slot} {Endpoint(target)}:{Port(target)}";

    /// <summary>What clients are told to connect to, as cluster-preferred-endpoint-type says; empty: where you came from.</summary>
    public string Endpoint(ClusterNode at) => node.Options.ClusterEndpointType switch
    {
        EndpointType.HostName => at.Hostname.Length > 0 ? at.Hostname : "?",
        EndpointType.UnknownEndpoint => "",
        _ => at.Address,
    };

    /// <summary>The client port of a node.</summary>
    public int Port(ClusterNode at) => node.Options.TlsCluster ? at.TlsPort : at.Port;

    private (int Existing, int Missing) CountKeys(CommandRow row, in Arguments call)
    {
        int existing = 0, missing = 0;
        Database database = node.Databases[0];
        var keys = new CallKeys(row, call);
        while (keys.MoveNext())
        {
            EntryRef entry = database.PeekRaw(call[keys.Position]);
            if (entry.Found && !database.IsExpired(entry)) existing++;
            else missing++;
        }

        return (existing, missing);
    }
}
