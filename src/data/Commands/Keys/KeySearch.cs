// Commands that go over many keys: KEYS, SCAN, RANDOMKEY, DBSIZE, and those that remove or exchange all of them.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Wire.Resp;

namespace Hexad.Commands;

internal static class KeySearch
{
    [Command("KEYS", arity: 2, Flags.ReadOnly, Group.Generic, since: "1.0.0",
        syntax: "pattern:pattern",
        Summary = "Lists all keys that match a pattern.", Complexity = "O(N) where N is the number of keys in the database.",
        Categories = Acl.Keyspace | Acl.Dangerous,
        Tips = "request_policy:all_shards nondeterministic_output_order")]
    internal static void Keys(ref CommandContext call)
    {
        call.Reply.BeginCounted();
        var visitor = new MatchingKeys(call.Db, call.Reply, call[1].ToArray());
        call.Db.Visit(ref visitor);
        call.Reply.EndCountedArray(visitor.Count);
    }

    [Command("SCAN", arity: -2, Flags.ReadOnly | Flags.TouchesArbitraryKeys, Group.Generic, since: "2.8.0",
        syntax: "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type^6.0.0]",
        Summary = "Goes over the keys of a database, a few at a call.",
        Complexity = "O(1) for a call, O(N) for a whole round over N keys.",
        Tips = "nondeterministic_output request_policy:special response_policy:special",
        History = ["6.0.0|Added the `TYPE` subcommand."])]
    internal static void Scan(ref CommandContext call)
    {
        if (!ScanArguments.TryCursor(call[1], out ulong cursor))
        {
            call.Reply.Error(ErrorReplies.InvalidCursor);
            return;
        }

        long count = 10;
        ReadOnlySpan<byte> pattern = "*"u8;
        ReadOnlySpan<byte> type = default;
        for (int i = 2; i < call.Count; i += 2)
        {
            if (i + 1 == call.Count || !ReadOption(ref call, i, ref count, ref pattern, ref type, out bool replied))
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return;
            }

            if (replied) return;
        }

        KeyBuffer keys = call.Services.Scanned;
        keys.Clear();
        long steps = count > long.MaxValue / 10 ? long.MaxValue : count * 10;
        do cursor = call.Db.Scan(cursor, keys);
        while (cursor != 0 && steps-- > 0 && keys.Count < count);
        ReplyScanned(ref call, cursor, keys, pattern, type);
    }

    [Command("RANDOMKEY", arity: 1, Flags.ReadOnly | Flags.TouchesArbitraryKeys, Group.Generic, since: "1.0.0",
        Summary = "Tells a key chosen by chance.", Complexity = "O(1)",
        Tips = "request_policy:all_shards response_policy:special nondeterministic_output")]
    internal static void RandomKey(ref CommandContext call)
    {
        EntryRef entry = call.Db.Random();
        if (entry.Found) call.Reply.Bulk(entry.Key);
        else call.Reply.Null();
    }

    [Command("DBSIZE", arity: 1, Flags.ReadOnly | Flags.Fast, Group.Server, since: "1.0.0",
        Summary = "Tells how many keys the database has.", Complexity = "O(1)",
        Categories = Acl.Keyspace,
        Tips = "request_policy:all_shards response_policy:agg_sum")]
    internal static void DbSize(ref CommandContext call) => call.Reply.Integer(call.Db.KeyCount);

    [Command("FLUSHDB", arity: -1, Flags.Write, Group.Server, since: "1.0.0",
        syntax: "[flush-type:(ASYNC^4.0.0 | SYNC^6.2.0)]",
        Summary = "Removes all keys of the database.", Complexity = "O(N) where N is the number of keys in the database.",
        Categories = Acl.Keyspace | Acl.Dangerous,
        Tips = "request_policy:all_shards response_policy:all_succeeded",
        History = ["4.0.0|Added the `ASYNC` flushing mode modifier.", "6.2.0|Added the `SYNC` flushing mode modifier."])]
    internal static void FlushDb(ref CommandContext call)
    {
        if (!TryFlushMode(ref call, out FreeMode mode)) return;
        call.Services.Changes += call.Db.KeyCount;
        call.Db.Flush(mode);
        call.Services.DatabaseChanged(call.Db);
        call.Propagation.Force();
        call.Reply.Ok();
    }

    [Command("FLUSHALL", arity: -1, Flags.Write, Group.Server, since: "1.0.0",
        syntax: "[flush-type:(ASYNC^4.0.0 | SYNC^6.2.0)]",
        Summary = "Removes all keys of all databases.", Complexity = "O(N) where N is the number of keys in all databases.",
        Categories = Acl.Keyspace | Acl.Dangerous,
        Tips = "request_policy:all_shards response_policy:all_succeeded",
        History = ["4.0.0|Added the `ASYNC` flushing mode modifier.", "6.2.0|Added the `SYNC` flushing mode modifier."])]
    internal static void FlushAll(ref CommandContext call)
    {
        if (!TryFlushMode(ref call, out FreeMode mode)) return;
        call.Services.Changes += call.Services.Databases.KeyCount + 1;
        call.Services.Databases.Flush(mode);
        call.Services.DatabaseChanged(null);
        call.Propagation.Force();
        call.Reply.Ok();
    }

    [Command("SWAPDB", arity: 3, Flags.Write | Flags.Fast, Group.Server, since: "4.0.0",
        syntax: "index1:integer index2:integer",
        Summary = "Exchanges the keys of two databases.", Complexity = "O(N) where N is the number of clients that watch or wait for keys of either.",
        Categories = Acl.Keyspace | Acl.Dangerous)]
    internal static void SwapDb(ref CommandContext call)
    {
        if (call.Services.Options.ClusterEnabled)
        {
            call.Reply.Error(ErrorReplies.SwapInCluster);
            return;
        }

        if (!TryIndex(ref call, 1, ErrorReplies.InvalidFirstDb, out int first) || !TryIndex(ref call, 2, ErrorReplies.InvalidSecondDb, out int second)) return;
        Databases all = call.Services.Databases;
        if (first < 0 || second < 0 || first >= all.Count || second >= all.Count)
        {
            call.Reply.Error(ErrorReplies.DbIndexOutOfRange);
            return;
        }

        if (first != second)
        {
            all.Swap(first, second);
            call.Services.DatabaseChanged(all[first]);
            call.Services.DatabaseChanged(all[second]);
        }

        call.Services.Changes++;
        call.Reply.Ok();
    }

    private static bool TryIndex(ref CommandContext call, int index, ReadOnlySpan<byte> error, out int number)
    {
        bool valid = NumberText.TryInt64(call[index], out long said) && said is >= int.MinValue and <= int.MaxValue;
        number = (int)said;
        if (!valid) call.Reply.Error(error);
        return valid;
    }

    private static bool ReadOption(
        ref CommandContext call, int i, ref long count, ref ReadOnlySpan<byte> pattern, ref ReadOnlySpan<byte> type, out bool replied)
    {
        replied = false;
        if (call.Says(i, "COUNT"u8))
        {
            if (call.TryLong(i + 1, out count)) return count >= 1;
            replied = true;
        }
        else if (call.Says(i, "MATCH"u8)) pattern = call[i + 1];
        else if (call.Says(i, "TYPE"u8)) type = call[i + 1];
        else return false;
        return true;
    }

    // Looking a key up removes it if it is expired, so nothing read from an entry may be used after the next look.
    private static void ReplyScanned(ref CommandContext call, ulong cursor, KeyBuffer keys, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> type)
    {
        bool all = Glob.IsAll(pattern);
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(cursor, digits, out int length);
        call.Reply.Array(2);
        call.Reply.Bulk(digits[..length]);
        call.Reply.BeginCounted();
        int count = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            ReadOnlySpan<byte> key = keys[i];
            if (!all && !Glob.Matches(pattern, key)) continue;
            EntryRef entry = call.Db.Peek(key);
            if (!entry.Found || (!type.IsEmpty && !System.Text.Ascii.EqualsIgnoreCase(type, KeyCommands.TypeName(entry.Type)))) continue;
            call.Reply.Bulk(key);
            count++;
        }

        call.Reply.EndCountedArray(count);
    }

    private static bool TryFlushMode(ref CommandContext call, out FreeMode mode)
    {
        mode = call.Services.Options.LazyUserFlush ? FreeMode.Later : FreeMode.Now;
        if (call.Count == 1) return true;
        if (call.Count == 2 && call.Says(1, "SYNC"u8)) mode = FreeMode.Now;
        else if (call.Count == 2 && call.Says(1, "ASYNC"u8)) mode = FreeMode.Later;
        else
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return false;
        }

        return true;
    }

    private struct MatchingKeys(Database db, ReplyWriter reply, byte[] pattern) : IEntryVisitor
    {
        private readonly bool _all = Glob.IsAll(pattern);

        public int Count { get; private set; }

        public bool Visit(EntryRef entry)
        {
            ReadOnlySpan<byte> key = entry.Key;
            if ((!_all && !Glob.Matches(pattern, key)) || db.IsExpired(entry)) return true;
            reply.Bulk(key);
            Count++;
            return true;
        }
    }
}
