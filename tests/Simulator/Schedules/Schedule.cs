using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Schedules;

/// <summary>What came of one schedule.</summary>
public sealed record ScheduleResult(
    ulong Seed, ClusterPlan Plan, IReadOnlyList<string> Violations, Counters Counters, ulong Trace, long VirtualUs, long Events, int Faults, string Story);

/// <summary>
/// One seed's story: a cluster is made, clients write and read, and for at least ten virtual minutes faults come, alone
/// and together, and are mended. After each mending the cluster must come to rest within a bound; after the loss of a
/// single primary its replica must serve within another. In the end all data is read back and judged.
/// </summary>
public sealed class Schedule
{
    private const long Second = 1_000_000;
    private const long LeastUs = 600 * Second;
    private const int LeastFaults = 5;
    private readonly VirtualCluster _cluster;
    private readonly Faults _faults;
    private readonly StringBuilder _story = new();
    private int _count;

    public Schedule(ulong seed, InjectedBug bug = InjectedBug.None)
    {
        Seed = seed;
        ClusterPlan plan = ClusterPlan.Draw(new Dice(seed ^ 0x5EED), bug);
        if (bug is InjectedBug.VoteBeforeStored or InjectedBug.StaleReplicaElected) plan = plan with { Machines = 9, Primaries = 3, ReplicasEach = 2 };
        _cluster = new VirtualCluster(seed, plan);
        _cluster.World.Network.DuplicatePermille = 300;
        _faults = new Faults(_cluster)
        {
            Favourite = bug switch
            {
                InjectedBug.VoteBeforeStored => FaultKind.ContestedElection,
                InjectedBug.StaleReplicaElected => FaultKind.LaggingReplica,
                InjectedBug.StalePacketAccepted => FaultKind.StalledFlows,
                InjectedBug.TornConfigTrusted => FaultKind.TornConfig,
                _ => null,
            },
        };
    }

    public ulong Seed { get; }

    public VirtualCluster Cluster => _cluster;

    private World World => _cluster.World;

    private Dice Dice => _cluster.World.ChanceOfFaults;

    /// <summary>Plays it.</summary>
    public ScheduleResult Run()
    {
        try
        {
            Play();
        }
        catch (Exception thrown)
        {
            _cluster.Verdict.Violated($"the run itself failed: {thrown}");
        }

        _cluster.End();
        return new ScheduleResult(
            Seed, _cluster.Plan, _cluster.Verdict.Violations, World.Counters, World.Trace.Value, World.NowUs, World.EventCount, _count, _story.ToString());
    }

    private bool IsClean => _cluster.Verdict.IsClean;

    private void Play()
    {
        if (!_cluster.Create()) return;
        Tell("created");
        _cluster.StartClients();
        World.RunFor(2 * Second + Dice.Below(5 * Second));
        while (IsClean && (World.NowUs < LeastUs || _count < LeastFaults)) Episode();
        if (!IsClean) return;
        World.RunUntil(() => _cluster.IsConverged() && _cluster.AllInSync(), _cluster.HealBoundUs);
        _cluster.JudgeLosses();
        _cluster.JudgeReplicas();
    }

    /// <summary>One to three faults, their mending, and the return to rest.</summary>
    private void Episode()
    {
        int together = Dice.Below(4) switch { 0 => 3, 1 => 2, _ => 1 };
        var mending = new List<Action>();
        bool alone = together == 1;
        for (int i = 0; i < together && IsClean; i++)
        {
            FaultKind kind = _faults.Draw();
            if (alone && kind is FaultKind.KillPrimary or FaultKind.PowerFailure)
            {
                LoseOne(kind, mending);
            }
            else
            {
                Tell($"{kind}");
                mending.Add(_faults.Begin(kind));
                World.RunFor(Dice.Below(Math.Max(2, 2 * _cluster.Plan.NodeTimeoutMs)) * 1000L);
            }

            _count++;
        }

        World.RunFor(Dice.Below(4) == 0 ? Dice.Below(Second) : Dice.Below(3 * _cluster.Plan.NodeTimeoutMs) * 1000L);
        while (mending.Count > 0)
        {
            int at = Dice.Below(mending.Count);
            mending[at]();
            mending.RemoveAt(at);
            if (mending.Count > 0) World.RunFor(Dice.Below(2 * Second));
        }

        Rest();
    }

    /// <summary>A primary or a machine is lost while all else is well: whoever has an heir must be replaced within the bound.</summary>
    private void LoseOne(FaultKind kind, List<Action> mending)
    {
        bool wellBefore = _cluster.IsConverged() && _cluster.AllInSync();
        mending.Add(_faults.Begin(kind));
        Tell($"{kind} alone, {(wellBefore ? "all well before" : "not all well before")}");
        if (!wellBefore || !MajorityAndHeirsLive() || Dice.Below(3) == 0) return;
        if (World.RunUntil(_cluster.IsServed, _cluster.FailoverBoundUs)) return;
        _cluster.Verdict.Violated($"{_cluster.FailoverBoundUs / 1000} ms after a loss with a living majority and replicas in sync, not every slot is served");
    }

    private bool MajorityAndHeirsLive()
    {
        NodeSeat? witness = _cluster.Seats.Find(seat => seat.IsRunning);
        if (witness?.View is not { } view) return false;
        int primaries = 0, living = 0;
        for (int i = 0; i < view.Nodes.All.Count; i++)
        {
            Cluster.ClusterNode node = view.Nodes.All[i];
            if (!node.IsPrimary || node.Slots.Count == 0) continue;
            primaries++;
            if (_cluster.Find(node.Id) is { IsRunning: true })
            {
                living++;
                continue;
            }

            // Its process is gone; is one of its replicas, which was in sync a moment ago, alive?
            bool heir = false;
            foreach (NodeSeat seat in _cluster.Seats)
                heir |= seat is { IsRunning: true, View.Myself.IsReplica: true } && seat.View!.Myself.Primary?.Id == node.Id;
            if (!heir) return false;
        }

        return living > primaries / 2;
    }

    private void Rest()
    {
        if (!IsClean) return;
        _faults.SwitchOnAll();
        long from = World.NowUs;
        bool rested = World.RunUntil(() => ComesToRest(), _cluster.HealBoundUs);
        Tell($"at rest again after {(World.NowUs - from) / 1000} ms");
        if (rested) _cluster.Inspector.Wire.Settled();
        if (!rested)
        {
            _cluster.Verdict.Violated($"{_cluster.HealBoundUs / 1000} ms after everything was mended the cluster is not at rest: {_cluster.WhyNot()}");
            return;
        }

        World.RunFor(Dice.Below(3) == 0 ? 100_000 : Second + Dice.Below(20 * Second));
    }

    private long _nextLookUs;
    private bool _lookedWell;

    /// <summary>Looked at four times a second only: the question is dear.</summary>
    private bool ComesToRest()
    {
        if (World.NowUs < _nextLookUs) return _lookedWell;
        _nextLookUs = World.NowUs + Second / 4;
        _cluster.StartMissing();
        _lookedWell = _cluster.IsConverged();
        return _lookedWell;
    }

    private void Tell(string what) => _story.Append($"{World.NowUs / 1000,8} ms  {what}\n");
}
