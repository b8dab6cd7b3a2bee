using Hexad.Cluster;
using Hexad.Engine.Seam;
using Hexad.Simulator.Checks;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Schedules;

/// <summary>A node's place: machine, port and folder stay the same however often its process starts.</summary>
public sealed class NodeSeat(int index, Machine machine, int port)
{
    public int Index { get; } = index;

    public Machine Machine { get; } = machine;

    public int Port { get; } = port;

    public string Name { get; } = $"n{index}";

    public string Folder { get; } = $"/data/{port}";

    /// <summary>The process that was started last.</summary>
    public Process? Process { get; set; }

    /// <summary>Whether it ought to run: the operator started it and did not stop it.</summary>
    public bool ShouldRun { get; set; }

    public Endpoint Address => new(Machine.Address, Port);

    public bool IsAlive => Process is { State: not ProcessState.Ended };

    public bool IsRunning => Process is { State: ProcessState.Running };

    /// <summary>Its view of the cluster; null when it does not run or has not loaded its files yet.</summary>
    public ClusterMachine? View => IsAlive ? ((ClusterOccupant)Process!.Occupant).Cluster : null;

    public ReplicationStatus Replication => ((ClusterOccupant)Process!.Occupant).Replication;
}
