using Hexad.Host.Sockets;

namespace Hexad.Host.Loop;

/// <summary>The sockets that one wait found ready, and how far they have been served.</summary>
internal sealed class ReadyList
{
    private const int AtOnce = 1024;

    internal ReadySocket[] Sockets { get; } = new ReadySocket[AtOnce];
    internal int Count { get; set; }

    /// <summary>The first that has not been served.</summary>
    internal int Next { get; set; }

    /// <summary>Whether a listener has been met among them.</summary>
    internal bool Accepts { get; set; }

    /// <summary>The number of the wait, to tell sockets that were opened since.</summary>
    internal long Wake { get; set; }
}
