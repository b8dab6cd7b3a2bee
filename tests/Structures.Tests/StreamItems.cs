using System;
using System.Collections.Generic;
using System.Text;
using Xunit;

namespace Hexad.Structures.Tests;

/// <summary>Reads the pieces that a stream is told in.</summary>
internal static class StreamItems
{
    /// <summary>
    /// What the pieces say as lines in a fixed order, whatever the order they were told in. Consumers' own ids are left
    /// out: a guard is not told those, they follow from what is pending.
    /// </summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            switch ((StreamPiece)reader.Byte())
            {
                case StreamPiece.Pack: lines.Add($"pack {Id(ref reader)} {Convert.ToHexString(reader.Bytes())}"); break;
                case StreamPiece.Facts: lines.Add($"facts {reader.Int64()} {Id(ref reader)} {Id(ref reader)} {Id(ref reader)} {reader.Int64()} {reader.Int64()}"); break;
                case StreamPiece.Group: lines.Add($"group {reader.Int64()} {Name(ref reader)} {Id(ref reader)} {reader.Int64()} {reader.Int64()}"); break;
                case StreamPiece.Consumers: lines.Add($"consumers {reader.Int64()}"); break;
                case StreamPiece.Consumer: lines.Add($"consumer {reader.Int64()} {Name(ref reader)} {reader.Int64()} {reader.Int64()} {reader.Int64()}"); break;
                case StreamPiece.Ids:
                    for (long left = reader.Int64(); left > 0; left--) Id(ref reader);
                    break;
                default:
                    long group = reader.Int64();
                    for (long left = reader.Int64(); left > 0; left--) lines.Add($"pending {group} {Id(ref reader)} {reader.Int64()} {reader.Int64()} {reader.Int64()}");
                    break;
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>The packs, as they come before all else.</summary>
    public static ReadOnlySpan<byte> PacksOf(ReadOnlySpan<byte> bytes)
    {
        int end = 0;
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd && (StreamPiece)reader.Byte() == StreamPiece.Pack;)
        {
            Id(ref reader);
            end += 1 + StreamId.Bytes + 4 + reader.Bytes().Length;
        }

        return bytes[..end];
    }

    /// <summary>A stream with what the pieces say, as a loader builds it.</summary>
    public static nint Build(StreamTree streams, ReadOnlySpan<byte> bytes)
    {
        nint root = streams.Create();
        StreamGroup group = default;
        StreamConsumer consumer = default;
        for (var reader = new ElementReader(bytes); !reader.IsAtEnd;)
        {
            switch ((StreamPiece)reader.Byte())
            {
                case StreamPiece.Pack: Assert.True(streams.TryAddNode(root, Id(ref reader), reader.Bytes())); break;
                case StreamPiece.Facts:
                    streams.ChangeFacts(root) = new StreamFacts { Length = reader.Int64(), LastId = Id(ref reader), FirstId = Id(ref reader), MaxDeletedId = Id(ref reader), EntriesAdded = reader.Int64() };
                    reader.Int64();
                    break;
                case StreamPiece.Group:
                    reader.Int64();
                    Assert.True(streams.Groups.TryAdd(root, reader.Bytes(), Id(ref reader), reader.Int64(), out group));
                    reader.Int64();
                    Assert.Equal(group.Name, StreamGroups.Newest(root).Name);
                    break;
                case StreamPiece.Consumers: reader.Int64(); break;
                case StreamPiece.Consumer:
                    reader.Int64();
                    Assert.True(streams.Groups.TryAddConsumer(root, group, reader.Bytes(), reader.Int64(), reader.Int64(), out consumer));
                    reader.Int64();
                    Assert.True(consumer == StreamGroups.Newest(group));
                    break;
                case StreamPiece.Ids:
                    for (long left = reader.Int64(); left > 0; left--) Assert.True(streams.Groups.TryAssign(group, consumer, Id(ref reader)));
                    break;
                default:
                    reader.Int64();
                    for (long left = reader.Int64(); left > 0; left--)
                    {
                        Assert.True(streams.Groups.TryLoadPending(group, Id(ref reader), reader.Int64(), reader.Int64()));
                        reader.Int64();
                    }

                    break;
            }
        }

        return root;
    }

    private static string Name(ref ElementReader reader) => Encoding.ASCII.GetString(reader.Bytes());

    private static StreamId Id(ref ElementReader reader) => new((ulong)reader.Int64(), (ulong)reader.Int64());
}
