using System;
using System.Collections.Generic;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Simulator.Virtual;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Checks;

/// <summary>A replica that became a primary.</summary>
/// <param name="AtUs">When.</param>
/// <param name="Winner">Who.</param>
/// <param name="Name">What the run calls its process.</param>
/// <param name="Epoch">With which config epoch.</param>
/// <param name="Replaced">Whose place it took.</param>
/// <param name="Had">What its data was before.</param>
/// <param name="Slots">Which slots it took over, as they travel.</param>
public sealed record Promotion(long AtUs, NodeId Winner, string Name, ulong Epoch, NodeId Replaced, DataState Had, byte[] Slots);

/// <summary>
/// Judges every node's view of the cluster after each of its steps: epochs never fall, neither its own nor those it knows
/// of others, and a message that is older than the last one from the same sender changes nothing about that sender.
/// Notes every promotion for the judgement of lost writes.
/// </summary>
public sealed class ViewCheck(World world, Verdict verdict, LossCheck losses, Lineage lineage)
{
    private const int ValidateEvery = 512;
    private const long AskedForUs = 30_000_000;
    private readonly Dictionary<NodeId, Dictionary<uint, int>> _incarnations = [];

    /// <summary>All promotions in their order.</summary>
    public List<Promotion> Promotions { get; } = [];

    /// <summary>Told of each promotion: who won, whose place he took, how his replication stood before, and whether an operator wanted it.</summary>
    public Action<Process, NodeId, ReplicationStatus, bool>? Promoted { get; set; }

    /// <summary>A message leaves: the incarnations of a sender are numbered in the order in which they first speak.</summary>
    public void Sent(in BusPacket packet, NodeId sender)
    {
        if (packet.Badge is not { Incarnation: uint incarnation }) return;
        if (!_incarnations.TryGetValue(sender, out Dictionary<uint, int>? known)) _incarnations.Add(sender, known = []);
        known.TryAdd(incarnation, known.Count);
    }

    /// <summary>An operator asked this process to become a primary.</summary>
    public void Asked(Process process) => Of(process).AskedAtUs = world.NowUs;

    /// <summary>A message is given to a node in the step that runs.</summary>
    public void Came(Process process, in BusPacket packet, NodeId sender)
    {
        if (packet.Badge is not { Incarnation: uint incarnation, Sequence: ulong sequence }) return;
        Observer observer = Of(process);
        observer.Messages++;
        if (!PacketTypes.IsGossip(packet.Type)) return;
        if (!_incarnations.TryGetValue(sender, out Dictionary<uint, int>? known) || !known.TryGetValue(incarnation, out int order)) return;
        (int, ulong) stamp = (order, sequence);

        // Between two starts of one node nothing on the wire tells which was first; within one, the sequence does.
        bool stale = observer.Newest.TryGetValue(sender, out (int Order, ulong Sequence) newest) && newest.Order == order && sequence < newest.Sequence;
        if (stale)
        {
            observer.StaleStamp = stamp;
            observer.StaleType = packet.Type;
            observer.StaleFrom = observer.StaleMessages++ == 0 || observer.StaleFrom == sender ? sender : default;
        }
        else
        {
            observer.Newest[sender] = stamp;
        }
    }

    /// <summary>A node has done a step.</summary>
    public void Stepped(Process process)
    {
        if (process.Occupant is not ClusterOccupant { Cluster: { } cluster } occupant) return;
        Observer observer = Of(process);
        CheckOwn(process, observer, cluster, occupant);
        CheckOthers(process, observer, cluster);
        observer.Messages = observer.StaleMessages = 0;
        if (++observer.Steps % ValidateEvery == 0) cluster.Validate();
    }

    private void CheckOwn(Process process, Observer observer, ClusterMachine cluster, ClusterOccupant occupant)
    {
        ClusterNode me = cluster.Myself;
        if (cluster.CurrentEpoch < observer.CurrentEpoch)
            verdict.Violated($"the current epoch of {process.Name} fell from {observer.CurrentEpoch} to {cluster.CurrentEpoch}");
        if (cluster.LastVoteEpoch < observer.LastVoteEpoch)
            verdict.Violated($"the epoch of the last vote of {process.Name} fell from {observer.LastVoteEpoch} to {cluster.LastVoteEpoch}");
        (observer.CurrentEpoch, observer.LastVoteEpoch) = (cluster.CurrentEpoch, cluster.LastVoteEpoch);
        if (me.IsPrimary && observer.WasReplica && me.Slots.Count > 0)
        {
            Promotions.Add(new Promotion(world.NowUs, me.Id, process.Name, me.ConfigEpoch, observer.Primary, StateOf(observer.Replication), me.Slots.Bits.ToArray()));
            world.Counters.Count(Counter.Elections);
            Promoted?.Invoke(process, observer.Primary, observer.Replication, world.NowUs - observer.AskedAtUs < AskedForUs);
        }

        observer.WasReplica = me.IsReplica;
        observer.Primary = me.Primary?.Id ?? default;
        ReplicationStatus now = occupant.Replication;
        if (now.History != observer.Replication.History) SawHistory(observer.Replication, now, occupant);
        observer.Replication = now;
        if (!observer.HasComeBack && occupant.HasLoaded) CheckStart(process, observer, cluster, StateOf(now));
    }

    /// <summary>A primary that starts again counts as a restart when it goes on as the primary; if it hands over first, it is the promotion that counts.</summary>
    private void CheckStart(Process process, Observer observer, ClusterMachine cluster, DataState loaded)
    {
        ClusterNode me = cluster.Myself;
        if (!observer.HasLoaded)
        {
            observer.HasLoaded = true;
            losses.Started(process, loaded);
            observer.Restart = new PrimaryRestart(world.NowUs, me.Id, process.Name, me.ConfigEpoch, loaded, me.Slots.Bits.ToArray(), ReplicasOf(me.Id));
        }

        if (cluster.IsComingBack) return;
        observer.HasComeBack = true;
        if (me.Votes) losses.Restarts.Add(observer.Restart!);
    }

    /// <summary>
    /// An id that nobody has said before was made by this node, out of what its data was after its last step, or, when two
    /// changes came in one step, out of what it says itself.
    /// </summary>
    private void SawHistory(in ReplicationStatus before, in ReplicationStatus now, ClusterOccupant occupant)
    {
        if (lineage.Knows(now.History)) return;
        DataState origin = occupant.Origin;
        lineage.Seen(now.History, lineage.Knows(origin.History) ? origin : new DataState(before.History, now.Offset));
    }

    private static DataState StateOf(in ReplicationStatus status) => new(status.History, status.Offset);

    /// <summary>What the living replicas of a node have.</summary>
    private List<DataState> ReplicasOf(NodeId primary)
    {
        var states = new List<DataState>();
        foreach (Machine machine in world.Machines)
            foreach (Process process in machine.Processes)
                if (process.Occupant is ClusterOccupant { Cluster.Myself: { IsReplica: true, Primary: { } followed } } replica && followed.Id == primary) states.Add(StateOf(replica.Replication));
        return states;
    }

    private void CheckOthers(Process process, Observer observer, ClusterMachine cluster)
    {
        IReadOnlyList<ClusterNode> all = cluster.Nodes.All;
        int count = all.Count;
        for (int i = 0; i < count; i++)
        {
            ClusterNode node = all[i];
            if (node.InHandshake) continue;
            View view = observer.ViewOf(node, i);
            bool changed = view.IsPrimary != node.IsPrimary || view.Primary != node.Primary || (node.IsPrimary && view.Epoch != node.ConfigEpoch) || view.Slots != node.Slots.Count;
            if (!changed) continue;
            if (view.IsPrimary && node.IsPrimary && node.ConfigEpoch < view.Epoch)
                verdict.Violated($"in the view of {process.Name} the config epoch of {node.Id} fell from {view.Epoch} to {node.ConfigEpoch}");
            if (view.IsKnown && observer.Messages == observer.StaleMessages && observer.StaleMessages > 0 && observer.StaleFrom == node.Id)
                verdict.Violated($"a stale {observer.StaleType} changed the view that {process.Name} has of {node.Id}: from {view} to {(node.IsPrimary ? "primary" : "replica of " + node.Primary?.Id)}, epoch {node.ConfigEpoch}, {node.Slots.Count} slots; it is {observer.StaleStamp}, the newest was {observer.Newest[node.Id]}");
            (view.IsKnown, view.IsPrimary, view.Primary, view.Epoch, view.Slots) = (true, node.IsPrimary, node.Primary, node.ConfigEpoch, node.Slots.Count);
        }
    }

    private static Observer Of(Process process) => (Observer)(process.Notes ??= new Observer());

    private sealed class Observer
    {
        public readonly Dictionary<NodeId, (int, ulong)> Newest = [];
        private readonly Dictionary<ClusterNode, View> _seen = [];
        private readonly List<(ClusterNode Node, View View)> _byPlace = [];
        public ulong CurrentEpoch;
        public ulong LastVoteEpoch;
        public ReplicationStatus Replication;
        public NodeId Primary;
        public long AskedAtUs = long.MinValue / 2;
        public bool HasLoaded;
        public bool HasComeBack;
        public PrimaryRestart? Restart;
        public bool WasReplica;
        public int Messages;
        public int StaleMessages;
        public NodeId StaleFrom;
        public (int Incarnation, ulong Sequence) StaleStamp;
        public PacketType StaleType;
        public int Steps;

        /// <summary>What was last seen of a node; most nodes stay at their place in the table, which saves the look-up.</summary>
        public View ViewOf(ClusterNode node, int place)
        {
            if (place < _byPlace.Count && _byPlace[place].Node == node) return _byPlace[place].View;
            if (!_seen.TryGetValue(node, out View? view)) _seen.Add(node, view = new View());
            if (place < _byPlace.Count) _byPlace[place] = (node, view);
            else if (place == _byPlace.Count) _byPlace.Add((node, view));
            return view;
        }
    }

    private sealed class View
    {
        public bool IsKnown;
        public bool IsPrimary;
        public ClusterNode? Primary;
        public ulong Epoch;
        public int Slots;

        public override string ToString() => $"{(IsPrimary ? "primary" : "replica of " + Primary?.Id)}, epoch {Epoch}, {Slots} slots";
    }
}
