using System;
using System.Collections.Generic;
using System.Text;
using CsCheck;
using Hexad.Persistence.Rdb;
using Hexad.Structures;
using Xunit;

namespace Hexad.Persistence.Tests;

public sealed class DumpPayloadTests
{
    public static IEnumerable<TheoryDataRow<string>> Files()
    {
        foreach (string name in RecordedFiles.OfStrings()) yield return new TheoryDataRow<string>(name);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Payloads_of_real_servers_are_read(string name)
    {
        var payload = new DumpPayload();
        foreach (RecordedKey key in RecordedFiles.Keys(name))
        {
            Assert.Equal(PayloadFault.None, payload.Read(key.Dump, true, out ObjectType type, out ReadOnlySpan<byte> value));
            Assert.Equal(ObjectType.String, type);
            Assert.Equal(key.Value, value.ToArray());
        }
    }

    [Fact]
    public void Our_payloads_are_those_of_Redis_where_nothing_is_compressed()
    {
        var payload = new DumpPayload();
        foreach (RecordedKey key in RecordedFiles.Keys("redis-7.0.15-strings-nocompress"))
            Assert.Equal(Convert.ToHexString(key.Dump), Convert.ToHexString(payload.OfString(key.Value, compress: false)));
    }

    [Fact]
    public void Every_string_comes_back()
    {
        var writer = new DumpPayload();
        var reader = new DumpPayload();
        Gen.Byte[0, 8].Array[0, 500].Sample(bytes =>
        {
            Assert.Equal(PayloadFault.None, reader.Read(writer.OfString(bytes), true, out _, out ReadOnlySpan<byte> value));
            Assert.Equal(bytes, value.ToArray());
        }, iter: 2000, threads: 1);
        Gen.Long.Sample(number =>
        {
            byte[] digits = Encoding.ASCII.GetBytes(number.ToString());
            reader.Read(writer.OfString(digits), true, out _, out ReadOnlySpan<byte> value);
            Assert.Equal(digits, value.ToArray());
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_flipped_bit_or_a_foreign_version_is_refused()
    {
        var payload = new DumpPayload();
        byte[] good = payload.OfString("hello world"u8).ToArray();
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(PayloadFault.BadVersionOrChecksum, payload.Read(bad, true, out _, out _));
        }
    }

    [Fact]
    public void No_payload_makes_the_reader_throw()
    {
        var payload = new DumpPayload();
        Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            byte[] framed = [.. bytes, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            payload.Read(framed, false, out _, out _);
        }, iter: 20_000, threads: 1);
    }
}
