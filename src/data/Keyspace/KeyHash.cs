namespace Hexad.Keyspace;

/// <summary>A key's place in the tables, as <see cref="Database.Prefetch"/> found it. It stands for this key alone, for as long as the node runs; the default stands for none.</summary>
public readonly record struct KeyHash
{
    internal KeyHash(ulong hash, int slot) => (Hash, Slot) = (hash, slot);

    /// <summary>Whether it says nothing. (One key in 2^64 has this hash; it is then computed again.)</summary>
    public bool IsNone => Hash == 0;

    internal ulong Hash { get; }
    internal int Slot { get; }

    internal void Deconstruct(out ulong hash, out int slot) => (hash, slot) = (Hash, Slot);
}
