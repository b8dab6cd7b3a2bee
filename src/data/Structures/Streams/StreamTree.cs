using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>What a stream knows of itself beside its entries.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct StreamFacts
{
    /// <summary>How many live entries there are.</summary>
    public long Length;

    /// <summary>The greatest id that an entry ever had.</summary>
    public StreamId LastId;

    /// <summary>The id of the first live entry; 0-0 without any.</summary>
    public StreamId FirstId;

    /// <summary>The greatest id that was deleted one by one.</summary>
    public StreamId MaxDeletedId;

    /// <summary>How many entries were ever added.</summary>
    public long EntriesAdded;
}

/// <summary>How large a node may become (options stream-node-max-bytes and -entries); 0 is no limit.</summary>
public readonly record struct StreamNodeLimits(long MostBytes, long MostEntries);

/// <summary>How much of a stream's beginning goes away.</summary>
public struct StreamTrim
{
    /// <summary>Whether entries below <see cref="MinId"/> go; else all but the last <see cref="MaxLength"/>.</summary>
    public bool ByMinId;

    /// <summary>How many entries stay.</summary>
    public long MaxLength;

    /// <summary>The smallest id that stays.</summary>
    public StreamId MinId;

    /// <summary>Whether only whole nodes go.</summary>
    public bool IsApproximate;

    /// <summary>The most entries that go; 0 is no limit.</summary>
    public long Limit;
}

/// <summary>Says of entries whether they are meant.</summary>
public interface IStreamEntryFilter
{
    /// <summary>Whether the entry with this id is meant.</summary>
    bool Passes(StreamId id);
}

/// <summary>The root block of a stream.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StreamRoot
{
    public CollectionHeader Header;
    public byte Mark;
    public StreamNodeKind Kind;
    public uint NextGroup;
    public StreamFacts Facts;
    public NameList Groups;
    public IdTree Packs;

    public static StreamRoot* Of(nint root) => (StreamRoot*)root;

    /// <summary>What is guarded as the node that holds all but entries and pending entries: it begins with its mark, within the root.</summary>
    public static nint HeadOf(nint root) => root + CollectionHeader.Bytes;
}

/// <summary>
/// Streams: entries in order of their ids, in nodes of a few kilobytes (<see cref="StreamPack"/>) that an index finds by the id of
/// their first entry (<see cref="IdTrees"/>), and consumer groups (<see cref="StreamGroups"/>).
///
/// <code>
/// root ┬ facts: length, last id, first id, greatest deleted id, entries added
///      ├ groups
///      └ index: id → pack ─ pack ─ pack …      the last one takes what is added
/// </code>
///
/// Adding costs constant time and no look-up; an id is found in logarithmic time and a walk through one node. 1,000,000
/// entries of one field with 10 bytes take about 17 MB, of which the index is half a percent.
///
/// For a snapshot a stream is told in the order of RDB files, in pieces that begin with their kind u8:
/// <code>
/// 1 pack       id, listpack bytes
/// 0 facts      length i64, last id, first id, greatest deleted id, entries added i64, groups i64      after all packs
/// 2 group      number i64, name, last id, entries read i64, pending i64                               for each group, then:
/// 3 pending    group number i64, count i64: id, delivered i64, deliveries i64, consumer number i64      leaf by leaf
/// 4 consumers  count i64
/// 5 consumer   number i64, name, seen i64, active i64, pending i64                                    for each, then:
/// 6 ids        count i64: id                                                                          leaf by leaf
/// id           ms i64, seq i64
/// </code>
/// Only packs count as items. A guard is told packs and pending leaves as they stand here, and of the head the facts, groups and
/// consumers. Checked against a naive model in StreamTreeTests.
/// </summary>
public sealed unsafe class StreamTree : ICollection
{
    /// <summary>The most bytes of fields and values that one entry may have.</summary>
    public const long LongestEntryBytes = Listpack.LongestBytes;

    private const int PackPhase = 1, FirstGroupPhase = 2;
    private const ulong PathMask = (1UL << IdTrees.PathBits) - 1;

    private readonly CollectionMemory _memory;
    private readonly IdTrees _trees;

    /// <summary>The streams of one node.</summary>
    public StreamTree(CollectionMemory memory)
    {
        _memory = memory;
        _trees = new IdTrees(memory);
        Groups = new StreamGroups(memory, _trees);
    }

    /// <summary>What changes consumer groups.</summary>
    public StreamGroups Groups { get; }

    /// <summary>What a stream knows of itself.</summary>
    public static ref readonly StreamFacts FactsOf(nint root) => ref StreamRoot.Of(root)->Facts;

    /// <summary>How many nodes the entries stand in (XINFO's radix-tree-keys).</summary>
    public static long NodeCountOf(nint root) => StreamRoot.Of(root)->Packs.Count;

    /// <summary>Whether there is a live entry with this id.</summary>
    public static bool Contains(nint root, StreamId id) => new StreamReader(root, id, id).MoveNext();

    /// <summary>The id of the first live entry, or with <paramref name="withDeleted"/> of any; the greatest id when there is none.</summary>
    public static StreamId FirstIdOf(nint root, bool withDeleted = false)
    {
        var reader = new StreamReader(root, StreamId.Zero, StreamId.Max, reverse: false, withDeleted);
        return reader.MoveNext() ? reader.Id : StreamId.Max;
    }

    /// <summary>The id of the last live entry; 0-0 when there is none.</summary>
    public static StreamId LastIdOf(nint root)
    {
        var reader = new StreamReader(root, StreamId.Zero, StreamId.Max, reverse: true);
        return reader.MoveNext() ? reader.Id : StreamId.Zero;
    }

    /// <summary>The greatest id in the last node, deleted entries and the node's own included; 0-0 without nodes.</summary>
    public static StreamId GreatestIdOf(nint root)
    {
        IdPlace last = IdTrees.Last(StreamRoot.Of(root)->Packs);
        if (!last.Found) return StreamId.Zero;
        StreamId greatest = last.Id;
        for (var reader = new StreamReader(root, last.Id, StreamId.Max, reverse: false, withDeleted: true); reader.MoveNext();)
            if (reader.Id > greatest) greatest = reader.Id;
        return greatest;
    }

    /// <summary>A stream without entries.</summary>
    public nint Create()
    {
        nint root = _memory.Slabs.AllocateZeroed((nuint)sizeof(StreamRoot));
        StreamRoot* made = StreamRoot.Of(root);
        made->Header.RootBytes = (uint)sizeof(StreamRoot);
        made->Mark = _memory.Mark;
        made->Kind = StreamNodeKind.Head;
        made->Packs.ValueBytes = sizeof(long);
        made->Packs.Kind = StreamNodeKind.Plain;
        return root;
    }

    /// <summary>What a stream knows of itself, to be changed at once.</summary>
    public ref StreamFacts ChangeFacts(nint root)
    {
        _memory.BeforeChange(StreamRoot.HeadOf(root));
        return ref StreamRoot.Of(root)->Facts;
    }

    /// <summary>Adds an entry, whose id is greater than the last one's.</summary>
    public void Append<TWords>(nint root, StreamId id, ref TWords words, StreamNodeLimits limits) where TWords : IStreamWords, allows ref struct
    {
        ref IdTree packs = ref StreamRoot.Of(root)->Packs;
        ref StreamFacts facts = ref ChangeFacts(root);
        Invariant.That(id > facts.LastId);
        IdPlace last = IdTrees.Last(packs);
        long bytes = 0;
        for (int i = 0; i < words.Count; i++) bytes += words[i].Length;
        if (last.Found && HasRoom(*(nint*)last.Value, bytes, limits))
        {
            _memory.BeforeChange(*(nint*)last.Value);
            *(nint*)last.Value = StreamPack.Append(_memory, *(nint*)last.Value, id, ref words);
        }
        else
        {
            if (last.Found) *(nint*)last.Value = StreamPack.Shrink(_memory, *(nint*)last.Value);
            nint node = StreamPack.Create(_memory, id, ref words);
            *(nint*)_trees.Insert(ref packs, id, out bool existed).Value = node;
            Invariant.That(!existed);
        }

        facts.Length++;
        facts.EntriesAdded++;
        facts.LastId = id;
        if (facts.Length == 1) facts.FirstId = id;
    }

    /// <summary>Deletes an entry; false when there is no live one with this id. First id and greatest deleted id follow by <see cref="NoteDeleted"/>.</summary>
    public bool Delete(nint root, StreamId id)
    {
        var reader = new StreamReader(root, id, id);
        if (!reader.MoveNext()) return false;
        ref StreamFacts facts = ref ChangeFacts(root);
        nint node = *(nint*)reader.Place.Value;
        _memory.BeforeChange(node);
        if (StreamPack.LiveOf(node) == 1) RemoveNode(root, reader.Place);
        else *(nint*)reader.Place.Value = StreamPack.MarkDeleted(_memory, node, reader.EntryAt, reader.Flags);
        facts.Length--;
        return true;
    }

    /// <summary>Says that entries were deleted one by one, the greatest of which had this id.</summary>
    public void NoteDeleted(nint root, StreamId greatest, bool firstIsGone)
    {
        ref StreamFacts facts = ref ChangeFacts(root);
        if (greatest > facts.MaxDeletedId) facts.MaxDeletedId = greatest;
        if (facts.Length == 0) facts.FirstId = StreamId.Zero;
        else if (firstIsGone) facts.FirstId = FirstIdOf(root);
    }

    /// <summary>Removes entries from the beginning; returns how many.</summary>
    public long Trim(nint root, in StreamTrim trim)
    {
        ref StreamFacts facts = ref ChangeFacts(root);
        ref IdTree packs = ref StreamRoot.Of(root)->Packs;
        long removed = 0;
        while (packs.Count > 0)
        {
            if (!trim.ByMinId && facts.Length <= trim.MaxLength) break;
            IdPlace first = IdTrees.First(packs);
            nint node = *(nint*)first.Value;
            long live = StreamPack.LiveOf(node);
            if (trim.Limit != 0 && removed + live > trim.Limit) break;
            bool whole = trim.ByMinId ? !StreamPack.TryLastId(node, out StreamId last) || last < trim.MinId : facts.Length - live >= trim.MaxLength;
            if (!whole && trim.IsApproximate) break;
            _memory.BeforeChange(node);
            if (!whole)
            {
                long most = trim.ByMinId ? long.MaxValue : facts.Length - trim.MaxLength;
                *(nint*)first.Value = StreamPack.MarkFirstDeleted(_memory, node, most, trim.ByMinId ? trim.MinId : StreamId.Max, out long marked);
                facts.Length -= marked;
                removed += marked;
                break;
            }

            RemoveNode(root, first);
            facts.Length -= live;
            removed += live;
        }

        if (facts.Length == 0) facts.FirstId = StreamId.Zero;
        else if (removed > 0) facts.FirstId = FirstIdOf(root);
        return removed;
    }

    /// <summary>
    /// The ids of the live entries that a trim may remove when those that are still wanted stay: it passes them over and goes on
    /// to the next ones. Nothing changes.
    /// </summary>
    public static void SelectTrimmed<TFilter>(nint root, in StreamTrim trim, ref TFilter wanted, List<StreamId> selected) where TFilter : IStreamEntryFilter, allows ref struct
    {
        long length = FactsOf(root).Length;
        for (IdPlace place = IdTrees.First(StreamRoot.Of(root)->Packs); place.Found; place = place.Next)
        {
            if (!trim.ByMinId && length <= trim.MaxLength) return;
            nint node = *(nint*)place.Value;
            long live = StreamPack.LiveOf(node);
            if (trim.Limit != 0 && selected.Count + live > trim.Limit) return;
            bool whole = trim.ByMinId ? !StreamPack.TryLastId(node, out StreamId last) || last < trim.MinId : length - live >= trim.MaxLength;
            if (!whole && trim.IsApproximate) return;
            var reader = new StreamReader(root, place.Id, StreamId.Max);
            for (; live > 0 && reader.MoveNext(); live--)
            {
                if (trim.ByMinId ? reader.Id >= trim.MinId : length <= trim.MaxLength) return;
                if (wanted.Passes(reader.Id)) continue;
                selected.Add(reader.Id);
                length--;
            }
        }
    }

    /// <summary>Whether bytes that anybody may have written may become a node with this id; how many live entries it would have, and the last one's id.</summary>
    public static bool IsSound(ReadOnlySpan<byte> listpack, StreamId id, out long live, out StreamId last) => StreamPack.IsSound(listpack, id, out live, out last);

    /// <summary>Puts a node with a sound listpack into the index; false when there is one with that id. The facts are the caller's.</summary>
    public bool TryAddNode(nint root, StreamId id, ReadOnlySpan<byte> listpack)
    {
        IdPlace place = _trees.Insert(ref StreamRoot.Of(root)->Packs, id, out bool existed);
        if (!existed) *(nint*)place.Value = StreamPack.Create(_memory, id, listpack);
        return !existed;
    }

    /// <summary>Calls <paramref name="visitor"/> with the id of each node in order.</summary>
    public static void VisitNodes<TVisitor>(nint root, ref TVisitor visitor) where TVisitor : IStreamNodeVisitor, allows ref struct
    {
        for (IdPlace place = IdTrees.First(StreamRoot.Of(root)->Packs); place.Found; place = place.Next)
            visitor.Visit(place.Id, StreamPack.BytesOf(*(nint*)place.Value));
    }

    /// <inheritdoc/>
    public long CountOf(nint root) => FactsOf(root).Length;

    /// <inheritdoc/>
    public long ItemCountOf(nint root) => StreamRoot.Of(root)->Packs.Count;

    /// <inheritdoc/>
    public ulong CopyPage(nint root, ulong cursor, ElementBuffer into, int targetBytes) => StreamTelling.CopyPage(StreamRoot.Of(root), cursor, into, targetBytes);

    /// <inheritdoc/>
    public NodeTelling BeginTelling(nint root) => new StreamNodeTelling(root);

    /// <summary>Adds what one guarded node tells.</summary>
    public void CopyNode(nint root, nint node, ElementBuffer into) => StreamTelling.CopyNode(StreamRoot.Of(root), node, into);

    /// <inheritdoc/>
    public nint Duplicate(nint root)
    {
        nint made = Create();
        StreamRoot* from = StreamRoot.Of(root);
        StreamRoot* to = StreamRoot.Of(made);
        to->Facts = from->Facts;
        to->NextGroup = from->NextGroup;
        to->Packs = _trees.Duplicate(from->Packs);
        for (IdPlace place = IdTrees.First(to->Packs); place.Found; place = place.Next)
        {
            nint node = *(nint*)place.Value;
            *(nint*)place.Value = StreamPack.Create(_memory, place.Id, StreamPack.BytesOf(node));
        }

        Groups.Duplicate(from, to);
        return made;
    }

    /// <inheritdoc/>
    public bool FreeSlice(nint root, ref SliceBudget budget)
    {
        StreamRoot* stream = StreamRoot.Of(root);
        while (!budget.IsSpent)
        {
            budget.Spend();
            if (stream->Packs.Top != 0)
            {
                FreePack(_trees.TakeLast(ref stream->Packs));
            }
            else if (!Groups.FreeSome(stream))
            {
                _memory.Slabs.Free(root, stream->Header.RootBytes);
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public ulong Relocate(ref nint root, ulong cursor, ref SliceBudget budget)
    {
        ulong phase = cursor >> IdTrees.PathBits, path = cursor & PathMask;
        if (phase == 0)
        {
            _memory.Slabs.TryRelocate(root, StreamRoot.Of(root)->Header.RootBytes, out root);
            phase = PackPhase;
        }

        StreamRoot* stream = StreamRoot.Of(root);
        do
        {
            if (phase == PackPhase)
            {
                IdPlace place = _trees.Relocate(ref stream->Packs, ref path);
                if (place.Found)
                {
                    _memory.Slabs.TryRelocate(*(nint*)place.Value, StreamPack.BlockBytesOf(*(nint*)place.Value), out *(nint*)place.Value);
                    path++;
                    continue;
                }

                (phase, path) = (FirstGroupPhase, 0);
            }

            if (phase - FirstGroupPhase >= (ulong)stream->Groups.Count) return 0;
            if (path == 0) Groups.Relocate(stream, (int)phase - FirstGroupPhase);
            var group = new StreamGroup(stream->Groups[(int)phase - FirstGroupPhase]);
            if (_trees.Relocate(ref group.Block->Pending, ref path).Found) path = IdTrees.AfterLeaf(path);
            else (phase, path) = (phase + 1, 0);
        }
        while (budget.Spend());
        return phase << IdTrees.PathBits | path;
    }

    /// <inheritdoc/>
    public void Validate(nint root)
    {
        StreamRoot* stream = StreamRoot.Of(root);
        IdTrees.Validate(stream->Packs);
        long live = 0;
        for (IdPlace place = IdTrees.First(stream->Packs); place.Found; place = place.Next)
        {
            nint node = *(nint*)place.Value;
            Invariant.That(StreamPack.IdOf(node) == place.Id);
            bool sound = StreamPack.IsSound(StreamPack.BytesOf(node), place.Id, out long liveHere, out _);
            Invariant.That(sound);
            Invariant.That((nuint)StreamPack.LengthOf(node) + StreamPack.HeaderBytes <= StreamPack.BlockBytesOf(node));
            live += liveHere;
        }

        Invariant.That(live == stream->Facts.Length);
        Invariant.That(live == 0 ? stream->Facts.FirstId.IsZero : stream->Facts.FirstId == FirstIdOf(root));
        StreamGroups.Validate(stream);
    }

    private static bool HasRoom(nint node, long bytes, StreamNodeLimits limits)
    {
        long mostBytes = limits.MostBytes is > 0 and < Listpack.LongestBytes ? limits.MostBytes : Listpack.LongestBytes;
        if (StreamPack.LengthOf(node) + bytes >= mostBytes) return false;
        if (limits.MostEntries <= 0) return true;
        StreamPack.Read(node, out StreamPack.Master master);
        return master.Live + master.Deleted < limits.MostEntries;
    }

    private void RemoveNode(nint root, IdPlace place)
    {
        nint node = *(nint*)place.Value;
        _trees.Remove(ref StreamRoot.Of(root)->Packs, place.Id);
        FreePack(node);
    }

    private void FreePack(nint node) => _memory.Slabs.Free(node, StreamPack.BlockBytesOf(node));
}

/// <summary>Sees the nodes of a stream.</summary>
public interface IStreamNodeVisitor
{
    /// <summary>One node: the id of its first entry, and its listpack.</summary>
    void Visit(StreamId id, ReadOnlySpan<byte> listpack);
}
