using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Wire.Resp;

namespace Hexad.Client;

/// <summary>
/// The quoting that people type and that replies are shown in: <c>"…"</c> with the escapes
/// <c>\n \r \t \a \b \xHH</c>, and <c>'…'</c> in which only <c>\'</c> is special.
/// </summary>
public static class QuotedText
{
    /// <summary>
    /// Splits a line into arguments as the interactive prompt does. A closing quote must be followed by a space or the
    /// end. Null when the quotes do not balance.
    /// </summary>
    public static List<byte[]>? Split(ReadOnlySpan<byte> line)
    {
        var arguments = new List<byte[]>();
        var words = new QuotedWords(line);
        var word = new byte[line.Length];
        while (words.Next(word, out int length)) arguments.Add(word[..length]);
        return words.Unbalanced ? null : arguments;
    }

    /// <summary>Splits a line of text; see <see cref="Split(ReadOnlySpan{byte})"/>.</summary>
    public static List<byte[]>? Split(string line) => Split(Encoding.UTF8.GetBytes(line));

    /// <summary>What one quoted (or plain) argument stands for; null if it is none, or more than one.</summary>
    public static byte[]? Unquote(ReadOnlySpan<byte> text) => Split(text) is { Count: 1 } one ? one[0] : null;

    /// <summary>Bytes as a quoted text of printable ASCII.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length + 2);
        text.Append('"');
        foreach (byte b in bytes)
        {
            switch (b)
            {
                case (byte)'\\' or (byte)'"': text.Append('\\').Append((char)b); break;
                case (byte)'\n': text.Append("\\n"); break;
                case (byte)'\r': text.Append("\\r"); break;
                case (byte)'\t': text.Append("\\t"); break;
                case 7: text.Append("\\a"); break;
                case 8: text.Append("\\b"); break;
                case >= 32 and < 127: text.Append((char)b); break;
                default: text.Append("\\x").Append(b.ToString("x2")); break;
            }
        }

        return text.Append('"').ToString();
    }
}
