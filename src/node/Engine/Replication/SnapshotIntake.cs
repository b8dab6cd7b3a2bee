// A snapshot that our primary sends, on its way into our databases.
//
//   straight:   link ─▶ frame off ─▶ decoder ─▶ databases                       there was nothing to lose
//   beside:     link ─▶ frame off ─▶ decoder ─▶ other databases ─▶ exchange      repl-diskless-load swapdb
//   by file:    link ─▶ frame off ─▶ file ─▶ all there? ─▶ flush ─▶ decoder ─▶ databases
//
// Beside costs twice the memory for a while; in return what we have is served until the new is whole, if it is of the
// same history, and stays ours if the new never gets whole.
using System;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Persistence.Rdb;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>One snapshot coming in.</summary>
internal sealed class SnapshotIntake : ISnapshotSink
{
    private const long MostWaiting = 16L << 20;
    private readonly Node _node;
    private readonly ReplicaSide _side;
    private readonly ReplicationId _history;
    private readonly ReplicationOffset _offset;
    private readonly SnapshotReceiver _receiver;
    private readonly bool _straight;
    private readonly bool _besides;
    private readonly bool _serves;
    private Database[]? _beside;
    private readonly string _path;
    private RdbLoad? _load;
    private long _fileBytesWaiting;
    private bool _readingStopped;
    private bool _loadingBegun;
    private bool _over;

    public SnapshotIntake(Node node, ReplicaSide side, ReplicationId history, ReplicationOffset offset)
    {
        _node = node;
        _side = side;
        _history = history;
        _offset = offset;
        _receiver = new SnapshotReceiver(this);
        bool isEmpty = node.Databases.KeyCount == 0;
        _besides = !isEmpty && node.Options.DisklessLoad == DisklessLoad.SwapDatabase;
        _straight = isEmpty || _besides;
        _serves = _besides && node.Replication.HasPast && node.Replication.History.Id == history;
        _path = $"temp-sync-{node.Host.Facts().ProcessId}-{node.Options.Port}.rdb";
    }

    /// <summary>How long the snapshot is; 0 when the primary did not say.</summary>
    public long TotalBytes => _receiver.Total;

    /// <summary>How much of it has come.</summary>
    public long ReceivedBytes => _receiver.Received;

    /// <summary>Takes bytes of the link.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, out int used)
    {
        bool begun = _receiver.HasBegun;
        SnapshotProgress progress = _receiver.Receive(bytes, out used);
        if (!begun && _receiver.HasBegun) Begin();
        if (_over) return;
        if (progress == SnapshotProgress.Faulty) Fault(_receiver.Fault);
        else if (progress == SnapshotProgress.Complete) Received();
    }

    /// <inheritdoc/>
    public void Payload(ReadOnlySpan<byte> bytes)
    {
        if (_over) return;
        if (_load is null && !_loadingBegun && _receiver.Received == bytes.Length) Begin();
        if (_straight)
        {
            _load!.Feed(bytes.ToArray());
        }
        else
        {
            _fileBytesWaiting += bytes.Length;
            Submit(FileVerb.Append, bytes.ToArray());
        }

        Throttle();
    }

    /// <summary>Gives up: the link is gone.</summary>
    public void Cancel()
    {
        if (_over) return;
        _over = true;
        _load?.Cancel();
        if (_beside is not null)
        {
            _node.Databases.DropBeside(_beside, FreeMode.Later);
            _node.Persistence.LoadingFromPrimary(false);
        }
        else if (_loadingBegun)
        {
            // Half a data set is none.
            _node.Databases.Flush(FreeMode.Later);
            _node.Services.DatabaseChanged(null);
            _node.Persistence.LoadingFromPrimary(false);
        }

        if (!_straight) _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = FileVerb.Delete, Path = _path });
    }

    private bool _begun;

    private void Begin()
    {
        if (_begun) return;
        _begun = true;
        string frame = _receiver.IsMarked ? "streamed from master with EOF" : $"{_receiver.Total} bytes from master";
        _node.Host.Log(LogLevel.Notice, $"MASTER <-> REPLICA sync: receiving {frame} {(_straight ? "to parser" : "to disk")}");
        if (_straight)
        {
            BeginLoading();
            _load = new RdbLoad(_node, Loaded) { WhenHungry = Throttle, Into = _beside };
        }
        else
        {
            Submit(FileVerb.Truncate, []);
        }
    }

    private void Received()
    {
        _side.SnapshotReceived();
        if (_straight)
        {
            _load!.End();
            return;
        }

        FileLoad? file = null;
        file = new FileLoad(_node, _path, Loaded, (_, error) => Fault($"Failed to read the snapshot of MASTER back: {error}"), dropsExpired: false)
        {
            WhenFound = () =>
            {
                if (_over) return;
                _node.Host.Log(LogLevel.Notice, "MASTER <-> REPLICA sync: Flushing old data");
                BeginLoading();
            },
        };
        _load = file.Load;
        file.Start();
    }

    private void BeginLoading()
    {
        _loadingBegun = true;
        _node.Host.Log(LogLevel.Notice, "MASTER <-> REPLICA sync: Loading DB in memory");
        _node.Persistence.LoadingFromPrimary(true, _serves);
        if (_besides)
        {
            _beside = _node.Databases.MakeBeside();
            return;
        }

        _node.Replication.DataIsGone();
        _node.Databases.Flush(_node.Options.ReplicaLazyFlush ? FreeMode.Later : FreeMode.Now);
        _node.Services.DatabaseChanged(null);
    }

    private void Loaded(string? fault)
    {
        if (_over) return;
        if (fault is not null)
        {
            Fault($"Failed trying to load the MASTER synchronization DB: {fault}");
            return;
        }

        int database = _load!.Decoder.Facts.StreamDatabase;
        _over = true;
        if (_beside is not null)
        {
            _node.Host.Log(LogLevel.Notice, "MASTER <-> REPLICA sync: Swapping active DB with loaded DB");
            _node.Databases.TakeOver(_beside, FreeMode.Later);
            _node.Services.DatabaseChanged(null);
        }

        _node.Persistence.LoadingFromPrimary(false);
        if (!_straight) _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = FileVerb.Delete, Path = _path });
        if (_readingStopped) _side.SetReading(true);
        _side.SnapshotLoaded(_history, _offset, database);
    }

    private void Fault(string why)
    {
        Cancel();
        _side.SnapshotFailed(why);
    }

    private void Submit(FileVerb verb, byte[] bytes)
    {
        _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = verb, Path = _path, Bytes = bytes, WhenDone = work => Written((FileWork)work) });
    }

    private void Written(FileWork work)
    {
        _fileBytesWaiting -= work.Bytes.Length;
        if (_over) return;
        if (work.Fault != FileFault.None) Fault($"Write error or short write writing to the DB dump file needed for MASTER <-> REPLICA synchronization: {work.Error}");
        else Throttle();
    }

    private void Throttle()
    {
        long waiting = _fileBytesWaiting + (_load?.WaitingBytes ?? 0);
        bool stop = waiting > MostWaiting;
        if (stop == _readingStopped || (!stop && waiting > MostWaiting / 2)) return;
        _readingStopped = stop;
        _side.SetReading(!stop);
    }
}
