// One argument of a command as COMMAND DOCS describes it: a leaf, a choice or a block of further arguments.
// Compiled into the generator too, which checks at build time what is parsed again when COMMAND DOCS is asked.
using System;

namespace Hexad.Commands;

/// <summary>The kinds of COMMAND DOCS, in no particular order of the wire (they go out by name).</summary>
public enum ArgumentType : byte
{
    String, Integer, Double, Key, Pattern, UnixTime, PureToken, OneOf, Block,
}

[Flags]
public enum ArgumentFlags : byte
{
    None = 0,
    Optional = 1 << 0,
    Multiple = 1 << 1,
    /// <summary>With <see cref="Multiple"/>: the token stands before each repetition.</summary>
    MultipleToken = 1 << 2,
}

/// <summary>An argument: name, kind, token before it, and its parts.</summary>
public sealed class CommandArgument
{
    public CommandArgument(string name, ArgumentType type)
    {
        Name = name;
        Type = type;
    }

    public string Name { get; }

    public ArgumentType Type { get; }

    /// <summary>The word that stands before it, or that it is (<see cref="ArgumentType.PureToken"/>).</summary>
    public string? Token { get; set; }

    /// <summary>What people are shown in place of the name, if something else.</summary>
    public string? Display { get; set; }

    /// <summary>Which key specification finds it; -1: none.</summary>
    public int KeySpecIndex { get; set; } = -1;

    public string? Since { get; set; }

    public string? DeprecatedSince { get; set; }

    public ArgumentFlags Flags { get; set; }

    /// <summary>The alternatives of a choice or the parts of a block, else empty.</summary>
    public CommandArgument[] Parts { get; set; } = Array.Empty<CommandArgument>();

    /// <summary>The fewest words of a call that this argument takes.</summary>
    public int FewestWords()
    {
        if ((Flags & ArgumentFlags.Optional) != 0)
            return 0;
        return FewestWordsWhenGiven();
    }

    /// <summary>Whether every call spends the same number of words on it.</summary>
    public bool HasFixedLength()
    {
        if (Flags != ArgumentFlags.None)
            return false;
        foreach (CommandArgument part in Parts)
        {
            if (!part.HasFixedLength() || (Type == ArgumentType.OneOf && part.FewestWords() != Parts[0].FewestWords()))
                return false;
        }
        return true;
    }

    private int FewestWordsWhenGiven()
    {
        int token = Token != null && Type != ArgumentType.PureToken ? 1 : 0;
        if (Type == ArgumentType.Block)
        {
            int sum = token;
            foreach (CommandArgument part in Parts)
                sum += part.FewestWords();
            return sum;
        }
        if (Type != ArgumentType.OneOf)
            return token + 1;
        int least = int.MaxValue;
        foreach (CommandArgument part in Parts)
            least = Math.Min(least, part.FewestWords());
        return token + least;
    }
}
