using Hexad.Core;

namespace Hexad.Simulator.Schedules;

/// <summary>The bugs that can be put into the nodes to see whether the simulator finds them.</summary>
public enum InjectedBug
{
    None,
    VoteBeforeStored,
    StalePacketAccepted,
    StaleReplicaElected,
    EpochReused,
    TornConfigTrusted,
}

/// <summary>What a cluster looks like: how many machines and nodes, who replicates whom, and how it is configured.</summary>
public sealed record ClusterPlan
{
    public int Machines { get; init; } = 3;

    public int Primaries { get; init; } = 3;

    public int ReplicasEach { get; init; } = 1;

    public int NodeTimeoutMs { get; init; } = 2_000;

    public bool FastSuspicion { get; init; } = true;

    public bool FullCoverage { get; init; } = true;

    /// <summary>Whether the operator gives each primary an epoch of its own at the start, as the tools do; else they collide.</summary>
    public bool SetsEpochs { get; init; } = true;

    /// <summary>Whether a node is killed while the nodes meet.</summary>
    public bool TroubledStart { get; init; }

    /// <summary>Latency between machines in microseconds, about.</summary>
    public int LatencyUs { get; init; } = 100;

    public int Clients { get; init; } = 3;

    public int KeysPerClient { get; init; } = 30;

    /// <summary>Longest usual pause between two requests of a client, in microseconds.</summary>
    public long ClientPauseUs { get; init; } = 300_000;

    /// <summary>repl-backlog-size in bytes: a small one makes for full resynchronisations.</summary>
    public int BacklogBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Whether the operator lets no primary start again before a replica has taken its place, and never stops everything:
    /// then no data goes with a restart, and every lost write has to be explained by an election.
    /// </summary>
    public bool CarefulOperator { get; init; }

    public InjectedBug Bug { get; init; }

    public int Nodes => Primaries * (1 + ReplicasEach);

    /// <summary>Draws a plan.</summary>
    public static ClusterPlan Draw(Dice dice, InjectedBug bug)
    {
        int shape = dice.Below(16);
        (int machines, int primaries, int replicas) = shape switch
        {
            < 5 => (3, 3, 1),
            < 9 => (6, 3, 1),
            < 12 => (3, 3, 2),
            < 13 => (5, 5, 1),
            < 14 => (4, 4, 1),
            < 15 => (8, 4, 1),
            _ => (9, 3, 2),
        };
        int timeoutMs = dice.Below(8) switch { < 3 => 1_000 + dice.Below(1_000), < 6 => 2_000 + dice.Below(3_000), _ => 5_000 + dice.Below(10_001) };
        return new ClusterPlan
        {
            Machines = machines,
            Primaries = primaries,
            ReplicasEach = replicas,
            NodeTimeoutMs = timeoutMs,
            FastSuspicion = dice.Below(4) != 0,
            FullCoverage = dice.Below(3) != 0,
            SetsEpochs = dice.Below(4) != 0,
            TroubledStart = dice.Below(3) == 0,
            LatencyUs = dice.Below(4) == 0 ? 1_000 + dice.Below(10_000) : 50 + dice.Below(400),
            Clients = 2 + dice.Below(3),
            KeysPerClient = 10 + dice.Below(40),
            ClientPauseUs = 100_000 + dice.Below(400_000),
            BacklogBytes = dice.Below(3) == 0 ? 16 * 1024 : 1 << 20,
            CarefulOperator = dice.Below(2) == 0,
            Bug = bug,
        };
    }
}
