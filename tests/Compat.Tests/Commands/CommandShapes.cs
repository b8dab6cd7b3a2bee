using System;
using System.Collections.Generic;
using Hexad.Core;

namespace Hexad.Compat.Tests.Commands;

/// <summary>
/// Makes commands by chance out of shapes. In a shape a letter stands for one of a list (K a key, I an integer, V a value,
/// and so on: see below); <c>x|y</c> for one of the words, of which <c>_</c> is none; <c>{2 V}</c> for one to so many
/// repetitions; anything else for itself.
/// </summary>
internal static class CommandShapes
{
    private static readonly string[] Keys = ["a", "b", "c", "d{x}", ""];

    private static readonly string[] Integers =
    [
        "0", "1", "-1", "2", "5", "10", "-10", "100", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "abc", "", " 1", "1.5", "-0", "+1", "01", "1e3",
    ];

    private static readonly string[] Values =
    [
        "", "x", "hello", "12", "-7", "3.14", "1e5", "0", "foobar", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "\u00ff\0\u0080", "9223372036854775807", "  9", "inf", "nan", "0x1f", "5.0e3", ".5",
    ];

    private static readonly string[] Members = ["a", "b", "c", "1", "2", "-3", "77", "", "4000000000", "member of some length", "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm", "\u00ff\0"];

    // Scores of which 7.0 and 7.2 write the same digits.
    private static readonly string[] Scores = ["0", "1", "-1", "2.5", "3", "1e3", "0.125", "inf", "-inf", "nan", "x", "123456", "100000", "-0", "-0.0"];

    private static readonly string[] Bounds = ["0", "1", "(1", "-inf", "+inf", "(2.5", "100", "-1", "x", "(x", "3"];

    private static readonly string[] Lexes = ["-", "+", "[a", "(a", "[b", "(c", "[", "a", "[zz"];

    private static readonly string[] Patterns = ["*", "a", "[ab]", "?", "x*", "*\\", "[^a]", "h?llo", ""];

    private static readonly string[] Spoils = ["x", "", "-1", "WITHSCORES", "COUNT", "LIMIT", "\u00ff", "99999999999999999999", "nan", "a", "("];

    private static readonly string[] Ids = ["0", "1", "1-1", "2-0", "3-5", "5", "9", "10-1", "12-0", "20-3", "-", "+", "x", "1-x", "$", "18446744073709551615-1"];

    [ThreadStatic]
    private static Dictionary<string, string[]>? _split;

    private static Dictionary<string, string[]> Split => _split ??= [];

    /// <summary>What stands for P: payloads of values that a real server dumped.</summary>
    public static string[] Payloads { get; set; } = [""];

    /// <summary>Spoils a command: a word too few, too many, twice, or another one.</summary>
    public static string[] Spoilt(Dice dice, string[] words)
    {
        List<string> spoilt = [.. words];
        int at = 1 + dice.Below(spoilt.Count);
        switch (dice.Below(4))
        {
            case 0 when at < spoilt.Count:
                spoilt.RemoveAt(at);
                break;
            case 1:
                spoilt.Insert(Math.Min(at, spoilt.Count), One(dice, Spoils));
                break;
            case 2 when at < spoilt.Count:
                spoilt[at] = One(dice, Spoils);
                break;
            default:
                spoilt.Add(spoilt[^1]);
                break;
        }

        return [.. spoilt];
    }

    /// <summary>The words of one command of this shape.</summary>
    public static string[] Words(Dice dice, string shape)
    {
        var words = new List<string>();
        if (!Split.TryGetValue(shape, out string[]? parts)) Split[shape] = parts = shape.Split(' ');
        for (int i = 0; i < parts.Length; i++)
        {
            if (!parts[i].StartsWith('{'))
            {
                Add(dice, parts[i], words);
                continue;
            }

            int end = Array.FindIndex(parts, i, part => part.EndsWith('}'));
            int times = 1 + dice.Below(parts[i][1] - '0');
            for (int time = 0; time < times; time++)
            {
                for (int j = i + 1; j <= end; j++) Add(dice, parts[j].TrimEnd('}'), words);
            }

            i = end;
        }

        return [.. words];
    }

    private static void Add(Dice dice, string part, List<string> words)
    {
        string word = part switch
        {
            "K" => One(dice, Keys),
            "I" => One(dice, Integers),
            "J" => One(dice, ["0", "1", "2", "3", "5", "-1", "-2", "-100", "100", "x"]),
            "N" => One(dice, ["0", "1", "-1", "7", "300", "-300", "9223372036854775807", "x"]),
            "V" => One(dice, Values),
            "E" => One(dice, Members),
            "S" => One(dice, Scores),
            "F" => One(dice, Bounds),
            "L" => One(dice, Lexes),
            "X" => One(dice, Ids),
            "Y" => One(dice, Ids) is var id && id == "+" ? "5" : id, // To XREAD + is the last entry since 7.4.
            "T" => One(dice, ["100000", "0", "-1", "abc", "9223372036854775807", "99999999999"]),
            "M" => One(dice, ["33177117420000", "-5", "x"]),
            "P" => One(dice, Payloads),
            "W" => One(dice, Patterns),
            "B" => One(dice, ["0", "3", "7", "100", "199", "-1", "x", "4294967296"]),
            "D" => One(dice, ["0", "1", "2", "16", "-1", "x", "99999999999"]),
            _ when part.Contains('|', StringComparison.Ordinal) => One(dice, part.Split('|')),
            _ => part,
        };
        if (word != "_") words.Add(word);
    }

    private static string One(Dice dice, string[] of) => of[dice.Below(of.Length)];
}
