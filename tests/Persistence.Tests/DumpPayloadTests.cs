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
            Assert.Equal(key.Value, ReadString(payload, key.Dump));
        }
    }

    [Fact]
    public void Our_payloads_are_those_of_Redis_where_nothing_is_compressed()
    {
        var payload = new DumpPayload { Compresses = false };
        foreach (RecordedKey key in RecordedFiles.Keys("redis-7.0.15-strings-nocompress"))
            Assert.Equal(Convert.ToHexString(key.Dump), Convert.ToHexString(OfString(payload, key.Value)));
    }

    [Fact]
    public void Every_string_comes_back()
    {
        var writer = new DumpPayload();
        var reader = new DumpPayload();
        Gen.Byte[0, 8].Array[0, 500].Sample(bytes =>
        {
            Assert.Equal(bytes, ReadString(reader, OfString(writer, bytes)));
        }, iter: 2000, threads: 1);
        Gen.Long.Sample(number =>
        {
            byte[] digits = Encoding.ASCII.GetBytes(number.ToString());
            Assert.Equal(digits, ReadString(reader, OfString(writer, digits)));
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_flipped_bit_or_a_foreign_version_is_refused()
    {
        var payload = new DumpPayload();
        byte[] good = OfString(payload, "hello world"u8).ToArray();
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(PayloadFault.BadVersionOrChecksum, payload.Read(bad, true, new RdbBatch()));
        }
    }

    [Fact]
    public void No_payload_makes_the_reader_throw()
    {
        var payload = new DumpPayload();
        Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            byte[] framed = [.. bytes, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            payload.Read(framed, false, new RdbBatch());
        }, iter: 20_000, threads: 1);
    }

    private static ReadOnlySpan<byte> OfString(DumpPayload payload, ReadOnlySpan<byte> text)
    {
        payload.Begin(ObjectType.String, ObjectEncoding.Raw, 1, text);
        payload.Part(text);
        return payload.End();
    }

    private static byte[] ReadString(DumpPayload payload, ReadOnlySpan<byte> bytes)
    {
        var batch = new RdbBatch();
        Assert.Equal(PayloadFault.None, payload.Read(bytes, true, batch));
        foreach (RdbRecord record in batch)
        {
            Assert.Equal(ObjectType.String, record.Type);
            return record.Value.ToArray();
        }

        throw new InvalidOperationException("no record");
    }
}
