// One key specification of a row, as data: what KeyAttribute declares.
namespace Hexad.Commands;

/// <summary>Where the search for keys begins.</summary>
public enum KeyBegin : byte
{
    Index, Keyword, Unknown,
}

/// <summary>How keys are found from there.</summary>
public enum KeyFind : byte
{
    Range, KeyNum, Unknown,
}

/// <summary>See <see cref="KeyAttribute"/> for the meaning of each number.</summary>
public sealed class KeySpec
{
    public KeyFlags Flags { get; init; }

    public KeyBegin Begin { get; init; }

    public int Index { get; init; }

    public string Keyword { get; init; } = "";

    public int StartFrom { get; init; }

    public KeyFind Find { get; init; }

    public int Last { get; init; }

    public int Step { get; init; } = 1;

    public int Limit { get; init; }

    public int KeyNum { get; init; }

    public int FirstKey { get; init; }

    public string? Notes { get; init; }
}
