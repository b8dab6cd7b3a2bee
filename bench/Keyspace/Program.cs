using System;
using System.Diagnostics;
using System.IO;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Keyspace.Bench;

/// <summary>
/// Figures of the keyspace on one thread: CPU nanoseconds per operation, bytes per key, the longest single insertion.
/// Usage: <c>dotnet run -c Release --project bench/Keyspace [keys] [cluster] [small-pages]</c>, or
/// <c>… freeing</c> (see <see cref="Freeing"/>). Keys have 16 bytes, values 32.
/// </summary>
internal static class Program
{
    private const int KeyBytes = 16;
    private const int ValueBytes = 32;
    private const int Batch = 16;

    private sealed class Ignored : IKeyspaceEvents
    {
        void IKeyspaceEvents.Expired(int database, ReadOnlySpan<byte> key)
        {
        }

        void IKeyspaceEvents.FieldsExpired(int database, ReadOnlySpan<byte> key, KeyBuffer fields, bool keyRemoved)
        {
        }

        void IKeyspaceEvents.Evicted(int database, ReadOnlySpan<byte> key)
        {
        }
    }

    private static int Main(string[] arguments)
    {
        if (arguments.Length > 0 && arguments[0] == "freeing")
        {
            string type = arguments.Length > 2 ? arguments[2] : "";
            Freeing.Run(100_000, type, report: false, new Ignored());
            Freeing.Run(arguments.Length > 1 ? int.Parse(arguments[1]) : 10_000_000, type, report: true, new Ignored());
            return 0;
        }

        int count = arguments.Length > 0 ? int.Parse(arguments[0]) : 5_000_000;
        bool cluster = Array.IndexOf(arguments, "cluster") >= 0, huge = Array.IndexOf(arguments, "small-pages") < 0;
        for (int round = 0; round < 2; round++)
        {
            // The first round warms the compiler up, on fewer keys.
            Measure(round == 0 ? Math.Min(count, 200_000) : count, cluster, huge, report: round == 1);
        }

        return 0;
    }

    private static void Measure(int count, bool cluster, bool huge, bool report)
    {
        KeyspaceSettings settings = cluster ? KeyspaceSettings.Cluster : KeyspaceSettings.Standalone;
        using var all = new Databases(settings with { HugePages = huge }, new Dice(42), new Ignored());
        all.Now = new UnixMs(1_700_000_000_000);
        Database db = all[0];
        var value = new byte[ValueBytes];
        value.AsSpan().Fill((byte)'v');
        Span<byte> key = stackalloc byte[KeyBytes];
        long resident = ResidentBytes();

        long start = Cpu.Ns();
        for (int i = 0; i < count; i++)
        {
            WriteKey(key, i);
            db.SetString(key, value);
        }

        Report(report, "insert", start, count);
        if (report)
        {
            Console.WriteLine($"bytes per key   {(double)all.UsedBytes / count,8:F1} used  {(double)all.ReservedBytes / count,8:F1} reserved  {(double)(ResidentBytes() - resident) / count,8:F1} resident");
        }

        RandomReads(count, report);
        Gets(db, count, report);
        GetsPrefetched(db, count, report);
        Sets(db, value, count, report);
        Walk(all, db, value, count, report);
        Expiries(all, db, value, count, report);

        Rewrites(all, db, count, report);

        start = Cpu.Ns();
        db.Flush(FreeMode.Later);
        long longest = 0;
        bool done;
        do
        {
            long before = Cpu.Ns();
            var budget = new SliceBudget(1000);
            done = all.FreeSlice(ref budget);
            longest = Math.Max(longest, Cpu.Ns() - before);
        }
        while (!done);
        Report(report, "flush in slices", start, count);
        if (report) Console.WriteLine($"longest slice of 1000 units {Us(longest):F0} us");
        Stalls(all, db, value, count, report);
        db.Flush(FreeMode.Now);
        if (report) Console.WriteLine($"left after flush: {all.UsedBytes} bytes used, {all.ReservedBytes} reserved");
    }

    /// <summary>What one cache miss costs on this machine at this hour: the measure for all that follows.</summary>
    private static void RandomReads(int count, bool report)
    {
        var lines = new long[count * 8L];
        lines.AsSpan().Fill(1);
        var dice = new Dice(7);
        long sum = 0;
        const int Operations = 4_000_000;
        long start = Cpu.Ns();
        for (int i = 0; i < Operations; i++) sum = lines[dice.Below(count + (int)(sum & 1) - 1) * 8L];
        Report(report, "random line", start, Operations);
        Trace.Assert(sum != 0);
    }

    private static void Gets(Database db, int count, bool report)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        var dice = new Dice(7);
        long sum = 0;
        const int Operations = 4_000_000;
        long start = Cpu.Ns();
        for (int i = 0; i < Operations; i++)
        {
            WriteKey(key, dice.Below(count));
            sum += db.Find(key).GetString(scratch)[0];
        }

        Report(report, "get", start, Operations);
        Trace.Assert(sum != 0);
    }

    private static void GetsPrefetched(Database db, int count, bool report)
    {
        var keys = new byte[Batch * KeyBytes];
        var hashes = new KeyHash[Batch];
        Span<byte> scratch = stackalloc byte[Database.ScratchBytes];
        var dice = new Dice(7);
        long sum = 0;
        const int Operations = 4_000_000;
        long start = Cpu.Ns();
        for (int i = 0; i < Operations; i += Batch)
        {
            for (int j = 0; j < Batch; j++)
            {
                Span<byte> key = keys.AsSpan(j * KeyBytes, KeyBytes);
                WriteKey(key, dice.Below(count));
                hashes[j] = db.Prefetch(key);
            }

            foreach (KeyHash hash in hashes) db.PrefetchEntry(hash);
            for (int j = 0; j < Batch; j++) sum += db.Find(keys.AsSpan(j * KeyBytes, KeyBytes)).GetString(scratch)[0];
        }

        Report(report, "get, batch of 16", start, Operations);
        Trace.Assert(sum != 0);
    }

    private static void Sets(Database db, byte[] value, int count, bool report)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        var dice = new Dice(7);
        const int Operations = 4_000_000;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Cpu.Ns();
        for (int i = 0; i < Operations; i++)
        {
            WriteKey(key, dice.Below(count));
            db.SetString(key, value);
        }

        Report(report, "overwrite", start, Operations);
        if (report) Console.WriteLine($"managed bytes per overwrite {(double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Operations:F3}");
    }

    private static void Walk(Databases all, Database db, byte[] value, int count, bool report)
    {
        var page = new SnapshotPage();
        SnapshotWalk walk = all.StartWalk();
        long start = Cpu.Ns();
        SliceBudget budget;
        do budget = SliceBudget.Unlimited; while (walk.NextPage(page, ref budget));
        Report(report, "walk, per entry", start, count);

        Span<byte> key = stackalloc byte[KeyBytes];
        var dice = new Dice(9);
        walk = all.StartWalk();
        int writes = Math.Min(count / 4, 1_000_000);
        start = Cpu.Ns();
        for (int i = 0; i < writes; i++)
        {
            WriteKey(key, dice.Below(count));
            db.SetString(key, value);
        }

        Report(report, "overwrite in walk", start, writes);
        walk.Cancel();
    }

    private static void Expiries(Databases all, Database db, byte[] value, int count, bool report)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        var dice = new Dice(11);
        int expiring = Math.Min(count, 1_000_000);
        long used = all.UsedBytes;
        long start = Cpu.Ns();
        for (int i = 0; i < expiring; i++)
        {
            WriteKey(key, i);
            EntryRef entry = db.Find(key);
            db.SetExpiry(ref entry, new UnixMs(all.Now.Value + dice.Below(3_600_000)));
        }

        Report(report, "expire", start, expiring);
        if (report) Console.WriteLine($"bytes per expiry {(double)(all.UsedBytes - used) / expiring:F1}");
        start = Cpu.Ns();
        int removed = 0;
        for (int minute = 0; minute <= 61; minute++)
        {
            all.Now = new UnixMs(all.Now.Value + 60_000);
            SliceBudget budget = SliceBudget.Unlimited;
            removed += all.ActiveExpireSlice(ref budget);
        }

        Trace.Assert(removed == expiring);
        Report(report, "active expire", start, expiring);
    }

    /// <summary>As many overwrites as there are keys, with values of 1 to 96 bytes: what fragmentation they leave, and what defragmentation makes of it.</summary>
    private static void Rewrites(Databases all, Database db, int count, bool report)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        var value = new byte[96];
        value.AsSpan().Fill((byte)'w');
        var dice = new Dice(13);
        for (int i = 0; i < count; i++)
        {
            WriteKey(key, dice.Below(count));
            db.SetString(key, value.AsSpan(0, 1 + dice.Below(value.Length)));
        }

        if (report) Console.WriteLine($"after rewrites  {(double)all.UsedBytes / db.KeyCount,8:F1} used  {(double)all.ReservedBytes / db.KeyCount,8:F1} reserved, bytes per key");
        long start = Cpu.Ns();
        SliceBudget budget;
        do budget = new SliceBudget(10_000); while (!all.DefragSlice(ref budget));
        Report(report, "defragment", start, (int)db.KeyCount);
        if (report) Console.WriteLine($"after defrag    {(double)all.UsedBytes / db.KeyCount,8:F1} used  {(double)all.ReservedBytes / db.KeyCount,8:F1} reserved, bytes per key");
    }

    /// <summary>The longest of many insertions, each timed: what growth costs at worst.</summary>
    private static void Stalls(Databases all, Database db, byte[] value, int count, bool report)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        long longest = 0, over100Us = 0, over1Ms = 0;
        const long ticksPerUs = 1000;
        long before = Cpu.Ns();
        for (int i = 0; i < count; i++)
        {
            WriteKey(key, i);
            db.SetString(key, value);
            long now = Cpu.Ns();
            long taken = now - before;
            before = now;
            if (taken > longest) longest = taken;
            if (taken > 100 * ticksPerUs) over100Us++;
            if (taken > 1000 * ticksPerUs) over1Ms++;
        }

        if (report) Console.WriteLine($"longest insertion {Us(longest):F0} us; {over100Us} over 100 us, {over1Ms} over 1 ms, of {count}");
    }

    private static void WriteKey(Span<byte> key, int number)
    {
        "key:000000000000"u8.CopyTo(key);
        for (int at = KeyBytes - 1; number != 0; at--, number /= 10) key[at] = (byte)('0' + number % 10);
    }

    private static void Report(bool report, string what, long start, int operations)
    {
        if (report) Console.WriteLine($"{what,-18} {Us(Cpu.Ns() - start) * 1000 / operations,8:F1} ns");
    }

    private static double Us(long ticks) => ticks / 1000.0;

    private static long ResidentBytes()
    {
        foreach (string line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal)) return long.Parse(line.AsSpan(6, line.Length - 8).Trim()) * 1024;
        }

        return 0;
    }
}

/// <summary>The thread's own CPU clock: other programs on the machine do not count.</summary>
internal static partial class Cpu
{
    private const int ThreadCpuTime = 3;

    public static unsafe long Ns()
    {
        long* time = stackalloc long[2];
        Trace.Assert(Read(ThreadCpuTime, time) == 0);
        return time[0] * 1_000_000_000 + time[1];
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int Read(int clock, long* time);
}
