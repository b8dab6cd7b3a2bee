// As ReplyTests, for the data types: lists, sets, hashes, sorted sets, geo, HyperLogLog, sorting, streams and transactions,
// for keys of any type and for all of them mixed (see MoreFamilies). A few commands are spoilt on purpose. Where a
// command promises no order (SMEMBERS, HGETALL, scans) replies are compared without; limits of packed values are set low,
// so that values go over into their large form and are compared there too. A part of the rounds speaks RESP3.
//
// HEXAD_DIFF_ROUNDS sets how many commands each family runs (a few thousand by default), HEXAD_DIFF_SEED the seed,
// HEXAD_DIFF_FAMILIES which families (all by default), and HEXAD_DIFF_LOG names a file that gets a line for each run. The runs so far stand in data/differential-runs.txt.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Hexad.Compat.Tests.Replication;
using Hexad.Core;
using Xunit;

namespace Hexad.Compat.Tests.Commands;

public sealed class TypeTests
{
    private static readonly string[] Common =
    [
        "DEL K K", "DEL K", "TYPE K", "RENAME K K", "COPY K K REPLACE|_", "EXISTS K", "SET K V", "DBSIZE", "PERSIST K", "FLUSHALL",
    ];

    internal static readonly Dictionary<string, string[]> Families = new()
    {
        ["list"] =
        [
            "LPUSH K {9 E}", "RPUSH K {9 E}", "RPUSH K {4 V}", "LPUSHX K E", "RPUSHX K E E", "LPOP K", "RPOP K", "LPOP K J", "RPOP K J", "LLEN K", "LINDEX K J",
            "LSET K J E", "LINSERT K BEFORE|AFTER|x E E", "LRANGE K J J", "LRANGE K 0 -1", "LTRIM K J J", "LREM K J E", "LPOS K E", "LPOS K E RANK J", "LPOS K E COUNT J",
            "LPOS K E RANK J COUNT J MAXLEN J", "LMOVE K K LEFT|RIGHT LEFT|RIGHT|x", "RPOPLPUSH K K", "LMPOP 1|2|0|x K K LEFT|RIGHT COUNT J", "LMPOP 1 K LEFT",
            "BLPOP K x", "BLPOP K -1", "BLMPOP 0 0 K LEFT", "LPUSH K", "LPOP", "GET K", "STRLEN K",
        ],
        ["set"] =
        [
            "SADD K {9 E}", "SADD K {5 I}", "SREM K {3 E}", "SISMEMBER K E", "SMISMEMBER K {4 E}", "SCARD K", "S:SMEMBERS K", "S:SINTER K K", "S:SUNION K K", "S:SDIFF K K",
            "S:SINTER K", "SINTERCARD 2 K K", "SINTERCARD 2 K K LIMIT J", "SINTERCARD J K", "SINTERSTORE K K K", "SUNIONSTORE K K K", "SDIFFSTORE K K K", "SMOVE K K E",
            "S:SPOP K 1000", "SPOP K J|0", "S:SRANDMEMBER K 1000", "SRANDMEMBER K 0", "SRANDMEMBER K x", "C:SSCAN K 0 COUNT 10000", "SSCAN K x", "SSCAN K 0 COUNT 0", "LPUSH K E", "SADD K",
        ],
        ["hash"] =
        [
            "HSET K {6 E V}", "HSET K {3 E E}", "HSET K E", "HMSET K E V", "HMSET K E", "HSETNX K E V", "HGET K E", "HMGET K {4 E}", "HDEL K {3 E}", "HLEN K", "HSTRLEN K E",
            "S:HKEYS K", "S:HVALS K", "P:HGETALL K", "HEXISTS K E", "HINCRBY K E I", "HINCRBYFLOAT K E S", "HINCRBYFLOAT K E V", "P:HRANDFIELD K 1000 WITHVALUES", "S:HRANDFIELD K 1000", "HRANDFIELD K 0",
            "HRANDFIELD K x", "HRANDFIELD K 1 FOO", "Q:HSCAN K 0 COUNT 10000", "HSCAN K 0 MATCH", "SADD K E", "HSET K",
        ],
        ["zset"] =
        [
            "ZADD K {6 S E}", "ZADD K {3 S E}", "ZADD K NX|XX|_ GT|LT|_ CH|_ {3 S E}", "ZADD K INCR S E", "ZADD K XX|NX|GT INCR S E", "ZADD K x", "ZINCRBY K S E", "ZREM K {3 E}", "ZCARD K", "ZSCORE K E",
            "ZMSCORE K {3 E}", "ZCOUNT K F F", "ZRANK K E", "ZREVRANK K E", "ZRANGE K J J WITHSCORES|REV|_", "ZRANGE K 0 -1 WITHSCORES", "ZRANGE K F F BYSCORE REV|_ LIMIT J J WITHSCORES|_",
            "ZRANGE K F F BYSCORE BYLEX", "ZREVRANGE K J J WITHSCORES|_", "ZRANGEBYSCORE K F F WITHSCORES|_ LIMIT J J", "ZREVRANGEBYSCORE K F F WITHSCORES|x|_",
            "ZRANGESTORE K K J J", "ZRANGESTORE K K F F BYSCORE LIMIT J J", "ZREMRANGEBYRANK K J J", "ZREMRANGEBYSCORE K F F",
            "ZPOPMIN K", "ZPOPMAX K J", "ZMPOP 2 K K MIN|MAX COUNT J", "ZMPOP 1 K MIN|x", "ZUNION 2 K K WITHSCORES|_", "ZUNION 2 K K WEIGHTS 0|1|-1|2|x 1|inf|-1 AGGREGATE SUM|MIN|MAX|x WITHSCORES", "ZINTER 2 K K WITHSCORES",
            "ZDIFF 2 K K WITHSCORES|_", "ZUNIONSTORE K 2 K K AGGREGATE MIN|MAX", "ZINTERSTORE K 2 K K WEIGHTS 1|-1|2 0.5|1", "ZDIFFSTORE K 2 K K", "ZINTERCARD 2 K K LIMIT J", "ZINTERCARD J K", "Q:ZSCAN K 0 COUNT 10000",
            "ZRANDMEMBER K 0", "S:ZRANDMEMBER K 1000", "SADD K {3 E}", "BZPOPMIN K x",
        ],
        ["lex"] =
        [
            "ZADD K {6 0 E}", "ZREM K {2 E}", "ZLEXCOUNT K L L", "ZRANGE K L L BYLEX REV|_", "ZRANGE K L L BYLEX LIMIT J J", "ZRANGEBYLEX K L L LIMIT J J", "ZREVRANGEBYLEX K L L",
            "ZREMRANGEBYLEX K L L", "ZRANGESTORE K K L L BYLEX", "ZRANGE K 0 -1",
        ],
        ["geo"] =
        [
            "GEOADD K NX|XX|CH|_ {3 13.361389|15.087269|-0.127758|179.9|0|2.3522|-180 38.115556|37.502669|51.507351|85.05|0|48.8566|-85.05112878 E}", "GEOADD K 181 0 E", "GEOADD K x 1 E", "GEODIST K E E m|km|mi|ft|x|_", "GEOHASH K {3 E}", "GEOPOS K {3 E}",
            "GEOSEARCH K FROMLONLAT 15 37 BYRADIUS 200|1000|20000 km|m ASC|DESC WITHCOORD|_ WITHDIST|_ WITHHASH|_ COUNT 1|2|5", "GEOSEARCH K FROMMEMBER E BYBOX 400|3000 400|6000 km ASC WITHDIST",
            "GEOSEARCH K FROMLONLAT 0 51 BYRADIUS -1 km", "GEOSEARCHSTORE K K FROMLONLAT 15 37 BYRADIUS 2000 km ASC STOREDIST|_", "GEORADIUS K 15 37 200|5000 km WITHDIST|_ WITHCOORD|_ ASC", "GEORADIUSBYMEMBER K E 1000 km ASC COUNT 3",
            "GEORADIUS_RO K 15 37 3000 km DESC", "GEORADIUS K 15 37 2000 km STORE|STOREDIST K", "ZRANGE K 0 -1", "ZREM K E",
        ],
        ["hyperloglog"] =
        [
            "PFADD K {9 E}", "PFADD K {9 V}", "PFADD K {5 I}", "PFADD K", "PFCOUNT K", "PFCOUNT K K", "PFMERGE K K K", "PFMERGE K", "APPEND K E", "GET K", "STRLEN K", "PFDEBUG ENCODING|x K",
        ],
        ["sort"] =
        [
            "RPUSH K {6 I}", "RPUSH K {3 E}", "SADD K {6 I}", "ZADD K {4 S E}", "SET K V", "HSET K E V", "SORT K ALPHA", "SORT K DESC|ASC|_ LIMIT J J", "SORT K ALPHA DESC|_ LIMIT 0 3", "SORT K BY * GET *",
            "S:SORT K BY nosort", "SORT K ALPHA STORE K", "SORT_RO K ALPHA", "SORT_RO K STORE K", "S:SORT K BY *->a ALPHA GET *->b", "LRANGE K 0 -1", "SORT K x",
        ],
        ["multi"] =
        [
            "MULTI", "EXEC", "DISCARD", "WATCH K", "UNWATCH", "SET K V", "GET K", "INCR K", "RPUSH K {3 E}", "LPOP K", "LRANGE K 0 -1", "FOO", "GET", "HSET K E V", "HGET K E", "ZADD K S E", "ZSCORE K E", "BLPOP K 0.001", "SELECT 0|1|99",
            "SWAPDB 0 1", "RESET", "PING", "SUBSCRIBE",
        ],
        ["stream"] =
        [
            "XADD K X {2 E V}", "XADD K X E V", "XADD K 1-*|5-*|x-* E V", "XADD K NOMKSTREAM X E V", "XADD K MAXLEN J X E V", "XADD K MINID X X E V", "XADD K X E", "XLEN K", "XRANGE K X X", "XRANGE K - +", "XRANGE K - + COUNT J", "XREVRANGE K + - COUNT J",
            "XRANGE K (1 +", "XDEL K X X", "XTRIM K MAXLEN J", "XTRIM K MINID X", "XREAD COUNT J STREAMS K Y", "XREAD STREAMS K K Y Y", "XREAD STREAMS K", "XGROUP CREATE K g|h X MKSTREAM|_", "XGROUP CREATE K g 0 MKSTREAM", "XGROUP SETID K g X", "XGROUP DESTROY K h",
            "XGROUP CREATECONSUMER K g d", "XGROUP DELCONSUMER K g d", "XREADGROUP GROUP g c COUNT J STREAMS K >", "XREADGROUP GROUP g c COUNT 3 STREAMS K >", "XREADGROUP GROUP g c NOACK|_ STREAMS K >", "XREADGROUP GROUP g c STREAMS K 0", "XACK K g X X", "XPENDING K g", "XSETID K 18446744073709551615-1|18446744073709551615-5|x",
            "XCLAIM K g c 0 X X JUSTID", "XAUTOCLAIM K g c 0 0 COUNT 2 JUSTID", "XINFO STREAM K", "XINFO FOO K", "XGROUP FOO", "LPUSH K E",
        ],
    };

    public static TheoryData<string, int, ulong> Runs()
    {
        var runs = new TheoryData<string, int, ulong>();
        string[]? wanted = Environment.GetEnvironmentVariable("HEXAD_DIFF_FAMILIES")?.Split(' ');
        foreach (string family in Families.Keys.Concat(MoreFamilies.All.Keys).Append("mixed"))
        {
            if (wanted is not null && !wanted.Contains(family)) continue;
            runs.Add(family, 2, Number("HEXAD_DIFF_SEED", 1));
            runs.Add(family, 3, Number("HEXAD_DIFF_SEED", 1));
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Replies_and_data_are_those_of_a_real_server(string family, int protocol, ulong seed)
    {
        string[] limits = ["--hash-max-listpack-entries", "6", "--hash-max-listpack-value", "40", "--zset-max-listpack-entries", "6", "--zset-max-listpack-value", "40", "--set-max-intset-entries", "6", "--list-max-listpack-size", "5", "--stream-node-max-entries", "3"];
        using Server real = Server.Real(["--enable-debug-command", "yes", .. limits]);
        using Server ours = Server.Ours(["--enable-debug-command", "yes", "--set-max-listpack-entries", "5", .. limits]);
        Assert.Equal("PONG", real.Call("PING"));
        Assert.Equal("PONG", ours.Call("PING"));
        using var first = new RawClient(real.Port);
        using var second = new RawClient(ours.Port);
        first.Call("HELLO", protocol.ToString(CultureInfo.InvariantCulture));
        second.Call("HELLO", protocol.ToString(CultureInfo.InvariantCulture));
        CommandShapes.Payloads = Payloads(first);
        string[] shapes = family == "mixed" ? MoreFamilies.Mixed(Families) : Families.TryGetValue(family, out string[]? of) ? of : MoreFamilies.All[family];
        bool isTransaction = family is "multi" or "transactions";
        long rounds = (long)Number("HEXAD_DIFF_ROUNDS", 4000);
        var run = new DifferentialRun(first, second, new Dice(seed), [.. shapes, .. shapes, .. Common])
        {
            SpoilsOneOf = family is "blocking" || isTransaction ? 0 : 30,
            NeverSpoilt = family == "lex" ? "ZADD" : "", // With unequal scores a range of bytes is whatever the search meets.
            ComparesDigests = !isTransaction,
        };
        run.Run(family == "blocking" ? Math.Max(500, rounds / 50) : rounds);
        first.Call("DISCARD");
        second.Call("DISCARD");
        run.CompareData();
        Note($"{family} RESP{protocol} seed {seed}: {run.Commands} commands, {run.Errors} of them errors, no difference");
    }

    // Of every type, as a real server dumps them; the last ones are none.
    private static string[] Payloads(RawClient real)
    {
        var payloads = new List<string>();
        foreach (string line in (string[])["SET k 12", "SET k text", "RPUSH k a b 3", "SADD k 1 2 3", "SADD k a b", "HSET k f v g 2", "ZADD k 1 a 2 b", "XADD k 1-1 a b", "PFADD k a b"])
        {
            real.Call("DEL", "k");
            real.Call(line.Split(' '));
            string dumped = real.Call("DUMP", "k");
            payloads.Add(dumped[(dumped.IndexOf('\n', StringComparison.Ordinal) + 1)..^2]);
        }

        real.Call("DEL", "k");
        return [.. payloads, payloads[0] + "x", payloads[2][..^1], "\u00ff" + payloads[1][1..]];
    }

    private static void Note(string line)
    {
        if (Environment.GetEnvironmentVariable("HEXAD_DIFF_LOG") is { } log) File.AppendAllText(log, line + Environment.NewLine);
    }

    internal static ulong Number(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out ulong number) ? number : otherwise;
}
