using System;
using System.Text;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Engine.Seam;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Persistence.Rdb;
using Hexad.Structures;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>DUMP and RESTORE: single keys in the form that RDB files have.</summary>
internal static class DumpCommands
{
    [Command("DUMP", arity: 2, Flags.ReadOnly, Group.Generic, since: "2.6.0", syntax: "key:key", Tips = "nondeterministic_output",
        Summary = "Gives a key's value in a form that RESTORE understands.", Complexity = "O(1) to access the key and O(N) for a value of N bytes")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void Dump(ref CommandContext call, Session session)
    {
        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Null();
            return;
        }

        var payload = new DumpPayload { Compresses = session.Node.Options.RdbCompression, Form = session.Node.Persistence.WantedForm };
        call.Reply.Bulk(ValueTelling.Dump(call.Services.Databases.Collections, entry, payload));
    }

    [Command("RESTORE", arity: -4, Flags.Write | Flags.DenyOom, Group.Generic, since: "2.6.0",
        syntax: "key:key ttl:integer serialized-value [REPLACE^3.0.0] [ABSTTL^5.0.0] [IDLETIME seconds:integer^5.0.0] [FREQ frequency:integer^5.0.0]",
        Categories = Acl.Keyspace | Acl.Dangerous, Summary = "Makes a key out of what DUMP gave.",
        Complexity = "O(1) to make the key and O(N) for a value of N bytes, O(N*log(N)) for a sorted set",
        History = ["3.0.0|REPLACE.", "5.0.0|ABSTTL.", "5.0.0|IDLETIME and FREQ."])]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void Restore(ref CommandContext call, Session session) => RestoreKey(ref call, session.Node);

    [Command("RESTORE-ASKING", arity: -4, Flags.Write | Flags.DenyOom | Flags.Asking, Group.Server, since: "3.0.0",
        syntax: "key:key ttl:integer serialized-value [REPLACE^3.0.0] [ABSTTL^5.0.0] [IDLETIME seconds:integer^5.0.0] [FREQ frequency:integer^5.0.0]",
        Categories = Acl.Keyspace | Acl.Dangerous, Doc = DocFlags.SysCmd, Summary = "RESTORE for keys that move between nodes.",
        Complexity = "O(1) to make the key and O(N) for a value of N bytes, O(N*log(N)) for a sorted set",
        History = ["3.0.0|REPLACE.", "5.0.0|ABSTTL.", "5.0.0|IDLETIME and FREQ."])]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void RestoreAsking(ref CommandContext call, Session session) => RestoreKey(ref call, session.Node);

    private struct Options
    {
        public bool Replace, AbsoluteTtl;
        public long IdleSeconds, Frequency;
    }

    private static void RestoreKey(ref CommandContext call, Node node)
    {
        if (!TryOptions(ref call, out Options options)) return;
        if (!options.Replace && call.Db.Peek(call[1]).Found)
        {
            call.Reply.Error("BUSYKEY Target key name already exists."u8);
            return;
        }

        if (!NumberText.TryInt64(call[2], out long ttl))
        {
            call.Reply.Error(ErrorReplies.NotAnInteger);
            return;
        }

        if (ttl < 0)
        {
            call.Reply.Error("ERR Invalid TTL value, must be >= 0"u8);
            return;
        }

        var batch = new RdbBatch();
        var payload = new DumpPayload();
        PayloadFault fault = payload.Read(call[3], node.ChecksPayloads, batch);
        if (fault == PayloadFault.BadVersionOrChecksum) call.Reply.Error("ERR DUMP payload version or checksum are wrong"u8);
        else if (fault == PayloadFault.BadFormat) Refuse(ref call, node, payload.Why);
        else Store(ref call, node, options, ttl, batch);
    }

    // The client hears only that it is bad; what is bad about it is for the operator, who may have to find out where it came from.
    private static void Refuse(ref CommandContext call, Node node, string why)
    {
        node.Host.Log(LogLevel.Warning, $"RESTORE refused a payload: {why}");
        call.Reply.Error("ERR Bad data format"u8);
    }

    private static void Store(ref CommandContext call, Node node, Options options, long ttl, RdbBatch batch)
    {
        ReadOnlySpan<byte> key = call[1];
        var expiry = new UnixMs(ttl != 0 && !options.AbsoluteTtl ? ttl + call.Now.Value : ttl);
        if (!TryBuild(ref call, node, batch, out BuiltValue? built)) return;
        bool deleted = options.Replace && call.Db.Delete(key);
        if (ttl != 0 && expiry <= call.Now && call.Services.Databases.Expired == ExpiredKeys.Remove)
        {
            if (deleted)
            {
                call.Propagation.InsteadRemoval(call.Db.Index, key, unlink: call.Services.Options.LazyServerDelete);
                call.Changed(key);
                call.Notify(EventClass.Generic, "del", key);
            }

            call.Reply.Ok();
            return;
        }

        Lifetime lifetime = ttl == 0 ? Lifetime.Forever : Lifetime.Until(expiry);
        EntryRef entry = built is { } value ? call.Db.Store(key, value, lifetime) : call.Db.SetString(key, TextOf(batch), lifetime);
        bool lfu = call.Services.Databases.Eviction.IsLfu;
        if (lfu && options.Frequency >= 0) call.Db.SetFrequency(entry, (int)options.Frequency);
        else if (!lfu && options.IdleSeconds >= 0) call.Db.SetIdleSeconds(entry, options.IdleSeconds);
        if (ttl != 0 && !options.AbsoluteTtl) PropagateAbsolute(ref call, expiry);
        call.Created(key, call.Db);
        call.Changed(key);
        call.Notify(EventClass.Generic, "restore", key);
        call.Reply.Ok();
    }

    // What makes no value is found before the old value is touched. A string is stored as it stands in the batch.
    private static bool TryBuild(ref CommandContext call, Node node, RdbBatch batch, out BuiltValue? built)
    {
        built = null;
        RdbBatch.Enumerator records = batch.GetEnumerator();
        records.MoveNext();
        ObjectType type = records.Current.Type;
        if (type == ObjectType.String) return true;
        CollectionEdit build = call.Db.Build(type);
        foreach (RdbRecord record in batch)
        {
            if (ValueLoading.Add(call.Services, ref build, RdbLoad.PartOf(record)) == LoadOutcome.Loaded) continue;
            build.Discard();
            Refuse(ref call, node, RdbLoad.Inconsistency(type));
            return false;
        }

        built = build.End();
        return true;
    }

    private static ReadOnlySpan<byte> TextOf(RdbBatch batch)
    {
        RdbBatch.Enumerator records = batch.GetEnumerator();
        records.MoveNext();
        return records.Current.Value;
    }

    // A relative time to live means something else when it is repeated later.
    private static void PropagateAbsolute(ref CommandContext call, UnixMs expiry)
    {
        Propagation said = call.Propagation;
        said.Instead(call.Db.Index, call.Count + 1);
        for (int i = 0; i < call.Count; i++)
        {
            if (i == 2) said.Add(expiry.Value);
            else said.Add(call[i]);
        }

        said.Add("ABSTTL"u8);
    }

    private static bool TryOptions(ref CommandContext call, out Options options)
    {
        options = new Options { IdleSeconds = -1, Frequency = -1 };
        for (int i = 4; i < call.Count; i++)
        {
            ReadOnlySpan<byte> word = call[i];
            bool hasMore = i + 1 < call.Count;
            if (Ascii.EqualsIgnoreCase(word, "REPLACE")) options.Replace = true;
            else if (Ascii.EqualsIgnoreCase(word, "ABSTTL")) options.AbsoluteTtl = true;
            else if (Ascii.EqualsIgnoreCase(word, "IDLETIME") && hasMore && options.Frequency == -1)
            {
                if (!TryNumber(ref call, ++i, long.MaxValue, "ERR Invalid IDLETIME value, must be >= 0"u8, out options.IdleSeconds)) return false;
            }
            else if (Ascii.EqualsIgnoreCase(word, "FREQ") && hasMore && options.IdleSeconds == -1)
            {
                if (!TryNumber(ref call, ++i, 255, "ERR Invalid FREQ value, must be >= 0 and <= 255"u8, out options.Frequency)) return false;
            }
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        return true;
    }

    private static bool TryNumber(ref CommandContext call, int index, long most, ReadOnlySpan<byte> error, out long value)
    {
        if (!NumberText.TryInt64(call[index], out value)) call.Reply.Error(ErrorReplies.NotAnInteger);
        else if (value < 0 || value > most) call.Reply.Error(error);
        else return true;
        return false;
    }
}
