using System;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Bytes in one native block with room to grow: what packed values (listpack, intset) and list nodes stand in.
/// It is a value: after a call that may move the block, the owner stores the changed Blob where it keeps it.
///
/// A blob may stand in a place that is only lent (see <see cref="PackScratch"/>): it is given a block of its own as soon as
/// it outgrows it, or where somebody keeps it (<see cref="Owned"/>); freeing it leaves the place alone.
/// </summary>
public unsafe struct Blob
{
    private const uint LentFlag = 1u << 31;

    private nint _address;
    private uint _length;
    private uint _room;

    /// <summary>The block at <paramref name="address"/>, of which <paramref name="length"/> of <paramref name="room"/> bytes count.</summary>
    public Blob(nint address, int length, int room)
    {
        Invariant.That((uint)length <= (uint)room);
        (_address, _length, _room) = (address, (uint)length, (uint)room);
    }

    /// <summary>Where the bytes stand; 0 when there is no block.</summary>
    public readonly nint Address => _address;

    /// <summary>How many bytes count.</summary>
    public readonly int Length => (int)_length;

    /// <summary>How many bytes the block was asked for with.</summary>
    public readonly int Room => (int)(_room & ~LentFlag);

    /// <summary>Whether the place is not its own.</summary>
    public readonly bool IsLent => (_room & LentFlag) != 0;

    /// <summary>The bytes that count; gone with the next call that changes the length.</summary>
    public readonly Span<byte> Bytes => new((void*)_address, (int)_length);

    /// <summary>What the block adds to the memory in use.</summary>
    public readonly long Charge => _address == 0 || IsLent ? 0 : SlabAllocator.ChargeOf(_room);

    /// <summary>A block that holds a copy of these bytes (at least one) and no room beyond its size class.</summary>
    public static Blob Of(SlabAllocator memory, ReadOnlySpan<byte> bytes)
    {
        var made = new Blob(memory.Allocate((nuint)bytes.Length), bytes.Length, bytes.Length);
        bytes.CopyTo(made.Bytes);
        return made;
    }

    /// <summary>Bytes in a place that stays its owner's, with room for so many.</summary>
    internal static Blob Lent(nint address, int length, int room)
    {
        var lent = new Blob(address, length, room);
        lent._room |= LentFlag;
        return lent;
    }

    /// <summary>The same bytes in a block of their own, which it is already unless it was lent.</summary>
    public readonly Blob Owned(SlabAllocator memory) => IsLent ? Of(memory, Bytes) : this;

    /// <summary>
    /// Puts room for <paramref name="inserted"/> bytes, not cleared, where <paramref name="removed"/> bytes stand at
    /// <paramref name="at"/>, and returns it; what follows moves. Growing past the block takes the size that is needed:
    /// packed values are small and change seldom, so that spare room would cost more than it saves.
    /// </summary>
    public Span<byte> Splice(SlabAllocator memory, int at, int removed, int inserted)
    {
        Invariant.That((uint)at <= _length && (uint)removed <= _length - (uint)at);
        int length = checked((int)_length - removed + inserted);
        Invariant.That(length > 0);
        int tail = (int)_length - at - removed;
        if (length > Room) Resize(memory, length);
        var bytes = (byte*)_address;
        Buffer.MemoryCopy(bytes + at + removed, bytes + at + inserted, tail, tail);
        _length = (uint)length;
        if (length < _room / 2 && !IsLent) Resize(memory, length);
        return new Span<byte>((byte*)_address + at, inserted);
    }

    /// <summary>Makes room for so many bytes, which are not counted yet.</summary>
    public void Reserve(SlabAllocator memory, int room)
    {
        if (room > Room) Resize(memory, room);
    }

    /// <summary>Gives room back that is not used.</summary>
    public void Trim(SlabAllocator memory)
    {
        if (!IsLent && _length < _room) Resize(memory, (int)_length);
    }

    /// <summary>
    /// Moves the start, by so many bytes up or (negative) down, while the end stays: for an owner who keeps free room before the bytes.
    /// The owner knows how much there is, and moves the start back to the block's before anything else is done than reading, <see cref="MoveEnd"/> or this.
    /// </summary>
    internal void MoveStart(int by)
    {
        Invariant.That(!IsLent && by <= _length);
        _address += by;
        _length = (uint)((int)_length - by);
        _room = (uint)((int)_room - by);
    }

    /// <summary>The last bytes, so many, do not count any more; the block stays as large as it is.</summary>
    internal void MoveEnd(int by)
    {
        Invariant.That((uint)by <= _length);
        _length -= (uint)by;
    }

    /// <summary>Frees the block.</summary>
    public void Free(SlabAllocator memory)
    {
        if (!IsLent) memory.Free(_address, _room);
        this = default;
    }

    /// <summary>Moves the block to a fuller page where there is one; whether it did.</summary>
    public bool Relocate(SlabAllocator memory) => memory.TryRelocate(_address, _room, out _address);

    private void Resize(SlabAllocator memory, int room)
    {
        if (IsLent)
        {
            nint own = memory.Allocate((nuint)room);
            Buffer.MemoryCopy((void*)_address, (void*)own, room, _length);
            (_address, _room) = (own, (uint)room);
            return;
        }

        _address = memory.Reallocate(_address, _room, (nuint)room);
        _room = (uint)room;
    }
}
