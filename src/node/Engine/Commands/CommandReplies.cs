// How COMMAND INFO and COMMAND DOCS lay out a row. Names and their order are the protocol's.
using System;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class CommandReplies
{
    // By bit of Flags; empty for those that are not shown.
    private static readonly string[] flagNames =
    [
        "write", "readonly", "denyoom", "module", "admin", "pubsub", "noscript", "blocking", "loading", "stale", "skip_monitor",
        "skip_slowlog", "asking", "fast", "no_auth", "no_mandatory_keys", "no_async_loading", "no_multi", "movablekeys", "allow_busy",
    ];

    // By bit of Acl.
    private static readonly string[] categoryNames =
    [
        "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo", "stream", "pubsub",
        "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting",
    ];

    // By bit of KeyFlags.
    private static readonly string[] keyFlagNames =
        ["RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags"];

    // By value of Group.
    private static readonly string[] groupNames =
    [
        "generic", "string", "list", "set", "sorted-set", "hash", "pubsub", "transactions", "connection", "server", "scripting",
        "hyperloglog", "cluster", "sentinel", "geo", "stream", "bitmap", "module",
    ];

    // By value of ArgumentType.
    private static readonly string[] typeNames =
        ["string", "integer", "double", "key", "pattern", "unix-time", "pure-token", "oneof", "block"];

    private static readonly string[] argumentFlagNames = ["optional", "multiple", "multiple_token"];

    private static readonly string[] docFlagNames = ["deprecated", "syscmd"];

    /// <summary>The names of the ACL categories, by bit.</summary>
    public static ReadOnlySpan<string> CategoryNames => categoryNames;

    /// <summary>The category of a name without '@', in any case.</summary>
    public static bool TryCategory(string name, out Acl category)
    {
        int bit = Array.FindIndex(categoryNames, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        category = bit < 0 ? Acl.None : (Acl)(1u << bit);
        return bit >= 0;
    }

    /// <summary>The ten fields of COMMAND INFO.</summary>
    public static void Info(ReplyWriter reply, CommandRow row)
    {
        reply.Array(10);
        reply.Bulk(row.FullName);
        reply.Integer(row.Arity);
        Names(reply, (uint)row.Flags, flagNames, "");
        reply.Integer(row.FirstKey);
        reply.Integer(row.LastKey);
        reply.Integer(row.KeyStep);
        Names(reply, (uint)row.Categories, categoryNames, "@");
        reply.Set(row.Tips.Length);
        foreach (string tip in row.Tips)
            reply.Bulk(tip);
        reply.Set(row.Keys.Length);
        foreach (KeySpec spec in row.Keys)
            Spec(reply, spec);
        if (row.Subcommands is null)
        {
            reply.Set(0);
            return;
        }
        reply.Array(row.Subcommands.Rows.Length);
        foreach (CommandRow sub in row.Subcommands.Rows)
            Info(reply, sub);
    }

    /// <summary>The map of COMMAND DOCS; what a command does not have is left out.</summary>
    public static void Docs(ReplyWriter reply, CommandRow row)
    {
        CommandArgument[] arguments = row.ParseArguments();
        int fields = 2 + One(row.Summary is not null) + One(row.Complexity is not null) + One(row.Doc != DocFlags.None)
            + One(row.DeprecatedSince is not null) + One(row.ReplacedBy is not null) + One(row.History.Length > 0)
            + One(arguments.Length > 0) + One(row.Subcommands is not null);
        reply.Map(fields);
        Text(reply, "summary", row.Summary);
        Text(reply, "since", row.Since);
        Text(reply, "group", groupNames[(int)row.Group]);
        Text(reply, "complexity", row.Complexity);
        if (row.Doc != DocFlags.None)
        {
            reply.Bulk("doc_flags");
            Names(reply, (uint)row.Doc, docFlagNames, "");
        }
        Text(reply, "deprecated_since", row.DeprecatedSince);
        Text(reply, "replaced_by", row.ReplacedBy);
        History(reply, row);
        if (arguments.Length > 0)
        {
            reply.Bulk("arguments");
            Arguments(reply, arguments);
        }
        if (row.Subcommands is null)
            return;
        reply.Bulk("subcommands");
        reply.Map(row.Subcommands.Rows.Length);
        foreach (CommandRow sub in row.Subcommands.Rows)
        {
            reply.Bulk(sub.FullName);
            Docs(reply, sub);
        }
    }

    /// <summary>The set of names of a key's flags.</summary>
    public static void KeyFlagNames(ReplyWriter reply, KeyFlags flags) => Names(reply, (uint)flags, keyFlagNames, "");

    private static void History(ReplyWriter reply, CommandRow row)
    {
        if (row.History.Length == 0)
            return;
        reply.Bulk("history");
        reply.Set(row.History.Length);
        foreach (string change in row.History)
        {
            int bar = change.IndexOf('|', StringComparison.Ordinal);
            reply.Array(2);
            reply.Bulk(change[..bar]);
            reply.Bulk(change[(bar + 1)..]);
        }
    }

    private static void Spec(ReplyWriter reply, KeySpec spec)
    {
        reply.Map(spec.Notes is null ? 3 : 4);
        Text(reply, "notes", spec.Notes);
        reply.Bulk("flags");
        KeyFlagNames(reply, spec.Flags);
        reply.Bulk("begin_search");
        switch (spec.Begin)
        {
            case KeyBegin.Index:
                SpecHead(reply, "index", 1);
                Number(reply, "index", spec.Index);
                break;
            case KeyBegin.Keyword:
                SpecHead(reply, "keyword", 2);
                Text(reply, "keyword", spec.Keyword);
                Number(reply, "startfrom", spec.StartFrom);
                break;
            default:
                SpecHead(reply, "unknown", 0);
                break;
        }
        reply.Bulk("find_keys");
        switch (spec.Find)
        {
            case KeyFind.Range:
                SpecHead(reply, "range", 3);
                Number(reply, "lastkey", spec.Last);
                Number(reply, "keystep", spec.Step);
                Number(reply, "limit", spec.Limit);
                break;
            case KeyFind.KeyNum:
                SpecHead(reply, "keynum", 3);
                Number(reply, "keynumidx", spec.KeyNum);
                Number(reply, "firstkey", spec.FirstKey);
                Number(reply, "keystep", spec.Step);
                break;
            default:
                SpecHead(reply, "unknown", 0);
                break;
        }
    }

    private static void SpecHead(ReplyWriter reply, string type, int fields)
    {
        reply.Map(2);
        Text(reply, "type", type);
        reply.Bulk("spec");
        reply.Map(fields);
    }

    private static void Arguments(ReplyWriter reply, CommandArgument[] arguments)
    {
        reply.Array(arguments.Length);
        foreach (CommandArgument argument in arguments)
        {
            bool hasParts = argument.Type is ArgumentType.OneOf or ArgumentType.Block;
            reply.Map(3 + One(argument.KeySpecIndex >= 0) + One(argument.Token is not null) + One(argument.Since is not null)
                + One(argument.DeprecatedSince is not null) + One(argument.Flags != ArgumentFlags.None));
            Text(reply, "name", argument.Name);
            Text(reply, "type", typeNames[(int)argument.Type]);
            if (!hasParts)
                Text(reply, "display_text", argument.Display ?? argument.Name);
            if (argument.KeySpecIndex >= 0)
                Number(reply, "key_spec_index", argument.KeySpecIndex);
            Text(reply, "token", argument.Token);
            Text(reply, "since", argument.Since);
            Text(reply, "deprecated_since", argument.DeprecatedSince);
            if (argument.Flags != ArgumentFlags.None)
            {
                reply.Bulk("flags");
                Names(reply, (uint)argument.Flags, argumentFlagNames, "");
            }
            if (!hasParts)
                continue;
            reply.Bulk("arguments");
            Arguments(reply, argument.Parts);
        }
    }

    /// <summary>A set of the names of the bits that are set; bits without a name are not shown.</summary>
    private static void Names(ReplyWriter reply, uint bits, string[] names, string prefix)
    {
        bits &= (1u << names.Length) - 1;
        reply.Set(System.Numerics.BitOperations.PopCount(bits));
        for (int i = 0; i < names.Length; i++)
        {
            if ((bits & (1u << i)) != 0)
                reply.Simple(System.Text.Encoding.ASCII.GetBytes(prefix + names[i]));
        }
    }

    private static void Text(ReplyWriter reply, string name, string? value)
    {
        if (value is null)
            return;
        reply.Bulk(name);
        reply.Bulk(value);
    }

    private static void Number(ReplyWriter reply, string name, int value)
    {
        reply.Bulk(name);
        reply.Integer(value);
    }

    private static int One(bool given) => given ? 1 : 0;
}
