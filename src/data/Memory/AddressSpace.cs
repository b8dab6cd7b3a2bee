using System;
using System.Runtime.InteropServices;

namespace Hexad.Memory;

/// <summary>
/// Address space from the system. On Linux straight from mmap, since malloc is no good for it: freed arenas that lie
/// side by side in its heap go back to the system in one piece when the last one is freed, and giving back a few
/// hundred megabytes in one call takes 17 ms. Elsewhere from the runtime's aligned allocation, which does not know
/// <see cref="Discard"/>.
/// </summary>
internal static unsafe partial class AddressSpace
{
    private const int ProtectReadWrite = 1 | 2;
    private const int MapPrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;
    private const int AdviseDontNeed = 4;
    private const int AdviseHugePage = 14;

    /// <summary>Bytes of zeros, aligned to their own number, which is a power of two; they take memory when they are touched.</summary>
    public static byte* Map(nuint bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            byte* aligned = (byte*)NativeMemory.AlignedAlloc(bytes, bytes);
            NativeMemory.Clear(aligned, bytes);
            return aligned;
        }

        byte* mapped = mmap(null, bytes * 2, ProtectReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
        if ((nint)mapped == -1) throw new OutOfMemoryException();
        byte* start = (byte*)(((nuint)mapped + bytes - 1) & ~(bytes - 1));
        nuint before = (nuint)(start - mapped), after = bytes - before;
        if (before != 0) Unmap(mapped, before);
        if (after != 0) Unmap(start + bytes, after);
        return start;
    }

    /// <summary>Gives back what <see cref="Map"/> gave.</summary>
    public static void Unmap(byte* start, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) NativeMemory.AlignedFree(start);
        else if (munmap(start, bytes) != 0) throw new InvalidOperationException("munmap failed");
    }

    /// <summary>Gives the memory behind some pages back, keeping their addresses; false if that cannot be done here.</summary>
    public static bool Discard(byte* start, nuint bytes) => OperatingSystem.IsLinux() && madvise(start, bytes, AdviseDontNeed) == 0;

    /// <summary>Asks for pages of 2 MB, if the system has them: a hint.</summary>
    public static void PreferHugePages(byte* start, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) _ = madvise(start, bytes, AdviseHugePage);
    }

    [LibraryImport("libc")]
    private static partial byte* mmap(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(byte* address, nuint length);

    [LibraryImport("libc")]
    private static partial int madvise(byte* address, nuint length, int advice);
}
