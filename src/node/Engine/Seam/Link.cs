using System;
using Hexad.Core;
using Hexad.Wire;

namespace Hexad.Engine.Seam;

/// <summary>What a link is for.</summary>
public enum LinkKind
{
    /// <summary>Accepted on the client port or the unix socket.</summary>
    Client,

    /// <summary>Accepted on the bus port.</summary>
    BusInbound,

    /// <summary>Opened to a peer's bus port.</summary>
    BusOutbound,

    /// <summary>Opened to a primary's client port, to replicate from it.</summary>
    Primary,
}

/// <summary>The two ends of a connection as text and number: an IP literal and a port, or a unix socket's path and port 0.</summary>
public readonly record struct Endpoint(string Address, int Port)
{
    /// <summary>No address.</summary>
    public static Endpoint None => new("", 0);

    /// <summary>Whether there is no address.</summary>
    public bool IsNone => Address is null or "";

    /// <summary><c>address:port</c>, as CLIENT LIST prints it.</summary>
    public override string ToString() => $"{Address}:{Port}";
}

/// <summary>
/// One stream connection between the node and a client or peer. The node appends to <see cref="Output"/> and calls
/// <see cref="IHost.Flush"/>; the host fills in the endpoints, sends, and reports. Neither touches the other's half.
/// </summary>
public sealed class Link(LinkKind kind, SegmentPool pool)
{
    /// <summary>What the link is for.</summary>
    public LinkKind Kind { get; } = kind;

    /// <summary>A number that no other link of this node ever had; given by whoever makes the link.</summary>
    public long Number { get; init; }

    /// <summary>The other end; for an outgoing link, where to connect.</summary>
    public Endpoint Remote { get; set; }

    /// <summary>Our end; for an outgoing link before it stands, the source address to leave from, or none. Port 0 means any.</summary>
    public Endpoint Local { get; set; }

    /// <summary>For an accepted link: through which listener it came.</summary>
    public Listener? Listener { get; init; }

    /// <summary>How long an outgoing connection may take to stand, in milliseconds; 0: as long as the system tries.</summary>
    public int ConnectTimeoutMs { get; init; }

    /// <summary>Seconds between keep-alive probes; 0: none.</summary>
    public int KeepAliveSeconds { get; set; }

    /// <summary>Bytes to send.</summary>
    public OutputQueue Output { get; } = new(pool);

    /// <summary>Whether the node wants <see cref="INode.Drained"/> when <see cref="Output"/> has run empty; cleared when told.</summary>
    public bool WantsDrained { get; set; }

    /// <summary>The node's own state of the link: a session, a bus link, …</summary>
    public ILinkOwner? Owner { get; set; }

    /// <summary>The host's own state of the link.</summary>
    public object? HostState { get; set; }

    /// <summary>The socket's descriptor, for CLIENT LIST; -1 when there is none.</summary>
    public int Descriptor { get; set; } = -1;
}

/// <summary>A place where connections are accepted.</summary>
public sealed class Listener
{
    /// <summary>The kind of the links that come through it.</summary>
    public required LinkKind Kind { get; init; }

    /// <summary>Address and port, or the path of a unix socket with port 0. Address "*" is every IPv4 address, "::*" every IPv6 address.</summary>
    public required Endpoint At { get; init; }

    /// <summary>Whether <see cref="At"/> names a unix socket.</summary>
    public bool IsUnix { get; init; }

    /// <summary>The file mode of a unix socket; 0: the system's default.</summary>
    public int UnixMode { get; init; }

    /// <summary>The name of the group that is to own a unix socket; null: that of the process.</summary>
    public string? UnixGroup { get; init; }

    /// <summary>How many connections may wait to be accepted.</summary>
    public int Backlog { get; init; } = 511;

    /// <summary>Whether the listener may fail without harm (an address written with a leading '-').</summary>
    public bool Optional { get; init; }

    /// <summary>The host's own state of the listener.</summary>
    public object? HostState { get; set; }
}
