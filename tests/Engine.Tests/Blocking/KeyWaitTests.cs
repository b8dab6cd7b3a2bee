using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Xunit;

namespace Hexad.Engine.Tests.Blocking;

/// <summary>Clients that wait for keys: in which order they are served, and everything else that ends a wait.</summary>
public sealed class KeyWaitTests
{
    private const string NullArray = "*-1\r\n";
    private readonly Family _family = new();
    private readonly NetHost _host;
    private readonly NetClient _first, _second, _other;

    public KeyWaitTests()
    {
        _host = _family.Add(25001);
        BlockingCommands.Teach(_host);
        (_first, _second, _other) = (_host.Connect(), _host.Connect(), _host.Connect());
    }

    [Fact]
    public void A_client_waits_until_somebody_else_makes_its_key()
    {
        Assert.Equal("", _first.Run("TAKE k 0"));
        Assert.Contains("blocked_clients:1\r\n", _other.Run("INFO clients"));
        Assert.Equal("+OK\r\n", _other.Run("SET k v"));
        Assert.Equal("*2\r\n$1\r\nk\r\n$1\r\nv\r\n", _first.Read());
        Assert.Equal(":0\r\n", _other.Run("EXISTS k"));
        Assert.Contains("blocked_clients:0\r\n", _other.Run("INFO clients"));
    }

    [Fact]
    public void Who_waited_longest_is_served_first_and_one_key_serves_one_client()
    {
        _first.Run("TAKE k 0");
        _second.Run("TAKE k 0");
        _other.Run("SET k 1");
        Assert.Equal(Taken("k", "1"), _first.Read());
        Assert.Equal("", _second.Read());
        _first.Run("TAKE k 0");
        _other.Run("SET k 2");
        Assert.Equal(Taken("k", "2"), _second.Read());
        _other.Run("SET k 3");
        Assert.Equal(Taken("k", "3"), _first.Read());
    }

    [Fact]
    public void A_key_in_another_database_or_of_another_name_serves_nobody()
    {
        _first.Run("TAKE k 0");
        _other.Run("SET other 1");
        _other.Run("SELECT 1");
        _other.Run("SET k 1");
        Assert.Equal("", _first.Read());
        Assert.Equal("+OK\r\n", _other.Run("SWAPDB 0 1"));
        Assert.Equal(Taken("k", "1"), _first.Read());
    }

    [Fact]
    public void Of_several_keys_the_first_that_is_there_is_taken_and_the_others_are_waited_for_no_more()
    {
        _first.Run("TAKE a b a 0");
        _other.Run("SET b 1");
        Assert.Equal(Taken("b", "1"), _first.Read());
        _other.Run("SET a 2");
        Assert.Equal("", _first.Read());
        Assert.Equal("$1\r\n2\r\n", _other.Run("GET a"));
    }

    [Fact]
    public void A_renamed_copied_or_moved_key_serves_too()
    {
        _other.Run("SET from 1");
        _first.Run("TAKE k 0");
        _other.Run("RENAME from k");
        Assert.Equal(Taken("k", "1"), _first.Read());
        _first.Run("TAKE k 0");
        _other.Run("SET from 2");
        _other.Run("COPY from k");
        Assert.Equal(Taken("k", "2"), _first.Read());
    }

    [Fact]
    public void Requests_behind_a_blocked_one_wait_with_it_and_follow_when_it_is_served()
    {
        _first.Send("*3\r\n$4\r\nTAKE\r\n$1\r\nk\r\n$1\r\n0\r\n*1\r\n$4\r\nPING\r\n"u8.ToArray());
        Assert.Equal("", _first.Read());
        _other.Run("SET k v");
        Assert.Equal(Taken("k", "v") + "+PONG\r\n", _first.Read());
    }

    [Fact]
    public void When_its_time_is_up_a_client_gets_no_array()
    {
        _first.Run("TAKE k 0.5");
        _second.Run("TAKE k 0.001");
        _family.Net.Run(450);
        Assert.Equal("", _first.Read());
        Assert.Equal(NullArray, _second.Read());
        _family.Net.Run(100);
        Assert.Equal(NullArray, _first.Read());
        _first.SpeakResp3();
        _first.Run("TAKE k 0.01");
        _family.Net.Run(40);
        Assert.Equal("_\r\n", _first.Read());
    }

    [Fact]
    public void A_call_that_blocks_again_keeps_its_place_and_its_deadline()
    {
        _other.Run("SET k stop");
        _first.Run("AWAIT k 1");
        _second.Run("AWAIT k 0");
        for (int i = 0; i < 9; i++)
        {
            _family.Net.Run(100);
            _other.Run("SET k again");
        }

        Assert.Equal("", _first.Read());
        _family.Net.Run(150);
        Assert.Equal(NullArray, _first.Read());
        _other.Run("SET k go");
        Assert.Equal("+OK\r\n", _second.Read());
    }

    [Fact]
    public void Who_wants_to_know_is_told_when_the_key_goes_away()
    {
        foreach (string end in new[] { "DEL k", "FLUSHDB", "RENAME k gone", "PEXPIRE k 1" })
        {
            _other.Run("SET k stop");
            _first.Run("AWAIT k 0");
            _other.Run(end);
            _family.Net.Run(200);
            Assert.Equal("-NOGROUP gone\r\n", _first.Read());
        }
    }

    [Theory]
    [InlineData("x", "-ERR timeout is not a float or out of range\r\n")]
    [InlineData("-1", "-ERR timeout is negative\r\n")]
    [InlineData("1e30", "-ERR timeout is out of range\r\n")]
    [InlineData("-inf", "-ERR timeout is negative\r\n")]
    [InlineData("inf", "-ERR timeout is out of range\r\n")]
    [InlineData("9223372036854775", "-ERR timeout is out of range\r\n")]
    public void A_time_that_is_none_is_refused(string time, string error) => Assert.Equal(error, _first.Run("TAKE k " + time));

    [Fact]
    public void An_operator_ends_a_wait_with_or_without_an_error()
    {
        string id = _first.Run("CLIENT ID")[1..].TrimEnd();
        _first.Run("TAKE k 0");
        Assert.Contains(" flags=b ", _other.Run("CLIENT LIST ID " + id));
        Assert.Equal(":1\r\n", _other.Run("CLIENT UNBLOCK " + id));
        Assert.Equal(NullArray, _first.Read());
        Assert.Equal(":0\r\n", _other.Run("CLIENT UNBLOCK " + id));
        _first.Run("TAKE k 0");
        Assert.Equal(":1\r\n", _other.Run($"CLIENT UNBLOCK {id} ERROR"));
        Assert.Equal("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n", _first.Read());
        _other.Run("SET k v");
        Assert.Equal("", _first.Read());
        Assert.Equal("-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.\r\n", _other.Run($"CLIENT UNBLOCK {id} ERROR x"));
    }

    [Fact]
    public void A_client_that_is_gone_is_not_served()
    {
        string id = _first.Run("CLIENT ID")[1..].TrimEnd();
        _first.Run("TAKE k 1");
        _second.Run("TAKE k 0");
        _other.Run("CLIENT KILL ID " + id);
        _other.Run("SET k v");
        Assert.Equal(Taken("k", "v"), _second.Read());
        _family.Net.Run(2000);
    }

    [Fact]
    public void Nobody_is_served_while_clients_are_held_back()
    {
        _other.Run("SET from 1");
        _first.Run("TAKE k 0");
        _other.Run("CLIENT PAUSE 100000 WRITE");
        Assert.Equal("", _other.Run("RENAME from k"));
        Assert.Equal("", _first.Read());
        _second.Run("CLIENT UNPAUSE");
        Assert.Equal("+OK\r\n", _other.Read());
        Assert.Equal(Taken("k", "1"), _first.Read());
    }

    [Fact]
    public void A_primary_that_becomes_a_replica_sends_those_who_wait_away()
    {
        NetHost primary = _family.Add(25002);
        _first.Run("TAKE k 0");
        _second.Run("WAIT 1 0");
        _other.Run($"REPLICAOF 127.0.0.1 {primary.Port}");
        foreach (NetClient client in new[] { _first, _second })
        {
            Assert.Equal("-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n", client.Read());
            Assert.True(client.IsClosed);
        }
    }

    [Fact]
    public void What_a_served_call_did_reaches_the_replicas_after_what_served_it()
    {
        NetHost replica = _family.Add(25002);
        _family.Follow(replica, _host);
        _first.Run("TAKE k 0");
        _other.Run("SET k v");
        Assert.Equal(Taken("k", "v"), _first.Read());
        _family.AwaitSame(replica, _host);
        Assert.Equal("", Family.Data(replica));
    }

    [Fact]
    public void Who_waits_at_a_replica_sees_a_transaction_of_the_primary_as_a_whole()
    {
        NetHost replica = _family.Add(25002);
        _family.Follow(replica, _host);
        NetClient reader = replica.Connect();
        Assert.Equal("", reader.Run("XREAD BLOCK 0 STREAMS s 0"));
        _other.Run("MULTI");
        _other.Run("XADD s 1-1 a b");
        _other.Run("XADD s 2-1 c d");
        _other.Run("EXEC");
        _family.Net.Run(50);
        string reply = reader.Read();
        Assert.Contains("1-1", reply);
        Assert.Contains("2-1", reply);
    }

    [Fact]
    public void A_call_counts_when_it_ends_and_once()
    {
        _first.Run("TAKE k 0");
        Assert.DoesNotContain("cmdstat_getdel", _other.Run("INFO commandstats"));
        _other.Run("SET k v");
        Assert.Contains("cmdstat_getdel:calls=1,", _other.Run("INFO commandstats"));
    }

    private static string Taken(string key, string value) => $"*2\r\n${key.Length}\r\n{key}\r\n${value.Length}\r\n{value}\r\n";
}
