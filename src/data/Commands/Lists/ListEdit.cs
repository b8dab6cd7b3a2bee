using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using Hexad.Keyspace;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>
/// A list while it is changed, or built. Small lists are one pack; before elements are added <see cref="Grow"/> makes a
/// chain of one that would pass what <c>list-max-listpack-size</c> allows, and after some were removed <see cref="Shrink"/>
/// makes a pack of a chain that fits into half of that.
/// </summary>
internal ref struct ListEdit
{
    private readonly ListChain _chain;
    private readonly SlabAllocator _slabs;
    private readonly ListFill _fill;
    private readonly int _depth;
    private CollectionEdit _edit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ListEdit(in CommandContext call, CollectionEdit edit)
    {
        Collections collections = call.Services.Databases.Collections;
        _chain = collections.Lists;
        _slabs = collections.Memory.Slabs;
        _fill = new ListFill(call.Services.Options.ListMaxListpackSize);
        _depth = call.Services.Options.ListCompressDepth;
        _edit = edit;
    }

    /// <summary>Begins to change the list of a key that was found, or to build one.</summary>
    public static ListEdit Begin(in CommandContext call, ref EntryRef entry)
    {
        if (entry.Found) return new ListEdit(call, call.Db.Edit(ref entry));
        var edit = new ListEdit(call, call.Db.Build(ObjectType.List));
        edit._edit.Become(ObjectEncoding.Listpack, Listpack.Create(edit._slabs));
        return edit;
    }

    /// <summary>Begins to build a list of unknown size, to be ended by <see cref="Settle"/> and <see cref="Store"/>.</summary>
    public static ListEdit BeginChain(in CommandContext call)
    {
        var edit = new ListEdit(call, call.Db.Build(ObjectType.List));
        edit._edit.Become(ObjectEncoding.Quicklist, edit._chain.Create(edit._fill, edit._depth));
        return edit;
    }

    /// <summary>The list as it is now.</summary>
    public ListView View => IsPacked ? new ListView(_chain, _edit.Packed.Bytes, 0) : new ListView(_chain, default, _edit.Root);

    /// <summary>How many elements there are.</summary>
    public long Count => IsPacked ? Listpack.Count(_edit.Packed.Bytes) : _chain.CountOf(_edit.Root);

    private readonly bool IsPacked => _edit.Encoding == ObjectEncoding.Listpack;

    /// <summary>So many elements of so many bytes are about to come; whether that made a chain of a pack, so that spots are gone.</summary>
    public bool Grow(long bytes, long elements)
    {
        if (!IsPacked || !_fill.IsExceeded(_edit.Packed.Length + bytes, Count + elements)) return false;
        Blob pack = _edit.Packed;
        _edit.Packed = default;
        nint root = _chain.Create(_fill, _depth);
        _chain.AppendPack(root, pack);
        _edit.Become(ObjectEncoding.Quicklist, root);
        return true;
    }

    /// <summary>Elements went away.</summary>
    public void Shrink() => Pack(_fill.MostBytes / 2, _fill.MostElements / 2);

    /// <summary>The list was built as a chain, and is complete.</summary>
    public void Settle() => Pack(_fill.MostBytes, _fill.MostElements);

    /// <summary>Adds an element at one end.</summary>
    public void Push(bool atHead, ReadOnlySpan<byte> text)
    {
        if (!IsPacked) _chain.Push(_edit.Root, atHead, text);
        else if (atHead) Listpack.Prepend(_slabs, ref _edit.Packed, text);
        else Listpack.Append(_slabs, ref _edit.Packed, text);
    }

    /// <summary>Puts an element beside another.</summary>
    public void Insert(ListSpot spot, bool after, ReadOnlySpan<byte> text)
    {
        if (!IsPacked) _chain.Insert(_edit.Root, spot.Place, after, text);
        else if (after) Listpack.InsertAfter(_slabs, ref _edit.Packed, spot.Offset, text);
        else Listpack.InsertBefore(_slabs, ref _edit.Packed, spot.Offset, text);
    }

    /// <summary>Puts a text in the place of an element.</summary>
    public void Replace(ListSpot spot, ReadOnlySpan<byte> text)
    {
        if (IsPacked) Listpack.Replace(_slabs, ref _edit.Packed, spot.Offset, text);
        else _chain.Replace(_edit.Root, spot.Place, text);
    }

    /// <summary>Removes elements, which are there, from an index on.</summary>
    public void DeleteRange(long index, long count)
    {
        if (IsPacked) Listpack.DeleteRange(_slabs, ref _edit.Packed, index, count);
        else _chain.DeleteRange(_edit.Root, index, count);
    }

    /// <summary>Removes an element at one end.</summary>
    public void DeleteEnd(bool atHead)
    {
        if (IsPacked) Listpack.Delete(_slabs, ref _edit.Packed, atHead ? Listpack.HeaderBytes : Listpack.Last(_edit.Packed.Bytes));
        else _chain.DeleteEnd(_edit.Root, atHead);
    }

    /// <summary>Removes up to <paramref name="most"/> elements (0: all) with this text, from one end on; returns how many.</summary>
    public long Remove(ReadOnlySpan<byte> text, bool fromTail, long most)
    {
        if (!IsPacked) return _chain.Remove(_edit.Root, text, fromTail, most);
        int[] rented = ArrayPool<int>.Shared.Rent((int)Count);
        ReadOnlySpan<int> found = Listpack.FindAll(_edit.Packed.Bytes, text, fromTail, most == 0 ? long.MaxValue : most, rented);
        Listpack.DeleteAll(_slabs, ref _edit.Packed, found);
        int removed = found.Length;
        ArrayPool<int>.Shared.Return(rented);
        return removed;
    }

    /// <summary>Ends the change of a list that a key holds.</summary>
    public void Commit(ref EntryRef entry) => _edit.Commit(ref entry);

    /// <summary>Ends the change: the list of a key that was found is put back, another is put under the key, which is new.</summary>
    public void CommitOrStore(in CommandContext call, ref EntryRef entry, ReadOnlySpan<byte> key)
    {
        if (entry.Found)
        {
            _edit.Commit(ref entry);
            return;
        }

        entry = _edit.Store(key);
        call.Created(key, call.Db);
    }

    /// <summary>Puts a list that was built under a key that is not there.</summary>
    public void Store(ReadOnlySpan<byte> key) => _edit.Store(key);

    private void Pack(long mostBytes, long mostElements)
    {
        if (IsPacked || !_chain.TryTakePack(_edit.Root, mostBytes, mostElements, out Blob pack)) return;
        _edit.Become(ObjectEncoding.Listpack, pack);
    }
}
