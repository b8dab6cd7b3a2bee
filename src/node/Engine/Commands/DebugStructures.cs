// The parts of DEBUG that look into packed values and lists. What Redis prints on its standard output goes to our log.
using System;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Hexad.Commands;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Engine;

internal static class DebugStructures
{
    private const int LongestShownBytes = 64;

    /// <summary>DEBUG QUICKLIST-PACKED-THRESHOLD: from which size on elements of lists stand alone; 0 is the default.</summary>
    public static void SetPlainBytes(ref CommandContext call)
    {
        const ulong TooMuch = (1UL << 32) - (1 << 20);
        if (!TrySize(call[2], out ulong bytes) || bytes > TooMuch)
        {
            call.Reply.Error("ERR argument must be a memory value bigger than 1 and smaller than 4gb"u8);
            return;
        }

        call.Services.Databases.Collections.Lists.PlainBytes = bytes == 0 ? Listpack.LongestBytes : (long)bytes;
        call.Reply.Ok();
    }

    // size := digits ["b" | "kb" | "mb" | "gb"]
    private static bool TrySize(ReadOnlySpan<byte> text, out ulong bytes)
    {
        if (!Utf8Parser.TryParse(text, out bytes, out int digits)) return false;
        int shift = Encoding.Latin1.GetString(text[digits..]).ToLowerInvariant() switch
        {
            "" or "b" => 0,
            "kb" => 10,
            "mb" => 20,
            "gb" => 30,
            _ => -1,
        };
        bytes <<= Math.Max(shift, 0);
        return shift >= 0;
    }

    /// <summary>DEBUG LISTPACK: tells the log every element of a pack.</summary>
    public static void ShowPack(ref CommandContext call, Session session)
    {
        EntryRef entry = call.Db.PeekRaw(call[2]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        if (entry.Encoding != ObjectEncoding.Listpack)
        {
            call.Reply.Error("ERR Not a listpack encoded object."u8);
            return;
        }

        ReadOnlySpan<byte> pack = call.Services.Databases.Collections.PackOf(entry);
        var lines = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{{bytes {pack.Length}}} {{elements {Listpack.Count(pack)}}}"));
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at))
        {
            lines.Append(CultureInfo.InvariantCulture, $"\n{at}: {Listpack.EntryBytesAt(pack, at)} bytes ");
            ListpackElement element = Listpack.Read(pack, at);
            if (element.IsInteger) lines.Append(CultureInfo.InvariantCulture, $"integer {element.Integer}");
            else lines.Append(CultureInfo.InvariantCulture, $"text of {element.Length}: ").Append(Encoding.Latin1.GetString(element.Bytes[..Math.Min(element.Length, LongestShownBytes)]));
        }

        session.Node.Host.Log(Seam.LogLevel.Warning, lines.ToString());
        call.Reply.Simple("Listpack structure printed on stdout"u8);
    }

    /// <summary>DEBUG QUICKLIST: tells the log how a list is made up.</summary>
    public static void ShowList(ref CommandContext call, Session session)
    {
        EntryRef entry = call.Db.PeekRaw(call[2]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        if (entry.Encoding != ObjectEncoding.Quicklist)
        {
            call.Reply.Error("ERR Not a quicklist encoded object."u8);
            return;
        }

        session.Node.Host.Log(Seam.LogLevel.Warning, Describe(call.Services.Databases.Collections.Lists, entry));
        call.Reply.Simple("Quicklist structure printed on stdout"u8);
    }

    /// <summary>What DEBUG OBJECT says of a list of more than one pack.</summary>
    public static string Describe(ListChain lists, EntryRef entry)
    {
        nint root = entry.Root;
        int nodes = lists.NodeCountOf(root);
        (int fill, int depth) = lists.ShapeOf(root);
        double average = (double)lists.CountOf(root) / nodes;
        return string.Create(CultureInfo.InvariantCulture,
            $" ql_nodes:{nodes} ql_avg_node:{average:F2} ql_listpack_max:{fill} ql_compressed:{(depth != 0 ? 1 : 0)} ql_uncompressed_size:{lists.Sizes(root).Bytes}");
    }
}
