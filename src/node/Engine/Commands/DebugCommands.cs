// DEBUG: looking into the server and making things happen that tests need. Off unless enable-debug-command says so.
using System;
using System.Globalization;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

internal static class DebugCommands
{
    private const int ReadingsWithoutTime = 1_000_000;

    [Command("DEBUG", arity: -2, Flags.Admin | Flags.NoScript | Flags.Loading | Flags.Stale | Flags.Protected, Group.Server, since: "1.0.0",
        Summary = "Looks into the server, for tests.", Complexity = "Depends on subcommand.",
        Doc = DocFlags.SysCmd)]
    internal static void Debug(ref CommandContext call, Session session)
    {
        string name = Encoding.Latin1.GetString(call[1]).ToLowerInvariant();
        bool done = call.Count switch
        {
            2 => Alone(ref call, session, name),
            _ => WithArguments(ref call, session, name),
        };
        if (!done) call.Reply.Error(ErrorReplies.WrongSubcommand(call[0], call[1]));
    }

    private static bool Alone(ref CommandContext call, Session session, string name)
    {
        switch (name)
        {
            case "digest": Digest(ref call); break;
            case "digest-value": call.Reply.Array(0); break;
            case "reload": Reload(ref call, session, save: true); break;
            case "change-repl-id" when session.Node.ChangeReplicationId is { } change:
                change();
                call.Reply.Ok();
                break;
            case "config-rewrite-force-all" when session.Node.Options.ConfigFile is { } path: new ConfigRewrite(session, path, everything: true).Run(); break;
            case "stringmatch-test": call.Reply.Simple("Apparently Redis did not crash: test passed"u8); break;
            case "assert" or "panic" or "segfault":
                Invariant.Unreachable("DEBUG asked for it");
                break;
            case "help": Help(ref call); break;
            default: return false;
        }

        return true;
    }

    private static bool WithArguments(ref CommandContext call, Session session, string name)
    {
        switch (name)
        {
            case "digest-value": DigestValues(ref call); break;
            case "reload": Reload(ref call, session, save: !Has(ref call, "NOSAVE"u8)); break;
            case "object" when call.Count == 3 || (call.Count == 4 && call.Says(3, "FAST"u8)): Object(ref call); break;
            case "quicklist-packed-threshold" when call.Count == 3: DebugStructures.SetPlainBytes(ref call); break;
            case "listpack" when call.Count == 3: DebugStructures.ShowPack(ref call, session); break;
            case "quicklist" when call.Count <= 4: DebugStructures.ShowList(ref call, session); break;
            case "sdslen" when call.Count == 3: Lengths(ref call); break;
            case "populate" when call.Count <= 5: Populate(ref call); break;
            case "protocol" when call.Count == 3: Protocol(ref call); break;
            case "sleep" when call.Count == 3: Sleep(ref call, session); break;
            case "set-active-expire" when call.Count == 3:
                session.Node.ActiveExpire = !call[2].SequenceEqual("0"u8);
                call.Reply.Ok();
                break;
            case "dict-resizing" when call.Count == 3:
                session.Node.Databases.TablesShrink = !call[2].SequenceEqual("0"u8);
                call.Reply.Ok();
                break;
            case "pause-cron" when call.Count == 3:
                session.Node.IsCronPaused = !call[2].SequenceEqual("0"u8);
                call.Reply.Ok();
                break;
            case "set-skip-checksum-validation" when call.Count == 3:
                session.Node.ChecksPayloads = call[2].SequenceEqual("0"u8);
                call.Reply.Ok();
                break;
            case "log" when call.Count == 3:
                session.Node.Host.Log(Seam.LogLevel.Warning, "DEBUG LOG: " + Encoding.UTF8.GetString(call[2]));
                call.Reply.Ok();
                break;
            case "error" when call.Count == 3: call.Reply.Error(call[2]); break;
            case "stringmatch-len" when call.Count == 4: call.Reply.Integer(Glob.Matches(call[2], call[3]) ? 1 : 0); break;
            default: return false;
        }

        return true;
    }

    private static bool Has(ref CommandContext call, ReadOnlySpan<byte> word)
    {
        for (int i = 2; i < call.Count; i++)
            if (call.Says(i, word)) return true;
        return false;
    }

    private static void Digest(ref CommandContext call)
    {
        Span<byte> digest = stackalloc byte[Sha1.Length];
        DatasetDigest.OfAll(call.Services.Databases, digest);
        call.Reply.Simple(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest)));
    }

    private static void DigestValues(ref CommandContext call)
    {
        Span<byte> digest = stackalloc byte[Sha1.Length];
        call.Reply.Array(call.Count - 2);
        for (int i = 2; i < call.Count; i++)
        {
            digest.Clear();
            EntryRef entry = call.Db.PeekRaw(call[i]);
            if (entry.Found) DatasetDigest.AddValue(call.Services.Databases.Collections, entry, digest);
            call.Reply.Simple(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest)));
        }
    }

    private static void Reload(ref CommandContext call, Session session, bool save)
    {
        if (session.Node.Reload is not { } reload)
        {
            call.Reply.Error("ERR Error trying to load the RDB dump, check server logs."u8);
            return;
        }

        session.Wait();
        reload(save, loaded =>
        {
            if (!session.EndWait()) return;
            ReplyWriter reply = session.Node.Dispatcher.ReplyTo(session);
            if (loaded) reply.Ok();
            else reply.Error("ERR Error trying to load the RDB dump, check server logs."u8);
            session.ResumeAfterWait();
        });
    }

    private static void Object(ref CommandContext call)
    {
        EntryRef entry = call.Db.PeekRaw(call[2]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        bool lfu = call.Services.Databases.Eviction.IsLfu;
        long idle = lfu ? 0 : call.Db.IdleSeconds(entry);
        string encoding = Encoding.ASCII.GetString(ObjectNames.EncodingName(entry.Encoding));
        long lru = lfu ? call.Db.Frequency(entry) : (call.Now.Value / 1000 - idle) & 0xFFFFFF;
        string more = entry.Encoding == ObjectEncoding.Quicklist ? DebugStructures.Describe(call.Services.Databases.Collections.Lists, entry) : "";
        call.Reply.Simple(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"Value at:0x0 refcount:1 encoding:{encoding} serializedlength:{SerializedLength(call.Services.Databases.Collections, entry)} lru:{lru} lru_seconds_idle:{idle}{more}")));
    }

    private static void Lengths(ref CommandContext call)
    {
        EntryRef entry = call.Db.PeekRaw(call[2]);
        if (!entry.Found) call.Reply.Error(ErrorReplies.NoSuchKey);
        else if (entry.Encoding == ObjectEncoding.Int) call.Reply.Error("ERR Not an sds encoded string."u8);
        else
        {
            int key = entry.Key.Length;
            int value = entry.StringLength;
            call.Reply.Simple(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"key_sds_len:{key}, key_sds_avail:0, key_zmalloc: {key}, val_sds_len:{value}, val_sds_avail:0, val_zmalloc: {value}")));
        }
    }

    // How many bytes the value takes in an RDB file that is not compressed.
    private static int SerializedLength(Collections collections, EntryRef entry)
    {
        if (entry.Encoding == ObjectEncoding.Int && entry.TryGetLong(out long value))
        {
            if (value is >= sbyte.MinValue and <= sbyte.MaxValue) return 2;
            if (value is >= short.MinValue and <= short.MaxValue) return 3;
            if (value is >= int.MinValue and <= int.MaxValue) return 5;
        }

        int length = entry.IsString ? entry.StringLength : entry.Encoding < ObjectEncoding.HashTable ? collections.PackOf(entry).Length : 0;
        return length + (length < 64 ? 1 : length < 16384 ? 2 : 5);
    }

    private static void Populate(ref CommandContext call)
    {
        long size = 0;
        if (!call.TryLong(2, out long count) || (call.Count == 5 && !call.TryLong(4, out size))) return;
        if (count < 0 || size < 0 || size > StringEdits.LongestBytes)
        {
            call.Reply.Error(ErrorReplies.MustBePositive);
            return;
        }

        string prefix = call.Count == 3 ? "key" : Encoding.Latin1.GetString(call[3]);
        call.Db.Reserve(call.Db.KeyCount + count);
        for (long i = 0; i < count; i++)
        {
            byte[] key = Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{prefix}:{i}"));
            if (call.FindForWrite(key).Found) continue;
            byte[] value = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value:{i}"));
            if (size > 0) Array.Resize(ref value, (int)size);
            call.Db.SetString(key, value);
            call.Services.KeyChanged(call.Db, key);
        }

        call.Reply.Ok();
    }

    private static void Protocol(ref CommandContext call)
    {
        ReplyWriter reply = call.Reply;
        switch (Encoding.Latin1.GetString(call[2]).ToLowerInvariant())
        {
            case "string": reply.Bulk("Hello World"u8); break;
            case "integer": reply.Integer(12345); break;
            case "double": reply.Double(3.141); break;
            case "bignum": reply.BigNumber("1234567999999999999999999999999999999"u8); break;
            case "null": reply.Null(); break;
            case "array":
                reply.Array(3);
                for (int i = 0; i < 3; i++) reply.Integer(i);
                break;
            case "set":
                reply.Set(3);
                for (int i = 0; i < 3; i++) reply.Integer(i);
                break;
            case "map":
                reply.Map(3);
                for (int i = 0; i < 3; i++)
                {
                    reply.Integer(i);
                    reply.Boolean(i == 1);
                }

                break;
            case "attrib": AttributeReply(reply); break;
            case "push": PushReply(reply); break;
            case "true": reply.Boolean(true); break;
            case "false": reply.Boolean(false); break;
            case "verbatim": reply.Verbatim("This is a verbatim\nstring"u8, "txt"u8); break;
            default:
                reply.Error("ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"u8);
                break;
        }
    }

    private static void AttributeReply(ReplyWriter reply)
    {
        if (reply.Resp3)
        {
            reply.Attribute(1);
            reply.Bulk("key-popularity"u8);
            reply.Array(2);
            reply.Bulk("key:123"u8);
            reply.Integer(90);
        }

        reply.Bulk("Some real reply following the attribute"u8);
    }

    private static void PushReply(ReplyWriter reply)
    {
        if (!reply.Resp3)
        {
            reply.Error("ERR RESP2 is not supported by this command"u8);
            return;
        }

        reply.Push(2);
        reply.Bulk("server-cpu-usage"u8);
        reply.Integer(42);
        reply.Bulk("Some real reply following the push reply"u8);
    }

    // The node has no way to sleep: it spins on the host's clock, as something that takes long would.
    private static void Sleep(ref CommandContext call, Session session)
    {
        if (!double.TryParse(call[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)) seconds = 0;
        Seam.IHost host = session.Node.Host;
        long start = host.Ticks();
        long lengthNs = (long)(Math.Clamp(seconds, 0, 86400) * 1e9);
        long last = start;
        for (int still = 0; last - start < lengthNs && still < ReadingsWithoutTime;)
        {
            long now = host.Ticks();
            still = now == last ? still + 1 : 0;
            last = now;
        }

        session.Node.SleptMs += (last - start) / 1_000_000;
        call.Reply.Ok();
    }

    private static void Help(ref CommandContext call) => HelpText.Write(call.Reply, "DEBUG",
    [
        "ASSERT | PANIC | SEGFAULT", "    End the server as a bug would.",
        "CHANGE-REPL-ID", "    Begin another replication history.",
        "DICT-RESIZING (0|1)", "    Whether tables of keys get smaller when keys go.",
        "DIGEST", "    A digest of all data.",
        "DIGEST-VALUE <key> [<key> ...]", "    A digest of each value.",
        "ERROR <text>", "    Reply with this error.",
        "LISTPACK <key>", "    Write a packed value's elements to the log.",
        "LOG <text>", "    Write a line to the log.",
        "OBJECT <key>", "    How the value of <key> is kept.",
        "PAUSE-CRON (0|1)", "    Let periodic work rest.",
        "POPULATE <count> [<prefix> [<size>]]", "    Make so many keys.",
        "PROTOCOL <type>", "    Reply with a value of this type.",
        "QUICKLIST <key>", "    Write to the log how a list is made up.",
        "QUICKLIST-PACKED-THRESHOLD <size>", "    From which size on elements of lists stand alone.",
        "RELOAD [NOSAVE]", "    Save everything and load it again.",
        "SDSLEN <key>", "    The lengths of <key> and its string.",
        "SET-ACTIVE-EXPIRE (0|1)", "    Whether expired keys are removed without being asked for.",
        "SET-SKIP-CHECKSUM-VALIDATION (0|1)", "    Whether RESTORE takes a payload whose checksum is wrong.",
        "SLEEP <seconds>", "    Do nothing for so long.",
        "STRINGMATCH-LEN <pattern> <text>", "    Whether a text matches a pattern.",
    ]);

}
