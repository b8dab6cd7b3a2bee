using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Hexad.Client;
using Xunit;

namespace Hexad.Compat.Tests.Replication;

/// <summary>A server in a process and a folder of its own, ours or a real one, on a free port of 127.0.0.1.</summary>
internal sealed class Server : IDisposable
{
    private const int PatienceMs = 30_000;
    private const string RealProgram = "/usr/bin/redis-server";
    private static int _lastPort = Environment.ProcessId * 37;
    private readonly string[] _arguments;
    private readonly bool _ours;
    private Process _process;
    private Connection? _connection;

    private Server(bool ours, string[] arguments)
    {
        _ours = ours;
        _arguments = arguments;
        Folder = Directory.CreateTempSubdirectory("hexad-compat-").FullName;
        Port = FreePort();
        _process = Launch();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>One of ours.</summary>
    public static Server Ours(params string[] arguments) => new(true, arguments);

    /// <summary>A real one; the test is skipped where there is none.</summary>
    public static Server Real(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(RealProgram), "redis-server is not installed (Debian: apt-get install redis-server)");
        return new Server(false, arguments);
    }

    /// <summary>Sends a command and gives its reply as text; lists as their elements between blanks.</summary>
    public string Call(params string[] words)
    {
        Reply reply = Ask(words);
        return reply.IsAggregate ? string.Join(' ', Texts(reply)) : reply.Text;
    }

    /// <summary>Sends a command.</summary>
    public Reply Ask(params string[] words)
    {
        Connection connection = _connection ??= Connect();
        connection.Write(words);
        connection.Flush();
        return connection.Read();
    }

    /// <summary>Makes it a replica of another.</summary>
    public void Follow(Server primary) => Assert.StartsWith("OK", Call("REPLICAOF", "127.0.0.1", primary.Port.ToString()), StringComparison.Ordinal);

    /// <summary>Waits until a field of INFO has a value.</summary>
    public void Await(string field, string value) => Until(() => Info(field) == value, $"{field} is {value}, not {Info(field)}");

    /// <summary>A field of INFO.</summary>
    public string Info(string field)
    {
        foreach (string line in Call("INFO", "everything").Split("\r\n"))
            if (line.StartsWith(field + ":", StringComparison.Ordinal)) return line[(field.Length + 1)..];
        return "";
    }

    /// <summary>Waits until its data is that of another, both as far as their offsets say.</summary>
    public void AwaitSameData(Server other) =>
        Until(() => Info("master_repl_offset") == other.Info("master_repl_offset") && Data() == other.Data(), $"the data of {Port} is that of {other.Port}");

    /// <summary>All keys of all databases with values and expiries, in order.</summary>
    public string Data()
    {
        var lines = new List<string>();
        int databases = _arguments.Contains("--cluster-enabled") ? 1 : 3;
        for (int database = 0; database < databases; database++)
        {
            if (databases > 1) Call("SELECT", database.ToString());
            foreach (Reply key in Ask("KEYS", "*").Elements)
                lines.Add($"{database} {key.Text} = {Call("GET", key.Text)} @ {Call("PEXPIRETIME", key.Text)}");
        }

        if (databases > 1) Call("SELECT", "0");
        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>Ends it in order and starts it again on its files.</summary>
    public void Restart()
    {
        _connection!.Write("SHUTDOWN");
        _connection.Flush();
        Assert.True(_process.WaitForExit(PatienceMs));
        _connection.Dispose();
        _connection = null;
        _process.Dispose();
        _process = Launch();
    }

    /// <summary>Kills the process: it has no time for anything.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _connection?.Dispose();
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(Folder, true);
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

    private Process Launch()
    {
        var start = new ProcessStartInfo(_ours ? OurProgram() : RealProgram)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (_ours) start.ArgumentList.Add("server");
        foreach (string word in (string[])["--port", Port.ToString(), "--bind", "127.0.0.1", "--dir", Folder, "--logfile", Path.Combine(Folder, "log"), .. _arguments])
            start.ArgumentList.Add(word);
        if (!_ours)
        {
            start.ArgumentList.Add("--repl-diskless-sync-delay");
            start.ArgumentList.Add("0");
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private Connection Connect()
    {
        Connection? connection = null;
        Until(() => (connection = TryConnect()) is not null, $"port {Port} answers");
        return connection!;
    }

    private Connection? TryConnect()
    {
        try
        {
            Connection connection = Connection.Open(new Hexad.Client.Endpoint("127.0.0.1", Port));
            connection.Write("PING");
            connection.Flush();
            if (connection.Read().Text == "PONG") return connection;
            connection.Dispose();
            return null;
        }
        catch (ConnectionException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Texts(Reply reply)
    {
        foreach (Reply element in reply.Elements)
            yield return element.IsAggregate ? string.Join(' ', Texts(element)) : element.Text;
    }

    // Below those from which the system takes its own, so that the bus port, 10000 higher, is a port too.
    private static int FreePort()
    {
        while (true)
        {
            int port = 22_000 + Interlocked.Increment(ref _lastPort) % 8_000;
            if (IsFree(port) && IsFree(port + 10_000)) return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
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
