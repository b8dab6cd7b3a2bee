using System;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Engine;

/// <summary>
/// A part of the node that joins one of its concerns (cluster, replication, periodic work) to the seam. Parts are
/// called in the order in which the node lists them, always inside a step; the step's time is <see cref="Node.Now"/>.
/// </summary>
public interface IPart
{
    /// <summary>The node starts: ask for files and listeners.</summary>
    void Start();

    /// <summary>When <see cref="Tick"/> is wanted at the latest.</summary>
    MonotonicMs NextWake { get; }

    /// <summary>That time has come, or the host found it good to call: do what is due.</summary>
    void Tick();
}

/// <summary>Whoever a link belongs to; <see cref="Link.Owner"/> holds it.</summary>
public interface ILinkOwner
{
    /// <summary>A connection that we asked for stands.</summary>
    void Opened(Link link);

    /// <summary>Bytes have come; they may not be kept.</summary>
    void Received(Link link, ReadOnlySpan<byte> bytes);

    /// <summary>The link's output has run empty (<see cref="Link.WantsDrained"/>).</summary>
    void Drained(Link link);

    /// <summary>The link is gone.</summary>
    void Closed(Link link, LinkFault fault);
}
