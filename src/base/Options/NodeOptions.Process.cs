// Options: the process, its log, and how it ends.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("daemonize", false, Sample = "daemonize no",
        Help = "Run in the background.")]
    public partial bool Daemonize { get; set; }

    [Option("supervised", Supervision.No, Pending = "supervision by upstart or systemd",
        Help = "Tell a supervisor when the node is ready: upstart, systemd, auto, no.")]
    public partial Supervision Supervised { get; set; }

    [Option("pidfile", null, Sample = "# pidfile /var/run/hexad_6379.pid",
        Help = "Where the process id is written. In the background there is one even without this.")]
    public partial string? PidFile { get; set; }

    [Option("loglevel", Verbosity.Notice, Live = true, Sample = "loglevel notice",
        Help = "How much is logged: debug, verbose, notice, warning, nothing.")]
    public partial Verbosity LogLevel { get; set; }

    [Option("logfile", "", Sample = "logfile \"\"",
        Help = "The log file; empty is standard output.")]
    public partial string LogFile { get; set; }

    [Option("syslog-enabled", false,
        Help = "Also log to syslog.")]
    public partial bool SyslogEnabled { get; set; }

    [Option("syslog-ident", "redis",
        Help = "The name under which syslog lists the node.")]
    public partial string SyslogIdent { get; set; }

    [Option("syslog-facility", SyslogFacility.Local0,
        Help = "The facility for syslog: user or local0 to local7.")]
    public partial SyslogFacility SyslogFacility { get; set; }

    [Option("crash-log-enabled", true, Live = true,
        Help = "Write a report when the process fails.")]
    public partial bool CrashLogEnabled { get; set; }

    [Option("crash-memcheck-enabled", true, Live = true, Pending = "a memory check after a crash",
        Help = "Check the memory when the process fails.")]
    public partial bool CrashMemcheckEnabled { get; set; }

    [Option("use-exit-on-panic", false, Live = true, Hidden = true, Pending = "a choice of how a failure ends")]
    public partial bool UseExitOnPanic { get; set; }

    [Option("enable-debug-assert", false, Hidden = true, Pending = "a choice of checks, all of which are always made")]
    public partial bool EnableDebugAssert { get; set; }

    [Option("hide-user-data-from-log", false, Live = true, Pending = "names of keys left out of the log",
        Help = "Leave what users stored out of the log.")]
    public partial bool HideUserDataFromLog { get; set; }

    [Option("watchdog-period", 0, Live = true, Hidden = true, Pending = "the software watchdog")]
    public partial int WatchdogPeriodMs { get; set; }

    [Option("dir", ".", Live = true, Protected = true, DenyLoading = true, Sample = "dir ./",
        Help = "The folder for all files of this node.")]
    public partial string Directory { get; set; }

    [Option("databases", 16, Min = 1,
        Help = "How many databases there are. In cluster mode there is one.")]
    public partial int Databases { get; set; }

    [Option("always-show-logo", false,
        Help = "Show the banner also when the log is no terminal.")]
    public partial bool AlwaysShowLogo { get; set; }

    [Option("set-proc-title", true,
        Help = "Show what the node does in the process list.")]
    public partial bool SetProcessTitle { get; set; }

    [Option("proc-title-template", "{title} {listen-addr} {server-mode}", Live = true, Check = OptionCheck.ProcessTitle,
        Help = "The form of that title.")]
    public partial string ProcessTitleTemplate { get; set; }

    [Option("locale-collate", "", Live = true, Check = OptionCheck.Locale, Pending = "collation by locale",
        Help = "The locale whose order of strings SORT and scripts use.")]
    public partial string LocaleCollate { get; set; }

    [Option("hz", 10, Live = true,
        Help = "How often a second the background work runs; 1 to 500.")]
    public partial int Hz { get; set; }

    [Option("dynamic-hz", true, Live = true,
        Help = "Run it more often while many clients are connected.")]
    public partial bool DynamicHz { get; set; }

    [Option("shutdown-timeout", 10, Live = true,
        Help = "How long a shutdown waits for replicas to catch up.")]
    public partial int ShutdownTimeoutSeconds { get; set; }

    [Option("shutdown-on-sigint", "default", Live = true,
        Help = "How SIGINT ends the node: default, or words out of save, nosave, now, force.")]
    public partial ShutdownFlags ShutdownOnSigint { get; set; }

    [Option("shutdown-on-sigterm", "default", Live = true,
        Help = "How SIGTERM ends the node.")]
    public partial ShutdownFlags ShutdownOnSigterm { get; set; }

    [Option("auto-failover-on-shutdown", true, Live = true,
        Help = "Hexad only. A master that is told to stop hands its slots to its best replica first, within shutdown-timeout.")]
    public partial bool AutoFailoverOnShutdown { get; set; }

    [Option("oom-score-adj", OomScoreMode.No, Live = true, Pending = "OOM score adjustment",
        Help = "Whether to tell the kernel whom to kill first when memory runs out: no, yes, relative, absolute.")]
    public partial OomScoreMode OomScoreMode { get; set; }

    [Option("oom-score-adj-values", "0 200 800", Live = true, Pending = "OOM score adjustment",
        Help = "The scores for a master, a replica, and a process that saves.")]
    public partial OomScores OomScoreValues { get; set; }

    [Option("disable-thp", true,
        Help = "Without effect: huge pages cost memory and time where a process forks to save, which Hexad does not.")]
    public partial bool DisableHugePages { get; set; }

    [Option("server_cpulist", null,
        Help = "The CPUs of the node's thread.")]
    public partial string? ServerCpuList { get; set; }

    [Option("bio_cpulist", null,
        Help = "The CPUs of background threads.")]
    public partial string? BackgroundCpuList { get; set; }

    [Option("aof_rewrite_cpulist", null, Pending = "CPU affinity",
        Help = "The CPUs of a log rewrite.")]
    public partial string? AppendRewriteCpuList { get; set; }

    [Option("bgsave_cpulist", null, Pending = "CPU affinity",
        Help = "The CPUs of a background save.")]
    public partial string? SaveCpuList { get; set; }

    [Option("ignore-warnings", "", Live = true, Pending = "suppression of warnings",
        Help = "Start-up warnings to suppress.")]
    public partial string IgnoreWarnings { get; set; }

    [Option("io-threads", 1, Min = 1, Max = 128, Pending = "I/O threads",
        Help = "Threads that read and write for the node. A Hexad node has one; run more nodes instead.")]
    public partial int IoThreads { get; set; }

    [Option("io-threads-do-reads", false, Pending = "I/O threads",
        Help = "Read in those threads too.")]
    public partial bool IoThreadsDoReads { get; set; }

    [Option("jemalloc-bg-thread", true, Live = true, Pending = "jemalloc",
        Help = "For the memory allocator of other servers; has no meaning here.")]
    public partial bool JemallocBackgroundThread { get; set; }

    [Option("req-res-logfile", null, Hidden = true, Pending = "the request log")]
    public partial string? RequestLogFile { get; set; }

    [Option("slowlog-log-slower-than", 10000L, Live = true, Min = -1,
        Help = "Commands that take longer, in microseconds, go to the slow log. 0 is every command, -1 none.")]
    public partial long SlowlogLogSlowerThanUs { get; set; }

    [Option("slowlog-max-len", 128L, Live = true,
        Help = "How many entries the slow log keeps.")]
    public partial long SlowlogMaxEntries { get; set; }

    [Option("latency-monitor-threshold", 0L, Live = true,
        Help = "Events that take at least so many milliseconds are kept by the latency monitor; 0 is none.")]
    public partial long LatencyMonitorThresholdMs { get; set; }

    [Option("latency-tracking", true, Live = true,
        Help = "Keep a latency histogram for each command.")]
    public partial bool LatencyTracking { get; set; }

    [Option("latency-tracking-info-percentiles", "50 99 99.9", Live = true,
        Help = "Which percentiles INFO shows of it.")]
    public partial Percentiles LatencyPercentiles { get; set; }

    [Option("busy-reply-threshold", 5000L, Live = true, Alias = "lua-time-limit", Pending = "scripts",
        Help = "How long a script may run before other clients are answered BUSY.")]
    public partial long BusyReplyThresholdMs { get; set; }

    [Option("tracking-table-max-keys", 1000000L, Live = true, Pending = "client-side caching",
        Help = "How many keys the table for client-side caching remembers; 0 is no limit.")]
    public partial long TrackingTableMaxKeys { get; set; }

    [Option("notify-keyspace-events", "", Live = true,
        Help = "Which changes of keys are published: K and E for the two kinds of channels, and letters for classes, A for nearly all.")]
    public partial KeyspaceEvents NotifyKeyspaceEvents { get; set; }
}
