// SPOP and SRANDMEMBER: members chosen by chance, each with the same chance.
//
// Several different ones are chosen in one of two ways. From a packed set, or when a good part of the set is wanted,
// by one pass in which a member is taken with chance wanted/left (selection sampling: Knuth, volume 2, 3.4.2, algorithm S).
// Else by drawing until enough different ones have come up.
using System;
using System.Collections.Generic;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class RandomMembers
{
    private const int PassShare = 3;
    private const int BatchMembers = 1024;
    private const int MostOnStack = 256;

    [Command("SPOP", arity: -2, Flags.Write | Flags.Fast, Group.Set, since: "1.0.0",
        syntax: "key:key [count:integer^3.2.0]",
        Summary = "Takes members chosen by chance out of a set and tells them.",
        Complexity = "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
        Tips = "nondeterministic_output",
        History = ["3.2.0|Added the `count` argument."])]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)]
    internal static void SPop(ref CommandContext call)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        long count = 1;
        if (call.Count == 3 && (!NumberText.TryInt64(call[2], out count) || count < 0))
        {
            call.Reply.Error(ErrorReplies.MustBePositive);
            return;
        }

        EntryRef entry = call.FindForWrite(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        if (call.Count == 2)
        {
            if (entry.Found) PopOne(ref call, entry);
            else call.Reply.Null();
        }
        else if (!entry.Found || count == 0) call.Reply.Set(0);
        else if (count >= SetMembers.ValueOf(ref call, entry).Count) PopAll(ref call, entry);
        else PopSome(ref call, entry, (int)Math.Min(count, int.MaxValue));
    }

    [Command("SRANDMEMBER", arity: -2, Flags.ReadOnly, Group.Set, since: "1.0.0",
        syntax: "key:key [count:integer^2.6.0]",
        Summary = "Tells members of a set chosen by chance.",
        Complexity = "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
        Tips = "nondeterministic_output",
        History = ["2.6.0|Added the optional `count` argument."])]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access)]
    internal static void SRandMember(ref CommandContext call)
    {
        if (call.Count > 3)
        {
            call.Reply.Error(ErrorReplies.Syntax);
            return;
        }

        long count = 0;
        if (call.Count == 3 && !TryCount(ref call, 2, out count)) return;
        EntryRef entry = call.Find(call[1]);
        if (!call.Holds(entry, ObjectType.Set)) return;
        if (call.Count == 2)
        {
            if (entry.Found) call.Reply.Bulk(SetMembers.ValueOf(ref call, entry).Random(call.Services.Dice));
            else call.Reply.Null();
        }
        else if (!entry.Found || count == 0) call.Reply.Array(0);
        else if (count < 0) ReplyAny(ref call, SetMembers.ValueOf(ref call, entry), -count);
        else ReplyDifferent(ref call, SetMembers.ValueOf(ref call, entry), count);
    }

    /// <summary>Reads a count that may be negative; if it is none, replies so and returns false.</summary>
    internal static bool TryCount(ref CommandContext call, int index, out long count)
    {
        if (!call.TryLong(index, out count)) return false;
        if (count != long.MinValue) return true;
        call.Reply.Error(ErrorReplies.LongRange);
        return false;
    }

    /// <summary>Whether the next of <paramref name="left"/> elements is among the <paramref name="wanted"/> to be chosen from them.</summary>
    internal static bool IsChosen(Dice dice, long wanted, long left) => dice.Below(left) < wanted;

    /// <summary>Whether so many are chosen by one pass over all of a table, rather than by drawing.</summary>
    internal static bool IsManyOf(long wanted, long all) => wanted * PassShare > all;

    /// <summary>Draws until so many different members of a table have come up.</summary>
    internal static HashSet<nint> Draw(CommandServices services, nint root, long wanted)
    {
        HashSet<nint> chosen = services.Chosen;
        chosen.Clear();
        while (chosen.Count < wanted) chosen.Add(services.Databases.Collections.Members.Random(root, services.Dice).Block);
        return chosen;
    }

    private static void ReplyAny(ref CommandContext call, scoped SetValue set, long count)
    {
        call.Reply.Array(count);
        for (; count > 0; count--) call.Reply.Bulk(set.Random(call.Services.Dice));
    }

    private static void ReplyDifferent(ref CommandContext call, scoped SetValue set, long count)
    {
        long left = set.Count, wanted = Math.Min(count, left);
        call.Reply.Array(wanted);
        if (wanted == 1)
        {
            call.Reply.Bulk(set.Random(call.Services.Dice));
            return;
        }

        if (set.Encoding == ObjectEncoding.HashTable && !IsManyOf(wanted, left))
        {
            foreach (nint block in Draw(call.Services, set.Root, wanted)) call.Reply.Bulk(new Member(block).Name);
            return;
        }

        foreach (ListpackElement member in set)
        {
            if (!IsChosen(call.Services.Dice, wanted, left--)) continue;
            call.Reply.Bulk(member);
            if (--wanted == 0) return;
        }
    }

    private static void PopOne(ref CommandContext call, EntryRef entry)
    {
        CollectionEdit edit = call.Db.Edit(ref entry);
        var set = new SetBuilder(call.Services, edit);
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, 3);
        instead.Add("SREM"u8);
        instead.Add(call[1]);
        PopAny(ref call, ref set);
        bool isEmpty = set.Count == 0;
        SetMembers.Finish(ref call, ref edit, ref entry, set, call[1]);
        call.Notify(EventClass.Set, "spop", call[1]);
        if (isEmpty)
        {
            call.Db.Delete(entry);
            call.Notify(EventClass.Generic, "del", call[1]);
        }

        call.Changed(call[1]);
    }

    private static void PopAll(ref CommandContext call, EntryRef entry)
    {
        SetValue set = SetMembers.ValueOf(ref call, entry);
        call.Services.Changes += set.Count - 1;
        call.Notify(EventClass.Set, "spop", call[1]);
        SetMembers.ReplyAll(call.Reply, set);
        bool later = call.Services.Options.LazyServerDelete;
        call.Db.Delete(entry, later ? FreeMode.Later : FreeMode.Now);
        call.Notify(EventClass.Generic, "del", call[1]);
        call.Changed(call[1]);
        call.Propagation.InsteadRemoval(call.Db.Index, call[1], unlink: later);
    }

    private static void PopSome(ref CommandContext call, EntryRef entry, int count)
    {
        call.Notify(EventClass.Set, "spop", call[1]);
        call.Reply.Set(count);
        CollectionEdit edit = call.Db.Edit(ref entry);
        var set = new SetBuilder(call.Services, edit);
        if (set.Encoding == ObjectEncoding.HashTable)
        {
            for (int i = 0; i < count; i++)
            {
                BeginBatch(ref call, i, count);
                PopAny(ref call, ref set);
            }
        }
        else
        {
            Span<int> chosen = count <= MostOnStack ? stackalloc int[count] : new int[count];
            if (set.Encoding == ObjectEncoding.Listpack) PopFromListpack(ref call, ref set, chosen);
            else PopFromIntegers(ref call, ref set, chosen);
        }

        SetMembers.Finish(ref call, ref edit, ref entry, set, call[1]);
        call.Services.Changes += count - 1;
        call.Changed(call[1]);
    }

    /// <summary>Begins a SREM for the next members, of which there may be so many in one.</summary>
    private static void BeginBatch(ref CommandContext call, int done, int count)
    {
        if (done % BatchMembers != 0) return;
        Propagation instead = call.Propagation;
        instead.Instead(call.Db.Index, 2 + Math.Min(BatchMembers, count - done));
        instead.Add("SREM"u8);
        instead.Add(call[1]);
    }

    private static void PopAny(ref CommandContext call, ref SetBuilder set)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ListpackElement member = set.Value.Random(call.Services.Dice);
        ReadOnlySpan<byte> text = member.WriteText(scratch);
        call.Reply.Bulk(text);
        call.Propagation.Add(text);
        set.Remove(text);
    }

    private static void PopFromListpack(ref CommandContext call, ref SetBuilder set, scoped Span<int> chosen)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        ReadOnlySpan<byte> pack = set.Value.Packed;
        int done = 0, left = Listpack.Count(pack);
        for (int at = Listpack.First(pack); done < chosen.Length; left--)
        {
            ListpackElement member = Listpack.Read(pack, at, out int next);
            if (IsChosen(call.Services.Dice, chosen.Length - done, left))
            {
                BeginBatch(ref call, done, chosen.Length);
                call.Reply.Bulk(member);
                call.Propagation.Add(member.WriteText(scratch));
                chosen[done++] = at;
            }

            at = next;
        }

        set.RemoveAll(chosen);
    }

    private static void PopFromIntegers(ref CommandContext call, ref SetBuilder set, scoped Span<int> chosen)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        int done = 0, left = IntegerSet.CountOf(set.Value.Packed);
        for (int rank = 0; done < chosen.Length; rank++, left--)
        {
            if (!IsChosen(call.Services.Dice, chosen.Length - done, left)) continue;
            ReadOnlySpan<byte> text = DecimalText.Format(IntegerSet.At(set.Value.Packed, rank), scratch);
            BeginBatch(ref call, done, chosen.Length);
            call.Reply.Bulk(text);
            call.Propagation.Add(text);
            chosen[done++] = rank;
        }

        // From the last to the first, so that the ranks of the others stay what they are.
        for (int i = chosen.Length - 1; i >= 0; i--) set.Remove(new ListpackElement(IntegerSet.At(set.Value.Packed, chosen[i])));
    }
}
