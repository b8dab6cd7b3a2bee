using System;
using System.Runtime.InteropServices;

namespace Hexad.Fuzz;

/// <summary>
/// Memory with nothing on either side: who reads or writes a byte before or behind it is ended by the system at once. It stays for good.
///
/// <code>
/// no access 1 MB | pages | no access 1 MB
/// </code>
/// </summary>
internal sealed unsafe partial class FencedBytes
{
    private const int FenceBytes = 1 << 20;
    private const int NoAccess = 0, ReadWrite = 1 | 2;
    private const int PrivateAnonymous = 0x02 | 0x20;

    private readonly byte* _mapped;
    private readonly int _room;

    /// <summary>Fenced room for so many bytes, a multiple of 4096.</summary>
    public FencedBytes(int room)
    {
        _room = room;
        _mapped = mmap(null, (nuint)(room + 2 * FenceBytes), NoAccess, PrivateAnonymous, -1, 0);
        if ((nint)_mapped == -1 || mprotect(_mapped + FenceBytes, (nuint)room, ReadWrite) != 0) throw new OutOfMemoryException();
    }

    /// <summary>Copies bytes to where the fence follows the last (or precedes the first) of them; gone with the next call.</summary>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        var place = new Span<byte>(_mapped + FenceBytes + (atEnd ? _room - bytes.Length : 0), bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    [LibraryImport("libc")]
    private static partial byte* mmap(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int mprotect(byte* address, nuint length, int protection);
}
