// What is known of an option beside its value: one row, generated from its declaration.
using System;

namespace Hexad.Options;

/// <summary>The shape of an option's value.</summary>
public enum OptionKind : byte
{
    Bool, Number, Text, Word, Words,
}

[Flags]
public enum OptionTraits : ushort
{
    None = 0,
    Live = 1 << 0,
    Sensitive = 1 << 1,
    Hidden = 1 << 2,
    Protected = 1 << 3,
    DenyLoading = 1 << 4,
    Volatile = 1 << 5,
    /// <summary>Takes several words on a line.</summary>
    MultiWord = 1 << 6,
    /// <summary>An empty text means that there is none.</summary>
    EmptyIsNull = 1 << 7,
}

/// <summary>One option's row.</summary>
public sealed class OptionRow
{
    public OptionRow(OptionId id, string name, OptionKind kind, OptionTraits traits, string defaultText)
    {
        Id = id;
        Name = name;
        Kind = kind;
        Traits = traits;
        DefaultText = defaultText;
    }

    public OptionId Id { get; }

    public string Name { get; }

    public string? Alias { get; init; }

    public OptionKind Kind { get; }

    public OptionTraits Traits { get; }

    /// <summary>The default as CONFIG GET would show it.</summary>
    public string DefaultText { get; }

    public long Min { get; init; }

    public ulong Max { get; init; }

    public OptionUnit Unit { get; init; }

    public OptionCheck Check { get; init; }

    /// <summary>The words of an enum, in the order of the message that lists them.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>The value of each word.</summary>
    public long[] WordValues { get; init; } = [];

    public string? Pending { get; init; }

    /// <summary>What a log says when a pending option is set; null for others.</summary>
    public string? PendingWarning =>
        Pending is null ? null : "Option '" + Name + "' is accepted but has no effect yet: " + Pending + " not available in this version.";

    public string Section { get; init; } = "";

    public string? Help { get; init; }

    public string? Sample { get; init; }

    public bool Is(OptionTraits trait) => (Traits & trait) != 0;
}
