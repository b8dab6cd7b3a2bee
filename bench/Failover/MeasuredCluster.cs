using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using Hexad.Processes;

namespace Hexad.Failover;

/// <summary>Three primaries and three replicas of one kind of server; the loss of the first primary is timed.</summary>
/// <param name="server">The words that start a server.</param>
/// <param name="client">The words that start a client with the cluster tool.</param>
internal sealed class MeasuredCluster(string[] server, string[] client, int firstPort, int nodeTimeoutMs) : IDisposable
{
    private const int KeysBefore = 100;
    private readonly ProcessCluster _cluster = ProcessCluster.OfSix(server, client, firstPort, nodeTimeoutMs);
    private readonly long _createdAt = Stopwatch.GetTimestamp();

    // It has slot 0, to which {06S} hashes.
    private ServerProcess Victim => _cluster.Nodes[0];

    /// <summary>Waits for health, or for 3 s in a young cluster; takes the primary of slot 0 away; times the next write to that slot.</summary>
    public Sample Measure(Case what)
    {
        bool young = what.Way == Way.Young;
        if (young) WriteKeys();
        else _cluster.AwaitHealth();
        if (young) Thread.Sleep(TimeSpan.FromSeconds(3) - Stopwatch.GetElapsedTime(_createdAt));
        Patience.Until(() => Victim.Ask("SET", "{06S}", "before") == "OK", "slot 0 is served", 5000);
        string load = File.ReadAllText("/proc/loadavg");
        long start = Stopwatch.GetTimestamp();
        if (what.Way == Way.Stop) Victim.Freeze();
        else Victim.Kill();
        ServerProcess? serving = WriteAgain(what.LimitMs);
        double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        int lost = young && serving is not null ? CountLost(serving) : 0;
        return new Sample(what, serving is null ? null : ms, lost, double.Parse(load.AsSpan(0, load.IndexOf(' ')), CultureInfo.InvariantCulture));
    }

    /// <summary>Copies the logs and the views of the living to where they can be read.</summary>
    public void KeepLogs(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (ServerProcess node in _cluster.Nodes) File.WriteAllText(Path.Combine(folder, $"{node.Port}.log"), node.Log);
        File.WriteAllText(Path.Combine(folder, "views"), _cluster.Views());
    }

    public void Dispose() => _cluster.Dispose();

    private static string Key(int number) => "{06S}" + number.ToString(CultureInfo.InvariantCulture);

    private void WriteKeys()
    {
        for (int i = 0; i < KeysBefore; i++) Patience.Until(() => Victim.Ask("SET", Key(i), Key(i)) == "OK", "the new cluster takes a write");
    }

    private static int CountLost(ServerProcess server)
    {
        int lost = 0;
        for (int i = 0; i < KeysBefore; i++)
            if (server.Ask("GET", Key(i)) != Key(i)) lost++;
        return lost;
    }

    // A client asks a living node, follows where it is sent, tries again; to the one that was taken away it does not go:
    // how long it would wait there for an answer is no figure of the servers. Gives the one that took the write.
    private ServerProcess? WriteAgain(int limitMs)
    {
        long start = Stopwatch.GetTimestamp();
        ServerProcess living = _cluster.Nodes[1], asked = living;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < limitMs)
        {
            string reply = asked.Ask("SET", "{06S}", "after");
            if (reply == "OK") return asked;
            int index = reply.StartsWith("MOVED 0 ", StringComparison.Ordinal) ? int.Parse(reply.AsSpan(reply.LastIndexOf(':') + 1), CultureInfo.InvariantCulture) - firstPort : 0;
            asked = index == 0 ? living : _cluster.Nodes[index];
            Thread.Sleep(5);
        }

        return null;
    }
}
