// Patterns over bytes, as KEYS, SCAN and CONFIG GET know them.
//
//   *       any bytes, none too           ?       any one byte
//   [abc]   one of these                  [^a-z]  one that is not in the range
//   \x      x itself
//
// A class that is not closed ends with the pattern. Only the last star is ever gone back to, which suffices: whatever
// an earlier star could take more, the last one can take too. So a match costs at most |pattern| · |text| steps,
// whatever the pattern.
using System;

namespace Hexad.Core;

/// <summary>Matches bytes against glob patterns.</summary>
public static class Glob
{
    // As Redis: what needs more stars than this to match does not match.
    private const int MostStars = 1000;

    /// <summary>Whether the pattern is one that everything matches.</summary>
    public static bool IsAll(ReadOnlySpan<byte> pattern) => pattern.Length == 1 && pattern[0] == '*';

    /// <summary>Whether the whole of <paramref name="text"/> matches <paramref name="pattern"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text, bool ignoreCase = false)
    {
        int p = 0;
        int t = 0;
        int afterStar = -1;
        int starText = 0;
        int stars = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                p++;
                starText = t;
                while (p < pattern.Length && pattern[p] == '*') p++;
                if (p == pattern.Length) return true;
                afterStar = p;
                if (++stars > MostStars) return false;
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, text[t], ignoreCase)) t++;
            else if (afterStar < 0) return false;
            else
            {
                p = afterStar;
                t = ++starText;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    // Moves p behind the element of the pattern; when the byte does not match, p is of no use any more.
    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ref int p, byte b, bool ignoreCase)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[':
                return MatchesClass(pattern, ref p, b, ignoreCase);
            case (byte)'\\' when p + 1 < pattern.Length:
                p += 2;
                return Same(pattern[p - 1], b, ignoreCase);
            default:
                return Same(pattern[p++], b, ignoreCase);
        }
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, ref int p, byte b, bool ignoreCase)
    {
        p++;
        bool negated = p < pattern.Length && pattern[p] == '^';
        if (negated) p++;
        bool found = false;
        while (p < pattern.Length && pattern[p] != ']')
        {
            if (pattern[p] == '\\' && p + 1 < pattern.Length)
            {
                found |= Same(pattern[p + 1], b, ignoreCase);
                p += 2;
            }
            else if (p + 2 < pattern.Length && pattern[p + 1] == '-')
            {
                found |= InRange(pattern[p], pattern[p + 2], b, ignoreCase);
                p += 3;
            }
            else found |= Same(pattern[p++], b, ignoreCase);
        }

        if (p < pattern.Length) p++;
        return found != negated;
    }

    private static bool InRange(byte from, byte to, byte b, bool ignoreCase)
    {
        if (from > to) (from, to) = (to, from);
        if (!ignoreCase) return b >= from && b <= to;
        return Fold(b) >= Fold(from) && Fold(b) <= Fold(to);
    }

    private static bool Same(byte a, byte b, bool ignoreCase) => a == b || (ignoreCase && Fold(a) == Fold(b));

    private static byte Fold(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
