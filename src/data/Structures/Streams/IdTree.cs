using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hexad.Structures;

/// <summary>
/// An ordered map from stream ids to small values of one size, as it stands within a native block; <see cref="IdTrees"/>
/// works on it. All zeros but the size, the kind and the tag is an empty one.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IdTree
{
    /// <summary>The node at the top; 0 when the tree is empty.</summary>
    public nint Top;

    /// <summary>The leaf with the smallest ids.</summary>
    public nint First;

    /// <summary>The leaf with the greatest ids.</summary>
    public nint Last;

    /// <summary>How many ids there are.</summary>
    public long Count;

    /// <summary>How many leaves there are.</summary>
    public uint Leaves;

    /// <summary>What each leaf carries, so that it can be told whose it is.</summary>
    public uint Tag;

    /// <summary>How many levels of inner nodes stand above the leaves.</summary>
    public byte Height;

    /// <summary>The size of a value: a multiple of 8, or 0 for a set.</summary>
    public byte ValueBytes;

    /// <summary>What each leaf carries as its second byte. Leaves of kind <see cref="StreamNodeKind.Pending"/> hold elements: a guard hears of their changes.</summary>
    public StreamNodeKind Kind;
}

/// <summary>What the second byte of a node says it is.</summary>
internal enum StreamNodeKind : byte
{
    /// <summary>The facts of a stream, its groups and consumers: within the root block.</summary>
    Head = 0,

    /// <summary>Entries.</summary>
    Pack = 1,

    /// <summary>Pending entries of one group: a leaf.</summary>
    Pending = 2,

    /// <summary>Any other leaf or inner node.</summary>
    Plain = 3,
}

/// <summary>A place in an <see cref="IdTree"/>: valid until the tree changes.</summary>
internal readonly unsafe struct IdPlace(nint leaf, int index)
{
    /// <summary>The leaf; 0 for no place.</summary>
    public nint Leaf => leaf;

    /// <summary>The index in the leaf.</summary>
    public int Index => index;

    /// <summary>Whether there is an id here.</summary>
    public bool Found => leaf != 0;

    /// <summary>The id.</summary>
    public StreamId Id => *IdNode.KeyAt(leaf, index);

    /// <summary>The value.</summary>
    public byte* Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte*)IdNode.KeyAt(leaf, index) + StreamId.Bytes;
    }

    /// <summary>The place after this one.</summary>
    public IdPlace Next
    {
        get
        {
            if (index + 1 < IdNode.Of(leaf)->Count) return new IdPlace(leaf, index + 1);
            return new IdPlace(IdNode.Of(leaf)->Next, 0);
        }
    }

    /// <summary>The place before this one.</summary>
    public IdPlace Previous
    {
        get
        {
            if (index > 0) return new IdPlace(leaf, index - 1);
            nint before = IdNode.Of(leaf)->Previous;
            return before == 0 ? default : new IdPlace(before, IdNode.Of(before)->Count - 1);
        }
    }
}

/// <summary>
/// A leaf or inner node: this header, then <see cref="Count"/> entries of an id and a value. In an inner node the value is
/// a child, and the id bounds the child's ids from below, but for the first child.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IdNode
{
    public const int HeaderBytes = 32;

    public byte Mark;
    public StreamNodeKind Kind;
    public ushort Count;
    public ushort Room;
    public ushort Stride;
    public uint Tag;
    public nint Next;
    public nint Previous;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IdNode* Of(nint address) => (IdNode*)address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StreamId* KeyAt(nint node, int index) => (StreamId*)((byte*)node + HeaderBytes + (nint)index * Of(node)->Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint* ChildAt(nint node, int index) => (nint*)((byte*)KeyAt(node, index) + StreamId.Bytes);

    public static nuint BytesOf(int room, int stride) => (nuint)(HeaderBytes + room * stride);

    /// <summary>The first index whose id is not below this one.</summary>
    public static int LowerBound(nint node, StreamId id)
    {
        int low = 0, high = Of(node)->Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (*KeyAt(node, middle) < id) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The child of an inner node that an id belongs to.</summary>
    public static int ChildFor(nint node, StreamId id)
    {
        int low = 1, high = Of(node)->Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (*KeyAt(node, middle) <= id) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
