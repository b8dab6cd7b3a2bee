using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using Hexad.Client;

namespace Hexad.Processes;

/// <summary>
/// A server in a process and a folder of its own: started, asked, stopped, killed, started again on its files. What it
/// prints is read and dropped; its log stands in its folder.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    private static readonly ConnectOptions Hasty = new() { ConnectTimeoutMs = 300, ReplyTimeoutMs = 300 };
    private readonly string[] _command;
    private Process? _process;

    /// <summary>A server that is not running yet.</summary>
    /// <param name="command">The program and all its arguments.</param>
    /// <param name="folder">Where its files are; made when it is not there.</param>
    /// <param name="endpoint">Where it will answer.</param>
    public ServerProcess(IEnumerable<string> command, string folder, Endpoint endpoint)
    {
        _command = [.. command];
        Folder = folder;
        Endpoint = endpoint;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Where it answers.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>Its address, host and port, as other nodes know it.</summary>
    public string Address => $"{Endpoint.Host}:{Endpoint.Port}";

    /// <summary>Its port.</summary>
    public int Port => Endpoint.Port;

    /// <summary>Whether its process runs.</summary>
    public bool Runs => _process is { HasExited: false };

    /// <summary>What it has logged so far.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(Folder, "log");

    /// <summary>A server that is given its port, its address, its folder and its log as options, and then some more.</summary>
    /// <param name="program">The words that start a server, such as "hexad server".</param>
    public static ServerProcess At(string[] program, string folder, string host, int port, params string[] options) =>
        new([.. program, .. Options(folder, host, port), .. options], folder, new Endpoint(host, port));

    /// <summary>The options that give a server its place.</summary>
    public static string[] Options(string folder, string host, int port) =>
        ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", host, "--dir", folder, "--logfile", Path.Combine(folder, "log")];

    /// <summary>Starts it; whether it answers is another question.</summary>
    public void Start()
    {
        if (Runs) throw new InvalidOperationException($"{Endpoint} runs already");
        _process?.Dispose();
        _process = Shell.Start(_command[0], _command.Skip(1));
        _process.StandardInput.Close();
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it answers.</summary>
    public void AwaitAnswer() => Patience.Until(() => Ask("PING") == "PONG", $"{Endpoint} answers", explanation: () => Log);

    /// <summary>Sends one command over a connection of its own; the reply as text, or why there was none.</summary>
    public string Ask(params string[] words)
    {
        try
        {
            return Call(words).Text;
        }
        catch (ConnectionException e)
        {
            return e.Message;
        }
    }

    /// <summary>Sends one command over a connection of its own.</summary>
    /// <exception cref="ConnectionException">There was no reply.</exception>
    public Reply Call(params string[] words)
    {
        using Connection connection = Connection.Open(Endpoint, Hasty);
        return connection.Call(words);
    }

    /// <summary>A field of INFO or CLUSTER INFO, of the section that the words ask for; empty when there is none.</summary>
    public string Field(string name, params string[] words) =>
        Ask(words).Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";

    /// <summary>Kills it, as when the machine loses power.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it where it stands, as a machine that hangs.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Asks it to end, and waits until it has; the exit code.</summary>
    public int Stop(int limitMs = 20_000)
    {
        Signal("TERM");
        return AwaitEnd(limitMs);
    }

    /// <summary>Waits until it has ended by itself; the exit code.</summary>
    public int AwaitEnd(int limitMs = 20_000)
    {
        if (!_process!.WaitForExit(limitMs)) throw new TimeoutException($"{Endpoint} did not end within {limitMs} ms. It logged:\n{Log}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (Runs) Kill();
        _process?.Dispose();
    }

    private void Signal(string name) => Shell.Signal(name, _process!.Id);
}
