using System;
using System.Buffers.Binary;

namespace Hexad.Core;

/// <summary>
/// CRC-64 as RDB files and DUMP payloads end in: the Jones polynomial 0xAD93D23594C935A9, reflected, start 0, no final
/// xor; the check value of "123456789" is 0xE9C6D914C4B8D9CA. Eight bytes are taken at a time, each through a table
/// of its own, which makes one byte cost about half a nanosecond.
/// </summary>
public static class Crc64
{
    private const ulong ReflectedPolynomial = 0x95AC9329AC4BC9B5;
    private static readonly ulong[] Tables = MakeTables();

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => Continue(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> stands for, followed by <paramref name="bytes"/>.</summary>
    public static ulong Continue(ulong crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> t = Tables;
        while (bytes.Length >= 8)
        {
            ulong x = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = t[(7 << 8) + (int)(x & 0xFF)]
                ^ t[(6 << 8) + (int)((x >> 8) & 0xFF)]
                ^ t[(5 << 8) + (int)((x >> 16) & 0xFF)]
                ^ t[(4 << 8) + (int)((x >> 24) & 0xFF)]
                ^ t[(3 << 8) + (int)((x >> 32) & 0xFF)]
                ^ t[(2 << 8) + (int)((x >> 40) & 0xFF)]
                ^ t[(1 << 8) + (int)((x >> 48) & 0xFF)]
                ^ t[(int)(x >> 56)];
            bytes = bytes[8..];
        }

        foreach (byte b in bytes) crc = t[(int)((crc ^ b) & 0xFF)] ^ (crc >> 8);
        return crc;
    }

    private static ulong[] MakeTables()
    {
        var tables = new ulong[8 * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong crc = (ulong)i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++) tables[i] = tables[(int)(tables[i - 256] & 0xFF)] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
