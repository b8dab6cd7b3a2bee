using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hexad.Core;

/// <summary>
/// A 160-bit identity written as 40 lower-case hexadecimal digits: the common form of node ids, shard ids and
/// replication ids. Kept as its 20 bytes, so that comparing and hashing never touch text.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct HexId : IEquatable<HexId>, IComparable<HexId>
{
    /// <summary>How many characters the text form has.</summary>
    public const int TextLength = 40;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    private HexId(ulong high, ulong middle, uint low) => (_high, _middle, _low) = (high, middle, low);

    /// <summary>The identity of 40 zeros, which stands for "none" on the wire.</summary>
    public static HexId None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => (_high | _middle | _low) == 0;

    /// <summary>A random identity; the chance comes from the caller, 160 bits of it.</summary>
    public static HexId FromRandom(ulong a, ulong b, ulong c) => new(a, b, (uint)c);

    /// <summary>Reads 40 hexadecimal digits; upper case is refused, as Redis refuses it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out HexId id)
    {
        id = default;
        if (text.Length != TextLength) return false;
        // The last sixteen digits overlap the sixteen before them: their lower half is what is wanted.
        if (!TryHex(text, out ulong high) || !TryHex(text[16..], out ulong middle) || !TryHex(text[24..], out ulong low)) return false;
        id = new HexId(high, middle, (uint)low);
        return true;
    }

    /// <summary>Reads 40 hexadecimal digits.</summary>
    public static bool TryParse(string text, out HexId id)
    {
        Span<byte> bytes = stackalloc byte[TextLength];
        id = default;
        return text.Length == TextLength && System.Text.Encoding.Latin1.TryGetBytes(text, bytes, out _) && TryParse(bytes, out id);
    }

    /// <summary>Writes the 40 digits; <paramref name="text"/> must have room for them.</summary>
    public void Write(Span<byte> text)
    {
        Put(text[..16], _high);
        Put(text[16..32], _middle);
        Put(text[32..40], _low);
    }

    public override string ToString() =>
        string.Create(TextLength, this, static (chars, id) =>
        {
            Span<byte> bytes = stackalloc byte[TextLength];
            id.Write(bytes);
            for (int i = 0; i < TextLength; i++) chars[i] = (char)bytes[i];
        });

    public bool Equals(HexId other) => _high == other._high && _middle == other._middle && _low == other._low;
    public override bool Equals(object? obj) => obj is HexId other && Equals(other);
    public override int GetHashCode() => (int)(_high ^ (_high >> 32));
    public static bool operator ==(HexId a, HexId b) => a.Equals(b);
    public static bool operator !=(HexId a, HexId b) => !a.Equals(b);
    public static bool operator <(HexId a, HexId b) => a.CompareTo(b) < 0;
    public static bool operator >(HexId a, HexId b) => a.CompareTo(b) > 0;
    public static bool operator <=(HexId a, HexId b) => a.CompareTo(b) <= 0;
    public static bool operator >=(HexId a, HexId b) => a.CompareTo(b) >= 0;

    /// <summary>The order of the text forms (memcmp): what breaks ties between equal config epochs.</summary>
    public int CompareTo(HexId other)
    {
        int order = _high.CompareTo(other._high);
        if (order == 0) order = _middle.CompareTo(other._middle);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    /// <summary>Sixteen digits, the first the highest: all checked and turned into nibbles at once, then joined in pairs.</summary>
    private static bool TryHex(ReadOnlySpan<byte> digits, out ulong value)
    {
        Vector128<byte> text = Vector128.Create(digits[..16]);
        Vector128<byte> digit = text - Vector128.Create((byte)'0'), letter = text - Vector128.Create((byte)'a');
        Vector128<byte> isDigit = Vector128.LessThan(digit, Vector128.Create((byte)10));
        Vector128<byte> isLetter = Vector128.LessThan(letter, Vector128.Create((byte)6));
        Vector128<ushort> nibbles = Vector128.ConditionalSelect(isDigit, digit, letter + Vector128.Create((byte)10)).AsUInt16();
        Vector128<ushort> bytes = ((nibbles << 4) | (nibbles >> 8)) & Vector128.Create((ushort)0xFF);
        value = BinaryPrimitives.ReverseEndianness(Vector128.Narrow(bytes, bytes).AsUInt64().ToScalar());
        return (isDigit | isLetter) == Vector128<byte>.AllBitsSet;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Span<byte> digits, ulong value)
    {
        for (int i = digits.Length - 1; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"u8[(int)(value & 15)];
    }
}

/// <summary>The identity of a cluster node.</summary>
public readonly record struct NodeId(HexId Value) : IComparable<NodeId>
{
    public bool IsNone => Value.IsNone;
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);
    public static bool TryParse(ReadOnlySpan<byte> text, out NodeId id)
    {
        bool ok = HexId.TryParse(text, out HexId value);
        id = new NodeId(value);
        return ok;
    }

    public override string ToString() => Value.ToString();
}

/// <summary>The identity of a replication history.</summary>
public readonly record struct ReplicationId(HexId Value)
{
    public bool IsNone => Value.IsNone;
    public override string ToString() => Value.ToString();
}

/// <summary>A position in a replication stream, in bytes since the start of its history.</summary>
public readonly record struct ReplicationOffset(long Value) : IComparable<ReplicationOffset>
{
    public int CompareTo(ReplicationOffset other) => Value.CompareTo(other.Value);
    public static bool operator <(ReplicationOffset a, ReplicationOffset b) => a.Value < b.Value;
    public static bool operator >(ReplicationOffset a, ReplicationOffset b) => a.Value > b.Value;
    public static bool operator <=(ReplicationOffset a, ReplicationOffset b) => a.Value <= b.Value;
    public static bool operator >=(ReplicationOffset a, ReplicationOffset b) => a.Value >= b.Value;
    public static ReplicationOffset operator +(ReplicationOffset a, long bytes) => new(a.Value + bytes);
    public static long operator -(ReplicationOffset a, ReplicationOffset b) => a.Value - b.Value;
    public override string ToString() => Value.ToString();
}
