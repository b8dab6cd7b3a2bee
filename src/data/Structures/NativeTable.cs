using System;
using System.Runtime.InteropServices;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>Tells a table the key of a block that it holds.</summary>
public interface IBlockKeys
{
    /// <summary>The key's bytes, inside the block.</summary>
    static abstract ReadOnlySpan<byte> KeyOf(nint block);
}

/// <summary>Called for the places of a table.</summary>
public interface IPlaceVisitor
{
    /// <summary>Sees one place; <see cref="NativeTable.BlockAt"/> reads it.</summary>
    void Visit(nint place);
}

/// <summary>
/// The 32 bytes that a table takes when it is empty; headers stand in one native array, one for each slot.
/// Everything is done to them through <see cref="BucketTables{TKeys}"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TableHeader
{
    /// <summary>Null, the buckets themselves (up to 1024 of them), or a directory of pages of 1024 buckets.</summary>
    public byte* Buckets;
    public RehashState* Rehash;
    public long Count;
    public byte Bits;
    public byte Epoch;
    public byte Flags;
    public byte AbandonedWalks;
    public int Volatile;

    public const byte FlagWalked = 1;
    public const int JitterShift = 4;
}

/// <summary>The old buckets of a table that is growing or shrinking, and how far they have been moved.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RehashState
{
    public byte* OldBuckets;
    public long Index;
    public TableHeader* Owner;
    public RehashState* Next;
    public RehashState* Previous;
    public int OldBits;
}

/// <summary>A handle on one table's header. Only <see cref="BucketTables{TKeys}"/> makes them.</summary>
public readonly unsafe struct NativeTable
{
    internal readonly TableHeader* Header;

    internal NativeTable(TableHeader* header) => Header = header;

    /// <summary>How many entries there are.</summary>
    public long Count => Header->Count;

    /// <summary>The table <paramref name="index"/> headers further in the same array.</summary>
    public NativeTable At(int index) => new(Header + index);

    /// <summary>The block that a place holds.</summary>
    public static nint BlockAt(nint place) => *(nint*)place;

    /// <summary>Puts another block with the same key where one was (it moved).</summary>
    public static void Replace(nint place, nint block) => *(nint*)place = block;

    /// <summary>How many entries have an expiry; kept by the owner.</summary>
    public int VolatileCount
    {
        get => Header->Volatile;
        set => Header->Volatile = value;
    }

    /// <summary>The number that new entries carry; entries with another one have not been reached by the running walk.</summary>
    public byte Epoch => Header->Epoch;

    /// <summary>Whether a snapshot walk runs over this table.</summary>
    public bool IsWalked => (Header->Flags & TableHeader.FlagWalked) != 0;

    /// <summary>How many walks in a row were given up: that many older epochs may be found among the entries.</summary>
    public int AbandonedWalks => Header->AbandonedWalks;

    /// <summary>Whether there is anything to free.</summary>
    public bool HasBuckets => Header->Buckets != null;

    /// <summary>Whether the table is growing or shrinking.</summary>
    public bool IsRehashing => Header->Rehash != null;

    /// <summary>All entries carry the table's epoch again.</summary>
    public void ForgetAbandonedWalks() => Header->AbandonedWalks = 0;

    /// <summary>A walk begins: every entry becomes one that it has not reached.</summary>
    public void BeginWalk()
    {
        Invariant.That(!IsWalked);
        Invariant.That(AbandonedWalks < 255);
        Header->Flags |= TableHeader.FlagWalked;
        Header->Epoch++;
    }

    /// <summary>The walk is over, to its end or <paramref name="abandoned"/>.</summary>
    public void EndWalk(bool abandoned)
    {
        Invariant.That(IsWalked);
        Header->Flags &= unchecked((byte)~TableHeader.FlagWalked);
        Header->AbandonedWalks = abandoned ? (byte)(Header->AbandonedWalks + 1) : (byte)0;
    }
}
