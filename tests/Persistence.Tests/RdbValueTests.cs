using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Hexad.Memory;
using Hexad.Persistence.Rdb;
using Hexad.Structures;
using Xunit;

namespace Hexad.Persistence.Tests;

public sealed class RdbValueTests
{
    public static TheoryData<string> Files => ["redis-7.0.15-collections", "redis-7.0.15-collections-smallenc", "redis-unstable-collections", "redis-unstable-collections-smallenc"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_collection_of_a_real_file_is_what_its_server_said(string name)
    {
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode(Bytes(name), batch));
        Dictionary<string, List<string>> read = Read(batch);
        Dictionary<string, List<string>> recorded = Recorded(name, out _);
        Assert.Equal(recorded.Keys.Order(StringComparer.Ordinal), read.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, List<string> value) in recorded) Assert.Equal(value, read[key]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_payload_of_a_real_server_is_what_its_server_said(string name)
    {
        Dictionary<string, List<string>> recorded = Recorded(name, out Dictionary<string, byte[]> dumps);
        var payload = new DumpPayload();
        foreach ((string key, byte[] dump) in dumps)
        {
            var batch = new RdbBatch();
            Assert.Equal(PayloadFault.None, payload.Read(dump, true, batch));
            Assert.Equal(recorded[key], Read(batch)[""]);
        }
    }

    [Fact]
    public void A_file_of_collections_cut_anywhere_reads_the_same()
    {
        byte[] file = Bytes("redis-7.0.15-collections");
        Dictionary<string, List<string>> recorded = Recorded("redis-7.0.15-collections", out _);
        foreach (int piece in new[] { 1, 7, 100, 4096 })
        {
            var decoder = new RdbDecoder();
            var batch = new RdbBatch();
            RdbOutcome outcome = RdbOutcome.NeedMore;
            for (int at = 0; at < file.Length; at += piece) outcome = decoder.Decode(file.AsSpan(at, Math.Min(piece, file.Length - at)), batch);
            Assert.Equal(RdbOutcome.Finished, outcome);
            Dictionary<string, List<string>> read = Read(batch);
            foreach ((string key, List<string> value) in recorded) Assert.Equal(value, read[key]);
        }
    }

    [Fact]
    public void A_large_set_comes_in_several_parts()
    {
        var file = new List<byte>([.. "REDIS0010"u8, 2, 1, (byte)'k', 0x80, 0, 3, 0x0D, 0x40]);
        for (int i = 0; i < 200_000; i++) file.AddRange([5, .. Encoding.ASCII.GetBytes(i.ToString("D5", CultureInfo.InvariantCulture)[..5])]);
        file.AddRange([0xFF, 0, 0, 0, 0, 0, 0, 0, 0]);
        var batch = new RdbBatch();
        Assert.Equal(RdbOutcome.Finished, new RdbDecoder().Decode([.. file], batch));
        Assert.InRange(batch.Count, 20, 60);
        Assert.Equal(200_000, Read(batch)["k"].Count);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_written_again_in_any_form_reads_the_same(string name)
    {
        foreach (RdbForm form in new[] { RdbForm.Lowest, RdbForm.NewestOfAll, RdbForm.Newest }) WriteAgain(name, form);
    }

    private static void WriteAgain(string name, RdbForm form)
    {
        Dictionary<string, List<string>> recorded = Recorded(name, out Dictionary<string, byte[]> dumps);
        foreach ((string key, byte[] dump) in dumps)
        {
            var first = new RdbBatch();
            Assert.Equal(PayloadFault.None, new DumpPayload().Read(dump, true, first));
            var writer = new DumpPayload { Form = form };
            bool begun = false;
            foreach (RdbRecord record in first)
            {
                if (record.Type == ObjectType.List && record.Value[0] == 0) return; // Lone elements are the loader's business.
                if (!begun) writer.Begin(record.Type, record.Encoding, record.ItemCount, record.Value);
                begun = true;
                writer.Part(record.Value);
            }

            byte[] again = writer.End().ToArray();
            var second = new RdbBatch();
            Assert.Equal(PayloadFault.None, new DumpPayload().Read(again, true, second));
            Assert.Equal(recorded[key], Read(second)[""]);
        }
    }

    [Fact]
    public void Older_forms_are_unpacked()
    {
        byte[] ziplist = [27, 0, 0, 0, 19, 0, 0, 0, 4, 0, 0, 1, (byte)'a', 3, 0xF2, 2, 1, (byte)'b', 3, 0xFE, 0xFF, 0xFF];
        ziplist[0] = (byte)ziplist.Length;
        ziplist[4] = 18;
        Assert.Equal(["a", "1", "b", "-1"], Old(10, ziplist));
        Assert.Equal(["a=1", "b=-1"], Old(13, ziplist));
        Assert.Equal(["a:1", "b:-1"], Old(12, ziplist));
        byte[] zipmap = [2, 1, (byte)'f', 2, 3, (byte)'v', (byte)'w', 0, 0, 0, 1, (byte)'g', 1, 0, (byte)'x', 0xFF];
        Assert.Equal(["f=vw", "g=x"], Old(9, zipmap));
        for (int i = 0; i < ziplist.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] bad = (byte[])ziplist.Clone();
                bad[i] = (byte)value;
                Framed(13, bad, new RdbBatch());
            }
        }
    }

    [Theory]
    [InlineData(2, new byte[] { 0 })]
    [InlineData(18, new byte[] { 0 })]
    [InlineData(20, new byte[] { 7, 7, 0, 0, 0, 0, 0, 0xFF })]
    public void A_collection_without_elements_is_refused_by_restore_and_skipped_in_a_file(byte code, byte[] value)
    {
        byte[] payload = [code, .. value, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(PayloadFault.BadFormat, new DumpPayload().Read(payload, false, new RdbBatch()));
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode([.. "REDIS0010"u8, code, 1, (byte)'k', .. value, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], batch));
        Assert.Equal((0, 1L), (batch.Count, decoder.EmptyKeys));
    }

    [Fact]
    public void Packed_values_with_a_member_twice_or_out_of_order_are_refused()
    {
        Assert.Equal(PayloadFault.None, Framed(20, Pack("a", "b"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(20, Pack("a", "a"), new RdbBatch()));
        Assert.Equal(PayloadFault.None, Framed(16, Pack("a", "b", "b", "b"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(16, Pack("a", "b", "a", "c"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(16, Pack("a", "b", "c"), new RdbBatch()));
        Assert.Equal(PayloadFault.None, Framed(17, Pack("a", "1", "b", "1.5"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(17, Pack("a", "2", "b", "1.5"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(17, Pack("a", "1", "b", "nan"), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(17, Pack("a", "1", "a", "2"), new RdbBatch()));
        string[] many = [.. Enumerable.Range(0, 100).Select(i => "m" + i)];
        Assert.Equal(PayloadFault.None, Framed(20, Pack(many), new RdbBatch()));
        Assert.Equal(PayloadFault.BadFormat, Framed(20, Pack([.. many, "m7"]), new RdbBatch()));
    }

    [Theory]
    [InlineData(0, (1L << 48) - 1, PayloadFault.None)]
    [InlineData(0, 1L << 48, PayloadFault.BadFormat)]
    [InlineData((1L << 48) - 1, 0, PayloadFault.None)]
    [InlineData(1L << 48, 0, PayloadFault.BadFormat)]
    public void A_field_that_expires_later_than_a_table_can_keep_is_refused(long first, long expiry, PayloadFault fault)
    {
        byte[] block = Pack("f", "v", expiry.ToString(CultureInfo.InvariantCulture));
        byte[] payload = [25, .. BitConverter.GetBytes(first), (byte)block.Length, .. block, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(fault, new DumpPayload().Read(payload, false, new RdbBatch()));
    }

    private static byte[] Pack(params string[] texts)
    {
        using var memory = new SlabAllocator();
        Blob pack = Listpack.Create(memory);
        foreach (string text in texts) Listpack.Append(memory, ref pack, Encoding.Latin1.GetBytes(text));
        byte[] bytes = pack.Bytes.ToArray();
        pack.Free(memory);
        return bytes;
    }

    private static List<string> Old(byte code, byte[] block)
    {
        var batch = new RdbBatch();
        Assert.Equal(PayloadFault.None, Framed(code, block, batch));
        return Read(batch)[""];
    }

    private static PayloadFault Framed(byte code, byte[] block, RdbBatch batch)
    {
        byte[] length = block.Length < 64 ? [(byte)block.Length] : [(byte)(0x40 | block.Length >> 8), (byte)block.Length];
        return new DumpPayload().Read([code, .. length, .. block, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0], false, batch);
    }

    private static byte[] Bytes(string name) => RecordedFiles.Bytes(name);

    /// <summary>The values as lines: lists in order, everything else sorted.</summary>
    private static Dictionary<string, List<string>> Read(RdbBatch batch)
    {
        var values = new Dictionary<string, List<string>>();
        string? open = null;
        foreach (RdbRecord record in batch)
        {
            string key = Encoding.Latin1.GetString(record.Key);
            Assert.Equal(open is null, record.IsFirst);
            Assert.True(open is null || open == key);
            open = record.IsLast ? null : key;
            if (record.IsFirst) values.Add(key, []);
            Lines(record.Type, record.Encoding, record.Value, values[key]);
            if (record.IsLast && record.Type != ObjectType.List) values[key].Sort(StringComparer.Ordinal);
        }

        Assert.Null(open);
        return values;
    }

    private static void Lines(ObjectType type, ObjectEncoding encoding, ReadOnlySpan<byte> value, List<string> lines)
    {
        if (encoding == ObjectEncoding.Listpack)
        {
            List<string> texts = Unpacked(value);
            for (int i = 0; i < texts.Count; i += type == ObjectType.Set ? 1 : 2)
                lines.Add(type == ObjectType.Set ? texts[i] : type == ObjectType.Hash ? texts[i] + "=" + texts[i + 1] : texts[i] + ":" + Score(Parsed(texts[i + 1])));
            return;
        }

        if (encoding == ObjectEncoding.IntegerSet)
        {
            for (int i = 0; i < IntegerSet.CountOf(value); i++) lines.Add(IntegerSet.At(value, i).ToString(CultureInfo.InvariantCulture));
            return;
        }

        for (var reader = new ElementReader(value); !reader.IsAtEnd;)
        {
            if (type == ObjectType.List && reader.Byte() == 2) lines.AddRange(Unpacked(reader.Bytes()));
            else if (type == ObjectType.SortedSet) lines.Add(Text(reader.Bytes()) + ":" + Score(reader.Double()));
            else if (type == ObjectType.Hash) lines.Add(Text(reader.Bytes()) + "=" + Text(reader.Bytes()) + (reader.Int64() == 0 ? "" : " expires"));
            else lines.Add(Text(reader.Bytes()));
        }
    }

    private static List<string> Unpacked(ReadOnlySpan<byte> pack)
    {
        var texts = new List<string>();
        Span<byte> digits = stackalloc byte[24];
        for (int at = Listpack.First(pack); at != Listpack.None; at = Listpack.Next(pack, at)) texts.Add(Text(Listpack.Read(pack, at).WriteText(digits)));
        return texts;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static string Score(double score) => (score + 0.0).ToString("G15", CultureInfo.InvariantCulture); // Recorded with so many digits.

    private static Dictionary<string, List<string>> Recorded(string name, out Dictionary<string, byte[]> dumps)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "rdb", name + ".json")));
        var values = new Dictionary<string, List<string>>();
        dumps = [];
        foreach (JsonElement key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            string type = key.GetProperty("type").GetString()!;
            JsonElement value = key.GetProperty("value");
            List<string> lines = type switch
            {
                "hash" => [.. value.EnumerateObject().Select(pair => pair.Name + "=" + pair.Value.GetString())],
                "zset" => [.. value.EnumerateArray().Select(pair => pair[0].GetString() + ":" + Score(ScoreOf(pair[1])))],
                _ => [.. value.EnumerateArray().Select(element => element.GetString()!)],
            };
            if (type != "list") lines.Sort(StringComparer.Ordinal);
            values.Add(key.GetProperty("key").GetString()!, lines);
            dumps.Add(key.GetProperty("key").GetString()!, Convert.FromHexString(key.GetProperty("dump_hex").GetString()!));
        }

        return values;
    }

    private static double ScoreOf(JsonElement score) => Parsed(score.ValueKind == JsonValueKind.String ? score.GetString()! : score.GetRawText());

    private static double Parsed(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
