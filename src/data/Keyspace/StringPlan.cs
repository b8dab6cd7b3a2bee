using System;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// Where and how the bytes of a new string will stand: decided before anything is touched, so that what follows are
/// straight lines. An integer takes 8 bytes in the entry, text up to 255 bytes stands in the entry, longer text outside.
/// </summary>
internal readonly ref struct StringPlan
{
    /// <summary>The longest text that is told as "embstr".</summary>
    public const int LongestEmbeddedBytes = 44;

    private const int IntegerBytes = 8;

    private StringPlan(ObjectEncoding encoding, long integer, ReadOnlySpan<byte> text)
    {
        Encoding = encoding;
        _integer = integer;
        _text = text;
        IsOutside = text.Length > Entry.LongestInlineBytes;
        InlineLength = encoding == ObjectEncoding.Int ? IntegerBytes : IsOutside ? 0 : text.Length;
    }

    private readonly long _integer;
    private readonly ReadOnlySpan<byte> _text;

    public ObjectEncoding Encoding { get; }
    public bool IsOutside { get; }
    public int InlineLength { get; }
    public int OutsideLength => _text.Length;

    /// <summary>An integer.</summary>
    public static StringPlan Of(long value) => new(ObjectEncoding.Int, value, default);

    /// <summary>Some bytes, in the form that is asked for.</summary>
    public static StringPlan Of(ReadOnlySpan<byte> value, StringForm form)
    {
        if (form == StringForm.Shortest && DecimalText.TryParse(value, out long integer)) return Of(integer);
        bool embedded = form != StringForm.Raw && value.Length <= LongestEmbeddedBytes;
        return new StringPlan(embedded ? ObjectEncoding.Embedded : ObjectEncoding.Raw, 0, value);
    }

    /// <summary>Writes the value into an entry that has been shaped for it.</summary>
    public void Fill(Entry entry)
    {
        entry.SetKind(ObjectType.String, Encoding);
        if (Encoding == ObjectEncoding.Int) entry.Integer = _integer;
        else _text.CopyTo(entry.Value);
    }
}
