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
        foreach (ulong word in words) value = (BitOperations.RotateLeft(value, 23) ^ word) * Multiplier;
        foreach (byte b in bytes[(words.Length * 8)..]) value = (BitOperations.RotateLeft(value, 23) ^ b) * Multiplier;
        Value = value;
    }
}
