using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace Hexad.Wire.Tests.Bus;

/// <summary>One bus packet as a real server sent it, and what is known about it.</summary>
public sealed record Recording(string Server, string File, byte[] Bytes, JsonElement Decoded);

/// <summary>The packets that were recorded from real servers: see data/bus.</summary>
public static class Recordings
{
    /// <summary>All of them, in the order of their files.</summary>
    public static IEnumerable<Recording> All()
    {
        string root = Path.Combine(AppContext.BaseDirectory, "data", "bus");
        string[] servers = Directory.GetDirectories(root);
        Array.Sort(servers, StringComparer.Ordinal);
        foreach (string folder in servers)
        {
            using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
            foreach (JsonElement sample in index.RootElement.EnumerateArray())
            {
                string file = sample.GetProperty("file").GetString()!;
                yield return new Recording(
                    Path.GetFileName(folder), file, File.ReadAllBytes(Path.Combine(folder, file)), sample.GetProperty("decoded").Clone());
            }
        }
    }
}
