using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Hexad.Host.Native;

namespace Hexad.Host.Sockets;

/// <summary>Where a socket listens, connects to or comes from: an IP address and port, the path of a unix socket, or nothing.</summary>
public readonly record struct SocketAddress
{
    private SocketAddress(IPAddress? ip, int port, string? path) => (Ip, Port, Path) = (ip, port, path);

    /// <summary>The numeric address, null for a unix socket.</summary>
    public IPAddress? Ip { get; }

    /// <summary>The TCP port, 0 to 65535.</summary>
    public int Port { get; }

    /// <summary>The path of a unix socket; empty at an unnamed end of one.</summary>
    public string? Path { get; }

    /// <summary>Whether there is no address.</summary>
    public bool IsNone => Ip is null && Path is null;

    /// <summary>A TCP address.</summary>
    public static SocketAddress Tcp(IPAddress ip, int port) => new(ip, port, null);

    /// <summary>A unix socket.</summary>
    public static SocketAddress Unix(string path) => new(null, 0, path);

    /// <summary>
    /// Reads a numeric address, or asks the resolver for a name's first one (IPv4 before IPv6), as configuration files
    /// and REPLICAOF name hosts. "*" stands for every IPv4 address and "::*" for every IPv6 one.
    /// </summary>
    public static bool TryResolve(string host, int port, out SocketAddress address)
    {
        address = default;
        IPAddress? ip = host switch
        {
            "*" => IPAddress.Any,
            "::*" => IPAddress.IPv6Any,
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : Resolve(host),
        };
        if (ip is null) return false;
        address = Tcp(ip, port);
        return true;
    }

    /// <summary>"127.0.0.1:6379", "[::1]:6379", or "PATH:0" as Redis prints unix sockets.</summary>
    public override string ToString() => Ip is null
        ? (Path ?? "") + ":0"
        : Ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Ip}]:{Port}" : $"{Ip}:{Port}";

    /// <summary>Writes the system's form (sockaddr); the number of bytes used. 112 bytes are always enough.</summary>
    internal int Write(Span<byte> native)
    {
        native.Clear();
        if (Ip is null)
        {
            BinaryPrimitives.WriteInt16LittleEndian(native, LibC.FamilyUnix);
            return 2 + Encoding.UTF8.GetBytes(Path ?? "", native[2..109]) + 1;
        }

        bool six = Ip.AddressFamily == AddressFamily.InterNetworkV6;
        BinaryPrimitives.WriteInt16LittleEndian(native, six ? (short)LibC.FamilyIPv6 : (short)LibC.FamilyIPv4);
        BinaryPrimitives.WriteUInt16BigEndian(native[2..], (ushort)Port);
        Ip.TryWriteBytes(six ? native[8..] : native[4..], out _);
        if (six) BinaryPrimitives.WriteUInt32LittleEndian(native[24..], (uint)Ip.ScopeId);
        return six ? 28 : 16;
    }

    /// <summary>Reads the system's form. An IPv4 address inside an IPv6 one is given as the IPv4 address it is.</summary>
    internal static SocketAddress Read(ReadOnlySpan<byte> native)
    {
        if (native.Length < 2) return default;
        int port = native.Length >= 4 ? BinaryPrimitives.ReadUInt16BigEndian(native[2..]) : 0;
        switch (BinaryPrimitives.ReadInt16LittleEndian(native))
        {
            case LibC.FamilyIPv4 when native.Length >= 8:
                return Tcp(new IPAddress(native[4..8]), port);
            case LibC.FamilyIPv6 when native.Length >= 28:
                var six = new IPAddress(native[8..24], BinaryPrimitives.ReadUInt32LittleEndian(native[24..]));
                return Tcp(six.IsIPv4MappedToIPv6 ? six.MapToIPv4() : six, port);
            case LibC.FamilyUnix:
                ReadOnlySpan<byte> path = native[2..];
                int end = path.IndexOf((byte)0);
                return Unix(Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
            default:
                return default;
        }
    }

    private static IPAddress? Resolve(string host)
    {
        try
        {
            IPAddress? first = null;
            foreach (IPAddress ip in Dns.GetHostAddresses(host))
            {
                if (ip.AddressFamily == AddressFamily.InterNetwork) return ip;
                first ??= ip;
            }

            return first;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return null;
        }
    }
}
