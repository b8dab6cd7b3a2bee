// Ranges of sorted sets as commands name them. Each says of an element whether it stands before the range or beyond it;
// a value turns that into ranks (SortedSetView.Ranks), and everything else works on ranks.
using System;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>Elements by rank: from <see cref="Start"/> up to, not including, <see cref="End"/>.</summary>
internal readonly record struct RankRange(long Start, long End)
{
    public long Count => Math.Max(0, End - Start);

    public bool IsEmpty => End <= Start;

    /// <summary>As ZRANGE counts: both ends included, negative numbers from the end.</summary>
    public static RankRange Of(long start, long stop, long count)
    {
        if (start < 0) start += count;
        if (stop < 0) stop += count;
        start = Math.Max(0, start);
        return start > stop || start >= count ? default : new RankRange(start, Math.Min(stop, count - 1) + 1);
    }

    /// <summary>The same places counted from the other end.</summary>
    public RankRange Reversed(long count) => new(count - End, count - Start);

    /// <summary>LIMIT: <paramref name="limit"/> elements (all, if negative) after the first <paramref name="offset"/>, in the direction of the answer.</summary>
    public RankRange Limited(long offset, long limit, bool reverse)
    {
        // As Redis: a negative offset never ends, so nothing is left.
        if (offset < 0 || offset >= Count) return default;
        long taken = limit < 0 ? Count - offset : Math.Min(limit, Count - offset);
        return reverse ? new RankRange(End - offset - taken, End - offset) : new RankRange(Start + offset, Start + offset + taken);
    }
}

/// <summary>Scores from <see cref="Min"/> to <see cref="Max"/>, without an end that is exclusive.</summary>
internal readonly record struct ScoreRange(double Min, bool MinExclusive, double Max, bool MaxExclusive)
{
    /// <summary>Reads the two ends: a number, with "(" before it if the end itself is not meant.</summary>
    public static bool TryRead(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out ScoreRange range)
    {
        range = default;
        if (!TryEnd(min, out double low, out bool lowExclusive) || !TryEnd(max, out double high, out bool highExclusive)) return false;
        range = new ScoreRange(low, lowExclusive, high, highExclusive);
        return true;
    }

    public bool StartsAfter(double score) => MinExclusive ? score <= Min : score < Min;

    public bool EndsBefore(double score) => MaxExclusive ? score >= Max : score > Max;

    private static bool TryEnd(ReadOnlySpan<byte> text, out double value, out bool exclusive)
    {
        exclusive = text.Length > 0 && text[0] == '(';
        return FloatText.TryParseBound(exclusive ? text[1..] : text, out value);
    }
}

/// <summary>One end of a range by bytes: "-", "+", "[text" or "(text".</summary>
internal readonly ref struct LexEnd
{
    /// <summary>-1: before everything; 1: after everything; 0: at <see cref="Text"/>.</summary>
    public readonly int Infinity;

    public readonly bool Exclusive;

    public readonly ReadOnlySpan<byte> Text;

    private LexEnd(int infinity, bool exclusive, ReadOnlySpan<byte> text)
    {
        Infinity = infinity;
        Exclusive = exclusive;
        Text = text;
    }

    public static bool TryRead(ReadOnlySpan<byte> word, out LexEnd end)
    {
        end = default;
        if (word.IsEmpty) return false;
        switch (word[0])
        {
            case (byte)'-' or (byte)'+' when word.Length == 1:
                end = new LexEnd(word[0] == '-' ? -1 : 1, true, default);
                return true;
            case (byte)'(' or (byte)'[':
                end = new LexEnd(0, word[0] == '(', word[1..]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>How the end compares with a member: below 0 if it stands before it.</summary>
    public int CompareTo(ReadOnlySpan<byte> member) => Infinity != 0 ? Infinity : Text.SequenceCompareTo(member);
}

/// <summary>Members by their bytes, from <see cref="Min"/> to <see cref="Max"/>; meaningful where all scores are equal.</summary>
internal readonly ref struct LexRange
{
    public readonly LexEnd Min;
    public readonly LexEnd Max;

    private LexRange(LexEnd min, LexEnd max)
    {
        Min = min;
        Max = max;
    }

    public static bool TryRead(ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out LexRange range)
    {
        range = default;
        if (!LexEnd.TryRead(min, out LexEnd low) || !LexEnd.TryRead(max, out LexEnd high)) return false;
        range = new LexRange(low, high);
        return true;
    }

    /// <summary>Whether nothing at all can be in it.</summary>
    public bool IsEmpty
    {
        get
        {
            int order = Min.Infinity != 0 || Max.Infinity != 0 ? Min.Infinity.CompareTo(Max.Infinity) : Min.Text.SequenceCompareTo(Max.Text);
            return order > 0 || (order == 0 && (Min.Exclusive || Max.Exclusive));
        }
    }

    public bool StartsAfter(ReadOnlySpan<byte> member)
    {
        int order = Min.CompareTo(member);
        return Min.Exclusive ? order >= 0 : order > 0;
    }

    public bool EndsBefore(ReadOnlySpan<byte> member)
    {
        int order = Max.CompareTo(member);
        return Max.Exclusive ? order <= 0 : order < 0;
    }
}
