using System;
using System.Runtime.CompilerServices;
using Hexad.Core;
using Hexad.Memory;
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

    private const int SlotBits = 14;
    private const ulong SlotMask = (1 << SlotBits) - 1;

    private readonly Databases _all;
    private TableSet _set;

    internal Database(Databases all, int index)
    {
        _all = all;
        Index = index;
        _set = all.CreateSet();
    }

    /// <summary>The number by which SELECT knows it. SWAPDB exchanges contents, not numbers.</summary>
    public int Index { get; }

    /// <summary>How many keys there are, expired ones that nobody removed yet included (DBSIZE).</summary>
    public long KeyCount => _set.KeyCount;

    /// <summary>How many of them have an expiry.</summary>
    public long VolatileCount => _set.VolatileCount;

    /// <summary>A guess at the mean time that the keys with an expiry have left, in ms; 0 without any (INFO <c>avg_ttl</c>).</summary>
    public long AverageTtlMs
    {
        get
        {
            const int Samples = 16;
            if (_set.Expiries.Count == 0) return 0;
            long sumMs = 0;
            for (int i = 0; i < Samples; i++) sumMs += Math.Max(0, _set.Expiries.Sample(_all.Dice).ExpiryMs - _all.Now.Value) / Samples;
            return sumMs;
        }
    }

    // ---- Finding ----

    /// <summary>Starts fetching into the cache what <see cref="Find"/> of this key will touch first. The result goes to <see cref="PrefetchEntry"/>, and may go to <see cref="Find"/>.</summary>
    public KeyHash Prefetch(ReadOnlySpan<byte> key)
    {
        var hash = new KeyHash(_all.Tables.HashOf(key), ComputeSlot(key)); // The batch's other commands name other slots than the running one.
        _all.Tables.PrefetchBucket(_set.Table(hash.Slot), hash.Hash);
        return hash;
    }

    /// <summary>Second step of <see cref="Prefetch"/>, to be called when a few other keys have been prefetched in between.</summary>
    public void PrefetchEntry(KeyHash hash) => _all.Tables.PrefetchBlock(_set.Table(hash.Slot), hash.Hash);

    /// <summary>Finds a key to read or change its value. Marks it as used. An expired key is treated as <see cref="Databases.Expired"/> says. <paramref name="known"/> is its hash, where it has been computed.</summary>
    public EntryRef Find(ReadOnlySpan<byte> key, KeyHash known = default)
    {
        KeyHash hash = known.IsNone ? HashOf(key) : known;
        nint place = Look(key, hash.Slot, hash.Hash);
        if (place != 0 && !_all.NoTouch) _all.Clock.Touch(new Entry(NativeTable.BlockAt(place)));
        return new EntryRef(place, hash.Slot);
    }

    /// <summary>Finds a key without marking it as used (TTL, TYPE, OBJECT, EXISTS, …). An expired key is treated as in <see cref="Find"/>.</summary>
    public EntryRef Peek(ReadOnlySpan<byte> key, KeyHash known = default)
    {
        (ulong hash, int slot) = known.IsNone ? HashOf(key) : known;
        return new EntryRef(Look(key, slot, hash), slot);
    }

    /// <summary>Finds a key even if it is expired, and changes nothing at all (DEBUG, tests, checks of WATCH).</summary>
    public EntryRef PeekRaw(ReadOnlySpan<byte> key)
    {
        int slot = SlotOf(key);
        return new EntryRef(_all.Tables.Find(_set.Table(slot), _all.Tables.HashOf(key), key), slot);
    }

    /// <summary>Whether the entry is past its expiry at <see cref="Databases.Now"/>.</summary>
    public bool IsExpired(EntryRef entry) => IsExpired(entry.Entry);

    // ---- Storing strings ----

    /// <summary>Stores a string under a key, whatever was there before, of any type (expired or not). <paramref name="known"/> is the key's hash, where it has been computed.</summary>
    public EntryRef SetString(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Lifetime lifetime = default, StringForm form = StringForm.Shortest, KeyHash known = default) =>
        Store(key, StringPlan.Of(value, form), lifetime, known);

    /// <summary>Stores an integer as a string under a key, whatever was there before.</summary>
    public EntryRef SetLong(ReadOnlySpan<byte> key, long value, Lifetime lifetime = default) => Store(key, StringPlan.Of(value), lifetime);

    /// <summary>Replaces the value of a key that was found, of any type, by a string; saves the second look-up.</summary>
    public void Overwrite(ref EntryRef entry, ReadOnlySpan<byte> value, Lifetime lifetime, StringForm form = StringForm.Shortest) => Refill(ref entry, StringPlan.Of(value, form), lifetime);

    /// <summary>Replaces the value of a key that was found by an integer (INCR: with <see cref="Lifetime.Keep"/>).</summary>
    public void Overwrite(ref EntryRef entry, long value, Lifetime lifetime)
    {
        if (entry.IsString && entry.Encoding == ObjectEncoding.Int && lifetime.What == Lifetime.Kind.Keep)
        {
            _set.Preserve(entry.Slot, entry.Entry);
            Entry inPlace = entry.Entry;
            inPlace.Integer = value;
            inPlace.Epoch = _set.Table(entry.Slot).Epoch;
            return;
        }

        RefillLong(ref entry, value, lifetime);
    }

    /// <summary>Adds bytes at the end of a string, in place where there is room; it is "raw" afterwards.</summary>
    public void Append(ref EntryRef entry, ReadOnlySpan<byte> tail)
    {
        int length = entry.StringLength;
        tail.CopyTo(StringGrowth.Stretch(_all, this, ref entry, checked(length + tail.Length))[length..]);
    }

    /// <summary>Writes bytes over a string from <paramref name="offset"/> on; a gap is filled with zeros; it is "raw" afterwards.</summary>
    public void SetRange(ref EntryRef entry, int offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Writable(ref entry, checked(offset + bytes.Length), offset, bytes.Length)[offset..]);
    }

    /// <summary>
    /// The bytes of a string to write into (SETBIT, BITFIELD, SETRANGE), at least <paramref name="length"/> of them:
    /// a shorter string is filled up with zeros. It is "raw" afterwards. The span lives as long as the entry's handle.
    /// </summary>
    public Span<byte> Writable(ref EntryRef entry, int length) => Writable(ref entry, length, 0, int.MaxValue);

    /// <summary>As <see cref="Writable(ref EntryRef, int)"/>, but only so many bytes from <paramref name="from"/> on may be written: of a long string, a snapshot takes only those.</summary>
    public Span<byte> Writable(ref EntryRef entry, int length, int from, int count)
    {
        int before = entry.StringLength;
        Span<byte> bytes = StringGrowth.Stretch(_all, this, ref entry, Math.Max(length, before));
        _all.BeforeWriting(entry.Entry, from, count);
        bytes[before..].Clear();
        return bytes;
    }

    /// <summary>Bytes of a string that was made writable for none are about to be written.</summary>
    public void BeforeWriting(EntryRef entry, int from, int count) => _all.BeforeWriting(entry.Entry, from, count);

    // ---- Values of other types ----

    /// <summary>
    /// Begins to change a value that is not a string: a snapshot walk that has not told it yet takes it first. The
    /// command works on the edit's block or root and ends with <see cref="CollectionEdit.Commit"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CollectionEdit Edit(scoped ref EntryRef entry)
    {
        Invariant.That(!entry.IsString);
        _set.Preserve(entry.Slot, entry.Entry);
        return new CollectionEdit(_all, this, entry.Entry);
    }

    /// <summary>Begins to build a value of this type, which <see cref="CollectionEdit.Become(ObjectEncoding, nint)"/> names and <see cref="CollectionEdit.Store"/> puts under its key.</summary>
    public CollectionEdit Build(ObjectType type) => new(_all, this, type);

    /// <summary>Stores a packed value, whose block is the key's from now on, under a key that is not there.</summary>
    public EntryRef Create(ReadOnlySpan<byte> key, ObjectType type, ObjectEncoding encoding, Blob packed, Lifetime lifetime = default)
    {
        Invariant.That(encoding is > ObjectEncoding.Raw and < ObjectEncoding.HashTable);
        return Insert(key, type, encoding, lifetime, packed, 0);
    }

    /// <summary>Puts a value that was built (<see cref="CollectionEdit.End"/>) under a key that is not there.</summary>
    public EntryRef Store(ReadOnlySpan<byte> key, BuiltValue value, Lifetime lifetime = default) =>
        Insert(key, value.Type, value.Encoding, lifetime, value.Packed, value.Root);

    private EntryRef Insert(ReadOnlySpan<byte> key, ObjectType type, ObjectEncoding encoding, Lifetime lifetime, Blob packed, nint root)
    {
        (ulong hash, int slot) = HashOf(key);
        if (_all.Expired == ExpiredKeys.Hide) Clear(key, out slot, out hash);
        bool expires = lifetime.What == Lifetime.Kind.Until;
        Span<byte> room = stackalloc byte[Entry.LongestInlineBytes];
        int inlineLength = root != 0 ? -1 : InlineForm(type, encoding, packed.Bytes, room);
        Entry made = Entry.Create(_all.Memory, key, expires, outside: inlineLength < 0, Math.Max(0, inlineLength));
        made.SetKind(type, encoding);
        PutPacked(made, packed, room[..Math.Max(0, inlineLength)]);
        if (root != 0) made.Root = root;
        made.Access = _all.Clock.Fresh;
        if (expires) made.ExpiryMs = lifetime.At.Value;
        return new EntryRef(_set.Insert(slot, hash, made), slot);
    }

    internal void Commit(ref EntryRef entry, in CollectionEdit edit)
    {
        // Most changes of a large collection leave its root where it was: the entry needs no new shape.
        Entry target = entry.Entry;
        if (edit.Root != 0 && edit.Encoding == target.Encoding && edit.Root == target.Root) edit.HeaderOfRoot.ChargeBytes = edit.Charge;
        else target = PutBack(ref entry, edit);
        target.Epoch = _set.Table(entry.Slot).Epoch;
        _set.Resized(edit.Change);
        _set.TrackFields(target);
    }

    private Entry PutBack(ref EntryRef entry, CollectionEdit done)
    {
        Entry target = entry.Entry;
        if (done.Root != 0)
        {
            done.HeaderOfRoot.ChargeBytes = done.Charge;
            target = Reshape(ref entry, target.HasExpiry, outside: true, inlineLength: 0);
            target.Blob = default;
            target.Root = done.Root;
        }
        else
        {
            Span<byte> room = stackalloc byte[Entry.LongestInlineBytes];
            int inlineLength = InlineForm(target.Type, done.Encoding, done.Packed.Bytes, room);
            target = Reshape(ref entry, target.HasExpiry, outside: inlineLength < 0, Math.Max(0, inlineLength));
            PutPacked(target, done.Packed, room[..Math.Max(0, inlineLength)]);
        }

        target.SetKind(target.Type, done.Encoding);
        return target;
    }

    /// <summary>Writes a packed value as an entry would hold it; how many bytes that took, or -1 if it is to stand in a block of its own.</summary>
    private static int InlineForm(ObjectType type, ObjectEncoding encoding, ReadOnlySpan<byte> packed, Span<byte> room)
    {
        if (Entry.IsKeptTight(type, encoding)) return TightPack.Tighten(packed, room);
        return packed.TryCopyTo(room) ? packed.Length : -1;
    }

    private void PutPacked(Entry shaped, Blob packed, ReadOnlySpan<byte> inline)
    {
        if (shaped.IsOutside)
        {
            shaped.Blob = packed.Owned(_all.Memory);
            return;
        }

        inline.CopyTo(shaped.Value);
        packed.Free(_all.Memory);
    }

    // ---- Removing, moving ----

    /// <summary>Removes a key; false when there is none, or it was expired (it is then removed as expired).</summary>
    public bool Delete(ReadOnlySpan<byte> key, FreeMode mode = FreeMode.Now)
    {
        EntryRef found = Peek(key);
        if (found.Found) Delete(found, mode);
        return found.Found;
    }

    /// <summary>Removes a key that was found. The handle is dead afterwards.</summary>
    public void Delete(EntryRef entry, FreeMode mode = FreeMode.Now)
    {
        _set.Unlink(entry.Slot, _all.Tables.HashOf(entry.Key), entry.Place, entry.Entry);
        _all.Free(entry.Entry, mode);
    }

    /// <summary>
    /// Gives a key that was found a new name, in this or another database, with value and expiry; a key that has that
    /// name already is removed. The same name in the same database changes nothing.
    /// </summary>
    public EntryRef Move(EntryRef entry, Database target, ReadOnlySpan<byte> newKey, FreeMode mode = FreeMode.Now)
    {
        if (target == this && newKey.SequenceEqual(entry.Key)) return entry;
        Entry source = entry.Entry;
        if (!target.Clear(newKey, out int slot, out ulong hash)) entry = new EntryRef(PlaceOf(source, entry.Slot), entry.Slot);
        _set.Unlink(entry.Slot, _all.Tables.HashOf(source.Key), entry.Place, source);
        Entry moved = source.WithKey(_all.Memory, newKey, duplicate: false);
        source.FreeBlock(_all.Memory);
        return new EntryRef(target._set.Insert(slot, hash, moved), slot);
    }

    /// <summary>Copies value and expiry of a key to another name, in this or another database; a key that has that name is removed.</summary>
    public EntryRef Copy(EntryRef entry, Database target, ReadOnlySpan<byte> newKey)
    {
        Entry source = entry.Entry;
        if (target == this && newKey.SequenceEqual(entry.Key)) return entry;
        target.Clear(newKey, out int slot, out ulong hash);
        Entry copied = source.WithKey(_all.Memory, newKey, duplicate: true);
        if (copied.IsCollection) _all.DuplicateCollection(source, copied);
        copied.Access = _all.Clock.Fresh;
        return new EntryRef(target._set.Insert(slot, hash, copied), slot);
    }

    /// <summary>Removes all keys. With <see cref="FreeMode.Later"/> this takes constant time, and so it does while a walk runs.</summary>
    public void Flush(FreeMode mode)
    {
        TableSet old = _set;
        _set = _all.CreateSet();
        _all.Discard(old, mode);
    }

    // ---- Expiry and access ----

    /// <summary>Sets or changes when the key expires.</summary>
    public void SetExpiry(ref EntryRef entry, UnixMs expiry)
    {
        _set.Preserve(entry.Slot, entry.Entry);
        if (entry.HasExpiry) _set.Unindex(entry.Slot, entry.Entry);
        long bytes = entry.Entry.Charge;
        Entry shaped = Reshape(ref entry, expiry: true, entry.Entry.IsOutside, entry.Entry.InlineLength);
        _set.Resized(shaped.Charge - bytes);
        shaped.ExpiryMs = expiry.Value;
        _set.Index(entry.Slot, shaped);
    }

    /// <summary>Takes the expiry away; false when there was none.</summary>
    public bool Persist(ref EntryRef entry)
    {
        if (!entry.HasExpiry) return false;
        _set.Preserve(entry.Slot, entry.Entry);
        _set.Unindex(entry.Slot, entry.Entry);
        long bytes = entry.Entry.Charge;
        Entry shaped = Reshape(ref entry, expiry: false, entry.Entry.IsOutside, entry.Entry.InlineLength);
        _set.Resized(shaped.Charge - bytes);
        return true;
    }

    /// <summary>Seconds since the key was used (OBJECT IDLETIME); meaningful when the policy is not LFU.</summary>
    public long IdleSeconds(EntryRef entry) => _all.Clock.IdleSeconds(entry.Entry);

    /// <summary>The decayed logarithmic counter of use, 0 to 255 (OBJECT FREQ); meaningful when the policy is LFU.</summary>
    public int Frequency(EntryRef entry) => (int)_all.Clock.Decayed(entry.Entry);

    /// <summary>Makes the key as idle as this (RESTORE IDLETIME, loading).</summary>
    public void SetIdleSeconds(EntryRef entry, long idleSeconds)
    {
        Entry target = entry.Entry;
        target.Access = _all.Clock.IdleFor(idleSeconds);
    }

    /// <summary>Sets the counter of use, 0 to 255 (RESTORE FREQ, loading).</summary>
    public void SetFrequency(EntryRef entry, int frequency)
    {
        Entry target = entry.Entry;
        target.Access = _all.Clock.FrequencyOf(frequency);
    }

    /// <summary>Bytes that key, value and their share of the tables take (MEMORY USAGE).</summary>
    public long MemoryUsage(EntryRef entry)
    {
        const int TableShareBytes = 16, IndexShareBytes = 8;
        return entry.Entry.Charge + TableShareBytes + (entry.HasExpiry ? IndexShareBytes : 0);
    }

    // ---- Walking over keys ----

    /// <summary>A key chosen with equal chance for each (RANDOMKEY), not an expired one unless all that were tried are.</summary>
    public EntryRef Random()
    {
        const int TriesAmongVolatile = 100;
        for (int tries = 0; KeyCount > 0; tries++)
        {
            EntryRef chosen = RandomRaw();
            if (_all.Expired == ExpiredKeys.Ignore || !IsExpired(chosen.Entry)) return chosen;
            if (_all.Expired == ExpiredKeys.Remove) RemoveExpired(chosen);
            else if (VolatileCount == KeyCount && tries >= TriesAmongVolatile) return chosen; // As Redis: RANDOMKEY on a replica may name an expired key.
        }

        return default;
    }

    /// <summary>
    /// One step of SCAN: adds the keys of the next few places to <paramref name="keys"/> (often none) and returns the
    /// next cursor, 0 at the end. A key that is there from the first to the last step is told at least once, whatever
    /// else happens in between. Expired keys are told too: the caller looks each up again anyway.
    /// </summary>
    public ulong Scan(ulong cursor, KeyBuffer keys)
    {
        var collector = new Collector(keys);
        return ScanAll(cursor, ref collector);
    }

    /// <summary>In cluster mode one step of SCAN within one slot; otherwise as <see cref="Scan(ulong, KeyBuffer)"/>.</summary>
    public ulong Scan(ulong cursor, SlotIndex slot, KeyBuffer keys) => Scan(cursor, _set.TableCount == 1 ? 0 : slot.Value, keys);

    /// <summary>Visits every entry once, expired ones included (KEYS, DEBUG DIGEST). The visitor must not change the keyspace.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor) where TVisitor : IEntryVisitor
    {
        var adapter = new VisitorAdapter<TVisitor>(ref visitor);
        for (int slot = _set.NextSlot(0); slot >= 0 && !adapter.IsOver; slot = _set.NextSlot(slot + 1))
        {
            adapter.Slot = slot;
            ulong cursor = 0;
            do cursor = _all.Tables.Scan(_set.Table(slot), cursor, ref adapter); while (cursor != 0 && !adapter.IsOver);
        }
    }

    // ---- Slots (cluster mode) ----

    /// <summary>How many keys a slot has (CLUSTER COUNTKEYSINSLOT); constant time.</summary>
    public long CountInSlot(SlotIndex slot) => _set.TableCount == 1 ? 0 : _set.Table(slot.Value).Count;

    /// <summary>Adds up to <paramref name="limit"/> keys of a slot to <paramref name="keys"/> (CLUSTER GETKEYSINSLOT).</summary>
    public void KeysInSlot(SlotIndex slot, int limit, KeyBuffer keys)
    {
        if (_set.TableCount == 1) return;
        int most = keys.Count + limit;
        ulong cursor = 0;
        do cursor = Scan(cursor, slot.Value, keys); while (cursor != 0 && keys.Count < most);
        keys.Truncate(Math.Min(keys.Count, most));
    }

    /// <summary>Removes all keys of a slot, telling nobody (a slot that was lost).</summary>
    public void FlushSlot(SlotIndex slot, FreeMode mode)
    {
        Invariant.That(_set.TableCount > 1);
        if (_set.Table(slot.Value).Count > 0) _all.DiscardSlot(_set, slot.Value, mode);
    }

    /// <summary>Makes room for so many keys before loading them (RDB's RESIZEDB); a hint.</summary>
    public void Reserve(long keys)
    {
        if (_set.TableCount == 1) _all.Tables.Reserve(_set.Table(0), keys);
    }

    // ---- For the other classes of the keyspace ----

    internal TableSet Set
    {
        get => _set;
        set => _set = value;
    }

    /// <summary>Any key with equal chance for each, expired or not; there must be one.</summary>
    internal EntryRef RandomRaw()
    {
        int slot = _set.TableCount == 1 ? 0 : _set.SlotOfRank(_all.Dice.Below(_set.KeyCount));
        return new EntryRef(_all.Tables.Random(_set.Table(slot), _all.Dice), slot);
    }

    /// <summary>The handle of an entry that the index named; not found if it stands in a slot that was dropped.</summary>
    internal EntryRef HandleOf(Entry entry)
    {
        int slot = ComputeSlot(entry.Key);
        return new EntryRef(PlaceOf(entry, slot), slot);
    }

    /// <summary>Removes a key that is past its expiry and reports it.</summary>
    internal void RemoveExpired(EntryRef entry)
    {
        _set.Unlink(entry.Slot, _all.Tables.HashOf(entry.Key), entry.Place, entry.Entry);
        _all.Events.Expired(Index, entry.Key);
        _all.Free(entry.Entry, FreeMode.Now);
    }

    /// <summary>Removes a key to make room and reports it.</summary>
    internal void Evict(EntryRef entry)
    {
        _set.Unlink(entry.Slot, _all.Tables.HashOf(entry.Key), entry.Place, entry.Entry);
        _all.Events.Evicted(Index, entry.Key);
        _all.Free(entry.Entry, FreeMode.Now);
    }

    private int SlotOf(ReadOnlySpan<byte> key) => _set.TableCount == 1 ? 0 : _all.CommandSlot >= 0 ? _all.CommandSlot : SlotIndex.Of(key).Value;

    private int ComputeSlot(ReadOnlySpan<byte> key) => _set.TableCount == 1 ? 0 : SlotIndex.Of(key).Value;

    // As Redis: a key is there for the whole millisecond that its expiry names.
    private bool IsExpired(Entry entry) => entry.HasExpiry && entry.ExpiryMs < _all.Now.Value;

    private KeyHash HashOf(ReadOnlySpan<byte> key) => new(_all.Tables.HashOf(key), SlotOf(key));

    private nint Look(ReadOnlySpan<byte> key, int slot, ulong hash)
    {
        nint place = _all.Tables.Find(_set.Table(slot), hash, key);
        if (place == 0 || _all.Expired == ExpiredKeys.Ignore || !IsExpired(new Entry(NativeTable.BlockAt(place)))) return place;
        if (_all.Expired == ExpiredKeys.Remove) RemoveExpired(new EntryRef(place, slot));
        return 0;
    }

    private nint PlaceOf(Entry entry, int slot)
    {
        nint place = _all.Tables.Find(_set.Table(slot), _all.Tables.HashOf(entry.Key), entry.Key);
        return place != 0 && NativeTable.BlockAt(place) == entry.Block ? place : 0;
    }

    /// <summary>Makes sure that there is no such key; true when there was none.</summary>
    private bool Clear(ReadOnlySpan<byte> key, out int slot, out ulong hash)
    {
        slot = ComputeSlot(key);
        hash = _all.Tables.HashOf(key);
        var found = new EntryRef(_all.Tables.Find(_set.Table(slot), hash, key), slot);
        if (found.Found) Delete(found);
        return !found.Found;
    }

    private EntryRef Store(ReadOnlySpan<byte> key, in StringPlan plan, Lifetime lifetime, KeyHash known = default)
    {
        (ulong hash, int slot) = known.IsNone ? HashOf(key) : known;
        var found = new EntryRef(Look(key, slot, hash), slot);
        if (!found.Found && _all.Expired == ExpiredKeys.Hide) Clear(key, out slot, out hash);
        if (found.Found)
        {
            Refill(ref found, plan, lifetime);
            return found;
        }

        bool expires = lifetime.What == Lifetime.Kind.Until;
        Entry made = Entry.Create(_all.Memory, key, expires, plan.IsOutside, plan.InlineLength);
        made.Access = _all.Clock.Fresh;
        if (expires) made.ExpiryMs = lifetime.At.Value;
        if (plan.IsOutside) made.AllocateOutside(_all.Memory, plan.OutsideLength, plan.OutsideLength);
        plan.Fill(made);
        return new EntryRef(_set.Insert(slot, hash, made), slot);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // Its plan would make room on the stack, and clear it, in every INCR.
    private void RefillLong(ref EntryRef entry, long value, Lifetime lifetime) => Refill(ref entry, StringPlan.Of(value), lifetime);

    /// <summary>Puts a new value into an entry that is there.</summary>
    private void Refill(ref EntryRef entry, in StringPlan plan, Lifetime lifetime)
    {
        Entry old = entry.Entry;
        _set.Preserve(entry.Slot, old);
        _set.ForgetFields(old);
        if (lifetime.What != Lifetime.Kind.Until && (lifetime.What == Lifetime.Kind.Keep || !old.HasExpiry) && !plan.IsOutside && old.TryResizeInline(plan.InlineLength))
        {
            // The common case: neither block, nor class, nor expiry changes.
            plan.Fill(old);
            old.Epoch = _set.Table(entry.Slot).Epoch;
            old.Access = _all.Clock.Overwritten(old);
            return;
        }

        bool until = lifetime.What == Lifetime.Kind.Until;
        bool expires = until || (lifetime.What == Lifetime.Kind.Keep && old.HasExpiry);
        bool reindex = old.HasExpiry && (!expires || (until && old.ExpiryMs != lifetime.At.Value));
        if (reindex) _set.Unindex(entry.Slot, old);
        bool index = expires && (reindex || !old.HasExpiry);
        bool hadOutside = old.IsOutside;
        long bytes = old.Charge;
        if (hadOutside && !(plan.IsOutside && !old.IsCollection && old.FitsOutside(plan.OutsideLength) && _all.TellingOf(old) is null))
        {
            if (old.IsCollection) _all.FreeCollection(old.Type, old.Root);
            else _all.FreeOutside(old);
            hadOutside = false;
        }

        Entry shaped = Reshape(ref entry, expires, plan.IsOutside, plan.InlineLength);
        if (plan.IsOutside && !hadOutside) shaped.AllocateOutside(_all.Memory, plan.OutsideLength, plan.OutsideLength);
        else if (plan.IsOutside) shaped.ResizeOutside(_all.Memory, plan.OutsideLength);
        plan.Fill(shaped);
        _set.Resized(shaped.Charge - bytes);
        shaped.Access = _all.Clock.Overwritten(shaped);
        if (until) shaped.ExpiryMs = lifetime.At.Value;
        if (index) _set.Index(entry.Slot, shaped);
    }

    /// <summary>Gives an entry another shape and puts its address, if that changed, where the old one was.</summary>
    internal Entry Reshape(ref EntryRef entry, bool expiry, bool outside, int inlineLength)
    {
        nint before = entry.Entry.Block;
        bool indexed = entry.Entry.IsIndexed;
        Entry shaped = entry.Entry.Reshape(_all.Memory, expiry, outside, inlineLength);
        shaped.Epoch = _set.Table(entry.Slot).Epoch;
        if (shaped.Block == before) return shaped;
        NativeTable.Replace(entry.Place, shaped.Block);
        if (indexed) _set.Expiries.Replace(shaped);
        entry = new EntryRef(entry.Place, entry.Slot);
        return shaped;
    }

    /// <summary>Moves the entries of the next few places out of sparse pages; returns the next cursor, 0 at the end.</summary>
    internal ulong Defrag(ulong cursor, ref SliceBudget budget)
    {
        var mover = new Mover(_all, Index, _set.Expiries);
        cursor = ScanAll(cursor, ref mover);
        budget.Spend(1 + mover.Seen);
        return cursor;
    }

    /// <summary>One step over all slots: the low bits of the cursor name the slot.</summary>
    private ulong ScanAll<TVisitor>(ulong cursor, ref TVisitor visitor) where TVisitor : IPlaceVisitor
    {
        if (_set.TableCount == 1) return _all.Tables.Scan(_set.Table(0), cursor, ref visitor);
        int slot = _set.NextSlot((int)(cursor & SlotMask));
        if (slot < 0) return 0;
        ulong within = slot == (int)(cursor & SlotMask) ? cursor >> SlotBits : 0;
        ulong next = _all.Tables.Scan(_set.Table(slot), within, ref visitor);
        if (next != 0) return next << SlotBits | (uint)slot;
        slot = _set.NextSlot(slot + 1);
        return slot < 0 ? 0 : (uint)slot;
    }

    private ulong Scan(ulong cursor, int slot, KeyBuffer keys)
    {
        var collector = new Collector(keys);
        return _all.Tables.Scan(_set.Table(slot), cursor, ref collector);
    }
}
