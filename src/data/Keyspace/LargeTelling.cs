using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// A large collection on its way into a snapshot: told part by part, with nothing in between once it has begun.
///
/// Where order among the items means nothing, commands go on changing it meanwhile: its nodes carry the mark of who
/// told them, and the guard takes the items of a node that is not told before it changes. Else the rest is told at
/// once when a command is about to change it. A collection that loses its key meanwhile is freed when it has been told.
/// </summary>
internal sealed class LargeTelling : INodeGuard
{
    // So many walks given up in a row, and marks might come round.
    private const int MostAbandonedWalks = 250;

    private readonly ICollection _structure;
    private readonly Collections _collections;
    private readonly UntoldPlace _place = new();
    private readonly ElementBuffer _preserved = new();
    private ulong _cursor;
    private bool _isScanned;

    public LargeTelling(Collections collections, SnapshotFacts facts, byte[] key, nint root)
    {
        _collections = collections;
        _structure = collections.Of(facts.Type);
        (Facts, Key, Root) = (facts, key, root);
        ref CollectionHeader header = ref collections.HeaderOf(root);
        IsByNode = _structure.TellsByNode && header.AbandonedWalks < MostAbandonedWalks;
        if (IsByNode) header.Mark++;
    }

    public SnapshotFacts Facts { get; }
    public byte[] Key { get; }
    public nint Root { get; }

    /// <summary>Whether commands may change it while it is told.</summary>
    public bool IsByNode { get; }

    /// <summary>Whether its first part has been told.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether all of it has been told.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether no key has it any more, so that it is to be freed when it has been told.</summary>
    public bool IsOrphan { get; set; }

    /// <summary>Bytes of items that were taken before they changed and have not been told yet.</summary>
    public int PreservedBytes => _preserved.Length;

    /// <summary>Adds the next items; true when there are no more.</summary>
    public bool Copy(ElementBuffer into, int targetBytes)
    {
        if (!IsByNode)
        {
            do _cursor = _structure.CopyPage(Root, _cursor, into, targetBytes); while (_cursor != 0 && into.Length < targetBytes);
            return _cursor == 0;
        }

        if (_preserved.Length > 0)
        {
            into.AddRaw(_preserved.Bytes);
            _preserved.Clear();
        }

        while (!_isScanned && into.Length < targetBytes) _isScanned = _structure.CopyUntold(Root, _place, into, targetBytes);
        return _isScanned;
    }

    /// <summary>Notes in the collection that all nodes carry one mark now, or that they do not.</summary>
    public void End(bool abandoned)
    {
        ref CollectionHeader header = ref _collections.HeaderOf(Root);
        if (!IsByNode) return;
        header.AbandonedWalks = abandoned ? (byte)(header.AbandonedWalks + 1) : (byte)0;
    }

    void INodeGuard.BeforeChange(nint node)
    {
        SetMark(node, _collections.HeaderOf(Root).Mark);
        _structure.CopyNode(Root, node, _preserved);
    }

    private static unsafe void SetMark(nint node, byte mark) => *(byte*)node = mark;
}
