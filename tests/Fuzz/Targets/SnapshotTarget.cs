using System;
using Hexad.Core;
using Hexad.Persistence.Rdb;

namespace Hexad.Fuzz.Targets;

/// <summary>RDB files and the snapshots of primaries: decoded at once and in pieces, they hold the same.</summary>
internal sealed class SnapshotTarget : FuzzTarget
{
    public override string Name => "snapshot";

    protected override string SeedFolder => "rdb";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        int step = bytes.Length > 9 ? 1 + bytes[^1] * 8 : 1;
        (RdbOutcome whole, ulong wholeSum, long wholeKeys) = Decode(bytes, Math.Max(1, bytes.Length));
        (RdbOutcome parts, ulong partSum, long partKeys) = Decode(bytes, step);
        Must(whole == parts, "a file in pieces ends otherwise than at once");
        // Up to a fault more may have been understood in one way than in the other.
        if (whole == RdbOutcome.Finished) Must((wholeSum, wholeKeys) == (partSum, partKeys), "a file in pieces holds something else than at once");
    }

    private static (RdbOutcome Outcome, ulong Sum, long Keys) Decode(ReadOnlySpan<byte> bytes, int step)
    {
        var decoder = new RdbDecoder { ChecksChecksum = false };
        var batch = new RdbBatch();
        ulong sum = 0;
        long keys = 0;
        while (true)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(step, bytes.Length)];
            bytes = bytes[piece.Length..];
            RdbOutcome outcome = decoder.Decode(piece, batch);
            foreach (RdbRecord record in batch)
            {
                // How many parts a value comes in depends on the pieces.
                if (!record.IsFirst) continue;
                keys++;
                sum = Crc64.Continue(sum, record.Key);
                if (record.TryGetExpiry(out UnixMs expiry)) sum += (ulong)expiry.Value;
            }

            batch.Clear();
            if (outcome != RdbOutcome.NeedMore) return (outcome, sum, keys);
            if (bytes.IsEmpty) return (outcome, sum, keys);
        }
    }
}
