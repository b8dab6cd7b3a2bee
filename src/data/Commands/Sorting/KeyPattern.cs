using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>
/// What SORT's BY and GET look up for each element:
///
/// <code>
/// pattern := "#" | prefix "*" suffix ["->" field]        "#" is the element, "*" is replaced by it
/// </code>
///
/// The string under that key, or the field of the hash under it. A pattern without "*" finds nothing.
/// </summary>
internal readonly ref struct KeyPattern
{
    private readonly ReadOnlySpan<byte> _prefix;
    private readonly ReadOnlySpan<byte> _suffix;
    private readonly ReadOnlySpan<byte> _field;
    private readonly bool _isElement;

    public KeyPattern(ReadOnlySpan<byte> pattern)
    {
        _isElement = pattern.SequenceEqual("#"u8);
        int star = StarOf(pattern);
        Varies = star >= 0;
        if (!Varies) return;
        _prefix = pattern[..star];
        _suffix = pattern[(star + 1)..];
        int arrow = _suffix.IndexOf("->"u8);
        if (arrow < 0 || arrow + 2 == _suffix.Length) return;
        _field = _suffix[(arrow + 2)..];
        _suffix = _suffix[..arrow];
    }

    /// <summary>Whether there is a "*".</summary>
    public bool Varies { get; }

    /// <summary>Whether a pattern has a "*".</summary>
    public static bool IsVarying(ReadOnlySpan<byte> pattern) => StarOf(pattern) >= 0;

    /// <summary>
    /// What is found for an element; gone with the next look-up. <paramref name="scratch"/> has room for
    /// <see cref="Database.ScratchBytes"/>, <paramref name="key"/> is room that is kept from call to call.
    /// </summary>
    public bool TryFind(in CommandContext call, ReadOnlySpan<byte> element, Span<byte> scratch, ref byte[] key, out ReadOnlySpan<byte> found)
    {
        found = element;
        if (_isElement) return true;
        found = default;
        if (!Varies) return false;
        int length = _prefix.Length + element.Length + _suffix.Length;
        if (key.Length < length) key = new byte[Math.Max(length, 256)];
        _prefix.CopyTo(key);
        element.CopyTo(key.AsSpan(_prefix.Length));
        _suffix.CopyTo(key.AsSpan(_prefix.Length + element.Length));
        EntryRef entry = call.Find(key.AsSpan(0, length));
        if (!entry.Found) return false;
        if (_field.IsEmpty)
        {
            if (!entry.IsString) return false;
            found = entry.GetString(scratch);
            return true;
        }

        if (entry.Type != ObjectType.Hash) return false;
        HashField field = new HashValue(entry, call.Services.Databases).Find(_field);
        if (field.Found) found = field.Value.WriteText(scratch);
        return field.Found;
    }

    // As Redis, which looks for it in a C string.
    private static int StarOf(ReadOnlySpan<byte> pattern)
    {
        int end = pattern.IndexOf((byte)0);
        return (end < 0 ? pattern : pattern[..end]).IndexOf((byte)'*');
    }
}
