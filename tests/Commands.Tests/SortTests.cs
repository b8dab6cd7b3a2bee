using System;
using System.Collections.Generic;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class SortTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public SortTests() => _client = _node.Connect();

    [Theory]
    [InlineData("SORT l", "-1 2 3 10 20")]
    [InlineData("SORT l DESC", "20 10 3 2 -1")]
    [InlineData("SORT l ALPHA", "-1 10 2 20 3")]
    [InlineData("SORT_RO l ALPHA DESC", "3 20 2 10 -1")]
    [InlineData("SORT l LIMIT 1 2", "2 3")]
    [InlineData("SORT l LIMIT 3 100", "10 20")]
    [InlineData("SORT l LIMIT 9 1", "")]
    [InlineData("SORT l LIMIT -5 2", "-1 2")]
    [InlineData("SORT l BY nosort", "3 20 -1 10 2")]
    [InlineData("SORT l BY nosort DESC LIMIT 1 2", "10 -1")]
    [InlineData("SORT l BY nosort LIMIT 1 2", "20 -1")]
    [InlineData("SORT z BY nosort DESC LIMIT 0 2", "c b")]
    [InlineData("SORT z BY nosort LIMIT 1 9", "b c")]
    [InlineData("SORT z ALPHA DESC", "c b a")]
    [InlineData("SORT s ALPHA", "x y")]
    [InlineData("SORT l BY w_*", "10 2 -1 3 20")]
    [InlineData("SORT l BY h_*->w ALPHA", "-1 10 2 20 3")]
    [InlineData("SORT none", "")]
    public void Elements_come_in_order(string line, string elements)
    {
        Fill();
        Assert.Equal(elements, Elements(_client.Run(line)));
    }

    [Fact]
    public void Keys_that_are_made_of_elements_are_got()
    {
        Fill();
        Assert.Equal("*6\r\n$1\r\n2\r\n$1\r\n5\r\n$-1\r\n$1\r\n3\r\n$2\r\n10\r\n$1\r\nb\r\n", _client.Run("SORT l LIMIT 1 2 GET # GET w_* GET h_*->w"));
        Assert.Equal("*1\r\n$-1\r\n", _client.Run("SORT l LIMIT 0 1 GET constant"));
    }

    [Fact]
    public void What_is_stored_is_a_list_and_nothing_takes_the_key_away()
    {
        Fill();
        _client.Run("SET d x");
        _node.Sink.Take();
        Assert.Equal(":5\r\n", _client.Run("SORT l STORE d"));
        Assert.Equal("SORT l STORE d", _node.Sink.Take());
        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING d"));
        Assert.Equal("-1 2 3 10 20", Elements(_client.Run("LRANGE d 0 -1")));
        Assert.Equal(":5\r\n", _client.Run("SORT d DESC STORE d"));
        Assert.Equal("20 10 3 2 -1", Elements(_client.Run("LRANGE d 0 -1")));
        Assert.Equal(":2\r\n", _client.Run("SORT s BY nosort STORE d"));
        Assert.Equal("x y", Elements(_client.Run("LRANGE d 0 -1")));
        Assert.Equal(":4\r\n", _client.Run("SORT l LIMIT 1 2 GET w_* GET none* STORE d"));
        Assert.Equal("5  10 ", Elements(_client.Run("LRANGE d 0 -1")));
        Assert.Equal(":0\r\n", _client.Run("SORT none STORE d"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS d"));
        _node.Node.Databases.Validate();
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Fill();
        _client.Run("SET str x");
        Assert.StartsWith("-WRONGTYPE", _client.Run("SORT str"), StringComparison.Ordinal);
        Assert.Equal("-ERR One or more scores can't be converted into double\r\n", _client.Run("SORT s"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SORT l LIMIT 1"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SORT_RO l STORE d"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("SORT l LIMIT x 1"));
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\nd\r\n", _client.Run("COMMAND GETKEYS SORT l BY store LIMIT 0 1 GET store STORE x STORE d"));
    }

    private void Fill()
    {
        _client.Run("RPUSH l 3 20 -1 10 2");
        _client.Run("ZADD z 1 a 2 b 3 c");
        _client.Run("SADD s y x");
        _client.Run("MSET w_10 1 w_2 5 w_-1 7 w_3 10 w_20 11");
        _client.Run("HSET h_3 w b");
        _client.Run("HSET h_20 w a");
    }

    private static string Elements(string reply)
    {
        string[] lines = reply.Split("\r\n");
        var texts = new List<string>();
        for (int i = 2; i < lines.Length; i += 2) texts.Add(lines[i]);
        return string.Join(' ', texts);
    }
}
