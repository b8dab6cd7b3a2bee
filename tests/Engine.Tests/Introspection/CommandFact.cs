using System;
using System.Collections.Generic;
using System.Linq;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>
/// What a server says of one of its commands in COMMAND and COMMAND DOCS, without its prose: a line of a recorded table, or
/// the replies of a running node brought into the same form.
/// </summary>
internal sealed class CommandFact
{
    /// <summary>The columns of a table, in order.</summary>
    public static readonly string[] Columns =
        ["name", "arity", "flags", "categories", "tips", "keys", "group", "since", "doc flags", "deprecated since", "arguments"];

    private static readonly string[] flagOrder =
    [
        "write", "readonly", "denyoom", "admin", "pubsub", "noscript", "blocking", "loading", "stale", "skip_monitor", "skip_slowlog",
        "asking", "fast", "no_auth", "no_mandatory_keys", "no_async_loading", "no_multi", "allow_busy", "movablekeys",
    ];

    private static readonly string[] keyFlags = ["RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags"];

    private CommandFact(string[] fields) => Fields = fields;

    /// <summary>One text for each of <see cref="Columns"/>.</summary>
    public string[] Fields { get; }

    public string Name => Fields[0];

    public string Group => Fields[6];

    public string Since => Fields[7];

    public static string Table(string server) => $"commands-{server}.tsv";

    /// <summary>A recorded table, by name; lines of a server's own modules are left out.</summary>
    public static Dictionary<string, CommandFact> Recorded(string server) =>
        Conversation.Data(Table(server)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new CommandFact(line.Split('\t'))).ToDictionary(f => f.Name);

    /// <summary>What a running node says, by name, sub-commands included.</summary>
    public static Dictionary<string, CommandFact> Told(Conversation talk)
    {
        talk.Call("HELLO", "3");
        Dictionary<string, CommandFact> all = [];
        var docs = (Dictionary<string, object?>)ReplyTree.Parse(talk.Call("COMMAND", "DOCS"))!;
        foreach (object? info in (object?[])ReplyTree.Parse(talk.Call("COMMAND"))!) Add(all, (object?[])info!, docs);
        return all;
    }

    /// <summary>COMMAND DOCS of every command and sub-command.</summary>
    public static Dictionary<string, Dictionary<string, object?>> ToldDocs(Conversation talk)
    {
        talk.Call("HELLO", "3");
        Dictionary<string, Dictionary<string, object?>> all = [];
        AddDocs(all, (Dictionary<string, object?>)ReplyTree.Parse(talk.Call("COMMAND", "DOCS"))!);
        return all;
    }

    private static void AddDocs(Dictionary<string, Dictionary<string, object?>> all, Dictionary<string, object?> docs)
    {
        foreach ((string name, object? doc) in docs)
        {
            var map = (Dictionary<string, object?>)doc!;
            all.Add(name, map);
            if (map.TryGetValue("subcommands", out object? subs)) AddDocs(all, (Dictionary<string, object?>)subs!);
        }
    }

    private static void Add(Dictionary<string, CommandFact> all, object?[] info, Dictionary<string, object?> docs)
    {
        string name = (string)info[0]!;
        var doc = (Dictionary<string, object?>)docs[name]!;
        all.Add(name, new CommandFact(
        [
            name, info[1]!.ToString()!, string.Join(' ', Texts(info[2]).Where(flagOrder.Contains).OrderBy(f => Array.IndexOf(flagOrder, f))),
            string.Join(' ', Texts(info[6]).Select(c => c[1..]).Order(StringComparer.Ordinal)), string.Join(' ', Texts(info[7])),
            string.Join(" / ", ((object?[])info[8]!).Select(k => Key((Dictionary<string, object?>)k!))), (string)doc["group"]!, (string)doc["since"]!,
            string.Join(' ', Texts(doc.GetValueOrDefault("doc_flags"))), (string?)doc.GetValueOrDefault("deprecated_since") ?? "",
            Arguments(doc.GetValueOrDefault("arguments")),
        ]));
        foreach (object? sub in (object?[])info[9]!) Add(all, (object?[])sub!, (Dictionary<string, object?>)doc["subcommands"]!);
    }

    private static IEnumerable<string> Texts(object? list) => list is object?[] items ? items.Select(i => (string)i!) : [];

    private static string Key(Dictionary<string, object?> spec)
    {
        string flags = string.Join(' ', Texts(spec["flags"]).OrderBy(f => Array.IndexOf(keyFlags, f)).Select(f => f.ToLowerInvariant()));
        return $"{flags}; {Half(spec["begin_search"], ["index", "keyword", "startfrom"])}; {Half(spec["find_keys"], ["lastkey", "keynumidx", "firstkey", "keystep", "limit"])}";
    }

    private static string Half(object? half, string[] order)
    {
        var map = (Dictionary<string, object?>)half!;
        if (map["spec"] is not Dictionary<string, object?> spec) return (string)map["type"]!;
        return string.Join(' ', (string[])[(string)map["type"]!, .. spec.OrderBy(p => Array.IndexOf(order, p.Key)).Select(p => p.Value!.ToString()!)]);
    }

    private static string Arguments(object? list) => list is not object?[] items ? "" : string.Join(", ", items.Select(item =>
    {
        var map = (Dictionary<string, object?>)item!;
        var flags = Texts(map.GetValueOrDefault("flags")).ToList();
        string Part(string key, string letter) => map.TryGetValue(key, out object? value) ? $" {letter}={value}" : "";
        return $"{map["name"]} {map["type"]}" + Part("token", "t") + Part("display_text", "d") + Part("key_spec_index", "k") + Part("since", "s") + Part("deprecated_since", "x")
            + " f=" + (flags.Contains("optional") ? "o" : "") + (flags.Contains("multiple") ? "m" : "") + (flags.Contains("multiple_token") ? "M" : "")
            + (map.TryGetValue("arguments", out object? parts) ? $" ({Arguments(parts)})" : "");
    }));
}
