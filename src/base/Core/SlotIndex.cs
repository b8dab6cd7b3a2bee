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

    /// <summary>
    /// Whether all keys that a glob-style pattern matches have one slot: when it has a hash tag before anything that
    /// stands for other characters, or nothing at all that does.
    /// </summary>
    public static bool TryOfPattern(ReadOnlySpan<byte> pattern, out SlotIndex slot)
    {
        int end = pattern.IndexOfAny("*?[\\"u8);
        ReadOnlySpan<byte> literal = end < 0 ? pattern : pattern[..end];
        int open = literal.IndexOf((byte)'{');
        bool hasTag = open >= 0 && literal[(open + 1)..].IndexOf((byte)'}') > 0;
        slot = Of(literal);
        return end < 0 || hasTag;
    }

    public override string ToString() => Value.ToString();
}
