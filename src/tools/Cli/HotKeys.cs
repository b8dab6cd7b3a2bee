using System.Collections.Generic;
using System.Runtime.InteropServices;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>Looks for the keys that are used most, by the counters that a server with an LFU policy keeps.</summary>
public sealed class HotKeys(Connection connection, CliOptions options, ToolConsole console)
{
    private const int Kept = 16;
    private readonly List<(long Counter, string Key)> _hottest = [];
    private volatile bool _interrupted;

    /// <summary>Searches; the exit code.</summary>
    /// <exception cref="ConnectionException">The connection failed, or the server refused to scan.</exception>
    public int Run()
    {
        using PosixSignalRegistration stop = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = _interrupted = true);
        var scan = new KeyScan(connection, options);
        long total = scan.CountKeys();
        long sampled = 0;
        double percent = 0;
        console.Write("\n# Scanning the entire keyspace to find hot keys as well as\n" +
            "# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n# per 100 SCAN commands (not usually needed).\n\n");
        while (!_interrupted && scan.Next() is { } keys)
        {
            foreach (Reply key in keys) connection.Write("OBJECT"u8.ToArray(), "FREQ"u8.ToArray(), key.Bytes);
            foreach (Reply key in keys)
            {
                Reply reply = connection.Read();
                if (reply.IsError)
                {
                    console.WriteError($"Error: {reply.Text}\n");
                    return 1;
                }

                sampled++;
                string name = QuotedText.Quote(key.Bytes);
                if (reply.Kind != ReplyKind.Integer) console.WriteError($"Warning: OBJECT freq on '{name}' failed (may have been deleted)\n");
                else if (Keep(reply.Integer, name)) console.WriteLine($"[{percent:00.00}%] Hot key '{name}' found so far with counter {reply.Integer}");
            }

            percent = total > 0 ? 100.0 * sampled / total : 0;
            console.Flush();
            scan.Rest();
        }

        console.Write("\n-------- summary -------\n\n");
        if (_interrupted) console.Write($"[{percent:00.00}%] ");
        console.WriteLine($"Sampled {sampled} keys in the keyspace!");
        for (int i = _hottest.Count - 1; i >= 0; i--) console.WriteLine($"hot key found with counter: {_hottest[i].Counter}\tkeyname: {_hottest[i].Key}");
        return 0;
    }

    /// <summary>Keeps a key among the hottest, coldest first; false when there are enough hotter ones.</summary>
    private bool Keep(long counter, string key)
    {
        if (counter == 0) return false;
        if (_hottest.Count == Kept && counter <= _hottest[0].Counter) return false;
        if (_hottest.Count == Kept) _hottest.RemoveAt(0);
        int at = _hottest.FindIndex(h => h.Counter >= counter);
        _hottest.Insert(at < 0 ? _hottest.Count : at, (counter, key));
        return true;
    }
}
