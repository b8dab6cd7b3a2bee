using System;
using System.Runtime.CompilerServices;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// A member of a sorted set and its score in one native block. The set's hash table finds it by the member's bytes,
/// the leaves of its tree hold it in order.
///
/// <code>
/// 0   score f64
/// 8   length u8            255: a length u32 follows
/// 9   [length u32]
///     member
/// </code>
///
/// So a member of 16 bytes takes 25, which is a block of 32.
/// </summary>
public readonly unsafe struct SortedMember : IBlockKeys
{
    private const int LengthAt = sizeof(double);
    private const int ShortHeaderBytes = LengthAt + 1;
    private const int LongHeaderBytes = ShortHeaderBytes + sizeof(int);
    private const byte IsLong = 255;

    private readonly byte* _block;

    internal SortedMember(nint block) => _block = (byte*)block;

    /// <summary>The member's address.</summary>
    public nint Block => (nint)_block;

    /// <summary>The member's bytes.</summary>
    public ReadOnlySpan<byte> Bytes => KeyOf((nint)_block);

    /// <summary>The member's score.</summary>
    public double Score
    {
        get => *(double*)_block;
        internal set => *(double*)_block = value;
    }

    internal nuint BlockBytes => SizeOf(Bytes.Length);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> KeyOf(nint block)
    {
        var bytes = (byte*)block;
        int length = bytes[LengthAt];
        return length < IsLong
            ? new ReadOnlySpan<byte>(bytes + ShortHeaderBytes, length)
            : new ReadOnlySpan<byte>(bytes + LongHeaderBytes, *(int*)(bytes + ShortHeaderBytes));
    }

    internal static SortedMember Create(SlabAllocator memory, ReadOnlySpan<byte> member, double score)
    {
        var block = (byte*)memory.Allocate(SizeOf(member.Length));
        *(double*)block = score;
        block[LengthAt] = (byte)Math.Min(member.Length, IsLong);
        if (member.Length >= IsLong) *(int*)(block + ShortHeaderBytes) = member.Length;
        var made = new SortedMember((nint)block);
        member.CopyTo(new Span<byte>(block + (member.Length < IsLong ? ShortHeaderBytes : LongHeaderBytes), member.Length));
        return made;
    }

    internal void Free(SlabAllocator memory) => memory.Free((nint)_block, BlockBytes);

    private static nuint SizeOf(int length) => (nuint)(length < IsLong ? ShortHeaderBytes : LongHeaderBytes) + (nuint)length;
}

/// <summary>
/// A member that was looked for in a sorted set: where it stands, or that it is not there. Valid until the next change
/// of that set.
/// </summary>
public readonly struct SortedPlace
{
    internal readonly ulong Hash;
    internal readonly nint Place;

    internal SortedPlace(ulong hash, nint place) => (Hash, Place) = (hash, place);

    /// <summary>Whether the member is there.</summary>
    public bool Found => Place != 0;

    /// <summary>The member, if it is there.</summary>
    public SortedMember Member => new(NativeTable.BlockAt(Place));

    /// <summary>Its score, if it is there.</summary>
    public double Score => Member.Score;
}
