using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Hexad.Fuzz.Targets;

/// <summary>Replies in RESP2, taken apart.</summary>
internal static class Replies
{
    /// <summary>Whether it is this, to the byte.</summary>
    public static bool Is(byte[] reply, string expected) => reply.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(expected));

    /// <summary>Whether it is an error.</summary>
    public static bool IsError(byte[] reply) => reply.Length > 0 && reply[0] == '-';

    /// <summary>A string.</summary>
    public static byte[] Bulk(byte[] reply) => Flat(reply)[0] ?? throw new InvalidDataException("a string is missing");

    /// <summary>An integer.</summary>
    public static long Integer(byte[] reply) =>
        reply[0] == ':' ? long.Parse(Encoding.ASCII.GetString(reply.AsSpan(1)[..^2]), CultureInfo.InvariantCulture) : throw new InvalidDataException("no integer: " + Encoding.Latin1.GetString(reply));

    /// <summary>All that stands in it in order, arrays left out; null for what is not there. That it is one whole reply is checked.</summary>
    public static List<byte[]?> Flat(byte[] reply)
    {
        var found = new List<byte[]?>();
        int at = 0;
        Read(reply, ref at, found);
        if (at != reply.Length) throw new InvalidDataException("more than one reply");
        return found;
    }

    /// <summary>The elements of an array, each as the bytes of its own reply.</summary>
    public static List<byte[]> Elements(byte[] reply)
    {
        int at = 0;
        int count = (int)Head(reply, ref at, out char kind);
        if (kind != '*') throw new InvalidDataException("no array: " + Encoding.Latin1.GetString(reply));
        var elements = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            int from = at;
            Read(reply, ref at, []);
            elements.Add(reply[from..at]);
        }

        return elements;
    }

    private static void Read(byte[] reply, ref int at, List<byte[]?> found)
    {
        int from = at;
        long number = Head(reply, ref at, out char kind);
        switch (kind)
        {
            case '$' when number >= 0:
                found.Add(reply[at..(int)(at + number)]);
                at += (int)number + 2;
                break;
            case '*' when number >= 0:
                for (; number > 0; number--) Read(reply, ref at, found);
                break;
            case '$' or '*':
                found.Add(null);
                break;
            default:
                found.Add(reply[(from + 1)..(at - 2)]);
                break;
        }
    }

    private static long Head(byte[] reply, ref int at, out char kind)
    {
        int end = reply.AsSpan(at).IndexOf("\r\n"u8);
        if (end < 1) throw new InvalidDataException("a reply is cut off");
        kind = (char)reply[at];
        string line = Encoding.Latin1.GetString(reply, at + 1, end - 1);
        at += end + 2;
        return kind is '$' or '*' ? long.Parse(line, CultureInfo.InvariantCulture) : 0;
    }
}
