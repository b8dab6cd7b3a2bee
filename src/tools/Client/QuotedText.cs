using System;
using System.Collections.Generic;
using System.Text;

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
        var current = new List<byte>();
        int at = 0;
        while (true)
        {
            while (at < line.Length && IsSpace(line[at])) at++;
            if (at >= line.Length) return arguments;
            current.Clear();
            if (!TryArgument(line, ref at, current)) return null;
            arguments.Add([.. current]);
        }
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

    private static bool TryArgument(ReadOnlySpan<byte> line, ref int at, List<byte> argument)
    {
        while (at < line.Length && !IsSpace(line[at]))
        {
            byte b = line[at++];
            if (b == 0) break;
            bool closed = b switch
            {
                (byte)'"' => TryDouble(line, ref at, argument),
                (byte)'\'' => TrySingle(line, ref at, argument),
                _ => true,
            };
            if (!closed) return false;
            if (b is (byte)'"' or (byte)'\'')
            {
                // A closing quote ends the argument, and something must separate it from the next.
                return at >= line.Length || IsSpace(line[at]);
            }

            argument.Add(b);
        }

        return true;
    }

    private static bool TryDouble(ReadOnlySpan<byte> line, ref int at, List<byte> argument)
    {
        while (at < line.Length)
        {
            byte b = line[at];
            if (b == (byte)'\\' && at + 3 < line.Length && line[at + 1] == (byte)'x' && Hex(line[at + 2]) >= 0 && Hex(line[at + 3]) >= 0)
            {
                argument.Add((byte)((Hex(line[at + 2]) << 4) | Hex(line[at + 3])));
                at += 4;
            }
            else if (b == (byte)'\\' && at + 1 < line.Length)
            {
                argument.Add(line[at + 1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'b' => 8,
                    (byte)'a' => 7,
                    byte other => other,
                });
                at += 2;
            }
            else
            {
                at++;
                if (b == (byte)'"') return true;
                argument.Add(b);
            }
        }

        return false;
    }

    private static bool TrySingle(ReadOnlySpan<byte> line, ref int at, List<byte> argument)
    {
        while (at < line.Length)
        {
            byte b = line[at++];
            if (b == (byte)'\\' && at < line.Length && line[at] == (byte)'\'')
            {
                argument.Add((byte)'\'');
                at++;
            }
            else if (b == (byte)'\'')
            {
                return true;
            }
            else
            {
                argument.Add(b);
            }
        }

        return false;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or >= 9 and <= 13;

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
