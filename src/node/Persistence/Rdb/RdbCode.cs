using System;

namespace Hexad.Persistence.Rdb;

/// <summary>What the first byte of an item of an RDB file may be when it is not the type of a key's value.</summary>
internal static class RdbOpcode
{
    /// <summary>Slots that are being imported (Valkey 9).</summary>
    public const byte SlotImport = 243;
    /// <summary>A slot and how many keys, and keys with an expiry, follow for it: a hint.</summary>
    public const byte SlotInfo = 244;
    /// <summary>The source of a function library.</summary>
    public const byte Function2 = 245;
    /// <summary>A function library as release candidates of Redis 7.0 wrote it.</summary>
    public const byte FunctionPreRelease = 246;
    /// <summary>Data of a module that belongs to no key.</summary>
    public const byte ModuleAux = 247;
    /// <summary>Seconds for which the key that follows was idle.</summary>
    public const byte Idle = 248;
    /// <summary>The counter of use of the key that follows.</summary>
    public const byte Frequency = 249;
    /// <summary>A name and a value about the file as a whole.</summary>
    public const byte Aux = 250;
    /// <summary>How many keys, and keys with an expiry, the database has: a hint.</summary>
    public const byte ResizeDb = 251;
    /// <summary>When the key that follows expires, in milliseconds, 8 bytes.</summary>
    public const byte ExpireMs = 252;
    /// <summary>When the key that follows expires, in seconds, 4 bytes.</summary>
    public const byte ExpireSeconds = 253;
    /// <summary>The database of the keys that follow.</summary>
    public const byte SelectDb = 254;
    /// <summary>The end; 8 bytes of checksum follow from version 5 on.</summary>
    public const byte End = 255;
}

/// <summary>Who wrote a file: from some numbers on the two give them different meanings.</summary>
public enum RdbFlavour
{
    /// <summary>Magic <c>REDIS</c> and four digits.</summary>
    Redis,

    /// <summary>Magic <c>VALKEY</c> and three digits, from 080 on.</summary>
    Valkey,
}

/// <summary>The types of values as RDB numbers them.</summary>
internal static class RdbType
{
    public const byte String = 0;
    public const byte List = 1;
    public const byte Set = 2;

    /// <summary>Scores as text.</summary>
    public const byte SortedSet = 3;
    public const byte Hash = 4;

    /// <summary>Scores as doubles.</summary>
    public const byte SortedSet2 = 5;
    public const byte HashZipmap = 9;
    public const byte ListZiplist = 10;
    public const byte SetIntegerSet = 11;
    public const byte SortedSetZiplist = 12;
    public const byte HashZiplist = 13;

    /// <summary>Nodes that are ziplists.</summary>
    public const byte ListQuicklist = 14;
    public const byte StreamListpacks = 15;
    public const byte HashListpack = 16;
    public const byte SortedSetListpack = 17;

    /// <summary>Nodes that are listpacks, or elements on their own.</summary>
    public const byte ListQuicklist2 = 18;
    public const byte StreamListpacks2 = 19;
    public const byte SetListpack = 20;
    public const byte StreamListpacks3 = 21;
    private const byte FlavoursPart = 22;

    /// <summary>Redis only, as release candidates of 7.4 wrote it: field, value and expiry in whole.</summary>
    public const byte HashWithExpiryPreRelease = 22;

    /// <summary>Redis only, as release candidates of 7.4 wrote it: the block of triples.</summary>
    public const byte HashListpackWithExpiryPreRelease = 23;

    /// <summary>Redis only: the first expiry, then expiry (as a distance from the first, one more; 0 for none), field and value.</summary>
    public const byte HashWithExpiry = 24;

    /// <summary>Redis only: the first expiry, then the block of triples.</summary>
    public const byte HashListpackWithExpiry = 25;

    /// <summary>What a value of this type is called in a message; null when there is no such type.</summary>
    public static string? NameOf(byte type, RdbFlavour flavour) => type switch
    {
        0 => "string",
        1 or 10 or 14 or 18 => "list",
        2 or 11 or 20 => "set",
        3 or 5 or 12 or 17 => "sorted set",
        4 or 9 or 13 or 16 => "hash",
        6 or 7 => "module value",
        15 or 19 or 21 => "stream",
        FlavoursPart when flavour == RdbFlavour.Valkey => "hash with expiring fields",
        >= FlavoursPart and <= 25 when flavour == RdbFlavour.Redis => "hash with expiring fields",
        _ => null,
    };
}

/// <summary>The limits of what we write and read.</summary>
public static class RdbVersion
{
    /// <summary>The version we write: the lowest that Redis 7.0 writes, and all that strings need.</summary>
    public const int Written = 10;

    /// <summary>The newest version of Redis that we read.</summary>
    public const int NewestRedis = 12;

    /// <summary>The oldest version of Valkey's own numbering, and the newest that we read.</summary>
    public const int OldestValkey = 80, NewestValkey = 80;

    /// <summary>The first version that ends in a checksum.</summary>
    internal const int FirstWithChecksum = 5;

    /// <summary>Whether a DUMP payload of this version can be read: up to Redis's newest, and Valkey's.</summary>
    public static bool IsReadable(int version) => version is >= 1 and <= NewestRedis or >= OldestValkey and <= NewestValkey;
}
