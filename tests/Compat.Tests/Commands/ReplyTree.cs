using System;
using System.Collections.Generic;
using System.Globalization;

namespace Hexad.Compat.Tests.Commands;

/// <summary>Puts replies whose order means nothing into one order.</summary>
internal static class ReplyTree
{
    /// <summary>
    /// The reply with its elements sorted: each by itself (S), in pairs (P), or those of the second element, as scans
    /// reply, each by itself (C) or in pairs (Q).
    /// </summary>
    public static string Sorted(string reply, char order)
    {
        int at = 0;
        string head = Line(reply, ref at);
        if (head[0] is not ('*' or '~' or '%')) return reply;
        List<string> elements = Elements(reply, ref at, Count(head));
        if (order is 'C' or 'Q') return head + elements[0] + Sorted(elements[1], order == 'C' ? 'S' : 'P');
        if (order == 'P') elements = Pairs(elements);
        elements.Sort(StringComparer.Ordinal);
        return head + string.Concat(elements);
    }

    private static List<string> Pairs(List<string> elements)
    {
        // RESP3 may give each pair as an array of its own.
        if (elements.Count == 0 || elements[0][0] == '*') return elements;
        var pairs = new List<string>();
        for (int i = 0; i + 1 < elements.Count; i += 2) pairs.Add(elements[i] + elements[i + 1]);
        return pairs;
    }

    private static int Count(string head) =>
        int.Parse(head.AsSpan(1, head.Length - 3), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) * (head[0] == '%' ? 2 : 1);

    private static List<string> Elements(string reply, ref int at, int count)
    {
        var elements = new List<string>();
        for (int i = 0; i < count; i++)
        {
            int from = at;
            Skip(reply, ref at);
            elements.Add(reply[from..at]);
        }

        return elements;
    }

    private static void Skip(string reply, ref int at)
    {
        string head = Line(reply, ref at);
        if (head[0] is '$' or '=' && Count(head) >= 0) at += Count(head) + 2;
        else if (head[0] is '*' or '~' or '%' or '>') Elements(reply, ref at, Count(head));
    }

    private static string Line(string reply, ref int at)
    {
        int end = reply.IndexOf("\r\n", at, StringComparison.Ordinal) + 2;
        string line = reply[at..end];
        at = end;
        return line;
    }
}
