using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

using Hexad.Client;

namespace Hexad.Benchmark;

/// <summary>What the command line asks for; the options are those of redis-benchmark.</summary>
public sealed class BenchmarkArguments
{
    public string Host { get; private set; } = "127.0.0.1";
    public int Port { get; private set; } = 6379;
    public string? SocketPath { get; private set; }
    public string? User { get; private set; }
    public string? Password { get; private set; }
    public int Clients { get; private set; } = 50;
    public long Requests { get; private set; } = 100_000;
    public int DataSize { get; private set; } = 3;
    public int Database { get; private set; }
    public int Threads { get; private set; }
    public bool Cluster { get; private set; }
    public bool Resp3 { get; private set; }
    public bool KeepAlive { get; private set; } = true;
    public long RandomRange { get; private set; }
    public int Pipeline { get; private set; } = 1;
    public bool Quiet { get; private set; }
    public bool Csv { get; private set; }
    public bool Loop { get; private set; }
    public bool Idle { get; private set; }
    public bool ShowErrors { get; private set; }
    public bool Tracking { get; private set; }
    public int Precision { get; private set; }
    public bool LastFromInput { get; private set; }
    public ulong Seed { get; private set; } = (ulong)Environment.TickCount64;
    public HashSet<string> Tests { get; } = new(StringComparer.OrdinalIgnoreCase);
    public List<byte[]> Command { get; } = [];

    /// <summary>Set when the program is to print this and end with <see cref="ExitCode"/> instead of measuring.</summary>
    public string? Message { get; private set; }

    /// <summary>With <see cref="Message"/>: how the program ends.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Reads the command line. Options end at the first word that is none: the rest is a command to measure.</summary>
    public static BenchmarkArguments Parse(string[] words, string version)
    {
        var parsed = new BenchmarkArguments();
        byte[][] bytes = ProcessArguments.ToBytes(words);
        for (int i = 0; i < words.Length && parsed.Message is null; i++)
        {
            string word = words[i];
            if (parsed.Flag(word, version)) continue;
            if (!word.StartsWith('-'))
            {
                for (; i < words.Length; i++) parsed.Command.Add(bytes[i]);
                break;
            }

            if (i + 1 >= words.Length || !parsed.Value(word, words[i + 1])) parsed.Invalid(word);
            i++;
        }

        return parsed;
    }

    private bool Flag(string word, string version)
    {
        switch (word)
        {
            case "-q": Quiet = true; return true;
            case "--csv": Csv = true; return true;
            case "-l": Loop = true; return true;
            case "-I": Idle = true; return true;
            case "-e": ShowErrors = true; return true;
            case "-x": LastFromInput = true; return true;
            case "-3": Resp3 = true; return true;
            case "--cluster": Cluster = true; return true;
            case "--enable-tracking": Tracking = true; return true;
            case "-v" or "--version": Message = version; return true;
            case "--help": Message = BenchmarkUsage.Text; return true;
            default: return false;
        }
    }

    private bool Value(string word, string value)
    {
        switch (word)
        {
            case "-h": Host = value; return true;
            case "-s": SocketPath = value; return true;
            case "-a": Password = value; return true;
            case "--user": User = value; return true;
            case "-u": return Uri(value);
            case "-t":
                foreach (string name in value.Split(',', StringSplitOptions.RemoveEmptyEntries)) Tests.Add(name);
                return true;
        }

        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)) return false;
        switch (word)
        {
            case "-p": Port = (int)Math.Clamp(number, 0, 65535); return true;
            case "-c": Clients = (int)Math.Clamp(number, 1, 100_000); return true;
            case "-n": Requests = Math.Max(1, number); return true;
            case "-d": DataSize = (int)Math.Clamp(number, 1, 1L << 30); return true;
            case "--dbnum" or "-dbnum": Database = (int)Math.Clamp(number, 0, int.MaxValue); return true;
            case "--threads": Threads = (int)Math.Clamp(number, 1, 500); return true;
            case "-k": KeepAlive = number != 0; return true;
            case "-r": RandomRange = Math.Clamp(number, 0, 999_999_999_999); return true;
            case "-P": Pipeline = (int)Math.Clamp(number, 1, 100_000); return true;
            case "--precision": Precision = (int)Math.Clamp(number, 0, 3); return true;
            case "--seed": Seed = (ulong)number; return true;
            default: return false;
        }
    }

    // redis://[user[:password]@]host[:port][/db]
    private bool Uri(string text)
    {
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme != "redis") return false;
        Host = uri.Host;
        if (uri.Port > 0) Port = uri.Port;
        string[] who = uri.UserInfo.Split(':', 2);
        if (who.Length == 2)
        {
            User = who[0].Length > 0 ? System.Uri.UnescapeDataString(who[0]) : null;
            Password = System.Uri.UnescapeDataString(who[1]);
        }
        else if (who[0].Length > 0) Password = System.Uri.UnescapeDataString(who[0]);

        if (int.TryParse(uri.AbsolutePath.AsSpan().Trim('/'), out int db)) Database = db;
        return true;
    }

    private void Invalid(string word)
    {
        ExitCode = 1;
        Message = new StringBuilder($"Invalid option \"{word}\" or option argument missing\n\n").Append(BenchmarkUsage.Text).ToString();
    }
}
