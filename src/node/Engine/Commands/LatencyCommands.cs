// LATENCY: how long commands take. Events (HISTORY, LATEST, GRAPH, DOCTOR) are kept by the latency monitor; the histograms
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

    [Command("LATENCY|LATEST", arity: 2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Summary = "Tells the latest sample of each kind of event.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_nodes response_policy:special")]
    internal static void Latest(ref CommandContext call, Session session)
    {
        LatencyMonitor monitor = session.Node.Latency;
        call.Reply.Array(monitor.All.Count);
        foreach ((string name, LatencySeries series) in monitor.All)
        {
            call.Reply.Array(4);
            call.Reply.Bulk(name);
            call.Reply.Integer(series.Samples[^1].UnixSeconds);
            call.Reply.Integer(series.Samples[^1].Milliseconds);
            call.Reply.Integer(series.MostMs);
        }
    }

    [Command("LATENCY|HISTORY", arity: 3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        syntax: "event", Summary = "Tells the samples of a kind of event.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_nodes response_policy:special")]
    internal static void History(ref CommandContext call, Session session)
    {
        LatencySeries? series = session.Node.Latency.Find(Encoding.Latin1.GetString(call[2]));
        call.Reply.Array(series?.Samples.Count ?? 0);
        if (series is null) return;
        foreach (LatencySample sample in series.Samples)
        {
            call.Reply.Array(2);
            call.Reply.Integer(sample.UnixSeconds);
            call.Reply.Integer(sample.Milliseconds);
        }
    }

    [Command("LATENCY|RESET", arity: -2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        syntax: "[event+]", Summary = "Forgets the samples of all kinds of events, or of those named.", Complexity = "O(1)",
        Tips = "request_policy:all_nodes response_policy:agg_sum")]
    internal static void Reset(ref CommandContext call, Session session)
    {
        LatencyMonitor monitor = session.Node.Latency;
        int count = call.Count == 2 ? monitor.Reset() : 0;
        for (int i = 2; i < call.Count; i++)
            if (monitor.Reset(Encoding.Latin1.GetString(call[i]))) count++;
        call.Reply.Integer(count);
    }

    [Command("LATENCY|GRAPH", arity: 3, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        syntax: "event", Summary = "Draws the samples of a kind of event.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_nodes response_policy:special")]
    internal static void Graph(ref CommandContext call, Session session)
    {
        string name = Encoding.Latin1.GetString(call[2]);
        if (session.Node.Latency.Find(name) is { } series) call.Reply.Verbatim(Encoding.Latin1.GetBytes(session.Node.Latency.Graph(name, series)), "txt"u8);
        else call.Reply.Error($"ERR No samples available for event '{name}'");
    }

    [Command("LATENCY|DOCTOR", arity: 2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Summary = "Says what the samples mean.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_nodes response_policy:special")]
    internal static void Doctor(ref CommandContext call, Session session) =>
        call.Reply.Verbatim(Encoding.Latin1.GetBytes(session.Node.Latency.Diagnosis()), "txt"u8);

    [Command("LATENCY|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "2.8.13",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "LATENCY",
    [
        "DOCTOR", "    What the samples mean.",
        "GRAPH <event>", "    A drawing of the samples of an event.",
        "HISTORY <event>", "    The samples of an event.",
        "LATEST", "    The latest sample of each event.",
        "RESET [<event> ...]", "    Forget the samples of all events, or of those named.",
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
