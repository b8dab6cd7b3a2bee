using System;
using Hexad.Engine;
using Hexad.Engine.Seam;
using Hexad.Options;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class ServerTests
{
    private readonly TestNode _node = new(o => o.EnableDebugCommand = ProtectedAction.Yes);
    private readonly TestClient _client;

    public ServerTests() => _client = _node.Connect();

    [Fact]
    public void Info_has_the_sections_asked_for()
    {
        string all = _client.Run("INFO everything");
        foreach (string section in (ReadOnlySpan<string>)["Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules", "Commandstats", "Errorstats", "Latencystats", "Cluster", "Keyspace"])
            Assert.Contains($"# {section}\r\n", all, StringComparison.Ordinal);
        Assert.Contains("redis_version:7.2.6\r\nserver_name:hexad\r\nhexad_version:", all, StringComparison.Ordinal);
        string some = _client.Run("INFO cpu KEYSPACE");
        Assert.Contains("# CPU\r\n", some, StringComparison.Ordinal);
        Assert.Contains("# Keyspace\r\n", some, StringComparison.Ordinal);
        Assert.DoesNotContain("# Server", some, StringComparison.Ordinal);
        Assert.DoesNotContain("# Commandstats", _client.Run("INFO"), StringComparison.Ordinal);
        Assert.Equal("$0\r\n\r\n", _client.Run("INFO nonsense"));
    }

    [Fact]
    public void Calls_errors_and_keys_are_counted()
    {
        _client.Run("SET k v");
        _client.Run("INCR k");
        _client.Run("SET k");
        _client.Run("NONSENSE");
        _client.Run("GET k");
        _client.Run("GET x");
        string info = _client.Run("INFO everything");
        Assert.Contains("\r\ncmdstat_set:calls=1,usec=1,usec_per_call=1.00,rejected_calls=1,failed_calls=0\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ncmdstat_incr:calls=1,usec=1,usec_per_call=1.00,rejected_calls=0,failed_calls=1\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nerrorstat_ERR:count=3\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\ntotal_error_replies:3\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nkeyspace_hits:1\r\nkeyspace_misses:1\r\n", info, StringComparison.Ordinal);
        Assert.Contains("\r\nlatency_percentiles_usec_set:p50=", info, StringComparison.Ordinal);
        Assert.Contains("\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n", info, StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", _client.Run("CONFIG RESETSTAT"));
        Assert.DoesNotContain("cmdstat_set", _client.Run("INFO commandstats"), StringComparison.Ordinal);
    }

    [Fact]
    public void Time_is_that_of_the_step() => Assert.Equal("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n", _client.Run("TIME"));

    [Fact]
    public void Slow_calls_are_kept_without_secrets()
    {
        var node = new TestNode(o => o.SlowlogLogSlowerThanUs = 0);
        TestClient client = node.Connect();
        client.Run("CLIENT SETNAME bob");
        client.Run("AUTH default secret");
        client.Call("SET", "k", new string('x', 200));
        Assert.Equal(":3\r\n", client.Run("SLOWLOG LEN"));
        string log = client.Run("SLOWLOG GET 3");
        Assert.Contains("... (72 more bytes)", log, StringComparison.Ordinal);
        Assert.Contains("$10\r\n(redacted)\r\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        Assert.Contains("$15\r\n127.0.0.1:40001\r\n$3\r\nbob\r\n", log, StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", client.Run("SLOWLOG RESET"));
        Assert.Equal("-ERR count should be greater than or equal to -1\r\n", client.Run("SLOWLOG GET -2"));
        client.Run("CONFIG SET slowlog-log-slower-than -1");
        client.Run("SLOWLOG RESET");
        client.Run("PING");
        Assert.Equal(":0\r\n", client.Run("SLOWLOG LEN"));
    }

    [Fact]
    public void Digests_tell_data_apart()
    {
        Assert.Equal("+0000000000000000000000000000000000000000\r\n", _client.Run("DEBUG DIGEST"));
        _client.Run("SET k v");
        string one = _client.Run("DEBUG DIGEST");
        _client.Run("SET k w");
        Assert.NotEqual(one, _client.Run("DEBUG DIGEST"));
        _client.Run("SET k v");
        Assert.Equal(one, _client.Run("DEBUG DIGEST"));
        _client.Run("EXPIRE k 100");
        Assert.NotEqual(one, _client.Run("DEBUG DIGEST"));
        Assert.StartsWith("*2\r\n+", _client.Run("DEBUG DIGEST-VALUE k none"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_of_an_unknown_command_is_shown_up_to_its_first_zero_byte() =>
        Assert.Equal("-ERR unknown command 'FOO', with args beginning with: 'a' 'b' \r\n", _client.Call("FOO", "a\0x", "b"));

    [Fact]
    public void The_digest_is_that_of_a_real_server()
    {
        _client.Run("MSET a 1 b two");
        Assert.Equal("+aee16f808fe8d4687ee30488c22193d44b345216\r\n", _client.Run("DEBUG DIGEST"));
    }

    [Fact]
    public void Debug_needs_to_be_allowed()
    {
        var node = new TestNode();
        Assert.StartsWith("-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\"", node.Connect().Run("DEBUG DIGEST"), StringComparison.Ordinal);
        var local = new TestNode(o => { o.EnableDebugCommand = ProtectedAction.Local; o.ProtectedMode = false; });
        Assert.Equal("+OK\r\n", local.Connect().Run("DEBUG POPULATE 3"));
        Assert.StartsWith("-ERR DEBUG command not allowed.", local.Connect("10.0.0.1").Run("DEBUG POPULATE 3"), StringComparison.Ordinal);
    }

    [Fact]
    public void Debug_serves_tests()
    {
        Assert.Equal("+OK\r\n", _client.Run("DEBUG POPULATE 10 p 5"));
        Assert.Equal("$5\r\nvalue\r\n", _client.Run("GET p:3"));
        Assert.Equal(":12345\r\n", _client.Run("DEBUG PROTOCOL integer"));
        Assert.Equal("+OK\r\n", _client.Run("DEBUG SLEEP 0.001"));
        Assert.Equal("+OK\r\n", _client.Run("DEBUG SET-ACTIVE-EXPIRE 0"));
        Assert.Equal(":1\r\n", _client.Run("DEBUG STRINGMATCH-LEN a* abc"));
        Assert.Contains("encoding:embstr serializedlength:6 ", _client.Run("DEBUG OBJECT p:3"), StringComparison.Ordinal);
        Assert.Equal("-ERR unknown subcommand or wrong number of arguments for 'FOO'. Try DEBUG HELP.\r\n", _client.Run("DEBUG FOO"));
        Assert.Equal("-CUSTOM text\r\n", _client.Call("DEBUG", "ERROR", "CUSTOM text"));
    }

    [Fact]
    public void Keys_are_evicted_to_keep_the_limit()
    {
        for (int i = 0; i < 2000; i++) _client.Run($"SET key:{i} {new string('x', 500)}");
        long used = _node.Node.Eviction.UsedBytes;
        Assert.Equal("+OK\r\n", _client.Run($"CONFIG SET maxmemory {used * 3 / 4}"));
        Assert.Equal("-OOM command not allowed when used memory > 'maxmemory'.\r\n", _client.Run("SET k v"));
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        Assert.Equal("+OK\r\n", _client.Run("CONFIG SET maxmemory-policy allkeys-lru"));
        for (int i = 0; i < 100; i++) Assert.Equal("+OK\r\n", _client.Run("SET k v"));
        _node.Pass(1000);
        Assert.True(_node.Node.Eviction.UsedBytes <= used * 3 / 4 + 4096);
        Assert.True(_node.Node.Statistics.EvictedKeys > 300);
        Assert.Contains("DEL key:", _node.Sink.Take(), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_told()
    {
        _client.Run("SET k v");
        Assert.StartsWith(":", _client.Run("MEMORY USAGE k"), StringComparison.Ordinal);
        Assert.Equal("$-1\r\n", _client.Run("MEMORY USAGE none"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("MEMORY USAGE k FOO"));
        Assert.StartsWith("*54\r\n$14\r\npeak.allocated\r\n", _client.Run("MEMORY STATS"), StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", _client.Run("MEMORY PURGE"));
        Assert.Contains("nothing can be said", _client.Run("MEMORY DOCTOR"), StringComparison.Ordinal);
        Assert.StartsWith("$", _client.Run("MEMORY MALLOC-STATS"), StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_are_sorted_by_how_long_they_took()
    {
        _client.Run("SET k v");
        Assert.StartsWith("*2\r\n$3\r\nset\r\n*4\r\n$5\r\ncalls\r\n:1\r\n$14\r\nhistogram_usec\r\n*2\r\n", _client.Run("LATENCY HISTOGRAM set nonsense"), StringComparison.Ordinal);
    }

    [Fact]
    public void Art_comes_with_the_version() => Assert.Contains("Redis ver. 7.2.6", _client.Run("LOLWUT"), StringComparison.Ordinal);

    [Fact]
    public void Shutdown_ends_the_node_without_an_answer()
    {
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SHUTDOWN SAVE NOSAVE"));
        Assert.Equal("-ERR No shutdown in progress.\r\n", _client.Run("SHUTDOWN ABORT"));
        Assert.Equal("", _client.Run("SHUTDOWN NOSAVE"));
        Assert.Equal(0, _node.Host.ExitCode);
    }

    [Fact]
    public void A_shutdown_waits_for_replicas_and_can_be_aborted()
    {
        bool lags = true;
        _node.Node.Shutdown.ReplicasLag = () => lags;
        TestClient second = _node.Connect();
        Assert.Equal("", _client.Run("SHUTDOWN NOSAVE"));
        Assert.Null(_node.Host.ExitCode);
        Assert.Equal("", second.Run("SET k v"));
        Assert.Equal("+OK\r\n", _node.Connect().Run("SHUTDOWN ABORT"));
        Assert.Equal("-ERR Errors trying to SHUTDOWN. Check logs.\r\n", _client.Read());
        Assert.Equal("+OK\r\n", second.Read());
        _client.Run("SHUTDOWN NOSAVE");
        lags = false;
        _node.Pass(100);
        Assert.Equal(0, _node.Host.ExitCode);
    }

    [Fact]
    public void A_save_that_fails_stops_the_shutdown_unless_it_is_forced()
    {
        _node.Node.Shutdown.Save = done => done(false);
        Assert.Equal("-ERR Errors trying to SHUTDOWN. Check logs.\r\n", _client.Run("SHUTDOWN SAVE"));
        Assert.Null(_node.Host.ExitCode);
        Assert.Equal("", _client.Run("SHUTDOWN SAVE FORCE"));
        Assert.Equal(0, _node.Host.ExitCode);
    }

    [Fact]
    public void A_browser_that_was_led_here_is_cut_off()
    {
        Assert.Equal("", _client.Raw("POST / HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal((_client.Link, CloseMode.Now), _node.Host.Closed[^1]);
    }

    [Fact]
    public void A_read_only_replica_refuses_writers_and_hides_expired_keys()
    {
        _client.Run("SET k v PX 10");
        _node.Node.Set(NodeConditions.Replica, true);
        Assert.Equal("-READONLY You can't write against a read only replica.\r\n", _client.Run("SET k w"));
        _node.Node.Set(NodeConditions.Replica, false);
        _node.Node.Set(NodeConditions.Loading, true);
        Assert.Equal("-LOADING Redis is loading the dataset in memory\r\n", _client.Run("GET k"));
        Assert.Equal("$2\r\nhi\r\n", _client.Run("ECHO hi"));
        _node.Node.Set(NodeConditions.Loading, false);
        _node.Node.Set(NodeConditions.DiskFailed, true);
        Assert.StartsWith("-MISCONF Redis is configured to save RDB snapshots", _client.Run("SET k w"), StringComparison.Ordinal);
        Assert.StartsWith("-MISCONF", _client.Run("PING"), StringComparison.Ordinal);
        _node.Node.Set(NodeConditions.DiskFailed, false);
        _node.Node.Set(NodeConditions.FewReplicas, true);
        Assert.Equal("-NOREPLICAS Not enough good replicas to write.\r\n", _client.Run("SET k w"));
        _node.Node.Set(NodeConditions.FewReplicas, false);
        _node.Node.Set(NodeConditions.Stale, true);
        Assert.StartsWith("-MASTERDOWN", _client.Run("GET k"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_writable_replica_ends_the_keys_that_its_own_clients_made()
    {
        _client.Run("SET primary v PX 50");
        _node.Node.Set(NodeConditions.Replica, true);
        _node.Node.Databases.Expired = Hexad.Keyspace.ExpiredKeys.Hide;
        _client.Run("CONFIG SET replica-read-only no");
        Assert.Equal("+OK\r\n", _client.Run("SET own v PX 50"));
        _node.Sink.Take();
        _node.Pass(300);
        Assert.Equal(1, _node.Node.Databases[0].KeyCount);
        Assert.Equal(1, _node.Node.Statistics.ExpiredKeys);
        Assert.Equal("", _node.Sink.Take());
    }

    [Fact]
    public void What_a_scan_meets_on_its_way_is_no_transaction()
    {
        _client.Run("DEBUG SET-ACTIVE-EXPIRE 0");
        _client.Run("SET a v PX 1");
        _client.Run("SET b v PX 1");
        _node.Sink.Take();
        _node.Jump(5);
        _client.Run("SCAN 0 COUNT 100");
        Assert.Equal(["DEL a", "DEL b"], Sorted(_node.Sink.Take()));
        _client.Run("SET a v PX 1");
        _client.Run("SET b v PX 1");
        _node.Sink.Take();
        _node.Jump(5);
        _client.Run("MSETNX a 1 b 2");
        Assert.Equal("MULTI | DEL a | DEL b | MSETNX a 1 b 2 | EXEC", _node.Sink.Take());
    }

    private static string[] Sorted(string lines)
    {
        string[] parts = lines.Split(" | ");
        Array.Sort(parts, StringComparer.Ordinal);
        return parts;
    }
}
