using System;
using System.Linq;
using Xunit;

namespace Hexad.Commands.Tests;

public sealed class SortedSetTests
{
    private readonly TestNode _node = new();
    private readonly TestClient _client;

    public SortedSetTests() => _client = _node.Connect();

    [Fact]
    public void Adding_counts_new_members_and_with_CH_also_changed_ones()
    {
        Assert.Equal(":2\r\n", _client.Run("ZADD z 1 a 2 b"));
        Assert.Equal(":0\r\n", _client.Run("ZADD z 5 a"));
        Assert.Equal(":2\r\n", _client.Run("ZADD z CH 6 a 3 c"));
        Assert.Equal(":0\r\n", _client.Run("ZADD z NX 9 a"));
        Assert.Equal(":0\r\n", _client.Run("ZADD z XX 9 d"));
        Assert.Equal(":1\r\n", _client.Run("ZADD z GT CH 7 a"));
        Assert.Equal(":0\r\n", _client.Run("ZADD z GT CH 6 a"));
        Assert.Equal("$4\r\n-inf\r\n", _client.Run("ZADD z LT INCR -inf a"));
        Assert.Equal("-ERR resulting score is not a number (NaN)\r\n", _client.Run("ZINCRBY z inf a"));
        Assert.Equal("$3\r\n2.5\r\n", _client.Run("ZINCRBY z 0.5 b"));
        Assert.Equal("-ERR value is not a valid float\r\n", _client.Run("ZADD z x a"));
        Assert.Equal(":3\r\n", _client.Run("ZCARD z"));
    }

    [Fact]
    public void Scores_and_ranks_are_told_of_packed_and_large_sets()
    {
        foreach (int members in new[] { 5, 500 })
        {
            Fill("z" + members, members);
            Assert.Equal("$1\r\n3\r\n", _client.Run($"ZSCORE z{members} m3"));
            Assert.Equal("*2\r\n$1\r\n0\r\n$-1\r\n", _client.Run($"ZMSCORE z{members} m0 x"));
            Assert.Equal(":3\r\n", _client.Run($"ZRANK z{members} m3"));
            Assert.Equal($"*2\r\n:{members - 4}\r\n$1\r\n3\r\n", _client.Run($"ZREVRANK z{members} m3 WITHSCORE"));
            Assert.Equal("*-1\r\n", _client.Run($"ZRANK z{members} x WITHSCORE"));
            Assert.Equal(":2\r\n", _client.Run($"ZCOUNT z{members} (1 3"));
            Assert.Equal("*2\r\n$2\r\nm1\r\n$2\r\nm2\r\n", _client.Run($"ZRANGE z{members} 1 2"));
            Assert.Equal("*2\r\n$2\r\nm4\r\n$1\r\n4\r\n", _client.Run($"ZREVRANGEBYSCORE z{members} 4 -inf WITHSCORES LIMIT 0 1"));
            Assert.Equal("*2\r\n$2\r\nm2\r\n$2\r\nm3\r\n", _client.Run($"ZRANGEBYSCORE z{members} (1 (4"));
            Assert.Equal($"*1\r\n{Bulk("m" + (members - 1))}", _client.Run($"ZREVRANGE z{members} 0 0"));
            Assert.Equal("*1\r\n$2\r\nm3\r\n", _client.Run($"ZRANGE z{members} 4 2 BYSCORE REV LIMIT 1 1"));
        }

        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING z5"));
        Assert.Equal("$8\r\nskiplist\r\n", _client.Run("OBJECT ENCODING z500"));
    }

    [Fact]
    public void Ranges_by_bytes_work_where_all_scores_are_equal()
    {
        _client.Run("ZADD z 0 a 0 b 0 c 0 d");
        Assert.Equal(":2\r\n", _client.Run("ZLEXCOUNT z [b (d"));
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\nb\r\n", _client.Run("ZRANGEBYLEX z - [b"));
        Assert.Equal("*2\r\n$1\r\nd\r\n$1\r\nc\r\n", _client.Run("ZREVRANGEBYLEX z + (b"));
        Assert.Equal("-ERR min or max not valid string range item\r\n", _client.Run("ZLEXCOUNT z b d"));
        Assert.Equal(":1\r\n", _client.Run("ZREMRANGEBYLEX z [b [b"));
        Assert.Equal(":3\r\n", _client.Run("ZRANGESTORE y z - + BYLEX"));
        Assert.Equal(":3\r\n", _client.Run("ZCARD y"));
    }

    [Theory]
    [InlineData("0 2", "0 -0 -0")]
    [InlineData("0 4", "-0 -0 -0 -0 0")]
    [InlineData("5 7 REV", "-0 0 0")]
    [InlineData("-inf (1 BYSCORE", "0 -0 -0 -0 0")]
    [InlineData("(1 -inf BYSCORE REV", "-0 -0 0 0 0")]
    [InlineData("- (p BYLEX LIMIT 1 3", "-0 -0 -0")]
    public void A_stored_range_passes_through_a_pack_which_keeps_no_negative_zero(string range, string scores)
    {
        _client.Run("CONFIG SET zset-max-listpack-entries 3");
        _client.Run("CONFIG SET zset-max-listpack-value 10");
        _client.Run("ZADD from 1 a 2 b 3 c 4 d");
        _client.Run("ZADD from -0.0 5 0 x -0.0 longer-than-ten -0.0 n -0.0 o");
        _client.Run("ZRANGESTORE to from " + range);
        string[] words = _client.Run("ZRANGE to 0 -1 WITHSCORES").Split("\r\n");
        var found = new System.Collections.Generic.List<string>();
        for (int i = 4; i < words.Length; i += 4) found.Add(words[i]);
        Assert.Equal(scores, string.Join(' ', found));
    }

    [Fact]
    public void A_set_that_loses_its_last_member_goes_away_and_leaves_no_memory_behind()
    {
        long used = 0;
        for (int round = 0; round < 3; round++)
        {
            Fill("z", 300);
            Assert.Equal(":1\r\n", _client.Run("ZREM z m0 x"));
            Assert.Equal(":1\r\n", _client.Run("ZREMRANGEBYRANK z 0 0"));
            Assert.Equal(":298\r\n", _client.Run("ZREMRANGEBYSCORE z 2 +inf"));
            Assert.Equal(":0\r\n", _client.Run("EXISTS z"));
            long now = _node.Node.Databases.Collections.Memory.Slabs.UsedBytes;
            if (round > 0) Assert.Equal(used, now);
            used = now;
        }
    }

    [Fact]
    public void Taking_members_tells_them_from_the_end_that_was_named()
    {
        _client.Run("ZADD z 1 a 2 b 3 c");
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\n1\r\n", _client.Run("ZPOPMIN z"));
        Assert.Equal("*4\r\n$1\r\nc\r\n$1\r\n3\r\n$1\r\nb\r\n$1\r\n2\r\n", _client.Run("ZPOPMAX z 5"));
        Assert.Equal("*0\r\n", _client.Run("ZPOPMIN z"));
        _client.Run("ZADD z 1 a 2 b 3 c");
        Assert.Equal("*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n", _client.Run("ZMPOP 2 y z MIN"));
        Assert.Equal("*3\r\n$1\r\nz\r\n$1\r\nc\r\n$1\r\n3\r\n", _client.Run("BZPOPMAX y z 0"));
        Assert.Equal("*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n", _client.Run("BZMPOP 0 1 z MAX COUNT 5"));
    }

    [Fact]
    public void Who_waits_for_a_sorted_set_is_served_when_it_comes_and_replicas_hear_of_a_plain_removal()
    {
        TestClient waiting = _node.Connect();
        Assert.Equal("", waiting.Run("BZPOPMIN z 0"));
        _node.Sink.Take();
        _client.Run("ZADD z 2 b 1 a");
        Assert.Equal("*3\r\n$1\r\nz\r\n$1\r\na\r\n$1\r\n1\r\n", waiting.Read());
        Assert.Equal("ZADD z 2 b 1 a | ZPOPMIN z", _node.Sink.Take());
        _client.Run("BZMPOP 0 1 z MIN COUNT 9");
        Assert.Equal("ZPOPMIN z 1", _node.Sink.Take());
    }

    [Fact]
    public void Unions_intersections_and_differences_weigh_and_aggregate()
    {
        _client.Run("ZADD x 1 a 2 b");
        _client.Run("ZADD y 10 b 20 c");
        Assert.Equal("*6\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$2\r\n12\r\n$1\r\nc\r\n$2\r\n20\r\n", _client.Run("ZUNION 2 x y WITHSCORES"));
        Assert.Equal("*2\r\n$1\r\nb\r\n$2\r\n20\r\n", _client.Run("ZINTER 2 x y WEIGHTS 1 2 AGGREGATE MAX WITHSCORES"));
        Assert.Equal("*1\r\n$1\r\na\r\n", _client.Run("ZDIFF 2 x y"));
        Assert.Equal(":1\r\n", _client.Run("ZINTERCARD 2 x y LIMIT 5"));
        Assert.Equal(":3\r\n", _client.Run("ZUNIONSTORE t 2 x y"));
        Assert.Equal(":1\r\n", _client.Run("ZINTERSTORE t 2 x y"));
        Assert.Equal(":1\r\n", _client.Run("ZDIFFSTORE t 2 x y"));
        Assert.Equal(":0\r\n", _client.Run("ZDIFFSTORE t 2 x x"));
        Assert.Equal(":0\r\n", _client.Run("EXISTS t"));
        Assert.Equal("-ERR at least 1 input key is needed for 'zunion' command\r\n", _client.Run("ZUNION 0 x"));
    }

    [Fact]
    public void Chance_chooses_different_members_unless_it_may_repeat_them()
    {
        foreach (int members in new[] { 20, 500 })
        {
            Fill("z" + members, members);
            foreach (int count in new[] { 3, members / 2, members * 2 })
            {
                string[] chosen = Bulks(_client.Run($"ZRANDMEMBER z{members} {count}"));
                Assert.Equal(Math.Min(count, members), chosen.Length);
                Assert.Equal(chosen.Length, chosen.Distinct().Count());
            }

            Assert.Equal(members * 2, Bulks(_client.Run($"ZRANDMEMBER z{members} -{members * 2}")).Length);
            Assert.StartsWith("m", Bulks(_client.Run($"ZRANDMEMBER z{members}"))[0], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3000)]
    public void A_scan_tells_every_member_with_its_score(int members)
    {
        Fill("z", members);
        var told = new System.Collections.Generic.Dictionary<string, string>();
        string cursor = "0";
        do
        {
            string[] page = Bulks(_client.Run($"ZSCAN z {cursor} COUNT 50 MATCH m*"));
            cursor = page[0];
            for (int i = 1; i < page.Length; i += 2) told[page[i]] = page[i + 1];
        }
        while (cursor != "0");
        Assert.Equal(members, told.Count);
        Assert.All(told, static pair => Assert.Equal(pair.Key[1..], pair.Value));
    }

    [Fact]
    public void In_RESP3_scores_are_doubles_and_pairs_are_arrays()
    {
        _client.Run("HELLO 3");
        _client.Run("ZADD z 1.5 a");
        Assert.Equal(",1.5\r\n", _client.Run("ZSCORE z a"));
        Assert.Equal("*1\r\n*2\r\n$1\r\na\r\n,1.5\r\n", _client.Run("ZRANGE z 0 -1 WITHSCORES"));
        Assert.Equal("*1\r\n*2\r\n$1\r\na\r\n,1.5\r\n", _client.Run("ZPOPMIN z 1"));
    }

    [Fact]
    public void A_member_longer_than_the_option_allows_makes_the_set_large()
    {
        _client.Run("CONFIG SET zset-max-listpack-value 10");
        _client.Call("ZADD", "z", "1", "short");
        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING z"));
        _client.Call("ZADD", "z", "1", "longer than ten");
        Assert.Equal("$8\r\nskiplist\r\n", _client.Run("OBJECT ENCODING z"));
        Assert.Equal(":2\r\n", _client.Run("ZCARD z"));
    }

    [Fact]
    public void A_packed_set_stays_packed_when_members_that_come_are_there_already()
    {
        _client.Run("CONFIG SET zset-max-listpack-entries 3");
        _client.Run("ZADD z 1 a 2 b 3 c");
        _client.Run("ZADD z 4 a 5 b");
        Assert.Equal("$8\r\nlistpack\r\n", _client.Run("OBJECT ENCODING z"));
        _client.Run("ZADD z 4 a 4 a 4 a 4 a");
        Assert.Equal("$8\r\nskiplist\r\n", _client.Run("OBJECT ENCODING z"));
    }

    [Theory]
    [InlineData("GEOADD s 1 1 m")]
    [InlineData("ZADD s 1 a")]
    [InlineData("ZPOPMIN s")]
    [InlineData("ZUNION 1 s")]
    [InlineData("BZPOPMIN s 0")]
    [InlineData("GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 1 m")]
    [InlineData("PFADD z a")]
    public void A_value_of_another_type_is_refused(string command)
    {
        _client.Run("SET s x");
        _client.Run("ZADD z 1 a");
        Assert.StartsWith("-WRONGTYPE ", _client.Run(command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(300)]
    public void A_dumped_set_is_restored_with_its_digest(int members)
    {
        Fill("z", members);
        _client.Run("ZADD z 0.1 fraction -inf least");
        string payload = _client.Run("DUMP z");
        payload = payload[(payload.IndexOf('\n') + 1)..^2];
        Assert.Equal("+OK\r\n", _client.Call("RESTORE", "copy", "0", payload));
        Assert.Equal(_client.Run("DEBUG DIGEST-VALUE z"), _client.Run("DEBUG DIGEST-VALUE copy"));
        Assert.Equal(_client.Run("ZRANGE z 0 -1 WITHSCORES"), _client.Run("ZRANGE copy 0 -1 WITHSCORES"));
        Assert.Equal(_client.Run("OBJECT ENCODING z"), _client.Run("OBJECT ENCODING copy"));
        Assert.Equal(":1\r\n", _client.Run("COPY z other"));
        Assert.Equal(_client.Run("DEBUG DIGEST-VALUE z"), _client.Run("DEBUG DIGEST-VALUE other"));
    }

    [Fact]
    public void Sets_take_part_in_unions_with_score_1()
    {
        _client.Run("SADD words b c");
        _client.Run("SADD numbers 1 2 3");
        _client.Run("ZADD z 5 b");
        Assert.Equal("*2\r\n$1\r\nb\r\n$1\r\n6\r\n", _client.Run("ZINTER 2 z words WITHSCORES"));
        Assert.Equal(":5\r\n", _client.Run("ZUNIONSTORE all 3 z words numbers"));
        for (int i = 0; i < 200; i++) _client.Run($"SADD many {i}x");
        Assert.Equal(":201\r\n", _client.Run("ZUNIONSTORE all 2 z many"));
        Assert.Equal(":200\r\n", _client.Run("ZDIFFSTORE all 2 many z"));
    }

    [Fact]
    public void Places_are_found_again_and_distances_told()
    {
        Assert.Equal(":2\r\n", _client.Run("GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania"));
        Assert.Equal("ZADD Sicily 3479099956230698 Palermo 3479447370796909 Catania", _node.Sink.Take());
        Assert.Equal("$11\r\n166274.1516\r\n", _client.Run("GEODIST Sicily Palermo Catania"));
        Assert.Equal("$8\r\n166.2742\r\n", _client.Run("GEODIST Sicily Palermo Catania km"));
        Assert.Equal("*2\r\n$11\r\nsqc8b49rny0\r\n$-1\r\n", _client.Run("GEOHASH Sicily Palermo x"));
        Assert.Equal("*2\r\n*2\r\n$20\r\n13.36138933897018433\r\n$20\r\n38.11555639549629859\r\n*-1\r\n", _client.Run("GEOPOS Sicily Palermo x"));
        Assert.Equal("*2\r\n$7\r\nPalermo\r\n$7\r\nCatania\r\n", _client.Run("GEORADIUS Sicily 15 37 200 km"));
        Assert.Equal("*1\r\n$7\r\nCatania\r\n", _client.Run("GEORADIUS_RO Sicily 15 37 100 km"));
        Assert.Equal("*2\r\n$7\r\nCatania\r\n$7\r\nPalermo\r\n", _client.Run("GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC"));
        Assert.Equal("*1\r\n*2\r\n$7\r\nPalermo\r\n$6\r\n0.0000\r\n", _client.Run("GEORADIUSBYMEMBER Sicily Palermo 100 km WITHDIST"));
        Assert.Equal("*1\r\n*2\r\n$7\r\nPalermo\r\n:3479099956230698\r\n", _client.Run("GEORADIUSBYMEMBER_RO Sicily Palermo 100 km WITHHASH"));
        Assert.Equal(":2\r\n", _client.Run("GEOSEARCHSTORE near Sicily FROMMEMBER Palermo BYRADIUS 200 km STOREDIST"));
        Assert.Equal("-ERR invalid longitude,latitude pair 200.000000,100.000000\r\n", _client.Run("GEOADD Sicily 200 100 x"));
        _client.Run("ZADD odd inf i -inf m 18446744073709551615 q");
        Assert.Equal("*1\r\n*2\r\n$22\r\n-179.99999731779098511\r\n$21\r\n-85.05112751263942528\r\n", _client.Run("GEOPOS odd i"));
        Assert.Equal(_client.Run("GEOPOS odd i"), _client.Run("GEOPOS odd q"));
        Assert.Equal("*1\r\n*2\r\n$3\r\n180\r\n$21\r\n-85.05112751263942528\r\n", _client.Run("GEOPOS odd m"));
    }

    [Fact]
    public void Sketches_count_different_elements_in_the_bytes_of_redis()
    {
        Assert.Equal(":1\r\n", _client.Run("PFADD h a b c"));
        Assert.Equal(":0\r\n", _client.Run("PFADD h a"));
        Assert.Equal(":3\r\n", _client.Run("PFCOUNT h"));
        Assert.Equal("+sparse\r\n", _client.Run("PFDEBUG ENCODING h"));
        Assert.Equal(Bulk("Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"), _client.Run("PFDEBUG DECODE h"));
        Assert.Equal(":1\r\n", _client.Run("PFDEBUG TODENSE h"));
        Assert.Equal("-ERR Unknown PFDEBUG subcommand '\u00ff'\r\n", _client.Call("PFDEBUG", "\u00ff", "h"));
        string sketch = "HYLL\u0001" + new string('\0', 10) + "\u0080\u007f\u00ff";
        Assert.Equal("+OK\r\n", _client.Call("SET", "small", sketch));
        Assert.Equal("$6\r\nembstr\r\n", _client.Run("OBJECT ENCODING small"));
        Assert.Equal("-ERR Unknown PFDEBUG subcommand 'x'\r\n", _client.Run("PFDEBUG x small"));
        Assert.Equal("$3\r\nraw\r\n", _client.Run("OBJECT ENCODING small"));
        Assert.Equal(":3\r\n", _client.Run("PFCOUNT h"));
        Assert.Equal(":12304\r\n", _client.Run("STRLEN h"));
        Assert.Equal(":1\r\n", _client.Run("PFADD g c d"));
        Assert.Equal(":4\r\n", _client.Run("PFCOUNT h g"));
        Assert.Equal("+OK\r\n", _client.Run("PFMERGE g h"));
        Assert.Equal(":4\r\n", _client.Run("PFCOUNT g"));
        Assert.Equal("-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n", Refused("SET g 12", "PFADD g a"));
        Assert.Equal("-INVALIDOBJ Corrupted HLL object detected\r\n", Refused("PFADD f a", "APPEND f x", "PFADD f b", "PFCOUNT f"));
    }

    [Fact]
    public void The_self_test_of_sketches_passes() => Assert.Equal("+OK\r\n", _client.Run("PFSELFTEST"));

    private string Refused(params string[] commands)
    {
        string reply = "";
        foreach (string command in commands) reply = _client.Run(command);
        return reply;
    }

    private void Fill(string key, int members)
    {
        for (int i = 0; i < members; i++) _client.Run($"ZADD {key} {i} m{i}");
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    private static string[] Bulks(string reply) => [.. reply.Split("\r\n").Where(static line => line.Length > 0 && line[0] is not ('*' or '$'))];

    [Fact]
    public void A_scan_tells_members_without_scores()
    {
        _client.Run("ZADD z 1 a 2 b");
        Assert.Equal("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", _client.Run("ZSCAN z 0 NOSCORES"));
        _client.Call("ZADD", "z", "1", new string('x', 100));
        Assert.StartsWith("*2\r\n$1\r\n0\r\n*3\r\n", _client.Run("ZSCAN z 0 noscores COUNT 10"), StringComparison.Ordinal);
        Assert.Equal("-ERR syntax error\r\n", _client.Run("ZSCAN z 0 NOVALUES"));
    }
}
