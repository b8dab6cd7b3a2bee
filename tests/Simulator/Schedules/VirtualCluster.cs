using System;
using System.Collections.Generic;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Load;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Schedules;

/// <summary>
/// A cluster of production nodes in a virtual world, with its operator, its clients and all checkers. Schedules and the
/// directed tests stand on it.
/// </summary>
public sealed class VirtualCluster
{
    private const long Second = 1_000_000;
    private const long FreshMs = 10_500;

    public VirtualCluster(ulong seed, ClusterPlan plan)
    {
        Plan = plan;
        World = new World(seed);
        World.Network.BaseLatencyUs = plan.LatencyUs;
        Inspector = new Inspector(World);
        World.Watcher = Inspector;
        Inspector.Views.Promoted = JudgeWinner;
        for (int i = 0; i < plan.Machines; i++) World.AddMachine($"10.0.0.{i + 1}");
        for (int i = 0; i < plan.Nodes; i++) Seats.Add(new NodeSeat(i, SeatMachine(i), 7000 + i));
        ClientMachine = World.AddMachine("10.0.1.1");
        Operator = new OperatorConsole(World, World.AddMachine("10.0.1.2"));
    }

    public ClusterPlan Plan { get; }

    public World World { get; }

    public Inspector Inspector { get; }

    public Verdict Verdict => Inspector.Verdict;

    /// <summary>The nodes: first the primaries of the start, then the replicas, each of the primary i modulo their number.</summary>
    public List<NodeSeat> Seats { get; } = [];

    /// <summary>Where the clients run.</summary>
    public Machine ClientMachine { get; }

    public OperatorConsole Operator { get; }

    public List<VirtualClient> Clients { get; } = [];

    /// <summary>How long after all faults are mended the views must agree and every slot must be served, in microseconds.</summary>
    public long HealBoundUs => 45 * Second + 4_000L * Plan.NodeTimeoutMs;

    /// <summary>How long after the loss of one primary with a replica in sync its slots must be served again, in microseconds.</summary>
    public long FailoverBoundUs => 3 * Second + 2_000L * Plan.NodeTimeoutMs;

    // ---- starting and stopping

    /// <summary>Starts a node's process.</summary>
    public void Start(NodeSeat seat)
    {
        Invariant.That(!seat.IsAlive);
        seat.ShouldRun = true;
        seat.Process = new Process(World, seat.Machine, seat.Name, seat.Folder, HexadOccupant.Maker(Plan, seat));
    }

    /// <summary>Starts every node that ought to run and does not, on machines that are on.</summary>
    public void StartMissing()
    {
        foreach (NodeSeat seat in Seats)
            if (seat.ShouldRun && !seat.IsAlive && seat.Machine.IsOn)
            {
                World.Counters.Count(Counter.Restarts);
                Start(seat);
            }
    }

    /// <summary>Starts all nodes and makes a cluster of them; false when they do not come together in time.</summary>
    public bool Create()
    {
        foreach (NodeSeat seat in Seats) Start(seat);
        if (!World.RunUntil(AllListen, 10 * Second)) return Failed("not all nodes came up");
        for (int i = 0; i < Plan.Primaries; i++)
        {
            int first = i * SlotIndex.Count / Plan.Primaries, last = (i + 1) * SlotIndex.Count / Plan.Primaries - 1;
            if (!Tell(Seats[i], "CLUSTER", "ADDSLOTSRANGE", $"{first}", $"{last}")) return false;
            if (Plan.SetsEpochs && !Tell(Seats[i], "CLUSTER", "SET-CONFIG-EPOCH", $"{i + 1}")) return false;
        }

        World.RunFor(Second);
        if (!Join()) return Failed($"the nodes did not all meet\n{Views()}");
        for (int i = Plan.Primaries; i < Seats.Count; i++)
        {
            NodeId primary = Seats[i % Plan.Primaries].View!.Myself.Id;
            if (!Tell(Seats[i], "CLUSTER", "REPLICATE", primary.ToString())) return false;
        }

        return World.RunUntil(() => IsConverged() && AllInSync(), HealBoundUs) || Failed($"the new cluster did not come to rest: {WhyNot()}");
    }

    /// <summary>Makes clients that write and read from now on.</summary>
    public void StartClients()
    {
        var seeds = new Engine.Seam.Endpoint[Seats.Count];
        for (int i = 0; i < seeds.Length; i++) seeds[i] = Seats[i].Address;
        for (int i = 0; i < Plan.Clients; i++)
        {
            var client = new VirtualClient(World, ClientMachine, i, Plan.KeysPerClient, seeds, Plan.ClientPauseUs, Verdict.Violated);
            Clients.Add(client);
            client.Start();
        }
    }

    /// <summary>Lets the clients read everything back and judges what is lost.</summary>
    public void JudgeLosses()
    {
        foreach (VirtualClient client in Clients) client.ReadAll();
        World.RunUntil(() => Clients.TrueForAll(client => client.IsFinished), 120 * Second);
        foreach (VirtualClient client in Clients)
        {
            if (client.IsFinished) continue;
            Verdict.Violated($"a client cannot read everything in the end: {client}");
            return;
        }

        foreach (VirtualClient client in Clients)
            foreach (KeyHistory key in client.Keys) Inspector.Losses.Judge(key, Inspector.Views.Promotions);
    }

    /// <summary>A replica that has come as far as its primary holds as many keys as it.</summary>
    public void JudgeReplicas()
    {
        World.RunFor(5 * Second);
        foreach (NodeSeat seat in Seats)
        {
            if (seat.View is not { Myself: { IsReplica: true, Primary: { } followed } } || Find(followed.Id) is not { } primary) continue;
            ReplicationStatus here = seat.Replication, there = primary.Replication;
            if (here.History != there.History || here.Offset != there.Offset) continue;
            long mine = ((ClusterOccupant)seat.Process!.Occupant).KeyCount, theirs = ((ClusterOccupant)primary.Process!.Occupant).KeyCount;
            if (mine != theirs) Verdict.Violated($"{seat.Name} holds {mine} keys and its primary {primary.Name} {theirs}, both at offset {here.Offset}");
        }
    }

    /// <summary>Ends everything: counts what nodes counted, gives memory back.</summary>
    public void End()
    {
        foreach (NodeSeat seat in Seats)
        {
            if (seat.View is null) continue;
            try
            {
                ((ClusterOccupant)seat.Process!.Occupant).Validate();
            }
            catch (InvariantFailedException failed)
            {
                Verdict.Violated($"{seat.Name} is not valid in the end: {failed.Message}");
            }

        }

        foreach (NodeSeat seat in Seats) seat.Process?.Discard();
    }

    // ---- questions

    /// <summary>How many things now disturb the network, a disk or a process in a way that may delay what nodes know of each other.</summary>
    public int Disturbances { get; set; }

    /// <summary>When the last of them was mended.</summary>
    public long DisturbedAtUs { get; set; }

    /// <summary>The node with this id, if its process is alive.</summary>
    public NodeSeat? Find(NodeId id) => Seats.Find(seat => seat.View?.Myself.Id == id);

    /// <summary>Who serves a slot: a running node that owns it in its own view and sees the cluster work; the greatest epoch if several.</summary>
    public NodeSeat? Server(int slot)
    {
        NodeSeat? best = null;
        foreach (NodeSeat seat in Seats)
        {
            if (!seat.IsRunning || seat.View is not { IsHealthy: true } view || view.Slots.Owner(slot) != view.Myself || !view.Myself.IsPrimary) continue;
            if (best is null || view.Myself.ConfigEpoch > best.View!.Myself.ConfigEpoch) best = seat;
        }

        return best;
    }

    /// <summary>Whether every slot is served by somebody; looks at one slot of each primary's range.</summary>
    public bool IsServed()
    {
        for (int i = 0; i < Plan.Primaries; i++)
            if (Server(i * SlotIndex.Count / Plan.Primaries) is null) return false;
        return true;
    }

    /// <summary>Whether all nodes that ought to run do, agree about slots, roles and epochs, and see the cluster work.</summary>
    public bool IsConverged() => WhyNot() is null;

    /// <summary>What keeps the cluster from being converged; null when nothing does.</summary>
    public string? WhyNot()
    {
        ClusterMachine? first = null;
        foreach (NodeSeat seat in Seats)
        {
            if (!seat.ShouldRun) continue;
            if (seat.View is not { } view) return $"{seat.Name} does not run";
            if (!view.IsHealthy) return $"{seat.Name} sees the cluster fail";
            if (view.Nodes.Count != Seats.Count) return $"{seat.Name} knows {view.Nodes.Count} nodes";
            first ??= view;
            if (Differs(seat, first, view) is { } difference) return difference;
        }

        return null;
    }

    /// <summary>Whether every replica has its primary's data.</summary>
    public bool AllInSync()
    {
        foreach (NodeSeat seat in Seats)
            if (seat.View is { Myself.IsReplica: true } && !(seat.Replication is { PrimaryLinkUp: true, HasData: true, DataAgeMs: < FreshMs })) return false;
        return true;
    }

    // ---- details

    private Machine SeatMachine(int index)
    {
        // The guide's table: a replica never stands on its primary's machine.
        int row = index / Plan.Primaries, column = index % Plan.Primaries;
        int place = Plan.Machines >= Plan.Nodes ? index : (column + row) % Plan.Machines;
        return World.Machines[place];
    }

    private bool AllListen() => Seats.TrueForAll(seat => seat.View is not null && seat.Process!.Listeners.Exists(listener => listener.At.Port == seat.Port + 10_000));

    private bool Join()
    {
        for (int round = 0; round < 10; round++)
        {
            StartMissing();
            foreach (NodeSeat seat in Seats)
                if (seat != Seats[0] && seat.View is { } view && view.Nodes.Count < Seats.Count)
                    Operator.Send(seat.Address, null, "CLUSTER", "MEET", Seats[0].Machine.Address, $"{Seats[0].Port}");
            // A node that forgot the others in a crash has to be introduced again, from its side: those who know it ignore that it does not know them.
            for (int i = 1; i < Seats.Count && round > 0; i++)
                Operator.Send(Seats[0].Address, null, "CLUSTER", "MEET", Seats[i].Machine.Address, $"{Seats[i].Port}");
            if (round == 0 && Plan.TroubledStart)
            {
                World.RunFor(World.ChanceOfFaults.Below(20_000));
                Seats[World.ChanceOfFaults.Below(Seats.Count)].Process!.Kill();
                StartMissing();
            }

            if (World.RunUntil(AllKnown, 10 * Second)) return true;
        }

        return false;
    }

    /// <summary>What every node knows, as CLUSTER NODES says it.</summary>
    private string Views()
    {
        var text = new System.Text.StringBuilder();
        foreach (NodeSeat seat in Seats) text.Append($"{seat.Name}\n{seat.View?.DescribeNodes(tls: false)}");
        return text.ToString();
    }

    private bool AllKnown()
    {
        foreach (NodeSeat seat in Seats)
        {
            if (seat.View is not { } view || view.Nodes.Count != Seats.Count) return false;
            for (int i = 0; i < view.Nodes.All.Count; i++)
                if (view.Nodes.All[i].InHandshake) return false;
        }

        return true;
    }

    private bool Tell(NodeSeat seat, params string[] words)
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Reply? reply = Operator.Ask(seat.Address, words);
            if (reply is { Sign: '+' }) return true;
            World.RunFor(Second);
            if (attempt == 4) return Failed($"{string.Join(' ', words)} at {seat.Name} answered {reply?.Text ?? "nothing"}");
        }

        return false;
    }

    private bool Failed(string text)
    {
        Verdict.Violated(text);
        return false;
    }

    /// <summary>
    /// The right replica wins: nobody without data while somebody has it, and, when nothing but a loss disturbed the cluster,
    /// nobody who has less than a living sibling of the same history.
    /// </summary>
    private void JudgeWinner(Process winner, NodeId replaced, ReplicationStatus before, bool asked)
    {
        if (asked) return;
        bool calm = Disturbances == 0 && World.NowUs - DisturbedAtUs > 60 * Second;
        foreach (NodeSeat seat in Seats)
        {
            if (!seat.IsRunning || seat.Process == winner || seat.View is not { } view || seat.Replication is not { HasData: true } theirs) continue;
            if (view.Myself.Id != replaced && view.Myself.Primary?.Id != replaced) continue;
            if (!before.HasData && calm) Verdict.Violated($"{winner.Name} was elected without data although {seat.Name} has it");
            else if (calm && view.Myself.IsReplica && theirs.History == before.History && theirs.Offset > before.Offset)
                Verdict.Violated($"{winner.Name} was elected at offset {before.Offset} although {seat.Name} is at {theirs.Offset}");
        }
    }

    private static string? Differs(NodeSeat seat, ClusterMachine first, ClusterMachine view)
    {
        for (int i = 0; i < first.Nodes.All.Count; i++)
        {
            ClusterNode one = first.Nodes.All[i];
            if (view.Nodes.Find(one.Id) is not { } other) return $"{seat.Name} does not know {one.Id}";
            if (one.IsPrimary != other.IsPrimary || one.Primary?.Id != other.Primary?.Id) return $"{seat.Name} sees another role of {one.Id}";
            if (other.IsFailed || other.IsSuspected) return $"{seat.Name} thinks that {one.Id} fails";
            if (one.IsPrimary && one.ConfigEpoch != other.ConfigEpoch) return $"{seat.Name} knows another epoch of {one.Id}";
            if (!other.Slots.Equals(one.Slots.Bits)) return $"{seat.Name} sees other slots of {one.Id}";
        }

        return view.Slots.Assigned == SlotIndex.Count ? null : $"{seat.Name} sees only {view.Slots.Assigned} slots assigned";
    }
}
