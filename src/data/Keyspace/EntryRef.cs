using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// A key that was found in a <see cref="Database"/>, or none (<see cref="Found"/> false). Cheap to pass around, and
/// <b>valid only until the next write to that database by any other handle or key</b> (finding a key that turns out
/// to be expired is such a write); methods that change an entry take it by <c>ref</c> and leave it valid.
/// Spans got from it live as long as it does.
/// </summary>
public readonly struct EntryRef
{
    // Two words travel in registers. Three travel through memory, and are read there before they have arrived, which costs as
    // much as the look-up. So the slot (14 bits) stands above the place: no system gives a process addresses beyond 48 bits unasked.
    private const int PlaceBits = 48;
    private readonly nint _block;
    private readonly ulong _where;

    internal EntryRef(nint place, int slot)
    {
        Invariant.That((ulong)place >> PlaceBits == 0);
        _block = place == 0 ? 0 : NativeTable.BlockAt(place);
        _where = (ulong)place | (ulong)(uint)slot << PlaceBits;
    }

    internal Entry Entry => new(_block);

    internal nint Place => (nint)(_where & (1UL << PlaceBits) - 1);

    internal int Slot => (int)(_where >> PlaceBits);

    /// <summary>Whether there is such a key. Everything else needs it to be so.</summary>
    public bool Found => _block != 0;

    /// <summary>The key's own bytes.</summary>
    public ReadOnlySpan<byte> Key => Entry.Key;

    /// <summary>What kind of value the key holds.</summary>
    public ObjectType Type => Entry.Type;

    /// <summary>How the value is represented (OBJECT ENCODING).</summary>
    public ObjectEncoding Encoding => Entry.Encoding;

    /// <summary>Whether the value is a string.</summary>
    public bool IsString => Type == ObjectType.String;

    /// <summary>Whether the value is a collection of many blocks, known by its <see cref="Root"/>; else, if not a string, it is <see cref="Packed"/>.</summary>
    public bool IsCollection => Entry.IsCollection;

    /// <summary>The bytes of a packed value (listpack, intset) that is no hash; for any value there is <see cref="Collections.PackOf(EntryRef)"/>.</summary>
    public ReadOnlySpan<byte> Packed
    {
        get
        {
            Invariant.That(!IsString && !IsCollection && !Entry.IsTight);
            return Entry.Value;
        }
    }

    /// <summary>The root of a collection: what its structure knows it by.</summary>
    public nint Root
    {
        get
        {
            Invariant.That(IsCollection);
            return Entry.Root;
        }
    }

    /// <summary>Whether the key has an expiry.</summary>
    public bool HasExpiry => Entry.HasExpiry;

    /// <summary>When the key expires; false when it never does.</summary>
    public bool TryGetExpiry(out UnixMs expiry)
    {
        bool has = Entry.HasExpiry;
        expiry = new UnixMs(has ? Entry.ExpiryMs : 0);
        return has;
    }

    /// <summary>How many bytes the string has (STRLEN), an integer's digits and sign counted.</summary>
    public int StringLength
    {
        get
        {
            Invariant.That(IsString);
            return Encoding == ObjectEncoding.Int ? DecimalText.LengthOf(Entry.Integer) : Entry.ValueLength;
        }
    }

    /// <summary>The string's bytes; an integer is written into <paramref name="scratch"/>, which has at least <see cref="Database.ScratchBytes"/> bytes.</summary>
    public ReadOnlySpan<byte> GetString(Span<byte> scratch)
    {
        Invariant.That(IsString);
        return Encoding == ObjectEncoding.Int ? DecimalText.Format(Entry.Integer, scratch) : Entry.Value;
    }

    /// <summary>The string as an integer: kept as one, or its canonical decimal form ("-0", "+1", " 1" and "01" are refused, as Redis refuses them).</summary>
    public bool TryGetLong(out long value)
    {
        Invariant.That(IsString);
        if (Encoding != ObjectEncoding.Int) return DecimalText.TryParse(Entry.Value, out value);
        value = Entry.Integer;
        return true;
    }
}
