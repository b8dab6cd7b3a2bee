namespace Hexad.Keyspace;

/// <summary>A key's place in the tables, as <see cref="Database.Prefetch"/> found it.</summary>
public readonly record struct KeyHash
{
    internal KeyHash(ulong hash, int slot) => (Hash, Slot) = (hash, slot);
    internal ulong Hash { get; }
    internal int Slot { get; }
}
