using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;

namespace Hexad.Persistence.Tests;

/// <summary>A key of a recorded file, as the server that wrote it told it.</summary>
public sealed record RecordedKey(int Database, byte[] Key, string Type, byte[] Value, long ExpiryMs, byte[] Dump);

/// <summary>RDB files that real servers wrote, and what is in them: see data/rdb.</summary>
public static class RecordedFiles
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "data", "rdb");

    /// <summary>The names of the files that hold strings only.</summary>
    public static IEnumerable<string> OfStrings()
    {
        foreach (string server in new[] { "redis-7.0.15", "redis-unstable", "valkey-unstable" })
            foreach (string kind in new[] { "cluster", "lru", "empty" })
                yield return server + "-" + kind;
        yield return "redis-7.0.15-strings";
        yield return "redis-7.0.15-strings-nocompress";
    }

    /// <summary>The bytes of a file.</summary>
    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Root, name + ".rdb"));

    /// <summary>The keys of a file.</summary>
    public static List<RecordedKey> Keys(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, name + ".json")));
        var keys = new List<RecordedKey>();
        foreach (JsonElement key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            string type = key.GetProperty("type").GetString()!;
            keys.Add(new RecordedKey(
                key.GetProperty("db").GetInt32(),
                Encoding.Latin1.GetBytes(key.GetProperty("key").GetString()!),
                type,
                type == "string" ? Encoding.Latin1.GetBytes(key.GetProperty("value").GetString()!) : [],
                key.GetProperty("pexpiretime").GetInt64(),
                Convert.FromHexString(key.GetProperty("dump_hex").GetString()!)));
        }

        return keys;
    }
}
