// What an option of several words has to offer. The values are immutable: a change replaces the whole.
using System;
using System.Collections.Generic;

namespace Hexad.Options;

/// <summary>Where a setting comes from; some options add up in a file and replace in a CONFIG SET.</summary>
public enum OptionSource : byte
{
    /// <summary>A file or the command line, where the option has not been set before.</summary>
    FileFirst,
    /// <summary>A file or the command line, where an earlier line has set the option.</summary>
    FileAgain,
    Client,
}

/// <summary>A value of several words.</summary>
public interface IOptionValue<TSelf>
    where TSelf : class, IOptionValue<TSelf>
{
    /// <summary>Reads the words; <paramref name="old"/> is what the option holds so far.</summary>
    /// <returns>Null on success, else the reason.</returns>
    static abstract string? TryParse(ReadOnlySpan<string> words, TSelf? old, OptionSource source, out TSelf value);

    /// <summary>The text of CONFIG GET.</summary>
    string Format();

    /// <summary>The lines that a file needs to say the same, without the option's name.</summary>
    IEnumerable<string> FileLines();
}
