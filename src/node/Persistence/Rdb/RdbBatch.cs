using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>
/// Keys decoded from a file, one record after the other in one buffer, on their way from the worker that decodes to
/// the node that stores them.
///
/// <code>
/// record:  total u32 | database u32 | type u8 | facts u8 | frequency u8 | encoding u8 | key length u32 | expiry i64 | idle i64 | items i64 | key | value
/// </code>
///
/// A value of many elements comes in several records, one right after the other, in this batch or the next ones.
/// </summary>
public sealed class RdbBatch
{
    internal const int HeaderBytes = 40;
    internal const byte HasExpiry = 1, HasIdle = 2, HasFrequency = 4, Continues = 8, HasMore = 16;

    private byte[] _bytes = new byte[64 * 1024];
    private int _begun;

    /// <summary>How many bytes the records take.</summary>
    public int Length { get; private set; }

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all records.</summary>
    public void Clear()
    {
        Length = Count = 0;
        if (_bytes.Length > 4 << 20) _bytes = new byte[64 * 1024];
    }

    /// <summary>Goes over the records.</summary>
    public Enumerator GetEnumerator() => new(_bytes.AsSpan(0, Length));

    /// <summary>Begins a record; its value follows by <see cref="Append"/> and <see cref="Finish"/>.</summary>
    internal void Begin(int database, ObjectType type, ObjectEncoding encoding, in RdbKeyFacts facts, ReadOnlySpan<byte> key, long items = 1, bool isFirst = true)
    {
        _begun = Length;
        Room(HeaderBytes + key.Length);
        Span<byte> to = _bytes.AsSpan(Length);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], database);
        to[8] = (byte)type;
        to[9] = (byte)((facts.ExpiryMs is null ? 0 : HasExpiry) | (facts.IdleSeconds is null ? 0 : HasIdle) | (facts.Frequency is null ? 0 : HasFrequency) | (isFirst ? 0 : Continues));
        to[10] = facts.Frequency ?? 0;
        to[11] = (byte)encoding;
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], facts.ExpiryMs ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], facts.IdleSeconds ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], items);
        key.CopyTo(to[HeaderBytes..]);
        Length += HeaderBytes + key.Length;
    }

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    internal void Finish(bool hasMore = false)
    {
        if (hasMore) _bytes[_begun + 9] |= HasMore;
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_begun), Length - _begun);
        Count++;
    }

    private void Room(int size)
    {
        if (_bytes.Length - Length < size) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)Length + size)));
    }

    /// <summary>Walks over the records of a batch.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private ReadOnlySpan<byte> _record;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        /// <summary>The record at hand.</summary>
        public readonly RdbRecord Current => new(_record);

        /// <summary>Goes to the next record; false when there is none.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            int total = BinaryPrimitives.ReadInt32LittleEndian(_rest);
            _record = _rest[..total];
            _rest = _rest[total..];
            return true;
        }
    }
}

/// <summary>What stands before a key in the file.</summary>
internal struct RdbKeyFacts
{
    public long? ExpiryMs;
    public long? IdleSeconds;
    public byte? Frequency;

    /// <summary>Whether anything is known.</summary>
    public readonly bool IsAny => ExpiryMs is not null || IdleSeconds is not null || Frequency is not null;
}

/// <summary>One key of a batch.</summary>
public readonly ref struct RdbRecord
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal RdbRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The database it belongs to; the file's word, not checked against how many there are.</summary>
    public int Database => BinaryPrimitives.ReadInt32LittleEndian(_bytes[4..]);

    /// <summary>What kind of value it is.</summary>
    public ObjectType Type => (ObjectType)_bytes[8];

    /// <summary>How <see cref="Value"/> is to be read: a string's bytes (whatever the encoding), a packed value's block, or items.</summary>
    public ObjectEncoding Encoding => (ObjectEncoding)_bytes[11];

    /// <summary>Whether the value begins here; else this is a further part of the record before.</summary>
    public bool IsFirst => (_bytes[9] & RdbBatch.Continues) == 0;

    /// <summary>Whether the value ends here; else the next record is a further part of it.</summary>
    public bool IsLast => (_bytes[9] & RdbBatch.HasMore) == 0;

    /// <summary>How many elements all parts have together by the file's word, which is not checked.</summary>
    public long ItemCount => BinaryPrimitives.ReadInt64LittleEndian(_bytes[32..]);

    /// <summary>When it expires; false when never.</summary>
    public bool TryGetExpiry(out UnixMs expiry)
    {
        expiry = new UnixMs(BinaryPrimitives.ReadInt64LittleEndian(_bytes[16..]));
        return (_bytes[9] & RdbBatch.HasExpiry) != 0;
    }

    /// <summary>Seconds for which it was idle when it was saved; false when the file does not say.</summary>
    public bool TryGetIdle(out long seconds)
    {
        seconds = BinaryPrimitives.ReadInt64LittleEndian(_bytes[24..]);
        return (_bytes[9] & RdbBatch.HasIdle) != 0;
    }

    /// <summary>Its counter of use, 0 to 255; false when the file does not say.</summary>
    public bool TryGetFrequency(out int frequency)
    {
        frequency = _bytes[10];
        return (_bytes[9] & RdbBatch.HasFrequency) != 0;
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _bytes.Slice(RdbBatch.HeaderBytes, KeyLength);

    /// <summary>The value or a part of it: a string's bytes, a packed value's block, or items (see <see cref="ElementBuffer"/>; a list may also have single elements: kind 0 and bytes).</summary>
    public ReadOnlySpan<byte> Value => _bytes[(RdbBatch.HeaderBytes + KeyLength)..];

    private int KeyLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes[12..]);
}
