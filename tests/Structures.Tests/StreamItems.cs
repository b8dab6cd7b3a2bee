using System;
using System.Collections.Generic;
using System.Text;
using Xunit;

namespace Hexad.Structures.Tests;

/// <summary>Reads the items that a stream is told in.</summary>
internal static class StreamItems
{
    /// <summary>The items as lines in a fixed order, whatever the order they were told in; pending entries as one list for each group.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        var reader = new ElementReader(bytes);
        while (!reader.IsAtEnd)
        {
            switch (reader.Byte())
            {
                case 0: Head(ref reader, lines); break;
                case 1: lines.Add($"pack {Id(ref reader)} {Convert.ToHexString(reader.Bytes())}"); break;
                default: Pending(ref reader, lines); break;
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>A stream with what the items say.</summary>
    public static nint Build(StreamTree streams, ReadOnlySpan<byte> bytes)
    {
        nint root = streams.Create();
        var reader = new ElementReader(bytes);
        var groups = new Dictionary<long, (StreamGroup Group, Dictionary<long, StreamConsumer> Consumers)>();
        while (!reader.IsAtEnd)
        {
            switch (reader.Byte())
            {
                case 0: BuildHead(streams, root, ref reader, groups); break;
                case 1: Assert.True(streams.TryAddNode(root, Id(ref reader), reader.Bytes())); break;
                default:
                    (StreamGroup group, Dictionary<long, StreamConsumer> consumers) = groups[reader.Int64()];
                    for (long left = reader.Int64(); left > 0; left--)
                    {
                        StreamId id = Id(ref reader);
                        long delivered = reader.Int64(), deliveries = reader.Int64();
                        streams.Groups.Deliver(root, group, consumers[reader.Int64()], id, delivered, deliveries);
                    }

                    break;
            }
        }

        return root;
    }

    private static void BuildHead(StreamTree streams, nint root, ref ElementReader reader, Dictionary<long, (StreamGroup, Dictionary<long, StreamConsumer>)> groups)
    {
        streams.ChangeFacts(root) = new StreamFacts
        {
            Length = reader.Int64(),
            LastId = Id(ref reader),
            FirstId = Id(ref reader),
            MaxDeletedId = Id(ref reader),
            EntriesAdded = reader.Int64(),
        };
        reader.Int64();
        for (long left = reader.Int64(); left > 0; left--)
        {
            ReadOnlySpan<byte> name = reader.Bytes();
            long number = reader.Int64();
            Assert.True(streams.Groups.TryAdd(root, name, Id(ref reader), reader.Int64(), out StreamGroup group));
            reader.Int64();
            var consumers = new Dictionary<long, StreamConsumer>();
            for (long more = reader.Int64(); more > 0; more--)
            {
                ReadOnlySpan<byte> who = reader.Bytes();
                long consumerNumber = reader.Int64();
                Assert.True(streams.Groups.TryAddConsumer(root, group, who, reader.Int64(), reader.Int64(), out StreamConsumer consumer));
                reader.Int64();
                consumers.Add(consumerNumber, consumer);
            }

            groups.Add(number, (group, consumers));
        }
    }

    private static void Head(ref ElementReader reader, List<string> lines)
    {
        lines.Add($"head {reader.Int64()} {Id(ref reader)} {Id(ref reader)} {Id(ref reader)} {reader.Int64()} {reader.Int64()}");
        for (long left = reader.Int64(); left > 0; left--)
        {
            string name = Encoding.ASCII.GetString(reader.Bytes());
            long number = reader.Int64();
            lines.Add($"group {name} {Id(ref reader)} {reader.Int64()} {reader.Int64()}");
            for (long more = reader.Int64(); more > 0; more--)
                lines.Add($"consumer {name} {Encoding.ASCII.GetString(reader.Bytes())} {Skip(reader.Int64())}{reader.Int64()} {reader.Int64()} {reader.Int64()}");
            Assert.True(number > 0);
        }
    }

    private static string Skip(long number) => number > 0 ? "" : "number 0 ";

    private static void Pending(ref ElementReader reader, List<string> lines)
    {
        reader.Int64();
        for (long left = reader.Int64(); left > 0; left--)
        {
            lines.Add($"pending {Id(ref reader)} {reader.Int64()} {reader.Int64()}");
            reader.Int64();
        }
    }

    private static StreamId Id(ref ElementReader reader) => new((ulong)reader.Int64(), (ulong)reader.Int64());
}
