using System.Collections.Generic;

namespace Hexad.Structures;

/// <summary>All of a stream but its entries and pending entries, as pieces that are ready to be told (see <see cref="StreamTree"/>).</summary>
internal sealed unsafe class StreamHead
{
    public StreamHead(StreamRoot* stream)
    {
        var scratch = new ElementBuffer();
        StreamTelling.CopyFacts(stream, scratch);
        Facts = Taken(scratch);
        for (int i = 0; i < stream->Groups.Count; i++) Groups.Add(new Group(new StreamGroup(stream->Groups[i]), scratch));
        Bytes = Facts.Length;
        foreach (Group group in Groups) Bytes += group.Bytes;
    }

    /// <summary>The piece with the facts.</summary>
    public byte[] Facts { get; }

    /// <summary>The groups in the order of their names.</summary>
    public List<Group> Groups { get; } = [];

    /// <summary>How many bytes all pieces take.</summary>
    public long Bytes { get; }

    private static byte[] Taken(ElementBuffer scratch)
    {
        byte[] taken = scratch.Bytes.ToArray();
        scratch.Clear();
        return taken;
    }

    /// <summary>A group and its consumers.</summary>
    public sealed class Group
    {
        public Group(StreamGroup group, ElementBuffer scratch)
        {
            Number = group.Block->Named.Number;
            StreamTelling.CopyGroup(group, scratch);
            Told = Taken(scratch);
            StreamTelling.CopyConsumerCount(group, scratch);
            ConsumerCount = Taken(scratch);
            Bytes = Told.Length + ConsumerCount.Length;
            for (int i = 0; i < group.ConsumerCount; i++)
            {
                StreamConsumer consumer = group.ConsumerAt(i);
                StreamTelling.CopyConsumer(consumer, scratch);
                Consumers.Add((consumer.Block->Named.Number, Taken(scratch), consumer.PendingCount));
                Bytes += Consumers[^1].Told.Length;
            }
        }

        /// <summary>A number that no other group of the stream had.</summary>
        public uint Number { get; }

        /// <summary>The piece with what the group says of itself.</summary>
        public byte[] Told { get; }

        /// <summary>The piece that says how many consumers there are.</summary>
        public byte[] ConsumerCount { get; }

        /// <summary>The consumers: their number, the piece with what each says of itself, how many entries are pending for it.</summary>
        public List<(uint Number, byte[] Told, long Pending)> Consumers { get; } = [];

        /// <summary>How many bytes all pieces take.</summary>
        public long Bytes { get; }
    }
}
