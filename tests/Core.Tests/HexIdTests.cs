using System;
using System.Text;
using Hexad.Core;
using Xunit;

namespace Hexad.Core.Tests;

public class HexIdTests
{
    [Fact]
    public void Any_id_is_read_as_it_was_written()
    {
        var dice = new Dice(1);
        for (int i = 0; i < 1000; i++)
        {
            HexId id = HexId.FromRandom(dice.Next(), dice.Next(), dice.Next());
            Assert.True(HexId.TryParse(id.ToString(), out HexId again));
            Assert.Equal(id, again);
        }

        Assert.True(HexId.TryParse("0123456789abcdef0011223344556677fedcba98", out HexId known));
        Assert.Equal("0123456789abcdef0011223344556677fedcba98", known.ToString());
    }

    [Fact]
    public void Every_byte_but_the_sixteen_digits_is_refused_at_every_place()
    {
        byte[] text = Encoding.ASCII.GetBytes("0123456789abcdef0011223344556677fedcba98");
        for (int place = 0; place < text.Length; place++)
        {
            byte before = text[place];
            for (int b = 0; b < 256; b++)
            {
                text[place] = (byte)b;
                bool isDigit = "0123456789abcdef"u8.Contains((byte)b);
                Assert.Equal(isDigit, HexId.TryParse(text, out HexId id));
                if (isDigit) Assert.Equal(Encoding.ASCII.GetString(text), id.ToString());
            }

            text[place] = before;
        }
    }

    [Fact]
    public void Any_other_length_is_refused()
    {
        for (int length = 0; length < 100; length++)
            if (length != HexId.TextLength) Assert.False(HexId.TryParse(new string('a', length), out _));
    }
}
