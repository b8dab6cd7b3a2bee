// Splits a line of a configuration file into words, and quotes a word so that it reads back the same.
//
//   word  :=  bare characters, up to a blank
//          |  "…"   with \n \r \t \a \b \\ \" and \xHH
//          |  '…'   with \' only
//
// A closing quote must be followed by a blank or the end of the line. \xHH gives a byte; words are UTF-8.
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Hexad.Options;

public static class ConfigWords
{
    /// <summary>The words of a line, or null where a quote does not close.</summary>
    public static string[]? Split(string line)
    {
        List<string> words = [];
        List<byte> word = [];
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        int at = 0;
        while (true)
        {
            while (at < bytes.Length && IsBlank(bytes[at]))
                at++;
            if (at == bytes.Length)
                return [.. words];
            word.Clear();
            if (!ReadWord(bytes, ref at, word))
                return null;
            words.Add(Encoding.UTF8.GetString([.. word]));
        }
    }

    /// <summary>The word in double quotes, with escapes for what is not printable.</summary>
    public static string Quote(string word)
    {
        StringBuilder text = new("\"");
        foreach (byte b in Encoding.UTF8.GetBytes(word))
        {
            switch (b)
            {
                case (byte)'\\' or (byte)'"': text.Append('\\').Append((char)b); break;
                case (byte)'\n': text.Append("\\n"); break;
                case (byte)'\r': text.Append("\\r"); break;
                case (byte)'\t': text.Append("\\t"); break;
                case 7: text.Append("\\a"); break;
                case 8: text.Append("\\b"); break;
                case >= 0x20 and < 0x7f: text.Append((char)b); break;
                default: text.Append("\\x").Append(b.ToString("x2", CultureInfo.InvariantCulture)); break;
            }
        }
        return text.Append('"').ToString();
    }

    private static bool ReadWord(byte[] line, ref int at, List<byte> word)
    {
        while (at < line.Length && !IsBlank(line[at]))
        {
            byte b = line[at];
            if (b is not ((byte)'"' or (byte)'\''))
            {
                word.Add(b);
                at++;
                continue;
            }
            at++;
            bool closed = b == '"' ? ReadDoubleQuoted(line, ref at, word) : ReadSingleQuoted(line, ref at, word);
            if (!closed)
                return false;
            return at == line.Length || IsBlank(line[at]);
        }
        return true;
    }

    private static bool ReadDoubleQuoted(byte[] line, ref int at, List<byte> word)
    {
        while (at < line.Length)
        {
            byte b = line[at++];
            if (b == '"')
                return true;
            if (b != '\\' || at == line.Length)
            {
                word.Add(b);
                continue;
            }
            if (line[at] == 'x' && at + 2 < line.Length && IsHex(line[at + 1]) && IsHex(line[at + 2]))
            {
                word.Add(byte.Parse(Encoding.ASCII.GetString(line, at + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                at += 3;
                continue;
            }
            word.Add((char)line[at++] switch
            {
                'n' => (byte)'\n',
                'r' => (byte)'\r',
                't' => (byte)'\t',
                'b' => 8,
                'a' => 7,
                char other => (byte)other,
            });
        }
        return false;
    }

    private static bool ReadSingleQuoted(byte[] line, ref int at, List<byte> word)
    {
        while (at < line.Length)
        {
            byte b = line[at++];
            if (b == '\'')
                return true;
            if (b == '\\' && at < line.Length && line[at] == '\'')
                b = line[at++];
            word.Add(b);
        }
        return false;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or 0 or 11 or 12;

    private static bool IsHex(byte b) => char.IsAsciiHexDigit((char)b);
}
