// Reads an RDB file as it comes in, in pieces of any size, into batches of keys.
//
//   file = magic version  item*  END checksum
//   item = opcode operands | [expiry] [idle | frequency] type key value
//
// An item is decoded when all of it is there; until then its bytes are kept. A long string says how long it is, so
// waiting for it costs no second attempt. Nothing in a file is trusted: what means nothing ends in a fault with words,
// never in an exception.
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>What a piece of a file came to.</summary>
public enum RdbOutcome
{
    /// <summary>All is decoded as far as it goes; more is needed.</summary>
    NeedMore,

    /// <summary>The file has ended well; <see cref="RdbDecoder.Rest"/> holds what came after it.</summary>
    Finished,

    /// <summary>The file is bad or holds what we cannot hold: <see cref="RdbDecoder.Fault"/> says why.</summary>
    Faulty,
}

/// <summary>Decodes one file.</summary>
public sealed class RdbDecoder
{
    private const int HeaderBytes = 9;
    private const int MostEmptyNames = 10;
    private readonly byte[] _nameDigits = new byte[16];
    private readonly byte[] _valueDigits = new byte[16];
    private readonly RdbValueReader _value = new();
    private RdbKeyFacts _facts;
    private RdbKeyFacts _openFacts;
    private byte[] _openKey = [];
    private bool _partsBegun;
    private byte[] _kept = [];
    private int _keptLength;
    private long _wanted;
    private ulong _crc;
    private bool _headerRead;
    private int _database;
    private readonly List<string> _emptyNames = [];

    /// <summary>Whether a wrong checksum is a fault (option <c>rdbchecksum</c>).</summary>
    public bool ChecksChecksum { get; init; } = true;

    /// <summary>Who wrote the file.</summary>
    public RdbFlavour Flavour { get; private set; }

    /// <summary>The file's version.</summary>
    public int Version { get; private set; }

    /// <summary>What the file says about itself.</summary>
    public RdbFacts Facts { get; } = new();

    /// <summary>How many bytes have been decoded.</summary>
    public long Consumed { get; private set; }

    /// <summary>How many keys were left out because their collection had no elements, which no server of today writes.</summary>
    public long EmptyKeys { get; private set; }

    /// <summary>The names of the first few of those keys, as a message shows them.</summary>
    public IReadOnlyList<string> EmptyNames => _emptyNames;

    /// <summary>After <see cref="RdbOutcome.Faulty"/>: why.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>After <see cref="RdbOutcome.Finished"/>: the bytes that followed the file.</summary>
    public byte[] Rest { get; private set; } = [];

    /// <summary>Decodes the next piece and adds the keys found to <paramref name="batch"/>.</summary>
    public RdbOutcome Decode(ReadOnlySpan<byte> piece, RdbBatch batch)
    {
        if (Fault.Length > 0) return RdbOutcome.Faulty;
        if (_keptLength == 0) return Run(piece, batch);
        Keep(piece);
        if (_keptLength < _wanted) return RdbOutcome.NeedMore;
        byte[] bytes = _kept;
        int length = _keptLength;
        _keptLength = 0;
        return Run(bytes.AsSpan(0, length), batch);
    }

    private RdbOutcome Run(ReadOnlySpan<byte> bytes, RdbBatch batch)
    {
        int done = 0;
        while (true)
        {
            var cursor = new RdbCursor(bytes[done..]);
            bool ended = false;
            if (_value.IsOpen) Part(ref cursor, batch);
            else if (_headerRead) ended = Item(ref cursor, batch);
            else Header(ref cursor);
            if (Fault.Length > 0) return RdbOutcome.Faulty;
            if (cursor.State == CursorState.Bad) return Fail(FaultOf(cursor));
            if (cursor.State == CursorState.Short)
            {
                _wanted = cursor.Wanted;
                KeepOnly(bytes[done..]);
                return RdbOutcome.NeedMore;
            }

            if (!ended) _crc = Crc64.Continue(_crc, bytes.Slice(done, cursor.Place));
            done += cursor.Place;
            Consumed += cursor.Place;
            if (!ended) continue;
            Rest = bytes[done..].ToArray();
            _kept = [];
            return RdbOutcome.Finished;
        }
    }

    private void Header(ref RdbCursor cursor)
    {
        ReadOnlySpan<byte> head = cursor.Take(HeaderBytes);
        if (!cursor.IsGood) return;
        int digits = head.StartsWith("REDIS"u8) ? 5 : head.StartsWith("VALKEY"u8) ? 6 : 0;
        if (digits == 0 || !TryDigits(head[digits..], out int version))
        {
            Fail("Wrong signature trying to load DB from file");
            return;
        }

        Flavour = digits == 6 ? RdbFlavour.Valkey : RdbFlavour.Redis;
        Version = version;
        bool known = Flavour == RdbFlavour.Redis
            ? version is >= 1 and <= RdbVersion.NewestRedis
            : version is >= RdbVersion.OldestValkey and <= RdbVersion.NewestValkey;
        if (known) _headerRead = true;
        else Fail($"Can't handle RDB format version {version}{(Flavour == RdbFlavour.Valkey ? " of Valkey" : "")}");
    }

    /// <summary>Decodes one item; true when it was the end. What is said of a key before it is an item of its own, so that it is not read again while the key comes in.</summary>
    private bool Item(ref RdbCursor cursor, RdbBatch batch)
    {
        byte code = cursor.Byte();
        if (!cursor.IsGood) return false;
        switch (code)
        {
            case RdbOpcode.ExpireMs or RdbOpcode.ExpireSeconds or RdbOpcode.Idle or RdbOpcode.Frequency:
                Fact(code, ref cursor);
                return false;
            case RdbOpcode.End:
                return End(ref cursor);
            case >= RdbOpcode.SlotImport:
                Opcode(code, ref cursor);
                return false;
            default:
                Key(code, ref cursor, batch);
                return false;
        }
    }

    private void Fact(byte code, ref RdbCursor cursor)
    {
        RdbKeyFacts facts = _facts;
        if (code == RdbOpcode.ExpireMs) facts.ExpiryMs = cursor.Int64();
        else if (code == RdbOpcode.ExpireSeconds) facts.ExpiryMs = cursor.Int32() * 1000L;
        else if (code == RdbOpcode.Idle) facts.IdleSeconds = cursor.Length();
        else facts.Frequency = cursor.Byte();
        if (cursor.IsGood) _facts = facts;
    }

    private void Opcode(byte code, ref RdbCursor cursor)
    {
        switch (code)
        {
            case RdbOpcode.SelectDb:
                long database = cursor.Length();
                if (cursor.IsGood && database > ushort.MaxValue) cursor.Refuse();
                if (cursor.IsGood) _database = (int)database;
                break;
            case RdbOpcode.ResizeDb:
                cursor.Length();
                cursor.Length();
                break;
            case RdbOpcode.SlotInfo:
                cursor.Length();
                cursor.Length();
                cursor.Length();
                break;
            case RdbOpcode.Aux:
                Aux(ref cursor);
                break;
            case RdbOpcode.ModuleAux:
                long id = ModuleId(ref cursor);
                if (cursor.IsGood) Fail($"The RDB file contains AUX module data I can't load: no matching module '{ModuleName(id)}'");
                break;
            case RdbOpcode.Function2:
                ReadOnlySpan<byte> source = cursor.String(_valueDigits);
                if (cursor.IsGood) Fail($"The RDB file contains a function library I can't load: '{FirstLine(source)}'");
                break;
            case RdbOpcode.FunctionPreRelease:
                Fail("Pre-release function format not supported.");
                break;
            default:
                Fail("The RDB file was saved in the middle of a slot import, which I can't continue");
                break;
        }
    }

    private void Aux(ref RdbCursor cursor)
    {
        ReadOnlySpan<byte> name = cursor.String(_nameDigits);
        ReadOnlySpan<byte> value = cursor.String(_valueDigits);
        if (cursor.IsGood) Facts.Note(name, value);
    }

    private void Key(byte type, ref RdbCursor cursor, RdbBatch batch)
    {
        ReadOnlySpan<byte> key = cursor.String(_nameDigits);
        if (!cursor.IsGood) return;
        if (type == RdbType.String)
        {
            ReadOnlySpan<byte> value = cursor.String(_valueDigits);
            if (!cursor.IsGood) return;
            batch.Begin(_database, ObjectType.String, ObjectEncoding.Raw, TakeFacts(), key);
            batch.Append(value);
            batch.Finish();
            return;
        }

        if (!RdbValueReader.Knows(type, Flavour))
        {
            string? name = RdbType.NameOf(type, Flavour);
            if (name is null) cursor.Refuse();
            else Fail($"Key '{Printable(key)}' in database {_database} holds a {name} (RDB type {type}), which I can't load");
            return;
        }

        _value.Begin(type, ref cursor);
        if (!cursor.IsGood) return;
        _openKey = key.ToArray();
        _openFacts = TakeFacts();
        if (_value.WasEmpty)
        {
            NoteEmpty();
            return;
        }

        _partsBegun = false;
        BeginParts(ref cursor, batch);
    }

    private RdbKeyFacts TakeFacts()
    {
        RdbKeyFacts taken = _facts;
        _facts = default;
        return taken;
    }

    // The elements of a value that has begun are items of their own to the loop: what was read of it stays read.
    private void BeginParts(ref RdbCursor cursor, RdbBatch batch)
    {
        RdbCursor begun = cursor;
        Part(ref cursor, batch);
        if (cursor.State == CursorState.Short) cursor = begun;
    }

    private void Part(ref RdbCursor cursor, RdbBatch batch)
    {
        _value.Read(ref cursor);
        if (!cursor.IsGood || (_value.IsOpen && _value.Part.IsEmpty)) return;
        bool isFirst = !_partsBegun;
        _partsBegun = true;
        if (_value.WasEmpty)
        {
            NoteEmpty();
            return;
        }

        batch.Begin(_database, _value.Type, _value.Encoding, _openFacts, _openKey, _value.ItemCount, isFirst);
        batch.Append(_value.Part);
        batch.Finish(hasMore: _value.IsOpen);
    }

    private void NoteEmpty()
    {
        EmptyKeys++;
        if (_emptyNames.Count < MostEmptyNames) _emptyNames.Add(Printable(_openKey));
    }

    private string FaultOf(in RdbCursor cursor)
    {
        string place = $"Bad data format: byte {Consumed + cursor.Place} of the file means nothing";
        return cursor.Why is null ? place : $"{place}: {cursor.Why}";
    }

    private bool End(ref RdbCursor cursor)
    {
        if (Version < RdbVersion.FirstWithChecksum) return true;
        ulong stored = (ulong)cursor.Int64();
        if (!cursor.IsGood) return false;
        ulong computed = Crc64.Continue(_crc, [RdbOpcode.End]);
        // What stands between the last item and the end, if anything, was an expiry without a key: no writer does that.
        if (_facts.IsAny) Fail("Bad data format: the file ends between a key's facts and the key");
        else if (stored != 0 && ChecksChecksum && stored != computed)
            Fail($"Wrong RDB checksum expected: ({stored:x}) but got ({computed:x}). Aborting now: RDB CRC error");
        return true;
    }

    private static long ModuleId(ref RdbCursor cursor)
    {
        // A module's id is a 64-bit length whose sign bit may be set.
        byte form = cursor.Byte();
        if (form == 0x81)
        {
            ReadOnlySpan<byte> eight = cursor.Take(8);
            return eight.IsEmpty ? 0 : BinaryPrimitives.ReadInt64BigEndian(eight);
        }

        if (cursor.IsGood) cursor.Refuse();
        return 0;
    }

    // Nine characters of six bits each stand above ten bits of version.
    private static string ModuleName(long id)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Span<char> name = stackalloc char[9];
        ulong bits = (ulong)id >> 10;
        for (int i = 8; i >= 0; i--, bits >>= 6) name[i] = Alphabet[(int)(bits & 63)];
        return new string(name);
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte b in text)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + (b - '0');
        }

        return true;
    }

    private static string FirstLine(ReadOnlySpan<byte> source)
    {
        int end = source.IndexOf((byte)'\n');
        return Printable(end < 0 ? source : source[..end]);
    }

    /// <summary>A key as a message shows it: its first bytes, those that are not ASCII letters as dots.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes[..Math.Min(bytes.Length, 128)]) text.Append(b is >= 32 and < 127 ? (char)b : '.');
        return text.ToString();
    }

    private RdbOutcome Fail(string why)
    {
        Fault = why;
        return RdbOutcome.Faulty;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        long room = Math.Max((long)_keptLength + piece.Length, _wanted);
        if (_kept.Length < room) Array.Resize(ref _kept, (int)Math.Min(Array.MaxLength, Math.Max(room, Math.Min(_kept.Length * 2L, room + (1 << 20)))));
        piece.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += piece.Length;
    }

    // The bytes may lie in the kept array itself, further back.
    private void KeepOnly(ReadOnlySpan<byte> bytes)
    {
        if (_kept.Length < bytes.Length || _kept.Length > 1 << 20 && bytes.Length < _kept.Length / 4) _kept = new byte[Math.Max(bytes.Length, 4096)];
        bytes.CopyTo(_kept);
        _keptLength = bytes.Length;
    }
}
