using Hexad.Core;
using Xunit;

namespace Hexad.Engine.Tests.Cluster;

public sealed class RoutingTests
{
    [Fact]
    public void A_key_is_served_where_its_slot_is_and_sent_there_from_elsewhere()
    {
        NodeNet net = NetScene.Three();
        NetClient first = net.Hosts[0].Connect(), third = net.Hosts[2].Connect();
        Assert.Equal("-MOVED 12182 127.0.0.1:7003\r\n", first.Run("SET foo bar"));
        Assert.Equal("+OK\r\n", third.Run("SET foo bar"));
        Assert.Equal("$3\r\nbar\r\n", third.Run("GET foo"));
        Assert.Equal("-MOVED 12182 127.0.0.1:7003\r\n", first.Run("GET foo"));
        Assert.Equal(":1\r\n", third.Run("CLUSTER COUNTKEYSINSLOT 12182"));
        Assert.Equal("*1\r\n$3\r\nfoo\r\n", third.Run("CLUSTER GETKEYSINSLOT 12182 10"));
    }

    [Fact]
    public void Keys_of_several_slots_do_not_go_together_unless_a_tag_joins_them()
    {
        NodeNet net = NetScene.Three();
        NetClient first = net.Hosts[0].Connect(), third = net.Hosts[2].Connect();
        Assert.Equal("-CROSSSLOT Keys in request don't hash to the same slot\r\n", first.Run("MGET a b"));
        Assert.Equal("-CROSSSLOT Keys in request don't hash to the same slot\r\n", first.Run("MSETEX 2 a b b a EX 10"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", first.Run("MSETEX 2 a b {a}b c NX"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", first.Run("DELEX a IFEQ b"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", first.Run("MGET {a}1 {a}2"));
        Assert.Equal("+OK\r\n", third.Run("MSET {a}1 x {a}2 y"));
        Assert.Equal("*2\r\n$1\r\nx\r\n$1\r\ny\r\n", third.Run("MGET {a}1 {a}2"));
    }

    [Fact]
    public void SORT_looks_up_what_is_in_the_slot_of_its_key_for_sure()
    {
        NodeNet net = NetScene.Three();
        NetClient third = net.Hosts[2].Connect();
        third.Run("RPUSH {a}l 1 2");
        third.Run("MSET {a}by1 9 {a}by2 8 {a}get1 x {a}get2 y");
        Assert.Equal("*2\r\n$1\r\ny\r\n$1\r\nx\r\n", third.Run("SORT {a}l BY {a}by* GET {a}get*"));
        Assert.Equal("*2\r\n$1\r\n2\r\n$1\r\n1\r\n", third.Run("SORT_RO {a}l BY {a}by*"));
        const string Denied = "option of SORT denied in Cluster mode when keys formed by the pattern may be in different slots.\r\n";
        Assert.Equal("-ERR BY " + Denied, third.Run("SORT {a}l BY by*"));
        Assert.Equal("-ERR BY " + Denied, third.Run("SORT {a}l BY {b}by*"));
        Assert.Equal("-ERR GET " + Denied, third.Run("SORT {a}l GET get*"));
        Assert.Equal("-ERR GET " + Denied, third.Run("SORT_RO {a}l GET #"));
    }

    [Fact]
    public void A_slot_that_moves_answers_ASK_for_keys_that_are_gone_and_TRYAGAIN_for_half()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        NetClient from = source.Connect(), to = target.Connect();
        from.Run("SET {a}k v");
        Assert.Equal("+OK\r\n", to.Run($"CLUSTER SETSLOT 15495 IMPORTING {NetScene.Id(source)}"));
        Assert.Equal("+OK\r\n", from.Run($"CLUSTER SETSLOT 15495 MIGRATING {NetScene.Id(target)}"));
        Assert.Contains($" [15495->-{NetScene.Id(target)}]", from.Run("CLUSTER NODES"));
        Assert.Contains($" [15495-<-{NetScene.Id(source)}]", to.Run("CLUSTER NODES"));
        Assert.Equal("$1\r\nv\r\n", from.Run("GET {a}k"));
        Assert.Equal("-ASK 15495 127.0.0.1:7001\r\n", from.Run("GET {a}missing"));
        Assert.Equal("-TRYAGAIN Multiple keys request during rehashing of slot\r\n", from.Run("MGET {a}k {a}missing"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", to.Run("GET {a}k"));
        Assert.Equal("+OK\r\n", to.Run("ASKING"));
        Assert.Equal("$-1\r\n", to.Run("GET {a}k"));
        Assert.Equal("-MOVED 15495 127.0.0.1:7003\r\n", to.Run("GET {a}k"));
        Assert.Equal(
            "-ERR Can't assign hashslot 15495 to a different node while I still hold keys for this hash slot.\r\n",
            from.Run($"CLUSTER SETSLOT 15495 NODE {NetScene.Id(target)}"));
        Assert.Equal("+OK\r\n", from.Run("CLUSTER SETSLOT 15495 STABLE"));
        Assert.Equal("$-1\r\n", from.Run("GET {a}missing"));
    }

    [Fact]
    public void A_slot_that_moved_belongs_to_its_new_owner_with_a_new_epoch()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        NetClient from = source.Connect(), to = target.Connect();
        string id = NetScene.Id(target);
        to.Run($"CLUSTER SETSLOT 15495 IMPORTING {NetScene.Id(source)}");
        from.Run($"CLUSTER SETSLOT 15495 MIGRATING {id}");
        Assert.Equal("+OK\r\n", to.Run($"CLUSTER SETSLOT 15495 NODE {id}"));
        Assert.Equal("+OK\r\n", from.Run($"CLUSTER SETSLOT 15495 NODE {id}"));
        net.Run(2_000);
        foreach (NetHost host in net.Hosts) Assert.Equal(id, NetScene.Machine(host).Slots.Owner(15495)!.Id.ToString());
        Assert.Equal(4ul, NetScene.Machine(target).Myself.ConfigEpoch);
    }

    [Fact]
    public void Keys_of_a_lost_slot_are_deleted()
    {
        NodeNet net = NetScene.Three();
        NetHost loser = net.Hosts[2], winner = net.Hosts[0];
        loser.Connect().Run("SET foo bar");
        NetClient client = winner.Connect();
        Assert.Equal("+OK\r\n", client.Run($"CLUSTER SETSLOT 12182 NODE {NetScene.Id(winner)}"));
        client.Run("CLUSTER BUMPEPOCH");
        net.Run(2_000);
        Assert.Equal(0, loser.Node.Databases[0].CountInSlot(new SlotIndex(12182)));
        Assert.Equal("-MOVED 12182 127.0.0.1:7001\r\n", loser.Connect().Run("GET foo"));
    }

    [Fact]
    public void When_a_primary_without_replica_is_gone_the_cluster_is_down_unless_reads_are_allowed()
    {
        foreach (bool allowReads in new[] { false, true })
        {
            NodeNet net = NetScene.Three(o => o.ClusterAllowReadsWhenDown = allowReads);
            NetHost alive = net.Hosts[0];
            string key = NetScene.KeyOf(alive);
            alive.Connect().Run($"SET {key} 1");
            net.Hosts[2].Kill();
            net.Run(6_000);
            NetClient client = alive.Connect();
            Assert.Equal(allowReads ? "$1\r\n1\r\n" : "-CLUSTERDOWN The cluster is down\r\n", client.Run($"GET {key}"));
            string refusal = allowReads ? "-CLUSTERDOWN The cluster is down and only accepts read commands\r\n" : "-CLUSTERDOWN The cluster is down\r\n";
            Assert.Equal(refusal, client.Run($"SET {key} 2"));
        }
    }

    [Fact]
    public void READONLY_and_READWRITE_answer_OK()
    {
        (_, _, NetClient client) = NetScene.Fresh();
        Assert.Equal("+OK\r\n", client.Run("READONLY"));
        Assert.Equal("+OK\r\n", client.Run("READWRITE"));
        Assert.Equal("+OK\r\n", client.Run("ASKING"));
    }

    [Fact]
    public void Writers_wait_while_a_failover_holds_them_back_and_go_on_in_order()
    {
        NodeNet net = NetScene.Three();
        NetHost host = net.Hosts[0];
        string key = NetScene.KeyOf(host);
        NetClient writer = host.Connect(), reader = host.Connect();
        host.Node.Pause.Begin(PauseReason.Failover, PauseScope.Writes, net.Time.Monotonic + 500);
        Assert.Equal("", writer.Run($"SET {key} 1"));
        Assert.Equal("", writer.Run($"APPEND {key} 2"));
        Assert.Equal("$-1\r\n", reader.Run($"GET {key}"));
        net.Run(600);
        Assert.Equal("+OK\r\n:2\r\n", writer.Read());
        Assert.Equal("$2\r\n12\r\n", reader.Run($"GET {key}"));
    }
}
