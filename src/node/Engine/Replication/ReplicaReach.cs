// What a replica can read and knows, by its own word.
//
//   capa hexad            one of ours: everything
//   version 7.4.0 …       that much; Redis and Valkey say it from 7.2 on
//   nothing               7.0
//
// There is one stream for all replicas. What one of them does not know (HPEXPIREAT for a real 7.0) it would pass over, and of a
// transaction it would carry out nothing: from then on its data would be others than ours, and nobody would notice. So it is sent
// away before it gets such a command, and is let in again when a snapshot can tell it all there is.
using System;
using Hexad.Commands;
using Hexad.Core;
using Hexad.Persistence.Rdb;
using Hexad.Replication;
using Hexad.Wire.Resp;

namespace Hexad.Engine;

/// <summary>Judges what a replica can be sent.</summary>
internal static class ReplicaReach
{
    private const int Silent = 7_00_00, WithListpackSets = 7_02_00, WithExpiringFields = 7_04_00, FirstOfValkeysOwn = 9_00_00;
    private const long MostToSearchBytes = 16L << 20;
    private static readonly RequestLimits Limits = new() { MaxBulkLength = 1L << 40 };

    /// <summary>The newest form of snapshots that a replica reads; who wants a file and no replica gets what files are.</summary>
    public static RdbForm FormFor(Replica replica, RdbForm ofFiles)
    {
        if (IsTool(replica)) return ofFiles;
        if (replica.Has(ReplicaAbilities.Hexad)) return RdbForm.Newest;
        int version = VersionOf(replica);
        // From 9 on it is a Valkey, whose numbers beyond the common ones are others.
        if (version is >= WithExpiringFields and < FirstOfValkeysOwn) return RdbForm.Newest;
        return version >= WithListpackSets ? RdbForm.NewestOfAll : RdbForm.Lowest;
    }

    /// <summary>Whether a replica may not know what we propagate.</summary>
    public static bool IsForeign(Replica replica) => !replica.Has(ReplicaAbilities.Hexad) && !IsTool(replica);

    /// <summary>The first command of a part of the stream, which begins and ends with a command, that a replica does not know; null if it knows all.</summary>
    public static CommandRow? FirstUnknown(Replica replica, ReadOnlySpan<byte> stream)
    {
        int version = VersionOf(replica);
        var parser = new RequestParser();
        while (stream.Length > 0 && parser.Parse(stream, Limits) != ParseOutcome.Malformed && parser.Count > 0)
        {
            int end = 0;
            for (int i = 0; i < parser.Count; i++)
            {
                CommandRow? row = Dispatcher.Find(parser.Request(i, stream));
                if (row is not null && Number(row.Since) > version) return row;
                end = parser.EndOf(i);
            }

            parser.Shift(end);
            stream = stream[end..];
        }

        return null;
    }

    /// <summary>Whether a replica knows all that the backlog has for it; where that is too much to be looked through, it counts as no.</summary>
    public static bool KnowsAll(Replica replica, Backlog backlog, ReplicationOffset from)
    {
        if (!IsForeign(replica)) return true;
        long length = backlog.End - from;
        if (length > MostToSearchBytes) return false;
        byte[] stream = new byte[length];
        for (int at = 0; at < length;)
        {
            ReadOnlySpan<byte> part = backlog.From(from + at);
            part.CopyTo(stream.AsSpan(at));
            at += part.Length;
        }

        return FirstUnknown(replica, stream) is null;
    }

    /// <summary>What a replica says of itself, for the log.</summary>
    public static string Describe(Replica replica) => replica.Version.Length > 0 ? $"of version {replica.Version}" : "of a version before 7.2";

    // Who asks for no stream, or with SYNC, wants to look at our data (redis-cli --rdb, --replica) and not to replace us.
    private static bool IsTool(Replica replica) => replica.Has(ReplicaAbilities.SnapshotOnly | ReplicaAbilities.Old);

    private static int VersionOf(Replica replica) => replica.Version.Length == 0 ? Silent : Number(replica.Version);

    // "7.4.12" is 7_04_12; what is no number counts as 0.
    private static int Number(string version)
    {
        int number = 0, part = 0, parts = 1;
        foreach (char c in version)
        {
            if (char.IsAsciiDigit(c)) part = Math.Min(part * 10 + (c - '0'), 99);
            if (c != '.') continue;
            if (++parts > 3) break;
            (number, part) = (number * 100 + part, 0);
        }

        number = number * 100 + part;
        for (; parts < 3; parts++) number *= 100;
        return number;
    }
}
