using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// A large value on its way into a snapshot: told part by part, with nothing in between once it has begun, while commands go on
/// changing it. A value that loses its key meanwhile is freed when it has been told.
/// </summary>
internal abstract class LargeTelling(SnapshotFacts facts, byte[] key, nint address)
{
    public SnapshotFacts Facts { get; } = facts;
    public byte[] Key { get; } = key;

    /// <summary>What the value is known by: the root of a collection, the block of a string.</summary>
    public nint Address { get; protected set; } = address;

    /// <summary>Whether its first part has been told.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether all of it has been told.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether no key has it any more, so that it is to be freed when it has been told.</summary>
    public bool IsOrphan { get; set; }

    /// <summary>Bytes that the value takes.</summary>
    public abstract long ValueBytes { get; }

    /// <summary>Bytes that were taken before they changed and have not been told yet.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Adds the next part; true when there is no more.</summary>
    public abstract bool Copy(ElementBuffer into, int targetBytes);

    /// <summary>It is not told any further: all of it has been told, or the walk was given up.</summary>
    public abstract void End(bool abandoned);

    /// <summary>Gives an orphan to be freed.</summary>
    public abstract void Free(FreeQueue queue);
}

/// <summary>
/// A large collection: its nodes carry the mark of who told them, and the guard takes the items of a node that is not told
/// before it changes. After very many walks that were given up marks might come round: then the rest is told at
/// once when a command is about to change it.
/// </summary>
internal sealed class CollectionTelling : LargeTelling, INodeGuard
{
    private const int MostAbandonedWalks = 250;

    private readonly ICollection _structure;
    private readonly Collections _collections;
    private readonly NodeTelling? _nodes;
    private ulong _cursor;

    public CollectionTelling(Collections collections, SnapshotFacts facts, byte[] key, nint root) : base(facts, key, root)
    {
        _collections = collections;
        _structure = collections.Of(facts.Type);
        ref CollectionHeader header = ref collections.HeaderOf(root);
        if (header.AbandonedWalks >= MostAbandonedWalks) return;
        header.Mark++;
        _nodes = _structure.BeginTelling(root);
    }

    /// <summary>Whether commands may change it while it is told.</summary>
    public bool IsByNode => _nodes is not null;

    public override long ValueBytes => _collections.HeaderOf(Address).ChargeBytes;

    public override long HeldBytes => _nodes?.HeldBytes ?? 0;

    public override bool Copy(ElementBuffer into, int targetBytes)
    {
        if (_nodes is not null) return _nodes.Copy(into, targetBytes);
        do _cursor = _structure.CopyPage(Address, _cursor, into, targetBytes); while (_cursor != 0 && into.Length < targetBytes);
        return _cursor == 0;
    }

    public override void End(bool abandoned)
    {
        ref CollectionHeader header = ref _collections.HeaderOf(Address);
        if (IsByNode) header.AbandonedWalks = abandoned ? (byte)(header.AbandonedWalks + 1) : (byte)0;
    }

    public override void Free(FreeQueue queue) => queue.FreeCollection(Facts.Type, Address);

    void INodeGuard.BeforeChange(nint node) => _nodes!.Take(node);
}

/// <summary>
/// A long string: pieces that are about to be written to are taken first. What is put behind its end of then is not
/// looked at, and where its block moves, the telling follows.
/// </summary>
internal sealed unsafe class StringTelling : LargeTelling
{
    /// <summary>Strings longer than this are told in pieces.</summary>
    public const int LongBytes = 1024 * 1024;

    private const int PieceBytes = 64 * 1024;

    private readonly Dictionary<int, byte[]> _taken = [];
    private readonly int _length;
    private uint _room;
    private int _next;

    public StringTelling(SnapshotFacts facts, byte[] key, Blob block) : base(facts, key, block.Address)
    {
        _length = block.Length;
        _room = (uint)block.Room;
    }

    public override long ValueBytes => Memory.SlabAllocator.ChargeOf(_room);

    public override long HeldBytes => _taken.Count * (long)PieceBytes;

    public override bool Copy(ElementBuffer into, int targetBytes)
    {
        for (int start = into.Length; into.Length - start < targetBytes && _next < PieceCount; _next++)
        {
            if (_taken.Remove(_next, out byte[]? taken)) into.AddRaw(taken);
            else into.AddRaw(Piece(_next));
        }

        return _next == PieceCount;
    }

    /// <summary>Bytes are about to be written.</summary>
    public void BeforeWriting(long from, long count)
    {
        long end = Math.Min(_length, from + count);
        for (int piece = Math.Max(_next, (int)(from / PieceBytes)); (long)piece * PieceBytes < end; piece++)
            if (!_taken.ContainsKey(piece)) _taken.Add(piece, Piece(piece).ToArray());
    }

    /// <summary>The string's block has another address or size.</summary>
    public void Moved(Blob block)
    {
        Invariant.That(block.Length >= _length);
        Address = block.Address;
        _room = (uint)block.Room;
    }

    public override void End(bool abandoned) => _taken.Clear();

    public override void Free(FreeQueue queue) => queue.Add((Address, _room));

    private int PieceCount => (int)(((long)_length + PieceBytes - 1) / PieceBytes);

    private ReadOnlySpan<byte> Piece(int index) =>
        new((byte*)Address + (long)index * PieceBytes, (int)Math.Min(PieceBytes, _length - (long)index * PieceBytes));
}
