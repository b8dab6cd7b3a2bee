// OBJECT: what is known about a value beside what it is.
using System;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Commands;

[Command("OBJECT", arity: -2, Flags.None, Group.Generic, since: "2.2.3",
    Summary = "A container for commands about how values are kept.", Complexity = "Depends on subcommand.")]
internal static class ObjectCommands
{
    // Clients of Redis see so many references on the integers that it keeps once for all.
    private const int SharedReferences = int.MaxValue;
    private const long SharedIntegers = 10_000;

    [Command("OBJECT|ENCODING", arity: 3, Flags.ReadOnly, Group.Generic, since: "2.2.3",
        syntax: "key:key",
        Summary = "Tells how a value is represented.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    [Key(2, KeyFlags.ReadOnly)]
    internal static void Encoding(ref CommandContext call)
    {
        EntryRef entry = call.Db.Peek(call[2]);
        if (entry.Found) call.Reply.Bulk(ObjectNames.EncodingName(entry.Encoding));
        else call.Reply.Null();
    }

    [Command("OBJECT|FREQ", arity: 3, Flags.ReadOnly, Group.Generic, since: "4.0.0",
        syntax: "key:key",
        Summary = "Tells the logarithmic counter of how often a key is used.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    [Key(2, KeyFlags.ReadOnly)]
    internal static void Frequency(ref CommandContext call)
    {
        EntryRef entry = call.Db.Peek(call[2]);
        if (!entry.Found) call.Reply.Null();
        else if (!call.Services.Databases.Eviction.IsLfu) call.Reply.Error(ErrorReplies.LfuNotSelected);
        else call.Reply.Integer(call.Db.Frequency(entry));
    }

    [Command("OBJECT|IDLETIME", arity: 3, Flags.ReadOnly, Group.Generic, since: "2.2.3",
        syntax: "key:key",
        Summary = "Tells how many seconds ago a key was used.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    [Key(2, KeyFlags.ReadOnly)]
    internal static void IdleTime(ref CommandContext call)
    {
        EntryRef entry = call.Db.Peek(call[2]);
        if (!entry.Found) call.Reply.Null();
        else if (call.Services.Databases.Eviction.IsLfu) call.Reply.Error(ErrorReplies.LfuSelected);
        else call.Reply.Integer(call.Db.IdleSeconds(entry));
    }

    [Command("OBJECT|REFCOUNT", arity: 3, Flags.ReadOnly, Group.Generic, since: "2.2.3",
        syntax: "key:key",
        Summary = "Tells how many references a value has.", Complexity = "O(1)",
        Tips = "nondeterministic_output")]
    [Key(2, KeyFlags.ReadOnly)]
    internal static void RefCount(ref CommandContext call)
    {
        EntryRef entry = call.Db.Peek(call[2]);
        if (!entry.Found) call.Reply.Null();
        else call.Reply.Integer(IsShared(ref call, entry) ? SharedReferences : 1);
    }

    [Command("OBJECT|HELP", arity: 2, Flags.Loading | Flags.Stale, Group.Generic, since: "6.2.0",
        Summary = "Lists the subcommands.", Complexity = "O(1)")]
    internal static void Help(ref CommandContext call) => HelpText.Write(call.Reply, "OBJECT",
    [
        "ENCODING <key>", "    How the value of <key> is represented.",
        "FREQ <key>", "    The logarithmic counter of how often <key> is used; needs an LFU policy.",
        "IDLETIME <key>", "    How many seconds ago <key> was used; needs a policy that is not LFU.",
        "REFCOUNT <key>", "    How many references the value of <key> has.",
    ]);

    private static bool IsShared(ref CommandContext call, EntryRef entry)
    {
        EvictionPolicy policy = call.Services.Databases.Eviction.Policy;
        bool tracksUse = policy is EvictionPolicy.AllKeysLru or EvictionPolicy.AllKeysLfu or EvictionPolicy.VolatileLru or EvictionPolicy.VolatileLfu;
        return entry.Encoding == ObjectEncoding.Int && !tracksUse && entry.TryGetLong(out long value) && value is >= 0 and < SharedIntegers;
    }
}
