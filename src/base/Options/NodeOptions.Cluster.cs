// Options: redis Cluster.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("cluster-enabled", false, Sample = "# cluster-enabled yes",
        Help = "Run as a node of a cluster.")]
    public partial bool ClusterEnabled { get; set; }

    [Option("cluster-config-file", "nodes.conf", Sample = "# cluster-config-file nodes-6379.conf",
        Help = "The node's own record of the cluster. It is written by the node, never by hand, and each node needs one of its own.")]
    public partial string ClusterConfigFile { get; set; }

    [Option("cluster-node-timeout", 15000L, Live = true, Sample = "# cluster-node-timeout 15000",
        Help = "Milliseconds of silence after which a node may be seen as failing.")]
    public partial long ClusterNodeTimeoutMs { get; set; }

    [Option("cluster-fast-suspicion", true, Live = true,
        Help = "Hexad only. A process that died on a machine that lives refuses connections: then do not wait for the timeout. The majority decides all the same.")]
    public partial bool ClusterFastSuspicion { get; set; }

    [Option("cluster-port", 0, Max = 65535,
        Help = "The port of the cluster bus; 0 is the client port plus 10000.")]
    public partial int ClusterPort { get; set; }

    [Option("cluster-announce-ip", null, Live = true,
        Help = "The address to tell others, where they do not see the right one.")]
    public partial string? ClusterAnnounceIp { get; set; }

    [Option("cluster-announce-port", 0, Live = true, Max = 65535,
        Help = "The client port to tell others.")]
    public partial int ClusterAnnouncePort { get; set; }

    [Option("cluster-announce-tls-port", 0, Live = true, Max = 65535,
        Help = "The TLS port to tell others.")]
    public partial int ClusterAnnounceTlsPort { get; set; }

    [Option("cluster-announce-bus-port", 0, Live = true, Max = 65535,
        Help = "The bus port to tell others.")]
    public partial int ClusterAnnounceBusPort { get; set; }

    [Option("cluster-announce-hostname", null, Live = true, Check = OptionCheck.HostName,
        Help = "The host name to tell others.")]
    public partial string? ClusterAnnounceHostname { get; set; }

    [Option("cluster-announce-human-nodename", null, Live = true, Check = OptionCheck.NodeName,
        Help = "A name for logs, beside the id.")]
    public partial string? ClusterAnnounceHumanName { get; set; }

    [Option("cluster-preferred-endpoint-type", EndpointType.Ip, Live = true,
        Help = "What clients are told to connect to: ip, hostname, unknown-endpoint (the address they came by).")]
    public partial EndpointType ClusterEndpointType { get; set; }

    [Option("cluster-replica-validity-factor", 10, Live = true, Alias = "cluster-slave-validity-factor",
        Help = "A replica that has been without its master for more than this times the timeout does not stand; 0 always stands.")]
    public partial int ClusterReplicaValidityFactor { get; set; }

    [Option("cluster-migration-barrier", 1, Live = true,
        Help = "A master gives a replica to an orphaned one only if it keeps so many.")]
    public partial int ClusterMigrationBarrier { get; set; }

    [Option("cluster-allow-replica-migration", true, Live = true,
        Help = "Let replicas move to masters without one.")]
    public partial bool ClusterAllowReplicaMigration { get; set; }

    [Option("cluster-require-full-coverage", true, Live = true,
        Help = "Serve nothing while a slot has no owner.")]
    public partial bool ClusterRequireFullCoverage { get; set; }

    [Option("cluster-replica-no-failover", false, Live = true, Alias = "cluster-slave-no-failover",
        Help = "This replica never starts a failover by itself.")]
    public partial bool ClusterReplicaNoFailover { get; set; }

    [Option("cluster-allow-reads-when-down", false, Live = true,
        Help = "Answer reads while the cluster is down.")]
    public partial bool ClusterAllowReadsWhenDown { get; set; }

    [Option("cluster-allow-pubsubshard-when-down", true, Live = true,
        Help = "Serve shard channels while the cluster is down.")]
    public partial bool ClusterAllowShardPubSubWhenDown { get; set; }

    [Option("cluster-slot-stats-enabled", false, Live = true,
        Help = "Count what each slot costs in time and bytes, for CLUSTER SLOT-STATS; keys are counted in any case.")]
    public partial bool ClusterSlotStats { get; set; }

    [Option("cluster-link-sendbuf-limit", 0ul, Live = true, Unit = OptionUnit.Memory,
        Help = "Close a bus link that has more than this waiting; 0 is no limit.")]
    public partial ulong ClusterLinkSendBufferLimitBytes { get; set; }

    [Option("cluster-ping-interval", 0L, Live = true, Hidden = true, Pending = "a fixed ping interval")]
    public partial long ClusterPingIntervalMs { get; set; }
}
