using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// One numbered database: keys, their values and their expiries.
///
/// Key and value bytes that are passed in must not be part of this keyspace's own memory (spans of an
/// <see cref="EntryRef"/>), except where a method says so: a write may move or free those.
/// Keys and strings are at most 512 MB; the caller has checked that (proto-max-bulk-len).
/// </summary>
public sealed class Database
{
    /// <summary>How much room <see cref="EntryRef.GetString"/> needs for an integer's digits.</summary>
    public const int ScratchBytes = 24;

    internal Database() => throw new NotImplementedException();

    /// <summary>The number by which SELECT knows it. SWAPDB exchanges contents, not numbers.</summary>
    public int Index => throw new NotImplementedException();

    /// <summary>How many keys there are, expired ones that nobody removed yet included (DBSIZE).</summary>
    public long KeyCount => throw new NotImplementedException();

    /// <summary>How many of them have an expiry.</summary>
    public long VolatileCount => throw new NotImplementedException();

    /// <summary>A guess at the mean time that the keys with an expiry have left, in ms; 0 without any (INFO <c>avg_ttl</c>).</summary>
    public long AverageTtlMs => throw new NotImplementedException();

    // ---- Finding ----

    /// <summary>Starts fetching into the cache what <see cref="Find"/> of this key will touch first. The result goes to <see cref="PrefetchEntry"/>.</summary>
    public KeyHash Prefetch(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>Second step of <see cref="Prefetch"/>, to be called when a few other keys have been prefetched in between.</summary>
    public void PrefetchEntry(KeyHash hash) => throw new NotImplementedException();

    /// <summary>Finds a key to read its value. Marks it as used. An expired key is treated as <see cref="Databases.Expired"/> says.</summary>
    public EntryRef Find(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>Finds a key to change it. As <see cref="Find"/>; the two differ for the engine's counters only.</summary>
    public EntryRef FindForWrite(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>Finds a key without marking it as used (TTL, TYPE, OBJECT, EXISTS, …). An expired key is treated as in <see cref="Find"/>.</summary>
    public EntryRef Peek(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>Finds a key even if it is expired, and changes nothing at all (DEBUG, tests, checks of WATCH).</summary>
    public EntryRef PeekRaw(ReadOnlySpan<byte> key) => throw new NotImplementedException();

    /// <summary>Whether the entry is past its expiry at <see cref="Databases.Now"/>.</summary>
    public bool IsExpired(EntryRef entry) => throw new NotImplementedException();

    // ---- Storing strings ----

    /// <summary>Stores a string under a key, whatever was there before, of any type (expired or not).</summary>
    public EntryRef SetString(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Lifetime lifetime = default, StringForm form = StringForm.Shortest) =>
        throw new NotImplementedException();

    /// <summary>Stores an integer as a string under a key, whatever was there before.</summary>
    public EntryRef SetLong(ReadOnlySpan<byte> key, long value, Lifetime lifetime = default) => throw new NotImplementedException();

    /// <summary>Replaces the value of a key that was found, of any type, by a string; saves the second look-up.</summary>
    public void Overwrite(ref EntryRef entry, ReadOnlySpan<byte> value, Lifetime lifetime, StringForm form = StringForm.Shortest) =>
        throw new NotImplementedException();

    /// <summary>Replaces the value of a key that was found by an integer (INCR: with <see cref="Lifetime.Keep"/>).</summary>
    public void Overwrite(ref EntryRef entry, long value, Lifetime lifetime) => throw new NotImplementedException();

    /// <summary>Adds bytes at the end of a string, in place where there is room; it is "raw" afterwards.</summary>
    public void Append(ref EntryRef entry, ReadOnlySpan<byte> tail) => throw new NotImplementedException();

    /// <summary>Writes bytes over a string from <paramref name="offset"/> on; a gap is filled with zeros; it is "raw" afterwards.</summary>
    public void SetRange(ref EntryRef entry, int offset, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>
    /// The bytes of a string to write into (SETBIT, BITFIELD, SETRANGE), at least <paramref name="length"/> of them:
    /// a shorter string is filled up with zeros. It is "raw" afterwards. The span lives as long as the entry's handle.
    /// </summary>
    public Span<byte> Writable(ref EntryRef entry, int length) => throw new NotImplementedException();

    // ---- Removing, moving ----

    /// <summary>Removes a key; false when there is none, or it was expired (it is then removed as expired).</summary>
    public bool Delete(ReadOnlySpan<byte> key, FreeMode mode = FreeMode.Now) => throw new NotImplementedException();

    /// <summary>Removes a key that was found. The handle is dead afterwards.</summary>
    public void Delete(EntryRef entry, FreeMode mode = FreeMode.Now) => throw new NotImplementedException();

    /// <summary>
    /// Gives a key that was found a new name, in this or another database, with value and expiry; a key that has that
    /// name already is removed. The same name in the same database changes nothing.
    /// </summary>
    public EntryRef Move(EntryRef entry, Database target, ReadOnlySpan<byte> newKey, FreeMode mode = FreeMode.Now) => throw new NotImplementedException();

    /// <summary>Copies value and expiry of a key to another name, in this or another database; a key that has that name is removed.</summary>
    public EntryRef Copy(EntryRef entry, Database target, ReadOnlySpan<byte> newKey) => throw new NotImplementedException();

    /// <summary>Removes all keys. With <see cref="FreeMode.Later"/> this takes constant time, and so it does while a walk runs.</summary>
    public void Flush(FreeMode mode) => throw new NotImplementedException();

    // ---- Expiry and access ----

    /// <summary>Sets or changes when the key expires.</summary>
    public void SetExpiry(ref EntryRef entry, UnixMs expiry) => throw new NotImplementedException();

    /// <summary>Takes the expiry away; false when there was none.</summary>
    public bool Persist(ref EntryRef entry) => throw new NotImplementedException();

    /// <summary>Seconds since the key was used (OBJECT IDLETIME); meaningful when the policy is not LFU.</summary>
    public long IdleSeconds(EntryRef entry) => throw new NotImplementedException();

    /// <summary>The decayed logarithmic counter of use, 0 to 255 (OBJECT FREQ); meaningful when the policy is LFU.</summary>
    public int Frequency(EntryRef entry) => throw new NotImplementedException();

    /// <summary>Makes the key as idle as this (RESTORE IDLETIME, loading).</summary>
    public void SetIdleSeconds(EntryRef entry, long idleSeconds) => throw new NotImplementedException();

    /// <summary>Sets the counter of use, 0 to 255 (RESTORE FREQ, loading).</summary>
    public void SetFrequency(EntryRef entry, int frequency) => throw new NotImplementedException();

    /// <summary>Bytes that key, value and their share of the tables take (MEMORY USAGE).</summary>
    public long MemoryUsage(EntryRef entry) => throw new NotImplementedException();

    // ---- Walking over keys ----

    /// <summary>A key chosen with equal chance for each (RANDOMKEY), not an expired one unless all that were tried are.</summary>
    public EntryRef Random() => throw new NotImplementedException();

    /// <summary>
    /// One step of SCAN: adds the keys of the next few places to <paramref name="keys"/> (often none) and returns the
    /// next cursor, 0 at the end. A key that is there from the first to the last step is told at least once, whatever
    /// else happens in between. Expired keys are told too: the caller looks each up again anyway.
    /// </summary>
    public ulong Scan(ulong cursor, KeyBuffer keys) => throw new NotImplementedException();

    /// <summary>In cluster mode one step of SCAN within one slot; otherwise as <see cref="Scan(ulong, KeyBuffer)"/>.</summary>
    public ulong Scan(ulong cursor, SlotIndex slot, KeyBuffer keys) => throw new NotImplementedException();

    /// <summary>Visits every entry once, expired ones included (KEYS, DEBUG DIGEST). The visitor must not change the keyspace.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor) where TVisitor : IEntryVisitor, allows ref struct => throw new NotImplementedException();

    // ---- Slots (cluster mode) ----

    /// <summary>How many keys a slot has (CLUSTER COUNTKEYSINSLOT); constant time.</summary>
    public long CountInSlot(SlotIndex slot) => throw new NotImplementedException();

    /// <summary>Adds up to <paramref name="limit"/> keys of a slot to <paramref name="keys"/> (CLUSTER GETKEYSINSLOT).</summary>
    public void KeysInSlot(SlotIndex slot, int limit, KeyBuffer keys) => throw new NotImplementedException();

    /// <summary>Removes all keys of a slot, telling nobody (a slot that was lost).</summary>
    public void FlushSlot(SlotIndex slot, FreeMode mode) => throw new NotImplementedException();

    /// <summary>Makes room for so many keys before loading them (RDB's RESIZEDB); a hint.</summary>
    public void Reserve(long keys) => throw new NotImplementedException();
}

/// <summary>A key's place in the tables, as <see cref="Database.Prefetch"/> found it.</summary>
public readonly record struct KeyHash
{
    internal KeyHash(ulong hash, int slot) => (Hash, Slot) = (hash, slot);
    internal ulong Hash { get; }
    internal int Slot { get; }
}
