using System;
using System.IO;

using Hexad.Core;
using Hexad.Persistence.Rdb;

namespace Hexad;

/// <summary>
/// The program <c>hexad check-rdb</c>, known as <c>redis-check-rdb</c>: decodes a file as a node would load it and says
/// whether that works, where it stops if not, and what is in it. It never changes the file.
/// </summary>
internal static class CheckRdb
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Checks the one file named; 0 when it is good.</summary>
    internal static int Run(string programName, string[] arguments)
    {
        if (arguments.Length > 0 && arguments[0] is "--version" or "-v")
        {
            Console.WriteLine($"{programName} {Host.Process.Versions.Redis} (Hexad {Host.Process.Versions.Hexad})");
            return 0;
        }

        if (arguments.Length != 1 || arguments[0] is "--help" or "-h")
        {
            Console.Error.WriteLine($"Usage: {programName} <rdb-file-name>");
            return 1;
        }

        try
        {
            return Check(arguments[0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine("Cannot open file: " + e.Message);
            return 1;
        }
    }

    private static int Check(string path)
    {
        using FileStream file = File.OpenRead(path);
        Console.WriteLine("[offset 0] Checking RDB file " + path);
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        byte[] piece = new byte[PieceBytes];
        long keys = 0, expires = 0, expired = 0, nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        RdbOutcome outcome = RdbOutcome.NeedMore;
        for (int got; outcome == RdbOutcome.NeedMore && (got = file.Read(piece)) > 0;)
        {
            outcome = decoder.Decode(piece.AsSpan(0, got), batch);
            foreach (RdbRecord record in batch)
            {
                keys++;
                if (!record.TryGetExpiry(out UnixMs expiry)) continue;
                expires++;
                if (expiry.Value < nowMs) expired++;
            }

            batch.Clear();
        }

        if (outcome == RdbOutcome.Finished)
        {
            Console.WriteLine($"[offset {decoder.Consumed}] Checksum OK");
            Console.WriteLine($@"[offset {decoder.Consumed}] \o/ RDB looks OK! \o/");
        }
        else
        {
            Console.WriteLine("--- RDB ERROR DETECTED ---");
            Console.WriteLine($"[offset {decoder.Consumed}] {(outcome == RdbOutcome.Faulty ? decoder.Fault : "Unexpected EOF reading RDB file")}");
        }

        if (decoder.Facts.ServerVersion.Length > 0) Console.WriteLine($"[info] written by version {decoder.Facts.ServerVersion}, RDB version {decoder.Version}");
        Console.WriteLine($"[info] {keys} keys read");
        Console.WriteLine($"[info] {expires} expires");
        Console.WriteLine($"[info] {expired} already expired");
        return outcome == RdbOutcome.Finished ? 0 : 1;
    }
}
