// A snapshot for replicas that must be told its length before its first byte: those that know no end mark, and all of
// them with "repl-diskless-sync no". It is written to a file first, which any number of them then read at their own pace.
//
//   pages ─▶ temp-repl-PID-PORT-N.rdb ─▶ whole ─▶ "$" length CRLF + pieces ─▶ each replica's link ─▶ deleted
//
// In memory there are never more than a few pieces, however large the data.
using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Replication;

namespace Hexad.Engine;

/// <summary>One such file and those that read it.</summary>
internal sealed class SnapshotSpool : ISnapshotTarget
{
    private const int MostWrites = 4;
    private const int PieceBytes = 1 << 20;
    private readonly Node _node;
    private readonly string _path;
    private readonly List<Reader> _readers = [];
    private readonly Action<SnapshotSpool> _whenOver;
    private long _length;
    private int _writes;
    private bool _complete;
    private bool _over;

    /// <param name="node">The node.</param>
    /// <param name="number">A number that no other spool of this node has.</param>
    /// <param name="whenOver">Told when nobody reads it any more.</param>
    public SnapshotSpool(Node node, long number, Action<SnapshotSpool> whenOver)
    {
        _node = node;
        _whenOver = whenOver;
        _path = $"temp-repl-{node.Host.Facts().ProcessId}-{node.Options.Port}-{number}.rdb";
        Write(FileVerb.Truncate, []);
    }

    /// <inheritdoc/>
    public bool IsFull => _writes >= MostWrites;

    /// <inheritdoc/>
    public bool IsGone => _over || _readers.TrueForAll(static reader => reader.Session.IsClosing);

    /// <summary>One more replica gets the file.</summary>
    public void Add(Replica replica, Session session)
    {
        replica.AwaitsWhole = true;
        _readers.Add(new Reader(replica, session));
    }

    /// <inheritdoc/>
    public void Take(byte[] bytes)
    {
        _length += bytes.Length;
        Write(FileVerb.Append, bytes);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _complete = true;
        if (_writes == 0) Send();
    }

    /// <inheritdoc/>
    public void Abort(string why)
    {
        foreach (Reader reader in _readers)
        {
            if (reader.Session.IsClosing) continue;
            _node.Host.Log(LogLevel.Warning, $"SYNC failed for replica {reader.Replica.KnownAddress}:{reader.Replica.Port}: {why}");
            _node.Sessions.Close(reader.Session, CloseMode.Now);
        }

        End();
    }

    /// <summary>The output of a session has run empty, or it has ended.</summary>
    public void Changed(Session session)
    {
        if (_over || !_complete || _writes > 0) return;
        foreach (Reader reader in _readers)
            if (ReferenceEquals(reader.Session, session)) ReadOn(reader);
        LookWhetherOver();
    }

    private void Write(FileVerb verb, byte[] bytes)
    {
        _writes++;
        _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = verb, Path = _path, Bytes = bytes, WhenDone = work => Written((FileWork)work) });
    }

    private void Written(FileWork work)
    {
        _writes--;
        if (_over) return;
        if (work.Fault != FileFault.None) Abort($"write error: {work.Error}");
        else if (_complete && _writes == 0) Send();
        else if (_writes == MostWrites - 1) _node.Persistence.Advance();
    }

    private void Send()
    {
        foreach (Reader reader in _readers)
        {
            reader.Replica.AwaitsWhole = false;
            if (reader.Session.IsClosing) continue;
            reader.Replica.ProgressAt = _node.Now.Monotonic;
            reader.Session.Link!.Output.Write(Encoding.ASCII.GetBytes($"${_length}\r\n"));
            ReadOn(reader);
        }

        LookWhetherOver();
    }

    private void ReadOn(Reader reader)
    {
        if (reader.Reads || reader.IsDone || reader.Session.IsClosing) return;
        reader.Reads = true;
        _node.Host.Submit(new FileWork
        {
            Lane = Lane.Snapshot,
            Verb = FileVerb.Read,
            Path = _path,
            Offset = reader.Offset,
            MaxBytes = (int)Math.Min(PieceBytes, _length - reader.Offset),
            WhenDone = work => HasRead(reader, (FileWork)work),
        });
    }

    private void HasRead(Reader reader, FileWork work)
    {
        reader.Reads = false;
        if (_over) return;
        if (!reader.Session.IsClosing) Pass(reader, work);
        LookWhetherOver();
    }

    private void Pass(Reader reader, FileWork work)
    {
        if (work.Fault != FileFault.None || work.Result.Length == 0)
        {
            _node.Host.Log(LogLevel.Warning, $"Read error sending DB to replica: {(work.Fault == FileFault.None ? "premature EOF" : work.Error)}");
            _node.Sessions.Close(reader.Session, CloseMode.Now);
            return;
        }

        reader.Offset += work.Result.Length;
        reader.Replica.ProgressAt = _node.Now.Monotonic;
        Link link = reader.Session.Link!;
        link.Output.Write(work.Result);
        // The next piece is read when this one has left.
        if (!reader.IsDone && reader.Offset < _length) link.WantsDrained = true;
        _node.Host.Flush(link);
        if (reader.Offset < _length) return;
        reader.IsDone = true;
        _node.Replication.Primary.SnapshotSent(reader.Replica, reader.Session, marked: false);
    }

    private void LookWhetherOver()
    {
        if (!_over && _complete && _readers.TrueForAll(static reader => reader.IsDone || reader.Session.IsClosing)) End();
    }

    private void End()
    {
        if (_over) return;
        _over = true;
        _node.Host.Submit(new FileWork { Lane = Lane.Snapshot, Verb = FileVerb.Delete, Path = _path });
        _whenOver(this);
    }

    private sealed class Reader(Replica replica, Session session)
    {
        public Replica Replica { get; } = replica;

        public Session Session { get; } = session;

        public long Offset { get; set; }

        public bool Reads { get; set; }

        public bool IsDone { get; set; }
    }
}
