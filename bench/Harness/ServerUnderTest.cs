using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

using Hexad.Client;

namespace Hexad.Harness;

/// <summary>How a server is started: a name for the report and the words of its command, to which options are added.</summary>
public sealed record ServerCommand(string Name, string[] Words);

/// <summary>A server that the harness started, pinned to one core, with a folder of its own; it ends with this object.</summary>
public sealed class ServerUnderTest : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ServerUnderTest(ServerCommand command, Process process, int port, string folder)
    {
        Command = command;
        _process = process;
        Port = port;
        _folder = folder;
    }

    /// <summary>How it was started.</summary>
    public ServerCommand Command { get; }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How long it took from its start to its first PONG, in milliseconds.</summary>
    public double StartMs { get; private set; }

    /// <summary>Starts it on a core and waits for its first PONG.</summary>
    public static ServerUnderTest Start(ServerCommand command, int port, int core, params string[] options)
    {
        string folder = Directory.CreateTempSubdirectory("hexad-bench-").FullName;
        var start = new ProcessStartInfo("taskset") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] words =
        [
            "-c", core.ToString(), .. command.Words, "--port", port.ToString(), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--dir", folder, .. options,
        ];
        foreach (string word in words) start.ArgumentList.Add(word);
        long began = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ServerUnderTest(command, process, port, folder);
        try
        {
            server.AwaitPong(began);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A connection to it.</summary>
    public Connection Connect() => Connection.Open(new Endpoint("127.0.0.1", Port));

    /// <summary>Waits until what was taken away has been freed: that is no part of what comes next.</summary>
    public void AwaitFreed()
    {
        using Connection connection = Connect();
        while (!connection.Call("INFO", "memory").Text.Contains("lazyfree_pending_objects:0", StringComparison.Ordinal)) Thread.Sleep(5);
    }

    /// <summary>The CPU time that all its threads have used, in seconds, as the scheduler counts it.</summary>
    public double CpuSeconds()
    {
        double nanoseconds = 0;
        foreach (string thread in Directory.GetDirectories($"/proc/{_process.Id}/task"))
        {
            try
            {
                nanoseconds += double.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // The thread ended between the listing and the read; it used next to nothing since.
            }
        }

        return nanoseconds / 1e9;
    }

    /// <summary>Its resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        foreach (string line in File.ReadLines($"/proc/{_process.Id}/status"))
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture) * 1024;
        throw new InvalidDataException("no VmRSS");
    }

    /// <summary>Ends it and removes its folder.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void AwaitPong(long began)
    {
        while (true)
        {
            try
            {
                using Connection connection = Connect();
                if (!connection.Call("PING").IsError)
                {
                    StartMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                    return;
                }
            }
            catch (ConnectionException)
            {
                // Not listening yet.
            }

            if (_process.HasExited) throw new InvalidOperationException($"{Command.Name} ended with code {_process.ExitCode} before it answered");
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > 20) throw new TimeoutException($"{Command.Name} did not answer within 20 s");
            Thread.SpinWait(2000);
        }
    }
}
