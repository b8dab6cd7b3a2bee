using System;

namespace Hexad.Core;

/// <summary>
/// CRC16 as Redis Cluster hashes keys: CCITT, XMODEM variant (polynomial 0x1021, start 0, no reflection, no final
/// xor; check value of "123456789" is 0x31C3).
///
/// Eight bytes are taken at a time: each has a table of what it contributes when so many bytes follow, so the eight
/// look-ups do not wait for each other. Every key of a cluster is hashed at least once, mostly 8 to 40 bytes of it.
/// </summary>
public static class Crc16
{
    private const int Lanes = 8;
    private const int LaneLength = 256;

    private static readonly ushort[] Table = MakeTable();

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static ushort Of(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ushort> table = Table.AsSpan(0, Lanes * LaneLength);
        uint crc = 0;
        while (bytes.Length >= Lanes)
        {
            crc = (uint)(table[7 * LaneLength + (bytes[0] ^ (int)(crc >> 8))] ^ table[6 * LaneLength + (bytes[1] ^ (int)(crc & 0xFF))]
                ^ table[5 * LaneLength + bytes[2]] ^ table[4 * LaneLength + bytes[3]]
                ^ table[3 * LaneLength + bytes[4]] ^ table[2 * LaneLength + bytes[5]]
                ^ table[LaneLength + bytes[6]] ^ table[bytes[7]]);
            bytes = bytes[Lanes..];
        }

        foreach (byte b in bytes) crc = ((crc << 8) ^ table[(int)(crc >> 8) ^ b]) & 0xFFFF;
        return (ushort)crc;
    }

    /// <summary>Row n has, for each byte, the checksum of that byte followed by n zeros.</summary>
    private static ushort[] MakeTable()
    {
        var table = new ushort[Lanes * LaneLength];
        for (int i = 0; i < LaneLength; i++)
        {
            uint crc = (uint)i << 8;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            table[i] = (ushort)crc;
        }

        for (int i = LaneLength; i < table.Length; i++)
        {
            ushort before = table[i - LaneLength];
            table[i] = (ushort)((before << 8) ^ table[before >> 8]);
        }

        return table;
    }
}
