using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// Asks for commands until the end: at a terminal with prompt, history and help, on a pipe line by line. Some words are
/// for the client itself: quit, exit, clear, connect, help, and settings that begin with a colon.
/// </summary>
public sealed class InteractiveLoop(CliSession session, ToolConsole console, CliOptions options, Func<string, string?> environment)
{
    private const int SlowMs = 500;
    private CommandHelp _help = CommandHelp.Empty;
    private History _history = History.InMemory();

    /// <summary>Runs until the input ends or somebody quits; the exit code.</summary>
    public int Run()
    {
        AskForHelp();
        session.Interactive = true;
        if (console.InputIsTerminal)
        {
            _history = History.Load(DotFile("REDISCLI_HISTFILE", ".rediscli_history"));
            LoadPreferences();
        }

        while (ReadLine(session.Prompt) is { } line)
        {
            if (line.Length > 0 && !Take(line)) break;
            console.Flush();
        }

        console.Flush();
        return 0;
    }

    private string? ReadLine(string prompt)
    {
        if (!console.InputIsTerminal) return console.ReadLine();
        using Terminal terminal = Terminal.Take(console);
        return new LineEditor(terminal, _history, _help).Read(prompt);
    }

    /// <summary>Does what a line says; false to end.</summary>
    private bool Take(string line)
    {
        List<byte[]>? arguments = QuotedText.Split(line);
        if (arguments is null)
        {
            console.WriteLine("Invalid argument(s)");
            _history.Add(line);
            return true;
        }

        if (arguments.Count == 0) return true;
        string[] words = arguments.Select(a => Encoding.Latin1.GetString(a)).ToArray();
        long repeat = 1;
        if (words.Length > 1 && IsNumber(words[0]))
        {
            if (!long.TryParse(words[0], out repeat) || repeat <= 0)
            {
                console.WriteLine("Invalid redis-cli repeat command option value.");
                return true;
            }

            arguments.RemoveAt(0);
            words = words[1..];
        }

        if (!SecretCommand.Is(words)) _history.Add(line);
        string first = words[0].ToLowerInvariant();
        switch (first)
        {
            case "quit" or "exit":
                return false;
            case "help" or "?":
                _help.Print(console, words[1..]);
                return true;
            case "connect" when words.Length == 3:
                session.ConnectTo(words[1], CNumber.Int32(words[2]));
                return true;
            case "clear" when words.Length == 1:
                console.Write("\x1b[H\x1b[2J");
                return true;
            case "restart":
                console.WriteLine("Use 'restart' only in Lua debugging mode.");
                return true;
        }

        if (first.StartsWith(':')) SetPreference(words, "");
        else Issue(arguments, repeat);
        return true;
    }

    private void Issue(List<byte[]> arguments, long repeat)
    {
        long start = Stopwatch.GetTimestamp();
        session.Issue([.. arguments], repeat);
        double elapsedMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (elapsedMs >= SlowMs && options.Output == OutputMode.Standard) console.WriteLine($"({elapsedMs / 1000:F2}s)");
    }

    private void AskForHelp()
    {
        if (session.Connection is not { } connection) return;
        try
        {
            _help = CommandHelp.Ask(connection);
        }
        catch (ConnectionException)
        {
            // The next command finds out that the connection is gone, and says so.
            _help = CommandHelp.Empty;
        }
    }

    private void SetPreference(string[] words, string place)
    {
        if (words[0].Equals(":set", StringComparison.OrdinalIgnoreCase) && words.Length >= 2)
        {
            if (words[1].Equals("hints", StringComparison.OrdinalIgnoreCase)) _help.ShowsHints = true;
            else if (words[1].Equals("nohints", StringComparison.OrdinalIgnoreCase)) _help.ShowsHints = false;
            else console.WriteLine($"{place}unknown redis-cli preference '{words[1]}'");
            return;
        }

        console.WriteLine($"{place}unknown redis-cli internal command '{words[0]}'");
    }

    private void LoadPreferences()
    {
        string? file = DotFile("REDISCLI_RCFILE", ".redisclirc");
        if (file is null || !File.Exists(file)) return;
        foreach (string line in File.ReadLines(file))
        {
            if (QuotedText.Split(line) is { Count: > 0 } words)
                SetPreference(words.Select(w => Encoding.UTF8.GetString(w)).ToArray(), ".redisclirc: ");
        }
    }

    /// <summary>A file in the home folder, or where a variable says; null if there is to be none.</summary>
    private string? DotFile(string variable, string name)
    {
        if (environment(variable) is { Length: > 0 } given) return given == "/dev/null" ? null : given;
        return environment("HOME") is { Length: > 0 } home ? Path.Combine(home, name) : null;
    }

    private static bool IsNumber(string word) => word.Length > 0 && word.TrimStart('-', '+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
}
