// Loads an RDB file from wherever it comes: pieces in, keys in the databases out.
//
//   Feed ─▶ [pieces] ─▶ worker decodes ─▶ batch ─▶ databases        one piece at a time, in order
//
// It does not empty the databases first, and does not care what a half-loaded file leaves behind: whoever starts it does.
using System;
using System.Collections.Generic;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Persistence.Rdb;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>One file being loaded.</summary>
internal sealed class RdbLoad
{
    private readonly Node _node;
    private readonly Action<string?> _whenOver;
    private readonly Queue<byte[]> _pieces = new();
    private readonly RdbBatch _batch = new();
    private bool _decoding;
    private bool _ended;
    private int _emptyKeysLogged;

    /// <param name="node">The node.</param>
    /// <param name="whenOver">Told how it ended: null, or what was wrong with the file.</param>
    public RdbLoad(Node node, Action<string?> whenOver)
    {
        _node = node;
        _whenOver = whenOver;
        Decoder = new RdbDecoder { ChecksChecksum = node.Options.RdbChecksum };
    }

    /// <summary>What the file said about itself.</summary>
    public RdbDecoder Decoder { get; }

    /// <summary>Whether it is over, well or not.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Bytes that were fed and not decoded yet.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>Bytes that have been loaded.</summary>
    public long LoadedBytes { get; private set; }

    /// <summary>Keys that have been loaded.</summary>
    public long KeysLoaded { get; private set; }

    /// <summary>Keys that were past their expiry and were left out.</summary>
    public long KeysExpired { get; private set; }

    /// <summary>Whether keys that are past their expiry are left out: not on a replica, whose primary will say DEL.</summary>
    public bool DropsExpired { get; init; }

    /// <summary>The databases that are filled; null: the node's own.</summary>
    public Database[]? Into { get; init; }

    /// <summary>Called when a piece has been loaded, so that more may be fed.</summary>
    public Action? WhenHungry { get; init; }

    /// <summary>The next piece of the file; the array is the loader's from now on.</summary>
    public void Feed(byte[] piece)
    {
        if (IsOver) return;
        _pieces.Enqueue(piece);
        WaitingBytes += piece.Length;
        Advance();
    }

    /// <summary>There are no more pieces.</summary>
    public void End()
    {
        _ended = true;
        Advance();
    }

    /// <summary>Gives up without telling anybody.</summary>
    public void Cancel() => IsOver = true;

    private void Advance()
    {
        if (_decoding || IsOver) return;
        if (_pieces.TryDequeue(out byte[]? piece))
        {
            _decoding = true;
            _node.Host.Submit(new DecodeWork(Decoder, piece, _batch) { Lane = Lane.Compute, WhenDone = work => Decoded((DecodeWork)work) });
        }
        else if (_ended)
        {
            Over("Short read or OOM loading DB. Unrecoverable error, aborting now: unexpected EOF reading RDB file");
        }
    }

    private void Decoded(DecodeWork work)
    {
        _decoding = false;
        if (IsOver) return;
        WaitingBytes -= work.PieceLength;
        LoadedBytes += work.PieceLength;
        string? fault = Store();
        LogEmptyKeys();
        if (fault is not null || work.Outcome == RdbOutcome.Faulty) Over(fault ?? Decoder.Fault);
        else if (work.Outcome == RdbOutcome.Finished) Over(null);
        else
        {
            WhenHungry?.Invoke();
            Advance();
        }
    }

    private void LogEmptyKeys()
    {
        for (; _emptyKeysLogged < Decoder.EmptyNames.Count; _emptyKeysLogged++)
            _node.Host.Log(LogLevel.Notice, $"Loading RDB, skipping empty key: {Decoder.EmptyNames[_emptyKeysLogged]}");
    }

    private string? Store()
    {
        ExpiredKeys before = _node.Databases.Expired;
        _node.Databases.Expired = ExpiredKeys.Ignore;
        _node.Databases.CommandSlot = -1;
        string? fault = null;
        foreach (RdbRecord record in _batch)
        {
            if (record.Database >= _node.Databases.Count)
            {
                fault = $"FATAL: Data file was created with a Redis server configured to handle more than {_node.Databases.Count} databases. Exiting";
                break;
            }

            fault = Store(record);
            if (fault is not null) break;
        }

        _batch.Clear();
        _node.Databases.Expired = before;
        return fault;
    }

    /// <summary>A record as the loading of values takes it.</summary>
    public static ValuePart PartOf(RdbRecord record) => new(record.Type, record.Encoding, record.Value, record.IsFirst, record.IsLast, record.ItemCount);

    /// <summary>What is wrong with a value whose pieces are sound and do not fit together, in the words that operators of Redis look for.</summary>
    public static string Inconsistency(ObjectType type) => type switch
    {
        ObjectType.Stream => "Stream integrity check failed: Duplicate stream consumer detected, or a group or pending entry twice, or one without a consumer.",
        ObjectType.Hash => "Hash integrity check failed: dup field detected.",
        ObjectType.Set => "Set integrity check failed: dup member detected.",
        _ => "Zset integrity check failed: dup member detected.",
    };

    private string? Store(RdbRecord record)
    {
        bool expires = record.TryGetExpiry(out UnixMs expiry);
        if (expires && DropsExpired && expiry <= _node.Now.Wall)
        {
            KeysExpired += record.IsFirst ? 1 : 0;
            return null;
        }

        Database db = Into is null ? _node.Databases[record.Database] : Into[record.Database];
        Lifetime lifetime = expires ? Lifetime.Until(expiry) : Lifetime.Forever;
        if (record.IsFirst && record.Type != ObjectType.String && db.PeekRaw(record.Key).Found)
            return $"The key '{RdbDecoder.Printable(record.Key)}' in database {record.Database} comes twice";
        switch (ValueLoading.Load(_node.Services, db, record.Key, lifetime, PartOf(record)))
        {
            case LoadOutcome.Inconsistent:
                return $"Bad data format: the value of '{RdbDecoder.Printable(record.Key)}' in database {record.Database}: {Inconsistency(record.Type)}";
            case LoadOutcome.UnknownType:
                return $"Key '{RdbDecoder.Printable(record.Key)}' in database {record.Database} holds a value of a type ({record.Type}) that I can't load";
        }

        if (!record.IsLast) return null;
        EntryRef entry = db.PeekRaw(record.Key);
        bool lfu = _node.Databases.Eviction.IsLfu;
        if (lfu && record.TryGetFrequency(out int frequency)) db.SetFrequency(entry, frequency);
        else if (!lfu && record.TryGetIdle(out long idle)) db.SetIdleSeconds(entry, idle);
        KeysLoaded++;
        return null;
    }

    private void Over(string? fault)
    {
        IsOver = true;
        _pieces.Clear();
        _whenOver(fault);
    }

    private sealed class DecodeWork(RdbDecoder decoder, byte[] piece, RdbBatch batch) : Computation
    {
        public int PieceLength => piece.Length;

        public RdbOutcome Outcome { get; private set; }

        public override void Run() => Outcome = decoder.Decode(piece, batch);
    }
}
