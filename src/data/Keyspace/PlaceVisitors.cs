using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>Collects keys.</summary>
internal readonly struct Collector(KeyBuffer keys) : IPlaceVisitor
{
    public void Visit(nint place) => keys.Add(new Entry(NativeTable.BlockAt(place)).Key);
}

/// <summary>Moves entries and what they hold to fuller pages.</summary>
internal struct Mover(Databases all, int database, ExpiryIndex index) : IPlaceVisitor
{
    public int Seen;

    public void Visit(nint place)
    {
        Seen++;
        var entry = new Entry(NativeTable.BlockAt(place));
        Entry moved = entry.Relocate(all.Memory);
        if (moved.IsCollection) all.RelocateCollection(database, moved);
        if (moved.Block == entry.Block) return;
        NativeTable.Replace(place, moved.Block);
        if (moved.IsIndexed) index.Replace(moved);
    }
}

/// <summary>Shows entries to a visitor until it has seen enough.</summary>
internal ref struct VisitorAdapter<TVisitor>(ref TVisitor visitor) : IPlaceVisitor where TVisitor : IEntryVisitor
{
    private readonly ref TVisitor _visitor = ref visitor;

    public int Slot;
    public bool IsOver;

    public void Visit(nint place)
    {
        if (!IsOver) IsOver = !_visitor.Visit(new EntryRef(place, Slot));
    }
}
