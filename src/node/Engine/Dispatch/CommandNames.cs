// The names under which this node's commands answer: those of the table, but for what rename-command has changed.
//
// A node without renamed commands pays one compare. Renaming is by line of the configuration, in order: a name that was
// taken away is free for another command. Sub-commands keep their names.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;
using Hexad.Commands;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Finds commands by the names that they have on this node.</summary>
public sealed class CommandNames
{
    private Dictionary<string, CommandRow?>? _renamed;

    internal CommandNames(NodeOptions options)
    {
        if (options.RenamedCommands.Count == 0) return;
        _renamed = new Dictionary<string, CommandRow?>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string newName) in options.RenamedCommands)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(name);
            CommandRow? row = Top(bytes);
            _renamed[name] = null;
            if (newName.Length > 0) _renamed[newName] = row;
        }
    }

    /// <summary>Lets a command answer that is not in the table: tests bring their own.</summary>
    internal void Add(string name, CommandRow row) => (_renamed ??= new Dictionary<string, CommandRow?>(StringComparer.OrdinalIgnoreCase))[name] = row;

    /// <summary>Whether the table has a command of this name.</summary>
    public static bool IsCommand(string name) => CommandTable.Find(Encoding.Latin1.GetBytes(name)) is not null;

    /// <summary>The row of a call: the sub-command's where there is one; null when there is no such command.</summary>
    internal CommandRow? Find(in Arguments call) => Within(Top(call[0]), call);

    /// <summary>The row of a call whose first word names this command or container.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CommandRow? Within(CommandRow? top, in Arguments call) =>
        top?.Subcommands is null || call.Count == 1 ? top : top.Subcommands.Find(call[1]);

    /// <summary>The row of a command or container.</summary>
    internal CommandRow? Top(ReadOnlySpan<byte> name)
    {
        if (_renamed is null) return CommandTable.Find(name);
        return _renamed.TryGetValue(Encoding.Latin1.GetString(name), out CommandRow? row) ? row : CommandTable.Find(name);
    }
}
