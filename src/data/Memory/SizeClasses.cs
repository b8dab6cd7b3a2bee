using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hexad.Memory;

/// <summary>
/// The block sizes that slab pages are cut into: every multiple of 8 up to 128 bytes, then eight steps to each
/// doubling up to 4096. Rounding up wastes at most 7 bytes below 128 and at most 1/9 above.
/// </summary>
internal static class SizeClasses
{
    /// <summary>The largest request that comes from a slab page.</summary>
    public const int LargestBytes = 4096;

    private const int LinearBytes = 128;
    private const int LinearCount = LinearBytes / 8;
    private const int Doublings = 5;

    /// <summary>How many classes there are.</summary>
    public const int Count = LinearCount + Doublings * 8;

    /// <summary>The class that serves a request of 1 to <see cref="LargestBytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(nuint bytes)
    {
        uint last = (uint)bytes - 1;
        if (last < LinearBytes) return (int)(last >> 3);
        int shift = 28 - BitOperations.LeadingZeroCount(last);
        return LinearCount + (shift - 4) * 8 + (int)(last >> shift) - 8;
    }

    /// <summary>The block size of a class.</summary>
    public static int BytesOf(int index)
    {
        if (index < LinearCount) return (index + 1) * 8;
        int doubling = (index - LinearCount) / 8, step = (index - LinearCount) % 8;
        return (9 + step) << (doubling + 4);
    }
}
