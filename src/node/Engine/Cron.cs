// What is done from time to time: hz times a second, more often while many clients are connected (dynamic-hz), and
// every millisecond while a slice of work is left over.
//
//   expiry      keys past their time are removed, for at most a quarter of the period's CPU time
//   rehashing   less than half a millisecond at a time, unless activerehashing is off
//   freeing     what was unlinked or flushed away, as long at a time
//   clients     idle ones, and those whose output has been too long for too long
//   defragmenting   while activedefrag is on and enough memory is wasted, for a share of the CPU time
//   sampling    operations and bytes a second, peak memory
using System;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>The periodic work of a node.</summary>
internal sealed class Cron(Node node) : IPart, ITickSource
{
    private const int SampleEveryMs = 100;
    private const int SliceUs = 400;
    private const int SliceEveryUs = 1000;
    private const int ClientsPerHz = 200;
    private const int MostHz = 500;
    private MonotonicMs _next;
    private MonotonicMs _nextSlice;
    private MonotonicMs _nextSample;
    private bool _sliceLeft;

    public MonotonicMs NextWake => (_sliceLeft || node.Eviction.IsPending) && _nextSlice < _next ? _nextSlice : _next;

    /// <summary>How often a second the cron runs now.</summary>
    public int Hz { get; private set; } = 10;

    public void Start() => _next = node.Now.Monotonic;

    public long TicksUs() => node.Host.Ticks() / 1000;

    public void Tick()
    {
        if (node.IsCronPaused) return;
        long startUs = TicksUs();
        Work();
        node.Statistics.CronUs += TicksUs() - startUs;
    }

    private void Work()
    {
        if (_sliceLeft || node.Eviction.IsPending) Slice();
        if (node.Now.Monotonic < _next) return;
        Hz = Math.Clamp(node.Options.Hz, 1, MostHz);
        if (node.Options.DynamicHz)
            while (node.Sessions.Count / Hz > ClientsPerHz && Hz < MostHz) Hz = Math.Min(Hz * 2, MostHz);
        _next = node.Now.Monotonic + Math.Max(1, 1000 / Hz);
        Expire();
        JudgeFragmentation();
        Slice();
        node.Sessions.CheckAll();
        if (node.Now.Monotonic >= _nextSample) Sample();
    }

    private void Expire()
    {
        bool isPrimary = (node.Conditions & (uint)(NodeConditions.Replica | NodeConditions.Loading)) == 0;
        if (node.ActiveExpire) node.ReplicaExpiry.Slice();
        if (!node.ActiveExpire || !isPrimary || node.Pause.Scope != PauseScope.None) return;
        int percent = 25 + 2 * (node.Options.ActiveExpireEffort - 1);
        long startUs = TicksUs();
        var budget = new SliceBudget(int.MaxValue - 1, this, 10_000L * percent / Hz);
        node.Databases.ActiveExpireSlice(ref budget);
        if (budget.IsSpent) node.Statistics.ExpireTimeCapReached++;
        long tookUs = TicksUs() - startUs;
        node.Statistics.ExpireCycleUs += tookUs;
        node.Latency.Add("expire-cycle", tookUs * 1000);
    }

    // As Redis: the more memory is wasted between the two thresholds, the greater the share of the CPU. It is given in slices.
    private void JudgeFragmentation()
    {
        long used = Math.Max(1, node.Databases.UsedBytes);
        long wasted = node.Databases.ReservedBytes - used;
        double percent = wasted * 100.0 / used;
        NodeOptions options = node.Options;
        bool runs = options.ActiveDefrag && !node.Persistence.IsLoading && wasted >= options.DefragIgnoreBytes && percent >= options.DefragThresholdLowerPercent;
        int lower = options.DefragThresholdLowerPercent, upper = Math.Max(lower + 1, options.DefragThresholdUpperPercent);
        int least = options.DefragCycleMinPercent, most = Math.Max(least, options.DefragCycleMaxPercent);
        node.Statistics.DefragPercent = runs ? (int)Math.Clamp(least + (percent - lower) * (most - least) / (upper - lower), least, most) : 0;
    }

    private void Defragment()
    {
        long startUs = TicksUs();
        var budget = new SliceBudget(int.MaxValue - 1, this, Math.Min(SliceUs, SliceEveryUs * node.Statistics.DefragPercent / 100));
        node.Databases.DefragSlice(ref budget);
        long tookUs = TicksUs() - startUs;
        node.Statistics.DefragUs += tookUs;
        node.Latency.Add("active-defrag-cycle", tookUs * 1000);
    }

    private void Slice()
    {
        _nextSlice = node.Now.Monotonic + 1;
        bool done = true;
        if (node.Options.ActiveRehashing)
        {
            var budget = new SliceBudget(int.MaxValue - 1, this, SliceUs);
            done = node.Databases.RehashSlice(ref budget);
        }

        long before = node.Databases.PendingFreeCount;
        var free = new SliceBudget(int.MaxValue - 1, this, SliceUs);
        done &= node.Databases.FreeSlice(ref free);
        node.Statistics.LazyFreedObjects += Math.Max(0, before - node.Databases.PendingFreeCount);
        if (node.Eviction.IsPending) node.Eviction.MakeRoom();
        bool defragments = node.Statistics.DefragPercent > 0 && !node.Persistence.IsLoading;
        if (defragments) Defragment();
        _sliceLeft = !done || defragments;
    }

    private void Sample()
    {
        _nextSample = node.Now.Monotonic + SampleEveryMs;
        Statistics statistics = node.Statistics;
        node.OperationsFlow.Take(node.Now.Monotonic, statistics.CommandsProcessed);
        node.InputFlow.Take(node.Now.Monotonic, statistics.BytesIn);
        node.CountClients();
        node.Sessions.EvictGreedy();
        node.CyclesFlow.Take(node.Now.Monotonic, statistics.EventLoopCycles);
        node.LoopTimeFlow.Take(node.Now.Monotonic, statistics.EventLoopNs / 1000);
        node.OutputFlow.Take(node.Now.Monotonic, statistics.BytesOut);
        statistics.PeakMemoryBytes = Math.Max(statistics.PeakMemoryBytes, node.Eviction.UsedBytes);
    }
}
