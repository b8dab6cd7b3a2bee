using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Persistence.Rdb;
using Hexad.Structures;
using Xunit;

namespace Hexad.Persistence.Tests;

public sealed class RdbDecoderTests
{
    public static IEnumerable<TheoryDataRow<string>> Files()
    {
        foreach (string name in RecordedFiles.OfStrings()) yield return new TheoryDataRow<string>(name);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_of_real_servers_decode_to_what_those_servers_told(string name)
    {
        List<Decoded> keys = DecodeAll(RecordedFiles.Bytes(name));
        var byName = new Dictionary<string, Decoded>();
        foreach (Decoded key in keys) byName.Add(key.Database + " " + Convert.ToHexString(key.Key), key);
        List<RecordedKey> recorded = RecordedFiles.Keys(name);
        Assert.Equal(recorded.Count, keys.Count);
        foreach (RecordedKey key in recorded)
        {
            Decoded decoded = byName[key.Database + " " + Convert.ToHexString(key.Key)];
            Assert.Equal(key.Value, decoded.Value);
            Assert.Equal(key.ExpiryMs, decoded.ExpiryMs);
        }
    }

    [Fact]
    public void A_file_cut_at_every_byte_decodes_the_same_in_two_pieces()
    {
        byte[] file = RecordedFiles.Bytes("redis-7.0.15-strings");
        List<Decoded> whole = DecodeAll(file);
        for (int cut = 0; cut < file.Length; cut++)
        {
            var decoder = new RdbDecoder();
            var batch = new RdbBatch();
            Assert.Equal(RdbOutcome.NeedMore, decoder.Decode(file.AsSpan(0, cut), batch));
            Assert.Equal(RdbOutcome.Finished, decoder.Decode(file.AsSpan(cut), batch));
            Assert.Equal(whole.Count, batch.Count);
        }
    }

    [Fact]
    public void A_file_that_comes_byte_by_byte_decodes_the_same()
    {
        byte[] file = RecordedFiles.Bytes("redis-7.0.15-strings");
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        for (int i = 0; i < file.Length - 1; i++) Assert.Equal(RdbOutcome.NeedMore, decoder.Decode(file.AsSpan(i, 1), batch));
        Assert.Equal(RdbOutcome.Finished, decoder.Decode(file.AsSpan(file.Length - 1), batch));
        Assert.Equal(Values(DecodeAll(file)), Values(ToList(batch)));
        Assert.Equal(file.Length, decoder.Consumed);
    }

    [Fact]
    public void What_follows_the_file_is_handed_back()
    {
        byte[] file = [.. RecordedFiles.Bytes("redis-7.0.15-lru"), .. "and more"u8];
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode(file, new RdbBatch()));
        Assert.Equal("and more"u8.ToArray(), decoder.Rest);
    }

    [Theory]
    [InlineData("redis-7.0.15-lru", "7.0.15", 10, RdbFlavour.Redis)]
    [InlineData("redis-unstable-lru", "255.255.255", 12, RdbFlavour.Redis)]
    [InlineData("valkey-unstable-lru", "255.255.255", 11, RdbFlavour.Redis)]
    public void A_file_tells_who_wrote_it(string name, string server, int version, RdbFlavour flavour)
    {
        var decoder = new RdbDecoder();
        decoder.Decode(RecordedFiles.Bytes(name), new RdbBatch());
        Assert.Equal(server, decoder.Facts.ServerVersion);
        Assert.Equal(version, decoder.Version);
        Assert.Equal(flavour, decoder.Flavour);
        Assert.True(decoder.Facts.CreatedAtSeconds > 1_500_000_000);
    }

    [Theory]
    [InlineData("redis-7.0.15-functions", "function library")]
    public void What_we_cannot_hold_is_refused_by_key_and_type(string name, string expected)
    {
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, decoder.Decode(RecordedFiles.Bytes(name), new RdbBatch()));
        Assert.Contains(expected, decoder.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_of_which_fields_expire_are_read_in_both_forms()
    {
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode(RecordedFiles.Bytes("redis-unstable-hashfieldttl"), batch));
        var told = new SortedDictionary<string, string>(StringComparer.Ordinal);
        bool anyTable = false;
        foreach (RdbRecord record in batch)
        {
            string key = Encoding.Latin1.GetString(record.Key), text = "";
            if (record.Encoding == ObjectEncoding.ListpackWithExpiry)
            {
                for (int at = Listpack.First(record.Value); at != Listpack.None;)
                {
                    text += Encoding.Latin1.GetString(Listpack.Read(record.Value, at).WriteText(new byte[24]));
                    ExpiringPack.ValueAt(record.Value, at, out long expiryMs, out at);
                    text += $"@{expiryMs} ";
                }
            }
            else if (record.Encoding == ObjectEncoding.HashTable)
            {
                for (var reader = new ElementReader(record.Value); !reader.IsAtEnd;)
                {
                    reader.Bytes();
                    reader.Bytes();
                    anyTable |= reader.Int64() > 4_000_000_000_000;
                }
            }

            told[key] = text;
        }

        Assert.Equal("a@4102444800000 c@4102444805000 b@0 ", told["h:lpex"]);
        Assert.Equal("f@4102444800001 g@0 ", told["h:both"]);
        Assert.True(anyTable);
    }

    [Fact]
    public void A_wrong_checksum_is_found_and_may_be_overlooked()
    {
        byte[] file = RecordedFiles.Bytes("redis-7.0.15-lru");
        file[^1] ^= 1;
        var strict = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, strict.Decode(file, new RdbBatch()));
        Assert.Contains("checksum", strict.Fault, StringComparison.Ordinal);
        Assert.Equal(RdbOutcome.Finished, new RdbDecoder { ChecksChecksum = false }.Decode(file, new RdbBatch()));
    }

    [Theory]
    [InlineData("REDIS0013", "Can't handle RDB format version 13")]
    [InlineData("REDIS0000", "Can't handle RDB format version 0")]
    [InlineData("VALKEY079", "Can't handle RDB format version 79 of Valkey")]
    [InlineData("REDISabcd", "Wrong signature")]
    [InlineData("HELLO0010", "Wrong signature")]
    public void A_file_of_another_kind_is_refused(string head, string expected)
    {
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, decoder.Decode(Encoding.ASCII.GetBytes(head), new RdbBatch()));
        Assert.Contains(expected, decoder.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oldest_and_the_newest_versions_are_read()
    {
        byte[] items = [0xFE, 0x00, 0x00, 0x01, (byte)'k', 0x01, (byte)'v', 0xFF];
        foreach (string head in new[] { "REDIS0001", "REDIS0004", "REDIS0012", "VALKEY080" })
        {
            byte[] tail = head is "REDIS0001" or "REDIS0004" ? [] : new byte[8];
            List<Decoded> keys = DecodeAll([.. Encoding.ASCII.GetBytes(head), .. items, .. tail]);
            Assert.Equal("v", Encoding.ASCII.GetString(Assert.Single(keys).Value));
        }
    }

    [Fact]
    public void Hints_and_facts_of_every_kind_are_understood()
    {
        byte[] file =
        [
            .. "REDIS0012"u8, 0xFA, 1, (byte)'x', 1, (byte)'y', 0xFE, 2, 0xFB, 1, 1, 0xF4, 5, 1, 0,
            0xFD, 1, 0, 0, 0, 0xF8, 0x41, 0x00, 0, 1, (byte)'a', 0xC0, 0xFF, 0xF9, 7, 0, 1, (byte)'b', 0xC1, 0x00, 0x80, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        List<Decoded> keys = DecodeAll(file);
        Assert.Equal(2, keys.Count);
        Assert.Equal(("-1", 2, 1000L, 256L), (Encoding.ASCII.GetString(keys[0].Value), keys[0].Database, keys[0].ExpiryMs, keys[0].Idle));
        Assert.Equal(("-32768", 7), (Encoding.ASCII.GetString(keys[1].Value), keys[1].Frequency));
    }

    [Fact]
    public void Facts_of_a_key_are_read_once_however_small_the_pieces()
    {
        // Read again with every byte that comes, so many would take minutes.
        const int Facts = 100_000;
        byte[] file = [.. "REDIS0010"u8, .. Enumerable.Repeat<byte[]>([0xF9, 9, 0xFD, 1, 0, 0, 0], Facts).SelectMany(fact => fact), 0, 1, (byte)'a', 1, (byte)'v', 0, 1, (byte)'b', 1, (byte)'w'];
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        foreach (byte one in file) Assert.Equal(RdbOutcome.NeedMore, decoder.Decode([one], batch));
        List<Decoded> keys = ToList(batch);
        Assert.Equal(("v", 9, 1000L), (Encoding.ASCII.GetString(keys[0].Value), keys[0].Frequency, keys[0].ExpiryMs));
        Assert.Equal(("w", -1, -1L), (Encoding.ASCII.GetString(keys[1].Value), keys[1].Frequency, keys[1].ExpiryMs));
    }

    [Fact]
    public void Facts_without_a_key_at_the_end_are_refused()
    {
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, decoder.Decode([.. "REDIS0010"u8, 0xFD, 1, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], new RdbBatch()));
        Assert.Contains("between a key's facts and the key", decoder.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_is_named_when_it_is_refused()
    {
        byte[] file = [.. "REDIS0010"u8, 0xF7, 0x81, 0, 0, 0, 0, 0, 0, 0, 0];
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, decoder.Decode(file, new RdbBatch()));
        Assert.Contains("'AAAAAAAAA'", decoder.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void No_mutation_of_a_file_makes_the_decoder_throw()
    {
        var random = new Random(7);
        foreach (string name in new[] { "redis-7.0.15-strings", "redis-7.0.15-lru", "valkey-unstable-cluster", "redis-7.0.15-collections" })
        {
            byte[] file = RecordedFiles.Bytes(name);
            for (int round = 0; round < 1500; round++)
            {
                byte[] mutated = (byte[])file.Clone();
                for (int i = random.Next(1, 4); i > 0; i--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                var decoder = new RdbDecoder { ChecksChecksum = false };
                var batch = new RdbBatch();
                int cut = random.Next(mutated.Length);
                if (decoder.Decode(mutated.AsSpan(0, cut), batch) == RdbOutcome.NeedMore) decoder.Decode(mutated.AsSpan(cut), batch);
            }
        }
    }

    internal sealed record Decoded(int Database, byte[] Key, byte[] Value, long ExpiryMs, long Idle, int Frequency);

    internal static List<Decoded> DecodeAll(byte[] file)
    {
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        RdbOutcome outcome = decoder.Decode(file, batch);
        Assert.Equal("", decoder.Fault);
        Assert.Equal(RdbOutcome.Finished, outcome);
        return ToList(batch);
    }

    private static List<Decoded> ToList(RdbBatch batch)
    {
        var keys = new List<Decoded>();
        foreach (RdbRecord record in batch)
        {
            keys.Add(new Decoded(
                record.Database, record.Key.ToArray(), record.Value.ToArray(),
                record.TryGetExpiry(out Core.UnixMs expiry) ? expiry.Value : -1,
                record.TryGetIdle(out long idle) ? idle : -1,
                record.TryGetFrequency(out int frequency) ? frequency : -1));
        }

        return keys;
    }

    private static List<string> Values(List<Decoded> keys)
    {
        var values = new List<string>();
        foreach (Decoded key in keys) values.Add(key.Database + Convert.ToHexString(key.Key) + "=" + Convert.ToHexString(key.Value) + "@" + key.ExpiryMs);
        return values;
    }
}
