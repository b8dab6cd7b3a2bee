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
}
