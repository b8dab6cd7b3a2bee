// One run of the fuzzer over one target.
//
//   seeds ─▶ corpus ─▶ mutate ─▶ run ─▶ reached something new? ─▶ into the corpus
//                                  └──▶ threw, or took long?   ─▶ a finding: written down, with its seed
//
// "Something new" needs instrumented assemblies (see Instrumentation); the bounded tests do without, and mutate the seeds alone.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using Hexad.Core;
using Hexad.Fuzz.Targets;
using Trace = SharpFuzz.Common.Trace;

namespace Hexad.Fuzz;

/// <summary>What a run came to.</summary>
internal sealed record Findings(long Runs, int Corpus, int Places, IReadOnlyList<(byte[] Input, string What)> Bad);

/// <summary>One run.</summary>
internal sealed unsafe class Campaign(FuzzTarget target, ulong seed)
{
    private const int MapBytes = 1 << 16;
    private const int LongMs = 2_000;
    private const int MostFindings = 10;
    private readonly Mutator _mutator = new(new Dice(seed));
    private readonly List<byte[]> _corpus = [];
    private readonly List<(byte[] Input, string What)> _bad = [];
    private readonly HashSet<string> _known = [];
    private readonly byte[] _seen = new byte[MapBytes];
    private int _places;

    /// <summary>Told of each input that reached something new.</summary>
    public Action<byte[]>? WhenNew { get; init; }

    /// <summary>Told of each input before it is run: what is left when the process is ended by the system.</summary>
    public Action<byte[]>? AtHand { get; init; }

    /// <summary>Told of each finding: the input, and what happened.</summary>
    public Action<byte[], string>? WhenBad { get; init; }

    /// <summary>Told about once a minute how far it is.</summary>
    public Action<Findings>? WhenMinute { get; init; }

    /// <summary>Runs the seeds, and then mutations until the limit of runs or of time is reached.</summary>
    public Findings Run(long mostRuns, TimeSpan limit)
    {
        byte[] map = GC.AllocateArray<byte>(MapBytes, pinned: true);
        fixed (byte* place = map)
        {
            Trace.SharedMem = place;
            var watch = Stopwatch.StartNew();
            long runs = 0;
            foreach (byte[] input in target.Seeds())
            {
                Try(input, map);
                _corpus.Add(input);
                runs++;
            }

            if (_corpus.Count == 0) _corpus.Add([]);
            TimeSpan told = TimeSpan.Zero;
            for (; runs < mostRuns && watch.Elapsed < limit && _bad.Count < MostFindings; runs++)
            {
                if (watch.Elapsed - told > TimeSpan.FromMinutes(1))
                {
                    told = watch.Elapsed;
                    WhenMinute?.Invoke(new Findings(runs, _corpus.Count, _places, _bad));
                }

                byte[] input = _mutator.Next(_corpus);
                if (!Try(input, map)) continue;
                _corpus.Add(input);
                WhenNew?.Invoke(input);
            }

            (target as IDisposable)?.Dispose();
            return new Findings(runs, _corpus.Count, _places, _bad);
        }
    }

    /// <summary>Of some inputs those that reach a place which the seeds and the shorter ones do not, shortest first.</summary>
    public List<byte[]> Distinct(List<byte[]> inputs)
    {
        var kept = new List<byte[]>();
        byte[] map = GC.AllocateArray<byte>(MapBytes, pinned: true);
        inputs.Sort((a, b) => a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.AsSpan().SequenceCompareTo(b));
        fixed (byte* place = map) Trace.SharedMem = place;
        foreach (byte[] seed in target.Seeds()) Try(seed, map);
        foreach (byte[] input in inputs)
        {
            int before = _places;
            Try(input, map);
            if (_places > before) kept.Add(input);
        }

        return kept;
    }

    private bool Try(byte[] input, byte[] map)
    {
        Array.Clear(map);
        Trace.PrevLocation = 0;
        AtHand?.Invoke(input);
        // Time of the processor: how busy the machine is otherwise is not the input's fault.
        TimeSpan before = Environment.CpuUsage.TotalTime;
        try
        {
            target.Run(input);
            double tookMs = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
            if (tookMs > LongMs) Note(input, $"took {tookMs} ms", "slow");
        }
        catch (Exception e) when (e is not OutOfMemoryException || input.Length < Mutator.LongestInput)
        {
            string[] lines = e.StackTrace?.Split('\n') ?? [""];
            Note(input, e.ToString(), e.GetType().Name + lines[0]);
            (target as IDisposable)?.Dispose();
        }

        return IsNew(map);
    }

    // The same fault at the same place is one finding.
    private void Note(byte[] input, string what, string place)
    {
        if (!_known.Add(place)) return;
        _bad.Add((input, what));
        WhenBad?.Invoke(input, what);
    }

    // As AFL: a place is new when it was passed a number of times of another order than ever before.
    private bool IsNew(byte[] map)
    {
        bool isNew = false;
        for (int i = 0; i < map.Length; i++)
        {
            if (map[i] == 0) continue;
            byte order = (byte)(1 << Math.Min(7, BitOperations32(map[i])));
            if ((_seen[i] & order) != 0) continue;
            if (_seen[i] == 0) _places++;
            _seen[i] |= order;
            isNew = true;
        }

        return isNew;
    }

    private static int BitOperations32(byte count) => System.Numerics.BitOperations.Log2(count);
}
