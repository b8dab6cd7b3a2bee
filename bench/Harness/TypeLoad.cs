using System;
using System.Text;

using Hexad.Benchmark;

namespace Hexad.Harness;

/// <summary>Load on collections: what they hold before it begins, and the request of each test. The numbers in requests are below <see cref="LoadRun.Keys"/>.</summary>
public static class TypeLoad
{
    private const string Large = "zset:large", Small = "zset:small", Stream = "stream:large", Added = "stream:added";
    private const int SmallCount = 10;

    /// <summary>The tests: the command, and on how large a collection.</summary>
    public static string[] Names { get; } = ["zadd-10", "zadd-1m", "zrange100-1m", "zrank-10", "zrank-1m", "xadd", "xrange100-1m"];

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
        _ => null,
    };

    /// <summary>Makes the collections.</summary>
    public static void Fill(ServerUnderTest server)
    {
        Fill(server, Large, LoadRun.Keys);
        Fill(server, Small, SmallCount);
        FillStream(server, LoadRun.Keys);
    }

    private static void Fill(ServerUnderTest server, string key, long members)
    {
        const int Batch = 500;
        using Client.Connection connection = server.Connect();
        for (long i = 0; i < members;)
        {
            int sent = 0;
            for (; sent < Batch && i < members; sent++, i++) connection.Write("ZADD", key, (i * 7919 % members).ToString(), $"element:{i:D12}");
            connection.Flush();
            for (; sent > 0; sent--)
                if (connection.Read().IsError) throw new InvalidOperationException("a member could not be stored");
        }
    }

    private static void FillStream(ServerUnderTest server, long entries)
    {
        const int Batch = 500;
        using Client.Connection connection = server.Connect();
        for (long i = 0; i < entries;)
        {
            int sent = 0;
            for (; sent < Batch && i < entries; sent++, i++) connection.Write("XADD", Stream, $"{i + 1}-0", "field", $"value-{i % 10_000:D4}");
            connection.Flush();
            for (; sent > 0; sent--)
                if (connection.Read().IsError) throw new InvalidOperationException("an entry could not be stored");
        }
    }

    private static Workload Words(params string[] words) => Workload.Of(words[0], Array.ConvertAll(words, Encoding.ASCII.GetBytes));
}
