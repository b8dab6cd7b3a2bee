// Every option of a node. The options themselves are declared in the sections beside this file, one attributed
// property each, and the generator writes the other half of the class: that is why it is partial, and spread over
// a file for each section. Here is what works on any option by name: look-up, set, text.
using System;
using System.Collections.Generic;

namespace Hexad.Options;

/// <summary>The configuration of one node. Belongs to that node's thread.</summary>
public sealed partial class NodeOptions
{
    private static readonly Dictionary<string, OptionRow> byName = IndexNames();
    private readonly bool[] setBefore = new bool[OptionTable.Rows.Length];

    /// <summary>All rows, in the order of declaration.</summary>
    public static ReadOnlySpan<OptionRow> Rows => OptionTable.Rows;

    /// <summary>All names, aliases included, each with its row.</summary>
    public static IReadOnlyDictionary<string, OptionRow> Names => byName;

    /// <summary>Commands that the file has renamed, or removed where the new name is empty.</summary>
    public List<(string Name, string NewName)> RenamedCommands { get; } = [];

    /// <summary>The words of each user line behind "user".</summary>
    public List<string[]> Users { get; } = [];

    /// <summary>The absolute path of the file that was loaded, null without one: CONFIG REWRITE writes there.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>The row of a name or an alias in any case.</summary>
    public static OptionRow? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Sets an option from the words of a line of a file.</summary>
    /// <returns>Null on success; else the reason, and nothing has changed.</returns>
    public string? SetFromFile(OptionRow row, ReadOnlySpan<string> words)
    {
        bool multi = row.Is(OptionTraits.MultiWord);
        if (!multi && words.Length != 1)
            return OptionErrors.WrongCount;
        OptionSource source = setBefore[(int)row.Id] ? OptionSource.FileAgain : OptionSource.FileFirst;
        string[]? apart = multi && words.Length == 1 && words[0].Length > 0 ? ConfigWords.Split(words[0]) : null;
        string? error = SetField(row, apart ?? words, source);
        if (error is null)
            setBefore[(int)row.Id] = true;
        return error;
    }

    /// <summary>Sets an option from the one text of a CONFIG SET.</summary>
    /// <inheritdoc cref="SetFromFile"/>
    public string? Set(OptionRow row, string text)
    {
        // A file that asks for these is loaded with a warning; a client is told that it will not happen.
        if (row.Pending is not null && row.Kind == OptionKind.Bool && text.Equals("yes", StringComparison.OrdinalIgnoreCase))
        {
            if (row.Id == OptionId.AppendOnly)
                return OptionErrors.NoAppendOnly;
        }
        if (!row.Is(OptionTraits.MultiWord))
            return SetField(row, [text], OptionSource.Client);
        // As Redis: an empty text is no words at all, which clears what can be empty; each blank begins a word.
        return SetField(row, text.Length == 0 ? [] : text.Split(' '), OptionSource.Client);
    }

    /// <summary>The lines, without the name, that a file needs to hold for this value; none where nothing need be said.</summary>
    public IEnumerable<string> FileLines(OptionRow row)
    {
        if (row.Kind == OptionKind.Words)
            return WordLines(row);
        string text = GetText(row);
        if (row.Kind == OptionKind.Text)
            return row.Is(OptionTraits.EmptyIsNull) && text.Length == 0 ? [] : [ConfigWords.Quote(text)];
        if (row.Unit is OptionUnit.Memory or OptionUnit.MemoryOrPercent && ulong.TryParse(text, out ulong bytes))
            return [MemoryText.Of(bytes)];
        return [text];
    }

    /// <summary>Whether the option is as it would be without any file.</summary>
    public bool IsDefault(OptionRow row) => GetText(row) == row.DefaultText;

    private static Dictionary<string, OptionRow> IndexNames()
    {
        Dictionary<string, OptionRow> index = new(StringComparer.OrdinalIgnoreCase);
        foreach (OptionRow row in OptionTable.Rows)
        {
            index.Add(row.Name, row);
            if (row.Alias is not null)
                index.Add(row.Alias, row);
        }
        return index;
    }
}
