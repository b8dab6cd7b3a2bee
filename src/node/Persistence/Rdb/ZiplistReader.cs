// Reads ziplists, in which servers before Redis 7.0 kept small lists, hashes and sorted sets.
//
//   ziplist  bytes u32 | offset of the last entry u32 | entries u16 | entry* | 0xFF
//   entry    previous length (1 byte, or 254 and 4 bytes) | form | bytes
//   form     00LLLLLL   01LLLLLL LLLLLLLL   10...... u32 big end first      text
//            C0 i16  D0 i32  E0 i64  F0 i24  FE i8  F1 to FD: 0 to 12       integer, little end first
using System;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Hexad.Persistence.Rdb;

/// <summary>Goes over the entries of a ziplist that nobody has checked.</summary>
internal ref struct ZiplistReader
{
    private const int HeaderBytes = 10;
    private const byte End = 0xFF, LongPrevious = 0xFE;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _count;
    private int _at;
    private int _last;
    private int _lastLength;
    private int _seen;

    /// <summary>A reader at the first entry.</summary>
    public ZiplistReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _at = _last = HeaderBytes;
        IsWhole = bytes.Length > HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == bytes.Length && bytes[^1] == End;
        _count = IsWhole ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : 0;
    }

    /// <summary>Whether size and end are right, so that there is something to read.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether something turned out to be wrong.</summary>
    public bool IsBad { get; private set; }

    /// <summary>The next entry's text; an integer's digits are written to <paramref name="scratch"/> (24 bytes). False at the end, or when the rest is bad.</summary>
    public bool TryNext(Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (IsBad) return false;
        int start = _at;
        if (_at == _bytes.Length - 1)
        {
            bool counted = _count == ushort.MaxValue || _count == _seen;
            bool tailRight = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]) == (_seen == 0 ? HeaderBytes : _last);
            IsBad = !counted || !tailRight;
            return false;
        }

        if (!TryPrevious(out uint previous) || previous != (_seen == 0 ? 0 : _lastLength) || !TryBody(scratch, out text)) return Bad();
        _last = start;
        _lastLength = _at - start;
        _seen++;
        return true;
    }

    private bool TryPrevious(out uint length)
    {
        length = _bytes[_at++];
        if (length < LongPrevious) return true;
        if (length == End || !Has(4)) return false;
        length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[_at..]);
        _at += 4;
        return true;
    }

    private bool TryBody(Span<byte> scratch, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!Has(1)) return false;
        byte form = _bytes[_at++];
        if (form < 0xC0) return TryText(form, out text);
        int width = form switch { 0xC0 => 2, 0xD0 => 4, 0xE0 => 8, 0xF0 => 3, 0xFE => 1, >= 0xF1 and <= 0xFD => 0, _ => -1 };
        if (width < 0 || !Has(width)) return false;
        ReadOnlySpan<byte> rest = _bytes[_at..];
        long value = width switch
        {
            2 => BinaryPrimitives.ReadInt16LittleEndian(rest),
            4 => BinaryPrimitives.ReadInt32LittleEndian(rest),
            8 => BinaryPrimitives.ReadInt64LittleEndian(rest),
            3 => rest[0] | rest[1] << 8 | (sbyte)rest[2] << 16,
            1 => (sbyte)rest[0],
            _ => (form & 15) - 1,
        };
        _at += width;
        Utf8Formatter.TryFormat(value, scratch, out int digits);
        text = scratch[..digits];
        return true;
    }

    private bool TryText(byte form, out ReadOnlySpan<byte> text)
    {
        text = default;
        long length = form & 63;
        if (form >> 6 == 1)
        {
            if (!Has(1)) return false;
            length = length << 8 | _bytes[_at++];
        }
        else if (form >> 6 == 2)
        {
            if (!Has(4)) return false;
            length = BinaryPrimitives.ReadUInt32BigEndian(_bytes[_at..]);
            _at += 4;
        }

        if (!Has(length)) return false;
        text = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    // The byte of the end must stay.
    private readonly bool Has(long bytes) => _bytes.Length - 1 - _at >= bytes;

    private bool Bad()
    {
        IsBad = true;
        return false;
    }
}
