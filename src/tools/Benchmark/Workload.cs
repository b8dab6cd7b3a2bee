using System;
using System.Collections.Generic;
using System.Text;

using Hexad.Core;

namespace Hexad.Benchmark;

/// <summary>
/// One test: a title and the bytes of its request, with the places where a random number or a cluster slot's tag goes.
/// </summary>
public sealed class Workload
{
    private const string RandomMark = "__rand_int__";
    private const string TagMark = "{tag}";
    private readonly byte[] _request;

    private Workload(string title, byte[] request)
    {
        Title = title;
        _request = request;
        RandomPlaces = Places(request, RandomMark);
        TagPlaces = Places(request, TagMark);
    }

    /// <summary>What the report calls it.</summary>
    public string Title { get; }

    /// <summary>The request, encoded.</summary>
    public ReadOnlySpan<byte> Request => _request;

    /// <summary>Where 12 digits are to be put.</summary>
    public int[] RandomPlaces { get; }

    /// <summary>Where "{tag}" is to be overwritten by five bytes that hash to the wanted slot.</summary>
    public int[] TagPlaces { get; }

    /// <summary>A request of these words.</summary>
    public static Workload Of(string title, params byte[][] words)
    {
        var bytes = new List<byte>();
        bytes.AddRange(Encoding.ASCII.GetBytes($"*{words.Length}\r\n"));
        foreach (byte[] word in words)
        {
            bytes.AddRange(Encoding.ASCII.GetBytes($"${word.Length}\r\n"));
            bytes.AddRange(word);
            bytes.AddRange("\r\n"u8);
        }

        return new Workload(title, [.. bytes]);
    }

    /// <summary>The tests that <paramref name="names"/> chooses (all when empty), in the order in which they are run.</summary>
    public static List<Workload> Standard(IReadOnlySet<string> names, byte[] value, bool cluster)
    {
        string tag = cluster ? ":{tag}" : "";
        var chosen = new List<Workload>();
        Inline("PING_INLINE", ["ping_inline", "ping"], "PING\r\n");
        Words("PING_MBULK", ["ping_mbulk", "ping"], "PING");
        Words("SET", ["set"], "SET", $"key{tag}:{RandomMark}", value);
        Words("GET", ["get"], "GET", $"key{tag}:{RandomMark}");
        Words("INCR", ["incr"], "INCR", $"counter{tag}:{RandomMark}");
        Words("LPUSH", ["lpush"], "LPUSH", "mylist" + tag, value);
        Words("RPUSH", ["rpush"], "RPUSH", "mylist" + tag, value);
        Words("LPOP", ["lpop"], "LPOP", "mylist" + tag);
        Words("RPOP", ["rpop"], "RPOP", "mylist" + tag);
        Words("SADD", ["sadd"], "SADD", "myset" + tag, $"element:{RandomMark}");
        Words("HSET", ["hset"], "HSET", "myhash" + tag, $"element:{RandomMark}", value);
        Words("SPOP", ["spop"], "SPOP", "myset" + tag);
        Words("ZADD", ["zadd"], "ZADD", "myzset" + tag, RandomMark, $"element:{RandomMark}");
        Words("ZPOPMIN", ["zpopmin"], "ZPOPMIN", "myzset" + tag);
        Words("LPUSH (needed to benchmark LRANGE)", ["lrange", "lrange_100", "lrange_300", "lrange_500", "lrange_600"], "LPUSH", "mylist" + tag, value);
        foreach (int count in (int[])[100, 300, 500, 600])
            Words($"LRANGE_{count} (first {count} elements)", ["lrange", $"lrange_{count}"], "LRANGE", "mylist" + tag, "0", (count - 1).ToString());
        var pairs = new List<object> { "MSET" };
        for (int i = 0; i < 10; i++)
        {
            pairs.Add($"key{tag}:{RandomMark}");
            pairs.Add(value);
        }

        Words("MSET (10 keys)", ["mset"], [.. pairs]);
        if (names.Contains("xadd")) chosen.Add(Of("XADD", Bytes(["XADD", "mystream" + tag, "*", "myfield", value])));
        return chosen;

        void Words(string title, string[] known, params object[] words)
        {
            if (Wanted(known)) chosen.Add(Of(title, Bytes(words)));
        }

        void Inline(string title, string[] known, string line)
        {
            if (Wanted(known)) chosen.Add(new Workload(title, Encoding.ASCII.GetBytes(line)));
        }

        bool Wanted(string[] known) => names.Count == 0 || Array.Exists(known, names.Contains);
    }

    /// <summary>Writes 12 digits over the mark at <paramref name="place"/>.</summary>
    public static void PutNumber(Span<byte> request, int place, long number)
    {
        for (int i = RandomMark.Length - 1; i >= 0; i--, number /= 10) request[place + i] = (byte)('0' + number % 10);
    }

    /// <summary>Five bytes in braces, three of them free, for each slot: <c>{06S}</c> hashes to 0, and so on.</summary>
    public static byte[][] MakeTags()
    {
        var tags = new byte[SlotIndex.Count][];
        int missing = tags.Length;
        Span<byte> inner = stackalloc byte[3];
        for (int n = 0; missing > 0; n++)
        {
            int rest = n;
            for (int i = 0; i < inner.Length; i++, rest /= TagDigits.Length) inner[i] = TagDigits[rest % TagDigits.Length];
            int slot = SlotIndex.Of(inner).Value;
            if (tags[slot] is not null) continue;
            tags[slot] = [(byte)'{', .. inner, (byte)'}'];
            missing--;
        }

        return tags;
    }

    private static ReadOnlySpan<byte> TagDigits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    private static byte[][] Bytes(object[] words) =>
        Array.ConvertAll(words, word => word as byte[] ?? Encoding.ASCII.GetBytes((string)word));

    private static int[] Places(ReadOnlySpan<byte> request, string mark)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(mark);
        var places = new List<int>();
        for (int at = 0; request[at..].IndexOf(wanted) is var next and >= 0; at += next + wanted.Length) places.Add(at + next);
        return [.. places];
    }
}
