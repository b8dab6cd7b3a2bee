using Hexad.Commands;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>What options set going besides being read where they are used: derived values, limits, watchers.</summary>
internal static class OptionEffects
{
    /// <summary>Derives everything anew: the node starts, or an option has changed.</summary>
    public static void Apply(Node node)
    {
        NodeOptions options = node.Options;
        EvictionSettings eviction = node.Databases.Eviction;
        eviction.Policy = PolicyOf(options.MaxMemoryPolicy);
        eviction.Samples = options.MaxMemorySamples;
        eviction.LfuLogFactor = options.LfuLogFactor;
        eviction.LfuDecayMinutes = options.LfuDecayMinutes;
        node.Set(NodeConditions.MemoryLimited, options.MaxMemoryBytes > 0);
        node.Eviction.LimitChanged();
        node.Services.NotifiedClasses = options.NotifyKeyspaceEvents.Classes;
        node.TracksLatency = options.LatencyTracking;
        node.Sessions.ReadOutputLimits();
        node.SlowLog.Trim();
        node.UpdateObservation();
    }

    private static Keyspace.EvictionPolicy PolicyOf(Options.EvictionPolicy policy) => policy switch
    {
        Options.EvictionPolicy.AllKeysLru => Keyspace.EvictionPolicy.AllKeysLru,
        Options.EvictionPolicy.AllKeysLfu => Keyspace.EvictionPolicy.AllKeysLfu,
        Options.EvictionPolicy.AllKeysRandom => Keyspace.EvictionPolicy.AllKeysRandom,
        Options.EvictionPolicy.VolatileLru => Keyspace.EvictionPolicy.VolatileLru,
        Options.EvictionPolicy.VolatileLfu => Keyspace.EvictionPolicy.VolatileLfu,
        Options.EvictionPolicy.VolatileRandom => Keyspace.EvictionPolicy.VolatileRandom,
        Options.EvictionPolicy.VolatileTtl => Keyspace.EvictionPolicy.VolatileTtl,
        _ => Keyspace.EvictionPolicy.NoEviction,
    };
}
