using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>Makes strings longer in place.</summary>
internal static class StringGrowth
{
    /// <summary>Makes a string "raw" and this long, keeping what it has; bytes beyond are not cleared. Not shorter than it is.</summary>
    public static Span<byte> Stretch(Databases all, Database database, ref EntryRef entry, int length)
    {
        Entry old = entry.Entry;
        database.Set.Preserve(entry.Slot, old);
        long bytes = old.Charge;
        Span<byte> kept = stackalloc byte[Entry.LongestInlineBytes];
        bool goesOutside = length > Entry.LongestInlineBytes;
        if (old.IsOutside)
        {
            all.ResizeOutside(old, length);
        }
        else if (old.Encoding == ObjectEncoding.Int || goesOutside)
        {
            ReadOnlySpan<byte> text = entry.GetString(kept);
            if (old.Encoding != ObjectEncoding.Int)
            {
                text.CopyTo(kept);
                text = kept[..text.Length];
            }

            Entry shaped = database.Reshape(ref entry, old.HasExpiry, goesOutside, goesOutside ? 0 : length);
            if (goesOutside) shaped.AllocateOutside(all.Memory, length, RoomFor(length));
            text.CopyTo(shaped.Value);
        }
        else
        {
            database.Reshape(ref entry, old.HasExpiry, outside: false, length);
        }

        Entry stretched = entry.Entry;
        database.Set.Resized(stretched.Charge - bytes);
        stretched.SetKind(ObjectType.String, ObjectEncoding.Raw);
        stretched.Epoch = database.Set.Table(entry.Slot).Epoch;
        return stretched.Value;
    }

    /// <summary>A string that is being added to gets as much room again, so that adding to it costs constant time.</summary>
    private static int RoomFor(int length) => (int)Math.Min(int.MaxValue, length * 2L);
}
