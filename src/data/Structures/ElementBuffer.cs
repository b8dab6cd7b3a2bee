using System;
using System.Buffers.Binary;

namespace Hexad.Structures;

/// <summary>
/// Items of a collection as raw bytes, one after the other, on their way to a snapshot. What an item is:
///
/// <code>
/// set         member
/// hash        field, value, expiry i64                  in Unix milliseconds, 0 if the field does not expire
/// sorted set  member, score f64
/// list        kind u8 (1 plain, 2 packed), node's bytes
/// stream      see StreamTree
/// bytes       length u32, bytes                         all numbers with the little end first
/// </code>
/// </summary>
public sealed class ElementBuffer
{
    private byte[] _bytes = new byte[4096];

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    /// <summary>How many items were counted by <see cref="EndItem"/>.</summary>
    public int Count { get; private set; }

    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Length = Count = 0;
        if (_bytes.Length > 4 << 20) _bytes = new byte[4096];
    }

    /// <summary>Adds bytes with their length before them.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Room(4 + bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Length), bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length + 4));
        Length += 4 + bytes.Length;
    }

    /// <summary>Adds bytes as they are, with no length before them: a block that is a whole value.</summary>
    public void AddRaw(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Adds one byte.</summary>
    public void Add(byte value)
    {
        Room(1);
        _bytes[Length++] = value;
    }

    /// <summary>Adds a 64-bit integer.</summary>
    public void Add(long value)
    {
        Room(8);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    /// <summary>Adds a double.</summary>
    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    /// <summary>An item is complete.</summary>
    public void EndItem() => Count++;

    private void Room(int size)
    {
        if (_bytes.Length - Length < size) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)Length + size)));
    }
}

/// <summary>Reads what an <see cref="ElementBuffer"/> holds.</summary>
public ref struct ElementReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether all has been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Bytes that were added with their length.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        ReadOnlySpan<byte> taken = _rest.Slice(4, length);
        _rest = _rest[(4 + length)..];
        return taken;
    }

    /// <summary>One byte.</summary>
    public byte Byte()
    {
        byte taken = _rest[0];
        _rest = _rest[1..];
        return taken;
    }

    /// <summary>A 64-bit integer.</summary>
    public long Int64()
    {
        long taken = BinaryPrimitives.ReadInt64LittleEndian(_rest);
        _rest = _rest[8..];
        return taken;
    }

    /// <summary>A double.</summary>
    public double Double() => BitConverter.Int64BitsToDouble(Int64());
}
