using System;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>Scores in listpacks: whole numbers as integers, others as their text.</summary>
public static class PackedScore
{
    /// <summary>The longest text of a score.</summary>
    public const int LongestBytes = 40;

    /// <summary>The score that stands at <paramref name="at"/>; 0 where there is none, which a pack that was checked has nowhere.</summary>
    public static double Read(ReadOnlySpan<byte> pack, int at) => TryRead(pack, at, out double score) ? score : 0;

    /// <summary>Reads the score that stands at <paramref name="at"/>; false if what stands there is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> pack, int at, out double score)
    {
        ListpackElement element = Listpack.Read(pack, at);
        if (!element.IsInteger) return FloatText.TryParse(element.Bytes, out score);
        score = element.Integer;
        return true;
    }
}
