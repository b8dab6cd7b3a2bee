using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Loads hashes: a packed one as it stands if the options let it, else field by field.</summary>
internal static class HashLoading
{
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        bool isPacked = part.Encoding is ObjectEncoding.Listpack or ObjectEncoding.ListpackWithExpiry;
        if (isPacked && IsWithinLimits(services, part))
        {
            edit.Become(part.Encoding, Blob.Of(services.Databases.Collections.Memory.Slabs, part.Bytes));
            return LoadOutcome.Loaded;
        }

        var hash = new HashBuilder(services, edit);
        bool isHash = isPacked ? AddPacked(services, ref hash, part) : AddItems(ref hash, part.Bytes);
        hash.Into(ref edit);
        return isHash ? LoadOutcome.Loaded : LoadOutcome.Inconsistent;
    }

    private static bool AddPacked(CommandServices services, ref HashBuilder hash, in ValuePart part)
    {
        Span<byte> fieldDigits = stackalloc byte[DecimalText.LongestBytes], valueDigits = stackalloc byte[DecimalText.LongestBytes];
        foreach (HashField field in new HashValue(part.Encoding, part.Bytes, 0, services.Databases))
        {
            if (!hash.Set(field.Name.WriteText(fieldDigits), field.Value.WriteText(valueDigits), field.ExpiryMs)) return false;
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

    private static bool IsWithinLimits(CommandServices services, in ValuePart part) =>
        Listpack.Count(part.Bytes) / (part.Encoding == ObjectEncoding.Listpack ? 2 : 3) <= services.Options.HashMaxListpackEntries
            && PackLimits.AreShort(part.Bytes, services.Options.HashMaxListpackValueBytes);
}
