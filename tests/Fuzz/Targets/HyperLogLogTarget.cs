using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Strings of any bytes as HyperLogLogs: one that a naive reader finds damaged is refused wherever its registers are
/// needed, and of all others the registers are those that it reads.
///
/// <code>
/// input    form u8 | rest      form 0: the rest is the whole string; 1: registers of a sparse sketch; 2: the same, the missing ones added; 3: those of a dense one
/// </code>
/// </summary>
internal sealed class HyperLogLogTarget : NodeTarget
{
    private const int HeaderBytes = 16, Registers = 16384, DenseBytes = HeaderBytes + Registers * 6 / 8;
    private static readonly byte[] Key = "key"u8.ToArray();

    public override string Name => "hll";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        byte[] sketch = Made(bytes[0] % 4, bytes[1..]);
        var dice = DiceOf(bytes);
        QuietNode node = Empty(dice);
        node.Run("SET"u8.ToArray(), Key, sketch);
        byte[]? registers = Read(sketch);
        Must(registers is null || IsSketch(sketch), "the naive reader contradicts itself");
        Look(node, sketch, registers);
        if (registers is not null) Change(node, registers, dice);
        else if (IsSketch(sketch)) node.Run("PFADD"u8.ToArray(), Key, "a"u8.ToArray(), "b"u8.ToArray());
        new ValueUse(node, dice).Run(4);
        Finish(node);
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        var node = new QuietNode();
        foreach (string most in (string[])["3000", "0"])
        {
            node.Run("CONFIG"u8.ToArray(), "SET"u8.ToArray(), "hll-sparse-max-bytes"u8.ToArray(), Encoding.ASCII.GetBytes(most));
            foreach (string line in (string[])["PFADD k a", "PFADD k a b c d e f g h", "PFADD k " + string.Join(' ', System.Linq.Enumerable.Range(0, 200))])
            {
                node.Run("DEL"u8.ToArray(), "k"u8.ToArray());
                node.Run(Array.ConvertAll(line.Split(' '), Encoding.ASCII.GetBytes));
                byte[] sketch = Replies.Bulk(node.Run("GET"u8.ToArray(), "k"u8.ToArray()));
                yield return [0, .. sketch];
                yield return [(byte)(sketch.Length == DenseBytes ? 3 : 1), .. sketch[HeaderBytes..]];
            }
        }

        node.Node.Dispose();
        yield return [2, 0x80, 0xFF, 0x7F, 0xFF, 0x00, 0x85, 0x85];
        yield return [2, 0x7F, 0xFF];
    }

    private static byte[] Made(int form, ReadOnlySpan<byte> rest)
    {
        if (form == 0) return rest.ToArray();
        byte[] header = [(byte)'H', (byte)'Y', (byte)'L', (byte)'L', (byte)(form == 3 ? 0 : 1), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];
        if (form == 3)
        {
            byte[] dense = new byte[DenseBytes];
            header.CopyTo(dense, 0);
            rest[..Math.Min(rest.Length, DenseBytes - HeaderBytes)].CopyTo(dense.AsSpan(HeaderBytes));
            return dense;
        }

        List<byte> sparse = [.. header, .. rest];
        if (form == 2)
        {
            int missing = Registers - Runs(rest, null);
            if (missing > 0) sparse.AddRange([(byte)(0x40 | (missing - 1) >> 8), (byte)(missing - 1)]);
        }

        return [.. sparse];
    }

    private static bool IsSketch(byte[] sketch) =>
        sketch.Length >= HeaderBytes && sketch.AsSpan().StartsWith("HYLL"u8) && (sketch[4] == 1 || (sketch[4] == 0 && sketch.Length == DenseBytes));

    // The registers, one byte each; null when the string is no sketch or a damaged one.
    private static byte[]? Read(byte[] sketch)
    {
        if (!IsSketch(sketch)) return null;
        byte[] registers = new byte[Registers];
        if (sketch[4] == 1) return Runs(sketch.AsSpan(HeaderBytes), registers) == Registers ? registers : null;
        for (int i = 0; i < Registers; i++)
        {
            int at = HeaderBytes + i * 6 / 8, next = Math.Min(at + 1, sketch.Length - 1);
            registers[i] = (byte)((sketch[at] | sketch[next] << 8) >> i * 6 % 8 & 63);
        }

        return registers;
    }

    // How many registers the runs have, of which as many as there is room for are written; a cut off run makes it too many.
    private static int Runs(ReadOnlySpan<byte> runs, byte[]? registers)
    {
        long next = 0;
        for (int at = 0; at < runs.Length; at++)
        {
            byte head = runs[at], value = 0;
            int length = (head & 63) + 1;
            if (head >= 0x80)
            {
                value = (byte)((head >> 2 & 31) + 1);
                length = (head & 3) + 1;
            }
            else if (head >= 0x40)
            {
                if (++at == runs.Length) return int.MaxValue;
                length = ((head & 63) << 8 | runs[at]) + 1;
            }

            for (int i = 0; i < length; i++, next++)
                if (registers is not null && next < Registers) registers[next] = value;
        }

        return (int)Math.Min(next, int.MaxValue);
    }

    private static void Look(QuietNode node, byte[] sketch, byte[]? registers)
    {
        bool isCounted = IsSketch(sketch) && (sketch[15] & 0x80) == 0;
        Must(Replies.IsError(Call(node, "PFCOUNT key")) == (registers is null && !isCounted), "a damaged sketch is counted, or a good one is not");
        Must(Replies.IsError(Call(node, "PFCOUNT key none")) == registers is null, "a damaged sketch is counted with another, or a good one is not");
        Must(Replies.IsError(Call(node, "PFMERGE other key")) == registers is null, "a damaged sketch is merged, or a good one is not");
        _ = Replies.Flat(Call(node, "PFDEBUG DECODE key"));
        _ = Replies.Flat(Call(node, "PFDEBUG ENCODING key"));
        if (registers is not null) Must(ReadKey(node, "other").AsSpan().SequenceEqual(registers), "merged it has other registers");
    }

    private static void Change(QuietNode node, byte[] registers, Dice dice)
    {
        for (int i = 0; i < 2; i++)
        {
            byte[][] added = new byte[1 + dice.Below(6)][];
            for (int j = 0; j < added.Length; j++) added[j] = BitConverter.GetBytes(dice.Next());
            byte[] reply = node.Run(["PFADD"u8.ToArray(), Key, .. added]);
            byte[] after = ReadKey(node, "key");
            int raised = 0;
            for (int j = 0; j < Registers; j++)
            {
                Must(after[j] >= registers[j], "a register falls");
                if (after[j] > registers[j]) raised++;
            }

            Must(raised <= added.Length && (raised > 0) == Replies.Is(reply, ":1\r\n"), "more registers rise than elements are added, or the reply says otherwise");
            registers = after;
        }

        Must(!Replies.IsError(Call(node, "PFMERGE other key")) && !Replies.IsError(Call(node, "PFDEBUG TODENSE key")), "a changed sketch is damaged");
        Must(ReadKey(node, "key").AsSpan().SequenceEqual(registers), "in the dense form it has other registers");
        Must(Call(node, "PFCOUNT key").AsSpan().SequenceEqual(Call(node, "PFCOUNT key none")), "it is counted otherwise alone");
    }

    private static byte[] ReadKey(QuietNode node, string key)
    {
        byte[]? registers = Read(Replies.Bulk(node.Run("GET"u8.ToArray(), Encoding.ASCII.GetBytes(key))));
        Must(registers is not null, "what we write is damaged");
        return registers!;
    }

    private static byte[] Call(QuietNode node, string line) => node.Run(Array.ConvertAll(line.Split(' '), Encoding.ASCII.GetBytes));
}
