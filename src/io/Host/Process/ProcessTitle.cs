using System;
using System.IO;
using System.Text;

using Hexad.Host.Native;
using Hexad.Options;

namespace Hexad.Host.Process;

/// <summary>What the process list shows of a server (options <c>set-proc-title</c> and <c>proc-title-template</c>).</summary>
internal sealed class ProcessTitle
{
    private readonly string _startedAs;
    private readonly ArgumentArea? _area;

    /// <param name="program">The program's name among ours, where it was not started under a name of its own.</param>
    internal ProcessTitle(string program)
    {
        string first = FirstArgument();
        _startedAs = Path.GetFileName(first) == program ? first : first + " " + program;
        _area = ArgumentArea.Find();
    }

    /// <summary>Shows the title that the options ask for.</summary>
    internal void Show(NodeOptions options) => _area?.Write(Encoding.UTF8.GetBytes(Text(options, _startedAs)));

    /// <summary>The title: the template with its variables replaced, spaces at the end left out.</summary>
    internal static string Text(NodeOptions options, string startedAs)
    {
        int port = options.Port != 0 ? options.Port : options.TlsPort;
        return new StringBuilder(options.ProcessTitleTemplate)
            .Replace("{title}", startedAs)
            .Replace("{listen-addr}", $"{(options.Bind.Addresses.Length > 0 ? options.Bind.Addresses[0] : "*")}:{port}")
            .Replace("{server-mode}", options.ClusterEnabled ? "[cluster]" : "")
            .Replace("{port}", options.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Replace("{tls-port}", options.TlsPort.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Replace("{unixsocket}", options.UnixSocket ?? "")
            .Replace("{config-file}", options.ConfigFile ?? "")
            .ToString()
            .TrimEnd(' ');
    }

    private static string FirstArgument()
    {
        try
        {
            string line = File.ReadAllText("/proc/self/cmdline");
            int end = line.IndexOf('\0', StringComparison.Ordinal);
            return end < 0 ? line : line[..end];
        }
        catch (IOException)
        {
            return "hexad";
        }
    }
}
