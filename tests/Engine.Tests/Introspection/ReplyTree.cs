using System;
using System.Collections.Generic;
using System.Globalization;

namespace Hexad.Engine.Tests.Introspection;

/// <summary>A RESP3 reply as objects: texts, longs, arrays (sets too), dictionaries, null.</summary>
internal static class ReplyTree
{
    public static object? Parse(string reply)
    {
        int at = 0;
        object? tree = Next(reply, ref at);
        return at == reply.Length ? tree : throw new FormatException("something follows the reply");
    }

    private static object? Next(string reply, ref int at)
    {
        char type = reply[at];
        int end = reply.IndexOf("\r\n", at, StringComparison.Ordinal);
        string line = reply[(at + 1)..end];
        at = end + 2;
        switch (type)
        {
            case '+' or '-':
                return line;
            case ':':
                return long.Parse(line, CultureInfo.InvariantCulture);
            case '_':
                return null;
            case '$':
                int length = int.Parse(line, CultureInfo.InvariantCulture);
                at += length + 2;
                return reply.Substring(at - length - 2, length);
            case '*' or '~':
                var items = new object?[int.Parse(line, CultureInfo.InvariantCulture)];
                for (int i = 0; i < items.Length; i++) items[i] = Next(reply, ref at);
                return items;
            case '%':
                Dictionary<string, object?> map = [];
                for (int i = int.Parse(line, CultureInfo.InvariantCulture); i > 0; i--) map.Add((string)Next(reply, ref at)!, Next(reply, ref at));
                return map;
            default:
                throw new FormatException($"'{type}' begins no reply");
        }
    }
}
