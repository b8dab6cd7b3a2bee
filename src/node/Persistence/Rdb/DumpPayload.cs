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

    /// <summary>The payload of a string; valid until the next call. (Compressed as files are: <paramref name="compress"/>.)</summary>
    public ReadOnlySpan<byte> OfString(ReadOnlySpan<byte> value, bool compress = true)
    {
        _buffer.Clear();
        _buffer.Compresses = compress;
        _buffer.Byte(RdbType.String);
        _buffer.String(value);
        _buffer.Int16(RdbVersion.Written);
        _buffer.Int64(Crc64.Of(_buffer.Written));
        return _buffer.Written;
    }

    /// <summary>
    /// Reads a payload: the type and bytes of its value. With <paramref name="checksChecksum"/> false its checksum is not
    /// looked at.
    /// </summary>
    public PayloadFault Read(ReadOnlySpan<byte> payload, bool checksChecksum, out ObjectType type, out ReadOnlySpan<byte> value)
    {
        type = ObjectType.String;
        value = default;
        if (payload.Length < FooterBytes) return PayloadFault.BadVersionOrChecksum;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        if (!RdbVersion.IsReadable(BinaryPrimitives.ReadUInt16LittleEndian(footer))) return PayloadFault.BadVersionOrChecksum;
        ulong stored = BinaryPrimitives.ReadUInt64LittleEndian(footer[2..]);
        if (checksChecksum && stored != Crc64.Of(payload[..^8])) return PayloadFault.BadVersionOrChecksum;
        var cursor = new RdbCursor(payload[..^FooterBytes]);
        if (cursor.Byte() != RdbType.String) return PayloadFault.BadFormat;
        value = cursor.String(_digits);
        return cursor.IsGood && cursor.Place == payload.Length - FooterBytes ? PayloadFault.None : PayloadFault.BadFormat;
    }
}
