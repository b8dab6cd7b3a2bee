// MEMORY: what memory is used for.
using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;

namespace Hexad.Engine;

[Command("MEMORY", arity: -2, Flags.None, Group.Server, since: "4.0.0",
    Summary = "A container for commands about memory.", Complexity = "Depends on subcommand.")]
internal static class MemoryCommands
{
    [Command("MEMORY|USAGE", arity: -3, Flags.ReadOnly, Group.Server, since: "4.0.0",
        syntax: "key:key [SAMPLES count:integer]",
        Summary = "Tells how much memory a key takes.", Complexity = "O(1) for strings.")]
    [Key(2, KeyFlags.ReadOnly)]
    internal static void Usage(ref CommandContext call, Session session)
    {
        for (int i = 3; i < call.Count; i += 2)
        {
            if (i + 1 == call.Count || !call.Says(i, "SAMPLES"u8))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }

            if (!call.TryLong(i + 1, out long samples)) return;
            if (samples < 0)
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }
        }

        EntryRef entry = call.Db.Peek(call[2]);
        if (entry.Found) call.Reply.Integer(call.Db.MemoryUsage(entry));
        else call.Reply.Null();
    }

    [Command("MEMORY|STATS", arity: 2, Flags.None, Group.Server, since: "4.0.0",
        Summary = "Tells what memory is used for.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_shards response_policy:special")]
    internal static void Stats(ref CommandContext call, Session session)
    {
        Node node = session.Node;
        ProcessFacts facts = node.Host.Facts();
        long used = node.Eviction.UsedBytes;
        long keys = node.Databases.UsedBytes;
        long reserved = Math.Max(node.Databases.ReservedBytes, used);
        long backlog = node.Info.BacklogBytes?.Invoke() ?? 0;
        call.Reply.BeginCounted();
        int count = 0;
        Number(ref call, ref count, "peak.allocated", Math.Max(node.Statistics.PeakMemoryBytes, used));
        Number(ref call, ref count, "total.allocated", used);
        Number(ref call, ref count, "startup.allocated", 0);
        Number(ref call, ref count, "replication.backlog", backlog);
        Number(ref call, ref count, "clients.slaves", 0);
        Number(ref call, ref count, "clients.normal", node.ClientBytes);
        Number(ref call, ref count, "cluster.links", node.Info.ClusterLinkBytes?.Invoke() ?? 0);
        Number(ref call, ref count, "aof.buffer", 0);
        Number(ref call, ref count, "lua.caches", 0);
        Number(ref call, ref count, "functions.caches", 0);
        Number(ref call, ref count, "overhead.total", used - keys);
        Number(ref call, ref count, "keys.count", node.Databases.KeyCount);
        Number(ref call, ref count, "keys.bytes-per-key", node.Databases.KeyCount == 0 ? 0 : keys / node.Databases.KeyCount);
        Number(ref call, ref count, "dataset.bytes", keys);
        Ratio(ref call, ref count, "dataset.percentage", used == 0 ? 0 : 100.0 * keys / used);
        Ratio(ref call, ref count, "peak.percentage", 100.0 * used / Math.Max(1, Math.Max(node.Statistics.PeakMemoryBytes, used)));
        Number(ref call, ref count, "allocator.allocated", used);
        Number(ref call, ref count, "allocator.active", reserved);
        Number(ref call, ref count, "allocator.resident", facts.ResidentBytes);
        Ratio(ref call, ref count, "allocator-fragmentation.ratio", used == 0 ? 1 : (double)reserved / used);
        Number(ref call, ref count, "allocator-fragmentation.bytes", reserved - used);
        Ratio(ref call, ref count, "allocator-rss.ratio", reserved == 0 ? 1 : (double)facts.ResidentBytes / reserved);
        Number(ref call, ref count, "allocator-rss.bytes", facts.ResidentBytes - reserved);
        Ratio(ref call, ref count, "rss-overhead.ratio", 1);
        Number(ref call, ref count, "rss-overhead.bytes", 0);
        Ratio(ref call, ref count, "fragmentation", used == 0 ? 1 : (double)facts.ResidentBytes / used);
        Number(ref call, ref count, "fragmentation.bytes", facts.ResidentBytes - used);
        call.Reply.EndCountedMap(count);
    }

    [Command("MEMORY|DOCTOR", arity: 2, Flags.None, Group.Server, since: "4.0.0",
        Summary = "Says whether memory looks well used.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_shards response_policy:special")]
    internal static void Doctor(ref CommandContext call, Session session)
    {
        Node node = session.Node;
        long used = node.Eviction.UsedBytes;
        var text = new StringBuilder();
        if (used < 5 << 20) text.Append("So little memory is used that nothing can be said of it.\n");
        else
        {
            double fragmentation = (double)node.Databases.ReservedBytes / Math.Max(1, node.Databases.UsedBytes);
            if (node.Statistics.PeakMemoryBytes > used * 3 / 2)
                text.Append("Once much more memory was used than now; what is not given back yet can be used again for new keys.\n");
            if (fragmentation > 1.4)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"For each byte of data {fragmentation:F2} bytes are reserved: many keys were removed or changed their size.\n");
            if (text.Length == 0) text.Append("Memory looks well used.\n");
        }

        call.Reply.Verbatim(Encoding.UTF8.GetBytes(text.ToString()), "txt"u8);
    }

    [Command("MEMORY|PURGE", arity: 2, Flags.None, Group.Server, since: "4.0.0",
        Summary = "Gives memory that is not used back to the system.", Complexity = "Depends on how much there is.",
        Tips = "request_policy:all_shards response_policy:all_succeeded")]
    internal static void Purge(ref CommandContext call, Session session)
    {
        var budget = Structures.SliceBudget.Unlimited;
        session.Node.Databases.FreeSlice(ref budget);
        call.Reply.Ok();
    }

    [Command("MEMORY|MALLOC-STATS", arity: 2, Flags.None, Group.Server, since: "4.0.0",
        Summary = "Tells what the allocator knows.", Complexity = "O(1)",
        Tips = "nondeterministic_output request_policy:all_shards response_policy:special")]
    internal static void MallocStats(ref CommandContext call, Session session)
    {
        Databases databases = session.Node.Databases;
        call.Reply.Verbatim(Encoding.UTF8.GetBytes($"used {databases.UsedBytes}\nreserved {databases.ReservedBytes}\nto be freed {databases.PendingFreeCount} keys\n"), "txt"u8);
    }

    [Command("MEMORY|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Server, since: "4.0.0",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call, Session session) => HelpText.Write(call.Reply, "MEMORY",
    [
        "DOCTOR", "    Whether memory looks well used.",
        "MALLOC-STATS", "    What the allocator knows.",
        "PURGE", "    Give memory that is not used back to the system.",
        "STATS", "    What memory is used for.",
        "USAGE <key> [SAMPLES <count>]", "    How many bytes <key> and its value take.",
    ]);

    private static void Number(ref CommandContext call, ref int count, string name, long value)
    {
        call.Reply.Bulk(name);
        call.Reply.Integer(value);
        count++;
    }

    private static void Ratio(ref CommandContext call, ref int count, string name, double value)
    {
        call.Reply.Bulk(name);
        call.Reply.Double(Math.Round(value, 6));
        count++;
    }
}
