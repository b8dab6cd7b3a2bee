using System;
using Hexad.Core;

namespace Hexad.Engine;

/// <summary>
/// Room in which a request that came in two reads is put together, one for all sessions of a node: the end of what was read
/// before, then the next read behind it. Only one session uses it at a time; one whose turn comes inside of another's
/// (while a long command lets the loop turn) does without.
/// </summary>
internal sealed class JoinRoom
{
    // A read of the host, and the beginning of a request before it.
    private const int Bytes = 80 * 1024;

    private byte[] _room = [];
    private bool _taken;

    /// <summary>The first <paramref name="length"/> bytes of the room until <see cref="GiveBack"/>; false when it is taken or too small.</summary>
    internal bool TryTake(int length, out Span<byte> room)
    {
        room = default;
        if (_taken || length > Bytes) return false;
        if (_room.Length == 0) _room = GC.AllocateUninitializedArray<byte>(Bytes, pinned: true);
        _taken = true;
        room = _room.AsSpan(0, length);
        return true;
    }

    /// <summary>What was taken is not used any more.</summary>
    internal void GiveBack()
    {
        Invariant.That(_taken);
        _taken = false;
    }
}
