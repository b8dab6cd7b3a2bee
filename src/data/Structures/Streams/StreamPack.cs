using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hexad.Core;
using Hexad.Memory;

namespace Hexad.Structures;

/// <summary>The fields and values of an entry that is added: field, value, field, value …</summary>
public interface IStreamWords
{
    /// <summary>How many words there are: even.</summary>
    int Count { get; }

    /// <summary>One of them; it must not lie in a stream.</summary>
    ReadOnlySpan<byte> this[int index] { get; }
}

/// <summary>
/// A node of a stream: a run of entries in one listpack, byte for byte as Redis keeps and dumps it. Fields that all
/// entries share are told once, in the master entry; ids are told as differences to the node's own, which is that of its
/// first entry.
///
/// <code>
/// block    mark u8 | kind u8 | 0 u16 | room u32 | id ms u64, seq u64 | listpack
/// listpack master | entry …
/// master   live count | deleted count | field count | field … | 0
/// entry    flags | ms - ms of the node | seq - seq of the node | [field count | field, value …] or value … | elements of this entry
/// flags    1 deleted, 2 has the master's fields: then only values stand there
/// </code>
///
/// A deleted entry stays where it is, marked. The last element of an entry lets the pack be read backwards; the master's is 0.
///
/// Contract: packs are trusted but for <see cref="IsSound"/>, which judges bytes from elsewhere.
/// </summary>
internal static unsafe class StreamPack
{
    public const int HeaderBytes = 24;
    public const int FlagDeleted = 1;
    public const int FlagSameFields = 2;

    private const int Uncounted = ushort.MaxValue;
    private const int FixedElements = 3;
    private const int LastDoubledBytes = 2048;

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public byte Mark;
        public StreamNodeKind Kind;
        public ushort Unused;
        public uint Room;
        public StreamId Id;
    }

    /// <summary>What the master entry says, and where things begin.</summary>
    public struct Master
    {
        public long Live;
        public long Deleted;
        public long FieldCount;
        public int FieldsAt;
        public int EntriesAt;
    }

    /// <summary>The node's id.</summary>
    public static StreamId IdOf(nint node) => ((Header*)node)->Id;

    /// <summary>Which snapshot walk has told it.</summary>
    public static byte MarkOf(nint node) => ((Header*)node)->Mark;

    /// <summary>How many bytes the listpack has.</summary>
    public static int LengthOf(nint node) => *(int*)(node + HeaderBytes);

    /// <summary>The size of the block as it was asked for.</summary>
    public static nuint BlockBytesOf(nint node) => ((Header*)node)->Room;

    /// <summary>The listpack.</summary>
    public static Span<byte> BytesOf(nint node) => new((byte*)node + HeaderBytes, LengthOf(node));

    /// <summary>Live entries of the node.</summary>
    public static long LiveOf(nint node) => IntegerAt(BytesOf(node), Listpack.HeaderBytes, out _);

    /// <summary>A node with this listpack, which is sound.</summary>
    public static nint Create(CollectionMemory memory, StreamId id, ReadOnlySpan<byte> listpack)
    {
        nint node = CreateBlock(memory, id, listpack.Length);
        listpack.CopyTo(BytesOf(node, listpack.Length));
        return node;
    }

    /// <summary>A node that begins with an entry of its own id.</summary>
    public static nint Create<TWords>(CollectionMemory memory, StreamId id, ref TWords words) where TWords : IStreamWords, allows ref struct
    {
        int fields = words.Count / 2;
        int master = Listpack.EntryBytes(1) + 2 * Listpack.EntryBytes(0) + Listpack.EntryBytes(fields);
        for (int i = 0; i < fields; i++) master += Listpack.EntryBytes(words[2 * i]);
        nint node = CreateBlock(memory, id, Listpack.EmptyBytes + master + EntryBytes(0, 0, ref words, isSame: true));
        Span<byte> bytes = BytesOf(node, Listpack.EmptyBytes + master);
        int at = Listpack.HeaderBytes;
        Write(1, bytes, ref at);
        Write(0, bytes, ref at);
        Write(fields, bytes, ref at);
        for (int i = 0; i < fields; i++) Write(words[2 * i], bytes, ref at);
        Write(0, bytes, ref at);
        bytes[at] = ListpackEntry.End;
        Seal(bytes, 4 + (long)fields);
        return WriteEntry(memory, node, id, ref words, isSame: true);
    }

    /// <summary>Adds an entry at the end; the node may move.</summary>
    public static nint Append<TWords>(CollectionMemory memory, nint node, StreamId id, ref TWords words) where TWords : IStreamWords, allows ref struct
    {
        Read(node, out Master master);
        bool isSame = HasFields(node, master, ref words);
        node = Count(memory, node, 1, 0);
        return WriteEntry(memory, node, id, ref words, isSame);
    }

    /// <summary>Marks an entry that is not marked yet as deleted; the node may move.</summary>
    public static nint MarkDeleted(CollectionMemory memory, nint node, int flagsAt, long flags) =>
        Count(memory, SetInteger(memory, node, flagsAt, flags | FlagDeleted), -1, 1);

    /// <summary>Marks up to <paramref name="most"/> live entries from the first on as deleted, those below an id; the node may move.</summary>
    public static nint MarkFirstDeleted(CollectionMemory memory, nint node, long most, StreamId below, out long marked)
    {
        Read(node, out Master master);
        marked = 0;
        int at = master.EntriesAt;
        while (at < LengthOf(node) - 1 && marked < most)
        {
            if (EntryIdAt(node, BytesOf(node), at, out long flags, out _) >= below) break;
            if ((flags & FlagDeleted) == 0)
            {
                node = SetInteger(memory, node, at, flags | FlagDeleted);
                marked++;
            }

            EntryIdAt(node, BytesOf(node), at, out flags, out int content);
            bool isSame = (flags & FlagSameFields) != 0;
            long fields = isSame ? master.FieldCount : IntegerAt(BytesOf(node), content, out content);
            at = Skip(BytesOf(node), content, (isSame ? fields : fields * 2) + 1);
        }

        return Count(memory, node, -marked, marked);
    }

    /// <summary>Gives back room that is not used: the node is full and will not grow.</summary>
    public static nint Shrink(CollectionMemory memory, nint node) => Resize(memory, node, HeaderBytes + LengthOf(node));

    /// <summary>Reads the master entry.</summary>
    public static void Read(nint node, out Master master)
    {
        ReadOnlySpan<byte> bytes = BytesOf(node);
        int at = Listpack.HeaderBytes;
        master.Live = IntegerAt(bytes, at, out at);
        master.Deleted = IntegerAt(bytes, at, out at);
        master.FieldCount = IntegerAt(bytes, at, out at);
        master.FieldsAt = at;
        at = Skip(bytes, at, master.FieldCount);
        master.EntriesAt = Skip(bytes, at, 1);
    }

    /// <summary>The integer at an offset, and the offset of what follows it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long IntegerAt(ReadOnlySpan<byte> bytes, int at, out int next)
    {
        byte head = bytes[at];
        if (head < 0x80)
        {
            next = at + 2;
            return head;
        }

        ListpackElement element = ListpackEntry.Read(bytes[at..], out int size);
        next = at + size;
        return element.Integer;
    }

    /// <summary>The offset after so many elements.</summary>
    public static int Skip(ReadOnlySpan<byte> bytes, int at, long count)
    {
        for (; count > 0; count--) at += ListpackEntry.BytesAt(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), at));
        return at;
    }

    /// <summary>The offset of the entry that ends at <paramref name="end"/>; -1 when what ends there is the master.</summary>
    public static int EntryBefore(ReadOnlySpan<byte> bytes, int end)
    {
        int at = end - ListpackEntry.BytesBefore(bytes, end);
        long elements = IntegerAt(bytes, at, out _);
        if (elements == 0) return -1;
        for (; elements > 0; elements--) at -= ListpackEntry.BytesBefore(bytes, at);
        return at;
    }

    /// <summary>The id of the last entry, deleted or not; false when there is none.</summary>
    public static bool TryLastId(nint node, out StreamId id)
    {
        ReadOnlySpan<byte> bytes = BytesOf(node);
        int at = EntryBefore(bytes, bytes.Length - 1);
        id = default;
        if (at < 0) return false;
        id = EntryIdAt(node, bytes, at, out _, out _);
        return true;
    }

    /// <summary>The id of the entry at an offset, its flags, and the offset behind.</summary>
    public static StreamId EntryIdAt(nint node, ReadOnlySpan<byte> bytes, int at, out long flags, out int next)
    {
        flags = IntegerAt(bytes, at, out next);
        ulong ms = (ulong)IntegerAt(bytes, next, out next), seq = (ulong)IntegerAt(bytes, next, out next);
        StreamId first = IdOf(node);
        return new StreamId(unchecked(first.Ms + ms), unchecked(first.Seq + seq));
    }

    /// <summary>
    /// Whether bytes that anybody may have written are a pack of a stream, sound to the last element, with as many live and
    /// deleted entries as it says, none before the node's id, the live ones in order. <paramref name="last"/> is the last live one.
    /// </summary>
    public static bool IsSound(ReadOnlySpan<byte> bytes, StreamId id, out long live, out StreamId last)
    {
        live = 0;
        last = StreamId.Zero;
        if (!Listpack.Validate(bytes)) return false;
        int at = Listpack.HeaderBytes;
        if (!TryInteger(bytes, ref at, out long saidLive) || !TryInteger(bytes, ref at, out long saidDeleted) || !TryInteger(bytes, ref at, out long fields)) return false;
        if (!TrySkip(bytes, ref at, fields) || !TryInteger(bytes, ref at, out long zero) || zero != 0) return false;
        long deleted = 0;
        while (at < bytes.Length - 1)
        {
            if (!TryInteger(bytes, ref at, out long flags) || !TryInteger(bytes, ref at, out long ms) || !TryInteger(bytes, ref at, out long seq)) return false;
            var own = new StreamId(unchecked(id.Ms + (ulong)ms), unchecked(id.Seq + (ulong)seq));
            bool isDeleted = (flags & FlagDeleted) != 0;
            if (own < id || (!isDeleted && live > 0 && own <= last)) return false;
            long words = fields, elements = FixedElements;
            if ((flags & FlagSameFields) == 0)
            {
                if (!TryInteger(bytes, ref at, out words) || !TrySkip(bytes, ref at, words)) return false;
                elements += words + 1;
            }

            if (!TrySkip(bytes, ref at, words) || !TryInteger(bytes, ref at, out long said) || said != words + elements) return false;
            if (isDeleted)
            {
                deleted++;
                continue;
            }

            live++;
            last = own;
        }

        return live == saidLive && deleted == saidDeleted;
    }

    private static bool TryInteger(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        if (at >= bytes.Length - 1) return false;
        ListpackElement element = ListpackEntry.Read(bytes[at..], out int size);
        value = element.Integer;
        at += size;
        return element.IsInteger;
    }

    private static bool TrySkip(ReadOnlySpan<byte> bytes, ref int at, long count)
    {
        if (count < 0 || count > bytes.Length) return false;
        for (; count > 0; count--)
        {
            if (at >= bytes.Length - 1) return false;
            at = Skip(bytes, at, 1);
        }

        return true;
    }

    private static bool HasFields<TWords>(nint node, in Master master, ref TWords words) where TWords : IStreamWords, allows ref struct
    {
        if (master.FieldCount != words.Count / 2) return false;
        ReadOnlySpan<byte> bytes = BytesOf(node);
        int at = master.FieldsAt;
        for (int i = 0; i < words.Count; i += 2)
        {
            ListpackElement field = ListpackEntry.Read(bytes[at..], out int size);
            if (!field.Equals(words[i])) return false;
            at += size;
        }

        return true;
    }

    private static int EntryBytes<TWords>(long ms, long seq, ref TWords words, bool isSame) where TWords : IStreamWords, allows ref struct
    {
        int fields = words.Count / 2;
        int bytes = 2 + Listpack.EntryBytes(ms) + Listpack.EntryBytes(seq);
        if (!isSame) bytes += Listpack.EntryBytes(fields);
        for (int i = isSame ? 1 : 0; i < words.Count; i += isSame ? 2 : 1) bytes += Listpack.EntryBytes(words[i]);
        return bytes + Listpack.EntryBytes(ElementsOf(fields, isSame));
    }

    private static long ElementsOf(int fields, bool isSame) => FixedElements + (isSame ? fields : 2L * fields + 1);

    private static nint WriteEntry<TWords>(CollectionMemory memory, nint node, StreamId id, ref TWords words, bool isSame) where TWords : IStreamWords, allows ref struct
    {
        StreamId first = IdOf(node);
        long ms = unchecked((long)(id.Ms - first.Ms)), seq = unchecked((long)(id.Seq - first.Seq));
        int fields = words.Count / 2;
        int length = LengthOf(node), entry = EntryBytes(ms, seq, ref words, isSame);
        node = MakeRoom(memory, node, HeaderBytes + length + entry);
        Span<byte> bytes = BytesOf(node, length + entry);
        int at = length - 1;
        Write(isSame ? FlagSameFields : 0, bytes, ref at);
        Write(ms, bytes, ref at);
        Write(seq, bytes, ref at);
        if (!isSame) Write(fields, bytes, ref at);
        for (int i = isSame ? 1 : 0; i < words.Count; i += isSame ? 2 : 1) Write(words[i], bytes, ref at);
        Write(ElementsOf(fields, isSame), bytes, ref at);
        Invariant.That(at == bytes.Length - 1);
        bytes[at] = ListpackEntry.End;
        Seal(bytes, ElementsOf(fields, isSame) + 1);
        return node;
    }

    private static void Write(long value, Span<byte> bytes, ref int at)
    {
        int size = Listpack.EntryBytes(value);
        ListpackEntry.WriteInteger(value, bytes.Slice(at, size));
        at += size;
    }

    private static void Write(ReadOnlySpan<byte> text, Span<byte> bytes, ref int at)
    {
        if (DecimalText.TryParse(text, out long value))
        {
            Write(value, bytes, ref at);
            return;
        }

        int size = ListpackEntry.SizeOfText(text.Length);
        size += ListpackEntry.BackLengthBytes(size);
        ListpackEntry.WriteText(text, bytes.Slice(at, size));
        at += size;
    }

    /// <summary>Changes the counts of live and deleted entries; what follows may move, and so may the node.</summary>
    private static nint Count(CollectionMemory memory, nint node, long moreLive, long moreDeleted)
    {
        long live = IntegerAt(BytesOf(node), Listpack.HeaderBytes, out _);
        node = SetInteger(memory, node, Listpack.HeaderBytes, live + moreLive);
        if (moreDeleted == 0) return node;
        IntegerAt(BytesOf(node), Listpack.HeaderBytes, out int at);
        long deleted = IntegerAt(BytesOf(node), at, out _);
        return SetInteger(memory, node, at, deleted + moreDeleted);
    }

    /// <summary>Puts another integer where one stands; what follows may move, and so may the node.</summary>
    private static nint SetInteger(CollectionMemory memory, nint node, int at, long value)
    {
        int length = LengthOf(node);
        int before = ListpackEntry.BytesAt(ref BytesOf(node)[at]), after = Listpack.EntryBytes(value);
        if (before != after)
        {
            node = MakeRoom(memory, node, HeaderBytes + length + after - before);
            byte* start = (byte*)node + HeaderBytes;
            long tail = length - at - before;
            Buffer.MemoryCopy(start + at + before, start + at + after, tail, tail);
            *(int*)start = length + after - before;
        }

        ListpackEntry.WriteInteger(value, BytesOf(node).Slice(at, after));
        return node;
    }

    private static void Seal(Span<byte> bytes, long moreElements)
    {
        ref ushort count = ref Unsafe.As<byte, ushort>(ref bytes[4]);
        MemoryMarshal.Write(bytes, bytes.Length);
        count = (ushort)Math.Min(Uncounted, count + moreElements);
    }

    private static Span<byte> BytesOf(nint node, int length) => new((byte*)node + HeaderBytes, length);

    private static nint CreateBlock(CollectionMemory memory, StreamId id, int length)
    {
        nint node = memory.Slabs.Allocate((nuint)(HeaderBytes + length));
        *(Header*)node = new Header { Mark = memory.Mark, Kind = StreamNodeKind.Pack, Room = (uint)(HeaderBytes + length), Id = id };
        new Span<byte>((byte*)node + HeaderBytes, Listpack.HeaderBytes).Clear();
        return node;
    }

    private static nint MakeRoom(CollectionMemory memory, nint node, int needed)
    {
        uint room = ((Header*)node)->Room;
        if (needed <= room) return node;
        long grown = room <= LastDoubledBytes ? room * 2L : room + room / 8L;
        return Resize(memory, node, (int)Math.Max(needed, Math.Min(grown, int.MaxValue)));
    }

    private static nint Resize(CollectionMemory memory, nint node, int room)
    {
        nint moved = memory.Slabs.Reallocate(node, ((Header*)node)->Room, (nuint)room);
        ((Header*)moved)->Room = (uint)room;
        return moved;
    }
}
