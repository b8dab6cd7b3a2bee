using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Hexad.Client;
using Hexad.Processes;
using Xunit;

namespace Hexad.Compat.Tests.Replication;

/// <summary>A server in a process and a folder of its own, ours or a real one, on a free port of 127.0.0.1.</summary>
internal sealed class Server : IDisposable
{
    // Another version to be compared with, which the tests as they are know nothing of: for a look by hand.
    private static readonly string RealProgram = Environment.GetEnvironmentVariable("HEXAD_REAL_SERVER") ?? "/usr/bin/redis-server";
    private readonly string[] _arguments;
    private readonly ServerProcess _process;
    private Connection? _connection;

    private Server(bool ours, string[] arguments)
    {
        _arguments = arguments;
        string[] program = ours ? [SourceTree.Hexad, "server"] : [RealProgram, "--repl-diskless-sync-delay", "0"];
        _process = ServerProcess.At(program, Directory.CreateTempSubdirectory("hexad-compat-").FullName, "127.0.0.1", FreePorts.Take(), arguments);
        _process.Start();
    }

    /// <summary>Where it listens.</summary>
    public int Port => _process.Port;

    /// <summary>Where its files are.</summary>
    public string Folder => _process.Folder;

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
        _process.AwaitEnd();
        _connection.Dispose();
        _connection = null;
        _process.Start();
    }

    /// <summary>Kills the process: it has no time for anything.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _connection?.Dispose();
        _process.Dispose();
        Directory.Delete(Folder, true);
    }

    /// <summary>Waits until something is so.</summary>
    public static void Until(Func<bool> isSo, string what) => Patience.Until(isSo, what);

    private Connection Connect()
    {
        _process.AwaitAnswer();
        return Connection.Open(_process.Endpoint);
    }

    private static IEnumerable<string> Texts(Reply reply)
    {
        foreach (Reply element in reply.Elements)
            yield return element.IsAggregate ? string.Join(' ', Texts(element)) : element.Text;
    }
}
