using System;
using Hexad.Structures;

namespace Hexad.Keyspace;

/// <summary>
/// A snapshot of databases, or of one slot, as they were when the walk began, handed out page by page while
/// commands go on changing them. Each key that was there then is told exactly once, with its value of then.
/// </summary>
public sealed class SnapshotWalk
{
    internal SnapshotWalk() => throw new NotImplementedException();

    /// <summary>Whether all has been handed out, or the walk was cancelled.</summary>
    public bool IsFinished => throw new NotImplementedException();

    /// <summary>Bytes of old values that wait to be fetched, because keys were changed before the walk reached them.</summary>
    public long HeldBytes => throw new NotImplementedException();

    /// <summary>How many keys the snapshot has in all.</summary>
    public long KeyCount => throw new NotImplementedException();

    /// <summary>How many of them have been handed out.</summary>
    public long KeysDone => throw new NotImplementedException();

    /// <summary>How many keys database <paramref name="database"/> had at the start, and how many of them with an expiry (RDB's RESIZEDB).</summary>
    public (long Keys, long Volatile) SizeOf(int database) => throw new NotImplementedException();

    /// <summary>
    /// Fills <paramref name="page"/>, which is cleared first, with the next records; false when there is nothing left
    /// (the walk is then over). One unit of budget is a record or a bucket looked at.
    /// </summary>
    public bool NextPage(SnapshotPage page, ref SliceBudget budget) => throw new NotImplementedException();

    /// <summary>Ends the walk without handing out the rest.</summary>
    public void Cancel() => throw new NotImplementedException();
}
