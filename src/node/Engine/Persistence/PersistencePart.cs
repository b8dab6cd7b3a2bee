// What the node keeps on disk: when it saves, how it loads, and what INFO tells of both.
using System;
using System.Collections.Generic;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Persistence.Rdb;

namespace Hexad.Engine;

/// <summary>Saving and loading.</summary>
public sealed class PersistencePart : IPart
{
    private const int TickMs = 100;
    private const int RetryAfterFailureSeconds = 5;
    private readonly Node _node;
    private readonly List<Action<string?>> _whenSaved = [];
    private MonotonicMs _nextTick;
    private SnapshotJob? _job;
    private SnapshotFile? _file;
    private FileLoad? _loading;
    private MonotonicMs _loadStartedAt;
    private MonotonicMs _saveStartedAt;
    private MonotonicMs _lastTryAt;
    private long _savedChanges;
    private long _flushedChanges;
    private long _changesAtStart;
    private long _lastSaveSeconds = -1;
    private bool _scheduled;
    private bool _lastSaveFailed;
    private bool _givesUp;
    private bool _exiting;
    private long _saves;
    private (long Loaded, long Expired) _lastLoad;

    internal PersistencePart(Node node)
    {
        _node = node;
        node.Info.Persistence = WriteInfo;
        node.Shutdown.Save = SaveBeforeExit;
        node.Reload = Reload;
    }

    /// <inheritdoc/>
    public MonotonicMs NextWake => _nextTick;

    /// <summary>Whether a data set is being loaded: from our file or from our primary.</summary>
    public bool IsLoading => (_node.Conditions & (uint)(NodeConditions.Loading | NodeConditions.LoadingBeside)) != 0;

    /// <summary>Whether a snapshot is on its way, to a file or to replicas.</summary>
    public bool IsSnapshotting => _job is not null;

    /// <summary>Whether a snapshot is on its way to our file.</summary>
    public bool IsSaving => _file is not null;

    /// <summary>Changes since the last save.</summary>
    public long Unsaved => _node.Services.Changes - _savedChanges;

    /// <summary>When the last save was done, or the node started.</summary>
    public UnixMs LastSave { get; private set; }

    /// <summary>Whether a data set has been loaded from our file.</summary>
    public bool HasLoaded { get; private set; }

    /// <summary>Whether the start's loading is over, or there was nothing to load.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Told once, when the start's loading is over; with what the file said about itself, or null when there was none.</summary>
    internal Action<RdbFacts?>? WhenReady { get; set; }

    /// <inheritdoc/>
    public void Start()
    {
        _nextTick = _node.Now.Monotonic + TickMs;
        LastSave = _node.Now.Wall;
        _node.Set(NodeConditions.Loading, true);
        // In cluster mode nodes.conf says first who we are: a replica must not expire keys of its own accord, nor begin
        // a history of its own.
        if (_node.Cluster is null) Load();
    }

    /// <summary>Loads what an earlier run has left. Called once, when the node knows its role.</summary>
    internal void Load()
    {
        _loadStartedAt = _node.Now.Monotonic;
        bool dropsExpired = _node.Options.ReplicaOf.Host is null && !_node.Replication.IsReplica;
        _loading = new FileLoad(_node, _node.Options.DumpFileName, Loaded, Unreadable, dropsExpired)
        {
            WhenFound = () => _node.Host.Log(LogLevel.Notice, "Loading RDB produced by an earlier run"),
        };
        _loading.Start();
    }

    /// <inheritdoc/>
    public void Tick()
    {
        if (_node.Now.Monotonic < _nextTick) return;
        _nextTick = _node.Now.Monotonic + TickMs;
        _job?.Advance();
        _node.Set(NodeConditions.DiskFailed, _lastSaveFailed && _node.Options.StopWritesOnSaveError && _node.Options.Save.Rules.Length > 0);
        if (IsLoading || _exiting || IsSnapshotting || IsSaving) return;
        if (_scheduled) BeginSave();
        else if (IsDue(out SaveRule rule))
        {
            _node.Host.Log(LogLevel.Notice, $"{rule.Changes} changes in {rule.Seconds} seconds. Saving...");
            BeginSave();
        }
    }

    /// <summary>Goes on with a snapshot whose target had been full.</summary>
    internal void Advance() => _job?.Advance();

    /// <summary>Begins a snapshot for these targets; false while another one is on its way.</summary>
    internal bool TryBeginSnapshot(RdbFacts facts, RdbForm form, bool withData, IReadOnlyList<ISnapshotTarget> targets)
    {
        if (IsSnapshotting || (withData && !_node.Databases.CanStartWalk)) return false;
        if (_node.Databases.HasExpiringFields) form = form.WithExpiringFields;
        _job = new SnapshotJob(_node, facts, form, withData, targets, Over);
        _job.Advance();
        return true;
    }

    /// <summary>Begins to save in the background; false while a snapshot is on its way already.</summary>
    internal bool BeginSave(Action<string?>? whenSaved = null)
    {
        if (IsSnapshotting || IsSaving || !_node.Databases.CanStartWalk) return false;
        if (whenSaved is not null) _whenSaved.Add(whenSaved);
        _scheduled = false;
        _saveStartedAt = _lastTryAt = _node.Now.Monotonic;
        _changesAtStart = _node.Services.Changes;
        _file = new SnapshotFile(_node, _node.Options.DumpFileName, Saved);
        _node.Host.Log(LogLevel.Notice, "Background saving started");
        TryBeginSnapshot(_node.Replication.DescribeData(), WantedForm, withData: true, [_file]);
        return true;
    }

    /// <summary>Saves as soon as what is on its way is done.</summary>
    internal void ScheduleSave() => _scheduled = true;

    /// <summary>
    /// All data went away (FLUSHALL): what is being saved is worth nothing, and the file is to be as empty as the
    /// databases if there are save points.
    /// </summary>
    internal void Flushed()
    {
        if (_file is not null && _job is not null)
        {
            _givesUp = true;
            _job.Cancel("the data was flushed");
        }

        if (IsLoading || _node.Options.Save.Rules.Length == 0) return;
        _scheduled = true;

        // As Redis, which saves the empty databases before it answers: nothing counts as unsaved, unless that save fails.
        _flushedChanges += Unsaved;
        _savedChanges = _node.Services.Changes;
    }

    /// <summary>The node is to end: saves, whatever else was on its way, and tells whether it worked.</summary>
    private void SaveBeforeExit(Action<bool> then)
    {
        _exiting = true;
        _job?.Cancel("the server is shutting down");
        if (IsSaving)
        {
            // The last snapshot is whole and on its way to its name: the next one waits for that.
            _whenSaved.Add(_ => SaveBeforeExit(then));
            return;
        }

        bool begun = BeginSave(fault =>
        {
            _exiting = fault is null;
            then(fault is null);
        });
        if (begun) return;
        _exiting = false;
        then(false);
    }

    /// <summary>DEBUG RELOAD: saves if that is wanted, forgets all data and loads the file again.</summary>
    private void Reload(bool saves, Action<bool> then)
    {
        if (!saves) LoadAgain(then);
        else if (!BeginSave(fault =>
            {
                if (fault is null) LoadAgain(then);
                else then(false);
            })) then(false);
    }

    private void LoadAgain(Action<bool> then)
    {
        _loadStartedAt = _node.Now.Monotonic;
        _node.Databases.Flush(FreeMode.Later);
        _node.Services.DatabaseChanged(null);
        _node.Set(NodeConditions.Loading, true);
        void Over(string? fault)
        {
            _loading = null;
            _node.Set(NodeConditions.Loading, false);
            if (fault is not null) _node.Host.Log(LogLevel.Warning, fault);
            else _savedChanges = _node.Services.Changes;
            then(fault is null);
        }

        _loading = new FileLoad(_node, _node.Options.DumpFileName, Over, (_, error) => Over(error), dropsExpired: !_node.Replication.IsReplica);
        _loading.Start();
    }

    /// <summary>The primary's snapshot begins to be loaded, or that is over; <paramref name="serves"/>: what we have is served meanwhile.</summary>
    internal void LoadingFromPrimary(bool loading, bool serves = false)
    {
        if (loading) _loadStartedAt = _node.Now.Monotonic;
        _node.Set(NodeConditions.Loading, loading && !serves);
        _node.Set(NodeConditions.LoadingBeside, loading && serves);
    }

    /// <summary>What was loaded from the file made way for a snapshot of a primary that is not loaded yet.</summary>
    internal void DataIsGone() => HasLoaded = false;

    /// <summary>The lines of INFO persistence.</summary>
    private void WriteInfo(InfoText text)
    {
        (long done, long all) = _job?.Progress ?? default;
        bool beside = (_node.Conditions & (uint)NodeConditions.LoadingBeside) != 0;
        text.Line("loading", IsLoading && !beside);
        text.Line("async_loading", beside);
        text.Line("current_cow_peak", 0);
        text.Line("current_cow_size", _job is null ? 0 : _node.Databases.SnapshotHeldBytes);
        text.Line("current_cow_size_age", 0);
        text.Fraction("current_fork_perc", all == 0 ? 0 : done * 100.0 / all);
        text.Line("current_save_keys_processed", done);
        text.Line("current_save_keys_total", all);
        text.Line("rdb_changes_since_last_save", Unsaved);
        text.Line("rdb_bgsave_in_progress", IsSnapshotting || IsSaving);
        text.Line("rdb_last_save_time", LastSave.Value / 1000);
        text.Line("rdb_last_bgsave_status", _lastSaveFailed ? "err" : "ok");
        text.Line("rdb_last_bgsave_time_sec", _lastSaveSeconds);
        text.Line("rdb_current_bgsave_time_sec", _file is null ? -1 : (_node.Now.Monotonic - _saveStartedAt) / 1000);
        text.Line("rdb_saves", _saves);
        text.Line("rdb_last_cow_size", 0);
        text.Line("rdb_last_load_keys_expired", _lastLoad.Expired);
        text.Line("rdb_last_load_keys_loaded", _lastLoad.Loaded);
        WriteLogInfo(text);
        if (_loading is { } file) WriteLoading(text, file);
    }

    // There is no append-only file yet: what a server without one says.
    private static void WriteLogInfo(InfoText text)
    {
        text.Line("aof_enabled", 0);
        text.Line("aof_rewrite_in_progress", 0);
        text.Line("aof_rewrite_scheduled", 0);
        text.Line("aof_last_rewrite_time_sec", -1);
        text.Line("aof_current_rewrite_time_sec", -1);
        text.Line("aof_last_bgrewrite_status", "ok");
        text.Line("aof_rewrites", 0);
        text.Line("aof_rewrites_consecutive_failures", 0);
        text.Line("aof_last_write_status", "ok");
        text.Line("aof_last_cow_size", 0);
        text.Line("module_fork_in_progress", 0);
        text.Line("module_fork_last_cow_size", 0);
    }

    private void WriteLoading(InfoText text, FileLoad file)
    {
        long total = file.TotalBytes;
        long loaded = file.Load.LoadedBytes;
        long elapsedMs = _node.Now.Monotonic - _loadStartedAt;
        double part = total == 0 ? 0 : (double)loaded / total;
        text.Line("loading_start_time", (_node.Now.Wall.Value - elapsedMs) / 1000);
        text.Line("loading_total_bytes", total);
        text.Line("loading_rdb_used_mem", file.Load.Decoder.Facts.UsedMemoryBytes);
        text.Line("loading_loaded_bytes", loaded);
        text.Fraction("loading_loaded_perc", part * 100);
        text.Line("loading_eta_seconds", loaded == 0 ? 1 : (long)(elapsedMs / 1000.0 * (1 - part) / part));
    }

    /// <summary>The form of files and of what DUMP gives, as the options have it.</summary>
    internal RdbForm WantedForm => RdbForm.Of(
        _node.Options.RdbVersion, _node.Options.RdbFlavour == Options.RdbFlavour.Valkey ? Persistence.Rdb.RdbFlavour.Valkey : Persistence.Rdb.RdbFlavour.Redis);

    private bool IsDue(out SaveRule due)
    {
        long sinceMs = _node.Now.Wall.Value - LastSave.Value;
        bool mayTry = !_lastSaveFailed || _node.Now.Monotonic - _lastTryAt > RetryAfterFailureSeconds * 1000;
        foreach (SaveRule rule in _node.Options.Save.Rules)
        {
            due = rule;
            if (mayTry && Unsaved >= rule.Changes && sinceMs > rule.Seconds * 1000) return true;
        }

        due = default;
        return false;
    }

    private void Over(SnapshotJob job)
    {
        if (ReferenceEquals(_job, job)) _job = null;
        _node.Replication.SnapshotOver();
    }

    private void Saved(string? fault)
    {
        // A save that was given up on purpose is no sign of a bad disk.
        bool gaveUp = _givesUp && fault is not null;
        _givesUp = false;
        _file = null;
        if (!gaveUp) _lastSaveFailed = fault is not null;
        if (_lastSaveFailed)
        {
            _savedChanges -= _flushedChanges;
            _flushedChanges = 0;
        }

        _lastSaveSeconds = (_node.Now.Monotonic - _saveStartedAt) / 1000;
        if (fault is null)
        {
            _saves++;
            _savedChanges = _changesAtStart;
            _flushedChanges = 0;
            LastSave = _node.Now.Wall;
            _node.Host.Log(LogLevel.Notice, "DB saved on disk");
            _node.Host.Log(LogLevel.Notice, "Background saving terminated with success");
        }
        else
        {
            _node.Host.Log(gaveUp ? LogLevel.Notice : LogLevel.Warning, gaveUp ? $"Background saving given up: {fault}" : $"Background saving error: {fault}");
        }

        Action<string?>[] told = [.. _whenSaved];
        _whenSaved.Clear();
        foreach (Action<string?> then in told) then(fault);
    }

    private void Loaded(string? fault)
    {
        RdbLoad load = _loading!.Load;
        _loading = null;
        if (fault is not null)
        {
            _node.Host.Log(LogLevel.Warning, fault);
            _node.Host.Log(LogLevel.Warning, $"Nothing after {load.KeysLoaded} keys of {_node.Options.DumpFileName} was loaded. {fault}");
            _node.Host.Log(LogLevel.Warning, "Terminating server after rdb file reading failure.");
            _node.Host.Log(LogLevel.Warning, "Fatal error loading the DB, check server logs. Exiting.");
            _node.Host.Exit(1);
            return;
        }

        _lastLoad = (load.KeysLoaded, load.KeysExpired);
        _savedChanges = _node.Services.Changes;
        HasLoaded = true;
        _node.Host.Log(LogLevel.Notice, $"Done loading RDB, keys loaded: {load.KeysLoaded}, keys expired: {load.KeysExpired}, empty keys skipped: {load.Decoder.EmptyKeys}.");
        _node.Host.Log(LogLevel.Notice, $"DB loaded from disk: {(_node.Now.Monotonic - _loadStartedAt) / 1000.0:F3} seconds");
        Ready(load.Decoder.Facts);
    }

    private void Unreadable(FileFault fault, string error)
    {
        _loading = null;
        if (fault == FileFault.NotFound)
        {
            Ready(null);
            return;
        }

        _node.Host.Log(LogLevel.Warning, $"Fatal error: can't open the RDB file {_node.Options.DumpFileName} for reading: {error}");
        _node.Host.Exit(1);
    }

    private void Ready(RdbFacts? facts)
    {
        _node.Set(NodeConditions.Loading, false);
        IsReady = true;
        WhenReady?.Invoke(facts);
        _node.Cluster?.DataLoaded();
    }
}
