using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Hexad.Client;
using Hexad.ClusterTool;

namespace Hexad.Cli;

/// <summary>The client program: <c>redis-cli</c>.</summary>
public static class CliProgram
{
    /// <summary>Runs the program on the streams of this process; its exit code.</summary>
    /// <param name="programName">The name it was started under, for the help.</param>
    /// <param name="args">The arguments without that name.</param>
    public static int Run(string programName, string[] args)
    {
        ToolConsole console = ToolConsole.OfProcess();
        try
        {
            byte[][] raw = ProcessArguments.ToBytes(args);
            int exitCode = Run(programName, args, raw, console, Environment.GetEnvironmentVariable);
            console.Flush();
            return exitCode;
        }
        catch (IOException)
        {
            // Whoever read our output has gone (redis-cli … | head): there is nobody to tell.
            return 1;
        }
    }

    /// <summary>Runs the program on the streams given; its exit code.</summary>
    public static int Run(string programName, string[] args, byte[][] rawArgs, ToolConsole console, Func<string, string?> environment)
    {
        bool terminal = console.OutputIsTerminal || environment("FAKETTY") is not null;
        ParseOutcome outcome = ArgumentParser.Parse(programName, args, terminal, environment);
        if (outcome.Options is not { } options)
        {
            if (outcome.ExitCode == 0) console.Write(outcome.Message);
            else console.WriteError(outcome.Message);
            return outcome.ExitCode;
        }

        if (outcome.Message.Length > 0) console.WriteError(outcome.Message);
        if (options.AskPassword) options.Password = AskPassword(console, "Please input password: ");
        byte[][] command = rawArgs[options.CommandStart..];
        return options.Mode switch
        {
            CliMode.Cluster => RunCluster(options, console),
            CliMode.Commands => RunCommands(options, command, console, environment),
            CliMode.IntrinsicLatency => IntrinsicLatency.Run(options, console),
            _ => RunMode(options, console),
        };
    }

    private static int RunMode(CliOptions options, ToolConsole console)
    {
        using var session = new CliSession(options, console);
        if (!session.Connect(quiet: false)) return 1;
        Connection connection = session.Connection!;
        try
        {
            return options.Mode switch
            {
                CliMode.Latency or CliMode.LatencyHistory => new LatencyMode(connection, options, console).Run(),
                CliMode.LatencyDistribution => new LatencySpectrum(connection, options, console).Run(),
                CliMode.Replica => RunReplica(connection, options, console),
                CliMode.Rdb => RunRdb(connection, options, console, "1", null),
                CliMode.FunctionsRdb => RunRdb(connection, options, console, "1", "functions"),
                CliMode.Pipe => new PipeMode(connection, options, console).Run(),
                CliMode.BigKeys or CliMode.MemoryKeys => new LargeKeys(connection, options, console).Run(),
                CliMode.HotKeys => new HotKeys(connection, options, console).Run(),
                CliMode.Stat => new StatMode(connection, options, console).Run(),
                CliMode.LruTest => new LruTest(connection, options, console).Run(),
                _ => KeyScan.PrintAll(connection, options, console),
            };
        }
        catch (ConnectionException e)
        {
            console.WriteError($"\nI/O error: {e.Message}\n");
            return 1;
        }
    }

    private static int RunReplica(Connection connection, CliOptions options, ToolConsole console)
    {
        var formatter = new ReplyFormatter(options.ElementDelimiter, options.ReplyDelimiter);
        var stream = new ReplicationStream(connection, console);
        stream.Announce("capa", "eof");
        stream.Announce("rdb-filter-only", "");
        stream.ShowCommands(reply => console.Write(formatter.Format(reply, OutputMode.Csv, verbatim: false).Bytes));
        return 1;
    }

    private static int RunRdb(Connection connection, CliOptions options, ToolConsole console, string rdbOnly, string? filter)
    {
        var stream = new ReplicationStream(connection, console);
        stream.Announce("capa", "eof");
        stream.Announce("rdb-only", rdbOnly);
        if (filter is not null && !stream.Announce("rdb-filter-only", filter))
        {
            console.WriteError("Failed requesting functions only RDB from server, aborting\n");
            return 1;
        }

        return stream.SaveDump(options.RdbFile);
    }

    private static int RunCommands(CliOptions options, byte[][] command, ToolConsole console, Func<string, string?> environment)
    {
        using var session = new CliSession(options, console);
        if (command.Length == 0 && options.ScriptFile is null)
        {
            using PosixSignalRegistration? interrupt = console.InputIsTerminal ? PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                // Ctrl-C ends a wait for messages; otherwise it ends the program as usual.
                context.Cancel = session.Interrupt();
            }) : null;
            session.Connect(quiet: false);
            return new InteractiveLoop(session, console, options, environment).Run();
        }

        byte[][]? arguments = options.ScriptFile is not null
            ? ScriptArguments(options, command, console)
            : PlainArguments(options, command, console);
        if (arguments is null) return 1;
        if (Is(arguments[0], "help") || Is(arguments[0], "?")) return PrintHelp(session, arguments, console);
        if (!session.Connect(quiet: options.ScriptFile is null) && options.ScriptFile is not null) return 1;
        return session.Issue(arguments, options.Repeat) == SendResult.Answered ? 0 : 1;
    }

    private static int PrintHelp(CliSession session, byte[][] arguments, ToolConsole console)
    {
        string[] words = Array.ConvertAll(arguments[1..], Encoding.UTF8.GetString);
        CommandHelp help = words.Length > 0 && session.Connect(quiet: true) ? CommandHelp.Ask(session.Connection!) : CommandHelp.Empty;
        help.Print(console, words);
        return 0;
    }

    private static byte[][]? PlainArguments(CliOptions options, byte[][] command, ToolConsole console)
    {
        var arguments = new List<byte[]>(command);
        if (options.QuotedInput)
        {
            for (int i = 0; i < arguments.Count; i++)
            {
                if (QuotedText.Unquote(arguments[i]) is { } plain)
                {
                    arguments[i] = plain;
                    continue;
                }

                console.WriteLine("Invalid quoted string");
                return null;
            }
        }

        if (options.LastArgumentFromInput) arguments.Add(console.ReadToEnd());
        if (options.InputTag is null) return [.. arguments];
        byte[] tag = Encoding.UTF8.GetBytes(options.InputTag);
        int at = arguments.FindIndex(a => a.AsSpan().SequenceEqual(tag));
        if (at < 0)
        {
            console.WriteError("Using -X option but stdin tag not match.\n");
            return null;
        }

        arguments[at] = console.ReadToEnd();
        return [.. arguments];
    }

    /// <summary>EVAL script numkeys key… arg…: a comma alone separates keys from arguments.</summary>
    private static byte[][]? ScriptArguments(CliOptions options, byte[][] command, ToolConsole console)
    {
        byte[] script;
        try
        {
            script = File.ReadAllBytes(options.ScriptFile!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "No such file or directory" : e.Message;
            console.WriteError($"Can't open file '{options.ScriptFile}': {reason}\n");
            return null;
        }

        int comma = Array.FindIndex(command, a => a is [(byte)',']);
        int keys = comma < 0 ? command.Length : comma;
        var arguments = new List<byte[]> { "EVAL"u8.ToArray(), script, Encoding.ASCII.GetBytes(keys.ToString()) };
        for (int i = 0; i < command.Length; i++)
        {
            if (i != comma) arguments.Add(command[i]);
        }

        return [.. arguments];
    }

    private static int RunCluster(CliOptions options, ToolConsole console)
    {
        ClusterRequest request = options.Cluster! with { Credentials = options.Credentials };
        if (request.FromCredentials.Password == ArgumentParser.AskedPassword)
        {
            string asked = AskPassword(console, "Please input import source node password: ");
            request = request with { FromCredentials = request.FromCredentials with { Password = asked } };
        }

        if (options.LastArgumentFromInput) request = request with { Arguments = [.. request.Arguments, Encoding.UTF8.GetString(console.ReadToEnd())] };
        if (options.InputTag is { } tag)
        {
            var replaced = new List<string>(request.Arguments);
            int at = replaced.IndexOf(tag);
            if (at < 0)
            {
                console.WriteError("Using -X option but stdin tag not match.\n");
                return 1;
            }

            replaced[at] = Encoding.UTF8.GetString(console.ReadToEnd());
            request = request with { Arguments = replaced };
        }

        return ClusterCommands.Run(request, console, CommandLineForm.RedisCli);
    }

    private static string AskPassword(ToolConsole console, string prompt)
    {
        if (!console.InputIsTerminal) return console.ReadLine() ?? "";
        using Terminal terminal = Terminal.Take(console);
        return new LineEditor(terminal, History.InMemory(), null) { Masked = true }.Read(prompt) ?? "";
    }

    private static bool Is(byte[] word, string name) => Encoding.Latin1.GetString(word).Equals(name, StringComparison.OrdinalIgnoreCase);
}
