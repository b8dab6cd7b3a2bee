using System;

namespace Hexad.Core;

/// <summary>
/// CRC16 as Redis Cluster hashes keys: CCITT, XMODEM variant (polynomial 0x1021, start 0, no reflection, no final
/// xor; check value of "123456789" is 0x31C3).
/// </summary>
public static class Crc16
{
    private static readonly ushort[] Table = MakeTable();

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static ushort Of(ReadOnlySpan<byte> bytes)
    {
        ushort[] table = Table;
        uint crc = 0;
        foreach (byte b in bytes) crc = (crc << 8) ^ table[((crc >> 8) ^ b) & 0xFF];
        return (ushort)crc;
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            uint crc = (uint)i << 8;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            table[i] = (ushort)crc;
        }

        return table;
    }
}
