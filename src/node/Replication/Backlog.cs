// The stream of changes as bytes, of which the last ones are kept: for replicas that come back after a short absence,
// and for those that are connected, none of which has a copy of its own.
//
//   blocks   [#####] [#####] [#####] [##   ]
//             ▲       ▲         ▲       ▲
//             │       Start     │       End = Start + Length
//             a slow replica    another replica
//
// A reader is an offset, nothing more. Blocks before Start stay as long as a reader needs them; what that may cost is
// bounded by the output limit of replicas, which drops the slowest.
using System;
using Hexad.Core;

namespace Hexad.Replication;

/// <summary>The end of the stream of changes.</summary>
public sealed class Backlog
{
    private const int BlockBytes = 64 * 1024;
    private byte[][] _blocks = new byte[16][];
    private int _first;
    private int _count;
    private long _firstOffset;
    private byte[]? _spare;

    /// <summary>An empty one.</summary>
    /// <param name="at">How many bytes the stream had before.</param>
    /// <param name="size">How many bytes are kept for replicas that come back.</param>
    public Backlog(ReplicationOffset at, long size)
    {
        Size = size;
        _firstOffset = at.Value;
        Start = End = at;
    }

    /// <summary>How many bytes are kept for replicas that come back (<c>repl-backlog-size</c>).</summary>
    public long Size { get; set; }

    /// <summary>The bytes before this place are not for newcomers any more.</summary>
    public ReplicationOffset Start { get; private set; }

    /// <summary>Where the stream ends.</summary>
    public ReplicationOffset End { get; private set; }

    /// <summary>How many bytes newcomers may have (<c>repl_backlog_histlen</c>).</summary>
    public long Length => End - Start;

    /// <summary>Memory taken.</summary>
    public long Capacity => (long)_count * BlockBytes;

    /// <summary>Adds bytes to the stream.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        long end = End.Value;
        while (bytes.Length > 0)
        {
            int used = (int)(end - _firstOffset - (long)(_count - 1) * BlockBytes);
            if (_count == 0 || used == BlockBytes)
            {
                Grow();
                used = 0;
            }

            int part = Math.Min(bytes.Length, BlockBytes - used);
            bytes[..part].CopyTo(Block(_count - 1).AsSpan(used));
            bytes = bytes[part..];
            end += part;
        }

        End = new ReplicationOffset(end);
    }

    /// <summary>Whether a newcomer can go on after <paramref name="from"/> bytes of the stream.</summary>
    public bool Holds(ReplicationOffset from) => from >= Start && from <= End;

    /// <summary>The next bytes after <paramref name="from"/> that lie together; empty at the end. A reader that is counted in <see cref="Trim"/> may ask.</summary>
    public ReadOnlySpan<byte> From(ReplicationOffset from)
    {
        Invariant.That(from.Value >= _firstOffset && from <= End);
        if (from == End) return default;
        long place = from.Value - _firstOffset;
        int block = (int)(place / BlockBytes);
        int start = (int)(place % BlockBytes);
        int end = (int)Math.Min(BlockBytes, End.Value - _firstOffset - (long)block * BlockBytes);
        return Block(block).AsSpan(start, end - start);
    }

    /// <summary>Forgets what is beyond <see cref="Size"/>, and gives back blocks that no reader needs.</summary>
    /// <param name="slowestReader">The place of the reader that is furthest behind; without readers, the end.</param>
    public void Trim(ReplicationOffset slowestReader)
    {
        if (Length > Size) Start = End + -Size;
        long needed = Math.Min(Start.Value, slowestReader.Value);
        while (_count > 1 && _firstOffset + BlockBytes <= needed)
        {
            byte[] freed = Block(0);
            _blocks[_first] = null!;
            _first = (_first + 1) & (_blocks.Length - 1);
            _count--;
            _firstOffset += BlockBytes;
            _spare ??= freed;
        }
    }

    private byte[] Block(int index) => _blocks[(_first + index) & (_blocks.Length - 1)];

    private void Grow()
    {
        if (_count == _blocks.Length)
        {
            var larger = new byte[_blocks.Length * 2][];
            for (int i = 0; i < _count; i++) larger[i] = Block(i);
            _blocks = larger;
            _first = 0;
        }

        _blocks[(_first + _count) & (_blocks.Length - 1)] = _spare ?? GC.AllocateUninitializedArray<byte>(BlockBytes);
        _spare = null;
        _count++;
    }
}
