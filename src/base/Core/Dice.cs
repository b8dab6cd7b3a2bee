using System.Numerics;

namespace Hexad.Core;

/// <summary>
/// A node's source of chance: xoshiro256**, seeded by the host (from the system's entropy) or by the simulator (from
/// the seed of the run). Not for secrets.
/// </summary>
public sealed class Dice
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Spreads one seed over the state with SplitMix64, so that any seed will do, zero included.</summary>
    public Dice(ulong seed)
    {
        _s0 = Split(ref seed);
        _s1 = Split(ref seed);
        _s2 = Split(ref seed);
        _s3 = Split(ref seed);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>, which is at least 1.</summary>
    public long Below(long bound)
    {
        Invariant.That(bound > 0);
        return (long)System.Math.BigMul(Next(), (ulong)bound, out _);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>, which is at least 1.</summary>
    public int Below(int bound) => (int)Below((long)bound);

    /// <summary>A fraction from 0 up to, not including, 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A random 160-bit identity.</summary>
    public HexId Id() => HexId.FromRandom(Next(), Next(), Next());

    private static ulong Split(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
