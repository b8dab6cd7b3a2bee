using System;

namespace Hexad.Structures;

/// <summary>
/// One element of a listpack as it stands there: an integer, or bytes inside the pack (gone with the pack's next change).
/// To everybody outside it is a string: an integer's is its decimal text.
/// </summary>
public readonly ref struct ListpackElement
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _integer;
    private readonly bool _isInteger;

    /// <summary>An element that is kept as bytes.</summary>
    public ListpackElement(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>An element that is kept as an integer.</summary>
    public ListpackElement(long integer) => (_integer, _isInteger) = (integer, true);

    /// <summary>Whether it is kept as an integer.</summary>
    public bool IsInteger => _isInteger;

    /// <summary>The integer, if it is kept as one.</summary>
    public long Integer => _integer;

    /// <summary>The bytes where they stand, if it is not kept as an integer.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>How many bytes its text has.</summary>
    public int Length => _isInteger ? DecimalText.LengthOf(_integer) : _bytes.Length;

    /// <summary>Its text: the bytes where they stand, or an integer's written to <paramref name="scratch"/>, which has room for <see cref="DecimalText.LongestBytes"/>.</summary>
    public ReadOnlySpan<byte> WriteText(Span<byte> scratch) => _isInteger ? DecimalText.Format(_integer, scratch) : _bytes;

    /// <summary>Copies its text, which must fit; returns how many bytes it has.</summary>
    public int CopyTo(Span<byte> to)
    {
        if (_isInteger) return DecimalText.Format(_integer, to).Length;
        _bytes.CopyTo(to);
        return _bytes.Length;
    }

    /// <summary>Whether its text is this.</summary>
    public bool Equals(ReadOnlySpan<byte> text) =>
        _isInteger ? DecimalText.TryParse(text, out long integer) && integer == _integer : _bytes.SequenceEqual(text);

    /// <summary>Whether it is an integer in canonical form, however it is kept.</summary>
    public bool TryInteger(out long integer)
    {
        integer = _integer;
        return _isInteger || DecimalText.TryParse(_bytes, out integer);
    }
}
