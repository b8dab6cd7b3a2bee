using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Hexad.Core;

namespace Hexad.Fuzz.Naive;

/// <summary>Values as RDB has them, read in the plainest way, to compare with. Reading fails at the first thing that is wrong.</summary>
internal sealed class NaiveRdb(byte[] bytes)
{
    private int _at;
    private bool _isBad;

    /// <summary>Whether all has been read and nothing was wrong.</summary>
    public bool IsDone => !_isBad && _at == bytes.Length;

    /// <summary>The elements of a list in the form of single strings (1) or of nodes (18); null when the bytes are none.</summary>
    public static List<byte[]>? List(byte code, byte[] value)
    {
        var rdb = new NaiveRdb(value);
        var elements = new List<byte[]>();
        ulong count = rdb.Length();
        if (count == 0 || count > long.MaxValue) return null;
        for (; count > 0 && !rdb._isBad; count--)
        {
            ulong kind = code == 18 ? rdb.Length() : 1;
            byte[] text = rdb.String();
            if (kind == 1 && code == 18 && text.Length == 0) return null;
            if (kind == 1) elements.Add(text);
            else if (kind != 2 || NaiveListpack.Read(text) is not { } pack) return null;
            else elements.AddRange(NaiveListpack.Texts(pack));
        }

        return rdb.IsDone && elements.Count > 0 ? elements : null;
    }

    private ulong Length()
    {
        byte first = Byte();
        switch (first >> 6)
        {
            case 0: return first & 63u;
            case 1: return (uint)(first & 63) << 8 | Byte();
        }

        if (first == 0x80) return BinaryPrimitives.ReadUInt32BigEndian(Take(4, 4));
        if (first == 0x81) return BinaryPrimitives.ReadUInt64BigEndian(Take(8, 8));
        _isBad = true;
        return 0;
    }

    private byte[] String()
    {
        if (_at < bytes.Length && bytes[_at] >= 0xC0)
        {
            switch (Byte())
            {
                case 0xC0: return Digits((sbyte)Byte());
                case 0xC1: return Digits(BinaryPrimitives.ReadInt16LittleEndian(Take(2, 2)));
                case 0xC2: return Digits(BinaryPrimitives.ReadInt32LittleEndian(Take(4, 4)));
                case 0xC3: return Expanded();
            }

            _isBad = true;
            return [];
        }

        return Take(Length(), 0);
    }

    private byte[] Expanded()
    {
        ulong length = Length(), expanded = Length();
        byte[] packed = Take(length, 0);
        if (_isBad || expanded > 1 << 24)
        {
            _isBad = true;
            return [];
        }

        byte[] text = new byte[expanded];
        if (!Lzf.TryExpand(packed, text)) _isBad = true;
        return text;
    }

    private static byte[] Digits(int value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private byte Byte() => Take(1, 1)[0];

    // What is missing reads as zeros, so many as the caller looks at.
    private byte[] Take(ulong count, int needed)
    {
        if (_isBad || count > (ulong)(bytes.Length - _at))
        {
            _isBad = true;
            return new byte[needed];
        }

        _at += (int)count;
        return bytes[(_at - (int)count).._at];
    }
}
