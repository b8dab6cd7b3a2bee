namespace Hexad.Cluster;

/// <summary>
/// What the configuration says about the cluster. The engine fills it from the options at the start and again when
/// CONFIG SET changes one; the machine reads it in every step.
/// </summary>
public sealed class ClusterSettings
{
    /// <summary>cluster-node-timeout: how long a node may be silent before it is suspected.</summary>
    public long NodeTimeoutMs { get; set; } = 15_000;

    /// <summary>cluster-replica-validity-factor: times the node timeout, how old a replica's data may be; 0 for any age.</summary>
    public long ReplicaValidityFactor { get; set; } = 10;

    /// <summary>repl-ping-replica-period.</summary>
    public long ReplicaPingPeriodMs { get; set; } = 10_000;

    /// <summary>cluster-migration-barrier: how many good replicas a primary keeps when one of its moves away.</summary>
    public int MigrationBarrier { get; set; } = 1;

    /// <summary>cluster-allow-replica-migration.</summary>
    public bool AllowReplicaMigration { get; set; } = true;

    /// <summary>cluster-require-full-coverage: the cluster is down while any slot has no living owner.</summary>
    public bool RequireFullCoverage { get; set; } = true;

    /// <summary>cluster-replica-no-failover.</summary>
    public bool ReplicaNoFailover { get; set; }

    /// <summary>cluster-fast-suspicion: refused connections count, not only silence.</summary>
    public bool FastSuspicion { get; set; } = true;

    /// <summary>cluster-link-sendbuf-limit in bytes; 0 for none.</summary>
    public long LinkSendBufferLimitBytes { get; set; }

    /// <summary>Whether the bus, and so the first port in packets, is the TLS one (tls-cluster).</summary>
    public bool TlsCluster { get; set; }

    /// <summary>port.</summary>
    public int Port { get; set; } = 6379;

    /// <summary>tls-port.</summary>
    public int TlsPort { get; set; }

    /// <summary>cluster-port; 0 for the client port plus 10000.</summary>
    public int BusPort { get; set; }

    /// <summary>cluster-announce-ip; empty to be found out.</summary>
    public string AnnounceIp { get; set; } = "";

    /// <summary>cluster-announce-hostname.</summary>
    public string AnnounceHostname { get; set; } = "";

    /// <summary>cluster-announce-human-nodename.</summary>
    public string AnnounceHumanName { get; set; } = "";

    /// <summary>cluster-announce-port; 0 for the real one.</summary>
    public int AnnouncePort { get; set; }

    /// <summary>cluster-announce-tls-port; 0 for the real one.</summary>
    public int AnnounceTlsPort { get; set; }

    /// <summary>cluster-announce-bus-port; 0 for the real one.</summary>
    public int AnnounceBusPort { get; set; }

    /// <summary>The client port that others should use.</summary>
    public int AnnouncedPort => AnnouncePort != 0 ? AnnouncePort : Port;

    /// <summary>The TLS client port that others should use.</summary>
    public int AnnouncedTlsPort => AnnounceTlsPort != 0 ? AnnounceTlsPort : TlsPort;

    /// <summary>The bus port that others should use.</summary>
    public int AnnouncedBusPort => AnnounceBusPort != 0 ? AnnounceBusPort : RealBusPort;

    /// <summary>The bus port to listen on.</summary>
    public int RealBusPort => BusPort != 0 ? BusPort : (TlsCluster ? TlsPort : Port) + 10_000;
}

/// <summary>
/// Bugs that the simulator puts in to see whether it finds them. All off; production code has no way to turn one on.
/// </summary>
internal sealed class InjectedBugs
{
    public bool VoteLeavesBeforeItsEpochIsStored { get; set; }
    public bool StalePacketsAreAccepted { get; set; }
    public bool StaleReplicasAreElected { get; set; }
    public bool EpochsAreReused { get; set; }
    public bool TornConfigsAreTrusted { get; set; }
}
