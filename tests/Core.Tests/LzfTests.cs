using System;
using System.Text;
using CsCheck;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class LzfTests
{
    [Fact]
    public void What_was_compressed_expands_to_the_same()
    {
        var compressor = new LzfCompressor();
        Gen.Byte[0, 4].Array[0, 3000].Sample(bytes => RoundTrip(compressor, bytes), iter: 2000, threads: 1);
        Gen.Byte.Array[0, 3000].Sample(bytes => RoundTrip(compressor, bytes), iter: 500, threads: 1);
    }

    [Fact]
    public void Long_runs_and_far_references_are_compressed()
    {
        var compressor = new LzfCompressor();
        var zeros = new byte[100_000];
        var packed = new byte[100_000];
        int length = compressor.Compress(zeros, packed);
        Assert.InRange(length, 1, 1500);
        RoundTrip(compressor, zeros);

        var repeated = new byte[50_000];
        new Random(1).NextBytes(repeated.AsSpan(0, 8192));
        for (int i = 8192; i < repeated.Length; i++) repeated[i] = repeated[i - 8192];
        Assert.InRange(compressor.Compress(repeated, packed), 1, 10_000);
        RoundTrip(compressor, repeated);
    }

    [Fact]
    public void What_does_not_get_smaller_is_left_alone()
    {
        var noise = new byte[1000];
        new Random(2).NextBytes(noise);
        Assert.Equal(0, new LzfCompressor().Compress(noise, new byte[996]));
    }

    [Fact]
    public void No_bytes_make_the_expander_throw()
    {
        var target = new byte[500];
        Gen.Byte.Array[0, 200].Sample(bytes => { Lzf.TryExpand(bytes, target); }, iter: 20_000, threads: 1);
    }

    [Fact]
    public void An_overlapping_reference_repeats_what_it_writes()
    {
        var target = new byte[10];
        Assert.True(Lzf.TryExpand([0, (byte)'a', 0xE0, 0, 0], target));
        Assert.Equal("aaaaaaaaaa", Encoding.ASCII.GetString(target));
    }

    private static void RoundTrip(LzfCompressor compressor, byte[] bytes)
    {
        var packed = new byte[bytes.Length + bytes.Length / 16 + 64];
        int length = compressor.Compress(bytes, packed);
        var back = new byte[bytes.Length];
        Assert.True(Lzf.TryExpand(packed.AsSpan(0, length), back));
        Assert.Equal(bytes, back);
    }
}
