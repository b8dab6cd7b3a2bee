using System;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Replication.Tests;

public sealed class HandshakeTests
{
    // As recorded from Redis 7.0.15 with its own replicas; the version is what 7.2 says in addition.
    private const string Port = "*3\r\n$8\r\nREPLCONF\r\n$14\r\nlistening-port\r\n$4\r\n7999\r\n";
    private const string Capabilities = "*7\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n$4\r\ncapa\r\n$6\r\npsync2\r\n$4\r\ncapa\r\n$5\r\nhexad\r\n";
    private const string Version = "*3\r\n$8\r\nREPLCONF\r\n$7\r\nversion\r\n$5\r\n7.2.0\r\n";

    [Fact]
    public void A_newcomer_introduces_itself_as_replicas_of_Redis_do()
    {
        Handshake handshake = Begin(new Introduction("", "", 7999, "", default, default, false));
        Assert.Equal("*1\r\n$4\r\nPING\r\n", Sent(handshake));
        Assert.Equal(HandshakeOutcome.More, Receive(handshake, "+PONG\r\n"));
        Assert.Equal(Port + Capabilities + Version, Sent(handshake));
        Assert.Equal(HandshakeOutcome.More, Receive(handshake, "+OK\r\n+OK\r\n"));
        Assert.Equal("", Sent(handshake));
        Assert.Equal(HandshakeOutcome.More, Receive(handshake, "-ERR Unrecognized REPLCONF option: version\r\n"));
        Assert.Equal("*3\r\n$5\r\nPSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n", Sent(handshake));
        byte[] reply = Encoding.ASCII.GetBytes("\n\n+FULLRESYNC 596bed834c7f077042f3550888d2cc43d327cdfd 1006\r\n$EOF:");
        Assert.Equal(HandshakeOutcome.SendsSnapshot, handshake.Receive(reply, out int used));
        Assert.Equal("$EOF:", Encoding.ASCII.GetString(reply.AsSpan(used)));
        Assert.Equal("596bed834c7f077042f3550888d2cc43d327cdfd", handshake.History.ToString());
        Assert.Equal(1006, handshake.Offset.Value);
    }

    [Fact]
    public void One_that_comes_back_names_its_history_and_the_byte_it_wants()
    {
        Assert.True(HexId.TryParse("596bed834c7f077042f3550888d2cc43d327cdfd", out HexId id));
        Handshake handshake = Introduced(new Introduction("", "", 7999, "", new ReplicationId(id), new ReplicationOffset(1909), false));
        Assert.Equal("*3\r\n$5\r\nPSYNC\r\n$40\r\n596bed834c7f077042f3550888d2cc43d327cdfd\r\n$4\r\n1909\r\n", Sent(handshake));
        Assert.Equal(HandshakeOutcome.Continues, Receive(handshake, "+CONTINUE 0123456789abcdef0123456789abcdef01234567\r\n"));
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", handshake.History.ToString());
    }

    [Fact]
    public void An_old_primary_continues_without_naming_a_history()
    {
        Handshake handshake = Introduced(default(Introduction) with { User = "", Password = "", AnnouncedAddress = "" });
        Sent(handshake);
        Assert.Equal(HandshakeOutcome.Continues, Receive(handshake, "+CONTINUE\r\n"));
        Assert.True(handshake.History.IsNone);
    }

    [Fact]
    public void Password_user_and_address_are_told_first()
    {
        Handshake handshake = Begin(new Introduction("me", "secret", 1, "10.0.0.1", default, default, false));
        Sent(handshake);
        Receive(handshake, "-NOAUTH Authentication required.\r\n");
        string said = Sent(handshake);
        Assert.StartsWith("*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$6\r\nsecret\r\n", said, StringComparison.Ordinal);
        Assert.Contains("$10\r\nip-address\r\n$8\r\n10.0.0.1\r\n", said, StringComparison.Ordinal);
        Assert.Equal(HandshakeOutcome.Failed, Receive(handshake, "-WRONGPASS invalid username-password pair\r\n"));
    }

    [Theory]
    [InlineData("-NOMASTERLINK Can't SYNC while not connected with my master\r\n", HandshakeOutcome.TryLater)]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n", HandshakeOutcome.TryLater)]
    [InlineData("+FULLRESYNC nonsense\r\n", HandshakeOutcome.Failed)]
    [InlineData("+CONTINUE nonsense\r\n", HandshakeOutcome.Failed)]
    [InlineData(":1\r\n", HandshakeOutcome.Failed)]
    public void Other_replies_to_PSYNC_are_told_apart(string reply, HandshakeOutcome expected)
    {
        Handshake handshake = Introduced(new Introduction("", "", 1, "", default, default, false));
        Sent(handshake);
        Assert.Equal(expected, Receive(handshake, reply));
        Assert.NotEqual("", handshake.Fault);
    }

    [Fact]
    public void A_primary_without_PSYNC_is_asked_with_SYNC()
    {
        Handshake handshake = Introduced(new Introduction("", "", 1, "", default, default, false));
        Sent(handshake);
        Assert.Equal(HandshakeOutcome.SendsSnapshot, Receive(handshake, "-ERR unknown command 'PSYNC'\r\n"));
        Assert.Equal("SYNC\r\n", Sent(handshake));
        Assert.True(handshake.IsOld);
    }

    [Fact]
    public void A_primary_that_refuses_the_greeting_is_left()
    {
        Handshake handshake = Begin(new Introduction("", "", 1, "", default, default, false));
        Assert.Equal(HandshakeOutcome.Failed, Receive(handshake, "-DENIED Redis is running in protected mode\r\n"));
    }

    private static Handshake Begin(Introduction introduction)
    {
        var handshake = new Handshake(introduction);
        handshake.Begin();
        return handshake;
    }

    private static Handshake Introduced(Introduction introduction)
    {
        Handshake handshake = Begin(introduction);
        Receive(handshake, "+PONG\r\n");
        Sent(handshake);
        Receive(handshake, "+OK\r\n+OK\r\n+OK\r\n");
        return handshake;
    }

    private static HandshakeOutcome Receive(Handshake handshake, string text) => handshake.Receive(Encoding.ASCII.GetBytes(text), out _);

    private static string Sent(Handshake handshake) => Encoding.ASCII.GetString(handshake.TakeToSend());
}
