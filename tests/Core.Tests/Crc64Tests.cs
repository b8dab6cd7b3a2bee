using System;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public sealed class Crc64Tests
{
    [Fact]
    public void The_check_value_is_that_of_Redis() => Assert.Equal(0xE9C6D914C4B8D9CAUL, Crc64.Of("123456789"u8));

    [Fact]
    public void Any_cut_gives_the_same_sum()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        ulong whole = 0;
        foreach (byte b in bytes) whole = Crc64.Continue(whole, [b]);
        for (int cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(whole, Crc64.Continue(Crc64.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
