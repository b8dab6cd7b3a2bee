namespace Hexad.Structures;

/// <summary>What kind of value a key holds; the numbers are those of Redis's object types.</summary>
public enum ObjectType : byte
{
    String = 0,
    List = 1,
    Set = 2,
    SortedSet = 3,
    Hash = 4,
    Stream = 6,
}

/// <summary>How a value is represented, as OBJECT ENCODING tells it.</summary>
public enum ObjectEncoding : byte
{
    /// <summary>"int": a string that is the canonical decimal form of a 64-bit integer, kept as that integer.</summary>
    Int = 0,

    /// <summary>"embstr": a string of at most 44 bytes that was never changed in place.</summary>
    Embedded = 1,

    /// <summary>"raw": any other string.</summary>
    Raw = 2,

    /// <summary>"listpack": a small list, hash, set or sorted set in one block of Redis's format.</summary>
    Listpack = 3,

    /// <summary>"listpackex": a small hash in which fields expire: triples of field, value and expiry.</summary>
    ListpackWithExpiry = 4,

    /// <summary>"intset": a small set of integers in one block of Redis's format.</summary>
    IntegerSet = 5,

    /// <summary>"hashtable": a set or hash of any size.</summary>
    HashTable = 6,

    /// <summary>"quicklist": a list of any size.</summary>
    Quicklist = 7,

    /// <summary>"skiplist": a sorted set of any size. (Ours is a B+tree; the name is the one that clients know.)</summary>
    SkipList = 8,

    /// <summary>"stream".</summary>
    Stream = 9,

    /// <summary>A hash table of which fields expire, as a snapshot tells it; to clients it is a <see cref="HashTable"/>, and no entry carries it.</summary>
    HashTableWithExpiry = 10,
}
