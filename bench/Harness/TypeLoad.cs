using System;
using System.Text;

using Hexad.Benchmark;

namespace Hexad.Harness;

/// <summary>Load on collections: what they hold before it begins, and the request of each test. The numbers in requests are below <see cref="LoadRun.Keys"/>.</summary>
public static class TypeLoad
{
    private const string Large = "zset:large", Small = "zset:small", Stream = "stream:large", Added = "stream:added";
    private const string LargeSet = "set:large", SmallSet = "set:small", LargeHash = "hash:large", SmallHash = "hash:small";
    private const int SmallCount = 10;

    /// <summary>The tests: the command, and on how large a collection.</summary>
    public static string[] Names { get; } =
    [
        "zadd-10", "zadd-1m", "zrange100-1m", "zrank-10", "zrank-1m", "xadd", "xrange100-1m",
        "sadd-10", "sadd-1m", "spop-1m", "hset-10", "hset-1m", "hgetall-10",
    ];

    /// <summary>The request of a test; none if it is no test of these.</summary>
    public static Workload? Of(string test) => test switch
    {
        "zadd-10" => Words("ZADD", Small, "__rand_int__", "element:000000000007"),
        "zadd-1m" => Words("ZADD", Large, "__rand_int__", "element:__rand_int__"),
        "zrange100-1m" => Words("ZRANGE", Large, "__rand_int__", "+inf", "BYSCORE", "LIMIT", "0", "100"),
        "zrank-10" => Words("ZRANK", Small, "element:000000000007"),
        "zrank-1m" => Words("ZRANK", Large, "element:__rand_int__"),
        "xadd" => Words("XADD", Added, "*", "field", "value-1234"),
        "xrange100-1m" => Words("XRANGE", Stream, "-", "+", "COUNT", "100"),
        "sadd-10" => Words("SADD", SmallSet, "element:000000000007"),
        "sadd-1m" => Words("SADD", LargeSet, "element:__rand_int__"),
        // A set that holds what sadd-1m put there: most of it is popped in a moment, as redis-benchmark has it too.
        "spop-1m" => Words("SPOP", LargeSet),
        "hset-10" => Words("HSET", SmallHash, "field:000000000007", "value:__rand_int__"),
        "hset-1m" => Words("HSET", LargeHash, "field:__rand_int__", "value:__rand_int__"),
        "hgetall-10" => Words("HGETALL", SmallHash),
        _ => null,
    };

    /// <summary>Makes the collections.</summary>
    public static void Fill(ServerUnderTest server)
    {
        MemoryRun.Fill(server, LoadRun.Keys, static i => ["ZADD", Large, (i * 7919 % LoadRun.Keys).ToString(), $"element:{i:D12}"]);
        MemoryRun.Fill(server, SmallCount, static i => ["ZADD", Small, (i * 7919 % SmallCount).ToString(), $"element:{i:D12}"]);
        MemoryRun.Fill(server, LoadRun.Keys, static i => ["SADD", LargeSet, $"element:{i:D12}"]);
        MemoryRun.Fill(server, SmallCount, static i => ["SADD", SmallSet, $"element:{i:D12}"]);
        MemoryRun.Fill(server, LoadRun.Keys, static i => ["HSET", LargeHash, $"field:{i:D12}", $"value:{i:D12}"]);
        MemoryRun.Fill(server, SmallCount, static i => ["HSET", SmallHash, $"field:{i:D12}", $"value:{i:D12}"]);
        MemoryRun.Fill(server, LoadRun.Keys, static i => ["XADD", Stream, $"{i + 1}-0", "field", $"value-{i % 10_000:D4}"]);
    }

    private static Workload Words(params string[] words) => Workload.Of(words[0], Array.ConvertAll(words, Encoding.ASCII.GetBytes));
}
