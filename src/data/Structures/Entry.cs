using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// A key and its value in one native block, as a database's table holds it.
///
/// <code>
/// 0   access u24, epoch u8     when or how often it was used; which snapshot walk has passed it
/// 4   type u4, encoding u4
/// 5   flags                    expiry 1, outside 2, long key 4, in the expiry index 8
/// 6   key length u8            unless long
/// 7   inline value length u8   unless outside
/// 8   [expiry: time i64 ms, place in the expiry index u64]
///     [outside: address, length u32, room u32]
///     [long key: length u32]
///     key
///     [inline value: 0 to 255 bytes; an integer is 8]
/// </code>
///
/// So a key of 16 and a value of 32 bytes take 56. Strings and packed values over 255 bytes stand outside, in a block of
/// their own (strings with room to grow), and so do collections, whose root the address names (length and room are
/// then 0).
///
/// Contract: an Entry is an address; it does not own and does not check. Changing its shape (expiry, place of the
/// value, inline length) goes through <see cref="Reshape"/>, which may move the block: the caller puts the new address
/// into the table and, if it has an expiry, into the expiry index.
/// </summary>
public readonly unsafe struct Entry : IBlockKeys
{
    /// <summary>The longest value that stands in the entry itself.</summary>
    public const int LongestInlineBytes = 255;

    private const int HeaderBytes = 8;
    private const int ExpiryBytes = 16;
    private const int OutsideBytes = 16;
    private const int LongKeyBytes = 4;
    private const int LongestShortKey = 255;

    private const byte FlagExpiry = 1;
    private const byte FlagOutside = 2;
    private const byte FlagLongKey = 4;
    private const byte FlagIndexed = 8;

    private const int FlagsAt = 5;
    private const int KeyLengthAt = 6;
    private const int InlineLengthAt = 7;

    private readonly byte* _block;

    /// <summary>The entry at this address.</summary>
    public Entry(nint block) => _block = (byte*)block;

    /// <summary>The entry's address.</summary>
    public nint Block => (nint)_block;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> KeyOf(nint block) => new Entry(block).Key;

    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> Key => new(_block + KeyOffset, KeyLength);

    /// <summary>What kind of value it is.</summary>
    public ObjectType Type => (ObjectType)(_block[4] & 15);

    /// <summary>How the value is represented.</summary>
    public ObjectEncoding Encoding => (ObjectEncoding)(_block[4] >> 4);

    /// <summary>Whether there is an expiry.</summary>
    public bool HasExpiry => (_block[FlagsAt] & FlagExpiry) != 0;

    /// <summary>Whether the value stands in a block of its own.</summary>
    public bool IsOutside => (_block[FlagsAt] & FlagOutside) != 0;

    /// <summary>Whether the entry stands in an expiry index, which alone sets this.</summary>
    public bool IsIndexed
    {
        get => (_block[FlagsAt] & FlagIndexed) != 0;
        internal set => _block[FlagsAt] = (byte)(value ? _block[FlagsAt] | FlagIndexed : _block[FlagsAt] & ~FlagIndexed);
    }

    /// <summary>24 bits of LRU time or LFU counter.</summary>
    public uint Access
    {
        get => *(uint*)_block & 0xFFFFFF;
        set => *(uint*)_block = *(uint*)_block & 0xFF000000 | value & 0xFFFFFF;
    }

    /// <summary>The epoch of the last snapshot walk that has passed this entry, or in which it was made.</summary>
    public byte Epoch
    {
        get => _block[3];
        set => _block[3] = value;
    }

    /// <summary>When the entry expires, in Unix milliseconds; only if it has an expiry.</summary>
    public long ExpiryMs
    {
        get => *(long*)(_block + HeaderBytes);
        set => *(long*)(_block + HeaderBytes) = value;
    }

    /// <summary>Where the expiry index keeps the entry; only if it has an expiry.</summary>
    internal ulong IndexPlace
    {
        get => *(ulong*)(_block + HeaderBytes + 8);
        set => *(ulong*)(_block + HeaderBytes + 8) = value;
    }

    /// <summary>Whether the value is a pack that stands in the entry the tight way (<see cref="TightPack"/>): so small hashes do.</summary>
    public bool IsTight => !IsOutside && IsKeptTight(Type, Encoding);

    /// <summary>Whether packs of this kind stand the tight way where they stand in the entry.</summary>
    public static bool IsKeptTight(ObjectType type, ObjectEncoding encoding) => type == ObjectType.Hash && encoding == ObjectEncoding.Listpack;

    /// <summary>The value's bytes where they stand: a string, a packed value; for a collection nothing.</summary>
    public Span<byte> Value => IsOutside
        ? new Span<byte>((void*)*(nint*)OutsideAt, *(int*)(OutsideAt + 8))
        : new Span<byte>(_block + KeyOffset + KeyLength, _block[InlineLengthAt]);

    /// <summary>How many bytes the value has where it stands.</summary>
    public int ValueLength => IsOutside ? *(int*)(OutsideAt + 8) : _block[InlineLengthAt];

    /// <summary>How many bytes of value stand in the entry itself; 0 if the value is outside.</summary>
    public int InlineLength => IsOutside ? 0 : _block[InlineLengthAt];

    /// <summary>Whether an outside string of this length should take over the block that is there: it fits, and wastes no more than half.</summary>
    public bool FitsOutside(int length) => (uint)length <= OutsideRoom && (uint)length >= OutsideRoom / 2;

    /// <summary>The integer of an entry whose encoding is <see cref="ObjectEncoding.Int"/>.</summary>
    public long Integer
    {
        get => Unsafe.ReadUnaligned<long>(_block + KeyOffset + KeyLength);
        set => Unsafe.WriteUnaligned(_block + KeyOffset + KeyLength, value);
    }

    /// <summary>The size of the block as it was asked for.</summary>
    public nuint Bytes => SizeOf(_block[FlagsAt], KeyLength, IsOutside ? 0 : _block[InlineLengthAt]);

    /// <summary>What the entry and its outside value add to the memory in use.</summary>
    public long Charge => SlabAllocator.ChargeOf(Bytes) + ValueCharge;

    /// <summary>What the outside value adds to the memory in use; 0 if there is none.</summary>
    public long ValueCharge => !IsOutside ? 0 : IsCollection ? Header.ChargeBytes : SlabAllocator.ChargeOf(OutsideRoom);

    /// <summary>Whether the value is a structure of many blocks, known by its root, rather than bytes in one place.</summary>
    public bool IsCollection => Encoding >= ObjectEncoding.HashTable;

    /// <summary>Whether the value is a string of more than so many bytes, in a block of its own.</summary>
    public bool IsLongString(int bytes) => IsOutside && Type == ObjectType.String && *(uint*)(OutsideAt + 8) > (uint)bytes;

    /// <summary>What a value outside is known by: the root of a collection, the block of anything else.</summary>
    public nint LargeAddress => *(nint*)OutsideAt;

    /// <summary>The root block of a collection.</summary>
    public nint Root
    {
        get => *(nint*)OutsideAt;
        set => *(nint*)OutsideAt = value;
    }

    /// <summary>What the keyspace knows of a collection.</summary>
    public ref CollectionHeader Header => ref *(CollectionHeader*)Root;

    /// <summary>The block of an outside value that is bytes in one place.</summary>
    public Blob Blob
    {
        get => new(*(nint*)OutsideAt, *(int*)(OutsideAt + 8), *(int*)(OutsideAt + 12));
        set
        {
            Invariant.That(!value.IsLent);
            *(nint*)OutsideAt = value.Address;
            *(int*)(OutsideAt + 8) = value.Length;
            *(int*)(OutsideAt + 12) = value.Room;
        }
    }

    private int KeyLength => (_block[FlagsAt] & FlagLongKey) == 0 ? _block[KeyLengthAt] : *(int*)(_block + KeyOffset - LongKeyBytes);
    private int KeyOffset => KeyOffsetOf(_block[FlagsAt]);
    private byte* OutsideAt => _block + HeaderBytes + (_block[FlagsAt] & FlagExpiry) * ExpiryBytes;
    private uint OutsideRoom => *(uint*)(OutsideAt + 12);

    /// <summary>Makes an entry with no value yet (its inline value bytes, or its outside place, are not cleared).</summary>
    public static Entry Create(SlabAllocator memory, ReadOnlySpan<byte> key, bool expiry, bool outside, int inlineLength)
    {
        Invariant.That((uint)inlineLength <= LongestInlineBytes);
        bool isLong = key.Length > LongestShortKey;
        byte flags = (byte)((expiry ? FlagExpiry : 0) | (outside ? FlagOutside : 0) | (isLong ? FlagLongKey : 0));
        var block = (byte*)memory.Allocate(SizeOf(flags, key.Length, outside ? 0 : inlineLength));
        *(ulong*)block = 0;
        block[FlagsAt] = flags;
        block[KeyLengthAt] = isLong ? (byte)0 : (byte)key.Length;
        block[InlineLengthAt] = (byte)inlineLength;
        int offset = KeyOffsetOf(flags);
        if (isLong) *(int*)(block + offset - LongKeyBytes) = key.Length;
        key.CopyTo(new Span<byte>(block + offset, key.Length));
        return new Entry((nint)block);
    }

    /// <summary>Says what the value is; the caller puts it there.</summary>
    public void SetKind(ObjectType type, ObjectEncoding encoding) => _block[4] = (byte)((int)type | (int)encoding << 4);

    /// <summary>
    /// Gives the entry another shape. Key, access, epoch, type and what both shapes have in common (the expiry; the
    /// outside place; as much of the inline value as fits) stay; an outside value that the new shape lacks is the
    /// caller's to free before. The old address is dead unless it is the same.
    /// </summary>
    public Entry Reshape(SlabAllocator memory, bool expiry, bool outside, int inlineLength)
    {
        byte oldFlags = _block[FlagsAt];
        byte flags = (byte)(oldFlags & ~(FlagExpiry | FlagOutside) | (expiry ? FlagExpiry : 0) | (outside ? FlagOutside : 0));
        if (outside) inlineLength = 0;
        nuint oldBytes = Bytes;
        if (flags == oldFlags && SlabAllocator.IsSameClass(oldBytes, SizeOf(flags, KeyLength, inlineLength)))
        {
            _block[InlineLengthAt] = (byte)inlineLength;
            return this;
        }

        Entry made = Create(memory, Key, expiry, outside, inlineLength);
        *(uint*)made._block = *(uint*)_block;
        made._block[4] = _block[4];
        made._block[FlagsAt] = flags;
        if (expiry && HasExpiry) (made.ExpiryMs, made.IndexPlace) = (ExpiryMs, IndexPlace);
        if (outside && IsOutside) Buffer.MemoryCopy(OutsideAt, made.OutsideAt, OutsideBytes, OutsideBytes);
        if (!outside && !IsOutside) Value[..Math.Min(inlineLength, ValueLength)].CopyTo(made.Value);
        memory.Free(Block, oldBytes);
        return made;
    }

    /// <summary>
    /// The same value, expiry and access under another key, in a new block. Otherwise the outside value, if any, now
    /// belongs to the new entry; with <paramref name="duplicate"/> it gets a copy of its own, except that the root of a
    /// collection is the caller's to duplicate. Not in any index, epoch 0.
    /// </summary>
    public Entry WithKey(SlabAllocator memory, ReadOnlySpan<byte> key, bool duplicate)
    {
        Entry made = Create(memory, key, HasExpiry, IsOutside, IsOutside ? 0 : ValueLength);
        made.Access = Access;
        made._block[4] = _block[4];
        if (HasExpiry) made.ExpiryMs = ExpiryMs;
        if (!IsOutside)
        {
            Value.CopyTo(made.Value);
        }
        else if (duplicate && !IsCollection)
        {
            made.AllocateOutside(memory, ValueLength, Math.Max(1, ValueLength));
            Value.CopyTo(made.Value);
        }
        else
        {
            Buffer.MemoryCopy(OutsideAt, made.OutsideAt, OutsideBytes, OutsideBytes);
        }

        return made;
    }

    /// <summary>Frees the entry's own block, not its outside value.</summary>
    public void FreeBlock(SlabAllocator memory) => memory.Free(Block, Bytes);

    /// <summary>Gives an inline value another length if its block is right for that too; false, with nothing done, if not.</summary>
    public bool TryResizeInline(int inlineLength)
    {
        if (IsOutside) return false;
        int before = _block[InlineLengthAt];
        nuint bytes = Bytes;
        if (before != inlineLength && !SlabAllocator.IsSameClass(bytes, bytes + (nuint)inlineLength - (nuint)before)) return false;
        _block[InlineLengthAt] = (byte)inlineLength;
        return true;
    }

    /// <summary>Gives an entry that has an outside place a block for its value, with room for <paramref name="room"/> bytes, of which <paramref name="length"/> count; not cleared.</summary>
    public void AllocateOutside(SlabAllocator memory, int length, int room)
    {
        Invariant.That(IsOutside && length <= room && room > 0);
        *(nint*)OutsideAt = memory.Allocate((nuint)room);
        *(int*)(OutsideAt + 8) = length;
        *(int*)(OutsideAt + 12) = room;
    }

    /// <summary>Makes an outside string longer or shorter; new bytes are not cleared. Room grows to twice the need, or a megabyte beyond it.</summary>
    public void ResizeOutside(SlabAllocator memory, int length)
    {
        const int MostSpareBytes = 1024 * 1024;
        if ((uint)length > OutsideRoom)
        {
            int room = (int)Math.Min(int.MaxValue, length + (long)Math.Min(length, MostSpareBytes));
            *(nint*)OutsideAt = memory.Reallocate(*(nint*)OutsideAt, OutsideRoom, (nuint)room);
            *(int*)(OutsideAt + 12) = room;
        }

        *(int*)(OutsideAt + 8) = length;
    }

    /// <summary>Frees the block of an outside string.</summary>
    public void FreeOutside(SlabAllocator memory) => memory.Free(*(nint*)OutsideAt, OutsideRoom);

    /// <summary>Frees the entry but not its outside value, which is the caller's from now on.</summary>
    public (nint Block, nuint Bytes) FreeAndTakeOutside(SlabAllocator memory)
    {
        (nint Block, nuint Bytes) outside = (*(nint*)OutsideAt, OutsideRoom);
        memory.Free(Block, Bytes);
        return outside;
    }

    /// <summary>Frees the entry and its outside value, which must not be a collection.</summary>
    public void Free(SlabAllocator memory)
    {
        Invariant.That(!IsCollection);
        if (IsOutside) FreeOutside(memory);
        memory.Free(Block, Bytes);
    }

    /// <summary>Moves the entry's block, and that of an outside value in one place, to a fuller page where there is one; the caller replaces the address.</summary>
    public Entry Relocate(SlabAllocator memory)
    {
        if (IsOutside && !IsCollection && memory.TryRelocate(*(nint*)OutsideAt, OutsideRoom, out nint movedValue)) *(nint*)OutsideAt = movedValue;
        return memory.TryRelocate(Block, Bytes, out nint moved) ? new Entry(moved) : this;
    }

    private static int KeyOffsetOf(byte flags) => HeaderBytes + (flags & FlagExpiry) * ExpiryBytes + (flags & FlagOutside) * (OutsideBytes / 2) + (flags & FlagLongKey);

    private static nuint SizeOf(byte flags, int keyLength, int inlineLength) => (nuint)KeyOffsetOf(flags) + (nuint)keyLength + (nuint)inlineLength;
}
