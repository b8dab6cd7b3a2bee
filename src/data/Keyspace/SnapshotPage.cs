using System;
using System.Buffers.Binary;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// Raw copies of keys and values, one record after the other in one buffer, that may be handed to a worker: nothing
/// in it points into the keyspace. Used again and again.
///
/// <code>
/// record:  total u32 | database u16 | slot u16 | type u8 | encoding u8 | has expiry u8 | parts u8 | access u32 | expiry i64 | key length u32 | items i64 | key | value
/// parts:   1 follows a part of the same value, 2 another part follows
/// </code>
///
/// A large collection comes in several records, one right after the other (in this page or the next ones).
/// </summary>
public sealed class SnapshotPage
{
    internal const int HeaderBytes = 36;
    internal const byte Continues = 1, HasMore = 2;

    private byte[] _bytes = new byte[64 * 1024];

    /// <summary>How many bytes the records take.</summary>
    public int Length { get; private set; }

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all records.</summary>
    public void Clear() => (Length, Count) = (0, 0);

    /// <summary>Goes over the records: <c>foreach (SnapshotRecord record in page)</c>.</summary>
    public Enumerator GetEnumerator() => new(_bytes.AsSpan(0, Length));

    /// <summary>Takes over another page's records; the other is empty afterwards and has this one's room.</summary>
    internal void Swap(SnapshotPage other)
    {
        (_bytes, other._bytes) = (other._bytes, _bytes);
        (Length, Count) = (other.Length, other.Count);
        other.Clear();
    }

    internal void Add(in SnapshotFacts facts, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, byte parts = 0)
    {
        int total = checked(HeaderBytes + key.Length + value.Length);
        if (_bytes.Length - Length < total) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)Length + total)));
        Span<byte> to = _bytes.AsSpan(Length, total);
        BinaryPrimitives.WriteInt32LittleEndian(to, total);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], (ushort)facts.Database);
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], (ushort)facts.Slot);
        to[8] = (byte)facts.Type;
        to[9] = (byte)facts.Encoding;
        to[10] = facts.HasExpiry ? (byte)1 : (byte)0;
        to[11] = parts;
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], facts.Access);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], facts.ExpiryMs);
        BinaryPrimitives.WriteInt32LittleEndian(to[24..], key.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[28..], facts.Items);
        key.CopyTo(to[HeaderBytes..]);
        value.CopyTo(to[(HeaderBytes + key.Length)..]);
        Length += total;
        Count++;
    }

    /// <summary>Walks over the records of a page.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private ReadOnlySpan<byte> _record;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        /// <summary>The record at hand.</summary>
        public readonly SnapshotRecord Current => new(_record);

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

/// <summary>What a snapshot tells about a key beside its name and value.</summary>
internal readonly record struct SnapshotFacts(
    int Database, int Slot, ObjectType Type, ObjectEncoding Encoding, uint Access, bool HasExpiry, long ExpiryMs, long Items);

/// <summary>One key of a snapshot, or a part of one, as raw bytes.</summary>
public readonly ref struct SnapshotRecord
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal SnapshotRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The database that the key was in.</summary>
    public int Database => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[4..]);

    /// <summary>The key's slot in cluster mode, else 0.</summary>
    public SlotIndex Slot => new(BinaryPrimitives.ReadUInt16LittleEndian(_bytes[6..]));

    /// <summary>What kind of value it is.</summary>
    public ObjectType Type => (ObjectType)_bytes[8];

    /// <summary>How <see cref="Value"/> is to be read.</summary>
    public ObjectEncoding Encoding => (ObjectEncoding)_bytes[9];

    /// <summary>Whether the value begins here; else this is a further part of the record before.</summary>
    public bool IsFirst => (_bytes[11] & SnapshotPage.Continues) == 0;

    /// <summary>Whether the value ends here; else the next record is a further part of it.</summary>
    public bool IsLast => (_bytes[11] & SnapshotPage.HasMore) == 0;

    /// <summary>Of a collection: how many items all parts have together (see <see cref="ElementBuffer"/>).</summary>
    public long ItemCount => BinaryPrimitives.ReadInt64LittleEndian(_bytes[28..]);

    /// <summary>Whether the key had an expiry.</summary>
    public bool HasExpiry => _bytes[10] != 0;

    /// <summary>When the key expires, if it does.</summary>
    public UnixMs Expiry => new(BinaryPrimitives.ReadInt64LittleEndian(_bytes[16..]));

    /// <summary>Seconds the key was idle when it was copied, if the policy was not LFU.</summary>
    public uint IdleSeconds => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[12..]);

    /// <summary>The key's counter of use when it was copied, 0 to 255, if the policy was LFU.</summary>
    public byte Frequency => _bytes[12];

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _bytes.Slice(SnapshotPage.HeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(_bytes[24..]));

    /// <summary>The value, or a part of it: a packed value's block, a collection's items (see <see cref="ElementBuffer"/>), a string's bytes, or with <see cref="ObjectEncoding.Int"/> the integer as 8 bytes, little end first.</summary>
    public ReadOnlySpan<byte> Value => _bytes[(SnapshotPage.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(_bytes[24..]))..];
}
