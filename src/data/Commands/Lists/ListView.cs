using System;
using System.Runtime.CompilerServices;
using Hexad.Keyspace;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

/// <summary>Where an element of a list is, in either encoding; gone with the list's next change.</summary>
/// <param name="Offset">Where in the pack of a small list; <see cref="Listpack.None"/> in a large one.</param>
/// <param name="Place">Where in the chain of a large one.</param>
internal readonly record struct ListSpot(int Offset, ListPlace Place)
{
    /// <summary>Whether there is such an element.</summary>
    public bool Exists => Offset != Listpack.None || Place.Exists;
}

/// <summary>A text that elements are compared with: an element that is kept as an integer is compared as one.</summary>
internal readonly ref struct ListNeedle
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly long _integer;
    private readonly bool _isInteger;

    public ListNeedle(ReadOnlySpan<byte> text)
    {
        _text = text;
        _isInteger = DecimalText.TryParse(text, out _integer);
    }

    public bool Is(in ListpackElement element) =>
        element.IsInteger ? _isInteger && element.Integer == _integer : element.Bytes.SequenceEqual(_text);
}

/// <summary>A list to be read: one pack, or a chain of them.</summary>
internal readonly ref struct ListView
{
    private readonly ListChain _chain;
    private readonly ReadOnlySpan<byte> _pack;
    private readonly nint _root;

    public ListView(ListChain chain, ReadOnlySpan<byte> pack, nint root)
    {
        _chain = chain;
        _pack = pack;
        _root = root;
    }

    /// <summary>The list that a key holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ListView Of(scoped in CommandContext call, EntryRef entry)
    {
        ListChain chain = call.Services.Databases.Collections.Lists;
        return entry.Encoding == ObjectEncoding.Listpack ? new ListView(chain, entry.Packed, 0) : new ListView(chain, default, entry.Root);
    }

    /// <summary>How many elements there are.</summary>
    public long Count => _root == 0 ? Listpack.Count(_pack) : _chain.CountOf(_root);

    /// <summary>The element with this index; -1 is the last.</summary>
    public ListSpot Seek(long index) => _root == 0
        ? new ListSpot(Listpack.Seek(_pack, index), default)
        : new ListSpot(Listpack.None, _chain.Seek(_root, index));

    /// <summary>The element at one end.</summary>
    public ListSpot End(bool atHead) => _root == 0
        ? new ListSpot(atHead ? Listpack.First(_pack) : Listpack.Last(_pack), default)
        : new ListSpot(Listpack.None, _chain.End(_root, atHead));

    /// <summary>The element after this one.</summary>
    public ListSpot Next(ListSpot spot) => _root == 0
        ? new ListSpot(Listpack.Next(_pack, spot.Offset), default)
        : new ListSpot(Listpack.None, _chain.Next(spot.Place));

    /// <summary>The element before this one.</summary>
    public ListSpot Previous(ListSpot spot) => _root == 0
        ? new ListSpot(Listpack.Previous(_pack, spot.Offset), default)
        : new ListSpot(Listpack.None, _chain.Previous(spot.Place));

    /// <summary>The element itself.</summary>
    public ListpackElement Read(ListSpot spot) => _root == 0 ? Listpack.Read(_pack, spot.Offset) : _chain.Read(spot.Place);

    /// <summary>The first element with this text, and its index.</summary>
    public ListSpot Find(ReadOnlySpan<byte> text, out long index)
    {
        var needle = new ListNeedle(text);
        ListSpot spot = Seek(0);
        for (index = 0; spot.Exists && !needle.Is(Read(spot)); index++) spot = Next(spot);
        return spot;
    }

    /// <summary>Replies some elements, which are there, one after the other from an index on; the header is the caller's.</summary>
    public void Reply(ReplyWriter reply, long start, long count)
    {
        if (count == 0) return;
        if (_root == 0)
        {
            ReplyPacked(reply, _pack, Listpack.Seek(_pack, start), count);
            return;
        }

        for (ListPlace place = _chain.Seek(_root, start); count > 0; place = ListChain.NextNode(place))
        {
            ListRun run = _chain.RunFrom(place);
            long taken = Math.Min(count, run.Count);
            if (run.IsPlain) reply.Bulk(run.Bytes);
            else ReplyPacked(reply, run.Bytes, run.Offset, taken);
            count -= taken;
        }
    }

    /// <summary>Replies some elements, which are there, from the last one on backwards.</summary>
    public void ReplyBackwards(ReplyWriter reply, long count)
    {
        ListSpot spot = End(atHead: false);
        for (; count > 0; count--, spot = Previous(spot)) Put(reply, Read(spot));
    }

    /// <summary>Replies one element.</summary>
    public static void Put(ReplyWriter reply, in ListpackElement element)
    {
        if (element.IsInteger) reply.BulkInteger(element.Integer);
        else reply.Bulk(element.Bytes);
    }

    private static void ReplyPacked(ReplyWriter reply, ReadOnlySpan<byte> pack, int at, long count)
    {
        for (; count > 0; count--) Put(reply, Listpack.Read(pack, at, out at));
    }
}
