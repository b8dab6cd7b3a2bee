using System.Collections.Generic;
using Hexad.Structures;

namespace Hexad.Fuzz.Naive;

/// <summary>An entry of a stream: its id, then fields and values in turn.</summary>
internal sealed record NaiveEntry(StreamId Id, List<byte[]> Words);

/// <summary>Nodes of streams read in the plainest way, to compare with.</summary>
internal static class NaiveStreamPack
{
    /// <summary>The live entries, or null when the bytes are no node of a stream with this id.</summary>
    public static List<NaiveEntry>? Read(byte[] bytes, StreamId id)
    {
        if (NaiveListpack.Read(bytes) is not { } elements) return null;
        var reader = new Reader(elements);
        long live = reader.Integer(), deleted = reader.Integer(), shared = reader.Integer();
        List<byte[]> fields = reader.Texts(shared);
        if (reader.Integer() != 0) return null;
        var entries = new List<NaiveEntry>();
        while (!reader.IsBad && !reader.IsAtEnd)
        {
            int start = reader.At;
            long flags = reader.Integer();
            var own = new StreamId(unchecked(id.Ms + (ulong)reader.Integer()), unchecked(id.Seq + (ulong)reader.Integer()));
            bool isSame = (flags & 2) != 0;
            long count = isSame ? shared : reader.Integer();
            List<byte[]> words = [];
            for (int i = 0; i < count && !reader.IsBad; i++)
            {
                words.Add(isSame ? fields[i] : reader.Text());
                words.Add(reader.Text());
            }

            if (count < 0 || own < id) return null;
            int read = reader.At - start;
            if (reader.Integer() != read) return null;
            if ((flags & 1) != 0)
            {
                deleted--;
                continue;
            }

            if (entries.Count > 0 && own <= entries[^1].Id) return null;
            entries.Add(new NaiveEntry(own, words));
        }

        return !reader.IsBad && live == entries.Count && deleted == 0 ? entries : null;
    }

    private sealed class Reader(List<NaiveElement> elements)
    {
        public int At { get; private set; }

        public bool IsBad { get; private set; }

        public bool IsAtEnd => At == elements.Count;

        public long Integer()
        {
            NaiveElement? element = Next();
            if (element?.Integer is null) IsBad = true;
            return element?.Integer ?? -1;
        }

        public byte[] Text() => Next()?.Text ?? [];

        public List<byte[]> Texts(long count)
        {
            var texts = new List<byte[]>();
            if (count < 0) IsBad = true;
            for (; count > 0 && !IsBad; count--) texts.Add(Text());
            return texts;
        }

        private NaiveElement? Next()
        {
            if (At < elements.Count && !IsBad) return elements[At++];
            IsBad = true;
            return null;
        }
    }
}
