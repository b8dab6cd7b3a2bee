using System;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Hexad.Core;

namespace Hexad.Wire.Resp;

/// <summary>
/// Writes replies to a client, in RESP2 or RESP3: the one class in which the two differ. A reply cannot fail: the
/// queue grows. The grammar is that of the Redis serialization protocol specification; each method quotes its line.
/// </summary>
public sealed class ReplyWriter
{
    private OutputQueue _out;
    private bool _resp3;
    private readonly OutputQueue _aside;
    private OutputQueue? _main;

    /// <summary>A writer onto <paramref name="target"/>; <paramref name="pool"/> serves replies whose length is known last.</summary>
    public ReplyWriter(OutputQueue target, SegmentPool pool)
    {
        _out = target;
        _aside = new OutputQueue(pool);
    }

    /// <summary>Whether replies are written as RESP3.</summary>
    public bool Resp3 => _resp3;

    /// <summary>Where replies go.</summary>
    public OutputQueue Target => _out;

    /// <summary>How many replies that are errors were written; the dispatcher reads it to tell failed commands.</summary>
    public long Errors { get; private set; }

    /// <summary>The first word of the last error that was written, or ERR when it has no such word; what INFO counts errors by.</summary>
    public string LastErrorCode { get; private set; } = "ERR";

    /// <summary>Whether the words of error replies are kept in <see cref="LastErrorText"/>.</summary>
    public bool KeepsErrorTexts { get; set; }

    /// <summary>The words of the last error that was written while <see cref="KeepsErrorTexts"/>.</summary>
    public string LastErrorText { get; private set; } = "";

    /// <summary>Turns the writer to another client's queue and protocol.</summary>
    public void TurnTo(OutputQueue target, bool resp3)
    {
        Invariant.That(_main is null);
        _out = target;
        _resp3 = resp3;
    }

    /// <summary><c>+text\r\n</c></summary>
    public void Simple(ReadOnlySpan<byte> text)
    {
        Span<byte> to = _out.Reserve(text.Length + 3);
        to[0] = (byte)'+';
        text.CopyTo(to[1..]);
        to[text.Length + 1] = (byte)'\r';
        to[text.Length + 2] = (byte)'\n';
        _out.Advance(text.Length + 3);
    }

    /// <summary><c>+OK\r\n</c></summary>
    public void Ok() => Raw("+OK\r\n"u8);

    /// <summary><c>-text\r\n</c>; line breaks in the text become spaces, since they would end it.</summary>
    public void Error(ReadOnlySpan<byte> text)
    {
        Errors++;
        NoteCode(text);
        if (KeepsErrorTexts) LastErrorText = System.Text.Encoding.Latin1.GetString(text);
        Span<byte> to = _out.Reserve(text.Length + 3);
        to[0] = (byte)'-';
        text.CopyTo(to[1..]);
        foreach (ref byte b in to[1..(text.Length + 1)])
            if (b is (byte)'\r' or (byte)'\n') b = (byte)' ';
        to[text.Length + 1] = (byte)'\r';
        to[text.Length + 2] = (byte)'\n';
        _out.Advance(text.Length + 3);
    }

    /// <summary><c>-text\r\n</c></summary>
    public void Error(string text) => Error(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary><c>:number\r\n</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Integer(long value)
    {
        if ((ulong)value < 10)
        {
            Span<byte> to = _out.Reserve(4);
            to[3] = (byte)'\n';
            to[2] = (byte)'\r';
            to[1] = (byte)('0' + value);
            to[0] = (byte)':';
            _out.Advance(4);
        }
        else Header((byte)':', value);
    }

    /// <summary><c>$length\r\nbytes\r\n</c></summary>
    public void Bulk(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= 8192)
        {
            Span<byte> to = _out.Reserve(bytes.Length + 16);
            to[0] = (byte)'$';
            int at = 1 + PutNumber(to[1..], bytes.Length);
            to[at++] = (byte)'\r';
            to[at++] = (byte)'\n';
            bytes.CopyTo(to[at..]);
            at += bytes.Length;
            to[at++] = (byte)'\r';
            to[at++] = (byte)'\n';
            _out.Advance(at);
        }
        else
        {
            Header((byte)'$', bytes.Length);
            _out.Write(bytes);
            Raw("\r\n"u8);
        }
    }

    /// <summary>A bulk string of the UTF-8 form of <paramref name="text"/>.</summary>
    public void Bulk(string text) => Bulk(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A bulk string of the decimal form of <paramref name="value"/>.</summary>
    public void BulkInteger(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Bulk(digits[..length]);
    }

    /// <summary>No value: <c>_\r\n</c>, in RESP2 <c>$-1\r\n</c>.</summary>
    public void Null() => Raw(_resp3 ? "_\r\n"u8 : "$-1\r\n"u8);

    /// <summary>No array: <c>_\r\n</c>, in RESP2 <c>*-1\r\n</c>.</summary>
    public void NullArray() => Raw(_resp3 ? "_\r\n"u8 : "*-1\r\n"u8);

    /// <summary><c>*count\r\n</c>, the elements follow.</summary>
    public void Array(long count) => Header((byte)'*', count);

    /// <summary><c>%pairs\r\n</c>, in RESP2 <c>*2·pairs\r\n</c>; key and value of each pair follow.</summary>
    public void Map(long pairs) => Header(_resp3 ? (byte)'%' : (byte)'*', _resp3 ? pairs : pairs * 2);

    /// <summary><c>~count\r\n</c>, in RESP2 an array.</summary>
    public void Set(long count) => Header(_resp3 ? (byte)'~' : (byte)'*', count);

    /// <summary><c>&gt;count\r\n</c>, in RESP2 an array: out-of-band data.</summary>
    public void Push(long count) => Header(_resp3 ? (byte)'>' : (byte)'*', count);

    /// <summary><c>|pairs\r\n</c>; RESP3 only.</summary>
    public void Attribute(long pairs)
    {
        Invariant.That(_resp3);
        Header((byte)'|', pairs);
    }

    /// <summary><c>#t\r\n</c> or <c>#f\r\n</c>, in RESP2 the integer 1 or 0.</summary>
    public void Boolean(bool value) => Raw(_resp3 ? (value ? "#t\r\n"u8 : "#f\r\n"u8) : (value ? ":1\r\n"u8 : ":0\r\n"u8));

    /// <summary><c>,number\r\n</c>, in RESP2 a bulk string of the same digits.</summary>
    public void Double(double value)
    {
        Span<byte> digits = stackalloc byte[40];
        int length = NumberText.Double(value, digits);
        DoubleText(digits[..length]);
    }

    /// <summary>A double whose digits were formatted already.</summary>
    public void DoubleText(ReadOnlySpan<byte> digits)
    {
        if (!_resp3)
        {
            Bulk(digits);
            return;
        }

        Span<byte> to = _out.Reserve(digits.Length + 3);
        to[0] = (byte)',';
        digits.CopyTo(to[1..]);
        "\r\n"u8.CopyTo(to[(digits.Length + 1)..]);
        _out.Advance(digits.Length + 3);
    }

    /// <summary><c>(digits\r\n</c>, in RESP2 a bulk string.</summary>
    public void BigNumber(ReadOnlySpan<byte> digits)
    {
        if (!_resp3)
        {
            Bulk(digits);
            return;
        }

        Raw("("u8);
        Raw(digits);
        Raw("\r\n"u8);
    }

    /// <summary><c>=length\r\nfmt:text\r\n</c>, in RESP2 a bulk string; <paramref name="format"/> has three characters.</summary>
    public void Verbatim(ReadOnlySpan<byte> text, ReadOnlySpan<byte> format)
    {
        Invariant.That(format.Length == 3);
        if (!_resp3)
        {
            Bulk(text);
            return;
        }

        Header((byte)'=', text.Length + 4);
        Raw(format);
        Raw(":"u8);
        _out.Write(text);
        Raw("\r\n"u8);
    }

    /// <summary>Bytes that are a reply already.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8192)
        {
            _out.Write(bytes);
            return;
        }

        bytes.CopyTo(_out.Reserve(bytes.Length));
        _out.Advance(bytes.Length);
    }

    /// <summary>
    /// Starts a collection whose size is known only at its end: elements are set aside until one of the End methods
    /// writes the header before them. Cannot be nested.
    /// </summary>
    public void BeginCounted()
    {
        Invariant.That(_main is null);
        _main = _out;
        _out = _aside;
    }

    /// <summary>Ends what <see cref="BeginCounted"/> began as an array of <paramref name="count"/> elements.</summary>
    public void EndCountedArray(long count)
    {
        OutputQueue elements = Return();
        Array(count);
        _out.TakeAll(elements);
    }

    /// <summary>Ends what <see cref="BeginCounted"/> began as a set of <paramref name="count"/> elements.</summary>
    public void EndCountedSet(long count)
    {
        OutputQueue elements = Return();
        Set(count);
        _out.TakeAll(elements);
    }

    /// <summary>Ends what <see cref="BeginCounted"/> began as a map of <paramref name="pairs"/> pairs.</summary>
    public void EndCountedMap(long pairs)
    {
        OutputQueue elements = Return();
        Map(pairs);
        _out.TakeAll(elements);
    }

    /// <summary>The next pair of what <see cref="EndCountedPairs"/> ends: in RESP2 <c>*2\r\n</c>, in RESP3 nothing; key and value follow.</summary>
    public void Pair()
    {
        if (!_resp3) Array(2);
    }

    /// <summary>Ends what <see cref="BeginCounted"/> began as a map of <paramref name="pairs"/> pairs, in RESP2 an array of arrays of two.</summary>
    public void EndCountedPairs(long pairs)
    {
        if (_resp3) EndCountedMap(pairs);
        else EndCountedArray(pairs);
    }

    // Nearly all errors are ERR, and then nothing is allocated.
    private void NoteCode(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)' ');
        ReadOnlySpan<byte> code = end < 0 ? text : text[..end];
        if (code.SequenceEqual("ERR"u8)) LastErrorCode = "ERR";
        else if (code.Length > 0) LastErrorCode = System.Text.Encoding.Latin1.GetString(code);
    }

    private OutputQueue Return()
    {
        Invariant.That(_main is not null);
        _out = _main;
        _main = null;
        return _aside;
    }

    private void Header(byte type, long value)
    {
        Span<byte> to = _out.Reserve(24);
        to[0] = type;
        int at = 1 + PutNumber(to[1..], value);
        to[at++] = (byte)'\r';
        to[at++] = (byte)'\n';
        _out.Advance(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PutNumber(Span<byte> to, long value)
    {
        if ((ulong)value < 10)
        {
            to[0] = (byte)('0' + value);
            return 1;
        }

        if ((ulong)value < 100)
        {
            to[1] = (byte)('0' + value % 10);
            to[0] = (byte)('0' + value / 10);
            return 2;
        }

        Utf8Formatter.TryFormat(value, to, out int length);
        return length;
    }
}
