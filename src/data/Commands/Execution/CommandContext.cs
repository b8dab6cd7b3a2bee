// One call of one command: what the command's code gets to see.
//
// A command reads its arguments, works on the database, writes one reply, and says what it changed:
//
//   call.Changed(key)           the key's value changed: watchers and caches are told, the change counter moves
//   call.Notify(class, event, key)   a keyspace notification
//   call.Block(type, keys, timeout)  there is nothing to take yet: wait for it (KeyWait.cs)
//   call.Rewrite…, call.Emit…, call.PropagateNothing   when what it did is not to be repeated word by word elsewhere
//
// A write command that changed something and said nothing else is propagated as it came. See Propagation.cs.
using System;
using System.Runtime.CompilerServices;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>One call of one command.</summary>
public ref struct CommandContext
{
    /// <summary>The words of the call; word 0 is the command's name.</summary>
    public readonly Arguments Arguments;

    /// <summary>Where the reply goes.</summary>
    public readonly ReplyWriter Reply;

    /// <summary>What commands share: databases, options, chance, notifications.</summary>
    public readonly CommandServices Services;

    /// <summary>The database that the caller has selected.</summary>
    public readonly Database Db;

    /// <summary>The command.</summary>
    public readonly CommandRow Row;

    /// <summary>A call of this command.</summary>
    public CommandContext(CommandServices services, CommandRow row, in Arguments arguments, ReplyWriter reply, Database db)
    {
        Services = services;
        Row = row;
        Arguments = arguments.Copy();
        Reply = reply;
        Db = db;
    }

    /// <summary>How many words the call has, the name included.</summary>
    public readonly int Count => Arguments.Count;

    /// <summary>The word at <paramref name="index"/>.</summary>
    public readonly ReadOnlySpan<byte> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Arguments[index];
    }

    /// <summary>The wall-clock time of the call.</summary>
    public readonly UnixMs Now => Services.Databases.Now;

    /// <summary>Finds a key to read, counting a hit or a miss, and telling of the miss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly EntryRef Find(ReadOnlySpan<byte> key)
    {
        EntryRef entry = Db.Find(key, HashOf(key));
        if (entry.Found) Services.KeyspaceHits++;
        else Missed(key);
        return entry;
    }

    /// <summary>As <see cref="Find"/>, without marking the key as used.</summary>
    public readonly EntryRef Peek(ReadOnlySpan<byte> key)
    {
        EntryRef entry = Db.Peek(key, HashOf(key));
        if (entry.Found) Services.KeyspaceHits++;
        else Missed(key);
        return entry;
    }

    /// <summary>Finds a key to change; hits and misses are not counted.</summary>
    public readonly EntryRef FindForWrite(ReadOnlySpan<byte> key) => Db.Find(key, HashOf(key));

    /// <summary>The hash of a key, if it is the very word of the call whose hash has been computed; otherwise none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly KeyHash HashOf(ReadOnlySpan<byte> key)
    {
        KeyHash first = Services.FirstKey;
        return first.IsNone || key != Arguments[Row.FirstKey] ? default : first;
    }

    /// <summary>Whether an entry, if there is one, holds a value of this type; if it holds another, replies so.</summary>
    public readonly bool Holds(EntryRef entry, ObjectType type)
    {
        if (!entry.Found || entry.Type == type) return true;
        Reply.Error(ErrorReplies.WrongType);
        return false;
    }

    /// <summary>Says that the value or expiry of <paramref name="key"/> in the caller's database changed.</summary>
    public readonly void Changed(ReadOnlySpan<byte> key) => Changed(Db, key);

    /// <summary>Says that the value or expiry of <paramref name="key"/> in <paramref name="db"/> changed.</summary>
    public readonly void Changed(Database db, ReadOnlySpan<byte> key)
    {
        Services.Changes++;
        Services.KeyChanged(db, key);
    }

    /// <summary>Tells those who listen that <paramref name="what"/> (lower case) happened to a key of the caller's database.</summary>
    public readonly void Notify(EventClass eventClass, string what, ReadOnlySpan<byte> key) => Notify(eventClass, what, key, Db);

    /// <summary>Tells those who listen that <paramref name="what"/> happened to a key of <paramref name="db"/>.</summary>
    public readonly void Notify(EventClass eventClass, string what, ReadOnlySpan<byte> key, Database db)
    {
        if ((Services.NotifiedClasses & eventClass) != 0) Services.Notify(eventClass, what, key, db);
    }

    /// <summary>Tells those who listen that a key was not there before (class n).</summary>
    public readonly void Created(ReadOnlySpan<byte> key, Database db) => Notify(EventClass.New, "new", key, db);

    /// <summary>Whether the word at <paramref name="index"/> is <paramref name="word"/> (ASCII) in any case.</summary>
    public readonly bool Says(int index, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(Arguments[index], word);

    /// <summary>Reads the word at <paramref name="index"/> as an integer; if it is none, replies so and returns false.</summary>
    public readonly bool TryLong(int index, out long value)
    {
        if (NumberText.TryInt64(Arguments[index], out value)) return true;
        Reply.Error(ErrorReplies.NotAnInteger);
        return false;
    }

    /// <summary>As <see cref="TryLong(int, out long)"/>, with an error of the command's own.</summary>
    public readonly bool TryLong(int index, out long value, ReadOnlySpan<byte> error)
    {
        if (NumberText.TryInt64(Arguments[index], out value)) return true;
        Reply.Error(error);
        return false;
    }

    /// <summary>Whether a time is past in the eyes of a primary; a replica or a loading node never thinks so, it waits to be told.</summary>
    public readonly bool IsPast(UnixMs when) => when <= Now && Services.Databases.Expired == ExpiredKeys.Remove;

    /// <summary>Whether the caller may wait; if not, <see cref="Block"/> answers at once.</summary>
    public readonly bool MayBlock => Services.MayBlock;

    /// <summary>
    /// Lets the caller wait until one of <paramref name="keyCount"/> keys, the words from <paramref name="firstKey"/> on,
    /// holds a value of this type; then the whole call is run again. See <see cref="KeyWait"/>. When the time is up, or
    /// the caller may not wait, it gets a null array. Nothing may have been replied, and nothing may be after it.
    /// </summary>
    /// <param name="type">Which values serve.</param>
    /// <param name="firstKey">The index of the first key.</param>
    /// <param name="keyCount">How many keys there are, at least one.</param>
    /// <param name="timeoutMs">How long at most, in ms; 0: for ever.</param>
    /// <param name="alsoWithoutKey">Run the call again also when a key goes away or holds another type (XREADGROUP: its error).</param>
    /// <param name="againInMs">Run the call again after so many ms whatever happened.</param>
    public readonly void Block(ObjectType type, int firstKey, int keyCount, long timeoutMs, bool alsoWithoutKey = false, long againInMs = long.MaxValue)
    {
        if (MayBlock) Services.Block(this, new KeyWait(type, firstKey, keyCount, timeoutMs, alsoWithoutKey, againInMs));
        else Reply.NullArray();
    }

    /// <summary>Reads the word at <paramref name="index"/> as a time to wait in seconds, fractions allowed; if it is none, replies so and returns false.</summary>
    public readonly bool TryTimeoutSeconds(int index, out long timeoutMs)
    {
        timeoutMs = 0;
        if (!ExtendedFloat.TryParse(Arguments[index], out ExtendedFloat seconds))
        {
            Reply.Error(ErrorReplies.TimeoutNotAFloat);
            return false;
        }

        if (seconds.TryThousandfoldCeiling(out timeoutMs)) return IsTimeout(timeoutMs);
        Reply.Error(Arguments[index][0] == (byte)'-' ? ErrorReplies.TimeoutNegative : ErrorReplies.TimeoutOutOfRange);
        return false;
    }

    /// <summary>Reads the word at <paramref name="index"/> as a time to wait in whole milliseconds; if it is none, replies so and returns false.</summary>
    public readonly bool TryTimeoutMs(int index, out long timeoutMs) =>
        TryLong(index, out timeoutMs, ErrorReplies.TimeoutNotAnInteger) && IsTimeout(timeoutMs);

    /// <summary>What the command wants repeated elsewhere, when it is not the call itself.</summary>
    public readonly Propagation Propagation => Services.Propagation;

    private readonly bool IsTimeout(long timeoutMs)
    {
        bool negative = timeoutMs < 0;
        if (!negative && timeoutMs <= long.MaxValue - Now.Value) return true;
        Reply.Error(negative ? ErrorReplies.TimeoutNegative : ErrorReplies.TimeoutOutOfRange);
        return false;
    }

    private readonly void Missed(ReadOnlySpan<byte> key)
    {
        Services.KeyspaceMisses++;
        Notify(EventClass.KeyMiss, "keymiss", key);
    }
}
