using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Fuzz.Naive;
using Hexad.Memory;
using Hexad.Structures;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Listpacks: one that the check takes is what a naive reader reads, can be walked both ways, searched and changed as a
/// list of strings can, and nothing beside it is read.
///
/// <code>
/// input    form u8 (odd: the rest is a whole pack) | count u16 | entries
/// </code>
/// </summary>
internal sealed class ListpackTarget : FuzzTarget
{
    private const int HeadBytes = 3;
    private readonly FencedBytes _fence = new(128 * 1024);
    private readonly byte[] _digits = new byte[DecimalText.LongestBytes];

    public override string Name => "listpack";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes) return;
        byte[] pack = (bytes[0] & 1) != 0 ? bytes[1..].ToArray() : NaiveListpack.Wrap(bytes[HeadBytes..], BitConverter.ToUInt16(bytes[1..]));
        List<NaiveElement>? elements = NaiveListpack.Read(pack);
        var dice = DiceOf(bytes);
        bool isSound = Listpack.Validate(_fence.Place(pack, atEnd: dice.Below(2) == 0), out int count);
        Must(isSound == elements is not null, "the check and the naive reader disagree");
        if (elements is null) return;
        Must(count == elements.Count, "the check counts otherwise than the naive reader");
        List<byte[]> texts = NaiveListpack.Texts(elements);
        Look(pack, texts, dice);
        Change(pack, texts, dice);
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        string[][] packs =
        [
            [], ["a", "b", "c"], ["1", "-1", "4095", "-4096", "32767", "-32768"], ["8388607", "2147483647", "9223372036854775807", "-9223372036854775808"],
            ["field", "12", "other", new string('v', 70)], [new string('x', 300), "", new string('y', 5000)],
        ];
        foreach (string[] texts in packs)
        {
            using var memory = new SlabAllocator();
            Blob pack = Listpack.Create(memory);
            foreach (string text in texts) Listpack.Append(memory, ref pack, Encoding.ASCII.GetBytes(text));
            yield return [1, .. pack.Bytes];
            yield return [0, .. pack.Bytes[4..^1]];
            pack.Free(memory);
        }
    }

    private void Look(byte[] bytes, List<byte[]> texts, Dice dice)
    {
        ReadOnlySpan<byte> pack = _fence.Place(bytes, atEnd: dice.Below(2) == 0);
        Must(Listpack.Count(pack) == texts.Count && Listpack.IsEmpty(pack) == (texts.Count == 0), "it is counted otherwise");
        var offsets = new List<int>();
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at)) offsets.Add(at);
        Must(offsets.Count == texts.Count, "forwards there are more or fewer elements");
        for (int i = 0; i < texts.Count; i++)
        {
            Must(Listpack.Read(pack, offsets[i], out int next).WriteText(_digits).SequenceEqual(texts[i]), "an element has another text");
            Must(next == (i + 1 < texts.Count ? offsets[i + 1] : Listpack.None), "the next element stands elsewhere");
        }

        int index = texts.Count - 1;
        for (int at = Listpack.Last(pack); at != Listpack.None; at = Listpack.Previous(pack, at), index--)
            Must(index >= 0 && at == offsets[index], "backwards it is another pack");
        Must(index == -1, "backwards there are fewer elements");
        for (int i = 0; i < 6; i++)
        {
            int place = dice.Below(2 * texts.Count + 3) - texts.Count - 1;
            int wanted = place < 0 ? place + texts.Count : place;
            Must(Listpack.Seek(pack, place) == (wanted >= 0 && wanted < texts.Count ? offsets[wanted] : Listpack.None), "an index leads elsewhere");
            Find(pack, texts, offsets, dice);
        }
    }

    private static void Find(ReadOnlySpan<byte> pack, List<byte[]> texts, List<int> offsets, Dice dice)
    {
        byte[] text = Text(texts, dice);
        int from = dice.Below(texts.Count + 1), skip = dice.Below(3);
        int found = Listpack.Find(pack, from < texts.Count ? offsets[from] : Listpack.None, text, skip);
        int expected = Listpack.None;
        for (int i = from; i < texts.Count && expected == Listpack.None; i += skip + 1)
            if (texts[i].AsSpan().SequenceEqual(text)) expected = offsets[i];
        Must(found == expected, "another element is found");
        int most = 1 + dice.Below(4);
        bool fromTail = dice.Below(2) == 0;
        var all = new List<int>();
        for (int i = 0; i < texts.Count; i++)
            if (texts[i].AsSpan().SequenceEqual(text)) all.Add(offsets[i]);
        if (all.Count > most) all = fromTail ? all.GetRange(all.Count - most, most) : all.GetRange(0, most);
        Must(Listpack.FindAll(pack, text, fromTail, most, new int[texts.Count + 1]).SequenceEqual(all.ToArray()), "other elements are found");
    }

    private void Change(byte[] bytes, List<byte[]> texts, Dice dice)
    {
        using var memory = new SlabAllocator();
        Blob pack = Blob.Of(memory, bytes);
        int changes = texts.Count > 1000 ? 2 : 8;
        for (int i = 0; i < changes; i++)
        {
            ChangeOnce(memory, ref pack, texts, dice);
            Must(Listpack.Validate(_fence.Place(pack.Bytes, atEnd: i % 2 == 0)), "a change breaks it");
            Look(pack.Bytes.ToArray(), texts, dice);
        }

        pack.Free(memory);
        Must(memory.UsedBytes == 0, "memory is lost");
    }

    private static void ChangeOnce(SlabAllocator memory, ref Blob pack, List<byte[]> texts, Dice dice)
    {
        byte[] text = Text(texts, dice);
        int index = texts.Count == 0 ? -1 : dice.Below(texts.Count), at = index < 0 ? Listpack.None : Listpack.Seek(pack.Bytes, index);
        switch (index < 0 ? dice.Below(2) : dice.Below(10))
        {
            case 0:
                Listpack.Append(memory, ref pack, text);
                texts.Add(text);
                break;
            case 1:
                Listpack.Prepend(memory, ref pack, text);
                texts.Insert(0, text);
                break;
            case 2:
                Listpack.InsertBefore(memory, ref pack, at, text);
                texts.Insert(index, text);
                break;
            case 3:
                Listpack.InsertAfter(memory, ref pack, at, text);
                texts.Insert(index + 1, text);
                break;
            case 4:
                Listpack.Replace(memory, ref pack, at, text);
                texts[index] = text;
                break;
            case 5:
                Listpack.Delete(memory, ref pack, at);
                texts.RemoveAt(index);
                break;
            case 6:
                int run = dice.Below(5);
                Listpack.DeleteRun(memory, ref pack, at, run);
                texts.RemoveRange(index, Math.Min(run, texts.Count - index));
                break;
            case 7:
                int count = dice.Below(5);
                Listpack.DeleteRange(memory, ref pack, dice.Below(2) == 0 ? index : index - texts.Count, count);
                texts.RemoveRange(index, Math.Min(count, texts.Count - index));
                break;
            case 8:
                Blob second = Listpack.Split(memory, ref pack, at, index);
                Listpack.Merge(memory, ref pack, ref second);
                break;
            default:
                Span<int> pair = [at, Listpack.Seek(pack.Bytes, texts.Count - 1)];
                bool isLast = index == texts.Count - 1;
                Listpack.DeleteAll(memory, ref pack, isLast ? pair[..1] : pair);
                texts.RemoveAt(texts.Count - 1);
                if (!isLast) texts.RemoveAt(index);
                break;
        }
    }

    private static byte[] Text(List<byte[]> texts, Dice dice) => dice.Below(8) switch
    {
        0 => Encoding.ASCII.GetBytes(((long)dice.Next()).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        1 => Encoding.ASCII.GetBytes(new string('z', dice.Below(200))),
        2 => "12"u8.ToArray(),
        _ => texts.Count == 0 ? [] : texts[dice.Below(texts.Count)],
    };
}
