using System.Collections.Generic;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// Large collections that defragmentation has come by: their blocks are moved a few nodes at a time. Between two slices a collection
/// may change, go, or be another one of the same name and type: then blocks are left out until the next round, and nothing worse.
/// </summary>
internal sealed class LargeMoves(Databases all)
{
    private readonly Queue<Waiting> _waiting = new();
    private ulong _cursor;

    private readonly record struct Waiting(int Database, byte[] Key, ObjectType Type);

    public void Add(int database, Entry entry) => _waiting.Enqueue(new Waiting(database, entry.Key.ToArray(), entry.Type));

    /// <summary>Moves some blocks; true when no collection waits.</summary>
    public bool Slice(ref SliceBudget budget)
    {
        while (_waiting.TryPeek(out Waiting first))
        {
            if (budget.IsSpent) return false;
            all.CommandSlot = -1; // What is left of the last command names another slot.
            EntryRef found = all[first.Database].PeekRaw(first.Key);
            if (found.Found && found.IsCollection && found.Type == first.Type && all.MayMove(found.Root))
            {
                Entry entry = found.Entry;
                nint root = entry.Root;
                _cursor = all.Collections.Of(entry.Type).Relocate(ref root, _cursor, ref budget);
                entry.Root = root;
                if (_cursor != 0) continue;
            }

            _cursor = 0;
            _waiting.Dequeue();
        }

        return true;
    }
}
