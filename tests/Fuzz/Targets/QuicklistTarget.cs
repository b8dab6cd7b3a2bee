using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Core;
using Hexad.Fuzz.Naive;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Lists as chains of nodes, and the older forms of lists, hashes and sorted sets: what is taken holds what a naive
/// reader reads, and each change of a list does what it does to a list of strings.
///
/// <code>
/// input    which type number u8 | the value as RDB has it
/// </code>
/// </summary>
internal sealed class QuicklistTarget : NodeTarget
{
    private const byte Plain = 1, Nodes = 18;
    private const int MostElements = 5000;

    // Lists: elements, one ziplist, nodes of ziplists, nodes. Then a zipmap and ziplists of a sorted set and a hash.
    private static readonly byte[] Codes = [Nodes, Plain, 10, 14, 9, 12, 13, Nodes];

    public override string Name => "quicklist";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        byte code = Codes[bytes[0] % Codes.Length];
        byte[] value = bytes[1..].ToArray();
        var dice = DiceOf(bytes);
        QuietNode node = Empty(dice);
        bool taken = Restore(node, Payload(code, value));
        if (code is Plain or Nodes)
        {
            List<byte[]>? expected = NaiveRdb.List(code, value);
            Must(taken == expected is not null, "the decoder and the naive reader disagree");
            if (expected is not null) Must(Same(expected, Elements(node)), "the decoder reads other elements");
        }

        if (!taken) return;
        node.Node.Databases.Validate();
        if (code is 9 or 12 or 13) new ValueUse(node, dice).Run(10);
        else Change(node, dice);
        Finish(node);
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        foreach (byte[] dump in RecordedDumps())
            if (Array.IndexOf(Codes, dump[0]) is >= 0 and var which) yield return [(byte)which, .. dump[1..^10]];
        var node = new QuietNode();
        foreach (string size in (string[])["-2", "3", "-1"])
        {
            node.Run("CONFIG"u8.ToArray(), "SET"u8.ToArray(), "list-max-listpack-size"u8.ToArray(), Encoding.ASCII.GetBytes(size));
            yield return [0, .. Dumped(node, "RPUSH k a b 3 dddd 70000 -9 " + new string('l', 300))[1..^10]];
            yield return [0, .. Dumped(node, "RPUSH k " + string.Join(' ', Enumerable.Range(0, 300)))[1..^10]];
        }

        node.Node.Dispose();
        yield return [1, 3, 1, (byte)'a', 0xC0, 12, 2, (byte)'x', (byte)'y'];
        byte[] ziplist = [25, 0, 0, 0, 17, 0, 0, 0, 3, 0, 0, 1, (byte)'a', 3, 0xF3, 2, 0xC0, 0, 4, 4, 1, (byte)'b', 0xFF];
        ziplist[0] = (byte)ziplist.Length;
        ziplist[4] = (byte)(ziplist.Length - 4);
        foreach (byte which in (byte[])[2, 5, 6]) yield return [which, (byte)ziplist.Length, .. ziplist];
        yield return [3, 1, (byte)ziplist.Length, .. ziplist];
        byte[] zipmap = [2, 1, (byte)'f', 1, 0, (byte)'v', 2, (byte)'g', (byte)'h', 2, 1, (byte)'1', (byte)'2', 0, 0xFF];
        yield return [4, (byte)zipmap.Length, .. zipmap];
    }

    private static void Change(QuietNode node, Dice dice)
    {
        List<byte[]> twin = Elements(node);
        Must(Replies.Integer(node.Run("LLEN"u8.ToArray(), "key"u8.ToArray())) == twin.Count, "it is counted otherwise");
        if (twin.Count > MostElements) return;
        for (int i = 0; i < 9 && twin.Count > 0; i++)
        {
            Look(node, twin, dice);
            ChangeOnce(node, twin, dice);
            if (i % 3 != 2) continue;
            Must(Same(twin, Elements(node)), "a change makes another list");
            node.Node.Databases.Validate();
        }
    }

    private static void Look(QuietNode node, List<byte[]> twin, Dice dice)
    {
        int index = dice.Below(2 * twin.Count) - twin.Count;
        Must(Replies.Bulk(Call(node, "LINDEX key " + index)).AsSpan().SequenceEqual(twin[index < 0 ? index + twin.Count : index]), "an index leads to another element");
        byte[] text = twin[dice.Below(twin.Count)];
        int first = twin.FindIndex(one => one.AsSpan().SequenceEqual(text)), last = twin.FindLastIndex(one => one.AsSpan().SequenceEqual(text));
        Must(Replies.Integer(node.Run("LPOS"u8.ToArray(), "key"u8.ToArray(), text)) == first, "another element is found");
        Must(Replies.Integer(node.Run("LPOS"u8.ToArray(), "key"u8.ToArray(), text, "RANK"u8.ToArray(), "-1"u8.ToArray())) == last, "another last element is found");
    }

    private static void ChangeOnce(QuietNode node, List<byte[]> twin, Dice dice)
    {
        int index = dice.Below(twin.Count);
        byte[] place = Encoding.ASCII.GetBytes(index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        byte[] key = "key"u8.ToArray(), pivot = twin[index], text = Text(twin, dice);
        int first = twin.FindIndex(one => one.AsSpan().SequenceEqual(pivot));
        switch (dice.Below(9))
        {
            case 0:
                node.Run("LPUSH"u8.ToArray(), key, text);
                twin.Insert(0, text);
                break;
            case 1:
                node.Run("RPUSH"u8.ToArray(), key, text);
                twin.Add(text);
                break;
            case 2:
                node.Run("LSET"u8.ToArray(), key, place, text);
                twin[index] = text;
                break;
            case 3:
                node.Run("LINSERT"u8.ToArray(), key, "BEFORE"u8.ToArray(), pivot, text);
                twin.Insert(first, text);
                break;
            case 4:
                node.Run("LINSERT"u8.ToArray(), key, "AFTER"u8.ToArray(), pivot, text);
                twin.Insert(first + 1, text);
                break;
            case 5:
                node.Run("LREM"u8.ToArray(), key, "1"u8.ToArray(), pivot);
                twin.RemoveAt(first);
                break;
            case 6:
                Call(node, dice.Below(2) == 0 ? "LMOVE key key LEFT RIGHT" : "LMOVE key key RIGHT LEFT");
                byte[][] rotated = Elements(node).ToArray();
                Must(rotated.Length == twin.Count, "a list that is turned has another length");
                twin.Clear();
                twin.AddRange(rotated);
                break;
            case 7:
                int count = dice.Below(4);
                Call(node, "LPOP key " + count);
                twin.RemoveRange(0, Math.Min(count, twin.Count));
                break;
            default:
                node.Run("LTRIM"u8.ToArray(), key, "0"u8.ToArray(), place);
                twin.RemoveRange(index + 1, twin.Count - index - 1);
                break;
        }
    }

    private static byte[] Text(List<byte[]> twin, Dice dice) => dice.Below(6) switch
    {
        0 => Encoding.ASCII.GetBytes(new string('t', dice.Below(300))),
        1 => Encoding.ASCII.GetBytes(new string('u', 5000 + dice.Below(8000))),
        2 => "-70000"u8.ToArray(),
        3 => [],
        _ => twin[dice.Below(twin.Count)],
    };

    private static byte[] Call(QuietNode node, string line) => node.Run(Array.ConvertAll(line.Split(' '), Encoding.ASCII.GetBytes));

    private static List<byte[]> Elements(QuietNode node) => Replies.Flat(Call(node, "LRANGE key 0 -1")).ConvertAll(text => text!);

    private static bool Same(List<byte[]> first, List<byte[]> second) =>
        first.Count == second.Count && first.Zip(second).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
