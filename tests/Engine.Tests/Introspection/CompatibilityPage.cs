using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>docs/compatibility.md: our commands beside the recorded ones of other servers, and what is known of the rest.</summary>
internal sealed class CompatibilityPage
{
    private static readonly (string Table, string Name)[] servers = [("7.2.6", "Redis 7.2"), ("8.4", "Redis 8.4"), ("valkey-9.1.2", "Valkey 9")];

    private static readonly (string Group, string Title)[] groups =
    [
        ("string", "Strings"), ("bitmap", "Bitmaps"), ("hyperloglog", "HyperLogLog"), ("list", "Lists"), ("set", "Sets"), ("sorted-set", "Sorted sets"),
        ("hash", "Hashes"), ("geo", "Places"), ("stream", "Streams"), ("generic", "Keys"), ("transactions", "Transactions"), ("pubsub", "Publish and subscribe"),
        ("connection", "Connections"), ("cluster", "Cluster"), ("server", "Server"), ("scripting", "Scripts and functions"), ("module", "Vector sets"),
    ];

    private readonly Dictionary<string, CommandFact> _ours;
    private readonly Dictionary<string, CommandFact>[] _theirs = [.. servers.Select(s => CommandFact.Recorded(s.Table))];
    private readonly CompatibilityNotes _notes = new();
    private readonly StringBuilder _text = new();

    private CompatibilityPage(Dictionary<string, CommandFact> ours) => _ours = ours;

    public static string Write(Dictionary<string, CommandFact> ours)
    {
        var page = new CompatibilityPage(ours);
        page.Overview();
        page.MissingFeatures();
        page.Doubles();
        page.Differences();
        page.AllCommands();
        return page._text.ToString();
    }

    private IEnumerable<string> Names => _theirs.SelectMany(t => t.Keys).Concat(_ours.Keys).Distinct().Order(StringComparer.Ordinal);

    private static string Shown(string command) => command.ToUpperInvariant().Replace('|', ' ');

    private void Line(string text = "") => _text.Append(text).Append('\n');

    private void Row(params string[] cells) => Line("| " + string.Join(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal))) + " |");

    private void Head(params string[] cells)
    {
        Row(cells);
        Line("|" + string.Concat(Enumerable.Repeat("---|", cells.Length)));
    }

    private void Overview()
    {
        Line("# Which commands Hexad has");
        Line();
        Line("This page is generated: from the commands of a running node and from recorded command tables of other servers");
        Line("(`tests/Engine.Tests/data`). A test fails when it is stale and says how to write it anew.");
        Line();
        Line("Every command on data that Redis 7.2 has is here, and what Redis 8.0 to 8.4 and Valkey 8 and 9 added to the types of 7.2:");
        Line("expiry of hash fields, conditions of SET, DELEX and DELIFEQ, MSETEX, DIGEST, XDELEX, XACKDEL and XREADGROUP CLAIM,");
        Line("BITOP DIFF, DIFF1, ANDOR and ONE, ZSCAN NOSCORES, HSCAN NOVALUES, CLUSTER SLOT-STATS. Replies, errors, notifications and what");
        Line("COMMAND says of a command are those of the newest Redis, or of Valkey where only Valkey has it.");
        Line();
        Head("Server", "Commands", "With sub-commands", "Hexad has of these", "Missing");
        for (int i = 0; i < servers.Length; i++)
        {
            int has = _theirs[i].Keys.Count(_ours.ContainsKey), all = _theirs[i].Count;
            Row(servers[i].Name, Number(_theirs[i].Keys.Count(k => !k.Contains('|', StringComparison.Ordinal))), Number(all), Number(has), Number(all - has));
        }
        Row("Hexad", Number(_ours.Keys.Count(k => !k.Contains('|', StringComparison.Ordinal))), Number(_ours.Count), "", "");
        Line();
    }

    private void MissingFeatures()
    {
        Line("## What is missing, and why");
        Line();
        Head("What", "Commands", "Why");
        foreach (string[] feature in _notes.Features)
        {
            IEnumerable<string> commands = Names.Where(n => !_ours.ContainsKey(n) && _notes.FeatureOf(n) == feature[0]);
            // A container stands for its sub-commands, if all of them are missing.
            IEnumerable<string> short_ = commands.Where(n => !commands.Contains(n.Split('|')[0]) || !n.Contains('|', StringComparison.Ordinal));
            if (commands.Any())
                Row(feature[0], string.Join(", ", short_.Select(Shown)), feature[1]);
        }
        Line();
    }

    private void Doubles()
    {
        Line("## Where Redis and Valkey define one thing differently");
        Line();
        Line("Both forms are taken where they can be told apart; otherwise Hexad follows Redis.");
        Line();
        Head("What", "Redis", "Valkey", "Hexad");
        foreach (string[] note in _notes.Doubles)
            Row(note);
        Line();
    }

    private void Differences()
    {
        Line("## What Hexad does in another way");
        Line();
        foreach (IGrouping<string, string[]> same in _notes.Differences.GroupBy(d => d[1]))
            Line($"- {string.Join(", ", same.Select(d => Shown(d[0])))}: {same.Key}.");
        foreach (string[] excuse in _notes.Excuses)
            Line($"- COMMAND DOCS of {Shown(excuse[0])}, {excuse[1]}: {excuse[2]}.");
        Line();
    }

    private void AllCommands()
    {
        Line("## All commands");
        Line();
        Line("\"yes\" is followed by the options that a server added to what Redis 7.2 has; in the column of Hexad, by those of them that");
        Line("it has, and after \"without\" by those that it has not.");
        Line();
        foreach ((string group, string title) in groups)
        {
            List<string> names = Names.Where(n => GroupOf(n) == group).ToList();
            if (names.Count == 0)
                continue;
            Line($"### {title}");
            Line();
            Head(["Command", .. servers.Select(s => s.Name), "Hexad"]);
            foreach (string name in names)
                Row([Shown(name), .. _theirs.Select(t => There(t, name)), Here(name)]);
            Line();
        }
    }

    private string GroupOf(string name)
    {
        CommandFact? fact = _ours.GetValueOrDefault(name) ?? _theirs.Select(t => t.GetValueOrDefault(name)).FirstOrDefault(f => f is not null);
        return groups.Any(g => g.Group == fact!.Group) ? fact!.Group : "server";
    }

    private string There(Dictionary<string, CommandFact> table, string name)
    {
        if (!table.TryGetValue(name, out CommandFact? fact))
            return "–";
        return Join("yes", Added(fact, name));
    }

    private string Here(string name)
    {
        if (!_ours.TryGetValue(name, out CommandFact? ours))
            return "no: " + _notes.FeatureOf(name);
        IEnumerable<string> wanted = _theirs.Where(t => t.ContainsKey(name)).SelectMany(t => Added(t[name], name)).Distinct().ToList();
        HashSet<string> has = Tokens(ours);
        string text = Join("yes", wanted.Where(has.Contains));
        string without = string.Join(", ", wanted.Where(w => !has.Contains(w)));
        return without.Length == 0 ? text : text + "; without " + without;
    }

    private IEnumerable<string> Added(CommandFact fact, string name) =>
        _theirs[0].TryGetValue(name, out CommandFact? before) ? Tokens(fact).Except(Tokens(before)) : [];

    private static HashSet<string> Tokens(CommandFact fact) =>
        [.. fact.Fields[^1].Split(' ', ',', '(', ')').Where(w => w.StartsWith("t=", StringComparison.Ordinal)).Select(w => w[2..])];

    private static string Join(string word, IEnumerable<string> options) => options.Any() ? $"{word}, {string.Join(", ", options)}" : word;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
