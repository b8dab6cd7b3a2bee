using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Hexad.Client;
using Xunit;

namespace Hexad.Compat.Tests.Clients;

/// <summary>A cluster of our own for clients to talk to: three primaries, three replicas, six processes on 127.0.0.1.</summary>
internal sealed class SixNodes : IDisposable
{
    private const int PatienceMs = 60_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("hexad-clients-").FullName;
    private readonly Process[] _processes = new Process[6];

    public SixNodes()
    {
        Ports = FreePorts(6);
        try
        {
            for (int i = 0; i < 6; i++) _processes[i] = Launch(Ports[i]);
            foreach (int port in Ports) Until(() => Ask(port, "PING") == "PONG", $"port {port} answers");
            string[] nodes = [.. Ports.Select(static p => $"127.0.0.1:{p}")];
            using Process create = Start(["cli", "--cluster", "create", .. nodes, "--cluster-replicas", "1", "--cluster-yes"]);
            string said = create.StandardOutput.ReadToEnd();
            Assert.True(create.WaitForExit(PatienceMs), "the cluster was not made in time");
            Assert.True(create.ExitCode == 0, said);
            Until(() => Ports.All(p => Ask(p, "CLUSTER", "INFO").Contains("cluster_state:ok", StringComparison.Ordinal) && InStep(p)), "all six are in step");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The ports of all six; the first three began as primaries.</summary>
    public int[] Ports { get; }

    /// <summary>Waits until everything that a primary has acknowledged so far is on its replica too.</summary>
    public void AwaitReplicated(int primary)
    {
        long offset = long.Parse(Info(primary, "master_repl_offset"));
        string id = Ask(primary, "CLUSTER", "MYID");
        int replica = Ports.Single(p => p != primary && Ask(p, "CLUSTER", "NODES").Split('\n').Any(l => l.Contains("myself,slave " + id, StringComparison.Ordinal)));
        Until(() => long.Parse(Info(replica, "slave_repl_offset")) >= offset, $"the replica of {primary} has what it had");
    }

    /// <summary>Kills the process on a port, as the kernel does when memory runs out.</summary>
    public void Kill(int port)
    {
        Process process = _processes[Array.IndexOf(Ports, port)];
        process.Kill();
        process.WaitForExit();
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

    /// <summary>Waits until something is so.</summary>
    public static void Until(Func<bool> isSo, string what)
    {
        var patience = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(patience.ElapsedMilliseconds < PatienceMs, "Waited too long until " + what);
            Thread.Sleep(50);
        }
    }

    private bool InStep(int port) => Info(port, "role") == "master" || Info(port, "master_link_status") == "up";

    private static string Info(int port, string field) =>
        Ask(port, "INFO", "replication").Split("\r\n").FirstOrDefault(l => l.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..] ?? "";

    private static string Ask(int port, params string[] words)
    {
        try
        {
            using Connection connection = Connection.Open(new Hexad.Client.Endpoint("127.0.0.1", port));
            return connection.Call(words).Text;
        }
        catch (ConnectionException e)
        {
            return e.Message;
        }
    }

    private Process Launch(int port)
    {
        string folder = Path.Combine(_folder, port.ToString());
        Directory.CreateDirectory(folder);
        return Start(
        [
            "server", "--port", port.ToString(), "--bind", "127.0.0.1", "--dir", folder, "--logfile", Path.Combine(folder, "log"), "--save", "",
            "--cluster-enabled", "yes", "--cluster-node-timeout", "5000",
        ]);
    }

    private static Process Start(string[] words)
    {
        var start = new ProcessStartInfo(OurProgram()) { RedirectStandardOutput = true };
        foreach (string word in words) start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    // Below the range from which the system takes ports for outgoing connections, and so are the bus ports.
    private static int[] FreePorts(int count)
    {
        var free = new List<int>();
        for (int port = 14_000 + (Environment.ProcessId % 500 * 8); free.Count < count; port++)
            if (IsFree(port) && IsFree(port + 10_000)) free.Add(port);
        return [.. free];
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string OurProgram()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hexad.slnx"))) return Path.Combine(folder.FullName, "src/Hexad/bin/Release/net10.0/hexad");
        throw new InvalidOperationException("No Hexad.slnx above " + AppContext.BaseDirectory);
    }
}
