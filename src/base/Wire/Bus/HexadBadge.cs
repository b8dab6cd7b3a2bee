using System;
using System.Buffers.Binary;

namespace Hexad.Wire.Bus;

/// <summary>What a Hexad node says about its own standing, in each packet.</summary>
[Flags]
public enum Standing : ushort
{
    None = 0,

    /// <summary>A replica that would stand now if its primary failed: data fresh enough, not empty, not forbidden.</summary>
    MayStand = 1,

    /// <summary>A replica whose link to its primary is up and past the first synchronisation.</summary>
    InSync = 2,

    /// <summary>A node that never had data.</summary>
    Empty = 4,

    /// <summary>It was told to stop: nobody should hand anything over to it.</summary>
    Stopping = 8,

    /// <summary>In a PING to a replica: take over from me, my writers are held back at this packet's offset.</summary>
    TakeOver = 16,

    /// <summary>In FAIL: the failure was seen by refused connections, not by the timeout; it may be undone at once.</summary>
    FastFailure = 32,

    /// <summary>A primary whose config epoch is the one in which it was elected, with a majority's votes.</summary>
    Elected = 64,
}

/// <summary>
/// The sign by which Hexad nodes know each other: 30 bytes of the header that Redis and Valkey reserve, write as zeros
/// and never read. (Not an extension: Redis 7 logs a warning for every unknown extension in every packet, and packets
/// that ask for votes carry none. See docs/decisions/020.)
///
///     0  "Hexad"     8  first 8 bytes of the replication id: whose history the offset counts in
///     5  version 1  16  incarnation: random at each start of the node
///     6  standing   20  sequence: grows with every packet the node sends, on whatever link
///                   28  zero
///
/// The sequence gives all packets of one sender an order, across its two links: older than the last one means stale.
/// </summary>
public readonly record struct HexadBadge(Standing Standing, ulong History, uint Incarnation, ulong Sequence)
{
    private static ReadOnlySpan<byte> Magic => "Hexad\x01"u8;

    /// <summary>Reads the reserved bytes; null if they are not a badge.</summary>
    public static HexadBadge? Read(ReadOnlySpan<byte> reserved)
    {
        if (!reserved.StartsWith(Magic)) return null;
        return new HexadBadge(
            (Standing)BinaryPrimitives.ReadUInt16BigEndian(reserved[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(reserved[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(reserved[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(reserved[20..]));
    }

    /// <summary>Writes the reserved bytes, 30 of them.</summary>
    public void Write(Span<byte> reserved)
    {
        Magic.CopyTo(reserved);
        BinaryPrimitives.WriteUInt16BigEndian(reserved[6..], (ushort)Standing);
        BinaryPrimitives.WriteUInt64BigEndian(reserved[8..], History);
        BinaryPrimitives.WriteUInt32BigEndian(reserved[16..], Incarnation);
        BinaryPrimitives.WriteUInt64BigEndian(reserved[20..], Sequence);
        reserved[28..30].Clear();
    }
}
