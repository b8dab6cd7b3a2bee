using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Core;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class HashTests
{
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public HashTests() => _client = _node.Connect();

    [Fact]
    public void Fields_come_change_and_go()
    {
        Assert.Equal(":2\r\n", _client.Run("HSET h a 1 b 2"));
        Assert.Equal(":1\r\n", _client.Run("HSET h b 3 c x"));
        Assert.Equal("+OK\r\n", _client.Run("HMSET h d 4"));
        Assert.Equal(":0\r\n", _client.Run("HSETNX h d 5"));
        Assert.Equal(":1\r\n", _client.Run("HSETNX h e 5"));
        Assert.Equal("*4\r\n$1\r\n1\r\n$1\r\n3\r\n$-1\r\n$1\r\nx\r\n", _client.Run("HMGET h a b z c"));
        Assert.Equal("$1\r\n4\r\n", _client.Run("HGET h d"));
        Assert.Equal("$-1\r\n", _client.Run("HGET h z"));
        Assert.Equal("$-1\r\n", _client.Run("HGET none z"));
        Assert.Equal(":1\r\n", _client.Run("HEXISTS h a"));
        Assert.Equal(":0\r\n", _client.Run("HEXISTS h z"));
        Assert.Equal(":5\r\n", _client.Run("HLEN h"));
        Assert.Equal(":1\r\n", _client.Run("HSTRLEN h a"));
        Assert.Equal(":0\r\n", _client.Run("HSTRLEN h z"));
        Assert.Equal("*5\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n$1\r\ne\r\n", _client.Run("HKEYS h"));
        Assert.Equal("*5\r\n$1\r\n1\r\n$1\r\n3\r\n$1\r\nx\r\n$1\r\n4\r\n$1\r\n5\r\n", _client.Run("HVALS h"));
        Assert.Equal(":2\r\n", _client.Run("HDEL h a b z"));
        Assert.Equal(":3\r\n", _client.Run("HDEL h c d e e"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS h"));
        Assert.Equal("HSET h a 1 b 2 | HSET h b 3 c x | HMSET h d 4 | HSETNX h e 5 | HDEL h a b z | HDEL h c d e e", _node.Sink.Take());
        Assert.Equal("-ERR wrong number of arguments for 'hset' command\r\n", _client.Run("HSET h a 1 b"));
        Assert.Equal("-ERR wrong number of arguments for 'hmset' command\r\n", _client.Run("HMSET h a 1 b"));
        _client.Run("SET k v");
        foreach (string command in new[] { "HSET k a 1", "HSETNX k a 1", "HDEL k a", "HGET k a", "HMGET k a", "HLEN k", "HSTRLEN k a", "HEXISTS k a", "HKEYS k", "HVALS k", "HGETALL k", "HINCRBY k a 1", "HINCRBYFLOAT k a 1", "HRANDFIELD k", "HRANDFIELD k 2", "HSCAN k 0" })
            Assert.Equal(WrongType, _client.Run(command));
    }

    [Theory]
    [InlineData(512, 10, "listpack")]
    [InlineData(513, 10, "hashtable")]
    [InlineData(1, 64, "listpack")]
    [InlineData(1, 65, "hashtable")]
    public void A_hash_becomes_a_table_where_the_options_say_so(int fields, int valueBytes, string encoding)
    {
        for (int i = 0; i < fields; i++) _client.Run($"HSET h f{i} {new string('v', valueBytes)}");
        Assert.Equal($"${encoding.Length}\r\n{encoding}\r\n", _client.Run("OBJECT ENCODING h"));
        Assert.Equal($":{fields}\r\n", _client.Run("HLEN h"));
        for (int i = 0; i < fields; i++) Assert.Equal($":{valueBytes}\r\n", _client.Run("HSTRLEN h f" + i));
    }

    [Fact]
    public void Numbers_in_fields_are_counted()
    {
        Assert.Equal(":5\r\n", _client.Run("HINCRBY h f 5"));
        Assert.Equal(":-5\r\n", _client.Run("HINCRBY h f -10"));
        Assert.Equal("$3\r\n3.5\r\n", _client.Run("HINCRBYFLOAT h g 3.5"));
        Assert.Equal("$1\r\n4\r\n", _client.Run("HINCRBYFLOAT h g 0.5"));
        Assert.Equal("HINCRBY h f 5 | HINCRBY h f -10 | HSET h g 3.5 | HSET h g 4", _node.Sink.Take());
        _client.Run("HSET h t text m 9223372036854775807");
        Assert.Equal("-ERR hash value is not an integer\r\n", _client.Run("HINCRBY h t 1"));
        Assert.Equal("-ERR hash value is not a float\r\n", _client.Run("HINCRBYFLOAT h t 1"));
        Assert.Equal("-ERR increment or decrement would overflow\r\n", _client.Run("HINCRBY h m 1"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("HINCRBY h m x"));
        Assert.Equal("-ERR value is not a valid float\r\n", _client.Run("HINCRBYFLOAT h m x"));
        Assert.Equal("-ERR value is NaN or Infinity\r\n", _client.Run("HINCRBYFLOAT h m -inf"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(600)]
    public void Fields_are_chosen_evenly_one_by_one_and_several_at_once(int count)
    {
        for (int i = 0; i < count; i++) _client.Run($"HSET h {i} v{i}");
        foreach (int wanted in new[] { 1, -7, 7, count - 5 })
        {
            var counts = new Dictionary<string, int>();
            int draws = 0;
            while (draws < count * 60)
            {
                string[] chosen = Elements(_client.Run($"HRANDFIELD h {wanted} WITHVALUES"));
                Assert.Equal(Math.Abs(wanted) * 2, chosen.Length);
                for (int i = 0; i < chosen.Length; i += 2)
                {
                    Assert.Equal("v" + chosen[i], chosen[i + 1]);
                    counts[chosen[i]] = counts.GetValueOrDefault(chosen[i]) + 1;
                }

                draws += Math.Abs(wanted);
            }

            double expected = (double)draws / count;
            double squares = counts.Values.Sum(drawn => (drawn - expected) * (drawn - expected) / expected);
            Assert.Equal(count, counts.Count);
            Assert.True(squares < count + 6 * Math.Sqrt(2.0 * count), $"chi square {squares:F0} of {count} fields, {wanted} at a time");
        }
    }

    [Fact]
    public void Random_fields_are_asked_for_in_many_ways()
    {
        _client.Run("HSET h a 1");
        Assert.Equal("$1\r\na\r\n", _client.Run("HRANDFIELD h"));
        Assert.Equal("*1\r\n$1\r\na\r\n", _client.Run("HRANDFIELD h 5"));
        Assert.Equal("*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\na\r\n$1\r\n1\r\n", _client.Run("HRANDFIELD h -2 WITHVALUES"));
        Assert.Equal("*0\r\n", _client.Run("HRANDFIELD h 0"));
        Assert.Equal("$-1\r\n", _client.Run("HRANDFIELD none"));
        Assert.Equal("*0\r\n", _client.Run("HRANDFIELD none 5"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("HRANDFIELD h 1 x"));
        Assert.Equal("-ERR value is out of range\r\n", _client.Run("HRANDFIELD h -9223372036854775807 WITHVALUES"));
        Assert.Equal("-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n", _client.Run("HRANDFIELD h -9223372036854775808"));
        _client.Run("HELLO 3");
        Assert.Equal("%1\r\n$1\r\na\r\n$1\r\n1\r\n", _client.Run("HGETALL h"));
        Assert.Equal("%0\r\n", _client.Run("HGETALL none"));
        Assert.Equal("*1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n", _client.Run("HRANDFIELD h 1 WITHVALUES"));
    }

    [Fact]
    public void A_hash_agrees_with_a_dictionary_over_all_representations()
    {
        var dice = new Dice(5);
        var model = new Dictionary<string, string>();
        int names = 10;
        for (int round = 0; round < 6000; round++)
        {
            if (round % 1500 == 0)
            {
                names *= 5;
                model.Clear();
                _client.Run("DEL h");
            }

            string name = "f" + dice.Below(names), value = dice.Below(4) == 0 ? "t" + dice.Below(100) : dice.Below(100_000).ToString();
            switch (dice.Below(4))
            {
                case 0 or 1:
                    Assert.Equal(model.ContainsKey(name) ? ":0\r\n" : ":1\r\n", _client.Run($"HSET h {name} {value}"));
                    model[name] = value;
                    break;
                case 2:
                    Assert.Equal(model.Remove(name) ? ":1\r\n" : ":0\r\n", _client.Run("HDEL h " + name));
                    break;
                default:
                    Assert.Equal(model.TryGetValue(name, out string? held) ? $"${held.Length}\r\n{held}\r\n" : "$-1\r\n", _client.Run("HGET h " + name));
                    break;
            }

            if (round % 500 != 499) continue;
            string[] all = Elements(_client.Run("HGETALL h"));
            Assert.Equal(
                model.Select(pair => pair.Key + pair.Value).Order(StringComparer.Ordinal),
                Enumerable.Range(0, all.Length / 2).Select(i => all[2 * i] + all[2 * i + 1]).Order(StringComparer.Ordinal));
            _node.Node.Databases.Validate();
        }
    }

    [Fact]
    public void A_scan_tells_fields_with_their_values()
    {
        _client.Run("HSET h a 1 bb 2");
        Assert.Equal("*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$2\r\nbb\r\n$1\r\n2\r\n", _client.Run("HSCAN h 0"));
        Assert.Equal("*2\r\n$1\r\n0\r\n*2\r\n$2\r\nbb\r\n$1\r\n2\r\n", _client.Run("HSCAN h 0 MATCH b* COUNT 1"));
        Assert.Equal("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$2\r\nbb\r\n", _client.Run("HSCAN h 0 NOVALUES"));
        for (int i = 0; i < 2000; i++) _client.Run($"HSET big {i} v{i}");
        var told = new Dictionary<string, string>();
        string cursor = "0";
        do
        {
            string[] parts = _client.Run($"HSCAN big {cursor} COUNT 50").Split("\r\n");
            cursor = parts[2];
            for (int i = 5; i + 2 < parts.Length; i += 4) told[parts[i]] = parts[i + 2];
        }
        while (cursor != "0");
        Assert.Equal(2000, told.Count);
        Assert.All(told, pair => Assert.Equal("v" + pair.Key, pair.Value));
    }

    private static string[] Elements(string reply)
    {
        string[] parts = reply.Split("\r\n");
        return [.. Enumerable.Range(0, (parts.Length - 2) / 2).Select(i => parts[2 + 2 * i])];
    }
}
