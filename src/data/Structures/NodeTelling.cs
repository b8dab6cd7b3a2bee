using System;

namespace Hexad.Structures;

/// <summary>
/// A collection on its way into a snapshot, node by node, while commands change it: its nodes carry the mark of who told
/// them, and the items of a node that is not told are taken before it changes. Each node of the beginning is told
/// once, with its items of then. Where order among the items means something, they come in the order of the beginning.
/// </summary>
public abstract class NodeTelling
{
    /// <summary>Bytes of items that were taken before they changed and have not been told yet.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Adds the next items, about so many bytes but at least one node's; true when there are no more.</summary>
    public abstract bool Copy(ElementBuffer into, int targetBytes);

    /// <summary>Takes the items of a node that is not told and is about to change or go, and gives it the mark.</summary>
    public abstract void Take(nint node);

    private protected static unsafe void SetMark(nint node, byte mark) => *(byte*)node = mark;
}

/// <summary>A structure among whose items order means nothing.</summary>
public interface IUnorderedNodes
{
    /// <summary>
    /// As <see cref="ICollection.CopyPage"/>, but only of nodes whose mark is another than <see cref="CollectionHeader.Mark"/>,
    /// which they get; the collection may change between calls, and each node that is not told otherwise is told once.
    /// True when there are no more.
    /// </summary>
    bool CopyUntold(nint root, UntoldPlace place, ElementBuffer into, int targetBytes);

    /// <summary>Adds the items of one node.</summary>
    void CopyNode(nint root, nint node, ElementBuffer into);
}

/// <summary>How far <see cref="IUnorderedNodes.CopyUntold"/> has come: what it means is the structure's own.</summary>
public sealed class UntoldPlace
{
    /// <summary>A number; 0 at first.</summary>
    public ulong Cursor { get; set; }

    /// <summary>A score.</summary>
    public double Score { get; set; }

    /// <summary>A member; none at first.</summary>
    public byte[]? Member { get; set; }
}

/// <summary>Tells what was taken before what still stands in its place.</summary>
public sealed unsafe class UnorderedTelling(IUnorderedNodes structure, nint root) : NodeTelling
{
    private readonly UntoldPlace _place = new();
    private readonly ElementBuffer _taken = new();
    private bool _isScanned;

    /// <inheritdoc/>
    public override long HeldBytes => _taken.Length;

    /// <inheritdoc/>
    public override bool Copy(ElementBuffer into, int targetBytes)
    {
        int start = into.Length;
        if (_taken.Length > 0)
        {
            into.AddRaw(_taken.Bytes);
            _taken.Clear();
        }

        while (!_isScanned && into.Length - start < targetBytes) _isScanned = structure.CopyUntold(root, _place, into, targetBytes);
        return _isScanned;
    }

    /// <inheritdoc/>
    public override void Take(nint node)
    {
        SetMark(node, ((CollectionHeader*)root)->Mark);
        structure.CopyNode(root, node, _taken);
    }
}
