using System;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Structures;

namespace Hexad.Keyspace.Bench;

/// <summary>
/// Large collections of each type: the longest single command that fills one, the command that deletes it, and the longest slices in which it
/// is moved and freed, as the node's cron gives them. CPU time of the thread. Usage: <c>… freeing [elements] [type]</c>.
/// </summary>
internal static class Freeing
{
    private const int SliceUs = 500;

    private sealed class Clock : ITickSource
    {
        public long TicksUs() => Cpu.Ns() / 1000;
    }

    private struct Words : IStreamWords
    {
        public readonly int Count => 2;

        public readonly ReadOnlySpan<byte> this[int index] => index == 0 ? "field"u8 : "value-1234"u8;
    }

    public static void Run(int count, string only, bool report, IKeyspaceEvents events)
    {
        foreach (string type in (string[])["set", "hash", "zset", "list", "stream", "string", "keys"])
        {
            if (only.Length > 0 && only != type) continue;
            using var all = new Databases(KeyspaceSettings.Standalone, new Dice(42), events) { Now = new UnixMs(1_700_000_000_000) };
            Measure(all, type, count, report);
        }
    }

    private static void Measure(Databases all, string type, int count, bool report)
    {
        Database db = all[0];
        var fill = default(Steps);
        byte[] name = Encoding.ASCII.GetBytes("element:000000000000");
        if (type == "keys")
        {
            int i = 0;
            Action insert = () => db.SetString(Write(name, i), "some value"u8);
            for (; i < count; i++) fill.Time(insert);
        }
        else if (type == "string")
        {
            db.SetString("k"u8, new byte[Math.Min(500_000_000, count * 50L)]);
        }
        else
        {
            Create(all, type).Store("k"u8);
            int i = 0;
            Action add = () =>
            {
                EntryRef entry = db.Find("k"u8);
                CollectionEdit edit = db.Edit(ref entry);
                Add(all, type, edit.Root, Write(name, (int)(i * 2_654_435_761L % count)), i);
                edit.Commit(ref entry);
            };
            for (; i < count; i++) fill.Time(add);
        }

        long used = all.UsedBytes;
        Steps moved = InSlices((ref SliceBudget budget) => all.DefragSlice(ref budget));
        var delete = default(Steps);
        if (type == "keys") delete.Time(() => db.Flush(FreeMode.Later));
        else delete.Time(() => db.Delete("k"u8, FreeMode.Later));
        Steps freed = InSlices((ref SliceBudget budget) => all.FreeSlice(ref budget));
        if (!report) return;
        Console.WriteLine($"{type,-7} {used / 1e6,7:F0} MB  fill {fill}  move {moved}  delete {delete}  free {freed}");
    }

    private delegate bool Slice(ref SliceBudget budget);

    private static Steps InSlices(Slice slice)
    {
        var clock = new Clock();
        var steps = default(Steps);
        bool done = false;
        while (!done)
        {
            steps.Time(() =>
            {
                var budget = new SliceBudget(int.MaxValue - 1, clock, SliceUs);
                done = slice(ref budget);
            });
        }

        return steps;
    }

    private static CollectionEdit Create(Databases all, string type)
    {
        Collections collections = all.Collections;
        (ObjectType kind, ObjectEncoding encoding) = type switch
        {
            "set" => (ObjectType.Set, ObjectEncoding.HashTable),
            "hash" => (ObjectType.Hash, ObjectEncoding.HashTable),
            "zset" => (ObjectType.SortedSet, ObjectEncoding.SkipList),
            "list" => (ObjectType.List, ObjectEncoding.Quicklist),
            _ => (ObjectType.Stream, ObjectEncoding.Stream),
        };
        CollectionEdit edit = all[0].Build(kind);
        edit.Become(encoding, type switch
        {
            "set" or "hash" => collections.Members.Create(type == "hash", 0),
            "zset" => collections.SortedSets.Create(),
            "list" => collections.Lists.Create(new ListFill(-2), 0),
            _ => collections.Streams.Create(),
        });
        return edit;
    }

    private static void Add(Databases all, string type, nint root, byte[] name, int i)
    {
        Collections collections = all.Collections;
        switch (type)
        {
            case "set":
                collections.Members.Add(root, name);
                break;
            case "hash":
                collections.Members.Set(root, name, "a value"u8, 0);
                break;
            case "zset":
                collections.SortedSets.Insert(root, collections.SortedSets.Find(root, name), name, i * 7919L % 1_000_003);
                break;
            case "list":
                collections.Lists.Push(root, atHead: i % 2 == 0, name);
                break;
            default:
                var words = default(Words);
                collections.Streams.Append(root, new StreamId(1, (ulong)i + 1), ref words, new StreamNodeLimits(4096, 100));
                break;
        }
    }

    // Nothing is allocated, so that no collection of garbage is measured.
    private static byte[] Write(byte[] name, int number)
    {
        for (int at = name.Length - 1; at >= name.Length - 12; at--, number /= 10) name[at] = (byte)('0' + number % 10);
        return name;
    }

    /// <summary>How long the longest step was, and how many were over a millisecond.</summary>
    private struct Steps
    {
        private long _count;
        private long _longestNs;
        private long _sumNs;
        private long _over;

        public void Time(Action step)
        {
            long start = Cpu.Ns();
            step();
            long taken = Cpu.Ns() - start;
            _count++;
            _sumNs += taken;
            _longestNs = Math.Max(_longestNs, taken);
            if (taken > 1_000_000) _over++;
        }

        public override readonly string ToString() => $"{_count} steps, {_sumNs / 1e6:F0} ms, longest {_longestNs / 1000} us, {_over} over 1 ms;";
    }
}
