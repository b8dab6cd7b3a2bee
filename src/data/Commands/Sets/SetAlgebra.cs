// Intersection, union and difference of sets, told or stored.
//
// Intersection goes over the smallest set and asks the others. Difference either goes over the first set and asks the
// others, the largest first, or takes a copy of the first and removes the members of the others: whichever looks at less.
using System;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class SetAlgebra
{
    private const int MostOnStack = 64;

    private enum Operation
    {
        Intersection,
        Union,
        Difference,
    }

    [Command("SINTER", arity: -2, Flags.ReadOnly, Group.Set, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Tells what several sets have in common.",
        Complexity = "O(N*M) worst case where N is the size of the smallest set and M the number of sets.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SInter(ref CommandContext call)
    {
        Span<EntryRef> sets = call.Count <= MostOnStack ? stackalloc EntryRef[call.Count - 1] : new EntryRef[call.Count - 1];
        if (!TryFind(ref call, 1, sets, out int missing)) return;
        if (missing > 0)
        {
            call.Reply.Set(0);
            return;
        }

        SortBySize(ref call, sets, descending: false);
        call.Reply.BeginCounted();
        long count = 0;
        foreach (ListpackElement member in SetMembers.ValueOf(ref call, sets[0]))
        {
            if (!IsInAll(ref call, sets[1..], member)) continue;
            call.Reply.Bulk(member);
            count++;
        }

        call.Reply.EndCountedSet(count);
    }

    [Command("SINTERCARD", arity: -3, Flags.ReadOnly, Group.Set, since: "7.0.0",
        syntax: "numkeys:integer key:key+ [LIMIT limit:integer]",
        Summary = "Tells how much several sets have in common.",
        Complexity = "O(N*M) worst case where N is the size of the smallest set and M the number of sets.")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, KeyNum = 0, FirstKey = 1)]
    internal static void SInterCard(ref CommandContext call)
    {
        if (!TryKeyCount(ref call, out int keys) || !TryLimit(ref call, 2 + keys, out long limit)) return;
        Span<EntryRef> sets = keys <= MostOnStack ? stackalloc EntryRef[keys] : new EntryRef[keys];
        if (!TryFind(ref call, 2, sets, out int missing)) return;
        long count = 0;
        if (missing == 0)
        {
            SortBySize(ref call, sets, descending: false);
            foreach (ListpackElement member in SetMembers.ValueOf(ref call, sets[0]))
            {
                if (IsInAll(ref call, sets[1..], member) && ++count == limit) break;
            }
        }

        call.Reply.Integer(count);
    }

    [Command("SUNION", arity: -2, Flags.ReadOnly, Group.Set, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Tells the members that any of several sets has.",
        Complexity = "O(N) where N is the total number of elements in all given sets.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SUnion(ref CommandContext call) => Tell(ref call, Operation.Union);

    [Command("SDIFF", arity: -2, Flags.ReadOnly, Group.Set, since: "1.0.0",
        syntax: "key:key+",
        Summary = "Tells the members of a set that none of other sets has.",
        Complexity = "O(N) where N is the total number of elements in all given sets.",
        Tips = "nondeterministic_output_order")]
    [Key(1, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SDiff(ref CommandContext call) => Tell(ref call, Operation.Difference);

    [Command("SINTERSTORE", arity: -3, Flags.Write | Flags.DenyOom, Group.Set, since: "1.0.0",
        syntax: "destination:key key:key+",
        Summary = "Stores under a key what several sets have in common.",
        Complexity = "O(N*M) worst case where N is the size of the smallest set and M the number of sets.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SInterStore(ref CommandContext call) => Store(ref call, Operation.Intersection, "sinterstore");

    [Command("SUNIONSTORE", arity: -3, Flags.Write | Flags.DenyOom, Group.Set, since: "1.0.0",
        syntax: "destination:key key:key+",
        Summary = "Stores under a key the members that any of several sets has.",
        Complexity = "O(N) where N is the total number of elements in all given sets.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SUnionStore(ref CommandContext call) => Store(ref call, Operation.Union, "sunionstore");

    [Command("SDIFFSTORE", arity: -3, Flags.Write | Flags.DenyOom, Group.Set, since: "1.0.0",
        syntax: "destination:key key:key+",
        Summary = "Stores under a key the members of a set that none of other sets has.",
        Complexity = "O(N) where N is the total number of elements in all given sets.")]
    [Key(1, KeyFlags.Overwrite | KeyFlags.Update)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void SDiffStore(ref CommandContext call) => Store(ref call, Operation.Difference, "sdiffstore");

    private static bool TryKeyCount(ref CommandContext call, out int keys)
    {
        bool isNumber = NumberText.TryInt64(call[1], out long said) && said > 0;
        keys = (int)Math.Min(said, int.MaxValue);
        if (isNumber && keys <= call.Count - 2) return true;
        call.Reply.Error(isNumber ? ErrorReplies.MoreKeysThanArguments : ErrorReplies.NumKeysNotPositive);
        return false;
    }

    private static bool TryLimit(ref CommandContext call, int from, out long limit)
    {
        limit = 0;
        for (int i = from; i < call.Count; i += 2)
        {
            bool isLimit = call.Says(i, "LIMIT"u8) && i + 1 < call.Count;
            if (isLimit && NumberText.TryInt64(call[i + 1], out limit) && limit >= 0) continue;
            call.Reply.Error(isLimit ? ErrorReplies.LimitNegative : ErrorReplies.Syntax);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Finds the sets that the words from <paramref name="first"/> on name; if one is no set, replies so and returns
    /// false. Looking for a later key may remove it as expired: the handles found before are good for reading all the same.
    /// </summary>
    private static bool TryFind(ref CommandContext call, int first, scoped Span<EntryRef> sets, out int missing)
    {
        missing = 0;
        for (int i = 0; i < sets.Length; i++)
        {
            sets[i] = call.Find(call[first + i]);
            if (!call.Holds(sets[i], ObjectType.Set)) return false;
            if (!sets[i].Found) missing++;
        }

        return true;
    }

    private static void SortBySize(ref CommandContext call, scoped Span<EntryRef> sets, bool descending)
    {
        if (sets.Length < 2) return;
        Span<long> sizes = sets.Length <= MostOnStack ? stackalloc long[sets.Length] : new long[sets.Length];
        for (int i = 0; i < sets.Length; i++) sizes[i] = SizeOf(ref call, sets[i]);
        sizes.Sort(sets);
        if (descending) sets.Reverse();
    }

    private static long SizeOf(ref CommandContext call, EntryRef set) => set.Found ? SetMembers.ValueOf(ref call, set).Count : 0;

    private static bool IsInAll(ref CommandContext call, scoped ReadOnlySpan<EntryRef> sets, scoped ListpackElement member)
    {
        foreach (EntryRef set in sets)
            if (!SetMembers.ValueOf(ref call, set).Contains(member)) return false;
        return true;
    }

    private static bool IsInAny(ref CommandContext call, scoped ReadOnlySpan<EntryRef> sets, scoped ListpackElement member)
    {
        foreach (EntryRef set in sets)
            if (set.Found && SetMembers.ValueOf(ref call, set).Contains(member)) return true;
        return false;
    }

    private static void Tell(ref CommandContext call, Operation operation)
    {
        Span<EntryRef> sets = call.Count <= MostOnStack ? stackalloc EntryRef[call.Count - 1] : new EntryRef[call.Count - 1];
        if (!TryFind(ref call, 1, sets, out _)) return;
        CollectionEdit edit = call.Db.Build(ObjectType.Set);
        SetBuilder result = Compute(ref call, operation, sets, 1);
        SetMembers.ReplyAll(call.Reply, result.Value);
        result.Free();
        edit.Discard();
    }

    private static void Store(ref CommandContext call, Operation operation, string name)
    {
        Span<EntryRef> sets = call.Count <= MostOnStack ? stackalloc EntryRef[call.Count - 2] : new EntryRef[call.Count - 2];
        if (!TryFind(ref call, 2, sets, out int missing)) return;
        EntryRef target = call.FindForWrite(call[1]);
        bool existed = target.Found, isOperand = existed && IsOperand(ref call);
        if (existed && !isOperand)
        {
            call.Db.Delete(target, call.Services.Options.LazyServerDelete ? FreeMode.Later : FreeMode.Now);
            target = default;
        }

        CollectionEdit edit = isOperand ? call.Db.Edit(ref target) : call.Db.Build(ObjectType.Set);
        SetBuilder result = operation == Operation.Intersection && missing > 0
            ? SetBuilder.Integers(call.Services)
            : Compute(ref call, operation, sets, 2);
        long count = result.Count;
        if (count == 0) result.Free();
        else result.Replace(ref edit);
        if (isOperand)
        {
            edit.Commit(ref target);
            if (count == 0) call.Db.Delete(target);
            else call.Db.Persist(ref target);
        }
        else if (count == 0) edit.Discard();
        else edit.Store(call[1]);
        Conclude(ref call, name, count, existed);
    }

    private static void Conclude(ref CommandContext call, string name, long count, bool existed)
    {
        call.Reply.Integer(count);
        if (count > 0)
        {
            call.Changed(call[1]);
            if (!existed) call.Created(call[1], call.Db);
            call.Notify(EventClass.Set, name, call[1]);
        }
        else if (existed)
        {
            call.Changed(call[1]);
            call.Notify(EventClass.Generic, "del", call[1]);
        }
    }

    private static bool IsOperand(ref CommandContext call)
    {
        for (int i = 2; i < call.Count; i++)
            if (call[i].SequenceEqual(call[1])) return true;
        return false;
    }

    private static SetBuilder Compute(ref CommandContext call, Operation operation, scoped Span<EntryRef> sets, int firstKey)
    {
        if (operation == Operation.Intersection) return Intersect(ref call, sets);
        SetBuilder result = SetBuilder.Integers(call.Services);
        if (operation == Operation.Union)
        {
            foreach (EntryRef set in sets) AddAll(ref call, set, ref result);
            return result;
        }

        for (int i = 1; i < sets.Length; i++)
            if (call[firstKey + i].SequenceEqual(call[firstKey])) return result;
        if (sets[0].Found) Subtract(ref call, sets, ref result);
        return result;
    }

    private static SetBuilder Intersect(ref CommandContext call, scoped Span<EntryRef> sets)
    {
        SortBySize(ref call, sets, descending: false);
        SetBuilder result = sets[0].Encoding == ObjectEncoding.IntegerSet ? SetBuilder.Integers(call.Services) : SetBuilder.Pack(call.Services);
        bool onlyIntegers = true;
        foreach (ListpackElement member in SetMembers.ValueOf(ref call, sets[0]))
        {
            if (!IsInAll(ref call, sets[1..], member)) continue;
            onlyIntegers = onlyIntegers && member.TryInteger(out _);
            result.Add(member);
        }

        if (onlyIntegers && result.Count > 0) result.BecomeIntegersIfFew();
        return result;
    }

    private static void Subtract(ref CommandContext call, scoped Span<EntryRef> sets, ref SetBuilder result)
    {
        long ofFirst = 0, ofAll = 0;
        foreach (EntryRef set in sets)
        {
            if (!set.Found) continue;
            ofFirst += SizeOf(ref call, sets[0]);
            ofAll += SizeOf(ref call, set);
        }

        // Asking does less for a member than copying and removing, and ends at the first set that has it.
        if (ofFirst / 2 <= ofAll)
        {
            SortBySize(ref call, sets[1..], descending: true);
            foreach (ListpackElement member in SetMembers.ValueOf(ref call, sets[0]))
                if (!IsInAny(ref call, sets[1..], member)) result.Add(member);
            return;
        }

        AddAll(ref call, sets[0], ref result);
        foreach (EntryRef set in sets[1..])
        {
            if (!set.Found) continue;
            foreach (ListpackElement member in SetMembers.ValueOf(ref call, set)) result.Remove(member);
            if (result.Count == 0) return;
        }
    }

    private static void AddAll(ref CommandContext call, EntryRef set, ref SetBuilder result)
    {
        if (!set.Found) return;
        foreach (ListpackElement member in SetMembers.ValueOf(ref call, set)) result.Add(member);
    }
}
