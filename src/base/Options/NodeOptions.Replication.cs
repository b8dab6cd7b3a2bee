// Options: masters and replicas.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("replicaof", "", Alias = "slaveof",
        Help = "Be a replica of this host and port. Not in cluster mode: there CLUSTER REPLICATE says so.")]
    public partial ReplicaSource ReplicaOf { get; set; }

    [Option("masterauth", null, Live = true, Sensitive = true,
        Help = "The password for the master.")]
    public partial string? MasterAuth { get; set; }

    [Option("masteruser", null, Live = true, Sensitive = true,
        Help = "The user for the master.")]
    public partial string? MasterUser { get; set; }

    [Option("replica-serve-stale-data", true, Live = true, Alias = "slave-serve-stale-data",
        Help = "Answer reads while the master is out of reach.")]
    public partial bool ReplicaServeStaleData { get; set; }

    [Option("replica-read-only", true, Live = true, Alias = "slave-read-only",
        Help = "Refuse writes of clients on a replica.")]
    public partial bool ReplicaReadOnly { get; set; }

    [Option("replica-ignore-maxmemory", true, Live = true, Alias = "slave-ignore-maxmemory",
        Help = "Leave eviction to the master.")]
    public partial bool ReplicaIgnoreMaxMemory { get; set; }

    [Option("replica-lazy-flush", false, Live = true, Alias = "slave-lazy-flush",
        Help = "Free the old data of a replica that resyncs in slices.")]
    public partial bool ReplicaLazyFlush { get; set; }

    [Option("replica-ignore-disk-write-errors", false, Live = true,
        Help = "Let a replica go on when it cannot write what its master sends.")]
    public partial bool ReplicaIgnoreDiskErrors { get; set; }

    [Option("replica-priority", 100, Live = true, Alias = "slave-priority",
        Help = "A lower number is promoted first; 0 never.")]
    public partial int ReplicaPriority { get; set; }

    [Option("replica-announced", true, Live = true,
        Help = "Whether sentinels report this replica.")]
    public partial bool ReplicaAnnounced { get; set; }

    [Option("replica-announce-ip", null, Live = true, Alias = "slave-announce-ip",
        Help = "The address under which a replica is listed at its master.")]
    public partial string? ReplicaAnnounceIp { get; set; }

    [Option("replica-announce-port", 0, Live = true, Alias = "slave-announce-port", Max = 65535,
        Help = "And the port; 0 is its own.")]
    public partial int ReplicaAnnouncePort { get; set; }

    [Option("repl-diskless-sync", true, Live = true,
        Help = "Send a dump to replicas straight from memory.")]
    public partial bool DisklessSync { get; set; }

    [Option("repl-diskless-sync-delay", 5, Live = true,
        Help = "How long to wait for further replicas before that begins. A first one that is alone is served at once.")]
    public partial int DisklessSyncDelaySeconds { get; set; }

    [Option("repl-diskless-sync-max-replicas", 0, Live = true,
        Help = "Begin at once when so many wait; 0 waits for the delay.")]
    public partial int DisklessSyncMaxReplicas { get; set; }

    [Option("repl-diskless-load", DisklessLoad.Disabled, Live = true, DenyLoading = true,
        Help = "How a replica loads a dump from its master: disabled (through a file), on-empty-db, swapdb (keep the old data until it is there).")]
    public partial DisklessLoad DisklessLoad { get; set; }

    [Option("repl-disable-tcp-nodelay", false, Live = true, Pending = "delayed sending to replicas",
        Help = "Save bandwidth on replica links at the price of delay.")]
    public partial bool ReplicationDisableNoDelay { get; set; }

    [Option("repl-backlog-size", 1048576L, Live = true, Min = 1, Unit = OptionUnit.Memory,
        Help = "How much of the stream of writes is kept for replicas that were away.")]
    public partial long BacklogSizeBytes { get; set; }

    [Option("repl-backlog-ttl", 3600L, Live = true,
        Help = "How long it is kept when no replica is connected; 0 for ever.")]
    public partial long BacklogTtlSeconds { get; set; }

    [Option("repl-timeout", 60, Live = true, Min = 1,
        Help = "When a silent master or replica counts as gone.")]
    public partial int ReplTimeoutSeconds { get; set; }

    [Option("repl-ping-replica-period", 10, Live = true, Alias = "repl-ping-slave-period", Min = 1,
        Help = "How often a master pings its replicas.")]
    public partial int ReplPingPeriodSeconds { get; set; }

    [Option("min-replicas-to-write", 0, Live = true, Alias = "min-slaves-to-write",
        Help = "Refuse writes with fewer good replicas; 0 asks for none.")]
    public partial int MinReplicasToWrite { get; set; }

    [Option("min-replicas-max-lag", 10, Live = true, Alias = "min-slaves-max-lag",
        Help = "A replica is good if it was heard so many seconds ago at most.")]
    public partial int MinReplicasMaxLagSeconds { get; set; }

    [Option("propagation-error-behavior", PropagationError.Ignore, Live = true,
        Help = "What to do when a replicated command fails: ignore, panic, panic-on-replicas.")]
    public partial PropagationError PropagationErrorBehavior { get; set; }
}
