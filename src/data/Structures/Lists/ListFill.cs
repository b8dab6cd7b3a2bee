using System;

namespace Hexad.Structures;

/// <summary>
/// How full a node of a list may be, and how large a list that is one pack, as <c>list-max-listpack-size</c> says it:
/// so many elements, or, below zero, a class of bytes: -1 is 4 KB, -2 8 KB, up to -5 and beyond 64 KB.
/// </summary>
/// <param name="Option">The number as it was configured.</param>
public readonly record struct ListFill(int Option)
{
    // A node that is limited by its elements alone must not grow without bounds.
    private const int SafeBytes = 8192;
    private const int SmallestClassBytes = 4096;
    private const int LargestClass = 5;

    /// <summary>The most bytes; <see cref="long.MaxValue"/> if elements are counted.</summary>
    public long MostBytes => Option >= 0 ? long.MaxValue : SmallestClassBytes << (int)(Math.Min(-(long)Option, LargestClass) - 1);

    /// <summary>The most elements, at least one; <see cref="long.MaxValue"/> if bytes are counted.</summary>
    public long MostElements => Option < 0 ? long.MaxValue : Math.Max(Option, 1);

    /// <summary>The most bytes that a node may have, however elements are limited.</summary>
    public long MostNodeBytes => Option < 0 ? MostBytes : SafeBytes;

    /// <summary>Whether so much is too much.</summary>
    public bool IsExceeded(long bytes, long elements) => bytes > MostNodeBytes || elements > MostElements;
}
