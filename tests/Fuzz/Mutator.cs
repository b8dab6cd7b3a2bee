using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Fuzz;

/// <summary>Makes new inputs out of those that were worth keeping.</summary>
internal sealed class Mutator(Dice dice)
{
    /// <summary>Inputs are never longer.</summary>
    public const int LongestInput = 64 * 1024;

    private static readonly byte[][] Words =
    [
        "\r\n"u8.ToArray(), "$"u8.ToArray(), "*"u8.ToArray(), "-1"u8.ToArray(), "0"u8.ToArray(), "2147483647"u8.ToArray(), "4294967296"u8.ToArray(), "9223372036854775807"u8.ToArray(),
        [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0, 0], [0x81, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0], [0xFE, 0], [0xFA], [0xC3], [0x40, 0], "REDIS0011"u8.ToArray(),
        "\n"u8.ToArray(), " "u8.ToArray(), "\""u8.ToArray(), "myself"u8.ToArray(), "RCmb"u8.ToArray(),
    ];

    /// <summary>A new input.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        List<byte> input = [.. corpus[dice.Below(corpus.Count)]];
        int changes = 1 << dice.Below(5);
        for (int i = 0; i < changes; i++) Change(input, corpus);
        if (input.Count > LongestInput) input.RemoveRange(LongestInput, input.Count - LongestInput);
        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> corpus)
    {
        int at = dice.Below(input.Count + 1);
        bool inside = at < input.Count;
        switch (dice.Below(9))
        {
            case 0 when inside:
                input[at] ^= (byte)(1 << dice.Below(8));
                break;
            case 1 when inside:
                input[at] = (byte)dice.Below(256);
                break;
            case 2 when inside:
                input[at] += (byte)(dice.Below(35) - 17);
                break;
            case 3 when inside:
                input.RemoveRange(at, Math.Min(input.Count - at, 1 + dice.Below(dice.Below(8) == 0 ? 512 : 8)));
                break;
            case 4 when inside:
                input.InsertRange(dice.Below(input.Count + 1), input.GetRange(at, Math.Min(input.Count - at, 1 + dice.Below(64))));
                break;
            case 5:
                input.InsertRange(at, Words[dice.Below(Words.Length)]);
                break;
            case 6:
                byte[] word = Words[dice.Below(Words.Length)];
                for (int i = 0; i < word.Length && at + i < input.Count; i++) input[at + i] = word[i];
                break;
            case 7:
                byte[] other = corpus[dice.Below(corpus.Count)];
                int from = dice.Below(other.Length + 1);
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other[from..]);
                break;
            default:
                input.Insert(at, (byte)dice.Below(256));
                break;
        }
    }
}
