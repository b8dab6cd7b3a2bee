using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Core;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class SetTests
{
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public SetTests() => _client = _node.Connect();

    [Theory]
    [InlineData("1 2 3", "intset")]
    [InlineData("1 2 a", "listpack")]
    [InlineData("01", "listpack")]
    [InlineData("-0", "listpack")]
    [InlineData("9223372036854775808", "listpack")]
    [InlineData("-9223372036854775808", "intset")]
    public void A_small_set_is_packed(string members, string encoding)
    {
        _client.Run("SADD s " + members);
        Assert.Equal(Text(encoding), _client.Run("OBJECT ENCODING s"));
    }

    [Theory]
    [InlineData(512, false, "intset")]
    [InlineData(513, false, "hashtable")]
    [InlineData(127, true, "listpack")]
    [InlineData(128, true, "hashtable")]
    public void A_set_becomes_a_table_where_the_options_say_so(int integers, bool text, string encoding)
    {
        for (int i = 0; i < integers; i++) _client.Run("SADD s " + i);
        if (text) _client.Run("SADD s text");
        Assert.Equal(Text(encoding), _client.Run("OBJECT ENCODING s"));
        Assert.Equal($":{integers + (text ? 1 : 0)}\r\n", _client.Run("SCARD s"));
        for (int i = 0; i < integers; i++) Assert.Equal(":1\r\n", _client.Run("SISMEMBER s " + i));
        Assert.Equal(":0\r\n", _client.Run("SISMEMBER s -1"));
    }

    [Fact]
    public void A_long_member_makes_a_table()
    {
        _client.Run("SADD s " + new string('x', 64));
        Assert.Equal(Text("listpack"), _client.Run("OBJECT ENCODING s"));
        _client.Run("SADD s " + new string('y', 65));
        Assert.Equal(Text("hashtable"), _client.Run("OBJECT ENCODING s"));
    }

    [Fact]
    public void Members_come_and_go()
    {
        Assert.Equal(":3\r\n", _client.Run("SADD s 1 2 a a"));
        Assert.Equal(":0\r\n", _client.Run("SADD s a"));
        Assert.Equal("*3\r\n:1\r\n:0\r\n:1\r\n", _client.Run("SMISMEMBER s 1 x a"));
        Assert.Equal("*2\r\n:0\r\n:0\r\n", _client.Run("SMISMEMBER none 1 x"));
        Assert.Equal("*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\na\r\n", _client.Run("SMEMBERS s"));
        Assert.Equal(":2\r\n", _client.Run("SREM s 1 a x"));
        Assert.Equal(":1\r\n", _client.Run("SREM s 2 2"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS s"));
        Assert.Equal("SADD s 1 2 a a | SREM s 1 a x | SREM s 2 2", _node.Sink.Take());
        _client.Run("SET k v");
        foreach (string command in new[] { "SADD k a", "SREM k a", "SISMEMBER k a", "SMISMEMBER k a", "SCARD k", "SMEMBERS k", "SPOP k", "SPOP k 1", "SRANDMEMBER k", "SRANDMEMBER k 1", "SSCAN k 0", "SINTER k", "SUNION k", "SDIFF k", "SINTERCARD 1 k", "SUNIONSTORE d k" })
            Assert.Equal(WrongType, _client.Run(command));
    }

    [Fact]
    public void A_member_moves_from_set_to_set()
    {
        _client.Run("SADD a 1 x");
        _client.Run("SADD b 2");
        _node.Sink.Take();
        Assert.Equal(":1\r\n", _client.Run("SMOVE a b x"));
        Assert.Equal(":0\r\n", _client.Run("SMOVE a b x"));
        Assert.Equal(":1\r\n", _client.Run("SMOVE a a 1"));
        Assert.Equal(":0\r\n", _client.Run("SMOVE none b 1"));
        Assert.Equal(":1\r\n", _client.Run("SMOVE a c 1"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS a"));
        Assert.Equal("SMOVE a b x | SMOVE a c 1", _node.Sink.Take());
        _client.Run("SET k v");
        Assert.Equal(WrongType, _client.Run("SMOVE b k 2"));
        Assert.Equal(WrongType, _client.Run("SMOVE k b 2"));
        Assert.Equal(":0\r\n", _client.Run("SMOVE none k 2"));
    }

    [Fact]
    public void What_was_popped_is_repeated_as_SREM()
    {
        _client.Run("SADD s a");
        _node.Sink.Take();
        Assert.Equal("$1\r\na\r\n", _client.Run("SPOP s"));
        Assert.Equal("SREM s a", _node.Sink.Take());
        Assert.Equal("$-1\r\n", _client.Run("SPOP s"));
        Assert.Equal("*0\r\n", _client.Run("SPOP s 3"));
        Assert.Equal("-ERR value is out of range, must be positive\r\n", _client.Run("SPOP s -1"));
        Assert.Equal("-ERR value is out of range, must be positive\r\n", _client.Run("SPOP s x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SPOP s 1 2"));
        _client.Run("SADD s 1 2 3");
        _node.Sink.Take();
        _client.Run("SPOP s 4");
        Assert.Equal("DEL s", _node.Sink.Take());
        Assert.Equal(":0\r\n", _client.Run("EXISTS s"));
    }

    [Theory]
    [InlineData(100, "intset", 40)]
    [InlineData(100, "listpack", 99)]
    [InlineData(3000, "hashtable", 2500)]
    [InlineData(3000, "hashtable", 5)]
    public void Several_that_were_popped_are_gone_and_no_others(int count, string encoding, int popped)
    {
        Fill("s", count, text: encoding == "listpack");
        Assert.Equal(Text(encoding), _client.Run("OBJECT ENCODING s"));
        _node.Sink.Take();
        string[] gone = Elements(_client.Run("SPOP s " + popped));
        Assert.Equal(popped, gone.Distinct().Count());
        Assert.Equal($":{count - popped}\r\n", _client.Run("SCARD s"));
        foreach (string member in gone) Assert.Equal(":0\r\n", _client.Run("SISMEMBER s " + member));
        string[] repeated = _node.Sink.Take().Split(" | ");
        Assert.Equal((popped + 1023) / 1024, repeated.Count(line => line.StartsWith("SREM s ", StringComparison.Ordinal)));
        Assert.Equal(gone, repeated.Where(line => line.StartsWith("SREM", StringComparison.Ordinal)).SelectMany(line => line.Split(' ')[2..]));
    }

    [Theory]
    [InlineData("intset", 30)]
    [InlineData("listpack", 30)]
    [InlineData("hashtable", 600)]
    public void Members_are_chosen_evenly_one_by_one_and_several_at_once(string encoding, int count)
    {
        Fill("s", count, text: encoding == "listpack");
        Assert.Equal(Text(encoding), _client.Run("OBJECT ENCODING s"));
        foreach (int wanted in new[] { 1, -7, 7, count - 5 })
        {
            var counts = new Dictionary<string, int>();
            int draws = 0;
            while (draws < count * 60)
            {
                string[] chosen = Elements(_client.Run("SRANDMEMBER s " + wanted));
                Assert.Equal(Math.Abs(wanted), chosen.Length);
                if (wanted > 0) Assert.Equal(wanted, chosen.Distinct().Count());
                foreach (string member in chosen) counts[member] = counts.GetValueOrDefault(member) + 1;
                draws += chosen.Length;
            }

            double expected = (double)draws / count;
            double squares = counts.Values.Sum(drawn => (drawn - expected) * (drawn - expected) / expected);
            Assert.Equal(count, counts.Count);
            Assert.True(squares < count + 6 * Math.Sqrt(2.0 * count), $"chi square {squares:F0} of {count} members, {wanted} at a time");
        }
    }

    [Fact]
    public void Random_members_are_asked_for_in_many_ways()
    {
        _client.Run("SADD s a");
        Assert.Equal("$1\r\na\r\n", _client.Run("SRANDMEMBER s"));
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\na\r\n", _client.Run("SRANDMEMBER s -2"));
        Assert.Equal("*1\r\n$1\r\na\r\n", _client.Run("SRANDMEMBER s 100"));
        Assert.Equal("*0\r\n", _client.Run("SRANDMEMBER s 0"));
        Assert.Equal("$-1\r\n", _client.Run("SRANDMEMBER none"));
        Assert.Equal("*0\r\n", _client.Run("SRANDMEMBER none 5"));
        Assert.Equal("-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n", _client.Run("SRANDMEMBER s -9223372036854775808"));
        Assert.Equal("-ERR value is not an integer or out of range\r\n", _client.Run("SRANDMEMBER s x"));
    }

    [Fact]
    public void Algebra_agrees_with_a_naive_model_over_all_representations()
    {
        var dice = new Dice(11);
        string[] keys = ["a", "b", "c", "d"];
        var model = new Dictionary<string, SortedSet<string>>();
        for (int round = 0; round < 400; round++)
        {
            string key = keys[dice.Below(keys.Length)];
            bool text = dice.Below(2) == 0;
            int count = dice.Below(dice.Below(4) == 0 ? 700 : 12);
            _client.Run("DEL " + key);
            model[key] = new SortedSet<string>(Enumerable.Range(0, count).Select(_ => (text && dice.Below(3) == 0 ? "m" : "") + dice.Below(count * 2)), StringComparer.Ordinal);
            if (model[key].Count > 0) _client.Call(["SADD", key, .. model[key]]);
            string[] operands = [.. Enumerable.Range(0, 1 + dice.Below(4)).Select(_ => keys[dice.Below(keys.Length)])];
            string line = string.Join(' ', operands);
            IEnumerable<SortedSet<string>> sets = operands.Select(o => model.GetValueOrDefault(o) ?? []);
            string[] inter = Sorted(sets.Aggregate((IEnumerable<string>)sets.First(), (all, set) => all.Intersect(set)));
            string[] union = Sorted(sets.SelectMany(set => set).Distinct());
            string[] diff = Sorted(sets.Skip(1).Aggregate((IEnumerable<string>)sets.First(), (all, set) => all.Except(set)));
            Assert.Equal(inter, Sorted(Elements(_client.Run("SINTER " + line))));
            Assert.Equal(union, Sorted(Elements(_client.Run("SUNION " + line))));
            Assert.Equal(diff, Sorted(Elements(_client.Run("SDIFF " + line))));
            Assert.Equal($":{inter.Length}\r\n", _client.Run($"SINTERCARD {operands.Length} {line}"));
            Assert.Equal($":{Math.Min(3, inter.Length)}\r\n", _client.Run($"SINTERCARD {operands.Length} {line} LIMIT 3"));
            string target = keys[dice.Below(keys.Length)];
            (string command, string[] result) = dice.Below(3) switch
            {
                0 => ("SINTERSTORE", inter),
                1 => ("SUNIONSTORE", union),
                _ => ("SDIFFSTORE", diff),
            };
            Assert.Equal($":{result.Length}\r\n", _client.Run($"{command} {target} {line}"));
            Assert.Equal(result, Sorted(Elements(_client.Run("SMEMBERS " + target))));
            Assert.Equal(result.Length > 0 ? ":1\r\n" : ":0\r\n", _client.Run("EXISTS " + target));
            model[target] = new SortedSet<string>(result, StringComparer.Ordinal);
        }

        _node.Node.Databases.Validate();
    }

    [Fact]
    public void A_stored_result_replaces_what_was_there_and_its_expiry()
    {
        _client.Run("SADD a 1 2");
        _client.Run("SET d v EX 100");
        Assert.Equal(":2\r\n", _client.Run("SUNIONSTORE d a"));
        Assert.Equal(":-1\r\n", _client.Run("TTL d"));
        _client.Run("EXPIRE a 100");
        Assert.Equal(":2\r\n", _client.Run("SUNIONSTORE a a"));
        Assert.Equal(":-1\r\n", _client.Run("TTL a"));
        Assert.Equal(":0\r\n", _client.Run("SINTERSTORE a a none"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS a"));
        Assert.Equal("-ERR numkeys should be greater than 0\r\n", _client.Run("SINTERCARD 0 d"));
        Assert.Equal("-ERR numkeys should be greater than 0\r\n", _client.Run("SINTERCARD a d"));
        Assert.Equal("-ERR Number of keys can't be greater than number of args\r\n", _client.Run("SINTERCARD 2 d"));
        Assert.Equal("-ERR LIMIT can't be negative\r\n", _client.Run("SINTERCARD 1 d LIMIT -1"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SINTERCARD 1 d LIMIT"));
    }

    [Fact]
    public void A_scan_tells_every_member_that_stays()
    {
        Fill("s", 3000, text: false);
        var told = new HashSet<string>();
        string cursor = "0";
        int next = 3000, steps = 0;
        do
        {
            string[] parts = _client.Run($"SSCAN s {cursor} COUNT 20").Split("\r\n");
            cursor = parts[2];
            for (int i = 5; i < parts.Length; i += 2) told.Add(parts[i]);
            for (int i = 0; i < 30; i++) _client.Run("SADD s " + next++);
            Assert.True(++steps < 5000);
        }
        while (cursor != "0");
        for (int i = 0; i < 3000; i++) Assert.Contains(i.ToString(), told);
        _client.Run("SADD p 1 22 a");
        Assert.Equal("*2\r\n$1\r\n0\r\n*1\r\n$2\r\n22\r\n", _client.Run("SSCAN p 0 MATCH ?? COUNT 1"));
        Assert.Equal("*2\r\n$1\r\n0\r\n*0\r\n", _client.Run("SSCAN none 0"));
        Assert.Equal("-ERR invalid cursor\r\n", _client.Run("SSCAN p x"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SSCAN p 0 NOVALUES"));
        Assert.Equal("-ERR syntax error\r\n", _client.Run("SSCAN p 0 COUNT 0"));
    }

    [Fact]
    public void RESP3_clients_get_sets()
    {
        _client.Run("HELLO 3");
        _client.Run("SADD s 1");
        Assert.Equal("~1\r\n$1\r\n1\r\n", _client.Run("SMEMBERS s"));
        Assert.Equal("~1\r\n$1\r\n1\r\n", _client.Run("SINTER s"));
        Assert.Equal("~1\r\n$1\r\n1\r\n", _client.Run("SUNION s"));
        Assert.Equal("~1\r\n$1\r\n1\r\n", _client.Run("SDIFF s"));
        Assert.Equal("*1\r\n$1\r\n1\r\n", _client.Run("SRANDMEMBER s 1"));
        Assert.Equal("~1\r\n$1\r\n1\r\n", _client.Run("SPOP s 1"));
        Assert.Equal("~0\r\n", _client.Run("SMEMBERS s"));
        Assert.Equal("_\r\n", _client.Run("SPOP s"));
    }

    private void Fill(string key, int count, bool text)
    {
        for (int i = 0; i < count; i += 100)
            _client.Call(["SADD", key, .. Enumerable.Range(i, Math.Min(100, count - i)).Select(n => (text ? "m" : "") + n)]);
    }

    private static string Text(string value) => $"${value.Length}\r\n{value}\r\n";

    private static string[] Sorted(IEnumerable<string> members) => [.. members.Order(StringComparer.Ordinal)];

    private static string[] Elements(string reply)
    {
        string[] parts = reply.Split("\r\n");
        return [.. Enumerable.Range(0, (parts.Length - 2) / 2).Select(i => parts[2 + 2 * i])];
    }
}
