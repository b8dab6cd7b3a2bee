using System;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>SET with a comparison, DELEX, DELIFEQ, DIGEST and MSETEX: what Redis 8.4 and Valkey 8.1 and 9 added to strings.</summary>
public sealed class StringConditionTests
{
    private const string Ok = "+OK\r\n", Null = "$-1\r\n", WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public StringConditionTests() => _client = _node.Connect();

    [Theory]
    [InlineData("Hello world", "b6acb9d84a38ff74")]
    [InlineData("v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd", "00006c38adf31777")]
    [InlineData("", "2d06800538d394c2")]
    public void A_digest_is_xxh3_in_sixteen_digits(string value, string digest)
    {
        _client.Call("SET", "k", value);
        Assert.Equal($"$16\r\n{digest}\r\n", _client.Run("DIGEST k"));
        Assert.Equal(Ok, _client.Call("SET", "k", "other", "IFDEQ", digest.ToUpperInvariant()));
    }

    [Fact]
    public void A_digest_is_of_the_text_however_it_is_kept()
    {
        _client.Run("SET k 12345");
        string digest = _client.Run("DIGEST k");
        _client.Run("SET l 1234");
        _client.Run("APPEND l 5");
        Assert.Equal(digest, _client.Run("DIGEST l"));
        Assert.Equal(Null, _client.Run("DIGEST none"));
        _client.Run("RPUSH list a");
        Assert.Equal(WrongType, _client.Run("DIGEST list"));
    }

    [Fact]
    public void Set_compares_with_what_is_there()
    {
        Assert.Equal(Null, _client.Run("SET k v IFEQ x"));
        Assert.Equal(Null, _client.Run("SET k v IFDEQ 0000000000000000"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS k"));
        Assert.Equal(Ok, _client.Run("SET k a IFNE x"));
        Assert.Equal(Null, _client.Run("SET k b IFNE a"));
        Assert.Equal(Ok, _client.Run("SET k b ifeq a"));
        Assert.Equal(Null, _client.Run("SET k c IFEQ a"));
        Assert.Equal("$1\r\nb\r\n", _client.Run("SET k c IFEQ a GET"));
        Assert.Equal("$1\r\nb\r\n", _client.Run("SET k c IFEQ b GET"));
        Assert.Equal("$1\r\nc\r\n", _client.Run("GET k"));
        Assert.Equal(Null, _client.Run("SET none c IFNE b GET"));
        Assert.Equal(Null, _client.Run("SET none2 c IFEQ b GET"));
        Assert.Equal("$1\r\nc\r\n", _client.Run("GET none"));
        string digest = _client.Run("DIGEST k")[5..21];
        Assert.Equal(Null, _client.Run("SET k d IFDNE " + digest));
        Assert.Equal(Ok, _client.Run("SET k d IFDEQ " + digest));
        Assert.Equal(Ok, _client.Run("SET k e IFDNE " + digest));
    }

    [Fact]
    public void A_comparison_is_decided_once_and_propagated_as_a_plain_set()
    {
        _client.Run("SET k a EX 100");
        _node.Sink.Take();
        _client.Run("SET k b IFEQ a KEEPTTL");
        _client.Run("SET k c IFEQ b EX 10 GET");
        _client.Run("SET k d IFNE x");
        _client.Run("SET k e IFEQ x");
        Assert.Equal($"SET k b KEEPTTL | SET k c PXAT {_node.WallMs + 10_000} | SET k d", _node.Sink.Take());
    }

    [Theory]
    [InlineData("SET k v IFEQ")]
    [InlineData("SET k v IFEQ a NX")]
    [InlineData("SET k v XX IFNE a")]
    [InlineData("SET k v IFEQ a IFEQ b")]
    [InlineData("SET k v IFDEQ a IFDNE b")]
    [InlineData("GETEX k IFEQ a")]
    [InlineData("GETEX k NX")]
    [InlineData("SET k v PERSIST")]
    [InlineData("MSETEX 1 k v IFEQ a")]
    [InlineData("MSETEX 1 k v GET")]
    public void Conditions_that_contradict_each_other_are_refused(string line) => Assert.Equal("-ERR syntax error\r\n", _client.Run(line));

    [Fact]
    public void Only_strings_are_compared()
    {
        _client.Run("RPUSH list a");
        foreach (string condition in (string[])["IFEQ", "IFNE", "IFDEQ", "IFDNE"])
        {
            Assert.Equal(WrongType, _client.Run($"SET list v {condition} 1234567890"));
            Assert.Equal("-ERR Key should be of string type if conditions are specified\r\n", _client.Run($"DELEX list {condition} a"));
        }

        Assert.Equal(WrongType, _client.Run("DELIFEQ list a"));
        Assert.Equal(":1\r\n", _client.Run("DELEX list"));
    }

    [Fact]
    public void A_digest_of_another_length_is_refused_and_one_that_is_no_number_does_not_match()
    {
        _client.Run("SET k v");
        foreach (string digest in (string[])["0", "00000000000000000", "012345678901234"])
        {
            Assert.Equal("-ERR must be exactly 16 hexadecimal characters\r\n", _client.Run("SET k v IFDEQ " + digest));
            Assert.Equal("-ERR must be exactly 16 hexadecimal characters\r\n", _client.Run("DELEX k IFDNE " + digest));
        }

        Assert.Equal(":0\r\n", _client.Run("DELEX k IFDEQ GGGGGGGGGGGGGGGG"));
        Assert.Equal(":1\r\n", _client.Run("DELEX k IFDNE GGGGGGGGGGGGGGGG"));
        Assert.Equal(":0\r\n", _client.Run("DELEX k IFDEQ 12"));
    }

    [Fact]
    public void A_key_is_removed_if_its_string_is_as_said()
    {
        _client.Run("CONFIG SET notify-keyspace-events KEA");
        TestClient listener = _node.Connect();
        listener.Run("PSUBSCRIBE __keyevent*");
        listener.Read();
        _client.Run("SET k a");
        _node.Sink.Take();
        Assert.Equal(":0\r\n", _client.Run("DELEX k IFEQ b"));
        Assert.Equal(":0\r\n", _client.Run("DELIFEQ k b"));
        Assert.Equal(":0\r\n", _client.Run("DELEX k IFNE a"));
        Assert.Equal("", _node.Sink.Take());
        listener.Read();
        Assert.Equal(":1\r\n", _client.Run("DELIFEQ k a"));
        Assert.Contains("__keyevent@0__:del\r\n$1\r\nk\r\n", listener.Read(), StringComparison.Ordinal);
        Assert.Equal("DEL k", _node.Sink.Take());
        _client.Run("SET k 10");
        Assert.Equal(":1\r\n", _client.Run("DELEX k IFEQ 10"));
        _client.Run("SET k 10");
        Assert.Equal(":1\r\n", _client.Run("DELEX k IFNE 11"));
        Assert.Equal(":0\r\n", _client.Run("DELIFEQ k 10"));
        Assert.Equal(":0\r\n", _client.Run("DELEX k"));
        _client.Run("SET k 10");
        Assert.Equal("-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE\r\n", _client.Run("DELEX k IF 10"));
        Assert.Equal("-ERR wrong number of arguments for 'delex' command\r\n", _client.Run("DELEX k IFEQ"));
        Assert.Equal("-ERR wrong number of arguments for 'delex' command\r\n", _client.Run("DELEX k IFEQ 10 20"));
    }

    [Fact]
    public void Many_strings_are_stored_with_one_expiry()
    {
        Assert.Equal(":1\r\n", _client.Run("MSETEX 2 a 1 b 2 EX 10 NX"));
        Assert.Equal($"MULTI | SET a 1 PXAT {_node.WallMs + 10_000} | SET b 2 PXAT {_node.WallMs + 10_000} | EXEC", _node.Sink.Take());
        Assert.Equal(":10000\r\n", _client.Run("PTTL b"));
        Assert.Equal(":0\r\n", _client.Run("MSETEX 2 c 1 b 2 NX"));
        Assert.Equal(":0\r\n", _client.Run("MSETEX 2 a 1 c 2 XX"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS c"));
        Assert.Equal(":1\r\n", _client.Run("MSETEX 2 a 3 b 4 XX KEEPTTL"));
        Assert.Equal(":10000\r\n", _client.Run("PTTL a"));
        Assert.Equal(":1\r\n", _client.Run("MSETEX 1 a 5"));
        Assert.Equal(":-1\r\n", _client.Run("TTL a"));
        Assert.Equal("MULTI | SET a 3 KEEPTTL | SET b 4 KEEPTTL | EXEC | SET a 5", _node.Sink.Take());
        _client.Run("RPUSH list x");
        Assert.Equal(":1\r\n", _client.Run("MSETEX 1 list v XX EX 10 EX 20"));
        Assert.Equal(":20\r\n", _client.Run("TTL list"));
    }

    [Theory]
    [InlineData("MSETEX 0 k v", "ERR invalid numkeys value")]
    [InlineData("MSETEX -1 k v", "ERR invalid numkeys value")]
    [InlineData("MSETEX x k v", "ERR invalid numkeys value")]
    [InlineData("MSETEX 2147483648 k v", "ERR invalid numkeys value")]
    [InlineData("MSETEX 9223372036854775807 k v", "ERR invalid numkeys value")]
    [InlineData("MSETEX 2147483647 k v", "ERR wrong number of key-value pairs")]
    [InlineData("MSETEX 2 k v l", "ERR wrong number of key-value pairs")]
    [InlineData("MSETEX 1 k v foo", "ERR syntax error")]
    [InlineData("MSETEX 1 k v NX XX", "ERR syntax error")]
    [InlineData("MSETEX 1 k v EX 1 PX 1", "ERR syntax error")]
    [InlineData("MSETEX 1 k v KEEPTTL EX 1", "ERR syntax error")]
    [InlineData("MSETEX 1 k v EX 0", "ERR invalid expire time in 'msetex' command")]
    [InlineData("MSETEX 1 k v EX x", "ERR value is not an integer or out of range")]
    public void What_is_no_batch_is_refused(string line, string error)
    {
        Assert.Equal($"-{error}\r\n", _client.Run(line));
        Assert.Equal(":0\r\n", _client.Run("EXISTS k"));
    }
}
