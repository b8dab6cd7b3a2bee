// Whether a listpack from a file or payload is a set, a hash or a sorted set: well formed, in pairs where it must be, no
// member twice, scores in order.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Checks packed values that come from elsewhere.</summary>
internal static class PackedCheck
{
    /// <summary>Whether it is a set: no member twice.</summary>
    public static bool IsSet(ReadOnlySpan<byte> pack) => Listpack.Validate(pack) && AreUnique(pack, stride: 1);

    /// <summary>Whether it is a hash: fields and values, no field twice.</summary>
    public static bool IsHash(ReadOnlySpan<byte> pack) => Listpack.Validate(pack, out int count) && count % 2 == 0 && AreUnique(pack, stride: 2);

    /// <summary>Whether it is a hash of which fields expire: fields, values and expiries in order, no field twice.</summary>
    public static bool IsExpiringHash(ReadOnlySpan<byte> pack) => ExpiringPack.IsValid(pack) && AreUnique(pack, stride: 3);

    /// <summary>Whether it is a sorted set: members and scores, no member twice, in order of score and member.</summary>
    public static bool IsSortedSet(ReadOnlySpan<byte> pack)
    {
        if (!Listpack.Validate(pack, out int count) || count % 2 != 0) return false;
        double last = double.NegativeInfinity;
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
        {
            at = Listpack.Next(pack, at);
            if (!PackedScore.TryRead(pack, at, out double score) || score < last) return false;
            last = score;
        }

        return AreUnique(pack, stride: 2);
    }

    private static bool AreUnique(ReadOnlySpan<byte> pack, int stride)
    {
        const int FewEntries = 16;
        Span<byte> digits = stackalloc byte[24];
        if (Listpack.Count(pack) <= FewEntries * stride) return AreUniqueFew(pack, stride, digits);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at), index++)
        {
            if (index % stride == 0 && !seen.Add(Encoding.Latin1.GetString(Listpack.Read(pack, at).WriteText(digits)))) return false;
        }

        return true;
    }

    private static bool AreUniqueFew(ReadOnlySpan<byte> pack, int stride, Span<byte> digits)
    {
        for (int at = Listpack.First(pack); at != Listpack.None; at = After(pack, at, stride))
        {
            int next = After(pack, at, stride);
            if (next != Listpack.None && Listpack.Find(pack, next, Listpack.Read(pack, at).WriteText(digits), stride - 1) != Listpack.None) return false;
        }

        return true;
    }

    private static int After(ReadOnlySpan<byte> pack, int at, int stride)
    {
        for (int i = 0; i < stride && at != Listpack.None; i++) at = Listpack.Next(pack, at);
        return at;
    }
}
