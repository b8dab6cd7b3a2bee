using System;
using System.Globalization;

using Hexad.Host.Native;

namespace Hexad.Host.Process;

/// <summary>
/// The CPUs on which a thread may run, as the options write them: numbers and ranges, a range with a step.
/// <code>list := range {"," range}     range := cpu ["-" cpu [":" step]]</code>
/// </summary>
internal static unsafe class CpuList
{
    private const int MaxCpus = 1024;

    /// <summary>Binds the calling thread; nothing happens for an empty list. False: the list is none or the system refused.</summary>
    internal static bool Apply(string? list)
    {
        if (string.IsNullOrEmpty(list)) return true;
        byte* mask = stackalloc byte[MaxCpus / 8];
        var bits = new Span<byte>(mask, MaxCpus / 8);
        bits.Clear();
        return TryParse(list, bits) && LibC.SetAffinity(0, MaxCpus / 8, mask) == 0;
    }

    /// <summary>Sets a bit for each CPU of the list.</summary>
    internal static bool TryParse(ReadOnlySpan<char> list, Span<byte> bits)
    {
        foreach (Range part in list.Split(','))
        {
            ReadOnlySpan<char> range = list[part].Trim();
            int step = 1, colon = range.IndexOf(':');
            if (colon >= 0 && (!TryNumber(range[(colon + 1)..], out step) || step == 0)) return false;
            if (colon >= 0) range = range[..colon];
            int dash = range.IndexOf('-');
            if (!TryNumber(dash < 0 ? range : range[..dash], out int first)) return false;
            int last = first;
            if (dash >= 0 && !TryNumber(range[(dash + 1)..], out last)) return false;
            if (last < first || last >= bits.Length * 8) return false;
            for (int cpu = first; cpu <= last; cpu += step) bits[cpu >> 3] |= (byte)(1 << (cpu & 7));
        }

        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
