using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>Commands that switch or tell something about the connection, and two that have no other test of their own.</summary>
public sealed class ConnectionStateTests
{
    [Theory]
    [InlineData("NO-EVICT")]
    [InlineData("NO-TOUCH")]
    public void A_switch_of_the_connection_takes_on_and_off_and_nothing_else(string name)
    {
        Conversation talk = new();
        Assert.Equal("+OK\r\n", talk.Call("CLIENT", name, "ON"));
        Assert.Equal("+OK\r\n", talk.Call("client", name, "off"));
        Assert.StartsWith("-ERR syntax error", talk.Call("CLIENT", name, "maybe"));
        Assert.StartsWith("-ERR wrong number of arguments", talk.Call("CLIENT", name));
    }

    [Fact]
    public void A_connection_that_tracks_nothing_says_so()
    {
        Conversation talk = new();
        Assert.Equal(":-1\r\n", talk.Call("CLIENT", "GETREDIR"));
        Assert.Equal("*6\r\n$5\r\nflags\r\n*1\r\n$3\r\noff\r\n$8\r\nredirect\r\n:-1\r\n$8\r\nprefixes\r\n*0\r\n", talk.Call("CLIENT", "TRACKINGINFO"));
    }

    [Fact]
    public void The_last_save_is_a_time_in_seconds() => Assert.Matches(@"^:\d+\r\n$", new Conversation().Call("LASTSAVE"));

    [Fact]
    public void Restoring_while_asking_refuses_what_restore_refuses() =>
        Assert.StartsWith("-ERR DUMP payload version or checksum are wrong", new Conversation().Call("RESTORE-ASKING", "key", "0", "not a payload"));
}
