// COMMAND: what the server says about its own commands, read off the generated rows.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class CommandCommands
{
    [Command("COMMAND", arity: -1, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Categories = Acl.Connection,
        Tips = "nondeterministic_output_order",
        Summary = "Describes every command.", Complexity = "O(N) where N is the number of commands.")]
    internal static void Command(ref CommandContext call, Session session) => AllInfo(call.Reply);

    [Command("COMMAND|COUNT", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Categories = Acl.Connection,
        Summary = "Counts the commands.", Complexity = "O(1)")]
    internal static void Count(ref CommandContext call, Session session) => call.Reply.Integer(CommandTable.Rows.Length);

    [Command("COMMAND|DOCS", arity: -2, Flags.Loading | Flags.Stale, Group.Server, since: "7.0.0",
        syntax: "[command-name+]",
        Categories = Acl.Connection,
        Tips = "nondeterministic_output_order",
        Summary = "Documents commands: summary, arguments, history.", Complexity = "O(N) where N is the number of commands asked for.")]
    internal static void Docs(ref CommandContext call, Session session)
    {
        if (call.Count == 2)
        {
            call.Reply.Map(CommandTable.Rows.Length);
            foreach (CommandRow row in CommandTable.Rows)
                NamedDocs(call.Reply, row);
            return;
        }
        int known = 0;
        for (int i = 2; i < call.Count; i++)
            known += CommandTable.FindFull(call[i]) is null ? 0 : 1;
        call.Reply.Map(known);
        for (int i = 2; i < call.Count; i++)
        {
            if (CommandTable.FindFull(call[i]) is { } row)
                NamedDocs(call.Reply, row);
        }
    }

    [Command("COMMAND|GETKEYS", arity: -3, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        syntax: "command [arg+]",
        Categories = Acl.Connection,
        Summary = "Finds the keys in a call.", Complexity = "O(N) where N is the number of arguments.")]
    internal static void GetKeys(ref CommandContext call, Session session) => Keys(session, call.Arguments.From(2), call.Reply, withFlags: false);

    [Command("COMMAND|GETKEYSANDFLAGS", arity: -3, Flags.Loading | Flags.Stale, Group.Server, since: "7.0.0",
        syntax: "command [arg+]",
        Categories = Acl.Connection,
        Summary = "Finds the keys in a call, and what is done to each.", Complexity = "O(N) where N is the number of arguments.")]
    internal static void GetKeysAndFlags(ref CommandContext call, Session session) => Keys(session, call.Arguments.From(2), call.Reply, withFlags: true);

    [Command("COMMAND|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "5.0.0",
        Categories = Acl.Connection,
        Summary = "Explains the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "COMMAND",
    [
        "(no subcommand)",
        "    Describe every command.",
        "COUNT",
        "    How many commands there are.",
        "LIST [FILTERBY (MODULE <module-name>|ACLCAT <category>|PATTERN <pattern>)]",
        "    The names of all commands, or of some.",
        "INFO [<command-name> ...]",
        "    Describe these commands, or all.",
        "DOCS [<command-name> ...]",
        "    Document these commands, or all.",
        "GETKEYS <full-command>",
        "    The keys in a call.",
        "GETKEYSANDFLAGS <full-command>",
        "    The keys in a call, and what is done to each.",
    ]);

    [Command("COMMAND|INFO", arity: -2, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        syntax: "[command-name+]",
        Categories = Acl.Connection,
        Tips = "nondeterministic_output_order",
        Summary = "Describes some commands, or all.", Complexity = "O(N) where N is the number of commands asked for.",
        History = ["7.0.0|Without a name every command is described."])]
    internal static void Info(ref CommandContext call, Session session)
    {
        if (call.Count == 2)
        {
            AllInfo(call.Reply);
            return;
        }
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++)
        {
            if (CommandTable.FindFull(call[i]) is { } row)
                CommandReplies.Info(call.Reply, row);
            else
                call.Reply.Null();
        }
    }

    [Command("COMMAND|LIST", arity: -2, Flags.Loading | Flags.Stale, Group.Server, since: "7.0.0",
        syntax: "[FILTERBY filterby:(MODULE module-name | ACLCAT category | PATTERN pattern:pattern)]",
        Categories = Acl.Connection,
        Tips = "nondeterministic_output_order",
        Summary = "Lists the names of the commands.", Complexity = "O(N) where N is the number of commands.")]
    internal static void List(ref CommandContext call, Session session)
    {
        NameFilter filter = default;
        if (call.Count > 2)
        {
            if (call.Count != 5 || !Is(call[2], "filterby") || !NameFilter.TryRead(call[3], call[4], out filter))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }
        }
        int count = 0;
        foreach (CommandRow row in CommandTable.Rows)
            count += CountMatches(row, filter);
        call.Reply.Array(count);
        foreach (CommandRow row in CommandTable.Rows)
            WriteMatches(call.Reply, row, filter);
    }

    private static void AllInfo(ReplyWriter reply)
    {
        reply.Array(CommandTable.Rows.Length);
        foreach (CommandRow row in CommandTable.Rows)
            CommandReplies.Info(reply, row);
    }

    private static void NamedDocs(ReplyWriter reply, CommandRow row)
    {
        reply.Bulk(row.FullName);
        CommandReplies.Docs(reply, row);
    }

    private static void Keys(Session session, Arguments inner, ReplyWriter reply, bool withFlags)
    {
        CommandRow? row = session.Node.Dispatcher.Names.Find(inner);
        string? error = row is null ? "ERR Invalid command specified"
            : !CommandKeys.HasKeys(row) ? "ERR The command has no key arguments"
            : !row.Accepts(inner.Count) ? "ERR Invalid number of arguments specified for command"
            : null;
        if (error is not null)
        {
            reply.Error(error);
            return;
        }
        CommandKeys keys = CommandKeys.Of(row!, inner);
        if (keys.Count == 0 && (row!.Flags & Flags.NoMandatoryKeys) == 0)
        {
            reply.Error("ERR Invalid arguments specified for command");
            return;
        }
        reply.Array(keys.Count);
        for (int i = 0; i < keys.Count; i++)
        {
            if (withFlags)
                reply.Array(2);
            reply.Bulk(inner[keys.Position(i)]);
            if (withFlags)
                CommandReplies.KeyFlagNames(reply, keys.Flags(i));
        }
    }

    private static int CountMatches(CommandRow row, in NameFilter filter)
    {
        int count = filter.Passes(row) ? 1 : 0;
        if (row.Subcommands is not null)
        {
            foreach (CommandRow sub in row.Subcommands.Rows)
                count += filter.Passes(sub) ? 1 : 0;
        }
        return count;
    }

    private static void WriteMatches(ReplyWriter reply, CommandRow row, in NameFilter filter)
    {
        if (filter.Passes(row))
            reply.Bulk(row.FullName);
        if (row.Subcommands is null)
            return;
        foreach (CommandRow sub in row.Subcommands.Rows)
        {
            if (filter.Passes(sub))
                reply.Bulk(sub.FullName);
        }
    }

    private static bool Is(ReadOnlySpan<byte> word, string text) => Encoding.Latin1.GetString(word).Equals(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>COMMAND LIST FILTERBY; the default passes everything.</summary>
    private readonly struct NameFilter
    {
        private readonly bool _nothing;
        private readonly Acl _category;
        private readonly byte[]? _pattern;

        private NameFilter(bool nothing, Acl category, byte[]? pattern)
        {
            _nothing = nothing;
            _category = category;
            _pattern = pattern;
        }

        public static bool TryRead(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> value, out NameFilter filter)
        {
            filter = default;
            if (Is(kind, "module"))
                filter = new NameFilter(true, Acl.None, null); // no modules, no commands of theirs
            else if (Is(kind, "pattern"))
                filter = new NameFilter(false, Acl.None, value.ToArray());
            else if (Is(kind, "aclcat"))
                filter = CommandReplies.TryCategory(Encoding.Latin1.GetString(value), out Acl category)
                    ? new NameFilter(false, category, null)
                    : new NameFilter(true, Acl.None, null);
            else
                return false;
            return true;
        }

        public bool Passes(CommandRow row)
        {
            if (_nothing)
                return false;
            if (_pattern is not null)
                return Glob.Matches(_pattern, Encoding.ASCII.GetBytes(row.FullName), ignoreCase: true);
            return _category == Acl.None || (row.Categories & _category) != 0;
        }
    }
}
