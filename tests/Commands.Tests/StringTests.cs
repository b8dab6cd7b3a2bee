using System;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class StringTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public StringTests() => _client = _node.Connect();

    [Fact]
    public void What_is_set_can_be_got()
    {
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        Assert.Equal("+OK\r\n", _client.Run("SET k v"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("GET k"));
        Assert.Equal("SET k v", _node.Sink.Take());
    }

    [Fact]
    public void Set_obeys_its_conditions()
    {
        Assert.Equal("$-1\r\n", _client.Run("SET k v XX"));
        Assert.Equal("+OK\r\n", _client.Run("SET k v NX"));
        Assert.Equal("$-1\r\n", _client.Run("SET k w NX"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("SET k w XX GET"));
        Assert.Equal("$1\r\nw\r\n", _client.Run("SET k x NX GET"));
        Assert.Equal("SET k v NX | SET k w XX", _node.Sink.Take());
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SET k v NX XX"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SET k v EX"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SET k v EX 1 KEEPTTL"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SET k v EX 1 PXAT 5"));
    }

    [Fact]
    public void A_relative_expiry_is_propagated_as_a_moment()
    {
        _client.Run("SET k v EX 10");
        Assert.Equal($"SET k v PXAT {_node.WallMs + 10_000}", _node.Sink.Take());
        _client.Run("SETEX k 10 v");
        Assert.Equal($"SET k v PXAT {_node.WallMs + 10_000}", _node.Sink.Take());
        _client.Run("PSETEX k 10 v");
        Assert.Equal($"SET k v PXAT {_node.WallMs + 10}", _node.Sink.Take());
        Assert.Equal(":10\r\n", _client.Run("PTTL k"));
        _client.Run("SET k w KEEPTTL");
        Assert.Equal(":10\r\n", _client.Run("PTTL k"));
        _client.Run("SET k w");
        Assert.Equal(":-1\r\n", _client.Run("PTTL k"));
    }

    [Theory]
    [InlineData("SET k v EX 0", "set")]
    [InlineData("SET k v EX -1", "set")]
    [InlineData("SET k v EX 9223372036854775807", "set")]
    [InlineData("SETEX k 0 v", "setex")]
    [InlineData("PSETEX k 9223372036854775807 v", "psetex")]
    public void An_expiry_that_is_no_time_to_come_is_refused(string line, string name) =>
        Assert.Equal($"-ERR invalid expire time in '{name}' command\r\n", _client.Run(line));

    [Fact]
    public void An_expired_key_is_gone_and_its_end_is_propagated()
    {
        _client.Run("SET k v PX 10");
        _node.Sink.Take();
        _node.Jump(11);
        Assert.Equal("$-1\r\n", _client.Run("GET k"));
        Assert.Equal("DEL k", _node.Sink.Take());
    }

    [Fact]
    public void Getex_changes_the_expiry_and_propagates_what_it_came_to()
    {
        _client.Run("SET k v");
        _node.Sink.Take();
        Assert.Equal("$1\r\nv\r\n", _client.Run("GETEX k"));
        Assert.Equal("", _node.Sink.Take());
        _client.Run("GETEX k EX 5");
        Assert.Equal($"PEXPIREAT k {_node.WallMs + 5000}", _node.Sink.Take());
        _client.Run("GETEX k PERSIST");
        Assert.Equal("PERSIST k", _node.Sink.Take());
        _client.Run("GETEX k PERSIST");
        Assert.Equal("", _node.Sink.Take());
        Assert.Equal("$1\r\nv\r\n", _client.Run("GETEX k PXAT 5"));
        Assert.Equal("DEL k", _node.Sink.Take());
        Assert.Equal(":0\r\n", _client.Run("EXISTS k"));
        Assert.Equal("$-1\r\n", _client.Run("GETEX k PXAT 5"));
    }

    [Fact]
    public void Getdel_tells_and_removes()
    {
        _client.Run("SET k v");
        _node.Sink.Take();
        Assert.Equal("$1\r\nv\r\n", _client.Run("GETDEL k"));
        Assert.Equal("DEL k", _node.Sink.Take());
        Assert.Equal("$-1\r\n", _client.Run("GETDEL k"));
        Assert.Equal("", _node.Sink.Take());
    }

    [Fact]
    public void Getset_is_propagated_as_set()
    {
        Assert.Equal("$-1\r\n", _client.Run("GETSET k v"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("GETSET k w"));
        Assert.Equal("SET k v | SET k w", _node.Sink.Take());
    }

    [Fact]
    public void Several_keys_are_set_and_got_at_once()
    {
        Assert.Equal("+OK\r\n", _client.Run("MSET a 1 b 2"));
        Assert.Equal("*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n", _client.Run("MGET a x b"));
        Assert.Equal("-ERR wrong number of arguments for 'mset' command\r\n", _client.Run("MSET a 1 b"));
        Assert.Equal(":0\r\n", _client.Run("MSETNX c 1 b 2"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS c"));
        Assert.Equal(":1\r\n", _client.Run("MSETNX c 1 d 2"));
        Assert.Equal("MSET a 1 b 2 | MSETNX c 1 d 2", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("SETNX e 1"));
        Assert.Equal(":0\r\n", _client.Run("SETNX e 1"));
    }

    [Theory]
    [InlineData("0 3", "This")]
    [InlineData("0 -1", "This is a string")]
    [InlineData("-3 -1", "ing")]
    [InlineData("-1 -3", "")]
    [InlineData("5 3", "")]
    [InlineData("5 5000", "is a string")]
    [InlineData("-5000 10000", "This is a string")]
    public void A_part_of_a_string_is_told(string range, string part)
    {
        _client.Call("SET", "k", "This is a string");
        Assert.Equal($"${part.Length}\r\n{part}\r\n", _client.Run("GETRANGE k " + range));
        Assert.Equal($"${part.Length}\r\n{part}\r\n", _client.Run("SUBSTR k " + range));
    }

    [Fact]
    public void Strings_are_changed_in_place()
    {
        Assert.Equal(":3\r\n", _client.Run("APPEND k foo"));
        Assert.Equal(":6\r\n", _client.Run("APPEND k bar"));
        Assert.Equal(":6\r\n", _client.Run("STRLEN k"));
        Assert.Equal(":9\r\n", _client.Run("SETRANGE k 8 x"));
        Assert.Equal("$9\r\nfoobar\0\0x\r\n", _client.Run("GET k"));
        Assert.Equal(":0\r\n", _client.Call("SETRANGE", "none", "5", ""));
        Assert.Equal(":0\r\n", _client.Run("EXISTS none"));
        Assert.Equal("-ERR offset is out of range\r\n", _client.Run("SETRANGE k -1 x"));
        Assert.Equal("-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n", _client.Run("SETRANGE k 536870911 xy"));
        Assert.Equal(":4\r\n", _client.Run("SETRANGE fresh 1 abc"));
        Assert.Equal("$4\r\n\0abc\r\n", _client.Run("GET fresh"));
    }

    [Fact]
    public void Lcs_finds_the_longest_common_subsequence()
    {
        _client.Run("MSET a ohmytext b mynewtext");
        Assert.Equal("$6\r\nmytext\r\n", _client.Run("LCS a b"));
        Assert.Equal(":6\r\n", _client.Run("LCS a b LEN"));
        Assert.Equal(
            "*4\r\n$7\r\nmatches\r\n*2\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n*2\r\n*2\r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n$3\r\nlen\r\n:6\r\n",
            _client.Run("LCS a b IDX"));
        Assert.Equal(
            "*4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n:4\r\n$3\r\nlen\r\n:6\r\n",
            _client.Run("LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN"));
        Assert.Equal("-ERR If you want both the length and indexes, please just use IDX.\r\n", _client.Run("LCS a b LEN IDX"));
        Assert.Equal("$0\r\n\r\n", _client.Run("LCS a none"));
    }

    [Fact]
    public void Encodings_have_the_names_that_clients_know()
    {
        _client.Run("MSET i 12 e short r " + new string('x', 45));
        Assert.Equal("$3\r\nint\r\n", _client.Run("OBJECT ENCODING i"));
        Assert.Equal("$6\r\nembstr\r\n", _client.Run("OBJECT ENCODING e"));
        Assert.Equal("$3\r\nraw\r\n", _client.Run("OBJECT ENCODING r"));
        _client.Run("APPEND e x");
        Assert.Equal("$3\r\nraw\r\n", _client.Run("OBJECT ENCODING e"));
    }
}
