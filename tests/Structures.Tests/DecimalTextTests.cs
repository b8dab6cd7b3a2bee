using System;
using System.Text;
using CsCheck;
using Xunit;

namespace Hexad.Structures.Tests;

public class DecimalTextTests
{
    [Fact]
    public void Every_integer_is_read_back_from_its_text() =>
        Gen.Select(Gen.Long, Gen.Int[0, 63], (bits, shift) => bits >> shift).Sample(value =>
        {
            ReadOnlySpan<byte> text = DecimalText.Format(value, stackalloc byte[DecimalText.LongestBytes]);
            Assert.Equal(value.ToString(), Encoding.ASCII.GetString(text));
            Assert.Equal(text.Length, DecimalText.LengthOf(value));
            Assert.True(DecimalText.TryParse(text, out long read));
            Assert.Equal(value, read);
        });

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("-0")]
    [InlineData("00")]
    [InlineData("-01")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1a")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551617")]
    public void Anything_else_is_refused(string text) => Assert.False(DecimalText.TryParse(Encoding.ASCII.GetBytes(text), out _));
}
