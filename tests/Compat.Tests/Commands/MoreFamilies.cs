using System;
using System.Collections.Generic;
using System.Linq;

namespace Hexad.Compat.Tests.Commands;

/// <summary>
/// Families of command shapes beside those of the data types: strings and bits, whatever works on keys of any type,
/// blocking, and everything mixed over the same few keys. What stands before a colon says how replies are compared; see <see cref="DifferentialRun"/>.
/// </summary>
internal static class MoreFamilies
{
    public static Dictionary<string, string[]> All { get; } = new()
    {
        ["string"] =
        [
            "SET K V", "SET K V NX|XX|get|FOO", "SET K V KEEPTTL|_ GET|_ NX|XX|_", "SET K V EX T NX|KEEPTTL|_", "SET K V PXAT M GET|_", "SET K V EXAT M", "GET K", "GETDEL K", "GETSET K V", "GETEX K", "GETEX K PERSIST|FOO",
            "GETEX K EX|PX|PXAT|EXAT M", "GETRANGE K I I", "SUBSTR K I I", "SETRANGE K B V", "APPEND K V", "STRLEN K", "INCR K", "DECR K", "INCRBY K I", "DECRBY K I", "INCRBYFLOAT K V", "INCRBYFLOAT K I", "MGET K K", "MSET K V K V",
            "MSET K V K", "MSETNX K V K V", "SETNX K V", "SETEX K T V", "PSETEX K T V", "LCS K K LEN|_ IDX|_ WITHMATCHLEN|_", "LCS K K IDX MINMATCHLEN J", "RPUSH K V",
        ],
        ["bits"] =
        [
            "SETBIT K B 0|1|2|x", "GETBIT K B", "BITCOUNT K", "BITCOUNT K I", "BITCOUNT K J J BIT|BYTE|X|_", "BITCOUNT K I I BIT|BYTE|_", "BITPOS K 0|1|2|x", "BITPOS K 0|1 J", "BITPOS K 0|1 J J BIT|BYTE|X|_", "BITOP AND|or|XOR|NOT|X K K K", "BITOP NOT K K",
            "BITFIELD K GET u8|i5|u63|u64|i64|x 0|#1|3|-1|#x", "BITFIELD K OVERFLOW WRAP|SAT|FAIL|X SET u8|i5|u3 0|#1|3 N INCRBY u8|i5|i64|u63 0|#2 I", "BITFIELD K SET i16|u1 B J GET u7 9 INCRBY u2 1 3", "BITFIELD_RO K GET u8 J", "BITFIELD_RO K SET u8 0 1",
            "SET K V", "SETRANGE K 3 V", "GET K", "APPEND K V", "HSET K E V",
        ],
        ["keys"] =
        [
            "SET K V", "RPUSH K {4 E}", "SADD K {4 E}", "HSET K {2 E V}", "ZADD K {2 S E}", "XADD K X E V", "INCR K", "DEL K K", "UNLINK K K", "EXISTS K K K", "TYPE K", "TOUCH K K", "RENAME K K", "RENAMENX K K", "COPY K K", "COPY K K REPLACE", "COPY K K DB D REPLACE|X|_",
            "MOVE K D", "SELECT 0|1", "SWAPDB D D", "EXPIRE K T NX|XX|X|_", "PEXPIREAT K M NX|XX|_ GT|LT|_", "EXPIREAT K M GT|LT|NX|XX", "PERSIST K", "T:TTL K", "T:PTTL K", "T:EXPIRETIME K", "T:PEXPIRETIME K", "O:OBJECT ENCODING K", "OBJECT FREQ|REFCOUNT|FOO K", "OBJECT IDLETIME",
            "N:DUMP K", "RESTORE K 0 P", "RESTORE K 0 P REPLACE", "RESTORE K T P REPLACE|_", "RESTORE K 33177117420000 P REPLACE ABSTTL", "RESTORE K 0 P IDLETIME|FREQ J REPLACE", "RESTORE K 0 V REPLACE|ABSTTL|FOO", "RESTORE K 0 P FREQ 5 IDLETIME 5",
            "C:SCAN 0 COUNT 10000", "C:SCAN 0 COUNT 10000 TYPE string|list|zset|foo", "C:SCAN 0 MATCH W COUNT 10000", "SCAN x|0 COUNT 0|x", "S:KEYS W", "DBSIZE", "S:SORT K BY nosort", "SORT K ALPHA STORE K", "DEBUG DIGEST-VALUE K K", "FLUSHDB", "FLUSHALL ASYNC|SYNC|x",
            "GETEX K PXAT M", "SET K V PXAT M", "EXPIRE K T", "GET K", "LRANGE K 0 -1", "S:SMEMBERS K", "P:HGETALL K", "ZRANGE K 0 -1 WITHSCORES", "XRANGE K - +",
        ],
        ["transactions"] =
        [
            "MULTI", "MULTI", "EXEC", "EXEC", "EXEC", "DISCARD", "WATCH K K", "UNWATCH", "SET K V", "GET K", "INCR K", "RPUSH K {3 E}", "LPOP K J", "LRANGE K 0 -1", "HSET K {2 E V}", "HGET K E", "HDEL K E", "ZADD K {2 S E}", "ZRANGE K 0 -1 WITHSCORES", "ZPOPMIN K", "SADD K E", "SREM K E", "SCARD K",
            "XADD K X E V", "XLEN K", "XRANGE K - +", "BLPOP K K 0.001", "BRPOP K 0.001", "BLMOVE K K LEFT RIGHT 0.001", "BRPOPLPUSH K K 0.001", "BLMPOP 0.001 2 K K LEFT COUNT 2", "BZPOPMIN K K 0.001", "BZPOPMAX K 0.001", "BZMPOP 0.001 1 K MIN", "XREAD BLOCK 1 STREAMS K Y", "DEL K", "RENAME K K", "COPY K K", "EXPIRE K T", "PERSIST K",
            "SETBIT K B 1", "PFADD K E", "PFCOUNT K", "GEOADD K 13.3 38.1 E", "FLUSHDB", "SELECT 0|1", "SWAPDB 0 1", "FOO", "GET", "SORT K ALPHA LIMIT 0 2", "TYPE K", "DBSIZE",
        ],
        ["blocking"] =
        [
            "RPUSH K {6 E}", "RPUSH K {6 E}", "LPUSH K {3 E}", "ZADD K {5 S E}", "XADD K X E V", "DEL K", "BLPOP K K K 0.01", "BRPOP K K K 0.01", "BLMOVE K K LEFT|RIGHT LEFT|RIGHT 0.01", "BRPOPLPUSH K K 0.01", "BLMPOP 0.01 3 K K K LEFT|RIGHT COUNT J", "BZPOPMIN K K 0.01", "BZPOPMAX K K 0.01",
            "BZMPOP 0.01 3 K K K MIN|MAX COUNT J", "BLPOP K x|-1", "BRPOP K x|nan", "BZPOPMIN K x|-1", "BLMOVE K K UP LEFT 1", "BLMPOP 0.01 J K LEFT", "BZMPOP x 1 K MIN", "XREAD BLOCK x|-1 STREAMS K 0", "XREAD COUNT J BLOCK 1 STREAMS K 0-0|0", "LLEN K", "ZCARD K", "LRANGE K 0 -1", "BLPOP K", "BLMPOP 0.01 1 K LEFT FOO 1",
        ],
    };

    /// <summary>
    /// Shapes of everything but transactions and blocking, for values of all types under the same keys. SORT makes a large sorted
    /// set of a small one in Redis, and a large one keeps the sign of zero, so it stays with its own family.
    /// </summary>
    public static string[] Mixed(Dictionary<string, string[]> types) =>
    [
        .. types.Where(family => family.Key is not ("multi" or "sort")).SelectMany(family => family.Value),
        .. All.Where(family => family.Key is not ("transactions" or "blocking")).SelectMany(family => family.Value).Where(shape => !shape.Contains("SORT", StringComparison.Ordinal)),
    ];
}
