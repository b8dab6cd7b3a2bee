using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Hexad.Persistence.Rdb;
using Hexad.Structures;
using Xunit;

namespace Hexad.Persistence.Tests;

/// <summary>What is wrong with a value is said in words; what is only empty is left out.</summary>
public sealed class RdbFaultTests
{
    private static readonly byte[] EmptyZiplist = [11, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0xFF];
    private static readonly byte[] OneZiplist = [13, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0xF2, 0xFF];
    private static readonly byte[] EmptyPack = [7, 0, 0, 0, 0, 0, 0xFF];

    [Fact]
    public void Nodes_of_a_list_without_elements_are_left_out()
    {
        byte[] old = [14, 3, 11, .. EmptyZiplist, 13, .. OneZiplist, 11, .. EmptyZiplist];
        Assert.Equal(PayloadFault.None, Read(old, out RdbBatch batch, out _));
        Assert.Equal(1, Elements(batch));
        byte[] recent = [18, 3, 2, 7, .. EmptyPack, 1, 1, (byte)'x', 2, 7, .. EmptyPack];
        Assert.Equal(PayloadFault.None, Read(recent, out batch, out _));
        Assert.Equal(1, Elements(batch));
    }

    [Fact]
    public void A_list_of_nothing_but_such_nodes_is_no_value()
    {
        byte[][] values = [[14, 2, 11, .. EmptyZiplist, 11, .. EmptyZiplist], [18, 1, 2, 7, .. EmptyPack]];
        foreach (byte[] value in values)
        {
            Assert.Equal(PayloadFault.BadFormat, Read(value, out _, out _));
            byte[] file = [.. "REDIS0010"u8, value[0], 4, .. "gone"u8, .. value[1..], 0, 1, (byte)'k', 1, (byte)'v', 0xFF, 0, 0, 0, 0, 0, 0, 0, 0];
            for (int piece = 1; piece <= file.Length; piece++)
            {
                var decoder = new RdbDecoder();
                var batch = new RdbBatch();
                for (int at = 0; at < file.Length; at += piece) decoder.Decode(file.AsSpan(at, Math.Min(piece, file.Length - at)), batch);
                Assert.Equal((1, 1L), (batch.Count, decoder.EmptyKeys));
                Assert.Equal(["gone"], decoder.EmptyNames);
            }
        }
    }

    [Fact]
    public void Of_many_keys_without_elements_only_the_first_are_named()
    {
        var file = new List<byte>("REDIS0010"u8.ToArray());
        for (int i = 0; i < 30; i++) file.AddRange([2, 2, (byte)'k', (byte)('A' + i), 0]);
        file.AddRange([0xFF, 0, 0, 0, 0, 0, 0, 0, 0]);
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode([.. file], new RdbBatch()));
        Assert.Equal((30L, 10), (decoder.EmptyKeys, decoder.EmptyNames.Count));
    }

    [Fact]
    public void A_node_of_one_element_must_hold_something()
    {
        Assert.Equal(PayloadFault.BadFormat, Read([18, 1, 1, 0], out _, out string why));
        Assert.Equal("Quicklist node integrity check failed.", why);
    }

    [Theory]
    [InlineData(10, new byte[] { 3, 1, 2, 3 }, "List ziplist integrity check failed.")]
    [InlineData(12, new byte[] { 3, 1, 2, 3 }, "Zset ziplist integrity check failed.")]
    [InlineData(13, new byte[] { 3, 1, 2, 3 }, "Hash ziplist integrity check failed.")]
    [InlineData(14, new byte[] { 1, 3, 1, 2, 3 }, "Quicklist ziplist integrity check failed.")]
    [InlineData(18, new byte[] { 1, 2, 3, 1, 2, 3 }, "Quicklist listpack integrity check failed.")]
    [InlineData(9, new byte[] { 2, 0, 0xFF }, "Zipmap integrity check failed.")]
    [InlineData(11, new byte[] { 3, 1, 2, 3 }, "Intset integrity check failed.")]
    [InlineData(16, new byte[] { 3, 1, 2, 3 }, "Hash listpack integrity check failed.")]
    [InlineData(17, new byte[] { 3, 1, 2, 3 }, "Zset listpack integrity check failed.")]
    [InlineData(20, new byte[] { 3, 1, 2, 3 }, "Set listpack integrity check failed.")]
    [InlineData(20, new byte[] { 11, 11, 0, 0, 0, 2, 0, 5, 1, 5, 1, 0xFF }, "Set listpack with dup elements")]
    [InlineData(16, new byte[] { 15, 15, 0, 0, 0, 4, 0, 5, 1, 1, 1, 5, 1, 2, 1, 0xFF }, "Hash listpack with dup elements")]
    [InlineData(15, new byte[] { 1, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 3, 1, 2, 3 }, "Stream listpack integrity check failed.")]
    public void What_is_wrong_with_a_block_is_said(byte code, byte[] value, string why)
    {
        Assert.Equal(PayloadFault.BadFormat, Read([code, .. value], out _, out string said));
        Assert.Equal(why, said);
        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Faulty, decoder.Decode([.. "REDIS0010"u8, code, 1, (byte)'k', .. value, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], new RdbBatch()));
        Assert.EndsWith(why, decoder.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_of_a_file_cut_anywhere_read_the_same()
    {
        byte[] file = RecordedFiles.Bytes("redis-7.0.15-streams");
        string whole = Decoded(file, file.Length);
        foreach (int piece in new[] { 1, 2, 3, 5, 17, 100 }) Assert.Equal(whole, Decoded(file, piece));
    }

    private static string Decoded(byte[] file, int piece)
    {
        var decoder = new RdbDecoder();
        var batch = new RdbBatch();
        RdbOutcome outcome = RdbOutcome.NeedMore;
        for (int at = 0; at < file.Length; at += piece) outcome = decoder.Decode(file.AsSpan(at, Math.Min(piece, file.Length - at)), batch);
        Assert.Equal(RdbOutcome.Finished, outcome);
        var values = new Dictionary<string, StringBuilder>();
        foreach (RdbRecord record in batch)
        {
            string key = Encoding.Latin1.GetString(record.Key);
            if (!values.TryGetValue(key, out StringBuilder? value)) values[key] = value = new StringBuilder();
            value.Append(Convert.ToHexString(record.Value));
        }

        return string.Join('\n', values.Select(pair => pair.Key + " " + pair.Value));
    }

    private static int Elements(RdbBatch batch)
    {
        int count = 0;
        foreach (RdbRecord record in batch)
        {
            for (var reader = new ElementReader(record.Value); !reader.IsAtEnd; count++)
            {
                reader.Byte();
                reader.Bytes();
            }
        }

        return count;
    }

    private static PayloadFault Read(byte[] value, out RdbBatch batch, out string why)
    {
        batch = new RdbBatch();
        var payload = new DumpPayload();
        PayloadFault fault = payload.Read([.. value, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0], false, batch);
        why = payload.Why;
        return fault;
    }
}
