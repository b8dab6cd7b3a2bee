using System;
using System.Collections.Generic;
using System.Globalization;
using Xunit;

namespace Hexad.Compat.Tests.Replication;

/// <summary>A node of the one kind as replica in a cluster of the other.</summary>
public sealed class ClusterReplicationTests
{
    private static readonly string[] InCluster = ["--save", "", "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000"];

    [Fact]
    public void A_real_node_joins_our_cluster_as_a_replica_and_takes_over()
    {
        using Server real = Server.Real(InCluster);
        Replica_joins_holds_the_same_and_takes_over(() => Server.Ours(InCluster), real);
    }

    [Fact]
    public void Our_node_joins_a_real_cluster_as_a_replica_and_takes_over()
    {
        using Server ours = Server.Ours(InCluster);
        Replica_joins_holds_the_same_and_takes_over(() => Server.Real(InCluster), ours);
    }

    private static void Replica_joins_holds_the_same_and_takes_over(Func<Server> start, Server replica)
    {
        var primaries = new List<Server>();
        try
        {
            for (int i = 0; i < 3; i++) primaries.Add(start());
            Join(primaries);
            int written = 0;
            for (int i = 0; i < 300; i++)
                if (primaries[0].Call("SET", "key:" + i.ToString(CultureInfo.InvariantCulture), "value " + i) == "OK") written++;
            Assert.InRange(written, 50, 150);

            replica.Call("CLUSTER", "MEET", "127.0.0.1", primaries[0].Port.ToString());
            string id = primaries[0].Call("CLUSTER", "MYID");
            Server.Until(() => replica.Call("CLUSTER", "REPLICATE", id) == "OK", "the replica knows its primary");
            replica.Await("master_link_status", "up");
            replica.Call("READONLY");
            primaries[0].Call("DEL", "key:1");
            replica.AwaitSameData(primaries[0]);
            Server.Until(() => primaries[1].Call("CLUSTER", "NODES").Contains("slave " + id, StringComparison.Ordinal), "the others know the replica");

            string expected = replica.Data();
            primaries[0].Kill();
            replica.Await("role", "master");
            Server.Until(() => replica.Info("cluster_enabled") == "1" && replica.Call("CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal), "the cluster is whole again");
            Assert.Equal(expected, replica.Data());
            Assert.Equal("OK", replica.Call("SET", "{06S}after", "failover"));
            Server.Until(() => primaries[1].Call("GET", "{06S}after").Contains(replica.Port.ToString(), StringComparison.Ordinal), "the others send clients to it");
        }
        finally
        {
            foreach (Server primary in primaries) primary.Dispose();
        }
    }

    private static void Join(List<Server> primaries)
    {
        string[] ranges = ["0", "5460", "5461", "10922", "10923", "16383"];
        for (int i = 0; i < primaries.Count; i++)
        {
            Assert.Equal("OK", primaries[i].Call("CLUSTER", "ADDSLOTSRANGE", ranges[2 * i], ranges[2 * i + 1]));
            Assert.Equal("OK", primaries[i].Call("CLUSTER", "SET-CONFIG-EPOCH", (i + 1).ToString()));
            if (i > 0) Assert.Equal("OK", primaries[i].Call("CLUSTER", "MEET", "127.0.0.1", primaries[0].Port.ToString()));
        }

        foreach (Server primary in primaries)
        {
            Server.Until(() =>
            {
                string info = primary.Call("CLUSTER", "INFO");
                return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal);
            }, "the three know each other");
        }
    }
}
