using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Hexad.Structures;

/// <summary>
/// The id of a stream's entry: a time in Unix milliseconds and a sequence number within it, compared in this order.
/// Its text is <c>ms-seq</c>, both unsigned decimals.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct StreamId(ulong Ms, ulong Seq) : IComparable<StreamId>
{
    /// <summary>The longest text: two numbers of 20 digits and a hyphen.</summary>
    public const int LongestBytes = 41;

    /// <summary>How many bytes <see cref="WriteBigEndian"/> writes.</summary>
    public const int Bytes = 16;

    /// <summary>0-0, which no entry has.</summary>
    public static StreamId Zero => default;

    /// <summary>The greatest id.</summary>
    public static StreamId Max => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Whether it is 0-0.</summary>
    public bool IsZero => (Ms | Seq) == 0;

    public static bool operator <(StreamId a, StreamId b) => a.Ms < b.Ms || (a.Ms == b.Ms && a.Seq < b.Seq);

    public static bool operator >(StreamId a, StreamId b) => b < a;

    public static bool operator <=(StreamId a, StreamId b) => !(b < a);

    public static bool operator >=(StreamId a, StreamId b) => !(a < b);

    /// <summary>Reads an id that was written by <see cref="WriteBigEndian"/>.</summary>
    public static StreamId ReadBigEndian(ReadOnlySpan<byte> from) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(from), BinaryPrimitives.ReadUInt64BigEndian(from[8..]));

    /// <summary>Reads an unsigned decimal that takes up the whole text: digits only, no leading zeros, at most 64 bits.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > 20 || (text[0] == '0' && text.Length > 1)) return false;
        foreach (byte b in text)
        {
            uint digit = (uint)b - '0';
            if (digit > 9 || value > (ulong.MaxValue - digit) / 10) return false;
            value = value * 10 + digit;
        }

        return true;
    }

    /// <summary>The next greater id; false, and 0-0, when there is none.</summary>
    public bool TryNext(out StreamId next)
    {
        next = Seq != ulong.MaxValue ? new StreamId(Ms, Seq + 1) : new StreamId(unchecked(Ms + 1), 0);
        return !next.IsZero;
    }

    /// <summary>The next smaller id; false, and the greatest, when there is none.</summary>
    public bool TryPrevious(out StreamId previous)
    {
        // The result may be put where this id stands: nothing of it is read afterwards.
        bool has = !IsZero;
        previous = Seq != 0 ? new StreamId(Ms, Seq - 1) : new StreamId(unchecked(Ms - 1), ulong.MaxValue);
        return has;
    }

    /// <inheritdoc/>
    public int CompareTo(StreamId other) => Ms != other.Ms ? Ms.CompareTo(other.Ms) : Seq.CompareTo(other.Seq);

    /// <summary>Writes the text to <paramref name="to"/>, which has room for <see cref="LongestBytes"/>; returns what was written.</summary>
    public ReadOnlySpan<byte> Format(Span<byte> to) => Format(to, (byte)'-');

    /// <summary>As <see cref="Format(Span{byte})"/>, with another byte between the two numbers.</summary>
    public ReadOnlySpan<byte> Format(Span<byte> to, byte between)
    {
        Utf8Formatter.TryFormat(Ms, to, out int length);
        to[length++] = between;
        Utf8Formatter.TryFormat(Seq, to[length..], out int more);
        return to[..(length + more)];
    }

    /// <summary>Writes 16 bytes that are in order when the ids are.</summary>
    public void WriteBigEndian(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, Ms);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Seq);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Ms}-{Seq}";
}
