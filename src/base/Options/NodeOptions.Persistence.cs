// Options: what is kept on disk.
// One declaration each; see OptionAttribute.cs for what follows from it.
namespace Hexad.Options;

public sealed partial class NodeOptions
{
    [Option("save", "3600 1 300 100 60 10000", Live = true,
        Help = "Save after so many seconds if there were so many changes; several pairs. An empty text saves never.")]
    public partial SaveRules Save { get; set; }

    [Option("stop-writes-on-bgsave-error", true, Live = true,
        Help = "Refuse writes while the last background save has failed.")]
    public partial bool StopWritesOnSaveError { get; set; }

    [Option("rdbcompression", true, Live = true,
        Help = "Compress strings in dumps.")]
    public partial bool RdbCompression { get; set; }

    [Option("rdbchecksum", true,
        Help = "End dumps with a checksum, and check it on load.")]
    public partial bool RdbChecksum { get; set; }

    [Option("sanitize-dump-payload", SanitizePayload.No, Live = true,
        Help = "Check the structure of loaded and restored values: no, yes, clients (RESTORE only). Hexad always checks.")]
    public partial SanitizePayload SanitizeDumpPayload { get; set; }

    [Option("dbfilename", "dump.rdb", Live = true, Protected = true, Check = OptionCheck.DumpFileName,
        Help = "The name of the dump.")]
    public partial string DumpFileName { get; set; }

    [Option("rdb-del-sync-files", false, Live = true, Pending = "keeping dumps for replicas",
        Help = "Delete dumps that served only to bring a replica up when nothing else is persisted. Hexad always does.")]
    public partial bool RdbDeleteSyncFiles { get; set; }

    [Option("rdb-save-incremental-fsync", true, Live = true, Pending = "writing dumps out in pieces",
        Help = "Write dumps out in pieces rather than all at the end.")]
    public partial bool RdbIncrementalFsync { get; set; }

    [Option("rdb-key-save-delay", 0, Live = true, Hidden = true, Min = int.MinValue, Pending = "slowed down saving")]
    public partial int RdbKeySaveDelayUs { get; set; }

    [Option("key-load-delay", 0, Live = true, Hidden = true, Min = int.MinValue, Pending = "slowed down loading")]
    public partial int KeyLoadDelayUs { get; set; }

    [Option("loading-process-events-interval-bytes", 2097152L, Live = true, Hidden = true, Min = 1024, Max = int.MaxValue, Unit = OptionUnit.Memory, Pending = "a choice of when loading answers")]
    public partial long LoadingEventsIntervalBytes { get; set; }

    [Option("rdb-version", 0, Live = true, Max = 12,
        Help = "Hexad only. The least version of dumps on disk; 0 takes the lowest that holds the data. Replicas get the lowest.")]
    public partial int RdbVersion { get; set; }

    [Option("rdb-flavour", RdbFlavour.Redis, Live = true,
        Help = "Hexad only. Whose form dumps take where Redis and Valkey differ: redis or valkey.")]
    public partial RdbFlavour RdbFlavour { get; set; }

    [Option("appendonly", false, Live = true, DenyLoading = true, Pending = "the append-only log",
        Help = "Keep a log of all writes.")]
    public partial bool AppendOnly { get; set; }

    [Option("appendfilename", "appendonly.aof", Check = OptionCheck.AppendFileName, Pending = "the append-only log",
        Help = "The stem of its file names.")]
    public partial string AppendFileName { get; set; }

    [Option("appenddirname", "appendonlydir", Check = OptionCheck.AppendDirName, Pending = "the append-only log",
        Help = "The folder for its files.")]
    public partial string AppendDirName { get; set; }

    [Option("appendfsync", AppendFsync.EverySecond, Live = true, Pending = "the append-only log",
        Help = "When writes reach the disk: always (before the reply), everysec, no (when the kernel likes).")]
    public partial AppendFsync AppendFsync { get; set; }

    [Option("no-appendfsync-on-rewrite", false, Live = true, Pending = "the append-only log",
        Help = "Leave that to the kernel while a save or a rewrite runs.")]
    public partial bool NoFsyncOnRewrite { get; set; }

    [Option("auto-aof-rewrite-percentage", 100, Live = true, Pending = "the append-only log",
        Help = "Rewrite the log when it has grown by so much; 0 never.")]
    public partial int AutoRewritePercent { get; set; }

    [Option("auto-aof-rewrite-min-size", 67108864L, Live = true, Unit = OptionUnit.Memory, Pending = "the append-only log",
        Help = "But not below this size.")]
    public partial long AutoRewriteMinBytes { get; set; }

    [Option("aof-load-truncated", true, Live = true, Pending = "the append-only log",
        Help = "Load a log whose last command is cut off, and cut it there.")]
    public partial bool AppendLoadTruncated { get; set; }

    [Option("aof-use-rdb-preamble", true, Live = true, Pending = "the append-only log",
        Help = "Begin a rewritten log with a dump.")]
    public partial bool AppendRdbPreamble { get; set; }

    [Option("aof-timestamp-enabled", false, Live = true, Pending = "the append-only log",
        Help = "Put time stamps into the log.")]
    public partial bool AppendTimestamps { get; set; }

    [Option("aof-rewrite-incremental-fsync", true, Live = true, Pending = "the append-only log",
        Help = "Write a rewritten log out in pieces.")]
    public partial bool AppendIncrementalFsync { get; set; }

    [Option("aof-disable-auto-gc", false, Live = true, Hidden = true, Pending = "the append-only log")]
    public partial bool AppendKeepHistory { get; set; }
}
