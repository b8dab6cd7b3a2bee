using System;

namespace Hexad.Structures;

/// <summary>
/// Reads the entries of a stream from one id to another, both included, in either direction:
///
/// <code>
/// var reader = new StreamReader(root, start, end, reverse: false);
/// while (reader.MoveNext())
///     for (long i = 0; i &lt; reader.FieldCount; i++) reader.ReadField(out ListpackElement field, out ListpackElement value);
/// </code>
///
/// Deleted entries are passed over unless they are asked for. Any change of the stream ends it.
/// </summary>
public unsafe ref struct StreamReader
{
    private readonly StreamId _start;
    private readonly StreamId _end;
    private readonly bool _reverse;
    private readonly bool _withDeleted;
    private IdPlace _place;
    private nint _node;
    private ReadOnlySpan<byte> _bytes;
    private StreamPack.Master _master;
    private int _at;
    private int _fieldAt;
    private int _entryAt;
    private long _elementsLeft;
    private long _flags;

    /// <summary>A reader before its first entry.</summary>
    public StreamReader(nint root, StreamId start, StreamId end, bool reverse = false, bool withDeleted = false)
    {
        (_start, _end, _reverse, _withDeleted) = (start, end, reverse, withDeleted);
        ref readonly IdTree packs = ref StreamRoot.Of(root)->Packs;
        _place = IdTrees.AtOrBefore(packs, reverse ? end : start);
        if (!_place.Found && !reverse) _place = IdTrees.First(packs);
    }

    /// <summary>The entry's id.</summary>
    public StreamId Id { get; private set; }

    /// <summary>How many fields the entry has.</summary>
    public long FieldCount { get; private set; }

    /// <summary>Where the entry's node stands in the index.</summary>
    internal readonly IdPlace Place => _place;

    /// <summary>The offset of the entry in its node.</summary>
    internal readonly int EntryAt => _entryAt;

    /// <summary>The entry's flags.</summary>
    internal readonly long Flags => _flags;

    /// <summary>Goes to the next entry; false when there is none.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            if (_node == 0)
            {
                if (!_place.Found) return false;
                Open();
            }

            while (Step())
            {
                if (!_withDeleted && (_flags & StreamPack.FlagDeleted) != 0) continue;
                if (_reverse ? Id > _end : Id < _start) continue;
                if (_reverse ? Id >= _start : Id <= _end) return true;
                _place = default;
                _node = 0;
                return false;
            }

            _node = 0;
            _place = _reverse ? _place.Previous : _place.Next;
        }
    }

    /// <summary>The next field of the entry and its value; at most <see cref="FieldCount"/> times.</summary>
    public void ReadField(out ListpackElement field, out ListpackElement value)
    {
        int size;
        if ((_flags & StreamPack.FlagSameFields) != 0)
        {
            field = ListpackEntry.Read(_bytes[_fieldAt..], out size);
            _fieldAt += size;
        }
        else
        {
            field = ListpackEntry.Read(_bytes[_at..], out size);
            _at += size;
            _elementsLeft--;
        }

        value = ListpackEntry.Read(_bytes[_at..], out size);
        _at += size;
        _elementsLeft--;
    }

    private void Open()
    {
        _node = *(nint*)_place.Value;
        _bytes = StreamPack.BytesOf(_node);
        StreamPack.Read(_node, out _master);
        _entryAt = _bytes.Length - 1;
        _at = _master.EntriesAt;
        _elementsLeft = 0;
    }

    /// <summary>Goes to the next entry of the node, whatever it is.</summary>
    private bool Step()
    {
        if (_reverse)
        {
            _entryAt = StreamPack.EntryBefore(_bytes, _entryAt);
            if (_entryAt < 0) return false;
        }
        else
        {
            _entryAt = StreamPack.Skip(_bytes, _at, _elementsLeft);
            if (_entryAt >= _bytes.Length - 1) return false;
        }

        Id = StreamPack.EntryIdAt(_node, _bytes, _entryAt, out _flags, out _at);
        bool isSame = (_flags & StreamPack.FlagSameFields) != 0;
        FieldCount = isSame ? _master.FieldCount : StreamPack.IntegerAt(_bytes, _at, out _at);
        _elementsLeft = (isSame ? FieldCount : FieldCount * 2) + 1;
        _fieldAt = _master.FieldsAt;
        return true;
    }
}
