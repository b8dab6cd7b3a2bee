// What must hold for certain texts beyond being a text.
using System;
using System.Text;

namespace Hexad.Options;

internal static class OptionChecks
{
    /// <returns>Null when the text is right, else the reason.</returns>
    public static string? Run(OptionCheck check, string text) => check switch
    {
        OptionCheck.DumpFileName => IsBareName(text) ? null : OptionErrors.DumpFileIsPath,
        OptionCheck.AppendFileName => text.Length == 0 ? OptionErrors.AppendFileEmpty : IsBareName(text) ? null : OptionErrors.AppendFileIsPath,
        OptionCheck.AppendDirName => text.Length == 0 ? OptionErrors.AppendDirEmpty : IsBareName(text) ? null : OptionErrors.AppendDirIsPath,
        OptionCheck.HostName => HostName(text),
        OptionCheck.NodeName => NodeName(text),
        OptionCheck.ProcessTitle => TitleTemplate(text),
        OptionCheck.Locale => text is "" or "C" or "POSIX" or "C.UTF-8" ? null : OptionErrors.BadLocale,
        _ => null,
    };

    private static bool IsBareName(string text) => !text.Contains('/', StringComparison.Ordinal);

    private static string? HostName(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) >= 256)
            return OptionErrors.HostNameTooLong;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-' && c != '.')
                return OptionErrors.HostNameCharacters;
        }
        return null;
    }

    /// <summary>A name that is safe in nodes.conf and in CLUSTER NODES: printable, and nothing that separates fields.</summary>
    private static string? NodeName(string text)
    {
        foreach (char c in text)
        {
            if (c is < '!' or > '~' or ',' or '=' or '"' or '\'' or '\\')
                return OptionErrors.NodeNameCharacters;
        }
        return null;
    }

    /// <summary>Every {variable} must be one that we know, and every brace must close.</summary>
    private static string? TitleTemplate(string text)
    {
        int at = 0;
        while ((at = text.IndexOf('{', at)) >= 0)
        {
            int end = text.IndexOf('}', at);
            if (end < 0)
                return OptionErrors.TitleTemplate;
            if (text[(at + 1)..end] is not ("title" or "listen-addr" or "server-mode" or "port" or "tls-port" or "unixsocket" or "config-file"))
                return OptionErrors.TitleTemplate;
            at = end;
        }
        return null;
    }
}
