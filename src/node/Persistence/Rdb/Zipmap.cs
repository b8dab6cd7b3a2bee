// Reads zipmaps, in which servers before Redis 2.6 kept small hashes.
//
//   zipmap   entries u8 | (length field, length free u8 value free bytes)* | 0xFF
//   length   1 byte below 254, or 254 and u32, little end first
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Unpacks zipmaps that nobody has checked.</summary>
internal static class Zipmap
{
    private const byte End = 0xFF, LongLength = 0xFE;

    /// <summary>Adds the fields and values to <paramref name="items"/>; false when the bytes are no zipmap, hold nothing (no writer left that behind), or a field comes twice.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> bytes, ElementBuffer items)
    {
        var fields = new HashSet<string>(StringComparer.Ordinal);
        if (bytes.Length < 2 || bytes[^1] != End) return false;
        int count = bytes[0], seen = 0;
        ReadOnlySpan<byte> rest = bytes[1..^1];
        while (!rest.IsEmpty)
        {
            if (!TryLength(ref rest, out long length) || rest.Length < length) return false;
            ReadOnlySpan<byte> field = rest[..(int)length];
            rest = rest[(int)length..];
            if (!TryLength(ref rest, out length) || rest.IsEmpty) return false;
            int free = rest[0];
            rest = rest[1..];
            if (rest.Length < length + free) return false;
            if (!fields.Add(System.Text.Encoding.Latin1.GetString(field))) return false;
            items.Add(field);
            items.Add(rest[..(int)length]);
            items.Add(0L); // No field of that time expires.
            rest = rest[(int)(length + free)..];
            seen++;
        }

        return seen > 0 && (count >= LongLength || count == seen);
    }

    private static bool TryLength(ref ReadOnlySpan<byte> rest, out long length)
    {
        length = 0;
        if (rest.IsEmpty) return false;
        byte first = rest[0];
        rest = rest[1..];
        if (first < LongLength)
        {
            length = first;
            return true;
        }

        if (first == End || rest.Length < 4) return false;
        length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        rest = rest[4..];
        return true;
    }
}
