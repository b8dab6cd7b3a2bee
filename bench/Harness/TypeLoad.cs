using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

using Hexad.Benchmark;

namespace Hexad.Harness;

/// <summary>
/// A load on values of one type: its request, below which number the numbers in it are, and what the server is to hold before each run.
/// Replies of a hundred elements are asked for less often.
/// </summary>
public sealed record TypeTest(string Name, string[] Words, long Range, Action<ServerUnderTest>? Before = null, bool HasLongReplies = false)
{
    /// <summary>The request, encoded.</summary>
    public Workload Workload { get; } = Workload.Of(Words[0], Array.ConvertAll(Words, Encoding.ASCII.GetBytes));
}

/// <summary>
/// Loads on collections of ten elements, of which there are <see cref="SmallKeys"/>, and on collections of a million. What a test takes
/// away or adds to is made anew before each run, so that each finds the same.
/// </summary>
public static class TypeLoad
{
    private const long Million = 1_000_000, SmallKeys = 100_000;
    private const int Few = 10;
    private const string Number = "__rand_int__";

    /// <summary>The tests.</summary>
    public static TypeTest[] Tests { get; } =
    [
        new("lrange100-10", ["LRANGE", $"list:{Number}", "0", "99"], SmallKeys, static s => MakeSmall(s, "RPUSH", "list", Element, unlessThere: true)),
        new("lrange100-1m", ["LRANGE", "list", "0", "99"], Million, static s => MakeLarge(s, "RPUSH", "list", Element, unlessThere: true), HasLongReplies: true),
        new("lpush-10", ["LPUSH", $"list:{Number}", "value:0123456789"], SmallKeys, static s => MakeSmall(s, "RPUSH", "list", Element)),
        new("lpush-1m", ["LPUSH", "list", "value:0123456789"], Million, static s => MakeLarge(s, "RPUSH", "list", Element)),
        new("rpop-10", ["RPOP", $"list:{Number}"], SmallKeys, static s => MakeSmall(s, "RPUSH", "list", Element)),
        new("rpop-1m", ["RPOP", "list"], Million, static s => MakeLarge(s, "RPUSH", "list", Element)),
        new("sadd-10", ["SADD", $"set:{Number}", $"element:{Number}"], SmallKeys, static s => MakeSmall(s, "SADD", "set", Element)),
        new("sadd-1m", ["SADD", "set", $"element:{Number}"], 2 * Million, static s => MakeLarge(s, "SADD", "set", Element)),
        new("spop-10", ["SPOP", $"set:{Number}"], SmallKeys, static s => MakeSmall(s, "SADD", "set", Element)),
        new("spop-1m", ["SPOP", "set"], Million, static s => MakeLarge(s, "SADD", "set", Element)),
        new("hset-10", ["HSET", $"hash:{Number}", "field:000000000007", $"value:{Number}"], SmallKeys, static s => MakeSmall(s, "HSET", "hash", Field, unlessThere: true)),
        new("hset-1m", ["HSET", "hash", $"field:{Number}", $"value:{Number}"], Million, static s => MakeLarge(s, "HSET", "hash", Field, unlessThere: true)),
        new("hgetall-10", ["HGETALL", $"hash:{Number}"], SmallKeys, static s => MakeSmall(s, "HSET", "hash", Field, unlessThere: true)),
        new("zadd-10", ["ZADD", $"zset:{Number}", Number, "element:000000000007"], SmallKeys, static s => MakeSmall(s, "ZADD", "zset", Scored, unlessThere: true)),
        new("zadd-1m", ["ZADD", "zset", Number, $"element:{Number}"], Million, static s => MakeLarge(s, "ZADD", "zset", Scored, unlessThere: true)),
        new("zrange100-10", ["ZRANGE", $"zset:{Number}", "0", "99"], SmallKeys, static s => MakeSmall(s, "ZADD", "zset", Scored, unlessThere: true)),
        new("zrange100-1m", ["ZRANGE", "zset", Number, "+inf", "BYSCORE", "LIMIT", "0", "100"], Million, static s => MakeLarge(s, "ZADD", "zset", Scored, unlessThere: true), HasLongReplies: true),
        new("zrank-10", ["ZRANK", $"zset:{Number}", "element:000000000007"], SmallKeys, static s => MakeSmall(s, "ZADD", "zset", Scored, unlessThere: true)),
        new("zrank-1m", ["ZRANK", "zset", $"element:{Number}"], Million, static s => MakeLarge(s, "ZADD", "zset", Scored, unlessThere: true)),
        new("xadd-10", ["XADD", $"stream:{Number}", "*", "field", "value-1234"], SmallKeys, static s => MakeStreams(s, SmallKeys, "stream:", Few)),
        new("xadd-1m", ["XADD", "stream", "*", "field", "value-1234"], Million, static s => MakeStreams(s, 1, "stream", Million)),
        new("xrange100-10", ["XRANGE", $"stream:{Number}", "-", "+", "COUNT", "100"], SmallKeys, static s => MakeStreams(s, SmallKeys, "stream:", Few, unlessThere: true)),
        new("xrange100-1m", ["XRANGE", "stream", "-", "+", "COUNT", "100"], Million, static s => MakeStreams(s, 1, "stream", Million, unlessThere: true), HasLongReplies: true),
        new("incr-10", ["INCR", $"counter:{Number}"], Few),
        new("incr-1m", ["INCR", $"counter:{Number}"], Million),
        new("mset10-10", Mset(), Few),
        new("mset10-1m", Mset(), Million),
    ];

    /// <summary>The test of this name; none if it is no test of these.</summary>
    public static TypeTest? Of(string name) => Array.Find(Tests, test => test.Name == name);

    private static string[] Mset()
    {
        var words = new List<string> { "MSET" };
        for (int i = 0; i < 10; i++) words.AddRange([$"key:{Number}", new string('x', 32)]);
        return [.. words];
    }

    private static string[] Element(long i) => [$"element:{i:D12}"];

    private static string[] Field(long i) => [$"field:{i:D12}", $"value:{i:D12}"];

    private static string[] Scored(long i) => [(i * 7919 % Million).ToString(CultureInfo.InvariantCulture), $"element:{i:D12}"];

    private static void MakeSmall(ServerUnderTest server, string command, string name, Func<long, string[]> element, bool unlessThere = false)
    {
        using Client.Connection connection = server.Connect();
        if (unlessThere && connection.Call("EXISTS", $"{name}:{0:D12}").Integer == 1) return;
        InBatches(connection, SmallKeys, static key => ["DEL", key], name);
        InBatches(connection, SmallKeys, key => Words(command, key, 0, Few, element), name);
    }

    private static void MakeLarge(ServerUnderTest server, string command, string key, Func<long, string[]> element, bool unlessThere = false)
    {
        const int AtOnce = 5000;
        using Client.Connection connection = server.Connect();
        if (unlessThere && connection.Call("EXISTS", key).Integer == 1) return;
        connection.Call("UNLINK", key);
        for (long i = 0; i < Million; i += AtOnce)
            if (connection.Call(Words(command, key, i, AtOnce, element)).IsError) throw new InvalidOperationException("elements could not be stored");
    }

    private static void MakeStreams(ServerUnderTest server, long streams, string name, long entries, bool unlessThere = false)
    {
        using Client.Connection connection = server.Connect();
        if (unlessThere && connection.Call("EXISTS", streams > 1 ? $"{name}{0:D12}" : name).Integer == 1) return;
        if (streams > 1) InBatches(connection, streams, static key => ["DEL", key], name.TrimEnd(':'));
        else connection.Call("UNLINK", name);
        MemoryRun.Fill(server, streams * entries, i => ["XADD", streams > 1 ? $"{name}{i / entries:D12}" : name, $"{i + 1}-0", "field", $"value-{i % 10_000:D4}"]);
    }

    private static string[] Words(string command, string key, long from, int count, Func<long, string[]> element)
    {
        var words = new List<string> { command, key };
        for (long i = from; i < from + count; i++) words.AddRange(element(i));
        return [.. words];
    }

    private static void InBatches(Client.Connection connection, long keys, Func<string, string[]> request, string name)
    {
        const int Batch = 5000;
        for (long i = 0; i < keys;)
        {
            int sent = 0;
            for (; sent < Batch && i < keys; sent++, i++) connection.Write(request($"{name}:{i:D12}"));
            connection.Flush();
            for (; sent > 0; sent--)
                if (connection.Read().IsError) throw new InvalidOperationException("a key could not be stored");
        }
    }
}
