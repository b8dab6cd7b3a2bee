// Commands about keys whatever they hold: remove, test, rename, copy, move.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class KeyCommands
{
    [Command("DEL", arity: -2, Flags.Write, Group.Generic, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Removes keys.", Complexity = "O(N) where N is the number of keys; a large collection costs its size besides.",
        Tips = "request_policy:multi_shard response_policy:agg_sum")]
    [Key(1, KeyFlags.Remove | KeyFlags.Delete, Last = -1)]
    internal static void Del(ref CommandContext call) =>
        Remove(ref call, call.Services.Options.LazyUserDelete ? FreeMode.Later : FreeMode.Now);

    [Command("UNLINK", arity: -2, Flags.Write | Flags.Fast, Group.Generic, since: "4.0.0",
        syntax: "key:key+",
        Summary = "Removes keys and gives their memory back little by little.", Complexity = "O(1) for each key, whatever it holds.",
        Tips = "request_policy:multi_shard response_policy:agg_sum")]
    [Key(1, KeyFlags.Remove | KeyFlags.Delete, Last = -1)]
    internal static void Unlink(ref CommandContext call) => Remove(ref call, FreeMode.Later);

    [Command("EXISTS", arity: -2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Tells how many of the keys exist.", Complexity = "O(N) where N is the number of keys.",
        Tips = "request_policy:multi_shard response_policy:agg_sum", History = ["3.0.3|Accepts multiple `key` arguments."])]
    [Key(1, KeyFlags.ReadOnly, Last = -1)]
    internal static void Exists(ref CommandContext call)
    {
        int count = 0;
        for (int i = 1; i < call.Count; i++)
            if (call.Peek(call[i]).Found) count++;
        call.Reply.Integer(count);
    }

    [Command("TOUCH", arity: -2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "3.2.1",
        syntax: "key:key+",
        Summary = "Marks keys as used now and tells how many of them exist.", Complexity = "O(N) where N is the number of keys.",
        Tips = "request_policy:multi_shard response_policy:agg_sum")]
    [Key(1, KeyFlags.ReadOnly, Last = -1)]
    internal static void Touch(ref CommandContext call)
    {
        int count = 0;
        for (int i = 1; i < call.Count; i++)
            if (call.Find(call[i]).Found) count++;
        call.Reply.Integer(count);
    }

    [Command("TYPE", arity: 2, Flags.ReadOnly | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key",
        Summary = "Tells what kind of value a key holds.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadOnly)]
    internal static void Type(ref CommandContext call)
    {
        EntryRef entry = call.Peek(call[1]);
        call.Reply.Simple(entry.Found ? TypeName(entry.Type) : "none"u8);
    }

    [Command("RENAME", arity: 3, Flags.Write, Group.Generic, since: "1.0.0",
        syntax: "key:key newkey:key",
        Summary = "Gives a key another name, replacing a key that has it.", Complexity = "O(1), unless a large value is replaced.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void Rename(ref CommandContext call) => Rename(ref call, onlyIfFree: false);

    [Command("RENAMENX", arity: 3, Flags.Write | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key newkey:key",
        Summary = "Gives a key another name if no key has it.", Complexity = "O(1)",
        History = ["3.2.0|The command no longer returns an error when source and destination names are the same."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    [Key(2, KeyFlags.Overwrite | KeyFlags.Insert)]
    internal static void RenameNx(ref CommandContext call) => Rename(ref call, onlyIfFree: true);

    [Command("COPY", arity: -3, Flags.Write | Flags.DenyOom, Group.Generic, since: "6.2.0",
        syntax: "source:key destination:key [DB destination-db:integer] [REPLACE]",
        Summary = "Copies the value of a key to another key.", Complexity = "O(N) for collections of N elements, O(1) for strings.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    [Key(2, KeyFlags.Overwrite | KeyFlags.Update)]
    internal static void Copy(ref CommandContext call)
    {
        if (!TryCopyOptions(ref call, out Database target, out bool replace)) return;
        if (ReferenceEquals(target, call.Db) && call[1].SequenceEqual(call[2]))
        {
            call.Reply.Error(ErrorReplies.SameObject);
            return;
        }

        if (!call.Find(call[1]).Found || (target.Find(call[2]).Found && !replace))
        {
            call.Reply.Integer(0);
            return;
        }

        // Looking for the target may have removed an expired key, which ends the handle of the source.
        call.Db.Copy(call.Db.Peek(call[1]), target, call[2]);
        call.Created(call[2], target);
        call.Changed(target, call[2]);
        call.Notify(EventClass.Generic, "copy_to", call[2], target);
        call.Reply.Integer(1);
    }

    [Command("MOVE", arity: 3, Flags.Write | Flags.Fast, Group.Generic, since: "1.0.0",
        syntax: "key:key db:integer",
        Summary = "Moves a key to another database.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void Move(ref CommandContext call)
    {
        if (call.Services.Options.ClusterEnabled)
        {
            call.Reply.Error(ErrorReplies.MoveInCluster);
            return;
        }

        if (!TryDatabase(ref call, 2, out Database? target)) return;
        if (ReferenceEquals(target, call.Db))
        {
            call.Reply.Error(ErrorReplies.SameObject);
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found || target.Find(call[1]).Found)
        {
            call.Reply.Integer(0);
            return;
        }

        call.Db.Move(entry, target, call[1]);
        call.Created(call[1], target);
        call.Changed(call[1]);
        call.Services.KeyChanged(target, call[1]);
        call.Notify(EventClass.Generic, "move_from", call[1]);
        call.Notify(EventClass.Generic, "move_to", call[1], target);
        call.Reply.Integer(1);
    }

    /// <summary>The name that TYPE and SCAN know a kind of value by.</summary>
    internal static ReadOnlySpan<byte> TypeName(ObjectType type) => type switch
    {
        ObjectType.String => "string"u8,
        ObjectType.List => "list"u8,
        ObjectType.Set => "set"u8,
        ObjectType.SortedSet => "zset"u8,
        ObjectType.Hash => "hash"u8,
        _ => "stream"u8,
    };

    /// <summary>The database with the number in a word of the call; if there is none, replies so and returns false.</summary>
    internal static bool TryDatabase(ref CommandContext call, int index, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Database? database)
    {
        database = null;
        if (!call.TryLong(index, out long number)) return false;
        if (number is < int.MinValue or > int.MaxValue)
        {
            call.Reply.Error(ErrorReplies.IntegerOutOfRange);
            return false;
        }

        if (number < 0 || number >= call.Services.Databases.Count)
        {
            call.Reply.Error(ErrorReplies.DbIndexOutOfRange);
            return false;
        }

        database = call.Services.Databases[(int)number];
        return true;
    }

    private static void Remove(ref CommandContext call, FreeMode mode)
    {
        int count = 0;
        for (int i = 1; i < call.Count; i++)
        {
            if (!call.Db.Delete(call[i], mode)) continue;
            call.Changed(call[i]);
            call.Notify(EventClass.Generic, "del", call[i]);
            count++;
        }

        call.Reply.Integer(count);
    }

    private static void Rename(ref CommandContext call, bool onlyIfFree)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.NoSuchKey);
            return;
        }

        bool same = call[1].SequenceEqual(call[2]);
        bool isFree = same || !call.FindForWrite(call[2]).Found;
        if (same || (onlyIfFree && !isFree))
        {
            if (onlyIfFree) call.Reply.Integer(0);
            else call.Reply.Ok();
            return;
        }

        // Looking for the new name may have removed an expired key, which ends the handle of the old one.
        entry = call.FindForWrite(call[1]);
        call.Db.Move(entry, call.Db, call[2], call.Services.Options.LazyServerDelete ? FreeMode.Later : FreeMode.Now);
        call.Created(call[2], call.Db);
        call.Changed(call[1]);
        call.Services.KeyChanged(call.Db, call[2]);
        call.Notify(EventClass.Generic, "rename_from", call[1]);
        call.Notify(EventClass.Generic, "rename_to", call[2]);
        if (onlyIfFree) call.Reply.Integer(1);
        else call.Reply.Ok();
    }

    private static bool TryCopyOptions(ref CommandContext call, out Database target, out bool replace)
    {
        target = call.Db;
        replace = false;
        for (int i = 3; i < call.Count; i++)
        {
            if (call.Says(i, "REPLACE"u8)) replace = true;
            else if (call.Says(i, "DB"u8) && i + 1 < call.Count)
            {
                if (!TryDatabase(ref call, ++i, out Database? said)) return false;
                target = said;
            }
            else
            {
                call.Reply.Error(ErrorReplies.Syntax);
                return false;
            }
        }

        if (!call.Services.Options.ClusterEnabled || (call.Db.Index == 0 && target.Index == 0)) return true;
        call.Reply.Error(ErrorReplies.CopyInCluster);
        return false;
    }
}
