using System;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// The hashes of a database of which fields expire, each with the time of its first one: which hash to look into is
/// found here, which field in the hash itself.
///
/// <code>
/// key ─▶ record (an entry without a value that "expires" with the first field) ─▶ ExpiryIndex
/// </code>
///
/// Kept exactly: a record changes with each change of its hash, and goes with its key. Only of slots that were dropped
/// whole records stay, until they are due and found to name nothing.
/// </summary>
internal sealed class FieldExpiries
{
    private readonly BucketTables<Entry> _tables;
    private readonly SlabAllocator _memory;
    private readonly NativeTable _table;
    private readonly ExpiryIndex _index;
    private long _position;

    public FieldExpiries(BucketTables<Entry> tables, SlabAllocator memory)
    {
        _tables = tables;
        _memory = memory;
        _table = tables.CreateArray(1, jitter: false);
        _index = new ExpiryIndex(memory);
    }

    /// <summary>How many hashes there are.</summary>
    public long Count => _index.Count;

    /// <summary>Says when the first field of a hash expires; 0: none does, or the key is gone.</summary>
    public void Set(ReadOnlySpan<byte> key, long expiryMs)
    {
        ulong hash = _tables.HashOf(key);
        nint place = _tables.Find(_table, hash, key);
        if (place == 0)
        {
            if (expiryMs != 0) Add(key, hash, expiryMs);
            return;
        }

        var record = new Entry(NativeTable.BlockAt(place));
        if (record.ExpiryMs == expiryMs) return;
        _index.Remove(record);
        if (expiryMs == 0)
        {
            _tables.Remove(_table, hash, place);
            record.Free(_memory);
            return;
        }

        record.ExpiryMs = expiryMs;
        _index.Add(record);
    }

    /// <summary>When the first field of this hash expires; 0 if nothing is known of it.</summary>
    public long Of(ReadOnlySpan<byte> key)
    {
        nint place = _tables.Find(_table, _tables.HashOf(key), key);
        return place == 0 ? 0 : new Entry(NativeTable.BlockAt(place)).ExpiryMs;
    }

    /// <summary>The record of a hash whose first field expires at or before <paramref name="nowMs"/>: see <see cref="ExpiryIndex.FirstDue"/>.</summary>
    public Entry FirstDue(long nowMs, ref SliceBudget budget) => _index.FirstDue(nowMs, ref budget);

    /// <summary>Gives everything back in slices; true when it is done. Nothing else may be called any more.</summary>
    public bool FreeSlice(ref SliceBudget budget)
    {
        _index.Clear();
        var freer = new Freer(_memory);
        if (!_tables.FreeSlice(_table, ref _position, ref budget, ref freer)) return false;
        _tables.FreeArray(_table, 1);
        return true;
    }

    public void Validate()
    {
        _tables.Validate(_table);
        _index.Validate();
    }

    private void Add(ReadOnlySpan<byte> key, ulong hash, long expiryMs)
    {
        Entry record = Entry.Create(_memory, key, expiry: true, outside: false, inlineLength: 0);
        record.ExpiryMs = expiryMs;
        _tables.Insert(_table, hash, record.Block);
        _index.Add(record);
    }

    private readonly struct Freer(SlabAllocator memory) : IPlaceVisitor
    {
        public void Visit(nint place) => new Entry(NativeTable.BlockAt(place)).Free(memory);
    }
}
