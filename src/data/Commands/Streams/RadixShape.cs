// How many nodes the index of a stream would have in Redis, which XINFO tells: there it is a radix tree over ids of
// 16 bytes, big end first, in which a run of bytes without a branch is one node.
//
//   keys of one length, in order        common prefixes with the one before:  the branches of the tree, deepest last
//   nodes = one at the end of each key + one for each branch + one for each run between two of those
using System;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Counts the nodes of the radix tree over the ids that it visits in order.</summary>
internal struct RadixShape : IStreamNodeVisitor
{
    private const int KeyBytes = StreamId.Bytes;

    private Depths _open;
    private int _openCount;
    private int _lastPrefix;
    private StreamId _last;
    private long _keys;
    private long _branchesAndRuns;

    [System.Runtime.CompilerServices.InlineArray(KeyBytes + 1)]
    private struct Depths
    {
        private int _first;
    }

    /// <summary>How many nodes there are.</summary>
    public readonly long NodeCount
    {
        get
        {
            if (_keys == 0) return 1;
            RadixShape done = this;
            done.CloseAbove(-1);
            done.EndKey(_keys == 1 ? -1 : _lastPrefix);
            return done._branchesAndRuns + done._keys;
        }
    }

    /// <inheritdoc/>
    public void Visit(StreamId id, ReadOnlySpan<byte> listpack)
    {
        if (_keys > 0)
        {
            int prefix = CommonPrefix(_last, id);
            EndKey(Math.Max(prefix, _keys > 1 ? _lastPrefix : -1));
            CloseAbove(prefix);
            if (_openCount == 0 || _open[_openCount - 1] < prefix) _open[_openCount++] = prefix;
            _lastPrefix = prefix;
        }

        _last = id;
        _keys++;
    }

    /// <summary>The branches deeper than this are complete: each is a node, with a run before it unless it follows its parent at once.</summary>
    private void CloseAbove(int prefix)
    {
        while (_openCount > 0 && _open[_openCount - 1] > prefix)
        {
            int depth = _open[--_openCount];
            int parent = Math.Max(_openCount > 0 ? _open[_openCount - 1] : -1, prefix);
            _branchesAndRuns += depth - parent - 1 > 0 ? 2 : 1;
        }
    }

    /// <summary>A key that leaves its last branch at this depth, -1 for the root, ends in a run unless the branch is at its last byte.</summary>
    private void EndKey(int branch)
    {
        if (KeyBytes - branch - 1 > 0) _branchesAndRuns++;
    }

    private static int CommonPrefix(StreamId a, StreamId b) =>
        a.Ms != b.Ms
            ? System.Numerics.BitOperations.LeadingZeroCount(a.Ms ^ b.Ms) / 8
            : 8 + System.Numerics.BitOperations.LeadingZeroCount(a.Seq ^ b.Seq) / 8;
}
