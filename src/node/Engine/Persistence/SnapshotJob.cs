// One snapshot of all databases on its way to whoever wants it.
//
//   walk ─▶ page (raw copies) ─▶ worker encodes ─▶ bytes ─▶ every target: a file, replicas
//
// At most two pages are on their way, so a snapshot costs a fixed amount of memory beside what the walk holds back.
// The walk stands still while a target is full; what it holds meanwhile is bounded by dropping that target.
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Persistence.Rdb;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>Whoever takes the bytes of a snapshot.</summary>
internal interface ISnapshotTarget
{
    /// <summary>Whether it has so much to do that the walk should wait.</summary>
    bool IsFull { get; }

    /// <summary>Whether it does not want the rest any more.</summary>
    bool IsGone { get; }

    /// <summary>The next bytes; they do not change any more.</summary>
    void Take(byte[] bytes);

    /// <summary>All has been told.</summary>
    void Complete();

    /// <summary>There will be no more: the snapshot is worth nothing.</summary>
    void Abort(string why);
}

/// <summary>One snapshot.</summary>
internal sealed class SnapshotJob
{
    private const int MostOnTheWay = 2;
    private const int UnitsPerPage = 8192;
    private readonly Node _node;
    private readonly SnapshotWalk? _walk;
    private readonly RdbEncoder _encoder;
    private readonly List<ISnapshotTarget> _targets = [];
    private readonly Action<SnapshotJob> _whenOver;
    private readonly Stack<SnapshotPage> _free = new();
    private int _onTheWay;
    private bool _ending;

    /// <summary>Begins a snapshot of the databases as they are now, or, with <paramref name="withData"/> false, of none.</summary>
    public SnapshotJob(Node node, RdbFacts facts, RdbForm form, bool withData, IEnumerable<ISnapshotTarget> targets, Action<SnapshotJob> whenOver)
    {
        _node = node;
        _whenOver = whenOver;
        _targets.AddRange(targets);
        StartedAt = node.Now.Monotonic;
        _walk = withData ? node.Databases.StartWalk() : null;
        var sizes = new (long Keys, long Volatile)[node.Databases.Count];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = _walk?.SizeOf(i) ?? default;
        _encoder = new RdbEncoder(database => sizes[database])
        {
            Compresses = node.Options.RdbCompression,
            WritesChecksum = node.Options.RdbChecksum,
            Form = form,
            Notes = node.Databases.Eviction.Policy switch
            {
                EvictionPolicy.AllKeysLru or EvictionPolicy.VolatileLru => UseNotes.Idle,
                EvictionPolicy.AllKeysLfu or EvictionPolicy.VolatileLfu => UseNotes.Frequency,
                _ => UseNotes.None,
            },
        };
        _encoder.Begin(facts);
    }

    /// <summary>When it began.</summary>
    public MonotonicMs StartedAt { get; }

    /// <summary>Whether it is over, well or not.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many keys it has, and how many of them are done.</summary>
    public (long Done, long All) Progress => (_walk?.KeysDone ?? 0, _walk?.KeyCount ?? 0);

    /// <summary>Goes on as far as it can.</summary>
    public void Advance()
    {
        if (IsOver) return;
        DropGone();
        if (_targets.Count == 0)
        {
            Finish();
            return;
        }

        while (_onTheWay < MostOnTheWay && !_ending && !AnyFull())
        {
            SnapshotPage? page = null;
            if (_walk is not null)
            {
                page = _free.TryPop(out SnapshotPage? used) ? used : new SnapshotPage();
                var budget = new SliceBudget(UnitsPerPage);
                if (!_walk.NextPage(page, ref budget)) page = null;
            }

            _ending = page is null;
            _onTheWay++;
            _node.Host.Submit(new EncodeWork(_encoder, page) { Lane = Lane.Compute, WhenDone = work => Encoded((EncodeWork)work) });
        }

        if (_walk is not null && !IsOver && _walk.HeldBytes > MostHeldBytes) DropSlowest();
    }

    /// <summary>Gives the snapshot up.</summary>
    public void Cancel(string why)
    {
        if (IsOver) return;
        foreach (ISnapshotTarget target in _targets) target.Abort(why);
        _targets.Clear();
        Finish();
    }

    // Beside the data itself: half as much again, and never less than what a slow replica may cost anyway.
    private long MostHeldBytes => Math.Max(
        Math.Max(64L << 20, _node.Databases.UsedBytes / 2), (long)Math.Min(_node.Options.ClientOutputBufferLimits.Replica.HardBytes, long.MaxValue));

    private void Encoded(EncodeWork work)
    {
        _onTheWay--;
        if (work.Page is { } page) _free.Push(page);
        if (IsOver) return;
        DropGone();
        if (work.Result.Length > 0)
            foreach (ISnapshotTarget target in _targets) target.Take(work.Result);
        if (_ending && _onTheWay == 0)
        {
            foreach (ISnapshotTarget target in _targets) target.Complete();
            Finish();
            return;
        }

        Advance();
    }

    private bool AnyFull()
    {
        foreach (ISnapshotTarget target in _targets)
            if (target.IsFull) return true;
        return false;
    }

    private void DropGone() => _targets.RemoveAll(static target => target.IsGone);

    private void DropSlowest()
    {
        const string Why = "too slow: the old values that wait for it take too much memory";
        if (!AnyFull())
        {
            // Nobody keeps us from it: the data changes faster than it can be encoded.
            Cancel("the data changes too fast: the old values that wait to be saved take too much memory");
            return;
        }

        foreach (ISnapshotTarget target in _targets)
            if (target.IsFull) target.Abort(Why);
        _targets.RemoveAll(static target => target.IsFull || target.IsGone);
        Advance();
    }

    private void Finish()
    {
        if (IsOver) return;
        IsOver = true;
        _walk?.Cancel();
        _whenOver(this);
    }

    /// <summary>Encodes a page, or without one the end of the file.</summary>
    private sealed class EncodeWork(RdbEncoder encoder, SnapshotPage? page) : Computation
    {
        public SnapshotPage? Page => page;

        public byte[] Result { get; private set; } = [];

        public override void Run()
        {
            if (page is null) encoder.End();
            else encoder.Page(page);
            Result = encoder.Take();
        }
    }
}
