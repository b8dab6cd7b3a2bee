using System;
using Hexad.Cluster;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Options;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Virtual;
using Hexad.Wire;

namespace Hexad.Simulator.Schedules;

/// <summary>A whole production node in a virtual process.</summary>
public sealed class HexadOccupant : ClusterOccupant, IDisposable
{
    private readonly Node _node;

    private HexadOccupant(Process process, ulong chance, ClusterPlan plan, NodeSeat seat)
    {
        var options = new NodeOptions
        {
            Port = seat.Port,
            Directory = seat.Folder,
            ProtectedMode = false,
            ClusterEnabled = true,
            ClusterConfigFile = "nodes.conf",
            ClusterNodeTimeoutMs = plan.NodeTimeoutMs,
            ClusterFastSuspicion = plan.FastSuspicion,
            ClusterRequireFullCoverage = plan.FullCoverage,
            BacklogSizeBytes = plan.BacklogBytes,
        };
        _node = new Node(options, process, chance);
        Inject(_node.Cluster!.Machine, plan.Bug);
    }

    /// <summary>Makes the node of a seat.</summary>
    public static OccupantMaker Maker(ClusterPlan plan, NodeSeat seat) => (process, chance) => new HexadOccupant(process, chance, plan, seat);

    public override INode Node => _node;

    public override SegmentPool Segments => _node.Segments;

    public override ClusterMachine? Cluster => _node.Cluster is { IsStarted: true } part ? part.Machine : null;

    public override ReplicationStatus Replication => _node.Cluster?.Replication?.Status ?? default;

    public override bool HasLoaded => _node.Persistence.IsReady;

    public override DataState Origin => new(_node.Replication.History.Id2, _node.Replication.History.SecondOffset + -1);

    public override long FullResyncs => _node.Statistics.FullSyncs;

    public override long PartialResyncs => _node.Statistics.PartialSyncs;

    public override void Validate()
    {
        Cluster?.Validate();
        _node.Databases.Validate();
    }

    public override long KeyCount => _node.Databases[0].KeyCount;

    public override void Free() => Dispose();

    /// <summary>Gives the memory of its data back.</summary>
    public void Dispose() => _node.Dispose();

    /// <summary>Puts a bug into a cluster machine.</summary>
    private static void Inject(ClusterMachine machine, InjectedBug bug)
    {
        InjectedBugs bugs = machine.Bugs;
        bugs.VoteLeavesBeforeItsEpochIsStored = bug == InjectedBug.VoteBeforeStored;
        bugs.StalePacketsAreAccepted = bug == InjectedBug.StalePacketAccepted;
        bugs.StaleReplicasAreElected = bug == InjectedBug.StaleReplicaElected;
        bugs.EpochsAreReused = bug == InjectedBug.EpochReused;
        bugs.TornConfigsAreTrusted = bug == InjectedBug.TornConfigTrusted;
    }
}
