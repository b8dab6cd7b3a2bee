using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>A group's block; its name follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GroupBlock
{
    public NamedBlock Named;
    public StreamId LastId;
    public long EntriesRead;
    public IdTree Pending;
    public NameList Consumers;
    public uint NextConsumer;
}

/// <summary>A consumer's block; its name follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConsumerBlock
{
    public NamedBlock Named;
    public long SeenMs;
    public long ActiveMs;
    public IdTree Pending;
}

/// <summary>What the group's tree keeps with the id of a pending entry.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PendingValue
{
    public const int Bytes = 24;

    public long DeliveredMs;
    public long Deliveries;
    public nint Consumer;
}

/// <summary>
/// A consumer group of a stream, to be read from; <see cref="StreamGroups"/> changes it. Valid while the group is there and
/// nothing was relocated.
/// </summary>
public readonly unsafe struct StreamGroup
{
    /// <summary>What <see cref="EntriesRead"/> says when it cannot be known.</summary>
    public const long UnknownEntriesRead = -1;

    /// <summary>What a decoder gives for it when the file is too old to say: it is to be computed.</summary>
    public const long UncountedEntriesRead = long.MinValue;

    internal StreamGroup(nint block) => Address = block;

    /// <summary>Whether there is a group.</summary>
    public bool Found => Address != 0;

    /// <summary>The group's name.</summary>
    public ReadOnlySpan<byte> Name => NamedBlock.NameOf(Address);

    /// <summary>The last id that was delivered to the group.</summary>
    public StreamId LastId => Block->LastId;

    /// <summary>How many entries the group has read since the stream's beginning, or <see cref="UnknownEntriesRead"/>.</summary>
    public long EntriesRead => Block->EntriesRead;

    /// <summary>How many entries were delivered and not acknowledged.</summary>
    public long PendingCount => Block->Pending.Count;

    /// <summary>How many consumers there are.</summary>
    public int ConsumerCount => Block->Consumers.Count;

    /// <summary>The smallest pending id; there must be one.</summary>
    public StreamId FirstPending => IdTrees.First(Block->Pending).Id;

    /// <summary>The greatest pending id; there must be one.</summary>
    public StreamId LastPending => IdTrees.Last(Block->Pending).Id;

    internal nint Address { get; }

    internal GroupBlock* Block => (GroupBlock*)Address;

    /// <summary>The consumer with this index in the order of names.</summary>
    public StreamConsumer ConsumerAt(int index) => new(Block->Consumers[index]);

    /// <summary>The consumer with this name, if there is one.</summary>
    public StreamConsumer FindConsumer(ReadOnlySpan<byte> name)
    {
        int index = Block->Consumers.IndexOf(name);
        return index < 0 ? default : new StreamConsumer(Block->Consumers[index]);
    }

    /// <summary>The pending entry with this id.</summary>
    public bool TryFindPending(StreamId id, out StreamPending pending)
    {
        IdPlace place = IdTrees.Find(Block->Pending, id);
        pending = place.Found ? new StreamPending(place) : default;
        return place.Found;
    }

    /// <summary>The first pending entry from this id on.</summary>
    public bool TryPendingFrom(StreamId id, out StreamPending pending)
    {
        IdPlace place = IdTrees.AtOrAfter(Block->Pending, id);
        pending = place.Found ? new StreamPending(place) : default;
        return place.Found;
    }

    /// <summary>
    /// Adds the pending entries that were delivered at this time or before, and tells when the earliest of the others was,
    /// <see cref="long.MaxValue"/> without any. Goes through all that is pending.
    /// </summary>
    public long SelectDeliveredBy(long ms, List<StreamPending> selected)
    {
        long next = long.MaxValue;
        for (IdPlace place = IdTrees.First(Block->Pending); place.Found; place = place.Next)
        {
            long deliveredMs = ((PendingValue*)place.Value)->DeliveredMs;
            if (deliveredMs <= ms) selected.Add(new StreamPending(place));
            else next = Math.Min(next, deliveredMs);
        }

        return next;
    }

    /// <summary>The first entry from this id on that waits for a consumer's acknowledgement.</summary>
    public bool TryPendingFrom(StreamConsumer consumer, StreamId id, out StreamPending pending)
    {
        IdPlace place = IdTrees.AtOrAfter(consumer.Block->Pending, id);
        pending = default;
        return place.Found && TryFindPending(place.Id, out pending);
    }
}

/// <summary>A consumer of a group, to be read from; <see cref="StreamGroups"/> changes it. Valid while it is there.</summary>
public readonly unsafe struct StreamConsumer
{
    /// <summary>What <see cref="ActiveMs"/> says before it got anything.</summary>
    public const long NeverActive = -1;

    internal StreamConsumer(nint block) => Address = block;

    /// <summary>Whether there is a consumer.</summary>
    public bool Found => Address != 0;

    /// <summary>Its name.</summary>
    public ReadOnlySpan<byte> Name => NamedBlock.NameOf(Address);

    /// <summary>When it last asked for something, in Unix ms.</summary>
    public long SeenMs => Block->SeenMs;

    /// <summary>When it last got something, in Unix ms, or <see cref="NeverActive"/>.</summary>
    public long ActiveMs => Block->ActiveMs;

    /// <summary>How many entries it has got and not acknowledged.</summary>
    public long PendingCount => Block->Pending.Count;

    /// <summary>How many entries from this id on are pending for it, counting up to <paramref name="most"/>.</summary>
    public long CountPendingFrom(StreamId id, long most)
    {
        long count = 0;
        for (IdPlace place = IdTrees.AtOrAfter(Block->Pending, id); place.Found && count < most; place = place.Next) count++;
        return count;
    }

    internal nint Address { get; }

    internal ConsumerBlock* Block => (ConsumerBlock*)Address;

    public static bool operator ==(StreamConsumer a, StreamConsumer b) => a.Address == b.Address;

    public static bool operator !=(StreamConsumer a, StreamConsumer b) => a.Address != b.Address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StreamConsumer other && this == other;

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();
}

/// <summary>An entry that was delivered to a consumer and not acknowledged: a copy of what is known of it.</summary>
public readonly unsafe struct StreamPending
{
    internal StreamPending(IdPlace place)
    {
        var value = (PendingValue*)place.Value;
        Id = place.Id;
        (DeliveredMs, Deliveries) = (value->DeliveredMs, value->Deliveries);
        Consumer = new StreamConsumer(value->Consumer);
    }

    /// <summary>The entry's id; the entry itself may have been deleted.</summary>
    public StreamId Id { get; }

    /// <summary>When it was last delivered, in Unix ms.</summary>
    public long DeliveredMs { get; }

    /// <summary>How often it was delivered.</summary>
    public long Deliveries { get; }

    /// <summary>To whom.</summary>
    public StreamConsumer Consumer { get; }
}
