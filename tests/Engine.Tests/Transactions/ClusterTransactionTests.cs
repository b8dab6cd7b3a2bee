using Hexad.Engine.Tests.Blocking;
using Hexad.Engine.Tests.Cluster;
using Xunit;

namespace Hexad.Engine.Tests.Transactions;

/// <summary>Transactions and waits for keys in cluster mode: one slot, and where it is.</summary>
public sealed class ClusterTransactionTests
{
    private const string Queued = "+QUEUED\r\n";
    private const string Aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n";

    [Fact]
    public void A_call_for_another_nodes_slot_is_sent_there_and_spoils_the_transaction()
    {
        NodeNet net = NetScene.Three();
        NetClient first = net.Hosts[0].Connect();
        first.Run("MULTI");
        Assert.Equal("-MOVED 12182 127.0.0.1:7003\r\n", first.Run("SET foo bar"));
        Assert.Equal(Aborted, first.Run("EXEC"));
    }

    [Fact]
    public void All_calls_are_of_one_slot_or_exec_refuses_them()
    {
        NodeNet net = NetScene.Three();
        NetClient third = net.Hosts[2].Connect();
        third.Run("MULTI");
        Assert.Equal(Queued, third.Run("SET foo 1"));
        Assert.Equal(Queued, third.Run("SET a 1"));
        Assert.Equal("-CROSSSLOT Keys in request don't hash to the same slot\r\n", third.Run("EXEC"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", third.Run("EXEC"));
        third.Run("MULTI");
        third.Run("SET {a}1 1");
        third.Run("PING");
        third.Run("MGET {a}1 {a}2");
        Assert.Equal("*3\r\n+OK\r\n+PONG\r\n*2\r\n$1\r\n1\r\n$-1\r\n", third.Run("EXEC"));
    }

    [Fact]
    public void A_slot_that_went_away_between_multi_and_exec_sends_the_whole_transaction_there()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        NetClient from = source.Connect(), to = target.Connect();
        from.Run("MULTI");
        Assert.Equal(Queued, from.Run("SET foo 1"));
        to.Run($"CLUSTER SETSLOT 12182 IMPORTING {NetScene.Id(source)}");
        Assert.Equal("+OK\r\n", to.Run($"CLUSTER SETSLOT 12182 NODE {NetScene.Id(target)}"));
        net.Run(2_000);
        Assert.Equal("-MOVED 12182 127.0.0.1:7001\r\n", from.Run("EXEC"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", from.Run("EXEC"));
    }

    [Fact]
    public void Asking_stands_for_a_whole_transaction_on_an_importing_node()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        NetClient from = source.Connect(), to = target.Connect();
        to.Run($"CLUSTER SETSLOT 15495 IMPORTING {NetScene.Id(source)}");
        from.Run($"CLUSTER SETSLOT 15495 MIGRATING {NetScene.Id(target)}");
        from.Run("MULTI");
        Assert.Equal("-ASK 15495 127.0.0.1:7001\r\n", from.Run("SET {a}1 1"));
        Assert.Equal(Aborted, from.Run("EXEC"));
        to.Run("ASKING");
        to.Run("MULTI");
        Assert.Equal(Queued, to.Run("SET {a}1 1"));
        Assert.Equal(Queued, to.Run("GET {a}1"));
        Assert.Equal("*2\r\n+OK\r\n$1\r\n1\r\n", to.Run("EXEC"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", to.Run("GET {a}1"));
    }

    [Fact]
    public void Who_waits_is_told_that_the_cluster_is_down_even_where_reads_are_allowed_then()
    {
        NodeNet net = NetScene.Three(static options => options.ClusterAllowReadsWhenDown = true);
        NetClient reader = net.Hosts[2].Connect();
        Assert.Equal("", reader.Run("XREAD BLOCK 0 STREAMS foo $"));
        net.Hosts[0].Kill();
        net.Hosts[1].Kill();
        net.Run(10_000);
        Assert.Equal("-CLUSTERDOWN The cluster is down\r\n", reader.Read());
    }

    [Fact]
    public void Who_waits_for_a_key_of_a_slot_that_goes_away_is_sent_after_it()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        BlockingCommands.Teach(source);
        NetClient from = source.Connect(), to = target.Connect();
        Assert.Equal("", from.Run("TAKE foo 0"));
        to.Run($"CLUSTER SETSLOT 12182 IMPORTING {NetScene.Id(source)}");
        to.Run($"CLUSTER SETSLOT 12182 NODE {NetScene.Id(target)}");
        net.Run(2_000);
        Assert.Equal("-MOVED 12182 127.0.0.1:7001\r\n", from.Read());
        Assert.Equal("", from.Run("TAKE a 0"));
        NetClient second = source.Connect();
        string id = second.Run("CLIENT ID")[1..].TrimEnd();
        from.Send(System.Text.Encoding.ASCII.GetBytes($"*3\r\n$6\r\nCLIENT\r\n$7\r\nUNBLOCK\r\n${id.Length}\r\n{id}\r\n"));
        Assert.Equal("", second.Run("TAKE a 0"));
        foreach (NetHost host in net.Hosts)
            if (host != source) host.Kill();
        net.Run(10_000);
        Assert.Equal("-CLUSTERDOWN The cluster is down\r\n:1\r\n", from.Read());
        Assert.Equal("*-1\r\n", second.Read());
    }
}
