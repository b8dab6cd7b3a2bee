using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Options;

/// <summary>The classes of keyspace notifications; the letters are those of the option <c>notify-keyspace-events</c>.</summary>
[Flags]
public enum EventClass
{
    None = 0,
    /// <summary>K: published on __keyspace@db__ channels.</summary>
    Keyspace = 1 << 0,
    /// <summary>E: published on __keyevent@db__ channels.</summary>
    Keyevent = 1 << 1,
    /// <summary>g</summary>
    Generic = 1 << 2,
    /// <summary>$</summary>
    String = 1 << 3,
    /// <summary>l</summary>
    List = 1 << 4,
    /// <summary>s</summary>
    Set = 1 << 5,
    /// <summary>h</summary>
    Hash = 1 << 6,
    /// <summary>z</summary>
    SortedSet = 1 << 7,
    /// <summary>x</summary>
    Expired = 1 << 8,
    /// <summary>e</summary>
    Evicted = 1 << 9,
    /// <summary>t</summary>
    Stream = 1 << 10,
    /// <summary>m: not part of A.</summary>
    KeyMiss = 1 << 11,
    /// <summary>d</summary>
    Module = 1 << 12,
    /// <summary>n: not part of A.</summary>
    New = 1 << 13,
    /// <summary>A</summary>
    All = Generic | String | List | Set | Hash | SortedSet | Expired | Evicted | Stream | Module,
}

/// <summary>The option notify-keyspace-events: letters for classes, A for most of them.</summary>
public sealed class KeyspaceEvents : IOptionValue<KeyspaceEvents>
{
    private const string Letters = "g$lshzxetdnKEm";
    private static readonly EventClass[] ofLetter =
    [
        EventClass.Generic, EventClass.String, EventClass.List, EventClass.Set, EventClass.Hash, EventClass.SortedSet,
        EventClass.Expired, EventClass.Evicted, EventClass.Stream, EventClass.Module, EventClass.New, EventClass.Keyspace,
        EventClass.Keyevent, EventClass.KeyMiss,
    ];

    private KeyspaceEvents(EventClass classes) => Classes = classes;

    public EventClass Classes { get; }

    public static string? TryParse(ReadOnlySpan<string> words, KeyspaceEvents? old, OptionSource source, out KeyspaceEvents value)
    {
        value = old ?? new KeyspaceEvents(EventClass.None);
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        EventClass classes = EventClass.None;
        foreach (char letter in words[0])
        {
            int index = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (letter == 'A')
                classes |= EventClass.All;
            else if (index >= 0)
                classes |= ofLetter[index];
            else
                return OptionErrors.BadEventClass;
        }
        value = new KeyspaceEvents(classes);
        return null;
    }

    public string Format()
    {
        StringBuilder text = new();
        bool all = (Classes & EventClass.All) == EventClass.All;
        if (all)
            text.Append('A');
        for (int i = 0; i < Letters.Length; i++)
        {
            bool covered = all && (ofLetter[i] & EventClass.All) != 0;
            if (!covered && (Classes & ofLetter[i]) != 0)
                text.Append(Letters[i]);
        }
        return text.ToString();
    }

    public IEnumerable<string> FileLines() => [ConfigWords.Quote(Format())];
}
