using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;

namespace Hexad.Up;

/// <summary>
/// A server as a process of its own, in a session of its own: Ctrl-C at the terminal does not reach it, and it outlives
/// whoever started it.
/// </summary>
public static class ServerProcess
{
    private const int SigKill = 9;
    private const int SigTerm = 15;

    // $0 is the program, $1… its arguments; the first of them is where its output goes.
    private const string Launch = """
        out=$1; shift
        if command -v setsid >/dev/null 2>&1; then setsid "$0" "$@" </dev/null >"$out" 2>&1 & else "$0" "$@" </dev/null >"$out" 2>&1 & fi
        echo $!
        """;

    /// <summary>Starts a program; its process id, or null with the reason when the system refuses.</summary>
    public static int? Start(string program, string[] arguments, string outputFile, out string fault)
    {
        fault = "";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string word in (string[])["-c", Launch, program, outputFile, .. arguments]) start.ArgumentList.Add(word);
        try
        {
            using Process shell = Process.Start(start)!;
            string answer = shell.StandardOutput.ReadToEnd();
            shell.WaitForExit();
            if (int.TryParse(answer.Trim(), out int pid)) return pid;
            fault = "the shell did not start it";
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            fault = e.Message;
        }

        return null;
    }

    /// <summary>Whether a process is there.</summary>
    public static bool IsAlive(int pid)
    {
        string status = $"/proc/{pid}/stat";
        try
        {
            if (!File.Exists(status)) return false;
            // A zombie has ended; only nobody has asked how.
            string text = File.ReadAllText(status);
            return text[(text.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Asks a process to end (SIGTERM).</summary>
    public static void Terminate(int pid) => _ = SendSignal(pid, SigTerm);

    /// <summary>Ends a process that did not stop when it was asked to.</summary>
    public static void Kill(int pid) => _ = SendSignal(pid, SigKill);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int pid, int signal);
}
