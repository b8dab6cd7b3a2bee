// Tells a single value as a snapshot does: DUMP and the digests read it so, whatever its type.
using System;
using Hexad.Keyspace;
using Hexad.Persistence.Rdb;
using Hexad.Structures;

namespace Hexad.Engine;

/// <summary>Is told the parts of a value.</summary>
internal interface IValueListener
{
    /// <summary>The next part: a string's text, a packed value's block, or items (see <see cref="ElementBuffer"/>).</summary>
    void Part(scoped ReadOnlySpan<byte> part);
}

/// <summary>Tells values.</summary>
internal static class ValueTelling
{
    private const int PartBytes = 64 * 1024;

    /// <summary>Tells a value part by part.</summary>
    public static void Tell<TListener>(Collections collections, EntryRef entry, ref TListener listener) where TListener : IValueListener, allows ref struct
    {
        if (entry.IsString)
        {
            listener.Part(entry.GetString(stackalloc byte[Database.ScratchBytes]));
            return;
        }

        if (!entry.IsCollection)
        {
            listener.Part(collections.PackOf(entry));
            return;
        }

        ICollection structure = collections.Of(entry.Type);
        var items = new ElementBuffer();
        ulong cursor = 0;
        do
        {
            items.Clear();
            cursor = structure.CopyPage(entry.Root, cursor, items, PartBytes);
            listener.Part(items.Bytes);
        }
        while (cursor != 0);
    }

    /// <summary>The DUMP payload of a value; valid until the payload object is used again.</summary>
    public static ReadOnlySpan<byte> Dump(Collections collections, EntryRef entry, DumpPayload payload)
    {
        var writer = new PayloadWriter(payload, entry, collections.ToldEncodingOf(entry), entry.IsCollection ? collections.Of(entry.Type).ItemCountOf(entry.Root) : 1);
        Tell(collections, entry, ref writer);
        return payload.End();
    }

    private struct PayloadWriter(DumpPayload payload, EntryRef entry, ObjectEncoding encoding, long items) : IValueListener
    {
        private bool _begun;

        public void Part(scoped ReadOnlySpan<byte> part)
        {
            // A string is told as text here, digits included.
            if (!_begun) payload.Begin(entry.Type, entry.IsString ? ObjectEncoding.Raw : encoding, items, part);
            _begun = true;
            payload.Part(part);
        }
    }
}
