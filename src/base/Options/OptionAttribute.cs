// How an option is declared: one attribute on one partial property of NodeOptions. Everything else about it is
// generated from there or driven by the row that is: reading it from a file, the command line and CONFIG SET, its
// text for CONFIG GET, range checks and their messages, CONFIG REWRITE, the sample configuration.
//
//   [Option("cluster-node-timeout", 15_000L, Live = true, Min = 0, Help = "…")]
//   public partial long ClusterNodeTimeoutMs { get; set; }
//
// The kind follows from the property's type: bool (yes or no), int, uint, long and ulong (numbers), string (text),
// an enum (its members' words), or a type of its own that implements IOptionValue (several words).
using System;

namespace Hexad.Options;

/// <summary>Declares one option.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute : Attribute
{
    /// <param name="name">As files and CONFIG SET write it.</param>
    /// <param name="defaultValue">A value of the property's type; for several words: their text.</param>
    public OptionAttribute(string name, object? defaultValue)
    {
        Name = name;
        DefaultValue = defaultValue;
    }

    public string Name { get; }

    public object? DefaultValue { get; }

    /// <summary>The older name under which it is known too.</summary>
    public string? Alias { get; set; }

    /// <summary>Can be changed while the server runs.</summary>
    public bool Live { get; set; }

    /// <summary>The least number allowed.</summary>
    public long Min { get; set; }

    /// <summary>The greatest number allowed; the type's own greatest unless given.</summary>
    public long Max { get; set; }

    public OptionUnit Unit { get; set; }

    /// <summary>Not shown to clients: the value in logs, slow log and MONITOR.</summary>
    public bool Sensitive { get; set; }

    /// <summary>CONFIG GET shows it only when asked by its exact name.</summary>
    public bool Hidden { get; set; }

    /// <summary>CONFIG SET needs enable-protected-configs.</summary>
    public bool Protected { get; set; }

    /// <summary>CONFIG SET is refused while data is loaded.</summary>
    public bool DenyLoading { get; set; }

    /// <summary>Setting it again to what it is applies it again (certificates that were renewed in place).</summary>
    public bool Volatile { get; set; }

    /// <summary>What else must hold for a text.</summary>
    public OptionCheck Check { get; set; }

    /// <summary>The feature behind it is not there yet: accepted, with one warning that names this.</summary>
    public string? Pending { get; set; }

    /// <summary>What it does, for the sample configuration: whole sentences.</summary>
    public string? Help { get; set; }

    /// <summary>The line that the sample shows, where that is not the default.</summary>
    public string? Sample { get; set; }
}

/// <summary>A word of an option's enum, where it is not the member's name in lower case with hyphens. The first is shown.</summary>
[AttributeUsage(AttributeTargets.Field, AllowMultiple = true)]
public sealed class OptionWordAttribute : Attribute
{
    public OptionWordAttribute(string word) => Word = word;

    public string Word { get; }
}

/// <summary>How a number is written.</summary>
public enum OptionUnit : byte
{
    /// <summary>As a decimal number.</summary>
    Plain,
    /// <summary>Bytes, with a unit: 1gb, 64mb, 10k.</summary>
    Memory,
    /// <summary>Bytes or a share, 5%, kept as the negative share.</summary>
    MemoryOrPercent,
    /// <summary>Base eight, as file modes are.</summary>
    Octal,
}

/// <summary>Conditions on a text.</summary>
public enum OptionCheck : byte
{
    None,
    DumpFileName,
    AppendFileName,
    AppendDirName,
    HostName,
    NodeName,
    ProcessTitle,
    Locale,
}
