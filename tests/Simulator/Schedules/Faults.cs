using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Simulator.Load;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Schedules;

/// <summary>What can go wrong, or be done by an operator, in a schedule.</summary>
public enum FaultKind
{
    KillProcess,
    KillPrimary,
    PowerFailure,
    KillEverything,
    PowerFailureEverywhere,
    StopGracefully,
    RollingRestart,
    PauseProcess,
    Split,
    IsolateMachine,
    OneWayCut,
    LossyPaths,
    SlowPaths,
    StalledFlows,
    ResetConnections,
    RejectBusPort,
    SlowDisk,
    FullDisk,
    SyncErrors,
    ClockStep,
    ManualFailover,
    ForcedFailover,
    Takeover,
    TornConfig,
    ContestedElection,
    LaggingReplica,
}

/// <summary>Brings faults about and mends them. Which machine, which node, how bad: the world's dice of faults say.</summary>
public sealed class Faults(VirtualCluster cluster) : IScheduled
{
    private const int KillVoter = 0, StartVoter = 1;
    private readonly Dictionary<(Machine From, Machine To), NetworkPath> _wellPaths = [];
    private readonly List<(Machine, Machine)> _onlyEachOther = [];
    private Process? _voter;
    private Action? _apart;

    private const long Second = 1_000_000;

    /// <summary>All kinds, a likely one more than once.</summary>
    private static readonly FaultKind[] Urn =
    [
        FaultKind.KillProcess, FaultKind.KillProcess, FaultKind.KillPrimary, FaultKind.KillPrimary, FaultKind.KillPrimary,
        FaultKind.PowerFailure, FaultKind.PowerFailure, FaultKind.KillEverything, FaultKind.PowerFailureEverywhere,
        FaultKind.StopGracefully, FaultKind.RollingRestart, FaultKind.PauseProcess, FaultKind.PauseProcess, FaultKind.Split,
        FaultKind.Split, FaultKind.IsolateMachine, FaultKind.IsolateMachine, FaultKind.OneWayCut, FaultKind.OneWayCut,
        FaultKind.LossyPaths, FaultKind.SlowPaths, FaultKind.StalledFlows, FaultKind.StalledFlows, FaultKind.ResetConnections,
        FaultKind.RejectBusPort, FaultKind.SlowDisk, FaultKind.FullDisk, FaultKind.SyncErrors, FaultKind.ClockStep,
        FaultKind.ManualFailover, FaultKind.ForcedFailover, FaultKind.Takeover, FaultKind.TornConfig, FaultKind.TornConfig,
        FaultKind.ContestedElection, FaultKind.ContestedElection, FaultKind.LaggingReplica, FaultKind.LaggingReplica,
    ];

    private World World => cluster.World;

    private Dice Dice => cluster.World.ChanceOfFaults;

    /// <summary>A kind that comes every other time: the trouble in which an injected bug shows.</summary>
    public FaultKind? Favourite { get; init; }

    /// <summary>Draws a kind.</summary>
    public FaultKind Draw()
    {
        if (Favourite is { } favourite && Dice.Below(2) == 0) return favourite;
        while (true)
        {
            FaultKind kind = Urn[Dice.Below(Urn.Length)];
            if (!cluster.Plan.CarefulOperator || kind is not (FaultKind.KillEverything or FaultKind.PowerFailureEverywhere)) return kind;
        }
    }

    /// <summary>Brings a fault about; what mends it is returned.</summary>
    public Action Begin(FaultKind kind)
    {
        if (kind is FaultKind.KillProcess or FaultKind.KillPrimary or FaultKind.PowerFailure or FaultKind.ClockStep or FaultKind.LaggingReplica) return Bring(kind);
        cluster.Disturbances++;
        Action mend = Bring(kind);
        return () =>
        {
            mend();
            cluster.Disturbances--;
            cluster.DisturbedAtUs = World.NowUs;
        };
    }

    private Action Bring(FaultKind kind)
    {
        switch (kind)
        {
            case FaultKind.KillProcess: return Kill(RandomSeat(_ => true));
            case FaultKind.KillPrimary: return Kill(RandomSeat(seat => seat.View is { Myself.IsPrimary: true }));
            case FaultKind.PowerFailure: return PowerFailure(RandomNodeMachine());
            case FaultKind.KillEverything: return KillEverything();
            case FaultKind.PowerFailureEverywhere: return PowerFailureEverywhere();
            case FaultKind.StopGracefully: return Stop(RandomSeat(_ => true));
            case FaultKind.RollingRestart: return RollingRestart();
            case FaultKind.PauseProcess: return Pause(RandomSeat(_ => true));
            case FaultKind.Split: return Split();
            case FaultKind.IsolateMachine: return Isolate(RandomNodeMachine(), Dice.Below(3));
            case FaultKind.OneWayCut: return OneWayCut();
            case FaultKind.LossyPaths: return LossyPaths();
            case FaultKind.SlowPaths: return SlowPaths();
            case FaultKind.StalledFlows: return StalledFlows();
            case FaultKind.ResetConnections: return ResetConnections();
            case FaultKind.RejectBusPort: return RejectBusPort();
            case FaultKind.SlowDisk: return SlowDisk(RandomNodeMachine());
            case FaultKind.FullDisk: return FullDisk(RandomNodeMachine());
            case FaultKind.SyncErrors: return SyncErrors(RandomNodeMachine());
            case FaultKind.ClockStep: return ClockStep(RandomNodeMachine());
            case FaultKind.ManualFailover: return Failover("", Counter.ManualFailovers);
            case FaultKind.ForcedFailover: return Failover("FORCE", Counter.ForcedFailovers);
            case FaultKind.Takeover: return Failover("TAKEOVER", Counter.Takeovers);
            case FaultKind.TornConfig: return TornConfig(RandomNodeMachine());
            case FaultKind.LaggingReplica: return LaggingReplica();
            case FaultKind.ContestedElection: return ContestedElection();
            default:
                Invariant.Unreachable("a fault of no kind");
                return static () => { };
        }
    }

    /// <summary>A living node at random; null when no one fits.</summary>
    public NodeSeat? RandomSeat(Func<NodeSeat, bool> fits)
    {
        var found = new List<NodeSeat>();
        foreach (NodeSeat seat in cluster.Seats)
            if (seat.IsAlive && fits(seat)) found.Add(seat);
        return found.Count == 0 ? null : found[Dice.Below(found.Count)];
    }

    // ---- processes and machines

    private Action Kill(NodeSeat? seat)
    {
        if (seat is null) return cluster.StartMissing;
        if (Dice.Below(2) == 0) WaitForDisk(seat.Process!);
        seat.Process!.Kill();
        return StartWhenReplaced;
    }

    /// <summary>Waits a while for a moment in which the process writes to its disk.</summary>
    private void WaitForDisk(Process process)
    {
        World.RunUntil(() => process.IsWriting, 5 * Second);
        World.RunFor(Dice.Below(2_000));
    }

    /// <summary>A careful operator looks first whether what has stopped has been replaced, for a while; then he starts it.</summary>
    private void StartWhenReplaced()
    {
        if (cluster.Plan.CarefulOperator) World.RunUntil(cluster.IsServed, cluster.FailoverBoundUs);
        cluster.StartMissing();
    }

    private Action PowerFailure(Machine machine)
    {
        if (Dice.Below(2) == 0 && machine.Processes.Count > 0) WaitForDisk(machine.Processes[Dice.Below(machine.Processes.Count)]);
        if (machine.IsOn) machine.PowerFailure();
        return () =>
        {
            if (!machine.IsOn) machine.SwitchOn();
            StartWhenReplaced();
        };
    }

    private Action KillEverything()
    {
        World.Counters.Count(Counter.WholeRestarts);
        foreach (NodeSeat seat in cluster.Seats)
            if (seat.IsAlive) seat.Process!.Kill();
        return cluster.StartMissing;
    }

    private Action PowerFailureEverywhere()
    {
        World.Counters.Count(Counter.WholeRestarts);
        for (int i = 0; i < cluster.Plan.Machines; i++)
            if (World.Machines[i].IsOn) World.Machines[i].PowerFailure();
        return SwitchOnAll;
    }

    /// <summary>Switches every machine on and starts every process that ought to run.</summary>
    public void SwitchOnAll()
    {
        foreach (Machine machine in World.Machines)
            if (!machine.IsOn) machine.SwitchOn();
        cluster.StartMissing();
    }

    private Action Stop(NodeSeat? seat)
    {
        if (seat is null) return cluster.StartMissing;
        Process stopping = seat.Process!;
        seat.ShouldRun = false;
        stopping.Terminate();
        return () =>
        {
            seat.ShouldRun = true;
            if (stopping.State == ProcessState.Paused) stopping.Resume();
            World.RunUntil(() => stopping.State == ProcessState.Ended, 30 * Second);
            stopping.Kill();
            cluster.StartMissing();
        };
    }

    private Action RollingRestart()
    {
        foreach (NodeSeat seat in cluster.Seats)
        {
            if (!seat.IsRunning) continue;
            Action mend = Stop(seat);
            World.RunFor(Second + Dice.Below(2 * Second));
            mend();
            World.RunUntil(cluster.IsConverged, 2 * Second + Dice.Below(20 * Second));
        }

        return cluster.StartMissing;
    }

    private static Action Pause(NodeSeat? seat)
    {
        Process? process = seat?.Process;
        process?.Pause();
        return () => process?.Resume();
    }

    // ---- the network

    private Action Split()
    {
        World.Counters.Count(Counter.SymmetricPartitions);
        var side = new bool[World.Machines.Count];
        for (int i = 0; i < side.Length; i++) side[i] = Dice.Below(2) == 0;
        var cuts = new List<(Machine, Machine)>();
        foreach (Machine from in World.Machines)
            foreach (Machine to in World.Machines)
                if (side[from.Index] != side[to.Index]) cuts.Add((from, to));
        return Cut(cuts);
    }

    private Action Isolate(Machine machine, int direction)
    {
        World.Counters.Count(direction == 0 ? Counter.SymmetricPartitions : Counter.OneWayPartitions);
        var cuts = new List<(Machine, Machine)>();
        bool alsoClients = Dice.Below(2) == 0;
        foreach (Machine other in World.Machines)
        {
            if (other == machine || (!alsoClients && other.Index >= cluster.Plan.Machines)) continue;
            if (direction != 1) cuts.Add((machine, other));
            if (direction != 2) cuts.Add((other, machine));
        }

        return Cut(cuts);
    }

    private Action OneWayCut()
    {
        World.Counters.Count(Counter.OneWayPartitions);
        Machine from = RandomNodeMachine(), to = RandomNodeMachine();
        return Cut([(from, to)]);
    }

    private Action Cut(List<(Machine From, Machine To)> cuts)
    {
        foreach ((Machine from, Machine to) in cuts) World.Network.Cut(from, to, 1);
        return () =>
        {
            foreach ((Machine from, Machine to) in cuts) World.Network.Cut(from, to, -1);
        };
    }

    private Action LossyPaths()
    {
        World.Counters.Count(Counter.LossyPaths);
        int ppm = 20_000 + Dice.Below(280_000);
        return ChangePaths((ref NetworkPath path) => path.LossPpm = ppm);
    }

    private Action SlowPaths()
    {
        World.Counters.Count(Counter.SlowPaths);
        int latencyUs = 10_000 + Dice.Below(400_000);
        return ChangePaths((ref NetworkPath path) => (path.LatencyUs, path.JitterUs, path.NanosecondsPerByte) = (latencyUs, latencyUs, 2_000));
    }

    private delegate void PathChange(ref NetworkPath path);

    /// <summary>Changes about a third of all paths; mending makes them what they were when all was well, whatever else overlaps.</summary>
    private Action ChangePaths(PathChange change)
    {
        var changed = new List<(Machine From, Machine To)>();
        foreach (Machine from in World.Machines)
        {
            foreach (Machine to in World.Machines)
            {
                if (from == to || Dice.Below(3) != 0) continue;
                ref NetworkPath path = ref World.Network.Path(from, to);
                _wellPaths.TryAdd((from, to), path);
                changed.Add((from, to));
                change(ref path);
            }
        }

        return () =>
        {
            foreach ((Machine from, Machine to) in changed)
            {
                ref NetworkPath path = ref World.Network.Path(from, to);
                path = _wellPaths[(from, to)] with { Cuts = path.Cuts };
            }
        };
    }

    private Action StalledFlows()
    {
        long until = World.NowUs + 2 * Second + Dice.Below(40 * Second);
        foreach (NodeSeat seat in cluster.Seats)
        {
            if (!seat.IsAlive) continue;
            foreach (Engine.Seam.Link link in seat.Process!.Links)
                if (Dice.Below(6) == 0 && link.HostState is Socket { IsOpen: true } socket) socket.Stall(until);
        }

        return static () => { };
    }

    private Action ResetConnections()
    {
        var sockets = new List<Socket>();
        foreach (NodeSeat seat in cluster.Seats)
        {
            if (!seat.IsAlive) continue;
            foreach (Engine.Seam.Link link in seat.Process!.Links)
                if (Dice.Below(4) == 0 && link.HostState is Socket { IsOpen: true } socket) sockets.Add(socket);
        }

        foreach (Socket socket in sockets) socket.BreakBothEnds();
        return static () => { };
    }

    private Action RejectBusPort()
    {
        NodeSeat to = cluster.Seats[Dice.Below(cluster.Seats.Count)];
        var rule = new RejectRule(RandomNodeMachine(), to.Machine, to.Port + 10_000);
        World.Network.Rejects.Add(rule);
        return () => World.Network.Rejects.Remove(rule);
    }

    // ---- disks and clocks

    private Action SlowDisk(Machine machine)
    {
        World.Counters.Count(Counter.SlowDisks);
        machine.Disk.Slowness = 10 + Dice.Below(500);
        return () => machine.Disk.Slowness = 1;
    }

    private Action FullDisk(Machine machine)
    {
        World.Counters.Count(Counter.FullDisks);
        machine.Disk.CapacityBytes = machine.Disk.UsedBytes + Dice.Below(2_000);
        return () =>
        {
            machine.Disk.CapacityBytes = long.MaxValue;
            cluster.StartMissing();
        };
    }

    private Action SyncErrors(Machine machine)
    {
        machine.Disk.SyncErrorPermille = 100 + Dice.Below(901);
        return () =>
        {
            machine.Disk.SyncErrorPermille = 0;
            cluster.StartMissing();
        };
    }

    /// <summary>
    /// A drive that lied about a sync leaves half of the file that was written last. A node that starts on it must refuse,
    /// or it has forgotten what it promised; the operator then puts the file back from a copy.
    /// </summary>
    private Action TornConfig(Machine machine)
    {
        if (!machine.IsOn) return SwitchOnAll;
        machine.Disk.LiesAboutSync = true;
        machine.PowerFailure();
        return () =>
        {
            if (!machine.IsOn) machine.SwitchOn();
            string? torn = machine.Disk.TornPath;
            if (cluster.Plan.CarefulOperator) World.RunUntil(cluster.IsServed, cluster.FailoverBoundUs);
            cluster.StartMissing();
            NodeSeat? seat = cluster.Seats.Find(other => other.Machine == machine && torn is not null && torn.StartsWith(other.Folder + "/", StringComparison.Ordinal));
            if (seat is null) return;
            Process started = seat.Process!;
            World.RunUntil(() => seat.View is not null || !seat.IsAlive, 10 * Second);
            if (seat.Process == started && seat.View is not null) cluster.Verdict.Violated($"{seat.Name} trusts a torn {torn}");
            machine.Disk.RestoreTorn();
            cluster.StartMissing();
        };
    }

    /// <summary>
    /// Two replicas that do not hear of each other stand in one epoch, and the one voter whom both reach is killed when its
    /// vote leaves, and starts again at once: if its vote was not on disk, it votes twice.
    /// </summary>
    private Action ContestedElection()
    {
        NodeSeat? one = RandomSeat(seat => seat.View is { Myself: { IsReplica: true, Primary: not null } });
        NodeSeat? two = RandomSeat(seat => seat != one && seat.Machine != one?.Machine && seat.View is { Myself: { IsReplica: true, Primary: not null } });
        if (one is null || two is null) return cluster.StartMissing;
        NodeSeat? first = cluster.Find(one.View!.Myself.Primary!.Id), second = cluster.Find(two.View!.Myself.Primary!.Id);
        NodeSeat? voter = RandomSeat(seat => seat != first && seat != second && seat.Machine != two.Machine && seat.View is { Myself.Votes: true });
        if (voter is null) return cluster.StartMissing;
        World.Counters.Count(Counter.ContestedElections);
        var cuts = new List<(Machine, Machine)>();
        for (int i = 0; i < cluster.Plan.Machines; i++)
        {
            Machine other = World.Machines[i];
            if (other == two.Machine || other == voter.Machine) continue;
            cuts.Add((other, two.Machine));
            cuts.Add((two.Machine, other));
        }

        Action mend = Cut(cuts);
        _onlyEachOther.Clear();
        for (int i = 0; i < cluster.Plan.Machines; i++)
        {
            Machine other = World.Machines[i];
            if (other == two.Machine || other == voter.Machine) continue;
            _onlyEachOther.Add((other, voter.Machine));
            _onlyEachOther.Add((voter.Machine, other));
        }

        first?.Process!.Kill();
        if (second != first) second?.Process!.Kill();
        _voter = voter.Process;
        cluster.Inspector.Wire.VoteLeaves = from =>
        {
            if (from == _voter) World.At(World.NowUs + 1, this, KillVoter, voter.Index);
        };
        World.RunFor(cluster.FailoverBoundUs);
        return () =>
        {
            cluster.Inspector.Wire.VoteLeaves = null;
            _voter = null;
            _apart?.Invoke();
            _apart = null;
            mend();
            cluster.StartMissing();
        };
    }

    /// <summary>One of a primary's replicas hears nothing of its stream for a while; then the primary is lost.</summary>
    private Action LaggingReplica()
    {
        NodeSeat? lagging = RandomSeat(seat => seat.View is { Myself: { IsReplica: true, Primary: { Replicas.Count: > 1 } } });
        if (lagging is null || cluster.Find(lagging.View!.Myself.Primary!.Id) is not { } primary) return cluster.StartMissing;
        World.Counters.Count(Counter.LaggingReplicas);
        foreach (Engine.Seam.Link link in lagging.Process!.Links)
            if (link is { Kind: Engine.Seam.LinkKind.Primary, HostState: Socket { Peer: { } sender } }) sender.Stall(World.NowUs + 40 * Second);
        World.RunFor(2 * Second + Dice.Below(4 * Second));
        primary.Process?.Kill();
        World.RunUntil(cluster.IsServed, cluster.FailoverBoundUs);
        return StartWhenReplaced;
    }

    public void Fire(int kind, long argument)
    {
        NodeSeat seat = cluster.Seats[(int)argument];
        if (kind == KillVoter && seat.Process == _voter && seat.IsAlive)
        {
            // When it is back it reaches only the other candidate, so that nobody tells it of the epoch in which it voted.
            _voter = null;
            seat.Process!.Kill();
            _apart?.Invoke();
            _apart = Cut([.. _onlyEachOther]);
            World.At(World.NowUs + 1000 + Dice.Below(200_000), this, StartVoter, argument);
        }
        else if (kind == StartVoter && !seat.IsAlive && seat.ShouldRun && seat.Machine.IsOn)
        {
            cluster.Start(seat);
        }
    }

    private Action ClockStep(Machine machine)
    {
        long seconds = Dice.Below(2) == 0 ? Dice.Below(10) : Dice.Below(7200);
        machine.StepWallClock((Dice.Below(2) == 0 ? 1 : -1) * seconds * Second - Dice.Below(Second));
        return static () => { };
    }

    // ---- what the operator does

    private Action Failover(string how, Counter counter)
    {
        NodeSeat? replica = RandomSeat(seat => seat.View is { Myself.IsReplica: true });
        if (replica is null) return static () => { };
        World.Counters.Count(counter);
        cluster.Inspector.Views.Asked(replica.Process!);
        if (how == "TAKEOVER") cluster.Inspector.Wire.TookOver(replica.View!.Myself.Id);
        if (how.Length == 0) cluster.Operator.Send(replica.Address, null, "CLUSTER", "FAILOVER");
        else cluster.Operator.Send(replica.Address, null, "CLUSTER", "FAILOVER", how);
        return static () => { };
    }

    private Machine RandomNodeMachine() => World.Machines[Dice.Below(cluster.Plan.Machines)];
}
