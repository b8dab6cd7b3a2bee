using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

using Hexad.Client;

namespace Hexad.Failover;

/// <summary>Three primaries and three replicas of one kind of server, six processes on 127.0.0.1, in a folder of their own.</summary>
internal sealed class MeasuredCluster : IDisposable
{
    private const int PatienceMs = 60_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-failover-").FullName;
    private readonly Process[] _processes = new Process[6];
    private readonly int _firstPort;

    public MeasuredCluster(string[] server, string hexad, int firstPort, int nodeTimeoutMs)
    {
        _firstPort = firstPort;
        try
        {
            for (int i = 0; i < 6; i++) _processes[i] = Launch(server, firstPort + i, nodeTimeoutMs);
            for (int i = 0; i < 6; i++) Until(() => Ask(firstPort + i, "PING") == "PONG", "all answer");
            string[] words = ["cli", "--cluster", "create", .. Enumerable.Range(firstPort, 6).Select(static p => $"127.0.0.1:{p}"), "--cluster-replicas", "1", "--cluster-yes"];
            using Process create = Start(hexad, words);
            string said = create.StandardOutput.ReadToEnd();
            create.WaitForExit();
            if (create.ExitCode != 0) throw new InvalidOperationException(said);
            CreatedAt = Stopwatch.GetTimestamp();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>When the cluster tool said that it was done.</summary>
    public long CreatedAt { get; }

    /// <summary>Waits until all six say that all is well and every replica is in step.</summary>
    public void AwaitHealth() => Until(
        () => Enumerable.Range(_firstPort, 6).All(p =>
            Ask(p, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal)
            && Ask(p, "INFO", "replication") is var info
            && (info.Contains("role:master", StringComparison.Ordinal) || info.Contains("master_link_status:up", StringComparison.Ordinal))),
        "the cluster is healthy");

    /// <summary>
    /// Takes the primary of slot 0 away, by SIGKILL or by SIGSTOP, and gives the milliseconds until a write to that
    /// slot succeeds again; null if none did within <paramref name="limitMs"/>.
    /// </summary>
    public double? Fail(bool stop, int limitMs)
    {
        int other = _firstPort + 1;
        Write(_firstPort, other, "before", 5000);
        long start = Stopwatch.GetTimestamp();
        if (stop) Signal("STOP");
        else _processes[0].Kill();
        return Write(0, other, "after", limitMs) ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : null;
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            if (process is null) continue;
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // {06S} hashes to slot 0, which the first primary has. A client asks a living node, follows where it is sent, tries again.
    private static bool Write(int first, int other, string value, int limitMs)
    {
        long start = Stopwatch.GetTimestamp();
        int port = first == 0 ? other : first;
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < limitMs)
        {
            string reply = Ask(port, "SET", "{06S}", value);
            if (reply == "OK") return true;
            port = reply.StartsWith("MOVED 0 ", StringComparison.Ordinal) ? int.Parse(reply.AsSpan(reply.LastIndexOf(':') + 1)) : other;
            Thread.Sleep(5);
        }

        return false;
    }

    private static string Ask(int port, params string[] words)
    {
        try
        {
            using Connection connection = Connection.Open(new Endpoint("127.0.0.1", port), new ConnectOptions { ConnectTimeoutMs = 300, ReplyTimeoutMs = 300 });
            return connection.Call(words).Text;
        }
        catch (ConnectionException e)
        {
            return e.Message;
        }
    }

    private void Signal(string name)
    {
        using Process signal = Process.Start("/bin/kill", ["-" + name, _processes[0].Id.ToString()]);
        signal.WaitForExit();
    }

    private Process Launch(string[] server, int port, int nodeTimeoutMs)
    {
        string folder = Path.Combine(_folder, port.ToString());
        Directory.CreateDirectory(folder);
        return Start(server[0],
        [
            .. server[1..], "--port", port.ToString(), "--bind", "127.0.0.1", "--dir", folder, "--logfile", Path.Combine(folder, "log"), "--save", "",
            "--cluster-enabled", "yes", "--cluster-node-timeout", nodeTimeoutMs.ToString(),
        ]);
    }

    private static Process Start(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string word in words) start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    private static void Until(Func<bool> isSo, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds > PatienceMs) throw new TimeoutException("waited too long until " + what);
            Thread.Sleep(50);
        }
    }
}
