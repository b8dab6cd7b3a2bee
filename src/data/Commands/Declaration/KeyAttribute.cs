// Where the keys of a command stand in a call: one attribute for each key specification.
//
// A specification has two halves. Where to begin: at a fixed index, or after a keyword. Which words from there are
// keys: a range (up to the last, by steps, cut off by a limit) or as many as a number in the call says.
using System;

namespace Hexad.Commands;

/// <summary>One key specification, in the order in which COMMAND INFO lists them.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class KeyAttribute : Attribute
{
    /// <summary>The keys begin at a fixed word; the command's name is word 0, a sub-command's name word 1.</summary>
    public KeyAttribute(int index, KeyFlags flags)
    {
        Index = index;
        Flags = flags;
    }

    /// <summary>The keys begin behind a keyword. Where its search starts: <see cref="StartFrom"/>.</summary>
    public KeyAttribute(string keyword, KeyFlags flags)
    {
        Keyword = keyword;
        Flags = flags;
    }

    /// <summary>There are keys but where cannot be said (SORT's BY and GET patterns).</summary>
    public KeyAttribute(KeyFlags flags)
    {
        Unknown = true;
        Flags = flags;
    }

    public int Index { get; }

    public string? Keyword { get; }

    public bool Unknown { get; }

    public KeyFlags Flags { get; }

    /// <summary>The word from which the keyword is searched; negative: from that many words before the end, backwards.</summary>
    public int StartFrom { get; set; }

    /// <summary>The last key of the range, relative to the first; negative: counted from the end of the call.</summary>
    public int Last { get; set; }

    /// <summary>The distance from key to key.</summary>
    public int Step { get; set; } = 1;

    /// <summary>With <see cref="Last"/> -1: only the first part of what is left, 2 meaning a half. 0 and 1: all of it.</summary>
    public int Limit { get; set; }

    /// <summary>Where the number of keys stands, relative to the begin; below zero: the keys are a range.</summary>
    public int KeyNum { get; set; } = -1;

    /// <summary>With <see cref="KeyNum"/>: where the first key stands, relative to the begin.</summary>
    public int FirstKey { get; set; }

    /// <summary>A remark that COMMAND INFO shows.</summary>
    public string? Notes { get; set; }
}
