using System;
using System.Linq;
using Hexad.Core;
using Xunit;

namespace Hexad.Commands.Tests;

/// <summary>Every test runs over a packed hash and over a table.</summary>
public sealed class FieldExpiryTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public FieldExpiryTests() => _client = _node.Connect();

    [Theory]
    [InlineData("512", "listpackex")]
    [InlineData("0", "hashtable")]
    public void Fields_expire_each_at_its_time(string entries, string encoding)
    {
        Prepare(entries);
        _client.Run("HSET h a 1 b 2 c 3");
        Assert.Equal("*3\r\n:1\r\n:1\r\n:-2\r\n", _client.Run("HPEXPIRE h 300 FIELDS 3 a b x"));
        Assert.Equal($"${encoding.Length}\r\n{encoding}\r\n", _client.Run("OBJECT ENCODING h"));
        Assert.Equal("*1\r\n:1\r\n", _client.Run("HPEXPIRE h 100 FIELDS 1 b"));
        Assert.Equal("*4\r\n:300\r\n:100\r\n:-1\r\n:-2\r\n", _client.Run("HPTTL h FIELDS 4 a b c x"));
        Assert.Equal("*2\r\n:1\r\n:-1\r\n", _client.Run("HTTL h FIELDS 2 a c"));
        Assert.Equal($"*1\r\n:{_node.WallMs + 300}\r\n", _client.Run("HPEXPIRETIME h FIELDS 1 a"));
        Assert.Equal($"*1\r\n:{(_node.WallMs + 300 + 999) / 1000}\r\n", _client.Run("HEXPIRETIME h FIELDS 1 a"));
        _node.Sink.Take();
        _node.Jump(150);
        Assert.Equal("*2\r\n$1\r\n1\r\n$-1\r\n", _client.Run("HMGET h a b"));
        Assert.Equal(4, _client.Run("HGETALL h").Split('$').Length - 1);
        Assert.Equal(":3\r\n", _client.Run("HLEN h"));
        _node.Pass(200);
        Assert.Equal(":2\r\n", _client.Run("HLEN h"));
        Assert.Equal("HDEL h b", _node.Sink.Take());
        _node.Pass(200);
        Assert.Equal("*1\r\n$1\r\nc\r\n", _client.Run("HKEYS h"));
        Assert.Equal("HDEL h a", _node.Sink.Take());
        Assert.Contains("expired_subkeys:2\r\n", _client.Run("INFO stats"), StringComparison.Ordinal);
        _client.Run("CONFIG RESETSTAT");
        Assert.Contains("expired_subkeys:0\r\n", _client.Run("INFO stats"), StringComparison.Ordinal);
        _node.Node.Databases.Validate();
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void A_hash_goes_with_its_last_field(string entries)
    {
        Prepare(entries);
        string[] events = ["hexpired", "del"];
        _client.Run("CONFIG SET notify-keyspace-events KEA");
        TestClient listener = _node.Connect();
        listener.Run("PSUBSCRIBE __keyevent@0__:*");
        _client.Run("HSET h a 1");
        _client.Run("HEXPIRE h 1 FIELDS 1 a");
        _node.Pass(1300);
        Assert.Equal(":0\r\n", _client.Run("EXISTS h"));
        string heard = listener.Read();
        Assert.All(events, what => Assert.Contains("__keyevent@0__:" + what, heard, StringComparison.Ordinal));
        Assert.Contains("__keyevent@0__:hexpire\r\n", heard, StringComparison.Ordinal);
        _node.Node.Databases.Validate();
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void Conditions_decide_field_by_field(string entries)
    {
        Prepare(entries);
        _client.Run("HSET h a 1 b 2");
        Assert.Equal("*1\r\n:1\r\n", _client.Run("HPEXPIRE h 1000 NX FIELDS 1 a"));
        Assert.Equal("*2\r\n:0\r\n:1\r\n", _client.Run("HPEXPIRE h 2000 NX FIELDS 2 a b"));
        Assert.Equal("*2\r\n:1\r\n:0\r\n", _client.Run("HPEXPIRE h 1500 GT FIELDS 2 a b"));
        Assert.Equal("*2\r\n:0\r\n:1\r\n", _client.Run("HPEXPIRE h 1500 LT FIELDS 2 a b"));
        _client.Run("HSET h c 3");
        Assert.Equal("*2\r\n:1\r\n:0\r\n", _client.Run("HPEXPIRE h 1700 XX FIELDS 2 a c"));
        Assert.Equal("*1\r\n:0\r\n", _client.Run("HPEXPIRE h 1700 GT FIELDS 1 c"));
        Assert.Equal("*1\r\n:1\r\n", _client.Run("HPEXPIRE h 1700 LT FIELDS 1 c"));
        Assert.Equal("*2\r\n:1\r\n:-2\r\n", _client.Run("HPERSIST h FIELDS 2 a x"));
        Assert.Equal("*1\r\n:-1\r\n", _client.Run("HPERSIST h FIELDS 1 a"));
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void What_is_repeated_is_absolute(string entries)
    {
        Prepare(entries);
        _client.Run("HSET h a 1 b 2 c 3 d 4");
        _node.Sink.Take();
        long at = _node.WallMs + 5000;
        _client.Run("HEXPIRE h 5 NX FIELDS 2 a x");
        Assert.Equal($"HPEXPIREAT h {at} NX FIELDS 1 a", _node.Sink.Take());
        Assert.Equal("*2\r\n:2\r\n:-2\r\n", _client.Run("HEXPIREAT h 5 FIELDS 2 b x"));
        Assert.Equal("HDEL h b", _node.Sink.Take());
        Assert.Equal("*1\r\n$1\r\n3\r\n", _client.Run("HGETEX h EX 5 FIELDS 1 c"));
        Assert.Equal($"HPEXPIREAT h {at} FIELDS 1 c", _node.Sink.Take());
        Assert.Equal("*1\r\n$1\r\n3\r\n", _client.Run("HGETEX h PERSIST FIELDS 1 c"));
        Assert.Equal("HPERSIST h FIELDS 1 c", _node.Sink.Take());
        Assert.Equal("*2\r\n$1\r\n3\r\n$-1\r\n", _client.Run("HGETEX h FIELDS 2 c x"));
        Assert.Equal("", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("HSETEX h FXX EX 5 FIELDS 1 c 7"));
        Assert.Equal($"HSETEX h FXX PXAT {at} FIELDS 1 c 7", _node.Sink.Take());
        Assert.Equal("*1\r\n:5000\r\n", _client.Run("HPTTL h FIELDS 1 c"));
        Assert.Equal("$3\r\n7.5\r\n", _client.Run("HINCRBYFLOAT h c 0.5"));
        Assert.Equal("HSETEX h KEEPTTL FIELDS 1 c 7.5", _node.Sink.Take());
        Assert.Equal("*2\r\n$3\r\n7.5\r\n$-1\r\n", _client.Run("HGETDEL h FIELDS 2 c x"));
        Assert.Equal("HDEL h c x", _node.Sink.Take());
        Assert.Equal("*2\r\n$1\r\n1\r\n$1\r\n4\r\n", _client.Run("HGETDEL h FIELDS 2 a d"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS h"));
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void A_new_value_takes_the_expiry_away_but_counting_keeps_it(string entries)
    {
        Prepare(entries);
        _client.Run("HSETEX h PX 900 FIELDS 3 a 1 b 2 c 3");
        _client.Run("HSET h a 5");
        _client.Run("HINCRBY h b 1");
        _client.Run("HSETEX h KEEPTTL FIELDS 1 c 9");
        Assert.Equal("*3\r\n:-1\r\n:900\r\n:900\r\n", _client.Run("HPTTL h FIELDS 3 a b c"));
        Assert.Equal(":0\r\n", _client.Run("HSETEX h FNX FIELDS 2 x 1 a 2"));
        Assert.Equal(":0\r\n", _client.Run("HSETEX h FXX FIELDS 2 x 1 a 2"));
        Assert.Equal(":0\r\n", _client.Run("HSETEX none FXX FIELDS 1 x 1"));
        Assert.Equal(":1\r\n", _client.Run("HSETEX h PXAT 5 FIELDS 2 x 1 a 2"));
        Assert.Equal(":0\r\n", _client.Run("HEXISTS h a"));
        _node.Jump(1000);
        Assert.Equal(":1\r\n", _client.Run("HSET h b 1"));
        Assert.Equal(":1\r\n", _client.Run("HSETNX h c 1"));
        Assert.Equal("*2\r\n:-1\r\n:-1\r\n", _client.Run("HPTTL h FIELDS 2 b c"));
    }

    [Theory]
    [InlineData("512")]
    [InlineData("0")]
    public void Expiries_follow_the_hash_wherever_it_goes(string entries)
    {
        Prepare(entries);
        _client.Run("HSETEX h PX 500 FIELDS 1 a 1");
        _client.Run("HSET h b 2");
        _client.Run("COPY h copy");
        _client.Run("RENAME h other");
        _client.Run("MOVE copy 1");
        _client.Run("HSETEX gone PX 500 FIELDS 1 a 1");
        _client.Run("DEL gone");
        _client.Run("HSETEX text PX 500 FIELDS 1 a 1");
        _client.Run("SET text v");
        _node.Node.Databases.Validate();
        _node.Pass(800);
        Assert.Equal(":1\r\n", _client.Run("HLEN other"));
        Assert.Equal("$1\r\nv\r\n", _client.Run("GET text"));
        _client.Run("SELECT 1");
        Assert.Equal(":1\r\n", _client.Run("HLEN copy"));
        _client.Run("HSETEX h PX 500 FIELDS 1 a 1");
        _client.Run("FLUSHALL");
        _node.Pass(800);
        _node.Node.Databases.Validate();
    }

    [Fact]
    public void Thousands_of_expiries_by_chance_agree_with_a_model()
    {
        var dice = new Dice(3);
        var expiries = new System.Collections.Generic.Dictionary<string, long>();
        _client.Run("CONFIG SET hash-max-listpack-entries 40");
        for (int i = 0; i < 3000; i++)
        {
            string key = "h" + dice.Below(4), field = "f" + dice.Below(key == "h0" ? 300 : 30), name = key + field;
            long ms = 1 + dice.Below(2000);
            switch (dice.Below(4))
            {
                case 0 or 1:
                    _client.Run($"HSETEX {key} PX {ms} FIELDS 1 {field} {i}");
                    expiries[name] = _node.WallMs + ms;
                    break;
                case 2:
                    _client.Run($"HSET {key} {field} {i}");
                    expiries[name] = long.MaxValue;
                    break;
                default:
                    _client.Run($"HDEL {key} {field}");
                    expiries.Remove(name);
                    break;
            }

            if (dice.Below(10) == 0) _node.Pass(dice.Below(100));
            if (i % 200 != 199) continue;
            _node.Node.Databases.Validate();
            foreach (string name2 in expiries.Keys.ToArray())
                if (expiries[name2] < _node.WallMs) expiries.Remove(name2);
            foreach (string other in new[] { "h0", "h1", "h2", "h3" })
            {
                string[] parts = _client.Run("HKEYS " + other).Split("\r\n");
                string[] told = [.. Enumerable.Range(0, (parts.Length - 2) / 2).Select(n => parts[2 + 2 * n])];
                Assert.Equal(expiries.Keys.Where(n => n.StartsWith(other + "f", StringComparison.Ordinal)).Select(n => n[2..]).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("HEXPIRE h x FIELDS 1 a", "value is not an integer or out of range")]
    [InlineData("HEXPIRE h -1 FIELDS 1 a", "invalid expire time, must be >= 0")]
    [InlineData("HEXPIRE h 9223372036854775807 FIELDS 1 a", "invalid expire time in 'hexpire' command")]
    [InlineData("HPEXPIREAT h 70368744177664 FIELDS 1 a", "invalid expire time in 'hpexpireat' command")]
    [InlineData("HEXPIRE h 1 FOO 1 a", "Mandatory argument FIELDS is missing or not at the right position")]
    [InlineData("HEXPIRE h 1 FIELDS 0 a", "Parameter `numFields` should be greater than 0")]
    [InlineData("HEXPIRE h 1 FIELDS 2 a", "The `numfields` parameter must match the number of arguments")]
    [InlineData("HTTL h FIELDS 0 a", "Number of fields must be a positive integer")]
    [InlineData("HPERSIST h FIELDS 2 a", "The `numfields` parameter must match the number of arguments")]
    [InlineData("HGETDEL h FOO 1 a", "Mandatory argument FIELDS is missing or not at the right position")]
    [InlineData("HGETEX h EX 0x FIELDS 1 a", "value is not an integer or out of range")]
    [InlineData("HSETEX h FOO FIELDS 1 a 1", "unknown argument: FOO")]
    [InlineData("HSETEX h FNX FXX FIELDS 1 a 1", "Only one of FXX or FNX arguments can be specified")]
    [InlineData("HSETEX h EX 1 KEEPTTL FIELDS 1 a 1", "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified")]
    [InlineData("HSETEX h FIELDS x a 1", "invalid number of fields")]
    [InlineData("HSETEX h FIELDS 2 a 1", "wrong number of arguments for 'hsetex' command")]
    [InlineData("HSETEX h KEEPTTL FNX a 1", "unknown argument: a")]
    public void Wrong_words_are_refused(string line, string error)
    {
        _client.Run("HSET h a 1");
        Assert.Equal($"-ERR {error}\r\n", _client.Run(line));
    }

    private void Prepare(string entries) => _client.Run("CONFIG SET hash-max-listpack-entries " + entries);

    [Fact]
    public void Fields_are_set_only_if_their_key_is_there_or_only_if_it_is_not()
    {
        Assert.Equal(":0\r\n", _client.Run("HSETEX h XX FIELDS 1 a 1"));
        Assert.Equal(":1\r\n", _client.Run("HSETEX h NX FIELDS 1 a 1"));
        Assert.Equal(":0\r\n", _client.Run("HSETEX h NX FIELDS 1 b 1"));
        Assert.Equal(":0\r\n", _client.Run("HSETEX h XX FNX FIELDS 1 a 2"));
        _node.Sink.Take();
        Assert.Equal(":1\r\n", _client.Run("HSETEX h xx FXX EX 10 FIELDS 1 a 2"));
        Assert.Equal($"HSETEX h FXX PXAT {_node.WallMs + 10_000} FIELDS 1 a 2", _node.Sink.Take());
        Assert.Equal(":1\r\n", _client.Run("HSETEX h XX FIELDS 1 a 3"));
        Assert.Equal("HSETEX h FIELDS 1 a 3", _node.Sink.Take());
        Assert.Equal("-ERR syntax error\r\n", _client.Run("HSETEX h NX XX FIELDS 1 a 3"));
    }
}
