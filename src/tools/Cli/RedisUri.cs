using System;
using System.Text;
using Hexad.Client;

namespace Hexad.Cli;

/// <summary>
/// A server's address as one text: <c>redis://[[user:]password@][host[:port]][/database]</c>, user and password
/// percent-encoded.
/// </summary>
public static class RedisUri
{
    /// <summary>Takes what the address says over into the options; the fault in words, or null when there is none.</summary>
    public static string? Apply(string uri, CliOptions options)
    {
        if (uri.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase)) return "rediss:// is not supported: this build has no TLS";
        if (!uri.StartsWith("redis://", StringComparison.OrdinalIgnoreCase)) return "Invalid URI scheme";
        string rest = uri["redis://".Length..];
        int at = rest.IndexOf('@');
        if (at >= 0)
        {
            string? fault = ApplyUser(rest[..at], options);
            if (fault is not null) return fault;
            rest = rest[(at + 1)..];
        }

        int slash = rest.IndexOf('/');
        string authority = slash >= 0 ? rest[..slash] : rest;
        if (slash >= 0 && slash + 1 < rest.Length) options.Database = CNumber.Int32(rest[(slash + 1)..]);
        if (authority.Length == 0) return null;
        int colon = authority.LastIndexOf(':');
        bool bracketed = authority[0] == '[' && authority.Contains(']');
        if (colon >= 0 && (!bracketed || colon > authority.IndexOf(']')))
        {
            options.Port = CNumber.Int32(authority[(colon + 1)..]);
            authority = authority[..colon];
        }

        options.Host = bracketed ? authority[1..authority.IndexOf(']')] : authority;
        return null;
    }

    private static string? ApplyUser(string text, CliOptions options)
    {
        int colon = text.IndexOf(':');
        if (colon >= 0)
        {
            if (!TryDecode(text[..colon], out string user)) return "Illegal character in URI encoding";
            options.User = user;
            text = text[(colon + 1)..];
        }

        if (!TryDecode(text, out string password)) return "Illegal character in URI encoding";
        options.Password = password;
        return null;
    }

    private static bool TryDecode(string encoded, out string text)
    {
        text = "";
        var bytes = new ByteText();
        for (int i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes.Add(encoded[i].ToString());
                continue;
            }

            if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit(encoded[i + 1]) || !char.IsAsciiHexDigit(encoded[i + 2])) return false;
            bytes.Add([Convert.ToByte(encoded.Substring(i + 1, 2), 16)]);
            i += 2;
        }

        text = Encoding.UTF8.GetString(bytes.Bytes);
        return true;
    }
}
