// A set as commands read it, whichever of its three representations it has:
//
//   intset      ascending integers          up to set-max-intset-entries, while all members are integers
//   listpack    members in order of arrival up to set-max-listpack-entries of up to set-max-listpack-value bytes
//   hashtable   anything else
//
// A member is told as a ListpackElement: an integer, or bytes where they stand.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>A set that is being read; as short-lived as the entry's handle.</summary>
internal readonly ref struct SetValue
{
    private readonly ObjectEncoding _encoding;
    private readonly ReadOnlySpan<byte> _packed;
    private readonly MemberTables _members;
    private readonly nint _root;

    /// <summary>The set that an entry holds.</summary>
    public SetValue(EntryRef entry, MemberTables members)
        : this(entry.Encoding, entry.IsCollection ? default : entry.Packed, entry.IsCollection ? entry.Root : 0, members)
    {
    }

    internal SetValue(ObjectEncoding encoding, ReadOnlySpan<byte> packed, nint root, MemberTables members)
    {
        _encoding = encoding;
        _packed = packed;
        _root = root;
        _members = members;
    }

    /// <summary>How many members there are.</summary>
    public long Count => _encoding switch
    {
        ObjectEncoding.IntegerSet => IntegerSet.CountOf(_packed),
        ObjectEncoding.Listpack => Listpack.Count(_packed),
        _ => _members.CountOf(_root),
    };

    /// <summary>How it is represented.</summary>
    public ObjectEncoding Encoding => _encoding;

    /// <summary>The bytes of an intset or a listpack.</summary>
    public ReadOnlySpan<byte> Packed => _packed;

    /// <summary>The root of a hash table.</summary>
    public nint Root => _root;

    /// <summary>Whether there is such a member.</summary>
    public bool Contains(ReadOnlySpan<byte> member) => _encoding switch
    {
        ObjectEncoding.IntegerSet => NumberText.TryInt64(member, out long integer) && IntegerSet.Contains(_packed, integer),
        ObjectEncoding.Listpack => Listpack.Find(_packed, Listpack.First(_packed), member, 0) != Listpack.None,
        _ => _members.Contains(_root, member),
    };

    /// <summary>Whether there is such a member.</summary>
    public bool Contains(ListpackElement member)
    {
        if (!member.IsInteger) return Contains(member.Bytes);
        if (_encoding == ObjectEncoding.IntegerSet) return IntegerSet.Contains(_packed, member.Integer);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        return Contains(member.WriteText(scratch));
    }

    /// <summary>A member chosen with equal chance for each; there must be one.</summary>
    public ListpackElement Random(Dice dice) => _encoding switch
    {
        ObjectEncoding.IntegerSet => new ListpackElement(IntegerSet.At(_packed, dice.Below(IntegerSet.CountOf(_packed)))),
        ObjectEncoding.Listpack => Listpack.Read(_packed, Listpack.Seek(_packed, dice.Below(Listpack.Count(_packed)))),
        _ => new ListpackElement(_members.Random(_root, dice).Name),
    };

    /// <summary>All members; the set must not change meanwhile.</summary>
    public SetWalk GetEnumerator() => new(this, _encoding == ObjectEncoding.HashTable ? _members.Walk(_root) : default);
}

/// <summary>Goes over the members of a set.</summary>
internal ref struct SetWalk
{
    private const int NotBegun = -2;

    private readonly SetValue _set;
    private MemberWalk _members;
    private int _at = NotBegun;

    internal SetWalk(SetValue set, MemberWalk members)
    {
        _set = set;
        _members = members;
    }

    /// <summary>The member at hand.</summary>
    public readonly ListpackElement Current => _set.Encoding switch
    {
        ObjectEncoding.IntegerSet => new ListpackElement(IntegerSet.At(_set.Packed, _at)),
        ObjectEncoding.Listpack => Listpack.Read(_set.Packed, _at),
        _ => new ListpackElement(_members.Current.Name),
    };

    /// <summary>Goes to the next member; false when there is none.</summary>
    public bool MoveNext()
    {
        switch (_set.Encoding)
        {
            case ObjectEncoding.IntegerSet:
                _at = _at == NotBegun ? 0 : _at + 1;
                return _at < IntegerSet.CountOf(_set.Packed);
            case ObjectEncoding.Listpack:
                _at = _at == NotBegun ? Listpack.First(_set.Packed) : Listpack.Next(_set.Packed, _at);
                return _at != Listpack.None;
            default:
                return _members.MoveNext();
        }
    }
}

/// <summary>Elements in replies.</summary>
internal static class ElementReplies
{
    /// <summary>A bulk string of an element's text.</summary>
    public static void Bulk(this ReplyWriter reply, ListpackElement element)
    {
        if (element.IsInteger) reply.BulkInteger(element.Integer);
        else reply.Bulk(element.Bytes);
    }
}
