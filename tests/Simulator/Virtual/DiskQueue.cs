using System;
using System.Collections.Generic;
using System.IO;
using Hexad.Core;
using Hexad.Engine.Seam;

namespace Hexad.Simulator.Virtual;

/// <summary>
/// The work that one process has handed to its host: a queue for each lane, one piece of each under way. A piece is
/// done in the steps that a real host takes (a Replace: write beside, sync, rename, sync the folder), each at its own
/// later time, so that a crash can come between any two, and within a write at any byte.
/// </summary>
internal sealed class DiskQueue(World world, Process process) : IScheduled
{
    private const int Lanes = 4;
    private const long PausedRetryUs = 20_000;
    private readonly Queue<Work>[] _waiting = [new(), new(), new(), new()];
    private readonly Work?[] _current = new Work?[Lanes];
    private readonly int[] _step = new int[Lanes];
    private readonly int[] _generation = new int[Lanes];
    private bool _dead;

    public bool IsIdle
    {
        get
        {
            for (int i = 0; i < Lanes; i++)
                if (_current[i] is not null) return false;
            return true;
        }
    }

    private Disk Disk => process.Machine.Disk;

    public void Add(Work work)
    {
        _waiting[(int)work.Lane].Enqueue(work);
        if (_current[(int)work.Lane] is null) Next((int)work.Lane);
    }

    /// <summary>The process was killed: what was half done stays half done, but in the kernel's memory.</summary>
    public void ProcessKilled()
    {
        _dead = true;
        for (int i = 0; i < Lanes; i++)
            if (_current[i] is FileWork work) Tear(work, _step[i]);
    }

    public void PowerFailure() => ProcessKilled();

    public void Fire(int kind, long argument)
    {
        if (_dead || argument != _generation[kind]) return;
        if (process.State == ProcessState.Paused)
        {
            world.At(world.NowUs + PausedRetryUs, this, kind, argument);
            return;
        }

        Work work = _current[kind]!;
        bool done = work is not FileWork file || Step(file, _step[kind]++);
        if (!done)
        {
            Schedule(kind);
            return;
        }

        (work as Computation)?.Run();
        _current[kind] = null;
        Next(kind);
        process.WorkFinished(work);
        if (IsIdle) process.DiskIsIdle();
    }

    private void Next(int lane)
    {
        if (!_waiting[lane].TryDequeue(out _current[lane])) return;
        _step[lane] = 0;
        Schedule(lane);
    }

    private void Schedule(int lane)
    {
        long us = _current[lane] is FileWork file
            ? Disk.Duration(IsSync(file.Verb, _step[lane]), file.Bytes.Length)
            : 20 + world.ChanceOfDisks.Below(3_000);
        world.At(world.NowUs + us, this, lane, ++_generation[lane]);
    }

    private static bool IsSync(FileVerb verb, int step) => verb switch
    {
        FileVerb.Replace => step is 1 or 3,
        FileVerb.Sync => true,
        FileVerb.Rename => step == 1,
        _ => false,
    };

    /// <summary>Does the next step of a file operation; true when it was the last or failed.</summary>
    private bool Step(FileWork work, int step)
    {
        string path = process.Absolute(work.Path);
        switch (work.Verb)
        {
            case FileVerb.Replace: return Replace(work, path, step);
            case FileVerb.Append: return Append(work, path);
            case FileVerb.Truncate: return Cut(work, Disk.Find(path) ?? Disk.Make(path), 0);
            case FileVerb.CutTo: return Disk.Find(path) is { } file ? Cut(work, file, (int)work.Offset) : Fail(work, FileFault.NotFound);
            case FileVerb.Sync: return Sync(work, path);
            case FileVerb.Rename: return Rename(work, path, step);
            case FileVerb.Delete:
                Disk.Delete(path);
                return true;
            case FileVerb.Read: return Read(work, path);
            case FileVerb.Lock: return Lock(work, path);
            case FileVerb.List:
                work.Names = Disk.List(path);
                return Disk.HasFolder(path) || Fail(work, FileFault.NotFound);
            case FileVerb.MakeFolder:
                Disk.MakeFolder(path);
                return true;
            default:
                Invariant.Unreachable("a file operation of no kind");
                return true;
        }
    }

    private static string Beside(string path) => path + ".tmp";

    private bool Replace(FileWork work, string path, int step)
    {
        string beside = Beside(path);
        switch (step)
        {
            case 0:
                if (Disk.Append(Disk.Make(beside), work.Bytes.Span)) return false;
                Disk.Delete(beside);
                return Fail(work, FileFault.NoSpace);
            case 1:
                if (!SyncFails())
                {
                    Disk.Find(beside)!.Sync();
                    return false;
                }

                Disk.Delete(beside);
                return Fail(work, FileFault.Other);
            case 2:
                Disk.Rename(beside, path);
                return false;
            default:
                if (SyncFails()) return Fail(work, FileFault.Other);
                Disk.SyncNames();
                Disk.Replaced(path);
                work.Size = work.Bytes.Length;
                return true;
        }
    }

    private bool Append(FileWork work, string path)
    {
        DiskFile file = Disk.Find(path) ?? Disk.Make(path);
        bool fits = Disk.Append(file, work.Bytes.Span);
        work.Size = file.Length;
        return fits || Fail(work, FileFault.NoSpace);
    }

    private bool Cut(FileWork work, DiskFile file, int length)
    {
        Disk.Cut(file, length);
        work.Size = length;
        return true;
    }

    private bool Sync(FileWork work, string path)
    {
        if (Disk.Find(path) is not { } file) return Fail(work, FileFault.NotFound);
        if (SyncFails()) return Fail(work, FileFault.Other);
        file.Sync();
        Disk.SyncNames();
        work.Size = file.Length;
        return true;
    }

    private bool Rename(FileWork work, string path, int step)
    {
        if (step == 0)
        {
            if (Disk.Find(path) is null) return Fail(work, FileFault.NotFound);
            Disk.Rename(path, process.Absolute(work.OtherPath));
            return false;
        }

        if (SyncFails()) return Fail(work, FileFault.Other);
        Disk.SyncNames();
        Disk.Kept(process.Absolute(work.OtherPath));
        return true;
    }

    private bool Read(FileWork work, string path)
    {
        if (Disk.Find(path) is not { } file) return Fail(work, FileFault.NotFound);
        int from = (int)Math.Min(work.Offset, file.Length);
        work.Result = file.Bytes.Slice(from, Math.Min(work.MaxBytes, file.Length - from)).ToArray();
        work.Size = file.Length;
        return true;
    }

    private bool Lock(FileWork work, string path)
    {
        if (Disk.Find(path) is null) Disk.Make(path);
        return Disk.Lock(path, process) || Fail(work, FileFault.Locked);
    }

    private bool SyncFails()
    {
        if (Disk.SyncErrorPermille == 0 || world.ChanceOfDisks.Below(1000) >= Disk.SyncErrorPermille) return false;
        world.Counters.Count(Counter.SyncErrors);
        return true;
    }

    private static bool Fail(FileWork work, FileFault fault)
    {
        work.Fault = fault;
        work.Error = fault switch
        {
            FileFault.NotFound => "No such file or directory",
            FileFault.Locked => "Resource temporarily unavailable",
            FileFault.NoSpace => "No space left on device",
            _ => "Input/output error",
        };
        return true;
    }

    /// <summary>The step under way when the process or the machine died: a write has put down some of its bytes.</summary>
    private void Tear(FileWork work, int step)
    {
        if (work.Verb == FileVerb.Replace) world.Counters.Count(Counter.InterruptedReplaces);
        bool writes = work.Verb == FileVerb.Append || (work.Verb == FileVerb.Replace && step == 0);
        if (!writes || work.Bytes.Length == 0) return;
        string path = process.Absolute(work.Path);
        DiskFile file = work.Verb == FileVerb.Replace ? Disk.Make(Beside(path)) : Disk.Find(path) ?? Disk.Make(path);
        Disk.Append(file, work.Bytes.Span[..world.ChanceOfDisks.Below(work.Bytes.Length + 1)]);
        world.Counters.Count(Counter.TornWrites);
    }
}
