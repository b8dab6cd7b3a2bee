using System;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>What a piece of a stream's telling is: see <see cref="StreamTree"/>.</summary>
public enum StreamPiece : byte
{
    Facts = 0,
    Pack = 1,
    Group = 2,
    Pending = 3,
    Consumers = 4,
    Consumer = 5,
    Ids = 6,

    /// <summary>What a decoder says, and a stream does not: a group is complete.</summary>
    GroupEnd = 7,
}

/// <summary>
/// Tells streams, page by page, in the pieces that <see cref="StreamTree"/> lists. A place between two pages is a section and a
/// path in that section's tree:
///
/// <code>
/// 0 packs   1 facts   then for each group: itself with what is pending, then one section for each of its consumers
/// </code>
/// </summary>
internal static unsafe class StreamTelling
{
    private const ulong Packs = 0, Facts = 1, FirstGroup = 2;
    private const ulong PathMask = (1UL << IdTrees.PathBits) - 1;

    /// <summary>Tells the next few pieces; returns where to go on, 0 at the end.</summary>
    public static ulong CopyPage(StreamRoot* stream, ulong cursor, ElementBuffer into, int targetBytes)
    {
        int began = into.Length;
        ulong section = cursor >> IdTrees.PathBits, path = cursor & PathMask;
        do
        {
            bool isOver = section switch
            {
                Packs => CopyNextPack(stream, ref path, into),
                Facts => CopyFacts(stream, into),
                _ => CopyOfGroup(stream, section - FirstGroup, ref path, into),
            };
            if (!isOver) continue;
            (section, path) = (section + 1, 0);
            if (section - FirstGroup == SectionsOf(stream)) return 0;
            Invariant.That(section < 1UL << (64 - IdTrees.PathBits));
        }
        while (into.Length - began < targetBytes);
        return section << IdTrees.PathBits | path;
    }

    /// <summary>Tells one guarded node.</summary>
    public static void CopyNode(StreamRoot* stream, nint node, ElementBuffer into)
    {
        switch (((IdNode*)node)->Kind)
        {
            case StreamNodeKind.Pack:
                CopyPack(node, into);
                break;
            case StreamNodeKind.Pending:
                CopyPending(node, into);
                break;
            default:
                CopyFacts(stream, into);
                for (int i = 0; i < stream->Groups.Count; i++)
                {
                    var group = new StreamGroup(stream->Groups[i]);
                    CopyGroup(group, into);
                    CopyConsumerCount(group, into);
                    for (int j = 0; j < group.ConsumerCount; j++) CopyConsumer(group.ConsumerAt(j), into);
                }

                break;
        }
    }

    private static ulong SectionsOf(StreamRoot* stream)
    {
        ulong sections = (ulong)stream->Groups.Count;
        for (int i = 0; i < stream->Groups.Count; i++) sections += (ulong)new StreamGroup(stream->Groups[i]).ConsumerCount;
        return sections;
    }

    private static bool CopyNextPack(StreamRoot* stream, ref ulong path, ElementBuffer into)
    {
        if (!IdTrees.TryFollow(stream->Packs, ref path, out IdPlace place)) return true;
        CopyPack(*(nint*)place.Value, into);
        path++;
        return false;
    }

    /// <summary>Tells a part of what belongs to groups; true when the section is at its end. Path 0 is what stands before the leaves.</summary>
    private static bool CopyOfGroup(StreamRoot* stream, ulong section, ref ulong path, ElementBuffer into)
    {
        int index = 0;
        var group = new StreamGroup(stream->Groups[0]);
        for (; section > (ulong)group.ConsumerCount; group = new StreamGroup(stream->Groups[++index])) section -= (ulong)group.ConsumerCount + 1;
        bool isGroup = section == 0;
        ref readonly IdTree tree = ref isGroup ? ref group.Block->Pending : ref group.ConsumerAt((int)section - 1).Block->Pending;
        if (path == 0)
        {
            if (isGroup) CopyGroup(group, into);
            else CopyConsumer(group.ConsumerAt((int)section - 1), into);
        }

        if (IdTrees.TryFollow(tree, ref path, out IdPlace place))
        {
            if (isGroup) CopyPending(place.Leaf, into);
            else CopyIds(place.Leaf, into);
            path = IdTrees.AfterLeaf(path);
            if (IdTrees.TryFollow(tree, ref path, out _)) return false;
        }

        if (isGroup) CopyConsumerCount(group, into);
        return true;
    }

    internal static bool CopyFacts(StreamRoot* stream, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Facts);
        into.Add(stream->Facts.Length);
        Add(into, stream->Facts.LastId);
        Add(into, stream->Facts.FirstId);
        Add(into, stream->Facts.MaxDeletedId);
        into.Add(stream->Facts.EntriesAdded);
        into.Add((long)stream->Groups.Count);
        return true;
    }

    private static void CopyPack(nint node, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Pack);
        Add(into, StreamPack.IdOf(node));
        into.Add(StreamPack.BytesOf(node));
        into.EndItem();
    }

    internal static void CopyGroup(StreamGroup group, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Group);
        into.Add((long)group.Block->Named.Number);
        into.Add(group.Name);
        Add(into, group.LastId);
        into.Add(group.EntriesRead);
        into.Add(group.PendingCount);
    }

    private static void CopyPending(nint leaf, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Pending);
        into.Add((long)IdNode.Of(leaf)->Tag);
        into.Add((long)IdNode.Of(leaf)->Count);
        for (int i = 0; i < IdNode.Of(leaf)->Count; i++)
        {
            var place = new IdPlace(leaf, i);
            var value = (PendingValue*)place.Value;
            Add(into, place.Id);
            into.Add(value->DeliveredMs);
            into.Add(value->Deliveries);
            into.Add((long)((ConsumerBlock*)value->Consumer)->Named.Number);
        }
    }

    internal static void CopyConsumerCount(StreamGroup group, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Consumers);
        into.Add((long)group.ConsumerCount);
    }

    internal static void CopyConsumer(StreamConsumer consumer, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Consumer);
        into.Add((long)consumer.Block->Named.Number);
        into.Add(consumer.Name);
        into.Add(consumer.SeenMs);
        into.Add(consumer.ActiveMs);
        into.Add(consumer.PendingCount);
    }

    private static void CopyIds(nint leaf, ElementBuffer into)
    {
        into.Add((byte)StreamPiece.Ids);
        into.Add((long)IdNode.Of(leaf)->Count);
        for (int i = 0; i < IdNode.Of(leaf)->Count; i++) Add(into, *IdNode.KeyAt(leaf, i));
    }

    private static void Add(ElementBuffer into, StreamId id)
    {
        into.Add((long)id.Ms);
        into.Add((long)id.Seq);
    }
}
