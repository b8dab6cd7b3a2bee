using Hexad.Engine.Seam;
using Hexad.Options;

namespace Hexad.Engine;

/// <summary>Who may come in: authentication and protected mode.</summary>
public sealed class Admission(Node node)
{
    /// <summary>Decides what a new session may do before it has authenticated, and refuses it if protected mode says so.</summary>
    public void Greet(Session session)
    {
        if (RequiresPassword) session.Flags |= SessionFlags.Unauthenticated;
        if (!node.Options.ProtectedMode || RequiresPassword || IsLocal(session.Link!)) return;
        node.Dispatcher.ReplyTo(session).Error(ProtectedModeText);
        node.Sessions.Close(session, CloseMode.AfterFlush);
    }

    /// <summary>Whether the default user has a password.</summary>
    public bool RequiresPassword => node.Options.RequirePass is not null;

    /// <summary>Whether a session may do what is off by default: never, always, or only from this machine.</summary>
    public bool Allows(ProtectedAction action, Session session) =>
        action == ProtectedAction.Yes || (action == ProtectedAction.Local && (session.Link is null || IsLocal(session.Link)));

    private static bool IsLocal(Link link) =>
        link.Listener!.IsUnix || link.Remote.Address.StartsWith("127.", System.StringComparison.Ordinal) || link.Remote.Address == "::1";

    // Clients show this text to their users; its first words are what they look for.
    private const string ProtectedModeText =
        "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
        "In this mode connections are only accepted from the loopback interface. " +
        "To accept others: set a password, or run CONFIG SET protected-mode no from a local connection, " +
        "or put 'protected-mode no' into the configuration file and restart, or start the server with '--protected-mode no'.";
}
