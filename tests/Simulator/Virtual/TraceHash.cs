using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// A running hash over everything that happens in a world: event times, who was called, every byte delivered. Two runs
/// of one seed must end with the same value; a difference means that something outside the seed decided.
/// </summary>
public sealed class TraceHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>The hash so far.</summary>
    public ulong Value { get; private set; } = 0x243F6A8885A308D3;

    /// <summary>Mixes a number in.</summary>
    public void Add(long number) => Value = (BitOperations.RotateLeft(Value, 23) ^ (ulong)number) * Multiplier;

    /// <summary>Mixes bytes in, eight at a time.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        ulong value = Value ^ (ulong)bytes.Length;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        bytes = bytes[(words.Length * 8)..];
        if (words.Length >= 8) value = Lanes(ref words, value);
        foreach (ulong word in words) value = (BitOperations.RotateLeft(value, 23) ^ word) * Multiplier;
        foreach (byte b in bytes) value = (BitOperations.RotateLeft(value, 23) ^ b) * Multiplier;
        Value = value;
    }

    /// <summary>Four words at a time, each in a lane of its own: a multiplication need not wait for the one before.</summary>
    private static ulong Lanes(ref ReadOnlySpan<ulong> words, ulong value)
    {
        ulong a = value, b = value + 1, c = value + 2, d = value + 3;
        for (; words.Length >= 4; words = words[4..])
        {
            a = (BitOperations.RotateLeft(a, 23) ^ words[0]) * Multiplier;
            b = (BitOperations.RotateLeft(b, 23) ^ words[1]) * Multiplier;
            c = (BitOperations.RotateLeft(c, 23) ^ words[2]) * Multiplier;
            d = (BitOperations.RotateLeft(d, 23) ^ words[3]) * Multiplier;
        }

        return ((((a * Multiplier) ^ b) * Multiplier ^ c) * Multiplier ^ d) * Multiplier;
    }
}
