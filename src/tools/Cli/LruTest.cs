using System;
using System.Diagnostics;
using Hexad.Client;
using Hexad.Core;

namespace Hexad.Cli;

/// <summary>
/// Uses the server as a cache of a given number of keys, half writes and half reads, with 80 % of the requests for
/// 20 % of the keys, and prints each second how many reads found their key.
/// </summary>
public sealed class LruTest(Connection connection, CliOptions options, ToolConsole console)
{
    private const int Batch = 250;
    private const double Skew = 6.2;
    private readonly Dice _dice = new((ulong)Stopwatch.GetTimestamp());

    /// <summary>Runs until interrupted.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public int Run()
    {
        while (true)
        {
            long hits = 0;
            long misses = 0;
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1)
            {
                for (int i = 0; i < Batch; i++) connection.Write("SET", Key(), _dice.Below(100_000).ToString("D5"));
                for (int i = 0; i < Batch; i++) Check(connection.Read());
                for (int i = 0; i < Batch; i++) connection.Write("GET", Key());
                for (int i = 0; i < Batch; i++)
                {
                    Reply reply = Check(connection.Read());
                    if (reply.IsNull) misses++;
                    else if (!reply.IsError) hits++;
                }
            }

            double all = Math.Max(1, hits + misses);
            console.WriteLine($"{hits + misses} Gets/sec | Hits: {hits} ({hits / all * 100:F2}%) | Misses: {misses} ({misses / all * 100:F2}%)");
            console.Flush();
        }
    }

    private Reply Check(Reply reply)
    {
        if (reply.IsError) console.WriteError(reply.Text + "\n");
        return reply;
    }

    /// <summary>A key by a power law: the inverse of its distribution, applied to a fraction.</summary>
    private string Key()
    {
        double top = Math.Pow(options.LruKeys + 1, Skew + 1);
        double at = Math.Pow(((top - 1) * _dice.Fraction()) + 1, 1 / (Skew + 1));
        return $"lru:{options.LruKeys + 1 - (long)at}";
    }
}
