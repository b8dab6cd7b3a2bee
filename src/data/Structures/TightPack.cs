using System;
using System.Buffers.Binary;

namespace Hexad.Structures;

/// <summary>
/// A small listpack without what can be told from the rest: no header, no back lengths, no end. So a hash of eight short
/// fields takes 23 bytes less, which is an eighth of it. Only forward walks can read it; whoever wants a pack expands it.
///
/// <code>
/// pack:   bytes u32 | count u16 | head content back | head content back | … | 0xFF
/// tight:                          head content        head content        …
/// </code>
///
/// Costs: both ways are one pass, some two nanoseconds an element.
///
/// Contract: the bytes are trusted, as a pack's are. Expanding what was tightened gives the same pack, but that
/// its count is always written out.
/// </summary>
public static class TightPack
{
    /// <summary>How long a pack may become that is expanded of so many bytes.</summary>
    public static int MostExpandedBytes(int tightBytes) => Listpack.EmptyBytes + tightBytes * 2;

    /// <summary>Writes a pack the tight way; returns how many bytes that took, or -1 if there is not so much room.</summary>
    public static int Tighten(ReadOnlySpan<byte> pack, Span<byte> into)
    {
        if (pack.Length > MostExpandedBytes(into.Length)) return -1;
        int length = 0, end = pack.Length - 1;
        for (int at = Listpack.HeaderBytes; at < end;)
        {
            int size = ListpackEntry.SizeAt(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(pack[at..]));
            if (size > into.Length - length) return -1;
            pack.Slice(at, size).CopyTo(into[length..]);
            length += size;
            at += size + ListpackEntry.BackLengthBytes(size);
        }

        return length;
    }

    /// <summary>Writes a tight pack as a pack; returns how many bytes that took. There must be room.</summary>
    public static int Expand(ReadOnlySpan<byte> tight, Span<byte> into)
    {
        int to = Listpack.HeaderBytes, count = 0;
        for (int at = 0; at < tight.Length; count++)
        {
            int size = ListpackEntry.SizeAt(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(tight[at..]));
            tight.Slice(at, size).CopyTo(into[to..]);
            at += size;
            to += size;
            to += ListpackEntry.WriteBackLength(size, into[to..]);
        }

        into[to++] = ListpackEntry.End;
        BinaryPrimitives.WriteInt32LittleEndian(into, to);
        BinaryPrimitives.WriteUInt16LittleEndian(into[4..], (ushort)count);
        return to;
    }
}
