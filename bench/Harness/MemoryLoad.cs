using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Hexad.Harness;

/// <summary>What a server's memory is filled with: so many elements, and the request that adds one.</summary>
public sealed record MemoryCase(string Name, long Elements, Func<long, string[]> Request);

/// <summary>How many bytes an element takes in a server that holds little else.</summary>
public sealed record MemorySample(string Case, string Server, double BytesEach);

/// <summary>Fills fresh servers and looks how much larger they have become.</summary>
public static class MemoryRun
{
    private const long Elements = 1_000_000;
    private const int WarmUp = 20_000;

    /// <summary>The cases.</summary>
    public static MemoryCase[] Cases { get; } =
    [
        new("hash of 8 short fields", Elements, static i => Hash($"hash:{Digits(i, 6)}", static (_, f) => $"f{f}", static (i, f) => $"value:{Digits(i + f, 6)}", i)),
        new("hash of 8 fields", Elements, static i => Hash($"key:{Digits(i, 12)}", static (_, f) => $"field:{f}", static (i, f) => $"value-{Digits(i * 8 + f, 8)}", i)),
        new("hash of 8 integers", Elements, static i => Hash($"hash:{Digits(i, 6)}", static (_, f) => $"counter:{f}", static (i, f) => (i * 31 + f).ToString(CultureInfo.InvariantCulture), i)),
        new("sorted-set member", Elements, static i => ["ZADD", "zset", (i * 7919 % Elements).ToString(CultureInfo.InvariantCulture), $"element:{Digits(i, 12)}"]),
        new("set member", Elements, static i => ["SADD", "set", $"element:{Digits(i, 12)}"]),
        new("short set member", Elements, static i => ["SADD", "set", $"member:{i}"]),
        new("list element", Elements, static i => ["RPUSH", "list", $"element:{Digits(i, 6)}"]),
        new("list element of 32", Elements, static i => ["LPUSH", "list", $"element:{Digits(i, 24)}"]),
        new("integer list element", Elements, static i => ["RPUSH", "list", i.ToString(CultureInfo.InvariantCulture)]),
        new("stream entry", Elements, static i => ["XADD", "stream", $"{i + 1}-0", "field", $"value-{i % 10_000:D4}"]),
        new("stream entry of 3 fields", Elements, static i => ["XADD", "stream", $"{1_700_000_000_000 + i * 13}-0", "name", $"n{i % 77}", "level", (i % 5).ToString(CultureInfo.InvariantCulture), "text", $"a line of text {i}"]),
    ];

    /// <summary>Fills a fresh server with a case.</summary>
    public static MemorySample Run(MemoryCase memory, ServerUnderTest fresh)
    {
        // What connections and buffers take is not the elements': some that go again come first.
        Fill(fresh, WarmUp, memory.Request);
        using (Client.Connection connection = fresh.Connect()) connection.Call("FLUSHALL");
        long before = fresh.ResidentBytes();
        Fill(fresh, memory.Elements, memory.Request);
        return new MemorySample(memory.Name, fresh.Command.Name, (fresh.ResidentBytes() - before) / (double)memory.Elements);
    }

    /// <summary>Sends a request for each number.</summary>
    public static void Fill(ServerUnderTest server, long count, Func<long, string[]> request)
    {
        const int Batch = 5000;
        using Client.Connection connection = server.Connect();
        for (long i = 0; i < count;)
        {
            int sent = 0;
            for (; sent < Batch && i < count; sent++, i++) connection.Write(request(i));
            connection.Flush();
            for (; sent > 0; sent--)
                if (connection.Read().IsError) throw new InvalidOperationException("an element could not be stored");
        }
    }

    /// <summary>A table of what was measured.</summary>
    public static string Page(IReadOnlyList<MemorySample> samples, string ours, string peer)
    {
        var text = new StringBuilder($"\n| bytes each, of a million | {ours} | {peer} | share |\n|---|---|---|---|\n");
        foreach (MemorySample own in samples)
        {
            if (own.Server != ours) continue;
            foreach (MemorySample other in samples)
            {
                if (other.Server == peer && other.Case == own.Case)
                    text.Append(CultureInfo.InvariantCulture, $"| {own.Case} | {own.BytesEach:F1} | {other.BytesEach:F1} | **{own.BytesEach / other.BytesEach:F2}** |\n");
            }
        }

        return text.ToString();
    }

    private static string[] Hash(string key, Func<long, int, string> field, Func<long, int, string> value, long i)
    {
        var words = new List<string> { "HSET", key };
        for (int f = 0; f < 8; f++) words.AddRange([field(i, f), value(i, f)]);
        return [.. words];
    }

    private static string Digits(long number, int count) => number.ToString(CultureInfo.InvariantCulture).PadLeft(count, '0');
}
