using System.Collections.Generic;
using Hexad.Commands;

namespace Hexad.Engine;

/// <summary>What a client has queued since MULTI.</summary>
internal sealed class Transaction
{
    private const int CallOverheadBytes = 32;

    /// <summary>The calls in order.</summary>
    public List<(CommandRow Row, KeptCall Call)> Calls { get; } = [];

    /// <summary>Flags that one of the calls has, at least.</summary>
    public Flags Any { get; private set; }

    /// <summary>Flags that all of the calls have.</summary>
    public Flags Common { get; private set; } = (Flags)uint.MaxValue;

    /// <summary>How much memory the calls take.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Which call EXEC runs next: it stops in between when one of them is answered in a later step.</summary>
    public int Next { get; set; }

    /// <summary>Adds a call.</summary>
    public void Add(CommandRow row, KeptCall call)
    {
        Calls.Add((row, call));
        Any |= row.Flags;
        Common &= row.Flags;
        MemoryBytes += call.MemoryBytes + CallOverheadBytes;
    }
}
