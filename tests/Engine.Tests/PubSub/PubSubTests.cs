using System;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Introspection;
using Hexad.Engine.Tests.Replication;
using Hexad.Wire.Bus;
using Xunit;

namespace Hexad.Engine.Tests.PubSub;

/// <summary>Publishers and subscribers of one node, of a replica, and of a cluster.</summary>
public sealed class PubSubTests
{
    private readonly Family _family = new();
    private readonly NetHost _host;
    private readonly NetClient _listener, _other;

    public PubSubTests()
    {
        _host = _family.Add(25031);
        (_listener, _other) = (_host.Connect(), _host.Connect());
    }

    [Fact]
    public void Subscribing_is_answered_with_the_channel_and_how_many_there_are_now()
    {
        Assert.Equal(Told("subscribe", "a", 1) + Told("subscribe", "b", 2) + Told("subscribe", "a", 2), _listener.Run("SUBSCRIBE a b a"));
        Assert.Equal(Told("psubscribe", "a*", 3), _listener.Run("PSUBSCRIBE a*"));
        Assert.Equal(Told("ssubscribe", "a", 1), _listener.Run("SSUBSCRIBE a"));
        Assert.Equal(Told("unsubscribe", "a", 2) + Told("unsubscribe", "none", 2), _listener.Run("UNSUBSCRIBE a none"));
        Assert.Equal(Told("unsubscribe", "b", 1), _listener.Run("UNSUBSCRIBE"));
        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:1\r\n", _listener.Run("UNSUBSCRIBE"));
        Assert.Equal(Told("punsubscribe", "a*", 0), _listener.Run("PUNSUBSCRIBE"));
        Assert.Equal(Told("sunsubscribe", "a", 0), _listener.Run("SUNSUBSCRIBE"));
        Assert.Equal("+PONG\r\n", _listener.Run("PING"));
    }

    [Fact]
    public void A_message_reaches_those_of_the_channel_and_then_those_of_matching_patterns()
    {
        NetClient pattern = _host.Connect();
        _listener.Run("SUBSCRIBE news other");
        pattern.Run("PSUBSCRIBE n?ws n* x*");
        Assert.Equal(":3\r\n", _other.Run("PUBLISH news hello"));
        Assert.Equal("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n", _listener.Read());
        string seen = pattern.Read();
        Assert.Contains("*4\r\n$8\r\npmessage\r\n$4\r\nn?ws\r\n$4\r\nnews\r\n$5\r\nhello\r\n", seen);
        Assert.Contains("*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$5\r\nhello\r\n", seen);
        Assert.Equal(":0\r\n", _other.Run("PUBLISH zzz hello"));
        Assert.Equal(":0\r\n", _other.Run("SPUBLISH news hello"));
        _other.Run("SSUBSCRIBE news");
        Assert.Equal(":1\r\n", _family.Run(_host, "SPUBLISH news hello"));
        Assert.Equal("*3\r\n$8\r\nsmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n", _other.Read());
    }

    [Fact]
    public void In_resp3_messages_are_pushes_and_everything_else_may_be_run()
    {
        _listener.SpeakResp3();
        Assert.Equal(">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n", _listener.Run("SUBSCRIBE a"));
        Assert.Equal("+PONG\r\n", _listener.Run("PING"));
        _other.Run("PUBLISH a x");
        Assert.Equal(">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n", _listener.Read());
        Assert.Equal(">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n", _listener.Run("UNSUBSCRIBE"));
        Assert.Equal(">3\r\n$11\r\nunsubscribe\r\n_\r\n:0\r\n", _listener.Run("UNSUBSCRIBE"));
    }

    [Fact]
    public void In_resp2_a_listener_may_do_little_else()
    {
        _listener.Run("SUBSCRIBE a");
        Assert.Equal("-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n", _listener.Run("GET k"));
        Assert.Equal("-ERR Can't execute 'client|id': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n", _listener.Run("CLIENT ID"));
        Assert.Equal("*2\r\n$4\r\npong\r\n$0\r\n\r\n", _listener.Run("PING"));
        Assert.Equal("*2\r\n$4\r\npong\r\n$2\r\nhi\r\n", _listener.Run("PING hi"));
        Assert.Equal("+RESET\r\n", _listener.Run("RESET"));
        Assert.Equal("$-1\r\n", _listener.Run("GET k"));
        Assert.Equal(":0\r\n", _other.Run("PUBLISH a x"));
    }

    [Fact]
    public void What_a_listener_publishes_to_itself_comes_behind_the_reply()
    {
        const string Message = ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n";
        _listener.SpeakResp3();
        _listener.Run("SUBSCRIBE a");
        Assert.Equal(":1\r\n" + Message, _listener.Run("PUBLISH a x"));
        _listener.Run("MULTI");
        _listener.Run("PING");
        _listener.Run("PUBLISH a x");
        _listener.Run("PING");
        Assert.Equal("*3\r\n+PONG\r\n:1\r\n+PONG\r\n" + Message, _listener.Run("EXEC"));
    }

    [Fact]
    public void Messages_and_answers_about_subscriptions_come_though_replies_are_off()
    {
        _listener.SpeakResp3();
        _listener.Run("CLIENT REPLY OFF");
        Assert.StartsWith(">3\r\n$9\r\nsubscribe\r\n", _listener.Run("SUBSCRIBE a"));
        Assert.Equal("", _listener.Run("PING"));
        _other.Run("PUBLISH a x");
        Assert.Equal(">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n", _listener.Read());
    }

    [Fact]
    public void It_can_be_asked_what_is_subscribed_to()
    {
        _listener.Run("SUBSCRIBE a b");
        _listener.Run("PSUBSCRIBE p* q*");
        _listener.Run("SSUBSCRIBE s");
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\nb\r\n", _other.Run("PUBSUB CHANNELS"));
        Assert.Equal("*1\r\n$1\r\nb\r\n", _other.Run("PUBSUB CHANNELS [b-z]"));
        Assert.Equal("*4\r\n$1\r\na\r\n:1\r\n$4\r\nnone\r\n:0\r\n", _other.Run("PUBSUB NUMSUB a none"));
        Assert.Equal("*0\r\n", _other.Run("PUBSUB NUMSUB"));
        Assert.Equal(":2\r\n", _other.Run("PUBSUB NUMPAT"));
        Assert.Equal("*1\r\n$1\r\ns\r\n", _other.Run("PUBSUB SHARDCHANNELS"));
        Assert.Equal("*2\r\n$1\r\ns\r\n:1\r\n", _other.Run("PUBSUB SHARDNUMSUB s"));
        Assert.Equal("-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.\r\n", _other.Run("PUBSUB CHANNELS a b"));
        Assert.StartsWith("*", _other.Run("PUBSUB HELP"));
        string stats = _other.Run("INFO stats");
        Assert.Contains("pubsub_channels:2\r\npubsub_patterns:2\r\npubsubshard_channels:1\r\n", stats);
        Assert.Contains(" flags=P db=0 sub=2 psub=2 ssub=1 ", _other.Run("CLIENT LIST TYPE PUBSUB"));
        Assert.Equal(":1\r\n", _other.Run("CLIENT KILL TYPE pubsub"));
        Assert.Equal("*0\r\n", _other.Run("PUBSUB CHANNELS"));
        Assert.Equal(":0\r\n", _other.Run("PUBSUB NUMPAT"));
    }

    [Fact]
    public void Subscribing_within_a_transaction_works_but_not_to_a_channel_of_the_shard()
    {
        _listener.Run("MULTI");
        _listener.Run("SUBSCRIBE a");
        _listener.Run("SSUBSCRIBE s");
        Assert.Equal("*2\r\n" + Told("subscribe", "a", 1) + "-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client\r\n", _listener.Run("EXEC"));
    }

    [Fact]
    public void A_listener_that_does_not_read_is_sent_away_when_it_passes_its_classes_limit()
    {
        _host.Node.Options.ClientOutputBufferLimits = Limits("normal 0 0 0 replica 0 0 0 pubsub 10000 0 0");
        _host.Node.Sessions.ReadOutputLimits();
        _listener.Run("SUBSCRIBE a");
        string message = new('x', 4000);
        Assert.Equal(":1\r\n", _other.Run("PUBLISH a " + message));
        Assert.False(_listener.IsClosed);
        _other.Run("PUBLISH a " + message);
        Assert.Equal(":1\r\n", _other.Run("PUBLISH a " + message));
        Assert.True(_listener.IsClosed);
        Assert.Equal(":0\r\n", _other.Run("PUBLISH a " + message));
    }

    [Fact]
    public void Outside_of_cluster_mode_messages_reach_the_replicas_listeners()
    {
        NetHost replica = _family.Add(25032);
        _family.Follow(replica, _host);
        NetClient there = replica.Connect();
        there.Run("SUBSCRIBE a");
        there.Run("SSUBSCRIBE s");
        Assert.Equal(":0\r\n", _other.Run("PUBLISH a x"));
        Assert.Equal(":0\r\n", _other.Run("SPUBLISH s y"));
        _family.Net.Run(20);
        Assert.Equal("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n*3\r\n$8\r\nsmessage\r\n$1\r\ns\r\n$1\r\ny\r\n", there.Read());
    }

    [Fact]
    public void In_a_cluster_a_message_reaches_every_node_and_a_shards_message_its_shard_only()
    {
        NodeNet net = NetScene.Three();
        net.Run(2_000); // Until every node has its link to every other.
        NetClient first = net.Hosts[0].Connect(), third = net.Hosts[2].Connect(), publisher = net.Hosts[1].Connect();
        third.Run("SUBSCRIBE a");
        Assert.Equal(":0\r\n", publisher.Run("PUBLISH a x"));
        net.Run(20);
        Assert.Equal("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n", third.Read());
        Assert.Equal("-MOVED 12182 127.0.0.1:7003\r\n", first.Run("SSUBSCRIBE foo"));
        Assert.Equal("-CROSSSLOT Keys in request don't hash to the same slot\r\n", first.Run("SSUBSCRIBE foo bar"));
        Assert.Equal("-MOVED 12182 127.0.0.1:7003\r\n", first.Run("SPUBLISH foo x"));
        third.Run("SSUBSCRIBE foo");
        NetClient home = net.Hosts[2].Connect();
        Assert.Equal(":1\r\n", home.Run("SPUBLISH foo x"));
        Assert.Equal("*3\r\n$8\r\nsmessage\r\n$3\r\nfoo\r\n$1\r\nx\r\n", third.Read());
    }

    [Fact]
    public void A_shards_message_reaches_the_listeners_of_its_replicas_and_those_of_no_other_shard()
    {
        NodeNet net = NetScene.Three();
        NetHost replica = net.Add(7004);
        net.Run(100);
        NetClient there = replica.Connect();
        there.Run("CLUSTER MEET 127.0.0.1 7003");
        net.Run(3_000);
        Assert.Equal("+OK\r\n", there.Run("CLUSTER REPLICATE " + NetScene.Id(net.Hosts[2])));
        net.Run(3_000);
        Assert.Equal(Told("ssubscribe", "foo", 1), there.Run("SSUBSCRIBE foo"));
        Assert.StartsWith("-MOVED 15495 ", net.Hosts[0].Connect().Run("SSUBSCRIBE a"));
        Assert.Equal(":0\r\n", net.Hosts[2].Connect().Run("SPUBLISH foo x"));
        net.Run(20);
        Assert.Equal("*3\r\n$8\r\nsmessage\r\n$3\r\nfoo\r\n$1\r\nx\r\n", there.Read());
        Assert.Equal(":1\r\n", replica.Connect().Run("SPUBLISH foo y"));
    }

    [Fact]
    public void When_a_slot_goes_to_another_shard_those_who_listen_to_its_channels_are_told()
    {
        NodeNet net = NetScene.Three();
        NetHost source = net.Hosts[2], target = net.Hosts[0];
        NetClient listener = source.Connect(), to = target.Connect();
        listener.Run("SSUBSCRIBE foo");
        listener.Run("SSUBSCRIBE a");
        to.Run($"CLUSTER SETSLOT 12182 IMPORTING {NetScene.Id(source)}");
        to.Run($"CLUSTER SETSLOT 12182 NODE {NetScene.Id(target)}");
        net.Run(1_000);
        Assert.Equal(Told("sunsubscribe", "foo", 1), listener.Read());
        Assert.Equal("*1\r\n$1\r\na\r\n", source.Connect().Run("PUBSUB SHARDCHANNELS"));
        Assert.Equal(Told("sunsubscribe", "a", 0), listener.Run("SUNSUBSCRIBE a"));
    }

    [Theory]
    [InlineData("CLUSTER FAILOVER")]
    [InlineData("CLUSTER FAILOVER FORCE")]
    [InlineData("CLUSTER FAILOVER TAKEOVER")]
    public void When_a_replica_takes_over_those_who_listen_to_the_shards_channels_are_told_and_may_listen_again(string failover)
    {
        NodeNet net = NetScene.Three();
        NetHost primary = net.Hosts[2], replica = net.Add(7004), sibling = net.Add(7005);
        net.Run(100);
        foreach (NetHost host in new[] { replica, sibling }) host.Connect().Run("CLUSTER MEET 127.0.0.1 7003");
        net.Run(3_000);
        foreach (NetHost host in new[] { replica, sibling }) Assert.Equal("+OK\r\n", host.Connect().Run("CLUSTER REPLICATE " + NetScene.Id(primary)));
        net.Run(3_000);
        NetHost[] shard = [primary, replica, sibling];
        NetClient[] listeners = Array.ConvertAll(shard, static host => host.Connect());
        foreach (NetClient listener in listeners) Assert.Equal(Told("ssubscribe", "foo", 1), listener.Run("SSUBSCRIBE foo"));
        Assert.Equal("+OK\r\n", replica.Connect().Run(failover));
        net.Run(3_000);
        Assert.Equal(NetScene.Machine(replica).Myself.Id, NetScene.Machine(primary).Myself.Primary?.Id);
        foreach (NetClient listener in listeners) Assert.Equal(Told("sunsubscribe", "foo", 0), listener.Read());
        foreach (NetClient listener in listeners) Assert.Equal(Told("ssubscribe", "foo", 1), listener.Run("SSUBSCRIBE foo"));
        Assert.Equal(":1\r\n", replica.Connect().Run("SPUBLISH foo x"));
        net.Run(50);
        foreach (NetClient listener in listeners) Assert.Equal("*3\r\n$8\r\nsmessage\r\n$3\r\nfoo\r\n$1\r\nx\r\n", listener.Read());
    }

    [Theory]
    [InlineData("CLUSTER DELSLOTS 12182")]
    [InlineData("CLUSTER RESET SOFT")]
    public void When_a_slot_is_given_up_those_who_listen_to_its_channels_are_told(string command)
    {
        NodeNet net = NetScene.Three();
        NetClient listener = net.Hosts[2].Connect();
        listener.Run("SSUBSCRIBE foo");
        Assert.Equal("+OK\r\n", net.Hosts[2].Connect().Run(command));
        Assert.Equal(Told("sunsubscribe", "foo", 0), listener.Read());
    }

    [Fact]
    public void Gossip_goes_before_messages_that_fill_a_link_of_the_bus()
    {
        Conversation talk = new();
        var link = new Link(LinkKind.BusOutbound, talk.Node.Segments);
        var bus = new BusLink(talk.Node, null!, null!, 1, link);
        byte[] message = PacketWriter.LightPublish(PacketType.Publish, "channel"u8, new byte[1000]);
        for (int i = 0; i < 5000; i++) bus.Send(message);
        Assert.InRange(link.Output.Length, 256 * 1024, 258 * 1024);
        Assert.Equal(5000L * message.Length, bus.QueuedBytes);
        Assert.True(link.WantsDrained);
        byte[] ping = new byte[2256];
        long before = link.Output.Length;
        bus.Send(ping);
        Assert.Equal(before + ping.Length, link.Output.Length);
        long sent = 0;
        while (bus.QueuedBytes > 0)
        {
            sent += link.Output.Length;
            link.Output.Consume(link.Output.Length);
            bus.Drained(link);
        }

        Assert.Equal(5000L * message.Length + ping.Length, sent);
        Assert.False(link.WantsDrained);
    }

    private static Options.OutputBufferLimits Limits(string text)
    {
        Assert.Null(Options.OutputBufferLimits.TryParse(text.Split(' '), null, Options.OptionSource.Client, out Options.OutputBufferLimits limits));
        return limits;
    }

    private static string Told(string what, string name, int count) => $"*3\r\n${what.Length}\r\n{what}\r\n${name.Length}\r\n{name}\r\n:{count}\r\n";
}
