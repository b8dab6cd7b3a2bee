// Writes an RDB file from the pages of a snapshot, page by page.
//
//   Begin ─▶ Page × n ─▶ End        each adds to one buffer that the caller empties in between
//
// It works on copies only, so it may run on any thread, one call at a time.
using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>What the keys of a file carry besides value and expiry, which depends on the eviction policy.</summary>
public enum UseNotes
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>For how long each key was idle (the LRU policies).</summary>
    Idle,

    /// <summary>Each key's counter of use (the LFU policies).</summary>
    Frequency,
}

/// <summary>Encodes one file.</summary>
public sealed class RdbEncoder
{
    private readonly RdbBuffer _buffer = new();
    private readonly ElementBuffer _text = new();
    private readonly Func<int, (long Keys, long Volatile)> _sizeOf;
    private readonly System.Collections.Generic.HashSet<int> _announced = [];
    private ulong _crc;
    private int _summedTo;
    private int _database = -1;

    /// <param name="sizeOf">How many keys, and keys with an expiry, a database has.</param>
    public RdbEncoder(Func<int, (long Keys, long Volatile)> sizeOf) => _sizeOf = sizeOf;

    /// <summary>Whether long strings are compressed (option <c>rdbcompression</c>).</summary>
    public bool Compresses
    {
        get => _buffer.Compresses;
        set => _buffer.Compresses = value;
    }

    /// <summary>Whether the file ends in its checksum (option <c>rdbchecksum</c>); else in zeros.</summary>
    public bool WritesChecksum { get; init; } = true;

    /// <summary>What the keys carry besides value and expiry.</summary>
    public UseNotes Notes { get; init; }

    /// <summary>Whose numbering the file follows, and which number it has.</summary>
    public RdbForm Form { get; init; } = RdbForm.Lowest;

    /// <summary>What has been encoded since <see cref="Take"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.Written;

    /// <summary>How many keys have been encoded.</summary>
    public long KeyCount { get; private set; }

    /// <summary>Encodes magic, version and what the file says about itself.</summary>
    public void Begin(RdbFacts facts)
    {
        bool isValkey = Form.Flavour == RdbFlavour.Valkey;
        _buffer.Raw(isValkey ? "VALKEY"u8 : "REDIS"u8);
        Span<byte> digits = stackalloc byte[4];
        Utf8Formatter.TryFormat(Form.Version, digits, out int length, new System.Buffers.StandardFormat('D', (byte)(isValkey ? 3 : 4)));
        _buffer.Raw(digits[..length]);
        Aux("redis-ver"u8, System.Text.Encoding.Latin1.GetBytes(facts.ServerVersion));
        Aux("redis-bits"u8, 64);
        Aux("ctime"u8, facts.CreatedAtSeconds);
        Aux("used-mem"u8, facts.UsedMemoryBytes);
        if (facts.HasReplication)
        {
            Span<byte> id = stackalloc byte[HexId.TextLength];
            facts.ReplicationId.Value.Write(id);
            Aux("repl-stream-db"u8, facts.StreamDatabase);
            Aux("repl-id"u8, id);
            Aux("repl-offset"u8, facts.ReplicationOffset.Value);
        }

        Aux("aof-base"u8, facts.IsAofBase ? 1 : 0);
    }

    /// <summary>Encodes the keys of a page.</summary>
    public void Page(SnapshotPage page)
    {
        foreach (SnapshotRecord record in page) Key(record);
        Sum();
    }

    /// <summary>Encodes the end of the file.</summary>
    public void End()
    {
        _buffer.Byte(RdbOpcode.End);
        Sum();
        _buffer.Int64(WritesChecksum ? _crc : 0);
        _summedTo = _buffer.Length;
    }

    /// <summary>Hands over what has been encoded and begins an empty buffer.</summary>
    public byte[] Take()
    {
        Sum();
        byte[] bytes = _buffer.Written.ToArray();
        _buffer.Clear();
        _summedTo = 0;
        return bytes;
    }

    private void Key(SnapshotRecord record)
    {
        if (record.IsFirst) Begin(record);
        if (record.Type == ObjectType.String && !(record.IsFirst && record.IsLast))
        {
            Gather(record);
            return;
        }

        new RdbValueWriter(Form).Part(_buffer, record.Type, record.Encoding, record.Value);
        if (record.IsLast) KeyCount++;
    }

    // A long string comes in parts and is one string in the file, compressed as a whole.
    private void Gather(SnapshotRecord part)
    {
        _text.AddRaw(part.Value);
        if (!part.IsLast) return;
        _buffer.String(_text.Bytes);
        _text.Clear();
        KeyCount++;
    }

    private void Begin(SnapshotRecord record)
    {
        if (record.Database != _database) Select(record.Database);
        if (record.HasExpiry)
        {
            _buffer.Byte(RdbOpcode.ExpireMs);
            _buffer.Int64((ulong)record.Expiry.Value);
        }

        if (Notes == UseNotes.Idle)
        {
            _buffer.Byte(RdbOpcode.Idle);
            _buffer.LengthOf(record.IdleSeconds);
        }
        else if (Notes == UseNotes.Frequency)
        {
            _buffer.Byte(RdbOpcode.Frequency);
            _buffer.Byte(record.Frequency);
        }

        var writer = new RdbValueWriter(Form);
        _buffer.Byte(writer.TypeOf(record.Type, record.Encoding));
        _buffer.String(record.Key);
        writer.Begin(_buffer, record.Type, record.Encoding, record.ItemCount, record.Value);
    }

    // A walk hands over the old value of a key that was changed before its time, so databases may come in turns.
    private void Select(int database)
    {
        _database = database;
        _buffer.Byte(RdbOpcode.SelectDb);
        _buffer.LengthOf(database);
        if (!_announced.Add(database)) return;
        (long keys, long withExpiry) = _sizeOf(database);
        _buffer.Byte(RdbOpcode.ResizeDb);
        _buffer.LengthOf(keys);
        _buffer.LengthOf(withExpiry);
    }

    private void Aux(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _buffer.Byte(RdbOpcode.Aux);
        _buffer.String(name);
        _buffer.String(value);
    }

    private void Aux(ReadOnlySpan<byte> name, long value)
    {
        _buffer.Byte(RdbOpcode.Aux);
        _buffer.String(name);
        _buffer.String(value);
    }

    private void Sum()
    {
        if (WritesChecksum) _crc = Crc64.Continue(_crc, _buffer.Written[_summedTo..]);
        _summedTo = _buffer.Length;
    }
}
