// SHA-1 (FIPS 180-4), for digests that servers compare with each other. Not for secrets.
using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Hexad.Core;

/// <summary>SHA-1 of bytes that are at hand.</summary>
public static class Sha1
{
    /// <summary>How many bytes a digest has.</summary>
    public const int Length = 20;

    private const int BlockBytes = 64;

    /// <summary>Writes the digest of <paramref name="data"/> to the first 20 bytes of <paramref name="digest"/>.</summary>
    public static void Of(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];
        ulong bits = (ulong)data.Length * 8;
        for (; data.Length >= BlockBytes; data = data[BlockBytes..]) Block(state, data[..BlockBytes]);
        Span<byte> tail = stackalloc byte[2 * BlockBytes];
        tail.Clear();
        data.CopyTo(tail);
        tail[data.Length] = 0x80;
        int length = data.Length < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteUInt64BigEndian(tail[(length - 8)..], bits);
        for (int at = 0; at < length; at += BlockBytes) Block(state, tail.Slice(at, BlockBytes));
        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], state[i]);
    }

    private static void Block(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[80];
        for (int i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        for (int i = 16; i < 80; i++) w[i] = BitOperations.RotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        (uint a, uint b, uint c, uint d, uint e) = (state[0], state[1], state[2], state[3], state[4]);
        for (int i = 0; i < 80; i++)
        {
            (uint f, uint k) = i switch
            {
                < 20 => ((b & c) | (~b & d), 0x5A827999u),
                < 40 => (b ^ c ^ d, 0x6ED9EBA1u),
                < 60 => ((b & c) | (b & d) | (c & d), 0x8F1BBCDCu),
                _ => (b ^ c ^ d, 0xCA62C1D6u),
            };
            uint next = BitOperations.RotateLeft(a, 5) + f + e + k + w[i];
            (e, d, c, b, a) = (d, c, BitOperations.RotateLeft(b, 30), a, next);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}
