using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;

namespace Hexad.Processes;

/// <summary>What a program left behind.</summary>
public sealed record Outcome(int Code, string Output, string Error)
{
    public override string ToString() => $"exit code {Code}\n{Output}{Error}";
}

/// <summary>Runs programs as a person at a shell does.</summary>
public static class Shell
{
    /// <summary>Runs a program to its end; fails when that takes longer than allowed.</summary>
    public static Outcome Run(string program, IEnumerable<string> arguments, string input = "", int limitMs = 60_000)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its outcome says why.
        }

        if (!process.WaitForExit(limitMs))
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {limitMs} ms:\n{output.Result}{error.Result}");
        }

        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Sends a signal, such as TERM or STOP. The shell does it itself: not every machine has a program "kill".</summary>
    public static void Signal(string name, int processId)
    {
        Outcome sent = Run("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{name} {processId}")]);
        if (sent.Code != 0) throw new InvalidOperationException($"The signal {name} could not be sent: {sent}");
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["REDISCLI_HISTFILE"] = "/dev/null";
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
