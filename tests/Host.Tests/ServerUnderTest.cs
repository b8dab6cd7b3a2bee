using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;

using Hexad.Processes;
using Xunit;

namespace Hexad.Host.Tests;

/// <summary>The real program in a process of its own, its output line by line.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly System.Diagnostics.Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly List<string> _seen = [];

    internal ServerUnderTest(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(SourceTree.Hexad)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        start.Environment.Remove("HEXAD_DAEMON");
        _process = System.Diagnostics.Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (input is not null) _process.StandardInput.Write(input);
        _process.StandardInput.Close();
    }

    internal int Id => _process.Id;

    /// <summary>Waits for a line of output that contains the text.</summary>
    internal string Expect(string text)
    {
        foreach (string line in _seen)
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < Patience && _lines.TryTake(out string? line, Patience))
        {
            _seen.Add(line);
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        Assert.Fail($"No line with '{text}' in:\n" + string.Join('\n', _seen));
        return "";
    }

    internal void Signal(string name) => Shell.Signal(name, Id);

    internal int ExitCode()
    {
        Assert.True(_process.WaitForExit(Patience), "The server did not end");
        return _process.ExitCode;
    }

    internal static string Ask(string address, int port, string inline)
    {
        using Socket client = ScriptedNode.Client(address, port);
        client.Send(Encoding.ASCII.GetBytes(inline + "\r\n"));
        var reply = new byte[256];
        return Encoding.ASCII.GetString(reply, 0, client.Receive(reply));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null) _lines.Add(line);
    }
}
