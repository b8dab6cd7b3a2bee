using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using Hexad.Core;

namespace Hexad.Persistence.Rdb;

/// <summary>
/// Writes the small parts that RDB is made of; the forms stand in <see cref="RdbCursor"/>. A string is written as an
/// integer if it is the digits of one of at most 32 bits, compressed if that is wanted and gains four bytes.
/// </summary>
public sealed class RdbBuffer
{
    private const int LongestDigits = 11;
    private const int ShortestCompressed = 21;
    private const int LeastGain = 4;
    private readonly LzfCompressor _compressor = new();
    private byte[] _bytes = new byte[64 * 1024];

    /// <summary>How many bytes have been written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Whether long strings are compressed (option <c>rdbcompression</c>).</summary>
    public bool Compresses { get; set; } = true;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Forgets what has been written.</summary>
    public void Clear() => Length = 0;

    internal void Byte(byte value)
    {
        Room(1);
        _bytes[Length++] = value;
    }

    internal void Raw(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    internal void Int16(ushort value)
    {
        Room(2);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(Length), value);
        Length += 2;
    }

    internal void Int64(ulong value)
    {
        Room(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    internal void LengthOf(long length)
    {
        Room(9);
        Span<byte> to = _bytes.AsSpan(Length);
        if (length < 1 << 6)
        {
            to[0] = (byte)length;
            Length++;
        }
        else if (length < 1 << 14)
        {
            to[0] = (byte)(0x40 | (length >> 8));
            to[1] = (byte)length;
            Length += 2;
        }
        else if (length <= uint.MaxValue)
        {
            to[0] = 0x80;
            BinaryPrimitives.WriteUInt32BigEndian(to[1..], (uint)length);
            Length += 5;
        }
        else
        {
            to[0] = 0x81;
            BinaryPrimitives.WriteInt64BigEndian(to[1..], length);
            Length += 9;
        }
    }

    /// <summary>A number in the form of a length, which may take up all of 64 bits.</summary>
    internal void Unsigned(ulong number)
    {
        if (number <= long.MaxValue)
        {
            LengthOf((long)number);
            return;
        }

        Room(9);
        _bytes[Length] = 0x81;
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(Length + 1), number);
        Length += 9;
    }

    internal void String(ReadOnlySpan<byte> text)
    {
        if (text.Length <= LongestDigits && NumberText.TryInt64(text, out long number) && TryInteger(number)) return;
        if (Compresses && text.Length >= ShortestCompressed && TryCompressed(text)) return;
        LengthOf(text.Length);
        Raw(text);
    }

    /// <summary>A string that is an integer's digits.</summary>
    internal void String(long number)
    {
        if (TryInteger(number)) return;
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int length);
        LengthOf(length);
        Raw(digits[..length]);
    }

    private bool TryInteger(long number)
    {
        Room(5);
        Span<byte> to = _bytes.AsSpan(Length);
        if (number is >= sbyte.MinValue and <= sbyte.MaxValue)
        {
            to[0] = 0xC0;
            to[1] = (byte)number;
            Length += 2;
        }
        else if (number is >= short.MinValue and <= short.MaxValue)
        {
            to[0] = 0xC1;
            BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)number);
            Length += 3;
        }
        else if (number is >= int.MinValue and <= int.MaxValue)
        {
            to[0] = 0xC2;
            BinaryPrimitives.WriteInt32LittleEndian(to[1..], (int)number);
            Length += 5;
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool TryCompressed(ReadOnlySpan<byte> text)
    {
        // Form byte and two lengths stand before the compressed bytes, whose number is known only afterwards.
        const int Head = 1 + 9 + 9;
        int most = text.Length - LeastGain;
        Room(Head + most);
        int start = Length;
        int length = _compressor.Compress(text, _bytes.AsSpan(start + Head, most));
        if (length == 0) return false;
        _bytes[Length++] = 0xC3;
        LengthOf(length);
        LengthOf(text.Length);
        _bytes.AsSpan(start + Head, length).CopyTo(_bytes.AsSpan(Length));
        Length += length;
        return true;
    }

    private void Room(int size)
    {
        if (_bytes.Length - Length < size) Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)Length + size)));
    }
}
