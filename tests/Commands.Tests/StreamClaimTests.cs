using System;
using System.Linq;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>XREADGROUP CLAIM of Redis 8.4: pending entries are taken over by reading.</summary>
public sealed class StreamClaimTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public StreamClaimTests() => _client = _node.Connect();

    private void Fill(int entries)
    {
        for (int i = 1; i <= entries; i++) _client.Run($"XADD s {i}-0 f v");
        _client.Run("XGROUP CREATE s g 0");
    }

    /// <summary>A reply as "id idle deliveries" for each entry that has them.</summary>
    private static string Told(string reply)
    {
        string[] words = reply.Split("\r\n");
        return string.Join(", ", words.Select((word, i) => (word, i)).Where(w => w.word.EndsWith("-0", StringComparison.Ordinal) && words[w.i - 2] is "*4")
            .Select(w => $"{w.word} {words[w.i + 6][1..]} {words[w.i + 7][1..]}"));
    }

    [Fact]
    public void What_was_pending_for_long_comes_first_and_then_what_is_new()
    {
        Fill(3);
        _client.Run("XREADGROUP GROUP g a COUNT 2 STREAMS s >");
        _node.Jump(100);
        _node.Sink.Take();
        Assert.Equal(
            "*1\r\n*2\r\n$1\r\ns\r\n*3\r\n*4\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n:100\r\n:1\r\n*4\r\n$3\r\n2-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n:100\r\n:1\r\n"
            + "*4\r\n$3\r\n3-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n:0\r\n:0\r\n",
            _client.Run("XREADGROUP GROUP g b CLAIM 50 STREAMS s >"));
        string now = $"{_node.WallMs}";
        Assert.Equal(
            $"MULTI | XCLAIM s g b 0 1-0 TIME {now} RETRYCOUNT 2 FORCE JUSTID LASTID 2-0 | XCLAIM s g b 0 2-0 TIME {now} RETRYCOUNT 2 FORCE JUSTID LASTID 2-0"
            + $" | XCLAIM s g b 0 3-0 TIME {now} RETRYCOUNT 1 FORCE JUSTID LASTID 3-0 | EXEC", _node.Sink.Take());
        Assert.Equal("*-1\r\n", _client.Run("XREADGROUP GROUP g a CLAIM 50 STREAMS s >"));
        Assert.Equal("*4\r\n:3\r\n$3\r\n1-0\r\n$3\r\n3-0\r\n*1\r\n*2\r\n$1\r\nb\r\n$1\r\n3\r\n", _client.Run("XPENDING s g"));
    }

    [Fact]
    public void The_longest_idle_comes_first_and_a_count_counts_both()
    {
        Fill(5);
        _client.Run("XREADGROUP GROUP g a COUNT 4 STREAMS s >");
        long now = _node.WallMs;
        foreach ((string id, int idle) in (ReadOnlySpan<(string, int)>)[("1-0", 100), ("2-0", 300), ("3-0", 50), ("4-0", 300)])
            _client.Run($"XCLAIM s g a 0 {id} TIME {now - idle} JUSTID");
        Assert.Equal("2-0 300 1", Told(_client.Run("XREADGROUP GROUP g b CLAIM 100 COUNT 1 STREAMS s >")));
        Assert.Equal("4-0 300 1, 1-0 100 1, 5-0 0 0", Told(_client.Run("XREADGROUP GROUP g b COUNT 3 CLAIM 100 STREAMS s >")));
        Assert.Equal("3-0 50 1", Told(_client.Run("XREADGROUP GROUP g b CLAIM 50 STREAMS s >")));
        Assert.Equal("*-1\r\n", _client.Run("XREADGROUP GROUP g b CLAIM 9223372036854775807 STREAMS s >"));
        Assert.Equal("1-0 0 2, 2-0 0 2, 3-0 0 2, 4-0 0 2, 5-0 0 1", Told(_client.Run("XREADGROUP CLAIM 60 CLAIM 0 GROUP g b STREAMS s >")));
    }

    [Fact]
    public void What_is_claimed_stays_pending_even_if_new_entries_need_no_acknowledgement()
    {
        Fill(2);
        _client.Run("XREADGROUP GROUP g a COUNT 1 STREAMS s >");
        Assert.Equal("1-0 0 1, 2-0 0 0", Told(_client.Run("XREADGROUP GROUP g b NOACK CLAIM 0 STREAMS s >")));
        Assert.StartsWith("*4\r\n:1\r\n$3\r\n1-0\r\n$3\r\n1-0\r\n", _client.Run("XPENDING s g"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_deleted_is_not_told_and_a_given_id_means_history()
    {
        Fill(2);
        _client.Run("XREADGROUP GROUP g a STREAMS s >");
        Assert.StartsWith("*1\r\n*2\r\n$1\r\ns\r\n*2\r\n*2\r\n$3\r\n1-0\r\n", _client.Run("XREADGROUP GROUP g a CLAIM 0 STREAMS s 0"), StringComparison.Ordinal);
        _client.Run("XTRIM s MAXLEN 0");
        Assert.Equal("*-1\r\n", _client.Run("XREADGROUP GROUP g b CLAIM 0 STREAMS s >"));
        Assert.StartsWith("*4\r\n:2\r\n", _client.Run("XPENDING s g"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("XREADGROUP GROUP g a CLAIM x STREAMS s >", "ERR min-idle-time is not an integer")]
    [InlineData("XREADGROUP GROUP g a CLAIM -0 STREAMS s >", "ERR min-idle-time is not an integer")]
    [InlineData("XREADGROUP GROUP g a CLAIM STREAMS s >", "ERR min-idle-time is not an integer")]
    [InlineData("XREADGROUP GROUP g a CLAIM -10 STREAMS s >", "ERR min-idle-time must be a positive integer")]
    [InlineData("XREADGROUP GROUP g CLAIM 50 a STREAMS s >", "ERR syntax error")]
    [InlineData("XREADGROUP GROUP g a STREAMS s > CLAIM 50", "ERR Invalid stream ID specified as stream command argument")]
    [InlineData("XREADGROUP GROUP g a STREAMS s CLAIM 50 >", "NOGROUP No such key 'CLAIM' or consumer group 'g' in XREADGROUP with GROUP option")]
    [InlineData("XREAD CLAIM 50 STREAMS s 0", "ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.")]
    public void What_is_no_claim_is_refused(string line, string error)
    {
        Fill(1);
        Assert.Equal($"-{error}\r\n", _client.Run(line));
    }

    [Fact]
    public void A_call_that_waits_is_served_when_an_entry_has_been_pending_for_long_enough()
    {
        Fill(1);
        _client.Run("XREADGROUP GROUP g a STREAMS s >");
        TestClient second = _node.Connect(), third = _node.Connect();
        Assert.Equal("", second.Run("XREADGROUP GROUP g b BLOCK 5000 CLAIM 1000 STREAMS s >"));
        Assert.Equal("", third.Run("XREADGROUP GROUP g c BLOCK 0 CLAIM 1000 STREAMS s >"));
        _node.Pass(900);
        Assert.Equal("", second.Read());
        _node.Pass(120);
        Assert.StartsWith("1-0 10", Told(second.Read()), StringComparison.Ordinal);
        Assert.Equal("", third.Read());
        _node.Pass(1040);
        Assert.EndsWith(" 2", Told(third.Read()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_waits_is_served_by_a_new_entry_too_and_ends_at_its_time()
    {
        Fill(1);
        _client.Run("XREADGROUP GROUP g a STREAMS s >");
        TestClient second = _node.Connect(), third = _node.Connect();
        second.Run("XREADGROUP GROUP g b BLOCK 5000 CLAIM 1000 STREAMS s >");
        third.Run("XREADGROUP GROUP g c BLOCK 200 CLAIM 1000 STREAMS s >");
        _node.Pass(100);
        _client.Run("XADD s 2-0 f v");
        Assert.Equal("2-0 0 0", Told(second.Read()));
        Assert.Equal("", third.Read());
        _node.Pass(120);
        Assert.Equal("*-1\r\n", third.Read());
    }
}
