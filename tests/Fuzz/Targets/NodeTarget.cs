using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Hexad.Core;
using Hexad.Persistence.Rdb;

namespace Hexad.Fuzz.Targets;

/// <summary>A target that runs on a whole node, which is made anew from time to time, and empty at the start of each input.</summary>
internal abstract class NodeTarget : FuzzTarget, IDisposable
{
    private const int RunsPerNode = 500;

    // What a value may be packed as depends on the options: each input meets them small, usual, or so that nothing is packed.
    private static readonly string[][] Limits =
    [
        [
            "hash-max-listpack-entries", "128", "hash-max-listpack-value", "64", "set-max-listpack-entries", "128", "set-max-listpack-value", "64", "set-max-intset-entries", "512", "zset-max-listpack-entries", "128",
            "zset-max-listpack-value", "64", "list-max-listpack-size", "-2", "list-compress-depth", "0", "stream-node-max-entries", "100", "stream-node-max-bytes", "4096", "hll-sparse-max-bytes", "3000",
        ],
        [
            "hash-max-listpack-entries", "4", "hash-max-listpack-value", "16", "set-max-listpack-entries", "4", "set-max-listpack-value", "16", "set-max-intset-entries", "4", "zset-max-listpack-entries", "4",
            "zset-max-listpack-value", "16", "list-max-listpack-size", "3", "list-compress-depth", "1", "stream-node-max-entries", "3", "stream-node-max-bytes", "200", "hll-sparse-max-bytes", "100",
        ],
        [
            "hash-max-listpack-entries", "0", "set-max-listpack-entries", "0", "set-max-intset-entries", "0", "zset-max-listpack-entries", "0", "list-max-listpack-size", "-1", "list-compress-depth", "2",
            "stream-node-max-entries", "0", "stream-node-max-bytes", "0", "hll-sparse-max-bytes", "0",
        ],
        [
            "hash-max-listpack-entries", "100000", "hash-max-listpack-value", "100000", "set-max-listpack-entries", "100000", "set-max-listpack-value", "100000", "set-max-intset-entries", "100000",
            "zset-max-listpack-entries", "100000", "zset-max-listpack-value", "100000", "list-max-listpack-size", "-5", "list-compress-depth", "0", "hll-sparse-max-bytes", "15000",
        ],
    ];

    private QuietNode? _node;
    private int _runs;
    private int _limits = -1;

    public void Dispose()
    {
        _node?.Node.Dispose();
        _node = null;
    }

    /// <summary>A node without keys; which limits it has follows from the dice.</summary>
    protected QuietNode Empty(Dice dice)
    {
        if (_runs++ % RunsPerNode == 0) Dispose();
        if (_node is null) _limits = -1;
        _node ??= new QuietNode();
        Must(Replies.Is(_node.Run("FLUSHALL"u8.ToArray()), "+OK\r\n"), "the node cannot be emptied");
        int limits = dice.Below(Limits.Length);
        if (limits == _limits) return _node;
        _limits = limits;
        byte[][] words = ["CONFIG"u8.ToArray(), "SET"u8.ToArray(), .. Array.ConvertAll(Limits[limits], Encoding.ASCII.GetBytes)];
        Must(Replies.Is(_node.Run(words), "+OK\r\n"), "the limits are not taken");
        return _node;
    }

    /// <summary>Restores a payload, which need not be sealed, as <c>key</c>; whether it was taken.</summary>
    protected static bool Restore(QuietNode node, byte[] payload)
    {
        if (payload.Length >= 11) DumpPayload.Seal(payload);
        return Replies.Is(node.Run("RESTORE"u8.ToArray(), "key"u8.ToArray(), "0"u8.ToArray(), payload), "+OK\r\n");
    }

    /// <summary>A payload of a value of this type number, to be sealed.</summary>
    protected static byte[] Payload(byte code, ReadOnlySpan<byte> value) => [code, .. value, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>That <c>key</c>, if it is there, can be dumped, restored from that as the same value, and that everything is whole; then it is deleted.</summary>
    protected static void Finish(QuietNode node)
    {
        byte[] key = "key"u8.ToArray(), copy = "copy"u8.ToArray();
        node.Run("PERSIST"u8.ToArray(), key); // An expiry is not in the payload.
        byte[] digest = node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), key);
        byte[]? dumped = Replies.Flat(node.Run("DUMP"u8.ToArray(), key))[0];
        if (dumped is not null)
        {
            Must(Replies.Is(node.Run("RESTORE"u8.ToArray(), copy, "0"u8.ToArray(), dumped, "REPLACE"u8.ToArray()), "+OK\r\n"), "what we dump is not taken back");
            bool isSame = node.Run("DEBUG"u8.ToArray(), "DIGEST-VALUE"u8.ToArray(), copy).AsSpan().SequenceEqual(digest);
            Must(isSame || HaveSameScores(node, key, copy), "what we dump is another value");
        }

        node.Node.Databases.Validate();
        Must(Replies.Integer(node.Run("DEL"u8.ToArray(), key, copy)) == (dumped is null ? 0 : 2), "a key cannot be deleted");
        Must(Replies.Is(node.Run("FLUSHALL"u8.ToArray()), "+OK\r\n"), "the node cannot be emptied");
        node.Node.Databases.Validate();
    }

    // As Redis: a score of -0 becomes 0 when a sorted set is packed.
    private static bool HaveSameScores(QuietNode node, byte[] key, byte[] copy)
    {
        if (!Replies.Is(node.Run("TYPE"u8.ToArray(), key), "+zset\r\n")) return false;
        List<byte[]?> first = Scores(node, key), second = Scores(node, copy);
        return first.Count == second.Count && first.Zip(second).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private static List<byte[]?> Scores(QuietNode node, byte[] key) =>
        Replies.Flat(node.Run("ZRANGE"u8.ToArray(), key, "0"u8.ToArray(), "-1"u8.ToArray(), "WITHSCORES"u8.ToArray())).ConvertAll(text => text.AsSpan().SequenceEqual("-0"u8) ? "0"u8.ToArray() : text);

    /// <summary>What the servers whose facts are recorded dumped, each as its payload.</summary>
    protected static IEnumerable<byte[]> RecordedDumps()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "seeds", "dumps");
        if (!Directory.Exists(folder)) yield break;
        string[] files = Directory.GetFiles(folder, "*.json");
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            using JsonDocument facts = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (JsonElement key in facts.RootElement.GetProperty("keys").EnumerateArray())
            {
                if (!key.TryGetProperty("dump_hex", out JsonElement hex) || hex.GetString() is not { Length: < 2 * 4096 } text) continue;
                yield return Convert.FromHexString(text);
            }
        }
    }

    /// <summary>What a node of ours dumps after some commands, words between blanks, that make a key <c>k</c>.</summary>
    protected static byte[] Dumped(QuietNode node, params string[] lines)
    {
        node.Run("FLUSHALL"u8.ToArray());
        foreach (string line in lines) node.Run(Array.ConvertAll(line.Split(' '), Encoding.Latin1.GetBytes));
        return Replies.Bulk(node.Run("DUMP"u8.ToArray(), "k"u8.ToArray()));
    }
}
