using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// One direction of a TCP connection: what the sender's kernel holds, what is under way, and what waits to be read.
///
/// <code>
///   Send ─▶ [in flight, in order, each piece with its time of arrival] ─▶ [arrived, unread] ─▶ Consume
/// </code>
///
/// Pieces never overtake each other. When the path does not pass at a piece's time, it is tried again later, with
/// pauses that double; after <see cref="Network.GiveUpUs"/> the sender's end breaks. At most <see cref="WindowBytes"/>
/// are between the two processes. When acknowledgements cannot come back, only part of a window passes.
/// </summary>
internal sealed class Pipe(World world, Socket from, Socket to) : IScheduled
{
    private const int WindowBytes = 192 * 1024;
    private const int WithoutAcknowledgementBytes = 32 * 1024;
    private const int Arrival = 0;
    private readonly Queue<Piece> _inFlight = new();
    private readonly Queue<Piece> _arrived = new();
    private int _held;
    private int _readFromFirst;
    private int _unacknowledged;
    private long _lastArrivalUs;
    private long _retryPauseUs;
    private long _blockedSinceUs = -1;
    private bool _senderWaits;
    private bool _endSent;
    private bool _endArrived;
    private bool _dropped;

    /// <summary>Nothing passes before this time.</summary>
    public long StalledUntilUs { get; set; }

    public int Room => _dropped ? 0 : WindowBytes - _held;

    public bool HasUnread => _arrived.Count > 0;

    public bool IsAtEnd => _endArrived && _arrived.Count == 0;

    public bool IsEmpty => _arrived.Count == 0 && _inFlight.Count == 0;

    public void Send(ReadOnlySpan<byte> bytes, object? mark)
    {
        Invariant.That(!_endSent);
        byte[] array = world.Arrays.Rent(bytes.Length);
        bytes.CopyTo(array);
        _held += bytes.Length;
        if (_held == WindowBytes) _senderWaits = true;
        Enqueue(new Piece(array, bytes.Length, world.NowUs, mark));
    }

    public void SendEnd()
    {
        if (_endSent || _dropped) return;
        _endSent = true;
        Enqueue(new Piece(null, 0, world.NowUs, null));
    }

    /// <summary>The sender wants to be told when there is room.</summary>
    public void WaitForRoom() => _senderWaits = true;

    public bool TryPeek(out ReadOnlySpan<byte> bytes, out object? mark)
    {
        if (!_arrived.TryPeek(out Piece piece))
        {
            bytes = default;
            mark = null;
            return false;
        }

        bytes = piece.Array.AsSpan(_readFromFirst, piece.Length - _readFromFirst);
        mark = piece.Mark;
        return true;
    }

    public void Consume(int size)
    {
        Piece piece = _arrived.Peek();
        _readFromFirst += size;
        _held -= size;
        if (_readFromFirst == piece.Length)
        {
            _arrived.Dequeue();
            _readFromFirst = 0;
            world.Arrays.Return(piece.Array!);
        }

        if (!_senderWaits || _held > WindowBytes / 2) return;
        _senderWaits = false;
        if (world.Network.Passes(to.Owner.Machine, from.Owner.Machine))
            from.RoomSoon(world.Network.ArrivalUs(to.Owner.Machine, from.Owner.Machine, 60));
        else from.RoomSoon(world.NowUs + 1_000_000);
    }

    /// <summary>Forgets everything under way; the connection is broken.</summary>
    public void Drop()
    {
        _dropped = true;
        while (_inFlight.TryDequeue(out Piece piece)) Release(piece);
    }

    /// <summary>Forgets what was not read.</summary>
    public void DropRead()
    {
        while (_arrived.TryDequeue(out Piece piece)) Release(piece);
        _readFromFirst = 0;
    }

    /// <summary>The sender's machine has no power: what is on the wire arrives, what waited to be sent again does not.</summary>
    public void SenderVanished()
    {
        _endSent = true;
        int count = _inFlight.Count;
        long wireUs = world.NowUs + world.Network.Path(from.Owner.Machine, to.Owner.Machine).LatencyUs;
        bool keep = _blockedSinceUs < 0;
        for (int i = 0; i < count; i++)
        {
            Piece piece = _inFlight.Dequeue();
            keep &= piece.ArriveUs <= wireUs && piece.Array is not null;
            if (keep) _inFlight.Enqueue(piece);
            else Release(piece);
        }
    }

    public void Fire(int kind, long argument)
    {
        if (_inFlight.Count == 0) return;
        if (IsBlocked())
        {
            Retry();
            return;
        }

        _blockedSinceUs = -1;
        bool came = false;
        while (_inFlight.TryPeek(out Piece piece) && piece.ArriveUs <= world.NowUs)
        {
            if (!to.IsKnown && !to.IsDialling)
            {
                // Nobody knows this connection there any more: a reset comes back, and ends what is under way.
                if (piece.Array is not null || from.IsOpen) from.ResetSoon(to.Owner.Machine);
                Drop();
                return;
            }

            _inFlight.Dequeue();
            came = true;
            if (piece.Array is null)
            {
                _endArrived = true;
                continue;
            }

            if (!from.IsOpen && world.NowUs - piece.SentUs > 1_000_000) world.Counters.Count(Counter.LateDeliveries);
            _unacknowledged += piece.Length;
            _arrived.Enqueue(piece);
        }

        if (world.Network.Passes(to.Owner.Machine, from.Owner.Machine)) _unacknowledged = 0;
        if (_inFlight.TryPeek(out Piece next)) world.At(next.ArriveUs, this, Arrival);
        if (came && to.IsKnown) to.Owner.Readable(to);
    }

    private bool IsBlocked()
    {
        Machine here = from.Owner.Machine;
        Machine there = to.Owner.Machine;
        Network network = world.Network;
        return !network.Passes(here, there)
            || StalledUntilUs > world.NowUs
            || (_unacknowledged > WithoutAcknowledgementBytes && !network.Passes(there, here))
            || (network.Rejects.Count > 0 && (network.IsRejected(here, there, to.Local.Port) || network.IsRejected(there, here, from.Local.Port)));
    }

    private void Retry()
    {
        if (_blockedSinceUs < 0)
        {
            _blockedSinceUs = world.NowUs;
            _retryPauseUs = 200_000;
        }

        if (!from.Owner.Machine.IsOn || world.NowUs - _blockedSinceUs > world.Network.GiveUpUs)
        {
            Drop();
            from.Broken(LinkFault.TimedOut);
            return;
        }

        world.At(world.NowUs + _retryPauseUs, this, Arrival);
        _retryPauseUs = Math.Min(_retryPauseUs * 2, world.Network.LongestRetryUs);
    }

    private void Enqueue(Piece piece)
    {
        if (_dropped)
        {
            Release(piece);
            return;
        }

        long arrival = world.Network.ArrivalUs(from.Owner.Machine, to.Owner.Machine, piece.Length);
        _lastArrivalUs = Math.Max(_lastArrivalUs, arrival);
        piece.ArriveUs = _lastArrivalUs;
        _inFlight.Enqueue(piece);
        if (_inFlight.Count == 1) world.At(_lastArrivalUs, this, Arrival);
    }

    private void Release(Piece piece)
    {
        _held -= piece.Length;
        if (piece.Array is not null) world.Arrays.Return(piece.Array);
    }

    private struct Piece(byte[]? array, int length, long sentUs, object? mark)
    {
        public readonly byte[]? Array = array;
        public readonly int Length = length;
        public readonly long SentUs = sentUs;
        public readonly object? Mark = mark;
        public long ArriveUs;
    }
}
