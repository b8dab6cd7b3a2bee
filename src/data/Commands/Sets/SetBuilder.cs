// A set as commands change it. It works on the representation itself, converts it at the limits of the options, and
// gives it to an edit of the keyspace in the end:
//
//   edit = db.Edit(ref entry); set = new SetBuilder(services, edit); set.Add(…); set.Into(ref edit); edit.Commit(ref entry)
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Memory;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>A set that is being changed or built.</summary>
internal struct SetBuilder
{
    // An intset larger than this could not be kept in one block.
    private const long MostIntegers = 1 << 30;

    private readonly CommandServices _services;
    private Blob _packed;
    private nint _root;

    /// <summary>The set that an edit holds.</summary>
    public SetBuilder(CommandServices services, scoped in CollectionEdit edit)
    {
        CollectionEdit held = edit;
        _services = services;
        Encoding = held.Encoding;
        _packed = held.Packed;
        _root = held.Root;
    }

    /// <summary>A new set that can hold <paramref name="first"/>; of about so many members.</summary>
    public SetBuilder(CommandServices services, ReadOnlySpan<byte> first, long expected)
    {
        _services = services;
        if (NumberText.TryInt64(first, out _) && expected <= Options.SetMaxIntsetEntries) StartIntegers();
        else if (expected <= Options.SetMaxListpackEntries) StartListpack();
        else StartTable(expected);
    }

    private SetBuilder(CommandServices services) => _services = services;

    /// <summary>A new set of integers.</summary>
    public static SetBuilder Integers(CommandServices services)
    {
        var made = new SetBuilder(services);
        made.StartIntegers();
        return made;
    }

    /// <summary>A new listpack.</summary>
    public static SetBuilder Pack(CommandServices services)
    {
        var made = new SetBuilder(services);
        made.StartListpack();
        return made;
    }

    /// <summary>How the set is represented now.</summary>
    public ObjectEncoding Encoding { get; private set; }

    /// <summary>How many members there are.</summary>
    public readonly long Count => Value.Count;

    /// <summary>The set, to be read; until its next change.</summary>
    public readonly SetValue Value => new(Encoding, _root == 0 ? _packed.Bytes : default, _root, Members);

    private readonly NodeOptions Options => _services.Options;
    private readonly MemberTables Members => _services.Databases.Collections.Members;
    private readonly SlabAllocator Memory => _services.Databases.Collections.Memory.Slabs;

    /// <summary>Puts a member in; false when it was there.</summary>
    public bool Add(scoped ListpackElement member)
    {
        if (!member.IsInteger) return Add(member.Bytes);
        if (Encoding == ObjectEncoding.IntegerSet) return AddInteger(member.Integer);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        return Add(member.WriteText(scratch));
    }

    /// <summary>Puts a member in; false when it was there.</summary>
    public bool Add(scoped ReadOnlySpan<byte> member)
    {
        if (Encoding == ObjectEncoding.HashTable) return Members.Add(_root, member);
        if (Encoding == ObjectEncoding.IntegerSet)
        {
            if (NumberText.TryInt64(member, out long integer)) return AddInteger(integer);
            if (FitsListpack(member.Length)) BecomeListpack();
            else BecomeTable(Count + 1);
            return Add(member);
        }

        if (Listpack.Find(_packed.Bytes, Listpack.First(_packed.Bytes), member, 0) != Listpack.None) return false;
        if (Count < Options.SetMaxListpackEntries && member.Length <= Options.SetMaxListpackValueBytes && Listpack.CanAdd(_packed.Length, member.Length))
        {
            Listpack.Append(Memory, ref _packed, member);
            return true;
        }

        BecomeTable(Count + 1);
        return Members.Add(_root, member);
    }

    /// <summary>Takes a member out; false when it was not there.</summary>
    public bool Remove(scoped ListpackElement member)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        return Remove(member.WriteText(scratch));
    }

    /// <summary>Takes a member out; false when it was not there.</summary>
    public bool Remove(scoped ReadOnlySpan<byte> member)
    {
        switch (Encoding)
        {
            case ObjectEncoding.IntegerSet:
                return NumberText.TryInt64(member, out long integer) && IntegerSet.Remove(Memory, ref _packed, integer);
            case ObjectEncoding.Listpack:
                int at = Listpack.Find(_packed.Bytes, Listpack.First(_packed.Bytes), member, 0);
                if (at == Listpack.None) return false;
                Listpack.Delete(Memory, ref _packed, at);
                return true;
            default:
                return Members.Remove(_root, member);
        }
    }

    /// <summary>Removes elements of a listpack; their offsets ascend.</summary>
    public void RemoveAll(scoped ReadOnlySpan<int> offsets) => Listpack.DeleteAll(Memory, ref _packed, offsets);

    /// <summary>A call is about to add so many members: a set that cannot stay packed with them becomes a table at once.</summary>
    public void Expect(long members)
    {
        // As Redis: the members that are there already are not counted.
        if ((Encoding == ObjectEncoding.Listpack && members > Options.SetMaxListpackEntries)
            || (Encoding == ObjectEncoding.IntegerSet && members > Options.SetMaxIntsetEntries)) BecomeTable(members);
    }

    /// <summary>Makes a set of which all members are integers an intset if it is small enough.</summary>
    public void BecomeIntegersIfFew()
    {
        if (Encoding == ObjectEncoding.IntegerSet || Count > Math.Min(Options.SetMaxIntsetEntries, MostIntegers)) return;
        Blob integers = IntegerSet.Create(Memory);
        foreach (ListpackElement member in Value)
        {
            bool isInteger = member.TryInteger(out long integer);
            Invariant.That(isInteger);
            IntegerSet.Add(Memory, ref integers, integer);
        }

        Free();
        _packed = integers;
        Encoding = ObjectEncoding.IntegerSet;
    }

    /// <summary>Gives the set to an edit that knew its former state, or is new.</summary>
    public readonly void Into(ref CollectionEdit edit) => edit.Hold(Encoding, _packed, _root);

    /// <summary>Gives the set to an edit that holds another one, which goes.</summary>
    public readonly void Replace(ref CollectionEdit edit)
    {
        if (_root != 0) edit.Become(Encoding, _root);
        else edit.Become(Encoding, _packed);
    }

    /// <summary>Frees the set, which no edit holds.</summary>
    public void Free()
    {
        if (_root != 0)
        {
            SliceBudget budget = SliceBudget.Unlimited;
            Members.FreeSlice(_root, ref budget);
            _root = 0;
        }
        else
        {
            _packed.Free(Memory);
        }
    }

    private void StartIntegers()
    {
        _packed = IntegerSet.Create(Memory);
        Encoding = ObjectEncoding.IntegerSet;
    }

    private void StartListpack()
    {
        _packed = Listpack.Create(Memory);
        Encoding = ObjectEncoding.Listpack;
    }

    private void StartTable(long expected)
    {
        _root = Members.Create(isHash: false, expected);
        Encoding = ObjectEncoding.HashTable;
    }

    private bool AddInteger(long integer)
    {
        if (!IntegerSet.Add(Memory, ref _packed, integer)) return false;
        if (IntegerSet.CountOf(_packed.Bytes) > Math.Min(Options.SetMaxIntsetEntries, MostIntegers)) BecomeTable(Count);
        return true;
    }

    /// <summary>Whether the intset, made a listpack, may take in a member of this length.</summary>
    private readonly bool FitsListpack(int length)
    {
        ReadOnlySpan<byte> integers = _packed.Bytes;
        int count = IntegerSet.CountOf(integers);
        if (count >= Options.SetMaxListpackEntries || length > Options.SetMaxListpackValueBytes) return false;
        if (count == 0) return true;
        long first = IntegerSet.At(integers, 0), last = IntegerSet.At(integers, count - 1);
        int widest = Math.Max(DecimalText.LengthOf(first), DecimalText.LengthOf(last));
        long bytes = Math.Max(Listpack.EntryBytes(first), Listpack.EntryBytes(last)) * (long)count;
        return widest <= Options.SetMaxListpackValueBytes && Listpack.CanAdd(bytes, length);
    }

    private void BecomeListpack()
    {
        Blob integers = _packed;
        StartListpack();
        int count = IntegerSet.CountOf(integers.Bytes);
        for (int i = 0; i < count; i++) Listpack.Append(Memory, ref _packed, IntegerSet.At(integers.Bytes, i));
        integers.Free(Memory);
    }

    private void BecomeTable(long expected)
    {
        nint root = Members.Create(isHash: false, expected);
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        foreach (ListpackElement member in Value) Members.Add(root, member.WriteText(scratch));
        Free();
        _packed = default;
        _root = root;
        Encoding = ObjectEncoding.HashTable;
    }
}
