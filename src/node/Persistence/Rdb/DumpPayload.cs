// The payload of DUMP and RESTORE: one value as RDB has it, the RDB version and a checksum.
//
//   payload = type value  version u16  crc64 u64        little end first; the checksum covers all before it
using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>What a payload came to.</summary>
public enum PayloadFault
{
    /// <summary>It is good.</summary>
    None,

    /// <summary>Its version is not one that we read, or its checksum is wrong.</summary>
    BadVersionOrChecksum,

    /// <summary>Its value means nothing, or is of a type that we cannot hold.</summary>
    BadFormat,
}

/// <summary>Reads and writes payloads.</summary>
public sealed class DumpPayload
{
    private const int FooterBytes = 10;
    private readonly RdbBuffer _buffer = new();
    private readonly byte[] _digits = new byte[16];
    private ObjectType _type;
    private ObjectEncoding _encoding;
    private RdbForm _written;

    /// <summary>Whether long strings are compressed, as in files.</summary>
    public bool Compresses
    {
        get => _buffer.Compresses;
        set => _buffer.Compresses = value;
    }

    /// <summary>After <see cref="PayloadFault.BadFormat"/>: what is wrong with the value, as far as anybody could say.</summary>
    public string Why { get; private set; } = "";

    /// <summary>The form of what is written, at least: a value that has none in it is written in the lowest that has one.</summary>
    public RdbForm Form { get; set; } = RdbForm.Lowest;

    /// <summary>Begins the payload of a value whose parts follow by <see cref="Part"/>; the first is needed here already.</summary>
    public void Begin(ObjectType type, ObjectEncoding encoding, long items, ReadOnlySpan<byte> firstPart)
    {
        _buffer.Clear();
        (_type, _encoding) = (type, encoding);
        bool expires = encoding == ObjectEncoding.HashTableWithExpiry || (encoding == ObjectEncoding.ListpackWithExpiry && ExpiringPack.FirstExpiryOf(firstPart) != 0);
        _written = expires ? Form.WithExpiringFields : Form;
        var writer = new RdbValueWriter(_written);
        _buffer.Byte(writer.TypeOf(type, encoding));
        writer.Begin(_buffer, type, encoding, items, firstPart);
    }

    /// <summary>Adds a part of the value (see <see cref="Keyspace.SnapshotRecord.Value"/>).</summary>
    public void Part(ReadOnlySpan<byte> part) => new RdbValueWriter(_written).Part(_buffer, _type, _encoding, part);

    /// <summary>Ends the payload; it is valid until the next begins.</summary>
    public ReadOnlySpan<byte> End()
    {
        _buffer.Int16((ushort)_written.Version);
        _buffer.Int64(Crc64.Of(_buffer.Written));
        return _buffer.Written;
    }

    /// <summary>Writes the checksum of a payload's other bytes into its last eight.</summary>
    public static void Seal(Span<byte> payload) => BinaryPrimitives.WriteUInt64LittleEndian(payload[^8..], Crc64.Of(payload[..^8]));

    /// <summary>
    /// Reads a payload: adds its value to <paramref name="batch"/> under an empty key, in one or more records. With
    /// <paramref name="checksChecksum"/> false its checksum is not looked at.
    /// </summary>
    public PayloadFault Read(ReadOnlySpan<byte> payload, bool checksChecksum, RdbBatch batch)
    {
        if (payload.Length < FooterBytes) return PayloadFault.BadVersionOrChecksum;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        int version = BinaryPrimitives.ReadUInt16LittleEndian(footer);
        if (!RdbVersion.IsReadable(version)) return PayloadFault.BadVersionOrChecksum;
        ulong stored = BinaryPrimitives.ReadUInt64LittleEndian(footer[2..]);
        if (checksChecksum && stored != Crc64.Of(payload[..^8])) return PayloadFault.BadVersionOrChecksum;
        var cursor = new RdbCursor(payload[..^FooterBytes]);
        byte code = cursor.Byte();
        bool isValue = cursor.IsGood && TryValue(code, version >= RdbVersion.OldestValkey ? RdbFlavour.Valkey : RdbFlavour.Redis, ref cursor, batch);
        Why = cursor.Why ?? $"The value of type {code} in a payload of {payload.Length} bytes means nothing from byte {cursor.Place} on.";
        return isValue && cursor.IsGood && cursor.Place == payload.Length - FooterBytes ? PayloadFault.None : PayloadFault.BadFormat;
    }

    private bool TryValue(byte code, RdbFlavour flavour, ref RdbCursor cursor, RdbBatch batch)
    {
        RdbKeyFacts none = default;
        if (code == RdbType.String)
        {
            ReadOnlySpan<byte> text = cursor.String(_digits);
            batch.Begin(0, ObjectType.String, ObjectEncoding.Raw, none, default);
            batch.Append(text);
            batch.Finish();
            return true;
        }

        if (!RdbValueReader.Knows(code, flavour)) return false;
        var value = new RdbValueReader();
        value.Begin(code, ref cursor);
        for (bool isFirst = true; value.IsOpen && cursor.IsGood; isFirst = false)
        {
            value.Read(ref cursor);
            if (!cursor.IsGood || value.WasEmpty) return false;
            batch.Begin(0, value.Type, value.Encoding, none, default, value.ItemCount, isFirst);
            batch.Append(value.Part);
            batch.Finish(hasMore: value.IsOpen);
        }

        return cursor.IsGood && !value.WasEmpty;
    }
}
