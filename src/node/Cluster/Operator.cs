using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Cluster;

/// <summary>
/// What an operator may ask for: the sub-commands of CLUSTER that change something. Each method checks first and then
/// does; it returns null when done, or the text of the error without its "ERR ".
/// </summary>
public sealed class Operator
{
    private const int ForgetSeconds = 60;

    private readonly ClusterState _state;
    private readonly SlotClaims _claims;
    private readonly Election _election;
    private readonly Handshake _handshake;

    internal Operator(ClusterState state, SlotClaims claims, Election election, Handshake handshake) =>
        (_state, _claims, _election, _handshake) = (state, claims, election, handshake);

    /// <summary>CLUSTER MEET ip port [bus-port].</summary>
    public string? Meet(string address, long port, long? busPort = null)
    {
        bool ok = _handshake.Start(address, port, busPort ?? port + 10_000);
        return ok ? null : $"Invalid node address specified: {address}:{port}";
    }

    /// <summary>CLUSTER FORGET id: take the node out, and do not let gossip bring it back for a minute.</summary>
    public string? Forget(string id)
    {
        if (Find(id) is not { } node)
            return NodeId.TryParse(Bytes(id), out NodeId gone) && _state.Nodes.IsForgotten(gone, _state.Time.Wall) ? null : $"Unknown node {id}";
        if (node.IsMyself) return "I tried hard but I can't forget myself...";
        if (_state.Myself.Primary == node) return "Can't forget my master!";
        _state.Nodes.Forget(node.Id, new UnixMs(_state.Time.Wall.Value + ForgetSeconds * 1000));
        _state.RemoveNode(node);
        Changed();
        return null;
    }

    /// <summary>CLUSTER ADDSLOTS and ADDSLOTSRANGE: ranges of first and last slot.</summary>
    public string? AddSlots(IReadOnlyList<(int First, int Last)> ranges) => ChangeSlots(ranges, add: true);

    /// <summary>CLUSTER DELSLOTS and DELSLOTSRANGE.</summary>
    public string? RemoveSlots(IReadOnlyList<(int First, int Last)> ranges) => ChangeSlots(ranges, add: false);

    /// <summary>CLUSTER FLUSHSLOTS.</summary>
    public string? FlushSlots()
    {
        if (!_state.Neighbours.HasNoKeys) return "DB must be empty to perform CLUSTER FLUSHSLOTS.";
        _state.Slots.ReleaseAll(_state.Myself);
        Changed();
        return null;
    }

    /// <summary>CLUSTER SETSLOT slot MIGRATING id.</summary>
    public string? SetSlotMigrating(int slot, string id)
    {
        if (_state.Myself.IsReplica) return "Please use SETSLOT only with masters.";
        if (_state.Slots.Owner(slot) != _state.Myself) return $"I'm not the owner of hash slot {slot}";
        string? error = FindPrimary(id, $"I don't know about node {id}", out ClusterNode? target);
        if (error is not null) return error;
        _state.Slots.SetMigrating(slot, target);
        Changed();
        return null;
    }

    /// <summary>CLUSTER SETSLOT slot IMPORTING id.</summary>
    public string? SetSlotImporting(int slot, string id)
    {
        if (_state.Myself.IsReplica) return "Please use SETSLOT only with masters.";
        if (_state.Slots.Owner(slot) == _state.Myself) return $"I'm already the owner of hash slot {slot}";
        string? error = FindPrimary(id, $"I don't know about node {id}", out ClusterNode? source);
        if (error is not null) return error;
        _state.Slots.SetImporting(slot, source);
        Changed();
        return null;
    }

    /// <summary>CLUSTER SETSLOT slot STABLE.</summary>
    public string? SetSlotStable(int slot)
    {
        if (_state.Myself.IsReplica) return "Please use SETSLOT only with masters.";
        _state.Slots.SetMigrating(slot, null);
        _state.Slots.SetImporting(slot, null);
        Changed();
        return null;
    }

    /// <summary>CLUSTER SETSLOT slot NODE id.</summary>
    public string? SetSlotNode(int slot, string id)
    {
        ClusterNode me = _state.Myself;
        if (me.IsReplica) return "Please use SETSLOT only with masters.";
        string? error = FindPrimary(id, $"Unknown node {id}", out ClusterNode? owner);
        if (error is not null) return error;
        bool wasMine = _state.Slots.Owner(slot) == me;
        bool hasKeys = _state.Neighbours.KeysIn(new SlotIndex((ushort)slot)) > 0;
        if (wasMine && owner != me && hasKeys)
            return $"Can't assign hashslot {slot} to a different node while I still hold keys for this hash slot.";
        if (!hasKeys) _state.Slots.SetMigrating(slot, null);
        _state.Slots.Release(slot);
        _state.Slots.Assign(slot, owner!);
        _state.MarkMigrationTarget(owner!);
        if (wasMine && owner != me && me.Slots.Count == 0 && _state.Settings.AllowReplicaMigration)
        {
            _state.Notice($"Configuration change detected. Reconfiguring myself as a replica of {ClusterState.Name(owner!)}");
            _claims.SetMyPrimary(owner!);
        }

        if (owner == me && _state.Slots.ImportingFrom(slot) is not null)
        {
            if (BumpEpoch().Bumped) _state.Notice($"configEpoch updated after importing slot {slot}");
            _state.Slots.SetImporting(slot, null);
            _state.Packets.BroadcastPong();
        }

        Changed();
        return null;
    }

    /// <summary>CLUSTER REPLICATE id.</summary>
    public string? Replicate(string id)
    {
        ClusterNode me = _state.Myself;
        if (Find(id) is not { } primary) return $"Unknown node {id}";
        if (primary == me) return "Can't replicate myself";
        if (primary.IsReplica) return "I can only replicate a master, not a replica.";
        if (me.IsPrimary && (me.Slots.Count > 0 || !_state.Neighbours.HasNoKeys))
            return "To set a master the node must be empty and without assigned slots.";
        if (me.Primary != primary) _claims.SetMyPrimary(primary);
        Changed();
        return null;
    }

    /// <summary>CLUSTER FAILOVER [FORCE | TAKEOVER].</summary>
    public string? Failover(bool force, bool takeover)
    {
        ClusterNode me = _state.Myself;
        if (me.IsPrimary) return "You should send CLUSTER FAILOVER to a replica";
        if (me.Primary is not { } primary) return "I'm a replica but my master is unknown to me";
        if (!force && !takeover && (primary.IsFailed || primary.Link is not { Up: true }))
            return "Master is down or failed, please use CLUSTER FAILOVER FORCE";
        if (takeover)
        {
            _state.Notice("Taking over the master (user request).");
            _state.ManualFailover.Reset();
            BumpEpoch();
            _election.ReplacePrimary();
        }
        else
        {
            _state.ManualFailover.Request(primary, force);
        }

        return null;
    }

    /// <summary>CLUSTER RESET [HARD | SOFT]: forget the others, the slots, and when hard who this node is.</summary>
    public string? Reset(bool hard)
    {
        ClusterNode me = _state.Myself;
        if (me.IsPrimary && !_state.Neighbours.HasNoKeys) return "CLUSTER RESET can't be called with master nodes containing keys";
        if (me.IsReplica)
        {
            _claims.MakePrimary(me);
            _state.Effects.DropAllData();
        }

        _state.Slots.StopAllMoves();
        _state.ManualFailover.Reset();
        _election.Stop();
        _state.Slots.ReleaseAll(me);
        foreach (ClusterNode node in _state.Nodes.Snapshot())
        {
            if (!node.IsMyself) _state.RemoveNode(node);
        }

        for (int slot = 0; slot < SlotIndex.Count; slot++) _state.Slots.Release(slot);
        _state.Nodes.RememberAll();
        if (hard)
        {
            _state.CurrentEpoch = _state.LastVoteEpoch = me.ConfigEpoch = 0;
            _state.Notice("configEpoch set to 0 via CLUSTER RESET HARD");
            _state.Nodes.Rename(me, new NodeId(_state.Dice.Id()));
            me.ShardId = _state.Dice.Id();
            _state.Notice($"Node hard reset, now I'm {me.Id}");
        }

        _state.Save(sync: true);
        _state.HealthDue = true;
        return null;
    }

    /// <summary>CLUSTER BUMPEPOCH: a new config epoch without asking anyone, unless this node has the greatest already.</summary>
    public (bool Bumped, ulong Epoch) BumpEpoch()
    {
        ClusterNode me = _state.Myself;
        if (me.ConfigEpoch != 0 && me.ConfigEpoch == _state.Nodes.MaxEpoch(_state.CurrentEpoch)) return (false, me.ConfigEpoch);
        _state.CurrentEpoch++;
        me.ConfigEpoch = _state.CurrentEpoch;
        _state.Save(sync: true);
        _state.Notice($"New configEpoch set to {me.ConfigEpoch}");
        return (true, me.ConfigEpoch);
    }

    /// <summary>CLUSTER SET-CONFIG-EPOCH epoch.</summary>
    public string? SetConfigEpoch(long epoch)
    {
        ClusterNode me = _state.Myself;
        if (epoch < 0) return $"Invalid config epoch specified: {epoch}";
        if (_state.Nodes.Count > 1) return "The user can assign a config epoch only when the node does not know any other node.";
        if (me.ConfigEpoch != 0) return "Node config epoch is already non-zero";
        me.ConfigEpoch = (ulong)epoch;
        _state.Notice($"configEpoch set to {epoch} via CLUSTER SET-CONFIG-EPOCH");
        _state.CurrentEpoch = Math.Max(_state.CurrentEpoch, (ulong)epoch);
        _state.Save(sync: true);
        _state.HealthDue = true;
        return null;
    }

    /// <summary>CLUSTER SAVECONFIG: the answer is due when the config with the returned version is saved.</summary>
    public long SaveConfig()
    {
        _state.Save(sync: true);
        return _state.Outbox.Version + 1;
    }

    /// <summary>CLUSTER COUNT-FAILURE-REPORTS id; null and an error if there is no such node.</summary>
    public (int? Count, string? Error) CountFailureReports(string id) =>
        Find(id) is { } node ? (node.Reports.Count(_state.Now, _state.Settings.NodeTimeoutMs), null) : (null, $"Unknown node {id}");

    /// <summary>The node with this id; null if there is none.</summary>
    public ClusterNode? Find(string id) => NodeId.TryParse(Bytes(id), out NodeId node) ? _state.Nodes.Find(node) : null;

    private static byte[] Bytes(string id) => System.Text.Encoding.Latin1.GetBytes(id);

    private string? FindPrimary(string id, string unknown, out ClusterNode? node)
    {
        node = Find(id);
        if (node is null) return unknown;
        return node.IsReplica ? "Target node is not a master" : null;
    }

    private string? ChangeSlots(IReadOnlyList<(int First, int Last)> ranges, bool add)
    {
        var named = new bool[SlotIndex.Count];
        foreach ((int first, int last) in ranges)
        {
            if (first > last) return $"start slot number {first} is greater than end slot number {last}";
            for (int slot = first; slot <= last; slot++)
            {
                bool assigned = _state.Slots.Owner(slot) is not null;
                if (!add && !assigned) return $"Slot {slot} is already unassigned";
                if (add && assigned) return $"Slot {slot} is already busy";
                if (named[slot]) return $"Slot {slot} specified multiple times";
                named[slot] = true;
            }
        }

        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (!named[slot]) continue;
            _state.Slots.SetImporting(slot, null);
            if (add) _state.Slots.Assign(slot, _state.Myself);
            else _state.Slots.Release(slot);
        }

        _state.MarkMigrationTarget(_state.Myself);
        Changed();
        return null;
    }

    private void Changed()
    {
        _state.HealthDue = true;
        _state.Save();
    }
}
