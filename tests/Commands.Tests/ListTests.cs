using System;
using Hexad.Options;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class ListTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public ListTests() => _client = _node.Connect();

    [Fact]
    public void Pushed_elements_stand_in_order_and_are_popped_from_either_end()
    {
        Assert.Equal(":2\r\n", _client.Run("RPUSH l b c"));
        Assert.Equal(":4\r\n", _client.Run("LPUSH l a 12"));
        Assert.Equal("RPUSH l b c | LPUSH l a 12", _node.Sink.Take());
        Assert.Equal("*4\r\n$2\r\n12\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", _client.Run("LRANGE l 0 -1"));
        Assert.Equal("$2\r\n12\r\n", _client.Run("LPOP l"));
        Assert.Equal("*2\r\n$1\r\nc\r\n$1\r\nb\r\n", _client.Run("RPOP l 2"));
        Assert.Equal("*0\r\n", _client.Run("RPOP l 0"));
        Assert.Equal("*1\r\n$1\r\na\r\n", _client.Run("LPOP l 9"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS l"));
        Assert.Equal("$-1\r\n", _client.Run("LPOP l"));
        Assert.Equal("*-1\r\n", _client.Run("LPOP l 1"));
        Assert.Equal("-ERR value is out of range, must be positive\r\n", _client.Run("LPOP l -1"));
        Assert.Equal("-ERR wrong number of arguments for 'lpop' command\r\n", _client.Run("LPOP l 1 1"));
        Assert.Equal(":0\r\n", _client.Run("LPUSHX l x"));
        Assert.Equal(":0\r\n", _client.Run("RPUSHX l x"));
        Assert.Equal("LPOP l | RPOP l 2 | LPOP l 9", _node.Sink.Take());
    }

    [Fact]
    public void An_element_is_found_replaced_inserted_and_removed()
    {
        _client.Run("RPUSH l a b c b a");
        Assert.Equal(":5\r\n", _client.Run("LLEN l"));
        Assert.Equal("$1\r\nb\r\n", _client.Run("LINDEX l -2"));
        Assert.Equal("$-1\r\n", _client.Run("LINDEX l 5"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("LINDEX l x"));
        Assert.Equal("+OK\r\n", _client.Run("LSET l 2 77"));
        Assert.Equal("-ERR index out of range\r\n", _client.Run("LSET l 5 x"));
        Assert.Equal("-ERR no such key\r\n", _client.Run("LSET none 0 x"));
        Assert.Equal(":6\r\n", _client.Run("LINSERT l BEFORE 77 x"));
        Assert.Equal(":7\r\n", _client.Run("LINSERT l after 77 y"));
        Assert.Equal(":-1\r\n", _client.Run("LINSERT l AFTER z y"));
        Assert.Equal(":0\r\n", _client.Run("LINSERT none AFTER z y"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("LINSERT l BESIDE z y"));
        Assert.Equal("a b x 77 y b a", Elements("l"));
        Assert.Equal(":1\r\n", _client.Run("LREM l -1 a"));
        Assert.Equal(":2\r\n", _client.Run("LREM l 0 b"));
        Assert.Equal(":0\r\n", _client.Run("LREM l 1 b"));
        Assert.Equal("a x 77 y", Elements("l"));
        Assert.Equal("+OK\r\n", _client.Run("LTRIM l 1 -2"));
        Assert.Equal("x 77", Elements("l"));
        Assert.Equal("+OK\r\n", _client.Run("LTRIM l 5 6"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS l"));
        Assert.Equal("+OK\r\n", _client.Run("LTRIM l 0 1"));
    }

    [Theory]
    [InlineData("LPOS l a", ":0\r\n")]
    [InlineData("LPOS l 3", ":3\r\n")]
    [InlineData("LPOS l 9", "$-1\r\n")]
    [InlineData("LPOS l c RANK -1", ":6\r\n")]
    [InlineData("LPOS l c RANK 2", ":6\r\n")]
    [InlineData("LPOS l c RANK 3", "$-1\r\n")]
    [InlineData("LPOS l c COUNT 0", "*2\r\n:2\r\n:6\r\n")]
    [InlineData("LPOS l c COUNT 1 RANK -2", "*1\r\n:2\r\n")]
    [InlineData("LPOS l c COUNT 0 MAXLEN 6", "*1\r\n:2\r\n")]
    [InlineData("LPOS l c MAXLEN 2", "$-1\r\n")]
    [InlineData("LPOS none c COUNT 1", "*0\r\n")]
    [InlineData("LPOS none c", "$-1\r\n")]
    [InlineData("LPOS l c RANK -9223372036854775808", "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n")]
    [InlineData("LPOS l c COUNT -1", "-ERR COUNT can't be negative\r\n")]
    [InlineData("LPOS l c MAXLEN x", "-ERR MAXLEN can't be negative\r\n")]
    [InlineData("LPOS l c FOO 1", "-ERR syntax error\r\n")]
    [InlineData("LPOS l c RANK", "-ERR syntax error\r\n")]
    public void Positions_are_told(string line, string reply)
    {
        _client.Run("RPUSH l a b c 3 2 1 c");
        Assert.Equal(reply, _client.Run(line));
    }

    [Fact]
    public void A_list_grows_from_one_pack_into_a_chain_and_comes_back_when_it_is_half_as_long()
    {
        _client.Run("CONFIG SET list-max-listpack-size 4");
        _client.Run("RPUSH l a b c d");
        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING l"));
        _client.Run("RPUSH l e");
        Assert.Equal("$9\r\nquicklist\r\n", _client.Run("OBJECT ENCODING l"));
        Assert.Equal("a b c d e", Elements("l"));
        Assert.Equal("*2\r\n$1\r\nd\r\n$1\r\ne\r\n", _client.Run("LRANGE l 3 9"));
        _client.Run("LPOP l 2");
        Assert.Equal("$9\r\nquicklist\r\n", _client.Run("OBJECT ENCODING l"));
        _client.Run("LPOP l");
        Assert.Equal("d e", Elements("l"));
        _client.Run("LTRIM l 1 1");
        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING l"));
        Assert.Equal("e", Elements("l"));
        _client.Run("LINSERT l BEFORE e 1");
        _client.Run("RPUSH l f g h");
        Assert.Equal("1 e f g h", Elements("l"));
        _client.Run("LSET l -1 last");
        Assert.Equal(":1\r\n", _client.Run("LREM l 1 f"));
        Assert.Equal("1 e g last", Elements("l"));
        Assert.Equal(":3\r\n", _client.Run("LPOS l last"));
        _node.Node.Databases.Validate();
    }

    [Fact]
    public void An_element_moves_from_list_to_list_or_round_one_list()
    {
        _client.Run("RPUSH a 1 2 3");
        Assert.Equal("$1\r\n1\r\n", _client.Run("LMOVE a b LEFT RIGHT"));
        Assert.Equal("$1\r\n3\r\n", _client.Run("RPOPLPUSH a b"));
        Assert.Equal("3 1", Elements("b"));
        Assert.Equal("$1\r\n3\r\n", _client.Run("LMOVE b b left right"));
        Assert.Equal("1 3", Elements("b"));
        Assert.Equal("$1\r\n2\r\n", _client.Run("LMOVE a a LEFT LEFT"));
        Assert.Equal("2", Elements("a"));
        Assert.Equal("$1\r\n2\r\n", _client.Run("LMOVE a b RIGHT RIGHT"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS a"));
        Assert.Equal("$-1\r\n", _client.Run("LMOVE a b RIGHT RIGHT"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("LMOVE a b UP RIGHT"));
        _client.Run("SET s x");
        Assert.StartsWith("-WRONGTYPE", _client.Run("LMOVE b s LEFT LEFT"), StringComparison.Ordinal);
        Assert.Equal("1 3 2", Elements("b"));
    }

    [Fact]
    public void The_first_list_of_several_gives_up_to_so_many_elements()
    {
        _client.Run("RPUSH b 1 2 3");
        _node.Sink.Take();
        Assert.Equal("*2\r\n$1\r\nb\r\n*2\r\n$1\r\n3\r\n$1\r\n2\r\n", _client.Run("LMPOP 2 a b RIGHT COUNT 2"));
        Assert.Equal("*2\r\n$1\r\nb\r\n*1\r\n$1\r\n1\r\n", _client.Run("LMPOP 2 a b LEFT COUNT 9"));
        Assert.Equal("RPOP b 2 | LPOP b 1", _node.Sink.Take());
        Assert.Equal("*-1\r\n", _client.Run("LMPOP 2 a b LEFT"));
        Assert.Equal("-ERR numkeys should be greater than 0\r\n", _client.Run("LMPOP 0 a LEFT"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("LMPOP 9223372036854775807 a LEFT"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("LMPOP 1 a MIDDLE"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("LMPOP 1 a LEFT COUNT 1 COUNT 1"));
        Assert.Equal("-ERR count should be greater than 0\r\n", _client.Run("LMPOP 1 a LEFT COUNT 0"));
    }

    [Theory]
    [InlineData("BLPOP none l 0", "*2\r\n$1\r\nl\r\n$1\r\na\r\n", "LPOP l")]
    [InlineData("BRPOP l 0", "*2\r\n$1\r\nl\r\n$1\r\nc\r\n", "RPOP l")]
    [InlineData("BLMPOP 0 2 none l LEFT COUNT 2", "*2\r\n$1\r\nl\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", "LPOP l 2")]
    [InlineData("BLMOVE l m LEFT RIGHT 0", "$1\r\na\r\n", "LMOVE l m LEFT RIGHT")]
    [InlineData("BRPOPLPUSH l m 0", "$1\r\nc\r\n", "RPOPLPUSH l m")]
    public void What_need_not_wait_is_repeated_as_what_does_not_wait(string line, string reply, string repeated)
    {
        _client.Run("RPUSH l a b c");
        _node.Sink.Take();
        Assert.Equal(reply, _client.Run(line));
        Assert.Equal(repeated, _node.Sink.Take());
    }

    [Fact]
    public void Who_waits_is_served_in_order_when_elements_come()
    {
        TestClient second = _node.Connect();
        TestClient pusher = _node.Connect();
        Assert.Equal("", _client.Run("BLPOP l 0"));
        Assert.Equal("", second.Run("BLMOVE l m RIGHT LEFT 0"));
        Assert.Equal(":2\r\n", pusher.Run("RPUSH l a b"));
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\na\r\n", _client.Read());
        Assert.Equal("$1\r\nb\r\n", second.Read());
        Assert.Equal(":0\r\n", pusher.Run("EXISTS l"));
        Assert.Equal("b", Elements("m"));
        Assert.Equal("RPUSH l a b | LPOP l | LMOVE l m RIGHT LEFT", _node.Sink.Take());
    }

    [Fact]
    public void A_wait_ends_with_a_null_array_and_a_transaction_does_not_wait()
    {
        Assert.Equal("", _client.Run("BLMOVE l m RIGHT LEFT 0.1"));
        _node.Pass(200);
        Assert.Equal("*-1\r\n", _client.Read());
        Assert.Equal("-ERR timeout is negative\r\n", _client.Run("BLPOP l -1"));
        Assert.Equal("-ERR timeout is not a float or out of range\r\n", _client.Run("BLMPOP x 1 l LEFT"));
        _client.Run("MULTI");
        _client.Run("BLPOP l 0");
        _client.Run("BLMOVE l m LEFT LEFT 0");
        _client.Run("BLMPOP 0 1 l LEFT");
        Assert.Equal("*3\r\n*-1\r\n$-1\r\n*-1\r\n", _client.Run("EXEC"));
    }

    [Fact]
    public void A_key_that_expires_while_the_transaction_that_made_it_sleeps_serves_nobody()
    {
        var node = new TestNode(options => options.EnableDebugCommand = ProtectedAction.Yes);
        TestClient waiting = node.Connect(), other = node.Connect();
        Assert.Equal("", waiting.Run("BLPOP l 0"));
        node.Host.TickNs = 1_000_000;
        other.Run("MULTI");
        other.Run("RPUSH l a");
        other.Run("PEXPIRE l 100");
        other.Run("DEBUG SLEEP 0.2");
        Assert.Equal("*3\r\n:1\r\n:1\r\n+OK\r\n", other.Run("EXEC"));
        Assert.Equal("", waiting.Read());
        node.Jump(200);
        other.Run("RPUSH l b");
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\nb\r\n", waiting.Read());
    }

    [Fact]
    public void Another_type_is_refused()
    {
        _client.Run("SET s x");
        foreach (string line in new[] { "LPUSH s x", "LPOP s", "LLEN s", "LINDEX s 0", "LSET s 0 x", "LINSERT s BEFORE a b", "LRANGE s 0 1", "LTRIM s 0 1", "LREM s 0 x", "LPOS s x", "LMOVE s l LEFT LEFT", "LMPOP 1 s LEFT", "BLPOP s 0", "BLMOVE s l LEFT LEFT 0", "BLMPOP 0 1 s LEFT" })
            Assert.StartsWith("-WRONGTYPE", _client.Run(line), StringComparison.Ordinal);
    }

    private string Elements(string key)
    {
        string[] lines = _client.Run($"LRANGE {key} 0 -1").Split("\r\n");
        var texts = new System.Collections.Generic.List<string>();
        for (int i = 2; i < lines.Length; i += 2) texts.Add(lines[i]);
        return string.Join(' ', texts);
    }
}
