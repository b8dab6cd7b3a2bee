using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// Looks for the largest key of each type, by the number of elements or by memory, and gives averages by type.
/// Ctrl-C ends the search and shows what was found so far.
/// </summary>
public sealed class LargeKeys(Connection connection, CliOptions options, ToolConsole console)
{
    private const long ReportEvery = 1_000_000;
    private readonly bool _byMemory = options.Mode == CliMode.MemoryKeys;
    private volatile bool _interrupted;

    private readonly List<TypeTally> _types =
    [
        new("string", "STRLEN", "bytes"), new("list", "LLEN", "items"), new("set", "SCARD", "members"),
        new("hash", "HLEN", "fields"), new("zset", "ZCARD", "members"), new("stream", "XLEN", "entries"),
    ];

    /// <summary>Searches; the exit code.</summary>
    /// <exception cref="ConnectionException">The connection failed, or the server refused to scan.</exception>
    public int Run()
    {
        using PosixSignalRegistration stop = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = _interrupted = true);
        var scan = new KeyScan(connection, options);
        long total = scan.CountKeys();
        long sampled = 0;
        long keyBytes = 0;
        double percent = 0;
        console.Write("\n# Scanning the entire keyspace to find biggest keys as well as\n" +
            "# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n# per 100 SCAN commands (not usually needed).\n\n");
        while (!_interrupted && scan.Next() is { } keys)
        {
            TypeTally?[] types = AskTypes(keys);
            long[] sizes = AskSizes(keys, types);
            for (int i = 0; i < keys.Count; i++)
            {
                if (types[i] is not { } type) continue;
                keyBytes += keys[i].Bytes.Length;
                sampled++;
                if (type.Add(keys[i].Bytes, sizes[i]))
                    console.WriteLine($"[{percent:00.00}%] Biggest {type.Name,-6} found so far '{type.BiggestKey}' with {sizes[i]} {Unit(type)}");
                if (sampled % ReportEvery == 0) console.WriteLine($"[{percent:00.00}%] Sampled {sampled} keys so far");
            }

            percent = total > 0 ? 100.0 * sampled / total : 0;
            console.Flush();
            scan.Rest();
        }

        Summarize(sampled, keyBytes, percent);
        return 0;
    }

    private string Unit(TypeTally type) => _byMemory ? "bytes" : type.Unit;

    private TypeTally?[] AskTypes(IReadOnlyList<Reply> keys)
    {
        foreach (Reply key in keys) connection.Write("TYPE"u8.ToArray(), key.Bytes);
        return keys.Select(_ => Tally(connection.Read().Text)).ToArray();
    }

    /// <summary>The tally of a type; null for a key that has gone meanwhile. Types of modules are added as they appear.</summary>
    private TypeTally? Tally(string name)
    {
        if (name == "none") return null;
        TypeTally? tally = _types.Find(t => t.Name == name);
        if (tally is null) _types.Add(tally = new TypeTally(name, null, "?"));
        return tally;
    }

    private long[] AskSizes(IReadOnlyList<Reply> keys, TypeTally?[] types)
    {
        bool Asks(int i) => types[i] is { } type && (_byMemory || type.SizeCommand is not null);
        for (int i = 0; i < keys.Count; i++)
        {
            if (!Asks(i)) continue;
            if (!_byMemory) connection.Write(Encoding.ASCII.GetBytes(types[i]!.SizeCommand!), keys[i].Bytes);
            else if (options.MemorySamples == 0) connection.Write("MEMORY"u8.ToArray(), "USAGE"u8.ToArray(), keys[i].Bytes);
            else connection.Write("MEMORY"u8.ToArray(), "USAGE"u8.ToArray(), keys[i].Bytes, "SAMPLES"u8.ToArray(), Encoding.ASCII.GetBytes(options.MemorySamples.ToString()));
        }

        var sizes = new long[keys.Count];
        for (int i = 0; i < keys.Count; i++)
        {
            if (!Asks(i)) continue;
            Reply reply = connection.Read();
            if (reply.Kind == ReplyKind.Integer) sizes[i] = reply.Integer;
            else console.WriteError($"Warning:  {(_byMemory ? "MEMORY USAGE" : types[i]!.SizeCommand)} on '{keys[i].Text}' failed (may have changed type)\n");
        }

        return sizes;
    }

    private void Summarize(long sampled, long keyBytes, double percent)
    {
        console.Write("\n-------- summary -------\n\n");
        if (_interrupted) console.Write($"[{percent:00.00}%] ");
        console.WriteLine($"Sampled {sampled} keys in the keyspace!");
        console.Write($"Total key length in bytes is {keyBytes} (avg len {(sampled > 0 ? (double)keyBytes / sampled : 0):F2})\n\n");
        foreach (TypeTally type in _types)
        {
            if (type.BiggestKey is not null) console.WriteLine($"Biggest {type.Name,6} found '{type.BiggestKey}' has {type.Biggest} {Unit(type)}");
        }

        console.Write("\n");
        foreach (TypeTally type in _types)
        {
            double share = sampled > 0 ? 100.0 * type.Count / sampled : 0;
            double average = type.Count > 0 ? (double)type.Total / type.Count : 0;
            console.WriteLine($"{type.Count} {type.Name}s with {type.Total} {Unit(type)} ({share:00.00}% of keys, avg size {average:F2})");
        }
    }

    private sealed class TypeTally(string name, string? sizeCommand, string unit)
    {
        public string Name => name;
        public string? SizeCommand => sizeCommand;
        public string Unit => unit;
        public long Count { get; private set; }
        public long Total { get; private set; }
        public long Biggest { get; private set; }
        public string? BiggestKey { get; private set; }

        /// <summary>Counts a key; true when it is the largest so far.</summary>
        public bool Add(byte[] key, long size)
        {
            Count++;
            Total += size;
            if (size <= Biggest) return false;
            Biggest = size;
            BiggestKey = QuotedText.Quote(key);
            return true;
        }
    }
}
