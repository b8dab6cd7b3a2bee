// LZF, the compression of long strings in RDB files and of inner nodes of long lists.
//
//   literal run     000LLLLL                 bytes × (L + 1)
//   short reference LLLOOOOO oooooooo        copy L + 2 bytes (L = 1..6) from O·256 + o + 1 bytes back
//   long reference  111OOOOO llllllll oooooooo   copy l + 9 bytes
//
// The compressor is greedy with one candidate per hash of three bytes; what it gains beyond that does not pay.
using System;

namespace Hexad.Core;

/// <summary>Compresses and expands. The compressor keeps its table between calls; it belongs to one thread at a time.</summary>
public sealed class LzfCompressor
{
    private const int HashBits = 14;
    private const int LongestReach = 1 << 13;
    private const int LongestCopy = 264;
    private const int LongestLiteral = 32;
    private readonly int[] _last = new int[1 << HashBits];
    private int _origin = 1;

    /// <summary>
    /// Compresses <paramref name="from"/> into <paramref name="to"/>; returns the length, or 0 when it does not fit
    /// there: then it is not worth it.
    /// </summary>
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int origin = NewOrigin(from.Length);
        int written = 0;
        int literal = 0;
        int at = 0;
        while (at + 2 < from.Length)
        {
            int hash = HashOf(from, at);
            int candidate = _last[hash] - origin;
            _last[hash] = at + origin;
            int distance = at - candidate;
            if (candidate < 0 || distance > LongestReach || !SameThree(from, candidate, at))
            {
                at++;
                continue;
            }

            int length = CopyLength(from, candidate, at);
            if (!PutLiterals(from[literal..at], to, ref written) || !PutCopy(distance - 1, length, to, ref written)) return 0;
            int end = at + length;
            for (at++; at < end && at + 2 < from.Length; at++) _last[HashOf(from, at)] = at + origin;
            at = literal = end;
        }

        return PutLiterals(from[literal..], to, ref written) ? written : 0;
    }

    // Places count on from call to call, so that what earlier calls left in the table lies before the origin of this one.
    private int NewOrigin(int length)
    {
        if (_origin > int.MaxValue - length - 1)
        {
            Array.Clear(_last);
            _origin = 1;
        }

        int origin = _origin;
        _origin += length;
        return origin;
    }

    private static int HashOf(ReadOnlySpan<byte> from, int at)
    {
        uint three = (uint)(from[at] << 16 | from[at + 1] << 8 | from[at + 2]);
        return (int)(three * 2654435761u >> (32 - HashBits));
    }

    private static bool SameThree(ReadOnlySpan<byte> from, int a, int b) =>
        from[a] == from[b] && from[a + 1] == from[b + 1] && from[a + 2] == from[b + 2];

    private static int CopyLength(ReadOnlySpan<byte> from, int candidate, int at)
    {
        int most = Math.Min(LongestCopy, from.Length - at);
        return from.Slice(at, most).CommonPrefixLength(from.Slice(candidate, most));
    }

    private static bool PutLiterals(ReadOnlySpan<byte> run, Span<byte> to, ref int written)
    {
        while (run.Length > 0)
        {
            int part = Math.Min(run.Length, LongestLiteral);
            if (to.Length - written < part + 1) return false;
            to[written++] = (byte)(part - 1);
            run[..part].CopyTo(to[written..]);
            written += part;
            run = run[part..];
        }

        return true;
    }

    private static bool PutCopy(int offset, int length, Span<byte> to, ref int written)
    {
        if (to.Length - written < 3) return false;
        length -= 2;
        to[written++] = (byte)((Math.Min(length, 7) << 5) | (offset >> 8));
        if (length >= 7) to[written++] = (byte)(length - 7);
        to[written++] = (byte)offset;
        return true;
    }
}

/// <summary>The other way.</summary>
public static class Lzf
{
    /// <summary>Expands <paramref name="from"/> so that it fills <paramref name="to"/> exactly; false when it is no such thing.</summary>
    public static bool TryExpand(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int read = 0;
        int written = 0;
        while (read < from.Length)
        {
            int control = from[read++];
            if (control < 32)
            {
                int run = control + 1;
                if (from.Length - read < run || to.Length - written < run) return false;
                from.Slice(read, run).CopyTo(to[written..]);
                read += run;
                written += run;
                continue;
            }

            int length = control >> 5;
            if (length == 7)
            {
                if (read >= from.Length) return false;
                length += from[read++];
            }

            if (read >= from.Length) return false;
            int source = written - ((control & 31) << 8) - from[read++] - 1;
            length += 2;
            if (source < 0 || to.Length - written < length) return false;
            // Source and target may overlap: byte after byte repeats what was just written.
            for (int i = 0; i < length; i++) to[written + i] = to[source + i];
            written += length;
        }

        return written == to.Length;
    }
}
