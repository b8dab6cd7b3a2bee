using System;
using System.Buffers.Binary;
using System.Globalization;
using Hexad.Core;

namespace Hexad.Commands;

/// <summary>What PFSELFTEST does: registers keep what they are given, and estimates of both forms agree and are near the truth.</summary>
internal static class SketchSelfTest
{
    private const int RegisterRounds = 100;
    private const int Elements = 1_000_000;

    /// <summary>What went wrong, or nothing.</summary>
    public static string? Run(Dice dice, long mostSparseBytes) => TestRegisters(dice) ?? TestEstimates(dice, mostSparseBytes);

    private static string? TestRegisters(Dice dice)
    {
        var dense = new byte[HyperLogLog.DenseBytes];
        var expected = new byte[HyperLogLog.Registers];
        HyperLogLog.WriteHeader(dense, dense: true);
        for (int round = 0; round < RegisterRounds; round++)
        {
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = (byte)dice.Below(HyperLogLog.GreatestRegister + 1);
                HyperLogLog.SetRegister(dense, i, expected[i]);
            }

            for (int i = 0; i < expected.Length; i++)
            {
                int found = HyperLogLog.RegisterAt(dense, i);
                if (found != expected[i]) return string.Create(CultureInfo.InvariantCulture, $"Register {i} should be {expected[i]} but is {found}");
            }
        }

        return null;
    }

    private static string? TestEstimates(Dice dice, long mostSparseBytes)
    {
        var dense = new byte[HyperLogLog.DenseBytes];
        HyperLogLog.WriteHeader(dense, dense: true);
        var bench = new SketchBench();
        bench.LoadEmpty();
        ulong seed = dice.Next();
        Span<byte> element = stackalloc byte[sizeof(ulong)];
        int checkpoint = 1;
        for (int i = 1; i <= Elements; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(element, (ulong)i ^ seed);
            (int register, int value) = HyperLogLog.PlaceOf(element);
            if (HyperLogLog.RegisterAt(dense, register) < value) HyperLogLog.SetRegister(dense, register, value);
            bench.Raise(register, value, mostSparseBytes);
            if (i != checkpoint) continue;
            if (i < mostSparseBytes / 2 && HyperLogLog.IsDense(bench.Sketch)) return "sparse encoding not used";
            if (Fault(dense, bench, i) is { } fault) return fault;
            checkpoint *= 10;
        }

        return null;
    }

    private static string? Fault(byte[] dense, SketchBench bench, int elements)
    {
        const int MostStandardErrors = 6;
        if (!HyperLogLog.TryCount(dense, out ulong count) || !HyperLogLog.TryCount(bench.Sketch, out ulong same) || count != same) return "dense/sparse disagree";
        double standardError = 1.04 / Math.Sqrt(HyperLogLog.Registers);
        double allowed = elements == 10 ? 1 : Math.Ceiling(standardError * MostStandardErrors * elements);
        double error = Math.Abs((double)count - elements);
        return error <= allowed ? null : string.Create(CultureInfo.InvariantCulture, $"Too big error. card:{elements} abserr:{error}");
    }
}
