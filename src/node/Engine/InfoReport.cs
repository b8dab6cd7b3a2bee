// INFO: what the node tells about itself, section by section. Names and order of the lines are those that monitoring
// tools have learnt from Redis 7.2; what only we have to tell stands behind redis_version.
using System;
using System.Collections.Generic;
using System.Globalization;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>Writes INFO.</summary>
public sealed class InfoReport(Node node)
{
    private static readonly string[] All =
    [
        "server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules", "commandstats", "errorstats",
        "latencystats", "cluster", "keyspace",
    ];

    private static readonly string[] Default =
        ["server", "clients", "memory", "persistence", "stats", "replication", "cpu", "modules", "errorstats", "cluster", "keyspace"];

    /// <summary>The text for the sections asked for, of which "default", "all" and "everything" are groups; none asks for the default ones.</summary>
    public string Text(IReadOnlyList<string> asked)
    {
        var wanted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (asked.Count == 0) wanted.UnionWith(Default);
        foreach (string name in asked)
        {
            if (name.Equals("default", StringComparison.OrdinalIgnoreCase)) wanted.UnionWith(Default);
            else if (name.Equals("all", StringComparison.OrdinalIgnoreCase) || name.Equals("everything", StringComparison.OrdinalIgnoreCase)) wanted.UnionWith(All);
            else wanted.Add(name);
        }

        var text = new InfoText();
        foreach (string section in All)
            if (wanted.Contains(section)) Write(text, section);
        if (wanted.Contains("debug")) Debug(text);
        return text.ToString();
    }

    private void Write(InfoText text, string section)
    {
        switch (section)
        {
            case "server": Server(text, node.Host.Facts()); break;
            case "clients": Clients(text); break;
            case "memory": Memory(text, node.Host.Facts()); break;
            case "persistence": Persistence(text); break;
            case "stats": Stats(text); break;
            case "replication": Replication(text); break;
            case "cpu": Cpu(text, node.Host.Facts()); break;
            case "modules": text.Section("Modules"); break;
            case "commandstats": CommandStats(text); break;
            case "errorstats": ErrorStats(text); break;
            case "latencystats": LatencyStats(text); break;
            case "cluster": Cluster(text); break;
            default: Keyspace(text); break;
        }
    }

    private void Server(InfoText text, ProcessFacts facts)
    {
        NodeOptions options = node.Options;
        long uptimeSeconds = (node.Now.Monotonic - node.StartedAt.Monotonic) / 1000;
        text.Section("Server");
        text.Line("redis_version", Identity.RedisVersionText);
        text.Line("server_name", "hexad");
        text.Line("hexad_version", Identity.Version);
        text.Line("redis_git_sha1", "00000000");
        text.Line("redis_git_dirty", 0);
        text.Line("redis_build_id", "0");
        text.Line("redis_mode", options.ClusterEnabled ? "cluster" : "standalone");
        text.Line("os", facts.System);
        text.Line("arch_bits", 64);
        text.Line("monotonic_clock", "POSIX clock_gettime");
        text.Line("multiplexing_api", facts.Multiplexing);
        text.Line("atomicvar_api", "none");
        text.Line("gcc_version", "0.0.0");
        text.Line("process_id", facts.ProcessId);
        text.Line("process_supervised", "no");
        text.Line("run_id", node.RunId.ToString());
        text.Line("tcp_port", options.Port);
        text.Line("server_time_usec", node.Now.WallUs);
        text.Line("uptime_in_seconds", uptimeSeconds);
        text.Line("uptime_in_days", uptimeSeconds / 86400);
        text.Line("hz", node.Hz);
        text.Line("configured_hz", options.Hz);
        text.Line("lru_clock", node.Now.Wall.Value / 1000 & 0xFFFFFF);
        text.Line("executable", facts.Executable);
        text.Line("config_file", facts.ConfigFile);
        text.Line("io_threads_active", 0);
        if (node.Shutdown.IsInProgress) text.Line("shutdown_in_milliseconds", node.Shutdown.LeftMs);
        text.Line("listener0", $"name=tcp,bind={string.Join(",bind=", options.Bind.Addresses)},port={options.Port}");
    }

    private void Clients(InfoText text)
    {
        text.Section("Clients");
        text.Line("connected_clients", node.CountSessions(replicas: false));
        text.Line("cluster_connections", node.Info.ClusterConnections?.Invoke() ?? 0);
        text.Line("maxclients", node.Options.MaxClients);
        text.Line("client_recent_max_input_buffer", node.LargestInput);
        text.Line("client_recent_max_output_buffer", node.LargestOutput);
        text.Line("blocked_clients", node.Sessions.BlockedCount);
        text.Line("tracking_clients", 0);
        (int keys, int keysWithout) = node.KeyWaits.CountKeys();
        text.Line("clients_in_timeout_table", node.KeyWaits.DeadlineCount);
        text.Line("total_blocking_keys", keys);
        text.Line("total_blocking_keys_on_nokey", keysWithout);
    }

    private void Memory(InfoText text, ProcessFacts facts)
    {
        long used = node.Eviction.UsedBytes;
        long reserved = Math.Max(node.Databases.ReservedBytes, used);
        long peak = Math.Max(node.Statistics.PeakMemoryBytes, used);
        long keys = node.Databases.UsedBytes;
        text.Section("Memory");
        text.Bytes("used_memory", used);
        text.Bytes("used_memory_rss", facts.ResidentBytes);
        text.Bytes("used_memory_peak", peak);
        text.Fraction("used_memory_peak_perc", Percent(used, peak), "%");
        text.Line("used_memory_overhead", used - keys);
        text.Line("used_memory_startup", 0);
        text.Line("used_memory_dataset", keys);
        text.Fraction("used_memory_dataset_perc", Percent(keys, used), "%");
        text.Line("allocator_allocated", used);
        text.Line("allocator_active", reserved);
        text.Line("allocator_resident", facts.ResidentBytes);
        text.Bytes("total_system_memory", facts.TotalSystemBytes);
        text.Line("used_memory_lua", 0);
        text.Line("used_memory_vm_eval", 0);
        text.Line("used_memory_lua_human", "0B");
        text.Line("used_memory_scripts_eval", 0);
        text.Line("number_of_cached_scripts", 0);
        text.Line("number_of_functions", 0);
        text.Line("number_of_libraries", 0);
        text.Line("used_memory_vm_functions", 0);
        text.Bytes("used_memory_vm_total", 0);
        text.Line("used_memory_functions", 0);
        text.Bytes("used_memory_scripts", 0);
        text.Bytes("maxmemory", (long)Math.Min(node.Options.MaxMemoryBytes, long.MaxValue));
        text.Line("maxmemory_policy", PolicyName());
        text.Fraction("allocator_frag_ratio", Ratio(reserved, used));
        text.Line("allocator_frag_bytes", reserved - used);
        text.Fraction("allocator_rss_ratio", Ratio(facts.ResidentBytes, reserved));
        text.Line("allocator_rss_bytes", facts.ResidentBytes - reserved);
        text.Fraction("rss_overhead_ratio", 1);
        text.Line("rss_overhead_bytes", 0);
        text.Fraction("mem_fragmentation_ratio", Ratio(facts.ResidentBytes, used));
        text.Line("mem_fragmentation_bytes", facts.ResidentBytes - used);
        long replicas = node.Info.ReplicaBufferBytes?.Invoke() ?? 0;
        long backlog = node.Info.BacklogBytes?.Invoke() ?? 0;
        text.Line("mem_not_counted_for_evict", replicas);
        text.Line("mem_replication_backlog", backlog);
        text.Line("mem_total_replication_buffers", backlog + replicas);
        text.Line("mem_clients_slaves", 0);
        text.Line("mem_clients_normal", node.ClientBytes);
        text.Line("mem_cluster_links", node.Info.ClusterLinkBytes?.Invoke() ?? 0);
        text.Line("mem_aof_buffer", 0);
        text.Line("mem_allocator", "hexad-slabs");
        text.Line("active_defrag_running", node.Statistics.DefragPercent);
        text.Line("lazyfree_pending_objects", node.Databases.PendingFreeCount);
        text.Line("lazyfreed_objects", node.Statistics.LazyFreedObjects);
    }

    private void Persistence(InfoText text)
    {
        text.Section("Persistence");
        if (node.Info.Persistence is { } write)
        {
            write(text);
            return;
        }

        text.Line("loading", (node.Conditions & (uint)NodeConditions.Loading) != 0);
        text.Line("async_loading", 0);
        text.Line("rdb_changes_since_last_save", node.Services.Changes);
        text.Line("rdb_bgsave_in_progress", 0);
        text.Line("rdb_last_save_time", node.StartedAt.WallUs / 1_000_000);
        text.Line("rdb_last_bgsave_status", "ok");
        text.Line("aof_enabled", 0);
    }

    private void Stats(InfoText text)
    {
        Statistics s = node.Statistics;
        text.Section("Stats");
        text.Line("total_connections_received", s.ConnectionsReceived);
        text.Line("total_commands_processed", s.CommandsProcessed);
        text.Line("instantaneous_ops_per_sec", node.OperationsFlow.PerSecond);
        text.Line("total_net_input_bytes", s.BytesIn);
        text.Line("total_net_output_bytes", s.BytesOut);
        text.Line("total_net_repl_input_bytes", s.ReplicationBytesIn);
        text.Line("total_net_repl_output_bytes", s.ReplicationBytesOut);
        text.Fraction("instantaneous_input_kbps", node.InputFlow.PerSecond / 1024.0);
        text.Fraction("instantaneous_output_kbps", node.OutputFlow.PerSecond / 1024.0);
        text.Fraction("instantaneous_input_repl_kbps", 0);
        text.Fraction("instantaneous_output_repl_kbps", 0);
        text.Line("rejected_connections", s.ConnectionsRejected);
        text.Line("sync_full", s.FullSyncs);
        text.Line("sync_partial_ok", s.PartialSyncs);
        text.Line("sync_partial_err", s.RefusedPartialSyncs);
        text.Line("expired_subkeys", node.Services.ExpiredFields);
        text.Line("expired_keys", s.ExpiredKeys);
        text.Fraction("expired_stale_perc", 0);
        text.Line("expired_time_cap_reached_count", s.ExpireTimeCapReached);
        text.Line("expire_cycle_cpu_milliseconds", s.ExpireCycleUs / 1000);
        text.Line("evicted_keys", s.EvictedKeys);
        text.Line("evicted_clients", s.EvictedClients);
        text.Line("total_eviction_exceeded_time", s.EvictionExceededUs / 1000);
        text.Line("current_eviction_exceeded_time", 0);
        text.Line("keyspace_hits", node.Services.KeyspaceHits);
        text.Line("keyspace_misses", node.Services.KeyspaceMisses);
        text.Line("pubsub_channels", node.PubSub.Table(ChannelKind.Channel).Count);
        text.Line("pubsub_patterns", node.PubSub.Table(ChannelKind.Pattern).Count);
        text.Line("pubsubshard_channels", node.PubSub.Table(ChannelKind.Shard).Count);
        text.Line("latest_fork_usec", 0);
        text.Line("total_forks", 0);
        text.Line("migrate_cached_sockets", 0);
        text.Line("slave_expires_tracked_keys", node.ReplicaExpiry.Count);
        text.Line("active_defrag_hits", 0);
        text.Line("active_defrag_misses", 0);
        text.Line("active_defrag_key_hits", 0);
        text.Line("active_defrag_key_misses", 0);
        text.Line("total_active_defrag_time", s.DefragUs / 1000);
        text.Line("current_active_defrag_time", 0);
        text.Line("tracking_total_keys", 0);
        text.Line("tracking_total_items", 0);
        text.Line("tracking_total_prefixes", 0);
        text.Line("unexpected_error_replies", s.UnexpectedErrorReplies);
        text.Line("total_error_replies", s.ErrorReplies);
        text.Line("dump_payload_sanitizations", 0);
        text.Line("total_reads_processed", s.ReadsProcessed);
        text.Line("total_writes_processed", s.ReadsProcessed);
        text.Line("io_threaded_reads_processed", 0);
        text.Line("io_threaded_writes_processed", 0);
        text.Line("client_query_buffer_limit_disconnections", s.QueryBufferDisconnections);
        text.Line("client_output_buffer_limit_disconnections", s.OutputBufferDisconnections);
        text.Line("reply_buffer_shrinks", 0);
        text.Line("reply_buffer_expands", 0);
        text.Line("eventloop_cycles", s.EventLoopCycles);
        text.Line("eventloop_duration_sum", s.EventLoopNs / 1000);
        text.Line("eventloop_duration_cmd_sum", s.EventLoopCommandNs / 1000);
        long cycles = node.CyclesFlow.PerSecond;
        text.Line("instantaneous_eventloop_cycles_per_sec", cycles);
        text.Line("instantaneous_eventloop_duration_usec", cycles == 0 ? 0 : node.LoopTimeFlow.PerSecond / cycles);
    }

    private void Replication(InfoText text)
    {
        text.Section("Replication");
        if (node.Info.Replication is { } write)
        {
            write(text);
            return;
        }

        text.Line("role", "master");
        text.Line("connected_slaves", 0);
        text.Line("master_failover_state", "no-failover");
    }

    private static void Cpu(InfoText text, ProcessFacts facts)
    {
        text.Section("CPU");
        text.Line("used_cpu_sys", Seconds(facts.SystemCpuSeconds));
        text.Line("used_cpu_user", Seconds(facts.UserCpuSeconds));
        text.Line("used_cpu_sys_children", Seconds(0));
        text.Line("used_cpu_user_children", Seconds(0));
        text.Line("used_cpu_sys_main_thread", Seconds(facts.LoopSystemCpuSeconds));
        text.Line("used_cpu_user_main_thread", Seconds(facts.LoopUserCpuSeconds));
    }

    private void CommandStats(InfoText text)
    {
        text.Section("Commandstats");
        foreach (CommandRow row in CommandTable.AllRows())
        {
            CommandCounters counters = node.Statistics.ByCommand[row.Id];
            if (counters.Calls == 0 && counters.Rejected == 0 && counters.Failed == 0) continue;
            long us = counters.Nanoseconds / 1000;
            double perCall = counters.Calls == 0 ? 0 : (double)us / counters.Calls;
            text.Line("cmdstat_" + row.FullName, string.Create(CultureInfo.InvariantCulture,
                $"calls={counters.Calls},usec={us},usec_per_call={perCall:F2},rejected_calls={counters.Rejected},failed_calls={counters.Failed}"));
        }
    }

    private void ErrorStats(InfoText text)
    {
        text.Section("Errorstats");
        foreach ((string code, long count) in node.Statistics.ErrorsByCode)
            text.Line("errorstat_" + code, string.Create(CultureInfo.InvariantCulture, $"count={count}"));
    }

    private void LatencyStats(InfoText text)
    {
        text.Section("Latencystats");
        if (!node.Options.LatencyTracking) return;
        foreach (CommandRow row in CommandTable.AllRows())
        {
            if (node.Statistics.Latencies[row.Id] is not { Count: > 0 } latencies) continue;
            var parts = new List<string>();
            foreach (double percent in node.Options.LatencyPercentiles.Values)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"p{percent:R}={latencies.Percentile(percent) / 1000.0:F3}"));
            text.Line("latency_percentiles_usec_" + row.FullName, string.Join(',', parts));
        }
    }

    private void Cluster(InfoText text)
    {
        text.Section("Cluster");
        text.Line("cluster_enabled", node.Options.ClusterEnabled);
    }

    private void Keyspace(InfoText text)
    {
        text.Section("Keyspace");
        for (int i = 0; i < node.Databases.Count; i++)
        {
            Database db = node.Databases[i];
            if (db.KeyCount == 0) continue;
            text.Line($"db{i}", string.Create(CultureInfo.InvariantCulture, $"keys={db.KeyCount},expires={db.VolatileCount},avg_ttl={db.AverageTtlMs}"));
        }
    }

    private void Debug(InfoText text)
    {
        Statistics s = node.Statistics;
        text.Section("Debug");
        text.Line("eventloop_duration_aof_sum", 0);
        text.Line("eventloop_duration_cron_sum", s.CronUs);
        text.Line("eventloop_duration_max", s.LongestEventLoopNs / 1000);
        text.Line("eventloop_cmd_per_cycle_max", s.MostCommandsInCycle);
    }

    private string PolicyName() => node.Options.GetText(NodeOptions.Find("maxmemory-policy")!);

    private static string Seconds(double seconds) => seconds.ToString("F6", CultureInfo.InvariantCulture);

    private static double Percent(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;

    private static double Ratio(long a, long b) => b == 0 ? 1 : (double)a / b;
}
