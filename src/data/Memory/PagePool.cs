using System;
using System.Collections.Generic;
using System.Numerics;
using Hexad.Core;

namespace Hexad.Memory;

/// <summary>
/// Pages of 64 KB, cut from arenas of 4 MB of address space.
///
/// <code>
/// arena   [page][page] … 64 of them      free 1110…   one bit a page
///                                        kept 0100…   those of the free ones that have memory behind them
/// </code>
///
/// A page that was never used takes no memory. One that is given back keeps its memory, to be used again without a
/// page fault, while few are kept; beyond that its memory goes back to the system at once, 64 KB at a time, so that giving back
/// never takes long. An arena whose pages are all free is unmapped.
///
/// From the sixteenth arena on, pages of 2 MB can be asked for: random reads of a large keyspace are mostly misses of the
/// address cache. There is no fork that would have to copy them.
/// </summary>
internal sealed unsafe class PagePool(bool hugePages) : IDisposable
{
    public const int PageBytes = 64 * 1024;

    private const int ArenaPages = 64;
    private const int ArenaBytes = ArenaPages * PageBytes;
    private const int FirstHugeArena = 16;
    private const int FewestKept = 16;
    private const int KeptShare = 32;

    private readonly Dictionary<nint, int> _indexOf = [];
    private Arena[] _arenas = new Arena[8];
    private int _arenaCount;
    private int _liveArenas;
    private int _firstWithRoom;
    private long _pagesInUse;
    private long _pagesKept;

    private struct Arena
    {
        public byte* Memory;
        public ulong Free;
        public ulong Kept;
    }

    /// <summary>Bytes of memory behind pages, in use or kept.</summary>
    public long ReservedBytes => (_pagesInUse + _pagesKept) * PageBytes;

    /// <summary>A page, aligned to its size; what is in it is not defined.</summary>
    public nint Take()
    {
        while (_firstWithRoom < _arenaCount && _arenas[_firstWithRoom].Free == 0) _firstWithRoom++;
        if (_firstWithRoom == _arenaCount || _arenas[_firstWithRoom].Memory == null) AddArena();
        ref Arena arena = ref _arenas[_firstWithRoom];
        ulong choice = arena.Kept != 0 ? arena.Kept : arena.Free;
        ulong bit = choice & (0 - choice);
        if ((arena.Kept & bit) != 0) _pagesKept--;
        arena.Kept &= ~bit;
        arena.Free &= ~bit;
        _pagesInUse++;
        return (nint)arena.Memory + (nint)BitOperations.TrailingZeroCount(bit) * PageBytes;
    }

    /// <summary>Gives a page back.</summary>
    public void Return(nint page)
    {
        nint start = page & ~(nint)(ArenaBytes - 1);
        int index = _indexOf[start];
        ref Arena arena = ref _arenas[index];
        ulong bit = 1UL << (int)((page - start) / PageBytes);
        Invariant.That((arena.Free & bit) == 0);
        arena.Free |= bit;
        _pagesInUse--;
        _firstWithRoom = Math.Min(_firstWithRoom, index);
        if (_pagesKept < FewestKept + _pagesInUse / KeptShare || !AddressSpace.Discard((byte*)page, PageBytes))
        {
            arena.Kept |= bit;
            _pagesKept++;
        }

        if (arena.Free == ulong.MaxValue && _liveArenas > 1) RemoveArena(index);
    }

    /// <summary>Gives all address space back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _arenaCount; i++)
        {
            if (_arenas[i].Memory != null) AddressSpace.Unmap(_arenas[i].Memory, ArenaBytes);
        }

        _arenaCount = _liveArenas = 0;
        _indexOf.Clear();
    }

    /// <summary>Maps an arena into the first empty row, which becomes the first with room.</summary>
    private void AddArena()
    {
        if (_firstWithRoom == _arenaCount)
        {
            if (_arenaCount == _arenas.Length) Array.Resize(ref _arenas, _arenaCount * 2);
            _arenaCount++;
        }

        byte* memory = AddressSpace.Map(ArenaBytes);
        if (++_liveArenas >= FirstHugeArena && hugePages) AddressSpace.PreferHugePages(memory, ArenaBytes);
        _arenas[_firstWithRoom] = new Arena { Memory = memory, Free = ulong.MaxValue };
        _indexOf.Add((nint)memory, _firstWithRoom);
    }

    private void RemoveArena(int index)
    {
        ref Arena arena = ref _arenas[index];
        _pagesKept -= BitOperations.PopCount(arena.Kept);
        _indexOf.Remove((nint)arena.Memory);
        AddressSpace.Unmap(arena.Memory, ArenaBytes);
        _liveArenas--;
        arena = new Arena { Free = ulong.MaxValue };
    }
}
