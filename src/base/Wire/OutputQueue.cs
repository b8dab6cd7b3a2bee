using System;
using System.Runtime.CompilerServices;
using Hexad.Core;

namespace Hexad.Wire;

/// <summary>
/// Bytes on their way out of one link: written at the tail by the node, taken from the head by the host.
///
/// <code>
///   head ─▶ [sent|....data....] ─▶ [....data....] ─▶ [..data..|free] ◀─ tail
/// </code>
///
/// Segments are pinned arrays from a pool that belongs to the node, so the host may hand their addresses to the
/// kernel. Invariants: an empty queue holds no segment; every segment but the tail is full up to its own
/// <c>Used</c>. Costs: a reserved write is a bounds check and a move; nothing is copied when the queue grows.
/// </summary>
public sealed class OutputQueue(SegmentPool pool)
{
    private readonly SegmentPool _pool = pool;
    private Segment? _head;
    private Segment? _tail;

    /// <summary>How many bytes wait to be sent.</summary>
    public long Length { get; private set; }

    /// <summary>How many bytes of memory the queue's segments take.</summary>
    public long Capacity { get; private set; }

    /// <summary>How many bytes have been taken out of the queue since it was made.</summary>
    public long Sent { get; private set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Room for at least <paramref name="size"/> bytes at the tail; say how many were used with <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int size)
    {
        Segment? tail = _tail;
        if (tail is null || tail.Bytes.Length - tail.Used < size) tail = Grow(size);
        return tail.Bytes.AsSpan(tail.Used);
    }

    /// <summary>Makes the first <paramref name="size"/> bytes of what <see cref="Reserve"/> gave part of the queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int size)
    {
        _tail!.Used += size;
        Length += size;
    }

    /// <summary>Appends a copy of <paramref name="bytes"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            Segment? tail = _tail;
            int room = tail is null ? 0 : tail.Bytes.Length - tail.Used;
            if (room == 0) room = (tail = Grow(Math.Min(bytes.Length, SegmentPool.LargestPooled))).Bytes.Length;
            int part = Math.Min(room, bytes.Length);
            bytes[..part].CopyTo(tail!.Bytes.AsSpan(tail.Used));
            Advance(part);
            bytes = bytes[part..];
        }
    }

    /// <summary>Moves everything that waits in <paramref name="other"/> to the end of this queue, without copying it.</summary>
    public void TakeAll(OutputQueue other)
    {
        Invariant.That(ReferenceEquals(other._pool, _pool) && !ReferenceEquals(other, this));
        if (other._head is null) return;
        if (_tail is null) _head = other._head;
        else _tail.Next = other._head;
        _tail = other._tail;
        Length += other.Length;
        Capacity += other.Capacity;
        other._head = other._tail = null;
        other.Sent += other.Length;
        other.Length = other.Capacity = 0;
    }

    /// <summary>The first contiguous part of what waits; empty when nothing does.</summary>
    public ReadOnlySpan<byte> FirstPart => _head is null ? default : _head.Bytes.AsSpan(_head.Start, _head.Used - _head.Start);

    /// <summary>Lists up to <c>parts.Length</c> contiguous parts from the head and returns how many; for vectored writes.</summary>
    public int Parts(Span<OutputPart> parts)
    {
        int count = 0;
        for (Segment? s = _head; s is not null && count < parts.Length; s = s.Next)
            if (s.Used > s.Start) parts[count++] = new OutputPart(s.Bytes, s.Start, s.Used - s.Start);
        return count;
    }

    /// <summary>Takes <paramref name="size"/> bytes, at most <see cref="Length"/>, off the head: they have been sent.</summary>
    public void Consume(long size)
    {
        Invariant.That(size >= 0 && size <= Length);
        Length -= size;
        Sent += size;
        if (Length == 0 && _head is { } only && ReferenceEquals(only, _tail))
        {
            _head = _tail = null;
            Release(only);
            return;
        }

        while (_head is not null)
        {
            int here = (int)Math.Min(size, _head.Used - _head.Start);
            _head.Start += here;
            size -= here;
            if (_head.Start < _head.Used) break;
            Segment done = _head;
            if (done == _tail && Length > 0) break;
            _head = done.Next;
            if (_head is null) _tail = null;
            Release(done);
        }
    }

    /// <summary>Drops everything that waits.</summary>
    public void Clear()
    {
        while (_head is not null)
        {
            Segment done = _head;
            _head = done.Next;
            Release(done);
        }

        _tail = null;
        Length = 0;
    }

    /// <summary>A copy of everything that waits.</summary>
    public byte[] ToArray()
    {
        var all = new byte[Length];
        int at = 0;
        for (Segment? s = _head; s is not null; s = s.Next)
        {
            s.Bytes.AsSpan(s.Start, s.Used - s.Start).CopyTo(all.AsSpan(at));
            at += s.Used - s.Start;
        }

        return all;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Segment Grow(int size)
    {
        Segment fresh = _pool.Rent(size, first: _tail is null);
        if (_tail is null) _head = fresh;
        else _tail.Next = fresh;
        _tail = fresh;
        Capacity += fresh.Bytes.Length;
        return fresh;
    }

    private void Release(Segment segment)
    {
        Capacity -= segment.Bytes.Length;
        _pool.Return(segment);
    }
}

/// <summary>One contiguous part of an <see cref="OutputQueue"/>; <c>Bytes</c> is pinned.</summary>
public readonly record struct OutputPart(byte[] Bytes, int Start, int Length);

/// <summary>A pinned piece of memory of an output queue.</summary>
public sealed class Segment(byte[] bytes)
{
    internal readonly byte[] Bytes = bytes;
    internal Segment? Next;
    internal int Start;
    internal int Used;
}

/// <summary>
/// The segments that the output queues of one node share. Two sizes are kept: small ones, with which every reply
/// starts, and large ones, with which long replies go on; anything larger is made to measure and not kept.
/// </summary>
public sealed class SegmentPool
{
    internal const int SmallSize = 16 * 1024;
    internal const int LargestPooled = 64 * 1024;
    private const int KeptSmall = 256;
    private const int KeptLarge = 16;
    private FreeSegments _small = new(KeptSmall);
    private FreeSegments _large = new(KeptLarge);

    internal Segment Rent(int size, bool first)
    {
        if (first && size <= SmallSize) return _small.Take() ?? Make(SmallSize);
        if (size <= LargestPooled) return _large.Take() ?? Make(LargestPooled);
        return Make(size);
    }

    internal void Return(Segment segment)
    {
        segment.Start = segment.Used = 0;
        if (segment.Bytes.Length == SmallSize) _small.Keep(segment);
        else if (segment.Bytes.Length == LargestPooled) _large.Keep(segment);
    }

    private static Segment Make(int size) => new(GC.AllocateUninitializedArray<byte>(size, pinned: true));

    // Free segments of one size, linked to one another: every reply takes one and gives it back.
    private struct FreeSegments(int most)
    {
        private Segment? _first;
        private int _count;

        internal Segment? Take()
        {
            if (_first is not { } taken) return null;
            _first = taken.Next;
            taken.Next = null;
            _count--;
            return taken;
        }

        internal void Keep(Segment segment)
        {
            if (_count == most) return;
            segment.Next = _first;
            _first = segment;
            _count++;
        }
    }
}
