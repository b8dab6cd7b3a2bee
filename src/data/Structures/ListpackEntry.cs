using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hexad.Structures;

/// <summary>
/// One entry of a listpack in bytes: a head that tells kind and length, the content, and the size of both once more at
/// the end so that the pack can be read backwards.
///
/// <code>
/// 0xxxxxxx                                   0 … 127
/// 10llllll content                           bytes, length up to 63
/// 110vvvvv vvvvvvvv                          integer of 13 bits, two's complement, high byte first
/// 1110llll llllllll content                  bytes, length up to 4095
/// 11110000 length u32 content                bytes of any length
/// 11110001 … 11110100 i16, i24, i32, i64     integers; all these numbers with the little end first
/// 11111111                                   not an entry: the end of the pack
///
/// back length: 7 bits a byte, high ones first; every byte but the first carries 0x80
/// </code>
/// </summary>
internal static class ListpackEntry
{
    /// <summary>The byte that ends a pack.</summary>
    public const byte End = 0xFF;

    private const byte Text32 = 0xF0, Integer16 = 0xF1, Integer24 = 0xF2, Integer32 = 0xF3, Integer64 = 0xF4;

    /// <summary>How many bytes the back length of an entry takes whose head and content take <paramref name="size"/>.</summary>
    // As Redis: the limits are one lower than seven bits a byte would allow, but for the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BackLengthBytes(int size) => size switch
    {
        <= 127 => 1,
        < 16_383 => 2,
        < 2_097_151 => 3,
        < 268_435_455 => 4,
        _ => 5,
    };

    /// <summary>How many bytes head and content take of text that is kept as bytes.</summary>
    public static int SizeOfText(int length) => length + (length < 64 ? 1 : length < 4096 ? 2 : 5);

    /// <summary>How many bytes head and content of an integer take.</summary>
    public static int SizeOfInteger(long value) => value switch
    {
        >= 0 and <= 127 => 1,
        >= -4096 and <= 4095 => 2,
        >= short.MinValue and <= short.MaxValue => 3,
        >= -8_388_608 and <= 8_388_607 => 4,
        >= int.MinValue and <= int.MaxValue => 5,
        _ => 9,
    };

    /// <summary>Writes head, content and back length of text that is kept as bytes; <paramref name="to"/> has exactly their size.</summary>
    public static void WriteText(ReadOnlySpan<byte> text, Span<byte> to)
    {
        int size = SizeOfText(text.Length), head = size - text.Length;
        switch (head)
        {
            case 1:
                to[0] = (byte)(0x80 | text.Length);
                break;
            case 2:
                to[0] = (byte)(0xE0 | text.Length >> 8);
                to[1] = (byte)text.Length;
                break;
            default:
                to[0] = Text32;
                BinaryPrimitives.WriteInt32LittleEndian(to[1..], text.Length);
                break;
        }

        text.CopyTo(to[head..]);
        WriteBackLength(size, to[size..]);
    }

    /// <summary>Writes head, content and back length of an integer; <paramref name="to"/> has exactly their size.</summary>
    public static void WriteInteger(long value, Span<byte> to)
    {
        int size = SizeOfInteger(value);
        switch (size)
        {
            case 1:
                to[0] = (byte)value;
                break;
            case 2:
                to[0] = (byte)(0xC0 | (value >> 8 & 0x1F));
                to[1] = (byte)value;
                break;
            case 3:
                to[0] = Integer16;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                break;
            case 4:
                to[0] = Integer24;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                to[3] = (byte)(value >> 16);
                break;
            case 5:
                to[0] = Integer32;
                BinaryPrimitives.WriteInt32LittleEndian(to[1..], (int)value);
                break;
            default:
                to[0] = Integer64;
                BinaryPrimitives.WriteInt64LittleEndian(to[1..], value);
                break;
        }

        WriteBackLength(size, to[size..]);
    }

    /// <summary>How many bytes head and content take of the entry that begins here, in a pack that is known to be valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeAt(ref byte entry)
    {
        byte head = entry;
        if (head < 0x80) return 1;
        if (head < 0xC0) return 1 + (head & 0x3F);
        return SizeOfLongHead(ref entry);
    }

    /// <summary>How many bytes the whole entry that begins here takes, in a pack that is known to be valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BytesAt(ref byte entry)
    {
        byte head = entry;
        if (head < 0x80) return 2;
        if (head < 0xC0) return 2 + (head & 0x3F);
        int size = SizeOfLongHead(ref entry);
        return size + BackLengthBytes(size);
    }

    /// <summary>The element that begins at the start of <paramref name="rest"/>, and how many bytes its entry takes.</summary>
    public static ListpackElement Read(ReadOnlySpan<byte> rest, out int bytes)
    {
        byte head = rest[0];
        bytes = 2;
        if (head < 0x80) return new ListpackElement(head);
        if (head < 0xC0)
        {
            bytes = 2 + (head & 0x3F);
            return new ListpackElement(rest.Slice(1, head & 0x3F));
        }

        if (head < 0xE0)
        {
            bytes = 3;
            return new ListpackElement((long)((head << 8 | rest[1]) << 19 >> 19));
        }

        return ReadLong(rest, out bytes);
    }

    /// <summary>
    /// Checks the entry at the start of <paramref name="rest"/>, which anybody may have written: its size, 0 if it is
    /// not one or does not fit.
    /// </summary>
    public static int Check(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty) return 0;
        byte head = rest[0];
        int headBytes = head is >= 0xE0 and < 0xF0 ? 2 : head == Text32 ? 5 : 1;
        if (head > Integer64 || headBytes > rest.Length) return 0;
        long size = head == Text32 ? 5L + BinaryPrimitives.ReadUInt32LittleEndian(rest[1..]) : SizeAt(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(rest));
        if (size > rest.Length) return 0;
        int back = BackLengthBytes((int)size);
        if (size + back > rest.Length) return 0;
        Span<byte> expected = stackalloc byte[5];
        WriteBackLength((int)size, expected[..back]);
        return rest.Slice((int)size, back).SequenceEqual(expected[..back]) ? (int)size + back : 0;
    }

    /// <summary>How many bytes the entry takes that ends just before <paramref name="end"/>.</summary>
    public static int BytesBefore(ReadOnlySpan<byte> pack, int end)
    {
        int size = 0;
        for (int at = end - 1, shift = 0; ; at--, shift += 7)
        {
            size |= (pack[at] & 0x7F) << shift;
            if ((pack[at] & 0x80) == 0) return size + BackLengthBytes(size);
        }
    }

    private static int SizeOfLongHead(ref byte entry)
    {
        byte head = entry;
        if (head < 0xE0) return 2;
        if (head < 0xF0) return 2 + ((head & 0x0F) << 8 | Unsafe.Add(ref entry, 1));
        return head switch
        {
            Text32 => 5 + Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref entry, 1)),
            Integer16 => 3,
            Integer24 => 4,
            Integer32 => 5,
            _ => 9,
        };
    }

    private static ListpackElement ReadLong(ReadOnlySpan<byte> rest, out int bytes)
    {
        byte head = rest[0];
        if (head < 0xF0)
        {
            int length = (head & 0x0F) << 8 | rest[1];
            bytes = 2 + length + BackLengthBytes(2 + length);
            return new ListpackElement(rest.Slice(2, length));
        }

        if (head == Text32)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest[1..]);
            bytes = 5 + length + BackLengthBytes(5 + length);
            return new ListpackElement(rest.Slice(5, length));
        }

        (bytes, long value) = head switch
        {
            Integer16 => (4, BinaryPrimitives.ReadInt16LittleEndian(rest[1..])),
            Integer24 => (5, BinaryPrimitives.ReadInt32LittleEndian(rest[1..]) << 8 >> 8),
            Integer32 => (6, BinaryPrimitives.ReadInt32LittleEndian(rest[1..])),
            _ => (10, BinaryPrimitives.ReadInt64LittleEndian(rest[1..])),
        };
        return new ListpackElement(value);
    }

    /// <summary>Writes what stands behind an entry whose head and content take <paramref name="size"/>; returns how many bytes that took.</summary>
    public static int WriteBackLength(int size, Span<byte> to)
    {
        int bytes = BackLengthBytes(size);
        for (int i = bytes - 1; i >= 0; i--, size >>= 7) to[i] = (byte)(size & 0x7F | (i > 0 ? 0x80 : 0));
        return bytes;
    }
}
