using System;
using System.Globalization;
using System.Linq;
using System.Text;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>Short calls that follow each other in a batch share a reading of the clock (decision 045). Here each reading is a microsecond after the one before.</summary>
public sealed class CallClockTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public CallClockTests() => _client = _node.Connect();

    [Fact]
    public void Short_calls_of_one_command_share_a_reading()
    {
        _client.Raw(Times(5, "INCR a"));
        Assert.Equal((5, 1), Counted("incr"));
        _client.Raw(Times(3, "SET a 1"));
        Assert.Equal((3, 1), Counted("set"));
    }

    [Fact]
    public void A_call_that_comes_alone_has_its_own()
    {
        for (int i = 0; i < 3; i++) _client.Run("INCR a");
        Assert.Equal((3, 3), Counted("incr"));
    }

    [Fact]
    public void Calls_of_different_commands_have_their_own()
    {
        _client.Raw(Times(3, "INCR a", "GET a"));
        Assert.Equal((3, 3), Counted("incr"));
        Assert.Equal((3, 3), Counted("get"));
    }

    [Theory]
    [InlineData("DEL a", "del")]
    [InlineData("HSET h f 1 g 2 i 3", "hset")]
    [InlineData("LRANGE l 0 1", "lrange")]
    [InlineData("SPUBLISH c m", "spublish")]
    [InlineData("OBJECT ENCODING a", "object|encoding")]
    public void Calls_that_may_take_long_have_their_own(string call, string name)
    {
        _client.Raw(Times(4, call));
        Assert.Equal((4, 4), Counted(name));
    }

    [Fact]
    public void So_have_calls_with_long_words_or_long_replies()
    {
        _client.Call("SET", "long", new string('x', 300));
        _client.Raw(Times(4, "GET long"));
        Assert.Equal((4, 4), Counted("get"));
        _client.Raw(Times(4, "SETNX long " + new string('y', 300)));
        Assert.Equal((4, 4), Counted("setnx"));
    }

    [Theory]
    [InlineData("CONFIG SET slowlog-log-slower-than 0")]
    [InlineData("CONFIG SET slowlog-log-slower-than 999")]
    [InlineData("MONITOR")]
    public void While_somebody_looks_at_single_calls_each_has_its_own(string look)
    {
        _node.Connect().Run(look);
        _client.Raw(Times(4, "INCR a"));
        Assert.Equal((4, 4), Counted("incr"));
    }

    [Fact]
    public void A_refused_call_leaves_its_share_to_those_before_it()
    {
        _client.Raw(Batch("INCR a", "INCR a", "INCR", "PING"));
        Assert.Equal((2, 1), Counted("incr"));
        Assert.Equal((1, 1), Counted("ping"));
        _client.Raw(Batch("DECR a", "DECR"));
        Assert.Equal((1, 1), Counted("decr"));
    }

    [Fact]
    public void Failed_calls_count_one_by_one()
    {
        _client.Run("SET text x");
        _client.Raw(Batch("INCR a", "INCR text", "INCR a", "INCR text"));
        Assert.Contains("cmdstat_incr:calls=4,usec=1,usec_per_call=0.25,rejected_calls=0,failed_calls=2\r\n", _client.Run("INFO commandstats"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_reading_is_logged_once_with_the_words_of_the_last_call()
    {
        _client.Run("GET warm");
        _node.Host.TickNs = 20_000_000;
        _client.Raw(Batch("INCR a", "INCR b", "INCR c"));
        _node.Host.TickNs = 1000;
        string log = _client.Run("SLOWLOG GET 10");
        Assert.StartsWith("*1\r\n", log, StringComparison.Ordinal);
        Assert.Contains(":20000\r\n*2\r\n$4\r\nINCR\r\n$1\r\nc\r\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public void What_holds_up_one_call_does_not_count_for_all()
    {
        for (int i = 0; i < 20; i++) _client.Raw(Times(4, "INCR a"));
        _node.Host.TickNs = 1_000_000;
        _client.Raw(Times(4, "INCR a"));
        _node.Host.TickNs = 1000;
        string line = _client.Run("INFO latencystats").Split("\r\n").Single(static l => l.StartsWith("latency_percentiles_usec_incr:", StringComparison.Ordinal));
        double[] percentiles = [.. line[(line.IndexOf(':') + 1)..].Split(',').Select(static p => double.Parse(p[(p.IndexOf('=') + 1)..], CultureInfo.InvariantCulture))];
        Assert.InRange(percentiles[0], 0.2, 0.3);
        Assert.InRange(percentiles[1], 0.2, 0.3);
        Assert.InRange(percentiles[2], 990, 1030);
    }

    // Not as lines: the parser hands those on one by one.
    private static string Batch(params string[] calls) => string.Concat(calls.Select(static call => Encoding.Latin1.GetString(TestClient.Encode(call.Split(' ')))));

    private static string Times(int count, params string[] calls) => string.Concat(Enumerable.Repeat(Batch(calls), count));

    private (int Calls, int Microseconds) Counted(string name)
    {
        string line = _client.Run("INFO commandstats").Split("\r\n").Single(l => l.StartsWith($"cmdstat_{name}:", StringComparison.Ordinal));
        string[] fields = line[(line.IndexOf(':') + 1)..].Split(',');
        int Field(int index) => int.Parse(fields[index][(fields[index].IndexOf('=') + 1)..], CultureInfo.InvariantCulture);
        return (Field(0), Field(1));
    }
}
