// Judges the declarations: names, duplicates, syntax against arity, key specifications. Then hangs each sub-command
// under its container. Whatever is wrong becomes a build error; what is returned is fit to be written.
using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Commands;
using Microsoft.CodeAnalysis;

namespace Hexad.Generators.Commands;

internal static class CommandChecks
{
    /// <returns>The top-level commands by name, their sub-commands in them.</returns>
    public static List<DeclaredCommand> Arrange(List<DeclaredCommand> found, bool orphansAreErrors, List<Diagnostic> complaints)
    {
        Dictionary<string, DeclaredCommand> byName = new Dictionary<string, DeclaredCommand>(StringComparer.OrdinalIgnoreCase);
        foreach (DeclaredCommand command in found.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (!CheckName(command, complaints))
                continue;
            if (byName.TryGetValue(command.Name, out DeclaredCommand other))
            {
                complaints.Add(Diagnostic.Create(Complaints.Duplicate, command.Place, command.Name, Where(other), Where(command)));
                continue;
            }
            byName.Add(command.Name, command);
            CheckSyntax(command, complaints);
            CheckKeys(command, complaints);
        }
        List<DeclaredCommand> top = new List<DeclaredCommand>();
        foreach (DeclaredCommand command in byName.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (!command.IsSubcommand)
                top.Add(command);
            else if (byName.TryGetValue(command.Container, out DeclaredCommand container))
                container.Subcommands.Add(command);
            else if (orphansAreErrors)
                complaints.Add(Diagnostic.Create(Complaints.Orphan, command.Place, command.Name, command.Container));
        }
        return top;
    }

    private static string Where(DeclaredCommand command) => command.Method.Length > 0 ? command.Method : "a class";

    private static bool CheckName(DeclaredCommand command, List<Diagnostic> complaints)
    {
        string? objection = null;
        string[] parts = command.Name.Split('|');
        if (parts.Length > 2)
            objection = "sub-commands have no sub-commands";
        foreach (string part in parts)
        {
            if (part.Length is 0 or > PackedName.LongestBytes)
                objection = "each part must have 1 to " + PackedName.LongestBytes + " characters";
            foreach (char c in part)
            {
                if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
                    objection = "only capital letters, digits, '-' and '_' are allowed";
            }
        }
        if (objection != null)
            complaints.Add(Diagnostic.Create(Complaints.Name, command.Place, command.Name, objection));
        return objection == null;
    }

    private static void CheckSyntax(DeclaredCommand command, List<Diagnostic> complaints)
    {
        if (!SyntaxParser.TryParse(command.Syntax, command.Keys.Count, out CommandArgument[] arguments, out string? error))
        {
            complaints.Add(Diagnostic.Create(Complaints.Syntax, command.Place, command.Name, error));
            return;
        }
        int least = command.IsSubcommand ? 2 : 1;
        bool isFixed = true;
        foreach (CommandArgument argument in arguments)
        {
            least += argument.FewestWords();
            isFixed &= argument.HasFixedLength();
        }
        string? objection = null;
        if (command.Arity == 0)
            objection = "0 is no arity, a command has at least its name";
        else if (command.Arity > 0 && command.Arity != least)
            objection = "it takes " + least + " words";
        else if (command.Arity > 0 && !isFixed)
            objection = "it takes a varying number of words, so the arity must be negative";
        else if (-command.Arity > least && isFixed && command.Entry != EntryKind.None && command.Syntax.Length > 0)
            objection = "it takes " + least + " words, never as many as that";
        if (objection != null)
            complaints.Add(Diagnostic.Create(Complaints.Arity, command.Place, command.Name, command.Arity, objection));
    }

    private static void CheckKeys(DeclaredCommand command, List<Diagnostic> complaints)
    {
        foreach (DeclaredKey key in command.Keys)
        {
            string? objection = null;
            if (key.Keyword == null && !key.Unknown && key.Index < 1)
                objection = "an index counts from 1, word 0 is the command's name";
            else if (key.Step < 1)
                objection = "the step must be 1 or more";
            else if (key.Limit < 0)
                objection = "the limit cannot be negative";
            else if (key.KeyNum >= 0 && key.FirstKey <= key.KeyNum)
                objection = "the first key must come after the number of keys";
            else if (key.Keyword != null && key.StartFrom == 0)
                objection = "a keyword needs StartFrom";
            if (objection != null)
                complaints.Add(Diagnostic.Create(Complaints.Key, command.Place, command.Name, objection));
        }
    }
}
