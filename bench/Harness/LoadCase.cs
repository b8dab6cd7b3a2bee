using System;
using System.Collections.Generic;
using System.Diagnostics;
using IPAddress = System.Net.IPAddress;

using Hexad.Benchmark;
using Hexad.Host.Sockets;

namespace Hexad.Harness;

/// <summary>One kind of load: a request, how many connections, how many requests sent together.</summary>
public sealed record LoadCase(string Name, string Test, int Connections, int Pipeline, long Requests);

/// <summary>What one run of a case came to.</summary>
public sealed record LoadSample(string Case, string Server, int Pair, double CpuUsPerRequest, double PerSecond, double P50Ms, double GeneratorUse);

/// <summary>Runs a case once against a server. The generator runs in this process, which is pinned to a core of its own.</summary>
public static class LoadRun
{
    private const int ValueBytes = 32;

    /// <summary>The keys that the load reads and writes.</summary>
    public const long Keys = 1_000_000;

    /// <summary>Runs it.</summary>
    public static LoadSample Run(LoadCase load, ServerUnderTest server, int pair)
    {
        TypeTest? type = TypeLoad.Of(load.Test);
        type?.Before?.Invoke(server);
        server.AwaitFreed();
        BenchmarkArguments arguments = BenchmarkArguments.Parse(
            ["-c", load.Connections.ToString(), "-P", load.Pipeline.ToString(), "-r", (type?.Range ?? Keys).ToString(), "-n", load.Requests.ToString()], "");
        var value = new byte[ValueBytes];
        value.AsSpan().Fill((byte)'x');
        Workload workload = type?.Workload ?? Workload.Standard(new HashSet<string> { load.Test }, value, cluster: false)[^1];
        LoadTarget[] targets = [new LoadTarget(SocketAddress.Tcp(IPAddress.Loopback, server.Port), server.Command.Name, [])];
        var thread = new LoadThread(arguments, workload, targets, new LoadPreamble([], 0), null, load.Connections, load.Requests, (ulong)pair + 1);
        using Process self = Process.GetCurrentProcess();
        TimeSpan ownBefore = self.TotalProcessorTime;
        double cpuBefore = server.CpuSeconds();
        long start = Stopwatch.GetTimestamp();
        thread.Run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double cpu = server.CpuSeconds() - cpuBefore;
        self.Refresh();
        double own = (self.TotalProcessorTime - ownBefore).TotalSeconds;
        if (thread.Failure is not null || thread.Errors > 0)
            throw new InvalidOperationException($"{load.Name} on {server.Command.Name}: {thread.Failure ?? thread.LastError}");
        return new LoadSample(load.Name, server.Command.Name, pair, cpu * 1e6 / thread.Completed, thread.Completed / seconds, thread.Latencies.PercentileUs(50) / 1000.0, own / seconds);
    }

    /// <summary>Stores every key once, in order, so that reads find them and memory can be counted by key.</summary>
    public static void Fill(ServerUnderTest server, long keys)
    {
        const int Batch = 500;
        using Client.Connection connection = server.Connect();
        byte[] request = System.Text.Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n${ValueBytes}\r\n{new string('x', ValueBytes)}\r\n");
        int digits = request.AsSpan().IndexOf("key:"u8) + 4;
        for (long i = 0; i < keys;)
        {
            int sent = 0;
            for (; sent < Batch && i < keys; sent++, i++)
            {
                Workload.PutNumber(request, digits, i);
                connection.Raw(request);
            }

            for (; sent > 0; sent--)
                if (connection.Read().IsError) throw new InvalidOperationException("a key could not be stored");
        }
    }
}
