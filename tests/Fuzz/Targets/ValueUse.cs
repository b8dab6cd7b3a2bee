using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Hexad.Core;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Uses a value as clients may: commands of its type over it, made by chance, with its own members among the words.
/// In a shape a letter stands for one of a list (E a member, J a small integer, S a score, F a bound, L a bound of names,
/// X an id, G a group, C a consumer, V a text, K the key, O another key); <c>a|b</c> for one of the words.
/// </summary>
internal sealed class ValueUse(QuietNode node, Dice dice)
{
    private const int MostMembers = 64;

    private static readonly Dictionary<string, string> All = new()
    {
        ["string"] = "GET K", ["list"] = "LRANGE K 0 63", ["set"] = "SMEMBERS K", ["hash"] = "HGETALL K", ["zset"] = "ZRANGE K 0 63", ["stream"] = "XRANGE K - + COUNT 32",
    };

    private static readonly string[] Common =
    [
        "TYPE K", "OBJECT ENCODING K", "MEMORY USAGE K SAMPLES 0", "DEBUG DIGEST-VALUE K", "DUMP K", "COPY K O REPLACE", "RENAME K O|K", "RENAME O K", "EXPIRE K 1000", "PERSIST K",
        "DEBUG OBJECT K", "SORT K ALPHA", "SORT K BY nosort LIMIT J J", "EXISTS K", "TOUCH K", "MOVE K 1",
    ];

    private static readonly Dictionary<string, string[]> Shapes = new()
    {
        ["string"] =
        [
            "GET K", "STRLEN K", "APPEND K V", "GETRANGE K J J", "SETRANGE K 3 V", "INCR K", "INCRBYFLOAT K S", "BITCOUNT K", "BITPOS K 1", "SETBIT K 77 1", "GETBIT K 9", "BITFIELD K GET u8 3 SET i16 7 99",
            "LCS K O", "PFCOUNT K", "PFADD K V", "PFMERGE O K", "GETEX K", "GETDEL K", "SET K V KEEPTTL", "BITOP NOT O K",
        ],
        ["list"] =
        [
            "LLEN K", "LRANGE K J J", "LRANGE K 0 -1", "LINDEX K J", "LPOS K E", "LPOS K E RANK -1 COUNT 0", "LPUSH K E V", "RPUSH K V E", "LPOP K J", "RPOP K J", "LPOP K", "RPOP K", "LSET K J V",
            "LINSERT K BEFORE|AFTER E V", "LREM K J E", "LTRIM K J J", "LTRIM K 0 -2", "LMOVE K K|O LEFT|RIGHT LEFT|RIGHT", "LMPOP 1 K LEFT|RIGHT COUNT 2", "RPOPLPUSH K O",
        ],
        ["set"] =
        [
            "SCARD K", "SMEMBERS K", "SISMEMBER K E", "SMISMEMBER K E V J", "SADD K V", "SADD K J 70000 9999999999", "SADD K E V", "SREM K E", "SREM K J V", "SPOP K", "SPOP K 2", "SRANDMEMBER K J", "SSCAN K 0 COUNT J",
            "SSCAN K 0 COUNT 1000", "SINTER K O", "SUNION K O", "SDIFF K O", "SDIFF O K", "SINTERCARD 2 K O", "SUNIONSTORE O K", "SINTERSTORE O K K", "SMOVE K O E",
        ],
        ["hash"] =
        [
            "HLEN K", "HGETALL K", "HKEYS K", "HVALS K", "HGET K E", "HMGET K E V", "HEXISTS K E", "HSTRLEN K E", "HSET K E V", "HSET K V E", "HSETNX K E V", "HDEL K E", "HDEL K E V", "HINCRBY K E J", "HINCRBYFLOAT K E S",
            "HRANDFIELD K J WITHVALUES", "HSCAN K 0 COUNT 1000", "HSCAN K 0 COUNT J NOVALUES", "HEXPIRE K 1000 FIELDS 1 E", "HPEXPIREAT K 1 FIELDS 1 E", "HTTL K FIELDS 2 E V", "HPERSIST K FIELDS 1 E",
            "HGETEX K EX 100 FIELDS 1 E", "HGETDEL K FIELDS 1 E", "HSETEX K EX 100 FIELDS 1 E V",
        ],
        ["zset"] =
        [
            "ZCARD K", "ZRANGE K 0 -1 WITHSCORES", "ZRANGE K J J REV WITHSCORES", "ZRANGE K F F BYSCORE WITHSCORES", "ZRANGE K F F BYSCORE REV LIMIT J J", "ZRANGE K L L BYLEX", "ZLEXCOUNT K L L", "ZCOUNT K F F", "ZSCORE K E",
            "ZMSCORE K E V", "ZRANK K E", "ZREVRANK K E WITHSCORE", "ZADD K S E", "ZADD K S V S E", "ZADD K GT|LT|XX|NX S E", "ZINCRBY K S E", "ZREM K E", "ZREM K V E", "ZPOPMIN K", "ZPOPMAX K J", "ZREMRANGEBYRANK K J J",
            "ZREMRANGEBYSCORE K F F", "ZREMRANGEBYLEX K L L", "ZRANDMEMBER K J WITHSCORES", "ZSCAN K 0 COUNT 1000", "ZUNION 2 K O WITHSCORES", "ZINTER 2 K O", "ZDIFF 2 K O WITHSCORES", "ZUNIONSTORE O 1 K", "ZRANGESTORE O K 0 -1",
            "GEOPOS K E", "GEOHASH K E", "GEODIST K E E", "GEOSEARCH K FROMLONLAT 15 37 BYRADIUS 20000 km", "GEOADD K 13 38 E", "ZMPOP 1 K MIN|MAX COUNT 2", "ZINTERCARD 1 K",
        ],
        ["stream"] =
        [
            "XLEN K", "XRANGE K - +", "XREVRANGE K + -", "XRANGE K X X COUNT 3", "XREVRANGE K X X", "XREAD STREAMS K X", "XADD K * V E", "XADD K X V V", "XADD K MAXLEN 2 * a b", "XADD K MINID X * a b E V", "XDEL K X X", "XTRIM K MAXLEN J",
            "XTRIM K MAXLEN ~ J LIMIT 2", "XTRIM K MINID X", "XSETID K X", "XINFO STREAM K", "XINFO STREAM K FULL COUNT 0", "XINFO GROUPS K", "XINFO CONSUMERS K G", "XGROUP CREATE K G X", "XGROUP CREATE K new 0",
            "XGROUP SETID K G X ENTRIESREAD J", "XGROUP DESTROY K G", "XGROUP CREATECONSUMER K G C", "XGROUP DELCONSUMER K G C", "XREADGROUP GROUP G C COUNT J STREAMS K >", "XREADGROUP GROUP G C STREAMS K 0",
            "XREADGROUP GROUP G C NOACK STREAMS K >", "XACK K G X X", "XPENDING K G", "XPENDING K G - + 10", "XPENDING K G IDLE 0 - + 10 C", "XCLAIM K G C 0 X X", "XCLAIM K G C 0 X FORCE JUSTID", "XAUTOCLAIM K G C 0 0", "XAUTOCLAIM K G C 0 X COUNT J JUSTID",
        ],
    };

    private readonly List<byte[]> _members = [];
    private readonly List<byte[]> _groups = [];
    private readonly List<byte[]> _consumers = [];

    /// <summary>The type of the value under <c>key</c>.</summary>
    public string Type => Encoding.ASCII.GetString(node.Run("TYPE"u8.ToArray(), "key"u8.ToArray()).AsSpan(1)[..^2]);

    /// <summary>Runs so many commands over the value under <c>key</c>, whatever becomes of it.</summary>
    public void Run(int steps)
    {
        string type = Type;
        if (!Shapes.TryGetValue(type, out string[]? shapes)) return;
        Collect(type);
        for (int i = 0; i < steps; i++)
        {
            string shape = dice.Below(5) == 0 ? Common[dice.Below(Common.Length)] : shapes[dice.Below(shapes.Length)];
            byte[] reply = node.Run(Words(shape));
            _ = Replies.Flat(reply);
        }
    }

    private void Collect(string type)
    {
        foreach (byte[]? found in Replies.Flat(node.Run(Words(All[type]))))
        {
            if (found is null || found.Length > 4096) continue;
            if (_members.Count == MostMembers) break;
            _members.Add(found);
        }

        if (type != "stream") return;
        foreach (byte[] group in Replies.Elements(node.Run(Words("XINFO GROUPS K"))))
        {
            byte[] name = Replies.Flat(group)[1]!;
            _groups.Add(name);
            foreach (byte[] consumer in Replies.Elements(node.Run("XINFO"u8.ToArray(), "CONSUMERS"u8.ToArray(), "key"u8.ToArray(), name)))
                _consumers.Add(Replies.Flat(consumer)[1]!);
        }
    }

    private byte[][] Words(string shape) => Array.ConvertAll(shape.Split(' '), Word);

    private byte[] Word(string part) => part switch
    {
        "K" => "key"u8.ToArray(),
        "O" => "other"u8.ToArray(),
        "E" => Member(),
        "G" => _groups.Count > 0 ? _groups[dice.Below(_groups.Count)] : "group"u8.ToArray(),
        "C" => _consumers.Count > 0 && dice.Below(4) > 0 ? _consumers[dice.Below(_consumers.Count)] : "consumer"u8.ToArray(),
        "V" => Text(One("x", "12", "-7", "3.5", "", "a text of some length", new string('v', 70), new string('w', 9000))),
        "J" => Text(One("0", "1", "-1", "2", "3", "5", "-3", "100")),
        "S" => Text(One("0", "1", "-1.5", "2", "inf", "-inf", "1e300", "1e-300", "3")),
        "F" => Text(One("-inf", "+inf", "0", "(1", "2.5", "(-1", "100")),
        "L" => dice.Below(2) == 0 ? Text(One("-", "+", "[a", "(b")) : [(byte)(dice.Below(2) == 0 ? '[' : '('), .. Member()],
        "X" => Id(),
        _ when part.Contains('|', StringComparison.Ordinal) => Word(One(part.Split('|'))),
        _ => Text(part),
    };

    // Members of a stream are ids, fields and values: any may stand where an id is wanted, most are ids.
    private byte[] Id()
    {
        if (dice.Below(3) > 0)
        {
            for (int tries = 0; tries < 8; tries++)
            {
                byte[] member = Member();
                if (member.AsSpan().IndexOf((byte)'-') > 0) return member;
            }
        }

        return Text(One("-", "+", "0-1", "5", "18446744073709551615-18446744073709551614", "1-0", dice.Below(1000).ToString(CultureInfo.InvariantCulture)));
    }

    private byte[] Member() => _members.Count > 0 && dice.Below(6) > 0 ? _members[dice.Below(_members.Count)] : Text(One("a", "b", "12", "", "member"));

    private string One(params string[] of) => of[dice.Below(of.Length)];

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);
}
