using System;

namespace Hexad.Engine;

/// <summary>What INFO tells of parts of the node that it does not know: each part sets what it can tell.</summary>
public sealed class InfoSources
{
    /// <summary>Writes the lines of the section "Replication".</summary>
    public Action<InfoText>? Replication { get; set; }

    /// <summary>Writes the lines of the section "Persistence" behind those about loading.</summary>
    public Action<InfoText>? Persistence { get; set; }

    /// <summary>How many links to other nodes of the cluster there are.</summary>
    public Func<int>? ClusterConnections { get; set; }

    /// <summary>Bytes of the buffers of cluster links.</summary>
    public Func<long>? ClusterLinkBytes { get; set; }

    /// <summary>Bytes of the replication backlog.</summary>
    public Func<long>? BacklogBytes { get; set; }

    /// <summary>Bytes that are kept for replicas beyond the backlog.</summary>
    public Func<long>? ReplicaBufferBytes { get; set; }
}
