using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Client;

/// <summary>The other side does not speak RESP: what it sent cannot be read further.</summary>
public sealed class ProtocolException(string message) : Exception(message);

/// <summary>
/// Turns bytes, however they are cut, into replies. Bytes go in with <see cref="Append"/>, replies come out of
/// <see cref="TryRead"/>. A reply that is half there keeps its place: nothing is parsed twice but the line that is not
/// complete, so a large reply costs its size once.
///
/// <code>
///   _buffer  [ consumed | to be parsed ............ | free ]
///             0          _start                _end
///   _open    the aggregates that are begun and not full, outermost first
/// </code>
/// </summary>
public sealed class ReplyReader
{
    private const int DepthLimit = 512;
    private const int LineLimitBytes = 64 * 1024;

    private readonly Stack<OpenAggregate> _open = new();
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private Reply? _attribute;

    /// <summary>How many bytes are there that no reply has taken yet.</summary>
    public int PendingBytes => _end - _start;

    /// <summary>Takes over bytes as they came from the connection.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _end += bytes.Length;
    }

    /// <summary>A place to read into; say with <see cref="Filled"/> how much came.</summary>
    public Memory<byte> Free(int atLeast)
    {
        Room(atLeast);
        return _buffer.AsMemory(_end);
    }

    /// <summary>Takes over bytes that were read into <see cref="Free"/>.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>Gives up to <paramref name="limit"/> bytes away that are not RESP, such as a transferred file.</summary>
    public ReadOnlySpan<byte> TakeRaw(int limit)
    {
        int count = Math.Min(limit, PendingBytes);
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_start, count);
        _start += count;
        return taken;
    }

    /// <summary>The next whole reply; false when more bytes are needed.</summary>
    /// <exception cref="ProtocolException">The bytes are not RESP.</exception>
    public bool TryRead(out Reply reply)
    {
        while (TryItem(out Reply? item))
        {
            // An aggregate that was only begun, or an attribute, gives no item yet.
            if (item is null) continue;
            if (TryClose(item, out reply)) return true;
        }

        reply = null!;
        return false;
    }

    private Span<byte> Room(int count)
    {
        if (_buffer.Length - _end < count)
        {
            int pending = PendingBytes;
            byte[] target = pending + count > _buffer.Length ? new byte[Math.Max(_buffer.Length * 2, pending + count)] : _buffer;
            Array.Copy(_buffer, _start, target, 0, pending);
            _buffer = target;
            (_start, _end) = (0, pending);
        }

        return _buffer.AsSpan(_end);
    }

    /// <summary>Adds a finished item to what is open; true when that finished the outermost.</summary>
    private bool TryClose(Reply item, out Reply reply)
    {
        reply = item;
        while (_open.TryPeek(out OpenAggregate? parent))
        {
            parent.Elements.Add(reply);
            if (parent.Elements.Count < parent.Expected) return false;
            _open.Pop();
            Reply whole = Reply.Aggregate(parent.Kind, parent.Elements);
            if (parent.Kind == ReplyKind.Attribute)
            {
                _attribute = whole;
                return false;
            }

            reply = parent.Attribute is null ? whole : whole.With(parent.Attribute);
        }

        return true;
    }

    private bool TryItem(out Reply? item)
    {
        item = null;
        ReadOnlySpan<byte> pending = _buffer.AsSpan(_start, PendingBytes);
        int lineEnd = pending.IndexOf("\r\n"u8);
        if (lineEnd < 0)
        {
            if (pending.Length > LineLimitBytes) throw new ProtocolException("Protocol error, the reply has a line without end");
            return false;
        }

        if (lineEnd == 0) throw new ProtocolException("Protocol error, got an empty line as reply type");
        ReadOnlySpan<byte> rest = pending[1..lineEnd];
        switch (pending[0])
        {
            case (byte)'+': item = Reply.Scalar(ReplyKind.Status, rest.ToArray()); break;
            case (byte)'-': item = Reply.Scalar(ReplyKind.Error, rest.ToArray()); break;
            case (byte)':': item = Reply.Number(Number(rest)); break;
            case (byte)',': item = Reply.Scalar(ReplyKind.Double, rest.ToArray()); break;
            case (byte)'(': item = Reply.Scalar(ReplyKind.BigNumber, rest.ToArray()); break;
            case (byte)'#': item = Reply.Boolean(rest is [(byte)'t']); break;
            case (byte)'_': item = Reply.Null(); break;
            case (byte)'$': return TryBulk(ReplyKind.Bulk, rest, lineEnd + 2, out item);
            case (byte)'!': return TryBulk(ReplyKind.Error, rest, lineEnd + 2, out item);
            case (byte)'=': return TryBulk(ReplyKind.Verbatim, rest, lineEnd + 2, out item);
            case (byte)'*': item = Begin(ReplyKind.Array, rest, 1); break;
            case (byte)'~': item = Begin(ReplyKind.Set, rest, 1); break;
            case (byte)'>': item = Begin(ReplyKind.Push, rest, 1); break;
            case (byte)'%': item = Begin(ReplyKind.Map, rest, 2); break;
            case (byte)'|': item = Begin(ReplyKind.Attribute, rest, 2); break;
            default: throw new ProtocolException($"Protocol error, got {Shown(pending[0])} as reply type byte");
        }

        _start += lineEnd + 2;
        if (item is not null) item = WithAttribute(item);
        return true;
    }

    private bool TryBulk(ReplyKind kind, ReadOnlySpan<byte> lengthText, int headerLength, out Reply? item)
    {
        item = null;
        long length = Number(lengthText);
        if (length is < -1 or > int.MaxValue) throw new ProtocolException("Protocol error, bulk length out of range");
        if (length == -1)
        {
            _start += headerLength;
            item = WithAttribute(Reply.Null());
            return true;
        }

        if (PendingBytes < headerLength + length + 2) return false;
        byte[] bytes = _buffer.AsSpan(_start + headerLength, (int)length).ToArray();
        if (kind == ReplyKind.Verbatim)
        {
            if (length < 4 || bytes[3] != (byte)':') throw new ProtocolException("Protocol error, verbatim text without its format");
            item = Reply.Verbatim(Encoding.Latin1.GetString(bytes, 0, 3), bytes[4..]);
        }
        else
        {
            item = Reply.Scalar(kind, bytes);
        }

        _start += headerLength + (int)length + 2;
        item = WithAttribute(item);
        return true;
    }

    /// <summary>Opens an aggregate; gives it back at once when it is empty or null, else null.</summary>
    private Reply? Begin(ReplyKind kind, ReadOnlySpan<byte> countText, int width)
    {
        long count = Number(countText);
        if (count == -1) return Reply.Null();
        if (count < 0 || count * width > int.MaxValue) throw new ProtocolException("Protocol error, multi-bulk length out of range");
        if (count == 0) return kind == ReplyKind.Attribute ? null : Reply.Aggregate(kind, []);
        if (_open.Count >= DepthLimit) throw new ProtocolException("Protocol error, the reply is nested too deeply");
        _open.Push(new OpenAggregate(kind, (int)count * width, kind == ReplyKind.Attribute ? null : _attribute));
        _attribute = null;
        return null;
    }

    private Reply WithAttribute(Reply item)
    {
        if (_attribute is null) return item;
        Reply whole = item.With(_attribute);
        _attribute = null;
        return whole;
    }

    private static long Number(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'+', ..]) text = text[1..];
        if (!Utf8Parser.TryParse(text, out long value, out int used) || used != text.Length)
            throw new ProtocolException("Protocol error, bad number in a reply");
        return value;
    }

    private static string Shown(byte b) => b is > 32 and < 127 ? $"\"{(char)b}\"" : $"\"\\x{b:x2}\"";

    private sealed class OpenAggregate(ReplyKind kind, int expected, Reply? attribute)
    {
        public ReplyKind Kind { get; } = kind;
        public int Expected { get; } = expected;
        public Reply? Attribute { get; } = attribute;
        public List<Reply> Elements { get; } = new(Math.Min(expected, 1024));
    }
}
