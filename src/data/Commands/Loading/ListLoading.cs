using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Loads lists: nodes as they come, or single elements; a list that is small enough in the end becomes one pack.</summary>
internal static class ListLoading
{
    public static LoadOutcome Add(CommandServices services, ref CollectionEdit edit, in ValuePart part)
    {
        ListChain chain = services.Databases.Collections.Lists;
        var fill = new ListFill(services.Options.ListMaxListpackSize);
        if (edit.Root == 0) edit.Become(ObjectEncoding.Quicklist, chain.Create(fill, services.Options.ListCompressDepth));
        for (var reader = new ElementReader(part.Bytes); !reader.IsAtEnd;)
        {
            var kind = (ListNodeKind)reader.Byte();
            ReadOnlySpan<byte> bytes = reader.Bytes();
            if (kind == ListNodeKind.Packed) chain.AppendPack(edit.Root, Blob.Of(services.Databases.Collections.Memory.Slabs, bytes));
            else if (kind == ListNodeKind.Plain && !bytes.IsEmpty) chain.AppendPlain(edit.Root, bytes);
            else chain.Push(edit.Root, atHead: false, bytes);
        }

        if (part.IsLast && chain.TryTakePack(edit.Root, fill.MostBytes, fill.MostElements, out Blob pack)) edit.Become(ObjectEncoding.Listpack, pack);
        return LoadOutcome.Loaded;
    }
}
