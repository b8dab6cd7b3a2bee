// Reads a stream as RDB has it, in any of its three forms:
//
//   stream    = packs  (id as 16 bytes, listpack) each
//               length  last id  [first id  greatest deleted id  entries added]      from the second form on
//               groups  group each
//   group     = name  last id  [entries read]                                        from the second form on
//               pending  (id as 16 bytes, delivered ms, deliveries) each
//               consumers  consumer each
//   consumer  = name  seen ms  [active ms]                                           in the third form
//               pending  (id as 16 bytes) each
//
// Each call of Read takes one element and gives its pieces as StreamTree tells them; after an element that was cut off
// nothing has happened.
using System.Buffers.Binary;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Reads one stream.</summary>
internal sealed class RdbStreamReader
{
    private const int NothingLeft = -1;

    private readonly byte[] _digits = new byte[24];
    private byte _code;
    private long _packsLeft;
    private long _groupsLeft;
    private long _pendingLeft;
    private long _consumersLeft;
    private long _idsLeft;
    private long _live;
    private StreamId _lastPack;
    private StreamId _lastLive;

    private bool HasCounters => _code >= RdbType.StreamListpacks2;

    /// <summary>Begins a stream: reads how many packs follow.</summary>
    public void Begin(byte code, ref RdbCursor cursor)
    {
        _code = code;
        _packsLeft = cursor.Length();
        _groupsLeft = _pendingLeft = _consumersLeft = _idsLeft = NothingLeft;
        _live = 0;
        _lastPack = _lastLive = StreamId.Zero;
    }

    /// <summary>Reads one element; true when it was the last.</summary>
    public bool Read(ref RdbCursor cursor, ElementBuffer items)
    {
        if (_packsLeft > 0) Pack(ref cursor, items);
        else if (_groupsLeft == NothingLeft) Facts(ref cursor, items);
        else if (_idsLeft > 0) OwnId(ref cursor, items);
        else if (_consumersLeft > 0) Consumer(ref cursor, items);
        else if (_pendingLeft > 0) Pending(ref cursor, items);
        else if (_pendingLeft == 0) ConsumerCount(ref cursor);
        else Group(ref cursor, items);
        if (!cursor.IsGood) return false;
        if (_consumersLeft == 0 && _idsLeft <= 0)
        {
            items.Add((byte)StreamPiece.GroupEnd);
            _consumersLeft = _idsLeft = NothingLeft;
        }

        return _groupsLeft == 0 && _pendingLeft == NothingLeft && _consumersLeft == NothingLeft;
    }

    private void Pack(ref RdbCursor cursor, ElementBuffer items)
    {
        System.ReadOnlySpan<byte> key = cursor.String(_digits);
        System.ReadOnlySpan<byte> bytes = cursor.String(_digits);
        if (!cursor.IsGood) return;
        StreamId id = key.Length == StreamId.Bytes ? StreamId.ReadBigEndian(key) : StreamId.Zero;
        bool ascends = id > _lastPack && id > _lastLive;
        if (!ascends || !StreamTree.IsSound(bytes, id, out long live, out StreamId last))
        {
            cursor.Refuse(ascends ? RdbFaults.Stream : RdbFaults.StreamOrder);
            return;
        }

        _packsLeft--;
        _live += live;
        _lastPack = id;
        if (live > 0) _lastLive = last;
        items.Add((byte)StreamPiece.Pack);
        Add(items, id);
        items.Add(bytes);
        items.EndItem();
    }

    private void Facts(ref RdbCursor cursor, ElementBuffer items)
    {
        long length = cursor.Length();
        StreamId last = Id(ref cursor), first = default, deleted = default;
        long added = length;
        if (HasCounters)
        {
            first = Id(ref cursor);
            deleted = Id(ref cursor);
            added = (long)cursor.Unsigned();
        }

        long groups = cursor.Length();
        if (length != _live) cursor.Refuse(RdbFaults.StreamLength);
        if (!cursor.IsGood) return;
        _groupsLeft = groups;
        items.Add((byte)StreamPiece.Facts);
        items.Add(length);
        Add(items, last);
        Add(items, first);
        Add(items, deleted);
        items.Add(added);
        items.Add(groups);
    }

    private void Group(ref RdbCursor cursor, ElementBuffer items)
    {
        System.ReadOnlySpan<byte> name = cursor.String(_digits);
        StreamId last = Id(ref cursor);
        long read = HasCounters ? (long)cursor.Unsigned() : StreamGroup.UncountedEntriesRead;
        long pending = cursor.Length();
        if (!cursor.IsGood) return;
        _groupsLeft--;
        _pendingLeft = pending;
        items.Add((byte)StreamPiece.Group);
        items.Add(0L);
        items.Add(name);
        Add(items, last);
        items.Add(HasCounters && read < StreamGroup.UnknownEntriesRead ? StreamGroup.UnknownEntriesRead : read);
        items.Add(pending);
    }

    private void Pending(ref RdbCursor cursor, ElementBuffer items)
    {
        System.ReadOnlySpan<byte> id = cursor.Take(StreamId.Bytes);
        long delivered = cursor.Int64();
        long deliveries = (long)cursor.Unsigned();
        if (!cursor.IsGood) return;
        _pendingLeft--;
        items.Add((byte)StreamPiece.Pending);
        items.Add(0L);
        items.Add(1L);
        Add(items, StreamId.ReadBigEndian(id));
        items.Add(delivered);
        items.Add(deliveries);
        items.Add(0L);
    }

    private void ConsumerCount(ref RdbCursor cursor)
    {
        long consumers = cursor.Length();
        if (!cursor.IsGood) return;
        _pendingLeft = NothingLeft;
        _consumersLeft = consumers;
    }

    private void Consumer(ref RdbCursor cursor, ElementBuffer items)
    {
        System.ReadOnlySpan<byte> name = cursor.String(_digits);
        long seen = cursor.Int64();
        long active = _code >= RdbType.StreamListpacks3 ? cursor.Int64() : seen;
        long pending = cursor.Length();
        if (!cursor.IsGood) return;
        _consumersLeft--;
        _idsLeft = pending;
        items.Add((byte)StreamPiece.Consumer);
        items.Add(0L);
        items.Add(name);
        items.Add(seen);
        items.Add(active);
        items.Add(pending);
    }

    private void OwnId(ref RdbCursor cursor, ElementBuffer items)
    {
        System.ReadOnlySpan<byte> id = cursor.Take(StreamId.Bytes);
        if (!cursor.IsGood) return;
        _idsLeft--;
        items.Add((byte)StreamPiece.Ids);
        items.Add(1L);
        Add(items, StreamId.ReadBigEndian(id));
    }

    private static StreamId Id(ref RdbCursor cursor) => new(cursor.Unsigned(), cursor.Unsigned());

    private static void Add(ElementBuffer items, StreamId id)
    {
        items.Add((long)id.Ms);
        items.Add((long)id.Seq);
    }
}
