using System;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// A member of a set, or a field of a hash with its value, in one native block, as <see cref="MemberTables"/> hold it.
///
/// <code>
/// 0   mark u8                 see CollectionMemory
/// 1   flags                   value 1, expiry 2, long name 4, long value 8
/// 2   name length u8          u32 if long
///     [value length u8]       u32 if long
///     [expiry: time i64 ms, place in the root's heap u32]
///     name
///     [value]
/// </code>
///
/// So a member of 16 bytes takes 19, and a field of 16 with a value of 32 bytes takes 52. A value stands in the block
/// whatever its length: it is replaced as a whole, never added to.
///
/// Contract: a Member is an address (0: none); it does not own and does not check.
/// </summary>
public readonly unsafe struct Member : IBlockKeys
{
    private const byte FlagValue = 1;
    private const byte FlagExpiry = 2;
    private const byte FlagLongName = 4;
    private const byte FlagLongValue = 8;

    private const int LengthsAt = 2;
    private const int ExpiryBytes = 12;
    private const int LongestShort = 255;

    private readonly byte* _block;

    /// <summary>The member at this address.</summary>
    public Member(nint block) => _block = (byte*)block;

    /// <summary>The block's address; 0 for none.</summary>
    public nint Block => (nint)_block;

    /// <summary>Whether there is one.</summary>
    public bool Found => _block != null;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> KeyOf(nint block) => new Member(block).Name;

    /// <summary>The member of the set, or the field's name.</summary>
    public ReadOnlySpan<byte> Name
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _block[1] <= FlagValue
            ? new(_block + LengthsAt + 1 + _block[1], _block[LengthsAt])
            : new(_block + NameOffset, NameLength);
    }

    /// <summary>The field's value; nothing for a member of a set.</summary>
    public ReadOnlySpan<byte> Value => new(_block + NameOffset + NameLength, ValueLength);

    /// <summary>Whether the field expires.</summary>
    public bool HasExpiry => (_block[1] & FlagExpiry) != 0;

    /// <summary>When it does, in Unix milliseconds; 0 if never.</summary>
    public long ExpiryMs => HasExpiry ? Unsafe.ReadUnaligned<long>(ExpiryAt) : 0;

    /// <summary>The size of the block as it was asked for.</summary>
    internal nuint Bytes => SizeOf(_block[1], NameLength, ValueLength);

    internal byte Mark
    {
        get => _block[0];
        set => _block[0] = value;
    }

    internal bool HasValue => (_block[1] & FlagValue) != 0;

    /// <summary>Where the root's heap keeps a field that expires.</summary>
    internal uint HeapPlace
    {
        get => Unsafe.ReadUnaligned<uint>(ExpiryAt + 8);
        set => Unsafe.WriteUnaligned(ExpiryAt + 8, value);
    }

    private int NameLength => (_block[1] & FlagLongName) == 0 ? _block[LengthsAt] : Unsafe.ReadUnaligned<int>(_block + LengthsAt);

    private int ValueLength => !HasValue ? 0 : (_block[1] & FlagLongValue) == 0 ? *ValueLengthAt : Unsafe.ReadUnaligned<int>(ValueLengthAt);

    private byte* ValueLengthAt => _block + LengthsAt + LengthBytes(_block[1], FlagLongName);

    private byte* ExpiryAt => ValueLengthAt + ((_block[1] & FlagValue) == 0 ? 0 : LengthBytes(_block[1], FlagLongValue));

    private int NameOffset => OffsetOf(_block[1]);

    /// <summary>A block for a member of a set.</summary>
    internal static Member Create(CollectionMemory memory, ReadOnlySpan<byte> name) => Create(memory, name, default, false, 0);

    /// <summary>A block for a member, with a value if it is a field's, with an expiry if that is not 0; its place in the heap is the caller's to say.</summary>
    internal static Member Create(CollectionMemory memory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isField, long expiryMs)
    {
        byte flags = FlagsOf(name.Length, value.Length, isField, expiryMs != 0);
        var made = new Member(memory.Slabs.Allocate(SizeOf(flags, name.Length, value.Length)));
        made._block[0] = memory.Mark;
        made._block[1] = flags;
        if ((flags & FlagLongName) == 0) made._block[LengthsAt] = (byte)name.Length;
        else Unsafe.WriteUnaligned(made._block + LengthsAt, name.Length);
        if (isField && (flags & FlagLongValue) == 0) *made.ValueLengthAt = (byte)value.Length;
        else if (isField) Unsafe.WriteUnaligned(made.ValueLengthAt, value.Length);
        if (expiryMs != 0) made.SetExpiry(expiryMs);
        byte* at = made._block + OffsetOf(flags);
        name.CopyTo(new Span<byte>(at, name.Length));
        value.CopyTo(new Span<byte>(at + name.Length, value.Length));
        return made;
    }

    /// <summary>A copy in a block of its own.</summary>
    internal Member Duplicate(CollectionMemory memory)
    {
        var made = new Member(memory.Slabs.Allocate(Bytes));
        Buffer.MemoryCopy(_block, made._block, Bytes, Bytes);
        made._block[0] = memory.Mark;
        return made;
    }

    /// <summary>Puts another value into the same block if it is as long as the old one, or right for the size class; false, with nothing done, if not.</summary>
    internal bool TryReplaceValue(ReadOnlySpan<byte> value)
    {
        byte flags = _block[1];
        if (FlagsOf(NameLength, value.Length, true, HasExpiry) != flags) return false;
        if (!SlabAllocator.IsSameClass(Bytes, SizeOf(flags, NameLength, value.Length))) return false;
        if ((flags & FlagLongValue) == 0) *ValueLengthAt = (byte)value.Length;
        else Unsafe.WriteUnaligned(ValueLengthAt, value.Length);
        value.CopyTo(new Span<byte>(_block + NameOffset + NameLength, value.Length));
        return true;
    }

    /// <summary>Changes the expiry of a member that has one.</summary>
    internal void SetExpiry(long expiryMs)
    {
        Invariant.That(HasExpiry);
        Unsafe.WriteUnaligned(ExpiryAt, expiryMs);
    }

    internal void Free(SlabAllocator memory) => memory.Free(Block, Bytes);

    private static byte FlagsOf(int nameLength, int valueLength, bool isField, bool expires) =>
        (byte)((isField ? FlagValue : 0) | (expires ? FlagExpiry : 0)
            | (nameLength > LongestShort ? FlagLongName : 0) | (valueLength > LongestShort ? FlagLongValue : 0));

    private static int LengthBytes(byte flags, byte longFlag) => (flags & longFlag) == 0 ? 1 : 4;

    private static int OffsetOf(byte flags) =>
        LengthsAt + LengthBytes(flags, FlagLongName) + ((flags & FlagValue) == 0 ? 0 : LengthBytes(flags, FlagLongValue)) + ((flags & FlagExpiry) == 0 ? 0 : ExpiryBytes);

    private static nuint SizeOf(byte flags, int nameLength, int valueLength) => (nuint)OffsetOf(flags) + (nuint)nameLength + (nuint)valueLength;
}
