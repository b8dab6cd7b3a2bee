using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>One command as the help shows it.</summary>
/// <param name="Name">Its full name in capitals, a sub-command behind its container.</param>
/// <param name="Arguments">How it is used, without the name.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Since">Since which version it exists; null if nobody says.</param>
/// <param name="Group">The group it belongs to.</param>
public sealed record CommandEntry(string Name, string Arguments, string Summary, string? Since, string Group)
{
    /// <summary>The words of the name.</summary>
    public string[] Words { get; } = Name.Split(' ');
}

/// <summary>
/// Help, completion and hints, made from what the server says about its commands: COMMAND DOCS, or COMMAND alone
/// where the server is older. Sorted, groups (<c>@string</c>) before commands.
/// </summary>
public sealed class CommandHelp : ILineAdvisor
{
    private readonly List<CommandEntry> _commands;
    private readonly List<string> _groups;

    /// <summary>Help about these commands.</summary>
    public CommandHelp(IEnumerable<CommandEntry> commands)
    {
        _commands = commands.OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        _groups = _commands.Select(c => c.Group).Where(g => g.Length > 0).Distinct().OrderBy(g => g, StringComparer.Ordinal).ToList();
    }

    /// <summary>Help about nothing, for when no server can be asked.</summary>
    public static CommandHelp Empty { get; } = new([]);

    /// <summary>Whether hints are given.</summary>
    public bool ShowsHints { get; set; } = true;

    /// <summary>Asks a server for its commands.</summary>
    /// <exception cref="ConnectionException">The connection failed.</exception>
    public static CommandHelp Ask(Connection connection)
    {
        Reply docs = connection.Call("COMMAND", "DOCS");
        if (!docs.IsError) return FromDocs(docs);
        Reply table = connection.Call("COMMAND");
        return table.IsError ? Empty : FromTable(table);
    }

    /// <summary>Help from the reply to COMMAND DOCS.</summary>
    public static CommandHelp FromDocs(Reply docs)
    {
        var entries = new List<CommandEntry>();
        for (int i = 0; i + 1 < docs.Elements.Count; i += 2) AddEntry(entries, docs.Elements[i].Text.ToUpperInvariant(), docs.Elements[i + 1]);
        return new CommandHelp(entries);
    }

    public IReadOnlyList<string> Complete(string line)
    {
        int start = 0;
        bool aboutHelp = line.StartsWith("help ", StringComparison.OrdinalIgnoreCase);
        if (aboutHelp) start = line.Length - line[5..].TrimStart().Length;
        string typed = line[start..];
        IEnumerable<string> names = aboutHelp ? _groups.Select(g => "@" + g).Concat(_commands.Select(c => c.Name)) : _commands.Select(c => c.Name);
        return names.Where(n => n.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Select(n => line[..start] + n).ToList();
    }

    public string? Hint(string line)
    {
        if (!ShowsHints) return null;
        List<byte[]>? words = QuotedText.Split(line);
        if (words is null || words.Count == 0) return null;
        CommandEntry? best = null;
        foreach (CommandEntry command in _commands)
        {
            if (command.Words.Length <= words.Count && Starts(command.Words, words) && command.Words.Length > (best?.Words.Length ?? 0)) best = command;
        }

        if (best is null) return null;
        string hint = WithoutTyped(best.Arguments, words.Count - best.Words.Length);
        return char.IsWhiteSpace(line[^1]) ? hint : " " + hint;
    }

    /// <summary>Prints help: general without words, else about a group or the commands that begin with the words.</summary>
    public void Print(ToolConsole console, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
        {
            PrintGeneral(console);
            return;
        }

        string? group = words[0].StartsWith('@') ? words[0][1..] : null;
        foreach (CommandEntry command in _commands)
        {
            bool wanted = group is not null
                ? command.Group.Equals(group, StringComparison.OrdinalIgnoreCase)
                : words.Count <= command.Words.Length && words.Zip(command.Words).All(p => p.First.Equals(p.Second, StringComparison.OrdinalIgnoreCase));
            if (!wanted) continue;
            console.Write($"\r\n  \x1b[1m{command.Name}\x1b[0m \x1b[90m{command.Arguments}\x1b[0m\r\n");
            console.Write($"  \x1b[33msummary:\x1b[0m {command.Summary}\r\n");
            if (command.Since is not null) console.Write($"  \x1b[33msince:\x1b[0m {command.Since}\r\n");
            if (group is null) console.Write($"  \x1b[33mgroup:\x1b[0m {command.Group}\r\n");
        }

        console.Write("\r\n");
    }

    private static void PrintGeneral(ToolConsole console) => console.Write(
        $"""
        redis-cli {CliVersion.Text}
        To get help about Redis commands type:
              "help @<group>" to get a list of commands in <group>
              "help <command>" for help on <command>
              "help <tab>" to get a list of possible help topics
              "quit" to exit

        To set redis-cli preferences:
              ":set hints" enable online hints
              ":set nohints" disable online hints
        Set your preferences in ~/.redisclirc

        """);

    private static bool Starts(string[] name, List<byte[]> words)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (!name[i].Equals(Encoding.UTF8.GetString(words[i]), StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }

    /// <summary>Cuts as many arguments from the front as were typed; an optional part is never cut, as nobody knows which one was meant.</summary>
    private static string WithoutTyped(string arguments, int typed)
    {
        int at = 0;
        for (; typed > 0 && at < arguments.Length && arguments[at] != '['; at++)
        {
            if (arguments[at] == ' ') typed--;
        }

        return arguments[at..];
    }

    private static void AddEntry(List<CommandEntry> entries, string name, Reply docs)
    {
        string arguments = docs.Find("arguments") is { } tree ? Join(tree, " ") : "";
        entries.Add(new CommandEntry(
            name, arguments, docs.Find("summary")?.Text ?? "", docs.Find("since")?.Text, docs.Find("group")?.Text ?? ""));
        if (docs.Find("subcommands") is not { } children) return;
        for (int i = 0; i + 1 < children.Elements.Count; i += 2)
        {
            string child = children.Elements[i].Text.ToUpperInvariant();
            AddEntry(entries, name + " " + child[(child.IndexOf('|') + 1)..], children.Elements[i + 1]);
        }
    }

    private static string Join(Reply arguments, string separator) => string.Join(separator, arguments.Elements.Select(Argument));

    /// <summary>One argument: its token, its name or its parts, how often it may stand, and brackets if it may be left out.</summary>
    private static string Argument(Reply argument)
    {
        string name = argument.Find("name")?.Text ?? "";
        string type = argument.Find("type")?.Text ?? "";
        string token = argument.Find("token") is { } given ? (given.Bytes.Length == 0 ? "\"\"" : given.Text) : "";
        string[] flags = argument.Find("flags")?.Elements.Select(f => f.Text).ToArray() ?? [];
        Reply? children = argument.Find("arguments");
        string repeated = type switch
        {
            "pure-token" => "",
            "oneof" when children is not null => Join(children, "|"),
            "block" when children is not null => Join(children, " "),
            _ => argument.Find("display_text")?.Text ?? name,
        };
        if (token.Length > 0 && type != "pure-token") token += " ";
        string whole = token + repeated;
        if (flags.Contains("multiple")) whole += " [" + (flags.Contains("multiple_token") ? token : "") + repeated + " ...]";
        return flags.Contains("optional") ? $"[{whole}]" : whole;
    }

    /// <summary>Where the server knows no docs: names and numbers of arguments are all there is.</summary>
    private static CommandHelp FromTable(Reply table)
    {
        var entries = new List<CommandEntry>();
        foreach (Reply row in table.Elements)
        {
            if (row.Elements.Count < 4) continue;
            long arity = row.Elements[1].Integer;
            bool takesKey = row.Elements[3].Integer == 1;
            long count = Math.Abs(arity) - 1 - (takesKey ? 1 : 0);
            string arguments = (takesKey ? "key " : "") + string.Concat(Enumerable.Repeat("arg ", (int)Math.Max(0, count))) + (arity < 0 ? "...options..." : "");
            entries.Add(new CommandEntry(row.Elements[0].Text.ToUpperInvariant(), arguments, "Help not available", "Not known", "generic"));
        }

        return new CommandHelp(entries);
    }
}
