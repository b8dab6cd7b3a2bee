using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// The time in which one value is changed (<see cref="Database.Edit"/>) or a new one built (<see cref="Database.Build"/>):
/// what a command does to a packed value or through a collection's structure stands between the beginning and
/// <see cref="Commit"/> or <see cref="Store"/>, and <b>nothing else that touches the keyspace does</b>, since the memory
/// that is taken and given in between is booked to this value. One at a time.
/// </summary>
public ref struct CollectionEdit
{
    private readonly Databases _all;
    private readonly Database _database;
    private readonly ObjectType _type;
    private readonly long _usedBefore;
    private readonly long _chargeBefore;
    private Blob _packed;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CollectionEdit(Databases all, Database database, ObjectType type)
    {
        _all = all;
        _database = database;
        _type = type;
        _usedBefore = all.Memory.UsedBytes;
        all.BeginEdit();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal CollectionEdit(Databases all, Database database, Entry entry) : this(all, database, entry.Type)
    {
        Encoding = entry.Encoding;
        _chargeBefore = entry.ValueCharge;
        if (entry.IsCollection)
        {
            Root = entry.Root;
            all.GuardEdit(entry.Root);
        }
        else
        {
            _packed = all.Collections.OpenPack(entry);
        }
    }

    /// <summary>How the value is represented now.</summary>
    public ObjectEncoding Encoding { get; private set; }

    /// <summary>The root of a collection; 0 for a packed value.</summary>
    public nint Root { get; private set; }

    /// <summary>The block of a packed value, to be changed in place; no block for a collection.</summary>
    [UnscopedRef]
    public ref Blob Packed => ref _packed;

    /// <summary>The value is this collection from now on; what it was before is freed.</summary>
    public void Become(ObjectEncoding encoding, nint root)
    {
        FreeOld();
        Root = root;
        Encoding = encoding;
        Invariant.That(encoding >= ObjectEncoding.HashTable);
    }

    /// <summary>The value is this packed one from now on; what it was before is freed.</summary>
    public void Become(ObjectEncoding encoding, Blob packed)
    {
        FreeOld();
        _packed = packed;
        Encoding = encoding;
        Invariant.That(encoding is > ObjectEncoding.Raw and < ObjectEncoding.HashTable);
    }

    /// <summary>
    /// The value is this from now on, a packed one or (with a root) a collection. What it was before is part of it, or has been
    /// freed by the caller: for code that works on the representation itself and converts it as it goes.
    /// </summary>
    public void Hold(ObjectEncoding encoding, Blob packed, nint root)
    {
        Encoding = encoding;
        _packed = packed;
        Root = root;
        Invariant.That(encoding >= ObjectEncoding.HashTable == (root != 0));
    }

    /// <summary>Ends the change of a value that was there. An empty value is the caller's to delete.</summary>
    public void Commit(ref EntryRef entry)
    {
        _all.EndEdit();
        _database.Commit(ref entry, this);
    }

    /// <summary>Ends the building of a new value: puts it under a key that is not there.</summary>
    public EntryRef Store(scoped System.ReadOnlySpan<byte> key, Lifetime lifetime = default) => _database.Store(key, End(), lifetime);

    /// <summary>Ends the building of a new value that is to be stored a little later, when what stands in its way has been removed.</summary>
    public BuiltValue End()
    {
        _all.EndEdit();
        if (Root != 0)
        {
            ref CollectionHeader header = ref _all.Collections.HeaderOf(Root);
            header.ChargeBytes = Charge;
            header.Mark = 0;
            header.AbandonedWalks = 0;
        }

        return new BuiltValue(_type, Encoding, _packed, Root);
    }

    /// <summary>Gives up what was built.</summary>
    public void Discard()
    {
        Invariant.That(_chargeBefore == 0);
        if (Root != 0) _all.Collections.HeaderOf(Root).ChargeBytes = Change;
        FreeOld();
        _all.EndEdit();
    }

    /// <summary>What the keyspace knows of the collection.</summary>
    internal readonly ref CollectionHeader HeaderOfRoot => ref _all.Collections.HeaderOf(Root);

    /// <summary>Bytes that the value takes now.</summary>
    internal readonly long Charge => _chargeBefore + Change;

    /// <summary>By how many bytes it has grown.</summary>
    internal readonly long Change => _all.Memory.UsedBytes - _usedBefore;

    private void FreeOld()
    {
        if (Root != 0)
        {
            _all.FinishTelling(Root);
            SliceBudget budget = SliceBudget.Unlimited;
            _all.Collections.Of(_type).FreeSlice(Root, ref budget);
            Root = 0;
        }
        else if (_packed.Address != 0)
        {
            _packed.Free(_all.Memory);
        }
    }
}

/// <summary>A value that has been built and is under no key yet: <see cref="Database.Store"/> puts it under one, or it is lost memory.</summary>
public readonly struct BuiltValue
{
    internal BuiltValue(ObjectType type, ObjectEncoding encoding, Blob packed, nint root) => (Type, Encoding, Packed, Root) = (type, encoding, packed, root);

    internal ObjectType Type { get; }
    internal ObjectEncoding Encoding { get; }
    internal Blob Packed { get; }
    internal nint Root { get; }
}
