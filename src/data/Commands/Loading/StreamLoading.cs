// Builds a stream from what a file or a payload says, piece by piece (see StreamTree for the pieces).
//
// The decoder has checked each pack on its own. Here is checked what needs the rest of the stream: that packs ascend,
// that no name and no pending id comes twice, that each pending entry has one consumer.
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Loads streams.</summary>
internal ref struct StreamLoading
{
    private readonly StreamTree _streams;
    private readonly nint _root;
    private StreamGroup _group;
    private StreamConsumer _consumer;

    private StreamLoading(StreamTree streams, nint root)
    {
        _streams = streams;
        _root = root;
        _group = StreamGroups.Newest(root);
        _consumer = _group.Found ? StreamGroups.Newest(_group) : default;
    }

    /// <summary>Adds a part to a stream that is being built or changed.</summary>
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        StreamTree streams = services.Databases.Collections.Streams;
        if (edit.Root == 0) edit.Become(ObjectEncoding.Stream, streams.Create());
        var loading = new StreamLoading(streams, edit.Root);
        for (var reader = new ElementReader(part.Bytes); !reader.IsAtEnd;)
            if (!loading.TryPiece(ref reader)) return LoadOutcome.Inconsistent;
        return LoadOutcome.Loaded;
    }

    private bool TryPiece(ref ElementReader reader)
    {
        switch ((StreamPiece)reader.Byte())
        {
            case StreamPiece.Pack: return _streams.TryAddNode(_root, Id(ref reader), reader.Bytes());
            case StreamPiece.Facts: return TryFacts(ref reader);
            case StreamPiece.Group: return TryGroup(ref reader);
            case StreamPiece.Pending: return TryPending(ref reader);
            case StreamPiece.GroupEnd: return IsComplete();
            case StreamPiece.Consumer: return TryConsumer(ref reader);
            default: return TryIds(ref reader);
        }
    }

    private readonly bool TryFacts(ref ElementReader reader)
    {
        var facts = new StreamFacts
        {
            Length = reader.Int64(), LastId = Id(ref reader), FirstId = Id(ref reader), MaxDeletedId = Id(ref reader), EntriesAdded = reader.Int64(),
        };
        reader.Int64();

        // Where the first entry stands we see ourselves, and no id that is there may come again.
        facts.FirstId = facts.Length == 0 ? StreamId.Zero : StreamTree.FirstIdOf(_root);
        StreamId greatest = StreamTree.GreatestIdOf(_root);
        if (facts.LastId < StreamTree.LastIdOf(_root)) return false;
        if (facts.LastId < greatest) facts.LastId = greatest;
        _streams.ChangeFacts(_root) = facts;
        return true;
    }

    private bool TryGroup(ref ElementReader reader)
    {
        reader.Int64();
        System.ReadOnlySpan<byte> name = reader.Bytes();
        StreamId last = Id(ref reader);
        long read = reader.Int64();
        reader.Int64();
        if (read == StreamGroup.UncountedEntriesRead) read = StreamCounters.EntriesUpTo(StreamTree.FactsOf(_root), last);
        _consumer = default;
        return _streams.Groups.TryAdd(_root, name, last, read, out _group);
    }

    private readonly bool TryPending(ref ElementReader reader)
    {
        reader.Int64();
        for (long left = reader.Int64(); left > 0; left--)
        {
            bool loaded = _streams.Groups.TryLoadPending(_group, Id(ref reader), reader.Int64(), reader.Int64());
            reader.Int64();
            if (!loaded) return false;
        }

        return true;
    }

    private bool TryConsumer(ref ElementReader reader)
    {
        reader.Int64();
        bool made = _streams.Groups.TryAddConsumer(_root, _group, reader.Bytes(), reader.Int64(), reader.Int64(), out _consumer);
        reader.Int64();
        return made;
    }

    private readonly bool TryIds(ref ElementReader reader)
    {
        for (long left = reader.Int64(); left > 0; left--)
            if (!_streams.Groups.TryAssign(_group, _consumer, Id(ref reader))) return false;
        return true;
    }

    /// <summary>Each pending entry has found its consumer when the numbers agree.</summary>
    private readonly bool IsComplete()
    {
        long assigned = 0;
        for (int i = 0; i < _group.ConsumerCount; i++) assigned += _group.ConsumerAt(i).PendingCount;
        return assigned == _group.PendingCount;
    }

    private static StreamId Id(ref ElementReader reader) => new((ulong)reader.Int64(), (ulong)reader.Int64());
}
