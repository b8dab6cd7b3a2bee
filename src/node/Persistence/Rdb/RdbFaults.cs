using Hexad.Structures;

namespace Hexad.Persistence.Rdb;

/// <summary>What is said of a value that means nothing, in the words that operators of Redis look for in a log.</summary>
internal static class RdbFaults
{
    /// <summary>A pack of a stream that is none, or whose entries do not fit together.</summary>
    public const string Stream = "Stream listpack integrity check failed.";

    /// <summary>Packs of a stream that do not ascend.</summary>
    public const string StreamOrder = "Stream listpacks are not in the order of their ids.";

    /// <summary>A stream whose packs hold more or fewer entries than it says.</summary>
    public const string StreamLength = "Stream length does not match the entries of its listpacks.";

    /// <summary>A node of a list that is no kind of node, or holds nothing.</summary>
    public const string Node = "Quicklist node integrity check failed.";

    /// <summary>What is wrong with the one block of a value.</summary>
    public static string Of(byte code, System.ReadOnlySpan<byte> block) => code switch
    {
        RdbType.SetIntegerSet => "Intset integrity check failed.",
        RdbType.SetListpack => Packed("Set", block, stride: 1),
        RdbType.HashListpack => Packed("Hash", block, stride: 2),
        RdbType.HashListpackWithExpiry or RdbType.HashListpackWithExpiryPreRelease => "Hash listpackex integrity check failed.",
        RdbType.SortedSetListpack => "Zset listpack integrity check failed.",
        RdbType.HashZipmap => "Zipmap integrity check failed.",
        RdbType.HashZiplist => "Hash ziplist integrity check failed.",
        RdbType.SortedSetZiplist => "Zset ziplist integrity check failed.",
        RdbType.ListZiplist => "List ziplist integrity check failed.",
        RdbType.ListQuicklist => "Quicklist ziplist integrity check failed.",
        _ => "Quicklist listpack integrity check failed.",
    };

    // What is whole and was refused all the same has an element twice.
    private static string Packed(string type, System.ReadOnlySpan<byte> block, int stride) =>
        Listpack.Validate(block, out int count) && count % stride == 0 ? $"{type} listpack with dup elements" : $"{type} listpack integrity check failed.";
}
