using System;
using System.Collections.Generic;
using System.Globalization;
using Hexad.Core;

namespace Hexad.Simulator.Checks;

/// <summary>A state of some node's data: a history, and how much of it the data holds.</summary>
public readonly record struct DataState(ReplicationId History, ReplicationOffset Offset)
{
    /// <summary>
    /// The state that a snapshot file says it is, read from its notes "repl-id" and "repl-offset" with nothing of the nodes'
    /// own code; null when it says none. A note's value is a string behind its length, or a number of 1, 2 or 4 bytes behind
    /// C0, C1 or C2.
    /// </summary>
    public static DataState? OfFile(ReadOnlySpan<byte> file)
    {
        int id = file.IndexOf("\u0007repl-id\u0028"u8), offset = file.IndexOf("\u000brepl-offset"u8);
        if (id < 0 || offset < 0 || !HexId.TryParse(file.Slice(id + 9, Math.Min(HexId.TextLength, file.Length - id - 9)), out HexId history)) return null;
        ReadOnlySpan<byte> value = file[(offset + 12)..];
        long number = value[0] switch
        {
            0xC0 => (sbyte)value[1],
            0xC1 => BitConverter.ToInt16(value[1..]),
            0xC2 => BitConverter.ToInt32(value[1..]),
            _ => long.Parse(value.Slice(1, value[0]), CultureInfo.InvariantCulture),
        };
        return new DataState(new ReplicationId(history), new ReplicationOffset(number));
    }
}

/// <summary>
/// Which history came out of which, and where, so that states of different histories can be compared: offsets alone
/// cannot. It is seen from outside, by what each node's status says after each step.
///
/// <code>
///   A ──────────●─────── A at 900 does not hold what C wrote
///               └── B ──────●───
///                           └── C at 700 holds A up to where B began, B up to where C began
/// </code>
/// </summary>
public sealed class Lineage
{
    private readonly Dictionary<ReplicationId, DataState> _origins = [];

    /// <summary>A node's data is of this history now. The first to say a new id made it, out of the state that its data had.</summary>
    public void Seen(ReplicationId history, DataState origin)
    {
        if (!history.IsNone) _origins.TryAdd(history, origin);
    }

    /// <summary>Whether somebody has said this id.</summary>
    public bool Knows(ReplicationId history) => _origins.ContainsKey(history);

    /// <summary>Whether data in the state <paramref name="all"/> holds everything that data in the state <paramref name="part"/> holds.</summary>
    public bool Holds(DataState all, DataState part)
    {
        for (int depth = 0; depth < 10_000 && !all.History.IsNone; depth++)
        {
            if (all.History == part.History) return all.Offset >= part.Offset;
            if (!_origins.TryGetValue(all.History, out DataState origin)) return false;
            all = origin;
        }

        return false;
    }
}
