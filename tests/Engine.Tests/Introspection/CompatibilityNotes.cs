using System;
using System.Collections.Generic;
using System.Linq;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>
/// What is known beside the tables: why commands are missing, why a column differs, what two servers define differently.
/// From data/compatibility.tsv, whose lines begin with their kind.
/// </summary>
internal sealed class CompatibilityNotes
{
    private readonly string[][] _lines = [.. Conversation.Data("compatibility.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))];

    /// <summary>Features that are not there, and why: name, text.</summary>
    public IEnumerable<string[]> Features => Of("feature");

    /// <summary>Which commands a missing feature takes with it: pattern (a star at its end stands for anything), feature.</summary>
    public IEnumerable<string[]> Missing => Of("missing");

    /// <summary>Where COMMAND says something else than the recorded table on purpose: command, column, reason.</summary>
    public IEnumerable<string[]> Excuses => Of("excuse");

    /// <summary>What Redis and Valkey define differently: what, in Redis, in Valkey, here.</summary>
    public IEnumerable<string[]> Doubles => Of("double");

    /// <summary>What a command does in another way here: command, text.</summary>
    public IEnumerable<string[]> Differences => Of("differs");

    /// <summary>The feature without which a command is missing, or null.</summary>
    public string? FeatureOf(string command) => Missing.FirstOrDefault(m => Matches(m[0], command))?[1];

    public static bool Matches(string pattern, string command) =>
        pattern.EndsWith('*') ? command.StartsWith(pattern[..^1], StringComparison.Ordinal) : command == pattern;

    private IEnumerable<string[]> Of(string kind) => _lines.Where(l => l[0] == kind).Select(l => l[1..]);
}
