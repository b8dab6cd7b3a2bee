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

    /// <summary>The slot of the last transaction that was looked at; -1 when it had no keys.</summary>
    internal int TransactionSlot { get; private set; } = -1;

    /// <summary>The same for EXEC: all keys of all its calls.</summary>
    internal string? Redirection(Session session, Transaction transaction)
    {
        var found = new FoundKeys(transaction.Any);
        foreach ((CommandRow row, KeptCall call) in transaction.Calls)
        {
            if (row.FirstKey == 0 && row.Keys.Length == 0) continue;
            if (!part.IsStarted) return Down;
            if (Gather(row, call.Words, ref found) is { } error) return error;
        }

        TransactionSlot = found.Slot;
        if (found.Slot < 0) return null;
        return Unhealthy(found) ?? (IsMoving(found) ? Moving(session, found, Count(transaction)) : Elsewhere(session, found));
    }

    /// <summary>The whole look: all keys, and everything that may be the matter with their slot.</summary>
    private string? Look(Session session, CommandRow row, in Arguments call)
    {
        var found = new FoundKeys(row.Flags);
        if (Gather(row, call, ref found) is { } error) return error;
        if (found.Slot < 0) return null;
        string? refusal = Unhealthy(found);
        bool serves = refusal is null && IsMoving(found) && row.Name == "migrate";
        if (refusal is null && !serves) refusal = IsMoving(found) ? Moving(session, found, Count(row, call)) : Elsewhere(session, found);
        if (refusal is null) node.Databases.CommandSlot = found.Slot;
        return refusal;
    }

    /// <summary>Adds the keys of a call to what was found; an error when they cannot be served together, or by anybody.</summary>
    private string? Gather(CommandRow row, Arguments call, ref FoundKeys found)
    {
        var keys = new CallKeys(row, call);
        while (keys.MoveNext())
        {
            ReadOnlySpan<byte> key = call[keys.Position];
            int here = SlotIndex.Of(key).Value;
            if (found.Slot < 0)
            {
                found.Slot = here;
                found.First = key;
                if (part.Machine.Slots.Owner(here) is null) return NotServed;
            }
            else if (here != found.Slot)
            {
                return CrossSlot;
            }
            else
            {
                found.Several |= !key.SequenceEqual(found.First);
            }
        }

        found.IsShardChannel |= row.Keys.Length > 0 && (row.Keys[0].Flags & KeyFlags.NotKey) != 0;
        return null;
    }

    private string? Unhealthy(in FoundKeys found)
    {
        if (part.Machine.IsHealthy) return null;
        if (found.IsShardChannel) return node.Options.ClusterAllowShardPubSubWhenDown ? null : Down;
        if (!node.Options.ClusterAllowReadsWhenDown) return Down;
        return found.Writes ? DownReadsOnly : null;
    }

    private bool IsMoving(in FoundKeys found)
    {
        SlotMap slots = part.Machine.Slots;
        if (found.IsShardChannel) return false;
        return (slots.Owner(found.Slot) == part.Machine.Myself && slots.MigratingTo(found.Slot) is not null) || slots.ImportingFrom(found.Slot) is not null;
    }

    // The slot is on its way from us or to us.
    private string? Moving(Session session, in FoundKeys found, (int Existing, int Missing) keys)
    {
        SlotMap slots = part.Machine.Slots;
        ClusterNode? target = slots.Owner(found.Slot) == part.Machine.Myself ? slots.MigratingTo(found.Slot) : null;
        if (target is not null && keys.Missing > 0) return keys.Existing > 0 ? TryAgain : Ask(found.Slot, target);
        bool importing = target is null;
        bool asking = (session.Flags & SessionFlags.Asking) != 0 || (found.Does & Flags.Asking) != 0;
        if (importing && asking) return found.Several && keys.Missing > 0 ? TryAgain : null;
        return Elsewhere(session, found);
    }

    // The slot may be another node's.
    private string? Elsewhere(Session session, in FoundKeys found)
    {
        ClusterNode me = part.Machine.Myself, owner = part.Machine.Slots.Owner(found.Slot)!;
        if (owner == me) return null;
        bool mayRead = (session.Flags & SessionFlags.ReadOnly) != 0 || found.IsShardChannel;
        if (mayRead && !found.Writes && me.IsReplica && me.Primary == owner) return null;
        return Moved(found.Slot, owner);
    }

    /// <summary>The error that ends the wait of a client for this key, or null while the key may still be served here.</summary>
    internal string? BlockedRedirection(Session session, CommandRow row, ReadOnlySpan<byte> key)
    {
        ClusterMachine machine = part.Machine;
        bool reads = (row.Flags & Flags.ReadOnly) != 0;
        // Even where reads are allowed meanwhile: what would end the wait is a write.
        if (!machine.IsHealthy) return Down;
        int slot = SlotIndex.Of(key).Value;
        ClusterNode me = machine.Myself;
        ClusterNode? owner = machine.Slots.Owner(slot);
        if (owner == me || machine.Slots.ImportingFrom(slot) is not null) return null;
        if (owner is null) return NotServed;
        bool mayRead = reads && (session.Flags & SessionFlags.ReadOnly) != 0 && me.IsReplica && me.Primary == owner;
        return mayRead ? null : Moved(slot, owner);
    }

    /// <summary>Whether a slot is this node's or its primary's.</summary>
    internal bool IsOfShard(int slot)
    {
        ClusterNode me = part.Machine.Myself;
        ClusterNode? owner = part.Machine.Slots.Owner(slot);
        return owner is not null && (owner == me || (me.IsReplica && me.Primary == owner));
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

    private (int Existing, int Missing) Count(Transaction transaction)
    {
        int existing = 0, missing = 0;
        foreach ((CommandRow row, KeptCall call) in transaction.Calls)
        {
            (int here, int gone) = Count(row, call.Words);
            (existing, missing) = (existing + here, missing + gone);
        }

        return (existing, missing);
    }

    private (int Existing, int Missing) Count(CommandRow row, in Arguments call)
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

    /// <summary>What is known of the keys of a call or a transaction.</summary>
    private ref struct FoundKeys(Flags does)
    {
        /// <summary>What is done to them.</summary>
        public readonly Flags Does = does;

        /// <summary>The slot of all of them, or -1 before there is one.</summary>
        public int Slot = -1;

        /// <summary>The first of them.</summary>
        public ReadOnlySpan<byte> First;

        /// <summary>Whether there are different ones.</summary>
        public bool Several;

        /// <summary>Whether they are no keys but channels of a shard.</summary>
        public bool IsShardChannel;

        public readonly bool Writes => (Does & Flags.Write) != 0;
    }
}
