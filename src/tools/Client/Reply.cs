using System;
using System.Collections.Generic;
using System.Text;

namespace Hexad.Client;

/// <summary>What a reply is on the wire, RESP2 and RESP3 together.</summary>
public enum ReplyKind
{
    /// <summary><c>+</c>: a short line such as OK.</summary>
    Status,

    /// <summary><c>-</c> or <c>!</c>: the command failed; the text is the error.</summary>
    Error,

    /// <summary><c>:</c>: a signed 64-bit number.</summary>
    Integer,

    /// <summary><c>$</c>: bytes.</summary>
    Bulk,

    /// <summary><c>$-1</c>, <c>*-1</c> or <c>_</c>: nothing.</summary>
    Null,

    /// <summary><c>,</c>: a floating-point number, kept as the server wrote it.</summary>
    Double,

    /// <summary><c>#</c>: true or false; the integer is 1 or 0.</summary>
    Boolean,

    /// <summary><c>(</c>: an integer of any size, kept as text.</summary>
    BigNumber,

    /// <summary><c>=</c>: text meant to be shown as it is, with a three-letter format.</summary>
    Verbatim,

    /// <summary><c>*</c>.</summary>
    Array,

    /// <summary><c>~</c>.</summary>
    Set,

    /// <summary><c>%</c>: the elements are key, value, key, value, …</summary>
    Map,

    /// <summary><c>&gt;</c>: a message that answers no command.</summary>
    Push,

    /// <summary><c>|</c>: facts about the reply that follows; shaped like a map.</summary>
    Attribute,
}

/// <summary>
/// One reply of a server, read whole. Scalars hold their bytes as they came (without prefix and line end), aggregates
/// their elements; a map holds its keys and values alternately.
/// </summary>
public sealed class Reply
{
    private static readonly IReadOnlyList<Reply> NoElements = Array.Empty<Reply>();

    private Reply(ReplyKind kind, byte[] bytes, long integer, IReadOnlyList<Reply> elements)
    {
        Kind = kind;
        Bytes = bytes;
        Integer = integer;
        Elements = elements;
    }

    /// <summary>What this is.</summary>
    public ReplyKind Kind { get; }

    /// <summary>The payload of a scalar; empty for aggregates and null.</summary>
    public byte[] Bytes { get; }

    /// <summary>The value of an integer, or 1 and 0 for true and false; otherwise 0.</summary>
    public long Integer { get; }

    /// <summary>The elements of an aggregate; empty for everything else.</summary>
    public IReadOnlyList<Reply> Elements { get; }

    /// <summary>The attribute that came before this reply, if one did.</summary>
    public Reply? Attribute { get; private init; }

    /// <summary>The three letters that say how a verbatim text is written, such as <c>txt</c>; otherwise empty.</summary>
    public string Format { get; private init; } = "";

    /// <summary>Whether the server refused the command.</summary>
    public bool IsError => Kind == ReplyKind.Error;

    /// <summary>Whether there is nothing.</summary>
    public bool IsNull => Kind == ReplyKind.Null;

    /// <summary>Whether this has elements rather than bytes.</summary>
    public bool IsAggregate => Kind is ReplyKind.Array or ReplyKind.Set or ReplyKind.Map or ReplyKind.Push or ReplyKind.Attribute;

    /// <summary>The payload as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>A reply without elements and number.</summary>
    public static Reply Scalar(ReplyKind kind, byte[] bytes) => new(kind, bytes, 0, NoElements);

    /// <summary>A reply without elements and number.</summary>
    public static Reply Scalar(ReplyKind kind, string text) => Scalar(kind, Encoding.UTF8.GetBytes(text));

    /// <summary>Text with its format.</summary>
    public static Reply Verbatim(string format, byte[] bytes) => new(ReplyKind.Verbatim, bytes, 0, NoElements) { Format = format };

    /// <summary>A number.</summary>
    public static Reply Number(long value) => new(ReplyKind.Integer, Encoding.ASCII.GetBytes(value.ToString()), value, NoElements);

    /// <summary>True or false.</summary>
    public static Reply Boolean(bool value) => new(ReplyKind.Boolean, [], value ? 1 : 0, NoElements);

    /// <summary>Nothing.</summary>
    public static Reply Null() => new(ReplyKind.Null, [], 0, NoElements);

    /// <summary>An aggregate of any kind.</summary>
    public static Reply Aggregate(ReplyKind kind, IReadOnlyList<Reply> elements) => new(kind, [], 0, elements);

    /// <summary>The same reply with the attribute that came before it.</summary>
    public Reply With(Reply attribute) => new(Kind, Bytes, Integer, Elements) { Attribute = attribute, Format = Format };

    /// <summary>Whether the payload starts with these characters.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Bytes.AsSpan().StartsWith(prefix);

    /// <summary>The value that stands beside a key of a map, or of an array that is laid out like one; null if the key is absent.</summary>
    public Reply? Find(string key)
    {
        for (int i = 0; i + 1 < Elements.Count; i += 2)
        {
            if (Elements[i].Text == key) return Elements[i + 1];
        }

        return null;
    }
}
