using System;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>The first bytes of a block that has a name, which stands at its end: a consumer group, a consumer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NamedBlock
{
    /// <summary>The size of the whole block.</summary>
    public uint Bytes;

    /// <summary>How long the name is.</summary>
    public int NameLength;

    /// <summary>A number that no other block of its list had.</summary>
    public uint Number;

    private readonly uint _unused;

    /// <summary>The name of a block.</summary>
    public static ReadOnlySpan<byte> NameOf(nint block)
    {
        var named = (NamedBlock*)block;
        return new ReadOnlySpan<byte>((byte*)block + named->Bytes - named->NameLength, named->NameLength);
    }
}

/// <summary>
/// Blocks with names, ordered by name, as an array of addresses: looked up in halves, inserted by moving what follows.
/// Streams have few groups and groups have few consumers: a thousand cost 8 KB moved with each new one.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NameList
{
    private const int FirstRoom = 2;

    private nint* _items;
    private int _room;

    /// <summary>How many blocks there are.</summary>
    public int Count;

    /// <summary>A block.</summary>
    public readonly nint this[int index]
    {
        get
        {
            Invariant.That((uint)index < (uint)Count);
            return _items[index];
        }
    }

    /// <summary>The index of the block with this name; if there is none, the complement of where it belongs.</summary>
    public readonly int IndexOf(ReadOnlySpan<byte> name)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = NamedBlock.NameOf(_items[middle]).SequenceCompareTo(name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Puts a block in at an index.</summary>
    public void Insert(SlabAllocator memory, int index, nint block)
    {
        if (Count == _room)
        {
            int room = Math.Max(FirstRoom, checked(_room * 2));
            _items = (nint*)(_room == 0 ? memory.Allocate((nuint)room * 8) : memory.Reallocate((nint)_items, (nuint)_room * 8, (nuint)room * 8));
            _room = room;
        }

        long tail = (Count - index) * 8L;
        Buffer.MemoryCopy(_items + index, _items + index + 1, tail, tail);
        _items[index] = block;
        Count++;
    }

    /// <summary>Takes the block at an index out.</summary>
    public void RemoveAt(SlabAllocator memory, int index)
    {
        Count--;
        long tail = (Count - index) * 8L;
        Buffer.MemoryCopy(_items + index + 1, _items + index, tail, tail);
        if (Count == 0) Clear(memory);
    }

    /// <summary>Puts a block's new address where its old one was.</summary>
    public readonly void Replace(int index, nint block) => _items[index] = block;

    /// <summary>Frees the array, not the blocks.</summary>
    public void Clear(SlabAllocator memory)
    {
        if (_room != 0) memory.Free((nint)_items, (nuint)_room * 8);
        this = default;
    }
}
