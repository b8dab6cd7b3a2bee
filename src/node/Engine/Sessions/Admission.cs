using System;
using System.Text;
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

    /// <summary>Checks a name and a password; if they are right, the session may do everything.</summary>
    public bool Authenticate(Session session, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        if (!user.SequenceEqual("default"u8)) return false;
        if (RequiresPassword && !IsSame(password, Encoding.UTF8.GetBytes(node.Options.RequirePass!))) return false;
        session.Flags &= ~SessionFlags.Unauthenticated;
        return true;
    }

    // The time it takes depends on the lengths only, so that it tells nothing of the password.
    private static bool IsSame(ReadOnlySpan<byte> given, ReadOnlySpan<byte> wanted)
    {
        int difference = given.Length ^ wanted.Length;
        for (int i = 0; i < given.Length; i++) difference |= given[i] ^ (wanted.Length == 0 ? 1 : wanted[i % wanted.Length]);
        return difference == 0;
    }

    private static bool IsLocal(Link link) =>
        link.Listener!.IsUnix || link.Remote.Address.StartsWith("127.", StringComparison.Ordinal) || link.Remote.Address == "::1";

    // Clients show this text to their users; its first words are what they look for.
    private const string ProtectedModeText =
        "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
        "In this mode connections are only accepted from the loopback interface. " +
        "To accept others: set a password, or run CONFIG SET protected-mode no from a local connection, " +
        "or put 'protected-mode no' into the configuration file and restart, or start the server with '--protected-mode no'.";
}
