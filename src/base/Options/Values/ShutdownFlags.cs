using System;
using System.Collections.Generic;
using System.Linq;

namespace Hexad.Options;

[Flags]
public enum ShutdownWays : byte
{
    /// <summary>Save if there are save rules.</summary>
    Default = 0,
    NoSave = 1 << 0,
    Save = 1 << 1,
    /// <summary>Do not wait for replicas.</summary>
    Now = 1 << 2,
    /// <summary>Whatever fails.</summary>
    Force = 1 << 3,
}

/// <summary>The options shutdown-on-sigint and shutdown-on-sigterm: one or more words.</summary>
public sealed class ShutdownFlags : IOptionValue<ShutdownFlags>
{
    private static readonly string[] names = ["default", "save", "nosave", "now", "force"];
    private static readonly ShutdownWays[] ways = [ShutdownWays.Default, ShutdownWays.Save, ShutdownWays.NoSave, ShutdownWays.Now, ShutdownWays.Force];

    private ShutdownFlags(ShutdownWays ways) => Ways = ways;

    public ShutdownWays Ways { get; }

    public static string? TryParse(ReadOnlySpan<string> words, ShutdownFlags? old, OptionSource source, out ShutdownFlags value)
    {
        value = old ?? new ShutdownFlags(ShutdownWays.Default);
        ShutdownWays sum = ShutdownWays.Default;
        foreach (string word in words)
        {
            int index = Array.IndexOf(names, word.ToLowerInvariant());
            if (index < 0)
                return OptionErrors.NotOneOf(names);
            sum |= ways[index];
        }
        if (words.Length == 0)
            return OptionErrors.NotOneOf(names);
        if ((sum & (ShutdownWays.Save | ShutdownWays.NoSave)) == (ShutdownWays.Save | ShutdownWays.NoSave))
            return OptionErrors.SaveAndNoSave;
        value = new ShutdownFlags(sum);
        return null;
    }

    public string Format() =>
        Ways == ShutdownWays.Default ? names[0] : string.Join(' ', names.Where((_, i) => i > 0 && (Ways & ways[i]) != 0));

    public IEnumerable<string> FileLines() => [Format()];
}
