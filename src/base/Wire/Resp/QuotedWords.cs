using System;

namespace Hexad.Wire.Resp;

/// <summary>
/// Splits a line into words with the quoting rules of inline commands and configuration files: words are separated by
/// spaces; "…" knows \n \r \t \b \a \xHH and \ before any other byte; '…' knows only \'; a closing quote must be
/// followed by a space or the end of the line.
/// </summary>
public ref struct QuotedWords(ReadOnlySpan<byte> line)
{
    private readonly ReadOnlySpan<byte> _line = line;
    private int _at;

    /// <summary>Whether a quote was left open or a closing one was followed by something else.</summary>
    public bool Unbalanced { get; private set; }

    /// <summary>
    /// Writes the next word to <paramref name="word"/>, which must have room for the rest of the line. False at the end
    /// of the line and when quotes do not match.
    /// </summary>
    public bool Next(scoped Span<byte> word, out int length)
    {
        length = 0;
        while (_at < _line.Length && IsSpace(_line[_at])) _at++;
        if (_at >= _line.Length || Unbalanced) return false;
        while (_at < _line.Length && !IsSpace(_line[_at]))
        {
            byte b = _line[_at++];
            if (b is (byte)'"' or (byte)'\'')
            {
                if (b == '"' ? Double(word, ref length) : Single(word, ref length)) return true;
                Unbalanced = true;
                return false;
            }

            word[length++] = b;
        }

        return true;
    }

    private bool Double(scoped Span<byte> word, ref int length)
    {
        while (_at < _line.Length)
        {
            byte b = _line[_at++];
            if (b == '"') return _at == _line.Length || IsSpace(_line[_at]);
            if (b == '\\' && _at + 2 < _line.Length && _line[_at] == 'x' && Nibble(_line[_at + 1]) is var high and >= 0 && Nibble(_line[_at + 2]) is var low and >= 0)
            {
                word[length++] = (byte)((high << 4) | low);
                _at += 3;
            }
            else if (b == '\\' && _at < _line.Length) word[length++] = Escaped(_line[_at++]);
            else word[length++] = b;
        }

        return false;
    }

    private bool Single(scoped Span<byte> word, ref int length)
    {
        while (_at < _line.Length)
        {
            byte b = _line[_at++];
            if (b == '\'') return _at == _line.Length || IsSpace(_line[_at]);
            if (b == '\\' && _at < _line.Length && _line[_at] == '\'')
            {
                b = (byte)'\'';
                _at++;
            }

            word[length++] = b;
        }

        return false;
    }

    private static byte Escaped(byte b) => b switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        (byte)'b' => (byte)'\b',
        (byte)'a' => (byte)'\a',
        _ => b,
    };

    private static int Nibble(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f' or (byte)'\r' or (byte)'\n' or 0;
}
