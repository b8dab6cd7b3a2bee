// The arguments of a server process, by Redis's rules, turned into files to load and lines to append.
//
//   server [FILE…] [-] [--option value…]…
//
// The arguments up to the first option are configuration files (Redis allows one; each of ours is a node), "-" is
// standard input. "--name" begins a line, what follows are its values, each quoted, until the next "--name". Two rules
// keep old uses alive: a value right after a name may begin with "--" itself, and "--save" with nothing behind it, or
// with an option behind it, means save "".
using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Options;

/// <summary>What the arguments ask for.</summary>
public sealed class ServerArguments
{
    private ServerArguments(string[] files, bool standardInput, string? lines)
    {
        Files = files;
        StandardInput = standardInput;
        Lines = lines;
    }

    /// <summary>Configuration files, one for each node; none: a node with defaults.</summary>
    public string[] Files { get; }

    public bool StandardInput { get; }

    /// <summary>The options as lines of a configuration file, null without any.</summary>
    public string? Lines { get; }

    /// <param name="arguments">Without the program's name.</param>
    public static ServerArguments Parse(ReadOnlySpan<string> arguments)
    {
        List<string> files = [];
        bool standardInput = false;
        int at = 0;
        for (; at < arguments.Length && !arguments[at].StartsWith("--", StringComparison.Ordinal); at++)
        {
            // As Redis: "server FILE loglevel verbose" is wrong usage that works; no file has the name of an option.
            if (files.Count > 0 && NodeOptions.Find(arguments[at]) is not null)
                break;
            if (arguments[at] == "-")
                standardInput = true;
            else
                files.Add(arguments[at]);
        }
        return new ServerArguments([.. files], standardInput, at < arguments.Length ? OptionLines(arguments[at..]) : null);
    }

    private static string OptionLines(ReadOnlySpan<string> arguments)
    {
        StringBuilder lines = new();
        bool nameWaits = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (nameWaits || !argument.StartsWith("--", StringComparison.Ordinal))
            {
                lines.Append(ConfigWords.Quote(argument)).Append(' ');
                nameWaits = false;
                continue;
            }
            if (lines.Length > 0)
                lines.Append('\n');
            lines.Append(argument.AsSpan(2)).Append(' ');
            // "--port 6380" in one argument has its value already.
            nameWaits = ConfigWords.Split(argument) is { Length: 1 };
            bool isSave = argument.Equals("--save", StringComparison.OrdinalIgnoreCase);
            bool nothingFollows = i + 1 == arguments.Length || arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (nameWaits && isSave && nothingFollows)
            {
                lines.Append("\"\"");
                nameWaits = false;
            }
        }
        return lines.ToString();
    }
}
