using System;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>Removes fields of hashes that are past their expiry, hash by hash as <see cref="FieldExpiries"/> names them, and reports them.</summary>
internal sealed class FieldRemoval(Databases all)
{
    private readonly KeyBuffer _removed = new();

    /// <summary>Removes fields of one database until none is due or the budget is spent; returns how many. One unit of budget is a field.</summary>
    public int Slice(Database database, ref SliceBudget budget)
    {
        int removed = 0;
        while (!budget.IsSpent && database.Set.Fields is { Count: > 0 } fields)
        {
            Entry due = fields.FirstDue(all.Now.Value - 1, ref budget);
            if (due.Block == 0) break;
            removed += Remove(database, due.Key.ToArray(), fields, ref budget);
        }

        return removed;
    }

    private int Remove(Database database, byte[] key, FieldExpiries fields, ref SliceBudget budget)
    {
        all.CommandSlot = -1; // What is left of the last command names another slot.
        EntryRef entry = database.PeekRaw(key);
        if (!entry.Found)
        {
            fields.Set(key, 0);
            return 0;
        }

        _removed.Clear();
        CollectionEdit edit = database.Edit(ref entry);
        bool isEmpty = edit.Root == 0 ? Remove(ref edit.Packed, ref budget) : Remove(edit.Root, ref budget);
        edit.Commit(ref entry);
        if (isEmpty) database.Delete(entry);
        if (_removed.Count > 0) all.Events.FieldsExpired(database.Index, key, _removed, isEmpty);
        return _removed.Count;
    }

    private bool Remove(ref Blob packed, ref SliceBudget budget)
    {
        Span<byte> scratch = stackalloc byte[DecimalText.LongestBytes];
        while (!budget.IsSpent && ExpiringPack.FirstExpiryOf(packed.Bytes) is > 0 and long firstMs && firstMs < all.Now.Value)
        {
            int at = Listpack.First(packed.Bytes);
            _removed.Add(Listpack.Read(packed.Bytes, at).WriteText(scratch));
            ExpiringPack.RemoveAt(all.Memory, ref packed, at);
            budget.Spend();
        }

        return Listpack.IsEmpty(packed.Bytes);
    }

    private bool Remove(nint root, ref SliceBudget budget)
    {
        MemberTables members = all.Collections.Members;
        while (!budget.IsSpent && members.FirstToExpire(root) is { Found: true } first && first.ExpiryMs < all.Now.Value)
        {
            _removed.Add(first.Name);
            members.Remove(root, first.Name);
            budget.Spend();
        }

        return members.CountOf(root) == 0;
    }
}
