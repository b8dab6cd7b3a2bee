using System.Text;

namespace Hexad.Simulator.Virtual;

/// <summary>What a run counts. None may be zero at the end of a run of many schedules: what never happened was not tested.</summary>
public enum Counter
{
    ProcessCrashes,
    MachineCrashes,
    Restarts,
    GracefulStops,
    WholeRestarts,
    Pauses,
    SymmetricPartitions,
    OneWayPartitions,
    LossyPaths,
    SlowPaths,
    StalledFlows,
    ConnectionResets,
    HalfOpenLinks,
    RejectedConnects,
    RefusedConnects,
    TimedOutConnects,
    LateDeliveries,
    DuplicatedMessages,
    FragmentedReads,
    ClockSteps,
    SlowDisks,
    FullDisks,
    SyncErrors,
    TornWrites,
    TornConfigs,
    ContestedElections,
    LaggingReplicas,
    InterruptedReplaces,
    LostUnsyncedRenames,
    ManualFailovers,
    ForcedFailovers,
    Takeovers,
    ElectionsBegun,
    Elections,
    VotesGiven,
    FastSuspicions,
    SlowSuspicions,
    StalePackets,
    EpochCollisions,
    HalfDoneHandshakes,
    FullResyncs,
    PartialResyncs,
    WritesAcknowledged,
    ReadsAnswered,
    Redirections,
    ClusterDownReplies,
    UnknownOutcomes,
    LostWritesExcused,
    LostWithRestart,
    LostThoughReplicated,
    StartsFromSnapshots,
}

/// <summary>The counts of one world, or of many added up.</summary>
public sealed class Counters
{
    private static readonly int Size = System.Enum.GetValues<Counter>().Length;
    private readonly long[] _counts = new long[Size];

    /// <summary>One count.</summary>
    public long this[Counter counter] => _counts[(int)counter];

    /// <summary>Counts one.</summary>
    public void Count(Counter counter) => _counts[(int)counter]++;

    /// <summary>Counts many.</summary>
    public void Count(Counter counter, long times) => _counts[(int)counter] += times;

    /// <summary>Adds the counts of another world.</summary>
    public void Add(Counters other)
    {
        for (int i = 0; i < Size; i++) _counts[i] += other._counts[i];
    }

    /// <summary>One line a counter, the zeros marked.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Size; i++)
            text.Append($"{(Counter)i,-24}{_counts[i],12}").Append(_counts[i] == 0 ? "  never happened\n" : "\n");
        return text.ToString();
    }
}
