using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Memory;

/// <summary>
/// Native memory for one node's keyspace: small blocks from slab pages, large ones from malloc, every byte counted.
///
/// <code>
/// page   64 KB, aligned to 64 KB, from a PagePool:   [header 64][free bits, 1 = free][blocks of one size, the first at a multiple of 64]
/// block  no header of its own: the caller says the size again when it frees
/// </code>
///
/// The page of a block is its address without the low 16 bits, so freeing costs one multiplication and one bit. Free
/// blocks are never written to: a page that was cut but not used yet takes no memory from the system, and a page is
/// never prepared as a whole. That is why no request takes long.
///
/// Pages of a class that have room stand in a list; a page that is empty goes back to the pool of pages. <see cref="CopyBlocks"/> tells the live blocks of a page and
/// <see cref="TryRelocate"/> moves a block out of a sparse page: what active defragmentation is made of.
///
/// Contract: sizes are what was asked for, at <see cref="Free"/> the same (or one of the same class) as at
/// <see cref="Allocate"/>. A wrong size or a second free of a small block fails an invariant. One thread only.
/// </summary>
public sealed unsafe class SlabAllocator : IDisposable
{
    /// <summary>Size and alignment of a page.</summary>
    public const int PageBytes = PagePool.PageBytes;

    /// <summary>The largest request that is served from a slab page.</summary>
    public const int LargestSlabBytes = SizeClasses.LargestBytes;

    private const int HeaderBytes = 64;
    private const int LargeOverheadBytes = 16;

    private readonly SizeClass[] _classes = new SizeClass[SizeClasses.Count];
    private readonly PagePool _pages;
    private long _usedBytes;
    private long _largeBytes;

    private struct SizeClass
    {
        public PageHeader* WithRoom;
        public uint Reciprocal;
        public int BlockBytes;
        public int Capacity;
        public int FirstBlock;
        public int Pages;
        public long Used;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PageHeader
    {
        public PageHeader* Next;
        public PageHeader* Previous;
        public short Class;
        public ushort Capacity;
        public ushort Used;
        public ushort FirstWordWithRoom;
    }

    /// <summary>An allocator that holds nothing yet. With <paramref name="hugePages"/> it asks the system for pages of 2 MB once it is large.</summary>
    public SlabAllocator(bool hugePages = false)
    {
        _pages = new PagePool(hugePages);
        for (int i = 0; i < _classes.Length; i++)
        {
            ref SizeClass c = ref _classes[i];
            c.BlockBytes = SizeClasses.BytesOf(i);
            c.Capacity = (PageBytes - HeaderBytes) * 8 / (c.BlockBytes * 8 + 1);
            c.FirstBlock = FirstBlockOf(c.Capacity);
            while (c.FirstBlock + c.Capacity * c.BlockBytes > PageBytes) c.FirstBlock = FirstBlockOf(--c.Capacity);
            c.Reciprocal = (uint)((1UL << 32) / (uint)c.BlockBytes + 1);
        }
    }

    /// <summary>Bytes in use: each block counts with the size of its class, a large one with its size and malloc's header.</summary>
    public long UsedBytes => _usedBytes;

    /// <summary>Bytes taken from the system or from malloc for them, whether touched or not.</summary>
    public long ReservedBytes => _pages.ReservedBytes + _largeBytes;

    /// <summary>How many bytes a request of <paramref name="bytes"/> bytes adds to <see cref="UsedBytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ChargeOf(nuint bytes) =>
        bytes <= LargestSlabBytes ? SizeClasses.BytesOf(SizeClasses.Of(bytes)) : LargeCharge(bytes);

    /// <summary>A block of at least <paramref name="bytes"/> bytes (1 or more), aligned to 8, to 64 if its size is a multiple of 64; not cleared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Allocate(nuint bytes)
    {
        Invariant.That(bytes > 0);
        return bytes <= LargestSlabBytes ? AllocateSmall(SizeClasses.Of(bytes)) : AllocateLarge(bytes);
    }

    /// <summary>As <see cref="Allocate"/>, cleared.</summary>
    public nint AllocateZeroed(nuint bytes)
    {
        nint block = Allocate(bytes);
        NativeMemory.Clear((void*)block, bytes);
        return block;
    }

    /// <summary>Gives a block back; <paramref name="bytes"/> as it was asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(nint block, nuint bytes)
    {
        Invariant.That(block != 0);
        if (bytes <= LargestSlabBytes) FreeSmall(block, SizeClasses.Of(bytes));
        else FreeLarge(block, bytes);
    }

    /// <summary>Whether a block of one size can serve as a block of the other without moving.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSameClass(nuint oldBytes, nuint newBytes) =>
        oldBytes == newBytes || (oldBytes <= LargestSlabBytes && newBytes <= LargestSlabBytes && SizeClasses.Of(oldBytes) == SizeClasses.Of(newBytes));

    /// <summary>Changes the size of a block, keeping the bytes that fit; it may move.</summary>
    public nint Reallocate(nint block, nuint oldBytes, nuint newBytes)
    {
        Invariant.That(newBytes > 0);
        if (IsSameClass(oldBytes, newBytes)) return block;
        if (oldBytes > LargestSlabBytes && newBytes > LargestSlabBytes)
        {
            long change = LargeCharge(newBytes) - LargeCharge(oldBytes);
            _usedBytes += change;
            _largeBytes += change;
            return (nint)NativeMemory.Realloc((void*)block, newBytes);
        }

        nint moved = Allocate(newBytes);
        Buffer.MemoryCopy((void*)block, (void*)moved, newBytes, Math.Min(oldBytes, newBytes));
        Free(block, oldBytes);
        return moved;
    }

    /// <summary>A whole page for the caller's own use, not cleared: <see cref="PageBytes"/> long and aligned to as much.</summary>
    public nint AllocatePage()
    {
        _usedBytes += PageBytes;
        return _pages.Take();
    }

    /// <summary>Gives a page of <see cref="AllocatePage"/> back.</summary>
    public void FreePage(nint page)
    {
        _usedBytes -= PageBytes;
        _pages.Return(page);
    }

    /// <summary>A block of whole cache lines, aligned to 64, cleared; its size a multiple of 64.</summary>
    public nint AllocateLines(nuint bytes)
    {
        Invariant.That(bytes % 64 == 0);
        nint block;
        if (bytes <= LargestSlabBytes)
        {
            block = Allocate(bytes);
        }
        else
        {
            block = (nint)NativeMemory.AlignedAlloc(bytes, 64);
            _usedBytes += LargeCharge(bytes);
            _largeBytes += LargeCharge(bytes);
        }

        NativeMemory.Clear((void*)block, bytes);
        return block;
    }

    /// <summary>Gives a block of <see cref="AllocateLines"/> back.</summary>
    public void FreeLines(nint block, nuint bytes)
    {
        if (bytes <= LargestSlabBytes)
        {
            Free(block, bytes);
            return;
        }

        NativeMemory.AlignedFree((void*)block);
        _usedBytes -= LargeCharge(bytes);
        _largeBytes -= LargeCharge(bytes);
    }

    /// <summary>
    /// Moves a small block into one of the first pages of its class that have room, if more than an eighth of the class
    /// is unused: once through all blocks empties the other pages. The caller puts the new address where the old one
    /// was. False when the block lies well, or is large.
    /// </summary>
    public bool TryRelocate(nint block, nuint bytes, out nint moved)
    {
        const int Targets = 8, WorthShare = 8;
        moved = block;
        if (bytes > LargestSlabBytes) return false;
        PageHeader* own = PageOf(block);
        ref SizeClass c = ref _classes[own->Class];
        long room = (long)c.Pages * c.Capacity;
        if (own->Used == own->Capacity || (room - c.Used) * WorthShare <= room) return false;
        PageHeader* target = null;
        bool isTarget = false;
        int looked = 0;
        for (PageHeader* page = c.WithRoom; page != null && looked < Targets; page = page->Next, looked++)
        {
            isTarget |= page == own;
            if (target == null || page->Used > target->Used) target = page;
        }

        if (target == own || target == null || (isTarget && target->Used == own->Used)) return false;
        moved = TakeBlock(target, ref c);
        Buffer.MemoryCopy((void*)block, (void*)moved, bytes, bytes);
        FreeSmall(block, own->Class);
        return true;
    }

    /// <summary>The page that a small block lies in.</summary>
    public static nint PageAddressOf(nint block) => block & ~(nint)(PageBytes - 1);

    /// <summary>The live blocks of a slab page, in order of address; returns how many. <paramref name="blocks"/> has room for <see cref="PageBytes"/> / 8.</summary>
    public int CopyBlocks(nint page, Span<nint> blocks)
    {
        PageHeader* header = (PageHeader*)page;
        ref SizeClass c = ref _classes[header->Class];
        int count = 0;
        for (int i = 0; i < c.Capacity; i++)
        {
            if ((BitsOf(header)[i >> 6] >> (i & 63) & 1) == 0) blocks[count++] = page + c.FirstBlock + (nint)i * c.BlockBytes;
        }

        return count;
    }

    /// <summary>Checks every page list against what is counted. For tests.</summary>
    public void Validate()
    {
        for (int i = 0; i < _classes.Length; i++)
        {
            ref SizeClass c = ref _classes[i];
            PageHeader* previous = null;
            for (PageHeader* page = c.WithRoom; page != null; previous = page, page = page->Next)
            {
                Invariant.That(page->Class == i);
                Invariant.That(page->Previous == previous);
                Invariant.That(page->Used < page->Capacity);
                int free = 0;
                for (int word = 0; word < (page->Capacity + 63) / 64; word++)
                {
                    ulong bits = BitsOf(page)[word];
                    Invariant.That(word >= page->FirstWordWithRoom || bits == 0);
                    free += BitOperations.PopCount(bits);
                }

                Invariant.That(free == page->Capacity - page->Used);
            }

            Invariant.That(c.Used <= (long)c.Pages * c.Capacity);
        }
    }

    /// <summary>Gives all slab memory back to the system, live blocks included. Large blocks must have been freed.</summary>
    public void Dispose()
    {
        _pages.Dispose();
        for (int i = 0; i < _classes.Length; i++) _classes[i].WithRoom = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint AllocateSmall(int index)
    {
        ref SizeClass c = ref _classes[index];
        PageHeader* page = c.WithRoom;
        if (page == null) page = CutPage(index);
        return TakeBlock(page, ref c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint TakeBlock(PageHeader* page, ref SizeClass c)
    {
        ulong* bits = BitsOf(page);
        int word = page->FirstWordWithRoom;
        while (bits[word] == 0) word++;
        int index = word * 64 + BitOperations.TrailingZeroCount(bits[word]);
        bits[word] &= bits[word] - 1;
        page->FirstWordWithRoom = (ushort)word;
        if (++page->Used == page->Capacity) Unlink(page, ref c);
        c.Used++;
        _usedBytes += c.BlockBytes;
        return (nint)page + c.FirstBlock + (nint)index * c.BlockBytes;
    }

    private void FreeSmall(nint block, int index)
    {
        ref SizeClass c = ref _classes[index];
        PageHeader* page = PageOf(block);
        Invariant.That(page->Class == index);
        uint offset = (uint)(block - (nint)page) - (uint)c.FirstBlock;
        uint place = (uint)((ulong)offset * c.Reciprocal >> 32);
        Invariant.That(place * (uint)c.BlockBytes == offset);
        int word = (int)(place >> 6);
        ulong bit = 1UL << (int)(place & 63);
        Invariant.That((BitsOf(page)[word] & bit) == 0);

        BitsOf(page)[word] |= bit;
        if (word < page->FirstWordWithRoom) page->FirstWordWithRoom = (ushort)word;
        c.Used--;
        _usedBytes -= c.BlockBytes;
        if (page->Used-- == page->Capacity) LinkFirst(page, ref c);
        else if (page->Used == 0 && (page->Next != null || page->Previous != null)) DropPage(page, ref c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PageHeader* PageOf(nint block) => (PageHeader*)PageAddressOf(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* BitsOf(PageHeader* page) => (ulong*)((byte*)page + HeaderBytes);

    private static int FirstBlockOf(int capacity) => HeaderBytes + ((capacity + 63) / 64 * 8 + 63) / 64 * 64;

    private static long LargeCharge(nuint bytes) => (long)((bytes + 15) & ~(nuint)15) + LargeOverheadBytes;

    private nint AllocateLarge(nuint bytes)
    {
        nint block = (nint)NativeMemory.Alloc(bytes);
        _usedBytes += LargeCharge(bytes);
        _largeBytes += LargeCharge(bytes);
        return block;
    }

    private void FreeLarge(nint block, nuint bytes)
    {
        NativeMemory.Free((void*)block);
        _usedBytes -= LargeCharge(bytes);
        _largeBytes -= LargeCharge(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PageHeader* CutPage(int index)
    {
        var page = (PageHeader*)_pages.Take();
        ref SizeClass c = ref _classes[index];
        page->Class = (short)index;
        page->Capacity = (ushort)c.Capacity;
        page->Used = 0;
        page->FirstWordWithRoom = 0;
        ulong* bits = BitsOf(page);
        int words = c.Capacity / 64;
        for (int i = 0; i < words; i++) bits[i] = ulong.MaxValue;
        if (c.Capacity % 64 != 0) bits[words] = (1UL << (c.Capacity % 64)) - 1;
        c.Pages++;
        LinkFirst(page, ref c);
        return page;
    }

    private void DropPage(PageHeader* page, ref SizeClass c)
    {
        Unlink(page, ref c);
        c.Pages--;
        _pages.Return((nint)page);
    }

    private static void LinkFirst(PageHeader* page, ref SizeClass c)
    {
        page->Previous = null;
        page->Next = c.WithRoom;
        if (c.WithRoom != null) c.WithRoom->Previous = page;
        c.WithRoom = page;
    }

    private static void Unlink(PageHeader* page, ref SizeClass c)
    {
        if (page->Previous != null) page->Previous->Next = page->Next;
        else c.WithRoom = page->Next;
        if (page->Next != null) page->Next->Previous = page->Previous;
        page->Next = page->Previous = null;
    }
}
