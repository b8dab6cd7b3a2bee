using System;

namespace Hexad.Commands;

/// <summary>What came of raising a register.</summary>
internal enum SketchChange : byte
{
    None,
    Raised,
    Damaged,
}

/// <summary>
/// A place to change a sketch of either form: it is copied here, and back to its key if anything changed. The byte forms
/// are explained in <see cref="HyperLogLog"/>; the bytes that come out are those that Redis would have made.
/// </summary>
internal sealed class SketchBench
{
    private const int GreatestSparseValue = 32;
    private const int LongestValueRun = 4;
    private const int LongestShortZeros = 64;
    private const int RunsToJoin = 5;
    private byte[] _bytes = new byte[HyperLogLog.DenseBytes];

    /// <summary>The sketch as it is now.</summary>
    public Span<byte> Sketch => _bytes.AsSpan(0, Length);

    /// <summary>How many bytes it has.</summary>
    public int Length { get; private set; }

    /// <summary>Room for the registers of several sketches, one byte each.</summary>
    public byte[] Registers { get; } = new byte[HyperLogLog.Registers];

    /// <summary>Begins with a sketch to which nothing was added.</summary>
    public void LoadEmpty()
    {
        Length = HyperLogLog.HeaderBytes;
        HyperLogLog.WriteHeader(Sketch, dense: false);
        Length += WriteZeros(_bytes.AsSpan(Length), HyperLogLog.Registers);
    }

    /// <summary>Begins with a copy of a sketch.</summary>
    public void Load(ReadOnlySpan<byte> sketch)
    {
        const int Spare = 8;
        if (_bytes.Length < sketch.Length + Spare) _bytes = new byte[sketch.Length + Spare];
        sketch.CopyTo(_bytes);
        Length = sketch.Length;
    }

    /// <summary>Forgets what was large.</summary>
    public void Clear()
    {
        if (_bytes.Length > HyperLogLog.DenseBytes * 2) _bytes = new byte[HyperLogLog.DenseBytes];
        Length = 0;
    }

    /// <summary>Raises a register to a value, unless it is that high; a sparse sketch that would be longer than <paramref name="mostSparseBytes"/> becomes dense.</summary>
    public SketchChange Raise(int register, int value, long mostSparseBytes)
    {
        if (!HyperLogLog.IsDense(Sketch)) return RaiseSparse(register, value, mostSparseBytes);
        if (HyperLogLog.RegisterAt(Sketch, register) >= value) return SketchChange.None;
        HyperLogLog.SetRegister(Sketch, register, value);
        return SketchChange.Raised;
    }

    /// <summary>Gives the sketch the dense form; false if it is damaged.</summary>
    public bool TryMakeDense()
    {
        if (HyperLogLog.IsDense(Sketch)) return true;
        var dense = new byte[HyperLogLog.DenseBytes];
        Sketch[..HyperLogLog.HeaderBytes].CopyTo(dense);
        HyperLogLog.TryCachedCount(Sketch, out ulong count);
        HyperLogLog.WriteHeader(dense, dense: true);
        HyperLogLog.CacheCount(dense, count);
        var runs = new SparseRuns(Sketch[HyperLogLog.HeaderBytes..]);
        while (runs.MoveNext())
        {
            if (runs.First + runs.Length > HyperLogLog.Registers) return false;
            for (int i = 0; i < runs.Length && runs.Value > 0; i++) HyperLogLog.SetRegister(dense, runs.First + i, runs.Value);
        }

        if (!runs.IsWhole) return false;
        Load(dense);
        return true;
    }

    private SketchChange RaiseSparse(int register, int value, long mostSparseBytes)
    {
        if (value > GreatestSparseValue) return RaiseDense(register, value);
        int before = -1;
        var run = new SparseRuns(Sketch[HyperLogLog.HeaderBytes..]);
        while (true)
        {
            if (!run.MoveNext()) return SketchChange.Damaged;
            if (register < run.First + run.Length) break;
            before = run.At;
        }

        if (run.Value >= value) return SketchChange.None;
        Span<byte> parts = stackalloc byte[5];
        int length = WriteRun(parts, register - run.First, run.Value);
        length += WriteRun(parts[length..], 1, value);
        length += WriteRun(parts[length..], run.First + run.Length - 1 - register, run.Value);
        int added = length - run.Bytes;
        if (added > 0 && Length + added > mostSparseBytes) return RaiseDense(register, value);
        Put(HyperLogLog.HeaderBytes + run.At, run.Bytes, parts[..length]);
        JoinRuns(HyperLogLog.HeaderBytes + Math.Max(0, before));
        HyperLogLog.ForgetCount(Sketch);
        return SketchChange.Raised;
    }

    private SketchChange RaiseDense(int register, int value)
    {
        if (!TryMakeDense()) return SketchChange.Damaged;
        if (HyperLogLog.RegisterAt(Sketch, register) >= value) return SketchChange.None;
        HyperLogLog.SetRegister(Sketch, register, value);
        return SketchChange.Raised;
    }

    /// <summary>Joins neighbouring runs of one value where one run can hold them, looking at a few from <paramref name="at"/> on.</summary>
    private void JoinRuns(int at)
    {
        for (int looks = RunsToJoin; at < Length && looks > 0; looks--)
        {
            byte head = _bytes[at];
            if ((head & 0x80) == 0)
            {
                at += (head & 0x40) != 0 ? 2 : 1;
                continue;
            }

            if (at + 1 < Length && (_bytes[at + 1] & 0x80) != 0 && (head >> 2 & 0x1F) == (_bytes[at + 1] >> 2 & 0x1F))
            {
                int joined = (head & 3) + (_bytes[at + 1] & 3) + 2;
                if (joined <= LongestValueRun)
                {
                    Put(at, 2, [(byte)(head & ~3 | (joined - 1))]);
                    continue;
                }
            }

            at++;
        }
    }

    private void Put(int at, int removed, ReadOnlySpan<byte> bytes)
    {
        int length = Length - removed + bytes.Length;
        if (_bytes.Length < length) Array.Resize(ref _bytes, length * 2);
        _bytes.AsSpan(at + removed, Length - at - removed).CopyTo(_bytes.AsSpan(at + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(at));
        Length = length;
    }

    private static int WriteRun(Span<byte> to, int registers, int value)
    {
        if (registers == 0) return 0;
        if (value == 0) return WriteZeros(to, registers);
        to[0] = (byte)(0x80 | (value - 1) << 2 | (registers - 1));
        return 1;
    }

    private static int WriteZeros(Span<byte> to, int registers)
    {
        if (registers <= LongestShortZeros)
        {
            to[0] = (byte)(registers - 1);
            return 1;
        }

        to[0] = (byte)(0x40 | (registers - 1) >> 8);
        to[1] = (byte)(registers - 1);
        return 2;
    }
}
