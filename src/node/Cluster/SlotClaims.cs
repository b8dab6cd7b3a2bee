using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>
/// Who owns what, and who is whose replica: what packets claim about it, and what follows. A claim wins when the slot is
/// free or the claimant's config epoch is greater than the owner's; two primaries with the same epoch settle it by id.
/// </summary>
internal sealed class SlotClaims(ClusterState state)
{
    /// <summary>Four pings between primaries, each of which is answered with an UPDATE if what we claim is another's.</summary>
    private const int ConfirmMs = 1_000;

    private ulong _collisionEpoch;
    private MonotonicMs _collisionSince;

    /// <summary>How many packets were too old to change roles or slots, and how many equal epochs were settled.</summary>
    public long StalePackets { get; private set; }
    public long EpochCollisions { get; private set; }

    /// <summary>The role and the slots in a PING or PONG of a known node.</summary>
    public void Heard(ClusterNode sender, ClusterLink link, in BusPacket packet)
    {
        if (PacketStamp.IsStale(PacketStamp.Of(packet), sender, link) && !state.Bugs.StalePacketsAreAccepted)
        {
            StalePackets++;
            return;
        }

        TakeRole(sender, packet);
        ClusterNode? claimant = sender.IsPrimary ? sender : sender.Primary;
        bool differs = claimant is not null && !claimant.Slots.Equals(packet.Slots);
        if (sender.IsPrimary && differs) Claim(sender, packet.ConfigEpoch, packet.Slots);
        if (differs) CorrectOldView(sender, packet);
        ResolveCollision(sender, packet);
    }

    /// <summary>UPDATE: someone noticed that this node's view of an owner is old.</summary>
    public void Updated(in BusPacket packet)
    {
        if (state.Nodes.Find(packet.UpdateNode) is not { } owner) return;
        if (owner.ConfigEpoch >= packet.UpdateEpoch || packet.UpdateEpoch > packet.CurrentEpoch) return;
        if (owner.IsReplica) MakePrimary(owner);
        owner.ConfigEpoch = packet.UpdateEpoch;
        state.Save(sync: true);
        Claim(owner, packet.UpdateEpoch, packet.UpdateSlots);
    }

    /// <summary>A node is a primary from now on.</summary>
    public void MakePrimary(ClusterNode node)
    {
        if (node.IsPrimary) return;
        if (node.Primary is { } primary)
        {
            primary.RemoveReplica(node);
            if (!node.IsMyself) node.Set(NodeFlags.MigrateTo);
            // It has won: nobody needs to wonder any more what became of a vote for it.
            if (primary.VotedFor == node.Id) primary.VotedFor = default;
        }

        // Nor what became of one for a successor of this node, which was replaced, knew it, and has its place back.
        node.VotedFor = default;
        node.Clear(NodeFlags.Replica);
        node.Set(NodeFlags.Primary);
        node.Primary = null;
        if (node.IsMyself) state.Slots.Reroute();
        state.Save();
        state.HealthDue = true;
    }

    /// <summary>This node replicates that one from now on. It must have no slots.</summary>
    public void SetMyPrimary(ClusterNode primary)
    {
        ClusterNode me = state.Myself;
        Invariant.That(primary != me);
        Invariant.That(me.Slots.Count == 0);
        if (me.IsPrimary)
        {
            me.Clear(NodeFlags.Primary | NodeFlags.MigrateTo);
            me.Set(NodeFlags.Replica);
            state.Slots.StopAllMoves();
        }
        else
        {
            me.Primary?.RemoveReplica(me);
        }

        me.Primary = primary;
        me.ShardId = primary.ShardId;
        primary.AddReplica(me);
        state.ManualFailover.Reset();
        state.Slots.Reroute();
        state.HealthDue = true;
        state.Save(sync: true);
    }

    /// <summary>The shard of a node, as it says; this node follows its primary.</summary>
    public void SetShard(ClusterNode node, HexId shard)
    {
        if (shard.IsNone) return;
        if (node.ShardId != shard)
        {
            node.ShardId = shard;
            state.Save();
        }

        if (state.Myself.Primary == node && state.Myself.ShardId != shard)
        {
            state.Myself.ShardId = shard;
            state.Save(sync: true);
        }
    }

    private void TakeRole(ClusterNode sender, in BusPacket packet)
    {
        if (packet.ClaimsPrimary)
        {
            MakePrimary(sender);
            return;
        }

        if (sender.IsPrimary)
        {
            state.Slots.ReleaseAll(sender);
            sender.Clear(NodeFlags.Primary | NodeFlags.MigrateTo);
            sender.Set(NodeFlags.Replica);
            state.HealthDue = true;
            state.Save();
        }

        ClusterNode? primary = state.Nodes.Find(packet.Primary);
        if (primary is null || sender.Primary == primary || primary == sender) return;
        sender.Primary?.RemoveReplica(sender);
        primary.AddReplica(sender);
        sender.Primary = primary;
        SetShard(sender, primary.ShardId);
        state.Save();
    }

    /// <summary>What a primary says it owns, against what this node believes.</summary>
    private void Claim(ClusterNode claimant, ulong epoch, ReadOnlySpan<byte> slots)
    {
        ClusterNode me = state.Myself;
        if (claimant == me) return;
        ClusterNode? mine = me.IsPrimary ? me : me.Primary;
        var lost = new List<SlotIndex>();
        int taken = 0, claimed = 0, takenFromMine = 0;
        SlotMap map = state.Slots;
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if ((slot & 7) == 0 && (slots[slot >> 3] | claimant.Slots.Bits[slot >> 3]) == 0)
            {
                slot += 7;
                continue;
            }

            ClusterNode? owner = map.Owner(slot);
            if (!SlotSet.Has(slots, slot))
            {
                if (owner == claimant) map.MarkClaimed(slot, false);
                continue;
            }

            claimed++;
            if (owner == claimant) map.MarkClaimed(slot, true);
            else if (map.ImportingFrom(slot) is null && (map.IsUnclaimed(slot) || owner!.ConfigEpoch < epoch))
            {
                taken++;
                if (owner == me && state.Neighbours.KeysIn(new SlotIndex((ushort)slot)) > 0) lost.Add(new SlotIndex((ushort)slot));
                if (owner is not null && owner == mine) takenFromMine++;
                map.Release(slot);
                map.Assign(slot, claimant);
            }
        }

        if (taken > 0)
        {
            state.MarkMigrationTarget(claimant);
            state.HealthDue = true;
            state.Save(sync: true);
        }

        Follow(claimant, mine, takenFromMine, takenFromMine == claimed, lost);
    }

    /// <summary>What losing slots means for this node: it becomes a replica of who took the last one, or drops the keys.</summary>
    private void Follow(ClusterNode claimant, ClusterNode? mine, int takenFromMine, bool tookNothingElse, List<SlotIndex> lost)
    {
        ClusterNode me = state.Myself;
        if (takenFromMine > 0 && mine!.Slots.Count == 0 && (state.Settings.AllowReplicaMigration || tookNothingElse))
        {
            state.Notice($"Configuration change detected. Reconfiguring myself as a replica of {ClusterState.Name(claimant)}");
            SetMyPrimary(claimant);
        }
        else if (me.Primary?.Primary is { } grand && grand != me)
        {
            state.Notice($"I'm a sub-replica! Reconfiguring myself as a replica of grandmaster {ClusterState.Name(grand)}");
            SetMyPrimary(grand);
        }
        else if (lost.Count > 0)
        {
            state.Effects.DropSlots(lost);
        }
    }

    /// <summary>A node that claims what a greater epoch owns gets an UPDATE about the owner.</summary>
    private void CorrectOldView(ClusterNode sender, in BusPacket packet)
    {
        ReadOnlySpan<byte> slots = packet.Slots;
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (!SlotSet.Has(slots, slot)) continue;
            ClusterNode? owner = state.Slots.Owner(slot);
            if (owner == sender || state.Slots.IsUnclaimed(slot) || owner!.ConfigEpoch <= packet.ConfigEpoch) continue;
            state.Log(ClusterLogLevel.Verbose, $"Node {sender.Id} has old slots configuration, sending an UPDATE message about {owner.Id}");
            state.Packets.SendUpdate(sender.Link, owner);
            return;
        }
    }

    /// <summary>
    /// Two primaries with one epoch: the one with the smaller id takes a new one. If it has slots, not at once
    /// (decision 024): it may have been replaced without having heard of it, and a new epoch would take the slots back
    /// from whoever was elected. If both claim a slot, who was elected comes before who took its epoch itself.
    /// </summary>
    private void ResolveCollision(ClusterNode sender, in BusPacket packet)
    {
        ClusterNode me = state.Myself;
        ulong epoch = packet.ConfigEpoch;
        if (!me.IsPrimary || !sender.IsPrimary || epoch != me.ConfigEpoch || sender.ConfigEpoch != me.ConfigEpoch) return;
        bool overlaps = me.Slots.Overlaps(packet.Slots);
        if (!IsMineToSettle(sender, overlaps)) return;
        if (me.Slots.Count > 0 && !overlaps && !IsConfirmed(epoch)) return;
        EpochCollisions++;
        state.CurrentEpoch++;
        me.ConfigEpoch = state.CurrentEpoch;
        state.Save(sync: true);
        state.Log(ClusterLogLevel.Verbose,
            $"WARNING: configEpoch collision with node {ClusterState.Name(sender)}. configEpoch set to {me.ConfigEpoch}");
    }

    /// <summary>Which of the two takes the new epoch; both must come to the same answer.</summary>
    private bool IsMineToSettle(ClusterNode sender, bool overlaps)
    {
        bool isElected = sender.Is(Standing.Elected);
        if (overlaps && sender.Badge is not null && isElected != state.IsElected) return state.IsElected;
        return sender.Id.CompareTo(state.Myself.Id) > 0;
    }

    /// <summary>Whether a majority has had time to tell us, since we saw the collision, that our slots are another's.</summary>
    private bool IsConfirmed(ulong epoch)
    {
        if (_collisionEpoch != epoch)
        {
            (_collisionEpoch, _collisionSince) = (epoch, state.Now);
            return false;
        }

        if (state.Now - _collisionSince < ConfirmMs) return false;
        int heard = 1;
        foreach (ClusterNode node in state.Nodes.Each)
            if (!node.IsMyself && node.Votes && node.DataReceived > _collisionSince) heard++;
        return heard >= state.Quorum;
    }
}
