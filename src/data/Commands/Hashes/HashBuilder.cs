// A hash as commands change it. It works on the representation itself, converts it at the limits of the options, and
// gives it to an edit of the keyspace in the end: see SetBuilder.
using System;
using Hexad.Keyspace;
using Hexad.Memory;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A hash that is being changed or built.</summary>
internal struct HashBuilder
{
    /// <summary>For <see cref="Set"/>: the field keeps the expiry that it has.</summary>
    public const long KeepExpiry = -1;

    private readonly CommandServices _services;
    private Blob _packed;
    private nint _root;

    /// <summary>The hash that an edit holds; an empty one if it holds none.</summary>
    public HashBuilder(CommandServices services, scoped in CollectionEdit edit)
    {
        CollectionEdit held = edit;
        _services = services;
        Encoding = held.Encoding;
        _packed = held.Packed;
        _root = held.Root;
        if (_root != 0 || _packed.Address != 0) return;
        _packed = Listpack.Create(Memory);
        Encoding = ObjectEncoding.Listpack;
    }

    /// <summary>How the hash is represented now.</summary>
    public ObjectEncoding Encoding { get; private set; }

    /// <summary>How many fields there are, those that are past their expiry included.</summary>
    public readonly long Count => Value.Count;

    /// <summary>The hash, to be read; until its next change.</summary>
    public readonly HashValue Value => new(Encoding, _root == 0 ? _packed.Bytes : default, _root, _services.Databases);

    private readonly NodeOptions Options => _services.Options;
    private readonly MemberTables Members => _services.Databases.Collections.Members;
    private readonly SlabAllocator Memory => _services.Databases.Collections.Memory.Slabs;

    /// <summary>A call is about to set the fields and values from word <paramref name="first"/> on: a hash that cannot stay packed with them becomes a table at once.</summary>
    public void Expect(scoped ref CommandContext call, int first)
    {
        if (Encoding == ObjectEncoding.HashTable) return;
        long fields = (call.Count - first) / 2, bytes = 0;
        bool fits = fields <= Options.HashMaxListpackEntries;
        for (int i = first; i < call.Count && fits; i++)
        {
            bytes += call[i].Length;
            fits = call[i].Length <= Options.HashMaxListpackValueBytes;
        }

        if (!fits || !Listpack.CanAdd(_packed.Length, bytes)) BecomeTable(fields);
    }

    /// <summary>Gives a field a value and an expiry (0: none; or <see cref="KeepExpiry"/>); true when it is new.</summary>
    public bool Set(scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, long expiryMs = 0)
    {
        if (Encoding != ObjectEncoding.HashTable && (field.Length > Options.HashMaxListpackValueBytes || value.Length > Options.HashMaxListpackValueBytes
            || !Listpack.CanAdd(_packed.Length, (long)field.Length + value.Length))) BecomeTable(Count + 1);
        if (Encoding == ObjectEncoding.HashTable) return Members.Set(_root, field, value, expiryMs);
        if (expiryMs > 0) BecomeExpiring();
        bool isNew = Encoding == ObjectEncoding.Listpack ? SetPair(field, value) : SetTriple(field, value, expiryMs);
        if (Count > Options.HashMaxListpackEntries) BecomeTable(Count);
        return isNew;
    }

    /// <summary>Changes when a field that is there expires (0: never).</summary>
    public void SetExpiry(scoped ReadOnlySpan<byte> field, long expiryMs)
    {
        if (expiryMs != 0) BecomeExpiring();
        if (Encoding == ObjectEncoding.HashTable) Members.SetExpiry(_root, field, expiryMs);
        else if (Encoding == ObjectEncoding.ListpackWithExpiry) ExpiringPack.SetExpiry(Memory, ref _packed, ExpiringPack.Find(_packed.Bytes, field), expiryMs);
    }

    /// <summary>Takes a field out; false when there is none of that name.</summary>
    public bool Remove(scoped ReadOnlySpan<byte> field)
    {
        if (Encoding == ObjectEncoding.HashTable) return Members.Remove(_root, field);
        bool expiring = Encoding == ObjectEncoding.ListpackWithExpiry;
        int at = expiring ? ExpiringPack.Find(_packed.Bytes, field) : Listpack.Find(_packed.Bytes, Listpack.First(_packed.Bytes), field, 1);
        if (at == Listpack.None) return false;
        if (expiring) ExpiringPack.RemoveAt(Memory, ref _packed, at);
        else Listpack.DeleteRun(Memory, ref _packed, at, 2);
        return true;
    }

    /// <summary>Gives the hash to an edit that knew its former state, or is new.</summary>
    public readonly void Into(ref CollectionEdit edit) => edit.Hold(Encoding, _packed, _root);

    /// <summary>Frees the hash, which no edit holds.</summary>
    public void Free()
    {
        if (_root != 0)
        {
            SliceBudget budget = SliceBudget.Unlimited;
            Members.FreeSlice(_root, ref budget);
            _root = 0;
        }
        else
        {
            _packed.Free(Memory);
        }
    }

    private bool SetPair(scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value)
    {
        int at = Listpack.Find(_packed.Bytes, Listpack.First(_packed.Bytes), field, 1);
        if (at != Listpack.None)
        {
            Listpack.Replace(Memory, ref _packed, Listpack.Next(_packed.Bytes, at), value);
            return false;
        }

        Listpack.Append(Memory, ref _packed, field);
        Listpack.Append(Memory, ref _packed, value);
        return true;
    }

    private bool SetTriple(scoped ReadOnlySpan<byte> field, scoped ReadOnlySpan<byte> value, long expiryMs)
    {
        if (expiryMs == KeepExpiry) expiryMs = Value.FindAny(field).ExpiryMs;
        return ExpiringPack.Set(Memory, ref _packed, field, value, expiryMs);
    }

    private void BecomeExpiring()
    {
        if (Encoding != ObjectEncoding.Listpack) return;
        Blob triples = ExpiringPack.OfPairs(Memory, _packed.Bytes);
        Free();
        _packed = triples;
        Encoding = ObjectEncoding.ListpackWithExpiry;
    }

    private void BecomeTable(long expected)
    {
        nint root = Members.Create(isHash: true, expected);
        Span<byte> name = stackalloc byte[DecimalText.LongestBytes], value = stackalloc byte[DecimalText.LongestBytes];
        foreach (HashField field in Value) Members.Set(root, field.Name.WriteText(name), field.Value.WriteText(value), field.ExpiryMs);
        Free();
        _packed = default;
        _root = root;
        Encoding = ObjectEncoding.HashTable;
    }
}
