using System;
using Hexad.Cluster;
using Hexad.Core;
using Hexad.Simulator.Virtual;
using Hexad.Wire.Bus;

namespace Hexad.Simulator.Checks;

/// <summary>Looks on for all checkers, and collects what nodes count themselves when their processes end.</summary>
public sealed class Inspector : IWatcher
{
    private readonly World _world;

    public Inspector(World world)
    {
        _world = world;
        Verdict = new Verdict(world);
        Wire = new WireCheck(world, Verdict);
        Lineage = new Lineage();
        Losses = new LossCheck(world, Verdict, Lineage);
        Views = new ViewCheck(world, Verdict, Losses, Lineage);
    }

    public Verdict Verdict { get; }

    public WireCheck Wire { get; }

    public ViewCheck Views { get; }

    public LossCheck Losses { get; }

    public Lineage Lineage { get; }

    void IWatcher.Stepped(Process process)
    {
        try
        {
            Views.Stepped(process);
        }
        catch (InvariantFailedException failed)
        {
            Verdict.Violated($"{process.Name} is not valid: {failed.Message}");
        }
    }

    void IWatcher.BusMessageSent(Process from, Socket socket, in BusPacket packet, NodeId sender)
    {
        if (packet.IsLight) return;
        Wire.Sent(from, socket, packet, sender);
        Views.Sent(packet, sender);
    }

    void IWatcher.BusMessageCame(Process to, in BusPacket packet, NodeId sender)
    {
        if (!packet.IsLight) Views.Came(to, packet, sender);
    }

    void IWatcher.BusMessageUnreadable(Process process, bool outgoing)
    {
        if (outgoing) Verdict.Violated($"{process.Name} sent a packet that cannot be read");
    }

    void IWatcher.Ending(Process process)
    {
        if (process.Occupant is not ClusterOccupant { Cluster: { } cluster } occupant) return;
        Counters counters = _world.Counters;
        ClusterCounters figures = cluster.Counters;
        counters.Count(Counter.ElectionsBegun, figures.Elections);
        counters.Count(Counter.VotesGiven, figures.Votes);
        counters.Count(Counter.EpochCollisions, figures.EpochCollisions);
        counters.Count(Counter.StalePackets, figures.StalePackets);
        counters.Count(Counter.FastSuspicions, figures.FastSuspicions);
        counters.Count(Counter.SlowSuspicions, figures.SlowSuspicions);
        counters.Count(Counter.FullResyncs, occupant.FullResyncs);
        counters.Count(Counter.PartialResyncs, occupant.PartialResyncs);
        for (int i = 0; i < cluster.Nodes.All.Count; i++)
            if (cluster.Nodes.All[i].InHandshake) counters.Count(Counter.HalfDoneHandshakes);
    }

    void IWatcher.NodeThrew(Process process, Exception thrown) => Verdict.Violated($"{process.Name} threw: {thrown}");
}
