// CONFIG: reads and changes the options of the running node.
//
// CONFIG SET is all or nothing: names are looked up, then every value is set, then what the changes mean for the
// running node is carried out (ConfigChange). If anything is refused on the way, all options are as they were before.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Options;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

[Command("CONFIG", arity: -2, Flags.None, Group.Server, since: "2.0.0",
    Summary = "Holds the commands that read and change the configuration.", Complexity = "Depends on the subcommand.")]
internal static class ConfigCommands
{
    [Command("CONFIG|GET", arity: -3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.0.0",
        syntax: "parameter+",
        Summary = "Shows the values of options by name or pattern.", Complexity = "O(N) where N is the number of patterns.",
        History = ["7.0.0|Several parameters can be asked for in one call."])]
    internal static void Get(ref CommandContext call, Session session)
    {
        List<(string Name, OptionRow Row)> found = [];
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 2; i < call.Count; i++)
            Match(call[i], found, seen);
        NodeOptions options = session.Node.Options;
        call.Reply.Map(found.Count);
        foreach ((string name, OptionRow row) in found)
        {
            call.Reply.Bulk(name);
            call.Reply.Bulk(options.GetText(row));
        }
    }

    [Command("CONFIG|SET", arity: -4, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.0.0",
        syntax: "data:{parameter value}+",
        Tips = "request_policy:all_nodes response_policy:all_succeeded",
        Summary = "Changes options of the running server, all or none.", Complexity = "O(N) where N is the number of options given.",
        History = ["7.0.0|Several options can be set in one call."])]
    internal static void Set(ref CommandContext call, Session session)
    {
        if (call.Count % 2 != 0)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }
        HideSecrets(call.Arguments, session.Node.Dispatcher);
        List<(string Name, OptionRow Row)> options = [];
        List<string> texts = [];
        for (int i = 2; i < call.Count; i += 2)
        {
            string name = Encoding.UTF8.GetString(call[i]);
            string? refusal = Refusal(session, name, options, out OptionRow? row);
            if (refusal is not null)
            {
                call.Reply.Error(refusal);
                return;
            }
            options.Add((name.ToLowerInvariant(), row!));
            texts.Add(Encoding.UTF8.GetString(call[i + 1]));
        }
        new ConfigChange(session, options).Run(texts);
    }

    [Command("CONFIG|RESETSTAT", arity: 2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.0.0",
        Tips = "request_policy:all_nodes response_policy:all_succeeded",
        Summary = "Sets the counters of INFO back to zero.", Complexity = "O(1)")]
    internal static void ResetStat(ref CommandContext call, Session session)
    {
        session.Node.Statistics.Reset();
        session.Node.Cluster?.SlotUse.Reset();
        call.Services.KeyspaceHits = 0;
        call.Services.ExpiredFields = 0;
        call.Services.KeyspaceMisses = 0;
        call.Reply.Ok();
    }

    [Command("CONFIG|REWRITE", arity: 2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.0",
        Tips = "request_policy:all_nodes response_policy:all_succeeded",
        Summary = "Writes the running configuration into the configuration file.", Complexity = "O(1)")]
    internal static void Rewrite(ref CommandContext call, Session session)
    {
        if (session.Node.Options.ConfigFile is { } path)
            new ConfigRewrite(session, path).Run();
        else
            call.Reply.Error("ERR The server is running without a config file");
    }

    [Command("CONFIG|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "5.0.0",
        Summary = "Explains the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "CONFIG",
    [
        "GET <pattern>",
        "    The options whose names match <pattern>, and their values.",
        "SET <directive> <value>",
        "    Give the option <directive> the value <value>. Several pairs: all or none.",
        "RESETSTAT",
        "    Set the counters of INFO back to zero.",
        "REWRITE",
        "    Write the configuration into its file.",
    ]);

    /// <summary>Keeps passwords out of MONITOR and the slow log, also those of a call that is refused.</summary>
    private static void HideSecrets(Arguments call, Dispatcher dispatcher)
    {
        for (int i = 2; i < call.Count; i += 2)
        {
            if (NodeOptions.Find(Encoding.UTF8.GetString(call[i])) is { } row && row.Is(OptionTraits.Sensitive))
                dispatcher.Hide(i + 1);
        }
    }

    private static void Match(ReadOnlySpan<byte> pattern, List<(string Name, OptionRow Row)> found, HashSet<string> seen)
    {
        string text = Encoding.UTF8.GetString(pattern);
        if (pattern.IndexOfAny("[*?"u8) < 0)
        {
            if (NodeOptions.Find(text) is { } named && seen.Add(text))
                found.Add((text, named));
            return;
        }
        foreach ((string name, OptionRow row) in NodeOptions.Names)
        {
            // As Redis: a hidden option answers to its exact name only.
            if (!row.Is(OptionTraits.Hidden) && Glob.Matches(pattern, Encoding.ASCII.GetBytes(name), ignoreCase: true) && seen.Add(name))
                found.Add((name, row));
        }
    }

    /// <summary>Why an option may not be set now, or null.</summary>
    private static string? Refusal(Session session, string name, List<(string Name, OptionRow Row)> before, out OptionRow? row)
    {
        row = NodeOptions.Find(name);
        if (row is null)
            return "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'";
        if (!row.Is(OptionTraits.Live))
            return ConfigChange.Failed(name, "can't set immutable config");
        if (row.Is(OptionTraits.Protected) && !session.Node.Admission.Allows(session.Node.Options.EnableProtectedConfigs, session))
            return ConfigChange.Failed(name, "can't set protected config");
        if (row.Is(OptionTraits.DenyLoading) && (session.Node.Conditions & (uint)NodeConditions.Loading) != 0)
            return Encoding.ASCII.GetString(ErrorReplies.Loading);
        // As Redis: an alias beside its name is no duplicate, the later one wins.
        return before.Exists(b => b.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? ConfigChange.Failed(name, "duplicate parameter") : null;
    }
}
