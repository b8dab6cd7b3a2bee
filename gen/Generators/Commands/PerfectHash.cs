// Searches a seed for which no two names of a set fall on one slot.
//
// The search is bounded: tables from twice the number of names, each tried with a fixed number of seeds, up to a
// hundred times that number. Names are distinct (checked before), so a table is found or the build says that it was not.
using System.Collections.Generic;
using System.Text;
using Hexad.Commands;

namespace Hexad.Generators.Commands;

internal static class PerfectHash
{
    public const int TriesPerSize = 4_000;
    private const int LargestBits = 15;

    /// <summary>Finds seed and shift; false when the bound is reached.</summary>
    public static bool TryFind(IReadOnlyList<string> names, out ulong seed, out int shift)
    {
        PackedName[] packed = new PackedName[names.Count];
        for (int i = 0; i < packed.Length; i++)
            packed[i] = PackedName.Of(Encoding.ASCII.GetBytes(names[i]));
        int bits = 2;
        while ((1 << bits) < names.Count * 2)
            bits++;
        for (; bits <= LargestBits; bits++)
        {
            int[] takenBy = new int[1 << bits];
            ulong state = 0x9E3779B97F4A7C15;
            for (int attempt = 1; attempt <= TriesPerSize; attempt++)
            {
                ulong candidate = Next(ref state) | 1;
                if (!Separates(packed, candidate, 64 - bits, takenBy, attempt))
                    continue;
                seed = candidate;
                shift = 64 - bits;
                return true;
            }
        }
        seed = 0;
        shift = 0;
        return false;
    }

    private static bool Separates(PackedName[] names, ulong seed, int shift, int[] takenBy, int attempt)
    {
        foreach (PackedName name in names)
        {
            int slot = name.Slot(seed, shift);
            if (takenBy[slot] == attempt)
                return false;
            takenBy[slot] = attempt;
        }
        return true;
    }

    /// <summary>SplitMix64: a sequence that is the same in every build.</summary>
    private static ulong Next(ref ulong state)
    {
        ulong mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
