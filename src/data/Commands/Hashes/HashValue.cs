// A hash as commands read it, whichever of its three representations it has:
//
//   listpack     field, value, field, value, …     up to hash-max-listpack-entries fields of up to hash-max-listpack-value bytes
//   listpackex   the same with the expiry of each field, as soon as one has been given an expiry
//   hashtable    anything else
//
// A field that is past its expiry is there until it is removed (by whoever writes to it, or in the background), but not told.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A field of a hash, or none.</summary>
internal readonly ref struct HashField
{
    public HashField(ListpackElement name, ListpackElement value, long expiryMs)
    {
        Found = true;
        Name = name;
        Value = value;
        ExpiryMs = expiryMs;
    }

    /// <summary>Whether there is such a field.</summary>
    public bool Found { get; }

    /// <summary>The field's name.</summary>
    public ListpackElement Name { get; }

    /// <summary>Its value.</summary>
    public ListpackElement Value { get; }

    /// <summary>When it expires, in Unix milliseconds; 0: never.</summary>
    public long ExpiryMs { get; }
}

/// <summary>A hash that is being read; as short-lived as the entry's handle.</summary>
internal readonly ref struct HashValue
{
    private readonly MemberTables _members;
    private readonly long _nowMs;

    /// <summary>The hash that an entry holds.</summary>
    public HashValue(EntryRef entry, Databases databases)
        : this(entry.Encoding, entry.IsCollection ? default : databases.Collections.PackOf(entry), entry.IsCollection ? entry.Root : 0, databases)
    {
    }

    internal HashValue(ObjectEncoding encoding, ReadOnlySpan<byte> packed, nint root, Databases databases)
    {
        Encoding = encoding;
        Packed = packed;
        Root = root;
        _members = databases.Collections.Members;
        // A replica's stream and a loading node see what is there, as they do with keys.
        _nowMs = databases.Expired == ExpiredKeys.Ignore ? 0 : databases.Now.Value;
    }

    /// <summary>How it is represented.</summary>
    public ObjectEncoding Encoding { get; }

    /// <summary>The bytes of a listpack.</summary>
    public ReadOnlySpan<byte> Packed { get; }

    /// <summary>The root of a hash table.</summary>
    public nint Root { get; }

    /// <summary>How many fields there are, those that are past their expiry included.</summary>
    public long Count => Encoding switch
    {
        ObjectEncoding.Listpack => Listpack.Count(Packed) / 2,
        ObjectEncoding.ListpackWithExpiry => ExpiringPack.CountOf(Packed),
        _ => _members.CountOf(Root),
    };

    /// <summary>Whether any field expires.</summary>
    public bool MayExpire => FirstExpiryMs != 0;

    /// <summary>When the first field expires; 0 if none does.</summary>
    public long FirstExpiryMs => Encoding switch
    {
        ObjectEncoding.Listpack => 0,
        ObjectEncoding.ListpackWithExpiry => ExpiringPack.FirstExpiryOf(Packed),
        _ => _members.FirstToExpire(Root) is { Found: true } first ? first.ExpiryMs : 0,
    };

    /// <summary>Whether a field that expires then is gone already. As with keys, it is there for the whole millisecond that its expiry names.</summary>
    public bool IsGone(long expiryMs) => expiryMs != 0 && expiryMs < _nowMs;

    /// <summary>The field with this name; none if it is gone.</summary>
    public HashField Find(ReadOnlySpan<byte> field)
    {
        HashField found = FindAny(field);
        return IsGone(found.ExpiryMs) ? default : found;
    }

    /// <summary>The field with this name, whether past its expiry or not.</summary>
    public HashField FindAny(ReadOnlySpan<byte> field)
    {
        if (Encoding == ObjectEncoding.HashTable)
        {
            Member member = _members.Find(Root, field);
            return member.Found ? Of(member) : default;
        }

        bool expiring = Encoding == ObjectEncoding.ListpackWithExpiry;
        int at = expiring ? ExpiringPack.Find(Packed, field) : Listpack.Find(Packed, Listpack.First(Packed), field, 1);
        if (at == Listpack.None) return default;
        long expiryMs = 0;
        ListpackElement value = expiring
            ? ExpiringPack.ValueAt(Packed, at, out expiryMs, out _)
            : Listpack.Read(Packed, Listpack.Next(Packed, at));
        return new HashField(new ListpackElement(field), value, expiryMs);
    }

    /// <summary>All fields, those that are gone included; the hash must not change meanwhile.</summary>
    public HashWalk GetEnumerator() => new(this, Encoding == ObjectEncoding.HashTable ? _members.Walk(Root) : default);

    internal static HashField Of(Member member) => new(new ListpackElement(member.Name), new ListpackElement(member.Value), member.ExpiryMs);
}

/// <summary>Goes over the fields of a hash.</summary>
internal ref struct HashWalk
{
    private readonly HashValue _hash;
    private MemberWalk _members;
    private int _next;
    private HashField _current;

    internal HashWalk(HashValue hash, MemberWalk members)
    {
        _hash = hash;
        _members = members;
        _next = hash.Encoding == ObjectEncoding.HashTable ? 0 : Listpack.First(hash.Packed);
    }

    /// <summary>The field at hand.</summary>
    public readonly HashField Current => _current;

    /// <summary>Goes to the next field; false when there is none.</summary>
    public bool MoveNext()
    {
        if (_hash.Encoding == ObjectEncoding.HashTable)
        {
            if (!_members.MoveNext()) return false;
            _current = HashValue.Of(_members.Current);
            return true;
        }

        if (_next == Listpack.None) return false;
        ListpackElement name = Listpack.Read(_hash.Packed, _next, out int at);
        ListpackElement value = Listpack.Read(_hash.Packed, at, out _next);
        long expiryMs = 0;
        if (_hash.Encoding == ObjectEncoding.ListpackWithExpiry) expiryMs = Listpack.Read(_hash.Packed, _next, out _next).Integer;
        _current = new HashField(name, value, expiryMs);
        return true;
    }
}
