using System;
using System.Text;
using Hexad.Commands;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>
/// What may keep a node from running an ordinary command of an ordinary session. Kept up to date by whoever causes it;
/// with none set, and a session without flags, the dispatcher asks nothing.
/// </summary>
[Flags]
public enum NodeConditions : uint
{
    None = 0,
    /// <summary>Cluster mode: the slots of a command's keys must be looked at.</summary>
    Cluster = 1 << 0,
    /// <summary>A memory limit is set.</summary>
    MemoryLimited = 1 << 1,
    /// <summary>We are a replica.</summary>
    Replica = 1 << 2,
    /// <summary>We are a replica, its link is down, and stale data may not be served.</summary>
    Stale = 1 << 3,
    /// <summary>Data is being loaded.</summary>
    Loading = 1 << 4,
    /// <summary>Saving failed, and writes are refused because of it.</summary>
    DiskFailed = 1 << 5,
    /// <summary>Too few good replicas.</summary>
    FewReplicas = 1 << 6,
    /// <summary>CLIENT PAUSE or a fail-over holds clients back.</summary>
    Paused = 1 << 7,
    /// <summary>Somebody monitors.</summary>
    Monitored = 1 << 8,
}

/// <summary>Decides whether a command may run now. Order and words as clients of Redis know them.</summary>
internal sealed class Gatekeeper(Node node)
{
    /// <summary>The error that keeps the command from running, or null.</summary>
    public string? Refusal(Session session, CommandRow row, in Arguments call)
    {
        SessionFlags flags = session.Flags;
        if ((flags & SessionFlags.Unauthenticated) != 0 && (row.Flags & Flags.NoAuth) == 0)
            return Text(ErrorReplies.NoAuth);
        if (node.Router is { } router && (flags & (SessionFlags.Primary | SessionFlags.Internal)) == 0 && (row.Keys.Length > 0 || row.FirstKey > 0))
        {
            string? redirection = router.Redirection(session, row, call);
            session.Flags &= ~SessionFlags.Asking;
            if (redirection is not null) return redirection;
        }

        return null;
    }

    /// <summary>The error for a name that is no command's.</summary>
    public string Unknown(in Arguments call)
    {
        CommandRow? container = CommandTable.Find(call[0]);
        if (container is not null)
            return $"ERR unknown subcommand '{Latin(call[1], 128)}'. Try {container.Name.ToUpperInvariant()} HELP.";
        var text = new StringBuilder($"ERR unknown command '{Latin(call[0], 128)}', with args beginning with: ");
        int room = 128;
        for (int i = 1; i < call.Count && room > 0; i++)
        {
            string word = $"'{Latin(call[i], room)}' ";
            text.Append(word);
            room -= word.Length;
        }

        return text.ToString();
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text);

    private static string Latin(ReadOnlySpan<byte> bytes, int most) => Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, most)]);
}
