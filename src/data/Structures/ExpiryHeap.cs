using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// The fields of one hash that expire, soonest first: a binary heap of block addresses that stands in the hash's root.
/// Each field knows its place, so that it can leave or change without being looked for.
///
/// <code>
///            0 soonest            parent of n: (n - 1) / 2
///          1       2              children:    2n + 1, 2n + 2
///         3 4     5 6
/// </code>
///
/// Costs: 8 bytes here and 12 in the block; a change moves the field over at most log2(n) places.
///
/// Contract: blocks are not owned; one that moves in memory must be told (<see cref="Replace"/>).
/// </summary>
internal struct ExpiryHeap
{
    private const int PopsPerUnit = 32;

    private PieceList _list;

    /// <summary>How many fields expire.</summary>
    public readonly long Count => _list.Count;

    /// <summary>The one that expires first; none if nothing does.</summary>
    public readonly unsafe Member First => Count == 0 ? default : new Member(*_list.At(0));

    public void Add(Member field, SlabAllocator memory)
    {
        Invariant.That(_list.Count < uint.MaxValue);
        _list.Add(field.Block, memory);
        Put(Count - 1, field);
        Up(Count - 1);
    }

    public void Remove(Member field, SlabAllocator memory)
    {
        long hole = field.HeapPlace;
        Invariant.That(At(hole).Block == field.Block);
        Member last = At(Count - 1);
        _list.RemoveLast(memory);
        if (last.Block == field.Block) return;
        Put(hole, last);
        Changed(last);
    }

    /// <summary>A field has another expiry than before.</summary>
    public readonly void Changed(Member field)
    {
        Up(field.HeapPlace);
        Down(field.HeapPlace);
    }

    /// <summary>A field stands in another block.</summary>
    public readonly void Replace(Member field) => Put(field.HeapPlace, field);

    /// <summary>Gives the list's memory back piece by piece; true when all is.</summary>
    public bool FreeSlice(SlabAllocator memory, ref SliceBudget budget)
    {
        while (Count > 0)
        {
            if (budget.IsSpent) return false;
            budget.Spend();
            for (int i = 0; i < PopsPerUnit && Count > 0; i++) _list.RemoveLast(memory);
        }

        return true;
    }

    public readonly void Validate()
    {
        for (long i = 0; i < Count; i++)
        {
            Invariant.That(At(i).HasExpiry);
            Invariant.That(At(i).HeapPlace == i);
            Invariant.That(i == 0 || At((i - 1) / 2).ExpiryMs <= At(i).ExpiryMs);
        }
    }

    private readonly unsafe Member At(long place) => new(*_list.At(place));

    private readonly unsafe void Put(long place, Member field)
    {
        *_list.At(place) = field.Block;
        field.HeapPlace = (uint)place;
    }

    private readonly void Up(long place)
    {
        Member field = At(place);
        long expiryMs = field.ExpiryMs;
        while (place > 0)
        {
            Member parent = At((place - 1) / 2);
            if (parent.ExpiryMs <= expiryMs) break;
            Put(place, parent);
            place = (place - 1) / 2;
        }

        Put(place, field);
    }

    private readonly void Down(long place)
    {
        Member field = At(place);
        long expiryMs = field.ExpiryMs;
        for (long child = 2 * place + 1; child < Count; child = 2 * place + 1)
        {
            if (child + 1 < Count && At(child + 1).ExpiryMs < At(child).ExpiryMs) child++;
            if (At(child).ExpiryMs >= expiryMs) break;
            Put(place, At(child));
            place = child;
        }

        Put(place, field);
    }
}
