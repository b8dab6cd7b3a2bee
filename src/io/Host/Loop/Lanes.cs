using System;
using System.Collections.Concurrent;
using System.Threading;

using Hexad.Engine.Seam;
using Hexad.Host.Files;

namespace Hexad.Host.Loop;

/// <summary>
/// The threads that do a node's work off its loop: one a lane, started with the lane's first work, which it does in order.
/// What is done goes into <see cref="TryTake"/>'s queue, and the loop is woken.
/// </summary>
internal sealed class Lanes(FileDesk files, Action wake, Action<Exception> crashed, Action? starts) : IDisposable
{
    private static readonly int LaneCount = Enum.GetValues<Lane>().Length;

    private readonly FileDesk _files = files;
    private readonly Action _wake = wake;
    private readonly Action<Exception> _crashed = crashed;
    private readonly Action? _starts = starts;
    private readonly BlockingCollection<Work>?[] _queues = new BlockingCollection<Work>?[LaneCount];
    private readonly ConcurrentQueue<Work> _done = [];

    /// <summary>How many pieces of work have been submitted and not been taken back. The loop's own count.</summary>
    internal int Outstanding { get; private set; }

    /// <summary>Hands work to its lane's thread.</summary>
    internal void Submit(Work work)
    {
        BlockingCollection<Work> queue = _queues[(int)work.Lane] ??= Start(work.Lane);
        Outstanding++;
        queue.Add(work);
    }

    /// <summary>Takes one piece of work that is done.</summary>
    internal bool TryTake(out Work? work)
    {
        if (!_done.TryDequeue(out work)) return false;
        Outstanding--;
        return true;
    }

    /// <summary>Lets the threads end after what they have.</summary>
    public void Dispose()
    {
        foreach (BlockingCollection<Work>? queue in _queues) queue?.CompleteAdding();
    }

    private BlockingCollection<Work> Start(Lane lane)
    {
        var queue = new BlockingCollection<Work>();
        new Thread(() => Serve(queue)) { IsBackground = true, Name = "hexad-" + lane }.Start();
        return queue;
    }

    private void Serve(BlockingCollection<Work> queue)
    {
        try
        {
            _starts?.Invoke();
            foreach (Work work in queue.GetConsumingEnumerable())
            {
                if (work is FileWork file) _files.Do(file);
                else ((Computation)work).Run();
                _done.Enqueue(work);
                _wake();
            }
        }
        catch (Exception e)
        {
            // Neither file work nor computations throw: this is a bug, and the process ends with a report of it.
            _crashed(e);
        }
    }
}
