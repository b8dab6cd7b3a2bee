// Writes a stream as RDB has it (the form stands in RdbStreamReader), out of the pieces that StreamTree tells, which
// come in the same order: the third form, or the second, which Redis 7.0 reads and which does not have when a consumer was active.
using System;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Writes parts of streams.</summary>
internal static class RdbStreamWriter
{
    /// <summary>Writes one part.</summary>
    public static void Part(RdbBuffer buffer, ReadOnlySpan<byte> bytes, bool withActiveTimes)
    {
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            switch ((StreamPiece)reader.Byte())
            {
                case StreamPiece.Pack: Pack(buffer, ref reader); break;
                case StreamPiece.Facts: Facts(buffer, ref reader); break;
                case StreamPiece.Group: Group(buffer, ref reader); break;
                case StreamPiece.Pending: Pending(buffer, ref reader); break;
                case StreamPiece.Consumers: buffer.LengthOf(reader.Int64()); break;
                case StreamPiece.Consumer: Consumer(buffer, ref reader, withActiveTimes); break;
                default: Ids(buffer, ref reader); break;
            }
        }
    }

    private static void Pack(RdbBuffer buffer, ref ElementReader reader)
    {
        Span<byte> key = stackalloc byte[StreamId.Bytes];
        Id(ref reader).WriteBigEndian(key);
        buffer.String(key);
        buffer.String(reader.Bytes());
    }

    private static void Facts(RdbBuffer buffer, ref ElementReader reader)
    {
        // Length, last, first and greatest deleted id, entries added, groups.
        const int Numbers = 9;
        for (int i = 0; i < Numbers; i++) buffer.Unsigned((ulong)reader.Int64());
    }

    private static void Group(RdbBuffer buffer, ref ElementReader reader)
    {
        // Last id, entries read, pending.
        const int Numbers = 4;
        reader.Int64();
        buffer.String(reader.Bytes());
        for (int i = 0; i < Numbers; i++) buffer.Unsigned((ulong)reader.Int64());
    }

    private static void Pending(RdbBuffer buffer, ref ElementReader reader)
    {
        Span<byte> key = stackalloc byte[StreamId.Bytes];
        reader.Int64();
        for (long left = reader.Int64(); left > 0; left--)
        {
            Id(ref reader).WriteBigEndian(key);
            buffer.Raw(key);
            buffer.Int64((ulong)reader.Int64());
            buffer.Unsigned((ulong)reader.Int64());
            reader.Int64();
        }
    }

    private static void Consumer(RdbBuffer buffer, ref ElementReader reader, bool withActiveTime)
    {
        reader.Int64();
        buffer.String(reader.Bytes());
        buffer.Int64((ulong)reader.Int64());
        long active = reader.Int64();
        if (withActiveTime) buffer.Int64((ulong)active);
        buffer.LengthOf(reader.Int64());
    }

    private static void Ids(RdbBuffer buffer, ref ElementReader reader)
    {
        Span<byte> key = stackalloc byte[StreamId.Bytes];
        for (long left = reader.Int64(); left > 0; left--)
        {
            Id(ref reader).WriteBigEndian(key);
            buffer.Raw(key);
        }
    }

    private static StreamId Id(ref ElementReader reader) => new((ulong)reader.Int64(), (ulong)reader.Int64());
}
