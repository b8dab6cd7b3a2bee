// Writes values as RDB has them, out of what a snapshot tells (see SnapshotRecord and ElementBuffer).
//
//   string        String                            the digits of an integer, or bytes, maybe compressed
//   packed        Set, sorted set, hash: one string that is the packed value's block
//   list          ListQuicklist2: nodes, then for each: 1 plain or 2 packed, string
//   set           Set: members, then the strings; from version 11 on a listpack is one string
//   hash          Hash: fields, then field and value
//                 of which fields expire: first expiry, fields, then expiry, field and value; or first expiry, block (Redis 7.4)
//   stream        see RdbStreamReader
//   sorted set    SortedSet2: members, then member and score (8 bytes, little end first)
//
// What is written depends on the form. Version 10, which Redis 7.0 reads, knows no set in a listpack (its members are written one
// by one; who reads it packs it again) and not when a stream's consumer was last active. Versions before 12 know no fields that
// expire: a hash that had some, and has none any more, is written without them.
using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Writes values to a buffer in one form: <see cref="Begin"/>, then the value's bytes in one or more parts.</summary>
internal readonly struct RdbValueWriter(RdbForm form)
{
    private const int PlainNode = 1, PackedNode = 2;
    private const ulong TableBaseMs = 1;

    /// <summary>The type number of a value.</summary>
    public byte TypeOf(ObjectType type, ObjectEncoding encoding) => (type, encoding) switch
    {
        (ObjectType.String, _) => RdbType.String,
        (ObjectType.List, _) => RdbType.ListQuicklist2,
        (ObjectType.Set, ObjectEncoding.IntegerSet) => RdbType.SetIntegerSet,
        (ObjectType.Set, ObjectEncoding.Listpack) when form.IsOf72 => RdbType.SetListpack,
        (ObjectType.Set, _) => RdbType.Set,
        (ObjectType.SortedSet, ObjectEncoding.Listpack) => RdbType.SortedSetListpack,
        (ObjectType.SortedSet, _) => RdbType.SortedSet2,
        (ObjectType.Hash, ObjectEncoding.Listpack) => RdbType.HashListpack,
        (ObjectType.Hash, ObjectEncoding.HashTable) => RdbType.Hash,
        (ObjectType.Stream, _) => form.IsOf72 ? RdbType.StreamListpacks3 : RdbType.StreamListpacks2,
        (ObjectType.Hash, _) when !form.HoldsExpiringFields => RdbType.Hash,
        (ObjectType.Hash, ObjectEncoding.ListpackWithExpiry) => RdbType.HashListpackWithExpiry,
        (ObjectType.Hash, ObjectEncoding.HashTableWithExpiry) => RdbType.HashWithExpiry,
        _ => throw new InvalidOperationException($"RDB has no form for a {type} as {encoding}"),
    };

    /// <summary>Writes what stands before the first part: the number of items, for those that have one.</summary>
    public void Begin(RdbBuffer buffer, ObjectType type, ObjectEncoding encoding, long items, ReadOnlySpan<byte> firstPart)
    {
        if (type == ObjectType.Hash && !form.HoldsExpiringFields && encoding != ObjectEncoding.Listpack)
        {
            buffer.LengthOf(encoding == ObjectEncoding.ListpackWithExpiry ? ExpiringPack.CountOf(firstPart) : items);
            return;
        }

        // Of a table the first expiry is not known here; that any earlier time will do as well, each field tells its own from there.
        if (encoding == ObjectEncoding.HashTableWithExpiry) buffer.Int64(TableBaseMs);
        if (encoding == ObjectEncoding.ListpackWithExpiry) buffer.Int64((ulong)ExpiringPack.FirstExpiryOf(firstPart));
        if (encoding >= ObjectEncoding.HashTable) buffer.LengthOf(items);
        else if (type == ObjectType.List) buffer.LengthOf(1);
        else if (type == ObjectType.Set && encoding == ObjectEncoding.Listpack && !form.IsOf72) buffer.LengthOf(Listpack.Count(firstPart));
    }

    /// <summary>Writes one part of a value.</summary>
    public void Part(RdbBuffer buffer, ObjectType type, ObjectEncoding encoding, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case ObjectType.String when encoding == ObjectEncoding.Int:
                buffer.String(BinaryPrimitives.ReadInt64LittleEndian(bytes));
                break;
            case ObjectType.List when encoding == ObjectEncoding.Listpack:
                buffer.LengthOf((long)ListNodeKind.Packed);
                buffer.String(bytes);
                break;
            case ObjectType.Set when encoding == ObjectEncoding.Listpack && !form.IsOf72:
                Unpacked(buffer, bytes);
                break;
            case ObjectType.List when encoding == ObjectEncoding.Quicklist:
                Nodes(buffer, bytes);
                break;
            case ObjectType.Set when encoding == ObjectEncoding.HashTable:
                Strings(buffer, bytes);
                break;
            case ObjectType.Hash when encoding == ObjectEncoding.HashTable:
                Fields(buffer, bytes);
                break;
            case ObjectType.Stream:
                RdbStreamWriter.Part(buffer, bytes, withActiveTimes: form.IsOf72);
                break;
            case ObjectType.Hash when encoding == ObjectEncoding.ListpackWithExpiry && !form.HoldsExpiringFields:
                UnpackedFields(buffer, bytes);
                break;
            case ObjectType.Hash when encoding == ObjectEncoding.HashTableWithExpiry && !form.HoldsExpiringFields:
                Fields(buffer, bytes);
                break;
            case ObjectType.Hash when encoding == ObjectEncoding.HashTableWithExpiry:
                ExpiringFields(buffer, bytes);
                break;
            case ObjectType.SortedSet when encoding == ObjectEncoding.SkipList:
                Scored(buffer, bytes);
                break;
            default:
                buffer.String(bytes);
                break;
        }
    }

    private static void Unpacked(RdbBuffer buffer, ReadOnlySpan<byte> pack)
    {
        Span<byte> digits = stackalloc byte[24];
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at)) buffer.String(Listpack.Read(pack, at).WriteText(digits));
    }

    private static void UnpackedFields(RdbBuffer buffer, ReadOnlySpan<byte> pack)
    {
        Span<byte> digits = stackalloc byte[24];
        for (int at = Listpack.First(pack); at != Listpack.None;)
        {
            buffer.String(Listpack.Read(pack, at).WriteText(digits));
            buffer.String(ExpiringPack.ValueAt(pack, at, out _, out at).WriteText(digits));
        }
    }

    private static void Nodes(RdbBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            var kind = (ListNodeKind)reader.Byte();
            Invariant.That(kind is ListNodeKind.Plain or ListNodeKind.Packed);
            buffer.LengthOf((long)kind);
            buffer.String(reader.Bytes());
        }
    }

    private static void Strings(RdbBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;) buffer.String(reader.Bytes());
    }

    private static void Fields(RdbBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            buffer.String(reader.Bytes());
            buffer.String(reader.Bytes());
            reader.Int64();
        }
    }

    private static void ExpiringFields(RdbBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            ReadOnlySpan<byte> field = reader.Bytes(), value = reader.Bytes();
            // The base is 1, and one more says that there is an expiry at all: so this is the time itself.
            buffer.LengthOf(reader.Int64());
            buffer.String(field);
            buffer.String(value);
        }
    }

    private static void Scored(RdbBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            buffer.String(reader.Bytes());
            buffer.Int64((ulong)reader.Int64());
        }
    }
}
