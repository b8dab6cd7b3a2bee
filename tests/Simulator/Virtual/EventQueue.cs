using System;
using Hexad.Core;

namespace Hexad.Simulator.Virtual;

/// <summary>Something that events are addressed to.</summary>
public interface IScheduled
{
    /// <summary>The time of an event has come; kind and argument are what was given when it was scheduled.</summary>
    void Fire(int kind, long argument);
}

/// <summary>
/// What will happen, ordered by virtual time and, within one microsecond, by the order of scheduling. That order is the
/// whole of the simulator's determinism: nothing else decides what happens next.
///
/// A four-way heap of plain structs: scheduling and taking allocate nothing. Events are not cancelled; who schedules
/// one passes a generation number as its argument and ignores what has become stale.
/// </summary>
public sealed class EventQueue
{
    private Entry[] _heap = new Entry[1024];
    private long _sequence;

    /// <summary>How many events wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the next event happens; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextUs => Count == 0 ? long.MaxValue : _heap[0].AtUs;

    /// <summary>Adds an event.</summary>
    public void Add(long atUs, IScheduled target, int kind, long argument)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        var entry = new Entry(atUs, ++_sequence, target, kind, argument);
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) >> 2;
            if (!entry.IsBefore(_heap[parent])) break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = entry;
    }

    /// <summary>Takes the next event; there must be one.</summary>
    public void Take(out long atUs, out IScheduled target, out int kind, out long argument)
    {
        Invariant.That(Count > 0);
        Entry first = _heap[0];
        Entry last = _heap[--Count];
        _heap[Count] = default;
        if (Count > 0) Sink(last);
        (atUs, target, kind, argument) = (first.AtUs, first.Target, first.Kind, first.Argument);
    }

    private void Sink(in Entry entry)
    {
        int at = 0;
        while (true)
        {
            int child = (at << 2) + 1;
            if (child >= Count) break;
            int least = child;
            int end = Math.Min(child + 4, Count);
            for (int i = child + 1; i < end; i++)
                if (_heap[i].IsBefore(_heap[least])) least = i;
            if (!_heap[least].IsBefore(entry)) break;
            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = entry;
    }

    private readonly struct Entry(long atUs, long sequence, IScheduled target, int kind, long argument)
    {
        public readonly long AtUs = atUs;
        public readonly long Sequence = sequence;
        public readonly IScheduled Target = target;
        public readonly int Kind = kind;
        public readonly long Argument = argument;

        public bool IsBefore(in Entry other) => AtUs < other.AtUs || (AtUs == other.AtUs && Sequence < other.Sequence);
    }
}
