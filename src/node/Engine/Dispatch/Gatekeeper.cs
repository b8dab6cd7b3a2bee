using System;
using System.Text;
using Hexad.Commands;
using Hexad.Options;
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
    /// <summary>Other data is being loaded beside ours, which is served meanwhile.</summary>
    LoadingBeside = 1 << 9,
}

/// <summary>Decides whether a command may run now. Order and words as clients of Redis know them.</summary>
internal sealed class Gatekeeper(Node node, CommandNames names)
{
    private const Flags MovesData = Flags.Write | Flags.MayReplicate;

    /// <summary>The error that keeps the command from running, or null.</summary>
    public string? Refusal(Session session, CommandRow row, in Arguments call, out bool isRedirection)
    {
        isRedirection = false;
        SessionFlags flags = session.Flags;
        if ((row.Flags & Flags.Protected) != 0 && !IsProtectedAllowed(session, row)) return ProtectedText(row);
        if ((flags & SessionFlags.Unauthenticated) != 0 && (row.Flags & Flags.NoAuth) == 0) return Text(ErrorReplies.NoAuth);
        if ((flags & SessionFlags.Multi) != 0 && (row.Flags & Flags.NoMulti) != 0) return "ERR Command not allowed inside a transaction";
        bool obeyed = (flags & (SessionFlags.Primary | SessionFlags.Internal)) != 0;
        Transaction? transaction = node.Transactions.IsExec(row) ? session.Transaction : null;
        if (node.Router is { } router && !obeyed && (row.Keys.Length > 0 || row.FirstKey > 0 || transaction is not null))
        {
            string? redirection = transaction is null ? router.Redirection(session, row, call) : node.Cluster!.Router.Redirection(session, transaction);
            // Within a transaction ASKING stands for all its calls.
            if ((flags & SessionFlags.Multi) == 0 || transaction is not null) session.Flags &= ~SessionFlags.Asking;
            isRedirection = redirection is not null;
            if (isRedirection) return redirection;
        }

        return node.Conditions == 0 && (flags & (SessionFlags.Replica | SessionFlags.PubSub)) == 0 ? null : ByCondition(session, row, Effective(session, row), obeyed);
    }

    /// <summary>The flags that decide about a call: EXEC is all that it will run.</summary>
    public Flags Effective(Session session, CommandRow row)
    {
        if (!node.Transactions.IsExec(row) || session.Transaction is not { } transaction) return row.Flags;
        const Flags Permissions = Flags.Stale | Flags.Loading;
        return (row.Flags & ~Permissions) | (transaction.Any & ~Permissions) | (row.Flags & transaction.Common & Permissions);
    }

    /// <summary>Whether a word is the beginning of an HTTP request: a browser that was led here.</summary>
    public static bool IsForeignProtocol(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "POST"u8) || Ascii.EqualsIgnoreCase(word, "Host:"u8);

    /// <summary>The error for a name that is no command's.</summary>
    public string Unknown(in Arguments call)
    {
        CommandRow? container = names.Top(call[0]);
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

    // What the state of the node forbids; the order is that in which clients learn of it.
    private string? ByCondition(Session session, CommandRow row, Flags does, bool obeyed)
    {
        bool writes = (does & Flags.Write) != 0;
        if (Holds(NodeConditions.MemoryLimited) && !node.Eviction.MakeRoom() && !obeyed && NeedsMemory(session, row, does))
            return Text(ErrorReplies.OutOfMemory);
        if (Holds(NodeConditions.DiskFailed) && !obeyed && (writes || row.Name == "ping")) return DiskFailedText;
        if (Holds(NodeConditions.FewReplicas) && writes && !obeyed) return Text(ErrorReplies.NoReplicas);
        if (Holds(NodeConditions.Replica) && node.Options.ReplicaReadOnly && writes && !obeyed) return Text(ErrorReplies.ReadOnlyReplica);
        if ((session.Flags & SessionFlags.PubSub) != 0 && !session.Resp3 && !MayListener(row))
            return $"ERR Can't execute '{row.FullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
        if (Holds(NodeConditions.Stale) && (does & Flags.Stale) == 0 && !obeyed) return Text(ErrorReplies.MasterDown);
        // What the cluster looks like has nothing to do with the data: tools ask while a new replica takes its first copy. What changes
        // it has: a replica that took over while it loads would do so with whatever part it has.
        bool asksCluster = row.Group == Group.Cluster && (row.Flags & (Flags.Admin | Flags.NoAsyncLoading)) == 0;
        if (Holds(NodeConditions.Loading) && (does & Flags.Loading) == 0 && !asksCluster && !obeyed) return Text(ErrorReplies.Loading);
        if (Holds(NodeConditions.LoadingBeside) && (row.Flags & Flags.NoAsyncLoading) != 0 && !obeyed) return Text(ErrorReplies.Loading);
        if ((session.Flags & SessionFlags.Replica) != 0 && (does & (MovesData | Flags.ReadOnly)) != 0) return "ERR Replica can't interact with the keyspace";
        return null;
    }

    // Within MULTI everything takes memory that is not known to end the transaction.
    private bool NeedsMemory(Session session, CommandRow row, Flags does) =>
        (does & Flags.DenyOom) != 0 || ((session.Flags & SessionFlags.Multi) != 0 && !node.Transactions.MayRunShortOfMemory(row));

    // In RESP2 nothing tells a message from a reply, so that a listener may do little else.
    private static bool MayListener(CommandRow row) => row.Name is
        "ping" or "quit" or "reset" or "subscribe" or "unsubscribe" or "psubscribe" or "punsubscribe" or "ssubscribe" or "sunsubscribe";

    private bool Holds(NodeConditions condition) => (node.Conditions & (uint)condition) != 0;

    private bool IsProtectedAllowed(Session session, CommandRow row)
    {
        ProtectedAction who = row.Group == Group.Server && row.Name == "debug" ? node.Options.EnableDebugCommand : node.Options.EnableModuleCommand;
        return node.Admission.Allows(who, session) || (session.Flags & SessionFlags.Internal) != 0;
    }

    private static string ProtectedText(CommandRow row)
    {
        bool debug = row.Name == "debug";
        return $"ERR {(debug ? "DEBUG" : "MODULE")} command not allowed. If the {(debug ? "enable-debug-command" : "enable-module-command")} option is set to \"local\", " +
            "you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.";
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text);

    // As Redis: a word is shown up to its first zero byte.
    private static string Latin(ReadOnlySpan<byte> bytes, int most)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0) bytes = bytes[..zero];
        return Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, most)]);
    }

    // Clients look for MISCONF; upstream's tests for the sentence.
    private const string DiskFailedText =
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, " +
        "because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). " +
        "Please check the Redis logs for details about the RDB error.";
}
