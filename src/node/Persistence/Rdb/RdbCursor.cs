// Reads the small parts that RDB is made of: lengths, strings, fixed numbers.
//
//   length   00LLLLLL                      6 bits
//            01LLLLLL LLLLLLLL             14 bits, big end first
//            10000000 + 4 bytes            32 bits, big end first
//            10000001 + 8 bytes            64 bits, big end first
//   string   length bytes
//            11000000 + 1, 11000001 + 2, 11000010 + 4      an integer, little end first, meaning its digits
//            11000011 length(compressed) length(expanded) bytes      LZF
//
// The first thing that goes wrong is kept in State and everything after it reads as zero, so that a caller asks once
// at the end of an item.
using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using Hexad.Core;

namespace Hexad.Persistence.Rdb;

/// <summary>How reading went so far.</summary>
internal enum CursorState : byte
{
    /// <summary>Well.</summary>
    Good,

    /// <summary>The bytes ended: <see cref="RdbCursor.Wanted"/> says how many it takes at least.</summary>
    Short,

    /// <summary>The bytes mean nothing.</summary>
    Bad,
}

/// <summary>A place in the bytes of an RDB file or payload.</summary>
internal ref struct RdbCursor(ReadOnlySpan<byte> bytes)
{
    /// <summary>The longest string, in bytes.</summary>
    public const long LongestString = 1L << 30;

    private const int ScratchBytes = 12;

    // One byte of LZF expands to at most 264 bytes in three; a file that claims more lies.
    private const int LargestExpansion = 88;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many bytes have been read.</summary>
    public int Place { get; private set; }

    /// <summary>How reading went so far.</summary>
    public CursorState State { get; private set; }

    /// <summary>When <see cref="CursorState.Short"/>: how many bytes, from the start, it takes at least to read on.</summary>
    public long Wanted { get; private set; }

    /// <summary>Whether all went well.</summary>
    public readonly bool IsGood => State == CursorState.Good;

    /// <summary>When <see cref="CursorState.Bad"/>: what is wrong, if anybody could say.</summary>
    public string? Why { get; private set; }

    /// <summary>Marks the bytes as meaningless, and says why if that is known.</summary>
    public void Refuse(string? why = null)
    {
        if (State != CursorState.Good) return;
        State = CursorState.Bad;
        Why = why;
    }

    /// <summary>The next byte.</summary>
    public byte Byte()
    {
        ReadOnlySpan<byte> one = Take(1);
        return one.IsEmpty ? (byte)0 : one[0];
    }

    /// <summary>The next <paramref name="count"/> bytes, or nothing if they are not all there.</summary>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (State != CursorState.Good) return default;
        if (_bytes.Length - Place < count)
        {
            State = CursorState.Short;
            Wanted = Place + count;
            return default;
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Place, (int)count);
        Place += (int)count;
        return taken;
    }

    /// <summary>A 32-bit number, little end first.</summary>
    public int Int32()
    {
        ReadOnlySpan<byte> four = Take(4);
        return four.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(four);
    }

    /// <summary>A 64-bit number, little end first.</summary>
    public long Int64()
    {
        ReadOnlySpan<byte> eight = Take(8);
        return eight.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(eight);
    }

    /// <summary>A length; one that no signed 64-bit number holds, or an encoding in its place, is meaningless.</summary>
    public long Length()
    {
        long length = LengthOrEncoding(out bool encoded);
        if (encoded || length < 0) Refuse();
        return IsGood ? length : 0;
    }

    /// <summary>A number in the form of a length that may take up all of 64 bits.</summary>
    public ulong Unsigned()
    {
        long number = LengthOrEncoding(out bool encoded);
        if (encoded) Refuse();
        return IsGood ? (ulong)number : 0;
    }

    /// <summary>
    /// A string in any of its forms. The span lies in the bytes read from, or is an array of its own; digits of an
    /// integer lie in <paramref name="scratch"/>, which must be at least 12 bytes long.
    /// </summary>
    public ReadOnlySpan<byte> String(Span<byte> scratch)
    {
        long length = LengthOrEncoding(out bool encoded);
        if (State != CursorState.Good) return default;
        if (!encoded)
        {
            if (length is >= 0 and <= LongestString) return Take(length);
            Refuse();
            return default;
        }

        return length switch
        {
            0 => Digits((sbyte)Byte(), scratch),
            1 => Digits(Int16(), scratch),
            2 => Digits(Int32(), scratch),
            3 => Expanded(),
            _ => Refused(),
        };
    }

    private ReadOnlySpan<byte> Refused()
    {
        Refuse();
        return default;
    }

    private short Int16()
    {
        ReadOnlySpan<byte> two = Take(2);
        return two.IsEmpty ? (short)0 : BinaryPrimitives.ReadInt16LittleEndian(two);
    }

    private readonly ReadOnlySpan<byte> Digits(int value, Span<byte> scratch)
    {
        if (State != CursorState.Good) return default;
        Utf8Formatter.TryFormat(value, scratch[..ScratchBytes], out int length);
        return scratch[..length];
    }

    private ReadOnlySpan<byte> Expanded()
    {
        long compressed = Length();
        long expanded = Length();
        if (compressed > LongestString || expanded > LongestString || expanded > compressed * LargestExpansion) Refuse();
        ReadOnlySpan<byte> bytes = Take(compressed);
        if (State != CursorState.Good) return default;
        var text = GC.AllocateUninitializedArray<byte>((int)expanded);
        return Lzf.TryExpand(bytes, text) ? text : Refused();
    }

    private long LengthOrEncoding(out bool encoded)
    {
        byte first = Byte();
        encoded = first >> 6 == 3;
        switch (first >> 6)
        {
            case 0:
                return first & 63;
            case 1:
                return ((first & 63) << 8) | Byte();
            case 3:
                return first & 63;
        }

        if (first == 0x80)
        {
            ReadOnlySpan<byte> four = Take(4);
            return four.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32BigEndian(four);
        }

        if (first == 0x81)
        {
            ReadOnlySpan<byte> eight = Take(8);
            return eight.IsEmpty ? 0 : BinaryPrimitives.ReadInt64BigEndian(eight);
        }

        Refuse();
        return 0;
    }
}
