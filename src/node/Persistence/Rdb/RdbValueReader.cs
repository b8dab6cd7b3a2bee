// Reads values of every type as RDB has them, element by element, so that a value of any size may come in pieces.
//
//   Begin ─▶ Read × n        each takes as many elements as are there and adds them to the batch as one part
//
// What it gives are packed blocks that have been checked to the last entry, or items as ElementBuffer has them. Older
// forms (ziplists, zipmaps, scores as text) are unpacked on the way. That no member comes twice is checked for packed
// blocks here, and by whoever stores the value for all others.
using System;
using System.Buffers.Text;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>Reads one value after the other.</summary>
internal sealed class RdbValueReader
{
    private const long NoExpiry = 0;
    private const int PartBytes = 64 * 1024;

    /// <summary>An element of a list that stands alone; the other kinds of item of a list are those of <see cref="ElementBuffer"/>.</summary>
    public const byte LoneElement = 0;

    private readonly ElementBuffer _items = new();
    private readonly RdbStreamReader _stream = new();
    private readonly byte[] _digits = new byte[24];
    private readonly byte[] _otherDigits = new byte[24];
    private long _left;
    private bool _hasItems;
    private long _firstExpiryMs;
    private byte _code;

    /// <summary>Whether a value has begun and not ended.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>What kind of value it is.</summary>
    public ObjectType Type { get; private set; }

    /// <summary>How the parts are to be read.</summary>
    public ObjectEncoding Encoding { get; private set; }

    /// <summary>Whether the value had no element at all, which no writer of today leaves behind.</summary>
    public bool WasEmpty { get; private set; }

    /// <summary>How many elements the value has by its own word; 1 for one in one block.</summary>
    public long ItemCount { get; private set; }

    /// <summary>The bytes of the part that was read last.</summary>
    public ReadOnlySpan<byte> Part => _items.Bytes;

    /// <summary>Whether values of this type number can be read.</summary>
    public static bool Knows(byte code, RdbFlavour flavour) => code switch
    {
        >= RdbType.HashWithExpiryPreRelease and <= RdbType.HashListpackWithExpiry => flavour == RdbFlavour.Redis,
        RdbType.List or RdbType.Set or RdbType.SortedSet or RdbType.Hash or RdbType.SortedSet2 or RdbType.HashZipmap => true,
        RdbType.ListZiplist or RdbType.SetIntegerSet or RdbType.SortedSetZiplist or RdbType.HashZiplist => true,
        RdbType.StreamListpacks or RdbType.StreamListpacks2 or RdbType.StreamListpacks3 => true,
        RdbType.ListQuicklist or RdbType.HashListpack or RdbType.SortedSetListpack or RdbType.ListQuicklist2 or RdbType.SetListpack => true,
        _ => false,
    };

    /// <summary>Begins a value: reads how many elements follow.</summary>
    public void Begin(byte code, ref RdbCursor cursor)
    {
        _code = code;
        WasEmpty = _hasItems = false;
        (Type, Encoding) = code switch
        {
            RdbType.List or RdbType.ListZiplist or RdbType.ListQuicklist or RdbType.ListQuicklist2 => (ObjectType.List, ObjectEncoding.Quicklist),
            RdbType.Set => (ObjectType.Set, ObjectEncoding.HashTable),
            RdbType.SetIntegerSet => (ObjectType.Set, ObjectEncoding.IntegerSet),
            RdbType.SetListpack => (ObjectType.Set, ObjectEncoding.Listpack),
            RdbType.SortedSetListpack => (ObjectType.SortedSet, ObjectEncoding.Listpack),
            RdbType.SortedSet or RdbType.SortedSet2 or RdbType.SortedSetZiplist => (ObjectType.SortedSet, ObjectEncoding.SkipList),
            RdbType.HashListpack => (ObjectType.Hash, ObjectEncoding.Listpack),
            RdbType.StreamListpacks or RdbType.StreamListpacks2 or RdbType.StreamListpacks3 => (ObjectType.Stream, ObjectEncoding.Stream),
            RdbType.HashListpackWithExpiry or RdbType.HashListpackWithExpiryPreRelease => (ObjectType.Hash, ObjectEncoding.ListpackWithExpiry),
            _ => (ObjectType.Hash, ObjectEncoding.HashTable),
        };
        if (Type == ObjectType.Stream)
        {
            BeginStream(ref cursor);
            return;
        }

        _firstExpiryMs = code is RdbType.HashWithExpiry or RdbType.HashListpackWithExpiry ? cursor.Int64() : 1;
        if (_firstExpiryMs is < 0 or > ExpiringPack.LatestExpiryMs) cursor.Refuse();
        bool counted = code is RdbType.List or RdbType.Set or RdbType.SortedSet or RdbType.SortedSet2 or RdbType.Hash
            or RdbType.ListQuicklist or RdbType.ListQuicklist2 or RdbType.HashWithExpiry or RdbType.HashWithExpiryPreRelease;
        _left = ItemCount = counted ? cursor.Length() : 1;
        if (!cursor.IsGood) return;
        WasEmpty = _left == 0;
        IsOpen = _left > 0;
    }

    /// <summary>Reads as many of the elements as are there, up to a part's size; none is left half read.</summary>
    public void Read(ref RdbCursor cursor)
    {
        _items.Clear();
        for (bool isFirst = true; _left > 0 && _items.Length < PartBytes; isFirst = false)
        {
            RdbCursor before = cursor;
            Element(ref cursor);
            if (!cursor.IsGood)
            {
                // What is there already counts; the element that was cut off is read again when more has come.
                if (cursor.State == CursorState.Short && !isFirst) cursor = before;
                break;
            }

            _left--;
        }

        _hasItems |= _items.Length > 0;
        if (_left > 0 || !cursor.IsGood) return;
        IsOpen = false;
        WasEmpty |= !_hasItems;
    }

    // How many elements a stream has is known when the last has been read: until then one more is left.
    private void BeginStream(ref RdbCursor cursor)
    {
        _stream.Begin(_code, ref cursor);
        _left = ItemCount = 1;
        IsOpen = cursor.IsGood;
    }

    private void Element(ref RdbCursor cursor)
    {
        switch (_code)
        {
            case RdbType.List:
                ReadOnlySpan<byte> lone = cursor.String(_digits);
                if (cursor.IsGood) Lone(lone);
                break;
            case RdbType.Set:
                ReadOnlySpan<byte> member = cursor.String(_digits);
                if (cursor.IsGood) _items.Add(member);
                break;
            case RdbType.Hash:
                ReadOnlySpan<byte> field = cursor.String(_digits), value = cursor.String(_otherDigits);
                if (!cursor.IsGood) break;
                _items.Add(field);
                _items.Add(value);
                _items.Add(NoExpiry);
                break;
            case RdbType.HashWithExpiry or RdbType.HashWithExpiryPreRelease:
                ExpiringField(ref cursor);
                break;
            case RdbType.SortedSet or RdbType.SortedSet2:
                Scored(ref cursor);
                break;
            case RdbType.ListQuicklist2:
                Node(ref cursor);
                break;
            case RdbType.StreamListpacks or RdbType.StreamListpacks2 or RdbType.StreamListpacks3:
                bool isLast = _stream.Read(ref cursor, _items);
                if (cursor.IsGood && !isLast) _left++;
                break;
            default:
                ReadOnlySpan<byte> block = cursor.String(_digits);
                if (cursor.IsGood && !TryBlock(block)) cursor.Refuse(RdbFaults.Of(_code, block));
                break;
        }
    }

    private void ExpiringField(ref RdbCursor cursor)
    {
        long distanceMs = cursor.Length();
        ReadOnlySpan<byte> field = cursor.String(_digits), value = cursor.String(_otherDigits);
        if (cursor.IsGood && (distanceMs < 0 || distanceMs > ExpiringPack.LatestExpiryMs - _firstExpiryMs)) cursor.Refuse();
        if (!cursor.IsGood) return;
        _items.Add(field);
        _items.Add(value);
        _items.Add(distanceMs == 0 ? NoExpiry : _firstExpiryMs + distanceMs - 1);
    }

    private void Scored(ref RdbCursor cursor)
    {
        ReadOnlySpan<byte> member = cursor.String(_digits);
        double score = _code == RdbType.SortedSet2 ? BitConverter.Int64BitsToDouble(cursor.Int64()) : TextScore(ref cursor);
        if (double.IsNaN(score)) cursor.Refuse();
        if (!cursor.IsGood) return;
        _items.Add(member);
        _items.Add(score);
    }

    private static double TextScore(ref RdbCursor cursor)
    {
        const byte NotANumber = 253, PlusInfinity = 254, MinusInfinity = 255;
        byte length = cursor.Byte();
        if (length == PlusInfinity) return double.PositiveInfinity;
        if (length == MinusInfinity) return double.NegativeInfinity;
        if (length == NotANumber) return double.NaN;
        ReadOnlySpan<byte> text = cursor.Take(length);
        if (cursor.IsGood && Utf8Parser.TryParse(text, out double score, out int read) && read == length) return score;
        cursor.Refuse();
        return 0;
    }

    private void Node(ref RdbCursor cursor)
    {
        long kind = cursor.Length();
        ReadOnlySpan<byte> bytes = cursor.String(_digits);
        if (!cursor.IsGood) return;
        int count = 0;
        bool isPacked = kind == 2, isPlain = kind == 1;
        if ((!isPacked && !isPlain) || (isPlain && bytes.IsEmpty) || (isPacked && !Listpack.Validate(bytes, out count)))
        {
            cursor.Refuse(isPacked ? RdbFaults.Of(_code, bytes) : RdbFaults.Node);
            return;
        }

        // As Redis: a node without elements is left out.
        if (isPacked && count == 0) return;
        _items.Add((byte)kind);
        _items.Add(bytes);
    }

    private void Lone(ReadOnlySpan<byte> element)
    {
        _items.Add(LoneElement);
        _items.Add(element);
    }

    private bool TryBlock(ReadOnlySpan<byte> block)
    {
        switch (_code)
        {
            case RdbType.SetIntegerSet:
                if (!IntegerSet.IsValid(block)) return false;
                return Whole(block, IntegerSet.CountOf(block) == 0);
            case RdbType.SetListpack:
                return PackedCheck.IsSet(block) && Whole(block, Listpack.IsEmpty(block));
            case RdbType.HashListpack:
                return PackedCheck.IsHash(block) && Whole(block, Listpack.IsEmpty(block));
            case RdbType.HashListpackWithExpiry or RdbType.HashListpackWithExpiryPreRelease:
                return PackedCheck.IsExpiringHash(block) && Whole(block, Listpack.IsEmpty(block));
            case RdbType.SortedSetListpack:
                return PackedCheck.IsSortedSet(block) && Whole(block, Listpack.IsEmpty(block));
            case RdbType.HashZipmap:
                return Zipmap.TryUnpack(block, _items);
            default:
                return TryZiplist(block);
        }
    }

    private bool TryZiplist(ReadOnlySpan<byte> block)
    {
        var reader = new ZiplistReader(block);
        if (!reader.IsWhole) return false;
        int count = 0;
        while (reader.TryNext(_digits, out ReadOnlySpan<byte> element))
        {
            bool isSecond = Type != ObjectType.List && count % 2 == 1;
            count++;
            if (Type == ObjectType.List)
            {
                Lone(element);
            }
            else if (isSecond && Type == ObjectType.SortedSet)
            {
                if (!FloatText.TryParse(element, out double score)) return false;
                _items.Add(score);
            }
            else
            {
                _items.Add(element);
                if (isSecond) _items.Add(NoExpiry);
            }
        }

        return !reader.IsBad && (Type == ObjectType.List || count % 2 == 0);
    }

    private bool Whole(ReadOnlySpan<byte> block, bool isEmpty)
    {
        WasEmpty = isEmpty;
        _items.AddRaw(block);
        return true;
    }
}
