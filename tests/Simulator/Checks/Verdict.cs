using System.Collections.Generic;
using Hexad.Simulator.Virtual;

namespace Hexad.Simulator.Checks;

/// <summary>What was found wrong, each with its time. A run stops at the first.</summary>
public sealed class Verdict(World world)
{
    /// <summary>All violations in the order in which they were found.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Whether nothing was found.</summary>
    public bool IsClean => Violations.Count == 0;

    /// <summary>Notes a violation.</summary>
    public void Violated(string text)
    {
        if (Violations.Count < 20) Violations.Add($"at {world.NowUs / 1000} ms: {text}");
    }
}
