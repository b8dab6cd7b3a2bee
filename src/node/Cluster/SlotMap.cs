using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Wire.Bus;

namespace Hexad.Cluster;

/// <summary>What the dispatcher needs to know about a slot, in one byte.</summary>
[Flags]
public enum SlotRoute : byte
{
    /// <summary>Someone else's, or nobody's.</summary>
    None = 0,

    /// <summary>This node serves it as its primary.</summary>
    Mine = 1,

    /// <summary>It is being moved away or here: look closer.</summary>
    Moving = 2,

    /// <summary>This node is a replica of its owner.</summary>
    MyPrimarys = 4,
}

/// <summary>
/// Who owns which of the 16384 slots. Invariant: owner(s) = n exactly when n.Slots has s.
/// Beside the owners stands one byte a slot, so that the way of a request costs one look-up.
/// </summary>
public sealed class SlotMap
{
    private readonly ClusterNode?[] _owners = new ClusterNode?[SlotIndex.Count];
    private readonly SlotRoute[] _routes = new SlotRoute[SlotIndex.Count];
    private readonly SlotSet _unclaimed = new();
    private readonly Dictionary<int, ClusterNode> _migrating = [];
    private readonly Dictionary<int, ClusterNode> _importing = [];

    /// <summary>Whether this node serves the slot and nothing is being moved: the answer on the common path.</summary>
    public bool IsMine(SlotIndex slot) => _routes[slot.Value] == SlotRoute.Mine;

    /// <summary>The route of a slot.</summary>
    public SlotRoute Route(SlotIndex slot) => _routes[slot.Value];

    /// <summary>The owner of a slot; null if nobody's.</summary>
    public ClusterNode? Owner(int slot) => _owners[slot];

    /// <summary>Where the slot is being moved to, if this node moves it away.</summary>
    public ClusterNode? MigratingTo(int slot) => _migrating.GetValueOrDefault(slot);

    /// <summary>Where the slot is being moved from, if it comes to this node.</summary>
    public ClusterNode? ImportingFrom(int slot) => _importing.GetValueOrDefault(slot);

    /// <summary>Whether any slot is being moved away or here.</summary>
    public bool IsMoving => _migrating.Count + _importing.Count > 0;

    /// <summary>Told of each slot whose owner loses it, before another gets it.</summary>
    public Action<int>? Released { get; set; }

    /// <summary>How many slots have an owner.</summary>
    public int Assigned { get; private set; }

    /// <summary>Whether the slot is free for whoever claims it: it has no owner, or its owner stopped claiming it.</summary>
    internal bool IsUnclaimed(int slot) => _owners[slot] is null || _unclaimed.Has(slot);

    internal void MarkClaimed(int slot, bool claimed)
    {
        if (claimed) _unclaimed.Remove(slot);
        else _unclaimed.Add(slot);
    }

    /// <summary>The slots that a node owns and still claims, as they travel in UPDATE.</summary>
    internal void WriteClaimed(ClusterNode owner, Span<byte> bits)
    {
        for (int i = 0; i < SlotSet.Bytes; i++) bits[i] = (byte)(owner.Slots.Bits[i] & ~_unclaimed.Bits[i]);
    }

    internal bool Assign(int slot, ClusterNode owner)
    {
        if (_owners[slot] is not null) return false;
        _owners[slot] = owner;
        owner.Slots.Add(slot);
        Assigned++;
        SetRoute(slot);
        return true;
    }

    internal bool Release(int slot)
    {
        if (_owners[slot] is not { } owner) return false;
        bool held = owner.Slots.Remove(slot);
        Invariant.That(held);
        _owners[slot] = null;
        _unclaimed.Remove(slot);
        Assigned--;
        SetRoute(slot);
        Released?.Invoke(slot);
        return true;
    }

    internal void ReleaseAll(ClusterNode owner)
    {
        for (int slot = 0; slot < SlotIndex.Count && owner.Slots.Count > 0; slot++)
        {
            if (_owners[slot] == owner) Release(slot);
        }
    }

    internal void SetMigrating(int slot, ClusterNode? target) => SetMoving(_migrating, slot, target);

    internal void SetImporting(int slot, ClusterNode? source) => SetMoving(_importing, slot, source);

    internal void StopAllMoves()
    {
        var slots = new List<int>(_migrating.Keys);
        slots.AddRange(_importing.Keys);
        _migrating.Clear();
        _importing.Clear();
        foreach (int slot in slots) SetRoute(slot);
    }

    internal void ForgetMovesWith(ClusterNode node)
    {
        for (int slot = 0; IsMoving && slot < SlotIndex.Count; slot++)
        {
            if (MigratingTo(slot) == node) SetMigrating(slot, null);
            if (ImportingFrom(slot) == node) SetImporting(slot, null);
        }
    }

    /// <summary>Works out all routes anew: after this node's role or primary changed.</summary>
    internal void Reroute()
    {
        for (int slot = 0; slot < SlotIndex.Count; slot++) SetRoute(slot);
    }

    /// <summary>Checks the invariant, slot by slot.</summary>
    internal void Validate()
    {
        int assigned = 0;
        for (int slot = 0; slot < SlotIndex.Count; slot++)
        {
            if (_owners[slot] is not { } owner) continue;
            assigned++;
            Invariant.That(owner.Slots.Has(slot));
        }

        Invariant.That(assigned == Assigned);
    }

    private void SetMoving(Dictionary<int, ClusterNode> moves, int slot, ClusterNode? peer)
    {
        if (peer is null) moves.Remove(slot);
        else moves[slot] = peer;
        SetRoute(slot);
    }

    private void SetRoute(int slot)
    {
        SlotRoute route = SlotRoute.None;
        if (_owners[slot] is { } owner)
        {
            if (owner.IsMyself && owner.IsPrimary) route = SlotRoute.Mine;
            else if (Myself is { IsReplica: true } me && me.Primary == owner) route = SlotRoute.MyPrimarys;
        }

        if (IsMoving && (_migrating.ContainsKey(slot) || _importing.ContainsKey(slot))) route |= SlotRoute.Moving;
        _routes[slot] = route;
    }

    /// <summary>This node.</summary>
    internal ClusterNode? Myself { get; set; }
}
