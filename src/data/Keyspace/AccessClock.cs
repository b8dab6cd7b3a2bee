using System;
using Hexad.Core;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// The 24 bits in which an entry remembers its use, as Redis keeps them:
///
/// <code>
/// LRU   seconds of the wall clock, modulo 2^24 (194 days)
/// LFU   minutes of the wall clock, modulo 2^16, when the counter was decayed last | counter u8, which grows with the logarithm of the uses
/// </code>
/// </summary>
internal sealed class AccessClock(EvictionSettings settings, Dice dice)
{
    private const int LfuNewCounter = 5;
    private const uint LruMask = 0xFFFFFF;

    private UnixMs _now;
    private uint _seconds;
    private uint _minutes;

    /// <summary>The time by which use is noted.</summary>
    public UnixMs Now
    {
        get => _now;
        set
        {
            if (value == _now) return;
            _now = value;
            _seconds = (uint)(value.Value / 1000) & LruMask;
            _minutes = (uint)(value.Value / 60_000) & 0xFFFF;
        }
    }

    /// <summary>What a new entry carries.</summary>
    public uint Fresh => settings.IsLfu ? _minutes << 8 | LfuNewCounter : _seconds;

    /// <summary>What an overwritten entry carries: a new use time, but the counter that it had.</summary>
    public uint Overwritten(Entry entry) => settings.IsLfu ? entry.Access : _seconds;

    /// <summary>Notes a use.</summary>
    public void Touch(Entry entry)
    {
        uint access = settings.IsLfu ? _minutes << 8 | Increase(Decayed(entry)) : _seconds;
        if (entry.Access != access) entry.Access = access;
    }

    /// <summary>Seconds since the last use.</summary>
    public uint IdleSeconds(Entry entry) => (_seconds - entry.Access) & LruMask;

    /// <summary>The access bits of an entry that was used so long ago.</summary>
    public uint IdleFor(long idleSeconds) => (_seconds - (uint)Math.Clamp(idleSeconds, 0, LruMask)) & LruMask;

    /// <summary>The counter as it is by now.</summary>
    public uint Decayed(Entry entry)
    {
        uint counter = entry.Access & 0xFF;
        if (settings.LfuDecayMinutes == 0) return counter;
        uint periods = ((_minutes - (entry.Access >> 8)) & 0xFFFF) / (uint)settings.LfuDecayMinutes;
        return periods >= counter ? 0 : counter - periods;
    }

    /// <summary>The access bits of an entry with this counter.</summary>
    public uint FrequencyOf(int frequency) => _minutes << 8 | (uint)Math.Clamp(frequency, 0, 255);

    private uint Increase(uint counter)
    {
        if (counter == 255) return counter;
        double above = counter > LfuNewCounter ? counter - LfuNewCounter : 0;
        double chance = 1.0 / (above * settings.LfuLogFactor + 1);
        return dice.Fraction() < chance ? counter + 1 : counter;
    }
}
