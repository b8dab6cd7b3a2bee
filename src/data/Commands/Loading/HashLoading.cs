using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Loads hashes: a packed one as it stands if the options let it, else field by field.</summary>
internal static class HashLoading
{
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        if (part.Encoding == ObjectEncoding.Listpack && IsWithinLimits(services, part.Bytes))
        {
            edit.Become(ObjectEncoding.Listpack, Blob.Of(services.Databases.Collections.Memory.Slabs, part.Bytes));
            return LoadOutcome.Loaded;
        }

        var hash = new HashBuilder(services, edit);
        bool isHash = part.Encoding == ObjectEncoding.Listpack ? AddPacked(ref hash, part.Bytes) : AddItems(ref hash, part.Bytes);
        hash.Into(ref edit);
        return isHash ? LoadOutcome.Loaded : LoadOutcome.Inconsistent;
    }

    private static bool AddPacked(ref HashBuilder hash, ReadOnlySpan<byte> pack)
    {
        Span<byte> fieldDigits = stackalloc byte[DecimalText.LongestBytes], valueDigits = stackalloc byte[DecimalText.LongestBytes];
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
        {
            ReadOnlySpan<byte> field = Listpack.Read(pack, at).WriteText(fieldDigits);
            at = Listpack.Next(pack, at);
            if (!hash.Set(field, Listpack.Read(pack, at).WriteText(valueDigits))) return false;
        }

        return true;
    }

    private static bool AddItems(ref HashBuilder hash, ReadOnlySpan<byte> items)
    {
        for (var reader = new ElementReader(items); !reader.IsAtEnd;)
        {
            if (!hash.Set(reader.Bytes(), reader.Bytes(), reader.Int64())) return false;
        }

        return true;
    }

    private static bool IsWithinLimits(CommandServices services, ReadOnlySpan<byte> pack) =>
        Listpack.Count(pack) / 2 <= services.Options.HashMaxListpackEntries && PackLimits.AreShort(pack, services.Options.HashMaxListpackValueBytes);
}
