using System;
using System.Text;
using Hexad.Options;
using Xunit;

namespace Hexad.Engine.Tests.Cluster;

/// <summary>Replies of CLUSTER byte by byte, as recorded from Redis 7.0.15 and read from the sources of 7.2.</summary>
public sealed class ClusterCommandTests
{
    private const string Nobody = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";

    [Fact]
    public void A_fresh_node_says_that_it_knows_nothing()
    {
        (_, NetHost host, NetClient client) = NetScene.Fresh();
        string id = NetScene.Id(host);
        string info =
            "cluster_state:fail\r\ncluster_slots_assigned:0\r\ncluster_slots_ok:0\r\ncluster_slots_pfail:0\r\ncluster_slots_fail:0\r\n" +
            "cluster_known_nodes:1\r\ncluster_size:0\r\ncluster_current_epoch:0\r\ncluster_my_epoch:0\r\n" +
            "cluster_stats_messages_sent:0\r\ncluster_stats_messages_received:0\r\ntotal_cluster_links_buffer_limit_exceeded:0\r\n";
        Assert.Equal($"${info.Length}\r\n{info}\r\n", client.Run("CLUSTER INFO"));
        Assert.Equal($"$85\r\n{id} :7001@17001 myself,master - 0 0 0 connected\n\r\n", client.Run("CLUSTER NODES"));
        Assert.Equal("*0\r\n", client.Run("CLUSTER SLOTS"));
        Assert.Equal("*0\r\n", client.Run("CLUSTER LINKS"));
        Assert.Equal($"$40\r\n{id}\r\n", client.Run("CLUSTER MYID"));
        Assert.StartsWith("$40\r\n", client.Run("CLUSTER MYSHARDID"));
        Assert.Equal("-CLUSTERDOWN Hash slot not served\r\n", client.Run("SET foo bar"));
        string shards = client.Run("CLUSTER SHARDS");
        Assert.Equal(
            $"*1\r\n*4\r\n$5\r\nslots\r\n*0\r\n$5\r\nnodes\r\n*1\r\n*14\r\n$2\r\nid\r\n$40\r\n{id}\r\n$4\r\nport\r\n:7001\r\n$2\r\nip\r\n$0\r\n\r\n" +
            "$8\r\nendpoint\r\n$0\r\n\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$18\r\nreplication-offset\r\n:0\r\n$6\r\nhealth\r\n$6\r\nonline\r\n", shards);
    }

    [Fact]
    public void A_node_that_loads_its_data_still_says_what_the_cluster_looks_like()
    {
        (_, NetHost host, NetClient client) = NetScene.Fresh();
        host.Node.Set(NodeConditions.Loading, true);
        Assert.StartsWith("$85\r\n", client.Run("CLUSTER NODES"));
        Assert.StartsWith("$", client.Run("CLUSTER INFO"));
        Assert.StartsWith("-LOADING", client.Run("DBSIZE"));
        foreach (string change in (string[])["FAILOVER TAKEOVER", "FAILOVER FORCE", "FAILOVER", "REPLICATE x", "RESET", "ADDSLOTS 1", "MEET 10.0.0.9 7000", "FORGET x"])
            Assert.StartsWith("-LOADING", client.Run("CLUSTER " + change));
    }

    [Fact]
    public void RESP3_has_verbatim_text_and_maps()
    {
        (_, NetHost host, NetClient client) = NetScene.Fresh();
        client.SpeakResp3();
        Assert.Equal($"=89\r\ntxt:{NetScene.Id(host)} :7001@17001 myself,master - 0 0 0 connected\n\r\n", client.Run("CLUSTER NODES"));
        Assert.StartsWith("*1\r\n%2\r\n$5\r\nslots\r\n*0\r\n$5\r\nnodes\r\n*1\r\n%7\r\n$2\r\nid\r\n", client.Run("CLUSTER SHARDS"));
        Assert.StartsWith("=", client.Run("CLUSTER INFO"));
    }

    [Fact]
    public void Outside_cluster_mode_everything_is_refused()
    {
        (_, _, NetClient client) = NetScene.Fresh(o => o.ClusterEnabled = false);
        foreach (string command in new[] { "CLUSTER INFO", "CLUSTER NODES", "CLUSTER KEYSLOT foo", "READONLY", "READWRITE", "ASKING" })
            Assert.Equal("-ERR This instance has cluster support disabled\r\n", client.Run(command));
    }

    [Fact]
    public void Slots_are_checked_before_anything_is_done()
    {
        (_, _, NetClient client) = NetScene.Fresh();
        Assert.Equal("-ERR Invalid or out of range slot\r\n", client.Run("CLUSTER ADDSLOTS 16384"));
        Assert.Equal("-ERR Invalid or out of range slot\r\n", client.Run("CLUSTER ADDSLOTS 1 x"));
        Assert.Equal("-ERR Slot 5 specified multiple times\r\n", client.Run("CLUSTER ADDSLOTS 5 5"));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER ADDSLOTS 0 1 2"));
        Assert.Equal("-ERR Slot 0 is already busy\r\n", client.Run("CLUSTER ADDSLOTS 0"));
        Assert.Equal("-ERR Slot 5461 is already unassigned\r\n", client.Run("CLUSTER DELSLOTS 5461"));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER DELSLOTS 2"));
        Assert.Equal("-ERR start slot number 9 is greater than end slot number 8\r\n", client.Run("CLUSTER ADDSLOTSRANGE 9 8"));
        Assert.Equal("-ERR wrong number of arguments for 'cluster|addslotsrange' command\r\n", client.Run("CLUSTER ADDSLOTSRANGE 9 10 11"));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER ADDSLOTSRANGE 9 10 20 30"));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER DELSLOTSRANGE 20 30"));
        Assert.Contains("connected 0-1 9-10\n", client.Run("CLUSTER NODES"));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER FLUSHSLOTS"));
        Assert.Contains("0 0 0 connected\n", client.Run("CLUSTER NODES"));
    }

    [Fact]
    public void Errors_read_as_clients_know_them()
    {
        NodeNet net = NetScene.Three();
        NetClient client = net.Hosts[0].Connect();
        string me = NetScene.Id(net.Hosts[0]), other = NetScene.Id(net.Hosts[1]);
        Assert.Equal($"-ERR I don't know about node {Nobody}\r\n", client.Run($"CLUSTER SETSLOT 0 MIGRATING {Nobody}"));
        Assert.Equal("-ERR I'm not the owner of hash slot 5461\r\n", client.Run($"CLUSTER SETSLOT 5461 MIGRATING {other}"));
        Assert.Equal("-ERR I'm already the owner of hash slot 0\r\n", client.Run($"CLUSTER SETSLOT 0 IMPORTING {other}"));
        Assert.Equal("-ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP\r\n", client.Run("CLUSTER SETSLOT 0 SIDEWAYS"));
        Assert.Equal("-ERR I tried hard but I can't forget myself...\r\n", client.Run($"CLUSTER FORGET {me}"));
        Assert.Equal($"-ERR Unknown node {Nobody}\r\n", client.Run($"CLUSTER FORGET {Nobody}"));
        Assert.Equal("-ERR Can't replicate myself\r\n", client.Run($"CLUSTER REPLICATE {me}"));
        Assert.Equal("-ERR To set a master the node must be empty and without assigned slots.\r\n", client.Run($"CLUSTER REPLICATE {other}"));
        Assert.Equal($"-ERR Unknown node {Nobody}\r\n", client.Run($"CLUSTER REPLICATE {Nobody}"));
        Assert.Equal("-ERR You should send CLUSTER FAILOVER to a replica\r\n", client.Run("CLUSTER FAILOVER"));
        Assert.Equal("-ERR syntax error\r\n", client.Run("CLUSTER FAILOVER NOW"));
        Assert.Equal("-ERR syntax error\r\n", client.Run("CLUSTER RESET BAD"));
        Assert.Equal("-ERR Invalid node address specified: bad:1\r\n", client.Run("CLUSTER MEET bad 1"));
        Assert.Equal("-ERR Invalid node address specified: 127.0.0.1:0\r\n", client.Run("CLUSTER MEET 127.0.0.1 0"));
        Assert.Equal("-ERR Invalid base port specified: x\r\n", client.Run("CLUSTER MEET 127.0.0.1 x"));
        Assert.Equal("-ERR Invalid bus port specified: y\r\n", client.Run("CLUSTER MEET 127.0.0.1 1 y"));
        Assert.Equal(
            "-ERR The user can assign a config epoch only when the node does not know any other node.\r\n", client.Run("CLUSTER SET-CONFIG-EPOCH 1"));
        Assert.Equal("-ERR unknown subcommand 'NOSUCH'. Try CLUSTER HELP.\r\n", client.Run("CLUSTER NOSUCH"));
        Assert.Equal("-ERR Invalid slot\r\n", client.Run("CLUSTER COUNTKEYSINSLOT 16384"));
        Assert.Equal("-ERR Invalid slot or number of keys\r\n", client.Run("CLUSTER GETKEYSINSLOT 1 -1"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", client.Run("CLUSTER GETKEYSINSLOT a 1"));
        Assert.Equal($"-ERR Unknown node {Nobody}\r\n", client.Run($"CLUSTER REPLICAS {Nobody}"));
        Assert.Equal($"-ERR Unknown node {Nobody}\r\n", client.Run($"CLUSTER COUNT-FAILURE-REPORTS {Nobody}"));
        Assert.Equal("*0\r\n", client.Run($"CLUSTER REPLICAS {other}"));
        Assert.Equal("*0\r\n", client.Run($"CLUSTER SLAVES {other}"));
        Assert.Equal(":0\r\n", client.Run($"CLUSTER COUNT-FAILURE-REPORTS {other}"));
        Assert.Equal("+BUMPED 4\r\n", client.Run("CLUSTER BUMPEPOCH"));
        Assert.Equal("+STILL 4\r\n", client.Run("CLUSTER BUMPEPOCH"));
        Assert.Equal(":12182\r\n", client.Run("CLUSTER KEYSLOT foo"));
        Assert.Contains("CLUSTER <subcommand>", client.Run("CLUSTER HELP"));
    }

    [Theory]
    [InlineData(EndpointType.Ip, "$9\r\n127.0.0.1\r\n", "*0\r\n")]
    [InlineData(EndpointType.HostName, "$1\r\n?\r\n", "*2\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n")]
    [InlineData(EndpointType.UnknownEndpoint, "$-1\r\n", "*2\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n")]
    public void SLOTS_names_the_preferred_endpoint(EndpointType type, string endpoint, string rest)
    {
        NodeNet net = NetScene.Three(o => o.ClusterEndpointType = type);
        var want = new StringBuilder("*3\r\n");
        string[] ranges = [":0\r\n:5460\r\n", ":5461\r\n:10922\r\n", ":10923\r\n:16383\r\n"];
        for (int i = 0; i < 3; i++)
            want.Append($"*3\r\n{ranges[i]}*4\r\n{endpoint}:{7001 + i}\r\n$40\r\n{NetScene.Id(net.Hosts[i])}\r\n{rest}");
        Assert.Equal(want.ToString(), net.Hosts[0].Connect().Run("CLUSTER SLOTS"));
    }

    [Fact]
    public void LINKS_lists_both_directions_to_every_node()
    {
        NodeNet net = NetScene.Three();
        string links = net.Hosts[0].Connect().Run("CLUSTER LINKS");
        Assert.StartsWith("*4\r\n*12\r\n$9\r\ndirection\r\n$2\r\nto\r\n$4\r\nnode\r\n$40\r\n", links);
        Assert.Equal(2, links.Split("$4\r\nfrom\r\n").Length - 1);
        Assert.Contains("$6\r\nevents\r\n$1\r\nr\r\n$21\r\nsend-buffer-allocated\r\n:0\r\n$16\r\nsend-buffer-used\r\n:0\r\n", links);
    }

    [Fact]
    public void SAVECONFIG_answers_when_the_file_is_on_disk()
    {
        (NodeNet net, NetHost host, NetClient client) = NetScene.Fresh();
        host.Disk.Remove("nodes.conf");
        Assert.Equal("", client.Run("CLUSTER SAVECONFIG"));
        net.Run(5);
        Assert.Equal("+OK\r\n", client.Read());
        Assert.EndsWith("vars currentEpoch 0 lastVoteEpoch 0\n", Encoding.ASCII.GetString(host.Disk["nodes.conf"]));
    }

    [Fact]
    public void A_hard_reset_makes_another_node_of_it()
    {
        (NodeNet net, NetHost host, NetClient client) = NetScene.Fresh();
        string before = NetScene.Id(host);
        client.Run("CLUSTER ADDSLOTS 1 2 3");
        Assert.Equal("+OK\r\n", client.Run("CLUSTER RESET SOFT"));
        Assert.Equal(before, NetScene.Id(host));
        Assert.Equal("+OK\r\n", client.Run("CLUSTER RESET HARD"));
        net.Run(100);
        Assert.NotEqual(before, NetScene.Id(host));
        Assert.StartsWith(NetScene.Id(host), Encoding.ASCII.GetString(host.Disk["nodes.conf"]));
    }
}
