using System;
using System.Collections.Generic;
using System.Text;
using Hexad.Core;
using Hexad.Persistence.Rdb;
using Xunit;

namespace Hexad.Persistence.Tests;

public sealed class RdbEncoderTests
{
    [Fact]
    public void An_empty_file_is_readable_and_says_who_wrote_it()
    {
        var encoder = new RdbEncoder(_ => (0, 0));
        Assert.True(HexId.TryParse(new string('a', 40), out HexId id));
        encoder.Begin(new RdbFacts
        {
            ServerVersion = "7.2.0",
            CreatedAtSeconds = 1_700_000_000,
            UsedMemoryBytes = 123,
            ReplicationId = new ReplicationId(id),
            ReplicationOffset = new ReplicationOffset(77),
            StreamDatabase = 3,
        });
        encoder.End();
        byte[] file = encoder.Take();
        Assert.Equal("REDIS0010", Encoding.ASCII.GetString(file.AsSpan(0, 9)));

        var decoder = new RdbDecoder();
        Assert.Equal(RdbOutcome.Finished, decoder.Decode(file, new RdbBatch()));
        Assert.Equal("7.2.0", decoder.Facts.ServerVersion);
        Assert.Equal(1_700_000_000, decoder.Facts.CreatedAtSeconds);
        Assert.Equal(id, decoder.Facts.ReplicationId.Value);
        Assert.Equal(77, decoder.Facts.ReplicationOffset.Value);
        Assert.Equal(3, decoder.Facts.StreamDatabase);
        Assert.NotEqual(0UL, BitConverter.ToUInt64(file.AsSpan(file.Length - 8)));
    }

    [Theory]
    [InlineData(0, RdbFlavour.Redis, "REDIS0010")]
    [InlineData(9, RdbFlavour.Redis, "REDIS0010")]
    [InlineData(12, RdbFlavour.Redis, "REDIS0012")]
    [InlineData(0, RdbFlavour.Valkey, "REDIS0010")]
    [InlineData(11, RdbFlavour.Valkey, "REDIS0011")]
    [InlineData(12, RdbFlavour.Valkey, "VALKEY080")]
    public void The_options_choose_the_number_and_beyond_the_common_ones_the_magic(int version, RdbFlavour flavour, string magic)
    {
        var encoder = new RdbEncoder(_ => (0, 0)) { Form = RdbForm.Of(version, flavour) };
        encoder.Begin(new RdbFacts { ServerVersion = "7.2.0" });
        encoder.End();
        byte[] file = encoder.Take();
        Assert.Equal(magic, Encoding.ASCII.GetString(file.AsSpan(0, 9)));
        Assert.Equal(RdbOutcome.Finished, new RdbDecoder().Decode(file, new RdbBatch()));
    }

    [Fact]
    public void Strings_of_every_length_and_kind_survive()
    {
        var texts = new List<string> { "", "0", "-1", "127", "128", "-129", "32768", "2147483647", "2147483648", "-2147483649", "007", "+1", new('x', 20), new('x', 21), new('y', 63), new('z', 64), new('w', 16383), new('v', 16384), new('u', 100_000) };
        var buffer = new RdbBuffer();
        foreach (bool compress in new[] { true, false })
        {
            buffer.Compresses = compress;
            foreach (string text in texts)
            {
                buffer.Clear();
                buffer.String(Encoding.ASCII.GetBytes(text));
                var cursor = new RdbCursor(buffer.Written);
                Assert.Equal(text, Encoding.ASCII.GetString(cursor.String(new byte[16])));
                Assert.Equal(buffer.Length, cursor.Place);
                if (compress && text.Length >= 21) Assert.True(buffer.Length < text.Length);
            }
        }
    }
}
