using System;
using System.Net;
using System.Net.Sockets;

namespace Hexad.Client;

/// <summary>Where a server listens: a host and a port, or the path of a unix socket.</summary>
public sealed record Endpoint(string Host, int Port, string? SocketPath = null)
{
    /// <summary>The address as people write it; an IPv6 address stands in brackets.</summary>
    public override string ToString() => SocketPath ?? (Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}");

    /// <summary>
    /// Reads <c>host:port</c>, with an optional <c>@busport</c> behind it that is dropped. The last colon separates, so
    /// IPv6 addresses need no brackets (and may have them).
    /// </summary>
    public static bool TryParse(string text, out Endpoint endpoint)
    {
        endpoint = null!;
        int at = text.LastIndexOf('@');
        if (at >= 0) text = text[..at];
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], out int port) || port is <= 0 or > 65535) return false;
        string host = text[..colon];
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']') host = host[1..^1];
        endpoint = new Endpoint(host, port);
        return true;
    }

    /// <summary>The address to connect to: names are looked up, IPv4 first.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    internal EndPoint[] Resolve()
    {
        if (SocketPath is not null) return [new UnixDomainSocketEndPoint(SocketPath)];
        if (IPAddress.TryParse(Host, out IPAddress? address)) return [new IPEndPoint(address, Port)];
        IPAddress[] addresses = Dns.GetHostAddresses(Host);
        Array.Sort(addresses, static (a, b) => (a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1) - (b.AddressFamily == AddressFamily.InterNetwork ? 0 : 1));
        return Array.ConvertAll(addresses, a => (EndPoint)new IPEndPoint(a, Port));
    }
}
