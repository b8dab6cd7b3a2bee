using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>
/// Strings one after the other in one block, in the format that Redis gave the name: what small lists, hashes, sets and
/// sorted sets are, and the nodes of large lists and of streams. The bytes are exactly those that DUMP and RDB files carry.
///
/// <code>
/// total bytes u32 | count u16, 65535: must be counted | entry … | 0xFF
/// </code>
///
/// For entries see <see cref="ListpackEntry"/>. An element is known by its offset; <see cref="None"/> says that there is
/// none. Text that is the canonical decimal form of a 64-bit integer is kept as that integer.
///
/// Costs: everything walks, from the nearer end where a place is given by index; an insertion or deletion moves what
/// follows. So packs stay small: the options of the types say how small, and <see cref="LongestBytes"/> is a limit for all.
///
/// Contract: packs are trusted, their entries are not checked again. Bytes from elsewhere go through <see cref="Validate(ReadOnlySpan{byte})"/>
/// first. What is inserted must not lie in the pack itself. Every change of a <see cref="Blob"/> may move it and ends all offsets but the one returned.
/// </summary>
public static unsafe class Listpack
{
    /// <summary>No element.</summary>
    public const int None = -1;

    /// <summary>The size of an empty pack.</summary>
    public const int EmptyBytes = HeaderBytes + 1;

    /// <summary>What stands before the first entry.</summary>
    public const int HeaderBytes = 6;

    /// <summary>No pack may become longer: 1 GB, as in Redis.</summary>
    public const int LongestBytes = 1 << 30;

    private const int Uncounted = ushort.MaxValue;
    private const int CountAt = 4;

    /// <summary>A pack without elements.</summary>
    public static Blob Create(SlabAllocator memory) => Blob.Of(memory, [EmptyBytes, 0, 0, 0, 0, 0, ListpackEntry.End]);

    /// <summary>How many elements there are; more than 65534 are counted one by one.</summary>
    public static int Count(ReadOnlySpan<byte> pack)
    {
        int count = StoredCount(pack);
        if (count != Uncounted) return count;
        count = 0;
        for (int at = First(pack); at != None; at = Next(pack, at)) count++;
        return count;
    }

    /// <summary>Whether there is no element.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> pack) => pack.Length == EmptyBytes;

    /// <summary>The first element.</summary>
    public static int First(ReadOnlySpan<byte> pack) => IsEmpty(pack) ? None : HeaderBytes;

    /// <summary>The last element.</summary>
    public static int Last(ReadOnlySpan<byte> pack) => IsEmpty(pack) ? None : Before(pack, pack.Length - 1);

    /// <summary>The element after the one at <paramref name="at"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> pack, int at)
    {
        int next = at + ListpackEntry.BytesAt(ref EntryAt(pack, at));
        return next < pack.Length - 1 ? next : None;
    }

    /// <summary>The element before the one at <paramref name="at"/>.</summary>
    public static int Previous(ReadOnlySpan<byte> pack, int at) => at == HeaderBytes ? None : Before(pack, at);

    /// <summary>The element with this index; -1 is the last, -2 the one before it.</summary>
    public static int Seek(ReadOnlySpan<byte> pack, long index)
    {
        int count = StoredCount(pack);
        if (count != Uncounted)
        {
            if (index < 0) index += count;
            if ((ulong)index >= (ulong)count) return None;
            if (index > count / 2) index -= count;
        }

        int at;
        if (index >= 0)
        {
            for (at = First(pack); index > 0 && at != None; index--) at = Next(pack, at);
        }
        else
        {
            for (at = Last(pack); index < -1 && at != None; index++) at = Previous(pack, at);
        }

        return at;
    }

    /// <summary>The element at <paramref name="at"/>.</summary>
    public static ListpackElement Read(ReadOnlySpan<byte> pack, int at) => ListpackEntry.Read(pack[at..], out _);

    /// <summary>The element at <paramref name="at"/>, and the one after it.</summary>
    public static ListpackElement Read(ReadOnlySpan<byte> pack, int at, out int next)
    {
        ListpackElement element = ListpackEntry.Read(pack[at..], out int bytes);
        next = at + bytes < pack.Length - 1 ? at + bytes : None;
        return element;
    }

    /// <summary>
    /// The first element from <paramref name="at"/> on whose text is this; <paramref name="skip"/> elements are passed
    /// over after each that is looked at (1 for the fields of a hash). <paramref name="at"/> may be <see cref="None"/>.
    /// </summary>
    public static int Find(ReadOnlySpan<byte> pack, int at, ReadOnlySpan<byte> text, int skip)
    {
        if (at == None) return None;
        bool wantsInteger = DecimalText.TryParse(text, out long integer);
        fixed (byte* start = pack)
        {
            byte* end = start + pack.Length - 1;
            byte* entry = start + at;
            while (entry < end)
            {
                byte head = *entry;
                if (head < 0x80)
                {
                    if (wantsInteger && integer == head) return (int)(entry - start);
                    entry += 2;
                }
                else if (head < 0xC0)
                {
                    int length = head & 0x3F;
                    if (length == text.Length && text.SequenceEqual(new ReadOnlySpan<byte>(entry + 1, length))) return (int)(entry - start);
                    entry += 2 + length;
                }
                else
                {
                    ListpackElement element = ListpackEntry.Read(new ReadOnlySpan<byte>(entry, (int)(end - entry)), out int bytes);
                    if (element.IsInteger ? wantsInteger && element.Integer == integer : element.Bytes.SequenceEqual(text)) return (int)(entry - start);
                    entry += bytes;
                }

                for (int i = skip; i > 0 && entry < end; i--) entry += ListpackEntry.BytesAt(ref *entry);
            }
        }

        return None;
    }

    /// <summary>
    /// The offsets of up to <paramref name="most"/> elements with this text, from one end on, ascending all the same.
    /// <paramref name="room"/> has a place for each element of the pack.
    /// </summary>
    public static ReadOnlySpan<int> FindAll(ReadOnlySpan<byte> pack, ReadOnlySpan<byte> text, bool fromTail, long most, Span<int> room)
    {
        int count = 0;
        int at = Find(pack, First(pack), text, 0);
        while (at != None && (fromTail || count < most))
        {
            room[count++] = at;
            at = Find(pack, Next(pack, at), text, 0);
        }

        int kept = (int)Math.Min(count, most);
        return room.Slice(count - kept, kept);
    }

    /// <summary>How many bytes an entry with this text takes.</summary>
    public static int EntryBytes(ReadOnlySpan<byte> text)
    {
        int size = DecimalText.TryParse(text, out long integer) ? ListpackEntry.SizeOfInteger(integer) : ListpackEntry.SizeOfText(text.Length);
        return size + ListpackEntry.BackLengthBytes(size);
    }

    /// <summary>How many bytes an entry with this integer takes.</summary>
    public static int EntryBytes(long integer)
    {
        int size = ListpackEntry.SizeOfInteger(integer);
        return size + ListpackEntry.BackLengthBytes(size);
    }

    /// <summary>How many bytes the entry at <paramref name="at"/> takes.</summary>
    public static int EntryBytesAt(ReadOnlySpan<byte> pack, int at) => ListpackEntry.BytesAt(ref EntryAt(pack, at));

    /// <summary>Whether a pack of <paramref name="packBytes"/> may take in so many more bytes and stay within <see cref="LongestBytes"/>.</summary>
    public static bool CanAdd(long packBytes, long more) => packBytes + more <= LongestBytes;

    /// <summary>Adds text at the end.</summary>
    public static void Append(SlabAllocator memory, ref Blob pack, ReadOnlySpan<byte> text) => Put(memory, ref pack, pack.Length - 1, 0, text);

    /// <summary>Adds an integer at the end.</summary>
    public static void Append(SlabAllocator memory, ref Blob pack, long integer) => Put(memory, ref pack, pack.Length - 1, 0, integer);

    /// <summary>Adds text at the start.</summary>
    public static void Prepend(SlabAllocator memory, ref Blob pack, ReadOnlySpan<byte> text) => Put(memory, ref pack, HeaderBytes, 0, text);

    /// <summary>Adds an integer at the start.</summary>
    public static void Prepend(SlabAllocator memory, ref Blob pack, long integer) => Put(memory, ref pack, HeaderBytes, 0, integer);

    /// <summary>
    /// Adds text at the start by moving the start down into free room before it, of which there are <paramref name="front"/> bytes: nothing else moves.
    /// False when the entry takes more; <paramref name="bytes"/> says how many in either case.
    /// </summary>
    internal static bool TryPrependInFront(ref Blob pack, int front, ReadOnlySpan<byte> text, out int bytes)
    {
        bool isInteger = DecimalText.TryParse(text, out long integer);
        int size = isInteger ? ListpackEntry.SizeOfInteger(integer) : ListpackEntry.SizeOfText(text.Length);
        bytes = size + ListpackEntry.BackLengthBytes(size);
        if (bytes > front) return false;
        Invariant.That(CanAdd(pack.Length, bytes));
        int count = StoredCount(pack.Bytes);
        pack.MoveStart(-bytes);
        Span<byte> entry = pack.Bytes.Slice(HeaderBytes, bytes);
        if (isInteger) ListpackEntry.WriteInteger(integer, entry);
        else ListpackEntry.WriteText(text, entry);
        Recount(pack.Bytes, count, 1);
        return true;
    }

    /// <summary>Removes the first element, of a pack that has one, by moving the start up; how many bytes are free before it now that were not.</summary>
    internal static int DropFirst(ref Blob pack)
    {
        int bytes = EntryBytesAt(pack.Bytes, HeaderBytes), count = StoredCount(pack.Bytes);
        pack.MoveStart(bytes);
        Recount(pack.Bytes, count, -1);
        return bytes;
    }

    /// <summary>Removes the last element, of a pack that has one, by moving the end down; the block stays as large as it is.</summary>
    internal static void DropLast(ref Blob pack)
    {
        int count = StoredCount(pack.Bytes);
        pack.MoveEnd(pack.Length - 1 - Last(pack.Bytes));
        pack.Bytes[^1] = ListpackEntry.End;
        Recount(pack.Bytes, count, -1);
    }

    /// <summary>Puts text before the element at <paramref name="at"/>, which is then where the new one is.</summary>
    public static void InsertBefore(SlabAllocator memory, ref Blob pack, int at, ReadOnlySpan<byte> text) => Put(memory, ref pack, at, 0, text);

    /// <summary>Puts an integer before the element at <paramref name="at"/>, which is then where the new one is.</summary>
    public static void InsertBefore(SlabAllocator memory, ref Blob pack, int at, long integer) => Put(memory, ref pack, at, 0, integer);

    /// <summary>Puts text after the element at <paramref name="at"/>; returns where.</summary>
    public static int InsertAfter(SlabAllocator memory, ref Blob pack, int at, ReadOnlySpan<byte> text)
    {
        at += EntryBytesAt(pack.Bytes, at);
        Put(memory, ref pack, at, 0, text);
        return at;
    }

    /// <summary>Puts an integer after the element at <paramref name="at"/>; returns where.</summary>
    public static int InsertAfter(SlabAllocator memory, ref Blob pack, int at, long integer)
    {
        at += EntryBytesAt(pack.Bytes, at);
        Put(memory, ref pack, at, 0, integer);
        return at;
    }

    /// <summary>Puts text in place of the element at <paramref name="at"/>.</summary>
    public static void Replace(SlabAllocator memory, ref Blob pack, int at, ReadOnlySpan<byte> text) =>
        Put(memory, ref pack, at, EntryBytesAt(pack.Bytes, at), text);

    /// <summary>Puts an integer in place of the element at <paramref name="at"/>.</summary>
    public static void Replace(SlabAllocator memory, ref Blob pack, int at, long integer) =>
        Put(memory, ref pack, at, EntryBytesAt(pack.Bytes, at), integer);

    /// <summary>Removes the element at <paramref name="at"/>; returns the one that followed it.</summary>
    public static int Delete(SlabAllocator memory, ref Blob pack, int at)
    {
        Cut(memory, ref pack, at, EntryBytesAt(pack.Bytes, at), 1);
        return at < pack.Length - 1 ? at : None;
    }

    /// <summary>Removes up to <paramref name="count"/> elements from <paramref name="at"/> on; returns the one that followed them.</summary>
    public static int DeleteRun(SlabAllocator memory, ref Blob pack, int at, long count)
    {
        ReadOnlySpan<byte> bytes = pack.Bytes;
        int end = at, deleted = 0;
        for (; deleted < count && end < bytes.Length - 1; deleted++) end += EntryBytesAt(bytes, end);
        if (deleted > 0) Cut(memory, ref pack, at, end - at, deleted);
        return at < pack.Length - 1 ? at : None;
    }

    /// <summary>Removes up to <paramref name="count"/> elements from the one with this index on, which may be negative; nothing if there is none.</summary>
    public static void DeleteRange(SlabAllocator memory, ref Blob pack, long index, long count)
    {
        if (count <= 0) return;
        int at = Seek(pack.Bytes, index);
        if (at == None) return;
        int stored = StoredCount(pack.Bytes);
        if (index < 0) index += stored;
        if (stored != Uncounted && stored - index <= count) Cut(memory, ref pack, at, pack.Length - 1 - at, (int)(stored - index));
        else DeleteRun(memory, ref pack, at, count);
    }

    /// <summary>Removes the elements at these offsets, which ascend.</summary>
    public static void DeleteAll(SlabAllocator memory, ref Blob pack, ReadOnlySpan<int> offsets)
    {
        if (offsets.IsEmpty) return;
        Span<byte> bytes = pack.Bytes;
        int to = offsets[0];
        for (int i = 0; i < offsets.Length; i++)
        {
            int from = offsets[i] + EntryBytesAt(bytes, offsets[i]);
            int until = i + 1 < offsets.Length ? offsets[i + 1] : bytes.Length - 1;
            Invariant.That(from <= until);
            bytes[from..until].CopyTo(bytes[to..]);
            to += until - from;
        }

        Cut(memory, ref pack, to, bytes.Length - 1 - to, offsets.Length);
    }

    /// <summary>Puts all elements of <paramref name="second"/> behind those of <paramref name="first"/> and frees it.</summary>
    public static void Merge(SlabAllocator memory, ref Blob first, ref Blob second)
    {
        int count = Math.Min(Uncounted, Count(first.Bytes) + Count(second.Bytes));
        ReadOnlySpan<byte> entries = second.Bytes[HeaderBytes..^1];
        Invariant.That(CanAdd(first.Length, entries.Length));
        entries.CopyTo(first.Splice(memory, first.Length - 1, 0, entries.Length));
        Seal(first.Bytes, count);
        second.Free(memory);
    }

    /// <summary>
    /// Cuts a pack in two before the element at <paramref name="at"/>, which has index <paramref name="index"/>: the
    /// first part stays, the second is returned.
    /// </summary>
    public static Blob Split(SlabAllocator memory, ref Blob pack, int at, int index)
    {
        int count = Count(pack.Bytes);
        ReadOnlySpan<byte> entries = pack.Bytes[at..^1];
        Blob second = Create(memory);
        entries.CopyTo(second.Splice(memory, HeaderBytes, 0, entries.Length));
        Seal(second.Bytes, Math.Min(Uncounted, count - index));
        Cut(memory, ref pack, at, entries.Length, count - index);
        return second;
    }

    /// <summary>Whether bytes that anybody may have written are a pack, sound to the last entry.</summary>
    public static bool Validate(ReadOnlySpan<byte> pack) => Validate(pack, out _);

    /// <summary>Whether bytes that anybody may have written are a pack, sound to the last entry; and how many elements it has.</summary>
    public static bool Validate(ReadOnlySpan<byte> pack, out int count)
    {
        count = 0;
        if (pack.Length < EmptyBytes || BinaryPrimitives.ReadUInt32LittleEndian(pack) != (uint)pack.Length || pack[^1] != ListpackEntry.End) return false;
        for (ReadOnlySpan<byte> rest = pack[HeaderBytes..^1]; !rest.IsEmpty; count++)
        {
            int bytes = ListpackEntry.Check(rest);
            if (bytes == 0) return false;
            rest = rest[bytes..];
        }

        int stored = StoredCount(pack);
        return stored == Uncounted || stored == count;
    }

    private static int StoredCount(ReadOnlySpan<byte> pack) => BinaryPrimitives.ReadUInt16LittleEndian(pack[CountAt..]);

    private static int Before(ReadOnlySpan<byte> pack, int end) => end - ListpackEntry.BytesBefore(pack, end);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte EntryAt(ReadOnlySpan<byte> pack, int at) => ref Unsafe.Add(ref MemoryMarshal.GetReference(pack), at);

    private static void Put(SlabAllocator memory, ref Blob pack, int at, int removed, ReadOnlySpan<byte> text)
    {
        if (DecimalText.TryParse(text, out long integer))
        {
            Put(memory, ref pack, at, removed, integer);
            return;
        }

        int size = ListpackEntry.SizeOfText(text.Length);
        ListpackEntry.WriteText(text, Open(memory, ref pack, at, removed, size + ListpackEntry.BackLengthBytes(size)));
    }

    private static void Put(SlabAllocator memory, ref Blob pack, int at, int removed, long integer)
    {
        int size = ListpackEntry.SizeOfInteger(integer);
        ListpackEntry.WriteInteger(integer, Open(memory, ref pack, at, removed, size + ListpackEntry.BackLengthBytes(size)));
    }

    /// <summary>Makes room for an entry at <paramref name="at"/>, in place of one if bytes are removed, and counts it.</summary>
    private static Span<byte> Open(SlabAllocator memory, ref Blob pack, int at, int removed, int inserted)
    {
        Invariant.That(at >= HeaderBytes && at < pack.Length && CanAdd(pack.Length, inserted - removed));
        Span<byte> room = pack.Splice(memory, at, removed, inserted);
        Recount(pack.Bytes, StoredCount(pack.Bytes), removed == 0 ? 1 : 0);
        return room;
    }

    private static void Cut(SlabAllocator memory, ref Blob pack, int at, int bytes, int elements)
    {
        pack.Splice(memory, at, bytes, 0);
        Recount(pack.Bytes, StoredCount(pack.Bytes), -elements);
    }

    private static void Recount(Span<byte> pack, int count, int more) => Seal(pack, count == Uncounted ? count : count + more);

    private static void Seal(Span<byte> pack, int count)
    {
        BinaryPrimitives.WriteInt32LittleEndian(pack, pack.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(pack[CountAt..], (ushort)count);
    }
}
