using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hexad.Memory;

/// <summary>
/// The block sizes that slab pages are cut into: every multiple of 8 up to 256 bytes, then sixteen steps to each
/// doubling up to 4096. Rounding up wastes at most 7 bytes below 256 and at most 1/17 above.
/// </summary>
internal static class SizeClasses
{
    /// <summary>The largest request that comes from a slab page.</summary>
    public const int LargestBytes = 4096;

    private const int LinearBytes = 256;
    private const int LinearCount = LinearBytes / 8;
    private const int Doublings = 4;
    private const int Steps = 16;

    /// <summary>How many classes there are.</summary>
    public const int Count = LinearCount + Doublings * Steps;

    /// <summary>The class that serves a request of 1 to <see cref="LargestBytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(nuint bytes)
    {
        uint last = (uint)bytes - 1;
        if (last < LinearBytes) return (int)(last >> 3);
        int shift = 27 - BitOperations.LeadingZeroCount(last);
        return LinearCount + (shift - 4) * Steps + (int)(last >> shift) - Steps;
    }

    /// <summary>The block size of a class.</summary>
    public static int BytesOf(int index)
    {
        if (index < LinearCount) return (index + 1) * 8;
        int doubling = (index - LinearCount) / Steps, step = (index - LinearCount) % Steps;
        return (Steps + 1 + step) << (doubling + 4);
    }
}
