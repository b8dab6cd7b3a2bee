using System;
using System.Collections.Generic;
using System.Globalization;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class KeyTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public KeyTests() => _client = _node.Connect();

    [Fact]
    public void Keys_are_removed_counted_and_typed()
    {
        _client.Run("MSET a 1 b 2 c 3");
        Assert.Equal(":3\r\n", _client.Run("EXISTS a b a x"));
        Assert.Equal(":2\r\n", _client.Run("TOUCH a b x"));
        Assert.Equal("+string\r\n", _client.Run("TYPE a"));
        Assert.Equal("+none\r\n", _client.Run("TYPE x"));
        Assert.Equal(":2\r\n", _client.Run("DEL a x b"));
        Assert.Equal(":1\r\n", _client.Run("UNLINK c"));
        Assert.Equal(":0\r\n", _client.Run("DBSIZE"));
        Assert.Equal("$-1\r\n", _client.Run("RANDOMKEY"));
        Assert.Equal("MSET a 1 b 2 c 3 | DEL a x b | UNLINK c", _node.Sink.Take());
    }

    [Fact]
    public void A_key_takes_value_and_expiry_to_its_new_name()
    {
        _client.Run("SET a v PX 500");
        _client.Run("SET b w");
        Assert.Equal("-ERR no such key\r\n", _client.Run("RENAME x y"));
        Assert.Equal(":0\r\n", _client.Run("RENAMENX a b"));
        Assert.Equal("+OK\r\n", _client.Run("RENAME a b"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("GET b"));
        Assert.Equal(":500\r\n", _client.Run("PTTL b"));
        Assert.Equal("+OK\r\n", _client.Run("RENAME b b"));
        Assert.Equal(":0\r\n", _client.Run("RENAMENX b b"));
        Assert.Equal(":1\r\n", _client.Run("RENAMENX b c"));
        Assert.Equal(":1\r\n", _client.Run("DBSIZE"));
    }

    [Fact]
    public void A_key_is_copied_within_and_between_databases()
    {
        _client.Run("SET a v PX 500");
        Assert.Equal(":1\r\n", _client.Run("COPY a b"));
        Assert.Equal(":0\r\n", _client.Run("COPY a b"));
        Assert.Equal(":1\r\n", _client.Run("COPY a b REPLACE"));
        Assert.Equal(":1\r\n", _client.Run("COPY a a DB 3"));
        Assert.Equal(":500\r\n", _client.Run("PTTL b"));
        Assert.Equal("-ERR source and destination objects are the same\r\n", _client.Run("COPY a a"));
        Assert.Equal("-ERR DB index is out of range\r\n", _client.Run("COPY a b DB 99"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("COPY a b DB x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("COPY a b FOO"));
        Assert.Equal(":0\r\n", _client.Run("COPY x y"));
        _client.Run("SELECT 3");
        Assert.Equal(":500\r\n", _client.Run("PTTL a"));
    }

    [Fact]
    public void A_key_is_moved_to_another_database()
    {
        _client.Run("SET a v");
        Assert.Equal(":1\r\n", _client.Run("MOVE a 2"));
        Assert.Equal(":0\r\n", _client.Run("MOVE a 2"));
        Assert.Equal("-ERR source and destination objects are the same\r\n", _client.Run("MOVE a 0"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("MOVE a x"));
        _client.Run("SET a w");
        Assert.Equal(":0\r\n", _client.Run("MOVE a 2"));
        Assert.Equal("+OK\r\n", _client.Run("SWAPDB 0 2"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("GET a"));
        Assert.Equal("-ERR invalid first DB index\r\n", _client.Run("SWAPDB x 2"));
        Assert.Equal("-ERR invalid second DB index\r\n", _client.Run("SWAPDB 0 x"));
        Assert.Equal("-ERR DB index is out of range\r\n", _client.Run("SWAPDB 0 44"));
    }

    [Fact]
    public void Expiries_are_set_under_conditions()
    {
        _client.Run("SET k v");
        Assert.Equal(":0\r\n", _client.Run("EXPIRE k 100 XX"));
        Assert.Equal(":0\r\n", _client.Run("EXPIRE k 100 GT"));
        Assert.Equal(":1\r\n", _client.Run("EXPIRE k 100 NX"));
        Assert.Equal(":0\r\n", _client.Run("EXPIRE k 200 NX"));
        Assert.Equal(":1\r\n", _client.Run("EXPIRE k 200 GT"));
        Assert.Equal(":0\r\n", _client.Run("EXPIRE k 300 LT"));
        Assert.Equal(":1\r\n", _client.Run("PEXPIRE k 100 LT"));
        Assert.Equal(":100\r\n", _client.Run("PTTL k"));
        Assert.Equal("-ERR NX and XX, GT or LT options at the same time are not compatible\r\n", _client.Run("EXPIRE k 1 NX GT"));
        Assert.Equal("-ERR GT and LT options at the same time are not compatible\r\n", _client.Run("EXPIRE k 1 GT LT"));
        Assert.Equal("-ERR Unsupported option AB\r\n", _client.Run("EXPIRE k 1 AB"));
        Assert.Equal(":0\r\n", _client.Run("EXPIRE none 1"));
        Assert.Equal("-ERR invalid expire time in 'expire' command\r\n", _client.Run("EXPIRE k 9223372036854775807"));
        Assert.Equal("-ERR invalid expire time in 'pexpire' command\r\n", _client.Run("PEXPIRE k 9223372036854775807"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("EXPIRE k x"));
    }

    [Fact]
    public void Expiries_are_propagated_as_moments()
    {
        _client.Run("SET k v");
        _node.Sink.Take();
        _client.Run("EXPIRE k 100 NX");
        Assert.Equal($"PEXPIREAT k {_node.WallMs + 100_000} NX", _node.Sink.Take());
        _client.Run("EXPIREAT k 2000000000");
        Assert.Equal("PEXPIREAT k 2000000000000", _node.Sink.Take());
        Assert.Equal(":2000000000\r\n", _client.Run("EXPIRETIME k"));
        Assert.Equal(":2000000000000\r\n", _client.Run("PEXPIRETIME k"));
        Assert.Equal(":1\r\n", _client.Run("PERSIST k"));
        Assert.Equal(":0\r\n", _client.Run("PERSIST k"));
        Assert.Equal("PERSIST k", _node.Sink.Take());
        Assert.Equal(":-1\r\n", _client.Run("TTL k"));
        Assert.Equal(":1\r\n", _client.Run("EXPIRE k -1"));
        Assert.Equal("DEL k", _node.Sink.Take());
        Assert.Equal(":-2\r\n", _client.Run("TTL k"));
        Assert.Equal(":-2\r\n", _client.Run("EXPIRETIME k"));
    }

    [Fact]
    public void Keys_past_their_time_are_removed_without_being_asked_for()
    {
        _client.Run("SET a v PX 100");
        _client.Run("SET b v");
        _node.Sink.Take();
        _node.Pass(500);
        Assert.Equal(1, _node.Node.Databases[0].KeyCount);
        Assert.Equal("DEL a", _node.Sink.Take());
        Assert.Equal(1, _node.Node.Statistics.ExpiredKeys);
    }

    [Fact]
    public void Scan_tells_every_key_and_filters()
    {
        for (int i = 0; i < 500; i++) _client.Run($"SET key:{i} v");
        Assert.Equal(500, Scan("").Count);
        Assert.Equal(11, Scan(" MATCH key:4?0").Count + Scan(" MATCH key:7 COUNT 100").Count);
        Assert.Equal(500, Scan(" TYPE string COUNT 5000").Count);
        Assert.Empty(Scan(" TYPE hash COUNT 50"));
        Assert.Equal("-ERR invalid cursor\r\n", _client.Run("SCAN x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SCAN 0 COUNT 0"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("SCAN 0 COUNT x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SCAN 0 FOO x"));
        Assert.StartsWith("*10\r\n", _client.Run("KEYS key:4?0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Flushing_is_propagated_even_when_nothing_was_there()
    {
        Assert.Equal("+OK\r\n", _client.Run("FLUSHALL"));
        Assert.Equal("+OK\r\n", _client.Run("FLUSHDB ASYNC"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("FLUSHDB FOO"));
        Assert.Equal("FLUSHALL | FLUSHDB ASYNC", _node.Sink.Take());
    }

    [Fact]
    public void What_is_known_of_a_value_is_told()
    {
        _client.Run("MSET i 7 big 70000 s text");
        Assert.Equal(":2147483647\r\n", _client.Run("OBJECT REFCOUNT i"));
        Assert.Equal(":1\r\n", _client.Run("OBJECT REFCOUNT big"));
        _node.Pass(5000);
        Assert.Equal(":5\r\n", _client.Run("OBJECT IDLETIME s"));
        Assert.StartsWith("-ERR An LFU maxmemory policy is not selected", _client.Run("OBJECT FREQ s"), StringComparison.Ordinal);
        Assert.Equal("$-1\r\n", _client.Run("OBJECT ENCODING none"));
        Assert.StartsWith("-ERR unknown subcommand 'FOO'. Try OBJECT HELP.", _client.Run("OBJECT FOO s"), StringComparison.Ordinal);
        Assert.StartsWith("*11\r\n+OBJECT <subcommand>", _client.Run("OBJECT HELP"), StringComparison.Ordinal);
    }

    private HashSet<string> Scan(string options)
    {
        var keys = new HashSet<string>();
        string cursor = "0";
        do
        {
            string[] parts = _client.Run("SCAN " + cursor + options).Split("\r\n");
            cursor = parts[2];
            int count = int.Parse(parts[3][1..], CultureInfo.InvariantCulture);
            for (int i = 0; i < count; i++) keys.Add(parts[5 + 2 * i]);
        }
        while (cursor != "0");
        return keys;
    }
}
