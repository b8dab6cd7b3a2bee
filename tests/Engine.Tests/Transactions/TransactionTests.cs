using System.Text;
using Hexad.Engine.Tests.Blocking;
using Hexad.Engine.Tests.Cluster;
using Hexad.Engine.Tests.Replication;
using Xunit;

namespace Hexad.Engine.Tests.Transactions;

/// <summary>MULTI, EXEC and DISCARD: what is queued, what spoils it, and how it runs.</summary>
public sealed class TransactionTests
{
    private const string Queued = "+QUEUED\r\n";
    private const string Aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n";
    private readonly Family _family = new();
    private readonly NetHost _host;
    private readonly NetClient _client, _other;

    public TransactionTests()
    {
        _host = _family.Add(25011);
        (_client, _other) = (_host.Connect(), _host.Connect());
    }

    [Fact]
    public void Queued_calls_run_at_exec_and_their_replies_come_together()
    {
        Assert.Equal("+OK\r\n", _client.Run("MULTI"));
        Assert.Equal(Queued, _client.Run("SET k 1"));
        Assert.Equal(Queued, _client.Run("INCR k"));
        Assert.Equal("$-1\r\n", _other.Run("GET k"));
        Assert.Contains(" flags=x db=0 sub=0 psub=0 ssub=0 multi=2 ", _other.Run("CLIENT LIST"));
        Assert.Equal("*2\r\n+OK\r\n:2\r\n", _client.Run("EXEC"));
        Assert.Equal("$1\r\n2\r\n", _other.Run("GET k"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", _client.Run("EXEC"));
    }

    [Fact]
    public void An_empty_transaction_answers_with_an_empty_array()
    {
        _client.Run("MULTI");
        Assert.Equal("*0\r\n", _client.Run("EXEC"));
    }

    [Fact]
    public void Discard_forgets_what_was_queued()
    {
        Assert.Equal("-ERR DISCARD without MULTI\r\n", _client.Run("DISCARD"));
        _client.Run("MULTI");
        _client.Run("SET k 1");
        Assert.Equal("+OK\r\n", _client.Run("DISCARD"));
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
    }

    [Fact]
    public void Multi_and_watch_within_multi_are_refused_and_spoil_nothing()
    {
        _client.Run("MULTI");
        Assert.Equal("-ERR MULTI calls can not be nested\r\n", _client.Run("MULTI"));
        Assert.Equal("-ERR WATCH inside MULTI is not allowed\r\n", _client.Run("WATCH k"));
        Assert.Equal("*0\r\n", _client.Run("EXEC"));
    }

    [Theory]
    [InlineData("NOSUCH", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n")]
    [InlineData("SET k", "-ERR wrong number of arguments for 'set' command\r\n")]
    [InlineData("SAVE", "-ERR Command not allowed inside a transaction\r\n")]
    public void A_call_that_is_refused_spoils_the_transaction(string bad, string error)
    {
        _client.Run("MULTI");
        _client.Run("SET k 1");
        Assert.Equal(error, _client.Run(bad));
        Assert.Equal(Queued, _client.Run("SET k 2"));
        Assert.Equal(Aborted, _client.Run("EXEC"));
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        Assert.Equal("+PONG\r\n", _client.Run("PING"));
    }

    [Fact]
    public void A_call_that_fails_at_exec_stops_nothing_and_counts_once()
    {
        _client.Run("SET k text");
        _client.Run("MULTI");
        _client.Run("INCR k");
        _client.Run("SET other 1");
        Assert.Equal("*2\r\n-ERR value is not an integer or out of range\r\n+OK\r\n", _client.Run("EXEC"));
        Assert.Contains("errorstat_ERR:count=1\r\n", _client.Run("INFO errorstats"));
        string stats = _client.Run("INFO commandstats");
        Assert.Matches("cmdstat_incr:calls=1,.*failed_calls=1\r\n", stats);
        Assert.Matches("cmdstat_exec:calls=1,.*failed_calls=0\r\n", stats);
    }

    [Fact]
    public void Reset_quit_and_the_end_of_the_connection_discard()
    {
        _client.Run("MULTI");
        _client.Run("SET k 1");
        Assert.Equal("+RESET\r\n", _client.Run("RESET"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", _client.Run("EXEC"));
        _client.Run("MULTI");
        _client.Run("SET k 1");
        Assert.Equal("+OK\r\n", _client.Run("QUIT"));
        Assert.True(_client.IsClosed);
        Assert.Equal("$-1\r\n", _other.Run("GET k"));
    }

    [Fact]
    public void The_replies_may_be_switched_off_and_on_within_it()
    {
        _client.Run("MULTI");
        _client.Run("CLIENT REPLY OFF");
        _client.Run("SET k 1");
        Assert.Equal("*2\r\n", _client.Run("EXEC"));
        Assert.Equal("", _client.Run("PING"));
        Assert.Equal("+OK\r\n", _client.Run("CLIENT REPLY ON"));
    }

    [Fact]
    public void A_change_of_protocol_within_it_holds_for_what_follows()
    {
        _client.Run("MULTI");
        _client.Run("GET none");
        _client.Run("HELLO 3");
        _client.Run("GET none");
        string reply = _client.Run("EXEC");
        Assert.StartsWith("*3\r\n$-1\r\n%7\r\n", reply);
        Assert.EndsWith("_\r\n", reply);
    }

    [Fact]
    public void Another_database_holds_for_the_calls_behind_it_and_afterwards()
    {
        _client.Run("MULTI");
        _client.Run("SET k 0");
        _client.Run("SELECT 3");
        _client.Run("SET k 3");
        _client.Run("EXEC");
        Assert.Equal("$1\r\n3\r\n", _client.Run("GET k"));
        Assert.Equal("$1\r\n0\r\n", _other.Run("GET k"));
    }

    [Fact]
    public void A_blocking_call_does_not_block_within_it_and_those_who_wait_are_served_after_it()
    {
        BlockingCommands.Teach(_host);
        _client.Run("MULTI");
        _client.Run("TAKE k 0");
        _client.Run("WAIT 1 0");
        Assert.Equal("*2\r\n*-1\r\n:0\r\n", _client.Run("EXEC"));
        _other.Run("TAKE k 0");
        _client.Run("MULTI");
        _client.Run("SET k 1");
        _client.Run("DEL k");
        _client.Run("SET k 2");
        Assert.Equal("*3\r\n+OK\r\n:1\r\n+OK\r\n", _client.Run("EXEC"));
        Assert.Equal("*2\r\n$1\r\nk\r\n$1\r\n2\r\n", _other.Read());
    }

    [Fact]
    public void A_call_that_is_answered_later_stops_exec_which_goes_on_in_place()
    {
        _client.Run("MULTI");
        _client.Run("SET k 1");
        _client.Run("CONFIG REWRITE");
        _client.Run("GET k");
        string reply = _family.Run(_host, "PING");
        Assert.Equal("+PONG\r\n", reply);
        reply = _client.Run("EXEC");
        _family.Net.Run(50);
        reply += _client.Read();
        Assert.StartsWith("*3\r\n+OK\r\n", reply);
        Assert.EndsWith("$1\r\n1\r\n", reply);
        Assert.Equal("+PONG\r\n", _client.Run("PING"));
    }

    [Fact]
    public void Several_writes_reach_the_replicas_as_one_transaction_and_one_as_itself()
    {
        NetHost replica = _family.Add(25012);
        _family.Follow(replica, _host);
        long before = _host.Node.Replication.Offset.Value;
        Transact("GET k", "SET k 1");
        Assert.Equal("SELECT 0 SET k 1", Stream(before));
        before = _host.Node.Replication.Offset.Value;
        Transact("SET a 1", "SELECT 5", "SET b 2", "EXPIRE b 100", "GET b");
        string stream = Stream(before);
        Assert.StartsWith("MULTI SET a 1 SELECT 5 SET b 2 PEXPIREAT b ", stream);
        Assert.EndsWith(" EXEC", stream);
        before = _host.Node.Replication.Offset.Value;
        Transact("SELECT 6", "SET d 1", "SET e 2");
        Assert.Equal("MULTI SELECT 6 SET d 1 SET e 2 EXEC", Stream(before));
        Transact("SET c 1");
        before = _host.Node.Replication.Offset.Value;
        Transact("GET a", "PING");
        Assert.Equal("", Stream(before));
        _family.AwaitSame(replica, _host);
    }

    [Fact]
    public void Writes_of_a_transaction_are_refused_where_writes_are_refused_reads_are_not()
    {
        NetHost replica = _family.Add(25012);
        _client.Run("MULTI");
        _client.Run("SET k 1");
        _other.Run($"REPLICAOF 127.0.0.1 {replica.Port}");
        Assert.Equal("-EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.\r\n", _client.Run("EXEC"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", _client.Run("EXEC"));
        _client.Run("MULTI");
        Assert.Equal("-READONLY You can't write against a read only replica.\r\n", _client.Run("SET k 1"));
        Assert.Equal(Aborted, _client.Run("EXEC"));
        _client.Run("MULTI");
        _client.Run("GET k");
        Assert.Equal("*1\r\n$-1\r\n", _client.Run("EXEC"));
    }

    [Fact]
    public void What_refuses_exec_ends_the_transaction_and_is_named()
    {
        _client.Run("MULTI");
        Assert.Equal("-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n", _client.Run("EXEC x"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", _client.Run("EXEC"));
        _client.Run("MULTI");
        _client.Run("GET k");
        _other.Run("REPLICAOF 127.0.0.1 1");
        _other.Run("CONFIG SET replica-serve-stale-data no");
        Assert.Equal("-EXECABORT Transaction discarded because of: MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n", _client.Run("EXEC"));
    }

    [Fact]
    public void A_client_that_ends_itself_within_it_gets_no_more_replies()
    {
        _client.Run("MULTI");
        _client.Run("CLIENT KILL TYPE normal SKIPME no");
        _client.Run("PING");
        Assert.Equal("*2\r\n:2\r\n", _client.Run("EXEC"));
        Assert.True(_client.IsClosed);
    }

    [Fact]
    public void Monitoring_cannot_begin_within_it_and_the_command_that_runs_is_exec()
    {
        _client.Run("MULTI");
        _client.Run("MONITOR");
        _client.Run("CLIENT INFO");
        string reply = _client.Run("EXEC");
        Assert.StartsWith("*2\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n", reply);
        Assert.Contains(" cmd=exec ", reply);
    }

    [Fact]
    public void Memory_that_is_short_refuses_every_call_but_those_that_end_the_transaction()
    {
        _client.Run("SET k 1");
        _client.Run("MULTI");
        _client.Run("SET k 2");
        _other.Run("CONFIG SET maxmemory 1");
        Assert.Equal("-OOM command not allowed when used memory > 'maxmemory'.\r\n", _client.Run("PING"));
        Assert.Equal("-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'.\r\n", _client.Run("EXEC"));
        _client.Run("MULTI");
        Assert.Equal("+OK\r\n", _client.Run("DISCARD"));
        Assert.Equal("$1\r\n1\r\n", _client.Run("GET k"));
    }

    [Fact]
    public void A_pause_of_writers_holds_a_transaction_that_writes_until_it_ends()
    {
        _client.Run("MULTI");
        _client.Run("SET k 1");
        _other.Run("CLIENT PAUSE 100000 WRITE");
        Assert.Equal("", _client.Run("EXEC"));
        Assert.Equal("$-1\r\n", _other.Run("GET k"));
        _other.Run("CLIENT UNPAUSE");
        Assert.Equal("*1\r\n+OK\r\n", _client.Read());
    }

    [Fact]
    public void Monitors_see_the_calls_when_they_run_and_exec_after_them()
    {
        _other.Run("MONITOR");
        _client.Run("MULTI");
        _client.Run("SET k 1");
        _client.Run("EXEC");
        string seen = _other.Read();
        Assert.Matches("(?s)\"MULTI\".*\"SET\" \"k\" \"1\".*\"EXEC\"", seen);
        Assert.Equal(3, seen.Split('\n').Length - 1);
    }

    private void Transact(params string[] lines)
    {
        _client.Run("MULTI");
        foreach (string line in lines) Assert.Equal(Queued, _client.Run(line));
        Assert.DoesNotContain("EXECABORT", _client.Run("EXEC"));
    }

    // The words of the replication stream from a place on.
    private string Stream(long from)
    {
        var backlog = _host.Node.Replication.Backlog!;
        string text = "";
        while (from < backlog.End.Value)
        {
            System.ReadOnlySpan<byte> part = backlog.From(new Hexad.Core.ReplicationOffset(from));
            text += Encoding.Latin1.GetString(part);
            from += part.Length;
        }

        var words = new StringBuilder();
        foreach (string line in text.Split("\r\n"))
            if (line.Length > 0 && line[0] != '*' && line[0] != '$') words.Append(' ').Append(line);
        return words.ToString().Trim();
    }
}
