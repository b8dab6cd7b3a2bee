using System;
using System.Globalization;
using System.Linq;
using Xunit;

namespace Hexad.Engine.Tests.Cluster;

/// <summary>CLUSTER SLOT-STATS, in the words and forms of Redis 8.2 and Valkey 8.</summary>
public sealed class SlotStatsTests
{
    private const int SlotOfA = 15495, SlotOfB = 3300;

    private static (NetHost Host, NetClient Client) Alone(bool counts)
    {
        (NodeNet net, NetHost host, NetClient client) = NetScene.Fresh(o => o.ClusterSlotStats = counts);
        client.Run("CLUSTER ADDSLOTSRANGE 0 16383");
        Assert.True(net.RunUntil(() => NetScene.Machine(host).IsHealthy, 20_000) >= 0);
        return (host, client);
    }

    /// <summary>Keys, microseconds, bytes in and bytes out of a slot.</summary>
    private static long[] Of(NetClient client, int slot) =>
        client.Run($"CLUSTER SLOT-STATS SLOTSRANGE {slot} {slot}").Split("\r\n").Where(t => t.StartsWith(':')).Skip(1).Select(t => long.Parse(t[1..], CultureInfo.InvariantCulture)).ToArray();

    [Fact]
    public void Only_keys_are_counted_unless_more_is_asked_for()
    {
        (_, NetClient client) = Alone(counts: false);
        client.Run("SET a 1");
        Assert.Equal($"*2\r\n*2\r\n:{SlotOfA}\r\n*2\r\n$9\r\nkey-count\r\n:1\r\n*2\r\n:15496\r\n*2\r\n$9\r\nkey-count\r\n:0\r\n", client.Run("CLUSTER SLOT-STATS SLOTSRANGE 15495 15496"));
        Assert.Equal("-ERR Unrecognized sort metric for ORDERBY.\r\n", client.Run("CLUSTER SLOT-STATS ORDERBY cpu-usec"));
        client.SpeakResp3();
        Assert.Equal($"*1\r\n*2\r\n:{SlotOfA}\r\n%1\r\n$9\r\nkey-count\r\n:1\r\n", client.Run("CLUSTER SLOT-STATS ORDERBY Key-Count LIMIT 1"));
    }

    [Fact]
    public void A_slot_counts_its_time_and_its_bytes()
    {
        (_, NetClient client) = Alone(counts: true);
        client.Run("SET a 1");
        client.Run("GET a");
        long[] used = Of(client, SlotOfA);
        Assert.Equal((1, 47, 12), (used[0], used[2], used[3]));
        client.Run("DEL a");
        client.Run("PING");
        used = Of(client, SlotOfA);
        Assert.Equal((0, 67, 16), (used[0], used[2], used[3]));
        client.Run("CONFIG RESETSTAT");
        Assert.Equal([0, 0, 0, 0], Of(client, SlotOfA));
    }

    [Fact]
    public void Each_call_of_a_batch_counts_its_own_time()
    {
        (NetHost host, NetClient client) = Alone(counts: true);
        host.TickNs = 1000;
        client.Send("*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*2\r\n$4\r\nINCR\r\n$1\r\nb\r\n*2\r\n$4\r\nINCR\r\n$1\r\nb\r\n"u8.ToArray());
        Assert.Equal(":1\r\n:1\r\n:2\r\n", client.Read());
        Assert.Equal((1, 2), (Of(client, SlotOfA)[1], Of(client, SlotOfB)[1]));
    }

    [Fact]
    public void A_transaction_counts_for_the_slot_of_its_keys()
    {
        (_, NetClient client) = Alone(counts: true);
        client.Run("MULTI");
        client.Run("SET a 1");
        client.Run("GET a");
        client.Run("EXEC");
        long[] used = Of(client, SlotOfA);
        Assert.Equal((1, 47 + 14, 4 + 5 + 7), (used[0], used[2], used[3]));
        Assert.Equal([0, 0, 0, 0], Of(client, SlotOfB));
    }

    [Fact]
    public void A_call_that_waited_counts_once_it_is_served()
    {
        (NetHost host, NetClient client) = Alone(counts: true);
        NetClient other = host.Connect();
        other.Run("BLPOP a 0");
        Assert.Equal(0, Of(client, SlotOfA)[2]);
        client.Run("RPUSH a 1");
        long[] used = Of(client, SlotOfA);
        Assert.Equal((0, 29 + 29, 4 + 18), (used[0], used[2], used[3]));
    }

    [Fact]
    public void Slots_come_in_the_order_asked_for()
    {
        (_, NetClient client) = Alone(counts: true);
        client.Run("MSET {a}1 1 {a}2 2");
        client.Run("SET b 1");
        static string Slots(string reply)
        {
            string[] words = reply.Split("\r\n");
            return string.Join(' ', Enumerable.Range(1, words.Length - 1).Where(i => words[i - 1] == "*2" && words[i].StartsWith(':')).Select(i => words[i][1..]));
        }

        Assert.Equal("15495 3300 0", Slots(client.Run("CLUSTER SLOT-STATS ORDERBY key-count LIMIT 3")));
        Assert.Equal("0 1", Slots(client.Run("CLUSTER SLOT-STATS ORDERBY key-count ASC LIMIT 2")));
        Assert.Equal("15495 3300", Slots(client.Run("CLUSTER SLOT-STATS ORDERBY network-bytes-in DESC LIMIT 2")));
        Assert.Equal("7 8", Slots(client.Run("CLUSTER SLOT-STATS SLOTSRANGE 7 8")));
    }

    [Fact]
    public void Slots_of_others_are_not_told()
    {
        NodeNet net = NetScene.Three();
        Assert.Equal("*0\r\n", net.Hosts[0].Connect().Run("CLUSTER SLOT-STATS SLOTSRANGE 6000 7000"));
        Assert.StartsWith("*461\r\n", net.Hosts[0].Connect().Run("CLUSTER SLOT-STATS SLOTSRANGE 5000 7000"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SLOTSRANGE 0", "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP.")]
    [InlineData("SLOTSRANGE 0 1 2", "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP.")]
    [InlineData("FOO 0 1", "ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. Try CLUSTER HELP.")]
    [InlineData("ORDERBY", "ERR wrong number of arguments for 'cluster|slot-stats' command")]
    [InlineData("SLOTSRANGE 0 x", "ERR Invalid or out of range slot")]
    [InlineData("SLOTSRANGE 0 16384", "ERR Invalid or out of range slot")]
    [InlineData("SLOTSRANGE -1 1", "ERR Invalid or out of range slot")]
    [InlineData("SLOTSRANGE 2 1", "ERR Start slot number 2 is greater than end slot number 1")]
    [InlineData("ORDERBY foo", "ERR Unrecognized sort metric for ORDERBY.")]
    [InlineData("ORDERBY key-count LIMIT", "ERR syntax error")]
    [InlineData("ORDERBY key-count foo", "ERR syntax error")]
    [InlineData("ORDERBY key-count LIMIT 0", "ERR Limit has to lie in between 1 and 16384 (maximum number of slots).")]
    [InlineData("ORDERBY key-count LIMIT 16385", "ERR Limit has to lie in between 1 and 16384 (maximum number of slots).")]
    [InlineData("ORDERBY key-count LIMIT 2 LIMIT 3", "ERR Multiple filters of the same type are disallowed.")]
    [InlineData("ORDERBY key-count ASC DESC", "ERR Multiple filters of the same type are disallowed.")]
    public void What_is_no_such_question_is_refused(string words, string error)
    {
        (_, NetClient client) = Alone(counts: true);
        Assert.Equal($"-{error}\r\n", client.Run("CLUSTER SLOT-STATS " + words));
    }
}
