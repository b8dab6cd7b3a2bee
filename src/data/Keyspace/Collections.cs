using System;
using Hexad.Core;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>The structures of a node's collections, one object for each kind, and the memory that they share.</summary>
public sealed class Collections
{
    private readonly ICollection?[] _byType = new ICollection?[16];
    private readonly PackScratch _read = new(TightPack.MostExpandedBytes(Entry.LongestInlineBytes));
    private readonly PackScratch _edited = new(TightPack.MostExpandedBytes(Entry.LongestInlineBytes));

    internal Collections(SlabAllocator slabs, KeyHasher hasher)
    {
        Memory = new CollectionMemory(slabs);
        Lists = new ListChain(Memory);
        Register(ObjectType.List, Lists);
        Members = new MemberTables(Memory, hasher);
        Register(ObjectType.Set, Members);
        Register(ObjectType.Hash, Members);
        SortedSets = new SortedTree(Memory, hasher);
        Register(ObjectType.SortedSet, SortedSets);
        Streams = new StreamTree(Memory);
        Register(ObjectType.Stream, Streams);
    }

    /// <summary>What the structures share.</summary>
    public CollectionMemory Memory { get; }

    /// <summary>Lists of more than one pack.</summary>
    public ListChain Lists { get; }

    /// <summary>Sets and hashes of any size.</summary>
    public MemberTables Members { get; }

    /// <summary>Sorted sets of any size.</summary>
    public SortedTree SortedSets { get; }

    /// <summary>Streams.</summary>
    public StreamTree Streams { get; }

    /// <summary>The structure behind the collections of a type.</summary>
    public ICollection Of(ObjectType type) => _byType[(int)type] ?? throw new InvalidOperationException($"No structure holds a {type}");

    /// <summary>How a value is told to whoever writes it down: as it is represented, but that a hash table of which fields expire says so.</summary>
    public ObjectEncoding ToldEncodingOf(EntryRef entry) => ToldEncodingOf(entry.Entry);

    /// <summary>The bytes of a packed value (listpack, intset) as its encoding says; gone with the next call, or when the entry's handle is.</summary>
    public ReadOnlySpan<byte> PackOf(EntryRef entry)
    {
        Invariant.That(!entry.IsString && !entry.IsCollection);
        return PackOf(entry.Entry);
    }

    internal ReadOnlySpan<byte> PackOf(Entry entry) => entry.IsTight ? _read.Expand(entry.Value) : entry.Value;

    /// <summary>The bytes of a packed value to be changed: its block, or a copy if they stand in the entry.</summary>
    internal Blob OpenPack(Entry entry) => entry.IsOutside ? entry.Blob : _edited.Lend(entry.Value, entry.IsTight);

    internal ObjectEncoding ToldEncodingOf(Entry entry) =>
        entry.Encoding == ObjectEncoding.HashTable && entry.Type == ObjectType.Hash && Members.ExpiringCountOf(entry.Root) > 0
            ? ObjectEncoding.HashTableWithExpiry
            : entry.Encoding;

    /// <summary>Says which structure holds the collections of a type.</summary>
    internal void Register(ObjectType type, ICollection structure) => _byType[(int)type] = structure;

    /// <summary>What the keyspace knows of a collection.</summary>
    internal unsafe ref CollectionHeader HeaderOf(nint root) => ref *(CollectionHeader*)root;
}
