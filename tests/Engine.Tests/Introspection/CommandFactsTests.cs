using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Commands;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>
/// What a running node says of its commands against recorded tables: of Redis 7.2.6 and Valkey 9.1.2 as those servers told
/// them, of Redis 8.4 as 8.0.6 told them, with what 8.2 and 8.4 are documented to have changed.
/// </summary>
public sealed class CommandFactsTests
{
    /// <summary>Where a running node says something else than the recorded table, by command and column, with the reason.</summary>
    private static readonly (string Command, string Column)[] reasoned = [.. new CompatibilityNotes().Excuses.Select(e => (e[0], e[1]))];

    private static IEnumerable<CommandRow> AllRows()
    {
        List<CommandRow> all = [];
        foreach (CommandRow row in CommandTable.Rows)
        {
            all.Add(row);
            if (row.Subcommands is not null)
                all.AddRange(row.Subcommands.Rows);
        }
        return all;
    }

    [Fact]
    public void A_running_node_says_of_its_commands_what_the_newest_redis_says_or_else_the_newest_valkey()
    {
        Dictionary<string, CommandFact> redis = CommandFact.Recorded("8.4"), valkey = CommandFact.Recorded("valkey-9.1.2");
        List<string> wrong = [];
        HashSet<(string, string)> used = [];
        foreach (CommandFact ours in CommandFact.Told(new Conversation()).Values)
        {
            if (!redis.TryGetValue(ours.Name, out CommandFact? theirs) && !valkey.TryGetValue(ours.Name, out theirs))
            {
                wrong.Add(ours.Name + " is a command of nobody's");
                continue;
            }
            for (int i = 0; i < CommandFact.Columns.Length; i++)
            {
                string column = CommandFact.Columns[i];
                if (ours.Fields[i] == theirs.Fields[i] || Excuse(ours.Name, column, used))
                    continue;
                wrong.Add($"{ours.Name}, {column}:\nexpected {theirs.Fields[i]}\nactual   {ours.Fields[i]}");
            }
        }
        wrong.AddRange(reasoned.Where(r => CommandFact.Columns.Contains(r.Column) && !used.Contains((r.Command, r.Column))).Select(r => $"{r.Command}, {r.Column}: nothing to excuse"));
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void What_was_in_7_2_is_as_it_was_there_unless_a_newer_server_says_otherwise()
    {
        Dictionary<string, CommandFact> old = CommandFact.Recorded("7.2.6"), redis = CommandFact.Recorded("8.4");
        List<string> wrong = [];
        foreach (CommandFact ours in CommandFact.Told(new Conversation()).Values.Where(f => old.ContainsKey(f.Name)))
        {
            for (int i = 0; i < CommandFact.Columns.Length; i++)
            {
                string before = old[ours.Name].Fields[i], now = redis[ours.Name].Fields[i];
                if (ours.Fields[i] != before && ours.Fields[i] != now && !Excuse(ours.Name, CommandFact.Columns[i], []))
                    wrong.Add($"{ours.Name}, {CommandFact.Columns[i]}:\nexpected {before}\nor       {now}\nactual   {ours.Fields[i]}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Docs_have_the_fields_of_redis_8_0_and_tell_every_change_that_it_tells()
    {
        Dictionary<string, Dictionary<string, object?>> ours = CommandFact.ToldDocs(new Conversation());
        List<string> wrong = [];
        int compared = 0;
        foreach (string line in Conversation.Data("docs-8.0.6.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] theirs = line.Split('\t');
            Dictionary<string, object?> doc = ours[theirs[0]];
            string[] fields = theirs[1].Split(' ');
            // We may tell more: what something costs, and what a later version changed.
            if (!doc.Keys.Where(k => k != "subcommands" && (fields.Contains(k) || k is not ("complexity" or "history"))).SequenceEqual(fields))
                wrong.Add($"{theirs[0]}: expected {theirs[1]}, actual {string.Join(' ', doc.Keys)}");
            if ((doc.GetValueOrDefault("replaced_by") as string ?? "") != theirs[2])
                wrong.Add($"{theirs[0]}: replaced by {theirs[2]}");
            List<string> versions = doc.GetValueOrDefault("history") is object?[] changes ? [.. changes.Select(c => (string)((object?[])c!)[0]!)] : [];
            foreach (string version in theirs[3].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!versions.Remove(version) && !Excuse(theirs[0], "history", []))
                    wrong.Add($"{theirs[0]}: a change of {version} is not told");
            }
            compared++;
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(compared > 300);
    }

    private static bool Excuse(string command, string column, HashSet<(string Command, string Column)> used)
    {
        bool known = Array.Exists(reasoned, r => r.Command == command && r.Column == column);
        if (known)
            used.Add((command, column));
        return known;
    }

    [Fact]
    public void Every_command_has_a_summary_and_one_that_is_deprecated_says_by_what()
    {
        List<string> wrong = [];
        foreach (CommandRow row in AllRows())
        {
            if (string.IsNullOrWhiteSpace(row.Summary))
                wrong.Add(row.FullName + " has no Summary");
            if ((row.Doc & DocFlags.Deprecated) != 0 && row.ReplacedBy is null)
                wrong.Add(row.FullName + " has no ReplacedBy");
            if (Array.Exists(row.History, change => !change.Contains('|', StringComparison.Ordinal)))
                wrong.Add(row.FullName + ": a change is \"version|text\"");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void Every_row_is_found_by_its_name_and_has_code_unless_it_is_a_container()
    {
        HashSet<int> ids = [];
        foreach (CommandRow row in AllRows())
        {
            Assert.Same(row, CommandTable.FindFull(System.Text.Encoding.ASCII.GetBytes(row.FullName.ToUpperInvariant())));
            Assert.True(ids.Add(row.Id) && row.Id < CommandTable.RowCount);
            unsafe
            {
                bool hasCode = row.DataEntry != null || row.EngineEntry != null;
                Assert.True(hasCode || row.Subcommands is not null, row.FullName);
            }
        }
        Assert.Equal(CommandTable.RowCount, ids.Count);
    }

    [Fact]
    public void Docs_have_the_shape_that_clients_know()
    {
        Conversation talk = new();
        Assert.Equal("*2\r\n$11\r\nconfig|help\r\n*8\r\n$7\r\nsummary\r\n$24\r\nExplains the subcommands.\r\n".Replace("$24", "$25", StringComparison.Ordinal)
            + "$5\r\nsince\r\n$5\r\n5.0.0\r\n$5\r\ngroup\r\n$6\r\nserver\r\n$10\r\ncomplexity\r\n$4\r\nO(1)\r\n", talk.Call("COMMAND", "DOCS", "config|help"));
        string set = talk.Call("COMMAND", "DOCS", "CONFIG|SET");
        Assert.EndsWith("$9\r\narguments\r\n*1\r\n*8\r\n$4\r\nname\r\n$4\r\ndata\r\n$4\r\ntype\r\n$5\r\nblock\r\n$5\r\nflags\r\n*1\r\n+multiple\r\n$9\r\narguments\r\n"
            + "*2\r\n*6\r\n$4\r\nname\r\n$9\r\nparameter\r\n$4\r\ntype\r\n$6\r\nstring\r\n$12\r\ndisplay_text\r\n$9\r\nparameter\r\n"
            + "*6\r\n$4\r\nname\r\n$5\r\nvalue\r\n$4\r\ntype\r\n$6\r\nstring\r\n$12\r\ndisplay_text\r\n$5\r\nvalue\r\n", set, StringComparison.Ordinal);
        talk.Node.Sessions.All.Single().Resp3 = true;
        Assert.StartsWith("%1\r\n$11\r\nconfig|help\r\n%4\r\n", talk.Call("COMMAND", "DOCS", "config|help"), StringComparison.Ordinal);
        Assert.StartsWith("%" + CommandTable.Rows.Length + "\r\n", talk.Call("COMMAND", "DOCS"), StringComparison.Ordinal);
        Assert.StartsWith("*" + CommandTable.Rows.Length + "\r\n", talk.Call("COMMAND"), StringComparison.Ordinal);
        Assert.Equal(":" + CommandTable.Rows.Length + "\r\n", talk.Call("COMMAND", "COUNT"));
        Assert.StartsWith("*" + AllRows().Count() + "\r\n", talk.Call("COMMAND", "LIST"), StringComparison.Ordinal);
    }
}
