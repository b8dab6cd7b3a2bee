using Hexad.Engine.Seam;

namespace Hexad.Host.Loop;

/// <summary>What the loop knows of one socket: a listener's or a link's.</summary>
internal sealed class LinkState
{
    /// <summary>The socket layer's number; meaningless when <see cref="Phase"/> is <see cref="LinkPhase.Dead"/>.</summary>
    internal int Socket { get; init; }

    /// <summary>The link, null for a listener.</summary>
    internal Link? Link { get; init; }

    /// <summary>The listener, null for a link.</summary>
    internal Listener? Listener { get; init; }

    /// <summary>The number of the wake in which the socket was opened: events of that wake or earlier ones are not its own.</summary>
    internal long BornInWake { get; init; }

    internal LinkPhase Phase { get; set; }

    /// <summary>Whether the node wants to hear what comes.</summary>
    internal bool Reading { get; set; } = true;

    /// <summary>Whether the socket is watched for room: a send was short.</summary>
    internal bool AwaitsRoom { get; set; }

    /// <summary>Whether the link stands in the list of those to send after the batch.</summary>
    internal bool IsFlushQueued { get; set; }

    /// <summary>Whether the node has closed it: then nothing more is reported.</summary>
    internal bool Forgotten { get; set; }

    /// <summary>When a connect or a last flush is given up, in monotonic milliseconds.</summary>
    internal long DeadlineMs { get; set; }
}

/// <summary>Where a socket stands in its life.</summary>
internal enum LinkPhase
{
    Listening,
    Connecting,
    Open,

    /// <summary>Closed by the node; the last output is still being sent.</summary>
    Ending,
    Dead,
}

/// <summary>Something to tell the node in a later step.</summary>
internal readonly record struct Report(ReportKind Kind, LinkState? State, Listener? Listener, Link? Link, LinkFault Fault, string? Error);

/// <summary>Which input of the node a report becomes.</summary>
internal enum ReportKind
{
    ListenerOpened,
    LinkClosed,
    Drained,
}
