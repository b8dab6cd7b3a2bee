using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Hexad.Core;
using Hexad.Fuzz.Naive;
using Hexad.Structures;

namespace Hexad.Fuzz.Targets;

/// <summary>
/// Streams in all forms, and single nodes of them: a node that is taken holds the entries that a naive reader reads; a
/// whole stream that is taken can be read both ways, and each change does what it does to a list of entries.
///
/// <code>
/// input    form u8 | rest     form 0: the id of a node as 16 bytes and its listpack; 1 to 3: a stream as types 15, 19 and 21 have it
/// </code>
/// </summary>
internal sealed class StreamTarget : NodeTarget
{
    private const int PackHeadBytes = StreamId.Bytes;
    private static readonly byte[] Codes = [0, 15, 19, 21];
    private readonly FencedBytes _fence = new(128 * 1024);
    private readonly byte[] _digits = new byte[DecimalText.LongestBytes];

    public override string Name => "stream";

    public override void Run(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        var dice = DiceOf(bytes);
        int form = bytes[0] % Codes.Length;
        if (form == 0)
        {
            Pack(bytes[1..], dice);
            return;
        }

        QuietNode node = Empty(dice);
        if (!Restore(node, Payload(Codes[form], bytes[1..]))) return;
        node.Node.Databases.Validate();
        Change(node, dice);
        new ValueUse(node, dice).Run(12);
        Finish(node);
    }

    protected override IEnumerable<byte[]> OwnSeeds()
    {
        foreach (byte[] dump in RecordedDumps())
            if (Array.IndexOf(Codes, dump[0], 1) is > 0 and var form) yield return [(byte)form, .. dump[1..^10]];
        var node = new QuietNode();
        string[][] streams =
        [
            ["XADD k 1-1 a b"], ["XADD k 1-1 a b", "XADD k 1-2 a c", "XADD k 2-1 x y z 12"],
            ["XADD k 1-1 a b", "XADD k 5-0 a c", "XDEL k 1-1", "XGROUP CREATE k g 0", "XGROUP CREATE k h 5", "XREADGROUP GROUP g c STREAMS k >", "XGROUP CREATECONSUMER k g d"],
        ];
        foreach (string[] lines in streams)
        {
            byte[] value = Dumped(node, lines)[1..^10];
            yield return [2, .. value];
            // One pack: its id as a string of 16, and the listpack as one that is shorter than 64 bytes or longer.
            int head = value[18] < 64 ? 19 : 20;
            int length = value[18] < 64 ? value[18] : (value[18] & 63) << 8 | value[19];
            if (value[0] == 1 && value[1] == 16 && value[18] < 0x80) yield return [0, .. value[2..18], .. value[head..(head + length)][4..^1]];
        }

        node.Node.Dispose();
    }

    // The length and the end of the listpack are put right, its other bytes are the input's.
    private void Pack(ReadOnlySpan<byte> bytes, Dice dice)
    {
        if (bytes.Length < PackHeadBytes + 2) return;
        StreamId id = StreamId.ReadBigEndian(bytes);
        byte[] pack = NaiveListpack.Wrap(bytes[(PackHeadBytes + 2)..], BitConverter.ToUInt16(bytes[PackHeadBytes..]));
        ReadOnlySpan<byte> fenced = _fence.Place(pack, atEnd: dice.Below(2) == 0);
        List<NaiveEntry>? entries = NaiveStreamPack.Read(pack, id);
        bool isSound = StreamTree.IsSound(fenced, id, out long live, out StreamId last);
        Must(isSound == entries is not null, "the check and the naive reader disagree");
        if (entries is null) return;
        Must(live == entries.Count && (live == 0 || last == entries[^1].Id), "the check counts otherwise");
        var reader = new StreamPackReader(id, fenced);
        foreach (NaiveEntry entry in entries)
        {
            Must(reader.MoveNext() && reader.Id == entry.Id && reader.FieldCount * 2 == entry.Words.Count, "it has another entry");
            for (int i = 0; i < entry.Words.Count; i += 2)
            {
                reader.ReadField(out ListpackElement field, out ListpackElement value);
                Must(field.WriteText(_digits).SequenceEqual(entry.Words[i]), "it has another field");
                Must(value.WriteText(_digits).SequenceEqual(entry.Words[i + 1]), "it has another value");
            }
        }

        Must(!reader.MoveNext(), "it has more entries");
    }

    private static void Change(QuietNode node, Dice dice)
    {
        List<string> twin = Entries(node);
        Must(Replies.Integer(Call(node, "XLEN key")) == twin.Count, "it is counted otherwise");
        if (twin.Count > 2000) return;
        for (int i = 0; i < 6; i++)
        {
            switch (dice.Below(4))
            {
                case 0 when twin.Count > 0:
                    int index = dice.Below(twin.Count);
                    Must(Replies.Is(Call(node, "XDEL key " + IdOf(twin[index])), ":1\r\n"), "an entry cannot be deleted");
                    twin.RemoveAt(index);
                    break;
                case 1:
                    int kept = dice.Below(twin.Count + 2);
                    int removed = Math.Max(0, twin.Count - kept);
                    Must(Replies.Integer(Call(node, "XTRIM key MAXLEN " + kept.ToString(CultureInfo.InvariantCulture))) == removed, "more or fewer entries are trimmed");
                    twin.RemoveRange(0, removed);
                    break;
                case 2 when twin.Count > 0:
                    int from = dice.Below(twin.Count), to = dice.Below(twin.Count);
                    byte[] range = Call(node, $"XRANGE key {IdOf(twin[from])} {IdOf(twin[to])}");
                    Must(Texts(range).Count == Math.Max(0, to - from + 1), "a range has more or fewer entries");
                    break;
                default:
                    byte[] reply = Call(node, "XADD key * field " + new string('v', dice.Below(40)));
                    if (Replies.IsError(reply)) break; // After the last id there is none.
                    twin.Add(Texts(Call(node, "XREVRANGE key + - COUNT 1"))[0]);
                    Must(IdOf(twin[^1]) == Encoding.ASCII.GetString(Replies.Bulk(reply)), "the newest entry is another");
                    break;
            }

            List<string> now = Entries(node);
            Must(now.Count == twin.Count, "a change makes more or fewer entries");
            for (int j = 0; j < now.Count; j++) Must(now[j] == twin[j], "a change makes other entries");
        }

        node.Node.Databases.Validate();
    }

    // Both ways, which must give the same.
    private static List<string> Entries(QuietNode node)
    {
        List<string> forwards = Texts(Call(node, "XRANGE key - +")), backwards = Texts(Call(node, "XREVRANGE key + -"));
        backwards.Reverse();
        Must(forwards.Count == backwards.Count, "backwards there are more or fewer entries");
        for (int i = 0; i < forwards.Count; i++) Must(forwards[i] == backwards[i], "backwards there are other entries");
        return forwards;
    }

    private static List<string> Texts(byte[] reply) => Replies.Elements(reply).ConvertAll(Encoding.Latin1.GetString);

    private static string IdOf(string entry) => Encoding.ASCII.GetString(Replies.Flat(Encoding.Latin1.GetBytes(entry))[0]!);

    private static byte[] Call(QuietNode node, string line) => node.Run(Array.ConvertAll(line.Split(' '), Encoding.ASCII.GetBytes));
}
