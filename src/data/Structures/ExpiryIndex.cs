using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// All entries of a database that have an expiry, so that those that are due are found without looking at any other.
/// A radix heap: a list for each bit, and an entry stands in the list of the highest bit in which its expiry differs
/// from the base, a time that only moves forward.
///
/// <code>
/// base      …0110 1000          list 0: due at the base or before
/// expiry    …0111 0011  xor      list n: differs from the base first at bit n-1, so everything in a list
///              1 1011 → list 5           is later than everything in the lists before it
/// </code>
///
/// When the first list that is not empty begins at a time that has come, the base moves up to now (at most to the end
/// of what the list may hold) and the list is handed out to the ones before it, entry by entry: that can be interrupted anywhere (new entries cannot belong to it any more).
/// Each move brings an entry to a lower list, so one with an hour to live moves 22 times at most, about half of
/// that in general, at the cost of a cache miss that is prefetched. Redis samples instead: it finds most, and looks at many that are not due.
///
/// Lists are arrays in pieces of 512; an entry knows its place (list and index), so removing one puts the last of its
/// list there. Cost: 8 bytes here and 16 in the entry, of which 8 are the expiry. Being arrays, they can be sampled evenly.
///
/// Contract: entries are not owned; an entry that moves in memory must be told (<see cref="Replace"/>).
/// Checked against a sorted list in ExpiryIndexTests.
/// </summary>
public sealed unsafe class ExpiryIndex
{
    private const int Lists = 65;
    private const int PlaceBits = 56;

    private readonly SlabAllocator _memory;
    private readonly PieceList[] _lists = new PieceList[Lists];
    private long _baseMs;
    private int _splitting;

    /// <summary>An index that holds nothing yet.</summary>
    public ExpiryIndex(SlabAllocator memory) => _memory = memory;

    /// <summary>How many entries there are.</summary>
    public long Count { get; private set; }

    /// <summary>Adds an entry that has an expiry.</summary>
    public void Add(Entry entry)
    {
        Invariant.That(entry.HasExpiry && !entry.IsIndexed);
        entry.IsIndexed = true;
        Put(ListOf(entry.ExpiryMs), entry);
        Count++;
    }

    /// <summary>Takes an entry out. Its expiry must be what it was when it was added.</summary>
    public void Remove(Entry entry)
    {
        Invariant.That(entry.IsIndexed);
        entry.IsIndexed = false;
        ulong place = entry.IndexPlace;
        Take((int)(place >> PlaceBits), (long)(place & ((1UL << PlaceBits) - 1)), entry);
        Count--;
    }

    /// <summary>Says that an entry stands at another address now.</summary>
    public void Replace(Entry entry)
    {
        ulong place = entry.IndexPlace;
        *_lists[place >> PlaceBits].At((long)(place & ((1UL << PlaceBits) - 1))) = entry.Block;
    }

    /// <summary>
    /// An entry whose expiry is at or before <paramref name="nowMs"/>, which stays in the index until it is removed;
    /// default if there is none, or the budget was spent on looking (then it is spent). One unit of budget is an entry moved between lists.
    /// </summary>
    public Entry FirstDue(long nowMs, ref SliceBudget budget)
    {
        while (Count != 0)
        {
            if (_lists[0].Count != 0)
            {
                // The clock may have stepped back behind the base: then what stands here may not be due.
                var entry = new Entry(*_lists[0].At(_lists[0].Count - 1));
                return entry.ExpiryMs <= nowMs ? entry : default;
            }

            if (_splitting == 0)
            {
                int first = FirstList();
                long beginsMs = BeginOf(first);
                if (beginsMs > nowMs) break;
                _baseMs = Math.Min(nowMs, LastOf(first));
                _splitting = first;
            }

            if (!Split(ref budget)) break;
        }

        return default;
    }

    /// <summary>An entry chosen with equal chance for each; default if there is none.</summary>
    public Entry Sample(Dice dice)
    {
        if (Count == 0) return default;
        long chosen = dice.Below(Count);
        int list = 0;
        for (; chosen >= _lists[list].Count; list++) chosen -= _lists[list].Count;
        return new Entry(*_lists[list].At(chosen));
    }

    /// <summary>An entry out of those that expire soonest: one of the first list that has any.</summary>
    public Entry SampleSoonest(Dice dice)
    {
        if (Count == 0) return default;
        ref PieceList list = ref _lists[_splitting != 0 && _lists[0].Count == 0 ? _splitting : FirstList()];
        return new Entry(*list.At(dice.Below(list.Count)));
    }

    /// <summary>Forgets all entries and gives the lists' memory back; the entries themselves are left as they are.</summary>
    public void Clear()
    {
        for (int i = 0; i < Lists; i++) _lists[i].Clear(_memory);
        Count = 0;
        _splitting = 0;
    }

    /// <summary>Checks that each entry knows its place and stands in the right list.</summary>
    public void Validate()
    {
        long count = 0;
        for (int i = 0; i < Lists; i++)
        {
            count += _lists[i].Count;
            for (long j = 0; j < _lists[i].Count; j++)
            {
                var entry = new Entry(*_lists[i].At(j));
                Invariant.That(entry.HasExpiry && entry.IsIndexed);
                Invariant.That(entry.IndexPlace == ((ulong)i << PlaceBits | (ulong)j));
                Invariant.That(i == _splitting || ListOf(entry.ExpiryMs) == i);
            }
        }

        Invariant.That(count == Count);
    }

    private int ListOf(long expiryMs) => expiryMs <= _baseMs ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)(expiryMs ^ _baseMs));

    /// <summary>The earliest time that may stand in a list, which is not the first.</summary>
    private long BeginOf(int list) => (long)(((ulong)_baseMs >> (list - 1) | 1) << (list - 1));

    /// <summary>The latest time that may stand in a list, which is not the first.</summary>
    private long LastOf(int list) => BeginOf(list) | ((1L << (list - 1)) - 1);

    private int FirstList()
    {
        int list = 0;
        while (_lists[list].Count == 0) list++;
        return list;
    }

    /// <summary>Hands entries of the list that is being split out to the lists before it; false when the budget ended first.</summary>
    private bool Split(ref SliceBudget budget)
    {
        const int Ahead = 8;
        ref PieceList list = ref _lists[_splitting];
        while (list.Count != 0)
        {
            if (budget.IsSpent) return false;
            budget.Spend();
            long last = list.Count - 1;
            if (last >= Ahead) Bucket.Prefetch(*list.At(last - Ahead));
            var entry = new Entry(*list.At(last));
            list.RemoveLast(_memory);
            Put(ListOf(entry.ExpiryMs), entry);
        }

        _splitting = 0;
        return true;
    }

    private void Put(int list, Entry entry)
    {
        Invariant.That(list != _splitting || list == 0);
        ref PieceList to = ref _lists[list];
        entry.IndexPlace = (ulong)list << PlaceBits | (ulong)to.Count;
        to.Add(entry.Block, _memory);
    }

    private void Take(int list, long index, Entry entry)
    {
        ref PieceList from = ref _lists[list];
        nint* place = from.At(index);
        Invariant.That(*place == entry.Block);
        nint last = *from.At(from.Count - 1);
        *place = last;
        new Entry(last).IndexPlace = (ulong)list << PlaceBits | (ulong)index;
        from.RemoveLast(_memory);
        if (list == _splitting && from.Count == 0) _splitting = 0;
    }
}

/// <summary>An array of addresses in pieces of 512, so that it grows without copying; the first piece grows from 8.</summary>
internal unsafe struct PieceList
{
    private const int PieceBits = 9;
    private const int PieceLength = 1 << PieceBits;
    private const int FirstLength = 8;

    private nint** _pieces;
    private int _pieceRoom;
    private int _firstRoom;

    public long Count { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint* At(long index)
    {
        Invariant.That((ulong)index < (ulong)Count);
        return _pieces[index >> PieceBits] + (index & (PieceLength - 1));
    }

    public void Add(nint address, SlabAllocator memory)
    {
        int piece = (int)(Count >> PieceBits);
        if (piece == 0 ? Count == _firstRoom : (Count & (PieceLength - 1)) == 0) Grow(piece, memory);
        Count++;
        *At(Count - 1) = address;
    }

    public void RemoveLast(SlabAllocator memory)
    {
        Invariant.That(Count > 0);
        Count--;
        if (Count == 0) Clear(memory);
        else if (Count >= PieceLength && (Count & (PieceLength - 1)) == 0) memory.Free((nint)_pieces[Count >> PieceBits], PieceLength * 8);
    }

    public void Clear(SlabAllocator memory)
    {
        if (_pieces == null) return;
        memory.Free((nint)_pieces[0], (nuint)_firstRoom * 8);
        for (long i = 1; i < (Count + PieceLength - 1) >> PieceBits; i++) memory.Free((nint)_pieces[i], PieceLength * 8);
        memory.Free((nint)_pieces, (nuint)_pieceRoom * 8);
        this = default;
    }

    private void Grow(int piece, SlabAllocator memory)
    {
        if (piece == _pieceRoom)
        {
            int room = Math.Max(1, _pieceRoom * 2);
            _pieces = (nint**)(_pieces == null ? memory.Allocate(8) : memory.Reallocate((nint)_pieces, (nuint)_pieceRoom * 8, (nuint)room * 8));
            _pieceRoom = room;
        }

        if (piece != 0)
        {
            _pieces[piece] = (nint*)memory.Allocate(PieceLength * 8);
            return;
        }

        int first = Math.Max(FirstLength, _firstRoom * 2);
        _pieces[0] = (nint*)(_firstRoom == 0 ? memory.Allocate((nuint)first * 8) : memory.Reallocate((nint)_pieces[0], (nuint)_firstRoom * 8, (nuint)first * 8));
        _firstRoom = first;
    }
}
