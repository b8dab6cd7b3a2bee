using System;
using System.Collections.Generic;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>
/// Elements on their way through SORT: copies, since what they are sorted by and replaced by is looked up in the keyspace
/// meanwhile. The rows and their bytes are kept from call to call.
/// </summary>
internal sealed class SortRows
{
    private const int ChunkBytes = 64 * 1024;
    private const int LargestKeptRows = 16 * 1024;

    private byte[] _chunk = new byte[ChunkBytes];
    private int _used;
    private Row[] _rows = new Row[64];

    /// <summary>Bytes in one of the chunks; none at all if <paramref name="Chunk"/> is null.</summary>
    private readonly record struct Text(byte[]? Chunk, int At, int Length)
    {
        public ReadOnlySpan<byte> Bytes => new(Chunk, At, Length);
    }

    private struct Row
    {
        public Text Element;
        public Text By;
        public double Score;
        public int Order;
    }

    /// <summary>How many elements there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all elements.</summary>
    public void Clear()
    {
        if (_rows.Length > LargestKeptRows) _rows = new Row[64];
        else Array.Clear(_rows, 0, Count);
        if (_chunk.Length > ChunkBytes) _chunk = new byte[ChunkBytes];
        Count = _used = 0;
    }

    /// <summary>Adds an element.</summary>
    public void Add(ListpackElement element)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        Add(element.WriteText(scratch));
    }

    /// <summary>Adds an element.</summary>
    public void Add(ReadOnlySpan<byte> element)
    {
        if (Count == _rows.Length) Array.Resize(ref _rows, Count * 2);
        _rows[Count] = new Row { Element = Keep(element), Order = Count };
        Count++;
    }

    /// <summary>An element's bytes.</summary>
    public ReadOnlySpan<byte> ElementAt(int index) => _rows[index].Element.Bytes;

    /// <summary>Says by which number an element is sorted; without, it is 0.</summary>
    public void SetScore(int index, double score) => _rows[index].Score = score;

    /// <summary>Says by which text an element is sorted; without, it stands before all that have one.</summary>
    public void SetBy(int index, ReadOnlySpan<byte> text) => _rows[index].By = Keep(text);

    /// <summary>Sorts by scores, equal ones by the elements.</summary>
    public void SortByScore(bool descending) => _rows.AsSpan(0, Count).Sort(new ScoreOrder(descending));

    /// <summary>Sorts by texts: those that were set, or the elements themselves.</summary>
    /// <param name="descending">From the greatest on.</param>
    /// <param name="bySet">Whether texts were set.</param>
    /// <param name="wholly">Compare texts to their end, not up to a zero byte.</param>
    public void SortByText(bool descending, bool bySet, bool wholly) => _rows.AsSpan(0, Count).Sort(new TextOrder(descending, bySet, wholly));

    private Text Keep(ReadOnlySpan<byte> bytes)
    {
        if (_chunk.Length - _used < bytes.Length)
        {
            _chunk = new byte[Math.Max(ChunkBytes, bytes.Length)];
            _used = 0;
        }

        bytes.CopyTo(_chunk.AsSpan(_used));
        var kept = new Text(_chunk, _used, bytes.Length);
        _used += bytes.Length;
        return kept;
    }

    // As Redis, whose sort is a merge sort: what compares as equal stays in order, downwards too.
    private static int Directed(int order, bool descending, in Row x, in Row y) =>
        order == 0 ? x.Order.CompareTo(y.Order) : descending ? -order : order;

    private readonly struct ScoreOrder(bool descending) : IComparer<Row>
    {
        public int Compare(Row x, Row y)
        {
            int order = x.Score.CompareTo(y.Score);
            if (order == 0) order = x.Element.Bytes.SequenceCompareTo(y.Element.Bytes);
            return Directed(order, descending, x, y);
        }
    }

    private readonly struct TextOrder(bool descending, bool bySet, bool wholly) : IComparer<Row>
    {
        public int Compare(Row x, Row y)
        {
            int order = bySet ? Compare(x.By, y.By) : Compare(x.Element, y.Element);
            return Directed(order, descending, x, y);
        }

        private int Compare(Text x, Text y)
        {
            if (x.Chunk is null || y.Chunk is null) return (x.Chunk is null ? 0 : 1) - (y.Chunk is null ? 0 : 1);
            return wholly ? x.Bytes.SequenceCompareTo(y.Bytes) : BeforeZero(x.Bytes).SequenceCompareTo(BeforeZero(y.Bytes));
        }

        // As Redis, which compares C strings by the rules of the C locale.
        private static ReadOnlySpan<byte> BeforeZero(ReadOnlySpan<byte> text)
        {
            int end = text.IndexOf((byte)0);
            return end < 0 ? text : text[..end];
        }
    }
}
