using System;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// Changes the consumer groups of streams. A pending entry stands in two trees: the group's, with when, how often and
/// to whom it was delivered, and as a mere id in its consumer's.
///
/// <code>
/// root ─ groups by name ─▶ group ┬ pending: id → delivered, deliveries, consumer
///                                └ consumers by name ─▶ consumer ─ pending: ids
/// </code>
///
/// 56 bytes for each pending entry in full leaves. What the whole stream's head tells (names, ids, counts) is guarded as
/// one node, pending entries are guarded leaf by leaf.
/// </summary>
public sealed unsafe class StreamGroups
{
    private readonly CollectionMemory _memory;
    private readonly IdTrees _trees;

    internal StreamGroups(CollectionMemory memory, IdTrees trees) => (_memory, _trees) = (memory, trees);

    /// <summary>How many groups a stream has.</summary>
    public static int CountOf(nint root) => StreamRoot.Of(root)->Groups.Count;

    /// <summary>Whether a stream has, or once had, a group.</summary>
    public static bool HadAny(nint root) => StreamRoot.Of(root)->NextGroup > 0;

    /// <summary>The group with this index in the order of names.</summary>
    public static StreamGroup At(nint root, int index) => new(StreamRoot.Of(root)->Groups[index]);

    /// <summary>The group with this name, if there is one.</summary>
    public static StreamGroup Find(nint root, ReadOnlySpan<byte> name)
    {
        int index = StreamRoot.Of(root)->Groups.IndexOf(name);
        return index < 0 ? default : new StreamGroup(StreamRoot.Of(root)->Groups[index]);
    }

    /// <summary>Makes a group; false when there is one of that name.</summary>
    public bool TryAdd(nint root, ReadOnlySpan<byte> name, StreamId lastId, long entriesRead, out StreamGroup group)
    {
        ref NameList groups = ref StreamRoot.Of(root)->Groups;
        int index = groups.IndexOf(name);
        group = default;
        if (index >= 0) return false;
        BeforeChange(root);
        nint block = CreateBlock(name, sizeof(GroupBlock), ++StreamRoot.Of(root)->NextGroup);
        group = new StreamGroup(block);
        group.Block->LastId = lastId;
        group.Block->EntriesRead = entriesRead;
        group.Block->Pending.ValueBytes = PendingValue.Bytes;
        group.Block->Pending.Kind = StreamNodeKind.Pending;
        group.Block->Pending.Tag = group.Block->Named.Number;
        groups.Insert(_memory.Slabs, ~index, block);
        return true;
    }

    /// <summary>Removes a group with its consumers and all that is pending.</summary>
    public void Remove(nint root, StreamGroup group)
    {
        BeforeChange(root);
        ref NameList groups = ref StreamRoot.Of(root)->Groups;
        groups.RemoveAt(_memory.Slabs, groups.IndexOf(group.Name));
        _trees.Clear(ref group.Block->Pending);
        for (int i = 0; i < group.ConsumerCount; i++) FreeConsumer(group.ConsumerAt(i));
        group.Block->Consumers.Clear(_memory.Slabs);
        FreeBlock(group.Address);
    }

    /// <summary>Says what was last delivered to a group, and how many entries it has read.</summary>
    public void SetPosition(nint root, StreamGroup group, StreamId lastId, long entriesRead)
    {
        BeforeChange(root);
        group.Block->LastId = lastId;
        group.Block->EntriesRead = entriesRead;
    }

    /// <summary>Makes a consumer; the one that there is when the name is taken, and false.</summary>
    public bool TryAddConsumer(nint root, StreamGroup group, ReadOnlySpan<byte> name, long seenMs, long activeMs, out StreamConsumer consumer)
    {
        int index = group.Block->Consumers.IndexOf(name);
        if (index >= 0)
        {
            consumer = group.ConsumerAt(index);
            return false;
        }

        BeforeChange(root);
        consumer = new StreamConsumer(CreateBlock(name, sizeof(ConsumerBlock), ++group.Block->NextConsumer));
        consumer.Block->SeenMs = seenMs;
        consumer.Block->ActiveMs = activeMs;
        consumer.Block->Pending.Kind = StreamNodeKind.Plain;
        group.Block->Consumers.Insert(_memory.Slabs, ~index, consumer.Address);
        return true;
    }

    /// <summary>Removes a consumer and what is pending for it.</summary>
    public void RemoveConsumer(nint root, StreamGroup group, StreamConsumer consumer)
    {
        BeforeChange(root);
        for (IdPlace place = IdTrees.First(consumer.Block->Pending); place.Found; place = place.Next) _trees.Remove(ref group.Block->Pending, place.Id);
        group.Block->Consumers.RemoveAt(_memory.Slabs, group.Block->Consumers.IndexOf(consumer.Name));
        FreeConsumer(consumer);
    }

    /// <summary>Says when a consumer was last heard of and when it last got something.</summary>
    public void Touch(nint root, StreamConsumer consumer, long seenMs, long activeMs)
    {
        BeforeChange(root);
        consumer.Block->SeenMs = seenMs;
        consumer.Block->ActiveMs = activeMs;
    }

    /// <summary>An entry is pending for a consumer now, whoever it was pending for before.</summary>
    public void Deliver(nint root, StreamGroup group, StreamConsumer consumer, StreamId id, long deliveredMs, long deliveries)
    {
        BeforeChange(root);
        IdPlace place = _trees.Insert(ref group.Block->Pending, id, out bool existed);
        var value = (PendingValue*)place.Value;
        nint before = existed ? value->Consumer : 0;
        if (existed) _memory.BeforeChange(place.Leaf);
        *value = new PendingValue { DeliveredMs = deliveredMs, Deliveries = deliveries, Consumer = consumer.Address };
        if (before == consumer.Address) return;
        if (before != 0) _trees.Remove(ref ((ConsumerBlock*)before)->Pending, id);
        _trees.Insert(ref consumer.Block->Pending, id, out bool had);
        Invariant.That(!had);
    }

    /// <summary>An entry is no longer pending; false when it was not.</summary>
    public bool Acknowledge(nint root, StreamGroup group, StreamId id)
    {
        IdPlace place = IdTrees.Find(group.Block->Pending, id);
        if (!place.Found) return false;
        BeforeChange(root);
        nint consumer = ((PendingValue*)place.Value)->Consumer;
        _trees.Remove(ref group.Block->Pending, id);
        bool had = _trees.Remove(ref ((ConsumerBlock*)consumer)->Pending, id);
        Invariant.That(had);
        return true;
    }

    /// <summary>Frees one block of the last group, or the group; false when there is none left.</summary>
    internal bool FreeSome(StreamRoot* root)
    {
        if (root->Groups.Count == 0) return false;
        var group = new StreamGroup(root->Groups[root->Groups.Count - 1]);
        ref IdTree pending = ref group.Block->Pending;
        ref NameList consumers = ref group.Block->Consumers;
        if (pending.Top != 0)
        {
            _trees.DropLastLeaf(ref pending);
            return true;
        }

        if (consumers.Count > 0)
        {
            var consumer = new StreamConsumer(consumers[consumers.Count - 1]);
            if (consumer.Block->Pending.Top != 0)
            {
                _trees.DropLastLeaf(ref consumer.Block->Pending);
                return true;
            }

            consumers.RemoveAt(_memory.Slabs, consumers.Count - 1);
            FreeBlock(consumer.Address);
            return true;
        }

        root->Groups.RemoveAt(_memory.Slabs, root->Groups.Count - 1);
        FreeBlock(group.Address);
        return true;
    }

    /// <summary>Copies of all groups, put into <paramref name="copy"/>, whose list is empty.</summary>
    internal void Duplicate(StreamRoot* root, StreamRoot* copy)
    {
        for (int i = 0; i < root->Groups.Count; i++)
        {
            nint address = CopyBlock(root->Groups[i]);
            copy->Groups.Insert(_memory.Slabs, i, address);
            var source = new StreamGroup(root->Groups[i]);
            var group = new StreamGroup(address);
            group.Block->Pending = _trees.Duplicate(source.Block->Pending);
            group.Block->Consumers = default;
            for (int j = 0; j < source.ConsumerCount; j++)
            {
                nint made = CopyBlock(source.ConsumerAt(j).Address);
                group.Block->Consumers.Insert(_memory.Slabs, j, made);
                var consumer = new StreamConsumer(made);
                consumer.Block->Pending = _trees.Duplicate(source.ConsumerAt(j).Block->Pending);
                for (IdPlace place = IdTrees.First(consumer.Block->Pending); place.Found; place = place.Next)
                    ((PendingValue*)IdTrees.Find(group.Block->Pending, place.Id).Value)->Consumer = made;
            }
        }
    }

    /// <summary>The group that was made last, and not removed; no group when it was.</summary>
    public static StreamGroup Newest(nint root)
    {
        for (int i = 0; i < CountOf(root); i++)
            if (At(root, i).Block->Named.Number == StreamRoot.Of(root)->NextGroup) return At(root, i);
        return default;
    }

    /// <summary>The consumer of a group that was made last, and not removed; no consumer when it was.</summary>
    public static StreamConsumer Newest(StreamGroup group)
    {
        for (int i = 0; i < group.ConsumerCount; i++)
            if (group.ConsumerAt(i).Block->Named.Number == group.Block->NextConsumer) return group.ConsumerAt(i);
        return default;
    }

    /// <summary>Loading: an entry is pending, and for whom will be said by <see cref="TryAssign"/>; false when it is already.</summary>
    public bool TryLoadPending(StreamGroup group, StreamId id, long deliveredMs, long deliveries)
    {
        IdPlace place = _trees.Insert(ref group.Block->Pending, id, out bool existed);
        if (!existed) *(PendingValue*)place.Value = new PendingValue { DeliveredMs = deliveredMs, Deliveries = deliveries };
        return !existed;
    }

    /// <summary>Loading: says for whom an entry is pending; false when it is not, or somebody has been named already.</summary>
    public bool TryAssign(StreamGroup group, StreamConsumer consumer, StreamId id)
    {
        IdPlace place = IdTrees.Find(group.Block->Pending, id);
        if (!place.Found || ((PendingValue*)place.Value)->Consumer != 0) return false;
        _memory.BeforeChange(place.Leaf);
        ((PendingValue*)place.Value)->Consumer = consumer.Address;
        _trees.Insert(ref consumer.Block->Pending, id, out _);
        return true;
    }

    /// <summary>Moves a group's block to a fuller page where there is one.</summary>
    internal void Relocate(StreamRoot* root, int index)
    {
        nint block = root->Groups[index];
        if (_memory.Slabs.TryRelocate(block, ((NamedBlock*)block)->Bytes, out nint moved)) root->Groups.Replace(index, moved);
    }

    /// <summary>Checks that both trees of pending entries tell the same, and that names are in order.</summary>
    internal static void Validate(StreamRoot* root)
    {
        for (int i = 0; i < root->Groups.Count; i++)
        {
            var group = new StreamGroup(root->Groups[i]);
            if (i > 0) Invariant.That(NamedBlock.NameOf(root->Groups[i - 1]).SequenceCompareTo(group.Name) < 0);
            IdTrees.Validate(group.Block->Pending);
            long sum = 0;
            for (int j = 0; j < group.ConsumerCount; j++)
            {
                StreamConsumer consumer = group.ConsumerAt(j);
                if (j > 0) Invariant.That(group.ConsumerAt(j - 1).Name.SequenceCompareTo(consumer.Name) < 0);
                IdTrees.Validate(consumer.Block->Pending);
                sum += consumer.PendingCount;
                for (IdPlace place = IdTrees.First(consumer.Block->Pending); place.Found; place = place.Next)
                {
                    bool found = group.TryFindPending(place.Id, out StreamPending pending);
                    Invariant.That(found && pending.Consumer == consumer);
                }
            }

            Invariant.That(sum == group.PendingCount);
        }
    }

    private void BeforeChange(nint root) => _memory.BeforeChange(StreamRoot.HeadOf(root));

    private nint CreateBlock(ReadOnlySpan<byte> name, int fixedBytes, uint number)
    {
        int bytes = checked(fixedBytes + name.Length);
        nint block = _memory.Slabs.AllocateZeroed((nuint)bytes);
        var named = (NamedBlock*)block;
        (named->Bytes, named->NameLength, named->Number) = ((uint)bytes, name.Length, number);
        name.CopyTo(new Span<byte>((byte*)block + fixedBytes, name.Length));
        return block;
    }

    private nint CopyBlock(nint block)
    {
        uint bytes = ((NamedBlock*)block)->Bytes;
        nint copy = _memory.Slabs.Allocate(bytes);
        Buffer.MemoryCopy((void*)block, (void*)copy, bytes, bytes);
        return copy;
    }

    private void FreeConsumer(StreamConsumer consumer)
    {
        _trees.Clear(ref consumer.Block->Pending);
        FreeBlock(consumer.Address);
    }

    private void FreeBlock(nint block) => _memory.Slabs.Free(block, ((NamedBlock*)block)->Bytes);
}
