// PFADD, PFCOUNT, PFMERGE and their tools. The values are strings; see HyperLogLog for what stands in them.
using System;
using System.Globalization;
using System.Text;
using Hexad.Core;
using Hexad.Keyspace;
using Hexad.Options;
using Hexad.Structures;

namespace Hexad.Commands;

internal static class HyperLogLogCommands
{
    [Command("PFADD", arity: -2, Flags.Write | Flags.DenyOom | Flags.Fast, Group.HyperLogLog, since: "2.8.9",
        syntax: "key:key [element+]",
        Summary = "Adds elements to a HyperLogLog, creating it if it is not there.", Complexity = "O(1) for each element.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Insert)]
    internal static void PfAdd(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[1]);
        if (entry.Found && !IsSketch(ref call, entry)) return;
        SketchBench bench = call.Services.Sketches;
        bool created = !entry.Found;
        int raised = created ? 1 : 0;
        if (!created && HyperLogLog.IsDense(entry.GetString(default)))
        {
            raised = AddToDense(ref call, ref entry);
        }
        else
        {
            if (created) bench.LoadEmpty();
            else bench.Load(entry.GetString(default));
            if (!TryAddAll(ref call, bench, ref raised)) return;
            if (raised > 0) Keep(ref call, ref entry, bench);
        }

        if (raised > 0) Changed(ref call, created, raised);
        call.Reply.Integer(raised > 0 ? 1 : 0);
    }

    [Command("PFCOUNT", arity: -2, Flags.ReadOnly | Flags.MayReplicate, Group.HyperLogLog, since: "2.8.9",
        syntax: "key:key+",
        Summary = "Estimates how many different elements were added to one or several HyperLogLogs.",
        Complexity = "O(1) for one key with a very small average constant time, O(N) for N keys.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access, Last = -1)]
    internal static void PfCount(ref CommandContext call)
    {
        if (call.Count > 2)
        {
            byte[] registers = call.Services.Sketches.Registers;
            Array.Clear(registers);
            for (int i = 1; i < call.Count; i++)
            {
                EntryRef source = call.Find(call[i]);
                if (source.Found && (!IsSketch(ref call, source) || !TryMerge(ref call, source, registers))) return;
            }

            call.Reply.Integer((long)HyperLogLog.Count(registers));
            return;
        }

        EntryRef entry = call.Find(call[1]);
        if (!entry.Found)
        {
            call.Reply.Integer(0);
            return;
        }

        if (!IsSketch(ref call, entry)) return;
        ReadOnlySpan<byte> sketch = entry.GetString(default);
        if (!HyperLogLog.TryCachedCount(sketch, out ulong count))
        {
            if (!HyperLogLog.TryCount(sketch, out count))
            {
                call.Reply.Error(ErrorReplies.CorruptedHyperLogLog);
                return;
            }

            // The count is kept in the value, which replicas must hear of.
            HyperLogLog.CacheCount(call.Db.Writable(ref entry, 0), count);
            call.Changed(call[1]);
        }

        call.Reply.Integer((long)count);
    }

    [Command("PFMERGE", arity: -2, Flags.Write | Flags.DenyOom, Group.HyperLogLog, since: "2.8.9",
        syntax: "destkey:key [sourcekey:key+]",
        Summary = "Makes a HyperLogLog of all elements that were added to several.",
        Complexity = "O(N) for N HyperLogLogs, with high constant times.")]
    [Key(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Insert)]
    [Key(2, KeyFlags.ReadOnly | KeyFlags.Access, Last = -1)]
    internal static void PfMerge(ref CommandContext call)
    {
        SketchBench bench = call.Services.Sketches;
        byte[] registers = bench.Registers;
        Array.Clear(registers);
        bool dense = false;
        for (int i = 1; i < call.Count; i++)
        {
            EntryRef source = call.Find(call[i]);
            if (!source.Found) continue;
            if (!IsSketch(ref call, source) || !TryMerge(ref call, source, registers)) return;
            dense |= HyperLogLog.IsDense(source.GetString(default));
        }

        EntryRef entry = call.FindForWrite(call[1]);
        bool created = !entry.Found;
        if (created) bench.LoadEmpty();
        else bench.Load(entry.GetString(default));
        if (dense && !bench.TryMakeDense())
        {
            call.Reply.Error(ErrorReplies.CorruptedHyperLogLog);
            return;
        }

        for (int i = 0; i < registers.Length; i++)
            if (registers[i] > 0) bench.Raise(i, registers[i], call.Services.Options.HllSparseMaxBytes);
        Keep(ref call, ref entry, bench);
        Changed(ref call, created, 1);
        call.Reply.Ok();
    }

    [Command("PFDEBUG", arity: 3, Flags.Write | Flags.DenyOom | Flags.Admin, Group.HyperLogLog, since: "2.8.9",
        syntax: "subcommand key:key",
        Summary = "Shows the inside of a HyperLogLog.", Complexity = "N/A",
        Doc = DocFlags.SysCmd)]
    [Key(2, KeyFlags.ReadWrite | KeyFlags.Access)]
    internal static void PfDebug(ref CommandContext call)
    {
        EntryRef entry = call.FindForWrite(call[2]);
        if (!entry.Found)
        {
            call.Reply.Error(ErrorReplies.KeyDoesNotExist);
            return;
        }

        if (!IsSketch(ref call, entry)) return;
        // As Redis: the value is made ready to be written before it is known what for, and stays so.
        if (entry.Encoding != ObjectEncoding.Raw) call.Db.Overwrite(ref entry, entry.GetString(default).ToArray(), Lifetime.Keep, StringForm.Raw);
        if (call.Says(1, "GETREG"u8))
        {
            if (MakeDense(ref call, ref entry, out _)) TellRegisters(ref call, entry.GetString(default));
        }
        else if (call.Says(1, "DECODE"u8)) Decode(ref call, entry.GetString(default));
        else if (call.Says(1, "ENCODING"u8)) call.Reply.Simple(HyperLogLog.IsDense(entry.GetString(default)) ? "dense"u8 : "sparse"u8);
        else if (call.Says(1, "TODENSE"u8))
        {
            if (MakeDense(ref call, ref entry, out bool changed)) call.Reply.Integer(changed ? 1 : 0);
        }
        else call.Reply.Error([.. "ERR Unknown PFDEBUG subcommand '"u8, .. ErrorReplies.UpToZero(call[1]), .. "'"u8]);
    }

    [Command("PFSELFTEST", arity: 1, Flags.Admin, Group.HyperLogLog, since: "2.8.9",
        Summary = "Tests the HyperLogLog registers and estimates.", Complexity = "N/A",
        Doc = DocFlags.SysCmd)]
    internal static void PfSelfTest(ref CommandContext call)
    {
        string? fault = SketchSelfTest.Run(call.Services.Dice, call.Services.Options.HllSparseMaxBytes);
        if (fault is null) call.Reply.Ok();
        else call.Reply.Error("TESTFAILED " + fault);
    }

    private static bool IsSketch(ref CommandContext call, EntryRef entry)
    {
        if (!call.Holds(entry, ObjectType.String)) return false;
        if (entry.Encoding != ObjectEncoding.Int && HyperLogLog.IsSketch(entry.GetString(default))) return true;
        call.Reply.Error(ErrorReplies.NotAHyperLogLog);
        return false;
    }

    private static bool TryMerge(ref CommandContext call, EntryRef entry, byte[] registers)
    {
        if (HyperLogLog.TryMerge(entry.GetString(default), registers)) return true;
        call.Reply.Error(ErrorReplies.CorruptedHyperLogLog);
        return false;
    }

    /// <summary>Adds to a dense sketch where it stands; returns how many registers rose.</summary>
    private static int AddToDense(ref CommandContext call, ref EntryRef entry)
    {
        int raised = 0;
        for (int i = 2; i < call.Count; i++)
        {
            (int register, int value) = HyperLogLog.PlaceOf(call[i]);
            if (HyperLogLog.RegisterAt(entry.GetString(default), register) >= value) continue;
            HyperLogLog.SetRegister(call.Db.Writable(ref entry, 0), register, value);
            raised++;
        }

        if (raised > 0) HyperLogLog.ForgetCount(call.Db.Writable(ref entry, 0));
        return raised;
    }

    private static bool TryAddAll(ref CommandContext call, SketchBench bench, ref int raised)
    {
        for (int i = 2; i < call.Count; i++)
        {
            (int register, int value) = HyperLogLog.PlaceOf(call[i]);
            SketchChange change = bench.Raise(register, value, call.Services.Options.HllSparseMaxBytes);
            if (change == SketchChange.Raised) raised++;
            if (change != SketchChange.Damaged) continue;
            call.Reply.Error(ErrorReplies.CorruptedHyperLogLog);
            return false;
        }

        return true;
    }

    private static void Keep(ref CommandContext call, ref EntryRef entry, SketchBench bench)
    {
        HyperLogLog.ForgetCount(bench.Sketch);
        if (entry.Found) call.Db.Overwrite(ref entry, bench.Sketch, Lifetime.Keep, StringForm.Raw);
        else entry = call.Db.SetString(call[1], bench.Sketch, Lifetime.Forever, StringForm.Raw);
        bench.Clear();
    }

    private static void Changed(ref CommandContext call, bool created, int changes)
    {
        if (created) call.Created(call[1], call.Db);
        call.Changed(call[1]);
        call.Services.Changes += changes - 1;
        call.Notify(EventClass.String, "pfadd", call[1]);
    }

    private static bool MakeDense(ref CommandContext call, ref EntryRef entry, out bool changed)
    {
        changed = !HyperLogLog.IsDense(entry.GetString(default));
        if (!changed) return true;
        SketchBench bench = call.Services.Sketches;
        bench.Load(entry.GetString(default));
        if (!bench.TryMakeDense())
        {
            call.Reply.Error(ErrorReplies.CorruptedHyperLogLog);
            return false;
        }

        call.Db.Overwrite(ref entry, bench.Sketch, Lifetime.Keep, StringForm.Raw);
        bench.Clear();
        call.Services.Changes++;
        return true;
    }

    private static void TellRegisters(ref CommandContext call, ReadOnlySpan<byte> sketch)
    {
        call.Reply.Array(HyperLogLog.Registers);
        for (int i = 0; i < HyperLogLog.Registers; i++) call.Reply.Integer(HyperLogLog.RegisterAt(sketch, i));
    }

    private static void Decode(ref CommandContext call, ReadOnlySpan<byte> sketch)
    {
        if (HyperLogLog.IsDense(sketch))
        {
            call.Reply.Error(ErrorReplies.HyperLogLogNotSparse);
            return;
        }

        var text = new StringBuilder();
        var runs = new SparseRuns(sketch[HyperLogLog.HeaderBytes..], goesBeyond: true);
        while (runs.MoveNext())
        {
            if (runs.Value > 0) text.Append(CultureInfo.InvariantCulture, $"v:{runs.Value},{runs.Length} ");
            else text.Append(CultureInfo.InvariantCulture, $"{(runs.IsLong ? 'Z' : 'z')}:{runs.Length} ");
        }

        call.Reply.Bulk(text.ToString().TrimEnd());
    }
}
