using System;
using System.Text;

namespace Hexad.Simulator.Load;

/// <summary>One reply of a node: the sign of its type ('+', '-', ':', '$', '*', '_' for null) and its text.</summary>
public readonly record struct Reply(char Sign, string Text)
{
    /// <summary>Whether it is an error that begins with a word.</summary>
    public bool IsError(string word) => Sign == '-' && Text.StartsWith(word, StringComparison.Ordinal);
}

/// <summary>
/// Gathers a node's bytes and cuts replies from them (RESP2). Of an array only that it has ended matters here; its text
/// is the elements' joined by spaces. What no grammar allows is an exception: the node sent it, so it is a bug.
/// </summary>
public sealed class ReplyReader
{
    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>Adds bytes that came.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Forgets everything: a new connection.</summary>
    public void Clear() => _length = 0;

    /// <summary>Cuts the first reply off; false when it is not whole yet.</summary>
    public bool TryTake(out Reply reply)
    {
        int at = 0;
        if (!TryRead(ref at, out reply)) return false;
        _bytes.AsSpan(at, _length - at).CopyTo(_bytes);
        _length -= at;
        return true;
    }

    private bool TryRead(ref int at, out Reply reply)
    {
        reply = default;
        int end = _bytes.AsSpan(at, _length - at).IndexOf("\r\n"u8);
        if (end < 0) return false;
        char sign = (char)_bytes[at];
        string line = Encoding.Latin1.GetString(_bytes, at + 1, end - 1);
        at += end + 2;
        switch (sign)
        {
            case '+' or '-' or ':':
                reply = new Reply(sign, line);
                return true;
            case '$':
                return TryReadBulk(ref at, int.Parse(line), out reply);
            case '*':
                return TryReadArray(ref at, int.Parse(line), out reply);
            default:
                throw new InvalidOperationException($"no reply begins with '{sign}' ({line})");
        }
    }

    private bool TryReadBulk(ref int at, int length, out Reply reply)
    {
        reply = new Reply('_', "");
        if (length < 0) return true;
        if (_length - at < length + 2) return false;
        reply = new Reply('$', Encoding.Latin1.GetString(_bytes, at, length));
        at += length + 2;
        return true;
    }

    private bool TryReadArray(ref int at, int count, out Reply reply)
    {
        reply = new Reply('_', "");
        if (count < 0) return true;
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(ref at, out Reply element)) return false;
            text.Append(i == 0 ? "" : " ").Append(element.Text);
        }

        reply = new Reply('*', text.ToString());
        return true;
    }
}
