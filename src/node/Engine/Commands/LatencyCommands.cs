// LATENCY: how long commands take. Events (HISTORY, LATEST, GRAPH, DOCTOR) need the latency monitor; the histograms
// of commands are kept while latency-tracking is on.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;

namespace Hexad.Engine;

[Command("LATENCY", arity: -2, Flags.None, Group.Server, since: "2.8.13",
    Summary = "A container for commands about latency.", Complexity = "Depends on subcommand.")]
internal static class LatencyCommands
{
    private const long LongestNs = 1_000_000_000;

    [Command("LATENCY|HISTOGRAM", arity: -2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "7.0.0",
        syntax: "[command+]",
        Summary = "Tells how many calls of commands took how long.", Complexity = "O(N) where N is the number of commands.",
        Tips = "nondeterministic_output request_policy:all_nodes response_policy:special")]
    internal static void Histogram(ref CommandContext call, Session session)
    {
        var rows = new List<CommandRow>();
        if (call.Count == 2) rows.AddRange(CommandTable.AllRows());
        for (int i = 2; i < call.Count; i++) AddNamed(rows, Encoding.Latin1.GetString(call[i]));
        call.Reply.BeginCounted();
        int count = 0;
        foreach (CommandRow row in rows)
        {
            if (session.Node.Statistics.Latencies[row.Id] is not { Count: > 0 } latencies) continue;
            Describe(ref call, row, latencies);
            count++;
        }

        call.Reply.EndCountedMap(count);
    }

    [Command("LATENCY|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "LATENCY",
    [
        "HISTOGRAM [COMMAND ...]", "    How many calls took how long, in microseconds, of all commands or those named.",
    ]);

    private static void AddNamed(List<CommandRow> rows, string name)
    {
        foreach (CommandRow row in CommandTable.AllRows())
        {
            bool named = row.FullName.Equals(name, StringComparison.OrdinalIgnoreCase);
            bool within = row.FullName.StartsWith(name + "|", StringComparison.OrdinalIgnoreCase);
            if (named || within) rows.Add(row);
        }
    }

    // Only powers of two at which the sum grows are told.
    private static void Describe(ref CommandContext call, CommandRow row, LatencyHistogram latencies)
    {
        var steps = new List<(long Us, long Count)>();
        long last = 0;
        for (long ns = 1024; last < latencies.Count; ns *= 2)
        {
            long sum = ns > LongestNs ? latencies.Count : latencies.CountUpTo(ns);
            if (sum > last) steps.Add((ns / 1000, sum));
            last = sum;
        }

        call.Reply.Bulk(row.FullName);
        call.Reply.Map(2);
        call.Reply.Bulk("calls"u8);
        call.Reply.Integer(latencies.Count);
        call.Reply.Bulk("histogram_usec"u8);
        call.Reply.Map(steps.Count);
        foreach ((long us, long sum) in steps)
        {
            call.Reply.Integer(us);
            call.Reply.Integer(sum);
        }
    }
}
