// A perfect hash from command names to rows: every name has a slot of its own, found once at build time.
//
// Looking up is: pack and fold the name, hash, load one row, compare three words and the length. A name that is not
// a command lands on an empty slot or fails the compare. There is no chain and no probing.
using System;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>The commands of a server, or the sub-commands of one command, by name.</summary>
public sealed class NameTable
{
    private readonly CommandRow?[] slots;
    private readonly CommandRow[] rows;
    private readonly ulong seed;
    private readonly int shift;

    /// <param name="seed">What the generator found for exactly these names.</param>
    /// <param name="shift">64 minus the logarithm of the number of slots.</param>
    public NameTable(ulong seed, int shift, params CommandRow[] rows)
    {
        this.seed = seed;
        this.shift = shift;
        this.rows = rows;
        slots = new CommandRow?[1 << (64 - shift)];
        foreach (CommandRow row in rows)
        {
            int slot = row.Packed.Slot(seed, shift);
            Invariant.That(slots[slot] is null);
            slots[slot] = row;
        }
    }

    /// <summary>All rows, by name.</summary>
    public ReadOnlySpan<CommandRow> Rows => rows;

    /// <summary>The row of a name in any case, or null.</summary>
    public CommandRow? Find(ReadOnlySpan<byte> name)
    {
        if ((uint)(name.Length - 1) >= PackedName.ShortBytes)
            return FindLong(name);
        ulong word = PackedName.OfShort(name);
        CommandRow? row = slots[PackedName.SlotOfShort(word, seed, shift)];
        return row is not null && row.IsNamed(word, name.Length) ? row : null;
    }

    private CommandRow? FindLong(ReadOnlySpan<byte> name)
    {
        if ((uint)(name.Length - 1) >= PackedName.LongestBytes)
            return null;
        PackedName packed = PackedName.Of(name);
        CommandRow? row = slots[packed.Slot(seed, shift)];
        return row is not null && row.IsNamed(packed, name.Length) ? row : null;
    }
}
