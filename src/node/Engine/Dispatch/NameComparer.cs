using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>
/// Compares names that clients choose (keys, channels) byte by byte, for dictionaries that are asked with spans. The
/// hash is keyed, so that nobody can choose names that collide.
/// </summary>
internal sealed class NameComparer(Dice dice) : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private readonly KeyHasher _hasher = new(dice);

    public bool Equals(byte[]? first, byte[]? second) => first.AsSpan().SequenceEqual(second);

    public bool Equals(ReadOnlySpan<byte> name, byte[] other) => name.SequenceEqual(other);

    public int GetHashCode(byte[] name) => (int)_hasher.Hash(name);

    public int GetHashCode(ReadOnlySpan<byte> name) => (int)_hasher.Hash(name);

    public byte[] Create(ReadOnlySpan<byte> name) => name.ToArray();
}
