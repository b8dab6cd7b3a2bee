using System;
using System.Text;

namespace Hexad.Client;

/// <summary>Text for a terminal or a file that may hold any bytes: grows at its end.</summary>
public sealed class ByteText
{
    private byte[] _bytes = new byte[256];

    /// <summary>How many bytes it has.</summary>
    public int Length { get; private set; }

    /// <summary>What it has.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Adds bytes.</summary>
    public ByteText Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
        return this;
    }

    /// <summary>Adds text as UTF-8.</summary>
    public ByteText Add(string text)
    {
        Length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetByteCount(text)));
        return this;
    }

    /// <summary>Drops the last byte.</summary>
    public void DropLast() => Length--;

    /// <summary>Drops everything.</summary>
    public void Clear() => Length = 0;

    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
