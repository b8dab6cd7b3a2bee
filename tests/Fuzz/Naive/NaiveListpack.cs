using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Hexad.Fuzz.Naive;

/// <summary>An element of a pack: its text, and the integer if it is kept as one.</summary>
internal sealed record NaiveElement(byte[] Text, long? Integer);

/// <summary>Listpacks read in the plainest way, to compare with.</summary>
internal static class NaiveListpack
{
    private const int HeaderBytes = 6;

    /// <summary>The elements, or null when the bytes are not a pack.</summary>
    public static List<NaiveElement>? Read(byte[] pack)
    {
        if (pack.Length < HeaderBytes + 1 || BitConverter.ToUInt32(pack, 0) != pack.Length || pack[^1] != 0xFF) return null;
        var elements = new List<NaiveElement>();
        int at = HeaderBytes;
        while (at < pack.Length - 1)
        {
            int start = at;
            if (One(pack, ref at) is not { } element || !HasBackLength(pack, at - start, ref at)) return null;
            elements.Add(element);
        }

        int said = BitConverter.ToUInt16(pack, 4);
        return said == ushort.MaxValue || said == elements.Count ? elements : null;
    }

    /// <summary>The texts of elements.</summary>
    public static List<byte[]> Texts(List<NaiveElement> elements) => elements.ConvertAll(element => element.Text);

    /// <summary>A pack of this many elements by its word, with entries that mean what they mean.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> entries, ushort count)
    {
        byte[] pack = [0, 0, 0, 0, (byte)count, (byte)(count >> 8), .. entries, 0xFF];
        BitConverter.TryWriteBytes(pack, pack.Length);
        return pack;
    }

    private static NaiveElement? One(byte[] pack, ref int at)
    {
        byte head = pack[at++];
        if (head < 0x80) return Integer(head);
        if (head < 0xC0) return Text(pack, ref at, head & 0x3F);
        if (head < 0xE0) return Has(pack, at, 1) ? Integer(Signed((head & 0x1F) << 8 | pack[at++], 13)) : null;
        if (head < 0xF0) return Has(pack, at, 1) ? Text(pack, ref at, (head & 0x0F) << 8 | pack[at++]) : null;
        if (head == 0xF0)
        {
            if (!Has(pack, at, 4)) return null;
            long length = BitConverter.ToUInt32(pack, at);
            at += 4;
            return Text(pack, ref at, length);
        }

        int width = head switch { 0xF1 => 2, 0xF2 => 3, 0xF3 => 4, 0xF4 => 8, _ => 0 };
        if (width == 0 || !Has(pack, at, width)) return null;
        ulong value = 0;
        for (int i = width - 1; i >= 0; i--) value = value << 8 | pack[at + i];
        at += width;
        return Integer(Signed((long)value, width * 8));
    }

    private static long Signed(long value, int bits) => value << (64 - bits) >> (64 - bits);

    private static NaiveElement Integer(long value) => new(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)), value);

    private static NaiveElement? Text(byte[] pack, ref int at, long length)
    {
        if (!Has(pack, at, length)) return null;
        byte[] text = pack[at..(int)(at + length)];
        at += (int)length;
        return new NaiveElement(text, null);
    }

    // The byte of the end is not an entry's.
    private static bool Has(byte[] pack, int at, long bytes) => at + bytes <= pack.Length - 1;

    private static bool HasBackLength(byte[] pack, int size, ref int at)
    {
        int bytes = size <= 127 ? 1 : size < 16_383 ? 2 : size < 2_097_151 ? 3 : size < 268_435_455 ? 4 : 5;
        if (!Has(pack, at, bytes)) return false;
        for (int i = bytes - 1; i >= 0; i--, size >>= 7)
            if (pack[at + i] != ((size & 0x7F) | (i > 0 ? 0x80 : 0))) return false;
        at += bytes;
        return true;
    }
}
