using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Options;

/// <summary>The classes of keyspace notifications. Bits and letters are Redis's.</summary>
[Flags]
public enum EventClasses : ushort
{
    None = 0,
    Keyspace = 1 << 0,
    Keyevent = 1 << 1,
    Generic = 1 << 2,
    String = 1 << 3,
    List = 1 << 4,
    Set = 1 << 5,
    Hash = 1 << 6,
    SortedSet = 1 << 7,
    Expired = 1 << 8,
    Evicted = 1 << 9,
    Stream = 1 << 10,
    /// <summary>Not part of A: a key that was looked for and not found.</summary>
    KeyMiss = 1 << 11,
    Module = 1 << 12,
    /// <summary>Not part of A: a key that was created.</summary>
    New = 1 << 13,
    All = Generic | String | List | Set | Hash | SortedSet | Expired | Evicted | Stream | Module,
}

/// <summary>The option notify-keyspace-events: letters for classes, A for most of them.</summary>
public sealed class KeyspaceEvents : IOptionValue<KeyspaceEvents>
{
    private const string Letters = "g$lshzxetdnKEm";
    private static readonly EventClasses[] ofLetter =
    [
        EventClasses.Generic, EventClasses.String, EventClasses.List, EventClasses.Set, EventClasses.Hash, EventClasses.SortedSet,
        EventClasses.Expired, EventClasses.Evicted, EventClasses.Stream, EventClasses.Module, EventClasses.New, EventClasses.Keyspace,
        EventClasses.Keyevent, EventClasses.KeyMiss,
    ];

    private KeyspaceEvents(EventClasses classes) => Classes = classes;

    public EventClasses Classes { get; }

    public static string? TryParse(ReadOnlySpan<string> words, KeyspaceEvents? old, OptionSource source, out KeyspaceEvents value)
    {
        value = old ?? new KeyspaceEvents(EventClasses.None);
        if (words.Length != 1)
            return OptionErrors.WrongCount;
        EventClasses classes = EventClasses.None;
        foreach (char letter in words[0])
        {
            int index = Letters.IndexOf(letter, StringComparison.Ordinal);
            if (letter == 'A')
                classes |= EventClasses.All;
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
        bool all = (Classes & EventClasses.All) == EventClasses.All;
        if (all)
            text.Append('A');
        for (int i = 0; i < Letters.Length; i++)
        {
            bool covered = all && (ofLetter[i] & EventClasses.All) != 0;
            if (!covered && (Classes & ofLetter[i]) != 0)
                text.Append(Letters[i]);
        }
        return text.ToString();
    }

    public IEnumerable<string> FileLines() => [ConfigWords.Quote(Format())];
}
