using System;
using Hexad.Core;

namespace Hexad.Keyspace;

/// <summary>
/// A list of keys copied out of the keyspace, so that the keyspace may change while they are used. Made once and
/// used again and again: it keeps its room.
/// </summary>
public sealed class KeyBuffer
{
    private byte[] _bytes = new byte[1024];
    private int[] _ends = new int[64];

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The key at <paramref name="index"/>; valid until the next <see cref="Add"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            Invariant.That((uint)index < (uint)Count);
            int start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear() => Count = 0;

    /// <summary>Forgets the keys from <paramref name="count"/> on.</summary>
    public void Truncate(int count)
    {
        Invariant.That(count <= Count);
        Count = count;
    }

    /// <summary>Adds a copy of <paramref name="key"/>.</summary>
    public void Add(ReadOnlySpan<byte> key)
    {
        int start = Count == 0 ? 0 : _ends[Count - 1];
        if (_bytes.Length - start < key.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(start + key.Length)));
        if (_ends.Length == Count) Array.Resize(ref _ends, Count * 2);
        key.CopyTo(_bytes.AsSpan(start));
        _ends[Count++] = start + key.Length;
    }
}

/// <summary>Called for each entry of a walk over keys. Must not change the keyspace.</summary>
public interface IEntryVisitor
{
    /// <summary>Sees one entry; false ends the walk.</summary>
    bool Visit(EntryRef entry);
}
