// Puts values that come from a file, a payload or another node into the keyspace.
//
//   part ─▶ Load ─▶ key        a value of any size comes in parts; the first makes the key, each further one adds to it
//
// A part is a string, a packed block that has been checked already, or items as ElementBuffer has them. What cannot be
// seen in one part is checked here: that no member comes twice.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A value, or a part of one.</summary>
public readonly ref struct ValuePart(ObjectType type, ObjectEncoding encoding, ReadOnlySpan<byte> bytes, bool isFirst, bool isLast, long itemCount)
{
    /// <summary>What kind of value it is.</summary>
    public ObjectType Type => type;

    /// <summary>How <see cref="Bytes"/> are to be read: a string whatever it says, a packed block, or items.</summary>
    public ObjectEncoding Encoding => encoding;

    /// <summary>Whether the value begins here.</summary>
    public bool IsFirst => isFirst;

    /// <summary>Whether the value ends here.</summary>
    public bool IsLast => isLast;

    /// <summary>How many items all parts have by the word of whoever sent them: a hint.</summary>
    public long ItemCount => itemCount;

    /// <summary>The part.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>What loading a part came to.</summary>
public enum LoadOutcome
{
    /// <summary>The key holds it.</summary>
    Loaded,

    /// <summary>A member comes twice, or what is there makes no value: the key is half loaded and the caller's to delete.</summary>
    Inconsistent,

    /// <summary>No command knows values of this type.</summary>
    UnknownType,
}

/// <summary>Loads values of every type.</summary>
public static class ValueLoading
{
    /// <summary>
    /// Loads a part under <paramref name="key"/>, which must not be there when it is the first and must be when it is
    /// not. The lifetime counts with the first part. When the outcome is bad, what was loaded before stays the caller's to delete.
    /// </summary>
    public static LoadOutcome Load(CommandServices services, Database db, ReadOnlySpan<byte> key, Lifetime lifetime, in ValuePart part)
    {
        if (part.Type == ObjectType.String)
        {
            db.SetString(key, part.Bytes, lifetime);
            return LoadOutcome.Loaded;
        }

        if (!Knows(part.Type)) return LoadOutcome.UnknownType;
        LoadOutcome outcome;
        if (part.IsFirst)
        {
            CollectionEdit build = db.Build(part.Type);
            outcome = Add(services, ref build, part);
            if (outcome == LoadOutcome.Loaded) build.Store(key, lifetime);
            else build.Discard();
            return outcome;
        }

        EntryRef entry = db.PeekRaw(key);
        CollectionEdit edit = db.Edit(ref entry);
        outcome = Add(services, ref edit, part);
        edit.Commit(ref entry);
        return outcome;
    }

    /// <summary>Whether values of this type, which is not the string, can be loaded.</summary>
    public static bool Knows(ObjectType type) => type is ObjectType.List or ObjectType.Set or ObjectType.Hash or ObjectType.SortedSet or ObjectType.Stream;

    /// <summary>Adds a part to a value that is being built or changed.</summary>
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part) => part.Type switch
    {
        ObjectType.List => ListLoading.Add(services, ref edit, part),
        ObjectType.Set => SetLoading.Add(services, ref edit, part),
        ObjectType.Hash => HashLoading.Add(services, ref edit, part),
        ObjectType.SortedSet => SortedSetEdit.Load(services, ref edit, part),
        ObjectType.Stream => StreamLoading.Add(services, ref edit, part),
        _ => LoadOutcome.UnknownType,
    };
}
