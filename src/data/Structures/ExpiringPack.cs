using System;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// A small hash of which fields expire: a listpack of triples, in the order that Redis 7.4 writes to RDB files.
///
/// <code>
/// field | value | expiry (Unix ms, an integer)      soonest first; fields that do not expire, with 0, at the end
/// </code>
///
/// So whoever looks for what is due looks at the first triple only.
///
/// Contract: as a <see cref="Listpack"/>'s; bytes from elsewhere go through <see cref="IsValid"/> first.
/// </summary>
public static class ExpiringPack
{
    /// <summary>The latest time, in milliseconds since 1970, at which a field can expire: what the files of real servers allow.</summary>
    public const long LatestExpiryMs = (1L << 48) - 1;

    private const int Others = 2;

    /// <summary>The triples of a hash of pairs, none of which expires yet.</summary>
    public static Blob OfPairs(SlabAllocator memory, ReadOnlySpan<byte> pairs)
    {
        Blob made = Listpack.Create(memory);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        for (int at = Listpack.First(pairs); at != Listpack.None;)
        {
            ListpackElement field = Listpack.Read(pairs, at, out at);
            Listpack.Append(memory, ref made, field.WriteText(scratch));
            ListpackElement value = Listpack.Read(pairs, at, out at);
            Listpack.Append(memory, ref made, value.WriteText(scratch));
            Listpack.Append(memory, ref made, 0);
        }

        return made;
    }

    /// <summary>How many fields there are.</summary>
    public static int CountOf(ReadOnlySpan<byte> pack) => Listpack.Count(pack) / (1 + Others);

    /// <summary>Where a field stands, or <see cref="Listpack.None"/>.</summary>
    public static int Find(ReadOnlySpan<byte> pack, ReadOnlySpan<byte> field) => Listpack.Find(pack, Listpack.First(pack), field, Others);

    /// <summary>The value of the field at <paramref name="at"/>, when it expires (0: never), and where the next field is.</summary>
    public static ListpackElement ValueAt(ReadOnlySpan<byte> pack, int at, out long expiryMs, out int next)
    {
        ListpackElement value = Listpack.Read(pack, Listpack.Next(pack, at), out int expiryAt);
        expiryMs = Listpack.Read(pack, expiryAt, out next).Integer;
        return value;
    }

    /// <summary>When the first field expires; 0 if none does.</summary>
    public static long FirstExpiryOf(ReadOnlySpan<byte> pack)
    {
        if (Listpack.IsEmpty(pack)) return 0;
        ValueAt(pack, Listpack.First(pack), out long expiryMs, out _);
        return expiryMs;
    }

    /// <summary>Gives a field a value and an expiry (0: none); true when it is new.</summary>
    public static bool Set(SlabAllocator memory, ref Blob pack, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value, long expiryMs)
    {
        int at = Find(pack.Bytes, field);
        if (at == Listpack.None)
        {
            Insert(memory, ref pack, field, value, expiryMs);
            return true;
        }

        ValueAt(pack.Bytes, at, out long before, out _);
        if (before == expiryMs)
        {
            Listpack.Replace(memory, ref pack, Listpack.Next(pack.Bytes, at), value);
            return false;
        }

        RemoveAt(memory, ref pack, at);
        Insert(memory, ref pack, field, value, expiryMs);
        return false;
    }

    /// <summary>Changes when the field at <paramref name="at"/> expires (0: never).</summary>
    public static void SetExpiry(SlabAllocator memory, ref Blob pack, int at, long expiryMs)
    {
        ListpackElement field = Listpack.Read(pack.Bytes, at);
        ListpackElement value = ValueAt(pack.Bytes, at, out _, out _);
        var name = new byte[field.Length];
        var text = new byte[value.Length];
        field.CopyTo(name);
        value.CopyTo(text);
        RemoveAt(memory, ref pack, at);
        Insert(memory, ref pack, name, text, expiryMs);
    }

    /// <summary>Removes the field at <paramref name="at"/>.</summary>
    public static void RemoveAt(SlabAllocator memory, ref Blob pack, int at) => Listpack.DeleteRun(memory, ref pack, at, 1 + Others);

    /// <summary>Whether bytes that anybody may have written are such a pack: triples whose expiries are integers in order, without one last.</summary>
    public static bool IsValid(ReadOnlySpan<byte> pack)
    {
        if (!Listpack.Validate(pack, out int count) || count == 0 || count % (1 + Others) != 0) return false;
        long last = 1;
        for (int at = Listpack.First(pack); at != Listpack.None;)
        {
            int valueAt = Listpack.Next(pack, at);
            ListpackElement expiry = Listpack.Read(pack, Listpack.Next(pack, valueAt), out at);
            if (!expiry.IsInteger || expiry.Integer is < 0 or > LatestExpiryMs) return false;
            if (expiry.Integer != 0 && (last == 0 || expiry.Integer < last)) return false;
            last = expiry.Integer;
        }

        return true;
    }

    private static void Insert(SlabAllocator memory, ref Blob pack, ReadOnlySpan<byte> field, ReadOnlySpan<byte> value, long expiryMs)
    {
        int before = expiryMs == 0 ? Listpack.None : FirstAfter(pack.Bytes, expiryMs);
        if (before == Listpack.None)
        {
            Listpack.Append(memory, ref pack, field);
            Listpack.Append(memory, ref pack, value);
            Listpack.Append(memory, ref pack, expiryMs);
            return;
        }

        Listpack.InsertBefore(memory, ref pack, before, field);
        int at = Listpack.InsertAfter(memory, ref pack, before, value);
        Listpack.InsertAfter(memory, ref pack, at, expiryMs);
    }

    /// <summary>The first field that expires later, or never.</summary>
    private static int FirstAfter(ReadOnlySpan<byte> pack, long expiryMs)
    {
        for (int at = Listpack.First(pack); at != Listpack.None;)
        {
            ValueAt(pack, at, out long other, out int next);
            if (other == 0 || other > expiryMs) return at;
            at = next;
        }

        return Listpack.None;
    }
}
