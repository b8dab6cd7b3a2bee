// What can be said of how far a group has come in a stream.
//
// A stream counts the entries that were ever added; a group counts those that it has read. Their difference is the lag,
// unless entries were deleted one by one ahead of the group: then nobody knows. Where the group's own count is not
// known, it can be told at the stream's two ends:
//
//   added 10, length 7           [ 4 5 6 7 8 9 10 ]
//   before the first: 3 ─────────┘ │           └─ last id: 10
//   the first: 4 ──────────────────┘
using Hexad.Structures;

namespace Hexad.Commands;

/// <summary>Computes lags and read counters.</summary>
internal static class StreamCounters
{
    /// <summary>How many entries a group has yet to read; false when that is not known.</summary>
    public static bool TryLag(in StreamFacts facts, StreamGroup group, out long lag)
    {
        lag = 0;
        if (facts.EntriesAdded == 0) return true;
        long read = group.EntriesRead;
        if (read == StreamGroup.UnknownEntriesRead || HasDeletedAfter(facts, group.LastId)) read = EntriesUpTo(facts, group.LastId);
        lag = facts.EntriesAdded - read;
        return read != StreamGroup.UnknownEntriesRead;
    }

    /// <summary>How many entries a group has read when it has just read the one with this id.</summary>
    public static long AfterReading(in StreamFacts facts, StreamId id, long entriesRead)
    {
        if (entriesRead != StreamGroup.UnknownEntriesRead && !HasDeletedAfter(facts, id)) return entriesRead + 1;
        return facts.EntriesAdded != 0 ? EntriesUpTo(facts, id) : entriesRead;
    }

    /// <summary>How many entries were ever added up to this id, it included, or <see cref="StreamGroup.UnknownEntriesRead"/>.</summary>
    public static long EntriesUpTo(in StreamFacts facts, StreamId id)
    {
        if (facts.EntriesAdded == 0) return 0;
        if (facts.Length == 0 && id <= facts.LastId) return facts.EntriesAdded;
        if (id == facts.LastId) return facts.EntriesAdded;
        if (id > facts.LastId) return StreamGroup.UnknownEntriesRead;
        if (facts.MaxDeletedId.IsZero || facts.MaxDeletedId < facts.FirstId)
        {
            if (id < facts.FirstId) return facts.EntriesAdded - facts.Length;
            if (id == facts.FirstId) return facts.EntriesAdded - facts.Length + 1;
        }

        return StreamGroup.UnknownEntriesRead;
    }

    /// <summary>Whether an entry with this id or a later one was deleted while an earlier one is still there.</summary>
    private static bool HasDeletedAfter(in StreamFacts facts, StreamId id) =>
        facts.Length != 0 && !facts.MaxDeletedId.IsZero && facts.FirstId <= facts.MaxDeletedId && id <= facts.MaxDeletedId;
}
