using System;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Compresses nodes of lists, and shows the bytes of a compressed one: those of the last that was looked at are kept
/// expanded beside it, so that a range that is read element by element is expanded once.
/// </summary>
internal sealed unsafe class NodePacker(SlabAllocator slabs)
{
    // Below this size, and with less gained than this, it is not worth it: as Redis.
    private const int LeastBytes = 48;
    private const int LeastGain = 8;

    private readonly LzfCompressor _compressor = new();
    private byte[] _scratch = [];
    private byte[] _expanded = [];
    private ListNode* _expandedNode;

    /// <summary>Compresses a node if that gains something.</summary>
    public void Compress(ListNode* node)
    {
        int length = node->Bytes.Length;
        if (node->IsCompressed != 0 || length < LeastBytes) return;
        if (_scratch.Length < length) _scratch = new byte[Math.Max(length, 8192)];
        int packed = _compressor.Compress(node->Bytes.Bytes, _scratch.AsSpan(0, length - LeastGain - 1));
        if (packed == 0) return;
        Forget(node);
        node->FreeBytes(slabs);
        node->Bytes = Blob.Of(slabs, _scratch.AsSpan(0, packed));
        node->ExpandedLength = length;
        node->IsCompressed = 1;
    }

    /// <summary>Puts the expanded bytes of a node in the place of compressed ones.</summary>
    public void Expand(ListNode* node)
    {
        if (node->IsCompressed == 0) return;
        var expanded = new Blob(slabs.Allocate((nuint)node->ExpandedLength), node->ExpandedLength, node->ExpandedLength);
        Invariant.That(Lzf.TryExpand(node->Bytes.Bytes, expanded.Bytes));
        Forget(node);
        node->FreeBytes(slabs);
        node->Bytes = expanded;
        node->IsCompressed = 0;
    }

    /// <summary>The pack or element of a node, to be read; gone when another compressed node is looked at.</summary>
    public ReadOnlySpan<byte> Look(ListNode* node) => node->IsCompressed == 0 ? node->Bytes.Bytes : LookInto(node);

    /// <summary>The node goes away or changes.</summary>
    public void Forget(ListNode* node)
    {
        if (node == _expandedNode) _expandedNode = null;
    }

    private ReadOnlySpan<byte> LookInto(ListNode* node)
    {
        Span<byte> expanded = _expanded.AsSpan(0, Math.Min(_expanded.Length, node->ExpandedLength));
        if (node == _expandedNode) return expanded;
        if (_expanded.Length < node->ExpandedLength) _expanded = new byte[Math.Max(node->ExpandedLength, 8192)];
        expanded = _expanded.AsSpan(0, node->ExpandedLength);
        Invariant.That(Lzf.TryExpand(node->Bytes.Bytes, expanded));
        _expandedNode = node;
        return expanded;
    }
}
