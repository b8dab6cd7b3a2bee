using System;

namespace Hexad.Core;

/// <summary>A hash slot, 0 to 16383.</summary>
public readonly record struct SlotIndex(ushort Value)
{
    /// <summary>How many hash slots a cluster has.</summary>
    public const int Count = 16384;

    /// <summary>
    /// The slot of a key: CRC16 (XMODEM) of the key modulo 16384, or of its hash tag, the bytes between the first
    /// '{' and the first '}' after it, when there is one and it is not empty (Redis Cluster specification, "Hash tags").
    /// </summary>
    public static SlotIndex Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            ReadOnlySpan<byte> rest = key[(open + 1)..];
            int close = rest.IndexOf((byte)'}');
            if (close > 0) key = rest[..close];
        }

        return new SlotIndex((ushort)(Crc16.Of(key) & (Count - 1)));
    }

    public override string ToString() => Value.ToString();
}
