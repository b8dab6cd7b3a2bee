using System;
using System.Linq;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>XDELEX, XACKDEL, and KEEPREF, DELREF and ACKED wherever they stand: what Redis 8.2 added to streams.</summary>
public sealed class StreamReferenceTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public StreamReferenceTests() => _client = _node.Connect();

    /// <summary>A stream with the entries 1-0 to n-0, and groups that have been given all of them.</summary>
    private void Fill(int entries, params string[] groups)
    {
        _client.Run("DEL s");
        for (int i = 1; i <= entries; i++) _client.Run($"XADD s {i}-0 f v");
        foreach (string group in groups)
        {
            _client.Run($"XGROUP CREATE s {group} 0");
            _client.Run($"XREADGROUP GROUP {group} c STREAMS s >");
        }

        _node.Sink.Take();
    }

    private static string Numbers(params int[] numbers) => $"*{numbers.Length}\r\n" + string.Concat(numbers.Select(n => $":{n}\r\n"));

    private string Pending(string group) => string.Join(' ', _client.Run($"XPENDING s {group} - + 100").Split("\r\n").Where(t => t.EndsWith("-0", StringComparison.Ordinal)));

    private string Ids() => string.Join(' ', _client.Run("XRANGE s - +").Split("\r\n").Where(t => t.EndsWith("-0", StringComparison.Ordinal)));

    [Fact]
    public void Deleted_entries_stay_pending_unless_told_otherwise()
    {
        Fill(3, "g", "h");
        Assert.Equal(Numbers(1, -1), _client.Run("XDELEX s IDS 2 1-0 9-0"));
        Assert.Equal(Numbers(1), _client.Run("XDELEX s KEEPREF IDS 1 2"));
        Assert.Equal(("1-0 2-0 3-0", "3-0"), (Pending("g"), Ids()));
        Assert.Equal("XDEL s 1-0 | XDEL s 2-0", _node.Sink.Take());
        Assert.Equal(Numbers(-1, 1), _client.Run("XDELEX s DELREF IDS 2 1-0 3-0"));
        Assert.Equal(("2-0", "2-0", ""), (Pending("g"), Pending("h"), Ids()));
        Assert.Equal("MULTI | XACK s g 1-0 3-0 | XACK s h 1-0 3-0 | XDEL s 3-0 | EXEC", _node.Sink.Take());
        Assert.Equal(Numbers(-1), _client.Run("XDELEX s DELREF IDS 1 2-0"));
        Assert.Equal("MULTI | XACK s g 2-0 | XACK s h 2-0 | EXEC", _node.Sink.Take());
        Assert.Equal(Numbers(-1), _client.Run("XDELEX s DELREF IDS 1 2-0"));
        Assert.Equal("", _node.Sink.Take());
        Assert.Contains("max-deleted-entry-id\r\n$3\r\n3-0", _client.Run("XINFO STREAM s"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_group_still_wants_is_not_deleted()
    {
        Fill(2, "g", "h");
        _client.Run("XACK s g 1-0 2-0");
        Assert.Equal(Numbers(2, 2), _client.Run("XDELEX s ACKED IDS 2 1-0 2-0"));
        _client.Run("XACK s h 1-0");
        Assert.Equal(Numbers(1, 2, -1), _client.Run("XDELEX s ACKED IDS 3 1-0 2-0 0-1"));
        _client.Run("XGROUP CREATE s late 0");
        _client.Run("XACK s h 2-0");
        Assert.Equal(Numbers(2, 2), _client.Run("XDELEX s ACKED IDS 2 2-0 7-0"));
        _client.Run("XGROUP DESTROY s late");
        Assert.Equal(Numbers(1), _client.Run("XDELEX s ACKED IDS 1 2-0"));
    }

    [Fact]
    public void Without_any_group_nobody_has_acknowledged_and_after_the_last_one_nobody_wants()
    {
        Fill(2);
        Assert.Equal(Numbers(2, 2), _client.Run("XDELEX s ACKED IDS 2 1-0 9-0"));
        _client.Run("XGROUP CREATE s g 0");
        _client.Run("XREADGROUP GROUP g c STREAMS s >");
        _client.Run("XGROUP DESTROY s g");
        Assert.Equal(Numbers(1, 1), _client.Run("XDELEX s ACKED IDS 2 1-0 2-0"));
    }

    [Fact]
    public void Entries_are_acknowledged_and_deleted_in_one_go()
    {
        Fill(2, "g", "h");
        Assert.Equal(Numbers(1, 1), _client.Run("XACKDEL s g KEEPREF IDS 2 1-0 2-0"));
        Assert.Equal(("", "1-0 2-0", ""), (Pending("g"), Pending("h"), Ids()));
        Assert.Equal("MULTI | XACK s g 1-0 2-0 | XDEL s 1-0 2-0 | EXEC", _node.Sink.Take());
        Assert.Equal(Numbers(1, 1, -1), _client.Run("XACKDEL s h IDS 3 1-0 2-0 3-0"));
        Assert.Equal("XACK s h 1-0 2-0", _node.Sink.Take());

        Fill(2, "g", "h");
        Assert.Equal(Numbers(1, 1), _client.Run("XACKDEL s g DELREF IDS 2 1-0 2-0"));
        Assert.Equal(("", "", ""), (Pending("g"), Pending("h"), Ids()));
        Assert.Equal("MULTI | XACK s g 1-0 2-0 | XACK s h 1-0 2-0 | XDEL s 1-0 2-0 | EXEC", _node.Sink.Take());
        Assert.Equal(Numbers(-1, -1), _client.Run("XACKDEL s h DELREF IDS 2 1-0 2-0"));

        Fill(2, "g", "h");
        Assert.Equal(Numbers(2, 2), _client.Run("XACKDEL s g ACKED IDS 2 1-0 2-0"));
        Assert.Equal(("", "1-0 2-0", "1-0 2-0"), (Pending("g"), Pending("h"), Ids()));
        Assert.Equal(Numbers(1, 1), _client.Run("XACKDEL s h ACKED IDS 2 1-0 2-0"));
        Assert.Equal("", Ids());
    }

    [Theory]
    [InlineData("XDELEX s IDS abc 1-1", "ERR Number of IDs must be a positive integer")]
    [InlineData("XDELEX s IDS 0 1-1", "ERR Number of IDs must be a positive integer")]
    [InlineData("XACKDEL s g IDS -5 1-1", "ERR Number of IDs must be a positive integer")]
    [InlineData("XACKDEL s g IDS 3 1-1 2-2", "ERR The `numids` parameter must match the number of arguments")]
    [InlineData("XDELEX s IDS 1 1-1 2-2", "ERR syntax error")]
    [InlineData("XDELEX s KEEPREF DELREF IDS 1 1-1", "ERR syntax error")]
    [InlineData("XACKDEL s g DELREF ACKED IDS 1 1-1", "ERR syntax error")]
    [InlineData("XACKDEL s g KEEPREF 1 1-1 IDS", "ERR syntax error")]
    [InlineData("XDELEX s IDS 1 x", "ERR Invalid stream ID specified as stream command argument")]
    [InlineData("XDELEX l IDS 1 1-1", "WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("XACKDEL l g IDS 1 1-1", "WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("XDELEX s IDS 1", "ERR wrong number of arguments for 'xdelex' command")]
    [InlineData("XTRIM s MAXLEN 1 ACKED DELREF", "ERR syntax error")]
    [InlineData("XADD s KEEPREF KEEPREF * f v", "ERR syntax error")]
    public void What_is_no_such_call_is_refused(string line, string error)
    {
        _client.Run("RPUSH l a");
        _client.Run("XADD s 1-0 f v");
        Assert.Equal($"-{error}\r\n", _client.Run(line));
    }

    [Fact]
    public void Without_a_stream_or_a_group_there_is_no_such_id()
    {
        Assert.Equal(Numbers(-1, -1), _client.Run("XDELEX none IDS 2 1-1 2-2"));
        Assert.Equal(Numbers(-1, -1), _client.Run("XACKDEL none g IDS 2 1-1 2-2"));
        _client.Run("XADD s 1-0 f v");
        Assert.Equal(Numbers(-1), _client.Run("XACKDEL s g IDS 1 1-0"));
    }

    [Fact]
    public void A_trim_takes_the_references_along()
    {
        Fill(5, "g", "h");
        _client.Run("XDEL s 1-0");
        _node.Sink.Take();
        Assert.Equal(":2\r\n", _client.Run("XTRIM s MAXLEN 2 DELREF"));
        Assert.Equal(("1-0 4-0 5-0", "1-0 4-0 5-0", "4-0 5-0"), (Pending("g"), Pending("h"), Ids()));
        Assert.Equal("MULTI | XACK s g 2-0 3-0 | XACK s h 2-0 3-0 | XTRIM s MAXLEN = 2 | EXEC", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("XTRIM s DELREF MINID = 5"));
        Assert.Equal(("1-0 5-0", "5-0"), (Pending("g"), Ids()));
        Assert.Equal("MULTI | XACK s g 4-0 | XACK s h 4-0 | XTRIM s MINID = 5 | EXEC", _node.Sink.Take());
        Assert.Equal("$3\r\n6-0\r\n", _client.Run("XADD s DELREF MAXLEN 1 6-0 f v"));
        Assert.Equal(("1-0", "6-0"), (Pending("g"), Ids()));
        Assert.Equal("MULTI | XACK s g 5-0 | XACK s h 5-0 | XADD s MAXLEN = 1 6-0 f v | EXEC", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("XTRIM s MAXLEN 0 KEEPREF"));
        Assert.Equal("XTRIM s MAXLEN = 0", _node.Sink.Take());
    }

    [Fact]
    public void A_trim_passes_over_what_a_group_still_wants()
    {
        Fill(5, "g", "h");
        _client.Run("XADD s 6-0 f v");
        _client.Run("XACK s g 1-0 2-0 3-0 4-0");
        _client.Run("XACK s h 1-0 3-0 4-0");
        _node.Sink.Take();
        Assert.Equal(":0\r\n", _client.Run("XTRIM s MAXLEN ~ 3 ACKED"));
        Assert.Equal(":2\r\n", _client.Run("XTRIM s MAXLEN 4 ACKED"));
        Assert.Equal("2-0 4-0 5-0 6-0", Ids());
        Assert.Equal("XDEL s 1-0 3-0", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("XTRIM s MAXLEN 0 ACKED"));
        Assert.Equal("2-0 5-0 6-0", Ids());
        Assert.Equal(":0\r\n", _client.Run("XTRIM s MINID 9 ACKED"));
        _client.Run("XACK s h 2-0");
        _node.Sink.Take();
        Assert.Equal("$3\r\n7-0\r\n", _client.Run("XADD s NOMKSTREAM ACKED MINID 5 7-0 f v"));
        Assert.Equal("5-0 6-0 7-0", Ids());
        Assert.Equal("MULTI | XADD s 7-0 f v | XDEL s 2-0 | EXEC", _node.Sink.Take());
        Fill(3);
        Assert.Equal(":2\r\n", _client.Run("XTRIM s MAXLEN 1 ACKED"));
        Assert.Equal("XTRIM s MAXLEN = 1", _node.Sink.Take());
    }

    [Fact]
    public void An_approximate_trim_goes_by_whole_nodes_here_too()
    {
        _client.Run("CONFIG SET stream-node-max-entries 3");
        Fill(10, "g");
        _client.Run("XACK s g 1-0 2-0 4-0 5-0 6-0 7-0");
        _node.Sink.Take();
        Assert.Equal(":6\r\n", _client.Run("XTRIM s MAXLEN ~ 2 ACKED"));
        Assert.Equal("3-0 8-0 9-0 10-0", Ids());
        Assert.Equal("XDEL s 1-0 2-0 4-0 5-0 6-0 7-0", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("XTRIM s MAXLEN ~ 3 DELREF LIMIT 2"));
        Assert.Equal(("8-0 9-0 10-0", "8-0 9-0 10-0"), (Ids(), Pending("g")));
        Assert.Equal("MULTI | XACK s g 3-0 | XTRIM s MAXLEN = 3 | EXEC", _node.Sink.Take());
    }
}
