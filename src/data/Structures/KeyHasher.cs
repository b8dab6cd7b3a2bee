using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", with one compression and three
/// finalisation rounds) under a key of 128 random bits: whoever does not know the key cannot make keys collide, so
/// that no client can turn a table into a list. About 10 ns for a key of 16 bytes.
/// </summary>
public readonly struct KeyHasher
{
    private readonly ulong _k0;
    private readonly ulong _k1;

    /// <summary>A hasher under a random key.</summary>
    public KeyHasher(Dice dice) : this(dice.Next(), dice.Next())
    {
    }

    /// <summary>A hasher under this key.</summary>
    public KeyHasher(ulong k0, ulong k1) => (_k0, _k1) = (k0, k1);

    /// <summary>The hash of some bytes: all 64 bits of it are good.</summary>
    public ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var state = new State(_k0, _k1);
        ulong last = (ulong)bytes.Length << 56;
        ref byte at = ref MemoryMarshal.GetReference(bytes);
        int whole = bytes.Length & ~7;
        for (int i = 0; i < whole; i += 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i));
            if (!BitConverter.IsLittleEndian) word = BinaryPrimitives.ReverseEndianness(word);
            state.V3 ^= word;
            state.Round();
            state.V0 ^= word;
        }

        last |= Tail(bytes[whole..]);
        state.V3 ^= last;
        state.Round();
        state.V0 ^= last;
        state.V2 ^= 0xFF;
        state.Round();
        state.Round();
        state.Round();
        return state.V0 ^ state.V1 ^ state.V2 ^ state.V3;
    }

    /// <summary>SipHash with any numbers of rounds, written plainly: what tests compare with the published vectors and with <see cref="Hash"/>.</summary>
    internal static ulong HashPlainly(ulong k0, ulong k1, ReadOnlySpan<byte> bytes, int compressionRounds, int finalRounds)
    {
        var state = new State(k0, k1);
        var padded = new byte[(bytes.Length / 8 + 1) * 8];
        bytes.CopyTo(padded);
        padded[^1] = (byte)bytes.Length;
        for (int i = 0; i < padded.Length; i += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(i));
            state.V3 ^= word;
            for (int round = 0; round < compressionRounds; round++) state.Round();
            state.V0 ^= word;
        }

        state.V2 ^= 0xFF;
        for (int round = 0; round < finalRounds; round++) state.Round();
        return state.V0 ^ state.V1 ^ state.V2 ^ state.V3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        ulong word = 0;
        for (int i = bytes.Length - 1; i >= 0; i--) word = word << 8 | bytes[i];
        return word;
    }

    private struct State
    {
        public ulong V0, V1, V2, V3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public State(ulong k0, ulong k1)
        {
            V0 = k0 ^ 0x736F6D6570736575;
            V1 = k1 ^ 0x646F72616E646F6D;
            V2 = k0 ^ 0x6C7967656E657261;
            V3 = k1 ^ 0x7465646279746573;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round()
        {
            V0 += V1;
            V2 += V3;
            V1 = BitOperations.RotateLeft(V1, 13) ^ V0;
            V3 = BitOperations.RotateLeft(V3, 16) ^ V2;
            V0 = BitOperations.RotateLeft(V0, 32);
            V2 += V1;
            V0 += V3;
            V1 = BitOperations.RotateLeft(V1, 17) ^ V2;
            V3 = BitOperations.RotateLeft(V3, 21) ^ V0;
            V2 = BitOperations.RotateLeft(V2, 32);
        }
    }
}
