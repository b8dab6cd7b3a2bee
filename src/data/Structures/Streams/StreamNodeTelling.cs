using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Structures;

/// <summary>
/// A stream on its way into a snapshot while commands change it. Packs and leaves of pending entries are told in the order of
/// their ids: those that were taken before they changed, and between them those that still stand in the tree with an old mark.
///
/// <code>
/// packs ─▶ facts ─▶ group ─▶ its pending leaves ─▶ its consumers, each with its ids ─▶ next group …
///                    └ from the head as it was, which is taken at the first change or when the packs are told
/// </code>
///
/// The ids that are pending for each consumer are gathered from the leaves of the group as they are told: the consumers'
/// own trees are not guarded. That takes 16 bytes for each pending entry of one group meanwhile, which count as held.
/// </summary>
internal sealed unsafe class StreamNodeTelling : NodeTelling
{
    private readonly nint _root;
    private readonly StreamId _lastPack;
    private readonly TakenNodes _packs = new();
    private readonly Dictionary<uint, TakenNodes> _pending = [];
    private readonly Queue<byte[]> _ready = new();
    private readonly ElementBuffer _scratch = new();
    private StreamHead? _head;
    private StreamId _from;
    private bool _packsAreTold;
    private int _group = -1;
    private ConsumerIds? _ids;
    private long _heldBytes;

    public StreamNodeTelling(nint root)
    {
        _root = root;
        IdPlace last = IdTrees.Last(Stream->Packs);
        if (last.Found) _lastPack = last.Id;
        else _packsAreTold = true;
    }

    public override long HeldBytes => _heldBytes + (_ids?.Bytes ?? 0);

    private StreamRoot* Stream => StreamRoot.Of(_root);

    private byte Mark => Stream->Header.Mark;

    public override bool Copy(ElementBuffer into, int targetBytes)
    {
        for (int start = into.Length; into.Length - start < targetBytes;)
        {
            if (!_packsAreTold) TellPack(into);
            else if (_ready.TryDequeue(out byte[]? piece)) Tell(piece, into);
            else if (_group < 0) TellFacts(into);
            else if (_group == _head!.Groups.Count) return true;
            else TellOfGroup(_head.Groups[_group], into);
        }

        return _packsAreTold && _ready.Count == 0 && _head is not null && _group == _head.Groups.Count;
    }

    public override void Take(nint node)
    {
        _scratch.Clear();
        switch (((IdNode*)node)->Kind)
        {
            case StreamNodeKind.Pack:
                StreamTelling.CopyNode(Stream, node, _scratch);
                _packs.Add(_scratch, StreamPack.IdOf(node));
                _heldBytes += _scratch.Length;
                break;
            case StreamNodeKind.Pending:
                StreamTelling.CopyNode(Stream, node, _scratch);
                if (!_pending.TryGetValue(IdNode.Of(node)->Tag, out TakenNodes? taken)) _pending.Add(IdNode.Of(node)->Tag, taken = new TakenNodes());
                taken.Add(_scratch, *IdNode.KeyAt(node, 0));
                _heldBytes += _scratch.Length;
                break;
            default:
                TakeHead();
                return;
        }

        SetMark(node, Mark);
    }

    private void TakeHead()
    {
        _head = new StreamHead(Stream);
        _heldBytes += _head.Bytes;
        SetMark(StreamRoot.HeadOf(_root), Mark);
    }

    private void TellPack(ElementBuffer into)
    {
        // What is new has greater ids than all that was there: the look for the next one ends there.
        IdPlace place = _from > _lastPack ? default : IdTrees.AtOrAfter(Stream->Packs, _from);
        while (place.Found && place.Id <= _lastPack && StreamPack.MarkOf(*(nint*)place.Value) == Mark) place = place.Next;
        bool isLive = place.Found && place.Id <= _lastPack;
        if (_packs.TryTake(isLive ? place.Id : StreamId.Max, into, out int bytes))
        {
            _heldBytes -= bytes;
            return;
        }

        if (!isLive)
        {
            (_packsAreTold, _from) = (true, StreamId.Zero);
            return;
        }

        nint pack = *(nint*)place.Value;
        SetMark(pack, Mark);
        StreamTelling.CopyNode(Stream, pack, into);
        if (!place.Id.TryNext(out _from)) _packsAreTold = true;
    }

    private void TellFacts(ElementBuffer into)
    {
        if (_head is null) TakeHead();
        into.AddRaw(_head!.Facts);
        _heldBytes -= _head.Facts.Length;
        _group = 0;
    }

    private void TellOfGroup(StreamHead.Group group, ElementBuffer into)
    {
        if (_ids is null)
        {
            into.AddRaw(group.Told);
            _ids = new ConsumerIds();
            _from = StreamId.Zero;
            return;
        }

        _scratch.Clear();
        if (NextPending(group.Number))
        {
            _ids.Gather(_scratch.Bytes);
            into.AddRaw(_scratch.Bytes);
            return;
        }

        // All that follows of this group is there now.
        _heldBytes += _ids.Put(group, _ready) - group.Bytes;
        _ids = null;
        _group++;
    }

    private void Tell(byte[] piece, ElementBuffer into)
    {
        _heldBytes -= piece.Length;
        into.AddRaw(piece);
    }

    /// <summary>Copies the group's next leaf; false when there is none.</summary>
    private bool NextPending(uint number)
    {
        nint leaf = 0;
        for (int i = 0; i < Stream->Groups.Count && leaf == 0; i++)
        {
            var group = new StreamGroup(Stream->Groups[i]);
            if (group.Block->Named.Number != number) continue;
            IdPlace place = IdTrees.AtOrAfter(group.Block->Pending, _from);
            leaf = place.Leaf;
            while (leaf != 0 && IdNode.Of(leaf)->Mark == Mark) leaf = IdNode.Of(leaf)->Next;
        }

        if (_pending.TryGetValue(number, out TakenNodes? taken) && taken.TryTake(leaf == 0 ? StreamId.Max : *IdNode.KeyAt(leaf, 0), _scratch, out int bytes))
        {
            _heldBytes -= bytes;
            return true;
        }

        if (leaf == 0) return false;
        SetMark(leaf, Mark);
        StreamTelling.CopyNode(Stream, leaf, _scratch);
        _from = *IdNode.KeyAt(leaf, IdNode.Of(leaf)->Count - 1);
        return true;
    }

    /// <summary>What was taken of nodes, in order of their first ids.</summary>
    private sealed class TakenNodes
    {
        private readonly PriorityQueue<byte[], StreamId> _nodes = new();

        public void Add(ElementBuffer items, StreamId first) => _nodes.Enqueue(items.Bytes.ToArray(), first);

        /// <summary>Moves the first one to a buffer if it does not come after this id.</summary>
        public bool TryTake(StreamId upTo, ElementBuffer into, out int bytes)
        {
            bytes = 0;
            if (!_nodes.TryPeek(out byte[]? items, out StreamId first) || first > upTo) return false;
            _nodes.Dequeue();
            into.AddRaw(items);
            bytes = items.Length;
            return true;
        }
    }

    /// <summary>Which ids are pending for which consumer of one group, as pieces that are ready to be told.</summary>
    private sealed class ConsumerIds
    {
        private const int IdsInPiece = 256;

        private readonly Dictionary<long, (List<byte[]> Full, ElementBuffer Last, int LastCount)> _of = [];

        public long Bytes { get; private set; }

        /// <summary>Reads a told leaf.</summary>
        public void Gather(System.ReadOnlySpan<byte> leaf)
        {
            var reader = new ElementReader(leaf);
            reader.Byte();
            reader.Int64();
            for (long left = reader.Int64(); left > 0; left--)
            {
                long ms = reader.Int64(), seq = reader.Int64();
                reader.Int64();
                reader.Int64();
                Add(reader.Int64(), ms, seq);
            }
        }

        /// <summary>Puts the consumers of a group and their ids into a queue of pieces; returns their bytes.</summary>
        public long Put(StreamHead.Group group, Queue<byte[]> ready)
        {
            long bytes = 0;
            Put(group.ConsumerCount);
            foreach ((uint number, byte[] told, long pending) in group.Consumers)
            {
                Put(told);
                if (!_of.TryGetValue(number, out (List<byte[]> Full, ElementBuffer Last, int LastCount) ids))
                {
                    Invariant.That(pending == 0);
                    continue;
                }

                Invariant.That(pending == ids.Full.Count * (long)IdsInPiece + ids.LastCount);
                foreach (byte[] full in ids.Full) Put(full);
                if (ids.LastCount > 0) Put(Piece(ids.Last, ids.LastCount));
            }

            return bytes;

            void Put(byte[] piece)
            {
                ready.Enqueue(piece);
                bytes += piece.Length;
            }
        }

        private void Add(long consumer, long ms, long seq)
        {
            if (!_of.TryGetValue(consumer, out (List<byte[]> Full, ElementBuffer Last, int LastCount) ids)) ids = ([], new ElementBuffer(), 0);
            ids.Last.Add(ms);
            ids.Last.Add(seq);
            Bytes += StreamId.Bytes;
            if (++ids.LastCount == IdsInPiece)
            {
                ids.Full.Add(Piece(ids.Last, IdsInPiece));
                ids.Last.Clear();
                ids.LastCount = 0;
            }

            _of[consumer] = ids;
        }

        private static byte[] Piece(ElementBuffer ids, int count)
        {
            var piece = new ElementBuffer();
            piece.Add((byte)StreamPiece.Ids);
            piece.Add((long)count);
            piece.AddRaw(ids.Bytes);
            return piece.Bytes.ToArray();
        }
    }
}
