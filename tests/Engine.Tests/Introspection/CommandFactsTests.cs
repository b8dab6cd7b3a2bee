using System;
using System.Collections.Generic;
using System.Linq;
using Hexad.Commands;
using Xunit;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>Every declared command against the recorded facts of Redis 7.2; and COMMAND's replies about them.</summary>
public sealed class CommandFactsTests
{
    private static readonly string[] flagOrder =
    [
        "Write", "ReadOnly", "DenyOom", "Admin", "PubSub", "NoScript", "Blocking", "Loading", "Stale", "SkipMonitor", "SkipSlowlog",
        "Asking", "Fast", "NoAuth", "NoMandatoryKeys", "NoAsyncLoading", "NoMulti", "AllowBusy",
    ];

    private static readonly string[] flagNames =
    [
        "write", "readonly", "denyoom", "admin", "pubsub", "noscript", "blocking", "loading", "stale", "skip_monitor", "skip_slowlog",
        "asking", "fast", "no_auth", "no_mandatory_keys", "no_async_loading", "no_multi", "allow_busy",
    ];

    /// <summary>Commands of our own, or of later servers: there is nothing to compare them with.</summary>
    private static readonly string[] beyond72 =
    [
        "hexpire", "hexpireat", "hexpiretime", "hgetdel", "hgetex", "hpersist", "hpexpire", "hpexpireat", "hpexpiretime", "hpttl", "hsetex", "httl",
    ];

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
    public void Every_declaration_says_what_the_real_server_says()
    {
        Dictionary<string, string> facts = Conversation.Data("commands-7.2.6.tsv").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(l => l[..l.IndexOf('\t', StringComparison.Ordinal)]);
        List<string> wrong = [];
        foreach (CommandRow row in AllRows())
        {
            if (!facts.TryGetValue(row.FullName, out string? expected))
            {
                if (!beyond72.Contains(row.FullName))
                    wrong.Add(row.FullName + " is no command of 7.2");
            }
            else if (expected != Describe(row))
                wrong.Add("expected " + expected + "\nactual   " + Describe(row));
        }
        Assert.Equal([], wrong);
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
        Assert.Equal([], wrong);
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

    private static string Describe(CommandRow row)
    {
        CommandArgument[] arguments = row.ParseArguments();
        IEnumerable<string> flags = flagOrder.Zip(flagNames).Where(f => row.Flags.HasFlag(Enum.Parse<Flags>(f.First))).Select(f => f.Second);
        string group = row.Group switch { Group.SortedSet => "sorted-set", Group other => other.ToString().ToLowerInvariant() };
        string categories = string.Join(' ', row.Categories.ToString().ToLowerInvariant().Split(", ").Order(StringComparer.Ordinal));
        string doc = row.Doc == DocFlags.None ? "" : row.Doc.ToString().ToLowerInvariant().Replace(", ", " ", StringComparison.Ordinal);
        return string.Join('\t', row.FullName, row.Arity, string.Join(' ', flags), categories, string.Join(' ', row.Tips),
            string.Join(" / ", row.Keys.Select(Describe)), group, row.Since, doc, row.DeprecatedSince ?? "", Describe(arguments));
    }

    private static string Describe(KeySpec spec)
    {
        string[] names = ["ro", "rw", "ow", "rm", "access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags"];
        IEnumerable<string> flags = names.Where((_, bit) => ((int)spec.Flags & (1 << bit)) != 0);
        string begin = spec.Begin switch
        {
            KeyBegin.Index => "index " + spec.Index,
            KeyBegin.Keyword => "keyword " + spec.Keyword + " " + spec.StartFrom,
            _ => "unknown",
        };
        string find = spec.Find switch
        {
            KeyFind.Range => "range " + spec.Last + " " + spec.Step + " " + spec.Limit,
            KeyFind.KeyNum => "keynum " + spec.KeyNum + " " + spec.FirstKey + " " + spec.Step,
            _ => "unknown",
        };
        return string.Join(' ', flags) + "; " + begin + "; " + find;
    }

    private static string Describe(CommandArgument[] arguments) => string.Join(", ", arguments.Select(a =>
    {
        bool hasParts = a.Type is ArgumentType.OneOf or ArgumentType.Block;
        string type = a.Type switch { ArgumentType.UnixTime => "unix-time", ArgumentType.PureToken => "pure-token", ArgumentType other => other.ToString().ToLowerInvariant() };
        return a.Name + " " + type
            + (a.Token is null ? "" : " t=" + a.Token) + (hasParts ? "" : " d=" + (a.Display ?? a.Name))
            + (a.KeySpecIndex < 0 ? "" : " k=" + a.KeySpecIndex) + (a.Since is null ? "" : " s=" + a.Since)
            + (a.DeprecatedSince is null ? "" : " x=" + a.DeprecatedSince)
            + " f=" + (a.Flags.HasFlag(ArgumentFlags.Optional) ? "o" : "") + (a.Flags.HasFlag(ArgumentFlags.Multiple) ? "m" : "")
            + (a.Flags.HasFlag(ArgumentFlags.MultipleToken) ? "M" : "") + (hasParts ? " (" + Describe(a.Parts) + ")" : "");
    }));
}
