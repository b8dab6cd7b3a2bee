using System;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public class Crc16Tests
{
    [Fact]
    public void The_check_value_is_that_of_xmodem() => Assert.Equal(0x31C3, Crc16.Of("123456789"u8));

    [Fact]
    public void Every_length_gives_what_one_bit_at_a_time_gives()
    {
        var dice = new Dice(1);
        var bytes = new byte[100];
        for (int length = 0; length <= bytes.Length; length++)
        {
            for (int i = 0; i < length; i++) bytes[i] = (byte)dice.Next();
            Assert.Equal(BitByBit(bytes.AsSpan(0, length)), Crc16.Of(bytes.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("JOHN", 6852)]
    [InlineData("JAMES", 2237)]
    [InlineData("ANDREW", 15768)]
    [InlineData("foo", 12182)]
    [InlineData("John", 16006)]
    [InlineData("{user1000}.following", 3443)]
    public void Keys_have_the_slots_that_Redis_gives_them(string key, int slot) =>
        Assert.Equal(slot, SlotIndex.Of(System.Text.Encoding.ASCII.GetBytes(key)).Value);

    private static ushort BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0;
        foreach (byte b in bytes)
        {
            crc ^= (uint)b << 8;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
        }

        return (ushort)crc;
    }
}
