// Commands that set fields, change them and take them out.
using System;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class HashWrites
{
    [Command("HSET", arity: -4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key data:{field value}+",
        Summary = "Gives fields of a hash values, creating it if it is not there.",
        Complexity = "O(1) for each field, so O(N) for N of them.",
        History = ["4.0.0|Accepts multiple `field` and `value` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HSet(ref CommandContext call)
    {
        if (TrySet(ref call, out int created)) call.Reply.Integer(created);
    }

    [Command("HMSET", arity: -4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key data:{field value}+",
        Summary = "Gives fields of a hash values.", Complexity = "O(N) where N is the number of fields being set.",
        Doc = DocFlags.Deprecated, DeprecatedSince = "4.0.0", ReplacedBy = "`HSET` with multiple field-value pairs")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Update)]
    internal static void HMSet(ref CommandContext call)
    {
        if (TrySet(ref call, out _)) call.Reply.Ok();
    }

    [Command("HSETNX", arity: 4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field value",
        Summary = "Gives a field a value if the hash does not have it.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void HSetNx(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        if (entry.Found && HashReads.ValueOf(ref call, entry).Find(call[2]).Found)
        {
            call.Reply.Integer(0);
            return;
        }

        CollectionEdit edit = Begin(ref call, ref entry, out HashBuilder hash);
        EndIfDue(ref call, ref hash, call[2]);
        hash.Expect(ref call, 2);
        hash.Set(call[2], call[3]);
        Finish(ref call, ref edit, ref entry, hash);
        call.Changed(call[1]);
        call.Notify(EventClass.Hash, "hset", call[1]);
        call.Reply.Integer(1);
    }

    [Command("HDEL", arity: -3, Flags.Write | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field+",
        Summary = "Takes fields out of a hash; one that becomes empty goes away.",
        Complexity = "O(N) where N is the number of fields to be removed.",
        History = ["2.4.0|Accepts multiple `field` arguments."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Delete)]
    internal static void HDel(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (!entry.Found || !call.Holds(entry, ObjectType.Hash))
        {
            if (!entry.Found) call.Reply.Integer(0);
            return;
        }

        CollectionEdit edit = Begin(ref call, ref entry, out HashBuilder hash);
        int removed = 0;
        for (int i = 2; i < call.Count && hash.Count > 0; i++)
            if (!EndIfDue(ref call, ref hash, call[i]) && hash.Remove(call[i])) removed++;
        bool isEmpty = hash.Count == 0;
        Finish(ref call, ref edit, ref entry, hash);
        if (removed > 0)
        {
            call.Services.Changes += removed - 1;
            call.Changed(call[1]);
            call.Notify(EventClass.Hash, "hdel", call[1]);
        }

        if (isEmpty) call.Notify(EventClass.Generic, "del", call[1]);
        call.Reply.Integer(removed);
    }

    [Command("HINCRBY", arity: 4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "2.0.0",
        syntax: "key:key field increment:integer",
        Summary = "Adds a number to the integer in a field; a missing field counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void HIncrBy(ref CommandContext call)
    {
        if (!call.TryLong(3, out long amount)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        HashField field = entry.Found ? HashReads.ValueOf(ref call, entry).Find(call[2]) : default;
        long value = 0;
        if (field.Found && !field.Value.TryInteger(out value))
        {
            call.Reply.Error(ErrorReplies.HashValueNotAnInteger);
            return;
        }

        if (amount < 0 ? value < long.MinValue - amount : value > long.MaxValue - amount)
        {
            call.Reply.Error(ErrorReplies.Overflow);
            return;
        }

        value += amount;
        Span<byte> text = stackalloc byte[DecimalText.LongestBytes];
        Replace(ref call, entry, DecimalText.Format(value, text), "hincrby");
        call.Reply.Integer(value);
    }

    [Command("HINCRBYFLOAT", arity: 4, Flags.Write | Flags.DenyOom | Flags.Fast, Group.Hash, since: "2.6.0",
        syntax: "key:key field increment:double",
        Summary = "Adds a number to the number in a field; a missing field counts as 0.", Complexity = "O(1)")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)]
    internal static void HIncrByFloat(ref CommandContext call)
    {
        if (!TryAmount(ref call, out ExtendedFloat amount)) return;
        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return;
        HashField field = entry.Found ? HashReads.ValueOf(ref call, entry).Find(call[2]) : default;
        ExtendedFloat value = ExtendedFloat.Zero;
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        if (field.Found && !ExtendedFloat.TryParse(field.Value.WriteText(scratch), out value))
        {
            call.Reply.Error(ErrorReplies.HashValueNotAFloat);
            return;
        }

        ExtendedFloat sum = value.Plus(amount);
        if (!sum.IsFinite)
        {
            call.Reply.Error(ErrorReplies.NanOrInfinity);
            return;
        }

        bool expires = field.ExpiryMs != 0;
        byte[] text = sum.ToText();
        Replace(ref call, entry, text, "hincrbyfloat");
        call.Reply.Bulk(text);
        RepeatSum(ref call, text, expires);
    }

    /// <summary>Begins to change the hash of an entry, or to build one if it holds none.</summary>
    internal static CollectionEdit Begin(scoped ref CommandContext call, scoped ref EntryRef entry, out HashBuilder hash)
    {
        CollectionEdit edit = entry.Found ? call.Db.Edit(ref entry) : call.Db.Build(ObjectType.Hash);
        hash = new HashBuilder(call.Services, edit);
        return edit;
    }

    /// <summary>Ends an edit: a hash that was there is kept, unless it is empty; a new one is stored under the call's key.</summary>
    internal static void Finish(scoped ref CommandContext call, scoped ref CollectionEdit edit, ref EntryRef entry, HashBuilder hash)
    {
        bool isEmpty = hash.Count == 0;
        if (entry.Found)
        {
            hash.Into(ref edit);
            edit.Commit(ref entry);
            if (isEmpty) call.Db.Delete(entry);
        }
        else if (isEmpty)
        {
            hash.Free();
            edit.Discard();
        }
        else
        {
            hash.Into(ref edit);
            edit.Store(call[1]);
            call.Created(call[1], call.Db);
        }
    }

    /// <summary>Removes a field that is past its expiry, before something else is done to it; whether it did.</summary>
    internal static bool EndIfDue(scoped ref CommandContext call, ref HashBuilder hash, scoped ReadOnlySpan<byte> field)
    {
        if (hash.Encoding == ObjectEncoding.Listpack || call.Services.Databases.Expired != ExpiredKeys.Remove) return false;
        HashField found = hash.Value.FindAny(field);
        if (!hash.Value.IsGone(found.ExpiryMs)) return false;
        hash.Remove(field);
        RepeatRemoval(ref call, field);
        call.Services.ExpiredFields++;
        call.Services.KeyChanged(call.Db, call[1]);
        call.Notify(EventClass.Hash, "hexpired", call[1]);
        return true;
    }

    /// <summary>Says that a field is to be removed elsewhere too.</summary>
    internal static void RepeatRemoval(scoped ref CommandContext call, scoped ReadOnlySpan<byte> field)
    {
        Propagation also = call.Propagation;
        also.Also(call.Db.Index, 3);
        also.Add("HDEL"u8);
        also.Add(call[1]);
        also.Add(field);
    }

    private static bool TrySet(ref CommandContext call, out int created)
    {
        created = 0;
        if (call.Count % 2 != 0)
        {
            call.Reply.Error(ErrorReplies.WrongArity(call.Row.FullName));
            return false;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Hash)) return false;
        CollectionEdit edit = Begin(ref call, ref entry, out HashBuilder hash);
        hash.Expect(ref call, 2);
        for (int i = 2; i < call.Count; i += 2)
        {
            EndIfDue(ref call, ref hash, call[i]);
            created += hash.Set(call[i], call[i + 1]) ? 1 : 0;
        }

        Finish(ref call, ref edit, ref entry, hash);
        call.Services.Changes += (call.Count - 2) / 2 - 1;
        call.Changed(call[1]);
        call.Notify(EventClass.Hash, "hset", call[1]);
        return true;
    }

    /// <summary>Puts a number into the call's field, which keeps its expiry.</summary>
    private static void Replace(ref CommandContext call, EntryRef entry, scoped ReadOnlySpan<byte> text, string what)
    {
        CollectionEdit edit = Begin(ref call, ref entry, out HashBuilder hash);
        EndIfDue(ref call, ref hash, call[2]);
        hash.Set(call[2], text, HashBuilder.KeepExpiry);
        Finish(ref call, ref edit, ref entry, hash);
        call.Changed(call[1]);
        call.Notify(EventClass.Hash, what, call[1]);
    }

    private static bool TryAmount(ref CommandContext call, out ExtendedFloat amount)
    {
        if (ExtendedFloat.TryParse(call[3], out amount) && amount.IsFinite) return true;
        ReadOnlySpan<byte> word = call[3].Length > 0 && call[3][0] is (byte)'+' or (byte)'-' ? call[3][1..] : call[3];
        bool isInfinite = Ascii.EqualsIgnoreCase(word, "inf"u8) || Ascii.EqualsIgnoreCase(word, "infinity"u8);
        call.Reply.Error(isInfinite ? ErrorReplies.ValueNanOrInfinity : ErrorReplies.NotAFloat);
        return false;
    }

    // The sum and not the summand is repeated, so that no other machine's arithmetic can come to something else; in the
    // words of Redis 7, but for a field that expires, which HSET would make permanent.
    private static void RepeatSum(ref CommandContext call, byte[] text, bool expires)
    {
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, expires ? 7 : 4);
        instead.Add(expires ? "HSETEX"u8 : "HSET"u8);
        instead.Add(call[1]);
        if (expires)
        {
            instead.Add("KEEPTTL"u8);
            instead.Add("FIELDS"u8);
            instead.Add("1"u8);
        }

        instead.Add(call[2]);
        instead.Add(text);
    }
}
