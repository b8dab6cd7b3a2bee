using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Loads sets: a packed one as it stands if the options let it, else member by member.</summary>
internal static class SetLoading
{
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        bool packed = part.Encoding != ObjectEncoding.HashTable;
        if (packed && IsWithinLimits(services, part))
        {
            edit.Become(part.Encoding, Blob.Of(services.Databases.Collections.Memory.Slabs, part.Bytes));
            return LoadOutcome.Loaded;
        }

        bool isNew = edit.Root == 0 && edit.Packed.Address == 0;
        SetBuilder set = isNew ? Begin(services, part) : new SetBuilder(services, edit);
        bool isSet = true;
        if (packed)
        {
            foreach (ListpackElement member in new SetValue(part.Encoding, part.Bytes, 0, services.Databases.Collections.Members)) isSet &= set.Add(member);
        }
        else
        {
            for (var reader = new ElementReader(part.Bytes); !reader.IsAtEnd && isSet;) isSet = set.Add(reader.Bytes());
        }

        set.Into(ref edit);
        return isSet ? LoadOutcome.Loaded : LoadOutcome.Inconsistent;
    }

    private static SetBuilder Begin(CommandServices services, in ValuePart part)
    {
        if (part.Encoding == ObjectEncoding.IntegerSet) return SetBuilder.Integers(services);
        if (part.Encoding == ObjectEncoding.Listpack) return SetBuilder.Pack(services);
        // The number of members is the sender's word: what is prepared for them stays within what came.
        long expected = Math.Min(part.ItemCount, part.Bytes.Length);
        return new SetBuilder(services, new ElementReader(part.Bytes).Bytes(), expected);
    }

    private static bool IsWithinLimits(CommandServices services, in ValuePart part)
    {
        if (part.Encoding == ObjectEncoding.IntegerSet) return IntegerSet.CountOf(part.Bytes) <= services.Options.SetMaxIntsetEntries;
        return Listpack.Count(part.Bytes) <= services.Options.SetMaxListpackEntries && PackLimits.AreShort(part.Bytes, services.Options.SetMaxListpackValueBytes);
    }
}

/// <summary>What the limits of packed values say about a pack that comes from elsewhere.</summary>
internal static class PackLimits
{
    /// <summary>Whether no element is longer than this.</summary>
    public static bool AreShort(ReadOnlySpan<byte> pack, long longestBytes)
    {
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
        {
            if (Listpack.Read(pack, at).Length > longestBytes) return false;
        }

        return true;
    }
}
