using System;

namespace Hexad.Client;

/// <summary>How replies are printed.</summary>
public enum OutputMode
{
    /// <summary>For people: types named, texts quoted, elements numbered.</summary>
    Standard,

    /// <summary>The bytes alone.</summary>
    Raw,

    /// <summary>Comma-separated, one line a reply.</summary>
    Csv,

    /// <summary>JSON, one line a reply; bytes are passed on as they are.</summary>
    Json,

    /// <summary>JSON in which texts are quoted twice, so that any bytes stay printable ASCII.</summary>
    QuotedJson,
}

/// <summary>
/// Prints replies as redis-cli prints them, byte for byte: people and scripts have learned to read that. One method a
/// mode; each goes through the reply once.
/// </summary>
/// <param name="elementDelimiter">Stands between the elements of an aggregate in raw mode.</param>
/// <param name="replyDelimiter">Ends a reply in raw mode.</param>
public sealed class ReplyFormatter(byte[] elementDelimiter, byte[] replyDelimiter)
{
    /// <summary>The reply as the mode wants it, its line end included.</summary>
    /// <param name="reply">What the server said.</param>
    /// <param name="mode">How to print it.</param>
    /// <param name="verbatim">The reply is a report (INFO and the like): print its text and nothing else.</param>
    public ByteText Format(Reply reply, OutputMode mode, bool verbatim)
    {
        var text = new ByteText();
        if (verbatim)
        {
            Raw(text, reply);
            return text;
        }

        switch (mode)
        {
            case OutputMode.Standard:
                if (reply.Kind == ReplyKind.Push && IsInvalidation(reply)) Invalidation(text, reply);
                else Standard(text, reply, "");
                break;
            case OutputMode.Raw:
                Raw(text, reply);
                text.Add(replyDelimiter);
                break;
            case OutputMode.Csv:
                Csv(text, reply);
                text.Add("\n"u8);
                break;
            default:
                Json(text, reply, quotedTwice: mode == OutputMode.QuotedJson);
                text.Add("\n"u8);
                break;
        }

        return text;
    }

    private static void Standard(ByteText text, Reply reply, string prefix)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Error: text.Add("(error) "u8).Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Status: text.Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Integer: text.Add("(integer) "u8).Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Double: text.Add("(double) "u8).Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.BigNumber: text.Add("(big number) "u8).Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Bulk: text.Add(QuotedText.Quote(reply.Bytes)).Add("\n"u8); break;
            case ReplyKind.Verbatim: text.Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Null: text.Add("(nil)\n"u8); break;
            case ReplyKind.Boolean: text.Add(reply.Integer != 0 ? "(true)\n" : "(false)\n"); break;
            default: StandardAggregate(text, reply, prefix); break;
        }
    }

    /// <summary>
    /// Numbers the elements. The first stands on the line that the caller began, the others begin with
    /// <paramref name="prefix"/>; what is nested is indented by the width of the number.
    /// </summary>
    private static void StandardAggregate(ByteText text, Reply reply, string prefix)
    {
        if (reply.Elements.Count == 0)
        {
            text.Add(reply.Kind switch
            {
                ReplyKind.Map => "(empty hash)\n",
                ReplyKind.Set => "(empty set)\n",
                ReplyKind.Push => "(empty push)\n",
                _ => "(empty array)\n",
            });
            return;
        }

        bool pairs = reply.Kind is ReplyKind.Map or ReplyKind.Attribute;
        int step = pairs ? 2 : 1;
        int width = (reply.Elements.Count / step).ToString().Length;
        string nested = prefix + new string(' ', width + 2);
        char mark = reply.Kind switch { ReplyKind.Set => '~', ReplyKind.Map => '#', ReplyKind.Attribute => '|', _ => ')' };
        for (int i = 0; i < reply.Elements.Count; i += step)
        {
            if (i > 0) text.Add(prefix);
            text.Add(((i / step) + 1).ToString().PadLeft(width)).Add($"{mark} ");
            Standard(text, reply.Elements[i], nested);
            if (!pairs) continue;
            text.DropLast();
            text.Add(" => "u8);
            if (TakesLines(reply.Elements[i + 1])) text.Add("\n"u8).Add(nested);
            Standard(text, reply.Elements[i + 1], nested);
        }
    }

    /// <summary>Whether a value is printed on more than one line, and so begins on a line of its own in a map.</summary>
    private static bool TakesLines(Reply reply)
    {
        if (!reply.IsAggregate || reply.Elements.Count == 0) return false;
        if (reply.Kind is not (ReplyKind.Map or ReplyKind.Attribute)) return reply.Elements.Count > 1 || TakesLines(reply.Elements[0]);
        return reply.Elements.Count > 2 || TakesLines(reply.Elements[1]);
    }

    private void Raw(ByteText text, Reply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Null: break;
            case ReplyKind.Error: text.Add(reply.Bytes).Add("\n"u8); break;
            case ReplyKind.Boolean: text.Add(reply.Integer != 0 ? "(true)" : "(false)"); break;
            case ReplyKind.Map or ReplyKind.Attribute:
                for (int i = 0; i + 1 < reply.Elements.Count; i += 2)
                {
                    if (i > 0) text.Add(elementDelimiter);
                    Raw(text, reply.Elements[i]);
                    text.Add(" "u8);
                    Raw(text, reply.Elements[i + 1]);
                }

                break;
            case ReplyKind.Array or ReplyKind.Set or ReplyKind.Push:
                for (int i = 0; i < reply.Elements.Count; i++)
                {
                    if (i > 0) text.Add(elementDelimiter);
                    Raw(text, reply.Elements[i]);
                }

                break;
            default: text.Add(reply.Bytes); break;
        }
    }

    private static void Csv(ByteText text, Reply reply)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Error: text.Add("ERROR,"u8).Add(QuotedText.Quote(reply.Bytes)); break;
            case ReplyKind.Status or ReplyKind.Bulk or ReplyKind.Verbatim: text.Add(QuotedText.Quote(reply.Bytes)); break;
            case ReplyKind.Null: text.Add("NULL"u8); break;
            case ReplyKind.Boolean: text.Add(reply.Integer != 0 ? "true" : "false"); break;
            case ReplyKind.Integer or ReplyKind.Double or ReplyKind.BigNumber: text.Add(reply.Bytes); break;
            default:
                for (int i = 0; i < reply.Elements.Count; i++)
                {
                    if (i > 0) text.Add(","u8);
                    Csv(text, reply.Elements[i]);
                }

                break;
        }
    }

    private static void Json(ByteText text, Reply reply, bool quotedTwice)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Error:
                // As Redis: this is no JSON, and scripts look for it.
                text.Add("error:"u8);
                JsonText(text, reply.Bytes, quotedTwice);
                break;
            case ReplyKind.Status or ReplyKind.Bulk or ReplyKind.Verbatim: JsonText(text, reply.Bytes, quotedTwice); break;
            case ReplyKind.Null: text.Add("null"u8); break;
            case ReplyKind.Boolean: text.Add(reply.Integer != 0 ? "true" : "false"); break;
            case ReplyKind.Integer or ReplyKind.Double or ReplyKind.BigNumber: text.Add(reply.Bytes); break;
            case ReplyKind.Map or ReplyKind.Attribute: JsonObject(text, reply, quotedTwice); break;
            default:
                text.Add("["u8);
                for (int i = 0; i < reply.Elements.Count; i++)
                {
                    if (i > 0) text.Add(","u8);
                    Json(text, reply.Elements[i], quotedTwice);
                }

                text.Add("]"u8);
                break;
        }
    }

    private static void JsonObject(ByteText text, Reply reply, bool quotedTwice)
    {
        text.Add("{"u8);
        for (int i = 0; i + 1 < reply.Elements.Count; i += 2)
        {
            if (i > 0) text.Add(","u8);
            var key = new ByteText();
            Json(key, reply.Elements[i], quotedTwice);
            bool quoted = key.Length > 0 && key.Bytes[0] == (byte)'"';
            if (quoted || reply.Elements[i].IsError) text.Add(key.Bytes);
            else text.Add("\""u8).Add(key.Bytes).Add("\""u8);
            text.Add(":"u8);
            Json(text, reply.Elements[i + 1], quotedTwice);
        }

        text.Add("}"u8);
    }

    private static void JsonText(ByteText text, byte[] bytes, bool quotedTwice)
    {
        if (quotedTwice)
        {
            text.Add(QuotedText.Quote(bytes).Replace("\\", "\\\\", StringComparison.Ordinal));
            return;
        }

        text.Add("\""u8);
        foreach (byte b in bytes)
        {
            switch (b)
            {
                case (byte)'\\': text.Add("\\\\"u8); break;
                case (byte)'"': text.Add("\\\""u8); break;
                case (byte)'\n': text.Add("\\n"u8); break;
                case (byte)'\f': text.Add("\\f"u8); break;
                case (byte)'\r': text.Add("\\r"u8); break;
                case (byte)'\t': text.Add("\\t"u8); break;
                case (byte)'\b': text.Add("\\b"u8); break;
                case <= 0x1f: text.Add($"\\u{b:x4}"); break;
                default: text.Add([b]); break;
            }
        }

        text.Add("\""u8);
    }

    private static bool IsInvalidation(Reply reply) =>
        reply.Elements is [{ Kind: ReplyKind.Bulk } kind, { Kind: ReplyKind.Array }] && kind.StartsWith("invalidate"u8);

    /// <summary>The keys that client-side caching must forget, on one line.</summary>
    private static void Invalidation(ByteText text, Reply reply)
    {
        text.Add("-> invalidate: "u8);
        for (int i = 0; i < reply.Elements[1].Elements.Count; i++)
        {
            if (i > 0) text.Add(", "u8);
            text.Add("'"u8).Add(reply.Elements[1].Elements[i].Bytes).Add("'"u8);
        }

        text.Add("\n"u8);
    }
}
