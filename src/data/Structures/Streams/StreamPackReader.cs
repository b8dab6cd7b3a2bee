using System;

namespace Hexad.Structures;

/// <summary>Reads the live entries of one sound pack on its own, as it was copied out of a stream.</summary>
public ref struct StreamPackReader
{
    private readonly StreamId _first;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _masterFields;
    private readonly int _masterAt;
    private int _at;
    private int _fieldAt;
    private long _elementsLeft;

    /// <summary>A reader before the first entry of a pack with this id.</summary>
    public StreamPackReader(StreamId id, ReadOnlySpan<byte> listpack)
    {
        _first = id;
        _bytes = listpack;
        int at = StreamPack.Skip(listpack, Listpack.HeaderBytes, 2);
        _masterFields = StreamPack.IntegerAt(listpack, at, out _masterAt);
        _at = StreamPack.Skip(listpack, _masterAt, _masterFields + 1);
    }

    /// <summary>The entry's id.</summary>
    public StreamId Id { get; private set; }

    /// <summary>How many fields the entry has.</summary>
    public long FieldCount { get; private set; }

    /// <summary>Goes to the next live entry; false when there is none.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            _at = StreamPack.Skip(_bytes, _at, _elementsLeft);
            if (_at >= _bytes.Length - 1) return false;
            long flags = StreamPack.IntegerAt(_bytes, _at, out _at);
            ulong ms = (ulong)StreamPack.IntegerAt(_bytes, _at, out _at), seq = (ulong)StreamPack.IntegerAt(_bytes, _at, out _at);
            Id = new StreamId(unchecked(_first.Ms + ms), unchecked(_first.Seq + seq));
            bool isSame = (flags & StreamPack.FlagSameFields) != 0;
            FieldCount = isSame ? _masterFields : StreamPack.IntegerAt(_bytes, _at, out _at);
            _elementsLeft = (isSame ? FieldCount : 2 * FieldCount) + 1;
            _fieldAt = isSame ? _masterAt : -1;
            if ((flags & StreamPack.FlagDeleted) == 0) return true;
        }
    }

    /// <summary>The next field of the entry and its value; at most <see cref="FieldCount"/> times.</summary>
    public void ReadField(out ListpackElement field, out ListpackElement value)
    {
        if (_fieldAt >= 0)
        {
            field = ListpackEntry.Read(_bytes[_fieldAt..], out int size);
            _fieldAt += size;
        }
        else
        {
            field = Take();
        }

        value = Take();
    }

    private ListpackElement Take()
    {
        ListpackElement element = ListpackEntry.Read(_bytes[_at..], out int size);
        _at += size;
        _elementsLeft--;
        return element;
    }
}
